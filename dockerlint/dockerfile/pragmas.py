"""Comments that ask a linter to leave something out: our own, and those of other linters.

Ours is `# dockerlint: ignore[rule, ...] reason` before an instruction, `ignore-stage` and `ignore-file` for more than
one; `until=2027-01-31` in the reason says how long. Of others, those of hadolint, Docker's build checks, Checkov and
Trivy count:

https://github.com/hadolint/hadolint#ignoring-rules
https://docs.docker.com/reference/dockerfile/#check
https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html
https://trivy.dev/latest/docs/configuration/filtering/#by-inline-comments
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from dockerlint.dockerfile.instruction import Instruction
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.source import Source, Text


class Pragma(NamedTuple):
    """A comment that asks to leave findings out, on the lines from `first` to `last` of the file.

    `names` are rules or codes as they are written. `fault` says why the comment has no effect; then there are no lines.
    """

    comment: Text
    linter: str
    names: tuple[Text, ...]
    reason: str = ""
    until: date | None = None
    first: int = 0
    last: int = -1
    fault: str = ""

    @property
    def is_ours(self) -> bool:
        return self.linter == "dockerlint"

    def covers(self, line: int) -> bool:
        return self.first <= line <= self.last


def pragmas(dockerfile: Dockerfile) -> Iterator[Pragma]:
    """Every pragma of a file, in the order of the text."""
    finder = _Finder(dockerfile)
    for comment in dockerfile.comments:
        if any(mark in comment for mark in _MARKS):
            pragma = finder.read(comment)
            if pragma is not None:
                yield pragma
    names = tuple(name for name in dockerfile.check_options.skip if name)
    if names:
        yield Pragma(names[0], "buildkit", names, first=1, last=finder.end)


def pragmas_of_text(source: Source) -> Iterator[Pragma]:
    """Our own pragmas in another file where `#` begins comments: behind code for that line, else for the next."""
    end = len(source.line_starts)
    for number in range(1, end + 1):
        line = source.line(number)
        start = line.find("#")
        match = _ours().search(line, start) if start >= 0 and "dockerlint" in line else None
        if match is None:
            continue
        offset = source.line_starts[number - 1] + match.start()
        comment = source.slice(offset, offset + len(match[0]))
        names = _listed(comment, match.start(2) - match.start(), match.end(2) - match.start())
        first = number if line[: match.start()].strip() else number + 1
        pragma = Pragma(comment, "dockerlint", names, match[3].strip(), first=first, last=first)
        yield pragma._replace(first=1, last=end) if match[1] == "ignore-file" else pragma


_MARKS = ("dockerlint", "hadolint", "checkov", "trivy")


@cache
def _ours() -> re.Pattern[str]:
    return re.compile(r"#+\s*dockerlint:\s*(ignore(?:-stage|-file)?)\s*\[([^\]]*)\]\s*(.*)")


@cache
def _hadolints() -> re.Pattern[str]:
    return re.compile(
        r"#\s*hadolint\s+(global\s+|stage\s+)?ignore\s*=\s*([A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)\s*(?:#\s*(.*))?"
    )


@cache
def _others() -> re.Pattern[str]:
    return re.compile(r"#\s*(checkov:\s*skip=|trivy:\s*ignore:)\s*([\w-]+)(?::(.*)|\s+(.*))?")


class _Finder:
    def __init__(self, dockerfile: Dockerfile) -> None:
        self._instructions: Sequence[Instruction] = dockerfile.instructions
        self._stages = dockerfile.stages
        self._comment_lines = {comment.line for comment in dockerfile.comments}
        self.end = len(dockerfile.source.line_starts)

    def read(self, comment: Text) -> Pragma | None:
        match = _ours().match(comment)
        if match is not None:
            return self._of_ours(comment, match)
        match = _hadolints().fullmatch(comment)
        if match is not None:
            return self._of_hadolint(comment, match)
        match = _others().match(comment)
        if match is not None:
            names = (comment.part(*match.span(2)),)
            linter = match[1].partition(":")[0]
            reason = (match[3] or match[4] or "").strip()
            if linter == "checkov":
                return Pragma(comment, linter, names, reason, first=1, last=self.end)
            return self._before_next(Pragma(comment, linter, names, reason))
        return self._malformed(comment)

    def _of_ours(self, comment: Text, match: re.Match[str]) -> Pragma:
        until = re.search(r"\buntil=(\d{4}-\d{2}-\d{2})\b", match[3])
        pragma = Pragma(comment, "dockerlint", _listed(comment, *match.span(2)), match[3].strip())
        if not pragma.names:
            return pragma._replace(fault="the brackets name no rule")
        if until is not None:
            try:
                pragma = pragma._replace(until=date.fromisoformat(until[1]))
            except ValueError:
                return pragma._replace(fault=f"`{until[1]}` is no day")
        if match[1] == "ignore-file":
            return pragma._replace(first=1, last=self.end)
        return self._of_stage(pragma) if match[1] == "ignore-stage" else self._before_next(pragma)

    def _of_hadolint(self, comment: Text, match: re.Match[str]) -> Pragma:
        scope = (match[1] or "").strip()
        pragma = Pragma(comment, "hadolint", _listed(comment, *match.span(2)), (match[3] or "").strip())
        if scope == "global":
            return pragma._replace(first=1, last=self.end)
        return self._of_stage(pragma) if scope == "stage" else self._before_next(pragma, is_next_line=True)

    def _malformed(self, comment: Text) -> Pragma | None:
        """What was meant as a pragma, but cannot be read as one."""
        if re.match(r"#+\s*dockerlint\s*:?\s*(?:ignore|disable|skip)\b", comment):
            fault = "it is written `# dockerlint: ignore[rule-name] reason`"
            return Pragma(comment, "dockerlint", (), fault=fault)
        if re.match(r"#\s*hadolint\s+(?:(?:global|stage)\s+)?ignore\b", comment):
            fault = "hadolint reads `# hadolint ignore=DL3008,DL3009`, and text only behind another `#`"
            return Pragma(comment, "hadolint", (), fault=fault)
        return None

    def _before_next(self, pragma: Pragma, *, is_next_line: bool = False) -> Pragma:
        """A pragma for the instruction behind it; hadolint wants that to begin on the very next line."""
        line = pragma.comment.line
        if any(one.start_line < line <= one.end_line for one in self._instructions):
            return pragma._replace(fault="inside an instruction a comment has no effect; put it above the instruction")
        following = next((one for one in self._instructions if one.start_line > line), None)
        if following is None:
            return pragma._replace(fault="no instruction follows")
        if is_next_line and following.start_line != line + 1:
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


def _listed(comment: Text, start: int, end: int) -> tuple[Text, ...]:
    found = re.finditer(r"[^\s,]+", comment[start:end])
    return tuple(comment.part(start + name.start(), start + name.end()) for name in found)
