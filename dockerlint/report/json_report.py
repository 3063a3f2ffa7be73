"""JSON, for programs. The shape is a contract: see docs/json.md."""

from __future__ import annotations

import json
from typing import Any, TextIO

from dockerlint import __version__
from dockerlint.lint.finding import Edit, Finding, Fix, Problem, Region
from dockerlint.lint.run import Result
from dockerlint.report.statistics import counted
from dockerlint.report.summary import counts, refused
from dockerlint.report.text import clean, visible

VERSION = 1


def render(result: Result, out: TextIO) -> None:
    document = {
        "version": VERSION,
        "tool": {"name": "dockerlint", "version": __version__},
        "findings": [of_finding(finding) for finding in result.findings],
        "errors": [of_problem(problem) for problem in result.problems],
        "summary": of_summary(result),
        "statistics": [{**one._asdict(), "severity": one.severity.label} for one in counted(result)],
    }
    json.dump(document, out, indent=2)
    out.write("\n")


def of_summary(result: Result) -> dict[str, Any]:
    return {
        "files": len(result.files),
        "findings": counts(result),
        "errors": len(result.problems),
        "refused": refused(result),
        "ignored": len(result.suppressed),
        "known": len(result.known),
    }


def of_finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "aliases": list(finding.aliases),
        "severity": finding.severity.label,
        "message": visible(finding.message),
        "help": visible(finding.help),
        **_region(finding.region),
        "fix": _fix(finding.fix) if finding.fix else None,
        "risk": finding.risk._asdict() if finding.risk is not None else None,
        "fingerprint": finding.fingerprint,
        "url": finding.url or None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "safety": "safe" if fix.is_safe else "unsafe",
        "message": visible(fix.message),
        "edits": [_edit(edit) for edit in fix.edits],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {**_region(edit.region), "replacement": clean(edit.replacement)}


def of_problem(problem: Problem) -> dict[str, Any]:
    return {**problem._asdict(), "path": clean(problem.path), "message": visible(problem.message)}


def _region(region: Region) -> dict[str, Any]:
    return {**region._asdict(), "path": clean(region.path)}
