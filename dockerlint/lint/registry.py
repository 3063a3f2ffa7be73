"""Which rules there are: the chapters of our own, loaded by name, and what settings name besides."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING

from dockerlint.knowledge.linters import DCLINT, KICS
from dockerlint.lint.not_taken import NOT_TAKEN
from dockerlint.lint.profiles import PROFILES, belongs
from dockerlint.lint.rule import AnyRule, Rule

if TYPE_CHECKING:
    from dockerlint.lint.policy.definitions import Definition

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
COMPOSE_CHAPTERS = (
    "compose_structure",
    "compose_security",
    "compose_secrets",
    "compose_reliability",
    "compose_build",
)
_OWN_CHAPTERS = (*DOCKERFILE_CHAPTERS, *COMPOSE_CHAPTERS)
# The family of the rules that are written in YAML.
CUSTOM = "custom"


class UnknownRule(Exception):
    """No rule, chapter or code of another linter has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        from difflib import get_close_matches  # noqa: PLC0415 (names are seldom misspelt)

        near = get_close_matches(name, list(known), n=1)
        hint = f"; did you mean `{near[0]}`?" if near else "; `dockerlint rules` lists them"
        super().__init__(f"no rule is called `{name}`{hint}")


class NameTaken(Exception):
    """Two rules or families have one name."""


@cache
def rules_of(chapter: str) -> tuple[AnyRule, ...]:
    """The rules of one of our chapters, in the order in which they are written."""
    module = importlib.import_module(f"dockerlint_rules.{chapter}")
    return tuple(rule for rule in rules_in(vars(module)) if rule.chapter == chapter)


def rules_in(names: Mapping[str, object]) -> list[AnyRule]:
    """The rules among the names of a module."""
    found = [value for value in names.values() if isinstance(value, type) and issubclass(value, Rule)]
    return [rule for rule in found if rule is not Rule and rule.check is not Rule.check]


def all_rules() -> tuple[AnyRule, ...]:
    """The rules of all our chapters."""
    return tuple(rule for chapter in _OWN_CHAPTERS for rule in rules_of(chapter))


class Catalogue:
    """The rules that a run may use: ours, those of the plug-ins that its settings name, and those written in YAML."""

    def __init__(
        self,
        plugins: tuple[str, ...] = (),
        definitions: tuple[Definition, ...] = (),
        at_hand: tuple[AnyRule, ...] = (),
    ) -> None:
        """Take rules that are `at_hand` too, of whatever family. Raises NoPlugin and NameTaken."""
        self._origin = (plugins, definitions, at_hand)
        self._added = self._load(*self._origin)

    def __reduce__(self) -> tuple[type[Catalogue], tuple[object, ...]]:
        # Another process loads the rules anew: those written in YAML are classes that no module holds.
        return Catalogue, self._origin

    def _load(
        self, names: tuple[str, ...], definitions: tuple[Definition, ...], at_hand: tuple[AnyRule, ...]
    ) -> dict[str, tuple[AnyRule, ...]]:
        added: dict[str, tuple[AnyRule, ...]] = {}
        for rule in at_hand:
            if rule.chapter not in _OWN_CHAPTERS:
                added[rule.chapter] = (*added.get(rule.chapter, ()), rule)
        if names:
            from dockerlint.lint import plugins  # noqa: PLC0415 (most runs have none)

            added |= {name: plugins.rules_of(name) for name in dict.fromkeys(names)}
        if definitions:
            from dockerlint.lint.policy.rules import rule_of  # noqa: PLC0415 (most runs have none)

            added[CUSTOM] = tuple(rule_of(definition) for definition in definitions)
        _refuse_taken_names(added, [(definition.name, definition.path) for definition in definitions])
        return added

    @property
    def added_chapters(self) -> tuple[str, ...]:
        """The families that are not ours."""
        return tuple(self._added)

    @property
    def dockerfile_chapters(self) -> tuple[str, ...]:
        """The families whose rules are shown Dockerfiles; those that are not ours may be about anything."""
        return (*DOCKERFILE_CHAPTERS, *self._added)

    @property
    def compose_chapters(self) -> tuple[str, ...]:
        return (*COMPOSE_CHAPTERS, *self._added)

    @property
    def chapters(self) -> tuple[str, ...]:
        """All families."""
        return (*_OWN_CHAPTERS, *self._added)

    @property
    def added_rules(self) -> tuple[AnyRule, ...]:
        """The rules that are not ours."""
        return tuple(rule for rules in self._added.values() for rule in rules)

    def rules_of(self, chapter: str) -> tuple[AnyRule, ...]:
        """The rules of a family, in the order in which they are written."""
        return self._added[chapter] if chapter in self._added else rules_of(chapter)

    @cached_property
    def all_rules(self) -> tuple[AnyRule, ...]:
        return (*all_rules(), *self.added_rules)

    def find(self, name: str) -> tuple[AnyRule, ...]:
        """The rules that a name means: a rule's own, a family's, a profile's, `all`, or another linter's code.

        None for a code that no rule stands for on purpose, or that only ShellCheck reports. Raises UnknownRule.
        """
        if name in self.chapters:
            return self.rules_of(name)
        if name == "all":
            return self.all_rules
        if name in PROFILES:
            return tuple(rule for rule in self.all_rules if self.belongs(rule, name))
        wanted = code_of(name)
        found = tuple(rule for rule in self.all_rules if rule.name == name or wanted in map(code_of, rule.aliases))
        if not found and wanted not in map(code_of, NOT_TAKEN) and not re.fullmatch(r"SC\d{4}", wanted):
            known = [name for rule in self.all_rules for name in (rule.name, *rule.aliases)]
            raise UnknownRule(name, [*known, *self.chapters])
        return found

    def belongs(self, rule: AnyRule, profile: str) -> bool:
        """Whether a rule speaks in a profile: one that is not ours in each, since somebody has asked for it by name."""
        if rule.chapter in self._added:
            return rule.profile in ("default", profile)
        return belongs(rule, profile)


@cache
def all_of_linter(linter: str) -> frozenset[str]:
    """The rules that report what another linter does, for its comments that name none."""
    codes = frozenset(KICS.values()) if linter == "kics" else DCLINT if linter == "dclint" else frozenset()
    return frozenset(rule.name for rule in all_rules() if not codes.isdisjoint(rule.aliases))


def _refuse_taken_names(added: Mapping[str, tuple[AnyRule, ...]], written: Sequence[tuple[str, str]]) -> None:
    """`written` are the rules in YAML, each with the file that it stands in."""
    if not added:
        return
    own = (*_OWN_CHAPTERS, *PROFILES, "all", *(rule.name for rule in all_rules()))
    owners = dict.fromkeys(own, "dockerlint")
    for family, rules in added.items():
        for name in (family, *(rule.name for rule in rules)):
            if name in owners:
                files = [path for rule, path in written if rule == name]
                whose = f"a rule of {' and one of '.join(files)}" if files else f"a rule or family of `{family}`"
                other = f", as one of `{owners[name]}` is" if len(files) < 2 else ""
                message = f"{whose} is called `{name}`{other}"
                raise NameTaken(message)
            owners[name] = family


def code_of(name: str) -> str:
    """A code as it is compared: Trivy writes DS-0002, AVD-DS-0002 and DS002 for one check, KICS a number for a name."""
    code = KICS.get(name, name).upper().removeprefix("AVD-")
    if code.startswith("DS") and code.lstrip("DS-").isdecimal():
        return f"DS-{int(code.lstrip('DS-')):04d}"
    return code


BUILT_IN = Catalogue()


def find(name: str) -> tuple[AnyRule, ...]:
    """What a name means among our own rules. Raises UnknownRule."""
    return BUILT_IN.find(name)
