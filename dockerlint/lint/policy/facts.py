"""What is known of a thing: values with the places where they are written, three-valued.

A value that nobody can tell is UNKNOWN; one that surely is not set is NOTHING.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple, TypeAlias

from dockerlint.lint.policy.globs import fits, is_glob
from dockerlint.source import Span, Text

Place: TypeAlias = "Text | Span"
Fact: TypeAlias = "One | Several | Table | Missing"


class Missing(Enum):
    """Why there is no value."""

    NOTHING = "nothing"
    UNKNOWN = "unknown"


NOTHING = Missing.NOTHING
UNKNOWN = Missing.UNKNOWN


class One(NamedTuple):
    """A single value. `forms` are all texts that mean it, that which is shown first; `place` where it is written."""

    forms: tuple[str, ...]
    place: Place | None = None


class Several(NamedTuple):
    """Any number of values; unless it `is_whole`, there may be more."""

    items: tuple[Fact, ...]
    is_whole: bool = True
    between: str = ", "


class Table(NamedTuple):
    """Values by name; unless it `is_whole`, there may be more. One without entries is set all the same."""

    entries: Mapping[str, Fact]
    is_whole: bool = True
    place: Place | None = None


class Thing(NamedTuple):
    """What rules look at: where it stands, and what is known of it.

    `written` is what messages show of facts that nobody knows, by their names.
    """

    place: Place
    facts: Table
    written: Mapping[str, str] = {}


EMPTY = Table({})


def one(value: str | None, place: Place | None = None) -> Fact:
    """A value that is nobody's guess where it is None."""
    return UNKNOWN if value is None else One((str(value),), place)


def text(value: Text) -> One:
    """A value as it is written."""
    return One((str(value),), value)


def flag(value: bool | None, place: Place | None = None) -> Fact:
    return UNKNOWN if value is None else One(("true" if value else "false",), place)


def table(entries: Mapping[str, Fact], *, is_whole: bool = True) -> Fact:
    """A table that is not set where it has nothing."""
    return Table(entries, is_whole) if entries or not is_whole else NOTHING


def below(fact: Table, key: str) -> Fact:
    """What a table has under a name; a glob stands for all names that it matches."""
    if is_glob(key):
        return Several(tuple(inner for name, inner in fact.entries.items() if fits(name, key)), fact.is_whole)
    return fact.entries.get(key, NOTHING if fact.is_whole else UNKNOWN)


def names_below(fact: Table, key: str) -> tuple[str, ...]:
    """The names of a table that are set and that a key, which may be a glob, stands for."""
    return tuple(name for name in fact.entries if fits(name, key)) if is_glob(key) else (key,) * (key in fact.entries)


def at(table: Table, path: str) -> Fact:
    """What dotted names lead to; names with dots in them are found too."""
    if path in table.entries:
        return table.entries[path]
    for name, rest in _splits(path):
        inner = table.entries.get(name)
        if isinstance(inner, Table):
            return at(inner, rest)
        if inner is not None:
            return inner if inner is UNKNOWN else NOTHING
    return NOTHING if table.is_whole else UNKNOWN


def _splits(path: str) -> Iterator[tuple[str, str]]:
    """A dotted path, split after its first part, after its second, ..."""
    dot = path.find(".")
    while dot >= 0:
        yield path[:dot], path[dot + 1 :]
        dot = path.find(".", dot + 1)


def place_of(fact: Fact) -> Place | None:
    """Where a value is written, or the first of several."""
    if isinstance(fact, One | Table):
        return fact.place
    if isinstance(fact, Several):
        return next((place for item in fact.items if (place := place_of(item)) is not None), None)
    return None


def shown(fact: Fact) -> str:
    """A value for a message."""
    if isinstance(fact, One):
        return fact.forms[0]
    if isinstance(fact, Several):
        return fact.between.join(map(_shown_item, fact.items)) if fact.items else _shown_rest(is_whole=fact.is_whole)
    if isinstance(fact, Table):
        return ", ".join(fact.entries) or _shown_rest(is_whole=fact.is_whole)
    return fact.value


def _shown_item(fact: Fact) -> str:
    """One of several values; of tables, which have no names there, what is in them."""
    if not isinstance(fact, Table):
        return shown(fact)
    entries = [f"{name}: {shown(inner)}" for name, inner in fact.entries.items()]
    return entries[0] if len(entries) == 1 else f"{{{', '.join(entries)}}}"


def _shown_rest(*, is_whole: bool) -> str:
    return (NOTHING if is_whole else UNKNOWN).value
