"""Plug-ins: installed distributions that bring rules, by an entry point in the group `dockerlint.rules`.

https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

from functools import cache
from types import ModuleType

from dockerlint.lint.classes import faults_of
from dockerlint.lint.kinds import did_you_mean
from dockerlint.lint.registry import rules_in
from dockerlint.lint.rule import AnyRule

GROUP = "dockerlint.rules"


class NoPlugin(Exception):
    """A plug-in that is not installed, or that brings no rules."""


@cache
def rules_of(name: str) -> tuple[AnyRule, ...]:
    """The rules of a plug-in, which become a family of its name. Raises NoPlugin."""
    rules = tuple(dict.fromkeys(_rules_of(_load(name))))
    if not rules:
        message = f"the plug-in `{name}` brings no rules"
        raise NoPlugin(message)
    for rule in rules:
        for fault in faults_of(rule):
            message = f"the rule `{rule.name}` of the plug-in `{name}` {fault}"
            raise NoPlugin(message)
        rule.chapter = name
    return rules


def _load(name: str) -> ModuleType:
    from importlib.metadata import entry_points  # noqa: PLC0415 (slow to import)

    known = {point.name: point for point in entry_points(group=GROUP)}
    if name not in known:
        hint = did_you_mean(name, sorted(known)) if known else "; none is"
        message = f"no plug-in is installed that is called `{name}`{hint}"
        raise NoPlugin(message)
    try:
        module = known[name].load()
    except Exception as error:
        message = f"the plug-in `{name}` cannot be loaded: {type(error).__name__}: {error}"
        raise NoPlugin(message) from error
    if not isinstance(module, ModuleType):
        message = f"the plug-in `{name}` names {known[name].value}, which is no module"
        raise NoPlugin(message)
    return module


def _rules_of(module: ModuleType) -> list[AnyRule]:
    """The rules of a module, those that it takes from others of its package included."""
    package = module.__name__.partition(".")[0]
    return [rule for rule in rules_in(vars(module)) if rule.__module__.partition(".")[0] == package]
