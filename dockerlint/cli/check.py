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
from dockerlint.lint.configuration import BadSetting, Configuration, find_file, read
from dockerlint.lint.finding import Severity
from dockerlint.lint.profiles import PROFILES
from dockerlint.lint.registry import BadVersion, Selection, UnknownRule
from dockerlint.lint.run import CannotRun, Request, Result, run
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import Found, find, named

NOTHING, FINDINGS, UNCHECKED = 0, 1, 2
INTERRUPTED = 130  # as shells report SIGINT; 1 would say that something was found

_SEVERITIES = [severity.label for severity in Severity]


def _names(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Names given by repeating an option or separated by commas."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--select", multiple=True, callback=_names, metavar="NAMES", help="Check only these rules.")
@click.option(
    "--extend-select", multiple=True, callback=_names, metavar="NAMES", help="Check these rules besides the profile's."
)
@click.option("--ignore", multiple=True, callback=_names, metavar="NAMES", help="Leave these rules out.")
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    help="Which rules speak: what a careful review would say (default), taste and policy too (strict), what a security"
    " review wants (security), or what hadolint says (hadolint).",
)
@click.option("--preview/--no-preview", default=None, help="Check rules too that are still tried out.")
@click.option(
    "--rules-version", metavar="VERSION", help="Check the rules of this version only, however new dockerlint is."
)
@click.option(
    "--shellcheck/--no-shellcheck", default=None, help="Ask ShellCheck, if it is on the PATH, about the scripts too."
)
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
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
@click.option(
    "--min-severity", type=click.Choice(_SEVERITIES), default="info", show_default=True, help="Report from here on."
)
@click.option(
    "--fail-on",
    type=click.Choice([*_SEVERITIES, "never"]),
    default="warning",
    show_default=True,
    help="Exit with 1 from this severity on.",
)
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
def check(  # noqa: PLR0913, PLR0917
    paths: tuple[str, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    profile: str | None,
    preview: bool | None,
    rules_version: str | None,
    shellcheck: bool | None,
    isolated: bool,
    arguments: tuple[str, ...],
    target: str | None,
    form: str,
    output_file: str | None,
    min_severity: str,
    fail_on: str,
    exit_zero: bool,
    stdin_filename: str | None,
    colour: str,
    as_of: datetime.datetime | None,
) -> None:
    """Check files and folders (the current one if none is given); `-` is standard input.

    NAMES are rules, families of rules, or codes of other linters such as DL3002, separated by commas.

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 something could not be checked.
    """
    configuration = Configuration() if isolated else _configuration()
    given = configuration._replace(
        profile=profile or configuration.profile,
        preview=configuration.preview if preview is None else preview,
        rules_version=rules_version or configuration.rules_version,
        select=select or configuration.select,
        extend_select=(*configuration.extend_select, *extend_select),
        ignore=(*configuration.ignore, *ignore),
        shellcheck=configuration.shellcheck if shellcheck is None else shellcheck,
    )
    day = as_of.date() if as_of else datetime.datetime.now(tz=datetime.UTC).date()
    settings = Settings(as_of=day)._replace(**configuration.settings)
    files, standard_input = _files(paths or (".",), stdin_filename)
    build = build_of(arguments, target)
    request = Request(files, _selection(given), settings, build, standard_input, bool(given.shellcheck))
    if not request.files:
        click.echo(f"warning: no Dockerfile and no Compose file in {', '.join(paths or ('.',))}", err=True)
    try:
        result = _run(request)
    except CannotRun as error:
        raise click.UsageError(str(error)) from error
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    shown = _at_least(result, min_severity)
    _report(shown, form, output_file, colour)
    sys.exit(_exit_code(result, fail_on, exit_zero=exit_zero))


def _configuration() -> Configuration:
    path = find_file(Path.cwd())
    try:
        return read(path) if path is not None else Configuration()
    except BadSetting as error:
        raise click.UsageError(str(error)) from error


def _selection(given: Configuration) -> Selection:
    try:
        return Selection(
            given.select,
            given.ignore,
            extend_select=given.extend_select,
            profile=given.profile or "default",
            preview=bool(given.preview),
            rules_version=given.rules_version,
        )
    except (UnknownRule, BadVersion) as error:
        raise click.UsageError(str(error)) from error


def _files(paths: tuple[str, ...], stdin_filename: str | None) -> tuple[tuple[Found, ...], tuple[str, bytes] | None]:
    """The files to check, and the name and text of standard input if it is one of them."""
    standard_input = None
    files: list[Found] = []
    for path in dict.fromkeys(paths):
        if path == "-":
            name = stdin_filename or "-"
            standard_input = (name, sys.stdin.buffer.read())
            files.append(named(name))
    files += find([path for path in paths if path != "-"])
    return tuple(files), standard_input


def _run(request: Request) -> Result:
    """Run with a progress bar on standard error, where somebody watches and there is enough to do."""
    if len(request.files) < 200 or not sys.stderr.isatty():
        return run(request)
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Checking", total=len(request.files))
        return run(request, lambda done: bar.update(task, completed=done))


def _at_least(result: Result, label: str) -> Result:
    lowest = Severity[label.upper()]
    return result._replace(findings=tuple(found for found in result.findings if found.severity >= lowest))


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
    _write(Path(output_file), report.getvalue())


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


def _write(path: Path, text: str) -> None:
    """Write a report whole or not at all: to a file beside it, which then takes its name."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_text(text, "utf-8", "replace")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        message = f"cannot write {path}: {error.strerror}"
        raise click.UsageError(message) from error


def _exit_code(result: Result, fail_on: str, *, exit_zero: bool) -> int:
    if result.problems or any(finding.is_refusal for finding in result.findings):
        return UNCHECKED
    if exit_zero or fail_on == "never":
        return NOTHING
    lowest = Severity[fail_on.upper()]
    return FINDINGS if any(finding.severity >= lowest for finding in result.findings) else NOTHING
