"""`dockerlint migrate`."""

from __future__ import annotations

import datetime
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dockerlint.cli.settings import told
from dockerlint.cli.writing import write_whole
from dockerlint.lint.finding import Finding, Severity
from dockerlint.project.discovery import Found

if TYPE_CHECKING:  # who asks for help or completion needs none of it
    from dockerlint.lint.configuration import Configuration
    from dockerlint.lint.hadolint import Reading


@click.command()
@click.argument("path", default=".", type=click.Path(exists=True))
@click.option("--write", is_flag=True, help="Write the settings beside hadolint's rather than print them.")
@click.option("--force", is_flag=True, help="Write even if there is such a file.")
@click.option(
    "-o", "--output-file", type=click.Path(dir_okay=False), help="Write them there.  [default: dockerlint.toml]"
)
@click.option("--compare", is_flag=True, help="Show how findings differ from hadolint's, if it is on the PATH.")
def migrate(path: str, write: bool, force: bool, output_file: str | None, compare: bool) -> None:
    """Take over settings of hadolint: from PATH, its file or the folder of it, and from HADOLINT_* variables.

    What hadolint did not take, and what has no counterpart, is told. Exit codes: 0, or 2 if there is nothing to take
    over or it cannot be written.
    """
    from dockerlint.lint.configuration import hadolints_in  # noqa: PLC0415
    from dockerlint.report import migration  # noqa: PLC0415

    folder = Path(path if os.path.isdir(path) else os.path.dirname(path) or ".")  # noqa: PTH120
    file = hadolints_in(path) if os.path.isdir(path) else Path(path)
    variables = {name: text for name, text in os.environ.items() if name.startswith("HADOLINT_")}
    if file is None and not variables:
        message = f"there is no .hadolint.yaml in {path}, and no variable HADOLINT_*"
        raise click.UsageError(message)
    reading = _read(file, variables)
    origin = " and ".join([*([file.name] if file else []), *(["its variables"] if variables else [])])
    text = migration.document(reading, origin)
    if write or output_file:
        target = Path(output_file) if output_file else folder / "dockerlint.toml"
        _write(target, text, force=force)
        click.echo(f"wrote {target}")
        for idle in reading.idle:
            click.echo(f"no effect: {migration.told(idle)}", err=True)
    else:
        click.echo(text, nl=False)
    for note in reading.notes:
        click.echo(f"note: {note}", err=True)
    if compare:
        _compare(folder, text)


def _read(file: Path | None, variables: dict[str, str]) -> Reading:
    from dockerlint.lint import hadolint  # noqa: PLC0415

    try:
        return hadolint.read(file, variables)
    except (OSError, ValueError) as error:
        message = f"{file}: {getattr(error, 'strerror', None) or error}"
        raise click.UsageError(message) from error


def _write(path: Path, text: str, *, force: bool) -> None:
    if os.path.lexists(path) and not force:
        message = f"{path} is there already; `--force` writes over it"
        raise click.UsageError(message)
    write_whole(path, text.encode())


def _compare(folder: Path, text: str) -> None:
    from dockerlint.lint import peer  # noqa: PLC0415
    from dockerlint.lint.configuration import Configuration, Settler  # noqa: PLC0415
    from dockerlint.lint.given import of_text  # noqa: PLC0415
    from dockerlint.report import migration  # noqa: PLC0415

    with told():
        after = Configuration([of_text(text)])
    seen = Settler(isolated=True).looked_at([str(folder)])
    files = tuple(file for file in seen if isinstance(file, Found) and file.kind == "dockerfile")
    findings = _findings(after, files)
    program = shutil.which("hadolint")
    if program is None:
        click.echo("hadolint is not on the PATH: this is how the settings change our own findings", err=True)
        migration.render_change(_findings(Configuration(), files), findings, sys.stderr)
        return
    paths = [os.path.abspath(file.path) for file in files]  # noqa: PTH100
    try:
        theirs = peer.ask(program, paths, folder)
    except peer.CannotAsk as error:
        message = f"cannot compare: {error}"
        raise click.UsageError(message) from error
    lowest = after["fail-on"]
    fails = lowest != "never" and any(found.severity >= Severity[lowest.upper()] for found in findings)
    migration.render_difference(peer.compared(theirs, findings), (theirs.fails, fails), sys.stderr)


def _findings(configuration: Configuration, files: tuple[Found, ...]) -> tuple[Finding, ...]:
    from dockerlint.lint.groups import Group, check  # noqa: PLC0415
    from dockerlint.lint.run import KNOWING_IMAGES  # noqa: PLC0415

    today = datetime.datetime.now(tz=datetime.UTC).date()
    (outcome,) = check([Group(configuration, files)], today, KNOWING_IMAGES)
    return outcome.result.findings
