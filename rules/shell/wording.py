"""Commands as messages show them."""

from __future__ import annotations

from dockerlint.shell.script import Command

_LONGEST = 40


def brief(text: str) -> str:
    """A text on one line, cut where it gets long."""
    line = " ".join(text.replace("\\\n", " ").split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3].rstrip()}..."


def title(command: Command) -> str:
    """What a command does in a word or two: `apt-get install`, `make`."""
    operands = command.operands
    verb = str(operands[0].value) if operands and operands[0].is_literal else ""
    return f"{command.name} {verb}" if command.name in _WITH_VERB and verb.isalpha() else command.name


_WITH_VERB = frozenset(
    {
        "apk", "apt", "apt-get", "bundle", "cargo", "composer", "conda", "dnf", "dotnet", "gem", "git", "go", "microdnf",
        "npm", "pip", "pip3", "pnpm", "poetry", "service", "systemctl", "uv", "yarn", "yum", "zypper",
    }
)  # fmt: skip
