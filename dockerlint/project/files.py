"""The files of a project: nothing outside its root is ever read on a file's word."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from dockerlint.context.files import read_regular
from dockerlint.project.gitignore import is_kept_out
from dockerlint.source import Source

# What stands in for the texts of files on disk, by their real paths.
Texts = Mapping[str, bytes]
NO_TEXTS: Texts = {}

_LARGEST = 1 << 20
_MOST_ENTRIES = 1000  # of a folder that is looked at


def text_for(path: str, texts: Texts) -> bytes | None:
    """What stands in for a file, whichever way leads to it."""
    return texts.get(os.path.realpath(path)) if texts else None


class Files:
    """The files below a root. `texts` stand in for what some have on disk."""

    def __init__(self, root: Path, texts: Texts = NO_TEXTS) -> None:
        self.root = root.resolve()
        self._texts = texts
        self._contained: dict[str, bool] = {}
        self._sources: dict[str, Source | None] = {}

    def contains(self, path: Path) -> bool:
        """Whether a path, links resolved, lies below the root."""
        name = str(path)
        found = self._contained.get(name)
        if found is None:
            found = self._contained[name] = is_below(os.path.realpath(name), str(self.root))
        return found

    def read(self, path: Path) -> Source | None:
        """The text of a regular file below the root; None for any other, and above a limit."""
        name = str(path)
        if name not in self._sources:
            data = self._data(path) if self.contains(path) else None
            self._sources[name] = None if data is None else Source.from_bytes(str(as_typed(absolute(path))), data)
        return self._sources[name]

    def _data(self, path: Path) -> bytes | None:
        stands_in = text_for(str(path), self._texts)
        return read_regular(path, _LARGEST) if stands_in is None else stands_in

    def below(self, folder: Path, suffixes: tuple[str, ...]) -> tuple[Path, ...]:
        """The files in a folder below the root, not in those inside of it, whose names end so."""
        if not self.contains(folder) or not os.path.isdir(folder):
            return ()
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, _MOST_ENTRIES) if entry.name.endswith(suffixes)]
        return tuple(folder / name for name in sorted(names))

    def is_missing(self, path: Path) -> bool:
        """Whether there surely is nothing at a path below the root."""
        return self.contains(path) and not os.path.lexists(path)

    def git_ignores(self, path: Path) -> bool | None:
        """Whether git leaves out a file below the root; None where there is no repository and no pattern says so."""
        return is_kept_out(str(path), str(self.root)) if self.contains(path) else None


def absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 (links stay as they are written)


def as_typed(path: Path) -> Path:
    """A path as somebody in the working directory would type it."""
    name, here = str(path), os.getcwd()  # noqa: PTH109 (strings: this is asked for every file)
    return Path(name[len(here) :].lstrip("/") or ".") if is_below(name, here) else path


def is_below(path: str, folder: str) -> bool:
    """Whether an absolute path is a folder or lies below it, by their texts."""
    return path == folder or path.startswith(folder if folder.endswith("/") else folder + "/")
