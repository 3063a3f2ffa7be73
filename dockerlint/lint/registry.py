"""Which rules there are, and which of them a run uses. Chapters are loaded by name."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from dockerlint.lint.rule import Rule

AnyRule = type[Rule[Any]]

DOCKERFILE_CHAPTERS = (
    "base_image",
    "user",
    "secrets",
    "caching",
    "packages",
    "shell",
    "build_context",
    "runtime",
    "application",
    "instructions",
)
COMPOSE_CHAPTERS = ("compose_security", "compose_secrets")

PROFILES = ("default", "strict", "security")


class UnknownRule(Exception):
    """No rule, chapter or code of another linter has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        near = difflib.get_close_matches(name, list(known), n=1)
        hint = f"; did you mean `{near[0]}`?" if near else "; `dockerlint rules` lists them"
        super().__init__(f"no rule is called `{name}`{hint}")


@cache
def rules_of(chapter: str) -> tuple[AnyRule, ...]:
    """The rules of one chapter, in the order in which they are written."""
    module = importlib.import_module(f"dockerlint_rules.{chapter}")
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Rule)]
    return tuple(rule for rule in found if rule is not Rule and rule.chapter == chapter)


def all_rules() -> tuple[AnyRule, ...]:
    return tuple(rule for chapter in (*DOCKERFILE_CHAPTERS, *COMPOSE_CHAPTERS) for rule in rules_of(chapter))


class Selection:
    """Which rules a run uses: those of the default profile, or the selected, less the ignored."""

    def __init__(self, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> None:
        self._selected = frozenset(rule.name for name in select for rule in find(name)) if select else None
        self._ignored = frozenset(rule.name for name in ignore for rule in find(name))

    def includes(self, rule: AnyRule) -> bool:
        if rule.name in self._ignored:
            return False
        if rule.guards:
            return True
        return rule.profile == "default" if self._selected is None else rule.name in self._selected

    def rules(self, chapters: Iterable[str]) -> tuple[AnyRule, ...]:
        return tuple(rule for chapter in chapters for rule in rules_of(chapter) if self.includes(rule))


def find(name: str) -> tuple[AnyRule, ...]:
    """The rules that a name means: a rule's own, a chapter's, a profile's, or another linter's code.

    Raises UnknownRule.
    """
    if name in (*DOCKERFILE_CHAPTERS, *COMPOSE_CHAPTERS):
        return rules_of(name)
    rules = all_rules()
    if name in PROFILES:
        return tuple(rule for rule in rules if rule.profile == name)
    wanted = _code(name)
    found = tuple(rule for rule in rules if rule.name == name or wanted in map(_code, rule.aliases))
    if not found:
        known = [rule.name for rule in rules] + [alias for rule in rules for alias in rule.aliases]
        raise UnknownRule(name, [*known, *DOCKERFILE_CHAPTERS, *COMPOSE_CHAPTERS])
    return found


def _code(name: str) -> str:
    """A code as it is compared: Trivy writes DS-0002, AVD-DS-0002 and DS002 for one check."""
    code = name.upper().removeprefix("AVD-")
    if code.startswith("DS") and code.lstrip("DS-").isdecimal():
        return f"DS-{int(code.lstrip('DS-')):04d}"
    return code
