"""The build context: the files that Docker is sent, and which of them a COPY takes.

Symbolic links are listed, never followed, and nothing outside the context's folder is looked at.
https://docs.docker.com/build/concepts/context/
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from dockerlint.context.ignore import IgnoreFile, clean
from dockerlint.context.listing import Entry, Listing
from dockerlint.context.walk import Bounds, Walk
from dockerlint.source import Source

# Who asks for a thorough look has the time for it.
_THOROUGH = Bounds(entries=1_000_000, tests=100_000_000)

_IGNORE_FILE_LIMIT = 1_000_000
_TEXT_LIMIT = 262_144

_UNITS = ("B", "kB", "MB", "GB", "TB")


class Context:
    """A folder that Docker builds from, without what its ignore file keeps back.

    `is_thorough` says whether up to a million files are looked at, and those that are kept back too.
    """

    def __init__(
        self, root: Path, ignore: IgnoreFile | None, ignore_path: Path | None = None, *, is_thorough: bool = False
    ) -> None:
        self.root = root
        self.ignore = ignore
        self.ignore_path = ignore_path
        self._is_thorough = is_thorough

    @classmethod
    def find(cls, root: Path, dockerfile: Path | None, *, is_thorough: bool = False) -> Context:
        """The context in a folder, with the ignore file that Docker reads for a Dockerfile.

        One that is there but cannot be read (a link, above 1 MB) leaves `ignore` None and `is_complete` False.
        https://docs.docker.com/build/concepts/context/#filename-and-location
        """
        own = dockerfile.with_name(dockerfile.name + ".dockerignore") if dockerfile else None
        for path in (own, root / ".dockerignore"):
            if path is not None and os.path.lexists(path):
                data = read_regular(path, _IGNORE_FILE_LIMIT)
                ignore = None if data is None else IgnoreFile.read(Source.from_bytes(str(path), data))
                return cls(root, ignore, path, is_thorough=is_thorough)
        return cls(root, None, is_thorough=is_thorough)

    @property
    def files(self) -> list[Entry]:
        """All that Docker is sent, sorted by path. Folders count only by what is in them."""
        return self.sent.entries

    @property
    def is_complete(self) -> bool:
        """Whether `files` is sure to be just what Docker is sent: every folder and the ignore file could be read."""
        return self.walk.is_complete and (self.ignore is not None or self.ignore_path is None)

    @cached_property
    def walk(self) -> Walk:
        bounds = _THOROUGH if self._is_thorough else Bounds()
        return Walk(self.root, self.ignore or IgnoreFile(()), bounds, keeps_back=self._is_thorough)

    @cached_property
    def sent(self) -> Listing:
        return Listing(self.walk.sent)

    @cached_property
    def kept_back(self) -> Listing:
        """What the ignore file keeps back; nothing unless the context is looked at thoroughly."""
        return Listing(self.walk.kept_back)

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
            return bool(self.sent.at_or_below(_inside(path))) or (None if not self.is_complete else False)
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
        sizes = [entry.size for entry in Walk(self.root / _inside(path), IgnoreFile(()), Bounds()).sent]
        return len(sizes), sum(sizes)

    def taken_by(self, source: str, excludes: Sequence[str] = (), *, parents: bool = False) -> list[Entry]:
        """The files that a source word of COPY or ADD takes; `parents` as `COPY --parents` reads it."""
        return self.sent.taken_by(source, excludes, parents=parents)


def _inside(path: str) -> str:
    """A path cleaned and without one leading slash. Its first name is ".." or "" if it lies outside the root."""
    return clean(path.replace(os.sep, "/").removeprefix("/"))


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
