"""`dockerlint baseline`."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import click

from dockerlint.cli.checking import NOTHING, UNCHECKED, asked_for, exit_code, task_of
from dockerlint.cli.options import build_options, day_option
from dockerlint.cli.reporting import report_options, reports_of, write
from dockerlint.cli.settings import here, setting_options
from dockerlint.cli.writing import write_all
from dockerlint.lint.registry import BUILT_IN
from dockerlint.project.discovery import kind_of_name
from dockerlint.report.text import plural, visible

if TYPE_CHECKING:  # who asks for help or completion needs no engine
    from dockerlint.lint.baseline import Baseline, Comparison, Entry
    from dockerlint.lint.configuration import Configuration, Settler
    from dockerlint.lint.finding import Finding
    from dockerlint.lint.groups import Group, Outcome

Command = TypeVar("Command", bound=Callable[..., Any])
Teller: TypeAlias = "Callable[[Sequence[Outcome]], None]"
DEFAULT = "dockerlint-baseline.json"
_MOST_TOLD = 20


@click.group()
def baseline() -> None:
    """Accept what is found for now: a file remembers it, and only new findings count."""


def _options(command: Command) -> Command:
    command = click.option(
        "--file",
        "baseline",
        type=click.Path(dir_okay=False),
        help=f"The baseline.  [default: that of the settings, else {DEFAULT}]",
    )(command)
    command = day_option(build_options(setting_options(command)))
    return click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")(command)


def _reports(command: Command) -> Command:
    """Give a command the options of reports; it gets what tells of outcomes and ends the program."""

    @functools.wraps(command)
    def reporting(*, settler: Settler, output_file: str | None, statistics: bool, colour: str, **given: Any) -> None:
        from dockerlint.lint.groups import together  # noqa: PLC0415

        reports = reports_of(settler, output_file)

        def tell(outcomes: Sequence[Outcome]) -> None:
            write(together(outcomes), reports, statistics=statistics, colour=colour)
            sys.exit(exit_code(outcomes))

        command(settler=settler, tell=tell, **given)

    wrapped: Any = report_options(reporting)
    return wrapped  # type: ignore[no-any-return]


@baseline.command()
@_options
@click.option("--force", is_flag=True, help="Replace a baseline that is there.")
def create(settler: Settler, force: bool, paths: tuple[str, ...], **how: Any) -> None:
    """Write all that is found to the baseline.

    Exit codes: 0, or 2 if something could not be checked.
    """
    from dockerlint.lint.baseline import Baseline  # noqa: PLC0415

    groups = asked_for(paths or (".",), settler)
    files = _files(groups, settler)
    there = next((file for file in files if file.exists()), None)
    if there is not None and not force:
        message = f"{there} is there already: `dockerlint baseline update` shrinks it, --force replaces it"
        raise click.UsageError(message)
    outcomes = task_of(groups, paths or (".",), **how).outcomes()
    _write([Baseline(file).with_findings(_findings(outcomes, file)) for file in files])
    sys.exit(_told_problems(outcomes))


@baseline.command()
@_options
@_reports
@click.option("--add", is_flag=True, help="Accept new findings too.")
def update(settler: Settler, add: bool, paths: tuple[str, ...], tell: Teller, **how: Any) -> None:
    """Take out of the baseline what is mended or gone.

    Exit codes: 0, 1 if there are new findings, 2 if something could not be checked.
    """
    from dockerlint.lint.baseline import Baseline  # noqa: PLC0415

    groups = asked_for(paths or (".",), settler)
    old = [_read(file) for file in _files(groups, settler)]
    outcomes = task_of(groups, paths or (".",), **how).outcomes()
    seen = [compared(one, outcomes, paths or (".",)) for one in old]
    new = [
        Baseline(before.path, one.kept).with_findings(one.new if add else ())
        for before, one in zip(old, seen, strict=True)
    ]
    _tell(seen)
    _write([after for before, after in zip(old, new, strict=True) if after.text() != before.text()])
    if add:
        sys.exit(_told_problems(outcomes))
    tell(without_known(seen, outcomes))


@baseline.command()
@_options
@_reports
def check(settler: Settler, paths: tuple[str, ...], tell: Teller, **how: Any) -> None:
    """Report what the baseline does not know, and tell what of it is mended or gone.

    Exit codes: 0 nothing new at or above --fail-on, 1 new findings, 2 something could not be checked.
    """
    groups = asked_for(paths or (".",), settler)
    old = [_read(file) for file in _files(groups, settler)]
    outcomes = task_of(groups, paths or (".",), **how).outcomes()
    seen = [compared(one, outcomes, paths or (".",)) for one in old]
    _tell(seen)
    tell(without_known(seen, outcomes))


def without_baselines(groups: Sequence[Group], outcomes: list[Outcome], paths: Sequence[str]) -> list[Outcome]:
    """What was found in groups of files, without what the baselines of those that have one know."""
    named = {Path(place.path) for group in groups if (place := group.configuration["baseline"])}
    return without_known([compared(_read(file), outcomes, paths) for file in sorted(named)], outcomes)


def compared(old: Baseline, outcomes: Sequence[Outcome], paths: Sequence[str]) -> Comparison:
    """What became of a baseline in a check of some paths."""
    from dockerlint.lint.baseline import Looked  # noqa: PLC0415
    from dockerlint.project.files import is_below  # noqa: PLC0415

    tops = [os.path.abspath(path) for path in paths]  # noqa: PTH100 (links stay as they are written)
    checked = {os.path.abspath(path) for one in outcomes for path in one.result.files}  # noqa: PTH100
    failed = {os.path.abspath(problem.path) for one in outcomes for problem in one.result.problems}  # noqa: PTH100
    catalogues = [one.configuration.catalogue for one in outcomes] or [BUILT_IN]
    names = {rule.name for catalogue in catalogues for rule in catalogue.all_rules} | {"shellcheck"}

    def looked_at(path: str) -> bool:
        if path in failed or kind_of_name(os.path.basename(path)) is not None:  # noqa: PTH119
            return path in checked - failed
        return path in checked or any(is_below(path, top) for top in tops)

    def asked(rule: str) -> bool:
        if rule == "shellcheck":
            return any(one.configuration["shellcheck"] for one in outcomes)
        return any(one.configuration.selection.has_run(rule) for one in outcomes)

    looked = Looked(looked_at, asked, names.__contains__)
    suppressed = (finding for one in outcomes for finding in one.result.suppressed)
    return old.compared(_findings(outcomes, old.path), looked, suppressed)


def without_known(seen: Sequence[Comparison], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """What was found, without what baselines know."""
    known = {id(finding) for one in seen for finding in one.known}
    left: list[Outcome] = []
    for one in outcomes:
        found = one.result.findings
        new = tuple(finding for finding in found if id(finding) not in known)
        result = one.result._replace(findings=new, known=tuple(finding for finding in found if id(finding) in known))
        left.append(one._replace(result=result))
    return left


def _file(configuration: Configuration) -> Path:
    place = configuration["baseline"]
    return Path(place.path if place is not None else DEFAULT)


def _files(groups: Sequence[Group], settler: Settler) -> list[Path]:
    """The baselines of some groups of files; that of the current folder where there are none."""
    configurations = [group.configuration for group in groups] or [here(settler)]
    return sorted(set(map(_file, configurations)))


def _findings(outcomes: Sequence[Outcome], file: Path) -> list[Finding]:
    """What was found where a baseline counts."""
    return [found for one in outcomes if _file(one.configuration) == file for found in one.result.findings]


def _read(file: Path) -> Baseline:
    from dockerlint.lint.baseline import BadBaseline, Baseline  # noqa: PLC0415

    if not file.exists():
        message = f"there is no baseline {visible(str(file))}; `dockerlint baseline create` writes one"
        raise click.UsageError(message)
    try:
        return Baseline.read(file)
    except BadBaseline as error:
        raise click.UsageError(visible(str(error))) from error


def _write(new: Sequence[Baseline]) -> None:
    write_all((one.path, one.data) for one in new)
    for one in new:
        click.echo(f"Wrote {plural(len(one.entries), 'finding')} to {one.path}.", err=True)


def _tell(seen: Sequence[Comparison]) -> None:
    _list("mended", [entry for one in seen for entry in one.mended])
    _list("ignored by a comment now", [entry for one in seen for entry in one.ignored])
    _list("stale: the file or the rule is gone", [entry for one in seen for entry in one.stale])


def _list(title: str, entries: Sequence[Entry]) -> None:
    for entry in entries[:_MOST_TOLD]:
        click.echo(visible(f"{entry.path}: [{entry.rule}] {title}: {entry.message}"), err=True)
    if len(entries) > _MOST_TOLD:
        click.echo(f"... and {len(entries) - _MOST_TOLD:,} more {title.partition(':')[0]}", err=True)


def _told_problems(outcomes: Sequence[Outcome]) -> int:
    problems = [problem for one in outcomes for problem in one.result.problems]
    for problem in problems:
        click.echo(
            visible(f"{problem.path}:{problem.line}:{problem.column}: cannot check: {problem.message}"), err=True
        )
    return UNCHECKED if problems else NOTHING
