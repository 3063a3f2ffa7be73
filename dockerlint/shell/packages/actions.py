"""Which program is read by which module."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from dockerlint.shell.packages import downloads, languages, node, python, system
from dockerlint.shell.packages.model import PackageAction
from dockerlint.shell.script import Command

_READERS: dict[str, Callable[[Command], PackageAction | None]] = {
    **dict.fromkeys(
        ("apt-get", "apt", "aptitude", "apk", "yum", "dnf", "dnf5", "microdnf", "tdnf", "zypper"), system.system
    ),
    "pacman": system.pacman,
    **dict.fromkeys(("dpkg", "rpm"), system.of_files),
    **dict.fromkeys(
        ("pip", "uv", "pipx", "poetry", "pipenv", "pdm", "easy_install", "conda", "mamba", "micromamba"), python.python
    ),
    **dict.fromkeys(("python", "pypy"), python.python_module),
    **dict.fromkeys(("npm", "yarn", "pnpm", "bun"), node.node),
    "gem": languages.gem,
    **dict.fromkeys(("bundle", "bundler"), languages.bundle),
    "go": languages.go,
    "cargo": languages.cargo,
    "composer": languages.composer,
    "dotnet": languages.dotnet,
    **dict.fromkeys(("mvn", "mvnw", "gradle", "gradlew", "sbt", "mix"), languages.tasks),
    "curl": downloads.curl,
    "wget": downloads.wget,
    "git": downloads.git_clone,
}
# Programs that are often called with their version: `pip3`, `python3.13`.
_VERSIONED = ("pip", "python", "pypy", "easy_install")


def action_of(command: Command) -> PackageAction | None:
    """What a command does with packages or downloads; None for any other program."""
    name = command.name
    if name not in _READERS:
        if not name.startswith(_VERSIONED):
            return None
        name = name.rstrip("0123456789.-")
        if name not in _READERS:
            return None
    return _read(command, name)


@lru_cache(maxsize=256)
def _read(command: Command, name: str) -> PackageAction | None:
    """Kept for a while, since several rules ask about the same command in turn."""
    return _READERS[name](command)
