"""ANSI-C quoting, `$'...'`.

https://www.gnu.org/software/bash/manual/html_node/ANSI_002dC-Quoting.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dockerlint.source import Text

_LETTERS = {"a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@cache
def _escape() -> re.Pattern[str]:
    return re.compile(
        r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c(.)|([abeEfnrtv])|([\\'\"?]))",
        re.DOTALL,
    )


def decoded(written: Text) -> Iterator[Text]:
    """The characters that `$'...'` stands for; one that is written as an escape stands at its backslash."""
    index, end = 2, len(written) - 1
    for match in _escape().finditer(written, 2, max(end, 2)):
        if index < match.start():
            yield written.part(index, match.start())
        index = match.end()
        if match[7]:
            yield written.part(index - 1, index)
        else:
            character, place = _character(match), written.part(match.start(), index)
            if character == "\0":
                # No word can hold it: bash cuts the text there.
                return
            yield Text(character, place.source, place.start, place.end)
    if index < end:
        yield written.part(index, end)


def _character(match: re.Match[str]) -> str:
    for group in (1, 2, 3):
        if match[group]:
            code = int(match[group], 16)
            return chr(code) if code < 0x110000 else "\ufffd"
    if match[4]:
        return chr(int(match[4], 8) & 0xFF)
    if match[5]:
        return chr(ord(match[5]) & 0x1F)
    return _LETTERS[match[6]]
