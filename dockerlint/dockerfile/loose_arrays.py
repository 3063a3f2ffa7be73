"""Arrays that are meant as exec form, and are no JSON: Docker takes them for shell text, or for plain words.

https://docs.docker.com/reference/dockerfile/#exec-form
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from dockerlint.source import Text

_DOUBLE = "\u201c\u201d\u201e"
_SINGLE = "\u2018\u2019"
_TYPOGRAPHIC = _DOUBLE + _SINGLE
_QUOTES = "'\"" + _TYPOGRAPHIC
_BLANKS = " \t\r\n"


class Element(NamedTuple):
    """A word of an array: as it is written, quotes included, and what is meant."""

    text: Text
    value: str

    @property
    def as_json(self) -> str:
        return json.dumps(self.value, ensure_ascii=False)


class LooseArray(NamedTuple):
    """An array as it is meant. `text` reaches from its bracket to the end of the argument.

    `faults` say why it is no JSON. `surplus` is a comma that must go. Of one that is not `plain` nobody can be sure how
    it is meant: a bracket or a comma is missing, more text follows, or a backslash is in it.
    """

    text: Text
    elements: tuple[Element, ...]
    faults: tuple[str, ...]
    surplus: Text | None
    is_plain: bool


def read_loosely(text: Text) -> LooseArray | None:
    """An array that is meant as JSON and is none; None for valid JSON, and for shell text such as `[ -f x ]`."""
    if not text.startswith("[") or not _is_meant(text) or _is_json(text):
        return None
    return _Reader(text).array()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_meant(text: str) -> bool:
    """Whether a text that begins with a bracket is an array rather than a test or a file name pattern."""
    inner = text[1:].lstrip(_BLANKS)
    has_blank = len(inner) < len(text) - 1
    is_quoted = inner != "" and inner[0] in _QUOTES
    if is_quoted and not has_blank:
        return True
    if is_quoted:
        # A test of one fixed word would always hold.
        if _pattern(r"\[\s+(['\"])[^'\"$`]+\1\s*\]").fullmatch(text) is not None:
            return True
        return _pattern(rf"[{_QUOTES}].*?[{_QUOTES}]\s*,\s*[{_QUOTES}\w]").match(inner) is not None
    if text.startswith("[[") or not text.endswith("]") or _pattern(r"\]\s*(?:&&|\|\||[;|&<>])").search(text):
        return False
    words = r"[\w./${}:=@+-]+"
    return _pattern(rf"\[\s*{words}(?:\s*,\s*(?:{words}|'[^']*'|\"[^\"]*\"))+\s*\]").fullmatch(text) is not None or (
        not has_blank and _pattern(r"\[[/$][\w./${}-]+\]").fullmatch(text) is not None
    )


class _Reader:
    def __init__(self, text: Text) -> None:
        self.text = text
        self.index = 1
        self.faults: dict[str, bool] = {}  # whether the fault leaves no doubt of what is meant
        self.surplus: Text | None = None

    def array(self) -> LooseArray:
        elements = tuple(self._elements())
        is_plain = all(self.faults.values()) and bool(self.faults)
        faults = tuple(self.faults) or ("it cannot be read",)
        return LooseArray(self.text, elements, faults, self.surplus, is_plain)

    def _elements(self) -> Iterator[Element]:
        text, comma = self.text, None
        is_first = True
        while True:
            self._skip_blanks()
            here = text[self.index : self.index + 1]
            if not here:
                self.faults["the `]` is missing"] = False
                return
            if here == "]":
                self.surplus = comma
                if comma is not None:
                    self.faults["a comma before the `]`"] = True
                break
            if here == ",":
                if comma is not None or is_first:
                    self.faults["a comma too many"] = False
                comma = text.part(self.index, self.index + 1)
                self.index += 1
                continue
            if comma is None and not is_first:
                self.faults["a comma is missing"] = False
            element = self._element(here)
            if element is None:
                return
            yield element
            comma, is_first = None, False
        if text[self.index + 1 :].strip(_BLANKS):
            self.faults["text behind the `]`"] = False

    def _skip_blanks(self) -> None:
        while self.text[self.index : self.index + 1] in tuple(_BLANKS):
            self.index += 1

    def _element(self, first: str) -> Element | None:
        return self._quoted(first) if first in _QUOTES else self._bare()

    def _quoted(self, quote: str) -> Element | None:
        text, start = self.text, self.index
        closing = _closing_quotes(quote)
        end = start + 1
        while end < len(text) and text[end] not in closing:
            end += 2 if text[end] == "\\" and quote == '"' else 1
        if end >= len(text):
            self.faults["a quote is never closed"] = False
            return None
        self.index = end + 1
        inner = text[start + 1 : end]
        value = self._value(text[start : end + 1], inner, quote)
        return Element(text.part(start, end + 1), value)

    def _value(self, written: str, inner: str, quote: str) -> str:
        if quote != '"':
            kind = "typographic quotes" if quote in _TYPOGRAPHIC else "single quotes"
            self.faults[kind] = True
        elif _is_json(written):
            return str(json.loads(written))
        if "\\" in inner:
            self.faults["a backslash must be doubled"] = False
        elif quote == '"':
            self.faults["a character that JSON must escape"] = False
        return inner

    def _bare(self) -> Element:
        match = _pattern(rf"[^,\]\s{_QUOTES}]+|.").match(self.text, self.index)
        end = match.end() if match else self.index + 1
        word = self.text.part(self.index, end)
        self.index = end
        is_certain = "\\" not in word and "[" not in word
        self.faults["a word without quotes"] = is_certain and self.faults.get("a word without quotes", True)
        return Element(word, str(word))


def _closing_quotes(quote: str) -> str:
    return next((kind for kind in (_DOUBLE, _SINGLE) if quote in kind), quote)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)
