"""`dockerlint rule` and `dockerlint rules`."""

from __future__ import annotations

import click

from dockerlint.lint.registry import UnknownRule, all_rules, find


@click.command()
@click.argument("name")
def rule(name: str) -> None:
    """Print the page of a rule, or of all that a family or another linter's code stands for."""
    from dockerlint.report.manual import page  # noqa: PLC0415

    try:
        found = find(name)
    except UnknownRule as error:
        raise click.UsageError(str(error)) from error
    click.echo("\n".join(page(each) for each in found), nl=False)


@click.command()
def rules() -> None:
    """List the rules."""
    chapter = ""
    for each in all_rules():
        if each.chapter != chapter:
            chapter = each.chapter
            click.echo(click.style(chapter, bold=True))
        profile = "" if each.profile == "default" else f" ({each.profile})"
        click.echo(f"  {each.name:32} {each.severity.label:8} {each.summary()}{profile}")
