"""The services of the resolved project.

https://docs.docker.com/reference/compose-file/services/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dockerlint.compose.config_builds import build
from dockerlint.compose.config_environment import environment_of, labels_of
from dockerlint.compose.config_mounts import grants, volumes
from dockerlint.compose.config_resources import BLKIO, DEPLOY, devices, gpus, ulimit
from dockerlint.compose.config_shapes import (
    Scene,
    Shape,
    assigned,
    duration,
    flag,
    fraction,
    hosts,
    items,
    known,
    named,
    number,
    options,
    own_path,
    own_paths,
    record,
    size,
    text,
    texts,
    told_flag,
    told_number,
    unique_texts,
    words,
)
from dockerlint.compose.nodes import Mapping, Node, Scalar
from dockerlint.compose.ports import Port
from dockerlint.compose.references import needed_services
from dockerlint.compose.services import Service
from dockerlint.compose.values import is_null

_MOST_PORTS = 1 << 16  # of one service that ranges are taken apart into; a range beyond that stays one
_ALONE = ("volumes_from", "depends_on")  # what does not restart with the services named there


def service_of(service: Service, scene: Scene) -> dict[str, Any]:
    """A service as Compose prints it."""
    found = {"command": None, "entrypoint": None, **known(service.node, scene, _SERVICE)}
    added = {
        "environment": environment_of(service, scene),
        "labels": labels_of(service, scene),
        "ports": _ports(service, scene),
        "volumes": volumes(service, scene),
        "depends_on": _depends_on(service, scene),
    }
    found |= {key: value for key, value in added.items() if value}
    if "network_mode" not in found and "provider" not in found:
        found.setdefault("networks", {"default": None})
    if "scale" in found and "deploy" in found:
        found["deploy"].setdefault("replicas", found["scale"])
    return found


def _ports(service: Service, scene: Scene) -> list[dict[str, Any]]:
    """The ports of a service, each once; one that is published as a number is not the same as one of a text."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for port in service.ports:
        node = port.node.get("published") if port.node is not None else None
        is_number = isinstance(node, Scalar) and not isinstance(node.value, str)
        for entry in _port(port, scene, _MOST_PORTS - len(found)):
            address = entry.get("host_ip", "0.0.0.0")  # noqa: S104 (what none means)
            key = (address, entry.get("published", ""), is_number, entry.get("target"), entry["protocol"])
            found[key] = entry
    return list(found.values())


def _port(port: Port, scene: Scene, most: int) -> Iterator[dict[str, Any]]:
    published = str(port.published.text) if port.published is not None else ""
    common: dict[str, Any] = {"mode": "ingress", "protocol": port.protocol}
    if port.host_ip is not None and port.host_ip.text:
        common["host_ip"] = str(port.host_ip.text).strip("[]")
    common |= known(port.node, scene, {"mode": text, "name": text, "app_protocol": text})
    targets, hosts = port.target_ports, port.published_ports
    if targets is None or len(targets) > most:
        target = port.target.text
        common["target"] = int(target) if target.isdecimal() else str(target)
        yield {**common, **({"published": published} if published else {})}
    elif hosts is not None and len(hosts) == len(targets) and port.node is None:
        yield from ({**common, "target": to, "published": str(at)} for at, to in zip(hosts, targets, strict=True))
    else:
        entries = ({"target": to, "published": published} for to in targets)
        yield from (common | {key: value for key, value in entry.items() if value} for entry in entries)


def _depends_on(service: Service, scene: Scene) -> dict[str, Any]:
    """The services that must be there first, those that are only implied too."""
    found: dict[str, Any] = {}
    for _, key, name in needed_services(service):
        restarts = {} if key in _ALONE else {"restart": True}
        found[str(name.text)] = {"condition": "service_started", "required": True, **restarts}
    for dependency in service.depends_on:
        found[str(dependency.name)] |= known(
            dependency.node, scene, {"condition": text, "restart": flag, "required": told_flag}
        )
    return found


def _filled_texts(node: Node, scene: Scene) -> list[str] | None:
    return [one for one in unique_texts(node, scene) or () if one] or None


def _pull_policy(node: Node, scene: Scene) -> str | None:
    policy = scene.text(node)
    return "missing" if policy == "if_not_present" else policy or None


def _test(node: Node, scene: Scene) -> list[str] | None:
    return ["CMD-SHELL", scene.text(node)] if isinstance(node, Scalar) else texts(node, scene)


def _provided(node: Node, scene: Scene) -> list[str]:
    return texts(node, scene) or []


def _joined(settings: dict[str, Shape]) -> Shape:
    """What a service joins, by names; a name without settings has none."""
    shape = record(settings)

    def shaped(node: Node, scene: Scene) -> dict[str, Any] | None:
        if isinstance(node, Mapping):
            found = {str(key.text): None if is_null(value) else shape(value, scene) for key, value in node.entries}
            return found or None
        return dict.fromkeys(texts(node, scene) or ()) or None

    return shaped


_HEALTHCHECK: dict[str, Shape] = {
    "test": _test,
    **dict.fromkeys(("interval", "timeout", "start_period", "start_interval"), duration),
    "retries": told_number,
    "disable": flag,
}
_NETWORK: dict[str, Shape] = {
    **dict.fromkeys(("ipv4_address", "ipv6_address", "mac_address", "interface_name"), text),
    "aliases": unique_texts,
    "link_local_ips": texts,
    **dict.fromkeys(("priority", "gw_priority"), number),
    "driver_opts": options,
}
_HOOK: dict[str, Shape] = {
    "command": words,
    "user": text,
    "privileged": flag,
    "working_dir": text,
    "environment": assigned,
}
_HOOKS = items(record(_HOOK, command=None))
_WATCH: dict[str, Shape] = {
    "path": own_path,
    "action": text,
    "target": text,
    "exec": record(_HOOK, command=None),
    "ignore": texts,
    "include": texts,
    "initial_sync": flag,
}
_SERVICE: dict[str, Shape] = {
    **dict.fromkeys(("cgroup", "cgroup_parent", "container_name", "cpuset", "domainname", "hostname", "image"), text),
    **dict.fromkeys(("ipc", "isolation", "mac_address", "network_mode", "pid", "platform", "restart", "runtime"), text),
    **dict.fromkeys(("stop_signal", "user", "userns_mode", "uts", "working_dir"), text),
    **dict.fromkeys(("oom_kill_disable", "privileged", "read_only", "stdin_open", "tty", "use_api_socket"), flag),
    **dict.fromkeys(("attach", "init"), told_flag),
    **dict.fromkeys(("cpu_count", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime"), number),
    **dict.fromkeys(("cpu_shares", "oom_score_adj", "pids_limit"), number),
    **dict.fromkeys(("cpu_percent", "cpus"), fraction),
    **dict.fromkeys(("mem_limit", "mem_reservation", "mem_swappiness", "memswap_limit", "shm_size"), size),
    **dict.fromkeys(("cap_add", "cap_drop", "dns_search", "expose", "external_links", "links"), unique_texts),
    **dict.fromkeys(("device_cgroup_rules", "dns_opt", "group_add", "profiles", "tmpfs"), unique_texts),
    **dict.fromkeys(("security_opt", "volumes_from"), unique_texts),
    **dict.fromkeys(("annotations", "storage_opt", "sysctls"), options),
    **dict.fromkeys(("command", "entrypoint"), words),
    **dict.fromkeys(("post_start", "pre_stop"), _HOOKS),
    "blkio_config": BLKIO,
    "build": build,
    "configs": grants(),
    "credential_spec": record({"config": text, "file": text, "registry": text}),
    "deploy": DEPLOY,
    "dns": _filled_texts,
    "develop": record({"watch": items(record(_WATCH, exec={"command": None}))}),
    "devices": devices,
    "extra_hosts": hosts,
    "gpus": gpus,
    "healthcheck": record(_HEALTHCHECK),
    "label_file": own_paths,
    "logging": record({"driver": text, "options": options}),
    "models": _joined({"endpoint_var": text, "model_var": text}),
    "networks": _joined(_NETWORK),
    "provider": record({"type": text, "options": named(_provided)}),
    "pull_policy": _pull_policy,
    "scale": told_number,
    "secrets": grants("/run/secrets/"),
    "stop_grace_period": duration,
    "ulimits": named(ulimit),
}
