"""Published ports: what cannot be published, and what is published twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from dockerlint.compose.errors import shown
from dockerlint.compose.nodes import Mapping, Scalar, Sequence
from dockerlint.compose.ports import PROTOCOLS, Port
from dockerlint.compose.services import Compose, Service
from dockerlint.lint.finding import Finding
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import deleted_key, quote_of, quoted
from dockerlint.source import Span, Text
from dockerlint.wording import listed

from .words import refused

# Nobody publishes more; a hostile file shall not make each of a million meet each other.
_MOST_PORTS = 1000


class InvalidPublishedPort(Rule[Compose]):
    """An entry of `ports` or `expose` is no port.

    Compose refuses the file, or the engine refuses to make the container.

    Write `[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]`, ports being numbers up to 65535 or equally long ranges of them, and
    the address an IP address: `127.0.0.1:8080:80`.

    https://docs.docker.com/reference/compose-file/services/#ports
    """

    severity = Severity.ERROR
    guards = True
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - «localhost:8080:80»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - «127.0.0.1:80»\n      - «'80:'»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports: [«a:b», «80.5», «70000:80», «80-81:80-82»]\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - target: 80\n"
        "        published: «127.0.0.1:8080»\n      - target: 80\n        protocol: «http»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - «published: 80»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    expose: [80, «'80:80'», «http»]\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - «80:»\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - '::1:8080:80'\n      - '[::1]:81:81'\n"
        "      - 9090-9091:80\n      - 0:80\n      - 53:53/UDP\n      - 80-82:90-92\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports: ['${PORT}:80', '127.0.0.1:${PORT:?}:80']\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - {target: 80, published: 8080-8090}\n"
        "      - {target: 80, published: '', protocol: TCP}\n    expose: [80, 81-82/udp]\n",
    )

    def check(self, compose: Compose) -> Findings:
        yield from refused(self, compose, "port")
        for service in compose.services:
            for port in service.ports:
                if port.node is not None:
                    yield from self._of_the_engine(port, port.node)
            for entry in service.settings.texts("expose"):
                if not entry.unknown and not _is_port(entry.text):
                    message = f"{shown(entry.text)} is no port of the container: `expose` takes numbers such as `80`"
                    yield self.finding(entry.text, message)

    def _of_the_engine(self, port: Port, node: Mapping) -> Findings:
        """What Compose hands on unseen."""
        published = port.published
        if published is not None and not published.unknown and port.published_ports is None:
            hint = ": the address goes into `host_ip`" if "." in published.text else ""
            yield self.finding(published.written, f"{shown(published.text)} is no port of the host{hint}")
        if not port.target.unknown and port.target_ports is None:
            yield self.finding(port.target.written, f"{shown(port.target.text)} is no port of the container")
        protocol = node.get("protocol")
        if protocol is not None and port.protocol and port.protocol.lower() not in PROTOCOLS:
            yield self.finding(protocol.span, f"{shown(port.protocol)} is no protocol that can be published")


def _is_port(entry: str) -> bool:
    match = re.fullmatch(r"(\d+)(?:-(\d+))?(?:/(?:tcp|udp|sctp))?", entry, re.ASCII | re.IGNORECASE)
    return match is not None and all(int(number) <= 65535 for number in match.groups() if number)


class RepeatedHostPort(Rule[Compose]):
    """Two containers publish the same port of the host.

    The first one to start takes the port; the engine refuses to start the other: `port is already allocated`.

    Give each its own host port. Entries of a base file and of its override add up: there, `ports: !override` replaces
    them. With several replicas leave the host port out, or publish through one proxy.

    https://docs.docker.com/reference/compose-file/services/#ports
    """

    severity = Severity.ERROR
    aliases = ("no-duplicate-exported-ports",)
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports: ['8080:80']\n"
        "  admin:\n    image: x:1\n    ports:\n      - «8080:8000»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - 8000-8010:8000-8010\n"
        "      - «127.0.0.1:8005:80»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - target: 80\n        published: 8080\n"
        "  api:\n    image: x:1\n    ports:\n      - target: 81\n        published: «'8080'»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports: [«'8080:80'»]\n    scale: 2\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  dns:\n    image: x:1\n    ports: ['53:53', '53:53/udp', '0.0.0.0:53:53']\n",
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    ports: ['127.0.0.1:80:80', '80', '9090-9091:80']\n"
        "  b:\n    image: x:1\n    ports: ['127.0.0.2:80:80', '80', '9090-9091:80']\n",
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    ports: ['80:80']\n    profiles: [one]\n"
        "  b:\n    image: x:1\n    ports: ['80:80']\n    profiles: [two]\n",
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    ports: ['0.0.0.0:80:80', '[::]:80:80', '${P}:81']\n"
        "  b:\n    image: x:1\n    ports: ['${P}:81', '81']\n",
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    ports: ['80:80']\n"
        "  b:\n    image: x:1\n    network_mode: host\n    ports: ['80:80']\n",
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    ports: ['80:80']\n    deploy:\n      replicas: 2\n"
        "      update_config:\n        order: start-first\n",
    )

    def check(self, compose: Compose) -> Findings:
        seen: list[_Binding] = []
        told: set[Span] = set()
        for binding in islice(_bindings(compose), _MOST_PORTS):
            first = next((one for one in seen if one.meets(binding)), None)
            if first is None:
                seen.append(binding)
            elif binding.place.span not in told:  # five services may share one list
                told.add(binding.place.span)
                yield self.finding(binding.place, _collision(first, binding))
        for service in compose.services:
            yield from self._of_replicas(compose, service)

    def _of_replicas(self, compose: Compose, service: Service) -> Findings:
        replicas = service.replicas
        if replicas < 2 or is_for_swarm(compose):
            return
        for binding in _bindings_of(service):
            if len(binding.ports) == 1:
                message = f"`{service.name}` has {replicas} replicas and one host port {binding.ports[0]}"
                yield self.finding(binding.place, f"{message}: the second one cannot start")


class _Binding(NamedTuple):
    """What a service takes of the host."""

    service: Service
    ports: range
    targets: range | None
    address: str
    protocol: str
    place: Text

    def meets(self, other: _Binding) -> bool:
        if self.protocol != other.protocol or not _overlap(self.ports, other.ports):
            return False
        if self.service is other.service and self.is_equal(other):
            return False  # Compose melts them
        return _same_address(self.address, other.address) and self.service.may_run_with(other.service)

    def is_equal(self, other: _Binding) -> bool:
        addresses = {one.address or "0.0.0.0" for one in (self, other)}  # noqa: S104 (compared, not bound)
        return len(addresses) == 1 and (self.ports, self.targets) == (other.ports, other.targets)


def _bindings(compose: Compose) -> Iterator[_Binding]:
    for service in compose.services:
        yield from _bindings_of(service)


def _bindings_of(service: Service) -> Iterator[_Binding]:
    mode = service.network_mode
    if mode is not None and (mode.unknown or mode.text in ("host", "none") or ":" in mode.text):
        return
    for port in service.ports:
        ports, targets = port.published_ports, port.target_ports
        is_any_of_many = ports is not None and len(ports) > 1 and targets is not None and len(targets) == 1
        if port.unknown or ports is None or ports[0] == 0 or is_any_of_many:
            continue
        place = port.text if port.node is None or port.published is None else port.published.written
        address = str(port.host_ip.text).strip("[]") if port.host_ip else ""
        yield _Binding(service, ports, targets, address, port.protocol.lower(), place)


def _same_address(first: str, second: str) -> bool:
    """Whether two addresses have one in common. `0.0.0.0` are all of IPv4, `::` all of IPv6, nothing is both."""
    if not first or not second or first == second:
        return True
    if (":" in first) != (":" in second):
        return False
    return bool({"0.0.0.0", "::"} & {first, second})  # noqa: S104 (compared, not bound)


def _overlap(first: range, second: range) -> bool:
    return first.start < second.stop and second.start < first.stop


def _collision(first: _Binding, second: _Binding) -> str:
    port = max(first.ports.start, second.ports.start)
    name, other = first.service.name, second.service.name
    is_elsewhere = first.place.source is not second.place.source
    where = f"{first.place.source.path}:{first.place.line}" if is_elsewhere else f"line {first.place.line}"
    if name != other:
        return f"host port {port} is published by `{name}` ({where}) and by `{other}`: the second one cannot start"
    hint = "the lists of files add up, `ports: !override` replaces them" if is_elsewhere else "it cannot start"
    return f"`{name}` publishes host port {port} twice (first in {where}): {hint}"


def is_for_swarm(compose: Compose) -> bool:
    """Whether a file has settings that only `docker stack deploy` heeds, which spreads a port over replicas."""
    deploys = (service.node.get("deploy") for service in compose.services)
    has_settings = any(isinstance(deploy, Mapping) and not _OF_SWARM.isdisjoint(deploy.keys) for deploy in deploys)
    return has_settings or has_overlay_network(compose)


def has_overlay_network(compose: Compose) -> bool:
    """Whether a network of the project spans the machines of a Swarm."""
    nodes = (entry.value for entry in compose.declarations("networks"))
    drivers = (node.get("driver") for node in nodes if isinstance(node, Mapping))
    return any(isinstance(driver, Scalar) and driver.text == "overlay" for driver in drivers)


_OF_SWARM = frozenset({"placement", "update_config", "rollback_config", "endpoint_mode", "mode"})


class UnpublishablePort(Rule[Compose]):
    """`ports` stands beside a network mode without ports to publish.

    Compose drops the entries without a word: with `host` the program is reached at its own port, with `none` not at all.

    Delete `ports`, or the network mode.

    https://docs.docker.com/engine/network/drivers/host/
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    network_mode: host\n    «ports»:\n      - 8080:80\n": None,
        "=== compose.yaml\nx-web: &web\n  image: x:1\n  network_mode: none\n  «ports»: ['80']\n"
        "services:\n  web:\n    <<: *web\n  api:\n    <<: *web\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    network_mode: host\n    «ports»:\n      - '80:80'\n"
        "    restart: always\n": "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    network_mode: host\n"
        "    restart: always\n",
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    network_mode: host\n    expose: [80]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    network_mode: bridge\n    ports: ['80:80']\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    network_mode: ${MODE}\n    ports: ['80:80']\n",
    )

    def check(self, compose: Compose) -> Findings:
        dropped: dict[Span, list[Service]] = {}
        for service in compose.services:
            entry, mode = service.node.entry("ports"), service.network_mode
            if entry is not None and mode is not None and not mode.unknown and mode.text in ("host", "none"):
                dropped.setdefault(entry.key.span, []).extend([service] if service.ports else [])
        for place, services in dropped.items():
            if services:
                yield self._of_services(place, services)

    def _of_services(self, place: Span, services: list[Service]) -> Finding:
        first = services[0]
        mode = str(first.network_mode.text) if first.network_mode else "host"
        what = "the program is reached at its own port" if mode == "host" else "nothing reaches it"
        names = listed(service.name for service in services)
        message = f"`ports` of {names} do nothing with `network_mode: {mode}`: {what}"
        fix = _without_ports(first) if mode == "host" and all(map(_says_nothing, first.ports)) else None
        return self.finding(place, message, fix=fix)


def _says_nothing(port: Port) -> bool:
    """Whether an entry would publish a port as itself, on all addresses."""
    return port.host_ip is None and not port.unknown and port.published_ports == port.target_ports


def _without_ports(service: Service) -> Fix | None:
    edit = deleted_key(service.node, "ports")
    return fix_of("delete `ports`", edit, is_safe=True)


class UnquotedPort(Rule[Service]):
    """A port with a colon stands without quotes.

    Readers of YAML 1.1 take `22:22` for a number in base 60; Compose does not, but other tools that read the file do.

    Put it in quotes.

    https://docs.docker.com/reference/compose-file/services/#ports
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("require-quotes-in-ports",)
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - «22:22»\n      - '80:80'\n":
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - '22:22'\n      - '80:80'\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports: [«8080:80»]\n":
        '=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports: ["8080:80"]\n',
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - «${PORT:-80}:80»\n": None,
    }  # fmt: skip
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports: ['80:80', \"81:81\"]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports: [80, 81-82]\n    expose: [80]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - target: 80\n        published: 80\n",
    )

    def check(self, service: Service) -> Findings:
        node = service.node.get("ports")
        if not isinstance(node, Sequence):
            return
        quotes = {quote_of(item) for item in node.items} - {""}
        quote = quotes.pop() if len(quotes) == 1 else '"'
        for item in node.items:
            if isinstance(item, Scalar) and item.plain and ":" in item.text:
                edit = quoted(item, quote)
                fix = fix_of("quote it", edit, is_safe=True)
                yield self.finding(item.text, _misreading(item.text), fix=fix)


def _misreading(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d*(?::[0-5]?\d)+", text):
        return f"quote {shown(text)}, as other ports with a colon must be"
    number = 0
    for part in text.split(":"):
        number = number * 60 + int(part)
    return f"quote {shown(text)}: readers of YAML 1.1 take it for the number {number}"
