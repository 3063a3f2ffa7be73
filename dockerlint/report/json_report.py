"""JSON, for programs. The shape is a contract: see docs/json.md."""

from __future__ import annotations

import json
from typing import Any, TextIO

from dockerlint import __version__
from dockerlint.lint.finding import Edit, Finding, Fix, Problem, Region
from dockerlint.lint.run import Result
from dockerlint.report.summary import counts, refused

VERSION = 1


def render(result: Result, out: TextIO) -> None:
    document = {
        "version": VERSION,
        "tool": {"name": "dockerlint", "version": __version__},
        "findings": [_finding(finding) for finding in result.findings],
        "errors": [_problem(problem) for problem in result.problems],
        "summary": {
            "files": len(result.files),
            "findings": counts(result),
            "errors": len(result.problems),
            "refused": refused(result),
            "ignored": len(result.suppressed),
        },
    }
    json.dump(document, out, indent=2)
    out.write("\n")


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "aliases": list(finding.aliases),
        "severity": finding.severity.label,
        "message": _clean(finding.message),
        "help": _clean(finding.help),
        **_region(finding.region),
        "fix": _fix(finding.fix) if finding.fix else None,
        "fingerprint": finding.fingerprint,
        "url": finding.url,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "safety": "safe" if fix.is_safe else "unsafe",
        "message": _clean(fix.message),
        "edits": [_edit(edit) for edit in fix.edits],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {**_region(edit.region), "replacement": _clean(edit.replacement)}


def _problem(problem: Problem) -> dict[str, Any]:
    return {**problem._asdict(), "path": _clean(problem.path), "message": _clean(problem.message)}


def _region(region: Region) -> dict[str, Any]:
    return {**region._asdict(), "path": _clean(region.path)}


def _clean(text: str) -> str:
    """Text without lone surrogates, which JSON readers refuse."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
