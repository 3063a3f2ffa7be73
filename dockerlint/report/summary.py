"""The line that ends a report."""

from __future__ import annotations

from collections import Counter

from dockerlint.lint.finding import Severity
from dockerlint.lint.run import Result
from dockerlint.report.text import plural


def counts(result: Result) -> dict[str, int]:
    """How many findings of each severity, worst first."""
    found = Counter(finding.severity for finding in result.findings)
    return {severity.label: found[severity] for severity in sorted(Severity, reverse=True)}


def refused(result: Result) -> int:
    """How many files Docker refuses, so that they could not be checked for certain."""
    return len({finding.region.path for finding in result.findings if finding.is_refusal})


def sentence(result: Result) -> str:
    """What was found in how many files, in one line."""
    checked = f"in {plural(len(result.files), 'file')}"
    found = [
        plural(count, name) if name != "info" else f"{count:,} info" for name, count in counts(result).items() if count
    ]
    problems = plural(len(result.problems), "problem") + " kept something from being checked"
    parts = [f"Found {', '.join(found)} {checked}"] if found else []
    if not found and not result.problems:
        parts.append(f"Nothing to report {checked}")
    if result.suppressed:
        parts.append(f"{len(result.suppressed):,} ignored by comments")
    if result.known:
        parts.append(f"{len(result.known):,} known to the baseline")
    if refused(result):
        parts.append(f"Docker refuses {plural(refused(result), 'file')}")
    if result.problems:
        parts.append(problems)
    return "; ".join(parts) + "."
