"""Services that are told to run as root."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dockerlint.compose.commands import hooks
from dockerlint.compose.services import Service
from dockerlint.knowledge.images import is_root
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container, Stack
from dockerlint.project.service_kinds import command_words

from .faults import Fault, deployed, once

_FILE_KEEPERS = frozenset({"chown", "chmod", "mkdir", "install", "setfacl"})


def _only_prepares_files(service: Service) -> bool:
    """Whether it is a job that gives files to somebody, for which it must be root."""
    return _prepares(command_words(service))


def _prepares(words: Iterable[str]) -> bool:
    return any(part in _FILE_KEEPERS for word in words for part in re.split(r"[\s;&|]+", word))


class RootService(Rule[Stack]):
    """A service is told to run as root.

    `user:` wins over the USER of the image, so whoever takes over the program is root in the container: free to change
    it, to write root's files into mounted folders, and one kernel bug away from the host.

    Leave `user:` out, so that the image's own user counts, or name one without rights: `user: "1000:1000"`.

    https://docs.docker.com/reference/compose-file/services/#user
    """

    severity = Severity.WARNING
    aliases = ("CL-0018", "CIS-4.1", "OWASP-2")
    bad = {
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    user: «root»\n": None,
        '=== compose.yaml\nservices:\n  api:\n    image: node:24\n    user: «"0:0"»\n': None,
        '=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    entrypoint: ["/start"]\n    user: «root»\n': None,
        "=== compose.yaml\nservices:\n  api:\n    image: node:24\n    user: «${UID:-0}»\n": None,
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    user: app\n    post_start:\n"
        "      - command: ./warm-up.sh\n        user: «root»\n": None,
    }
    good = (
        '=== compose.yaml\nservices:\n  api:\n    image: node:24\n    user: "1000:0"\n',
        "=== compose.yaml\nservices:\n  api:\n    image: node:24\n",
        "=== compose.yaml\nservices:\n  api:\n    image: node:24\n    user: ${UID:?}\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    user: root\n",
        '=== compose.yaml\nservices:\n  init:\n    image: busybox:1\n    user: root\n    command: ["chown", "-R", "1000", "/d"]\n',
        "=== .devcontainer/compose.yaml\nservices:\n  dev:\n    image: node:24\n    user: root\n",
    )

    def check(self, stack: Stack) -> Findings:
        pairs = ((container, check) for container in stack.containers for check in (_as_root, _root_hooks))
        yield from once(self, (fault for container, check in pairs for fault in deployed(container, check(container))))


def _as_root(container: Container) -> Iterator[Fault]:
    service = container.service
    user = service.user
    known = container.facts
    is_replaced = service.entrypoint is not None or (
        container.stage is not None and container.stage.entrypoint is not None
    )
    is_dropped = known is not None and known.drops_privileges is True and not is_replaced
    if user is None or user.unknown or not is_root(user.text) or is_dropped or _only_prepares_files(service):
        return
    undone = _user_of_image(container)
    message = f"`user: {user.text}` runs `{service.name}` as root"
    if undone is not None:
        message = f"`user: {user.text}` in `{service.name}` undoes {undone}"
    yield Fault(service, user.text, message, "leave it to the image, or name a user without rights")


def _user_of_image(container: Container) -> str | None:
    """The user without rights that the image would run as, in the words of its Dockerfile where there is one."""
    stage = container.stage
    if stage is not None and stage.state.user is not None:
        name = stage.state.user_name
        is_other = name is not None and is_root(name) is False
        return f"`USER {name}` of its Dockerfile (line {stage.state.user.keyword.line})" if is_other else None
    default = container.facts.default_user if container.facts is not None else None
    return f"the user `{default}` of its image" if is_root(default) is False else None


def _root_hooks(container: Container) -> Iterator[Fault]:
    service = container.service
    own = service.user
    if own is not None and (own.unknown or is_root(own.text)):
        return
    for key, hook in hooks(service.settings):
        user = hook.text("user")
        command = hook.texts("command")
        if user is None or user.unknown or not is_root(user.text) or _prepares(str(word.text) for word in command):
            continue
        message = f"a `{key}` command of `{service.name}` runs as root"
        yield Fault(service, user.text, message, "let it run as the service does")
