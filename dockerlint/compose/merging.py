"""One tree of several: a later file laid onto an earlier one, a service onto the one that it extends.

What is merged keeps the places of both. https://docs.docker.com/reference/compose-file/merge/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Hashable, Iterator
from collections.abc import Mapping as AbstractMapping
from functools import cache
from typing import TypeAlias

from dockerlint.compose.nodes import Entry, Mapping, Node, Scalar, Sequence
from dockerlint.compose.places import pinned
from dockerlint.compose.values import Reader, is_null
from dockerlint.source import Text

Strategy: TypeAlias = "Callable[[_Merge, Node, Node], Node]"
_RESET, _OVERRIDE = "!reset", "!override"


def merged(base: Mapping, later: Mapping, reader: Reader) -> Mapping:
    """A whole file laid onto what came before it."""
    return _Merge(reader).mappings(base, later, _TOP)


def merged_service(base: Mapping, later: Mapping, reader: Reader) -> Mapping:
    """A service laid onto the one that it extends."""
    service = _Merge(reader).mappings(base, later, _SERVICE)
    return Mapping({str(entry.key.text): entry for entry in service.entries}, later.span, later.flow, later.tag)


def cleaned(root: Mapping, reader: Reader) -> Mapping:
    """A file that nothing comes before: `!reset` there takes its own value away."""
    return _Merge(reader).mappings(Mapping({}, root.span), root, _TOP)


class _Merge:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def mappings(self, base: Mapping, later: Mapping, level: _Level) -> Mapping:
        entries = {str(entry.key.text): entry for entry in base.entries}
        for entry in later.entries:
            key = str(entry.key.text)
            known = entries.get(key)
            value = self._laid(known.value if known else None, entry.value, level.below(key))
            if value is None:
                entries.pop(key, None)
            elif known is None:
                entries[key] = Entry(entry.key, value)
            else:
                entries[key] = Entry(known.key, value)
        return Mapping(entries, base.span, base.flow, base.tag)

    def _laid(self, base: Node | None, later: Node, level: _Level) -> Node | None:
        """The value of a key that both may have; None for one that is taken away."""
        if later.tag == _RESET:
            return None
        if later.tag == _OVERRIDE or base is None or is_null(base):
            return self._alone(later, level)
        if is_null(later):
            return later if level.null_clears else base
        return level.strategy(self, base, later) if level.strategy is not None else self._deep(base, later, level)

    def _deep(self, base: Node, later: Node, level: _Level) -> Node:
        if isinstance(base, Mapping) and isinstance(later, Mapping):
            return self.mappings(base, later, level)
        if isinstance(base, Sequence) and isinstance(later, Sequence):
            return _appended(self, base, later)
        if isinstance(base, Scalar) and isinstance(later, Scalar):
            return later
        return self.clash(base, later)

    def _alone(self, node: Node, level: _Level) -> Node | None:
        """A value that nothing comes before, without what it takes away itself."""
        if isinstance(node, Mapping):
            return self.mappings(Mapping({}, node.span, node.flow, node.tag), node, level)
        return node

    def clash(self, base: Node, later: Node) -> Node:
        line = base.span.source.position(base.span.start).line
        message = f"{_kind(later)} cannot be laid onto {_kind(base)} (line {line} of `{base.span.source.path}`)"
        self._reader.note("wrong-type", message, later.span)
        return base

    def text(self, node: Node) -> str:
        return str(self._reader.value(node).text) if isinstance(node, Scalar) else ""


class _Level:
    """How the values of one key are merged, and what holds for the keys below it."""

    __slots__ = ("_any", "_below", "null_clears", "strategy")

    def __init__(
        self,
        strategy: Strategy | None = None,
        below: AbstractMapping[str, _Level] | None = None,
        any_below: _Level | None = None,
        null_clears: bool = False,
    ) -> None:
        self.strategy = strategy
        self.null_clears = null_clears
        self._below = below or {}
        self._any = any_below

    def below(self, key: str) -> _Level:
        return self._below.get(key) or self._any or _DEEP


def _kind(node: Node) -> str:
    return {Mapping: "a mapping", Sequence: "a list", Scalar: "a single value"}[type(node)]


def _replaced(_merge: _Merge, base: Node, later: Node) -> Node:
    return later


def _appended(_merge: _Merge, base: Node, later: Node) -> Node:
    return _Items(base, later).all()


def _by_text(merge: _Merge, base: Node, later: Node) -> Node:
    """Texts, each once; a single one is a list of one."""
    if isinstance(base, Mapping) or isinstance(later, Mapping):
        return merge.clash(base, later)
    return _Items(base, later).last_of_each(lambda item: merge.text(item) if isinstance(item, Scalar) else id(item))


def _ports(merge: _Merge, base: Node, later: Node) -> Node:
    if not isinstance(base, Sequence) or not isinstance(later, Sequence):
        return merge.clash(base, later)
    return _Items(base, later).last_of_each(lambda item: _port(merge, item) or id(item))


def _port(merge: _Merge, item: Node) -> Hashable:
    """What tells two ports apart: address, both ports, protocol."""
    if isinstance(item, Scalar):
        text = merge.text(item)
        match = _short_port().fullmatch(text)
        if match is None:
            return text
        address, published, target, protocol = match.groups()
        return address or "0.0.0.0", published or "", target, (protocol or "tcp").lower()  # noqa: S104
    if not isinstance(item, Mapping):
        return None
    fields = {str(entry.key.text): entry.value for entry in item.entries}
    published = fields.get("published")
    is_number = isinstance(published, Scalar) and not isinstance(published.value, str)
    texts = {key: merge.text(value) for key, value in fields.items()}
    host = texts.get("published", "")
    address = texts.get("host_ip", "0.0.0.0")  # noqa: S104
    return address, (host, "number") if is_number else host, texts.get("target", ""), texts.get("protocol", "tcp")


@cache
def _short_port() -> re.Pattern[str]:
    return re.compile(r"(?s)(?:(?:(.*):)?([^:]*):)?([^:/]*)(?:/(.*))?")


def _by_target(field: str) -> Strategy:
    """Mounts, each container path once: the later one is taken whole."""

    def strategy(merge: _Merge, base: Node, later: Node) -> Node:
        if not isinstance(base, Sequence) or not isinstance(later, Sequence):
            return merge.clash(base, later)
        return _Items(base, later).last_of_each(lambda item: _target(merge, item, field) or id(item))

    return strategy


def _target(merge: _Merge, item: Node, field: str) -> str | None:
    if isinstance(item, Mapping):
        target = item.get("target")
        if target is not None:
            return merge.text(target) or None
        source = item.get("source")
        return f"{field}{merge.text(source)}" if field and source is not None else None
    text = merge.text(item)
    if field:
        return field + text
    parts = [part for part in _colon_parts(text) if part]
    return posixpath.normpath(parts[1] if len(parts) > 1 else parts[0]) if parts else None


def _colon_parts(text: str) -> list[str]:
    """The fields of a short mount; the colon of a Windows drive parts nothing."""
    parts: list[str] = []
    for part in text.split(":"):
        if parts and len(parts[-1]) == 1 and parts[-1].isalpha() and part[:1] in ("\\", "/"):
            parts[-1] += ":" + part
        else:
            parts.append(part)
    return parts


def _by_name(merge: _Merge, base: Node, later: Node) -> Node:
    """Names with values, in list or mapping form, by name."""
    if isinstance(base, Scalar) or isinstance(later, Scalar):
        return merge.clash(base, later)
    entries = dict(_assigned(base))
    for name, (key, value) in _assigned(later):
        known = entries.pop(name, None) if value.tag == _RESET else entries.get(name)
        if value.tag != _RESET:
            entries[name] = Entry(known.key if known else key, value)
    return Mapping(entries, base.span, base.flow)


def _assigned(node: Node) -> Iterator[tuple[str, Entry]]:
    if isinstance(node, Mapping):
        yield from ((str(entry.key.text), entry) for entry in node.entries)
    elif isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar):
                name, value = _split(item.text)
                yield str(name), Entry(Scalar(name), _nothing(item.text) if value is None else Scalar(value))


def _split(written: Text) -> tuple[Text, Text | None]:
    """Name and value of a list item as it is written; an equals sign within `${...}` parts nothing."""
    match = _assignment().match(written)
    if match is None:
        return written, None
    return written.part(0, match.end() - 1), written.part(match.end(), len(written))


@cache
def _assignment() -> re.Pattern[str]:
    return re.compile(r"(?s)(?:\$\{[^}]*\}|[^=])*=")


def _hosts(_merge: _Merge, base: Node, later: Node) -> Node:
    """Host names with addresses: one host may have several."""
    return Sequence((*_host_items(base), *_host_items(later)), base.span)


def _host_items(node: Node) -> Iterator[Node]:
    if isinstance(node, Sequence):
        yield from node.items
    elif isinstance(node, Mapping):
        for key, value in node.entries:
            for address in value.items if isinstance(value, Sequence) else (value,):
                if isinstance(address, Scalar):
                    place = address.text
                    yield Scalar(pinned(f"{key.text}={place}", place.source, place.start, place.end))


def _named(merge: _Merge, base: Node, later: Node) -> Node:
    """Names, or names with settings below them: `networks`, `models`."""
    if isinstance(base, Sequence) and isinstance(later, Sequence):
        return _by_text(merge, base, later)
    if isinstance(base, Scalar) or isinstance(later, Scalar):
        return merge.clash(base, later)
    return merge.mappings(_as_mapping(base, _nothing), _as_mapping(later, _nothing), _DEEP)


def _dependencies(merge: _Merge, base: Node, later: Node) -> Node:
    """Services to wait for: one in short form is waited for until it has started, whatever was said before."""
    if isinstance(base, Sequence) and isinstance(later, Sequence):
        return _by_text(merge, base, later)
    if isinstance(base, Scalar) or isinstance(later, Scalar):
        return merge.clash(base, later)
    return merge.mappings(_as_mapping(base, _started), _as_mapping(later, _started), _DEEP)


def _as_mapping(node: Mapping | Sequence, value: Callable[[Text], Node]) -> Mapping:
    if isinstance(node, Mapping):
        return node
    items = (item for item in node.items if isinstance(item, Scalar))
    return Mapping({str(item.text): Entry(item, value(item.text)) for item in items}, node.span)


def _nothing(name: Text) -> Node:
    return Scalar(name.part(len(name), len(name)), plain=True)


def _started(name: Text) -> Node:
    """What a name alone stands for in `depends_on`."""
    key, value = (Scalar(pinned(word, *name.span)) for word in ("condition", "service_started"))
    return Mapping({"condition": Entry(key, value)}, name.span)


def _builds(merge: _Merge, base: Node, later: Node) -> Node:
    return merge.mappings(_with_context(base), _with_context(later), _BUILD)


def _with_context(node: Node) -> Mapping:
    """A build as a mapping: a text is its context."""
    if isinstance(node, Mapping):
        return node
    if not isinstance(node, Scalar):
        return Mapping({}, node.span)
    place = node.text
    key = Scalar(pinned("context", place.source, place.start, place.start))
    return Mapping({"context": Entry(key, node)}, node.span)


def _logging(merge: _Merge, base: Node, later: Node) -> Node:
    """Options of one driver add up; those of another are of no use."""
    if not isinstance(base, Mapping) or not isinstance(later, Mapping):
        return merge.clash(base, later)
    drivers = [merge.text(driver) for node in (base, later) if (driver := node.get("driver")) is not None]
    return later if len(set(drivers)) > 1 else merge.mappings(base, later, _DEEP)


class _Items:
    """The items of two lists, the earlier first; a single value is a list of one."""

    def __init__(self, base: Node, later: Node) -> None:
        self._span = base.span
        self._items = tuple(item for node in (base, later) for item in _items(node))

    def all(self) -> Sequence:
        return Sequence(self._items, self._span)

    def last_of_each(self, key: Callable[[Node], Hashable]) -> Sequence:
        """Each item once, where it came first and as it came last."""
        found = {key(item): item for item in self._items}
        return Sequence(tuple(found.values()), self._span)


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


_DEEP = _Level()
_NAMES = _Level(_by_name)
_TEXTS = _Level(_by_text)
_ONCE = _Level(_named)
_REPLACED = _Level(_replaced)
_BUILD = _Level(
    below={
        **dict.fromkeys(("args", "labels", "additional_contexts"), _NAMES),
        **dict.fromkeys(("cache_from", "cache_to", "tags", "platforms", "entitlements"), _TEXTS),
        "ssh": _NAMES,
        "extra_hosts": _Level(_hosts),
        "secrets": _Level(_by_target("/run/secrets/")),
        "ulimits": _Level(any_below=_REPLACED),
    }
)
_SERVICE = _Level(
    below={
        **dict.fromkeys(("command", "entrypoint"), _Level(_replaced, null_clears=True)),
        **dict.fromkeys(("environment", "labels", "annotations", "sysctls"), _NAMES),
        **dict.fromkeys(("networks", "models"), _ONCE),
        "depends_on": _Level(_dependencies),
        **dict.fromkeys(
            (
                *("expose", "cap_add", "cap_drop", "dns", "dns_opt", "dns_search", "profiles", "tmpfs", "env_file"),
                *("external_links", "links", "group_add", "device_cgroup_rules", "volumes_from", "label_file"),
            ),
            _TEXTS,
        ),
        "extra_hosts": _Level(_hosts),
        "build": _Level(_builds),
        "healthcheck": _Level(below={"test": _REPLACED}),
        "logging": _Level(_logging),
        "ports": _Level(_ports),
        "volumes": _Level(_by_target("")),
        "devices": _Level(_by_target("")),
        "secrets": _Level(_by_target("/run/secrets/")),
        "configs": _Level(_by_target("/")),
        "ulimits": _Level(any_below=_REPLACED),
        "deploy": _Level(below={"labels": _NAMES}),
    }
)
_RESOURCE = _Level(any_below=_Level(below={"labels": _NAMES, "driver_opts": _NAMES}))
_TOP = _Level(
    below={
        "services": _Level(any_below=_SERVICE),
        **dict.fromkeys(("volumes", "networks", "secrets", "configs", "models"), _RESOURCE),
        "include": _REPLACED,
    }
)
