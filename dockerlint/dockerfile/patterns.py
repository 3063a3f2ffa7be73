"""Patterns of `${X#pattern}`, `${X%pattern}` and `${X/pattern/text}`: `*`, `?`, and a backslash before either.

There are no classes in brackets: `[` stands for itself.
https://docs.docker.com/reference/dockerfile/#environment-replacement
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

LONGEST_PATTERN = 1_000
# Characters of the value times those of the pattern. Beyond, a result counts as unknown.
_MOST_WORK = 4_000_000


class BadEscape(Exception):
    """A backslash at `index` before a character that needs none."""

    def __init__(self, index: int) -> None:
        self.index = index


class Pattern(NamedTuple):
    """The stretches between the stars, each a sequence of regular expressions for one character."""

    stretches: tuple[tuple[str, ...], ...]

    @property
    def has_wildcard(self) -> bool:
        return len(self.stretches) > 1 or any("." in stretch for stretch in self.stretches)

    def reversed(self) -> Pattern:
        return Pattern(tuple(stretch[::-1] for stretch in reversed(self.stretches)))


def read(text: str) -> Pattern:
    """Read a pattern. Raises BadEscape where Docker refuses it."""
    stretches: list[list[str]] = [[]]
    index = 0
    while index < len(text):
        character = text[index]
        if character == "*":
            stretches.append([])
        elif character == "?":
            stretches[-1].append(".")
        else:
            if character == "\\":
                index += 1
                character = text[index : index + 1]
                if character not in ("*", "?", "\\", "}", "/"):
                    raise BadEscape(index - 1)
            stretches[-1].append(re.escape(character))
        index += 1
    # Stars side by side are as good as one.
    inner = [stretch for stretch in stretches[1:-1] if stretch]
    outer = [stretches[0], *inner, stretches[-1]] if len(stretches) > 1 else stretches
    return Pattern(tuple(tuple(stretch) for stretch in outer))


def without_prefix(value: str, pattern: Pattern, *, is_longest: bool) -> str | None:
    """The value without its shortest or longest prefix that fits; None where that is not known."""
    if not _is_decidable(value, pattern):
        return None
    match = _expression(pattern, is_longest=is_longest, is_anchored=True).match(value)
    return value[match.end() :] if match else value


def without_suffix(value: str, pattern: Pattern, *, is_longest: bool) -> str | None:
    """The value without its shortest or longest suffix that fits; None where that is not known."""
    rest = without_prefix(value[::-1], pattern.reversed(), is_longest=is_longest)
    return None if rest is None else rest[::-1]


def with_first_replaced(value: str, pattern: Pattern, replacement: str) -> str | None:
    """The value with the first and longest match replaced; None where that is not known."""
    if not _is_decidable(value, pattern):
        return None
    match = _expression(pattern, is_longest=True, is_anchored=False).match(value)
    return f"{value[: match.start(1)]}{replacement}{value[match.end() :]}" if match else value


def with_all_replaced(value: str, pattern: Pattern, template: str, limit: int) -> str | None:
    """The value with every match replaced; None where that is not known, or more text than `limit` would be put in.

    `$0` in the template is the match, any other `$name` nothing: https://pkg.go.dev/regexp#Regexp.Expand
    """
    if not _is_decidable(value, pattern):
        return None
    parts: list[str] = []
    length = done = 0
    fill = _filler(template)
    for start, end in _matches(value, pattern):
        parts.append(value[done:start])
        # An empty match right after another one does not count.
        if end > done or start == 0:
            length += len(template) + end - start
            if length > limit:
                return None
            parts.append(fill(value[start:end]))
        done = end
    return "".join([*parts, value[done:]])


def _is_decidable(value: str, pattern: Pattern) -> bool:
    size = sum(map(len, pattern.stretches), start=len(pattern.stretches))
    # Nothing tells whether a wildcard fits the end of a line.
    return size <= LONGEST_PATTERN and len(value) * size <= _MOST_WORK and not ("\n" in value and pattern.has_wildcard)


def _expression(pattern: Pattern, *, is_longest: bool, is_anchored: bool) -> re.Pattern[str]:
    """A regular expression that finds the match from group 1 to its end, and never tries a stretch twice.

    It is enough to take each stretch where it comes first (only the last of a longest match where it comes last):
    if what follows does not fit after that, it fits after no later place either.
    """
    first, *others = ["".join(stretch) for stretch in pattern.stretches]
    parts = [f"({first})" if is_anchored else f"(?>.*?({first}))"]
    parts += [f"(?>.*?{stretch})" for stretch in others]
    if others and is_longest:
        parts[-1] = f"(?>.*{others[-1]})"
    return re.compile("".join(parts), re.DOTALL)


def _matches(value: str, pattern: Pattern) -> Iterator[tuple[int, int]]:
    expression = _expression(pattern, is_longest=True, is_anchored=False)
    position = 0
    while position <= len(value):
        match = expression.match(value, position)
        if match is None:
            break
        yield match.start(1), match.end()
        position = max(match.end(), position + 1)


def _filler(template: str) -> Callable[[str], str]:
    """What puts a match into a template."""
    if "$" not in template:
        return lambda _: template

    def filled(found: str) -> str:
        values = {"$": "$", "0": found}
        return _placeholder().sub(lambda match: values.get(match[1] or match[2] or match[3], ""), template)

    return filled


@cache
def _placeholder() -> re.Pattern[str]:
    return re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})")
