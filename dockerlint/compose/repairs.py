"""How refused places could be written instead, where the file itself says enough.

Nothing that is made of variables or goes over several lines is rewritten.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dockerlint.compose.errors import Repair, shown
from dockerlint.compose.scalars import resolve
from dockerlint.source import Span, Text

if TYPE_CHECKING:
    from dockerlint.compose.nodes import Entry, Scalar

_QUOTES = ("'", '"')
# What a plain scalar must not hold to be an item of a list in brackets.
_IN_BRACKETS = re.compile(r"[\s,\[\]{}#]")
_NAME = re.compile(r"\w[\w.-]*")


def quoted(scalar: Scalar) -> Repair | None:
    """The same characters as a text."""
    text = scalar.text
    if not scalar.plain or not text or not _is_simple(scalar) or any(quote in text for quote in (*_QUOTES, "\\")):
        return None
    return _written(scalar.span, f'"{text}"', is_safe=True)


def bracketed(scalar: Scalar) -> Repair | None:
    """A single text as a list of one."""
    written = _source_text(scalar.span)
    if not _is_simple(scalar) or not scalar.text or _IN_BRACKETS.search(scalar.text):
        return None
    return _written(scalar.span, f"[{written}]", is_safe=True)


def replaced(scalar: Scalar, text: str) -> Repair | None:
    """Another text, in the quotes of the one that stands there."""
    if not _is_simple(scalar):
        return None
    first = _source_text(scalar.span)[:1]
    quote = first if first in _QUOTES else ""
    return _written(scalar.span, f"{quote}{text}{quote}", is_safe=False)


def renamed(name: Text, meant: str) -> Repair | None:
    """Another name, if that may stand wherever this one does: alone or beside a colon, with quotes or without."""
    if not name or not name.is_verbatim or not _NAME.fullmatch(meant) or not isinstance(resolve(meant), str):
        return None
    place = Span(name.source, name.offset(0), name.offset(len(name) - 1) + 1)
    return Repair(f"write {shown(meant)}", ((place, meant),), is_safe=False)


def deleted(entry: Entry, *, is_safe: bool = False) -> Repair | None:
    """The mapping without a key, if that and its value fill a line of their own."""
    key, value = entry
    source = key.span.source
    start = source.text.rfind("\n", 0, key.span.start) + 1
    stop = source.text.find("\n", key.span.start) + 1 or len(source.text)
    line = source.text[start:stop].rstrip("\r\n")
    name, written = (re.escape(_source_text(node.span)) for node in (key, value))
    if not re.fullmatch(rf"\s*{name}\s*:\s*{written}\s*", line):
        return None
    return Repair(f"delete {shown(line.strip())}", ((Span(source, start, stop), ""),), is_safe)


def _written(span: Span, text: str, *, is_safe: bool) -> Repair:
    return Repair(f"write {shown(text)}", ((span, text),), is_safe)


def _is_simple(scalar: Scalar) -> bool:
    written = _source_text(scalar.span)
    return "$" not in scalar.text and "\n" not in written and written.strip("'\"") == scalar.text


def _source_text(span: Span) -> str:
    return span.source.text[span.start : span.end]
