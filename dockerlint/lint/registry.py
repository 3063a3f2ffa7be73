"""Which rules there are, and which of them a run uses. Chapters are loaded by name."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from dockerlint.knowledge.linters import DCLINT, KICS
from dockerlint.lint.finding import Finding, Severity
from dockerlint.lint.not_taken import NOT_TAKEN
from dockerlint.lint.profiles import PROFILES, belongs, hadolints_severity
from dockerlint.lint.rule import AnyRule, Rule

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


class UnknownRule(Exception):
    """No rule, chapter or code of another linter has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        from difflib import get_close_matches  # noqa: PLC0415 (names are seldom misspelt)

        near = get_close_matches(name, list(known), n=1)
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


class Meaning(NamedTuple):
    """What a name in a pragma stands for: rules, and whether any of them ran; or why it stands for none."""

    rules: frozenset[str]
    has_run: bool
    unknown: str = ""


class Matcher(NamedTuple):
    """What names that are left out, or judged otherwise, stand for.

    `rules` are meant altogether; a code of another linter means only those findings of a rule that correspond to it.
    """

    rules: frozenset[str]
    codes: frozenset[str]

    def matches(self, finding: Finding) -> bool:
        return finding.rule in self.rules or not self.codes.isdisjoint(map(_code, finding.aliases))


def matcher(names: Iterable[str]) -> Matcher:
    """What names stand for. Raises UnknownRule."""
    meant = [(name, rule) for name in names for rule in find(name)]
    rules = frozenset(rule.name for name, rule in meant if name == rule.name or not _is_one_of_several(name, rule))
    return Matcher(rules, frozenset(map(_code, names)))


def _is_one_of_several(name: str, rule: AnyRule) -> bool:
    """Whether a name is a code of a linter that has others too for what the rule finds."""
    code = _code(name)
    codes = [_code(alias) for alias in rule.aliases]
    return code in codes and sum(_linter(one) == _linter(code) for one in codes) > 1


def _linter(code: str) -> str:
    match = re.match(r"DL|SC|DS-|CKV2?_|D[FD](?=\d)", code)
    return match[0] if match else ""


class Selection:
    """Which rules a run uses: those of its profile or the selected, besides them the extending, less the ignored.

    Rules that are newer than `rules_version` are none of a profile, nor are those in preview without `preview`.
    """

    def __init__(
        self,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        *,
        extend_select: Sequence[str] = (),
        profile: str = "default",
        preview: bool = False,
        rules_version: str | None = None,
        severities: Mapping[str, str] | None = None,
    ) -> None:
        said = severities or {}
        self.profile = profile
        self._is_selective = bool(select)
        self._selected = _names(select)
        self._added = _names(extend_select)
        self._ignored = matcher([*ignore, *(name for name, level in said.items() if level == "off")])
        self._severities = _by_breadth(said)
        self._preview = preview
        self._version = _numbers(rules_version) if rules_version is not None else None

    def includes(self, rule: AnyRule) -> bool:
        if rule.name in self._ignored.rules:
            return False
        if rule.guards or rule.name in self._added:
            return True
        if self._is_selective:
            return rule.name in self._selected
        return belongs(rule, self.profile) and self._has_come(rule)

    def _has_come(self, rule: AnyRule) -> bool:
        is_old = self._version is None or _numbers(rule.since) <= self._version
        return is_old and (self._preview or not rule.is_preview)

    @property
    def ignored_codes(self) -> frozenset[str]:
        return self._ignored.codes

    def ignores_code(self, code: str) -> bool:
        return code in self.ignored_codes

    def rules(self, chapters: Iterable[str]) -> tuple[AnyRule, ...]:
        return tuple(rule for chapter in chapters for rule in rules_of(chapter) if self.includes(rule))

    def all_rules(self) -> tuple[AnyRule, ...]:
        """The rules of all chapters that speak in this run."""
        return self.rules((*DOCKERFILE_CHAPTERS, *COMPOSE_CHAPTERS))

    def meaning(self, name: str, chapters: Sequence[str]) -> Meaning:
        """What a name in a pragma stands for where the rules of some chapters were asked."""
        try:
            found = find(name)
        except UnknownRule as error:
            return Meaning(frozenset(), has_run=True, unknown=str(error))
        are_asked = all(rule.chapter in chapters for rule in found)
        return Meaning(frozenset(rule.name for rule in found), are_asked and any(self.includes(rule) for rule in found))

    def judged(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings that are not ignored, as gravely as the settings or else the profile takes them."""
        return [self._judged(found) for found in findings if found.is_refusal or self._is_kept(found)]

    def _is_kept(self, found: Finding) -> bool:
        """Whether a finding is neither ignored nor beyond hadolint's codes in its profile, though its rule has some."""
        if self._ignored.matches(found):
            return False
        is_of_profile = self.profile == "hadolint" and not self._is_selective and found.rule not in self._added
        return not is_of_profile or found.rule == "shellcheck" or hadolints_severity(found.aliases) is not None

    def _judged(self, found: Finding) -> Finding:
        severity = next((level for names, level in self._severities if names.matches(found)), None)
        if severity is None and self.profile == "hadolint" and not self._is_selective:
            severity = hadolints_severity(found.aliases)
        return found if severity is None or found.is_refusal else found._replace(severity=severity)


def _by_breadth(severities: Mapping[str, str]) -> list[tuple[Matcher, Severity]]:
    """Severities with what they hold for: a rule's or a code's own before its family's, of equals the gravest first."""
    ordered = sorted(
        ((len(find(name)), -Severity[level.upper()], name) for name, level in severities.items() if level != "off"),
    )
    return [(matcher([name]), Severity(-grade)) for _, grade, name in ordered]


class BadVersion(Exception):
    """What should be a version of the rules is none."""


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")
    if not all(part.isdecimal() for part in parts):
        message = f"`{version}` is no version of the rules, such as {Rule.since}"
        raise BadVersion(message)
    return tuple(int(part) for part in parts)


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(rule.name for name in names for rule in find(name))


@cache
def all_of_linter(linter: str) -> frozenset[str]:
    """The rules that report what another linter does, for its comments that name none."""
    codes = frozenset(KICS.values()) if linter == "kics" else DCLINT if linter == "dclint" else frozenset()
    return frozenset(rule.name for rule in all_rules() if not codes.isdisjoint(rule.aliases))


def find(name: str) -> tuple[AnyRule, ...]:
    """The rules that a name means: a rule's own, a chapter's, a profile's, `all`, or another linter's code.

    None for a code that no rule stands for on purpose, or that only ShellCheck reports. Raises UnknownRule.
    """
    if name in (*DOCKERFILE_CHAPTERS, *COMPOSE_CHAPTERS):
        return rules_of(name)
    rules = all_rules()
    if name == "all":
        return rules
    if name in PROFILES:
        return tuple(rule for rule in rules if belongs(rule, name))
    wanted = _code(name)
    found = tuple(rule for rule in rules if rule.name == name or wanted in map(_code, rule.aliases))
    if not found and wanted not in map(_code, NOT_TAKEN) and not re.fullmatch(r"SC\d{4}", wanted):
        known = [rule.name for rule in rules] + [alias for rule in rules for alias in rule.aliases]
        raise UnknownRule(name, [*known, *DOCKERFILE_CHAPTERS, *COMPOSE_CHAPTERS])
    return found


def _code(name: str) -> str:
    """A code as it is compared: Trivy writes DS-0002, AVD-DS-0002 and DS002 for one check, KICS a number for a name."""
    code = KICS.get(name, name).upper().removeprefix("AVD-")
    if code.startswith("DS") and code.lstrip("DS-").isdecimal():
        return f"DS-{int(code.lstrip('DS-')):04d}"
    return code
