"""Faults of services, each place of the file spoken of once, however many services an anchor brings it to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockerlint.compose.services import Service
from dockerlint.compose.values import Section
from dockerlint.dockerfile.image import Reference, parse
from dockerlint.lint.rule import Findings, Fix, Rule, Severity
from dockerlint.project.containers import Container, Stack
from dockerlint.source import Span, Text
from dockerlint.wording import listed


class Fault(NamedTuple):
    """What is wrong with a service at a place. `severity` is another one than that of the rule."""

    service: Service
    place: Text | Span
    message: str
    help: str = ""
    fix: Fix | None = None
    severity: Severity | None = None
    aliases: tuple[str, ...] | None = None


def once(rule: Rule[Stack], faults: Iterable[Fault]) -> Findings:
    """One finding for each place: that of the first service, which names the others."""
    by_place: dict[tuple[str, int, int], list[Fault]] = {}
    for fault in faults:
        by_place.setdefault((fault.place.source.path, fault.place.start, fault.place.end), []).append(fault)
    for first, *others in by_place.values():
        names = [one.service.name for one in others if one.service.name != first.service.name]
        message = f"{first.message}; the same goes for {listed(names)}" if names else first.message
        yield rule.finding(
            first.place,
            message,
            help=first.help,
            fix=None if names else first.fix,
            severity=first.severity,
            aliases=first.aliases,
        )


def deployed(container: Container, faults: Iterable[Fault]) -> Iterator[Fault]:
    """The faults of a service that do not only hold where somebody develops."""
    return (fault for fault in faults if not container.is_development_at(fault.place))


def place_of(section: Section, key: str) -> Span | None:
    """Where the value of a key stands."""
    entry = section.entry(key)
    return entry.value.span if entry is not None else None


def image_of(container: Container) -> Reference | None:
    """The image of a service, also where a variable decides of its tag alone."""
    image = container.service.image
    if container.reference is not None or image is None or container.service.build is not None:
        return container.reference
    name = image.text.rpartition(":")[0]
    is_known = bool(name) and all(variable.start > len(name) for variable in image.variables if variable.unknown)
    return parse(name) if is_known else None


def is_whole(container: Container) -> bool:
    """Whether all of a service is known, so that what is absent is absent."""
    return not (container.compose.is_fragment or container.service.is_partial)
