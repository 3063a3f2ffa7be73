"""Secrets that a service reads but does not have."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from dockerlint.compose.nodes import Mapping, Node, Scalar
from dockerlint.compose.nodes import Sequence as ListNode
from dockerlint.compose.services import Compose, Service
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import appended_item
from dockerlint.project.containers import Container, Stack
from dockerlint.source import Text
from dockerlint.wording import listed

from .values import Place, place_of

_FOLDER = "/run/secrets"


class _Read(NamedTuple):
    """A place where a service is told to read a secret; `what` tells it, as in "A_FILE of"."""

    what: str
    path: Text


class UnmountedSecret(Rule[Stack]):
    """A service reads a secret that it does not mount.

    There is no such file in the container: the program ends at once, or runs without its password.

    Mount the secret: `secrets: [db_password]` in the service, and the secret itself under `secrets:` at top level.

    https://docs.docker.com/compose/how-tos/use-secrets/
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD_FILE: «/run/secrets/db_password»\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      - POSTGRES_PASSWORD_FILE=«/run/secrets/db_password»\n    secrets:\n      - other\n"
        "secrets:\n  other:\n    file: other.txt\n  db_password:\n    file: db.txt\n": "=== compose.yaml\nservices:\n  db:\n"
        "    image: postgres:17\n    environment:\n      - POSTGRES_PASSWORD_FILE=/run/secrets/db_password\n"
        "    secrets:\n      - other\n      - db_password\n"
        "secrets:\n  other:\n    file: other.txt\n  db_password:\n    file: db.txt\n",
        "=== compose.yaml\nservices:\n  api:\n    image: x:1\n    command: sh -c 'serve --token $$(cat «/run/secrets/token»)'\n"
        "    secrets:\n      - source: token\n        target: api_token\nsecrets:\n  token:\n    file: token.txt\n": None,
        "=== a.env\nKEY_FILE=«/run/secrets/key»\n=== compose.yaml\nservices:\n  a:\n    image: x:1\n    env_file: a.env\n"
        "  b:\n    image: x:1\n    env_file: a.env\n": None,
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    configs: [app]\nconfigs:\n  app:\n    content: |\n"
        "      key_file = «/run/secrets/key»\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD_FILE: /run/secrets/db_password\n    secrets:\n      - db_password\n"
        "secrets:\n  db_password:\n    file: db.txt\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n      A_FILE: /run/secrets/a\n"
        "      B_FILE: /run/secrets/b\n    secrets:\n      - source: one\n        target: a\n      - source: two\n"
        "        target: /run/secrets/b\nsecrets:\n  one:\n    file: db.txt\n  two:\n    file: db.txt\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n      A_FILE: /run/secrets/a\n"
        "    volumes:\n      - ./secrets:/run/secrets:ro\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n      A_FILE: /run/secrets/a\n"
        "=== compose.override.yaml\nservices:\n  db:\n    secrets: [a]\nsecrets:\n  a:\n    file: a.txt\n",
        "=== compose.prod.yaml\nservices:\n  db:\n    environment:\n      A_FILE: /run/secrets/a\n",
        "=== compose.yaml\nservices:\n  api:\n    image: x:1\n    environment:\n      SECRETS: /run/secrets\n"
        "      OTHER: /host/run/secrets/a\n      B_FILE: /run/secrets/${NAME}\n"
        "      CA: /run/secrets/kubernetes.io/serviceaccount/ca.crt\n"
        "    command: sh -c 'if [ -f /run/secrets/a ]; then cat /run/secrets/a; fi'\n",
    )

    def check(self, stack: Stack) -> Findings:
        if stack.compose.is_fragment:
            return
        found: dict[Place, tuple[_Read, list[Service]]] = {}
        for container in stack.containers:
            for read in _missing(container):
                found.setdefault(place_of(read.path), (read, []))[1].append(container.service)
        for read, services in found.values():
            name = read.path.removeprefix(f"{_FOLDER}/")
            who = listed(service.name for service in services)
            verb = "does" if len(services) == 1 else "do"
            message = f"{read.what} {who} points to `{read.path}`, which {who} {verb} not mount"
            fix = _fix(stack.compose, services[0], name) if len(services) == 1 else None
            yield self.finding(read.path, message, help=f"`secrets: [{name}]`", fix=fix)


def _missing(container: Container) -> Iterator[_Read]:
    service = container.service
    reads = list(_reads(container))
    mounted = _mounted(service) if reads else None
    if mounted is None or _hides_folder(service):
        return
    yield from (read for read in reads if str(read.path) not in mounted)


def _reads(container: Container) -> Iterator[_Read]:
    service = container.service
    for setting in container.environment.settings:
        if setting.origin != "image" and setting.value is not None and not setting.unknown:
            yield from (_Read(f"`{setting.name}` of", path) for path in _paths(setting.value))
    for key, command in (("command", service.command), ("entrypoint", service.entrypoint)):
        for word in (command.words or ()) if command is not None else ():
            yield from (_Read(f"`{key}` of", path) for path in _paths(word.text))
    if service.healthcheck is not None and not service.healthcheck.disabled:
        for word in service.healthcheck.words:
            yield from (_Read("`healthcheck` of", path) for path in _paths(word.text))
    for name, content in _contents(container.compose, service):
        yield from (_Read(f"the config `{name}` of", path) for path in _paths(content))


def _contents(compose: Compose, service: Service) -> Iterator[tuple[str, Text]]:
    """The texts of the configs that a service mounts."""
    for item in _items(service.node.get("configs")):
        name = _text(item) or (_text(item.get("source")) if isinstance(item, Mapping) else None)
        config = compose.declaration("configs", name) if name is not None else None
        content = config.text("content") if config is not None else None
        if name is not None and content is not None:
            yield name, content.text


def _paths(text: Text) -> Iterator[Text]:
    """The secrets that a text names, but for those that it first looks for: `[ -f /run/secrets/a ]`."""
    if _FOLDER not in text or "2>/dev/null" in text:
        return
    sought = {match[1] for match in _test().finditer(text)}
    for match in _path().finditer(text):
        if match[0] not in sought and not _is_comment(text, match.start()):
            yield text.part(*match.span())


def _is_comment(text: str, index: int) -> bool:
    line = text[text.rfind("\n", 0, index) + 1 : index].lstrip()
    return line.startswith(("#", ";", "//"))


@cache
def _test() -> re.Pattern[str]:
    return re.compile(rf"-[defrs]\s+[\"']?({_FOLDER}/[\w.-]+)")


@cache
def _path() -> re.Pattern[str]:
    return re.compile(rf"(?:(?<![\w./$}}-])|(?<=://)){_FOLDER}/\w[\w.-]*+(?![\w/$*{{-])")


def _mounted(service: Service) -> frozenset[str] | None:
    """The paths of the secrets and configs that a service mounts; None if a variable hides one."""
    found = set()
    for key in ("secrets", "configs"):
        for item in _items(service.node.get(key)):
            source = _text(item.get("source")) if isinstance(item, Mapping) else _text(item)
            target = _text(item.get("target")) if isinstance(item, Mapping) else None
            path = target or source
            if path is None or "$" in path:
                return None
            found.add(posixpath.join(_FOLDER if key == "secrets" else "/", path))
    return frozenset(found)


def _hides_folder(service: Service) -> bool:
    """Whether something else may bring the files: a mount there or above, or the mounts of another container."""
    targets = [volume.target for volume in service.volumes]
    if "volumes_from" in service.node or any(target.unknown for target in targets):
        return True
    return any(f"{target.text}/".startswith(f"{_FOLDER}/") or target.text in ("/run", "/") for target in targets)


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, ListNode) else ()


def _text(node: Node | None) -> str | None:
    return str(node.text) if isinstance(node, Scalar) else None


def _fix(compose: Compose, service: Service, name: str) -> Fix | None:
    node = service.node.get("secrets")
    if name not in compose.declared("secrets") or not isinstance(node, ListNode):
        return None
    if any(isinstance(item, Mapping) and _text(item.get("source")) == name for item in node.items):
        return None  # it stands elsewhere
    edit = appended_item(node, name)
    return fix_of(f"mount the secret `{name}`", edit)
