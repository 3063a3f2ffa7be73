"""SARIF 2.1.0, for code scanning.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/en/code-security/reference/code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from dockerlint import __version__
from dockerlint.lint.finding import Edit, Finding, Fix, Problem, Region, Risk, Severity
from dockerlint.lint.run import Result
from dockerlint.report.described import Described, described, name_of
from dockerlint.report.places import relative
from dockerlint.report.text import clean, visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://dockerlint.dev"
_ROOT = "%SRCROOT%"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
# What GitHub calls the severities of what is no security fault.
_PROBLEM_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}


def render(result: Result, out: TextIO) -> None:
    told = [*result.findings, *result.suppressed]
    rules = described(told, result.added_rules)
    index = {name: number for number, name in enumerate(rules)}
    run = {
        "tool": {"driver": _driver(rules)},
        "invocations": [_invocation(result)],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder that dockerlint was started in."}}},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": _location(path), "roles": ["analysisTarget"]} for path in result.files],
        "results": [
            *(_result(finding, index, []) for finding in result.findings),
            *(_result(finding, index, [_suppression(finding)]) for finding in result.suppressed),
        ],
    }
    json.dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, out, indent=2)
    out.write("\n")


def _driver(rules: Mapping[str, Described]) -> dict[str, Any]:
    return {
        "name": "dockerlint",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": HOME,
        "rules": [_rule(rule) for rule in rules.values()],
    }


def _rule(rule: Described) -> dict[str, Any]:
    return {
        "id": rule.name,
        "name": "".join(part.capitalize() for part in re.split(r"[-/]", rule.name)),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.reason},
        "help": {"text": rule.page, "markdown": rule.markdown},
        **({"helpUri": rule.url} if rule.url else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": _properties(rule),
    }


def _properties(rule: Described) -> dict[str, Any]:
    tags = [rule.chapter.replace("_", "-"), *(["security"] if rule.is_security else [])]
    grave = {"security-severity": _security_severity(rule.points)} if rule.is_security and rule.points else {}
    return {"tags": tags, "problem.severity": _PROBLEM_SEVERITIES[rule.severity], **grave}


def _security_severity(points: int) -> str:
    """A score from 0 to 10, as GitHub wants it: twice the geometric mean of the three factors."""
    return f"{2 * points ** (1 / 3):.1f}"


def _invocation(result: Result) -> dict[str, Any]:
    return {
        "executionSuccessful": not result.problems,
        "toolExecutionNotifications": [_notification(problem) for problem in result.problems],
    }


def _notification(problem: Problem) -> dict[str, Any]:
    place = _place(problem.path, {"startLine": problem.line, "startColumn": problem.column})
    return {"level": "error", "message": {"text": _message(f"cannot check: {problem.message}")}, "locations": [place]}


def _result(finding: Finding, index: Mapping[str, int], suppressions: list[dict[str, str]]) -> dict[str, Any]:
    name = name_of(finding)
    return {
        "ruleId": name,
        "ruleIndex": index[name],
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding.message, finding.help)},
        "locations": [_place(finding.region.path, _region(finding.region))],
        "partialFingerprints": {"dockerlint/v1": finding.fingerprint},
        "suppressions": suppressions,
        **({"fixes": [_fix(finding.fix)]} if finding.fix is not None else {}),
        **(_risk(finding.risk) if finding.risk is not None else {}),
    }


def _suppression(finding: Finding) -> dict[str, str]:
    reason = visible(finding.justification)
    return {"kind": "inSource", **({"justification": reason} if reason else {})}


def _message(*sentences: str) -> str:
    """Sentences, with nothing in them that a viewer would take for a link."""
    text = " ".join(f"{text[0].upper()}{text[1:].rstrip('.')}." for text in map(visible, sentences) if text)
    return re.sub(r"\[(?=[^\[\]]*\]\()|\](?=\()", r"\\\g<0>", text)


def _risk(risk: Risk) -> dict[str, Any]:
    return {"rank": round(risk.points / 1.25, 1), "properties": {"risk": risk._asdict()}}


def _place(path: str, region: dict[str, int]) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _location(path), "region": region}}


def _location(path: str) -> dict[str, str]:
    """A file below the working directory by its path from there, so that reports of several machines agree."""
    below = relative(path)
    if os.path.isabs(below) or below.startswith("../"):  # noqa: PTH117 (a string)
        return {"uri": Path(path).absolute().as_uri()}
    return {"uri": quote(os.fsencode(below)), "uriBaseId": _ROOT}


def _region(region: Region) -> dict[str, int]:
    return {
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    by_path: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_path.setdefault(edit.region.path, []).append(edit)
    return {
        "description": {"text": _message(f"{fix.message} ({'safe' if fix.is_safe else 'unsafe'})")},
        "artifactChanges": [
            {"artifactLocation": _location(path), "replacements": [_replacement(edit) for edit in edits]}
            for path, edits in by_path.items()
        ],
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    return {"deletedRegion": _region(edit.region), "insertedContent": {"text": clean(edit.replacement)}}
