"""The files that are mended as they were before, and which of them may be."""

from __future__ import annotations

import os
from collections.abc import Iterable

from dockerlint.lint.finding import Problem
from dockerlint.lint.reading import read_source
from dockerlint.lint.views import real
from dockerlint.lint.writing import is_writable
from dockerlint.project.files import Texts
from dockerlint.source import BOM, Source


class Originals:
    """The files below some roots as they were before anything was mended. `given` stand in for some of them."""

    def __init__(self, roots: Iterable[str], given: Texts) -> None:
        self.roots = frozenset(roots)
        self.given = given
        self._sources: dict[str, Source | Problem | None] = {}
        self._bars: dict[str, str | None] = {}

    def source(self, path: str) -> Source | None:
        """The text of a file; an empty one where there is none yet. None where it cannot be had."""
        if path not in self._sources:
            is_there = path in self.given or os.path.lexists(path)
            self._sources[path] = read_source(path, self.given) if is_there else None
        found = self._sources[path]
        if found is None:
            return Source(path, "")
        return found if isinstance(found, Source) else None

    def data(self, path: str) -> bytes | None:
        """The bytes of a file that could be read; None where there is none yet."""
        found = self._sources[path]
        return encoded(found, found.text) if isinstance(found, Source) else None

    def bars(self, path: str) -> str | None:
        """Why a file must not be edited, if so."""
        if path not in self._bars:
            self._bars[path] = self._barred(path)
        return self._bars[path]

    def _barred(self, path: str) -> str | None:
        if self.given:
            return None if real(path) in self.given else "only standard input is mended"
        is_ours = any(is_writable(path, root) for root in self.roots)
        return None if is_ours else f"{path} cannot be written, or lies outside of the project"


def encoded(source: Source, text: str) -> bytes:
    """A text as the file of a source has it."""
    return ((BOM if source.has_bom else "") + text).encode("utf-8", "surrogateescape")
