"""Commands and package actions of shell text."""

from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.script import Command, read_script
from dockerlint.source import Source


def command(text: str) -> Command:
    return read_script(Source("Dockerfile", text).slice(0, len(text))).commands[0]


def action(text: str) -> PackageAction:
    found = action_of(command(text))
    assert found is not None
    return found
