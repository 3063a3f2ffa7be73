"""Where the reports of a run go, and in which formats."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dockerlint.cli import proposals
from dockerlint.cli.settings import here
from dockerlint.cli.writing import write_all
from dockerlint.lint.places import Place, Report
from dockerlint.report.formats import FORMATS, renderer

if TYPE_CHECKING:
    from dockerlint.lint.configuration import Settler
    from dockerlint.lint.run import Result

Command = TypeVar("Command", bound=Callable[..., Any])


def report_options(command: Command) -> Command:
    """Give a command `--format`, `--output-file`, `--statistics` and `--color`."""
    for option in (
        click.option(
            "--color",
            "--colour",
            "colour",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            help="Use colours.",
        ),
        click.option(
            "--statistics", is_flag=True, help="Show people how many findings each rule has, rather than the findings."
        ),
        click.option(
            "-o", "--output-file", type=click.Path(dir_okay=False), help="Write the report there that has no file yet."
        ),
        click.option(
            "--format",
            multiple=True,
            metavar="NAME[=FILE]",
            shell_complete=proposals.formats,
            help=f"How to report; repeat it for several reports. NAME is one of {', '.join(FORMATS)}.  [default: full]",
        ),
    ):
        command = option(command)
    return command


def reports_of(settler: Settler, output_file: str | None) -> tuple[Report, ...]:
    """The reports that are wanted in the current folder, of which one at most goes to standard output."""
    said = here(settler).given("format")
    reports, origin = list[Report](said.value), said.origin
    unplaced = [report for report in reports if report.place is None]
    if len(unplaced) > 1:
        names = " and ".join(report.form for report in unplaced)
        message = f"only one report can go to standard output, not {names}; write the others as NAME=FILE"
        raise click.BadParameter(message, param_hint=origin)
    if output_file is not None:
        if not unplaced:
            message = f"every report of {origin} names its own file already"
            raise click.BadParameter(message, param_hint="--output-file")
        place = Place(output_file, output_file)
        reports = [report if report.place is not None else report._replace(place=place) for report in reports]
    files = [Path(report.place.path).resolve() for report in reports if report.place is not None]
    doubled = next((file for file in files if files.count(file) > 1), None)
    if doubled is not None:
        raise click.BadParameter(f"two reports cannot both go to {doubled.name}", param_hint=origin)
    return tuple(reports)


def write(result: Result, reports: Sequence[Report], *, statistics: bool, colour: str, to_stderr: bool = False) -> None:
    """Write the reports; files first, whole or not at all."""
    _write_files([(Path(one.place.path), _text(result, one, statistics)) for one in reports if one.place is not None])
    for report in reports:
        if report.place is None and report.form == "full" and not statistics:
            from dockerlint.report import terminal  # noqa: PLC0415 (the one format that has colours)

            terminal.render(result, sys.stderr if to_stderr else sys.stdout, colour=_wants_colour(colour))
        elif report.place is None:
            click.echo(_text(result, report, statistics), nl=False, err=to_stderr)
    if any(report.form == "github" for report in reports):
        _write_step_summary(result)


def _text(result: Result, report: Report, statistics: bool) -> str:
    out = io.StringIO()
    renderer(report.form, statistics=statistics)(result, out)
    return out.getvalue()


def _wants_colour(colour: str) -> bool | None:
    if colour != "auto":
        return colour == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def _write_files(texts: Iterable[tuple[Path, str]]) -> None:
    """Write all files or none, each where a link leads to; a pipe or a device, which nothing may replace, as it is."""
    data = [(path.resolve(), text.encode("utf-8", "replace")) for path, text in texts]
    special = [path for path, _ in data if path.exists() and not path.is_file() and not path.is_dir()]
    write_all((path, text) for path, text in data if path not in special)
    for path, text in data:
        if path in special:
            path.write_bytes(text)


def _write_step_summary(result: Result) -> None:
    """Add to the summary of a step of a GitHub workflow, where there is one."""
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        return
    from dockerlint.report import github  # noqa: PLC0415

    out = io.StringIO()
    github.render_summary(result, out)
    try:
        with Path(name).open("a", encoding="utf-8", errors="replace") as file:
            file.write(out.getvalue())
    except OSError as error:
        click.echo(f"warning: cannot write the summary of the step: {error.strerror}", err=True)
