"""`dockerlint check`."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import click

from dockerlint.cli.options import build_of, build_options
from dockerlint.cli.reporting import report_options, reports_of, write
from dockerlint.cli.settings import setting_options, tell, told
from dockerlint.dockerfile.stages import Options
from dockerlint.lint.configuration import Settler
from dockerlint.lint.finding import Severity
from dockerlint.lint.groups import Group, Outcome, grouped, together
from dockerlint.lint.groups import check as check_groups
from dockerlint.lint.run import CannotRun, Result, source_or_none
from dockerlint.project.discovery import Found, named
from dockerlint.report.text import visible
from dockerlint.source import Source

NOTHING, FINDINGS, UNCHECKED = 0, 1, 2
INTERRUPTED = 130  # as shells report SIGINT; 1 would say that something was found


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@setting_options
@build_options
@report_options
@click.option(
    "--diff-base",
    metavar="REVISION",
    help="Report only what stands on lines that were added or changed since this revision of git.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--stdin-filename", metavar="PATH", help="What to call standard input, which `-` stands for.")
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
    forms: tuple[str, ...],
    output_file: str | None,
    statistics: bool,
    colour: str,
    diff_base: str | None,
    exit_zero: bool,
    stdin_filename: str | None,
    as_of: datetime.datetime | None,
    show_settings: bool,
    show_files: bool,
) -> None:
    """Check files and folders (the current one if none is given); `-` is standard input.

    NAMES are rules, families of rules, or codes of other linters such as DL3002, separated by commas.

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 something could not be checked.
    """
    reports = reports_of(forms, output_file)
    if show_settings or show_files:
        is_json = any(report.form == "json" for report in reports)
        _show(paths or (".",), settler, as_json=is_json, show_files=show_files)
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
    if diff_base is not None:
        outcomes = _only_new(outcomes, diff_base, standard_input)
    write(together(outcomes), reports, statistics=statistics, colour=colour)
    codes = (_exit_code(result, configuration["fail-on"], exit_zero=exit_zero) for configuration, result in outcomes)
    sys.exit(max(codes, default=NOTHING))


def _show(paths: tuple[str, ...], settler: Settler, *, as_json: bool, show_files: bool) -> None:
    from dockerlint.report import settings_report  # noqa: PLC0415 (seldom asked for)

    with told():
        seen = list(settler.looked_at(paths))
        files = [file for file in seen if isinstance(file, Found)]
        groups = grouped(files, settler) or [Group(settler.in_folder(str(Path.cwd())), ())]
        if show_files:
            settings_report.render_files(seen, settler, sys.stdout, as_json=as_json)
        else:
            settings_report.render(groups, sys.stdout, as_json=as_json)
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


def _only_new(outcomes: list[Outcome], revision: str, given: tuple[str, bytes] | None) -> list[Outcome]:
    """What was found on lines that are new since a revision."""
    from dockerlint.lint.changes import only_new  # noqa: PLC0415 (few ask git)
    from dockerlint.project.revision import NoRevision  # noqa: PLC0415

    def read(path: str) -> Source | None:
        return Source.from_bytes(*given) if given is not None and given[0] == path else source_or_none(path)

    try:
        return [Outcome(configuration, only_new(result, revision, read)) for configuration, result in outcomes]
    except NoRevision as error:
        raise click.BadParameter(visible(str(error)), param_hint="--diff-base") from error


def _exit_code(result: Result, fail_on: str, *, exit_zero: bool) -> int:
    if result.problems or any(finding.is_refusal for finding in result.findings):
        return UNCHECKED
    if exit_zero or fail_on == "never":
        return NOTHING
    lowest = Severity[fail_on.upper()]
    return FINDINGS if any(finding.severity >= lowest for finding in result.findings) else NOTHING
