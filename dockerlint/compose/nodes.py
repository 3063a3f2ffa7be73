"""YAML as nodes that know their places.

No Python object is ever made from a tag, aliases cannot multiply without end, and nothing here
recurses: a hostile file costs no more time than a big one.
https://docs.docker.com/reference/compose-file/fragments/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from dockerlint.compose import repairs
from dockerlint.compose.errors import ComposeError, Kind, Repair
from dockerlint.compose.places import locate
from dockerlint.compose.scalars import Typed, resolve
from dockerlint.compose.syntax import readable, syntax_error
from dockerlint.source import Source, Span, Text

Node: TypeAlias = "Scalar | Mapping | Sequence"

DEEPEST = 200  # levels; Compose files have ten
MOST_NODES = 250_000  # of a file; large Compose files have some thousand
MOST_ALIASED = 100_000  # nodes that the aliases of a file may stand for, as in Docker Compose
_CORE_TAG = "tag:yaml.org,2002:"


class Scalar:
    """A single value. `text` is what it says, `plain` whether it is written without quotes."""

    __slots__ = ("plain", "tag", "text")

    def __init__(self, text: Text, plain: bool = False, tag: str | None = None) -> None:
        self.text = text
        self.plain = plain
        self.tag = tag

    @property
    def value(self) -> Typed:
        """The text, number, boolean, date or None that Compose takes it for."""
        if self.tag and self.tag.startswith(_CORE_TAG) and not self.tag.endswith(":str"):
            return resolve(self.text)
        return resolve(self.text) if self.plain and not self.tag else self.text

    @property
    def span(self) -> Span:
        return self.text.span


class Entry(NamedTuple):
    """A key and its value. One that a merge key `<<` brought in stands outside of its mapping."""

    key: Scalar
    value: Node


class Mapping:
    """Keys and values in the order of the file; those brought in by `<<` come last."""

    __slots__ = ("_entries", "flow", "span", "tag")

    def __init__(self, entries: dict[str, Entry], span: Span, flow: bool = False, tag: str | None = None) -> None:
        self._entries = entries
        self.span = span
        self.flow = flow
        self.tag = tag

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries.values())

    @property
    def keys(self) -> tuple[Text, ...]:
        return tuple(entry.key.text for entry in self._entries.values())

    def entry(self, key: str) -> Entry | None:
        return self._entries.get(key)

    def get(self, key: str) -> Node | None:
        entry = self._entries.get(key)
        return entry and entry.value

    def __contains__(self, key: str) -> bool:
        return key in self._entries


class Sequence:
    __slots__ = ("flow", "items", "span", "tag")

    def __init__(self, items: tuple[Node, ...], span: Span, flow: bool = False, tag: str | None = None) -> None:
        self.items = items
        self.span = span
        self.flow = flow
        self.tag = tag


class Tree(NamedTuple):
    """The documents of a file, and what is wrong with it. A file that is no YAML has no documents."""

    documents: tuple[Node, ...]
    errors: tuple[ComposeError, ...]


def parse(source: Source) -> Tree:
    """Reads a file as YAML. An alias gives the very node that it names."""
    import yaml  # noqa: PLC0415  (a run without Compose files never needs it)

    text, errors = readable(source)
    if any(error.kind == "syntax" for error in errors):
        return Tree((), tuple(errors))
    builder = _Builder(source, text, errors)
    handlers: dict[type[yaml.Event], Callable[[Any], None]] = {
        yaml.ScalarEvent: builder.scalar,
        yaml.AliasEvent: builder.alias,
        yaml.MappingStartEvent: builder.open_mapping,
        yaml.MappingEndEvent: builder.close_mapping,
        yaml.SequenceStartEvent: builder.open,
        yaml.SequenceEndEvent: builder.close_sequence,
        yaml.DocumentStartEvent: builder.start_document,
    }
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if handler := handlers.get(type(event)):
                handler(event)
    except yaml.YAMLError as error:
        return Tree((), (*errors, syntax_error(source, error)))
    except _RefusedError as refused:
        return Tree((), (*errors, refused.error))
    return Tree(tuple(builder.documents), tuple(errors))


def scalars(*roots: Node, with_keys: bool = False) -> Iterator[Scalar]:
    """Every value below some nodes, perhaps the keys too, in no promised order; one that aliases share once."""
    seen: set[int] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence):
            waiting += node.items
        else:
            waiting += (part for entry in node.entries for part in (entry if with_keys else (entry.value,)))


class _RefusedError(Exception):
    def __init__(self, error: ComposeError) -> None:
        super().__init__(error.message)
        self.error = error


class _Weighed(NamedTuple):
    """A finished node, how many nodes it stands for with all aliases followed, and its height."""

    node: Node
    size: int = 1
    height: int = 1


class _Frame:
    """A mapping or sequence that is still being read."""

    __slots__ = ("children", "event", "height", "is_mapping", "size")

    def __init__(self, event: Any, is_mapping: bool) -> None:
        self.event = event
        self.is_mapping = is_mapping
        self.children: list[Node] = []
        self.size = 1
        self.height = 1

    @property
    def key(self) -> Node | None:
        """The key of a mapping whose value is being read."""
        return self.children[-1] if self.is_mapping and len(self.children) % 2 else None

    def add(self, child: _Weighed) -> None:
        self.children.append(child.node)
        self.size += child.size
        self.height = max(self.height, child.height + 1)


class _Builder:
    """Makes nodes of YAML events, one by one."""

    def __init__(self, source: Source, text: str, errors: list[ComposeError]) -> None:
        self.source = source
        self.text = text
        self.errors = errors
        self.documents: list[Node] = []
        self._noted: set[Span] = set()
        self._frames: list[_Frame] = []
        self._anchors: dict[str, _Weighed | _Frame] = {}
        self._aliased = 0
        self._count = 0
        self._end = 0  # of what was read last

    def start_document(self, _event: Any) -> None:
        self._anchors = {}

    def scalar(self, event: Any) -> None:
        style = event.style or ""
        start, end = self._start(event), event.end_mark.index
        if not event.value and not style:
            start = end
        elif style in ("|", ">"):
            end = start + len(self.text[start:end].rstrip())
        text = locate(event.value, self.source, self.text, start, end, style)
        self._end = text.end
        self._add(_Weighed(Scalar(text, plain=not style, tag=event.tag)), event.anchor)

    def alias(self, event: Any) -> None:
        span = self._span(event.start_mark.index, event.end_mark.index)
        self._end = span.end
        target = self._anchors.get(event.anchor)
        if isinstance(target, _Weighed):
            self._aliased += target.size
            if self._aliased > MOST_ALIASED:
                message = f"the aliases of this file stand for more than {MOST_ALIASED:,} values: it is not read"
                raise _RefusedError(ComposeError("syntax", message, span))
        else:
            name = event.anchor
            fault = f"`*{name}` stands inside of `&{name}` itself" if target else f"there is no `&{name}` above"
            self._note("syntax", fault, span)
            target = _Weighed(Scalar(Text("", *span)))
        self._add(target)

    def open_mapping(self, event: Any) -> None:
        self.open(event, is_mapping=True)

    def open(self, event: Any, is_mapping: bool = False) -> None:
        frame = _Frame(event, is_mapping)
        if event.anchor:
            self._anchors[event.anchor] = frame
        self._frames.append(frame)
        self._check_depth(len(self._frames), event)

    def close_sequence(self, event: Any) -> None:
        frame = self._frames.pop()
        flow = frame.event.flow_style
        self._close(frame, Sequence(tuple(frame.children), self._closed(frame, event), flow, frame.event.tag), event)

    def close_mapping(self, event: Any) -> None:
        frame = self._frames.pop()
        entries: dict[str, Entry] = {}
        for key, value in zip(frame.children[::2], frame.children[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._note("wrong-type", "a key must be text, not a list or a mapping", key.span)
            elif self._accepts(Entry(key, value), entries, frame.event.flow_style):
                entries[key.text] = Entry(key, value)
        if "<<" in entries and entries["<<"].key.plain:
            self._merge(entries, entries.pop("<<").value)
        node = Mapping(entries, self._closed(frame, event), frame.event.flow_style, frame.event.tag)
        self._close(frame, node, event)

    def _accepts(self, entry: Entry, entries: dict[str, Entry], flow: bool) -> bool:
        key = entry.key
        if not isinstance(key.value, str):
            shown = f"`{key.text}`" if key.text else "an empty key"
            self._note("wrong-type", f"{shown} is no text, as a key must be: quote it", key.span, repairs.quoted(key))
        first = entries.get(key.text)
        if first is None:
            return True
        hint = ": write one `<<: [*a, *b]`" if key.text == "<<" else ": Compose refuses the file"
        outer = self._frames[-1].key if self._frames else None
        where = f"under `{outer.text}`" if isinstance(outer, Scalar) else "in one mapping"
        message = f"`{key.text}` stands twice {where} (first in line {first.key.text.line}){hint}"
        repair = None if flow or not _are_equal(first.value, entry.value) else repairs.deleted(entry)
        self._note("repeated-key", message, key.span, repair)
        return False

    def _merge(self, entries: dict[str, Entry], value: Node) -> None:
        """Adds what `<<` brings: own keys win, then those of the mapping named first."""
        for node in value.items if isinstance(value, Sequence) else (value,):
            if not isinstance(node, Mapping):
                self._note("wrong-type", "`<<` takes a mapping or a list of mappings", node.span)
                continue
            for entry in node.entries:
                entries.setdefault(entry.key.text, entry)

    def _close(self, frame: _Frame, node: Node, event: Any) -> None:
        self._check_depth(frame.height, event)
        anchor = frame.event.anchor
        # The same name may have been given again inside: then that one holds from here on.
        self._add(_Weighed(node, frame.size, frame.height), anchor if self._anchors.get(anchor) is frame else None)

    def _add(self, weighed: _Weighed, anchor: str | None = None) -> None:
        self._count += 1
        if self._count > MOST_NODES:
            message = f"this file has more than {MOST_NODES:,} values: it is not read"
            raise _RefusedError(ComposeError("syntax", message, weighed.node.span))
        if anchor:
            self._anchors[anchor] = weighed
        if self._frames:
            self._frames[-1].add(weighed)
        else:
            self.documents.append(weighed.node)

    def _start(self, event: Any) -> int:
        """Where the value itself begins, after its anchor and tag."""
        start: int = event.start_mark.index
        if event.anchor or event.tag:
            match = _properties().match(self.text, start)
            start = match.end() if match else start
        return start

    def _closed(self, frame: _Frame, event: Any) -> Span:
        if frame.event.flow_style:
            self._end = event.end_mark.index
        return self._span(self._start(frame.event), self._end)

    def _check_depth(self, depth: int, event: Any) -> None:
        if depth > DEEPEST:
            span = self._span(event.start_mark.index, event.end_mark.index)
            message = f"nested more than {DEEPEST} levels deep: the file is not read"
            raise _RefusedError(ComposeError("syntax", message, span))

    def _span(self, start: int, end: int) -> Span:
        return Span(self.source, start, end)

    def _note(self, kind: Kind, message: str, span: Span, repair: Repair | None = None) -> None:
        if span not in self._noted:
            self._noted.add(span)
            self.errors.append(ComposeError(kind, message, span, repair))


def _are_equal(one: Node, other: Node) -> bool:
    return isinstance(one, Scalar) and isinstance(other, Scalar) and one.value == other.value


@cache
def _properties() -> re.Pattern[str]:
    return re.compile(r"(?:[&!]\S*|#[^\n]*|\s)*")
