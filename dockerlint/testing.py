"""The test kit of rules: runs them on the samples of their own pages, as dockerlint does with those that it brings.

A sample is a Dockerfile, or several files behind lines `=== name`; `=== dockerlint.toml` holds its settings. What a
rule must point at stands between « and ».
"""

from __future__ import annotations

import datetime
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from dockerlint.lint.classes import faults_of as faults_of_class
from dockerlint.lint.configuration import Configuration
from dockerlint.lint.finding import Finding, Problem
from dockerlint.lint.given import of_text
from dockerlint.lint.keys import BadSetting
from dockerlint.lint.registry import Catalogue, all_rules, rules_in
from dockerlint.lint.rule import AnyRule
from dockerlint.lint.run import Request, Result, run
from dockerlint.lint.selection import Selection
from dockerlint.project.discovery import find
from dockerlint.source import Source

__all__ = ["Case", "Mark", "cases", "check_files", "faults", "page_faults", "rules_of"]


class BadSample(Exception):
    """A sample that cannot be read or laid out."""


class Mark(NamedTuple):
    """What stands between « and » in a sample: from 1, the end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column} to {self.end_line}:{self.end_column}"


class Sample(NamedTuple):
    """The files of a sample without marks, and the marks."""

    files: dict[str, str]
    marks: list[Mark]


class Case(NamedTuple):
    """A sample of a rule, and what becomes of it when it is mended: None where there is no fix."""

    rule: AnyRule
    name: str
    sample: str
    mended: str | None
    is_bad: bool

    def __str__(self) -> str:
        return self.name


def rules_of(module: ModuleType) -> list[AnyRule]:
    """The rules of a module."""
    return rules_in(vars(module))


def cases(rules: Iterable[AnyRule]) -> list[Case]:
    """All samples of some rules."""
    return [case for rule in rules for case in (*_bad(rule), *_good(rule))]


def _bad(rule: AnyRule) -> Iterator[Case]:
    for number, (sample, mended) in enumerate(rule.bad.items(), 1):
        yield Case(rule, f"{rule.name}-bad-{number}", sample, mended, is_bad=True)


def _good(rule: AnyRule) -> Iterator[Case]:
    for number, sample in enumerate(rule.good, 1):
        yield Case(rule, f"{rule.name}-good-{number}", sample, None, is_bad=False)


def faults(case: Case, as_of: datetime.date | None = None) -> list[str]:
    """What a rule does otherwise on a sample than its page promises, in words; nothing if all is well.

    A bad sample is reported exactly at its marks, and its fix gives the mended text, in which the rule finds nothing
    more; a good one is not reported. Docker takes both, lest a slip of the pen make a sample silent. `as_of` is the day
    for which ends of life are judged: today.
    """
    try:
        sample = read_sample(case.sample)
        findings, problems = _checked(case.rule, sample.files, as_of)
    except (BadSample, BadSetting) as error:
        return [str(error)]
    told = [f"{problem.path}:{problem.line}:{problem.column}: {problem.message}" for problem in problems]
    if case.is_bad and not sample.marks:
        told.append("nothing is marked with « and » in it")
    told += _misplaced(findings, sample.marks)
    return told or (list(_misfixed(case, sample, findings, as_of)) if case.is_bad else [])


def _misplaced(findings: Sequence[Finding], marks: Sequence[Mark]) -> Iterator[str]:
    left = Counter(marks)
    for finding in findings:
        mark = Mark(*finding.region)
        if not left[mark]:
            often = "more often than it is marked" if mark in marks else "where nothing is marked"
            yield f"found at {mark}, {often}: {finding.message}"
        left[mark] -= 1
    yield from (f"nothing is found at {mark}" for mark, count in left.items() if count > 0)


def _misfixed(case: Case, sample: Sample, findings: Sequence[Finding], as_of: datetime.date | None) -> Iterator[str]:
    fixes = [finding.fix for finding in findings if finding.fix is not None]
    if case.mended is None:
        yield from (f"a fix is offered that the page does not promise: {fix.message}" for fix in fixes)
        return
    result = mended(sample.files, findings)
    for name, text in files_of(case.mended).items():
        if result.get(name) != text:
            yield f"{name} becomes {result.get(name)!r}, not {text!r}"
    left, _ = _checked(case.rule, result, as_of)
    yield from (f"when it is mended, this is still found: {finding.message}" for finding in left)


def _checked(rule: AnyRule, files: dict[str, str], as_of: datetime.date | None) -> tuple[list[Finding], list[Problem]]:
    with tempfile.TemporaryDirectory() as folder:
        result = _run([rule], files, Path(folder), as_of)
    # Samples of our own show that a rule speaks although something else is refused.
    refused = () if rule in all_rules() else (one for one in result.findings if one.is_refusal)
    problems = [Problem(*one.region[:3], one.message) for one in refused if one.rule != rule.name]
    return [finding for finding in result.findings if finding.rule == rule.name], [*result.problems, *problems]


def page_faults(rule: AnyRule) -> list[str]:
    """What is missing on the page of a rule: its severity, what is wrong, what happens because of it, its samples."""
    wrong = [f"it {fault}" for fault in faults_of_class(rule)]
    wanted = {
        "its page does not begin with a sentence that says what is wrong": rule.summary().endswith("."),
        "its page has no second paragraph that says what happens because of it": bool(rule.reason()),
        "it has no bad sample": bool(rule.bad),
        "it has no good sample": bool(rule.good),
    }
    return [*wrong, *(text for text, is_there in wanted.items() if not is_there)]


def files_of(sample: str) -> dict[str, str]:
    """A sample's files; without a line `=== name` it is a Dockerfile."""
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
    """A sample's files and marks. Raises BadSample for a mark without its other half, and a file out of its folder."""
    files: dict[str, str] = {}
    marks: list[Mark] = []
    for name, marked in files_of(sample).items():
        if Path(name).is_absolute() or ".." in Path(name).parts or not name or "\0" in name:
            message = f"`{name}` is no name of a file in a sample"
            raise BadSample(message)
        text, spans = _without_marks(marked)
        source = Source(name, text)
        marks += (Mark(name, *source.position(start), *source.position(end)) for start, end in spans)
        files[name] = text
    return Sample(files, sorted(marks))


def _without_marks(marked: str) -> tuple[str, list[tuple[int, int]]]:
    text: list[str] = []
    spans: list[tuple[int, int]] = []
    starts: list[int] = []
    for character in marked:
        if character == "«":
            starts.append(len(text))
        elif character == "»" and starts:
            spans.append((starts.pop(), len(text)))
        elif character == "»":
            message = "a » has no « before it"
            raise BadSample(message)
        else:
            text.append(character)
    if starts:
        message = "a « has no » behind it"
        raise BadSample(message)
    return "".join(text), spans


def check_files(
    rules: Sequence[AnyRule], files: dict[str, str], folder: Path, as_of: datetime.date | None = None
) -> tuple[list[Finding], list[Problem]]:
    """What rules say of a folder with these files, and what cannot be checked in it."""
    result = _run(rules, files, folder, as_of)
    names = [rule.name for rule in rules]
    return [finding for finding in result.findings if finding.rule in names], list(result.problems)


def _run(rules: Sequence[AnyRule], files: dict[str, str], folder: Path, as_of: datetime.date | None) -> Result:
    lay_out(files, folder)
    given = of_text(files.get("dockerlint.toml", ""))
    if not given.keys().isdisjoint(("plugins", "rule-files")):
        message = "the settings of a sample bring no rules of their own"
        raise BadSample(message)
    configuration = Configuration([given])
    names = [rule.name for rule in rules]
    catalogue = Catalogue(at_hand=tuple(rules))
    selection = Selection(names, extend_select=configuration["extend-select"], catalogue=catalogue)
    day = as_of or datetime.datetime.now(tz=datetime.UTC).date()
    with inside(folder):
        return run(Request(tuple(find(["."])), selection, configuration.settings(day)))


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in a folder for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def lay_out(files: dict[str, str], folder: Path) -> None:
    """Write files into a folder; a name that ends in `(60 MB)` makes one of that size, which takes no room.

    Raises BadSample for a name that no file can have.
    """
    for title, text in files.items():
        name, _, size = title.partition(" (")
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="")
            if size:
                os.truncate(path, int(size.removesuffix(" MB)")) * 1_000_000)
        except (OSError, ValueError, OverflowError) as error:
            message = f"`{title}` is no name of a file in a sample: {getattr(error, 'strerror', None) or error}"
            raise BadSample(message) from error


def marks_of(findings: Iterable[Finding]) -> list[Mark]:
    """Where findings point."""
    return sorted(Mark(*finding.region) for finding in findings)


def mended(files: dict[str, str], findings: Iterable[Finding]) -> dict[str, str]:
    """The files after all fixes of the findings, last edit first."""
    result = dict(files)
    edits = {edit for finding in findings if finding.fix for edit in finding.fix.edits}
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        text = result.get(edit.region.path, "")
        result[edit.region.path] = text[: edit.start] + edit.replacement + text[edit.end :]
    return result
