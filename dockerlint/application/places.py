"""Where the nodes of a Python syntax tree stand in the text.

`ast` counts columns in bytes of UTF-8, takes a lone carriage return for the end of a line, and
knows nothing of what is inside a string literal. Here its places become offsets in characters.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from functools import cache
from itertools import accumulate

from dockerlint.source import Source, Text

_LINE_END = r"\r\n?|\n"
_OPENING = r"([A-Za-z]{0,2})('''|\"\"\"|'|\")"
_GAP = r"(?:\s|\\|#[^\r\n]*)*"


class Places:
    """Turns nodes of one source's tree into texts that know their place."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._is_ascii = source.text.isascii()
        self._starts = [0, *(end.end() for end in _pattern(_LINE_END).finditer(source.text))]
        self._bytes: dict[int, list[int] | None] = {}

    def offset(self, line: int, column: int) -> int:
        """Turn a line counted from 1 and a column counted in bytes into an offset."""
        start = self._starts[line - 1]
        widths = None if self._is_ascii else self._widths(line)
        return start + (column if widths is None else bisect_left(widths, column))

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        end = self.offset(node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)
        return self.offset(node.lineno, node.col_offset), end

    def text(self, node: ast.expr | ast.stmt | ast.keyword) -> Text:
        """Give what is written for a node, as it is written."""
        return self.source.slice(*self.span(node))

    def string(self, node: ast.Constant) -> Text | None:
        """Give the value of a literal: a string, bytes read as Latin-1, or a number as Python prints it.

        The place has the quotes in it; the runs say where each character of the value stands.
        None where the place cannot be told, as inside f-strings before Python 3.12.
        """
        start, end = self.span(node)
        value = node.value
        if not isinstance(value, str | bytes):
            return Text(str(value), self.source, start, end)
        content = value if isinstance(value, str) else value.decode("latin-1")
        written = self.source.text[start:end]
        opening = _pattern(_OPENING).match(written)
        if not opening:
            return None
        if written[opening.end() : -len(opening[2])] == content:
            return Text(content, self.source, start, end, ((0, start + opening.end()),))
        runs = _runs(self.source.text, start, end, len(content))
        return Text(content, self.source, start, end, runs) if runs else None

    def _widths(self, line: int) -> list[int] | None:
        """How many bytes stand before each character of a line; None if one for each."""
        if line not in self._bytes:
            end = self._starts[line] if line < len(self._starts) else len(self.source.text)
            text = self.source.text[self._starts[line - 1] : end]
            widths = accumulate((len(character.encode()) for character in text), initial=0)
            self._bytes[line] = None if text.isascii() else list(widths)
        return self._bytes[line]


def _runs(text: str, start: int, end: int, length: int) -> tuple[tuple[int, int], ...] | None:
    """Where the characters of a literal of several pieces or with escapes stand.

    None if they do not add up to `length`.
    """
    runs: list[tuple[int, int]] = []
    index, place = 0, start
    while place < end:
        opening = _pattern(_OPENING).match(text, place)
        if not opening:
            return None
        place = opening.end()
        for special in _specials(opening[1].lower(), opening[2]).finditer(text, place, end):
            if special.start() > place:
                runs.append((index, place))
                index += special.start() - place
            place = special.end()
            if special[0] == opening[2]:
                break
            if width := _width(special[0], opening[1].lower()):
                runs.append((index, special.start()))
                index += width
        gap = _pattern(_GAP).match(text, place, end)
        place = gap.end() if gap else place
    return tuple(runs) if index == length else None


def _width(special: str, prefix: str) -> int:
    """How many characters of the value an escape, or a line end that is no LF, stands for."""
    if special[0] == "\r" or "r" in prefix:
        return 1 if special[0] == "\r" else len(special.replace("\r\n", "\n"))
    if special[1] in "\r\n":
        return 0
    known = "\\'\"abfnrtv01234567x" if "b" in prefix else "\\'\"abfnrtv01234567xuUN"
    return 1 if special[1] in known else 2


@cache
def _specials(prefix: str, quote: str) -> re.Pattern[str]:
    """Match what ends a literal of this kind, or stands in it for other than itself."""
    escapes = r"\r\n|[0-7]{1,3}|x[0-9A-Fa-f]{2}"
    if "r" in prefix:
        escapes = r"\r\n"
    elif "b" not in prefix:
        escapes += r"|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|N\{[^}]*\}"
    return re.compile(rf"{quote}|\\(?:{escapes}|.)|\r\n?", re.DOTALL)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
