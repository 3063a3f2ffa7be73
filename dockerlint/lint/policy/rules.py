"""Rules that are made of definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, islice
from typing import Any, ClassVar

from dockerlint.lint.policy import commands, images, instructions, packages, services, shipped
from dockerlint.lint.policy.conditions import (
    Failure,
    allowed,
    failures,
    meets_all,
    meets_one,
    narrowed,
    places_of_match,
    strays,
)
from dockerlint.lint.policy.definitions import FAILED, Definition
from dockerlint.lint.policy.facts import UNKNOWN, Place, Thing, at, shown
from dockerlint.lint.policy.messages import filled
from dockerlint.lint.rule import AnyRule, Findings, Rule
from dockerlint.project.build import Build
from dockerlint.project.containers import Container, Stack

# Of one thing: more nobody mends one by one.
_MOST_FAULTS = 1000

Things = Callable[[Any, tuple[str, ...]], Iterator[Thing]]

# Where the things of a kind are found, by the nodes that the engine shows.
_FINDERS: Mapping[tuple[str, type], Things] = {
    ("image", Build): images.of_build,
    ("image", Container): lambda node, _: images.of_container(node),
    ("command", Build): lambda node, _: commands.of_build(node),
    ("package", Build): lambda node, _: packages.of_build(node),
    ("instruction", Build): lambda node, _: instructions.of_build(node),
    ("label", Build): lambda node, _: instructions.labels(node),
    ("variable", Build): lambda node, _: instructions.variables(node),
    ("port", Build): lambda node, _: instructions.ports(node),
    ("shipped-image", Build): lambda node, _: shipped.of_build(node),
    ("dockerfile", Build): lambda node, _: shipped.of_file(node),
    ("service", Container): lambda node, _: services.of_container(node),
    ("compose", Stack): lambda node, _: services.of_stack(node),
}


# All rules are shown a node before the next one comes; what they look at is made once.
@lru_cache(maxsize=len(_FINDERS))
def _things(about: str, node: Build | Container | Stack, named_contexts: tuple[str, ...]) -> tuple[Thing, ...]:
    finder = _FINDERS.get((about, type(node)))
    return tuple(finder(node, named_contexts)) if finder is not None else ()


class Declared(Rule[Build | Container | Stack]):
    """A rule that does what a definition says."""

    definition: ClassVar[Definition]

    def check(self, node: Build | Container | Stack) -> Findings:
        one = self.definition
        seen: set[tuple[str, int, int, tuple[str, ...]]] = set()
        for thing in _things(one.about, node, self.settings.named_contexts):
            for place, failure in islice(_faults(one, thing), _MOST_FAULTS):
                key = (place.source.path, place.start, place.end, failure.path if failure is not None else ())
                # Several ports or packages that one word stands for are one fault.
                if key not in seen:
                    seen.add(key)
                    yield self.finding(place, _message(one, thing, failure), help=one.help)


def rule_of(definition: Definition) -> AnyRule:
    """The rule that a definition describes."""
    one = definition

    class Custom(Declared):
        __doc__ = _page(one)
        name = one.name
        chapter = "custom"
        severity = one.severity
        docs = one.docs
        bad = dict.fromkeys(one.bad)
        good = one.good
        definition = one

    return Custom


def _page(one: Definition) -> str:
    return "\n\n".join(filter(None, (one.summary, one.why, one.help, one.docs)))


def _faults(one: Definition, thing: Thing) -> Iterator[tuple[Place, Failure | None]]:
    """The faults of a thing, each where it is written: the facts that fail, or the thing itself."""
    facts = thing.facts
    if one.where and not meets_one(facts, one.where):
        return
    if one.unless and meets_one(facts, one.unless) is not False:
        return
    if not one.require and not one.only:
        for conditions in one.where:
            if meets_all(facts, conditions):
                for place in places_of_match(facts, conditions) or (thing.place,):
                    yield place, None
    for failure in chain(failures(facts, one.require), strays(facts, one.only)):
        yield failure.place or thing.place, failure


def _message(one: Definition, thing: Thing, failure: Failure | None) -> str:
    def value_of(name: str) -> str:
        if failure is None or name not in FAILED or name in thing.facts.entries:
            fact = at(thing.facts, name)
            return thing.written.get(name) or shown(fact) if fact is UNKNOWN else shown(fact)
        if name == "fact":
            return ".".join(failure.path)
        return shown(narrowed(failure.fact, failure.wanted)) if name == "value" else allowed(failure.wanted)

    return filled(one.message, value_of)
