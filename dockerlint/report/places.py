"""Places as other programs look for them."""

from __future__ import annotations

import os

from dockerlint.lint.reading import source_or_none
from dockerlint.report.text import visible
from dockerlint.source import Source

# The rule that formats without a place for problems report them by.
CANNOT_CHECK = "cannot-check"


def relative(path: str) -> str:
    """A path from the working directory, if it lies below, as programs write it: with `/` and without `./`."""
    below = os.path.relpath(path).replace(os.sep, "/")
    return os.path.normpath(path).replace(os.sep, "/") if below.startswith("../") else below


def shown(path: str) -> str:
    return visible(relative(path))


class Columns:
    """Columns as programs count that take the bytes of UTF-8 or UTF-16 rather than characters.

    Each file is read once more, and only by the formats that need it. What cannot be read again, as standard input,
    keeps its columns in characters.
    """

    def __init__(self, encoding: str, unit: int) -> None:
        self._encoding = encoding
        self._unit = unit
        self._sources: dict[str, Source | None] = {}

    def at(self, path: str, line: int, column: int) -> int:
        if path not in self._sources:
            source = source_or_none(path)
            self._sources[path] = None if source is None or source.text.isascii() else source
        source = self._sources[path]
        if source is None or line > len(source.line_starts):
            return column
        before = source.line(line)[: column - 1]
        return len(before.encode(self._encoding, "surrogateescape")) // self._unit + 1
