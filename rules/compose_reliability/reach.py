"""Addresses of services that are found by name: whether they meet in a network, and whether the port is right."""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.knowledge.data_services import DataFamily
from dockerlint.lint.rule import Findings, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import replaced_part
from dockerlint.project.addresses import Address, bare_hosts
from dockerlint.project.containers import Container, Stack
from dockerlint.project.networks import Networks
from dockerlint.project.possible_ports import container_port
from dockerlint.wording import listed

from .naming import grouped


def _of_others(container: Container) -> Iterator[Address]:
    """The addresses that a container is told of; a word `name:80` of a command only if that is a service."""
    yield from container.addresses
    yield from (one for one in bare_hosts(container) if container.compose.service(one.name) is not None)


class WrongServicePort(Rule[Stack]):
    """A service looks for another one at a port on which that does not listen.

    `ports: ["5433:5432"]` opens 5433 on the host only. From container to container the second number counts:
    the first one leads to "connection refused".

    Use the port of the container: `db:5432`.

    https://docs.docker.com/compose/how-tos/networking/
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://u:p@db:«5433»/x\n"
        '  db:\n    image: postgres:17\n    ports: ["5433:5432"]\n': (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n"
            "      DATABASE_URL: postgres://u:p@db:5432/x\n"
            '  db:\n    image: postgres:17\n    ports: ["5433:5432"]\n'
        ),
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      DB_HOST: db\n      DB_PORT: «3307»\n"
        "  db:\n    image: mysql:8.4\n": (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      DB_HOST: db\n      DB_PORT: 3306\n"
            "  db:\n    image: mysql:8.4\n"
        ),
        "=== compose.yaml\nservices:\n  proxy:\n    image: x/y:1\n    environment:\n      UPSTREAM: http://web:«8080»\n"
        "  web:\n    image: nginx:1.31\n    ports: ['8080:80']\n": (
            "=== compose.yaml\nservices:\n  proxy:\n    image: x/y:1\n    environment:\n      UPSTREAM: http://web:80\n"
            "  web:\n    image: nginx:1.31\n    ports: ['8080:80']\n"
        ),
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://u:p@db:5432/x\n"
        '  db:\n    image: postgres:17\n    ports: ["5433:5432"]\n',
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgres://u:p@db:5433/x\n"
        "  db:\n    image: postgres:17\n    command: -p 5433\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      URL: http://api:8080\n"
        '  api:\n    image: acme/api:1\n    ports: ["8080:80"]\n',
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      URL: http://rabbit:15672\n"
        '  rabbit:\n    image: rabbitmq:4-management\n    ports: ["5673:5672"]\n',
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      URL: redis://cache:6380\n"
        "  cache:\n    image: redis:8\n    command: redis-server /etc/redis.conf\n"
        "    volumes: ['./redis.conf:/etc/redis.conf']\n",
    )

    def check(self, stack: Stack) -> Findings:
        networks = stack.networks
        faults = (
            ((address.port.text.span, other), (container, address))
            for container in stack.containers
            for address in _of_others(container)
            if address.port is not None and address.number is not None
            if (other := _asked(stack, networks, container, address)) is not None and _is_deaf(other, address)
        )
        for (place, other), found in grouped(faults):
            address = found[0][1]
            names = listed(one.service.name for one, _ in found)
            name, number = other.service.name, address.number
            right = container_port(other, number)
            if right != number:
                message = (
                    f"{names} cannot reach `{name}` at {number}, which is only the host's side of its port {right}"
                )
            else:
                right = other.data.ports[0] if other.data is not None else None
                message = f"{names} cannot reach `{name}` at {number}: it listens on {right}"
            edit = replaced_part(address.port, address.port.text, str(right)) if address.port is not None else None
            yield self.finding(place, message, help=f"`{name}:{right}`", fix=fix_of(f"write {right}", edit))


def _asked(stack: Stack, networks: Networks, container: Container, address: Address) -> Container | None:
    """The service that an address names in a container, if the two surely meet."""
    service = networks.named(container.service, address.name)
    if service is None or networks.is_given(container.service, address.name):
        return None
    other = stack.container(service.name)
    meets = networks.share(container.service, service) and not networks.is_on_host(container.service)
    return other if meets and other is not container else None


def _is_deaf(container: Container, address: Address) -> bool:
    """Whether a service surely does not listen on the port of an address."""
    is_known = container.facts is not None or container.data is not None
    if not is_known or address.number is None or address.number in container.possible_ports:
        return False
    if container_port(container, address.number) != address.number:
        return True
    family = container.data
    return family is not None and _asks_for(address, family) and not _has_configuration(container)


def _asks_for(address: Address, family: DataFamily) -> bool:
    """Whether an address is meant for a server of the family, all ports of which are known."""
    if address.family is not None:
        return address.family.name == family.name
    return len(family.ports) == 1 and bool(family.schemes) and not address.scheme


def _has_configuration(container: Container) -> bool:
    """Whether a file that the project brings may name another port."""
    targets = [str(mount.target.text) for mount in container.service.volumes]
    is_mounted = any(target.startswith("/etc") or target.endswith((".conf", ".cnf", ".yaml")) for target in targets)
    return is_mounted or "configs" in container.service.node or container.service.build is not None


class NoCommonNetwork(Rule[Stack]):
    """A service is told of another one with which it shares no network.

    Names are known inside one network only: the other service is not found, however well it runs.

    List one network in the `networks` of both.

    https://docs.docker.com/compose/how-tos/networking/
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    networks: [front]\n    environment:\n"
        "      DATABASE_URL: postgres://u:p@«db»/x\n  db:\n    image: postgres:17\n    networks: [back]\n"
        "networks:\n  front:\n  back:\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    network_mode: host\n    environment:\n"
        "      REDIS_HOST: «redis»\n  redis:\n    image: redis:8\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    depends_on: [db]\n    networks: [proxy]\n"
        "    environment:\n      DB_HOST: «db»\n  db:\n    image: postgres:17\nnetworks:\n  proxy:\n    external: true\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    networks: [front, back]\n    environment:\n"
        "      DATABASE_URL: postgres://u:p@db/x\n  db:\n    image: postgres:17\n    networks: [back]\n"
        "networks:\n  front:\n  back:\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    networks: [a]\n    environment:\n      DB_HOST: db\n"
        "  db:\n    image: postgres:17\n    networks: [b]\nnetworks:\n  a:\n    name: shop\n    external: true\n"
        "  b:\n    name: shop\n    external: true\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    network_mode: host\n    environment:\n"
        "      REDIS_HOST: localhost\n  redis:\n    image: redis:8\n    ports: ['6379:6379']\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    network_mode: service:vpn\n    environment:\n"
        "      REDIS_HOST: redis\n  vpn:\n    image: x/vpn:1\n  redis:\n    image: redis:8\n",
    )

    def check(self, stack: Stack) -> Findings:
        networks = stack.networks
        faults = (
            ((address.host.text.span, other), container)
            for container in stack.containers
            for address in _of_others(container)
            if (other := _out_of_reach(stack, networks, container, address)) is not None
        )
        for (place, other), senders in grouped(faults):
            names = listed(one.service.name for one in senders)
            mine, theirs = (_shown(networks, one) for one in (senders[0], other))
            message = f"{names} ({mine}) cannot find `{other.service.name}` ({theirs})"
            yield self.finding(place, message, help="list one network in the `networks` of both")


def _out_of_reach(stack: Stack, networks: Networks, container: Container, address: Address) -> Container | None:
    sender = container.service
    other = networks.named(sender, address.name)
    if other is None or other is sender or networks.is_given(sender, address.name):
        return None
    waits = any(dependency.name == other.name for dependency in sender.depends_on)
    if networks.share(sender, other) is not False or (networks.has_strangers(sender) and not waits):
        return None
    return stack.container(other.name)


def _shown(networks: Networks, container: Container) -> str:
    names = sorted(networks.of(container.service) or ())
    if not names:
        return "without any network"
    return f"network {listed(names)}" if "host" not in names[0] else names[0]
