"""Keys and words of earlier days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.compose.nodes import Entry, Mapping, Node, Scalar, Sequence
from dockerlint.compose.services import Compose, Service
from dockerlint.compose.values import Value
from dockerlint.lint.finding import Edit
from dockerlint.lint.rule import Findings, Fix, Rule, Severity
from dockerlint.lint.yaml_edits import deleted_key, is_shared
from dockerlint.project.containers import Stack
from dockerlint.project.neighbours import instructions
from dockerlint.source import Span
from dockerlint.wording import listed

from .ports import has_overlay_network


class ObsoleteVersionKey(Rule[Compose]):
    """The file says which version of the Compose format it has.

    Compose has ignored it since version 2, and warns of it at each call.

    Delete the line.

    https://docs.docker.com/reference/compose-file/version-and-name/
    """

    severity = Severity.INFO
    aliases = ("no-version-field",)
    bad = {
        '=== compose.yaml\n«version»: "3.8"\n\nservices:\n  web:\n    image: x:1\n':
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n",
        "=== compose.yaml\n# of web\nservices:\n  web:\n    image: x:1\n\n«version»: '2'\n":
        "=== compose.yaml\n# of web\nservices:\n  web:\n    image: x:1\n\n",
        "=== compose.yaml\n«version»: '3' # the last one\nservices:\n  web:\n    image: x:1\n": None,
    }  # fmt: skip
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      version: '3'\n",
        "=== compose.yaml\nx-version: '3'\nservices:\n  web:\n    image: x:1\n",
    )

    def check(self, compose: Compose) -> Findings:
        for tree in compose.trees:
            entry = tree.entry("version")
            if entry is not None and isinstance(entry.value, Scalar) and isinstance(entry.value.value, str):
                span = entry.value.span
                written = span.source.text[span.start : span.end]
                message = f"`version: {written}` has no effect since Compose 2, which warns of it"
                yield self.finding(entry.key.text, message, fix=_without_version(tree, entry))


def _without_version(tree: Mapping, entry: Entry) -> Fix | None:
    edit = deleted_key(tree, "version")
    if edit is None:
        return None
    place = Span(entry.key.span.source, edit.start, edit.end)
    blank = re.compile(r"[ \t]*\r?\n").match(place.source.text, place.end)
    if tree.span.start == entry.key.span.start and blank:
        place = place._replace(end=blank.end())
    return Fix("delete the line", (Edit.replacing(place, ""),), is_safe=True)


# Words of YAML 1.1 that Compose still takes for a boolean.
_MEANT = dict.fromkeys(("yes", "on", "y"), "true") | dict.fromkeys(("no", "off", "n"), "false")
_BOOLEAN_KEYS = frozenset(
    {
        *("init", "privileged", "read_only", "stdin_open", "tty", "oom_kill_disable", "attach", "disable", "no_cache"),
        *("pull", "create_host_path", "nocopy", "internal", "attachable", "enable_ipv4", "enable_ipv6", "external"),
        *("required", "initial_sync"),
    }
)
_SECTIONS = ("services", "volumes", "networks", "secrets", "configs")
# Below these keys anything may stand.
_FREE = frozenset(
    {
        *("environment", "labels", "annotations", "args", "driver_opts", "options", "sysctls", "extra_hosts"),
        *("additional_contexts", "storage_opt"),
    }
)


class Yaml11Boolean(Rule[Compose]):
    """A boolean is written as in YAML 1.1.

    Compose takes `yes`, `no`, `on` and `off` for booleans with a warning; other readers of the file take them for text.

    Write `true` or `false`.

    https://docs.docker.com/reference/compose-file/
    """

    name = "yaml-1-1-boolean"
    severity = Severity.INFO
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    read_only: «yes»\n    tty: «\"Off\"»\n":
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    read_only: true\n    tty: false\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: [{type: volume, source: d, target: /d, read_only: «n»}]\n"
        "volumes:\n  d:\n    external: «on»\n":
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: [{type: volume, source: d, target: /d, read_only: false}]\n"
        "volumes:\n  d:\n    external: true\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    init: «${INIT:-yes}»\n": None,
    }  # fmt: skip
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    restart: no\n    init: true\n    command: [yes]\n"
        "    environment:\n      init: yes\n    labels:\n      internal: no\n",
        "=== compose.yaml\nx-any:\n  tty: yes\nservices:\n  web:\n    image: x:1\n    tty: ${TTY}\n    hostname: on\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    logging:\n      driver: x\n      options:\n        init: yes\n",
    )

    def check(self, compose: Compose) -> Findings:
        for tree in compose.trees:
            for entry in _boolean_entries(tree):
                value = compose.reader.value(entry.value) if isinstance(entry.value, Scalar) else None
                meant = _MEANT.get(value.text.lower()) if value is not None else None
                if value is not None and meant is not None and not value.unknown:
                    message = f"`{entry.key.text}: {value.text}`: write `{meant}`"
                    yield self.finding(entry.value.span, message, fix=_as_boolean(value, meant))


def _boolean_entries(tree: Mapping) -> Iterator[Entry]:
    """The entries that take a boolean, wherever Compose knows the keys."""
    seen: set[int] = set()
    waiting = [(entry.value, "") for entry in tree.entries if entry.key.text in _SECTIONS]
    while waiting:
        node, path = waiting.pop()
        if id(node) in seen or isinstance(node, Scalar):
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            waiting += ((item, path) for item in node.items)
            continue
        for entry in node.entries:
            key = str(entry.key.text)
            is_restart = key == "restart" and "/depends_on/" in path
            if isinstance(entry.value, Scalar) and (key in _BOOLEAN_KEYS or is_restart):
                yield entry
            if key not in _FREE and not key.startswith("x-"):
                waiting.append((entry.value, f"{path}/{key}"))


def _as_boolean(value: Value, meant: str) -> Fix | None:
    if not value.is_literal or is_shared(value.written.span):
        return None
    return Fix(f"write `{meant}`", (Edit.replacing(value.written, meant),), is_safe=True)


class LegacyComposeKey(Rule[Stack]):
    """A key is not needed any more, or only Docker Swarm heeds it.

    Compose reads it, but there is a plainer way, or it has no effect at all when Compose runs the project.

    Let services find each other by name instead of `links`, name volumes instead of `volumes_from`, and leave out what
    is for Swarm unless a stack is deployed from the file.

    https://docs.docker.com/reference/compose-file/services/#links
    """

    severity = Severity.INFO
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    «links»:\n      - db\n  db:\n    image: postgres:17\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    «volumes_from»: [db]\n  db:\n    image: x:1\n"
        "networks:\n  n:\n    external:\n      «name»: other\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    «external_links»: ['shop_db:db']\n"
        "  db:\n    image: x:1\n    container_name: shop_db\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    ports:\n      - target: 80\n        «mode»: host\n"
        "    secrets:\n      - source: s\n        «uid»: '1'\n    deploy:\n      «placement»:\n        constraints: [a==b]\n"
        "secrets:\n  s:\n    file: s\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    network_mode: bridge\n    links: [db]\n"
        "  db:\n    image: x:1\n    network_mode: bridge\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    deploy:\n      placement:\n        constraints: [a==b]\n"
        "    ports:\n      - target: 80\n        mode: host\n=== Makefile\nup:\n\tdocker stack deploy -c compose.yaml x\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    deploy:\n      replicas: 2\n    configs:\n"
        "      - source: c\n        mode: 0400\nconfigs:\n  c:\n    content: x\nnetworks:\n  n:\n    external: true\n    name: x\n",
    )

    def check(self, stack: Stack) -> Findings:
        found = {old.entry.key.span: old for old in (*_replaced_keys(stack.compose), *_swarm_keys(stack))}
        for old in found.values():
            yield self.finding(old.entry.key.text, old.message)


class _Old(NamedTuple):
    entry: Entry
    message: str


def _replaced_keys(compose: Compose) -> Iterator[_Old]:
    containers = {
        str(called.text): str(service.name)
        for service in compose.services
        if (called := service.settings.text("container_name")) is not None
    }
    for service in compose.services:
        for key, instead in _INSTEAD.items():
            entry = service.node.entry(key)
            if entry is not None and (key != "links" or service.network_mode is None):
                own = _own_containers(service, containers) if key == "external_links" else ""
                yield _Old(entry, f"`{key}` of `{service.name}` {own or instead}")
    for kind in ("volumes", "networks", "secrets", "configs"):
        section = compose.root.get(kind) if compose.root is not None else None
        for entry in section.entries if isinstance(section, Mapping) else ():
            external = entry.value.get("external") if isinstance(entry.value, Mapping) else None
            name = external.entry("name") if isinstance(external, Mapping) else None
            if name is not None:
                yield _Old(name, "Compose warns of `external.name`: write `external: true` and `name` beside it")


def _own_containers(service: Service, containers: dict[str, str]) -> str:
    """What to say of links to containers of the project itself."""
    linked = [str(value.text).partition(":")[0] for value in service.settings.texts("external_links")]
    own = [name for name in linked if name in containers]
    if not own or len(own) < len(linked):
        return ""
    services = listed(containers[name] for name in own)
    return f"names {listed(own)} of this project: {services} is found by the name of its service"


_INSTEAD = {
    "links": "are not needed: services of one network find each other by name",
    "volumes_from": "takes over mounts that nobody sees here: name the volumes themselves",
    "external_links": "reaches into another project: join its network with `external: true` instead",
}
_OF_SWARM = ("placement", "update_config", "rollback_config", "endpoint_mode")


def _swarm_keys(stack: Stack) -> Iterator[_Old]:
    """Settings that have no effect unless a stack is deployed."""
    found = list(_swarm_entries(stack.compose))
    if found and not has_overlay_network(stack.compose) and not _deploys_stack(stack):
        for entry, service in found:
            key = str(entry.key.text)
            yield _Old(
                entry,
                f"`{key}` has no effect: Compose leaves it to Docker Swarm, and `{service}` is not deployed there",
            )


def _swarm_entries(compose: Compose) -> Iterator[tuple[Entry, str]]:
    for service in compose.services:
        name = str(service.name)
        deploy = service.node.get("deploy")
        if isinstance(deploy, Mapping):
            yield from ((entry, name) for entry in deploy.entries if entry.key.text in _OF_SWARM)
        for port in service.ports:
            mode = port.node.entry("mode") if port.node is not None else None
            if mode is not None and port.mode is not None and port.mode.text == "host":
                yield mode, name
        for kind in ("secrets", "configs"):
            granted = service.node.get(kind)
            for item in granted.items if isinstance(granted, Sequence) else ():
                if isinstance(item, Mapping) and _is_of_file(compose, kind, item.get("source")):
                    yield from ((entry, name) for entry in item.entries if entry.key.text in ("uid", "gid", "mode"))


def _is_of_file(compose: Compose, kind: str, source: Node | None) -> bool:
    """Whether a secret or config is a file that is mounted as it is; Compose writes others itself, with owner and mode."""
    section = compose.root.get(kind) if compose.root is not None else None
    declared = section.get(source.text) if isinstance(section, Mapping) and isinstance(source, Scalar) else None
    return isinstance(declared, Mapping) and "file" in declared


def _deploys_stack(stack: Stack) -> bool:
    name = stack.compose.source.path.rpartition("/")[2].lower()
    is_named = "stack" in name or "swarm" in name
    return is_named or any(re.search(r"docker stack (?:deploy|up)\b", source.text) for source in instructions(stack))
