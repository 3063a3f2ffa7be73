"""Globs: `*` is any text, `/` too, `?` one character, `[abc]` one of some. Upper and lower case differ."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import cache

LONGEST = 500  # characters
_MARKS = frozenset("*?[")


class BadGlob(Exception):
    """Why a text is no glob, and where in it."""

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.index = index


def is_glob(text: str) -> bool:
    return not _MARKS.isdisjoint(text)


def fits(text: str, glob: str) -> bool:
    """Whether a text equals another one, or matches that if it is a glob."""
    if not is_glob(glob):
        return text == glob
    return _compiled(glob).match(text) is not None


def check(glob: str) -> None:
    """Raises BadGlob for what can only be a mistake."""
    if len(glob) > LONGEST:
        message = f"longer than {LONGEST} characters"
        raise BadGlob(message, 0)
    index = glob.find("[")
    while index >= 0:
        first = index + 1 + (glob[index + 1 : index + 2] == "!")
        # Right behind the bracket another one stands for itself.
        end = glob.find("]", first + 1)
        if end < 0:
            message = "this `[` is never closed: write `[[]` for a bracket that is meant"
            raise BadGlob(message, index)
        _check_ranges(glob[first:end], first)
        index = glob.find("[", end)


def _check_ranges(characters: str, start: int) -> None:
    for match in re.finditer(r"(.)-(.)", characters, re.DOTALL):
        if match[1] > match[2]:
            message = f"`{match[0]}` holds no character: `{match[2]}` comes before `{match[1]}`"
            raise BadGlob(message, start + match.start())


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    # `fnmatch` never goes back behind a star that has found its text, so that no glob runs away.
    return re.compile(translate(glob))
