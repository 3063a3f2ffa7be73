"""Published ports in both of their forms.

https://docs.docker.com/reference/compose-file/services/#ports
"""

from __future__ import annotations

from typing import NamedTuple

from dockerlint.compose.errors import shown
from dockerlint.compose.nodes import Mapping, Node, Scalar, Sequence
from dockerlint.compose.values import Section, Value, is_null
from dockerlint.source import Text

HIGHEST = 65535
PROTOCOLS = ("tcp", "udp", "sctp")


class Port(NamedTuple):
    """One entry of `ports`, ranges not taken apart.

    `published` is the port of the host, None for one that the engine picks; `target` that of the
    container. `text` is the entry as it is written, in the long form its target.
    """

    host_ip: Value | None
    published: Value | None
    target: Value
    protocol: str
    text: Text
    mode: Value | None = None
    node: Mapping | None = None  # of the long form

    @property
    def unknown(self) -> bool:
        """Whether a variable without a value stands anywhere in it."""
        return any(value is not None and value.unknown for value in (self.host_ip, self.published, self.target))

    @property
    def published_ports(self) -> range | None:
        """The ports of the host; None if unknown or left to the engine."""
        return _known_range(self.published)

    @property
    def target_ports(self) -> range | None:
        """The ports of the container; None if unknown."""
        return _known_range(self.target)


def read_ports(service: Section) -> tuple[Port, ...]:
    """The ports of a service; those that do not parse are noted and left out."""
    entry = service.entry("ports")
    items = entry.value.items if entry is not None and isinstance(entry.value, Sequence) else ()
    ports = (_read(item, service) for item in items)
    return tuple(port for port in ports if port is not None)


def port_range(text: str) -> range:
    """`80` or `80-90` as numbers. Raises ValueError if it is neither."""
    first, dash, last = text.partition("-")
    ends = [int(end) for end in ((first, last) if dash else (first, first)) if end.isascii() and end.isdigit()]
    if len(ends) != 2 or not ends[0] <= ends[1] <= HIGHEST:
        raise ValueError(f"{shown(text)} is no port")
    return range(ends[0], ends[1] + 1)


def _read(item: Node, service: Section) -> Port | None:
    if isinstance(item, Mapping):
        if _is_short_without_end(item):
            message = f"`{item.keys[0]}:`: the port of the container is missing after the colon"
            service.reader.note("port", message, item.span)
            return None
        return _long(Section(f"a port of {service.name}", item, service.reader))
    if not isinstance(item, Scalar) or isinstance(item.value, bool) or item.value is None:
        return None
    if isinstance(item.value, float):
        service.wrong(item, f"{shown(item.text)} is no port: a number with a point", "port")
        return None
    value = service.reader.value(item)
    try:
        return read_short(value)
    except ValueError as error:
        if not value.unknown:
            service.reader.note("port", str(error), item.span)
        return None


def _is_short_without_end(item: Mapping) -> bool:
    """Whether `80:` is what YAML takes for a mapping."""
    return len(item.entries) == 1 and is_null(item.entries[0].value) and str(item.keys[0]).isdecimal()


def read_short(value: Value) -> Port:
    """`[[IP:][HOST]:]CONTAINER[/PROTOCOL]`. Raises ValueError with the fault."""
    text = value.text
    last = text.rfind(":")
    before = text.rfind(":", 0, last) if last > 0 else -1
    slash = text.find("/", last + 1)
    end = slash if slash >= 0 else len(text)
    protocol = text[end + 1 :].lower() or "tcp"
    host_ip = _given(value, 0, before)
    published = _given(value, before + 1, last)
    port = Port(host_ip, published, value.part(last + 1, end), protocol, text)
    _check(port)
    return port


def _given(value: Value, start: int, end: int) -> Value | None:
    """A field of the short form, or None where nothing stands and no variable might say something."""
    part = value.part(start, end) if end >= start else None
    return part if part and (part.text or part.unknown) else None


def _check(port: Port) -> None:
    text = port.text
    if port.protocol not in PROTOCOLS:
        raise ValueError(f"{shown(text)}: {shown(port.protocol)} is no protocol that can be published")
    if port.host_ip and not port.host_ip.unknown:
        _check_address(port.host_ip.text, text)
    if not port.target.text and not port.target.unknown:
        raise ValueError(f"{shown(text)}: the port of the container is missing after the colon")
    target = None if port.target.unknown else port_range(port.target.text)
    if target and target[-1] == 0:
        raise ValueError(f"{shown(text)}: a container cannot listen on port 0")
    if port.published is None or port.published.unknown:
        return
    published = _published_range(port.published.text, text)
    if target and len(target) > 1 and len(target) != len(published):
        raise ValueError(f"{shown(text)}: the two ranges are not equally long")


def _published_range(text: str, entry: str) -> range:
    if "." in text:
        raise ValueError(f"{shown(entry)}: an address is followed by the port of the host and that of the container")
    return port_range(text)


def _check_address(address: str, entry: str = "") -> None:
    import ipaddress  # noqa: PLC0415  (few entries have an address)

    if "%" in address:
        raise ValueError(f"{shown(address)}: Compose takes no zone in an address")
    bracketed = address.startswith("[") and address.endswith("]")
    try:
        ipaddress.ip_address(address[1:-1] if bracketed else address)
    except ValueError:
        instead = "127.0.0.1" + entry.removeprefix(address) if address == "localhost" and entry else ""
        hint = f": {shown(instead)}" if instead else ""
        message = f"{shown(entry or address)}: Compose takes an address there, not a name{hint}"
        raise ValueError(message) from None


def _long(section: Section) -> Port | None:
    target = section.text("target")
    if target is None:
        if "target" not in section.node:
            section.wrong(section.node, f"{section.name} has no `target`", "port")
        return None
    if not target.unknown and not target.text.isdecimal():
        section.wrong(
            section.node.get("target") or section.node, f"`target` of {section.name} must be a number", "port"
        )
        return None
    host_ip = section.text("host_ip")
    if host_ip and not host_ip.unknown:
        try:
            _check_address(host_ip.text)
        except ValueError as error:
            section.reader.note("port", str(error), host_ip.written.span)
    published = section.text("published")
    if published and not published.text and not published.unknown:
        published = None
    protocol, mode = section.text("protocol"), section.text("mode")
    return Port(host_ip, published, target, protocol.text if protocol else "tcp", target.text, mode, section.node)


def _known_range(value: Value | None) -> range | None:
    if value is None or value.unknown:
        return None
    try:
        return port_range(value.text)
    except ValueError:
        return None
