"""Comments of a YAML file, and the blocks that its keys and items begin.

A `#` within quotes or within a block scalar begins no comment, so the scalars are asked where they stand.
https://yaml.org/spec/1.2.2/#66-comments
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from dockerlint.compose.syntax import readable
from dockerlint.source import Source, Text


class Block(NamedTuple):
    """The lines of a key, or of an item of a list, with all that belongs to it. Keys of the file have depth 1."""

    first: int
    last: int
    depth: int


class Layout(NamedTuple):
    """How a YAML file is laid out. `long` are the lines of scalars that go on behind the end of the line."""

    comments: tuple[Text, ...]
    blocks: tuple[Block, ...]
    long: tuple[range, ...]

    def block_at(self, line: int) -> Block | None:
        """The largest block that begins on a line."""
        return max((block for block in self.blocks if block.first == line), key=lambda block: block.last, default=None)

    def block_around(self, line: int) -> Block:
        """The smallest block that a line stands in; the file if there is none."""
        around = [block for block in self.blocks if block.first <= line <= block.last]
        return min(around, key=lambda block: block.last - block.first, default=Block(1, line, 0))


def layout(source: Source) -> Layout:
    """Of a file that is no YAML nothing is known."""
    import yaml  # noqa: PLC0415 (only a Compose file with pragmas needs it)

    text, _ = readable(source)
    reader = _Reader(source, text)
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            reader.see(event, type(event).__name__)
    except yaml.YAMLError:
        return Layout((), (), ())
    return Layout(tuple(_comments(source, reader.scalars)), tuple(reader.blocks), tuple(reader.long))


def _comments(source: Source, scalars: list[tuple[int, int]]) -> Iterator[Text]:
    gap = 0
    for start, end in [*scalars, (len(source.text), 0)]:
        for match in re.finditer(r"(?:^|(?<=[ \t\n]))#[^\r\n]*", source.text[gap:start]):
            yield source.slice(gap + match.start(), gap + match.end())
        gap = max(gap, end)


class _Open:
    """A mapping or list that is being read. `start` is where the key or item began that is being read."""

    __slots__ = ("is_mapping", "is_value", "start")

    def __init__(self, is_mapping: bool) -> None:
        self.is_mapping = is_mapping
        self.is_value = False
        self.start = 0


class _Reader:
    def __init__(self, source: Source, text: str) -> None:
        self.scalars: list[tuple[int, int]] = []
        self.blocks: list[Block] = []
        self.long: list[range] = []
        self._source = source
        self._text = text
        self._open: list[_Open] = []
        self._end = 0

    def see(self, event: Any, kind: str) -> None:
        if kind == "ScalarEvent":
            self._scalar(event)
        elif kind == "AliasEvent":
            self._begin(event.start_mark.index)
            self._finish(event.end_mark.index)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._begin(event.start_mark.index)
            self._end = max(self._end, event.start_mark.index)
            self._open.append(_Open(is_mapping=kind == "MappingStartEvent"))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._open.pop()
            is_flow = self._text[event.end_mark.index - 1 : event.end_mark.index] in ("]", "}")
            self._finish(event.end_mark.index if is_flow and event.end_mark.index > self._end else self._end)

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if event.style in ("|", ">"):
            end = start + len(self._text[start:end].rstrip())
            head = self._text.find("\n", start, end)
            # Behind the sign that begins it, a comment may follow.
            self.scalars += [(start, start + 1), (head, end)] if head >= 0 else [(start, start + 1)]
            self.long.append(range(self._line(start) + 1, self._line(end) + 1))
        elif end > start:
            self.scalars.append((start, end))
            self.long.append(range(self._line(start), self._line(end)))
        self._begin(start)
        self._finish(end)

    def _begin(self, start: int) -> None:
        if self._open and not self._open[-1].is_value:
            self._open[-1].start = start

    def _finish(self, end: int) -> None:
        self._end = max(self._end, end)
        if not self._open:
            return
        parent = self._open[-1]
        if parent.is_mapping and not parent.is_value:
            parent.is_value = True
            return
        parent.is_value = False
        self.blocks.append(Block(self._line(parent.start), self._line(max(self._end, parent.start)), len(self._open)))

    def _line(self, offset: int) -> int:
        return self._source.position(offset).line
