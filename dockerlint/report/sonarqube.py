"""SonarQube's generic issues, with what its newer versions read and what its older ones do.

https://docs.sonarsource.com/sonarqube-server/analyzing-source-code/importing-external-issues/generic-issue-import-format
"""

from __future__ import annotations

import json
from typing import Any, TextIO

from dockerlint.lint.finding import Finding, Problem, Region, Severity
from dockerlint.lint.run import Result
from dockerlint.report.described import Described, described, name_of
from dockerlint.report.places import CANNOT_CHECK, Columns, shown
from dockerlint.report.text import visible

_SEVERITIES = {Severity.ERROR: "CRITICAL", Severity.WARNING: "MAJOR", Severity.INFO: "INFO"}
_IMPACTS = {Severity.ERROR: "HIGH", Severity.WARNING: "MEDIUM", Severity.INFO: "LOW"}
# What the chapters of rules are about, where it is not how well an image can be lived with.
_RELIABILITY = frozenset(
    {"application", "compose_build", "compose_reliability", "compose_structure", "runtime", "shell"}
)


def render(result: Result, out: TextIO) -> None:
    columns = Columns("utf-16-le", 2)
    rules = [_rule(rule) for rule in described(result.findings, result.added_rules).values()]
    if result.problems:
        rules.append(_CANNOT_CHECK)
    issues = [_problem(problem) for problem in result.problems]
    issues += [_issue(finding, columns) for finding in result.findings]
    json.dump({"rules": rules, "issues": issues}, out, indent=2)
    out.write("\n")


def _rule(rule: Described) -> dict[str, Any]:
    if rule.is_security:
        kind, attribute, quality = "VULNERABILITY", "TRUSTWORTHY", "SECURITY"
    elif rule.chapter in _RELIABILITY:
        kind, attribute, quality = "BUG", "LOGICAL", "RELIABILITY"
    else:
        kind, attribute, quality = "CODE_SMELL", "CONVENTIONAL", "MAINTAINABILITY"
    return {
        "id": rule.name,
        "name": rule.title,
        "description": f"{rule.reason} {rule.url}".rstrip(),
        "engineId": "dockerlint",
        "cleanCodeAttribute": attribute,
        "type": kind,
        "severity": _SEVERITIES[rule.worst],
        "impacts": [{"softwareQuality": quality, "severity": _IMPACTS[rule.worst]}],
    }


_CANNOT_CHECK = {
    "id": CANNOT_CHECK,
    "name": "A file, or a part of one, cannot be checked.",
    "description": "What stands there may be at fault too.",
    "engineId": "dockerlint",
    "cleanCodeAttribute": "CONVENTIONAL",
    "type": "BUG",
    "severity": "BLOCKER",
    "impacts": [{"softwareQuality": "RELIABILITY", "severity": "HIGH"}],
}


def _issue(finding: Finding, columns: Columns) -> dict[str, Any]:
    text = ". ".join(text[0].upper() + text[1:] for text in (finding.message, finding.help) if text)
    location = {"message": visible(text), "filePath": shown(finding.region.path)}
    return {
        "ruleId": name_of(finding),
        "primaryLocation": {**location, "textRange": _range(finding.region, columns)},
    }


def _range(region: Region, columns: Columns) -> dict[str, int]:
    """The place; SonarQube counts columns from 0, and refuses a report with an empty range in it."""
    last = max(region.line, region.end_line - (region.end_column == 1))
    lines = {"startLine": region.line, "endLine": last}
    start = columns.at(region.path, region.line, region.column) - 1
    end = columns.at(region.path, region.end_line, region.end_column) - 1
    if last != region.end_line or (last == region.line and start >= end):
        return lines
    return {**lines, "startColumn": start, "endColumn": end}


def _problem(problem: Problem) -> dict[str, Any]:
    message = visible(f"cannot check: {problem.message}")
    place = {"message": message, "filePath": shown(problem.path), "textRange": {"startLine": problem.line}}
    return {"ruleId": CANNOT_CHECK, "primaryLocation": place}
