"""A Compose project in the shape that `docker compose config --format json` prints.

https://docs.docker.com/reference/cli/docker/compose/config/
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import Any

from dockerlint.compose.config_environment import faults_of_files as faults_of_its_files
from dockerlint.compose.config_services import service_of
from dockerlint.compose.config_shapes import (
    Places,
    Scene,
    Shape,
    flag,
    items,
    known,
    options,
    path,
    plain,
    record,
    text,
    told_flag,
)
from dockerlint.compose.errors import ComposeError
from dockerlint.compose.loading import cleaned_name
from dockerlint.compose.nodes import Mapping, Node
from dockerlint.compose.services import Compose

_OBJECT: dict[str, Shape] = {
    "content": text,
    "driver": text,
    "driver_opts": options,
    "environment": text,
    "file": path,
    "labels": options,
    "name": text,
    "template_driver": text,
}
_POOL = record({"subnet": text, "ip_range": text, "gateway": text, "aux_addresses": options})
_NETWORK: dict[str, Shape] = {
    **dict.fromkeys(("attachable", "internal"), flag),
    **dict.fromkeys(("enable_ipv4", "enable_ipv6"), told_flag),
    "driver": text,
    "driver_opts": options,
    "ipam": record({"driver": text, "config": items(_POOL), "options": options}),
    "labels": options,
    "name": text,
}
_VOLUME: dict[str, Shape] = {"driver": text, "driver_opts": options, "labels": options, "name": text}
_DECLARED = {"networks": _NETWORK, "volumes": _VOLUME, "secrets": _OBJECT, "configs": _OBJECT}


def to_config(compose: Compose, places: Places) -> dict[str, Any]:
    """The project that a file describes, without its inactive services."""
    scene = _scene(compose, places)
    active = compose.active_services
    services = {str(service.name): service_of(service, scene) for service in active}
    config: dict[str, Any] = {"name": scene.project, "services": services}
    for kind, shapes in _DECLARED.items():
        names = sorted(_used(kind, services.values()))
        if names:
            config[kind] = {name: _declared(kind, name, scene, shapes) for name in names}
    for key, value in compose.root.entries if compose.root is not None else ():
        if key.text.startswith("x-"):
            config[str(key.text)] = plain(value, scene)
    printed: dict[str, Any] = _with_doubled_dollars(config)
    return printed


def faults_of_files(compose: Compose, places: Places) -> Iterator[ComposeError]:
    """The env and label files that Compose does not find or cannot read."""
    scene = _scene(compose, places)
    for service in compose.active_services:
        yield from faults_of_its_files(service, scene)


def _scene(compose: Compose, places: Places) -> Scene:
    folder = places.absolute(compose.folder)
    return Scene(compose, places, folder, compose.project_name or cleaned_name(posixpath.basename(folder)))


def _used(kind: str, services: Iterable[dict[str, Any]]) -> set[str]:
    """The names of top-level things that services use: others are not printed."""
    used = (thing for service in services for thing in service.get(kind, ()))
    if kind == "networks":
        return set(used)
    if kind == "volumes":
        return {mount["source"] for mount in used if mount["type"] == "volume" and "source" in mount}
    grants = (grant for service in services for grant in service.get("build", {}).get(kind, ()))
    return {grant["source"] for grant in (*used, *grants) if "source" in grant}


def _declared(kind: str, name: str, scene: Scene, shapes: dict[str, Shape]) -> dict[str, Any]:
    section = scene.compose.root.get(kind) if scene.compose.root is not None else None
    node = section.get(name) if isinstance(section, Mapping) else None
    found = ({"ipam": {}} if kind == "networks" else {}) | known(node, scene, shapes)
    external = node.get("external") if isinstance(node, Mapping) else None
    is_external = isinstance(external, Mapping) or scene.is_on(external)
    if is_external:
        found |= {"external": True, **known(external, scene, {"name": text})}
    if not any(isinstance(one, Mapping) and "name" in one for one in (node, external)):
        found["name"] = name if is_external else f"{scene.project}_{name}"
    if kind == "volumes":
        _locate_device(found, node, scene)
    return found


def _locate_device(found: dict[str, Any], node: Node | None, scene: Scene) -> None:
    """The folder of the host that a local volume is bound to."""
    driver_opts = found.get("driver_opts", {})
    given = node.get("driver_opts") if isinstance(node, Mapping) else None
    device = given.get("device") if isinstance(given, Mapping) else None
    if found.get("driver") == "local" and driver_opts.get("o") == "bind" and device is not None:
        driver_opts["device"] = scene.path(device)


def _with_doubled_dollars(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, dict):
        return {_with_doubled_dollars(key): _with_doubled_dollars(inner) for key, inner in value.items()}
    return [_with_doubled_dollars(inner) for inner in value] if isinstance(value, list) else value
