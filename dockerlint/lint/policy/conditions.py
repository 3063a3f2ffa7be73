"""Conditions, and whether something is known to meet them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from dockerlint.lint.policy.facts import (
    EMPTY,
    NOTHING,
    UNKNOWN,
    Fact,
    One,
    Place,
    Several,
    Table,
    below,
    names_below,
    place_of,
)
from dockerlint.lint.policy.globs import fits


class OneOf(NamedTuple):
    """A value must equal one of these texts, or match it as a glob; with `or_nothing` it may not be set at all."""

    texts: tuple[str, ...]
    or_nothing: bool = False


class Below(NamedTuple):
    """What must hold of the entries of a table."""

    conditions: Conditions


Wanted: TypeAlias = "OneOf | Below"
# Names of facts, each with what is wanted of it. All must hold.
Conditions: TypeAlias = "tuple[tuple[str, Wanted], ...]"
# Of these one must hold as a whole.
Alternatives: TypeAlias = "tuple[Conditions, ...]"


class Failure(NamedTuple):
    """A fact that is not as wanted, the names that lead to it, and where it is written."""

    path: tuple[str, ...]
    fact: Fact
    wanted: Wanted
    place: Place | None = None


def meets_one(facts: Table, alternatives: Alternatives) -> bool | None:
    """Whether the conditions of one alternative hold; None where nobody can tell."""
    return _any(meets_all(facts, conditions) for conditions in alternatives)


def meets_all(facts: Table, conditions: Conditions) -> bool | None:
    """Whether all conditions hold; None where nobody can tell."""
    answers = [meets(below(facts, name), wanted) for name, wanted in conditions]
    return None if None in answers and False not in answers else all(answers)


def meets(fact: Fact, wanted: Wanted) -> bool | None:
    """Whether a fact is as wanted; of several values one must be. None where nobody can tell."""
    if fact is UNKNOWN:
        return None
    if isinstance(fact, Several):
        return _one_meets(fact, wanted)
    if isinstance(wanted, Below):
        return meets_all(fact if isinstance(fact, Table) else EMPTY, wanted.conditions)
    if isinstance(fact, Table):
        return "*" in wanted.texts if fact.entries or fact.is_whole else None
    if isinstance(fact, One):
        return any(fits(form, text) for text in wanted.texts for form in fact.forms)
    return wanted.or_nothing


def _one_meets(fact: Several, wanted: Wanted) -> bool | None:
    if not fact.items and isinstance(wanted, OneOf):
        return wanted.or_nothing if fact.is_whole else None
    answer = _any(meets(item, wanted) for item in fact.items)
    return answer if answer or fact.is_whole else None


def _any(answers: Iterable[bool | None]) -> bool | None:
    """Whether one of some answers is yes; None where only an unknown one could be."""
    is_unknown = False
    for answer in answers:
        if answer:
            return True
        is_unknown = is_unknown or answer is None
    return None if is_unknown else False


def failures(facts: Table, conditions: Conditions, above: tuple[str, ...] = ()) -> Iterator[Failure]:
    """The facts that surely are not as wanted; of tables the entries."""
    for name, wanted in conditions:
        fact, path = below(facts, name), (*above, name)
        if isinstance(wanted, Below) and (isinstance(fact, Table) or fact is NOTHING):
            yield from failures(fact if isinstance(fact, Table) else EMPTY, wanted.conditions, path)
        elif meets(fact, wanted) is False:
            yield Failure(path, fact, wanted, place_of(fact))


def strays(facts: Table, conditions: Conditions) -> Iterator[Failure]:
    """The values that are set and surely not as wanted, each of several by itself."""
    return _strays(facts, Below(conditions), (), None)


def _strays(fact: Fact, wanted: Wanted, path: tuple[str, ...], around: Place | None) -> Iterator[Failure]:
    """`around` is where the table or the list stands that the fact is in."""
    place = place_of(fact) or around
    if isinstance(fact, Several):
        for item in fact.items:
            yield from _strays(item, wanted, path, place_of(item) or around)
    elif isinstance(wanted, Below) and isinstance(fact, Table):
        for key, inner in wanted.conditions:
            for name in names_below(fact, key):
                yield from _strays(fact.entries[name], inner, (*path, name), place)
    elif fact is not NOTHING and meets(fact, wanted) is False:
        yield Failure(path, fact, wanted, place)


def places_of_match(facts: Table, conditions: Conditions) -> tuple[Place, ...]:
    """Where the first fact that conditions name is written, as far as they all hold: all values of several that fit."""
    places = (tuple(_places(below(facts, name), wanted)) for name, wanted in conditions)
    return next(filter(None, places), ())


def _places(fact: Fact, wanted: Wanted) -> Iterator[Place]:
    if isinstance(fact, Several):
        for item in fact.items:
            if meets(item, wanted):
                yield from _places(item, wanted)
        return
    found = places_of_match(fact, wanted.conditions) if isinstance(wanted, Below) and isinstance(fact, Table) else ()
    place = place_of(fact)
    yield from found or (() if place is None else (place,))


def narrowed(fact: Fact, wanted: Wanted) -> Fact:
    """A fact with no more than what is asked of it."""
    if isinstance(fact, Several):
        return fact._replace(items=tuple(narrowed(item, wanted) for item in fact.items))
    if isinstance(wanted, Below) and isinstance(fact, Table):
        return fact._replace(entries={name: narrowed(below(fact, name), inner) for name, inner in wanted.conditions})
    return fact


def allowed(wanted: Wanted) -> str:
    """What is wanted, for a message: `a, b or c`."""
    if isinstance(wanted, Below):
        return ", ".join(f"{name}: {allowed(inner)}" for name, inner in wanted.conditions)
    words = ["any value" if one == "*" else one for one in wanted.texts]
    words += ["nothing"] if wanted.or_nothing else []
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))
