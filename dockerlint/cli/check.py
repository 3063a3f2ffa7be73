"""`dockerlint check`."""

from __future__ import annotations

import datetime
import io
import os
import sys
from pathlib import Path
from typing import TextIO

import click

from dockerlint.cli.options import build_of, build_options
from dockerlint.cli.settings import setting_options, tell, told
from dockerlint.cli.writing import write_whole
from dockerlint.dockerfile.stages import Options
from dockerlint.lint.configuration import Settler
from dockerlint.lint.finding import Severity
from dockerlint.lint.groups import Group, Outcome, grouped, together
from dockerlint.lint.groups import check as check_groups
from dockerlint.lint.run import CannotRun, Result
from dockerlint.project.discovery import Found, named

NOTHING, FINDINGS, UNCHECKED = 0, 1, 2
INTERRUPTED = 130  # as shells report SIGINT; 1 would say that something was found


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@setting_options
@build_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["full", "concise", "json"]),
    default="full",
    show_default=True,
    envvar="DOCKERLINT_FORMAT",
    help="How to report.",
)
@click.option("-o", "--output-file", type=click.Path(dir_okay=False), help="Write the report there.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--stdin-filename", metavar="PATH", help="What to call standard input, which `-` stands for.")
@click.option(
    "--color", "--colour", "colour", type=click.Choice(["auto", "always", "never"]), default="auto", help="Use colours."
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Judge ends of life as of this day instead of today.",
)
@click.option("--show-settings", is_flag=True, help="Check nothing; print the settings in force, and who sets each.")
@click.option("--show-files", is_flag=True, help="Check nothing; print the files to check, and what is left out.")
def check(  # noqa: PLR0913
    *,
    paths: tuple[str, ...],
    settler: Settler,
    arguments: tuple[str, ...],
    target: str | None,
    form: str,
    output_file: str | None,
    exit_zero: bool,
    stdin_filename: str | None,
    colour: str,
    as_of: datetime.datetime | None,
    show_settings: bool,
    show_files: bool,
) -> None:
    """Check files and folders (the current one if none is given); `-` is standard input.

    NAMES are rules, families of rules, or codes of other linters such as DL3002, separated by commas.

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 something could not be checked.
    """
    if show_settings or show_files:
        _show(paths or (".",), settler, form, show_files=show_files)
        return
    day = as_of.date() if as_of else datetime.datetime.now(tz=datetime.UTC).date()
    with told():
        files, standard_input = _files(paths or (".",), stdin_filename, settler)
        groups = grouped(files, settler)
    tell(settler)
    if not files:
        click.echo(f"warning: no Dockerfile and no Compose file in {', '.join(paths or ('.',))}", err=True)
    build = build_of(arguments, target)
    try:
        outcomes = _check(groups, day, build, standard_input)
    except CannotRun as error:
        raise click.UsageError(str(error)) from error
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    _report(together(outcomes), form, output_file, colour)
    codes = (_exit_code(result, configuration["fail-on"], exit_zero=exit_zero) for configuration, result in outcomes)
    sys.exit(max(codes, default=NOTHING))


def _show(paths: tuple[str, ...], settler: Settler, form: str, *, show_files: bool) -> None:
    from dockerlint.report import settings_report  # noqa: PLC0415 (seldom asked for)

    with told():
        seen = list(settler.looked_at(paths))
        files = [file for file in seen if isinstance(file, Found)]
        groups = grouped(files, settler) or [Group(settler.in_folder(str(Path.cwd())), ())]
        if show_files:
            settings_report.render_files(seen, settler, sys.stdout, as_json=form == "json")
        else:
            settings_report.render(groups, sys.stdout, as_json=form == "json")
    tell(settler)


def _files(
    paths: tuple[str, ...], stdin_filename: str | None, settler: Settler
) -> tuple[tuple[Found, ...], tuple[str, bytes] | None]:
    """The files to check, and the name and text of standard input if it is one of them."""
    standard_input = None
    files: list[Found] = []
    for path in dict.fromkeys(paths):
        if path == "-":
            name = stdin_filename or "-"
            standard_input = (name, sys.stdin.buffer.read())
            files.append(named(name))
    seen = settler.looked_at([path for path in paths if path != "-"])
    files += [file for file in seen if isinstance(file, Found)]
    return tuple(files), standard_input


def _check(
    groups: list[Group], day: datetime.date, build: Options, standard_input: tuple[str, bytes] | None
) -> list[Outcome]:
    """Check with a progress bar on standard error, where somebody watches and there is enough to do."""
    total = sum(len(group.files) for group in groups)
    if total < 200 or not sys.stderr.isatty():
        return check_groups(groups, day, build, standard_input)
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Checking", total=total)
        return check_groups(groups, day, build, standard_input, lambda done: bar.update(task, completed=done))


def _report(result: Result, form: str, output_file: str | None, colour: str) -> None:
    if output_file is None:
        if form == "full":
            _render(result, form, sys.stdout, _wants_colour(colour))
            return
        out = io.StringIO()
        _render(result, form, out, None)
        click.echo(out.getvalue(), nl=False)
        return
    report = io.StringIO()
    _render(result, form, report, False)
    write_whole(Path(output_file), report.getvalue().encode("utf-8", "replace"))


def _wants_colour(colour: str) -> bool | None:
    if colour != "auto":
        return colour == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def _render(result: Result, form: str, out: TextIO, colour: bool | None) -> None:
    if form == "json":
        from dockerlint.report import json_report  # noqa: PLC0415

        json_report.render(result, out)
    elif form == "concise":
        from dockerlint.report import concise  # noqa: PLC0415

        concise.render(result, out)
    else:
        from dockerlint.report import terminal  # noqa: PLC0415

        terminal.render(result, out, colour=colour)


def _exit_code(result: Result, fail_on: str, *, exit_zero: bool) -> int:
    if result.problems or any(finding.is_refusal for finding in result.findings):
        return UNCHECKED
    if exit_zero or fail_on == "never":
        return NOTHING
    lowest = Severity[fail_on.upper()]
    return FINDINGS if any(finding.severity >= lowest for finding in result.findings) else NOTHING
