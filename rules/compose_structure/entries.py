"""Entries that say something else than they seem to, or the same twice."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.compose.errors import shown
from dockerlint.compose.mounts import read_volumes
from dockerlint.compose.nodes import Mapping, Node, Scalar, Sequence
from dockerlint.compose.scalars import printed
from dockerlint.compose.services import Compose, Service
from dockerlint.compose.values import Reader, Section, Value
from dockerlint.lint.finding import Edit, Finding
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import deleted_item, is_shared, quoted, replaced_part
from dockerlint.source import Span, Text

from .mounts import drive_of

# Keys of a service and of its build that take names with values.
_ASSIGNING = ("environment", "labels", "annotations", "sysctls")


def _assigning(service: Service) -> Iterator[tuple[str, Node]]:
    """The parts of a service that give values to names, with the key that they stand below."""
    build = service.node.get("build")
    parts = [(service.node, key) for key in _ASSIGNING]
    if isinstance(build, Mapping):
        parts += [(build, "args"), (build, "labels")]
    for mapping, key in parts:
        node = mapping.get(key)
        if node is not None:
            yield key, node


class ValueChangedByYaml(Rule[Service]):
    """A value without quotes reaches the container as another text.

    YAML reads it as a number or a date, and Compose prints that in its own way: `0644` becomes `420`, `1.50` becomes
    `1.5`, a date gets a time.

    Put it in quotes.

    https://docs.docker.com/reference/compose-file/services/#environment
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      PYTHON_VERSION: «3.10»\n":
        '=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      PYTHON_VERSION: "3.10"\n',
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      MODE: «0644»\n      HEX: «0x10»\n"
        "    labels: {since: «2024-01-01», size: «1_000»}\n":
        '=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      MODE: "0644"\n      HEX: "0x10"\n'
        '    labels: {since: "2024-01-01", size: "1_000"}\n',
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args:\n        APP_VERSION: «1.0»\n":
        '=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args:\n        APP_VERSION: "1.0"\n',
        "=== compose.yaml\nx-env: &env\n  MODE: «017»\nservices:\n  web:\n    image: x:1\n    environment: *env\n"
        "  api:\n    image: x:1\n    environment:\n      <<: *env\n": None,
    }  # fmt: skip
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      A: '0644'\n      B: 1.10.0\n"
        "      C: 12:30\n      D: yes\n      E: 8080\n      F: 1.5\n      G: 1.0\n      H: -3\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      - MODE=0644\n      - V=3.10\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      DEBUG: true\n      EMPTY:\n",
    )

    def check(self, service: Service) -> Findings:
        for key, node in _assigning(service):
            for name, value in node.entries if isinstance(node, Mapping) else ():
                if isinstance(value, Scalar) and (changed := _changed(name.text, value)) is not None:
                    where = "the build" if key == "args" else "the container" if key == "environment" else "Docker"
                    message = f"`{name.text}: {value.text}` reaches {where} as `{changed}`: quote it"
                    edit = quoted(value)
                    fix = fix_of("quote it", edit)
                    yield self.finding(value.text, message, fix=fix)


def _changed(name: Text, scalar: Scalar) -> str | None:
    """The text that Compose makes of a number or a date, if that is another one in a way that matters."""
    value = scalar.value
    if not scalar.plain or value is None or isinstance(value, (str, bool)):
        return None
    result = printed(value)
    is_same_number = re.fullmatch(r"[-+]?\d+\.0+", scalar.text) is not None and "version" not in name.lower()
    return None if result == scalar.text or is_same_number else result


class MisreadEnvironmentEntry(Rule[Service]):
    """An entry of a list of variables or labels is read in another way than it was meant.

    In list form Compose splits at the first `=` and takes all the rest as it is: quotes inside become part of the value,
    and `KEY: value` is a variable of that name without any value.

    Write `- KEY=value`, with quotes around the whole entry if it needs any, or the mapping form `KEY: value`.

    https://docs.docker.com/reference/compose-file/services/#environment
    """

    severity = Severity.WARNING
    bad = {
        '=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      - «DEBUG="1"»\n':
        '=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      - "DEBUG=1"\n',
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      - «'KEY: value'»\n":
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      - 'KEY=value'\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    labels:\n      - «a.b='${X}'»\n      - «=x»\n"
        "      - «a = b»\n      - «c= d»\n": None,
    }  # fmt: skip
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      - \"A=1\"\n      - 'B=\"1\"'\n"
        "      - C={\"a\":1}\n      - D=\"a\" and \"b\"\n      - E=say \"x\"\n      - F=\n      - G\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      A: '\"1\"'\n      B: ' x'\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      - A = refused\n"
        "    labels:\n      - traefik.rule=Host(`a`)\n"
        "    build:\n      context: .\n      args:\n        - V=1\n",
    )  # fmt: skip

    def check(self, service: Service) -> Findings:
        for key, node in _assigning(service):
            for item in node.items if isinstance(node, Sequence) else ():
                if isinstance(item, Scalar):
                    yield from self._of_entry(item, service.settings.reader.value(item), key)

    def _of_entry(self, item: Scalar, entry: Value, key: str) -> Findings:
        name, equals, value = item.text.partition("=")
        is_refused = key in ("environment", "args")  # Compose refuses the blank itself
        if not name and equals:
            yield self.finding(item.text, "a value without a name: nothing can ask for it")
        elif not equals and re.match(r"[A-Za-z_][\w.-]*: ", name):
            variable = name.partition(":")[0]
            colon = entry.text.part(len(variable), len(variable) + 2)
            edit = replaced_part(entry, colon, "=") if not value else None
            fix = fix_of("write `=`", edit)
            message = f"in a list this is a name with a colon and a blank in it, not {variable} with a value"
            yield self.finding(item.text, message, help=f"write `{variable}=`", fix=fix)
        elif equals and name != name.rstrip() and not is_refused:
            yield self.finding(item.text, f"the blank before `=` becomes part of the name `{name}`")
        elif item.plain and _is_in_quotes(value):
            message = f"the quotes around the value of {name} become part of it: put them around the whole entry"
            yield self.finding(item.text, message, fix=_requoted(item, name, value))
        elif value[:1] == " " and value.strip() and not (is_refused and name != name.rstrip()):
            yield self.finding(item.text, f"the blank after `{name}=` becomes part of the value")


def _is_in_quotes(value: str) -> bool:
    return len(value) > 1 and value[0] in "'\"" and value[-1] == value[0] and value[0] not in value[1:-1]


def _requoted(item: Scalar, name: str, value: str) -> Fix | None:
    quote, inner = value[0], value[1:-1]
    if "$" in item.text or "\\" in item.text or not item.text.is_verbatim or is_shared(item.span):
        return None
    edit = Edit.replacing(item.text, f"{quote}{name}={inner}{quote}")
    return Fix("put the quotes around the whole entry", (edit,), is_safe=False)


class RepeatedEntry(Rule[Compose]):
    """The same entry stands twice, or two entries are meant for one place.

    Of two variables, labels or mounts for one name or path only the last counts, and Compose says nothing of the other;
    a repeated network or dependency it refuses.

    Delete the one that is not meant.

    https://docs.docker.com/reference/compose-file/services/
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  app:\n    image: x:1\n    volumes:\n      - ./seed:/data\n      - «db:/data/»\n"
        "volumes:\n  db:\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: x:1\n    environment:\n      - A=1\n      - «A=2»\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: x:1\n    cap_add:\n      - SYS_TIME\n      - «SYS_TIME»\n":
        "=== compose.yaml\nservices:\n  app:\n    image: x:1\n    cap_add:\n      - SYS_TIME\n",
        "=== compose.yaml\nservices:\n  app:\n    image: x:1\n    ports: [80, «80», '81:81', «'81:81'»]\n"
        "    secrets: [s, {source: t, target: «s»}]\nsecrets:\n  s:\n    file: s\n  t:\n    file: t\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: x:1\n    security_opt: [a:b, «a:b»]\n    external_links: [x, «x»]\n": None,
    }  # fmt: skip
    good = (
        "=== compose.yaml\nservices:\n  app:\n    image: x:1\n    environment: [A=1, B=1]\n    ports: [80, 81, 80/udp]\n"
        "    volumes: ['./a:/app', './a:/app/x']\n    expose: [80]\n",
        "=== compose.yaml\nservices:\n  app:\n    image: x:1\n    environment: [A=1]\n    volumes: ['./a:/d']\n"
        "=== compose.override.yaml\nservices:\n  app:\n    environment: [A=2]\n    volumes: ['./b:/d']\n",
        "=== compose.yaml\nservices:\n  app:\n    image: x:1\n    labels: ['${A}=1', '${B}=1']\n"
        "    volumes: ['${A}', '${B}']\n",
    )

    def check(self, compose: Compose) -> Findings:
        told: set[Span] = set()  # several services may share one list
        for section in _sections(compose):
            for again in _repeated(section):
                if again.second.place.span not in told:
                    told.add(again.second.place.span)
                    yield self._of_pair(section.name, again)
        for error in compose.errors:
            if error.kind == "repeated-item" and error.span not in told:
                yield self.finding(error.span, error.message, is_refusal=True)

    def _of_pair(self, service: str, again: _Again) -> Finding:
        first, second, key = again.first, again.second, again.key
        is_equal = first.said == second.said
        if key == "volumes" and not is_equal:
            message = (
                f"{shown(second.name)} of {service} is mounted twice; {shown(first.said)} (line {first.line}) is lost"
            )
        elif not is_equal:
            message = f"`{second.name}` stands twice in `{key}` of {service}: the first one (line {first.line}) is lost"
        else:
            refusal = ": Compose refuses the file" if key in _UNIQUE else ""
            message = f"{shown(second.name)} stands twice in `{key}` of {service} (first in line {first.line}){refusal}"
        edit = deleted_item(again.sequence, second.item) if is_equal else None
        fix = fix_of("delete the second one", edit, is_safe=True)
        return self.finding(second.place, message, fix=fix, is_refusal=key in _UNIQUE)


class _Named(NamedTuple):
    """An item of a list, and what it is an item for: two of one name meet."""

    name: str
    said: str
    place: Text
    item: Node

    @property
    def line(self) -> int:
        return self.place.line


class _Again(NamedTuple):
    first: _Named
    second: _Named
    key: str
    sequence: Sequence


# Lists in which Compose refuses two equal items, and those in which it drops the second one.
_UNIQUE = frozenset({"depends_on", "networks", "security_opt", "volumes_from", "group_add"})
_MELTING = ("cap_add", "cap_drop", "ports", "expose", "profiles", "links")


def _sections(compose: Compose) -> Iterator[Section]:
    """The services of each file as they are written there."""
    for tree in compose.trees:
        services = tree.get("services")
        for name, node in services.entries if isinstance(services, Mapping) else ():
            if isinstance(node, Mapping):
                yield Section(f"`{name.text}`", node, compose.reader)


def _repeated(service: Section) -> Iterator[_Again]:
    """Pairs of items of one list and one name."""
    for key, node in ((str(entry.key.text), entry.value) for entry in service.node.entries):
        if not isinstance(node, Sequence):
            continue
        seen: dict[str, _Named] = {}
        for named in _named(key, node, service):
            first = seen.setdefault(named.name, named)
            if first is not named:
                yield _Again(first, named, key, node)
                seen[named.name] = named


def _named(key: str, node: Sequence, service: Section) -> Iterator[_Named]:
    if key == "volumes":
        yield from _mounts(node, service)
    elif key in ("secrets", "configs"):
        yield from _granted(key, node, service.reader)
    elif key in ("environment", "labels") or key in _UNIQUE or key in _MELTING:
        for item in node.items:
            if isinstance(item, Scalar):
                text = str(item.text)
                name = text.partition("=")[0] if key in ("environment", "labels") else text
                yield _Named(name, text, item.text, item)


def _mounts(node: Sequence, service: Section) -> Iterator[_Named]:
    for volume in read_volumes(service):
        if volume.target.unknown or drive_of(volume) is not None:
            continue
        item = next((item for item in node.items if item.span.holds(volume.text.span)), None)
        if item is not None:
            said = str(volume.text) if volume.node is None else f"{volume.kind} {volume.source} {id(volume)}"
            yield _Named(posixpath.normpath(volume.target.text), said, volume.text, item)


def _granted(key: str, node: Sequence, reader: Reader) -> Iterator[_Named]:
    """Secrets and configs by the path in the container."""
    folder = "/run/secrets/" if key == "secrets" else "/"
    for item in node.items:
        source = item.get("source") if isinstance(item, Mapping) else item
        target = (item.get("target") if isinstance(item, Mapping) else None) or source
        if isinstance(source, Scalar) and isinstance(target, Scalar):
            value = reader.value(target)
            if not value.unknown:
                yield _Named(posixpath.join(folder, value.text), str(source.text), target.text, item)
