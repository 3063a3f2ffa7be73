"""Mounted secrets that a step writes into its layer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Run
from dockerlint.dockerfile.mounts import Mount
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.script import Command
from dockerlint.source import Text

from .exposures import nodes
from .removal import is_kept, is_removed
from .shell_text import heredocs, reader_of, written_to


class SecretWrittenToLayer(Rule[Build]):
    """A step writes a mounted secret into the image.

    The mount itself leaves no trace, but the copy stays in the layer, where everybody who can pull the image can read it.

    Let the program read the secret where it is mounted, or mount it where the program looks:
    `RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci`. What must be written is deleted in the same step.

    https://docs.docker.com/build/building/secrets/
    """

    severity = Severity.WARNING
    bad = {
        "FROM node:24\nRUN --mount=type=secret,id=npmrc cp /run/secrets/npmrc «/root/.npmrc» && npm ci": None,
        "FROM node:24\nRUN --mount=type=secret,id=token,env=NPM_TOKEN \\\n"
        '    echo "//registry.npmjs.org/:_authToken=$NPM_TOKEN" > «.npmrc» \\\n    && npm ci': None,
        "FROM python:3.13\nRUN --mount=type=secret,id=netrc cat /run/secrets/netrc | tee «~/.netrc» > /dev/null": None,
        "FROM golang:1.26\nRUN --mount=type=secret,id=token TOKEN=$(cat /run/secrets/token) \\\n"
        '    && git config --global «url."https://$TOKEN@github.com/".insteadOf» https://github.com/ && go mod download': None,
        'FROM node:24\nRUN --mount=type=secret,id=t npm config set «"//npm.acme.org/:_authToken=$(cat /run/secrets/t)"»': None,
        "FROM node:24\nRUN --mount=type=secret,id=token,env=TOKEN <<EOF\n"
        'printf "token: %s\\n" "$TOKEN" >> «/etc/app.yaml»\nEOF': None,
        "FROM node:24\nRUN --mount=type=secret,id=token,env=TOKEN cat <<EOF > «/root/.npmrc»\n"
        "//registry.npmjs.org/:_authToken=$TOKEN\nEOF": None,
        "FROM debian:13\nRUN --mount=type=secret,id=t,target=/tmp/t git clone «https://x:$(cat /tmp/t)@git.acme.org/a» /srv": None,
    }
    good = (
        "FROM node:24\nRUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci",
        "FROM node:24\nRUN --mount=type=secret,id=ca cat /run/secrets/ca >> /etc/ssl/certs/ca-certificates.crt",
        "FROM node:24\nRUN --mount=type=secret,id=token,env=TOKEN cat <<'EOF' > .npmrc\n"
        "//registry.npmjs.org/:_authToken=${TOKEN}\nEOF",
        "FROM node:24\nRUN --mount=type=secret,id=npmrc cp /run/secrets/npmrc ~/.npmrc && npm ci && rm -f $HOME/.npmrc",
        "FROM node:24\nRUN --mount=type=secret,id=t --mount=type=tmpfs,target=/tmp cat /run/secrets/t > /tmp/t && npm ci",
        "FROM node:24\nRUN --mount=type=secret,id=t cat /run/secrets/t > /dev/shm/t && npm ci",
        'FROM node:24\nRUN --mount=type=secret,id=t npm config set "//a.org/:_authToken=$(cat /run/secrets/t)" '
        "&& npm ci && npm config delete //a.org/:_authToken",
        'FROM alpine:3.22\nRUN --mount=type=secret,id=t,env=T curl -H "Authorization: Bearer $T" https://a.org/x > /x',
        "FROM docker:28\nRUN --mount=type=secret,id=t docker login -u a --password-stdin < /run/secrets/t "
        "&& docker pull a/b && docker logout",
        "FROM node:24 AS build\nRUN --mount=type=secret,id=npmrc cp /run/secrets/npmrc .npmrc && npm ci\n"
        "FROM node:24\nCOPY --from=build /node_modules /node_modules",
        'FROM node:24\nRUN --mount=type=secret,id=t,env=T test -n "$T" && echo ok > /built',
        "FROM node:24\nRUN --mount=type=secret,id=t sha256sum /run/secrets/t > /checksum",
    )

    def check(self, build: Build) -> Findings:
        for node in nodes(build.dockerfile):
            run = node.instruction
            if isinstance(run, Run) and run.mounts and node.stage in build.shipping_stages:
                for leak in _leaks(run):
                    message = f"line {leak.place.line} writes the secret `{leak.secret}` to {leak.target}, which stays in the image"
                    help_ = "mount the secret where it is read (`target=`), or delete the copy in the same step"
                    yield self.finding(leak.place, message, help=help_)


class _Leak(NamedTuple):
    """Where a step writes a secret: the word to point at, the secret's id, and the file."""

    place: Text
    secret: str
    target: str


class _Secrets:
    """The paths and variables through which the commands of a RUN reach its secrets."""

    def __init__(self, run: Run) -> None:
        self._marks: list[tuple[re.Pattern[str], str]] = []
        for mount in run.mounts:
            if mount.type == "secret":
                self._add_mount(mount)

    def __bool__(self) -> bool:
        return bool(self._marks)

    def _add_mount(self, mount: Mount) -> None:
        name = str(mount.options.get("id") or (mount.target or "").rpartition("/")[2])
        if "env" in mount.options:
            self._add_variable(mount.options["env"], name)
        if mount.target or "env" not in mount.options:
            path = mount.target or f"/run/secrets/{name}"
            self._marks.append((re.compile(rf"{re.escape(path)}(?![\w.-])"), name))

    def _add_variable(self, variable: str, name: str) -> None:
        self._marks.append(
            (re.compile(rf"\$(?:{re.escape(variable)}(?!\w)|\{{{re.escape(variable)}(?:\}}|:?[-=?]))"), name)
        )

    def found_in(self, text: str) -> str | None:
        """The secret that a word gives."""
        return next((name for mark, name in self._marks if mark.search(text)), None)

    def learn(self, command: Command) -> None:
        """Remember the variables that a command sets to a secret."""
        for variable, value, *_ in command.assignments:
            name = self.found_in(value.value) if value is not None else None
            if name is not None:
                self._add_variable(variable, name)


def _leaks(run: Run) -> Iterator[_Leak]:
    secrets = _Secrets(run)
    commands = run.commands if secrets else ()
    for index, command in enumerate(commands):
        secrets.learn(command)
        leak = _leak(commands, index, secrets)
        later = commands[index + 1 :]
        if leak is None or not is_kept(leak.target, run) or is_removed(leak.target, later) or _is_public(leak):
            continue
        if not any(_undoes(command, other) for other in later):
            yield leak
    for text in heredocs(run) if secrets and run.heredocs else ():
        name = secrets.found_in(text.body) if text.file and not text.is_quoted else None
        if text.file and name and is_kept(text.file, run) and not is_removed(text.file, commands):
            yield _Leak(text.file, name, str(text.file))


def _is_public(leak: _Leak) -> bool:
    """Whether what is written is a certificate, which is for everybody though it was passed as a secret."""
    return leak.target.endswith((".crt", ".cer")) or "ca-certificates" in leak.target


def _leak(commands: Sequence[Command], index: int, secrets: _Secrets) -> _Leak | None:
    command = commands[index]
    words = [word.value for word in command.arguments]
    inputs = [each.target.value for each in command.redirections if each.operator in ("<", "<<<") and each.target]
    given = next(((word, name) for word in (*words, *inputs) if (name := secrets.found_in(word))), None)
    if given is None:
        return None
    place, name = given
    if command.name in _PASSES_ON:
        file = command.arguments[-1].value if _edits(command) else _destination(commands, index)
        return _Leak(file, name, str(file)) if file is not None else None
    if command.name in _COPIES and len(words) > 1 and words[-1] is not place:
        return _Leak(words[-1], name, _copied_to(place, words[-1]))
    kept = _kept_by(command)
    return _Leak(place, name, kept) if kept is not None else None


# Commands that print what they read or are given, and those that copy files.
_PASSES_ON = frozenset({"cat", "echo", "printf", "base64", "tr", "sed", "envsubst", "head", "tail", "cut", "awk"})
_COPIES = frozenset({"cp", "install", "mv"})


def _edits(command: Command) -> bool:
    return command.name == "sed" and any(word.value.startswith(("-i", "--in-place")) for word in command.arguments)


def _copied_to(source: str, target: str) -> str:
    return target + source.rpartition("/")[2] if target.endswith("/") else target


def _destination(commands: Sequence[Command], index: int) -> Text | None:
    """The file that the output of a command ends in, through what passes it on."""
    for place in range(index, min(index + 5, len(commands))):
        file = written_to(commands, place)
        if file is not None:
            return file
        reader = reader_of(commands, place)
        if reader is None or reader.name not in _PASSES_ON:
            return None
    return None


class _Keeper(NamedTuple):
    """A program's commands that write what they are given into a file of its own, and those that undo it."""

    verbs: tuple[str, ...]
    file: str
    undone_by: tuple[str, ...]


_NPM = _Keeper(("config set", "set"), "~/.npmrc", ("config delete", "config rm", "logout"))
_CONTAINERS = _Keeper(("login",), "~/.docker/config.json", ("logout",))
_KEEPERS = {
    "npm": _NPM, "pnpm": _NPM,
    "yarn": _Keeper(("config set",), "its configuration", ("config unset", "config delete")),
    "pip": _Keeper(("config set",), "~/.config/pip/pip.conf", ("config unset",)),
    "pip3": _Keeper(("config set",), "~/.config/pip/pip.conf", ("config unset",)),
    "poetry": _Keeper(("config",), "~/.config/pypoetry/auth.toml", ("config --unset",)),
    "composer": _Keeper(("config",), "its configuration", ("config --unset", "config --global --unset", "config -g --unset")),
    "bundle": _Keeper(("config",), "~/.bundle/config", ("config unset", "config --delete")),
    "git": _Keeper(("config", "clone", "remote set-url"), "its configuration", (
        "config --unset", "config --global --unset", "config --global --remove-section", "config --remove-section",
        "config --unset-all", "config --global --unset-all", "remote set-url", "remote remove",
    )),
    "docker": _CONTAINERS, "podman": _CONTAINERS,
    "helm": _Keeper(("registry login",), "~/.config/helm/registry", ("registry logout",)),
    "aws": _Keeper(("configure set",), "~/.aws/credentials", ()),
    "az": _Keeper(("login",), "~/.azure", ("logout", "account clear")),
    "gh": _Keeper(("auth login",), "~/.config/gh/hosts.yml", ("auth logout",)),
    "gcloud": _Keeper(("auth activate-service-account", "auth login"), "~/.config/gcloud", ("auth revoke",)),
    "dotnet": _Keeper(("nuget add source",), "~/.nuget/NuGet/NuGet.Config", ("nuget remove source",)),
}  # fmt: skip


def _kept_by(command: Command) -> str | None:
    keeper = _KEEPERS.get(command.name)
    if keeper is None:
        return None
    if command.name == "git" and _said(command).startswith("clone"):
        return "the configuration of the clone"
    return keeper.file if _said(command, "-").startswith(keeper.verbs) else None


def _said(command: Command, without: str = "\0") -> str:
    """What a command is told, without the words that begin in a certain way."""
    return " ".join(word.value for word in command.arguments if not word.value.startswith(without))


def _undoes(command: Command, later: Command) -> bool:
    keeper = _KEEPERS.get(command.name)
    if keeper is None:
        return False
    if later.name == command.name:
        return _said(later).startswith(keeper.undone_by) if keeper.undone_by else False
    # Whoever deletes some folder of configuration or a clone's `.git` knows what was written.
    names = ("." + command.name, ".git", ".config", ".docker", ".npmrc", ".netrc")
    return later.name == "rm" and any(name in word.value for word in later.arguments for name in names)
