"""Packages that a RUN installs, and whether it takes them away again."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

from dockerlint.project.layers import Layer
from dockerlint.shell.packages import Package, PackageAction
from dockerlint.shell.words import Word

# What forgets all that was asked for by name, so that `autoremove` takes it: `apt-mark auto '.*'`.
_FORGETS = frozenset({"auto", "showmanual", "minimize-manual"})


def installed(layer: Layer, *managers: str) -> Iterator[tuple[PackageAction, Package]]:
    """The packages that a RUN installs by one of these managers and leaves there, as far as their names are known.

    Groups, patterns and words of which only a variable knows the rest are left out, and so is what the RUN may remove.
    """
    for action in layer.actions:
        if action.manager not in managers or action.verb.name != "install" or action.is_dry_run:
            continue
        for package in action.packages:
            is_one = package.is_literal and not (package.is_removal or package.is_group)
            if is_one and not may_be_removed(layer, action, package):
                yield action, package


def may_be_removed(layer: Layer, action: PackageAction, package: Package) -> bool:
    """Whether a later command of the RUN removes a package that an action of it installs, or may do so."""
    later = layer.actions[layer.actions.index(action) + 1 :]
    removals = [each for each in later if each.verb.name == "remove" and each.family == action.family]
    if not removals:
        return False
    if action.family == "system" and any(_forgets(mark.arguments) for mark in layer.named("apt-mark")):
        return True
    names = {str(package.name)}
    virtual = action.options.value("-t", "--virtual") if action.manager == "apk" else None
    if virtual is not None:
        names.add(str(virtual.value))
    return any(_takes(removed, names) for each in removals for removed in each.packages)


def _forgets(words: tuple[Word, ...]) -> bool:
    return bool(words) and words[0].value in _FORGETS


def _takes(removed: Package, names: set[str]) -> bool:
    """Whether the word of a removal names one of these, or hides what it names."""
    if not removed.is_glob:
        return not removed.is_literal or removed.name in names
    return any(fnmatch.fnmatchcase(name, removed.name) for name in names)
