"""Comments that ask a linter to leave something out: our own, and those of other linters.

Ours is `# dockerlint: ignore[rule, ...] reason`, with `ignore-stage` and `ignore-file` for more than one place;
`until=2027-01-31` in the reason says how long. Of others, those of hadolint, Docker's build checks, Checkov, Trivy,
KICS and dclint count. Here is what they say; for which lines they hold is told where a kind of file is read.

https://github.com/hadolint/hadolint#ignoring-rules
https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html
https://trivy.dev/latest/docs/configuration/filtering/#by-inline-comments
https://docs.kics.io/latest/running-kics/#using_commands_on_scanned_files_as_comments
https://github.com/zavoloklom/docker-compose-linter/blob/main/docs/configuration-comments.md
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Literal, NamedTuple

from dockerlint.source import Source, Text

# What a comment is meant for: what follows, one line, a build stage, a key with all below it, what it stands in, the
# file, or the file if nothing but comments stands above.
Scope = Literal["next", "line", "stage", "block", "around", "file", "head"]


class Pragma(NamedTuple):
    """A comment that asks to leave findings out, on the lines from `first` to `last` of the file.

    `names` are rules or codes as they are written; without any, all that its linter could say is meant. `fault` says
    why the comment has no effect; then there are no lines.
    """

    comment: Text
    linter: str
    names: tuple[Text, ...] = ()
    scope: Scope = "next"
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


def may_hold_pragma(text: str) -> bool:
    """Whether a text names a linter, so that it is worth looking for pragmas in it."""
    return _mentioned().search(text) is not None


def read(comment: Text, *linters: str) -> Pragma | None:
    """What a comment, which begins with `#`, asks of one of some linters, as yet for no lines."""
    for linter in linters:
        start = _begin(linter).search(comment)
        if start is not None:
            return _READERS[linter](comment.part(start.start(), len(comment)))
    return None


def pragmas_of_lines(source: Source, *, behind_code: bool) -> Iterator[Pragma]:
    """Our own pragmas where a line that begins with `#` is a comment: they hold for the next line, or the file.

    `behind_code` says that a comment may follow code, too; then it holds for that line.
    """
    begin = _begin("dockerlint")
    for number in range(1, len(source.line_starts) + 1):
        line = source.line(number)
        match = begin.search(line) if "dockerlint" in line else None
        if match is None or (line[: match.start()].strip() and not behind_code and not line.startswith("#")):
            continue
        start = source.line_starts[number - 1]
        comment = source.slice(start + match.start(), start + len(line.rstrip()))
        is_alone = not line[: match.start()].strip() or line.lstrip().startswith("#")
        yield from for_next_line(comment, number + 1 if is_alone else number)


def for_next_line(comment: Text, line: int) -> Iterator[Pragma]:
    """Our pragma in a comment, for a line or for the file."""
    pragma = read(comment, "dockerlint")
    if pragma is None or pragma.fault:
        yield from [pragma] if pragma is not None else []
    elif pragma.scope == "file":
        yield pragma._replace(first=1, last=len(comment.source.line_starts))
    elif pragma.scope == "stage":
        yield pragma._replace(fault="only a Dockerfile has stages")
    else:
        yield pragma._replace(first=line, last=line)


@cache
def _mentioned() -> re.Pattern[str]:
    return re.compile(r"dockerlint|hadolint|checkov|trivy|kics-scan|dclint")


@cache
def _begin(linter: str) -> re.Pattern[str]:
    names = {"kics": "kics-scan"}
    return re.compile(rf"(?:^|(?<=\s))#+\s*{names.get(linter, linter)}\b")


def _ours(comment: Text) -> Pragma | None:
    # What follows another lone `#` is no reason, but somebody else's.
    match = re.match(r"#+\s*dockerlint:\s*ignore(-stage|-file)?\s*\[([^\]]*)\]\s*((?:(?!\s#\s).)*)", comment)
    if match is None:
        if re.match(r"#+\s*dockerlint\s*:?\s*(?:ignore|disable|skip)\b", comment) is None:
            return None
        return Pragma(comment, "dockerlint", fault="it is written `# dockerlint: ignore[rule-name] reason`")
    comment = comment.part(0, len(match[0].rstrip()))
    until = re.search(r"\buntil=(\d{4}-\d{2}-\d{2})\b", match[3])
    reason = match[3].replace(until[0], "").strip() if until is not None else match[3].strip()
    scope: Scope = "file" if match[1] == "-file" else "stage" if match[1] == "-stage" else "next"
    pragma = Pragma(comment, "dockerlint", _listed(comment, *match.span(2)), scope, reason)
    if not pragma.names:
        return pragma._replace(fault="the brackets name no rule")
    return _until(pragma, until[1]) if until is not None else pragma


def _hadolints(comment: Text) -> Pragma | None:
    match = re.fullmatch(
        r"#\s*hadolint\s+(global\s+|stage\s+)?ignore\s*=\s*([A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)\s*(?:#\s*(.*))?", comment
    )
    if match is not None:
        written = (match[1] or "").strip()
        scope: Scope = "file" if written == "global" else "stage" if written == "stage" else "line"
        return Pragma(comment, "hadolint", _listed(comment, *match.span(2)), scope, (match[3] or "").strip())
    if re.match(r"#\s*hadolint\s+(?:(?:global|stage)\s+)?ignore\b", comment):
        fault = "hadolint reads `# hadolint ignore=DL3008,DL3009`, and text only behind another `#`"
        return Pragma(comment, "hadolint", fault=fault)
    return None


def _checkovs(comment: Text) -> Pragma | None:
    match = re.match(r"#\s*checkov:\s*skip=\s*([\w-]+(?:,[\w-]+)*)(?::(.*)|\s+(.*))?", comment)
    if match is None:
        return None
    names, reason = _listed(comment, *match.span(1)), (match[2] or match[3] or "").strip()
    return Pragma(comment, "checkov", names, "around", reason)


def _trivys(comment: Text) -> Pragma | None:
    found = [match.span(1) for match in re.finditer(r"\btrivy:\s*ignore:([\w-]+)", comment)]
    if not found or re.match(r"#+\s*trivy:\s*ignore:", comment) is None:
        return None
    names = tuple(comment.part(*span) for span in found)
    until = re.search(r":exp:(\d{4}-\d{2}-\d{2})\b", comment)
    reason = re.sub(r"^:exp:[\d-]+|^:", "", str(comment)[found[-1][1] :]).strip()
    pragma = Pragma(comment, "trivy", names, "next", reason)
    return _until(pragma, until[1]) if until is not None else pragma


def _kics(comment: Text) -> Pragma | None:
    match = re.match(r"#\s*kics-scan\s+(ignore-line|ignore-block|ignore|disable)\b(?:\s*=\s*([\w,\s-]+))?", comment)
    if match is None or (match[1] == "disable") != bool(match[2]):
        return None
    scopes: dict[str, Scope] = {"ignore-line": "line", "ignore-block": "block"}
    names = _listed(comment, *match.span(2)) if match[2] else ()
    return Pragma(comment, "kics", names, scopes.get(match[1], "head"))


def _dclints(comment: Text) -> Pragma | None:
    match = re.match(r"#\s*dclint\s+disable(-line|-file)?(?:\s+(.*))?$", comment)
    if match is None:
        return None
    names = _listed(comment, *match.span(2)) if match[2] and match[1] != "-file" else ()
    return Pragma(comment, "dclint", names, "line" if match[1] == "-line" else "head")


_READERS: dict[str, Callable[[Text], Pragma | None]] = {
    "dockerlint": _ours,
    "hadolint": _hadolints,
    "checkov": _checkovs,
    "trivy": _trivys,
    "kics": _kics,
    "dclint": _dclints,
}


def _until(pragma: Pragma, day: str) -> Pragma:
    try:
        return pragma._replace(until=date.fromisoformat(day))
    except ValueError:
        return pragma._replace(fault=f"`{day}` is no day")


def _listed(comment: Text, start: int, end: int) -> tuple[Text, ...]:
    found = re.finditer(r"[^\s,]+", comment[start:end])
    return tuple(comment.part(start + name.start(), start + name.end()) for name in found)
