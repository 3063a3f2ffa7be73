"""Messages with names in braces: "`{image}` is not one of ours". Two braces stand for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

_LONGEST = 100  # characters of a value that are shown


class Part(NamedTuple):
    """A stretch of a message as it is written, or the name of what stands in its place; `start` is where it begins."""

    text: str
    is_name: bool
    start: int


class BadMessage(Exception):
    """What is wrong in a message, and where in it."""

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.index = index


def parts(message: str) -> tuple[Part, ...]:
    """A message, taken apart. Raises BadMessage."""
    return tuple(_parts(message))


def _parts(message: str) -> Iterator[Part]:
    end = 0
    for match in re.finditer(r"\{\{|\}\}|\{([^{}]*)\}|[{}]", message):
        if match.start() > end:
            yield Part(message[end : match.start()], is_name=False, start=end)
        end = match.end()
        if match[0] in ("{{", "}}"):
            yield Part(match[0][0], is_name=False, start=match.start())
        elif match[1] is not None:
            yield Part(match[1].strip(), is_name=True, start=match.start())
        else:
            fault = "never closed" if match[0] == "{" else "never opened"
            text = f"this `{match[0]}` is {fault}: write `{match[0] * 2}` for a brace that is meant"
            raise BadMessage(text, match.start())
    if end < len(message):
        yield Part(message[end:], is_name=False, start=end)


def filled(message: tuple[Part, ...], value_of: Callable[[str], str]) -> str:
    """The message with values in place of names."""
    return "".join(_cut(value_of(part.text)) if part.is_name else part.text for part in message)


def _cut(value: str) -> str:
    """A value on one line, cut if it is long."""
    line = " ".join(value[: 10 * _LONGEST].split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."
