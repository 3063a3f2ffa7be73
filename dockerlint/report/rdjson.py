"""Reviewdog's diagnostics, with suggestions.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO

from dockerlint.lint.finding import Finding, Problem, Region, Severity
from dockerlint.lint.run import Result
from dockerlint.report.described import name_of
from dockerlint.report.places import Columns, shown
from dockerlint.report.text import clean, visible

SOURCE = {"name": "dockerlint", "url": "https://dockerlint.dev"}
_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render(result: Result, out: TextIO) -> None:
    json.dump({"source": SOURCE, "diagnostics": list(diagnostics(result))}, out, indent=2)
    out.write("\n")


def diagnostics(result: Result) -> Iterator[dict[str, Any]]:
    """Problems, and after them the findings. Columns are counted in bytes."""
    columns = Columns("utf-8", 1)
    for problem in result.problems:
        yield _of_problem(problem)
    for finding in result.findings:
        yield _of_finding(finding, columns)


def _of_finding(finding: Finding, columns: Columns) -> dict[str, Any]:
    region = finding.region
    texts = [text for text in (finding.message, finding.help) if text]
    return {
        "message": "\n".join(map(visible, texts)),
        "location": {"path": shown(region.path), "range": _range(region, columns)},
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": name_of(finding), **({"url": finding.url} if finding.url else {})},
        **_suggestions(finding, columns),
    }


def _suggestions(finding: Finding, columns: Columns) -> dict[str, Any]:
    """The fix, where it is one edit of this file: several suggestions would be taken one by one."""
    edits = finding.fix.edits if finding.fix is not None else ()
    if len(edits) != 1 or edits[0].region.path != finding.region.path:
        return {}
    (edit,) = edits
    return {"suggestions": [{"range": _range(edit.region, columns), "text": clean(edit.replacement)}]}


def _range(region: Region, columns: Columns) -> dict[str, Any]:
    return {
        "start": {"line": region.line, "column": columns.at(region.path, region.line, region.column)},
        "end": {"line": region.end_line, "column": columns.at(region.path, region.end_line, region.end_column)},
    }


def _of_problem(problem: Problem) -> dict[str, Any]:
    start = {"line": problem.line, "column": problem.column}
    return {
        "message": visible(f"cannot check: {problem.message}"),
        "location": {"path": shown(problem.path), "range": {"start": start}},
        "severity": "ERROR",
    }
