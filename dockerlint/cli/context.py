"""`dockerlint context`."""

from __future__ import annotations

import io
import sys

import click

from dockerlint.cli.options import build_of, build_options
from dockerlint.project.payload.sections import Section, Unreadable, sections

SHOWN, LEFT, UNREADABLE = 0, 1, 2


@click.command()
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False), metavar="[DIR]")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False),
    metavar="DOCKERFILE",
    help="This Dockerfile, with DIR as its context, as in `docker build -f`.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--limit", type=click.IntRange(min=0), default=15, show_default=True, help="How many entries to show.")
@click.option("--write-ignore", is_flag=True, help="Write a .dockerignore that is fitted to the project.")
@click.option("--check", is_flag=True, help="With --write-ignore: only print what would be written.")
@click.option("--force", is_flag=True, help="With --write-ignore: change an ignore file that is there.")
@build_options
def context(  # noqa: PLR0913, PLR0917
    folder: str,
    file: str | None,
    form: str,
    limit: int,
    write_ignore: bool,
    check: bool,
    force: bool,
    arguments: tuple[str, ...],
    target: str | None,
) -> None:
    """Show what Docker may be sent of DIR (the current folder if none is given), and what each COPY takes of it.

    Every Dockerfile below DIR is shown with the context that it is built from. With --write-ignore, an ignore file gets
    patterns against what is there, or will be, and has no place in an image, after the proof that every COPY and ADD
    still finds what it takes.

    Exit codes: 0 shown or written, 1 an ignore file lacks patterns (--check, or --force is missing), 2 something cannot
    be read.
    """
    if not write_ignore and (check or force):
        raise click.UsageError("--check and --force go with --write-ignore")
    found = _sections(folder, file, arguments, target)
    if write_ignore:
        from dockerlint.cli.ignore_files import write  # noqa: PLC0415 (seldom asked for)

        sys.exit(max((write(section, only_check=check, force=force) for section in found), default=SHOWN))
    sys.exit(_show(found, form, limit))


def _sections(folder: str, file: str | None, arguments: tuple[str, ...], target: str | None) -> list[Section]:
    from dockerlint.lint.reading import source_or_none  # noqa: PLC0415

    try:
        return sections(folder, file, source_or_none, build_of(arguments, target))
    except Unreadable as error:
        message = f"cannot read {error}"
        raise click.UsageError(message) from error


def _show(found: list[Section], form: str, limit: int) -> int:
    from dockerlint.report import context_json, context_report  # noqa: PLC0415

    out = io.StringIO()
    if form == "json":
        context_json.render(found, limit, out)
    else:
        context_report.render(found, limit, out)
    click.echo(out.getvalue(), nl=False)
    return UNREADABLE if any(context_report.problems(section) for section in found) else SHOWN
