"""For which lines of a Dockerfile its pragmas hold.

https://docs.docker.com/reference/dockerfile/#check
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockerlint.dockerfile.instruction import Instruction
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.pragmas import Pragma, may_hold_pragma, read
from dockerlint.source import EmbeddedSource, Span

_LINTERS = ("dockerlint", "hadolint", "checkov", "trivy", "kics")


def pragmas(dockerfile: Dockerfile) -> Iterator[Pragma]:
    """Every pragma of a file, in the order of the text."""
    finder = _Finder(dockerfile)
    for comment in dockerfile.comments:
        if may_hold_pragma(comment):
            pragma = read(comment, *_LINTERS)
            if pragma is not None:
                yield _as_in_file(pragma if pragma.fault else finder.placed(pragma))
    names = tuple(name for name in dockerfile.check_options.skip if name)
    if names:
        whole = Pragma(names[0], "buildkit", names, "file", first=finder.begin, last=finder.end)
        yield _as_in_file(whole)


def _as_in_file(pragma: Pragma) -> Pragma:
    """The same for the lines of the file that a Dockerfile is embedded in."""
    source = pragma.comment.source
    if not isinstance(source, EmbeddedSource) or pragma.fault:
        return pragma
    starts = source.line_starts
    places = (source.in_file(Span(source, starts[line - 1], starts[line - 1])) for line in (pragma.first, pragma.last))
    first, last = (place.source.position(place.start).line for place in places)
    return pragma._replace(first=first, last=last)


class _Finder:
    def __init__(self, dockerfile: Dockerfile) -> None:
        self._instructions: Sequence[Instruction] = dockerfile.instructions
        self._stages = dockerfile.stages
        self._comment_lines = {comment.line for comment in dockerfile.comments}
        source = dockerfile.source
        self.begin = source.above + 1 if isinstance(source, EmbeddedSource) else 1
        self.end = len(source.line_starts)

    def placed(self, pragma: Pragma) -> Pragma:
        scope = pragma.scope
        if scope in ("file", "around"):
            return pragma._replace(first=self.begin, last=self.end)
        if scope == "head":
            return self._at_head(pragma)
        if scope == "block":
            return self._of_block(pragma)
        return self._of_stage(pragma) if scope == "stage" else self._before_next(pragma)

    def _before_next(self, pragma: Pragma) -> Pragma:
        """A pragma for the instruction behind it; hadolint wants that to begin on the very next line."""
        line = pragma.comment.line
        if any(one.start_line < line <= one.end_line for one in self._instructions):
            return pragma._replace(fault="inside an instruction a comment has no effect; put it above the instruction")
        following = next((one for one in self._instructions if one.start_line > line), None)
        if following is None:
            return pragma._replace(fault="no instruction follows")
        if pragma.linter == "hadolint" and following.start_line != line + 1:
            return pragma._replace(fault="hadolint wants it on the line just above the instruction")
        return pragma._replace(first=following.start_line, last=following.end_line)

    def _of_stage(self, pragma: Pragma) -> Pragma:
        """A pragma for the stage that it stands in, or that begins next, with only comments between."""
        line = pragma.comment.line
        following = line + 1
        while following in self._comment_lines:
            following += 1
        for stage in reversed(self._stages):
            if stage.from_.start_line == following or stage.from_.start_line < line:
                return pragma._replace(first=stage.from_.start_line, last=stage.end_line)
        return pragma._replace(fault="no stage begins before it, nor on the next line")

    def _of_block(self, pragma: Pragma) -> Pragma:
        """For KICS a FROM is a block with its instructions; no other instruction is one."""
        placed = self._before_next(pragma)
        stage = next((one for one in self._stages if one.from_.start_line == placed.first), None)
        if placed.fault or stage is None:
            return pragma._replace(fault=placed.fault or "KICS wants it just above a FROM")
        return placed._replace(last=stage.end_line)

    def _at_head(self, pragma: Pragma) -> Pragma:
        if self._instructions and self._instructions[0].start_line < pragma.comment.line:
            return pragma._replace(fault="only comments may stand above it")
        return pragma._replace(first=self.begin, last=self.end)
