"""Variables in instructions: `$VAR`, `${VAR}`, `${VAR:-default}` and their kin.

https://docs.docker.com/reference/dockerfile/#environment-replacement
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

# Beyond these a word is a trap rather than a value: it counts as unknown.
LONGEST_VALUE = 65_536
_DEEPEST = 50
_MOST_STARS = 3

Lookup = Callable[[str], str | None]


class Expansion(NamedTuple):
    """What a word becomes.

    `value` is None when it cannot be known: a variable in it has no value that the file tells, or
    the word is one that Docker refuses. `names` are the variables that were looked up.
    """

    value: str | None
    names: tuple[str, ...]


class _Unknown(Exception):
    """A value that the file does not tell."""


def expand(word: str, lookup: Lookup, escape: str = "\\") -> Expansion:
    """Expand the variables of a word and take off its quotes and escapes.

    `lookup` gives a variable's value, or None where it has none that is known.
    """
    if "$" not in word and "'" not in word and '"' not in word and escape not in word:
        return Expansion(word, ())
    expander = _Expander(word, lookup, escape)
    try:
        value: str | None = expander.read("")
    except _Unknown:
        value = None
    return Expansion(value, tuple(dict.fromkeys(expander.names + _names(word))))


def _names(word: str) -> list[str]:
    """The variables that stand in a word, those that expansion never came to included."""
    return [match.group(1) or match.group(2) for match in _variable().finditer(word)]


def has_variable(word: str) -> bool:
    """Whether the word holds a variable that Docker would expand."""
    return "$" in word and bool(expand(word, lambda _: "").names)


@cache
def _variable() -> re.Pattern[str]:
    return re.compile(r"(?<!\\)\$(?:\{(\w+)|(\w+))")


@cache
def _braced() -> re.Pattern[str]:
    return re.compile(r"\{(\w+|[@*#?\-$!])(:?[-+?]|##?|%%?|//?|(?=}))")


@cache
def _plain() -> re.Pattern[str]:
    return re.compile(r"[^\W\d]\w*|\d+|[@*#?\-$!]")


class _Expander:
    def __init__(self, word: str, lookup: Lookup, escape: str) -> None:
        self.word = word
        self.lookup = lookup
        self.escape = escape
        self.index = 0
        self.depth = 0
        self.length = 0
        self.names: list[str] = []

    def read(self, end: str) -> str:
        """Read up to the character `end`, or the end of the word."""
        value: list[str] = []
        while self.index < len(self.word):
            character = self.word[self.index]
            if character == end:
                return "".join(value)
            self.index += 1
            if character == "'":
                value.append(self._single_quoted())
            elif character == '"':
                value.append(self._double_quoted())
            elif character == self.escape:
                value.append(self.word[self.index : self.index + 1])
                self.index += 1
            elif character == "$":
                value.append(self._dollar())
            else:
                value.append(character)
        if end:
            raise _Unknown  # Docker: missing '}'
        return "".join(value)

    def _single_quoted(self) -> str:
        end = self.word.find("'", self.index)
        if end < 0:
            raise _Unknown  # Docker refuses an open quote
        value = self.word[self.index : end]
        self.index = end + 1
        return value

    def _double_quoted(self) -> str:
        value: list[str] = []
        while self.index < len(self.word):
            character = self.word[self.index]
            self.index += 1
            if character == '"':
                return "".join(value)
            if character == self.escape and self.word[self.index : self.index + 1] in ('"', "$", self.escape):
                value.append(self.word[self.index])
                self.index += 1
            elif character == "$":
                value.append(self._dollar())
            else:
                value.append(character)
        raise _Unknown

    def _dollar(self) -> str:
        if self.word.startswith("{", self.index):
            return self._in_braces()
        match = _plain().match(self.word, self.index)
        if match is None:
            return "$"
        self.index = match.end()
        return self._known(self._value(match.group()))

    def _in_braces(self) -> str:
        match = _braced().match(self.word, self.index)
        if match is None:
            raise _Unknown  # bad substitution
        self.index = match.end()
        name, modifier = match.groups()
        value = self._value(name)
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Unknown
        argument = self.read("}")
        self.depth -= 1
        self.index += 1
        return self._modified(value, modifier, argument)

    def _modified(self, value: str | None, modifier: str, argument: str) -> str:
        counts = bool(value) if modifier.startswith(":") else value is not None
        match modifier.lstrip(":"):
            case "":
                return self._known(value)
            case "-":
                return value if counts and value is not None else argument
            case "+":
                return argument if counts else ""
            case "?" if counts and value is not None:
                return value
            case "#" | "##" | "%" | "%%" if value is not None:
                return _trimmed(value, modifier, argument)
            case "/" | "//" if value is not None:
                return _replaced(value, modifier, argument)
            case _:
                raise _Unknown

    def _value(self, name: str) -> str | None:
        self.names.append(name)
        value = self.lookup(name)
        self.length += len(value or "")
        if self.length > LONGEST_VALUE:
            raise _Unknown
        return value

    @staticmethod
    def _known(value: str | None) -> str:
        if value is None:
            raise _Unknown
        return value


def _pattern(text: str, *, is_greedy: bool) -> str:
    """BuildKit's patterns: `*`, `?` and escapes, as a regular expression.

    One with many stars could keep a regular expression busy for ever.
    """
    if text.count("*") > _MOST_STARS or len(text) > 1000:
        raise _Unknown
    parts: list[str] = []
    index = 0
    while index < len(text):
        character = text[index]
        if character == "\\" and index + 1 < len(text):
            index += 1
            parts.append(re.escape(text[index]))
        elif character == "*":
            parts.append(".*" if is_greedy else ".*?")
        else:
            parts.append("." if character == "?" else re.escape(character))
        index += 1
    return re.sub(r"(\.\*\??)+", lambda match: match.group(1), "".join(parts))


def _trimmed(value: str, modifier: str, pattern: str) -> str:
    is_longest = len(modifier) == 2
    if modifier[0] == "#":
        match = re.match(_pattern(pattern, is_greedy=is_longest), value, re.DOTALL)
        return value[match.end() :] if match else value
    if len(value) > 4096:
        raise _Unknown
    ends = range(len(value) + 1) if is_longest else range(len(value), -1, -1)
    compiled = re.compile(_pattern(pattern, is_greedy=True), re.DOTALL)
    for start in ends:
        if compiled.fullmatch(value, start):
            return value[:start]
    return value


def _replaced(value: str, modifier: str, argument: str) -> str:
    pattern, slash, replacement = argument.partition("/")
    if not slash:
        raise _Unknown
    count = 1 if modifier == "/" else 0
    return re.sub(_pattern(pattern, is_greedy=True), lambda _: replacement, value, count=count, flags=re.DOTALL)
