"""What a later file says and does not change."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from dockerlint.compose.nodes import Entry, Mapping, Node, Scalar, Sequence, scalars
from dockerlint.compose.services import Compose
from dockerlint.lint.finding import Finding
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.wording import listed

_CLEARED_BY_EMPTY = frozenset({"command", "entrypoint", "test"})
_ADDING = frozenset({"profiles", "ports", "depends_on"})


class OverrideWithoutEffect(Rule[Compose]):
    """An override leaves what it was meant to change as it is.

    Compose adds the lists and mappings of a later file to those of the earlier one. Nothing is cleared by an empty one,
    and entries that are there already are added to themselves.

    Write `!reset []` to take a value away, `!override` before the one that shall stand alone.

    https://docs.docker.com/reference/compose-file/merge/#reset-value
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  db:\n    image: x:1\n    ports: ['80:80']\n"
        "=== compose.override.yaml\nservices:\n  db:\n    «ports»: []\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: x:1\n    dns: [1.1.1.1]\n=== compose.override.yaml\n"
        "services:\n  db:\n    dns:\n      - !reset «1.1.1.1»\n    «volumes»: !reset []\n  «web»: !reset null\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: x:1\n    ports: ['80:80', '81:81']\n    environment: {A: 1}\n"
        "=== compose.override.yaml\nservices:\n  db:\n    «ports»: ['80:80', '81:81']\n    «environment»: {}\n": None,
        "=== compose.yaml\nservices:\n  base:\n    image: x:1\n    profiles: [never]\n  web:\n    extends: base\n"
        "  job:\n    extends: {service: base}\n=== compose.override.yaml\nservices:\n  «base»:\n    environment: {A: 2}\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  base:\n    image: x:1\n  web:\n    extends: base\n"
        "=== compose.override.yaml\nservices:\n  base:\n    environment: {A: 2}\n",
        "=== compose.yaml\nservices:\n  base:\n    image: x:1\n    profiles: [never]\n"
        "=== compose.override.yaml\nservices:\n  web:\n    extends: {file: compose.yaml, service: base}\n  base:\n    init: true\n",
        "=== compose.yaml\nservices:\n  db:\n    image: x:1\n    command: [a]\n    ports: ['80:80']\n"
        "=== compose.override.yaml\nservices:\n  db:\n    command: []\n    ports: !reset []\n    volumes: []\n",
        "=== compose.yaml\nservices:\n  db:\n    image: x:1\n    ports: ['80:80']\n    environment: {A: 1}\n"
        "=== compose.override.yaml\nservices:\n  db:\n    ports: ['81:81']\n    environment: {A: !reset null}\n",
        "=== compose.yaml\nservices:\n  db:\n    extends:\n      file: base.yaml\n      service: b\n"
        "=== base.yaml\nservices:\n  b:\n    image: x:1\n    ports: ['80:80']\n"
        "=== compose.override.yaml\nservices:\n  db:\n    ports: !override ['81:81']\n",
        "=== compose.yaml\nservices:\n  db:\n    image: x:1\n    ports: []\n    volumes: !reset []\n",
    )

    def check(self, compose: Compose) -> Findings:
        earlier: list[Mapping] = []
        for tree in _laid_onto_each_other(compose):
            for entry in _services(tree):
                known = [node for one in earlier for node in _nodes_of(one, entry)]
                heirs = _heirs(entry, earlier) if known and _is_only_base(entry, compose) else []
                if heirs:
                    names = listed(heirs)
                    message = (
                        f"what `{entry.key.text}` gets here does not reach {names}: `extends` comes before the merge"
                    )
                    yield self.finding(entry.key.text, message)
                if known and isinstance(entry.value, Mapping) and not any("extends" in one for one in known):
                    yield from self._of_service(entry, known)
                elif earlier and not known and entry.value.tag == "!reset" and not _includes(compose):
                    yield self._of_nothing(entry, "the project")
            earlier.append(tree)

    def _of_service(self, service: Entry, known: list[Mapping]) -> Findings:
        name = service.key.text
        for entry in service.value.entries if isinstance(service.value, Mapping) else ():
            key = str(entry.key.text)
            before = [value for one in known if (value := one.get(key)) is not None]
            if entry.value.tag in ("!reset", "!override"):
                if not before:
                    yield self._of_nothing(entry, f"`{name}`")
            elif _is_empty(entry.value) and key not in _CLEARED_BY_EMPTY and any(map(_has_something, before)):
                written = "[]" if isinstance(entry.value, Sequence) else "{}"
                message = f"`{key}: {written}` does not remove the {key} of `{name}`: `{key}: !reset {written}`"
                yield self.finding(entry.key.text, message)
            elif key in _ADDING and any(_same_texts(one, entry.value) for one in before):
                message = (
                    f"all of `{key}` stands in an earlier file too: the lists add up, or `!override` replaces them"
                )
                yield self.finding(entry.key.text, message)
            for item in entry.value.items if isinstance(entry.value, Sequence) else ():
                if item.tag == "!reset":
                    yield self.finding(item.span, f"`!reset` does nothing on one item of `{key}`: only whole keys go")

    def _of_nothing(self, entry: Entry, where: str) -> Finding:
        message = f"`{entry.value.tag}` finds no `{entry.key.text}` of {where} in an earlier file"
        return self.finding(entry.key.text, message)


def _is_only_base(entry: Entry, compose: Compose) -> bool:
    """Whether a service is off by its profile, as one is that only others make something of."""
    service = compose.service(str(entry.key.text))
    return service is not None and not compose.is_active(service)


def _heirs(base: Entry, earlier: list[Mapping]) -> list[str]:
    """The services of earlier files that extend one of their own file."""
    found: list[str] = []
    for name, node in (entry for tree in earlier for entry in _services(tree)):
        extends = node.get("extends") if isinstance(node, Mapping) else None
        if isinstance(extends, Mapping) and "file" not in extends:
            extends = extends.get("service")
        if isinstance(extends, Scalar) and extends.text == base.key.text:
            found.append(str(name.text))
    return found


def _laid_onto_each_other(compose: Compose) -> list[Mapping]:
    """The documents that are merged as files of the project; not those that others extend or include."""
    named = {posixpath.basename(scalar.text) for tree in compose.trees for scalar in _named_files(tree)}
    return [tree for tree in compose.trees if posixpath.basename(tree.span.source.path) not in named]


def _named_files(tree: Mapping) -> Iterator[Scalar]:
    include = tree.get("include")
    if include is not None:
        yield from scalars(include)
    for entry in _services(tree):
        extends = entry.value.get("extends") if isinstance(entry.value, Mapping) else None
        if isinstance(extends, Mapping):
            yield from scalars(extends)


def _includes(compose: Compose) -> bool:
    return any("include" in tree for tree in compose.trees)


def _services(tree: Mapping) -> tuple[Entry, ...]:
    services = tree.get("services")
    return services.entries if isinstance(services, Mapping) else ()


def _nodes_of(tree: Mapping, service: Entry) -> Iterator[Mapping]:
    """The service of that name in another file."""
    for entry in _services(tree):
        if entry.key.text == service.key.text and isinstance(entry.value, Mapping):
            yield entry.value


def _is_empty(node: Node) -> bool:
    if isinstance(node, Scalar):
        return False
    return not (node.items if isinstance(node, Sequence) else node.entries)


def _has_something(node: Node) -> bool:
    return isinstance(node, Scalar) or not _is_empty(node)


def _same_texts(one: Node, other: Node) -> bool:
    if not isinstance(one, Sequence) or not isinstance(other, Sequence) or not other.items:
        return False
    first, second = (
        {str(item.text) if isinstance(item, Scalar) else id(item) for item in node.items} for node in (one, other)
    )
    return first == second
