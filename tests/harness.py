"""Runs one rule on one sample, as the test of every rule's documentation does."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from dockerlint.lint.configuration import Configuration, of_text
from dockerlint.lint.finding import Finding, Problem
from dockerlint.lint.registry import Selection
from dockerlint.lint.rule import AnyRule
from dockerlint.lint.run import Request, run
from dockerlint.project.discovery import find
from dockerlint.source import Source

AS_OF = datetime.date(2026, 11, 23)


class Mark(NamedTuple):
    """What stands between « and » in a sample."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Sample(NamedTuple):
    """The files of a sample without marks, and the marks."""

    files: dict[str, str]
    marks: list[Mark]


def files_of(sample: str) -> dict[str, str]:
    """A sample's files; without a line `=== name` it is a Dockerfile. `=== dockerlint.toml` holds its settings."""
    files: dict[str, list[str]] = {}
    name = "Dockerfile"
    for line in sample.split("\n"):
        if line.startswith("=== "):
            name = line.removeprefix("=== ").strip()
            files[name] = []
        else:
            files.setdefault(name, []).append(line)
    return {name: "\n".join(lines) for name, lines in files.items()}


def read_sample(sample: str) -> Sample:
    files: dict[str, str] = {}
    marks: list[Mark] = []
    for name, marked in files_of(sample).items():
        text, spans = _without_marks(marked)
        source = Source(name, text)
        for start, end in spans:
            marks.append(Mark(name, *source.position(start), *source.position(end)))
        files[name] = text
    return Sample(files, sorted(marks))


def _without_marks(marked: str) -> tuple[str, list[tuple[int, int]]]:
    text: list[str] = []
    spans: list[tuple[int, int]] = []
    starts: list[int] = []
    for character in marked:
        if character == "«":
            starts.append(len(text))
        elif character == "»":
            spans.append((starts.pop(), len(text)))
        else:
            text.append(character)
    return "".join(text), spans


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def lay_out(files: dict[str, str], folder: Path) -> None:
    """Write files into a folder; a name that ends in `(60 MB)` makes one of that size, which takes no room."""
    for title, text in files.items():
        name, _, size = title.partition(" (")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")
        if size:
            os.truncate(path, int(size.removesuffix(" MB)")) * 1_000_000)


def check_files(rules: list[AnyRule], files: dict[str, str], folder: Path) -> tuple[list[Finding], list[Problem]]:
    """What the rules say of a folder with these files."""
    lay_out(files, folder)
    configuration = Configuration([of_text(files.get("dockerlint.toml", ""))])
    names = [rule.name for rule in rules]
    selection = Selection(names, extend_select=configuration["extend-select"])
    with inside(folder):
        result = run(Request(tuple(find(["."])), selection, configuration.settings(AS_OF)))
    return [finding for finding in result.findings if finding.rule in names], list(result.problems)


def marks_of(findings: list[Finding]) -> list[Mark]:
    return sorted(Mark(*finding.region) for finding in findings)


def mended(files: dict[str, str], findings: list[Finding]) -> dict[str, str]:
    """The files after all fixes of the findings, last edit first."""
    result = dict(files)
    edits = {edit for finding in findings if finding.fix for edit in finding.fix.edits}
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = result.get(edit.region.path, "")
        result[edit.region.path] = text[: edit.start] + edit.replacement + text[edit.end :]
    return result
