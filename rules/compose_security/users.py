"""Services that are told to run as root."""

from __future__ import annotations

import re

from dockerlint.compose.services import Service
from dockerlint.knowledge.images import facts, is_root
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.service_kinds import is_development, reference_of

_FILE_KEEPERS = frozenset({"chown", "chmod", "mkdir", "install", "setfacl"})


def _only_prepares_files(service: Service) -> bool:
    """Whether it is a job that gives files to somebody, for which it must be root."""
    words = [
        str(word.text) for command in (service.entrypoint, service.command) if command for word in command.words or ()
    ]
    return any(part in _FILE_KEEPERS for word in words for part in re.split(r"[\s;&|]+", word))


class RootService(Rule[Service]):
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
        "=== compose.yaml\nservices:\n  api:\n    image: node:24\n    user: «${UID:-0}»\n": None,
    }
    good = (
        '=== compose.yaml\nservices:\n  api:\n    image: node:24\n    user: "1000:0"\n',
        "=== compose.yaml\nservices:\n  api:\n    image: node:24\n",
        "=== compose.yaml\nservices:\n  api:\n    image: node:24\n    user: ${UID:?}\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    user: root\n",
        '=== compose.yaml\nservices:\n  init:\n    image: busybox:1\n    user: root\n    command: ["chown", "-R", "1000", "/d"]\n',
        "=== .devcontainer/compose.yaml\nservices:\n  dev:\n    image: node:24\n    user: root\n",
    )

    def check(self, service: Service) -> Findings:
        user = service.user
        if user is None or user.unknown or not is_root(user.text):
            return
        reference = reference_of(service)
        known = facts(reference) if reference else None
        is_dropped = known is not None and known.drops_privileges
        if is_dropped or _only_prepares_files(service) or is_development(service, self.settings.development_images):
            return
        message = f"`user: {user.text}` runs `{service.name}` as root"
        yield self.finding(user.text, message, help="leave it to the image, or name a user without rights")
