"""Edits of Compose files that leave all around them as it is, and when they must not be made.

Nothing is printed anew: an edit deletes whole lines, adds some, or writes into a scalar. Each function gives None where
that cannot be done: in flow style, where a comment would be lost, where an alias brings the same text to another place,
and where a value is interpolated or goes over several lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from dockerlint.compose.nodes import Entry, Mapping, Node, Scalar, Sequence, scalars
from dockerlint.compose.scalars import resolve
from dockerlint.compose.syntax import readable
from dockerlint.compose.values import Value
from dockerlint.lint.finding import Edit
from dockerlint.source import Source, Span, Text

_BLANK = re.compile(r"[ \t]*")
_DASH = re.compile(r"([ \t]*)-([ \t]+)")
_REST = re.compile(r"[ \t]*:?[ \t]*")  # what may follow a value on its line; the colon of a key without value
# What a plain scalar neither begins with nor holds.
_NEEDS_QUOTES = re.compile(r"""[-?:,\[\]{}#&*!|>'"%@`\s]|.*(?:: |\s#|[:\s]$|["'\\\n])|$""")

_ESCAPED = re.compile(r"""["'\\\n]""")


def deleted_key(mapping: Mapping, key: str) -> Edit | None:
    """Deletes a key and its value with all their lines. Comments below stay; the only key of a mapping is not taken."""
    entry = mapping.entry(key)
    if entry is None or mapping.flow or not _is_own(entry, mapping) or len(mapping.entries) < 2:
        return None
    lines = _Lines.of(entry.key.text.start, entry.key.span._replace(end=_end(entry)))
    if not _BLANK.fullmatch(lines.before) or (not isinstance(entry.value, Scalar) and lines.comment_is_deeper):
        return None
    return _deleting(lines, (entry.key, entry.value))


def deleted_item(sequence: Sequence, item: Node) -> Edit | None:
    """Deletes an item of a block list with its lines; the only item of a list is not taken."""
    if sequence.flow or not sequence.span.holds(item.span) or len(sequence.items) < 2:
        return None
    lines = _Lines.of(item.span.start, item.span)
    return _deleting(lines, (item,)) if _DASH.fullmatch(lines.before) else None


def appended_item(sequence: Sequence, text: str) -> Edit | None:
    """Adds a text as the last item of a block list, indented and quoted as the one before it."""
    last = sequence.items[-1] if sequence.items else None
    if last is None or sequence.flow or not sequence.span.holds(last.span) or is_shared(sequence.span):
        return None
    lines = _Lines.of(last.span.start, last.span)
    dash = _DASH.fullmatch(lines.before)
    written = _as_written_like(last, text)
    return None if dash is None or written is None else lines.adding(f"{dash[1]}-{dash[2]}{written}")


def inserted_key(mapping: Mapping, block: str) -> Edit | None:
    """Adds a key with its value, `restart: always` or several lines, behind the last key of a block mapping."""
    source, key = mapping.span.source, block.partition(":")[0]
    if mapping.flow or not mapping.entries or is_shared(mapping.span) or key in mapping or not _is_plain(key):
        return None
    if not all(mapping.span.holds(entry.key.span) for entry in mapping.entries):
        return None  # a merge key or another file brings a part of it, and perhaps to others too
    lines = _Lines.of(mapping.span.start, mapping.span)
    if not _BLANK.fullmatch(lines.before) and not _DASH.fullmatch(lines.before):
        return None
    indent = " " * (source.position(mapping.span.start).column - 1)
    return lines.adding(*(indent + line for line in block.splitlines()))


def quoted(scalar: Scalar, quote: str = '"') -> Edit | None:
    """Puts quotes around a plain scalar."""
    text = scalar.text
    has_quote = quote in text or (quote == '"' and "\\" in text)
    if not scalar.plain or not text or has_quote or "$" in text or not text.is_verbatim or is_shared(text.span):
        return None
    return Edit.replacing(text, f"{quote}{text}{quote}")


def replaced_part(value: Value, part: Text, replacement: str) -> Edit | None:
    """Writes something else for a part of a value's text, or inserts it where the part is empty."""
    place = inner_span(part)
    is_there = place.source.text[place.start : place.end] == part
    if not value.is_literal or not is_there or _is_folded(value.written.span) or is_shared(value.written.span):
        return None
    return Edit.replacing(place, replacement) if _fits(replacement) else None


def inner_span(text: Text) -> Span:
    """Where the characters of a text stand, without the quotes around them."""
    return Span(text.source, text.offset(0), text.offset(len(text) - 1) + 1) if text else text.span


def is_shared(place: Span) -> bool:
    """Whether a place stands in a node that an alias or a merge key brings to another place too."""
    return any(start <= place.start and place.end <= end for start, end in _aliased(place.source))


def quote_of(node: Node) -> str:
    """The quote that a scalar is written in; nothing for a plain one, and for what is none."""
    first = node.span.source.text[node.span.start : node.span.start + 1]
    return first if isinstance(node, Scalar) and first in ("'", '"') else ""


class _Lines(NamedTuple):
    """The whole lines that something stands on. `before` precedes it, `after` follows it, without the line end."""

    source: Source
    start: int
    end: int  # where the last line ends, before its line end
    before: str
    after: str
    indent: int

    @classmethod
    def of(cls, first: int, span: Span) -> _Lines:
        source = span.source
        text = source.text
        start = text.rfind("\n", 0, first) + 1
        stop = text.find("\n", span.end)
        stop = len(text) if stop < 0 else stop
        stop -= text[span.end : stop].endswith("\r")
        return cls(source, start, stop, text[start:first], text[span.end : stop], first - start)

    @property
    def line_end(self) -> str:
        return "\r\n" if self.source.text[self.end : self.end + 1] == "\r" else "\n"

    @property
    def comment_is_deeper(self) -> bool:
        """Whether a comment follows that is indented as if it belonged to what is deleted."""
        line = self.source.text[self.end :].lstrip("\r\n").partition("\n")[0]
        return line.lstrip(" ").startswith("#") and len(line) - len(line.lstrip(" ")) > self.indent

    def adding(self, *added: str) -> Edit:
        """Adds lines below these."""
        line_end = self.line_end
        return Edit.replacing(Span(self.source, self.end, self.end), "".join(line_end + line for line in added))


def _deleting(lines: _Lines, nodes: tuple[Node, ...]) -> Edit | None:
    text = lines.source.text
    end = lines.end + len(lines.line_end) if lines.end < len(text) else len(text)
    span = Span(lines.source, lines.start, end)
    holds_anchor = any(start < end and lines.start < stop for start, stop in _aliased(lines.source))
    if holds_anchor or not _REST.fullmatch(lines.after) or _loses(span, nodes):
        return None
    return Edit.replacing(span, "")


def _loses(span: Span, nodes: tuple[Node, ...]) -> bool:
    """Whether nodes have a part elsewhere, or their lines a comment: a `#` that stands in no scalar."""
    text = span.source.text
    place = span.start
    for scalar in sorted(scalars(*nodes, with_keys=True), key=lambda scalar: scalar.span.start):
        start, end = scalar.span.start, scalar.span.end
        if not span.holds(scalar.span):
            return True
        if text[start : start + 1] in ("|", ">"):
            end = max(end, start)
            if "#" in text[start:end].partition("\n")[0]:
                return True
        if "#" in text[place:start]:
            return True
        place = max(place, end)
    return "#" in text[place : span.end]


def _is_own(entry: Entry, mapping: Mapping) -> bool:
    """Whether key and value stand in the mapping itself, not where an alias, `<<` or another file brings them from."""
    return mapping.span.holds(entry.key.span) and mapping.span.holds(entry.value.span)


def _is_folded(place: Span) -> bool:
    written = place.source.text[place.start : place.end]
    return "\n" in written and not written.startswith("|")


def _end(entry: Entry) -> int:
    return max(entry.key.span.end, entry.value.span.end)


def _as_written_like(sibling: Node, text: str) -> str | None:
    quote = quote_of(sibling)
    if not quote and not _is_plain(text):
        quote = '"'
    return None if quote and _ESCAPED.search(text) else f"{quote}{text}{quote}"


def _is_plain(text: str) -> bool:
    """Whether a text may stand without quotes, and is read as that text."""
    return not _NEEDS_QUOTES.match(text) and isinstance(resolve(text), str)


def _fits(text: str) -> bool:
    """Whether a text can stand in a scalar of any style."""
    return not (_ESCAPED.search(text) or re.search(r": |\s#|^\s|\s$", text))


@lru_cache(maxsize=8)
def _aliased(source: Source) -> tuple[tuple[int, int], ...]:
    """Where the nodes begin and end whose anchors some alias names; of a file that is no YAML that may be all of it."""
    import yaml  # noqa: PLC0415 (only a fix of a file with aliases needs it)

    text, _ = readable(source)
    if "*" not in text or "&" not in text:
        return ()
    try:
        return tuple(_named_by_aliases(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))))
    except yaml.YAMLError:
        return ((0, len(text)),)


def _named_by_aliases(events: Iterable[Any]) -> Iterator[tuple[int, int]]:
    import yaml  # noqa: PLC0415

    places: list[tuple[str | None, int, int]] = []
    opened: list[tuple[str | None, int]] = []
    names: set[str | None] = set()
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            names.add(event.anchor)
        elif isinstance(event, yaml.ScalarEvent):
            places.append((event.anchor, _index(event.start_mark), _index(event.end_mark)))
        elif isinstance(event, yaml.CollectionStartEvent):
            opened.append((event.anchor, _index(event.start_mark)))
        elif isinstance(event, yaml.CollectionEndEvent):
            places.append((*opened.pop(), _index(event.end_mark)))
    return ((start, end) for name, start, end in places if name in names)


def _index(mark: Any) -> int:
    index: int = mark.index
    return index
