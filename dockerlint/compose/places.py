"""Where the characters of a YAML scalar stand in the file.

A YAML reader tells the value of a scalar and its first and last character, not where each
character in between comes from. It is found here by reading the written form once more.
"""

from __future__ import annotations

import re
from functools import cache

from dockerlint.source import Source, Text

Runs = list[tuple[int, int]]
_ESCAPES = {'"': "\\", "'": "'"}  # what an escape begins with, by the quote around it


def locate(value: str, source: Source, text: str, start: int, end: int, style: str) -> Text:
    """The value of a scalar with the places of its characters.

    `style` is the character that the scalar begins with: a quote, `|`, `>`, or nothing for a plain
    one. `start` and `end` enclose all of it in `text`, which is what the YAML reader was given. Should
    the written form not explain the value, its first character stands at `start` and the last one
    before `end`.
    """
    if not style:
        if text.startswith(value, start):
            return Text(value, source, start, start + len(value))
        runs = _flow_runs(value, text, start, end, style)
    elif style in "|>":
        runs = _block_runs(value, text, start, end)
    elif end - start == len(value) + 2 and text.startswith(value, start + 1):
        return Text(value, source, start, end, ((0, start + 1),))
    else:
        runs = _flow_runs(value, text, start + 1, end - 1, style)
    return pinned(value, source, start, end) if runs is None else Text(value, source, start, end, tuple(runs))


def pinned(value: str, source: Source, start: int, end: int) -> Text:
    """A text that stands for something else in the file, as the value of a variable for its name.

    Its first character is put at `start` and its last one before `end`, so that the whole text and
    every part of it stay within the two.
    """
    length, width = len(value), max(end - start, 1)
    if length < 2:
        return Text(value, source, start, end)
    if length <= width:
        return Text(value, source, start, end, ((0, start), (length - 1, end - 1)))
    return Text(value, source, start, end, ((0, start), *((index, end - 1) for index in range(width, length))))


def _flow_runs(value: str, text: str, start: int, end: int, style: str) -> Runs | None:
    """The runs of a plain or quoted scalar that has escapes or goes over several lines."""
    runs: Runs = []
    index = 0
    for token in _tokens(style).finditer(text, start, end):
        piece, offset = token.group(), token.start()
        if "\n" in piece or "\r" in piece:
            width = 0 if piece[0] == "\\" else max(piece.count("\n") or piece.count("\r"), 2) - 1
        elif piece[0] == _ESCAPES.get(style):
            width = 1
        elif value.startswith(piece, index):
            width = len(piece)
        else:
            return None
        if width and (not runs or runs[-1][1] - runs[-1][0] != offset - index):
            runs.append((index, offset))
        index += width
    return runs if index == len(value) else None


@cache
def _tokens(style: str) -> re.Pattern[str]:
    if style == '"':
        escape = r"\\(?:x..|u.{4}|U.{8}|\r?\n[ \t]*|.)"
        return re.compile(rf"{escape}|[ \t\r\n]+|[^\\ \t\r\n]+")
    if style == "'":
        return re.compile(r"''|[ \t\r\n]+|[^' \t\r\n]+")
    return re.compile(r"[ \t\r\n]+|[^ \t\r\n]+")


def _block_runs(value: str, text: str, start: int, end: int) -> Runs | None:
    """The runs of a block scalar: one for each line of it that is not empty."""
    runs: Runs = []
    index = 0
    lines = _content_lines(text, start, end)
    indent = max(0, _indent(lines[0][1]) - _indent(value.lstrip("\n"))) if lines else 0
    for offset, line in lines:
        content = line[indent:]
        found = value.find(content, index) if content else -1
        if found < 0 or value[index:found].strip(" \n"):
            break
        runs.append((found, offset + indent))
        index = found + len(content)
    return runs or None


def _content_lines(text: str, start: int, end: int) -> list[tuple[int, str]]:
    """The lines after the header of a block scalar that are not empty, with their offsets."""
    lines = []
    offset = text.find("\n", start) + 1
    while 0 < offset < end:
        after = text.find("\n", offset)
        after = len(text) if after < 0 else after
        line = text[offset:after].removesuffix("\r")
        if line.strip(" "):
            lines.append((offset, line))
        offset = after + 1
    return lines


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
