"""The shapes that an instruction's arguments come in: flags, blank-separated words, quoted words, JSON.

Each works on the joined text of an instruction and gives words that know their place.
BuildKit reads them in
https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/line_parsers.go
"""

from __future__ import annotations

import json
import math
import re
from functools import cache
from typing import NamedTuple

from dockerlint.dockerfile.errors import DockerfileError, Level
from dockerlint.source import Text

# Go's unicode.IsSpace; Python's own idea of white space has four control characters more.
UNICODE_BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# What ends a keyword and separates plain words.
BLANKS = "\t\v\f\r "
# What ends a flag, where BuildKit looks at single bytes.
_BYTE_BLANKS = BLANKS + "\n"

# Go's idea of a boolean: https://pkg.go.dev/strconv#ParseBool
TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})

_WORD = re.compile(r"[^\t\v\f\r ]+")


class Flag(NamedTuple):
    """`--name=value` or `--name` right after the keyword."""

    text: Text
    name: Text
    value: Text | None


def blank_words(text: Text) -> tuple[Text, ...]:
    """Words separated by blanks, where quotes mean nothing (FROM, EXPOSE, COPY, ...)."""
    return tuple(text.part(match.start(), match.end()) for match in _WORD.finditer(text))


def split_keyword(text: Text) -> tuple[Text, Text]:
    """The first word of an instruction, and the rest without blanks around it."""
    match = _WORD.search(text)
    if match is None:
        return text.part(0, 0), text.part(0, 0)
    rest = text[match.end() :]
    stripped = rest.strip(UNICODE_BLANKS)
    start = len(text) - len(rest.lstrip(UNICODE_BLANKS)) if stripped else match.end()
    return text.part(match.start(), match.end()), text.part(start, start + len(stripped))


def split_flags(text: Text) -> tuple[tuple[Flag, ...], Text]:
    """The leading words that begin with `--`, and what follows them.

    Here the backslash escapes whatever the `escape` directive says, and BuildKit looks at single bytes.
    """
    if not text.startswith("--"):
        return (), text
    flags: list[Flag] = []
    index = 0
    while True:
        while index < len(text) and (text[index] in _BYTE_BLANKS or text[index] in "\x85\xa0"):
            index += 1
        if not text.startswith("--", index):
            break
        word, index = _flag_word(text, index)
        if word == "--":
            break
        flags.append(_flag(word))
    return tuple(flags), text.part(index, len(text)).trimmed(UNICODE_BLANKS)


def _flag(word: Text) -> Flag:
    name, equals, _ = word.partition("=")
    cut = len(name)
    value = word.part(cut + 1, len(word)) if equals else None
    return Flag(word, word.part(2, cut), value)


def _flag_word(text: Text, start: int) -> tuple[Text, int]:
    """The flag that begins at `start`, without its quotes and escapes, and the index after it."""
    kept: list[int] = []
    quote = ""
    index = start
    while index < len(text):
        character = text[index]
        if character == "\\":
            index += 1
            if index < len(text):
                kept.append(index)
        elif quote:
            if character == quote:
                quote = ""
            else:
                kept.append(index)
        elif character in "'\"":
            quote = character
        elif character in _BYTE_BLANKS or _has_blank_byte(character):
            break
        else:
            kept.append(index)
        index += 1
    return text.picked(kept, start, min(index, len(text))), index


def _has_blank_byte(character: str) -> bool:
    """Whether a byte of the character is NEL or NBSP: it ends a flag, in the middle of the character."""
    if character.isascii():
        return False
    encoded = character.encode("utf-8", "surrogateescape")
    return b"\x85" in encoded or b"\xa0" in encoded


def quoted_words(text: Text, escape: str) -> tuple[Text, ...]:
    """Words of ENV, LABEL and ARG: blanks inside quotes belong to the word, quotes stay."""
    return tuple(text.part(match.start(), match.end()) for match in _quoted_word(escape).finditer(text))


@cache
def _quoted_word(escape: str) -> re.Pattern[str]:
    """A word of plain characters, escaped ones and quotations.

    A quotation that is never closed reaches to the end; an escape at the end escapes nothing, and is dropped.
    """
    mark = re.escape(escape)
    plain = rf"[^{UNICODE_BLANKS}'\"{mark}]++"
    double = rf'"(?:[^"{mark}]++|{mark}.)*+(?:"|{mark}?\Z)'
    single = r"'[^']*+(?:'|\Z)"
    return re.compile(rf"(?:{plain}|{mark}.|{double}|{single})++", re.DOTALL)


def unquoted(text: Text, escape: str) -> Text:
    """A word without its quotes and escapes, variables left as they are.

    This is what expansion makes of it: escapes protect any character outside quotes, but only
    the quote, `$` and themselves inside double quotes, and nothing inside single ones.
    """
    if not any(mark in text for mark in ("'", '"', escape)):
        return text
    kept: list[int] = []
    quote = ""
    index, length = 0, len(text)
    while index < length:
        character = text[index]
        following = text[index + 1] if index + 1 < length else ""
        if character == escape and quote != "'" and (not quote or following in ('"', "$", escape)):
            if following:
                kept.append(index + 1)
            index += 2
            continue
        if character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        else:
            kept.append(index)
        index += 1
    return text.picked(kept, 0, length)


@cache
def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_constant=_refuse, parse_float=_number, parse_int=_number)


def _refuse(constant: str) -> None:
    """Python takes NaN and Infinity for numbers, Go does not."""
    raise ValueError(constant)


def _number(text: str) -> float:
    """Go refuses a number that its 64 bits cannot hold."""
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def json_words(text: Text) -> tuple[Text, ...] | None:
    """The words of exec form; None where the text is no JSON array, and so in shell form.

    Raises DockerfileError when it is an array that holds something else than strings.
    """
    if not text.startswith("["):
        return None
    try:
        array, end = _decoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    if text[end:].strip(" \t\r\n"):
        return None
    if not all(isinstance(item, str) for item in array):
        message = "exec form is a JSON array of strings; this one holds something else"
        raise DockerfileError(message, text.part(0, end), level=Level.PARSE)
    return tuple(_json_string(text, start, stop) for start, stop in _json_strings(text))


def _json_strings(text: str) -> list[tuple[int, int]]:
    """Start and end, quotes included, of each string of an array of strings."""
    strings: list[tuple[int, int]] = []
    index = text.find('"')
    while index >= 0:
        end = index + 1
        while text[end] != '"':
            end += 2 if text[end] == "\\" else 1
        strings.append((index, end + 1))
        index = text.find('"', end + 1)
    return strings


_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def _json_string(text: Text, start: int, end: int) -> Text:
    body = text.part(start + 1, end - 1)
    first, last = text.offset(start), text.offset(end - 1) + 1
    if "\\" not in body:
        return body.within(first, last) if body else Text("", text.source, first, last)
    value: list[str] = []
    runs: list[tuple[int, int]] = []
    index = 0
    while index < len(body):
        character, width = _json_character(body, index)
        offset = body.offset(index)
        if not runs or runs[-1][1] + len(value) - runs[-1][0] != offset:
            runs.append((len(value), offset))
        value.append(character)
        index += width
    return Text("".join(value), text.source, first, last, tuple(runs))


def _json_character(body: str, index: int) -> tuple[str, int]:
    """One character of a JSON string, and how many characters stand for it."""
    if body[index] != "\\":
        return body[index], 1
    letter = body[index + 1]
    if letter != "u":
        return _SIMPLE_ESCAPES.get(letter, letter), 2
    code = int(body[index + 2 : index + 6], 16)
    if 0xD800 <= code < 0xDC00 and body[index + 6 : index + 8] == "\\u":
        low = int(body[index + 8 : index + 12], 16)
        if 0xDC00 <= low < 0xE000:
            return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)), 12
    return (chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd"), 6
