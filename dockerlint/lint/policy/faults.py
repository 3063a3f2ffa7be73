"""A mistake in a file of rules."""

from __future__ import annotations

from collections.abc import Iterable

from dockerlint.lint.kinds import did_you_mean
from dockerlint.source import Span

_LONGEST = 60  # characters of a text that a message repeats
_MOST_NAMED = 40


class Fault(Exception):
    """What is wrong, and where."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


def shown(text: str) -> str:
    """A text from the file on one line, cut if it is long."""
    line = " ".join(text[: 2 * _LONGEST].split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."


def hint(name: str, known: Iterable[str]) -> str:
    """What to write in place of a name that is not known: one that is close, or else all, if they are few."""
    names = tuple(known)
    said = did_you_mean(name[:_LONGEST], names) if names else ""
    return said if len(names) <= _MOST_NAMED or "did you mean" in said else ""
