"""Addresses under which one service looks for another: whether the name and the port lead there."""

from __future__ import annotations

import re

from dockerlint.lint.rule import Findings, Fix, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import replaced_part
from dockerlint.project.addresses import COMMAND, Address, family_by_word
from dockerlint.project.containers import Container, Stack
from dockerlint.project.networks import LOOPBACKS, Networks
from dockerlint.project.possible_ports import container_port
from dockerlint.wording import listed

from .naming import grouped

_GIVEN_BY_DOCKER = frozenset({"host.docker.internal", "gateway.docker.internal", *LOOPBACKS})


def _where(address: Address, container: Container) -> str:
    name = container.service.name
    return f"the command of `{name}`" if address.setting == COMMAND else f"`{address.setting}` of `{name}`"


class UnknownServiceHost(Rule[Stack]):
    """A service is told of a host that no container of the project is called.

    Docker's name server knows services, their aliases and container names. Any other name without a dot is looked for
    in vain: "could not translate host name", "getaddrinfo ENOTFOUND".

    Write the name of the service: `redis://redis:6379`.

    https://docs.docker.com/compose/how-tos/networking/
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      REDIS_URL: redis://«rediss»:6379/0\n"
        "  redis:\n    image: redis:8\n": (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      REDIS_URL: redis://redis:6379/0\n"
            "  redis:\n    image: redis:8\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      - CELERY_BROKER=redis://«cache»:6379\n"
        "  redis:\n    image: redis:8\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n"
        "      DATABASE_URL: postgres://u:${PW}@«postgres»/x\n  db:\n    image: postgres:17\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      DB_HOST: «mysql»\n      SQL_HOST: «sql»:3306\n"
        "  db:\n    image: mysql:8.4\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    env_file: web.env\n  mysql:\n    image: mysql:8.4\n"
        "=== web.env\nDB_HOST=«mysq»\nDB_PORT=3306\n": ("=== web.env\nDB_HOST=mysql\nDB_PORT=3306\n"),
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      REDIS_URL: redis://cache:6379\n"
        "  redis:\n    image: redis:8\n    container_name: cache\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      REDIS_URL: redis://cache:6379\n"
        "    networks: [shared]\n  redis:\n    image: redis:8\nnetworks:\n  shared:\n    external: true\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      REDIS_URL: redis://cache.example.com:6379\n"
        "      API: http://backend:80\n      OTHER_URL: redis://${REDIS}:6379\n  redis:\n    image: redis:8\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      REDIS_URL: redis://cache:6379\n"
        "    extra_hosts: ['cache:10.0.0.7']\n  redis:\n    image: redis:8\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    links: ['redis:cache']\n    environment:\n"
        "      REDIS_URL: redis://cache:6379\n  redis:\n    image: redis:8\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      REDIS_URL: redis://cache:6379\n"
        "  redis-a:\n    image: redis:8\n  redis-b:\n    image: redis:8\n",
    )

    def check(self, stack: Stack) -> Findings:
        networks = stack.networks
        if stack.compose.is_fragment:
            return
        for container in stack.containers:
            sender = container.service
            if networks.of(sender) is None or networks.is_on_host(sender) or networks.has_strangers(sender):
                continue
            for address in container.addresses:
                if not _is_nobodys(stack, networks, container, address):
                    continue
                near = _near(stack, networks, container, address.name)
                other = near or _of_family(stack, networks, container, address)
                if other is None:
                    continue
                name = str(other.service.name)
                what = other.data.name if other.data is not None else "service"
                message = f"{_where(address, container)} names the host `{address.name}`, which is nobody's"
                help_ = f"the {what} of this project is called `{name}`"
                edit = replaced_part(address.host, address.host.text, name) if near is not None else None
                fix = fix_of(f"write `{name}`", edit) if near is not None else None
                yield self.finding(address.host.text, message, help=help_, fix=fix)


def _is_nobodys(stack: Stack, networks: Networks, container: Container, address: Address) -> bool:
    name = address.name
    is_name = "." not in name and not name.isdecimal() and not name.startswith("[")
    if not is_name or name.lower() in _GIVEN_BY_DOCKER or networks.is_given(container.service, name):
        return False
    if networks.named(container.service, name) is not None:
        return False
    # Compose calls containers `project-service-1`.
    return not any(re.search(rf"[-_]{re.escape(one.service.name)}[-_]\d+$", name) for one in stack.containers)


def _near(stack: Stack, networks: Networks, container: Container, name: str) -> Container | None:
    """The service that the sender reaches and whose name differs by one letter."""
    found = [
        one
        for one in stack.containers
        if one is not container
        and len(name) > 2
        and networks.share(container.service, one.service)
        and _is_one_edit_away(name.lower(), one.service.name.lower())
    ]
    return found[0] if len(found) == 1 else None


def _is_one_edit_away(one: str, other: str) -> bool:
    """Whether one letter too many, too few or another one makes the difference; numbers tell servants apart."""
    if len(one) > len(other):
        one, other = other, one
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    is_near = one[start:] == other[start + 1 :] or (len(one) == len(other) and one[start + 1 :] == other[start + 1 :])
    return is_near and not other[start : start + 1].isdigit()


def _of_family(stack: Stack, networks: Networks, container: Container, address: Address) -> Container | None:
    """The only data service of the kind, or else at the port, that the address asks for, if the sender reaches it."""
    family = address.family or family_by_word(address.name)
    port = address.number if address.port is not None else None
    found = [
        one
        for one in stack.containers
        if one.data is not None and (port in one.data.ports if family is None else one.data.name == family.name)
    ]
    is_only = len(found) == 1 and networks.share(container.service, found[0].service)
    return found[0] if is_only and found[0] is not container else None


# For the browser of whoever uses the program, or for its own name.
_PUBLIC = re.compile(
    r"^(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|EXPO_PUBLIC)_|ORIGIN|CORS|_HOSTS$|REDIRECT|CALLBACK|PUBLIC|EXTERNAL|"
    r"FRONTEND|SITE_URL|BASE_URL|ROOT_URL|WEBHOOK|DOMAIN|BIND|LISTEN|ADVERTI|CSRF|ISSUER|CONSOLE",
    re.IGNORECASE,
)
_BROWSER_SERVICES = frozenset({"frontend", "front", "ui", "client", "webapp", "dashboard", "spa", "admin"})


class LocalhostBetweenServices(Rule[Stack]):
    """A service looks for another one at `localhost`.

    Inside a container `localhost` is the container itself, where nothing listens on that port: "connection refused".

    Use the name of the other service and the port that it listens on: `db:5432`.

    https://docs.docker.com/compose/how-tos/networking/
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n"
        "      DATABASE_URL: postgres://u:p@«localhost»:5432/x\n  db:\n    image: postgres:17\n": (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n"
            "      DATABASE_URL: postgres://u:p@db:5432/x\n  db:\n    image: postgres:17\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      - DB_HOST=«127.0.0.1»\n"
        '      - DB_PORT=5433\n  db:\n    image: postgres:17\n    ports: ["5433:5432"]\n': (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      - DB_HOST=db\n"
            '      - DB_PORT=5432\n  db:\n    image: postgres:17\n    ports: ["5433:5432"]\n'
        ),
        "=== compose.yaml\nservices:\n  worker:\n    image: acme/w:1\n"
        "    command: celery -b redis://«localhost» worker\n  cache:\n    image: redis:8\n": (
            "=== compose.yaml\nservices:\n  worker:\n    image: acme/w:1\n"
            "    command: celery -b redis://cache worker\n  cache:\n    image: redis:8\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    env_file: .env.web\n  db:\n    image: mysql:8.4\n"
        "=== .env.web\nMYSQL_HOST=«localhost»\n": "=== .env.web\nMYSQL_HOST=db\n",
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    network_mode: host\n    environment:\n"
        "      DATABASE_URL: postgres://u:p@localhost:5432/x\n  db:\n    image: postgres:17\n    ports: ['5432:5432']\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    network_mode: service:db\n    environment:\n"
        "      DATABASE_URL: postgres://u:p@localhost:5432/x\n  db:\n    image: postgres:17\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      VITE_API_URL: http://localhost:8000\n"
        "      CORS_ORIGINS: http://localhost:8000\n  api:\n    build: ./api\n    ports: ['8000:8000']\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['8000:8000']\n    environment:\n"
        "      SELF_URL: http://localhost:8000\n  other:\n    image: x/y:1\n    ports: ['8001:8000']\n",
        "=== compose.yaml\nservices:\n  frontend:\n    build: .\n    environment:\n      API_URL: http://localhost:8000\n"
        "  api:\n    build: ./api\n    ports: ['8000:8000']\n",
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    env_file: shared.env\n    environment:\n      DB_HOST: db\n"
        "  tests:\n    build: .\n    env_file: shared.env\n  db:\n    image: postgres:17\n"
        "=== shared.env\nDB_HOST=localhost\nDB_PORT=5432\n",
    )

    def check(self, stack: Stack) -> Findings:
        networks = stack.networks
        faults = (
            ((address.host.text.span, others[0]), (container, address, len(others)))
            for container in stack.containers
            if not networks.is_on_host(container.service) and networks.of(container.service)
            for address in container.addresses
            if address.name.lower() in LOOPBACKS and not _is_for_the_host(stack, address)
            if (others := _meant(stack, networks, container, address))
        )
        for (place, other), found in grouped(faults):
            _, address, count = found[0]
            port = container_port(other, address.number)
            names = listed(one.service.name for one, _, _ in found)
            what = "the command" if address.setting == COMMAND else f"`{address.setting}`"
            message = f"{what} of {names} points to `{address.shown}`, the container itself"
            right = f"{other.service.name}:{port}"
            fix = _to_service(address, other, port) if count == len(found) == 1 else None
            yield self.finding(place, message, help=f"`{other.service.name}` is found at `{right}`", fix=fix)


def _is_for_the_host(stack: Stack, address: Address) -> bool:
    """Whether it stands in an env file, and a service that reads the file puts something else in its place."""
    readers = (
        one for one in stack.containers if any(file.source is address.host.text.source for file in one.env_files)
    )
    return any(name == address.setting for one in readers for name, _ in one.service.environment)


def _meant(stack: Stack, networks: Networks, container: Container, address: Address) -> list[Container]:
    """The services that an address at `localhost` may mean; none if the container may listen there itself."""
    port = address.number
    if port is None or _is_own_or_public(container, address):
        return []
    together = [one for one in stack.containers if networks.share_namespace(container.service, one.service)]
    if any(port in one.possible_ports for one in together):
        return []
    others = [one for one in stack.containers if one not in together and networks.share(container.service, one.service)]
    return [one for one in others if port in _reachable_ports(one) and _is_of_kind(one, address, port)]


_BINDING = re.compile(r"BIND|LISTEN|ADVERTI", re.IGNORECASE)
_WEB = frozenset({"http", "https", "ws", "wss"})
_STORES = frozenset({"db", "database", "sql", "cache", "broker", "queue"})


def _is_own_or_public(container: Container, address: Address) -> bool:
    """Whether an address may be where the container listens itself, or one for the browser of its users."""
    if address.family is not None:
        return _BINDING.search(address.setting) is not None
    parts = set(re.split(r"[-_.]", container.service.name.lower()))
    is_public = _PUBLIC.search(address.setting) is not None or not parts.isdisjoint(_BROWSER_SERVICES)
    return is_public or address.setting == COMMAND or address.name == "0.0.0.0"  # noqa: S104 -- no socket


def _is_of_kind(other: Container, address: Address, port: int) -> bool:
    """Whether a service is what an address asks for. What a browser on the host finds too may be meant for that."""
    if address.family is not None:
        return other.data is None or other.data.name == address.family.name
    if address.scheme in _WEB:
        return not any(port in (one.published_ports or ()) for one in other.service.ports)
    words = set(address.setting.lower().split("_"))
    return bool(address.scheme) or not words.isdisjoint(_STORES | set(re.split(r"[-_.]", other.service.name.lower())))


def _reachable_ports(container: Container) -> set[int]:
    """The ports of a service, those of the host too."""
    ports = {number for port in container.service.ports for number in port.target_ports or ()}
    ports |= {number for port in container.service.ports for number in port.published_ports or ()}
    return ports | set(container.data.ports if container.data is not None else ())


def _to_service(address: Address, other: Container, port: int | None) -> Fix | None:
    edits = [replaced_part(address.host, address.host.text, str(other.service.name))]
    if address.port is not None and address.number != port:
        edits.append(replaced_part(address.port, address.port.text, str(port)))
    return fix_of(f"write `{other.service.name}`", *edits)
