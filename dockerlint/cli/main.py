"""The commands. What they do is done elsewhere; here are their options and exit codes."""

from __future__ import annotations

import click

from dockerlint import __version__
from dockerlint.cli.audit import audit
from dockerlint.cli.check import check
from dockerlint.cli.manual import docs, rule, rules
from dockerlint.cli.parse import parse


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="dockerlint")
def cli() -> None:
    """Check Dockerfiles, Compose files, and the projects around them."""


cli.add_command(audit)
cli.add_command(check)
cli.add_command(docs)
cli.add_command(parse)
cli.add_command(rule)
cli.add_command(rules)
