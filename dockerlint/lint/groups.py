"""Runs over files that have different settings: those with the same ones are checked together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from dockerlint.dockerfile.stages import Options
from dockerlint.lint.configuration import Configuration, Settler
from dockerlint.lint.engine import arranged
from dockerlint.lint.finding import Severity
from dockerlint.lint.run import Progress, Request, Result, Run, start
from dockerlint.project.discovery import Found


class Group(NamedTuple):
    """Files that have the same settings."""

    configuration: Configuration
    files: tuple[Found, ...]


class Outcome(NamedTuple):
    """What was found in a group."""

    configuration: Configuration
    result: Result


def grouped(files: Sequence[Found], settler: Settler) -> list[Group]:
    """Files by the settings in force for each. Raises BadSetting."""
    groups: dict[int, tuple[Configuration, list[Found]]] = {}
    for file in files:
        configuration = settler.of(file.path)
        groups.setdefault(id(configuration), (configuration, []))[1].append(file)
    return [Group(configuration, tuple(found)) for configuration, found in groups.values()]


def check(
    groups: Sequence[Group],
    as_of: date,
    build: Options,
    standard_input: tuple[str, bytes] | None = None,
    progress: Progress | None = None,
    folders: tuple[str, ...] = (),
) -> list[Outcome]:
    """Check each group in its own way; of all that is in `folders` the groups are told. Raises CannotRun."""
    every = [file for group in groups for file in group.files]
    runs: list[Run] = []
    done = 0
    for configuration, files in groups:
        others = tuple(file for file in every if file not in files) if len(groups) > 1 else ()
        request = Request(
            files,
            configuration.selection,
            configuration.settings(as_of),
            build,
            standard_input,
            configuration["shellcheck"],
            configuration["inline-ignores"],
            configuration.scopes,
            others,
            folders,
        )
        runs.append(start(request, _counting_from(done, progress)))
        done += len(files)
    # A comment in a file that several groups read is of use if one of them needs it.
    elsewhere = [suppression for one in runs for suppression in one.suppressions] if len(runs) > 1 else []
    return [Outcome(group.configuration, one.judged(elsewhere)) for group, one in zip(groups, runs, strict=True)]


def _counting_from(start: int, progress: Progress | None) -> Progress | None:
    return None if progress is None else lambda done: progress(start + done)


def together(outcomes: Iterable[Outcome]) -> Result:
    """What all groups have to report, each from the severity on that it wants."""
    results = [_from(result, configuration["min-severity"]) for configuration, result in outcomes]
    if len(results) == 1:
        return results[0]
    return Result(
        tuple(arranged(found for result in results for found in result.findings)),
        tuple(sorted({problem for result in results for problem in result.problems})),
        tuple(file for result in results for file in result.files),
        tuple(arranged(found for result in results for found in result.suppressed)),
        tuple(arranged(found for result in results for found in result.known)),
        tuple(dict.fromkeys(rule for result in results for rule in result.added_rules)),
    )


def _from(result: Result, label: str) -> Result:
    lowest = Severity[label.upper()]
    return result._replace(findings=tuple(found for found in result.findings if found.severity >= lowest))
