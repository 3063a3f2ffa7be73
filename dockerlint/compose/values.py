"""Interpolated values, and the reading of them from nodes.

Whatever has the wrong type is left out, so that one fault never hides the rest; the schema notes it.
"""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from typing import NamedTuple

from dockerlint.compose.errors import ComposeError, Kind, Repair
from dockerlint.compose.forms import BOOLEANS
from dockerlint.compose.interpolation import Interpolated, Variable, interpolate
from dockerlint.compose.nodes import Entry, Mapping, Node, Scalar, Sequence
from dockerlint.compose.places import pinned
from dockerlint.compose.scalars import printed
from dockerlint.source import Source, Span, Text

_MANY = 200  # variables of one value; which of more stand in a part of it is not looked at


class Value:
    """A text after interpolation, and what is known of how it came about.

    `text` is what Compose makes of it without any environment, an unset variable being nothing;
    `written` is what the file says there. `variables` are those that it is made with.
    """

    __slots__ = ("_broken", "text", "variables", "written")

    def __init__(self, text: Text, written: Text, variables: tuple[Variable, ...] = (), broken: bool = False) -> None:
        self.text = text
        self.written = written
        self.variables = variables
        self._broken = broken

    def __repr__(self) -> str:
        return f"Value({str(self.text)!r})"

    @classmethod
    def of(cls, written: Text, result: Interpolated) -> Value:
        return cls(result.value, written, result.variables, bool(result.errors))

    @property
    def is_literal(self) -> bool:
        """Whether the file itself says all of it."""
        return not self.variables and not self._broken

    @property
    def unknown(self) -> bool:
        """Whether the real value may be another one than `text`."""
        return self._broken or any(variable.unknown for variable in self.variables)

    @property
    def from_default(self) -> bool:
        """Whether a part of it holds only as long as nobody sets a variable."""
        return any(variable.state == "default" for variable in self.variables)

    def part(self, start: int, end: int) -> Value:
        """The characters from `start` to `end`, with the variables that touch them."""
        text = self.text.part(start, end)
        if self.is_literal:
            return Value(text, text)
        if len(self.variables) > _MANY:
            return Value(text, text, broken=self.unknown)
        inner = tuple(
            variable._replace(start=max(variable.start - start, 0), end=min(variable.end, end) - start)
            for variable in self.variables
            if variable.start <= end and start <= variable.end
        )
        if not text and inner:
            text = Text("", text.source, inner[0].text.start, inner[-1].text.end)
        first = min([text.start, *(variable.text.start for variable in inner)])
        last = max([text.end, *(variable.text.end for variable in inner)])
        return Value(text, text.source.slice(first, last), inner, self._broken)


class Assignment(NamedTuple):
    """A name, and the value given to it; None where only the name stands."""

    name: Text
    value: Value | None


class Scope(NamedTuple):
    """What holds for the text of one file: what its variables are replaced with, and where its relative paths begin."""

    environment: AbstractMapping[str, str]
    folder: str


class Reader:
    """Interpolates scalars, each once, and collects what is wrong.

    A file that is read twice, in two scopes, is two sources.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._scopes: dict[int, tuple[Source, Scope]] = {}
        self.errors: list[ComposeError] = []
        self._faulty: set[Span] = set()
        self._noted: set[tuple[Kind, Span]] = set()
        self._values: dict[int, tuple[Scalar, Value]] = {}

    def enter(self, source: Source, scope: Scope) -> None:
        """A file has a scope of its own."""
        self._scopes[id(source)] = (source, scope)  # the source too: an id is good as long as its object lives

    def scope_of(self, source: Source) -> Scope:
        known = self._scopes.get(id(source))
        return known[1] if known else self._scope

    def value(self, scalar: Scalar) -> Value:
        """The scalar as text: a number or date as Compose prints it."""
        known = self._values.get(id(scalar))
        if known:
            return known[1]
        text = scalar.text
        typed = scalar.value
        if not isinstance(typed, str) and (shown := printed(typed)) != text:
            value = Value(pinned(shown, text.source, text.start, text.end), text)
        elif "$" in text:
            result = interpolate(text, self.scope_of(text.source).environment)
            for error in result.errors:
                self.note("interpolation", error.message, error.text.span)
            value = Value.of(text, result)
        else:
            value = Value(text, text)
        self._values[id(scalar)] = (scalar, value)  # the scalar too: an id is good as long as its object lives
        return value

    def add(self, errors: tuple[ComposeError, ...]) -> None:
        """Faults of the YAML itself; what stands there has no type either."""
        self.errors += errors
        self._faulty.update(error.span for error in errors)

    def note(
        self, kind: Kind, message: str, span: Span, repair: Repair | None = None, *, is_certain: bool = True
    ) -> None:
        """Adds an error; the same one only once, however many services share the node."""
        if (kind, span) not in self._noted and span not in self._faulty:
            self._noted.add((kind, span))
            self.errors.append(ComposeError(kind, message, span, repair, is_certain=is_certain))


class Section:
    """A mapping with known keys, such as a service. `name` is what messages call it."""

    __slots__ = ("name", "node", "reader")

    def __init__(self, name: str, node: Mapping, reader: Reader) -> None:
        self.name = name
        self.node = node
        self.reader = reader

    def entry(self, key: str) -> Entry | None:
        """The key with its value; None for a key without one."""
        entry = self.node.entry(key)
        return None if entry is None or is_null(entry.value) else entry

    def text(self, key: str) -> Value | None:
        """A text. A number is taken as it is written."""
        entry = self.entry(key)
        return entry and self.text_of(entry.value)

    def text_of(self, node: Node) -> Value | None:
        return self.reader.value(node) if isinstance(node, Scalar) and node.value is not None else None

    def flag(self, key: str) -> bool | None:
        """A boolean: False if it is not there, None if nobody can tell."""
        entry = self.entry(key)
        if entry is None:
            return False
        node = entry.value
        if not isinstance(node, Scalar) or not isinstance(node.value, (bool, str)):
            return None
        value = self.reader.value(node)
        return None if value.unknown else BOOLEANS.get(value.text.lower())

    def texts(self, key: str, single: bool = True) -> tuple[Value, ...]:
        """A list of texts; with `single` one text alone will do."""
        entry = self.entry(key)
        if entry is None:
            return ()
        items: tuple[Node, ...] = (entry.value,) if single else ()
        if isinstance(entry.value, Sequence):
            items = entry.value.items
        values = (self.text_of(item) for item in items)
        return tuple(value for value in values if value is not None)

    def assignments(self, key: str) -> tuple[Assignment, ...]:
        """Names and values, of a mapping or of a list of `NAME=value`."""
        entry = self.entry(key)
        if entry is not None and isinstance(entry.value, Mapping):
            pairs = (self._pair(inner) for inner in entry.value.entries)
            return tuple(pair for pair in pairs if pair is not None)
        return tuple(_split(value) for value in self.texts(key, single=False))

    def section(self, key: str, name: str) -> Section | None:
        """The mapping below a key."""
        entry = self.entry(key)
        node = entry and entry.value
        return Section(name, node, self.reader) if isinstance(node, Mapping) else None

    def wrong(self, node: Node, message: str, kind: Kind) -> None:
        self.reader.note(kind, message, node.span)

    def _pair(self, entry: Entry) -> Assignment | None:
        if not isinstance(entry.value, Scalar):
            return None
        return Assignment(entry.key.text, None if entry.value.value is None else self.reader.value(entry.value))


def is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _split(value: Value) -> Assignment:
    equals = value.text.find("=")
    if equals < 0:
        return Assignment(value.text, None)
    return Assignment(value.text.part(0, equals), value.part(equals + 1, len(value.text)))
