"""Checking files, for the commands that begin with that."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Collection, Sequence
from typing import NamedTuple

import click

from dockerlint.cli.options import build_of
from dockerlint.cli.settings import tell, told
from dockerlint.dockerfile.stages import Options
from dockerlint.lint.configuration import Settler
from dockerlint.lint.finding import Severity
from dockerlint.lint.groups import Group, Outcome, grouped
from dockerlint.lint.groups import check as check_groups
from dockerlint.lint.run import CannotRun, Result
from dockerlint.project.discovery import Found, named
from dockerlint.project.files import NO_TEXTS, Texts

NOTHING, FINDINGS, UNCHECKED = 0, 1, 2
INTERRUPTED = 130  # as shells report SIGINT; 1 would say that something was found

# The name and text of standard input, where it is one of the files.
Given = tuple[str, bytes]


def given_of(paths: Sequence[str], stdin_filename: str | None) -> Given | None:
    """Reads standard input where `-` is one of the paths."""
    return (stdin_filename or "-", sys.stdin.buffer.read()) if "-" in paths else None


class Task(NamedTuple):
    """What to check, and how. `texts` stand in for what files have on disk: standard input."""

    groups: list[Group]
    day: datetime.date
    build: Options
    texts: Texts

    def outcomes(self, texts: Texts = NO_TEXTS, only: Collection[Found] | None = None) -> list[Outcome]:
        """What is found, with more texts, or in some of the files. Ends the program where that cannot be told."""
        try:
            return _check(self._replace(texts={**self.texts, **texts}), only)
        except CannotRun as error:
            raise click.UsageError(str(error)) from error
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            sys.exit(INTERRUPTED)


def task_of(
    paths: Sequence[str],
    settler: Settler,
    arguments: tuple[str, ...],
    target: str | None,
    as_of: datetime.datetime | None,
    given: Given | None = None,
) -> Task:
    """The task to check files and folders. Ends the program where their settings are wrong."""
    day = as_of.date() if as_of else datetime.datetime.now(tz=datetime.UTC).date()
    with told():
        files = [named(given[0])] if given is not None else []
        seen = settler.looked_at([path for path in paths if path != "-"])
        files += [file for file in seen if isinstance(file, Found)]
        groups = grouped(files, settler)
    tell(settler)
    if not files:
        click.echo(f"warning: no Dockerfile and no Compose file in {', '.join(paths)}", err=True)
    texts = {os.path.realpath(given[0]): given[1]} if given is not None else NO_TEXTS
    return Task(groups, day, build_of(arguments, target), texts)


def found_in(
    paths: Sequence[str],
    settler: Settler,
    arguments: tuple[str, ...],
    target: str | None,
    as_of: datetime.datetime | None,
) -> list[Outcome]:
    """What is found in files and folders. Ends the program where that cannot be told."""
    return task_of(paths, settler, arguments, target, as_of).outcomes()


def _check(task: Task, only: Collection[Found] | None) -> list[Outcome]:
    """Check with a progress bar on standard error, where somebody watches and there is enough to do."""
    total = len(only) if only is not None else sum(len(group.files) for group in task.groups)
    if total < 200 or not sys.stderr.isatty():
        return check_groups(*task, only=only)
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task("Checking", total=total)
        return check_groups(*task, lambda done: bar.update(shown, completed=done), only=only)


def exit_code(outcomes: Sequence[Outcome], *, exit_zero: bool = False) -> int:
    """What a command ends with: the gravest of what its groups of files say."""
    codes = (_exit_code(result, configuration["fail-on"], exit_zero=exit_zero) for configuration, result in outcomes)
    return max(codes, default=NOTHING)


def _exit_code(result: Result, fail_on: str, *, exit_zero: bool) -> int:
    if result.problems or any(finding.is_refusal for finding in result.findings):
        return UNCHECKED
    if exit_zero or fail_on == "never":
        return NOTHING
    lowest = Severity[fail_on.upper()]
    return FINDINGS if any(finding.severity >= lowest for finding in result.findings) else NOTHING
