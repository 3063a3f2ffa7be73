"""What services name: each other, and what is declared at top level.

https://docs.docker.com/reference/compose-file/services/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.compose.mounts import is_path
from dockerlint.compose.nodes import Mapping, Scalar, Sequence
from dockerlint.compose.places import pinned
from dockerlint.compose.services import Service
from dockerlint.compose.values import Section, Value, is_null
from dockerlint.source import Text

_SHARED = ("network_mode", "ipc", "pid", "uts")
_SERVICE = "service:"


class Reference(NamedTuple):
    """A name that a service uses. `kind` is `service`, or the top-level key that the name must stand under.

    `key` is the key of the service that the name stands under, as in `networks` or `build.secrets`.
    """

    kind: str
    key: str
    name: Value


def needed_services(service: Service) -> Iterator[Reference]:
    """The services that must run for this one, by any key but that of its build."""
    settings = service.settings
    for value in settings.texts("volumes_from"):
        if not value.text.startswith("container:"):
            yield Reference("service", "volumes_from", _before_colon(value))
    for value in settings.texts("links"):
        yield Reference("service", "links", _before_colon(value) if value.text.count(":") < 2 else value)
    for key in _SHARED:
        shared = settings.text(key) if key in service.node else None
        if shared is not None and shared.text.startswith(_SERVICE):
            yield Reference("service", key, shared.part(len(_SERVICE), len(shared.text)))
    for dependency in service.depends_on:
        yield Reference("service", "depends_on", _value(dependency.name))


def used_services(service: Service) -> Iterator[Reference]:
    """The services that its image is built from."""
    if service.build is None or not isinstance(service.build.node, Mapping):
        return
    build = Section(f"the build of {service.settings.name}", service.build.node, service.settings.reader)
    for _, value in build.assignments("additional_contexts"):
        if value is not None and value.text.startswith(_SERVICE):
            yield Reference("service", "additional_contexts", value.part(len(_SERVICE), len(value.text)))


def declared_things(service: Service) -> Iterator[Reference]:
    """The networks, volumes, secrets, configs and models that a service uses."""
    settings = service.settings
    for kind in ("networks", "models"):
        yield from (Reference(kind, kind, value) for value in _names(settings, kind))
    for volume in service.volumes:
        source = volume.source
        is_name = volume.kind == "volume" or (volume.kind is None and source is not None and not is_path(source.text))
        if source is not None and is_name and source.text:
            yield Reference("volumes", "volumes", source)
    for kind in ("secrets", "configs"):
        yield from (Reference(kind, kind, value) for value in granted(settings, kind))
    if service.build is not None and isinstance(service.build.node, Mapping):
        build = Section(f"the build of {settings.name}", service.build.node, settings.reader)
        yield from (Reference("secrets", "build.secrets", value) for value in granted(build, "secrets"))


def _names(settings: Section, key: str) -> Iterator[Value]:
    """The keys of a mapping, or the items of a list."""
    node = settings.node.get(key)
    if isinstance(node, Mapping):
        yield from map(_value, node.keys)
    elif isinstance(node, Sequence):
        yield from settings.texts(key)


def granted(settings: Section, key: str) -> Iterator[Value]:
    """The names in a list of secrets or configs, in its short or long form."""
    node = settings.node.get(key)
    for item in node.items if isinstance(node, Sequence) else ():
        source = item.get("source") if isinstance(item, Mapping) else item
        if isinstance(source, Scalar) and not is_null(source):
            yield settings.reader.value(source)
        elif source is None:
            yield _value(pinned("", *item.span))


def _value(text: Text) -> Value:
    """A key as a value: nothing is replaced in it."""
    return Value(text, text)


def _before_colon(value: Value) -> Value:
    colon = value.text.find(":")
    return value if colon < 0 else value.part(0, colon)
