"""`dockerlint parse`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from dockerlint.cli.options import build_of, build_options
from dockerlint.dockerfile.stages import Options
from dockerlint.project.discovery import Found, find


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@build_options
def parse(paths: tuple[str, ...], form: str, arguments: tuple[str, ...], target: str | None) -> None:
    """Print what Dockerfiles and Compose files say, as dockerlint reads them.

    A Compose file that is named is read alone, as by `docker compose -f`; of a folder those that Compose takes there
    are read together. With --format json, one document a line and file. Exits with 2 when a file cannot be read.
    """
    has_failed = False
    options = build_of(arguments, target)
    for file in find(paths):
        model = _model(file, options, is_named=file.path in paths)
        if model is None:
            continue
        has_failed = has_failed or model["error"] is not None
        if form == "json":
            click.echo(json.dumps(model).encode("utf-8", "replace").decode())
        else:
            _print(model)
    sys.exit(2 if has_failed else 0)


def _model(file: Found, options: Options, *, is_named: bool) -> dict[str, Any] | None:
    """What a file says; None for one that is read as a part of another one's project."""
    from dockerlint.lint.finding import Problem  # noqa: PLC0415
    from dockerlint.lint.reading import read_source  # noqa: PLC0415
    from dockerlint.report import model  # noqa: PLC0415

    source = read_source(file.path)
    if isinstance(source, Problem):
        return model.of_unreadable(file.path, file.kind, source.message, source.line, source.column)
    if file.kind == "compose":
        return _compose_model(file.path, is_named=is_named)
    from dockerlint.dockerfile.stages import Dockerfile  # noqa: PLC0415

    return model.of_dockerfile(Dockerfile(source, options))


def _compose_model(path: str, *, is_named: bool) -> dict[str, Any] | None:
    """A file with what it extends and includes, and with its override unless it is named."""
    from dockerlint.compose.config_shapes import Places  # noqa: PLC0415
    from dockerlint.lint.reading import source_or_none  # noqa: PLC0415
    from dockerlint.project.compose_files import ComposeFiles  # noqa: PLC0415
    from dockerlint.project.project import root_of  # noqa: PLC0415
    from dockerlint.report import model  # noqa: PLC0415

    files = ComposeFiles(str(root_of(path)), source_or_none)
    found, compose = files.project_of(path)
    if is_named or found.added is not None:
        compose = files.alone(path)
    elif path != found.paths[0]:
        return None
    if compose is None:
        return model.of_unreadable(path, "compose", "cannot be read any more", 1, 1)
    return model.of_compose(compose, Places(str(Path.cwd()), str(Path.home()), files.read))


def _print(model: dict[str, Any]) -> None:
    from dockerlint.report.text import visible  # noqa: PLC0415

    click.echo(visible(f"{model['path']} ({model['kind']})"))
    errors = [model["error"]] if model["error"] is not None else []
    for error in model.get("errors") or errors:
        click.echo(visible(f"  error {error['line']}:{error['column']}: {error['message']}"))
    for stage in model.get("stages", ()):
        name = f" as {stage['name']}" if stage["name"] else ""
        click.echo(visible(f"  stage {stage['base']}{name}, lines {stage['start']} to {stage['end']}"))
    for instruction in model.get("instructions", ()):
        lines = f"{instruction['start']}-{instruction['end']}"
        words = " ".join(word["text"] for word in instruction["words"])
        click.echo(visible(f"  {lines:>9}  {instruction['instruction']} {words}"))
    if model.get("config") is not None:
        click.echo(json.dumps(model["config"], indent=2).encode("utf-8", "replace").decode())
