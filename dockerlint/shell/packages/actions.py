"""Which program is read by which function."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import cast

from dockerlint.shell.packages.model import PackageAction
from dockerlint.shell.script import Command

# The programs that each function reads. Its module is imported when one of them is met.
_PROGRAMS = {
    "system.system": "apt-get apt aptitude apk yum dnf dnf5 microdnf tdnf zypper",
    "system.pacman": "pacman",
    "system.of_files": "dpkg rpm",
    "python.python": "pip uv pipx poetry pipenv pdm easy_install conda mamba micromamba",
    "python.python_module": "python pypy",
    "node.node": "npm yarn pnpm bun corepack",
    "languages.gem": "gem",
    "languages.bundle": "bundle bundler",
    "languages.go": "go",
    "languages.cargo": "cargo",
    "languages.composer": "composer composer.phar",
    "languages.php": "php",
    "languages.dotnet": "dotnet",
    "languages.tasks": "mvn mvnw gradle gradlew sbt mix",
    "downloads.curl": "curl",
    "downloads.wget": "wget",
    "downloads.git_clone": "git",
}
READERS = {program: reader for reader, programs in _PROGRAMS.items() for program in programs.split()}
# Programs that are often called with their version: `pip3`, `python3.13`.
_VERSIONED = ("pip", "python", "pypy", "easy_install")


def action_of(command: Command) -> PackageAction | None:
    """What a command does with packages or downloads; None for any other program."""
    if command.has_known_action:
        return cast("PackageAction | None", command.known_action)
    action = _action_of(command)
    command.known_action, command.has_known_action = action, True
    return action


def _action_of(command: Command) -> PackageAction | None:
    name = command.name
    reader = READERS.get(name)
    if reader is None and name.startswith(_VERSIONED):
        reader = READERS.get(name.rstrip("0123456789.-"))
    return _function(reader)(command) if reader is not None else None


@cache
def _function(reader: str) -> Callable[[Command], PackageAction | None]:
    module, _, name = reader.partition(".")
    function = getattr(import_module(f"dockerlint.shell.packages.{module}"), name)
    return cast("Callable[[Command], PackageAction | None]", function)
