"""Checking files, for the commands that begin with that."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from dockerlint import __version__
from dockerlint.cli.options import build_of
from dockerlint.cli.settings import tell, told
from dockerlint.lint.finding import Severity
from dockerlint.project.discovery import Found, named
from dockerlint.project.files import NO_TEXTS, Texts

if TYPE_CHECKING:
    from dockerlint.dockerfile.stages import Options
    from dockerlint.lint.configuration import Settler
    from dockerlint.lint.groups import Group, Outcome
    from dockerlint.lint.run import Result

NOTHING, FINDINGS, UNCHECKED = 0, 1, 2
INTERRUPTED = 130  # as shells report SIGINT; 1 would say that something was found

_FIRST = (0, 1)  # version of the rules

# The name and text of standard input, where it is one of the files.
Given = tuple[str, bytes]


def given_of(paths: Sequence[str], stdin_filename: str | None) -> Given | None:
    """Reads standard input where `-` is one of the paths."""
    return (stdin_filename or "-", sys.stdin.buffer.read()) if "-" in paths else None


class Task(NamedTuple):
    """What to check, and how: all those below some folders. `texts` stand in for what files have on disk."""

    groups: list[Group]
    day: datetime.date
    build: Options
    folders: tuple[str, ...]
    texts: Texts

    def outcomes(self, texts: Texts = NO_TEXTS, only: Collection[Found] | None = None) -> list[Outcome]:
        """What is found, with more texts, or in some of the files. Ends the program where that cannot be told."""
        from dockerlint.lint.run import CannotRun  # noqa: PLC0415 (who asks for help or completion needs no engine)

        try:
            return _check(self._replace(texts={**self.texts, **texts}), only)
        except CannotRun as error:
            raise click.UsageError(str(error)) from error
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            sys.exit(INTERRUPTED)


def asked_for(paths: Sequence[str], settler: Settler, given: Given | None = None) -> list[Group]:
    """The files to check, those with the same settings together. Ends the program where that cannot be told."""
    from dockerlint.lint.groups import grouped  # noqa: PLC0415

    with told():
        files = [named(given[0])] if given is not None else []
        seen = settler.looked_at([path for path in paths if path != "-"])
        files += [file for file in seen if isinstance(file, Found)]
        groups = grouped(files, settler)
    tell(settler)
    for version in {group.configuration["rules-version"] for group in groups}:
        _doubt(version)
    if not files:
        click.echo(f"warning: no Dockerfile and no Compose file in {', '.join(paths)}", err=True)
    return groups


def _doubt(version: str | None) -> None:
    """Warn of a version of the rules that this program cannot have, or that had none."""
    if version is None:
        return
    wanted, own = (tuple(map(int, text.split("."))) for text in (version, __version__))
    if wanted > own:
        click.echo(f"warning: this is dockerlint {__version__}, which has no rules of {version} yet", err=True)
    elif wanted < _FIRST:
        click.echo(f"warning: there were no rules in version {version}, so nothing but refusals is reported", err=True)


def task_of(
    groups: list[Group],
    paths: Sequence[str],
    arguments: tuple[str, ...],
    target: str | None,
    as_of: datetime.datetime | None,
    given: Given | None = None,
) -> Task:
    """The task to check groups of files, all those below some paths."""
    day = as_of.date() if as_of else datetime.datetime.now(tz=datetime.UTC).date()
    folders = tuple(path for path in paths if os.path.isdir(path))
    texts = {os.path.realpath(given[0]): given[1]} if given is not None else NO_TEXTS
    return Task(groups, day, build_of(arguments, target), folders, texts)


def _check(task: Task, only: Collection[Found] | None) -> list[Outcome]:
    """Check with a progress bar on standard error, where somebody watches and there is enough to do."""
    from dockerlint.lint.groups import check  # noqa: PLC0415

    total = len(only) if only is not None else sum(len(group.files) for group in task.groups)
    how = (task.groups, task.day, task.build, task.texts)
    if total < 200 or not sys.stderr.isatty():
        return check(*how, folders=task.folders, only=only)
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task("Checking", total=total)
        return check(*how, lambda done: bar.update(shown, completed=done), task.folders, only=only)


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
