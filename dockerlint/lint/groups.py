"""Runs over files that have different settings: those with the same ones are checked together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from dockerlint.dockerfile.stages import Options
from dockerlint.lint.configuration import Configuration, Settler
from dockerlint.lint.engine import arranged
from dockerlint.lint.finding import Finding, Severity
from dockerlint.lint.run import Progress, Request, Result, Run, start, tied
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import Found
from dockerlint.project.files import NO_TEXTS, Texts


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
    texts: Texts = NO_TEXTS,
    progress: Progress | None = None,
    folders: tuple[str, ...] = (),
    *,
    only: Collection[Found] | None = None,
) -> list[Outcome]:
    """Check each group in its own way, or `only` some of the files as if all were checked. Raises CannotRun.

    Of all that is in `folders` the groups are told.
    """
    composes = [file for group in groups for file in group.files if file.kind == "compose"]
    runs: list[tuple[Configuration, Run]] = []
    done = 0
    for configuration, every in groups:
        files = every if only is None else tuple(file for file in every if file in only)
        if only is not None and not files:
            continue
        own = set(files)
        others = tuple(file for file in composes if file not in own)
        request = Request(
            files,
            configuration.selection,
            configuration.settings(as_of),
            build,
            texts,
            configuration["shellcheck"],
            configuration["inline-ignores"],
            configuration.scopes,
            others,
            folders if only is None else (),  # of a part of the files nobody can tell what the others need
        )
        runs.append((configuration, start(request, _counting_from(done, progress))))
        done += len(files)
    # A comment in a file that several groups read is of use if one of them needs it.
    elsewhere = [suppression for _, one in runs for suppression in one.suppressions] if len(runs) > 1 else []
    return [Outcome(configuration, one.judged(elsewhere)) for configuration, one in runs]


def ties(groups: Sequence[Group], build: Options, texts: Texts = NO_TEXTS) -> list[frozenset[Found]]:
    """The files of all groups whose findings depend on each other."""
    files = tuple(file for group in groups for file in group.files)
    if not any(file.kind == "compose" for file in files):
        return []
    return tied(Request(files, Selection(), Settings(date.min), build, texts))


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


def offered(outcomes: Iterable[Outcome]) -> tuple[Finding, ...]:
    """What is reported and has a fix that the settings let be applied."""
    return tuple(found for found, is_let in _fixable(outcomes) if is_let)


def unsafe(outcomes: Iterable[Outcome]) -> tuple[Finding, ...]:
    """What is reported and has a fix that is not applied only because it is unsafe."""
    return tuple(found for found, is_let in _fixable(outcomes) if not is_let)


def _fixable(outcomes: Iterable[Outcome]) -> Iterator[tuple[Finding, bool]]:
    """What is reported and may be mended, each with whether its fix is safe enough."""
    for result, configuration in ((together([one]), one.configuration) for one in outcomes):
        for found in result.findings:
            if found.fix is not None and not configuration.unfixable.matches(found):
                yield found, found.fix.is_safe or configuration["unsafe-fixes"]


def _from(result: Result, label: str) -> Result:
    lowest = Severity[label.upper()]
    return result._replace(findings=tuple(found for found in result.findings if found.severity >= lowest))
