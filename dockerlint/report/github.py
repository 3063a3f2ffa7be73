"""Commands of a GitHub workflow, which become annotations, and the summary of the step.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from dockerlint.lint.finding import Finding, Region, Severity
from dockerlint.lint.run import Result
from dockerlint.report import markdown
from dockerlint.report.places import CANNOT_CHECK, relative
from dockerlint.report.summary import sentence
from dockerlint.report.text import visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
# GitHub takes a summary of 1 MiB; what is longer it leaves out altogether.
_LARGEST_SUMMARY = 900_000


def render(result: Result, out: TextIO) -> None:
    """Write a command a finding. GitHub shows the first ten of a kind in a step, so the gravest come first."""
    for problem in result.problems:
        region = Region(problem.path, problem.line, problem.column, problem.line, problem.column)
        out.write(_command("error", region, CANNOT_CHECK, [problem.message]))
    for finding in sorted(result.findings, key=_gravity):
        texts = [finding.message, finding.help]
        out.write(_command(_COMMANDS[finding.severity], finding.region, finding.rule, texts))
    out.write(sentence(result) + "\n")


def _gravity(finding: Finding) -> tuple[int, int, Region, str]:
    points = finding.risk.points if finding.risk is not None else 0
    return -finding.severity, -points, finding.region, finding.rule


def _command(name: str, region: Region, title: str, texts: list[str]) -> str:
    properties: dict[str, str | int] = {"title": title, "file": relative(region.path), "line": region.line}
    if region.end_line == region.line:  # columns are for places within a line
        properties |= {"endLine": region.line, "col": region.column}
        properties["endColumn"] = max(region.column, region.end_column - 1)
    else:
        properties["endLine"] = region.end_line - (region.end_column == 1)
    listed = ",".join(f"{key}={_escaped(str(value), _IN_PROPERTIES)}" for key, value in properties.items())
    return f"::{name} {listed}::{'%0A'.join(_escaped(text, _IN_MESSAGES) for text in texts if text)}\n"


_IN_MESSAGES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_IN_MESSAGES, ":": "%3A", ",": "%2C"}


def _escaped(text: str, marks: Mapping[str, str]) -> str:
    return "".join(marks.get(character, character) for character in visible(text))


def render_summary(result: Result, out: TextIO) -> None:
    """Write the summary of the step, with all that GitHub does not annotate."""
    markdown.render(result, out, most=_LARGEST_SUMMARY)
