"""Files with secrets that a COPY or ADD names."""

from __future__ import annotations

import posixpath
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from dockerlint.dockerfile.copies import absolute_path, placed
from dockerlint.dockerfile.expansion import expand
from dockerlint.dockerfile.instructions import Add, Copy, Run, Transfer
from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge.secret_files import credential_file, holds_secret, may_be_harmless
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.source import Text

from .exposures import Node, nodes, ships


class SecretFileCopied(Rule[Build]):
    """A file that is made to hold secrets is copied into the image.

    Everybody who can pull the image can read it. Deleting it in a later step does not help, because the layer keeps it;
    and a builder stage leaves it in the build cache.

    Give it to the container when it runs, with `env_file:`, `secrets:` or a mount, and to a build step with
    `RUN --mount=type=secret,id=npmrc,target=/root/.npmrc`; SSH keys are lent with `RUN --mount=type=ssh`. What has been
    pushed must be replaced.

    https://docs.docker.com/build/building/secrets/
    """

    severity = Severity.ERROR
    aliases = ("DD052", "DD053", "DS-0031")
    bad = {
        "FROM python:3.13-slim\nCOPY requirements.txt «.env» /app/": None,
        "FROM alpine:3.22 AS build\nCOPY «id_rsa» /root/.ssh/id_rsa\nRUN git clone git@acme.org:a && rm /root/.ssh/id_rsa\n"
        "FROM alpine:3.22\nCOPY --from=build /a /a": None,
        'FROM nginx:1.29\nADD [«"ssl/server.key"», "/etc/nginx/"]': None,
        "FROM alpine:3.22\nCOPY «credentials» /root/.aws/credentials": None,
        "FROM python:3.13\nENV GOOGLE_APPLICATION_CREDENTIALS=/app/key.json\nWORKDIR /app\nCOPY «key.json» .": None,
        "FROM google/cloud-sdk:540.0.0\nCOPY «ci.json» /ci.json\nRUN gcloud auth activate-service-account --key-file=/ci.json": None,
        "FROM node:24\nCOPY package.json «.npmrc» ./\nRUN npm ci && rm .npmrc": None,
        "FROM alpine:3.22\nONBUILD COPY «.netrc» /root/": None,
        "=== Dockerfile\nFROM node:24\nCOPY «.npmrc» /app/\n=== .npmrc\n//npm.acme.org/:_authToken=8a6fe0a4-3f43-4a3f-b1f0-9d3b1c7e5d21": None,
        "=== Dockerfile\nFROM alpine:3.22\nCOPY «.ssh» /root/.ssh\n=== .ssh/id_ed25519\n-----BEGIN OPENSSH PRIVATE KEY-----\n": None,
        "FROM alpine:3.22\nCOPY «.git» /app/.git": None,
    }
    good = (
        "FROM python:3.13-slim\nCOPY .env.example .env.template id_rsa.pub ca.pem known_hosts /app/",
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY .env /app/\n=== .env\nDB_PASSWORD=changeme\nPORT=8000",
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY server.pem /app/\n=== server.pem\n-----BEGIN CERTIFICATE-----\nMIID",
        "=== Dockerfile\nFROM node:24\nCOPY .npmrc /app/\n=== .npmrc\n//npm.acme.org/:_authToken=${NPM_TOKEN}",
        "=== Dockerfile\nFROM alpine:3.22\nCOPY .ssh /root/.ssh\n=== .ssh/known_hosts\nacme.org ssh-ed25519 AAAA",
        "FROM node:24\nCOPY package.json pnpm-lock.yaml .npmrc ./\nRUN pnpm install",
        "FROM alpine:3.22\nCOPY ssh_config /root/.ssh/config\nCOPY authorized_keys /root/.ssh/",
        "FROM alpine:3.22 AS build\nRUN ./fetch /.env\nFROM alpine:3.22 AS other\nCOPY --from=build /.env /\nFROM alpine:3.22",
        "FROM alpine:3.22\nCOPY --from=alpine:3.22 /etc/ssl/private/a.key /a.key",
        "FROM debian:13\nCOPY acme.key /tmp/\nRUN apt-key add /tmp/acme.key",
        "FROM debian:13\nADD https://acme.org/repo.key /etc/apt/keyrings/",
        "FROM golang:1.26 AS build\nCOPY .git .git\nRUN go build -o /a\nFROM scratch\nCOPY --from=build /a /a",
    )

    def check(self, build: Build) -> Findings:
        for node in nodes(build.dockerfile):
            if not isinstance(node.instruction, Copy | Add):
                continue
            for found in _secrets(build, node):
                message = (
                    f"`{found.title}` ({found.what}) goes into the {'image' if ships(build, node) else 'build cache'}"
                )
                removed = _removal(node, found)
                if removed is not None:
                    message += f"; line {removed} deletes it, but the layer keeps it"
                # What lies in an unseen folder for keys may be public keys and settings only.
                is_doubtful = found.what == _HISTORY or (found.what == _SSH_FOLDER and not found.is_seen)
                severity = Severity.WARNING if is_doubtful else None
                yield self.finding(found.word, message, help=_advice(found), severity=severity)


_HISTORY = "the Git history"
_SSH_FOLDER = "SSH keys"


class _Copied(NamedTuple):
    """A secret that a word of a COPY names: what to call it, what it is, where it comes to lie if that is known.

    `is_seen`: it was found in the files of the context, not only by its name.
    """

    word: Text
    title: str
    what: str
    target: str | None
    is_seen: bool


def _secrets(build: Build, node: Node) -> Iterator[_Copied]:
    transfer = node.instruction
    if not isinstance(transfer, Copy | Add) or node.stage is None or _is_from_elsewhere(build, transfer, node.stage):
        return
    for word in transfer.sources:
        source = expand(word, node.before.environment.lookup, transfer.escape).value
        path = _cleaned(word if source is None else source)
        target = _target(transfer, node, path)
        what = _what(build, node.stage, path, target)
        if what is None or (what == _HISTORY and not ships(build, node)):
            continue
        contents = None if transfer.origin is not None else _holds_secret(build, path)
        found = _Copied(word, path, what, target, bool(contents))
        if contents or (contents is None and _is_certain(build, node, found)):
            yield found


def _cleaned(source: str) -> str:
    """A source word without its quotes; a folder keeps its slash."""
    return source.strip("\"'").removeprefix("./") or "."


def _is_from_elsewhere(build: Build, transfer: Transfer, stage: Stage) -> bool:
    """Whether files come from an image, or from one stage to another that doesn't ship."""
    if transfer.origin is None:
        return False
    origin = build.dockerfile.stage_of_origin(transfer.origin, stage)
    return origin is None or stage not in build.shipping_stages


def _target(transfer: Transfer, node: Node, path: str) -> str | None:
    """Where a file comes to lie in the image."""
    place = placed(transfer, node.before)
    if place is None:
        return None
    name = posixpath.basename(path.rstrip("/"))
    is_folder = place.is_folder or path.endswith("/")
    return posixpath.join(place.destination, name) if is_folder and not path.endswith("/") else place.destination


def _what(build: Build, stage: Stage, path: str, target: str | None) -> str | None:
    """What a file is, by its own name, by the one that it gets, or by the variable that names it."""
    if "://" in path or "$" in posixpath.basename(path):
        return None
    name = posixpath.basename(path.rstrip("/")).lower()
    if name == "config" and not path.endswith(".kube/config") and not path.endswith(".docker/config"):
        return None
    if _is_public(name):
        return None
    own = credential_file(path)
    return own if own is not None or target is None else _by_target(target) or _by_use(stage, target)


def _is_public(name: str) -> bool:
    return name.endswith(".pub") or "insecure" in name or "example" in name


_TARGETS = (
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    ".netrc",
    ".git-credentials",
    ".aws/credentials",
    ".kube/config",
)


def _by_target(target: str) -> str | None:
    return credential_file(target) if target.endswith(tuple(f"/{name}" for name in _TARGETS)) else None


_VARIABLES = {
    "AWS_SHARED_CREDENTIALS_FILE": "cloud credentials",
    "GOOGLE_APPLICATION_CREDENTIALS": "a service account key",
    "HF_TOKEN_PATH": "a Hugging Face token",
    "KUBECONFIG": "a Kubernetes configuration",
}


def _by_use(stage: Stage, target: str) -> str | None:
    """What a file is by the variable or the command of the stage that names it."""
    known = stage.state.environment
    named = next((what for name, what in _VARIABLES.items() if known.get(name) == target), None)
    if named is not None:
        return named
    logs_in = any(_is_key_file(word, target) for word in _words_of_gcloud(stage))
    return "a service account key" if logs_in else None


@lru_cache(maxsize=2)
def _words_of_gcloud(stage: Stage) -> tuple[str, ...]:
    runs = (one for one in stage.instructions if isinstance(one, Run) and "gcloud" in one.rest)
    commands = (command for run in runs for command in run.commands if command.name == "gcloud")
    return tuple(str(word.value) for command in commands for word in command.arguments)


def _is_key_file(word: str, target: str) -> bool:
    """Whether `--key-file` of `gcloud auth activate-service-account` names a file, in one word or two."""
    path = word.removeprefix("--key-file=")
    return path.endswith(".json") and (path == target or (not path.startswith("/") and target.endswith(f"/{path}")))


def _holds_secret(build: Build, path: str) -> bool | None:
    """Whether the files of the context that a word names hold a secret; None where they are not there to be read."""
    context = build.context
    if context is None:
        return None
    entries = context.taken_by(path)
    if not entries:
        return False if context.exists(path.rstrip("/")) else None
    unread = None
    for entry in entries:
        source = context.read_text(entry.path) if may_be_harmless(entry.path) else None
        if source is None and credential_file(entry.path) is not None:
            return True
        if source is None:
            unread = entry
        elif holds_secret(entry.path, source.text):
            return True
    return None if unread is not None and credential_file(path) is None else False


# Files that may hold settings only, as far as their names tell.
_MOSTLY_SETTINGS = ("an npm configuration", "a Yarn configuration")
_PRIVATE = ("key", "priv", "/id_", "haproxy")


def _is_certain(build: Build, node: Node, found: _Copied) -> bool:
    """Whether a file is secret though nobody has read it: its name alone, or what is done with it, says so."""
    if found.what in _MOSTLY_SETTINGS:
        return _removal(node, found) is not None
    if found.what == "a private key" and found.title.endswith(".pem"):
        # A certificate, its key or both: a name that says nothing of a key leaves it open.
        return any(word in f"{found.title} {found.target}".lower() for word in _PRIVATE)
    return not (found.what == "a private key" and _is_imported(build, posixpath.basename(found.title)))


def _is_imported(build: Build, name: str) -> bool:
    """Whether a package manager is told to trust the key: then it is a public one."""
    return any(word.endswith(name) for word in _words_of_importers(build))


@lru_cache(maxsize=1)
def _words_of_importers(build: Build) -> tuple[str, ...]:
    runs = (node.instruction for node in nodes(build.dockerfile) if isinstance(node.instruction, Run))
    commands = (one for run in runs for one in run.commands if one.name in ("apt-key", "gpg", "rpm", "rpmkeys"))
    return tuple(str(word.value) for command in commands for word in command.arguments)


def _removal(node: Node, found: _Copied) -> int | None:
    """The line of a later RUN that deletes the file."""
    if node.stage is None or found.target is None:
        return None
    removed = _removed(node.stage)
    behind = bisect_right(removed, node.instruction.start_line, key=itemgetter(0))
    return next((line for _, path, line in removed[behind:] if _covers(path, found.target)), None)


@lru_cache(maxsize=2)
def _removed(stage: Stage) -> tuple[tuple[int, str, int], ...]:
    """What the RUNs of a stage delete: the line of the RUN, a path, and the line of the command."""
    runs = [(step.instruction, step.before.workdir) for step in stage.steps if isinstance(step.instruction, Run)]
    found = (
        (run.start_line, absolute_path(word.value.replace("~", "/root", 1), workdir), command.text.line)
        for run, workdir in runs
        for command in run.commands
        if command.name in ("rm", "shred")
        for word in command.arguments
    )
    return tuple(sorted(found, key=itemgetter(0)))


def _covers(path: str, target: str) -> bool:
    return path == target or target.startswith(path.rstrip("*").rstrip("/") + "/")


def _advice(found: _Copied) -> str:
    if found.what == _HISTORY:
        return "hand what the build needs of it over as a build argument"
    if "SSH" in found.what:
        return "lend the build your SSH agent: `RUN --mount=type=ssh`"
    if found.what == "an environment file":
        return "give it to the container with `env_file:`, or to a step with `RUN --mount=type=secret`"
    return "mount it when the container runs, or give it to a step with `RUN --mount=type=secret`"
