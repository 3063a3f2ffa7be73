"""A Compose file in the shape that `docker compose config --format json` prints.

Keys that the model does not read yet are left out, and so is what env files add to `environment`.
https://docs.docker.com/reference/cli/docker/compose/config/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any

from dockerlint.compose.commands import Command, Healthcheck
from dockerlint.compose.durations import normalised
from dockerlint.compose.mounts import Volume
from dockerlint.compose.nodes import Mapping, Node, Scalar, Sequence
from dockerlint.compose.ports import Port
from dockerlint.compose.services import Build, Compose, Service
from dockerlint.compose.values import Assignment, Reader, Value

_REMOTE = ("http://", "https://", "git://", "ssh://", "git@", "github.com/")
_TEXTS = (
    *("container_name", "domainname", "hostname", "ipc", "isolation", "mac_address", "network_mode", "pid"),
    *("platform", "pull_policy", "restart", "runtime", "stop_signal", "userns_mode", "uts", "working_dir"),
)
_LISTS = (
    *("cap_add", "cap_drop", "dns", "dns_opt", "dns_search", "expose", "external_links", "group_add", "links"),
    *("security_opt", "tmpfs", "volumes_from"),
)
_FLAGS = ("privileged", "read_only", "stdin_open", "tty")
_PROPAGATION = ("rprivate", "private", "rshared", "shared", "rslave", "slave")
_MOST_PORTS = 1024  # one entry is taken apart into; a longer range stays a range


class Places:
    """Where a project lies: its absolute folder, and the home of its user, which `~` stands for."""

    __slots__ = ("folder", "home")

    def __init__(self, folder: str, home: str) -> None:
        self.folder = folder
        self.home = home

    def absolute(self, path: str) -> str:
        if path.startswith("~"):
            return posixpath.normpath(self.home + "/" + path[1:])
        windows = path[1:3] in (":\\", ":/") or path.startswith("\\\\")
        return path if windows or path.startswith("/") else posixpath.normpath(posixpath.join(self.folder, path))


def to_config(compose: Compose, places: Places) -> dict[str, Any]:
    """The project that a file describes, without its inactive services."""
    name = project_name(compose, places.folder)
    active = [service for service in compose.services if not service.profiles]
    services = {str(service.name): _service(service, places) for service in active}
    config: dict[str, Any] = {"name": name, "services": services}
    networks = (network for service in services.values() for network in service.get("networks", ()))
    config["networks"] = _declared(compose, "networks", networks, {"ipam": {}}, name)
    mounts = (mount for service in services.values() for mount in service.get("volumes", ()))
    volumes = (mount["source"] for mount in mounts if mount["type"] == "volume" and "source" in mount)
    config["volumes"] = _declared(compose, "volumes", volumes, {}, name)
    if compose.root is not None:
        extensions = (entry for entry in compose.root.entries if entry.key.text.startswith("x-"))
        config |= {str(entry.key.text): _plain(entry.value, compose.reader) for entry in extensions}
    printed: dict[str, Any] = _with_doubled_dollars(
        {key: value for key, value in config.items() if value or key == "services"}
    )
    return printed


def project_name(compose: Compose, folder: str) -> str:
    """The `name` of the file or else that of its folder, as Compose cleans it."""
    name = compose.name.text if compose.name and compose.name.text else posixpath.basename(folder)
    return re.sub(r"[^a-z0-9_-]", "", name.lower()).lstrip("_-")


def _declared(
    compose: Compose, kind: str, used: Iterable[str], defaults: dict[str, Any], project: str
) -> dict[str, dict[str, Any]]:
    node = compose.root.get(kind) if compose.root is not None else None
    known = _plain(node, compose.reader) if isinstance(node, Mapping) else {}
    found: dict[str, dict[str, Any]] = {}
    for name in sorted(set(used)):
        own = known.get(name)
        own = {**defaults, **own} if isinstance(own, dict) else dict(defaults)
        external = own.pop("external", False)
        if external:
            own["external"] = True
        own.setdefault("name", name if external else f"{project}_{name}")
        found[name] = own | (external if isinstance(external, dict) else {})
    return found


def _service(service: Service, places: Places) -> dict[str, Any]:
    settings = service.settings
    mounts = (_volume(volume, places, settings.reader) for volume in service.volumes)
    config: dict[str, Any] = {
        "image": service.image and str(service.image.text),
        "user": service.user and str(service.user.text),
        "build": service.build and _build(service.build, places),
        "environment": _assigned(service.environment),
        "labels": {name: value or "" for name, value in _assigned(service.labels).items()},
        "ports": _unique(entry for port in service.ports for entry in _port(port, settings.reader)),
        "volumes": list({mount["target"]: mount for mount in mounts}.values()),
        "depends_on": _depends_on(service),
    }
    config |= {key: _text(settings.text(key)) for key in _TEXTS}
    config |= {key: _unique(str(value.text) for value in settings.texts(key)) for key in _LISTS}
    config |= {key: settings.flag(key) for key in _FLAGS}
    config = {key: value for key, value in config.items() if value}
    if "init" in service.node:
        config["init"] = settings.flag("init")
    config["command"] = _words(service.command)
    config["entrypoint"] = _words(service.entrypoint)
    if service.healthcheck:
        config["healthcheck"] = _healthcheck(service.healthcheck, settings.reader)
    if service.network_mode is None:
        config["networks"] = _networks(service)
    return config


def _build(build: Build, places: Places) -> dict[str, Any]:
    config: dict[str, Any] = {}
    context = "." if build.context is None else str(build.context.text)
    if context:
        config["context"] = context if context.startswith(_REMOTE) else places.absolute(context)
    if build.inline is not None:
        config["dockerfile_inline"] = str(build.inline.text)
    else:
        config["dockerfile"] = _text(build.dockerfile) or "Dockerfile"
    if args := {name: value for name, value in _assigned(build.args).items() if value is not None}:
        config["args"] = args
    if target := _text(build.target):
        config["target"] = target
    return config


def _port(port: Port, reader: Reader) -> Iterator[dict[str, Any]]:
    published = _text(port.published)
    common: dict[str, Any] = {"mode": _text(port.mode) or "ingress", "protocol": port.protocol}
    if port.host_ip is not None and port.host_ip.text:
        common["host_ip"] = str(port.host_ip.text).strip("[]")
    common |= _taken(port.node, ("name", "app_protocol"), reader)
    targets, hosts = port.target_ports, port.published_ports
    if targets is None or len(targets) > _MOST_PORTS:
        target = port.target.text
        common["target"] = int(target) if target.isdecimal() else str(target)
        yield {**common, **({"published": published} if published else {})}
    elif hosts is not None and len(hosts) == len(targets) and port.node is None:
        yield from ({**common, "target": to, "published": str(at)} for at, to in zip(hosts, targets, strict=True))
    else:
        yield from ({**common, "target": to, **({"published": published} if published else {})} for to in targets)


def _volume(volume: Volume, places: Places, reader: Reader) -> dict[str, Any]:
    config: dict[str, Any] = {"type": volume.kind or "volume", "target": posixpath.normpath(volume.target.text)}
    if source := _text(volume.source):
        config["source"] = places.absolute(source) if config["type"] == "bind" else source
    if volume.read_only:
        config["read_only"] = True
    config |= _taken(volume.node, ("bind", "volume", "image", "consistency"), reader)
    if volume.node is None and len(volume.text) > 2:  # shorter ones take another way through Compose
        config[config["type"]] = {}
    for option in volume.options:
        if option in ("z", "Z"):
            config.setdefault("bind", {})["selinux"] = str(option)
        elif option in _PROPAGATION:
            config.setdefault("bind", {})["propagation"] = str(option)
        elif option == "nocopy":
            config.setdefault("volume", {})["nocopy"] = True
    return config


def _healthcheck(healthcheck: Healthcheck, reader: Reader) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if healthcheck.kind:
        config["test"] = [healthcheck.kind, *(str(word.text) for word in healthcheck.words)]
    for key in ("interval", "timeout", "start_period", "start_interval"):
        node = healthcheck.node.get(key)
        if isinstance(node, Scalar):
            config[key] = _duration(reader.value(node).text)
    retries = healthcheck.node.get("retries")
    if isinstance(retries, Scalar) and (text := reader.value(retries).text).isdecimal():
        config["retries"] = int(text)
    if "disable" in healthcheck.node and healthcheck.kind != "NONE":
        config["disable"] = healthcheck.disabled
    return config


def _duration(text: str) -> str:
    try:
        return normalised(text)
    except ValueError:
        return str(text)


def _depends_on(service: Service) -> dict[str, Any]:
    """The services that must be there first, those that are only implied too."""
    settings = service.settings
    links = [value.text.partition(":")[0] for value in settings.texts("links")]
    shared = [_text(settings.text(key)) for key in ("network_mode", "ipc", "pid")]
    joined = [*links, *(text.removeprefix("service:") for text in shared if text.startswith("service:"))]
    taken = [value.text.partition(":")[0] for value in settings.texts("volumes_from")]
    found: dict[str, Any] = {
        **{name: {"condition": "service_started", "required": True} for name in taken if name != "container"},
        **{name: {"condition": "service_started", "required": True, "restart": True} for name in joined},
    }
    for name, condition, node in service.depends_on:
        own = _plain(node, settings.reader) if isinstance(node, Mapping) else {}
        found[str(name)] = {"condition": _text(condition) or "service_started", "required": True, **own}
    return found


def _networks(service: Service) -> dict[str, Any]:
    node = service.node.get("networks")
    if isinstance(node, Mapping) and node.keys:
        networks: dict[str, Any] = _plain(node, service.settings.reader)
        return networks
    names = [str(value.text) for value in service.settings.texts("networks")] if isinstance(node, Sequence) else []
    return dict.fromkeys(names or ["default"])


def _words(command: Command | None) -> list[str] | None:
    if command is None or command.words is None:
        return None
    return [str(word.text) for word in command.words]


def _assigned(assignments: tuple[Assignment, ...]) -> dict[str, str | None]:
    return {str(name): None if value is None else str(value.text) for name, value in assignments}


def _text(value: Value | None) -> str:
    return "" if value is None else str(value.text)


def _unique(items: Iterable[Any]) -> list[Any]:
    found: dict[str, Any] = {repr(item): item for item in items}
    return list(found.values())


def _taken(node: Mapping | None, keys: tuple[str, ...], reader: Reader) -> dict[str, Any]:
    """Some keys of a long form as they are."""
    values = {key: node.get(key) for key in keys} if node is not None else {}
    return {key: _plain(value, reader) for key, value in values.items() if value is not None}


def _plain(node: Node, reader: Reader) -> Any:
    if isinstance(node, Mapping):
        return {str(entry.key.text): _plain(entry.value, reader) for entry in node.entries}
    if isinstance(node, Sequence):
        return [_plain(item, reader) for item in node.items]
    value = node.value
    return value if isinstance(value, (bool, int, float)) or value is None else str(reader.value(node).text)


def _with_doubled_dollars(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, dict):
        return {key: _with_doubled_dollars(inner) for key, inner in value.items()}
    return [_with_doubled_dollars(inner) for inner in value] if isinstance(value, list) else value
