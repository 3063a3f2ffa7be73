"""Checkstyle's XML, which many servers read.

https://checkstyle.org/apidocs/com/puppycrawl/tools/checkstyle/XMLLogger.html
"""

from __future__ import annotations

from typing import TextIO

from dockerlint.lint.run import Result
from dockerlint.report.described import name_of
from dockerlint.report.places import CANNOT_CHECK, shown
from dockerlint.report.xml import element


def render(result: Result, out: TextIO) -> None:
    errors: dict[str, list[str]] = {path: [] for path in result.files}
    for problem in result.problems:
        error = _error(problem.line, problem.column, "error", f"cannot check: {problem.message}", CANNOT_CHECK)
        errors.setdefault(problem.path, []).append(error)
    for finding in result.findings:
        region = finding.region
        error = _error(region.line, region.column, finding.severity.label, finding.message, name_of(finding))
        errors.setdefault(region.path, []).append(error)
    files = (element("file", errors[path], name=shown(path)) for path in sorted(errors))
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n' + element("checkstyle", files, version="8.0"))


def _error(line: int, column: int, severity: str, message: str, rule: str) -> str:
    source = f"dockerlint.{rule}"
    return element("error", line=line, column=column, severity=severity, message=message, source=source)
