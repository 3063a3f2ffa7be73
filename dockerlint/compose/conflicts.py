"""Keys that exclude each other, or that must say the same.

https://docs.docker.com/reference/compose-file/services/
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dockerlint.compose.errors import ComposeError
from dockerlint.compose.forms import BOOLEANS
from dockerlint.compose.nodes import Entry, Mapping, Node, Scalar, Sequence
from dockerlint.compose.services import Compose, Service
from dockerlint.compose.sizes import byte_count
from dockerlint.compose.values import Reader, Value, is_null

# With the network of another container these are not the container's own.
_OF_OWN_NETWORK = ("hostname", "links", "ports", "extra_hosts", "dns")
_SOURCES = {"secrets": ("file", "environment"), "configs": ("file", "environment", "content")}


class _Twin(NamedTuple):
    """A key of a service, and the one of `deploy` that says the same. `zero` is what counts as not given there."""

    key: str
    path: tuple[str, ...]
    number: Callable[[str], float | None]
    zero_is_none: bool = True


def _decimal(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value


_TWINS = (
    _Twin("scale", ("replicas",), _decimal, zero_is_none=False),
    _Twin("cpus", ("resources", "limits", "cpus"), _decimal),
    _Twin("mem_limit", ("resources", "limits", "memory"), byte_count),
    _Twin("pids_limit", ("resources", "limits", "pids"), _decimal),
    _Twin("mem_reservation", ("resources", "reservations", "memory"), byte_count),
)


def conflicts_of(service: Service) -> Iterator[ComposeError]:
    """What excludes each other in one service."""
    reader = service.settings.reader
    yield from _networks(service)
    yield from _build(service, reader)
    for twin in _TWINS:
        yield from _twins(service, twin, reader)
    yield from _named_replicas(service, reader)
    yield from _watches(service, reader)


def faults_even_if_off(compose: Compose) -> Iterator[ComposeError]:
    """What Compose refuses even if no service that is on has to do with it."""
    for service in compose.services:
        for path in (("gpus",), ("deploy", "resources", "reservations", "devices")):
            yield from _requests(_below(service.node, *path))
    for name, volume in _declared(compose, "volumes"):
        if not _is_external(volume, compose.reader):
            continue
        for key in ("driver", "driver_opts", "labels"):
            entry = volume.entry(key)
            if entry is not None:
                message = f"the volume `{name.key.text}` is external, so Compose takes no `{key}` for it"
                yield ComposeError("conflict", message, entry.key.span)
    for kind, keys in _SOURCES.items():
        for name, thing in _declared(compose, kind):
            yield from _sources(name, thing, keys, _is_external(thing, compose.reader))


def _declared(compose: Compose, kind: str) -> Iterator[tuple[Entry, Mapping]]:
    section = compose.root.get(kind) if compose.root is not None else None
    for entry in section.entries if isinstance(section, Mapping) else ():
        if isinstance(entry.value, Mapping):
            yield entry, entry.value


def _sources(name: Entry, thing: Mapping, keys: tuple[str, ...], is_external: bool) -> Iterator[ComposeError]:
    given = [entry for key in keys if (entry := thing.entry(key)) is not None]
    if len(given) > 1:
        both = " and ".join(f"`{entry.key.text}`" for entry in given)
        message = f"`{name.key.text}` has {both}: Compose takes one source"
        yield ComposeError("conflict", message, max((entry.key.span for entry in given), key=lambda span: span.start))
    elif not given and not is_external:
        *most, last = [f"`{key}`" for key in keys]
        yield ComposeError("conflict", f"`{name.key.text}` has no {', '.join(most)} or {last}", name.key.span)


def _is_external(thing: Mapping, reader: Reader) -> bool:
    external = thing.get("external")
    if isinstance(external, Scalar):
        return BOOLEANS.get(reader.value(external).text.lower(), False)
    return isinstance(external, Mapping)


def _networks(service: Service) -> Iterator[ComposeError]:
    mode = service.network_mode
    if mode is None or not mode.text:
        return
    networks = service.node.entry("networks")
    if networks is not None and _has_items(networks.value):
        message = f"`{service.name}` has `network_mode: {mode.text}` and `networks`: Compose takes one of them"
        if networks.key.span.source is not mode.written.source:
            message += "; `networks: !reset null` takes away those of the file before"
        yield ComposeError("conflict", message, networks.key.span)
    if mode.text.startswith(("service:", "container:")):
        for key in _OF_OWN_NETWORK:
            entry = service.node.entry(key)
            if entry is not None and not is_null(entry.value) and _has_items(entry.value):
                message = f"`{service.name}` has the network of another container, so the engine refuses `{key}`"
                yield ComposeError("conflict", message, entry.key.span, by_engine=True)


def _build(service: Service, reader: Reader) -> Iterator[ComposeError]:
    policy = service.settings.text("pull_policy") if "pull_policy" in service.node else None
    build = service.build
    if build is None:
        if policy is not None and policy.text == "build":
            message = f"`{service.name}` has `pull_policy: build` and no `build`"
            yield ComposeError("conflict", message, policy.written.span, by_engine=True)
        return
    if build.dockerfile is not None and build.dockerfile.text and build.inline is not None and build.inline.text:
        inline = build.node.entry("dockerfile_inline") if isinstance(build.node, Mapping) else None
        message = f"`{service.name}` is built from `dockerfile` and `dockerfile_inline`: Compose takes one of them"
        yield ComposeError("conflict", message, inline.key.span if inline else build.inline.written.span)
    platforms = build.node.get("platforms") if isinstance(build.node, Mapping) else None
    platform = service.settings.text("platform") if "platform" in service.node else None
    if isinstance(platforms, Sequence) and platforms.items and platform is not None and platform.text:
        named = [reader.value(item) for item in platforms.items if isinstance(item, Scalar)]
        if platform.text not in [value.text for value in named]:
            message = f"`{service.name}` runs on `{platform.text}`, for which `build.platforms` does not build it"
            is_certain = not any(value.unknown for value in (*named, platform))
            yield ComposeError("conflict", message, platform.written.span, is_certain=is_certain)


def _twins(service: Service, twin: _Twin, reader: Reader) -> Iterator[ComposeError]:
    own = _value(service.node.get(twin.key), reader)
    parent = _below(service.node, "deploy", *twin.path[:-1])
    if own is None or own.unknown or not isinstance(parent, Mapping):
        return
    other = _value(parent.get(twin.path[-1]), reader)
    here, there = twin.number(own.text), twin.number(other.text) if other is not None else 0
    is_given = other is not None or twin.zero_is_none
    if not is_given or here is None or there is None or here == there or (twin.zero_is_none and not here):
        return
    path = ".".join(("deploy", *twin.path))
    name = f"`{service.name}` has `{twin.key}: {own.text}`"
    if other is not None:
        message = f"{name} and `{path}: {other.text}`: Compose wants the same on both sides"
        yield ComposeError("conflict", message, own.written.span, is_certain=not other.unknown)
    else:
        message = f"{name}, but `{path}` is missing beside other values of `{'.'.join(('deploy', *twin.path[:-1]))}`"
        yield ComposeError("conflict", f"{message}: Compose wants it there too", own.written.span)


def _named_replicas(service: Service, reader: Reader) -> Iterator[ComposeError]:
    name = service.settings.text("container_name") if "container_name" in service.node else None
    if name is None or not name.text:
        return
    for node in (service.node.get("scale"), _below(service.node, "deploy", "replicas")):
        replicas = _value(node, reader)
        if replicas is not None and replicas.text.isdecimal() and int(replicas.text) > 1:
            message = f"`{service.name}` has `container_name: {name.text}` and {replicas.text} replicas: "
            message += "two containers cannot have one name"
            yield ComposeError("conflict", message, name.written.span)
            return


def _watches(service: Service, reader: Reader) -> Iterator[ComposeError]:
    watch = _below(service.node, "develop", "watch")
    for item in watch.items if isinstance(watch, Sequence) else ():
        action = _value(item.get("action"), reader) if isinstance(item, Mapping) else None
        target = _value(item.get("target"), reader) if isinstance(item, Mapping) else None
        if action is not None and action.text.startswith("sync") and (target is None or not target.text):
            message = f"`action: {action.text}` needs a `target`, the path in the container"
            yield ComposeError("value", message, action.written.span)


def _requests(requests: Node | None) -> Iterator[ComposeError]:
    for item in requests.items if isinstance(requests, Sequence) else ():
        ids = item.entry("device_ids") if isinstance(item, Mapping) else None
        if ids is not None and isinstance(item, Mapping) and "count" in item:
            yield ComposeError("conflict", "`count` and `device_ids` exclude each other", ids.key.span)


def _value(node: Node | None, reader: Reader) -> Value | None:
    return reader.value(node) if isinstance(node, Scalar) and not is_null(node) else None


def _below(node: Node | None, *keys: str) -> Node | None:
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _has_items(node: Node) -> bool:
    if isinstance(node, Scalar):
        return bool(node.text)
    return bool(node.items if isinstance(node, Sequence) else node.entries)
