"""Heredocs of RUN, COPY and ADD: which words of an instruction open one, and where its body ends.

BuildKit splits the whole joined line into shell words, always with the backslash as escape; a
word that is nothing but `<<NAME` opens a heredoc.
https://docs.docker.com/reference/dockerfile/#here-documents
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from dockerlint.dockerfile.arguments import UNICODE_BLANKS, unquoted
from dockerlint.source import Text


class Opener(NamedTuple):
    """`3<<-"NAME"`: the file descriptor, whether tabs are cut, the name, whether it was quoted."""

    text: Text
    descriptor: str
    cuts_tabs: bool
    name: str
    is_quoted: bool

    def ends_with(self, line: str) -> bool:
        """Whether this physical line, without its line end, closes the body."""
        return (line.lstrip("\t") if self.cuts_tabs else line) == self.name


class Heredoc(NamedTuple):
    """A heredoc and its body, line ends and tabs as they are in the file, the closing line left out."""

    opener: Opener
    body: Text
    terminator: Text

    @property
    def name(self) -> str:
        return self.opener.name


def openers(line: Text) -> tuple[Opener, ...]:
    """The heredocs that a joined line opens, in order."""
    if "<<" not in line:
        return ()
    words = _shell_words(line)
    found = (_opener(line.part(start, end)) for start, end in words or () if "<<" in line[start:end])
    return tuple(opener for opener in found if opener is not None)


@cache
def _shape() -> re.Pattern[str]:
    return re.compile(rf"(\d*)<<(-?)[{re.escape(UNICODE_BLANKS)}]*([^<]+)", re.DOTALL)


def _opener(word: Text) -> Opener | None:
    match = _shape().fullmatch(word)
    if match is None:
        return None
    descriptor, dash, _ = match.groups()
    name = word.part(match.start(3), match.end(3))
    if _shell_words(name) != [(0, len(name))]:
        return None
    is_quoted = "'" in name or '"' in name
    return Opener(word, descriptor, bool(dash), unquoted(name, "\\"), is_quoted)


class _Open(Exception):
    """A quote or brace is never closed: then nothing in the line is a heredoc."""


def _shell_words(line: str) -> list[tuple[int, int]] | None:
    """Start and end of each word; None when a quote or brace stays open."""
    words: list[tuple[int, int]] = []
    index, length = 0, len(line)
    try:
        while index < length:
            if line[index] in UNICODE_BLANKS:
                index += 1
                continue
            start = index
            index = _end_of_word(line, index)
            words.append((start, index))
    except _Open:
        return None
    return words


def _end_of_word(line: str, index: int) -> int:
    while index < len(line):
        character = line[index]
        if character in UNICODE_BLANKS:
            break
        if line.startswith("<<", index):
            index += 2
            while index < len(line) and line[index] in UNICODE_BLANKS:
                index += 1
        else:
            index = _after(line, index)
    return index


def _after(line: str, index: int, depth: int = 0) -> int:
    """The index after the character, quotation or variable at `index`."""
    character = line[index]
    if character == "\\":
        return min(index + 2, len(line))
    if character == "'":
        return _closing(line, index, "'") + 1
    if character == '"':
        return _after_double_quote(line, index + 1, depth)
    if character == "$" and line.startswith("{", index + 1):
        return _after_brace(line, index + 2, depth)
    return index + 1


def _closing(line: str, index: int, quote: str) -> int:
    end = line.find(quote, index + 1)
    if end < 0:
        raise _Open
    return end


def _after_double_quote(line: str, index: int, depth: int = 0) -> int:
    while index < len(line):
        if line[index] == '"':
            return index + 1
        if line[index] == "\\":
            index += 2
        elif line.startswith("${", index):
            index = _after_brace(line, index + 2, depth)
        else:
            index += 1
    raise _Open


@cache
def _parameter() -> re.Pattern[str]:
    # Name, then nothing or one of the modifiers that BuildKit knows.
    return re.compile(r"(?:[^\W\d]\w*|\d+|[@*#?\-$!])(?::?[-+?]|##?|%%?|//?|(?=}))")


# Braces nested deeper than this are nobody's; BuildKit would read them, but no heredoc follows.
_DEEPEST = 100


def _after_brace(line: str, index: int, depth: int = 0) -> int:
    match = _parameter().match(line, index)
    if match is None or depth > _DEEPEST:
        raise _Open
    index = match.end()
    while index < len(line):
        if line[index] == "}":
            return index + 1
        index = _after(line, index, depth + 1)
    raise _Open
