"""For which lines of a YAML file its pragmas hold.

At the end of a line they hold for that line; above a key or an item of a list, for all that belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.compose.comments import Layout, layout
from dockerlint.pragmas import Pragma, may_hold_pragma, read
from dockerlint.source import Source

_LINTERS = ("dockerlint", "checkov", "trivy", "kics", "dclint")


def pragmas(source: Source) -> Iterator[Pragma]:
    """Every pragma of a YAML file, in the order of the text."""
    if not may_hold_pragma(source.text):
        return
    finder = _Finder(source, layout(source))
    for comment in finder.layout.comments:
        pragma = read(comment, *_LINTERS) if may_hold_pragma(comment) else None
        if pragma is not None:
            yield pragma if pragma.fault else finder.placed(pragma)


class _Finder:
    def __init__(self, source: Source, found: Layout) -> None:
        self.layout = found
        self._source = source
        self._end = len(source.line_starts)

    def placed(self, pragma: Pragma) -> Pragma:
        if pragma.scope == "file":
            return pragma._replace(first=1, last=self._end)
        if pragma.scope == "stage":
            return pragma._replace(fault="only a Dockerfile has stages; put `ignore[...]` above a key")
        if pragma.scope == "around":
            return self._around(pragma)
        return self._at_head(pragma) if pragma.scope == "head" else self._at_line(pragma)

    def _at_line(self, pragma: Pragma) -> Pragma:
        line = pragma.comment.line
        is_for_next = self._is_alone(line) or pragma.linter == "kics"
        if is_for_next and pragma.scope != "line":
            return self._above(pragma)
        return pragma._replace(first=line + is_for_next, last=line + is_for_next)

    def _above(self, pragma: Pragma) -> Pragma:
        """A pragma for the key or item that follows, unless that belongs to something further out."""
        line = pragma.comment.line
        following = next((number for number in range(line + 1, self._end + 1) if self._has_content(number)), None)
        if following is None:
            return pragma._replace(fault="nothing follows")
        if self._indent(following) < self._indent(line):
            return pragma._replace(fault="it stands below what it is indented for; put it above the key")
        block = self.layout.block_at(following)
        return pragma._replace(first=following, last=block.last if block is not None else following)

    def _around(self, pragma: Pragma) -> Pragma:
        """Checkov's holds for the resource that it stands in, as a service is one."""
        line = pragma.comment.line
        sections = [block for block in self.layout.blocks if block.depth == 2 and block.first <= line]
        last = max(sections, default=None)
        if last is not None and (line <= last.last or self._indent(line) > self._indent(last.first)):
            return pragma._replace(first=last.first, last=last.last)
        is_above_all = not any(self._has_content(number) for number in range(1, line + 1))
        return pragma._replace(first=1, last=self._end) if is_above_all else self._above(pragma)

    def _at_head(self, pragma: Pragma) -> Pragma:
        if any(self._has_content(number) for number in range(1, pragma.comment.line + 1)):
            return pragma._replace(fault="nothing but comments and `---` may stand above it")
        return pragma._replace(first=1, last=self._end)

    def _has_content(self, number: int) -> bool:
        written = self._source.line(number).strip()
        return bool(written) and not written.startswith("#") and written != "---"

    def _is_alone(self, number: int) -> bool:
        return self._source.line(number).lstrip().startswith("#")

    def _indent(self, number: int) -> int:
        line = self._source.line(number)
        return len(line) - len(line.lstrip(" "))
