"""One line for each finding, for editors, grep and logs."""

from __future__ import annotations

from typing import TextIO

from dockerlint.lint.run import Result
from dockerlint.report.summary import sentence
from dockerlint.report.text import visible


def render(result: Result, out: TextIO) -> None:
    for problem in result.problems:
        place = f"{problem.path}:{problem.line}:{problem.column}"
        out.write(visible(f"{place}: cannot check: {problem.message}") + "\n")
    for finding in result.findings:
        region = finding.region
        place = f"{region.path}:{region.line}:{region.column}"
        line = f"{place}: {finding.severity.label}[{finding.rule}] {finding.message}"
        out.write(visible(line) + "\n")
    out.write(sentence(result) + "\n")
