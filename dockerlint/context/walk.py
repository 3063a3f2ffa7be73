"""The files below a folder, and what its ignore file says of each.

Symbolic links are listed, never followed. Hundreds of thousands of files are everyday, so paths are plain strings here.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from dockerlint.context.ignore import ROOT, IgnoreFile, Pattern, Verdict
from dockerlint.context.listing import Entry

_name = attrgetter("name")


class Bounds(NamedTuple):
    """Where a walk ends: after so many files and folders, or after so many patterns were tried on them."""

    entries: int = 200_000
    tests: int = 30_000_000


class KeptBack(NamedTuple):
    """What one pattern keeps back."""

    pattern: Pattern
    files: int
    size: int


class Walk:
    """The files that no pattern excludes, those near the top first.

    `keeps_back` says whether the others are listed as well, and `by_pattern` then what each pattern does. Docker is
    sent no sockets; pipes and devices are not judged: `special` names both. `unreadable` are folders that could not be
    read, `hides_files` says whether there was one that is not excluded, and `is_cut` whether the walk met its bounds.
    """

    def __init__(self, root: Path, ignore: IgnoreFile, bounds: Bounds, *, keeps_back: bool = False) -> None:
        self.sent: list[Entry] = []
        self.kept_back: list[Entry] = []
        self.special: list[str] = []
        self.unreadable: list[str] = []
        self.hides_files = False
        self.is_cut = False
        self._root = f"{root}/"
        self._ignore = ignore
        self._keeps_back = keeps_back
        self._most = bounds.entries
        self._left = min(bounds.entries, bounds.tests // max(1, len(ignore.patterns)))
        self._by_line: dict[int, KeptBack] = {}
        self._go()

    @property
    def is_complete(self) -> bool:
        """Whether `sent` holds all that no pattern excludes."""
        return not self.hides_files and not self.is_cut

    @property
    def by_pattern(self) -> list[KeptBack]:
        """The patterns that decide about a file, with what each keeps back."""
        return list(self._by_line.values())

    def _go(self) -> None:
        # Of a closed folder nothing is sent, so its files are tried on no pattern.
        folders = deque([("", ROOT, False)])
        while folders:
            folder, above, is_closed = folders.popleft()
            for item in self._items(folder, above):
                path = folder + item.name
                verdict = above if is_closed else self._ignore.below(above, path)
                if item.is_dir(follow_symlinks=False):
                    closes = is_closed or (verdict.is_excluded and self._ignore.closes(path))
                    if not closes or self._keeps_back:
                        folders.append((path + "/", verdict, closes))
                elif self._keeps_back or not verdict.is_excluded:
                    self._add(path, item, verdict.pattern if verdict.is_excluded else None)

    def _items(self, folder: str, above: Verdict) -> list[os.DirEntry[str]]:
        """What a folder holds, in order, so that a walk cut short is always cut at the same place."""
        if not self._left:
            self.is_cut = True
            return []
        try:
            with os.scandir(self._root + folder) as found:
                items = sorted(islice(found, self._most + 1), key=_name)
        except OSError:
            self.unreadable.append(folder.rstrip("/") or ".")
            self.hides_files |= not above.is_excluded
            return []
        if len(items) > self._left:
            self.is_cut = True
            items = items[: self._left]
        self._left -= len(items)
        return items

    def _add(self, path: str, item: os.DirEntry[str], excluded_by: Pattern | None) -> None:
        try:
            status = item.stat(follow_symlinks=False)
        except OSError:  # gone since
            return
        is_symlink = stat.S_ISLNK(status.st_mode)
        if not is_symlink and not stat.S_ISREG(status.st_mode):
            self.special.append(path)
            return
        entry = Entry(path, status.st_size, is_symlink)
        if excluded_by is None:
            self.sent.append(entry)
            return
        self.kept_back.append(entry)
        before = self._by_line.get(excluded_by.line)
        files, size = (before.files, before.size) if before else (0, 0)
        self._by_line[excluded_by.line] = KeptBack(excluded_by, files + 1, size + entry.size)
