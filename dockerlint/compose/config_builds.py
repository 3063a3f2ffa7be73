"""How the images of the resolved project are built.

https://docs.docker.com/reference/compose-file/build/
"""

from __future__ import annotations

from typing import Any

from dockerlint.compose.config_mounts import grants
from dockerlint.compose.config_resources import ulimit
from dockerlint.compose.config_shapes import (
    Scene,
    Shape,
    assigned,
    flag,
    hosts,
    known,
    named,
    options,
    size,
    text,
    texts,
    unique_texts,
)
from dockerlint.compose.nodes import Mapping, Node, Scalar
from dockerlint.compose.values import Value

_REMOTE = ("github.com/", "git@")


def build(node: Node, scene: Scene) -> dict[str, Any]:
    """The build of a service. Without a context, that is the folder of the project."""
    if not isinstance(node, Mapping):
        return {**_located(node, scene), "dockerfile": "Dockerfile"}
    found = known(node, scene, _BUILD)
    context = node.get("context")
    found |= {"context": scene.folder} if context is None else _located(context, scene)
    if "dockerfile_inline" not in found and "dockerfile" not in node:
        found.setdefault("dockerfile", "Dockerfile")
    return found


def _located(context: Node, scene: Scene) -> dict[str, str]:
    value = scene.compose.reader.value(context) if isinstance(context, Scalar) else None
    return {"context": _place(value, scene)} if value is not None and value.text else {}


def _place(value: Value, scene: Scene) -> str:
    """A folder as an absolute path; a URL as it is."""
    is_remote = "://" in value.text or value.text.startswith(_REMOTE)
    return str(value.text) if is_remote else scene.own_absolute(value)


def _arguments(node: Node, scene: Scene) -> dict[str, str] | None:
    """A name without a value has that of the project's environment, or else is left out."""
    given = scene.compose.reader.scope_of(node.span.source).environment
    found = {name: given.get(name) if value is None else value for name, value in (assigned(node, scene) or {}).items()}
    return {name: value for name, value in found.items() if value is not None} or None


def _contexts(node: Node, scene: Scene) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _values(node, scene):
        is_service = value.text.startswith("service:")
        found[name] = str(value.text) if is_service else _place(value, scene)
    return found


def _values(node: Node, scene: Scene) -> list[tuple[str, Value]]:
    reader = scene.compose.reader
    if isinstance(node, Mapping):
        return [(str(key.text), reader.value(value)) for key, value in node.entries if isinstance(value, Scalar)]
    found = []
    for item in getattr(node, "items", ()):
        value = reader.value(item)
        equals = value.text.find("=")
        found.append((str(value.text[:equals]), value.part(equals + 1, len(value.text))))
    return found


def _ssh(node: Node, scene: Scene) -> list[str] | None:
    keys = assigned(node, scene) or {}
    return [f"{name}={value}" if value else name for name, value in keys.items()] or None


_BUILD: dict[str, Shape] = {
    **dict.fromkeys(("dockerfile", "dockerfile_inline", "isolation", "network", "target"), text),
    **dict.fromkeys(("provenance", "sbom"), text),
    **dict.fromkeys(("no_cache", "privileged", "pull"), flag),
    **dict.fromkeys(("cache_from", "cache_to", "entitlements", "no_cache_filter", "platforms"), texts),
    "additional_contexts": _contexts,
    "args": _arguments,
    "extra_hosts": hosts,
    "labels": options,
    "secrets": grants(),
    "shm_size": size,
    "ssh": _ssh,
    "tags": unique_texts,
    "ulimits": named(ulimit),
}
