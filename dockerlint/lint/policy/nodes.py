"""YAML of Compose files as facts, with lists of names and short forms taken apart as `docker compose config` does."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from dockerlint.compose.commands import split
from dockerlint.compose.durations import normalised
from dockerlint.compose.forms import BOOLEANS, DURATION, FRACTION, SIZE
from dockerlint.compose.mounts import read_short as read_mount
from dockerlint.compose.nodes import Entry, Mapping, Node, Scalar, Sequence
from dockerlint.compose.ports import Port
from dockerlint.compose.ports import read_short as read_port
from dockerlint.compose.shapes import ANYTHING, Shape
from dockerlint.compose.sizes import byte_count
from dockerlint.compose.values import Reader, Value, is_null
from dockerlint.lint.policy import kinds
from dockerlint.lint.policy.facts import UNKNOWN, Fact, One, Several, Table, flag

# Ports of one entry that ranges are taken apart into.
_MOST_PORTS = 1000


class NodeReader:
    """Makes facts of nodes, by the shapes that the specification of Compose files gives them.

    Unless they are whole, each table and list may have more than what is written.
    """

    def __init__(self, reader: Reader, *, is_whole: bool) -> None:
        self._reader = reader
        self._is_whole = is_whole

    def mapping(self, node: Mapping, shape: Shape) -> Table:
        """A mapping. A known key without value is not set; a name that the author gives is."""
        entries: dict[str, Fact] = {}
        for entry in node.entries:
            key = str(entry.key.text)
            if not is_null(entry.value):
                entries[key] = self._fact(entry.value, kinds.below(shape, key) or ANYTHING, key)
            elif key not in (shape.keys or {}):
                entries[key] = _alone(entry, shape.others)
        return Table(entries, self._is_whole, node.span)

    def _fact(self, node: Node, shape: Shape, key: str) -> Fact:
        """What stands below a key."""
        if isinstance(node, Mapping):
            return self.mapping(node, shape)
        if isinstance(node, Sequence):
            return self._table_of(node, key) if shape.keys is not None else self._several(node.items, shape, key)
        value = self._reader.value(node)
        if key in _TEXTS:
            return _TEXTS[key](value)
        is_list = shape.items is not None and shape.keys is None
        return self._several((node,), shape, key) if is_list else _scalar(value, shape)

    def _several(self, nodes: tuple[Node, ...], shape: Shape, key: str) -> Several:
        """A list; where one item stands for several, as a range of ports does, these."""
        items: list[Fact] = []
        for node in nodes:
            if isinstance(node, Scalar) and key in _ITEMS and not is_null(node):
                items += _ITEMS[key](self._reader.value(node))
            elif isinstance(node, Scalar):
                items.append(_scalar(self._reader.value(node), shape.items or ANYTHING))
            else:
                items.append(self._fact(node, shape.items or ANYTHING, f"an item of {key}"))
        return Several(tuple(items), self._is_whole, " " if key in ("command", "entrypoint", "test") else ", ")

    def _table_of(self, node: Sequence, key: str) -> Table:
        """A list of names, or of `name=value`, as the table that it stands for."""
        entries: dict[str, Fact] = {}
        is_whole = self._is_whole
        for item in node.items:
            if not isinstance(item, Scalar):
                is_whole = False
                continue
            value = self._reader.value(item)
            equals = value.text.find("=")
            if equals < 0 and key == "extra_hosts":
                equals = value.text.find(":")
            name = value.part(0, equals) if equals >= 0 else value
            if name.unknown:
                is_whole = False
            elif equals >= 0:
                entries[str(name.text)] = _of(value.part(equals + 1, len(value.text)))
            else:
                entries[str(name.text)] = _named(key, value)
        return Table(entries, is_whole, node.span)


def _alone(entry: Entry, shape: Shape | None) -> Fact:
    """A name that the author gives, without a value."""
    if shape is None or shape.keys is None:
        return One(("",), entry.key.text)
    return Table({}, place=entry.key.text)


def _named(key: str, value: Value) -> Fact:
    """What a name alone in a list stands for."""
    if key == "depends_on":
        return Table({"condition": One(("service_started",)), "required": flag(value=True)}, place=value.text)
    return Table({}, place=value.text) if key in ("networks", "models") else One(("",), value.text)


def _of(value: Value) -> Fact:
    """A text."""
    return UNKNOWN if value.unknown else One((str(value.text),), value.text)


def _scalar(value: Value, shape: Shape) -> Fact:
    """A single value: as Compose shows it, as it is written, and sizes in bytes."""
    if value.unknown:
        return UNKNOWN
    shown = str(value.text)
    forms = [shown]
    if kinds.is_flag(shape) and shown.lower() in BOOLEANS:
        forms.insert(0, "true" if BOOLEANS[shown.lower()] else "false")
    if not value.variables:
        forms.append(str(value.written))
    forms += _measured(shown, shape)
    return One(tuple(dict.fromkeys(forms)), value.text)


def _measured(text: str, shape: Shape) -> Iterator[str]:
    """A size in bytes, a duration and a fraction as Compose shows them."""
    if shape.form is SIZE and (size := byte_count(text)) is not None:
        yield str(size)
    if shape.form is not None and shape.form.fits(text):
        if shape.form is DURATION:
            yield normalised(text.lstrip("+-"))
        elif shape.form is FRACTION:
            yield f"{float(text.replace('_', '')):g}"


# Texts that stand for something else, by the key that they stand below.


def _command(value: Value) -> Fact:
    command = split(value)
    if command.words is None or command.has_vanished:
        return UNKNOWN
    return Several(tuple(map(_of, command.words)), between=" ")


def _test(value: Value) -> Fact:
    return Several((One(("CMD-SHELL",)), _of(value)), between=" ")


_TEXTS: dict[str, Callable[[Value], Fact]] = {
    "build": lambda value: Table({"context": _of(value)}, place=value.text),
    "command": _command,
    "entrypoint": _command,
    "extends": lambda value: Table({"service": _of(value)}, place=value.text),
    "test": _test,
}


def _ports(value: Value) -> list[Fact]:
    try:
        port = read_port(value)
    except ValueError:
        return [UNKNOWN]
    rest: dict[str, Fact] = {"mode": One(("ingress",)), "protocol": One((port.protocol,))}
    if port.host_ip is not None:
        rest["host_ip"] = UNKNOWN if port.host_ip.unknown else One((port.host_ip.text.strip("[]"),), port.host_ip.text)
    return [Table({**rest, **numbers}, place=value.text) for numbers in _numbers(port)]


def _numbers(port: Port) -> list[dict[str, Fact]]:
    """Both numbers of a port, for each port of the container."""
    targets, published = port.target_ports, port.published_ports
    fixed = {} if port.published is None else {"published": _of(port.published)}
    if targets is None or not 1 < len(targets) <= _MOST_PORTS:
        return [{"target": _of(port.target), **fixed}]
    if published is None or len(published) != len(targets) or port.published is None:
        return [{"target": One((str(to),), port.target.text), **fixed} for to in targets]
    places = port.target.text, port.published.text
    pairs = zip(targets, published, strict=True)
    return [{"target": One((str(to),), places[0]), "published": One((str(at),), places[1])} for to, at in pairs]


def _mounts(value: Value) -> list[Fact]:
    try:
        mount = read_mount(value)
    except ValueError:
        return [UNKNOWN]
    kind = UNKNOWN if mount.kind is None else One((mount.kind,))
    source = {} if mount.source is None else {"source": _of(mount.source)}
    target = _of(mount.target)
    if isinstance(target, One):
        # Both mean the same folder.
        target = target._replace(forms=tuple(dict.fromkeys((*target.forms, posixpath.normpath(target.forms[0])))))
    entries = {"type": kind, **source, "target": target, "read_only": flag(mount.read_only)}
    return [Table(entries, place=value.text)]


def _devices(value: Value) -> list[Fact]:
    if value.unknown:
        return [UNKNOWN]
    source, target, permissions, *_ = (*value.text.split(":"), "", "")
    found = {"source": source, "target": target or source, "permissions": permissions or "rwm"}
    return [Table({name: One((text,), value.text) for name, text in found.items()}, place=value.text)]


def _granted(value: Value) -> list[Fact]:
    return [Table({"source": _of(value)}, place=value.text)]


def _env_files(value: Value) -> list[Fact]:
    return [Table({"path": _of(value), "required": flag(value=True)}, place=value.text)]


_ITEMS: dict[str, Callable[[Value], list[Fact]]] = {
    "configs": _granted,
    "devices": _devices,
    "env_file": _env_files,
    "ports": _ports,
    "secrets": _granted,
    "volumes": _mounts,
}
