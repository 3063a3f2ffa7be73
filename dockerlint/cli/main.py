"""The commands. What they do is done elsewhere; here are their options and exit codes."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

from dockerlint import __version__

# The variable by which the script of a shell asks for completions.
COMPLETION = "_DOCKERLINT_COMPLETE"
# The module of each command. It is imported when the command is asked for.
COMMANDS: Mapping[str, str] = {
    "audit": "audit",
    "baseline": "baseline",
    "check": "check",
    "completion": "completion",
    "context": "context",
    "docs": "manual",
    "man": "manual",
    "migrate": "migrate",
    "parse": "parse",
    "rule": "manual",
    "rules": "manual",
    "test-rules": "testing",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"dockerlint.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command


def _version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from dockerlint.knowledge.records import load  # noqa: PLC0415 (only who asks needs the date)

        click.echo(f"dockerlint {__version__} (facts about images of {load('eol')['_meta']['snapshot']})")
        context.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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
