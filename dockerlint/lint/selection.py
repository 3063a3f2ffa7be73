"""Which rules a run uses, how gravely their findings are taken, and what names in comments and settings mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from dockerlint.lint.finding import Finding, Severity
from dockerlint.lint.profiles import hadolints_severity
from dockerlint.lint.registry import BUILT_IN, Catalogue, UnknownRule, code_of
from dockerlint.lint.rule import AnyRule, Rule


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
        return finding.rule in self.rules or not self.codes.isdisjoint(map(code_of, finding.aliases))


def matcher(names: Iterable[str], catalogue: Catalogue = BUILT_IN) -> Matcher:
    """What names stand for. Raises UnknownRule."""
    meant = [(name, rule) for name in names for rule in catalogue.find(name)]
    rules = frozenset(rule.name for name, rule in meant if name == rule.name or not _is_one_of_several(name, rule))
    return Matcher(rules, frozenset(map(code_of, names)))


def _is_one_of_several(name: str, rule: AnyRule) -> bool:
    """Whether a name is a code of a linter that has others too for what the rule finds."""
    code = code_of(name)
    codes = [code_of(alias) for alias in rule.aliases]
    return code in codes and sum(_linter(one) == _linter(code) for one in codes) > 1


def _linter(code: str) -> str:
    match = re.match(r"DL|SC|DS-|CKV2?_|D[FD](?=\d)", code)
    return match[0] if match else ""


class Selection:
    """Which rules a run uses: those of its profile or the selected, besides them the extending, less the ignored.

    Rules that are newer than `rules_version` are none of a profile, nor are those in preview without `preview`.
    """

    def __init__(  # noqa: PLR0913 (what settings say, one by one)
        self,
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        *,
        extend_select: Sequence[str] = (),
        profile: str = "default",
        preview: bool = False,
        rules_version: str | None = None,
        severities: Mapping[str, str] | None = None,
        catalogue: Catalogue = BUILT_IN,
    ) -> None:
        said = severities or {}
        self.catalogue = catalogue
        self.profile = profile
        self._is_selective = bool(select)
        self._selected = self._names(select)
        self._added = self._names(extend_select)
        self._ignored = matcher([*ignore, *(name for name, level in said.items() if level == "off")], catalogue)
        self._severities = _by_breadth(said, catalogue)
        self._preview = preview
        self._version = _numbers(rules_version) if rules_version is not None else None

    def _names(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(rule.name for name in names for rule in self.catalogue.find(name))

    def includes(self, rule: AnyRule) -> bool:
        if rule.name in self._ignored.rules:
            return False
        if rule.guards or rule.name in self._added:
            return True
        if self._is_selective:
            return rule.name in self._selected
        return self.catalogue.belongs(rule, self.profile) and self._has_come(rule)

    def _has_come(self, rule: AnyRule) -> bool:
        is_other = rule.chapter in self.catalogue.added_chapters  # whose versions are not ours
        is_old = self._version is None or is_other or _numbers(rule.since) <= self._version
        return is_old and (self._preview or not rule.is_preview)

    @property
    def ignored_codes(self) -> frozenset[str]:
        return self._ignored.codes

    def ignores_code(self, code: str) -> bool:
        return code in self.ignored_codes

    def rules(self, chapters: Iterable[str]) -> tuple[AnyRule, ...]:
        return tuple(rule for chapter in chapters for rule in self.catalogue.rules_of(chapter) if self.includes(rule))

    def dockerfile_rules(self) -> tuple[AnyRule, ...]:
        """The rules that speak of Dockerfiles in this run."""
        return self.rules(self.catalogue.dockerfile_chapters)

    def compose_rules(self) -> tuple[AnyRule, ...]:
        return self.rules(self.catalogue.compose_chapters)

    def all_rules(self) -> tuple[AnyRule, ...]:
        """The rules of all families that speak in this run."""
        return self.rules(self.catalogue.chapters)

    def meaning(self, name: str, chapters: Sequence[str]) -> Meaning:
        """What a name in a pragma stands for where the rules of some chapters were asked."""
        try:
            found = self.catalogue.find(name)
        except UnknownRule as error:
            return Meaning(frozenset(), has_run=True, unknown=str(error))
        are_asked = all(rule.chapter in chapters for rule in found)
        return Meaning(frozenset(rule.name for rule in found), are_asked and any(self.includes(rule) for rule in found))

    def has_run(self, name: str) -> bool:
        """Whether one of the rules that a name stands for speaks in this run."""
        return self.meaning(name, self.catalogue.chapters).has_run

    def judged(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings that are not ignored, as gravely as the settings or else the profile takes them."""
        return [self._judged(found) for found in findings if found.is_refusal or self._is_kept(found)]

    def _is_kept(self, found: Finding) -> bool:
        """Whether a finding is neither ignored nor beyond hadolint's codes in its profile, though its rule has some."""
        if self._ignored.matches(found):
            return False
        is_of_profile = self.profile == "hadolint" and not self._is_selective and found.rule not in self._added
        if not is_of_profile or found.rule == "shellcheck" or found.chapter in self.catalogue.added_chapters:
            return True
        return hadolints_severity(found.aliases) is not None

    def _judged(self, found: Finding) -> Finding:
        severity = next((level for names, level in self._severities if names.matches(found)), None)
        if severity is None and self.profile == "hadolint" and not self._is_selective:
            severity = hadolints_severity(found.aliases)
        return found if severity is None or found.is_refusal else found._replace(severity=severity)


def _by_breadth(severities: Mapping[str, str], catalogue: Catalogue) -> list[tuple[Matcher, Severity]]:
    """Severities with what they hold for: a rule's or a code's own before its family's, of equals the gravest first."""
    meant = [(name, Severity[level.upper()]) for name, level in severities.items() if level != "off"]
    ordered = sorted((len(catalogue.find(name)), -severity, name) for name, severity in meant)
    return [(matcher([name], catalogue), Severity(-grade)) for _, grade, name in ordered]


class BadVersion(Exception):
    """What should be a version of the rules is none."""


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")
    if not all(part.isdecimal() for part in parts):
        message = f"`{version}` is no version of the rules, such as {Rule.since}"
        raise BadVersion(message)
    return tuple(int(part) for part in parts)
