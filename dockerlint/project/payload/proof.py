"""The proof that patterns may be added to an ignore file: every COPY, ADD and bind mount still finds what it is after.

A path that is named stays. What lies in a folder that is taken as a whole may go if it has no place in an image, and
nothing in the build reads it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from dockerlint.context.files import Context
from dockerlint.context.ignore import IgnoreFile, Pattern
from dockerlint.context.listing import Listing, Named, from_root
from dockerlint.dockerfile.instructions import Copy
from dockerlint.dockerfile.stages import Stage
from dockerlint.project.build import Build
from dockerlint.project.payload.contents import Burden, Contents, contents_of_all
from dockerlint.project.payload.copies import is_glob
from dockerlint.project.payload.judging import is_used, secrets_in
from dockerlint.project.payload.kinds import Kind
from dockerlint.project.payload.sources import Asked, asked
from dockerlint.project.payload.tools import needs_git, tools
from dockerlint.source import Source


class Objection(NamedTuple):
    """Why a pattern may not be added: what asks for a path that it would keep back."""

    pattern: str
    build: Build
    asked: Asked
    path: str


class Proven(NamedTuple):
    """The patterns that may be added, and what speaks against the others."""

    patterns: tuple[str, ...]
    objections: tuple[Objection, ...]


@lru_cache(maxsize=8)
def proven(builds: tuple[Build, ...], patterns: tuple[str, ...], *, is_wanted: bool = False) -> Proven:
    """Which patterns may be added to the ignore file of the builds, which share a context.

    `is_wanted`: somebody has said already that such things are of no use to the builds.

    Patterns go until nothing is lost any more that is asked for, so the last look is at just the patterns that stay.
    """
    context = builds[0].context
    left = tuple(pattern for pattern in dict.fromkeys(patterns) if pattern)
    if context is None or (context.ignore is None and context.ignore_path is not None):
        return Proven((), ())
    objections: list[Objection] = []
    while left:
        found = _Proof(context, left).objections([_Needs(build, context, is_wanted=is_wanted) for build in builds])
        if not found:
            break
        objections += found.values()
        left = tuple(pattern for pattern in left if pattern not in found)
    return Proven(left, tuple(objections))


class _Proof:
    """A context before and after patterns are added."""

    def __init__(self, context: Context, patterns: Sequence[str]) -> None:
        self._source = Source("", "\n".join(patterns))
        added = IgnoreFile.read(self._source)
        before = context.ignore.patterns if context.ignore is not None else ()
        self._ignore = IgnoreFile((*before, *added.patterns))
        by_path = {entry.path: entry for entry in context.files}
        excluded = self._ignore.excluded(by_path)
        self._by = {path: str(pattern.text) for path, pattern in excluded if self._is_added(pattern)}
        self._lost = Listing([by_path[path] for path in self._by])
        self._kept = Listing([entry for path, entry in by_path.items() if path not in self._by])

    def _is_added(self, pattern: Pattern) -> bool:
        return pattern.text.source is self._source

    def objections(self, all_needs: Sequence[_Needs]) -> dict[str, Objection]:
        """The patterns that take something from a build, each with the first such thing."""
        found: dict[str, Objection] = {}
        for needs in all_needs:
            for word in asked(needs.build):
                for pattern, path in self._taken_from(word, needs):
                    found.setdefault(pattern, Objection(pattern, needs.build, word, path))
        return found

    def _taken_from(self, word: Asked, needs: _Needs) -> Iterator[tuple[str, str]]:
        path = from_root(word.source)
        if path and not is_glob(path):  # it may not be there yet
            deciding = self._ignore.deciding(path)
            if deciding is not None and self._is_added(deciding) and not deciding.negated:
                yield str(deciding.text), path
        lost = list(self._named(self._lost, word))
        # A folder is sent though nothing is left in it; a pattern must fit something.
        if lost and is_glob(word.source) and next(self._named(self._kept, word), None) is None:
            yield from ((self._by[named.entry.path], named.entry.path) for named in lost)
            return
        for named in lost:
            if not needs.may_lose(named, word):
                yield self._by[named.entry.path], named.entry.path

    @staticmethod
    def _named(listing: Listing, word: Asked) -> Iterator[Named]:
        return listing.named_by(word.source or ".", word.excludes, parents=word.has_parents)


class _Needs:
    """What one build can do without."""

    def __init__(self, build: Build, context: Context, *, is_wanted: bool) -> None:
        self.build = build
        self._is_wanted = is_wanted
        self._context = context
        self._contents: Contents = contents_of_all(context)
        self._burdens = {path: burden for burden in self._contents.burdens for path in burden.paths}
        self._verdicts: dict[tuple[int, str], bool] = {}

    def may_lose(self, named: Named, word: Asked) -> bool:
        """Whether a file that a word takes has no place in an image, and was not named by that word."""
        takes_all = not posixpath.basename(word.source).strip("*")
        place = posixpath.dirname(named.place) if takes_all and word.source else named.place
        path = named.entry.path
        if path == place:
            return False
        top = next((above for above in _with_parents(path) if above in self._burdens), None)
        if top is None:
            return path in _secret_paths(self._contents) or self._is_local_environment(path)
        return (not place or top.startswith(place + "/")) and self._is_needless(self._burdens[top], word.stage)

    def _is_local_environment(self, path: str) -> bool:
        return path in self._contents.env_files and not self._contents.is_kept_by_git(path)

    def _is_needless(self, burden: Burden, stage: Stage) -> bool:
        key = (stage.index, burden.pattern or burden.paths[0])
        if key not in self._verdicts:
            self._verdicts[key] = self._judge(burden, stage)
        return self._verdicts[key]

    def _judge(self, burden: Burden, stage: Stage) -> bool:
        if self._is_wanted:
            return True
        if burden.kind is Kind.GIT:
            return not needs_git(self.build, self._context, stage)
        if burden.kind is Kind.DEPENDENCIES:
            makers = [tool.stage for tool in tools(self.build) if tool.kind in burden.makers]
            return any(_reaches(self.build, stage, maker) for maker in makers)
        if burden.kind is Kind.CONTAINER_FILES:
            text = self.build.dockerfile.source.text
            return not any(posixpath.basename(path) in text for path in burden.paths)
        return not is_used(self.build, self._contents, burden)


def _reaches(build: Build, stage: Stage, maker: Stage) -> bool:
    """Whether what one stage makes is there in another: one is built on the other, or copies from it."""
    related = [one for one in build.dockerfile.stages if one in stage.chain or stage in one.chain]
    if maker in related:
        return True
    origins = (
        build.dockerfile.stage_of_origin(copy.origin, one)
        for one in related
        for copy in one.instructions
        if isinstance(copy, Copy) and copy.origin is not None
    )
    return any(origin is not None and maker in origin.chain for origin in origins)


def _with_parents(path: str) -> Iterator[str]:
    """The folders above a path from the topmost on, and the path itself."""
    end = path.find("/")
    while end >= 0:
        yield path[:end]
        end = path.find("/", end + 1)
    yield path


@lru_cache(maxsize=4)
def _secret_paths(contents: Contents) -> frozenset[str]:
    return frozenset(secret.path for secret in secrets_in(contents))
