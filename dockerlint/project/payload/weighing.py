"""What each COPY takes of a context, and what should not be there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dockerlint.context.files import Context
from dockerlint.context.listing import Entry, Listing
from dockerlint.dockerfile.instructions import Transfer
from dockerlint.project.build import Build
from dockerlint.project.payload.contents import Burden, contents_of_all
from dockerlint.project.payload.judging import secrets_in
from dockerlint.project.payload.kinds import Kind, plain_pattern
from dockerlint.project.payload.proof import proven
from dockerlint.project.payload.sections import Section
from dockerlint.project.payload.sources import Asked, asked


class Weight(NamedTuple):
    """So many files of so many bytes."""

    files: int
    size: int

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Weight:
        return cls(len(entries), sum(entry.size for entry in entries))


class Taken(NamedTuple):
    """What a word of COPY or ADD takes, and what it would take if nothing were kept back."""

    asked: Asked
    sent: Weight
    ignored: Weight


class Unwanted(NamedTuple):
    """What should not be in a context: one thing, or all of a name. `takers` are the words that take some of it."""

    kind: str
    what: str
    paths: tuple[str, ...]
    is_folder: bool
    weight: Weight
    pattern: str
    takers: tuple[tuple[Build, Asked], ...]


_WHAT = {
    Kind.GIT: "the Git history",
    Kind.DEPENDENCIES: "dependencies or build output",
    Kind.CLUTTER: "caches, logs, local data",
}


def taken(build: Build) -> Iterator[Taken]:
    """What each word of COPY and ADD takes of the context."""
    context = build.context
    if context is None:
        return
    for word in asked(build):
        if isinstance(word.instruction, Transfer):
            sent, ignored = (_weighed(listing, word) for listing in (context.sent, context.kept_back))
            yield Taken(word, sent, ignored)


def _weighed(listing: Listing, word: Asked) -> Weight:
    if not word.source and not word.excludes:
        return Weight(len(listing.entries), listing.size)
    return Weight.of(_entries(listing, word))


def _entries(listing: Listing, word: Asked) -> list[Entry]:
    return listing.taken_by(word.source or ".", word.excludes, parents=word.has_parents)


def unwanted(section: Section) -> list[Unwanted]:
    """What should not be there, the secrets first, then the largest. What a build needs is left out."""
    found = [*_secrets(section.context), *_burdens(section)]
    return [one._replace(takers=tuple(_takers(section, paths))) for one, paths in found]


def _secrets(context: Context) -> Iterator[tuple[Unwanted, list[Entry]]]:
    for secret in secrets_in(contents_of_all(context)):
        entries = context.sent.at_or_below(secret.path)
        pattern = plain_pattern(secret.path) or ""
        yield Unwanted("secret", secret.what, (secret.path,), False, Weight.of(entries), pattern, ()), entries


def _burdens(section: Section) -> list[tuple[Unwanted, list[Entry]]]:
    burdens = [one for one in contents_of_all(section.context).burdens if one.kind is not Kind.CONTAINER_FILES]
    patterns = tuple(burden.pattern for burden in burdens)
    left = set(proven(section.builds, patterns).patterns) if section.builds else set(patterns)
    found = []
    for burden in sorted(burdens, key=lambda burden: -burden.size):
        # What cannot be written as a pattern was not put to the proof.
        if not burden.pattern or burden.pattern in left:
            entries = [entry for path in burden.paths for entry in section.context.sent.at_or_below(path)]
            found.append((_told(burden, entries), entries))
    return found


def _told(burden: Burden, entries: list[Entry]) -> Unwanted:
    paths, weight = tuple(burden.paths), Weight.of(entries)
    return Unwanted(burden.kind.value, _WHAT[burden.kind], paths, burden.is_folder, weight, burden.pattern, ())


def _takers(section: Section, entries: Iterable[Entry]) -> Iterator[tuple[Build, Asked]]:
    listing = Listing(list(entries))
    for build in section.builds:
        for word in asked(build):
            if isinstance(word.instruction, Transfer) and next(_named(listing, word), None) is not None:
                yield build, word


def _named(listing: Listing, word: Asked) -> Iterator[object]:
    return listing.named_by(word.source or ".", word.excludes, parents=word.has_parents)
