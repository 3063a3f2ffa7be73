"""Patterns of paths: what a line of an ignore file fits, and what a glob of COPY does.

https://docs.docker.com/build/concepts/context/#matching
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

Test = Callable[[str], object]

_SPECIAL = frozenset("*?[\\")

# The tokens of a pattern are regular expressions, of one character each but for these three.
_STAR = "[^/]*"
_FOLDERS = "(?:.*/)?"
_REST = ".*"

# Each `**` in the middle of a name doubles the work of matching.
_MOST_INNER_FOLDERS = 4

# More patterns are not worth one expression, which would be slow to make.
_MOST_JOINED = 500


class BadPatternError(ValueError):
    """Docker cannot read a pattern: the build stops. The message says why, as part of a sentence."""


def validate(pattern: str) -> None:
    """Raise BadPatternError for a cleaned ignore pattern that Docker cannot read."""
    _branches(_tokens(pattern))


class AnyOf:
    """The test whether any of some cleaned ignore patterns fits a path: in one step, for most paths fit none."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._paths: set[str] = set()
        self._names: set[str] = set()
        starts: list[str] = []
        ends: list[str] = []
        others: list[str] = []
        for pattern in patterns:
            if _SPECIAL.isdisjoint(pattern):
                self._paths.add(pattern)
            elif pattern.endswith("**") and _SPECIAL.isdisjoint(pattern[:-2]):
                starts.append(pattern[:-2])
            elif pattern.startswith("**") and _SPECIAL.isdisjoint(end := pattern[2:]):
                if end.rfind("/"):
                    ends.append(end)
                    self._paths.add(end.removeprefix("/"))
                else:
                    self._names.add(end[1:])
            else:
                others.append(pattern)
        self._starts, self._ends = tuple(starts), tuple(ends)
        self._regexes = _joined(others)

    def __call__(self, path: str) -> bool:
        return (
            path in self._paths
            or path[path.rfind("/") + 1 :] in self._names
            or path.startswith(self._starts)
            or path.endswith(self._ends)
            or any(test(path) for test in self._regexes)
        )


def _joined(patterns: list[str]) -> list[Test]:
    """The tests for patterns, as few as may be."""
    if len(patterns) > _MOST_JOINED:
        return [compile_pattern(pattern) for pattern in patterns]
    branches = [branch for pattern in dict.fromkeys(patterns) for branch in _branches(_tokens(pattern))]
    return [_compiled(branches)] if branches else []


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> Test:
    """The test for a cleaned ignore pattern. Time grows with the path's length, whatever the pattern.

    Raises BadPatternError.
    """
    if _SPECIAL.isdisjoint(pattern):
        return pattern.__eq__
    if pattern.endswith("**") and _SPECIAL.isdisjoint(prefix := pattern[:-2]):
        return lambda path: path.startswith(prefix)
    if pattern.startswith("**") and _SPECIAL.isdisjoint(suffix := pattern[2:]):
        name = suffix[1:] if suffix.startswith("/") else None
        return lambda path: path.endswith(suffix) or path == name
    return _compiled(_branches(_tokens(pattern)))


@lru_cache(maxsize=4096)
def compile_glob(pattern: str) -> Test:
    """The test for a glob as Go's `filepath.Match` reads it: of COPY and ADD, where `**` is no more than `*`.

    Raises BadPatternError.
    """
    return _compiled([_tokens(pattern, crosses_folders=False)])


def _compiled(branches: list[list[str]]) -> Test:
    return re.compile("|".join(map(_regex, branches)), re.DOTALL).fullmatch


def _tokens(pattern: str, *, crosses_folders: bool = True) -> list[str]:
    """A pattern as a list of regular expressions. Raises BadPatternError."""
    tokens: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            token, at = _wildcard(pattern, at, crosses_folders)
        elif character == "[":
            token, at = _character_class(pattern, at)
        elif character == "?":
            token, at = "[^/]", at + 1
        else:
            character, at = _character(pattern, at)
            token = re.escape(character)
        if token != _FOLDERS or tokens[-1:] != [_FOLDERS]:
            tokens.append(token)
    return tokens


def _wildcard(pattern: str, at: int, crosses_folders: bool) -> tuple[str, int]:
    """The token for the stars at this place, and where they end. Three stars are `**` and `*`."""
    if not crosses_folders:
        while pattern.startswith("*", at):
            at += 1
        return _STAR, at
    if not pattern.startswith("**", at):
        return _STAR, at + 1
    at += 3 if pattern.startswith("/", at + 2) else 2
    return (_FOLDERS if at < len(pattern) else _REST), at


def _character(pattern: str, at: int) -> tuple[str, int]:
    """The character that stands here, perhaps escaped, and where the next one begins."""
    if pattern[at] != "\\":
        return pattern[at], at + 1
    escaped = pattern[at + 1 : at + 2]
    if not escaped:
        raise BadPatternError("the backslash at the end escapes nothing")
    # On Linux and macOS Docker stops at most of these and takes `\d` for any digit; on Windows they part folders.
    if escaped.isalnum() or not escaped.isascii():
        raise BadPatternError(f"the backslash before `{escaped}` does not part folders; write `/`")
    return escaped, at + 2


def _character_class(pattern: str, at: int) -> tuple[str, int]:
    """The token for the brackets that open here, and where the next one begins."""
    at += 1
    negation = "^" if pattern.startswith("^", at) else ""
    at += len(negation)
    members = ""
    while not members or not pattern.startswith("]", at):
        low, at = _member(pattern, at)
        high = low
        if pattern.startswith("-", at):
            high, at = _member(pattern, at + 1)
        if low > high:
            raise BadPatternError(f"the range `{low}-{high}` runs backwards")
        members += f"{re.escape(low)}-{re.escape(high)}"
    return f"[{negation}{members}]", at + 1


def _member(pattern: str, at: int) -> tuple[str, int]:
    if at >= len(pattern):
        raise BadPatternError("the `[` is never closed")
    if pattern[at] in "-]":
        raise BadPatternError(f"`{pattern[at]}` stands in brackets where a character must; write `\\{pattern[at]}`")
    return _character(pattern, at)


def _branches(tokens: list[str]) -> list[list[str]]:
    """The same pattern in alternatives in which each `**` stands at the start of a name.

    For Docker `a**b` is either `ab`, or `a*/` and then `b` at the start of a name anywhere below.
    """
    branches: list[list[str]] = [[]]
    inner = 0
    for index, token in enumerate(tokens):
        if token == _FOLDERS and index and tokens[index - 1] != "/":
            inner += 1
            if inner > _MOST_INNER_FOLDERS:
                raise BadPatternError("it has too many `**` in the middle of names")
            branches += [[*branch, _STAR, "/", _FOLDERS] for branch in branches]
        else:
            branches = [[*branch, token] for branch in branches]
    return branches


def _regex(tokens: list[str]) -> str:
    """The regular expression for tokens. The atomic groups keep it from trying all ways to share a path among stars.

    All but the last `**` may settle for the first place that fits: what follows them can still be anywhere below.
    """
    first, *blocks = _split(tokens, _FOLDERS)
    regex = _block(first, is_last=not blocks)
    for number, block in enumerate(blocks, 1):
        is_last = number == len(blocks)
        part = _block(block, is_last=is_last)
        regex += f"{_FOLDERS}{part}" if is_last else f"(?>(?:.*?/)??{part})"
    return regex


def _block(tokens: list[str], *, is_last: bool) -> str:
    """Tokens without a `**`. Only the last star of a pattern must look further than the first place that fits."""
    first, *chunks = map("".join, _split(tokens, _STAR))
    for number, chunk in enumerate(chunks, 1):
        is_open = is_last and number == len(chunks)
        first += f"{_STAR}{chunk}" if is_open else f"(?>[^/]*?{chunk})"
    return first


def _split(tokens: list[str], separator: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token == separator:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts
