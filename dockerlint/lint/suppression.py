"""Findings that a pragma asks to leave out, and what each pragma did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from dockerlint.dockerfile.pragmas import Pragma, pragmas, pragmas_of_text
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.finding import Finding
from dockerlint.lint.registry import Meaning
from dockerlint.source import Source, Text


class Suppression(NamedTuple):
    """A pragma after a run: which of its names are unknown, and which silenced something."""

    pragma: Pragma
    unknown: tuple[tuple[Text, str], ...]
    used: tuple[Text, ...]
    # Names of rules that did not run, so that nobody can tell.
    untold: tuple[Text, ...]
    is_expired: bool


class Sifted(NamedTuple):
    kept: list[Finding]
    suppressed: list[Finding]
    suppressions: list[Suppression]


class _Use:
    """What one pragma does in a run."""

    def __init__(self, pragma: Pragma, meanings: Sequence[tuple[Text, Meaning]], as_of: date) -> None:
        self.pragma = pragma
        self.is_expired = pragma.until is not None and pragma.until < as_of
        self._meanings = meanings
        self._used: dict[Text, None] = {}

    def silences(self, finding: Finding) -> bool:
        if self.is_expired or not self.pragma.covers(finding.region.line):
            return False
        found = [
            name
            for name, meaning in self._meanings
            if finding.rule in meaning.rules or (finding.rule == "shellcheck" and name in finding.aliases)
        ]
        self._used.update(dict.fromkeys(found))
        return bool(found)

    def result(self) -> Suppression:
        unknown = tuple((name, meaning.unknown) for name, meaning in self._meanings if meaning.unknown)
        untold = tuple(name for name, meaning in self._meanings if not meaning.has_run)
        return Suppression(self.pragma, unknown, tuple(self._used), untold, self.is_expired)


def sift(
    dockerfile: Dockerfile,
    findings: Iterable[Finding],
    meaning: Callable[[str], Meaning],
    as_of: date,
    read: Callable[[str], Source | None],
) -> Sifted:
    """Findings about a build, those that pragmas silence apart. Refusals are never silenced.

    `read` gives the text of another file that a finding stands in.
    """

    def uses_of(found: Iterable[Pragma]) -> list[_Use]:
        return [_Use(pragma, [(name, meaning(name)) for name in pragma.names], as_of) for pragma in found]

    uses = {dockerfile.path: uses_of(pragmas(dockerfile))}
    kept: list[Finding] = []
    suppressed: list[Finding] = []
    for finding in findings:
        path = finding.region.path
        if path not in uses:
            source = read(path)
            uses[path] = uses_of(pragmas_of_text(source)) if source is not None else []
        # Every pragma is asked: each that covers a finding has done something.
        silenced = [use for use in uses[path] if use.silences(finding)] if not finding.is_refusal else []
        (suppressed if silenced else kept).append(finding)
    return Sifted(kept, suppressed, [use.result() for use in uses[dockerfile.path]])
