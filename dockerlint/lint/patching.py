"""Edits made on a text, and where what stood in the old text stands in the new one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from dockerlint.lint.finding import Edit
from dockerlint.source import Source


class Unfit(Exception):
    """Edits that cannot be made on this text."""


def written(edit: Edit) -> tuple[int, int, str]:
    """What an edit does to its file, by whatever path that is called."""
    return edit.start, edit.end, edit.replacement


class Patch:
    """Edits of one text, in order. Raises Unfit where they overlap or do not fit the text."""

    def __init__(self, source: Source, edits: Iterable[Edit]) -> None:
        self.before = source.text
        each_once = {written(edit): edit for edit in edits}
        self.edits: Sequence[Edit] = sorted(each_once.values(), key=lambda edit: (edit.start, edit.end))
        self._starts = [edit.start for edit in self.edits]
        self._ends = [edit.end for edit in self.edits]
        self._check(source)
        # By edit: where its replacement begins in the new text, and where it ends.
        self.places: list[tuple[int, int]] = []
        self.after = self._patched()

    def _check(self, source: Source) -> None:
        end = 0
        for edit in self.edits:
            if edit.start < end:
                message = "its edits overlap"
                raise Unfit(message)
            end = edit.end
            if not edit.start <= edit.end <= len(source.text) or not _is_at(edit, source):
                message = "the file has other text there now"
                raise Unfit(message)

    def _patched(self) -> str:
        pieces: list[str] = []
        length = last = 0
        for edit in self.edits:
            pieces += [self.before[last : edit.start], edit.replacement]
            start = length + edit.start - last
            length = start + len(edit.replacement)
            last = edit.end
            self.places.append((start, length))
        return "".join([*pieces, self.before[last:]])

    def start(self, offset: int) -> int:
        """Where what began at an offset begins now: behind what was inserted there."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0:
            return offset
        edit, (start, end) = self.edits[index], self.places[index]
        return start if edit.start <= offset < edit.end else end + offset - edit.end

    def end(self, offset: int) -> int:
        """Where what ended at an offset ends now: before what was inserted there."""
        index = bisect_left(self._starts, offset) - 1
        if index < 0:
            return offset
        edit, (_, end) = self.edits[index], self.places[index]
        return end if edit.start < offset < edit.end else end + offset - edit.end

    def is_within(self, start: int, end: int) -> bool:
        """Whether an edit changes something between two places of the old text, not just at them."""
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
        return first < last

    def touches(self, start: int, end: int) -> bool:
        """Whether an edit changes something between two places of the old text, or at one of them."""
        return bisect_left(self._ends, start) < bisect_right(self._starts, end)

    def has_written(self, start: int, end: int) -> bool:
        """Whether what stands between two places of the new text is an edit's, or touches what is."""
        index = bisect_left(self.places, start, key=lambda place: place[1])
        return index < len(self.places) and self.places[index][0] <= end


def _is_at(edit: Edit, source: Source) -> bool:
    region = edit.region
    first, last = source.position(edit.start), source.position(edit.end)
    return first == (region.line, region.column) and last == (region.end_line, region.end_column)


class Taken:
    """Edits that are to be made together, of several files: none may touch another, unless they are the same."""

    def __init__(self) -> None:
        self._edits: set[tuple[str, int, int, str]] = set()
        self._places: dict[str, list[tuple[int, int]]] = {}

    def take(self, edits: Iterable[tuple[str, Edit]]) -> bool:
        """Take the edits of a fix, each with its file, if all can be had."""
        new = [(path, *written(edit)) for path, edit in edits]
        new = [edit for edit in new if edit not in self._edits]
        if any(self._touches(path, start, end) for path, start, end, _ in new):
            return False
        for path, start, end, _ in new:
            places = self._places.setdefault(path, [])
            places.insert(bisect_left(places, (start, end)), (start, end))
        self._edits.update(new)
        return True

    def _touches(self, path: str, start: int, end: int) -> bool:
        places = self._places.get(path, [])
        index = bisect_left(places, (start, end))
        return any(_touch((start, end), other) for other in places[max(index - 1, 0) : index + 1])


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two places overlap, or one of them is a mere point at the edge of the other."""
    (start, end), (other_start, other_end) = one, other
    if start == end or other_start == other_end:
        return start <= other_end and other_start <= end
    return start < other_end and other_start < end
