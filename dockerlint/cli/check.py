"""`dockerlint check`."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dockerlint.cli.checking import asked_for, exit_code, given_of, task_of
from dockerlint.cli.options import build_options, day_option
from dockerlint.cli.reporting import report_options, reports_of, write
from dockerlint.cli.settings import setting_options, tell, told
from dockerlint.project.discovery import Found, named
from dockerlint.project.files import NO_TEXTS, Texts
from dockerlint.report.text import plural, visible

if TYPE_CHECKING:
    from dockerlint.lint.configuration import Settler
    from dockerlint.lint.groups import Outcome

_MOST_ROUNDS = 5  # a comment may itself be the reason for a finding, but seldom is


class _Command(click.Command):
    """Takes `--add-ignores` without a value, too; a path behind it is no reason."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, ["--add-ignores=" if one == "--add-ignores" else one for one in args])


@click.command(cls=_Command)
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATH]...")
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
@day_option
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Report only what `dockerlint baseline create` has not written there.",
)
@click.option("--no-baseline", is_flag=True, help="Report what the baseline of the settings knows, too.")
@click.option(
    "--add-ignores",
    metavar="[REASON]",
    help="Write comments into the files that leave out all that is found: `--add-ignores`, or with the reason behind a"
    " `=`.",
)
@click.option("--fix", is_flag=True, help="Mend what can be mended safely, and report what is left.")
@click.option("--diff", is_flag=True, help="Write and report nothing; print what --fix would change.")
@click.option("--show-settings", is_flag=True, help="Check nothing; print the settings in force, and who sets each.")
@click.option("--show-files", is_flag=True, help="Check nothing; print the files to check, and what is left out.")
def check(  # noqa: PLR0913
    *,
    paths: tuple[str, ...],
    settler: Settler,
    arguments: tuple[str, ...],
    target: str | None,
    output_file: str | None,
    statistics: bool,
    colour: str,
    diff_base: str | None,
    exit_zero: bool,
    stdin_filename: str | None,
    as_of: datetime.datetime | None,
    no_baseline: bool,
    add_ignores: str | None,
    fix: bool,
    diff: bool,
    show_settings: bool,
    show_files: bool,
) -> None:
    """Check files and folders (the current one if none is given); `-` is standard input.

    NAMES are rules, families of rules, or codes of other linters such as DL3002, separated by commas.

    Exit codes: 0 nothing at or above --fail-on, 1 findings (with --diff: changes), 2 something could not be checked.
    """
    if fix or diff:
        is_shown = show_settings or show_files
        _check_goes_with("--diff" if diff else "--fix", paths, is_ignoring=add_ignores is not None, is_shown=is_shown)
    if show_settings or show_files:
        _show(paths or (".",), settler, show_files=show_files)
        return
    from dockerlint.lint.groups import together  # noqa: PLC0415 (who asks for help or completion needs no engine)

    reports = reports_of(settler, output_file)
    if add_ignores is not None and "-" in paths:
        message = "standard input cannot be written into"
        raise click.BadParameter(message, param_hint="--add-ignores")
    given = given_of(paths, stdin_filename)
    groups = asked_for(paths or (".",), settler, given)
    task = task_of(groups, paths or (".",), arguments, target, as_of, given)
    has_baseline = not no_baseline and any(group.configuration["baseline"] for group in groups)

    def kept(outcomes: list[Outcome], texts: Texts) -> list[Outcome]:
        if has_baseline:
            from dockerlint.cli.baseline import without_baselines  # noqa: PLC0415 (few have one)

            outcomes = without_baselines(task.groups, outcomes, paths or (".",))
        return outcomes if diff_base is None else _only_new(outcomes, diff_base, {**task.texts, **texts})

    def found() -> list[Outcome]:
        return kept(task.outcomes(), NO_TEXTS)

    def report(outcomes: list[Outcome], *, to_stderr: bool = False) -> int:
        write(together(outcomes), reports, statistics=statistics, colour=colour, to_stderr=to_stderr)
        return exit_code(outcomes, exit_zero=exit_zero)

    if fix or diff:
        from dockerlint.cli import fixing  # noqa: PLC0415 (only who wants to mend needs it)

        if diff:
            sys.exit(fixing.show(task, kept, exit_zero=exit_zero))
        sys.exit((fixing.fix if given is None else fixing.fix_input)(task, kept, report))
    sys.exit(report(found() if add_ignores is None else _with_ignores(found, add_ignores)))


def _check_goes_with(option: str, paths: tuple[str, ...], *, is_ignoring: bool, is_shown: bool) -> None:
    """Raises BadParameter where what mends files stands beside what it cannot go with."""
    if is_ignoring:
        message = "either mend what is found or write comments for it: --add-ignores does the other"
    elif is_shown:
        message = "--show-settings and --show-files check nothing, so nothing can be mended"
    elif "-" in paths and len(paths) > 1:
        message = "standard input is mended alone, without other files"
    else:
        return
    raise click.BadParameter(message, param_hint=option)


def _with_ignores(check_again: Callable[[], list[Outcome]], reason: str) -> list[Outcome]:
    """Writes comments until a check finds nothing that another could leave out; what is left is reported."""
    from dockerlint.lint.ignoring import add_ignores  # noqa: PLC0415 (seldom asked for)
    from dockerlint.lint.reading import source_or_none  # noqa: PLC0415
    from dockerlint.lint.writing import CannotWrite  # noqa: PLC0415

    files: set[str] = set()
    count = 0
    for _ in range(_MOST_ROUNDS):
        outcomes = check_again()
        results = [one.result for one in outcomes]
        dockerfiles = {path for one in results for path in one.files if named(path).kind == "dockerfile"}
        findings = [found for one in results for found in one.findings]
        try:
            added = add_ignores(findings, source_or_none, reason, dockerfiles)
        except CannotWrite as error:
            raise click.UsageError(str(error)) from error
        if not added.files:
            break
        files.update(added.files)
        count += added.findings
    else:
        outcomes = check_again()
    click.echo(f"Wrote comments for {plural(count, 'finding')} into {plural(len(files), 'file')}.", err=True)
    return outcomes


def _show(paths: tuple[str, ...], settler: Settler, *, show_files: bool) -> None:
    from dockerlint.lint.groups import Group, grouped  # noqa: PLC0415
    from dockerlint.report import settings_report  # noqa: PLC0415 (seldom asked for)

    # Of formats, only what was said for this run: a project's are those of its findings.
    said = next((layer["format"] for layer in reversed(settler.over) if "format" in layer), None)
    as_json = said is not None and any(report.form == "json" for report in said.value)
    with told():
        seen = list(settler.looked_at(paths))
        files = [file for file in seen if isinstance(file, Found)]
        groups = grouped(files, settler) or [Group(settler.in_folder(str(Path.cwd())), ())]
        if show_files:
            settings_report.render_files(seen, settler, sys.stdout, as_json=as_json)
        else:
            settings_report.render(groups, sys.stdout, as_json=as_json)
    tell(settler)


def _only_new(outcomes: list[Outcome], revision: str, texts: Texts) -> list[Outcome]:
    """What was found on lines that are new since a revision; `texts` stand in for what files have on disk."""
    from dockerlint.lint.changes import only_new  # noqa: PLC0415 (few ask git)
    from dockerlint.lint.groups import Outcome  # noqa: PLC0415
    from dockerlint.lint.reading import source_or_none  # noqa: PLC0415
    from dockerlint.project.revision import NoRevision  # noqa: PLC0415

    read = partial(source_or_none, texts=texts)
    try:
        return [Outcome(configuration, only_new(result, revision, read)) for configuration, result in outcomes]
    except NoRevision as error:
        raise click.BadParameter(visible(str(error)), param_hint="--diff-base") from error
