"""What is mounted into the containers of the resolved project: volumes, secrets and configs.

https://docs.docker.com/reference/compose-file/services/#volumes
"""

from __future__ import annotations

import posixpath
from typing import Any

from dockerlint.compose.config_shapes import Scene, Shape, flag, known, options, record, size, text, told_number
from dockerlint.compose.mounts import Volume
from dockerlint.compose.nodes import Mapping, Node, Scalar, Sequence
from dockerlint.compose.services import Service

_PROPAGATION = ("rprivate", "private", "rshared", "shared", "rslave", "slave")
_SHORTEST = 2  # characters; mounts as short as that take another way through Compose


def volumes(service: Service, scene: Scene) -> list[dict[str, Any]]:
    """The mounts of a service, by their targets: the last one on a target counts."""
    mounts = (_volume(volume, scene) for volume in service.volumes)
    return list({mount["target"]: mount for mount in mounts}.values())


def grants(default: str = "") -> Shape:
    """Secrets or configs of a service, by their targets. Those without one get it below `default`."""

    def shaped(node: Node, scene: Scene) -> list[dict[str, Any]] | None:
        found: dict[str, dict[str, Any]] = {}
        for item in node.items if isinstance(node, Sequence) else ():
            grant = known(item, scene, _GRANT) if isinstance(item, Mapping) else {"source": scene.text(item)}
            if default:
                grant.setdefault("target", default + grant.get("source", ""))
            found[grant.get("target", "/" + grant.get("source", ""))] = grant
        return list(found.values()) or None

    return shaped


def _mode(node: Node, scene: Scene) -> str | None:
    """The mode of a file in octal digits. A text has octal digits already."""
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, int):
        return f"0{value:o}"
    written = scene.text(node)
    return f"0{int(written, 8):o}" if written.isdecimal() else None


def _volume(volume: Volume, scene: Scene) -> dict[str, Any]:
    kind = volume.kind or "volume"
    target = str(volume.target.text)
    mount: dict[str, Any] = {"type": kind, "target": target}
    if "\\" not in target:
        mount["target"] = posixpath.normpath(target)
    if volume.source is not None and kind == "bind":
        mount["source"] = scene.absolute(volume.source)
    elif volume.source is not None and volume.source.text:
        mount["source"] = str(volume.source.text)
    if volume.read_only:
        mount["read_only"] = True
    if volume.node is not None:
        return mount | known(volume.node, scene, _MOUNT)
    if len(volume.text) > _SHORTEST:
        mount[kind] = {}
    for option in volume.options:
        _add_option(mount, str(option))
    return mount


def _add_option(mount: dict[str, Any], option: str) -> None:
    if option in ("z", "Z"):
        mount.setdefault("bind", {})["selinux"] = option
    elif option in _PROPAGATION:
        mount.setdefault("bind", {})["propagation"] = option
    elif option == "nocopy":
        mount.setdefault("volume", {})["nocopy"] = True


def _creates(node: Node, scene: Scene) -> bool | None:
    return None if scene.is_on(node) else False


_GRANT: dict[str, Shape] = {"source": text, "target": text, "uid": text, "gid": text, "mode": _mode}
_MOUNT: dict[str, Shape] = {
    "consistency": text,
    "bind": record({"propagation": text, "selinux": text, "recursive": text, "create_host_path": _creates}),
    "volume": record({"nocopy": flag, "subpath": text, "labels": options}),
    "tmpfs": record({"size": size, "mode": told_number}),
    "image": record({"subpath": text}),
}
