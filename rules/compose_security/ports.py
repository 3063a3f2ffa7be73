"""Ports of services that more than this machine can reach."""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.compose.ports import Port
from dockerlint.compose.services import Service
from dockerlint.knowledge.host_needs import is_dns_server, is_mail_server, is_reverse_proxy
from dockerlint.lint.finding import Edit
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import inner_span, inserted_key, is_shared, replaced_part
from dockerlint.project.containers import Container, Stack
from dockerlint.source import Span

from .faults import Fault, deployed, image_of, once
from .passwords import open_data_ports, passwordless, surely_open_ports

_WEB = frozenset({80, 443})
_MAIL = frozenset({25, 110, 143, 465, 587, 993, 995, 4190})
_DNS = frozenset({53, 67, 853})
_SSH = 22
_WILDCARDS = frozenset({"0.0.0.0", "::", "[::]"})  # noqa: S104 (what is looked for)


def on_loopback(port: Port) -> Fix | None:
    """A fix that publishes a port to this machine alone."""
    message = "publish it to this machine only"
    if port.unknown or not port.target.is_literal:
        return None
    if port.node is not None:
        return _long_on_loopback(port, message)
    place = inner_span(port.text)
    is_as_written = place.source.text[place.start : place.end] == port.text
    if not is_as_written or port.published is None or not port.published.is_literal or is_shared(place):
        return None
    # What stands before the port of the host: an address with its colon, or nothing.
    end = port.published.text.start if port.published.text is not port.text else place.start
    return Fix(message, (Edit.replacing(Span(place.source, place.start, end), "127.0.0.1:"),), is_safe=False)


def _long_on_loopback(port: Port, message: str) -> Fix | None:
    if port.node is None:
        return None
    if port.host_ip is not None:
        edit = replaced_part(port.host_ip, port.host_ip.text, "127.0.0.1")
    else:
        edit = inserted_key(port.node, "host_ip: 127.0.0.1")
    return fix_of(message, edit)


def shown(port: Port) -> str:
    """A port as a message names it."""
    if port.node is None or port.published is None:
        return str(port.text)
    return f"{port.published.text}:{port.target.text}"


def _suggested(port: Port) -> str:
    published = port.published.text if port.published is not None else ""
    return f"127.0.0.1:{published}:{port.target.text}"


class PortOnAllInterfaces(Rule[Stack]):
    """A published port listens on all interfaces of the host.

    Everyone who reaches the machine reaches the port: Docker opens it before `ufw` and `firewalld` are asked.

    Begin with an address: `"127.0.0.1:8000:8000"`, if only this machine, or a proxy on it, needs it. Services of one
    project reach each other without `ports:`.

    https://docs.docker.com/engine/network/port-publishing/
    """

    severity = Severity.INFO
    profile = "security"
    aliases = (
        "CL-0005", "no-unbound-port-interfaces", "container_traffic_not_bound_to_host_interface", "CIS-5.14", "OWASP-5",
    )  # fmt: skip
    bad = {
        '=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    ports:\n      - «"8000:8000"»\n': (
            '=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    ports:\n      - "127.0.0.1:8000:8000"\n'
        ),
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    ports: [«'0.0.0.0:8000:8000/udp'»]\n": (
            "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    ports: ['127.0.0.1:8000:8000/udp']\n"
        ),
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    ports:\n      - target: «8000»\n        published: 80\n": (
            "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    ports:\n      - target: 8000\n        published: 80\n"
            "        host_ip: 127.0.0.1\n"
        ),
        '=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    ports: [«"8000"»]\n': None,
        '=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    ports: [«"[::]:8000:8000"»]\n': (
            '=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    ports: ["127.0.0.1:8000:8000"]\n'
        ),
    }
    good = (
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    ports: ['127.0.0.1:8000:8000', '[::1]:80:80', '10.0.0.1:1:1']\n",
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    ports: ['${IP}:8000:8000', '${BIND}:8000']\n    expose: [80]\n",
        "=== compose.yaml\nservices:\n  proxy:\n    image: traefik:v3.6\n    ports: ['80:80', '443:443', '443:443/udp']\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n    ports: ['5432:5432']\n",
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    network_mode: host\n    ports: ['80:80']\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _on_all(container)))


def _on_all(container: Container) -> Iterator[Fault]:
    service = container.service
    reference = image_of(container)
    is_proxy = reference is not None and is_reverse_proxy(reference)
    spoken_of = {
        port.text.span for port in (*open_data_ports(container), *(port for port, _ in passwordless(container)))
    }
    for port in surely_open_ports(service):
        is_any = port.host_ip is None or port.host_ip.text in _WILDCARDS
        is_api = port.target_ports is not None and 2375 in port.target_ports
        published = port.published_ports
        is_web = is_proxy and published is not None and set(published) <= _WEB
        if not is_any or is_api or is_web or port.text.span in spoken_of:
            continue
        explicitly = "" if port.host_ip is None else " explicitly"
        message = f"`{shown(port)}` of `{service.name}` listens on all interfaces{explicitly}"
        help_ = f"`{_suggested(port)}` if only this machine needs it"
        yield Fault(service, port.text, message, help_, on_loopback(port))


class PublishedDataService(Rule[Stack]):
    """A database, cache or broker is open to the network.

    Docker publishes ports past `ufw` and `firewalld`, and machines search the Internet for open databases, to guess
    their passwords and to use their bugs. Other services reach it by its name, without any port.

    Leave `ports:` out, or begin with `127.0.0.1:` for tools on this machine. Ports for development go into
    `compose.override.yaml`.

    https://docs.docker.com/engine/network/port-publishing/
    """

    severity = Severity.WARNING
    aliases = ("CIS-5.14", "OWASP-5")
    bad = {
        "=== compose.yaml\nservices:\n  cache:\n    image: redis:8\n    command: redis-server --requirepass ${P:?}\n"
        '    ports:\n      - «"6379:6379"»\n': (
            "=== compose.yaml\nservices:\n  cache:\n    image: redis:8\n    command: redis-server --requirepass ${P:?}\n"
            '    ports:\n      - "127.0.0.1:6379:6379"\n'
        ),
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n    ports:\n      - target: «5432»\n        published: '15432'\n"
        "  web:\n    image: acme/web:1\n    depends_on: [db]\n": (
            "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n    ports:\n      - target: 5432\n        published: '15432'\n"
            "        host_ip: 127.0.0.1\n  web:\n    image: acme/web:1\n    depends_on: [db]\n"
        ),
        "=== compose.yaml\nservices:\n  db:\n    build: db\n    ports: [«'3306:3306'»]\n=== db/Dockerfile\nFROM mysql:8.4\n": (
            "=== compose.yaml\nservices:\n  db:\n    build: db\n    ports: ['127.0.0.1:3306:3306']\n=== db/Dockerfile\nFROM mysql:8.4\n"
        ),
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n    ports: [«'${PORT:-5432}:5432'»]\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n    ports: ['127.0.0.1:5432:5432']\n",
        "=== compose.yaml\nservices:\n  db:\n    image: acme/thing:1\n    ports: ['5432:5432']\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n=== compose.override.yaml\nservices:\n  db:\n"
        "    ports: ['5432:5432']\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n    ports: ['8080:8080']\n    expose: [5432]\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n    ports: ['5432:5432']\n    environment:\n"
        "      POSTGRES_HOST_AUTH_METHOD: trust\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(
            self,
            (
                fault
                for container in stack.containers
                for fault in deployed(container, _published_data(stack, container))
            ),
        )


def _published_data(stack: Stack, container: Container) -> Iterator[Fault]:
    service = container.service
    if any(passwordless(container)):
        return
    for port in open_data_ports(container):
        message = f"`{shown(port)}` opens `{service.name}` to the network"
        help_ = f"`{_suggested(port)}` if only this machine needs it"
        if len(stack.containers) > 1:
            user = next((one.service for one in stack.containers if _uses(one.service, service)), None)
            who = f"`{user.name}` reaches" if user is not None else "other services reach"
            help_ = f"{who} it as `{service.name}:{port.target.text}` without it"
        yield Fault(service, port.text, message, help_, on_loopback(port))


def _uses(service: Service, data: Service) -> bool:
    return any(dependency.name == data.name for dependency in service.depends_on)


class PasswordlessService(Rule[Stack]):
    """A service that asks for no password is open to the network.

    Whoever reaches the port reads, changes and deletes all data. Machines find such ports within hours, and some of
    these services run any command for them too.

    Set a password, and publish the port to this machine only, or not at all: services of one project reach each other
    without `ports:`.

    https://docs.docker.com/engine/network/port-publishing/
    """

    severity = Severity.ERROR
    aliases = ("OWASP-5",)
    bad = {
        '=== compose.yaml\nservices:\n  cache:\n    image: redis:8\n    ports:\n      - «"6379:6379"»\n': (
            '=== compose.yaml\nservices:\n  cache:\n    image: redis:8\n    ports:\n      - "127.0.0.1:6379:6379"\n'
        ),
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n    ports: [«5432:5432»]\n    environment:\n"
        "      - POSTGRES_HOST_AUTH_METHOD=trust\n": (
            "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n    ports: [127.0.0.1:5432:5432]\n    environment:\n"
            "      - POSTGRES_HOST_AUTH_METHOD=trust\n"
        ),
        "=== compose.yaml\nservices:\n  lab:\n    image: jupyter/base-notebook:2023-10-20\n    ports: [«'8888:8888'»]\n"
        "    command: start-notebook.sh --NotebookApp.token=''\n": (
            "=== compose.yaml\nservices:\n  lab:\n    image: jupyter/base-notebook:2023-10-20\n    ports: ['127.0.0.1:8888:8888']\n"
            "    command: start-notebook.sh --NotebookApp.token=''\n"
        ),
        "=== compose.yaml\nservices:\n  cache:\n    image: redis:8\n    command: --requirepass ''\n    ports:\n"
        "      - {target: «6379», published: 6379, host_ip: 0.0.0.0}\n": (
            "=== compose.yaml\nservices:\n  cache:\n    image: redis:8\n    command: --requirepass ''\n    ports:\n"
            "      - {target: 6379, published: 6379, host_ip: 127.0.0.1}\n"
        ),
        "=== compose.yaml\nservices:\n  admin:\n    image: phpmyadmin:5\n    ports: [«8080:80»]\n    environment:\n"
        "      PMA_USER: root\n      PMA_PASSWORD: ${P:?}\n": (
            "=== compose.yaml\nservices:\n  admin:\n    image: phpmyadmin:5\n    ports: [127.0.0.1:8080:80]\n    environment:\n"
            "      PMA_USER: root\n      PMA_PASSWORD: ${P:?}\n"
        ),
    }
    good = (
        "=== compose.yaml\nservices:\n  cache:\n    image: redis:8\n    ports: ['127.0.0.1:6379:6379']\n",
        "=== compose.yaml\nservices:\n  cache:\n    image: redis:8\n    ports: ['6379:6379']\n"
        "    command: redis-server /etc/redis.conf\n  other:\n    image: redis:8\n    ports: ['6380:6379']\n"
        "    command: ${COMMAND}\n",
        "=== compose.yaml\nservices:\n  cache:\n    image: redis:8\n    ports: ['6379:6379']\n"
        "    command: redis-server --requirepass hunter2\n  other:\n    image: redis:8\n    ports: ['6380:6379']\n"
        "    command: [sh, -c, 'redis-server --requirepass \"$$PW\"']\n",
        "=== compose.dev.yaml\nservices:\n  cache:\n    image: redis:8\n    ports: ['6379:6379']\n",
        "=== compose.yaml\nservices:\n  cache:\n    image: acme/redis:8\n    ports: ['6379:6379']\n",
        "=== compose.yaml\nservices:\n  db:\n    image: mysql:8.4\n    ports: ['3306:3306']\n    environment:\n"
        "      MYSQL_ALLOW_EMPTY_PASSWORD: 'yes'\n      MYSQL_ROOT_PASSWORD: ${P:?}\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(
            self,
            (fault for container in stack.containers for fault in deployed(container, _without_password(container))),
        )


def _without_password(container: Container) -> Iterator[Fault]:
    service = container.service
    for port, why in passwordless(container):
        message = f"`{service.name}` {why}, and `{shown(port)}` publishes it to the network"
        yield Fault(service, port.text, message, f"set a password, or `{_suggested(port)}`", on_loopback(port))


class PrivilegedHostPort(Rule[Stack]):
    """A service publishes a port of the host that belongs to the system.

    Below 1024 clients expect services of the machine itself, and only its root may open them. A container that takes
    such a port stands in for one of them.

    Publish it above 1024, or put it behind the proxy that has ports 80 and 443.

    https://docs.docker.com/engine/network/port-publishing/
    """

    severity = Severity.INFO
    profile = "security"
    aliases = ("privileged_ports_mapped_in_container", "CIS-5.8")
    bad = {
        "=== compose.yaml\nservices:\n  directory:\n    image: acme/ldap:1\n    ports: [«'389:389'»]\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    ports: [«'127.0.0.1:500-502:500-502/udp'»]\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    ports:\n      - target: «8080»\n        published: 81\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    ports: ['80:80', '443:443', '8080:81', '389']\n",
        "=== compose.yaml\nservices:\n  dns:\n    image: pihole/pihole:2026.11\n    ports: ['53:53/udp', '53:53']\n"
        "  mail:\n    image: mailserver/docker-mailserver:15\n    ports: ['25:25', '993:993']\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    ports: ['${PORT}:80', '22:22']\n",
        "=== dockerlint.toml\nhost-ports = [389]\n=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    ports: ['389:389']\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(
            self,
            (fault for container in stack.containers for fault in _of_the_system(container, self.settings.host_ports)),
        )


def _of_the_system(container: Container, given: tuple[int, ...]) -> Iterator[Fault]:
    service = container.service
    reference = image_of(container)
    allowed = {*given, _SSH}
    if reference is not None and is_dns_server(reference):
        allowed |= _DNS
    if reference is not None and is_mail_server(reference):
        allowed |= _MAIL
    for port in service.ports:
        taken = [number for number in port.published_ports or () if 0 < number < 1024 and number not in allowed]
        if taken and (service.network_mode is None or service.network_mode.text not in ("host", "none")):
            message = f"`{service.name}` publishes host port {taken[0]}, which belongs to the system"
            yield Fault(service, port.text, message, "publish it above 1024")
