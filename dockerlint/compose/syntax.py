"""Faults of the YAML itself, in words that say what to do about them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from dockerlint.compose.errors import ComposeError
from dockerlint.source import Source, Span

if TYPE_CHECKING:
    from yaml import YAMLError

_REPLACEMENT = "\ufffd"


def readable(source: Source) -> tuple[str, list[ComposeError]]:
    """The text as a YAML reader takes it, character for character in the same places.

    Characters that PyYAML refuses and Docker Compose lets pass are replaced. So are bytes that are
    not UTF-8, which is an error; a control character is one and stays, so that the file is refused.
    """
    text = source.text
    if not _unreadable().search(text):
        return text, []
    errors = []
    control, foreign = _control().search(text), _surrogate().search(text)
    if control:
        message = f"the control character U+{ord(control[0]):04X} cannot stand in YAML: is this a text file?"
        return text, [ComposeError("syntax", message, Span(source, *control.span()))]
    if foreign:
        message = "a byte that is not UTF-8: Compose refuses the file"
        errors.append(ComposeError("encoding", message, Span(source, *foreign.span())))
    return _unreadable().sub(_REPLACEMENT, text), errors


def syntax_error(source: Source, error: YAMLError) -> ComposeError:
    """The error of the YAML reader, at the place where something can be done about it."""
    problem = str(getattr(error, "problem", None) or error)
    context = getattr(error, "context", None)
    place = _index(getattr(error, "problem_mark", None))
    began = _index(getattr(error, "context_mark", None), place)
    character = source.text[place : place + 1]
    if character == "\t" or "tab character" in problem:
        message = "a tab cannot indent in YAML: use blanks"
    elif "cannot start any token" in problem:
        message = f"`{character}` cannot begin a value: put the value in quotes"
    elif "end of stream" in problem:
        message, place = f"this `{source.text[began : began + 1]}` is never closed", began
    elif "',' or" in problem:
        message, place = f"this `{source.text[began : began + 1]}` is not closed in line {_line(source, place)}", began
    else:
        message = _explained(problem) or f"no YAML: {context + ', ' if context else ''}{problem}"
    return ComposeError("syntax", message, _word(source, place))


def _explained(problem: str) -> str | None:
    for part, message in _EXPLAINED:
        if part in problem:
            return message
    return None


_EXPLAINED = (
    ("mapping values are not allowed", "`:` cannot stand here: quote the text, or mend the indentation"),
    ("entries are not allowed", "a list cannot begin here: put the `-` on a line of its own"),
    (
        "did not find expected key",
        "this fits neither the line above nor the level around it: mend indentation or quotes",
    ),
    ("expected <block end>", "this fits neither the line above nor the level around it: mend indentation or quotes"),
    ("'-' indicator", "a key among the items of a list: mend the indentation"),
    ("unknown escape", "no escape of YAML: double the `\\`, or use single quotes"),
    ("undefined tag handle", "the prefix of this tag is not declared"),
    ("node content", "a value is missing before this"),
)


def _index(mark: object, default: int = 0) -> int:
    return int(getattr(mark, "index", default))


def _line(source: Source, offset: int) -> int:
    return source.position(offset).line


def _word(source: Source, place: int) -> Span:
    """The word at a place; at the end of the text the last character before it."""
    match = _visible().match(source.text, place)
    if match:
        return Span(source, place, match.end())
    end = len(source.text)
    return Span(source, min(place, max(end - 1, 0)), min(place + 1, end))


@cache
def _unreadable() -> re.Pattern[str]:
    return re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@cache
def _control() -> re.Pattern[str]:
    return re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


@cache
def _surrogate() -> re.Pattern[str]:
    return re.compile("[\ud800-\udfff]")


@cache
def _visible() -> re.Pattern[str]:
    return re.compile(r"[^\s,\]}]+")
