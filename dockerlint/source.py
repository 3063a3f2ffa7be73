"""A file's text, and places in it.

Everything that is read from a file keeps the place where it stands, from the first
character to the report. Offsets count characters of `Source.text`; lines and columns
are worked out only when a place is shown to somebody.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

BOM = "\ufeff"


class Position(NamedTuple):
    """A place as people count: line and column from 1, columns in characters."""

    line: int
    column: int


class Source:
    """The text of one file, decoded so that nothing is lost.

    Bytes that are not UTF-8 become lone surrogates, as `surrogateescape` makes them. A byte
    order mark is left out of `text`; line ends stay as they are.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.has_bom = text.startswith(BOM)
        self.text = text[1:] if self.has_bom else text
        self._held: dict[str, bool] = {}

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> Source:
        return cls(path, data.decode("utf-8", "surrogateescape"))

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset at which each line begins. Only LF ends a line, as in BuildKit."""
        starts = [0]
        offset = self.text.find("\n")
        while offset >= 0:
            starts.append(offset + 1)
            offset = self.text.find("\n", offset + 1)
        return starts

    def holds(self, text: str) -> bool:
        """Whether a text stands somewhere in the file, which is looked through for it only once."""
        if text not in self._held:
            self._held[text] = text in self.text
        return self._held[text]

    def position(self, offset: int) -> Position:
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its line end."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] - 1 if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r")

    def in_file(self, span: Span) -> Span:
        """A stretch of this text as it stands in its file."""
        return span

    def slice(self, start: int, end: int) -> Text:
        """The characters from `start` to `end` as a text that knows its place."""
        return Text(self.text[start:end], self, start, end)


class Span(NamedTuple):
    """A stretch of a file, `end` exclusive."""

    source: Source
    start: int
    end: int

    def holds(self, other: Span) -> bool:
        """Whether another stretch lies in this one."""
        return other.source is self.source and self.start <= other.start and other.end <= self.end


class Text(str):
    """A string that knows where each of its characters stands in a file.

    `start` and `end` enclose all that was written for it, quotes and escapes too. `runs` says
    where the characters themselves stand: pairs of an index in the string and the offset of that
    character, each good until the next pair. None means one run that begins at `start`.
    """

    __slots__ = ("end", "runs", "source", "start")

    source: Source
    start: int
    end: int
    runs: tuple[tuple[int, int], ...] | None

    def __new__(
        cls,
        value: str,
        source: Source,
        start: int,
        end: int,
        runs: tuple[tuple[int, int], ...] | None = None,
    ) -> Text:
        text = str.__new__(cls, value)  # `super()` takes longer, and there are many
        text.source = source
        text.start = start
        text.end = end
        text.runs = runs
        return text

    def __getnewargs__(self) -> tuple[str, Source, int, int, tuple[tuple[int, int], ...] | None]:  # type: ignore[override]
        return str(self), self.source, self.start, self.end, self.runs

    @property
    def span(self) -> Span:
        return Span(self.source, self.start, self.end)

    @property
    def line(self) -> int:
        return self.source.position(self.start).line

    @property
    def is_verbatim(self) -> bool:
        """Whether the file holds exactly this string between `start` and `end`."""
        return self.source.text[self.start : self.end] == self

    def offset(self, index: int) -> int:
        """Where the character at `index` stands in the file; at the string's length, the end."""
        if index >= len(self):
            return self.offset(len(self) - 1) + 1 if self else self.end
        if self.runs is None:
            return self.start + index
        run = bisect_right(self.runs, (index, self.end + 1)) - 1
        first, offset = self.runs[max(run, 0)]
        return offset + index - first

    def part(self, start: int, end: int) -> Text:
        """The characters from `start` to `end` of this text, with their places.

        A part that reaches from the first to the last character keeps the quotes around them.
        """
        value = str.__getitem__(self, slice(start, end))
        end = start + len(value)
        if start == 0 and end == len(self):
            return self
        if self.runs is None:
            first = self.start + min(start, len(self))
            return Text(value, self.source, first, first + len(value))
        if not value:
            place = self.offset(start)
            return Text(value, self.source, place, place)
        first, last = self.offset(start), self.offset(end - 1) + 1
        low = bisect_right(self.runs, (start, self.end + 1))
        high = bisect_left(self.runs, (end, -1), low)
        inner = [(index - start, offset) for index, offset in self.runs[low:high]]
        runs = ((0, first), *inner) if inner else None
        return Text(value, self.source, first, last, runs)

    def trimmed(self, characters: str | None = None) -> Text:
        """This text without the blanks (or the given characters) around it."""
        left = len(self) - len(self.lstrip(characters))
        return self.part(left, max(left, len(self.rstrip(characters))))

    def picked(self, indices: Sequence[int], start: int, end: int) -> Text:
        """The characters at `indices`, said to be written from index `start` to `end` of this text."""
        first = self.offset(start)
        last = self.offset(end - 1) + 1 if end > start else first
        runs: list[tuple[int, int]] = []
        for position, index in enumerate(indices):
            offset = self.offset(index)
            if not runs or runs[-1][1] + position - runs[-1][0] != offset:
                runs.append((position, offset))
        value = "".join([self[index] for index in indices])
        return Text(value, self.source, first, last, tuple(runs) or None)

    def within(self, start: int, end: int) -> Text:
        """The same text, said to be written from `start` to `end`: with its quotes, say."""
        return Text(self, self.source, start, end, self.runs or ((0, self.start),))


class EmbeddedSource(Source):
    """A text that stands within a file of another kind, as a Dockerfile in a Compose file.

    It begins with as many empty lines as there are above it, so that its lines have the numbers of the file's where
    each of them stands on one.
    """

    def __init__(self, origin: Text) -> None:
        above = origin.source.position(origin.offset(0)).line - 1
        super().__init__(origin.source.path, "\n" * above + origin)
        self._origin = origin
        self.above = above
        # What is written into a text without quotes and escapes stands there as it is.
        self.is_block = origin.source.text.startswith("|", origin.start)

    def in_file(self, span: Span) -> Span:
        first, last = (max(offset - self.above, 0) for offset in (span.start, span.end))
        start = self._origin.offset(first)
        return Span(self._origin.source, start, self._origin.offset(last - 1) + 1 if last > first else start)


def join(texts: Iterable[Text], source: Source, place: int) -> Text:
    """One text of several, in order. An empty one stands at `place`."""
    value: list[str] = []
    runs: list[tuple[int, int]] = []
    length = 0
    start = end = place
    for text in texts:
        if not text:
            continue
        if not value:
            start = text.start
        for index, offset in text.runs or ((0, text.start),):
            if not runs or runs[-1][1] + length + index - runs[-1][0] != offset:
                runs.append((length + index, offset))
        value.append(text)
        length += len(text)
        end = text.end
    kept = tuple(runs) if len(runs) > 1 or (runs and runs[0] != (0, start)) else None
    return Text("".join(value), source, start, end, kept)
