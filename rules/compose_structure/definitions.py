"""What is declared at top level and used by nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.compose.nodes import Entry, Mapping, Node, Scalar, Sequence
from dockerlint.compose.services import Compose, Service
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container, Stack
from dockerlint.project.neighbours import other_compose_files
from dockerlint.wording import nearest

# Top-level keys, and what one does with an entry of theirs.
_SECTIONS = {
    "volumes": ("volume", "mounted"),
    "networks": ("network", "joined"),
    "secrets": ("secret", "granted"),
    "configs": ("config", "granted"),
    "models": ("model", "used"),
}


class UnusedDefinition(Rule[Stack]):
    """A volume, network, secret, config or model is declared at top level, and no service uses it.

    Compose does not even make it. Most often the name is misspelt where it should be used, or the mount was forgotten,
    and data that should outlive the container do not.

    Use it, or delete the declaration.

    https://docs.docker.com/reference/compose-file/volumes/
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\nvolumes:\n  «pgdata»:\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    networks: [front]\nnetworks:\n  front:\n  «back»:\n"
        "secrets:\n  «s»:\n    file: s\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: ['./data:/data', 'dat:/d', 'data2:/e']\n"
        "volumes:\n  «data»:\n  data2:\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    profiles: [never]\n    volumes:\n      - vv:/v\n"
        "      - type: volume\n        source: w\n        target: /w\n    networks:\n      n:\n        aliases: [a]\n"
        "    secrets: [s]\n    configs:\n      - source: c\nvolumes: {vv: , w: }\n"
        "networks: {n: , default: {driver: bridge}}\nsecrets: {s: {file: s}}\nconfigs: {c: {file: c}}\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      secrets: [b]\n"
        "    network_mode: n\nsecrets:\n  b:\n    file: b\nnetworks:\n  n:\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: ['${V}:/v']\nvolumes:\n  data:\n  e:\n"
        "    external: true\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\nvolumes:\n  data:\n"
        "=== compose.prod.yaml\nservices:\n  web:\n    volumes: ['data:/data']\n",
        "=== compose.yaml\nvolumes:\n  data:\n",
    )

    def check(self, stack: Stack) -> Findings:
        compose = stack.compose
        if compose.is_fragment or not compose.services:
            return
        for section, (kind, verb) in _SECTIONS.items():
            used = _used(compose, section)
            for entry in _declared(compose, section) if used is not None else ():
                name = str(entry.key.text)
                if name not in (used or ()) and not _is_named_beside(name, stack):
                    reason = _reason(name, section, set(used or ()) - set(compose.declared(section)), stack)
                    yield self.finding(entry.key.text, f"the {kind} `{name}` is declared and never {verb}{reason}")


def _declared(compose: Compose, section: str) -> Iterator[Entry]:
    """What Compose would make: an external one may be declared for others to see."""
    for entry in compose.declarations(section):
        is_external = isinstance(entry.value, Mapping) and "external" in entry.value
        is_default = section == "networks" and entry.key.text == "default"
        if not is_external and not is_default and not entry.key.text.startswith("x-"):
            yield entry


def _used(compose: Compose, section: str) -> frozenset[str] | None:
    """The names of a section that services use; None if a variable hides one."""
    names: set[str] = set()
    for service in compose.services:
        found = _mounted(service) if section == "volumes" else _named(compose, service, section)
        for name in found:
            if name is None:
                return None
            names.add(name)
    return frozenset(names)


def _mounted(service: Service) -> Iterator[str | None]:
    for volume in service.volumes:
        source = volume.source
        if source is not None and any(variable.start == 0 for variable in source.variables):
            yield None  # a path by default may be a volume for whoever sets the variable
        elif source is not None and volume.kind == "volume":
            yield None if source.unknown else str(source.text)


def _named(compose: Compose, service: Service, section: str) -> Iterator[str | None]:
    build = service.node.get("build")
    nodes = [service.node.get(section), build.get(section) if isinstance(build, Mapping) else None]
    if section == "networks":
        nodes.append(service.node.get("network_mode"))
        nodes.append(build.get("network") if isinstance(build, Mapping) else None)
    for node in nodes:
        for scalar in _names(node):
            value = compose.reader.value(scalar)
            yield None if value.unknown else str(value.text)


def _names(node: Node | None) -> Iterator[Scalar]:
    """The names in a list, of mappings with a `source` too, or the keys of a mapping."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Mapping):
        yield from (entry.key for entry in node.entries)
    elif isinstance(node, Sequence):
        for item in node.items:
            source = item.get("source") if isinstance(item, Mapping) else item
            if isinstance(source, Scalar):
                yield source


def _is_named_beside(name: str, stack: Stack) -> bool:
    """Whether a Compose file that may be laid onto this one speaks of it."""
    pattern = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])")
    return any(pattern.search(source.text) for source in other_compose_files(stack))


def _reason(name: str, section: str, undeclared: set[str], stack: Stack) -> str:
    near = nearest(name, sorted(undeclared))
    if near:
        return f": did you mean it where `{near[0]}` stands?"
    bare = [one for one in stack.containers if one.data is not None and not one.service.volumes]
    meant = [one.service.name for one in bare if _may_be_for(name, one)]
    return f": `{meant[0]}` keeps its data in the container" if section == "volumes" and meant else ""


def _may_be_for(volume: str, container: Container) -> bool:
    """Whether the name of a volume speaks of a service's data: by its name, or by that of no other service."""
    others = {str(service.name) for service in container.compose.services} - {str(container.service.name)}
    return not any(name in volume for name in others)
