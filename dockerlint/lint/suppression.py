"""Findings that a pragma asks to leave out, and what each pragma did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from dockerlint.dockerfile import pragmas as dockerfile_pragmas
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.finding import Finding, Region
from dockerlint.lint.registry import all_of_linter
from dockerlint.lint.selection import Meaning, Selection
from dockerlint.pragmas import Pragma, for_next_line, may_hold_pragma, pragmas_of_lines
from dockerlint.project.discovery import kind_of_name
from dockerlint.source import EmbeddedSource, Source, Text


class Suppression(NamedTuple):
    """A pragma after a run: which of its names are unknown, and which silenced something."""

    pragma: Pragma
    unknown: tuple[tuple[Text, str], ...]
    used: tuple[Text, ...]
    # Names of rules that did not run, so that nobody can tell.
    untold: tuple[Text, ...]
    is_expired: bool

    @property
    def idle(self) -> tuple[Text, ...]:
        """The known names that surely silence nothing."""
        unknown = [name for name, _ in self.unknown]
        return tuple(
            name for name in self.pragma.names if not any(name in known for known in (unknown, self.used, self.untold))
        )


class Sifted(NamedTuple):
    kept: list[Finding]
    suppressed: list[Finding]
    suppressions: list[Suppression]


class Words(NamedTuple):
    """What names in pragmas mean where the rules of some chapters were asked."""

    selection: Selection
    chapters: Sequence[str]
    as_of: date

    def of(self, pragma: Pragma) -> list[tuple[Text, Meaning]]:
        # Of a Dockerfile that stands in another file, the rules for Dockerfiles speak.
        is_embedded = isinstance(pragma.comment.source, EmbeddedSource)
        chapters = self.selection.catalogue.dockerfile_chapters if is_embedded else self.chapters
        return [(name, self.selection.meaning(name, chapters)) for name in pragma.names]


class _Use:
    """What one pragma does in a run."""

    def __init__(self, pragma: Pragma, words: Words) -> None:
        self.pragma = pragma
        self.is_expired = pragma.until is not None and pragma.until < words.as_of
        self._meanings = words.of(pragma)
        self._used: dict[Text, None] = {}

    def silences(self, finding: Finding) -> bool:
        if self.is_expired or not self.pragma.covers(finding.region.line):
            return False
        if not self._meanings:
            return finding.rule in all_of_linter(self.pragma.linter)
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
    findings: Iterable[Finding], own: Iterable[str], pragmas_of: Callable[[str], Iterable[Pragma]], words: Words
) -> Sifted:
    """Findings, those that pragmas silence apart. Refusals are never silenced.

    `pragmas_of` gives the pragmas of a file; those of `own` files are judged even if no finding stands there.
    """

    def uses_of(path: str) -> list[_Use]:
        return [_Use(pragma, words) for pragma in pragmas_of(path)]

    uses = {path: uses_of(path) for path in own}
    kept: list[Finding] = []
    suppressed: list[Finding] = []
    for finding in findings:
        path = finding.region.path
        if path not in uses:
            uses[path] = uses_of(path)
        # Every pragma is asked: each that covers a finding has done something.
        silenced = [use for use in uses[path] if use.silences(finding)] if not finding.is_refusal else []
        if silenced:
            reasons = (use.pragma.reason for use in silenced)
            suppressed.append(finding._replace(justification=next(filter(None, reasons), "")))
        else:
            kept.append(finding)
    return Sifted(kept, suppressed, [use.result() for of_file in uses.values() for use in of_file])


def merged(suppressions: Iterable[Suppression], elsewhere: Iterable[Suppression] = ()) -> Iterator[Suppression]:
    """Each pragma once, with all that it did, also elsewhere: several builds may stand on one file."""
    by_place = _together({}, suppressions)
    yield from _together(by_place, (one for one in elsewhere if _key(one) in by_place)).values()


_Key = tuple[Region, str]


def _together(by_place: dict[_Key, Suppression], suppressions: Iterable[Suppression]) -> dict[_Key, Suppression]:
    for one in suppressions:
        other = by_place.get(_key(one), one)
        used = tuple(dict.fromkeys((*other.used, *one.used)))
        untold = tuple(name for name in other.untold if name in one.untold)
        by_place[_key(one)] = other._replace(used=used, untold=untold)
    return by_place


def _key(suppression: Suppression) -> _Key:
    return Region.of(suppression.pragma.comment.span), suppression.pragma.linter


def pragmas_of_paths(
    own: Mapping[str, Sequence[Dockerfile | Source]], read: Callable[[str], Source | None]
) -> Callable[[str], list[Pragma]]:
    """How to get the pragmas of a file: of `own` as they were read for the run, a Dockerfile within a file included."""

    def pragmas_of(path: str) -> list[Pragma]:
        source = read(path) if path not in own else None
        texts = own.get(path) or ([source] if source is not None else [])
        return [
            pragma
            for text in texts
            for pragma in (
                dockerfile_pragmas.pragmas(text) if isinstance(text, Dockerfile) else pragmas_of_source(text)
            )
        ]

    return pragmas_of


def pragmas_of_source(source: Source) -> Sequence[Pragma]:
    """The pragmas of a file of any kind, by its name."""
    if not may_hold_pragma(source.text):
        return ()
    name = source.path.replace("\\", "/").rpartition("/")[2]
    if name.lower().endswith((".yml", ".yaml")):
        from dockerlint.compose import pragmas as yaml_pragmas  # noqa: PLC0415 (needs YAML)

        return tuple(yaml_pragmas.pragmas(source))
    if name.endswith(".py"):
        return tuple(pragma for comment in _python_comments(source) for pragma in _of_python(comment))
    if kind_of_name(name) == "dockerfile":
        return tuple(dockerfile_pragmas.pragmas(Dockerfile(source)))
    return tuple(pragmas_of_lines(source, behind_code=not name.endswith("ignore")))


def _of_python(comment: Text) -> Iterator[Pragma]:
    line = comment.line
    is_alone = comment.source.line(line).lstrip().startswith("#")
    return for_next_line(comment, line + 1 if is_alone else line)


def _python_comments(source: Source) -> Iterator[Text]:
    """The comments of Python source, as far as it can be read."""
    import io  # noqa: PLC0415 (few files have pragmas)
    import tokenize  # noqa: PLC0415

    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text, newline="\n").readline):
            if token.type == tokenize.COMMENT:
                start = source.line_starts[token.start[0] - 1] + token.start[1]
                yield source.slice(start, start + len(token.string.rstrip("\r")))
    except (tokenize.TokenError, SyntaxError):
        return
