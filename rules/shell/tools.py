"""Which implementation of a tool a step has: busybox's, or one that a package brings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge import tags
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.script import Command

_BUSYBOX = frozenset({"alpine", "busybox", "wolfi", "chainguard"})
# Where these install packages, the tools are GNU's.
_MANAGERS_OF_GNU = frozenset({"apt-get", "apt", "aptitude", "yum", "dnf", "microdnf", "tdnf", "zypper", "pacman"})


def is_busybox(layer: Layer) -> bool:
    """Whether the tools of its base image are known to be busybox's."""
    known = layer.build.facts(layer.stage)
    return known is not None and known.family in _BUSYBOX


def is_gnu(layer: Layer) -> bool:
    """Whether the tools of its base image are known to be GNU's, by its name or by the package manager that it has."""
    known = layer.build.facts(layer.stage)
    if known is not None and known.family is not None:
        return known.family not in _BUSYBOX
    return layer.is_or_stands_on(_uses_manager_of_gnu)


def _uses_manager_of_gnu(layer: Layer) -> bool:
    return not layer.managers.isdisjoint(_MANAGERS_OF_GNU)


def has_package(layer: Layer, name: str, *, before: Command) -> bool:
    """Whether the stage installs a package before a command."""
    own = (one for one in layer.system_installs if one.command.text.start < before.text.start)
    return layer.stands_on_one_naming(_packages, name) or name in _names(own)


def _packages(layer: Layer) -> Iterator[str]:
    return _names(layer.system_installs)


def _names(installs: Iterable[PackageAction]) -> Iterator[str]:
    return (str(package.name) for action in installs for package in action.packages)


# Their tags without a variant stand on buildpack-deps: https://hub.docker.com/_/buildpack-deps
_ON_BUILDPACK = frozenset(
    {"buildpack-deps", "elixir", "erlang", "gcc", "golang", "node", "openjdk", "perl", "pypy", "python", "ruby", "rust"}
)


def brings_downloaders(stage: Stage) -> bool:
    """Whether the base image has both curl and wget."""
    base = stage.base
    if base is None or base.familiar not in _ON_BUILDPACK:
        return False
    return not {"slim", "alpine"} & set(tags.read(base.tag or "latest").words)
