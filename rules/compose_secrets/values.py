"""Where a Compose file gives values to names, and which services get them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from dockerlint.compose.nodes import Mapping, Node, Scalar, scalars
from dockerlint.compose.nodes import Sequence as ListNode
from dockerlint.compose.places import pinned
from dockerlint.compose.services import Compose, Service
from dockerlint.compose.values import Reader, Value
from dockerlint.knowledge.secrets import find_credentials, find_parameters, find_tokens
from dockerlint.project.service_kinds import file_parts, is_for_tests, speaks_of_tests
from dockerlint.source import Source, Span, Text, join
from dockerlint.wording import listed

Place = tuple[int, int]  # of a text: its source, by identity, and its start

# Lists of words that a program is started with, and of things that are no names with values.
_COMMANDS = frozenset({"command", "entrypoint", "test", "ports", "volumes", "devices", "extra_hosts", "sysctls"})


class Written(NamedTuple):
    """A name with its value, wherever it is written; `key` is that of the block, such as `environment` or `labels`.

    One that an anchor brings to several services is one.
    """

    name: Text
    value: Value
    scalar: Scalar
    key: str
    services: list[Service]

    @property
    def owners(self) -> str:
        """The services that get it, ready for a message: ` of `web``; nothing where none does."""
        return f" of {listed(service.name for service in self.services)}" if self.services else ""

    @property
    def is_for_tests(self) -> bool:
        """Whether only a test run ever gets it."""
        return only_tests(self.services, self.name.source)


def only_tests(services: Sequence[Service], source: Source) -> bool:
    """Whether all services are for tests; without any, whether the file is."""
    if services:
        return all(is_for_tests(service) for service in services)
    return speaks_of_tests(file_parts(source.path))


@lru_cache(maxsize=1)
def written_values(compose: Compose) -> tuple[Written, ...]:
    """Every named value of a project once, those too that another file overrides."""
    owners = _owners(compose)
    return tuple(
        one._replace(services=owners.get(_last_place(one.scalar), []))
        for tree in compose.trees
        for one in _named(tree, compose.reader)
    )


@lru_cache(maxsize=1)
def _owners(compose: Compose) -> dict[Place, list[Service]]:
    """The services that each value reaches."""
    owners: dict[Place, list[Service]] = {}
    for service in compose.services:
        for scalar in scalars(service.node):
            owners.setdefault(_last_place(scalar), []).append(service)
    return owners


def _last_place(scalar: Scalar) -> Place:
    """Where a value ends: the same for an item `NAME=value` as for the value alone, which merging makes of it."""
    text = scalar.text
    return id(text.source), text.offset(len(text) - 1) if text else text.start


def place_of(text: Text) -> Place:
    return id(text.source), text.start


def _named(root: Mapping, reader: Reader) -> Iterator[Written]:
    """The names with a value below a node: keys of mappings, and `NAME=value` in lists."""
    seen: set[int] = set()
    waiting: list[tuple[Node, str]] = [(root, "")]
    while waiting:
        node, key = waiting.pop()
        if id(node) in seen or isinstance(node, Scalar):
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            waiting += [(entry.value, str(entry.key.text)) for entry in node.entries]
            for entry in node.entries:
                if isinstance(entry.value, Scalar) and entry.value.value is not None:
                    yield Written(entry.key.text, reader.value(entry.value), entry.value, key, [])
        else:
            waiting += [(item, key) for item in node.items]
            yield from _in_list(node, key, reader)


def _in_list(node: ListNode, key: str, reader: Reader) -> Iterator[Written]:
    if key in _COMMANDS:
        return
    for item in node.items:
        if isinstance(item, Scalar) and "=" in item.text:
            value = reader.value(item)
            match = _assignment().match(value.text)
            if match:
                name, rest = value.text.part(0, match.end(1)), value.part(match.end(), len(value.text))
                yield Written(name, rest, item, key, [])


@cache
def _assignment() -> re.Pattern[str]:
    return re.compile(r"([A-Za-z_][\w.-]*)=")


def mappings(root: Mapping) -> Iterator[Mapping]:
    """A mapping and all those below it."""
    seen: set[int] = set()
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen or isinstance(node, Scalar):
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            yield node
        waiting += (entry.value for entry in node.entries) if isinstance(node, Mapping) else node.items


class Owned(NamedTuple):
    """A value of any kind, with the services that it reaches."""

    value: Value
    services: list[Service]


@lru_cache(maxsize=1)
def all_values(compose: Compose) -> tuple[Owned, ...]:
    """Every scalar of a project once, named or not."""
    owners = _owners(compose)
    return tuple(
        Owned(compose.reader.value(scalar), owners.get(_last_place(scalar), []))
        for tree in compose.trees
        for scalar in scalars(tree)
    )


def section_of(compose: Compose, place: Span) -> str:
    """The key of the services in which a place stands, ready for a message; `the file` outside of all."""
    found: dict[str, list[Service]] = {}
    for service in compose.services:
        for entry in service.node.entries:
            if entry.value.span.holds(place):
                found.setdefault(str(entry.key.text), []).append(service)
    key = next(iter(found), None)
    return "the file" if key is None else f"`{key}` of {listed(service.name for service in found[key])}"


def as_told(value: Value) -> Text:
    """What the file says of a value: text with `${NAME}` where a variable is put in, whatever that became."""
    if value.is_literal:
        return value.text
    pieces: list[Text] = []
    position = 0
    for variable in value.variables:
        if variable.start >= position:  # else it stands in the default of another
            place = variable.text
            pieces += value.text.part(position, variable.start), pinned(f"${{{variable.name}}}", *place.span)
            position = variable.end
    pieces.append(value.text.part(position, len(value.text)))
    return join(pieces, value.text.source, value.text.start)


def speaks_otherwise(value: str, name: str) -> bool:
    """Whether a rule that knows better speaks of a value: of a token, or of a URL."""
    finders: tuple[Callable[[], Iterator[object]], ...] = (
        lambda: find_tokens(value, name),
        lambda: find_credentials(value),
        lambda: find_parameters(value),
    )
    return any(any(True for _ in find()) for find in finders)
