"""The commands. What they do is done elsewhere; here are their options and exit codes."""

from __future__ import annotations

import click

from dockerlint import __version__
from dockerlint.cli.audit import audit
from dockerlint.cli.baseline import baseline
from dockerlint.cli.check import check
from dockerlint.cli.context import context
from dockerlint.cli.manual import docs, rule, rules
from dockerlint.cli.migrate import migrate
from dockerlint.cli.parse import parse
from dockerlint.cli.testing import test_rules


def _version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from dockerlint.knowledge.records import load  # noqa: PLC0415 (only who asks needs the date)

        click.echo(f"dockerlint {__version__} (facts about images of {load('eol')['_meta']['snapshot']})")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "-V",
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_version,
    help="Say which version it is.",
)
def cli() -> None:
    """Check Dockerfiles, Compose files, and the projects around them."""


cli.add_command(audit)
cli.add_command(baseline)
cli.add_command(check)
cli.add_command(context)
cli.add_command(docs)
cli.add_command(migrate)
cli.add_command(parse)
cli.add_command(rule)
cli.add_command(rules)
cli.add_command(test_rules)
