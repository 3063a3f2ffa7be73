"""What a check says of files that are being mended, and whether a later one says worse."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from dockerlint.lint.finding import Edit, Finding, Problem, Severity


def real(path: str) -> str:
    """What a file is called whichever way leads to it."""
    return _resolved(os.path.abspath(path))  # noqa: PTH100 (strings: asked for every finding)


@lru_cache(maxsize=1 << 16)
def _resolved(path: str) -> str:
    return os.path.realpath(path)


class View(NamedTuple):
    """What a check says of some files. `offered` are the findings whose fixes may be applied."""

    findings: tuple[Finding, ...] = ()
    offered: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()

    def with_all(self, other: View) -> View:
        """What both say."""
        return View(
            (*self.findings, *other.findings),
            (*self.offered, *other.offered),
            (*self.suppressed, *other.suppressed),
            (*self.problems, *other.problems),
        )


def edits_of(finding: Finding) -> tuple[Edit, ...]:
    return finding.fix.edits if finding.fix is not None else ()


def want_the_same(one: Finding, other: Finding) -> bool:
    """Whether two findings of a rule say the same, or have the same fix."""
    replacements = [[edit.replacement for edit in edits_of(finding)] for finding in (one, other)]
    has_same_fix = one.fix is not None and other.fix is not None and one.fix.message == other.fix.message
    return one.message == other.message or (has_same_fix and replacements[0] == replacements[1])


def worse(before: View, after: View) -> str | None:
    """What is worse in a check than in the one before: what cannot be checked, errors, and what was left out."""
    counted = Counter(real(problem.path) for problem in before.problems)
    for problem in after.problems:
        counted[real(problem.path)] -= 1
        if counted[real(problem.path)] < 0:
            return f"the file could not be checked any more: {problem.message}"
    known, left_out = _kinds(filter(_is_error, before.findings)), _kinds(before.suppressed)
    left_out_now, kept = _kinds(after.suppressed), _kinds(before.findings)
    for finding in after.findings:
        kind = real(finding.region.path), finding.rule
        known[kind] -= _is_error(finding)
        kept[kind] -= 1
        if known[kind] < 0:
            return f"it would bring an error: {finding.message}"
        if kept[kind] < 0 and left_out_now[kind] < left_out[kind]:
            return f"a comment would no longer leave out `{finding.rule}`"
    return None


def _is_error(finding: Finding) -> bool:
    return finding.is_refusal or finding.severity is Severity.ERROR


def _kinds(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter((real(finding.region.path), finding.rule) for finding in findings)
