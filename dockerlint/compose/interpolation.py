"""`${VAR:-default}` in the values of a Compose file.

The environment of the process that lints is never looked at: a file means the same on every machine.
https://docs.docker.com/reference/compose-file/interpolation/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Literal, NamedTuple

from dockerlint.compose.errors import shown
from dockerlint.compose.places import pinned
from dockerlint.source import Text, join

State = Literal[
    "set",
    "default",  # not set, or empty where that counts as not set: the default stands for it
    "unset",  # replaced by nothing
    "required",  # `${VAR:?}` and not set: given by whoever runs Compose, so its value is unknown
]
_DEEPEST = 20  # defaults within defaults


class InterpolationError(NamedTuple):
    """A `$` that Compose cannot make sense of. `text` begins at the `$`."""

    message: str
    text: Text


class Variable(NamedTuple):
    """One use of a variable.

    `text` is all of it, from the `$` on, `default` its default or alternative as written. What it
    became stands from `start` to `end` in the interpolated value.
    """

    name: Text
    state: State
    text: Text
    default: Text | None
    start: int
    end: int

    @property
    def unknown(self) -> bool:
        return self.state in ("unset", "required")


class Interpolated(NamedTuple):
    """A value with its variables replaced, each character of it with its place.

    What came from a default stands where the default does; the value of a variable stands where the
    variable is named.
    """

    value: Text
    variables: tuple[Variable, ...] = ()
    errors: tuple[InterpolationError, ...] = ()

    @property
    def is_literal(self) -> bool:
        return not self.variables and not self.errors

    @property
    def unknown(self) -> bool:
        """Whether a part of the real value cannot be known from the files alone."""
        return bool(self.errors) or any(variable.unknown for variable in self.variables)


def interpolate(text: Text, environment: Mapping[str, str]) -> Interpolated:
    """Replaces the variables of a value as Docker Compose does.

    A faulty one is an error in the result and stays as it is written.
    """
    if "$" not in text:
        return Interpolated(text)
    return _interpolate(text, environment, 0)


def _interpolate(text: Text, environment: Mapping[str, str], depth: int) -> Interpolated:
    output = _Output(text)
    position = 0
    while match := _dollar().search(text, position):
        start, end = match.span()
        output.add(text.part(position, start))
        if match["name"]:
            _replace(_bare(text, start, end), text.part(start + 1, end), environment, output)
        elif match["brace"]:
            end = _closing_brace(text, start)
            _replace_braced(_bare(text, start, end), environment, output, depth)
        else:
            output.add(text.part(start, start + 1))
        position = end
    output.add(text.part(position, len(text)))
    return output.finished()


def _replace(reference: Text, name: Text, environment: Mapping[str, str], output: _Output) -> None:
    value = environment.get(name)
    state: State = "unset" if value is None else "set"
    output.variable(name, state, reference, _of_variable(value or "", reference))


def _replace_braced(reference: Text, environment: Mapping[str, str], output: _Output, depth: int) -> None:
    match = _braced().fullmatch(reference)
    if match is None or depth > _DEEPEST:
        output.error(_fault(reference, depth), reference)
        return
    name = reference.part(*match.span("name"))
    operator = match["operator"]
    if not operator:
        _replace(reference, name, environment, output)
        return
    operand = reference.part(*match.span("operand"))
    value = environment.get(name)
    given = bool(value) if operator[0] == ":" else value is not None
    state: State = "unset" if value is None else "set"
    replaced = _of_variable((value or "") if given else "", reference)
    if operator[-1] == "?" and not given:
        state = "required"
    elif given == (operator[-1] == "+"):
        state = "set" if given else "default"
        replaced = _interpolate(operand, environment, depth + 1)
    output.variable(name, state, reference, replaced, operand)


def _bare(text: Text, start: int, end: int) -> Text:
    """A part of a text without the quotes around it, even if it is all of it."""
    part = text.part(start, end)
    return Text(part, part.source, text.offset(start), text.offset(end - 1) + 1, part.runs)


def _of_variable(value: str, reference: Text) -> Interpolated:
    return Interpolated(pinned(value, reference.source, reference.start, reference.end))


def _fault(reference: Text, depth: int) -> str:
    if depth > _DEEPEST:
        return "defaults within defaults, too many to follow"
    if not reference.endswith("}"):
        return f"{shown(reference)} is never closed: write `$$` for a `$` that is meant as text"
    return f"{shown(reference)} is no variable of Compose: write {shown('$' + reference)} to leave it as text"


def _closing_brace(text: Text, start: int) -> int:
    """The end of the reference whose `${` stands at `start`; the end of the text if it is not closed."""
    depth = 0
    for match in _braces().finditer(text, start):
        depth += 1 if match[0] == "${" else -1
        if not depth:
            return match.end()
    return len(text)


class _Output:
    """What has been interpolated so far."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._pieces: list[Text] = []
        self._length = 0
        self._variables: list[Variable] = []
        self._errors: list[InterpolationError] = []

    def add(self, piece: Text) -> None:
        if piece:
            self._pieces.append(piece)
            self._length += len(piece)

    def variable(
        self, name: Text, state: State, reference: Text, replaced: Interpolated, default: Text | None = None
    ) -> None:
        start = self._length
        self.add(replaced.value)
        self._variables.append(Variable(name, state, reference, default, start, self._length))
        self._variables += (
            inner._replace(start=inner.start + start, end=inner.end + start) for inner in replaced.variables
        )
        self._errors += replaced.errors

    def error(self, message: str, reference: Text) -> None:
        self.add(reference)
        self._errors.append(InterpolationError(message, reference))

    def finished(self) -> Interpolated:
        text = self._text
        value = join(self._pieces, text.source, text.start).within(text.start, text.end)
        return Interpolated(value, tuple(self._variables), tuple(self._errors))


@cache
def _dollar() -> re.Pattern[str]:
    return re.compile(r"\$(?:\$|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<brace>\{))")


@cache
def _braces() -> re.Pattern[str]:
    return re.compile(r"\$\{|\}")


@cache
def _braced() -> re.Pattern[str]:
    return re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:(?P<operator>:?[-+?])(?P<operand>.*))?\}")
