"""`dockerlint rule`, `dockerlint rules`, `dockerlint docs` and `dockerlint man`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dockerlint.cli import proposals
from dockerlint.cli.settings import config_options, here
from dockerlint.lint.registry import UnknownRule, all_rules

if TYPE_CHECKING:
    from dockerlint.lint.configuration import Settler


@click.command()
@click.argument("name", shell_complete=proposals.rules)
@config_options
def rule(name: str, settler: Settler) -> None:
    """Print the page of a rule, or of all that a family or another linter's code stands for."""
    from dockerlint.report.manual import page  # noqa: PLC0415

    try:
        found = here(settler).catalogue.find(name)
    except UnknownRule as error:
        raise click.UsageError(str(error)) from error
    click.echo("\n".join(page(each) for each in found), nl=False)


@click.command()
@config_options
def rules(settler: Settler) -> None:
    """List the rules, with those that the settings here add."""
    chapter = ""
    for each in here(settler).catalogue.all_rules:
        if each.chapter != chapter:
            chapter = each.chapter
            click.echo(click.style(chapter, bold=True))
        profile = "" if each.profile == "default" else f" ({each.profile})"
        click.echo(f"  {each.name:32} {each.severity.label:8} {each.summary()}{profile}")


@click.command()
@click.argument("folder", type=click.Path(file_okay=False), default="docs/rules")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if the folder does not hold these pages.")
def docs(folder: str, check: bool) -> None:
    """Write the manual into a folder: a page for each rule, an index, and the codes of other linters."""
    from dockerlint.report.manual import pages  # noqa: PLC0415

    # As bytes: samples show line ends of every kind.
    wanted = {name: text.encode() for name, text in pages(all_rules()).items()}
    path = Path(folder)
    found = {file.name: file.read_bytes() for file in path.glob("*.md")}
    stale = sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
    if check:
        for name in stale:
            click.echo(f"{path / name} is not what the rules say; `dockerlint docs {folder}` writes it")
        sys.exit(1 if stale else 0)
    path.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in wanted:
            (path / name).write_bytes(wanted[name])
        else:
            (path / name).unlink()
    click.echo(f"{len(wanted)} pages in {path}, {len(stale)} of them changed")


@click.command()
@click.pass_context
def man(context: click.Context) -> None:
    """Print the manual page, for `man -l -` or a folder of manual pages."""
    from dockerlint.report.man_page import render  # noqa: PLC0415

    group = context.find_root().command
    if isinstance(group, click.Group):
        click.echo(render(group), nl=False)
