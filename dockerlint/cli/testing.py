"""`dockerlint test-rules`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dockerlint.cli.settings import config_options, here, settler_of
from dockerlint.report.text import plural, visible

if TYPE_CHECKING:
    from dockerlint.lint.configuration import Settler


@click.command("test-rules")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False), metavar="[FILE]...")
@config_options
def test_rules(files: tuple[str, ...], settler: Settler) -> None:
    """Run rules on the samples of their own pages: those in FILEs of rules, or all that the settings here name.

    A bad sample must be reported exactly at its marks « and », a good one not at all.

    Exit codes: 0 all samples are right, 1 some are not, 2 rules could not be read.
    """
    from dockerlint.testing import cases, faults, page_faults  # noqa: PLC0415 (it loads the engine)

    rules = here(settler_of({"rule-files": files}, isolated=True) if files else settler).catalogue.added_rules
    if not rules:
        message = "the settings here name no `rule-files` and no `plugins`"
        raise click.UsageError(message)
    count = failed = 0
    for rule in rules:
        own = cases([rule])
        wrong = [*page_faults(rule), *(f"{case}: {fault}" for case in own for fault in faults(case))]
        count += len(own)
        failed += bool(wrong)
        click.echo(f"{'fails' if wrong else 'ok':5} {rule.name}: {plural(len(own), 'sample')}")
        for fault in wrong:
            click.echo(f"        {visible(fault)}")
    click.echo(f"{plural(len(rules), 'rule')} with {plural(count, 'sample')}: {failed or 'none'} failed")
    sys.exit(1 if failed else 0)
