"""What the containers of the resolved project may use: devices, limits, and how they are deployed.

https://docs.docker.com/reference/compose-file/deploy/
"""

from __future__ import annotations

from typing import Any

from dockerlint.compose.config_shapes import (
    Scene,
    Shape,
    count,
    duration,
    fraction,
    items,
    known,
    number,
    options,
    record,
    size,
    text,
    texts,
    told_number,
)
from dockerlint.compose.nodes import Mapping, Node, Sequence


def devices(node: Node, scene: Scene) -> list[dict[str, Any]] | None:
    """Devices of the host, by their targets: the last one on a target counts."""
    found = [_device(item, scene) for item in node.items] if isinstance(node, Sequence) else []
    return list({device.get("target"): device for device in found}.values()) or None


def _device(node: Node, scene: Scene) -> dict[str, Any]:
    """`SOURCE[:TARGET[:PERMISSIONS]]`, or a mapping."""
    if isinstance(node, Mapping):
        return known(node, scene, {"source": text, "target": text, "permissions": text})
    source, target, permissions, *_ = (*scene.text(node).split(":"), "", "")
    found = {"source": source, "target": target or source, "permissions": permissions or "rwm"}
    return {key: value for key, value in found.items() if value}


def gpus(node: Node, scene: Scene) -> list[dict[str, Any]] | None:
    """`all`, or a list of requests."""
    if isinstance(node, Sequence):
        return [_request(item, scene) for item in node.items] or None
    return [{"count": -1}]


def ulimit(node: Node, scene: Scene) -> Any:
    """One number for both limits, or a mapping."""
    if isinstance(node, Mapping):
        return known(node, scene, {"soft": number, "hard": number})
    return told_number(node, scene)


def _lasting(node: Node, scene: Scene) -> str | None:
    found = duration(node, scene)
    return None if found == "0s" else found


def _request(node: Node, scene: Scene) -> dict[str, Any]:
    """Devices that are asked for: all of them unless it is said which or how many."""
    found = known(node, scene, _REQUEST)
    is_told = isinstance(node, Mapping) and ("count" in node or "device_ids" in node)
    return found if is_told else {**found, "count": -1}


def _throttles(name: str, rate: Shape) -> Shape:
    """Devices with a rate or weight. Compose prints the keys of these with capitals."""

    def shaped(node: Node, scene: Scene) -> dict[str, Any]:
        return {key.capitalize(): value for key, value in known(node, scene, {"path": text, name: rate}).items()}

    return items(shaped)


_REQUEST: dict[str, Shape] = {
    "capabilities": texts,
    "count": count,
    "device_ids": texts,
    "driver": text,
    "options": options,
}
_ROLLOUT: dict[str, Shape] = {
    "parallelism": told_number,
    "delay": _lasting,
    "failure_action": text,
    "monitor": _lasting,
    "max_failure_ratio": fraction,
    "order": text,
}
_GENERIC = items(record({"discrete_resource_spec": record({"kind": text, "value": told_number})}))
_PLACEMENT: dict[str, Shape] = {
    "constraints": texts,
    "preferences": items(record({"spread": text})),
    "max_replicas_per_node": number,
}

BLKIO = record(
    {
        "weight": number,
        "weight_device": _throttles("weight", number),
        "device_read_bps": _throttles("rate", size),
        "device_read_iops": _throttles("rate", size),
        "device_write_bps": _throttles("rate", size),
        "device_write_iops": _throttles("rate", size),
    }
)
RESOURCES = record(
    {
        "limits": record({"cpus": fraction, "memory": size, "pids": number}),
        "reservations": record(
            {"cpus": fraction, "memory": size, "devices": items(_request), "generic_resources": _GENERIC}
        ),
    }
)
DEPLOY = record(
    {
        "mode": text,
        "replicas": told_number,
        "labels": options,
        "update_config": record(_ROLLOUT),
        "rollback_config": record(_ROLLOUT),
        "resources": RESOURCES,
        "restart_policy": record(
            {"condition": text, "delay": duration, "max_attempts": told_number, "window": duration}
        ),
        "placement": record(_PLACEMENT),
        "endpoint_mode": text,
    },
    placement={},
    resources={},
)
