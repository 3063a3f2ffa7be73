"""Compose services and projects as tables.

https://docs.docker.com/reference/compose-file/
"""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.compose.nodes import Mapping
from dockerlint.compose.specification import FILE
from dockerlint.compose.specification_services import SERVICE
from dockerlint.lint.policy.facts import UNKNOWN, Fact, One, Place, Table, Thing, text
from dockerlint.lint.policy.nodes import NodeReader
from dockerlint.project.containers import Container, Stack
from dockerlint.source import Span


def of_container(container: Container) -> Iterator[Thing]:
    """A service."""
    yield Thing(container.service.name, _service(container))


def of_stack(stack: Stack) -> Iterator[Thing]:
    """A whole project."""
    compose = stack.compose
    if compose.root is None:
        return
    is_whole = not compose.is_fragment
    found = NodeReader(compose.reader, is_whole=is_whole).mapping(compose.root, FILE)
    entries = dict(found.entries)
    if "services" in entries:
        services = {str(one.service.name): _service(one) for one in stack.containers}
        entries["services"] = Table(services, is_whole, found.place)
    first = compose.root.entries[0].key.span if compose.root.entries else Span(compose.source, 0, 0)
    yield Thing(first, Table(entries, is_whole))


def _service(container: Container) -> Table:
    """What is known of a service; of one that is only a part of the whole nothing is surely not set."""
    service = container.service
    is_whole = not (container.compose.is_fragment or service.is_partial)
    found = NodeReader(service.settings.reader, is_whole=is_whole).mapping(service.node, SERVICE)
    entries = {**found.entries, "name": text(service.name)}
    if "environment" in service.node or container.env_files:
        entries["environment"] = _environment(container, is_whole=is_whole)
    if "label_file" in service.node:
        # What stands in these files nobody looks up.
        labels = found.entries.get("labels")
        entries["labels"] = Table(labels.entries if isinstance(labels, Table) else {}, is_whole=False)
    return Table(entries, is_whole, service.name)


def _environment(container: Container, *, is_whole: bool) -> Table:
    """The variables that `environment` and env files set."""
    environment = container.environment
    found: dict[str, Fact] = {}
    for setting in environment.settings:
        if setting.origin != "image":
            is_certain = environment.is_complete or setting.origin == "environment"
            known = setting.known if is_certain else None
            found[str(setting.name)] = UNKNOWN if known is None else One((known,), setting.value)
    return Table(found, environment.is_complete and is_whole, _place(container.service.node, "environment"))


def _place(node: Mapping, key: str) -> Place | None:
    entry = node.entry(key)
    return entry.value.span if entry is not None else None
