"""How many findings there are of each rule, and how many of them can be mended by a fix."""

from __future__ import annotations

from typing import NamedTuple, TextIO

from dockerlint.lint.finding import Finding, Severity
from dockerlint.lint.run import Result
from dockerlint.report.summary import sentence
from dockerlint.report.text import visible


class Count(NamedTuple):
    """The findings of one rule. Its severity is that of the worst."""

    rule: str
    severity: Severity
    findings: int
    safe_fixes: int
    unsafe_fixes: int


def counted(result: Result) -> list[Count]:
    """The rules with findings, the most frequent first."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in result.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    counts = [_count(rule, findings) for rule, findings in by_rule.items()]
    return sorted(counts, key=lambda one: (-one.findings, -one.severity, one.rule))


def _count(rule: str, findings: list[Finding]) -> Count:
    fixes = [finding.fix for finding in findings if finding.fix is not None]
    safe = sum(fix.is_safe for fix in fixes)
    return Count(rule, max(finding.severity for finding in findings), len(findings), safe, len(fixes) - safe)


def render(result: Result, out: TextIO) -> None:
    out.writelines(
        visible(f"{path}:{line}:{column}: cannot check: {message}") + "\n"
        for path, line, column, message in result.problems
    )
    counts = counted(result)
    if counts:
        rows = [("count", "severity", "rule", "fixes"), *map(_row, counts)]
        widest = [max(map(len, column)) for column in zip(*rows, strict=True)]
        out.writelines(_aligned(row, widest) for row in rows)
        out.write("\n")
    out.write(sentence(result) + "\n")


def _aligned(row: tuple[str, ...], widest: list[int]) -> str:
    first, *others = (text.ljust(width) for text, width in zip(row, widest, strict=True))
    return "  ".join((row[0].rjust(len(first)), *others)).rstrip() + "\n"


def _row(one: Count) -> tuple[str, str, str, str]:
    fixes = [f"{count:,} {name}" for count, name in ((one.safe_fixes, "safe"), (one.unsafe_fixes, "unsafe")) if count]
    return f"{one.findings:,}", one.severity.label, one.rule, ", ".join(fixes)
