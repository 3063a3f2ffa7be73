"""The packages that RUN installs by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.lint.policy.facts import NOTHING, Fact, One, Table, Thing, flag, one
from dockerlint.lint.policy.stages import of_stage
from dockerlint.project.build import Build
from dockerlint.project.installed import may_be_removed
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import Package, PackageAction
from dockerlint.source import Text

_UNCERTAIN = frozenset("$`{*?[")


def of_build(build: Build) -> Iterator[Thing]:
    for layer in build.layers:
        removes = any(action.verb.name == "remove" for action in layer.actions)
        for action in layer.actions:
            if action.verb.name == "install" and not action.is_dry_run:
                for package in (one for one in action.packages if not one.is_removal):
                    stays = not removes or not may_be_removed(layer, action, package)
                    yield _thing(layer, action, package, stays=stays)


def _thing(layer: Layer, action: PackageAction, package: Package, *, stays: bool) -> Thing:
    entries = {
        "manager": One((action.manager,)),
        "name": _name(action, package),
        "version": _version(package),
        "stays": flag(stays),
        **of_stage(layer.stage, layer.build),
    }
    return Thing(package.name, Table(entries))


def _is_certain(text: Text, package: Package) -> bool:
    """Whether a part of a package's word is what it says: a variable or a pattern is none."""
    return package.is_literal or _UNCERTAIN.isdisjoint(text)


def _name(action: PackageAction, package: Package) -> Fact:
    name = package.name
    if not _is_certain(name, package):
        return one(None)
    # https://packaging.python.org/en/latest/specifications/name-normalization/
    compared = re.sub(r"[-_.]+", "-", name).lower() if action.family == "python" else str(name)
    return One(tuple(dict.fromkeys((str(name), compared))), name)


def _version(package: Package) -> Fact:
    version = package.version
    if version is None:
        return NOTHING
    # What an option or another mark gives is one version too.
    is_range = any(mark in package.operator for mark in "<>~!")
    known = f"{package.operator if is_range else ''}{version}"
    return one(known if _is_certain(version, package) else None, version)
