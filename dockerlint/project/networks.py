"""The networks of a Compose project: who shares one with whom, and by which names services find each other.

https://docs.docker.com/compose/how-tos/networking/
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from dockerlint.compose.nodes import Mapping, Scalar, Sequence
from dockerlint.compose.values import Section

if TYPE_CHECKING:
    from dockerlint.compose.services import Compose, Service

HOST = "the host's network"
LOOPBACKS = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1", "[::1]"})  # noqa: S104 -- no socket
_DEEPEST = 20


class Networks:
    """Who finds whom in a project. What nobody can tell is None."""

    def __init__(self, compose: Compose) -> None:
        self._compose = compose
        self._external: set[str] = set()
        self._real: dict[str, str | None] = {"default": "default"}
        for key in map(str, compose.declared("networks")):
            self._declare(key, compose.declaration("networks", key))

    def _declare(self, key: str, section: Section | None) -> None:
        if section is None:
            self._real[key] = key
            return
        name = section.text("name")
        if "external" in section.node and not _is_off(section.node):
            self._external.add(key)
        self._real[key] = key if name is None else None if name.unknown else str(name.text)

    def owner(self, service: Service) -> Service | None:
        """The service in whose network namespace a service lives, itself as a rule; None for one of nobody's."""
        for _ in range(_DEEPEST):
            mode = service.network_mode
            if mode is None or not mode.text.startswith("service:"):
                return service
            other = None if mode.unknown else self._compose.service(mode.text.partition(":")[2])
            if other is None:
                return None
            service = other
        return None

    def of(self, service: Service) -> frozenset[str] | None:
        """The real names of the networks that a service is in."""
        owner = self.owner(service)
        if owner is None:
            return None
        mode = owner.network_mode
        if mode is not None and mode.text:
            known = {"host": frozenset({HOST}), "none": frozenset[str]()}
            return None if mode.unknown else known.get(str(mode.text))
        names = {self._real.get(key) for key in self._keys(owner)}
        return None if None in names else frozenset(name for name in names if name is not None)

    def is_on_host(self, service: Service) -> bool:
        return self.of(service) == frozenset({HOST})

    def has_strangers(self, service: Service) -> bool:
        """Whether containers of other projects may be in a network of the service."""
        owner = self.owner(service)
        return owner is None or any(key in self._external for key in self._keys(owner))

    def share(self, one: Service, other: Service) -> bool | None:
        """Whether two services have a network in common."""
        mine, theirs = self.of(one), self.of(other)
        if mine is None or theirs is None:
            return None
        return not mine.isdisjoint(theirs)

    def share_namespace(self, one: Service, other: Service) -> bool:
        """Whether the two have one `localhost`."""
        return self.owner(one) is self.owner(other) or (self.is_on_host(one) and self.is_on_host(other))

    def named(self, sender: Service, host: str) -> Service | None:
        """The service that a name means in a container: one that the sender reaches before any other."""
        name = host.lower()
        linked = self._linked(sender).get(name)
        if linked is not None:
            return self._compose.service(linked)
        found = self._by_name.get(name, [])
        reached = [one for one in found if self.share(sender, one)]
        return next(iter(reached or found), None)

    @cached_property
    def _by_name(self) -> dict[str, list[Service]]:
        found: dict[str, list[Service]] = {}
        for service in self._compose.services:
            for name in self.names_of(service):
                found.setdefault(name, []).append(service)
        return found

    def is_given(self, sender: Service, host: str) -> bool:
        """Whether the sender's own `extra_hosts` or links of another project tell it where a host is."""
        owner = self.owner(sender) or sender
        given = {entry.partition("=")[0].partition(":")[0] for entry in _texts_or_keys(owner, "extra_hosts")}
        outside = {link.rpartition(":")[2] for link in _texts_or_keys(sender, "external_links")}
        return host.lower() in {name.lower() for name in given | outside}

    def names_of(self, service: Service) -> set[str]:
        """All names by which other containers find a service, in lower case as the engine's name server compares."""
        names = {str(service.name), *self._aliases(service)}
        for key in ("container_name", "hostname"):
            value = service.settings.text(key)
            if value is not None and not value.unknown:
                names.add(str(value.text))
        return {name.lower() for name in names}

    def _linked(self, service: Service) -> dict[str, str]:
        pairs = (link.partition(":") for link in _texts_or_keys(service, "links"))
        return {(alias or name).lower(): name for name, _, alias in pairs}

    def _keys(self, service: Service) -> tuple[str, ...]:
        return tuple(_texts_or_keys(service, "networks")) or ("default",)

    def _aliases(self, service: Service) -> Iterator[str]:
        node = service.node.get("networks")
        for entry in node.entries if isinstance(node, Mapping) else ():
            inner = entry.value.get("aliases") if isinstance(entry.value, Mapping) else None
            for item in inner.items if isinstance(inner, Sequence) else ():
                if isinstance(item, Scalar):
                    yield str(service.settings.reader.value(item).text)


def _texts_or_keys(service: Service, key: str) -> Iterator[str]:
    """The items of a list, or the keys of a mapping."""
    node = service.node.get(key)
    if isinstance(node, Mapping):
        yield from map(str, node.keys)
    for item in node.items if isinstance(node, Sequence) else ():
        if isinstance(item, Scalar):
            yield str(service.settings.reader.value(item).text)


def _is_off(node: Mapping) -> bool:
    value = node.get("external")
    return isinstance(value, Scalar) and value.value is False
