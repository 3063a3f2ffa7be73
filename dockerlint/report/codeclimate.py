"""Issues as Code Climate's engines print them: JSON documents, each ended by a NUL.

https://github.com/codeclimate/platform/blob/master/spec/analyzers/SPEC.md#data-types
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, TextIO

from dockerlint.lint.finding import Finding, Problem, Severity
from dockerlint.lint.run import Result
from dockerlint.report.described import Described, described, name_of
from dockerlint.report.places import CANNOT_CHECK, shown
from dockerlint.report.text import visible

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}
_CATEGORIES = {"caching": "Performance", "base_image": "Performance", "build_context": "Performance"}


def render(result: Result, out: TextIO) -> None:
    out.writelines(f"{json.dumps(issue)}\0\n" for issue in issues(result))


def issues(result: Result) -> Iterator[dict[str, Any]]:
    """Problems, and after them the findings."""
    rules = described(result.findings, result.added_rules)
    for problem in result.problems:
        yield _of_problem(problem)
    for finding in result.findings:
        yield _of_finding(finding, rules[name_of(finding)])


def _of_finding(finding: Finding, rule: Described) -> dict[str, Any]:
    region = finding.region
    positions = {
        "begin": {"line": region.line, "column": region.column},
        "end": {"line": region.end_line, "column": region.end_column},
    }
    category = "Security" if rule.is_security else _CATEGORIES.get(rule.chapter, "Bug Risk")
    return {
        "type": "issue",
        "check_name": rule.name,
        "description": visible(finding.message),
        "content": {"body": f"{rule.reason}\n\n{rule.url}".rstrip()},
        "categories": [category],
        "location": {"path": shown(region.path), "positions": positions},
        "severity": _SEVERITIES[finding.severity],
        "fingerprint": finding.fingerprint,
    }


def _of_problem(problem: Problem) -> dict[str, Any]:
    place = {"line": problem.line, "column": problem.column}
    key = f"{problem.path}\0{problem.message}".encode("utf-8", "replace")
    return {
        "type": "issue",
        "check_name": CANNOT_CHECK,
        "description": visible(f"cannot check: {problem.message}"),
        "categories": ["Bug Risk"],
        "location": {"path": shown(problem.path), "positions": {"begin": place, "end": place}},
        "severity": "blocker",
        "fingerprint": blake2b(key, digest_size=12).hexdigest(),
    }
