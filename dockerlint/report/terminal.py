"""Findings for people: grouped by file, with the lines and the exact words marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import TextIO

from dockerlint.lint.finding import Finding, Problem, Severity
from dockerlint.lint.run import Result
from dockerlint.report.summary import sentence
from dockerlint.report.text import visible, width

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}
_GUTTER = "blue"
_TAB = "    "

# How much of a long line is shown, and how much of it before the marked words.
_WIDEST = 160
_LEAD = 60


# A line as it is shown: pieces of text, each with its style.
Line = tuple[tuple[str, str], ...]


def render(result: Result, out: TextIO, *, colour: bool | None = None) -> None:
    """Write the report; `colour` None means: on a terminal."""
    write = _in_colours(out) if colour or (colour is None and out.isatty()) else _plainly(out)
    for line in _lines(result):
        write(line)


def _plainly(out: TextIO) -> Callable[[Line], None]:
    def write(line: Line) -> None:
        out.write("".join(text for text, _ in line) + "\n")

    return write


def _in_colours(out: TextIO) -> Callable[[Line], None]:
    from rich.console import Console  # noqa: PLC0415 (slow to import, and pipes need none of it)
    from rich.text import Text  # noqa: PLC0415

    console = Console(
        file=out, force_terminal=True, highlight=False, soft_wrap=True, emoji=False, markup=False, legacy_windows=False
    )

    def write(line: Line) -> None:
        console.print(Text.assemble(*line))

    return write


def _lines(result: Result) -> Iterator[Line]:
    paths = dict.fromkeys([*(problem.path for problem in result.problems), *(f.region.path for f in result.findings)])
    problems = {path: [problem for problem in result.problems if problem.path == path] for path in paths}
    findings = {path: list(group) for path, group in groupby(result.findings, lambda finding: finding.region.path)}
    for path in sorted(paths):
        yield from _file(path, problems[path], findings.get(path, []))
    yield ((sentence(result), "bold"),)


def _file(path: str, problems: list[Problem], findings: list[Finding]) -> Iterator[Line]:
    yield ((visible(path), "bold underline"),)
    for problem in problems:
        place = f" {problem.line}:{problem.column} "
        yield ("cannot check", "bold red"), (place, ""), (visible(problem.message), "bold")
    if problems:
        yield ()
    for finding in findings:
        if finding.severity is not Severity.INFO:
            yield from _full(finding)
    infos = [finding for finding in findings if finding.severity is Severity.INFO]
    for finding in infos:
        yield _dim(finding)
    if infos:
        yield ()


def _full(finding: Finding) -> Iterator[Line]:
    region = finding.region
    style = _STYLES[finding.severity]
    yield (f"{finding.severity.label}[{finding.rule}]", style), (": ", ""), (visible(finding.message), "bold")
    gutter = len(str(region.line + len(finding.lines) - 1))
    yield (" " * gutter + "--> ", _GUTTER), (visible(f"{region.path}:{region.line}:{region.column}"), "")
    yield ((" " * gutter + " |", _GUTTER),)
    for index, text in enumerate(finding.lines):
        yield from _excerpt(finding, index, text, gutter)
    hidden = region.end_line - region.line + 1 - len(finding.lines)
    if hidden > 0:
        yield ((f"{' ' * gutter} | ... {hidden} more lines", _GUTTER),)
    if finding.reason:
        yield _note("why", finding.reason, gutter)
    if finding.help:
        yield _note("help", finding.help, gutter)
    yield ()


def _note(name: str, text: str, gutter: int) -> Line:
    return (" " * gutter + " = ", _GUTTER), (name, "bold"), (f": {visible(text)}", "")


def _excerpt(finding: Finding, index: int, text: str, gutter: int) -> Iterator[Line]:
    """A line of the file, and under it the marks."""
    region = finding.region
    number = region.line + index
    start = region.column - 1 if index == 0 else len(text) - len(text.lstrip())
    end = region.end_column - 1 if number == region.end_line else len(text)
    cut = max(0, start - _LEAD) if len(text) > _WIDEST else 0
    head = "..." if cut else ""
    shown = text[cut : cut + _WIDEST]
    tail = "..." if len(text) > cut + _WIDEST else ""
    marked = (_drawn(text[cut:start]), _drawn(text[start : min(end, cut + _WIDEST)]))
    yield (f"{number:>{gutter}} | ", _GUTTER), (head + _drawn(shown) + tail, "")
    if start < len(text) or index == 0:
        indent = " " * (width(head) + width(marked[0]))
        marks = "^" * max(1, width(marked[1]))
        yield (f"{' ' * gutter} | ", _GUTTER), (indent, ""), (marks, _STYLES[finding.severity])


def _drawn(text: str) -> str:
    return visible(text).replace("\t", _TAB)


def _dim(finding: Finding) -> Line:
    region = finding.region
    place = f"{region.line}:{region.column}"
    return ((f"info[{finding.rule}] {place} {visible(finding.message)}", "dim"),)
