"""Sorted files of a context, and which of them a source word of COPY or ADD takes.

https://docs.docker.com/reference/dockerfile/#copy
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from dockerlint.context.ignore import IgnoreFile, clean
from dockerlint.context.patterns import BadPatternError, compile_glob

# What sorts right behind the slash: paths below a folder lie between "folder/" and "folder0".
_BEHIND_SLASH = "0"


class Entry(NamedTuple):
    """A file or symbolic link of the context: its path from the root, with `/`, and its own size in bytes."""

    path: str
    size: int
    is_symlink: bool


class Named(NamedTuple):
    """A file that a source word leads to, and what the word fits: the file itself, or a folder above it."""

    place: str
    entry: Entry


class Listing:
    """Files of a context, sorted by path."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = sorted(entries, key=attrgetter("path"))

    @cached_property
    def _paths(self) -> list[str]:
        return [entry.path for entry in self.entries]

    @cached_property
    def size(self) -> int:
        return sum(entry.size for entry in self.entries)

    def at_or_below(self, path: str) -> list[Entry]:
        """The file of this path, or those in the folder of this path; "" is the root."""
        if not path:
            return self.entries
        at = bisect_left(self._paths, path)
        first, last = (bisect_left(self._paths, path + mark) for mark in ("/", _BEHIND_SLASH))
        return [entry for entry in self.entries[at : at + 1] if entry.path == path] + self.entries[first:last]

    def taken_by(self, source: str, excludes: Sequence[str] = (), *, parents: bool = False) -> list[Entry]:
        """The files that a source word of COPY or ADD takes; `parents` as `COPY --parents` reads it."""
        return [named.entry for named in self.named_by(source, excludes, parents=parents)]

    def named_by(self, source: str, excludes: Sequence[str] = (), *, parents: bool = False) -> Iterator[Named]:
        """Each file that a source word takes, with what the word fits.

        As in Docker, `..` does not climb out of the context, and `--exclude` speaks of what lies in the folders
        that the word names, not of a file that it names itself (https://github.com/moby/buildkit/issues/5489).
        """
        pattern = ""
        if parents:
            base, pivot, pattern = source.partition("/./")
            source, pattern = (base, from_root(pattern)) if pivot else ("", from_root(source))
        wanted = IgnoreFile.of([pattern])
        unwanted = IgnoreFile.of(excludes)
        for named in self._fitting(from_root(source)):
            inner = named.entry.path[len(named.place) :].removeprefix("/")
            if not unwanted.excludes(inner) and (not pattern or wanted.excludes(inner)):
                yield named

    def _fitting(self, source: str) -> Iterator[Named]:
        """Each file that a cleaned source word leads to."""
        folder, glob = _split_glob(source)
        below = self.at_or_below(folder)
        if not glob:
            yield from (Named(source, entry) for entry in below)
            return
        try:
            test = compile_glob(glob)
        except BadPatternError:
            return
        start = len(folder) + 1 if folder else 0
        depth = glob.count("/") + 1
        fits: dict[str, bool] = {}
        for entry in below:
            names = entry.path[start:].split("/", depth)[:depth]
            name = "/".join(names)
            if name not in fits:
                fits[name] = bool(name and test(name))
            if fits[name]:
                yield Named(entry.path[: start + len(name)], entry)


def from_root(source: str) -> str:
    """A source word as Docker takes it: from the context's root, above which there is nothing. "" is the root."""
    return clean("/" + source)[1:]


def _split_glob(source: str) -> tuple[str, str]:
    """The folders before the first name with a wildcard, and the rest. Without wildcards a backslash is itself."""
    names = source.split("/")
    for index, name in enumerate(names):
        if _has_wildcard(name):
            return "/".join(names[:index]), "/".join(names[index:])
    return source, ""


def _has_wildcard(name: str) -> bool:
    characters = iter(name)
    for character in characters:
        if character in "*?[":
            return True
        if character == "\\":
            next(characters, None)
    return False
