"""The build context: the files that Docker is sent, and which of them a COPY takes.

Symbolic links are listed, never followed, and nothing outside the context's folder is looked at.
https://docs.docker.com/build/concepts/context/
"""

from __future__ import annotations

import os
import stat
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from dockerlint.context.ignore import ROOT, BadPatternError, IgnoreFile, Verdict, clean, compile_glob
from dockerlint.source import Source

# A walk ends after so many files and folders, or after so many patterns were tried on them.
_MOST_ENTRIES = 200_000
_MOST_TESTS = 30_000_000

_IGNORE_FILE_LIMIT = 1_000_000
_TEXT_LIMIT = 262_144

# What sorts right behind the slash: paths below a folder lie between "folder/" and "folder0".
_BEHIND_SLASH = "0"

_UNITS = ("B", "kB", "MB", "GB", "TB")


class Entry(NamedTuple):
    """A file or symbolic link of the context: its path from the root, with `/`, and its own size in bytes."""

    path: str
    size: int
    is_symlink: bool


class Context:
    """A folder that Docker builds from, without what its ignore file keeps back."""

    def __init__(self, root: Path, ignore: IgnoreFile | None, ignore_path: Path | None = None) -> None:
        self.root = root
        self.ignore = ignore
        self.ignore_path = ignore_path

    @classmethod
    def find(cls, root: Path, dockerfile: Path | None) -> Context:
        """The context in a folder, with the ignore file that Docker reads for a Dockerfile.

        One that is there but cannot be read (a link, above 1 MB) leaves `ignore` None and `is_complete` False.
        https://docs.docker.com/build/concepts/context/#filename-and-location
        """
        own = dockerfile.with_name(dockerfile.name + ".dockerignore") if dockerfile else None
        for path in (own, root / ".dockerignore"):
            if path is not None and os.path.lexists(path):
                data = read_regular(path, _IGNORE_FILE_LIMIT)
                ignore = None if data is None else IgnoreFile.read(Source.from_bytes(str(path), data))
                return cls(root, ignore, path)
        return cls(root, None)

    @property
    def files(self) -> list[Entry]:
        """All that Docker is sent, sorted by path. Folders count only by what is in them."""
        return self._walked[0]

    @property
    def is_complete(self) -> bool:
        """Whether `files` is sure to be just what Docker is sent: every folder and the ignore file could be read."""
        return self._walked[1] and (self.ignore is not None or self.ignore_path is None)

    @cached_property
    def _walked(self) -> tuple[list[Entry], bool]:
        walk = _Walk(self.root, self.ignore or IgnoreFile(()))
        return sorted(walk), walk.is_complete

    @cached_property
    def _paths(self) -> list[str]:
        return [entry.path for entry in self.files]

    def exists(self, path: str) -> bool:
        """Whether something stands at a path below the root, ignored or not.

        A symbolic link on the way counts as yes: what it leads to is not looked at.
        """
        return self._status(path) is not None

    def is_file(self, path: str) -> bool:
        """Whether Docker is sent a regular file of this path."""
        status = self._status(path)
        is_ignored = self.ignore is not None and self.ignore.excludes(_inside(path))
        return status is not None and stat.S_ISREG(status.st_mode) and not is_ignored

    def sends(self, path: str) -> bool | None:
        """Whether Docker is sent a file or folder of this path.

        None where a link stands on the way, whose target is not looked at, or the ignore file cannot be read.
        """
        status = self._status(path)
        if status is None:
            return False
        if stat.S_ISLNK(status.st_mode) or (self.ignore is None and self.ignore_path is not None):
            return None
        if stat.S_ISDIR(status.st_mode):
            return bool(self._at_or_below(_inside(path))) or (None if not self.is_complete else False)
        return self.is_file(path)

    def is_executable(self, path: str) -> bool | None:
        """Whether anybody may run a file, by its mode on disk. None where there is no file, or no such mode."""
        status = self._status(path)
        if os.name != "posix" or status is None or not stat.S_ISREG(status.st_mode):
            return None
        return bool(status.st_mode & 0o111)

    def _status(self, path: str) -> os.stat_result | None:
        """What stands at a path, or the link that stands on the way. None for nothing and outside the root."""
        names = _inside(path).split("/")
        if names[0] in {"", ".."}:
            return None
        place = str(self.root)
        status = None
        try:
            for name in names:
                place += "/" + name
                status = os.lstat(place)
                if stat.S_ISLNK(status.st_mode):
                    break
        except (OSError, ValueError):
            return None
        return status

    def read_text(self, path: str, limit: int = _TEXT_LIMIT) -> Source | None:
        """The text of a regular file below the root, ignored or not. None above `limit` bytes and for binary files."""
        status = self._status(path)
        if status is None or stat.S_ISLNK(status.st_mode):
            return None
        full = self.root / _inside(path)
        data = read_regular(full, limit)
        return None if data is None or b"\0" in data else Source.from_bytes(str(full), data)

    def raw_folder(self, path: str) -> tuple[int, int]:
        """How many files lie on disk below a folder, ignored or not, and their bytes; at least, if there are very many.

        A file counts as itself: `.git` is one in a worktree.
        """
        status = self._status(path)
        if status is None or stat.S_ISLNK(status.st_mode):
            return 0, 0
        if not stat.S_ISDIR(status.st_mode):
            return 1, status.st_size
        sizes = [entry.size for entry in _Walk(self.root / _inside(path), IgnoreFile(()))]
        return len(sizes), sum(sizes)

    def taken_by(self, source: str, excludes: Sequence[str] = (), *, parents: bool = False) -> list[Entry]:
        """The files that a source word of COPY or ADD takes; `parents` as `COPY --parents` reads it.

        As in Docker, `..` does not climb out of the context, and `--exclude` speaks of what lies in the folders
        that the word names, not of a file that it names itself (https://github.com/moby/buildkit/issues/5489).
        """
        pattern = ""
        if parents:
            base, pivot, pattern = source.partition("/./")
            source, pattern = (base, _from_root(pattern)) if pivot else ("", _from_root(source))
        wanted = IgnoreFile.of([pattern])
        unwanted = IgnoreFile.of(excludes)
        taken = []
        for named, entry in self._named_by(_from_root(source)):
            inner = entry.path[len(named) :].removeprefix("/")
            if not unwanted.excludes(inner) and (not pattern or wanted.excludes(inner)):
                taken.append(entry)
        return taken

    def _named_by(self, source: str) -> Iterator[tuple[str, Entry]]:
        """Each file that a cleaned source word leads to, with the path of the file or folder that the word fits."""
        folder, glob = _split_glob(source)
        below = self._at_or_below(folder)
        if not glob:
            yield from ((source, entry) for entry in below)
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
                yield entry.path[: start + len(name)], entry

    def _at_or_below(self, path: str) -> list[Entry]:
        if not path:
            return self.files
        at = bisect_left(self._paths, path)
        first, last = (bisect_left(self._paths, path + mark) for mark in ("/", _BEHIND_SLASH))
        return [entry for entry in self.files[at : at + 1] if entry.path == path] + self.files[first:last]


class _Walk:
    """The files below a folder that no pattern excludes, those near the top first.

    `is_complete` says afterwards whether all folders could be read within the bounds.
    """

    def __init__(self, root: Path, ignore: IgnoreFile) -> None:
        self.is_complete = True
        self._root = root
        self._ignore = ignore
        self._left = min(_MOST_ENTRIES, _MOST_TESTS // max(1, len(ignore.patterns)))

    def __iter__(self) -> Iterator[Entry]:
        folders = deque([("", ROOT)])
        while folders:
            folder, above = folders.popleft()
            for item in self._items(folder, above):
                path = folder + item.name
                verdict = self._ignore.below(above, path)
                if item.is_dir(follow_symlinks=False):
                    if not (verdict.is_excluded and self._ignore.closes(path)):
                        folders.append((path + "/", verdict))
                elif not verdict.is_excluded:
                    yield from _entry(path, item)

    def _items(self, folder: str, above: Verdict) -> list[os.DirEntry[str]]:
        """What a folder holds, in order, so that a walk cut short is always cut at the same place."""
        if not self._left:
            self.is_complete = False
            return []
        try:
            with os.scandir(self._root / folder) as found:
                items = sorted(islice(found, _MOST_ENTRIES + 1), key=lambda item: item.name)
        except OSError:
            self.is_complete &= above.is_excluded
            return []
        if len(items) > self._left:
            self.is_complete = False
            items = items[: self._left]
        self._left -= len(items)
        return items


def _entry(path: str, item: os.DirEntry[str]) -> Iterator[Entry]:
    """The entry for a file or link; Docker is sent no sockets, and pipes and devices are not judged."""
    try:
        status = item.stat(follow_symlinks=False)
    except OSError:  # gone since
        return
    if stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode):
        yield Entry(path, status.st_size, stat.S_ISLNK(status.st_mode))


def _inside(path: str) -> str:
    """A path cleaned and without one leading slash. Its first name is ".." or "" if it lies outside the root."""
    return clean(path.replace(os.sep, "/").removeprefix("/"))


def _from_root(source: str) -> str:
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


def read_regular(path: Path, limit: int) -> bytes | None:
    """The bytes of a regular file. None if it is something else, a link, above `limit` or unreadable."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        with os.fdopen(os.open(path, flags), "rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError):
        return None
    return data if len(data) <= limit else None


def human_size(size: int) -> str:
    """A number of bytes as people say it, in powers of a thousand: 14 kB, 38 MB, 1.2 GB."""
    value = float(size)
    for unit in _UNITS:
        shown = f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
        if float(shown) < 1000 or unit == _UNITS[-1]:
            break
        value /= 1000
    return f"{shown.removesuffix('.0')} {unit}"
