"""Findings on lines that are new since a revision of git."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher

from dockerlint.lint.finding import Finding, Region
from dockerlint.lint.run import Result
from dockerlint.project.revision import contents
from dockerlint.source import Source


def only_new(result: Result, revision: str, read: Callable[[str], Source | None]) -> Result:
    """The result without findings on lines that stood there at the revision, wherever in their file.

    `read` gives the text of a file as it was checked. Raises NoRevision.
    """
    paths = {finding.region.path for finding in (*result.findings, *result.suppressed)}
    before = contents(revision, sorted({*paths, *result.files}))
    changed: dict[str, frozenset[int] | None] = {}
    for path in paths:
        then, now = before[path], read(path)
        changed[path] = None if then is None or now is None else new_lines(Source.from_bytes(path, then).text, now.text)

    def kept(findings: Iterable[Finding]) -> tuple[Finding, ...]:
        return tuple(finding for finding in findings if _touches(finding.region, changed[finding.region.path]))

    return result._replace(findings=kept(result.findings), suppressed=kept(result.suppressed))


def _touches(region: Region, lines: frozenset[int] | None) -> bool:
    if lines is None:
        return True
    last = max(region.line, region.end_line - (region.end_column == 1))
    return any(line in lines for line in range(region.line, last + 1))


def new_lines(before: str, after: str) -> frozenset[int]:
    """The numbers of the lines that were added or changed. A line that stood elsewhere before has only moved."""
    old, new = (list(map(_without_return, text.split("\n"))) for text in (before, after))
    gone: Counter[str] = Counter()
    come: list[int] = []
    for kind, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new).get_opcodes():
        if kind != "equal":
            gone.update(old[old_start:old_end])
            come += range(new_start, new_end)
    added: set[int] = set()
    for index in come:
        if new[index].strip() and gone[new[index]] > 0:
            gone[new[index]] -= 1
        else:
            added.add(index + 1)
    return frozenset(added)


def _without_return(line: str) -> str:
    # Git may store other line ends than the files on disk have.
    return line.removesuffix("\r")
