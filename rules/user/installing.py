"""What only root can do, done by another user."""

from __future__ import annotations

from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge.images import is_root
from dockerlint.knowledge.users import default_user
from dockerlint.lint.finding import Finding
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.project.owners import moments
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.script import Command

from .needs import is_certain, needs

_CHANGES = frozenset({"install", "remove", "upgrade", "build-dep"})
_MANAGERS = frozenset({"apk", "apt", "apt-get", "dnf", "dpkg", "microdnf", "pacman", "rpm", "yum", "zypper"})
# Others keep an index of their own for each user.
_ROOTS_INDEX = frozenset({"apk", "apt", "apt-get"})
# With one of these a manager works in another folder than `/`, or only looks.
_ELSEWHERE = (
    "--root", "--installroot", "-p", "--prefix", "--dbpath", "--instdir", "--admindir", "-r", "--sysroot", "--help",
    "--version", "--downloadonly",
)  # fmt: skip
_ACCOUNTS = ("useradd", "groupadd", "usermod", "groupmod", "adduser", "addgroup")


class InstallWithoutRoot(Rule[Build]):
    """A step that only root can do runs as another user.

    The package manager cannot lock its database, `useradd` cannot write /etc/passwd, and nobody but root may write in
    /etc or /usr, so the build ends there: "Permission denied".

    Do what needs root before the first USER. Where the base image has a user of its own, put `USER root` before the step
    and that user's `USER` after it.

    https://docs.docker.com/reference/dockerfile/#user
    """

    severity = Severity.ERROR
    bad = {
        "FROM debian:trixie\nRUN useradd app\nUSER app\nRUN «apt-get update» && apt-get install -y curl": None,
        "FROM jenkins/jenkins:lts\nRUN «apt-get update» && apt-get install -y git": None,
        "FROM alpine:3.22\nUSER 1000\nRUN «apk add --no-cache git»": None,
        "FROM debian:trixie\nUSER 1000\nRUN «useradd app»\nRUN apt-get update": None,
        "FROM debian:trixie\nUSER 1000\nRUN «update-alternatives --set editor /usr/bin/vi»": None,
        "FROM debian:trixie\nUSER 1000\nRUN «mkdir /etc/app» && ln -s /srv/app /usr/local/bin/app": None,
        "FROM debian:trixie\nUSER 1000\nRUN «echo a» > /etc/app.conf": None,
        "FROM debian:trixie\nUSER 1000\nRUN «cp /srv/a /usr/local/bin/»": None,
    }
    good = (
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl && useradd app\nUSER app",
        "FROM jenkins/jenkins:lts\nUSER root\nRUN apt-get update && apt-get install -y git\nUSER jenkins",
        "FROM debian:trixie\nUSER 1000\nRUN sudo apt-get update && sudo sh -c 'apt-get install -y curl'",
        "FROM fedora:43\nUSER 1000\nRUN dnf install --installroot /tmp/root bash",
        "FROM fluent/fluentd:v1.2\nRUN apk add git",
        "FROM debian:trixie\nUSER 1000\nRUN apt-get -o Dir::State=/tmp/a update && update-alternatives --list editor",
        "FROM acme/base:1\nRUN apt-get update && apt-get install -y curl",
        "FROM debian:trixie\nARG NAME\nUSER $NAME\nRUN apt-get update",
        "FROM debian:trixie\nUSER 1000\nRUN apt-get download curl && apt-cache policy curl && rpm -qa",
        "FROM debian:trixie\nRUN chown 1000 /usr/local/bin\nUSER 1000\nRUN cp /srv/a /usr/local/bin/",
        "FROM debian:trixie\nUSER 1000\nRUN cat /etc/hosts > /dev/null && cp /etc/hosts /tmp/\nRUN apt-get update || true",
        "FROM debian:trixie\nUSER 0\nRUN apt-get update",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.dockerfile.stages:
            layers = [layer for layer in build.layers if layer.stage is stage and _user_of(layer) is not None]
            if layers:
                yield from self._in_stage(build, stage, layers)

    def _in_stage(self, build: Build, stage: Stage, layers: list[Layer]) -> Findings:
        """One finding for each USER: what mends the first step mends those behind it."""
        writes = _first_writes(build, stage, {id(layer.run) for layer in layers})
        seen: set[int] = set()
        for layer in layers:
            found = [command for command in (_first_install(layer), writes.get(id(layer.run))) if command is not None]
            if found and id(layer.before.user) not in seen:
                seen.add(id(layer.before.user))
                yield self._refused(layer, min(found, key=lambda command: command.text.start))

    def _refused(self, layer: Layer, command: Command) -> Finding:
        user, who = layer.before.user, (_user_of(layer) or "")[:40]
        where = f"line {user.start_line}" if user is not None else f"default user of `{layer.stage.root.base_name}`"
        message = f"`{_brief(command)}` runs as `{who}` ({where}), but only root can do that"
        return self.finding(command.text, message, help=f"put `USER root` before it and `USER {who}` after it")


def _user_of(layer: Layer) -> str | None:
    """The user of a RUN, if that is surely not root."""
    if layer.is_trigger:
        return None
    if layer.before.user is not None:
        name = layer.before.user_name
    else:
        facts, base = layer.build.facts(layer.stage), layer.stage.base
        name = default_user(facts, base.tag) if facts is not None and base is not None else None
    return name.partition(":")[0] if name is not None and is_root(name) is False else None


def _brief(command: Command) -> str:
    """A command's program and what it is told to do first."""
    words = [str(word.value) for word in (command.program, *command.operands[:1]) if word is not None]
    return " ".join(words)[:60]


def _first_install(layer: Layer) -> Command | None:
    """The first command of a RUN that changes the system's packages or accounts."""
    for command in layer.named(*_MANAGERS, *_ACCOUNTS, "update-alternatives"):
        if is_certain(layer, command) and (command.name in _ACCOUNTS or _changes_packages(command)):
            return command
    return None


def _changes_packages(command: Command) -> bool:
    if command.name == "update-alternatives":
        return command.has_option("--install", "--set", "--auto", "--remove")
    action = action_of(command)
    if action is None or action.is_dry_run or action.options.has(*_ELSEWHERE) or _has_own_folders(action):
        return False
    if action.verb.name == "update":
        return command.name in _ROOTS_INDEX
    return action.verb.name in _CHANGES and bool(action.packages or action.local or action.urls or command.operands[1:])


def _has_own_folders(action: PackageAction) -> bool:
    """Whether apt is told to work in other folders: `-o Dir::Cache=...`."""
    return any(word.value.startswith("Dir") for word in action.options.values("-o", "--option"))


def _first_writes(build: Build, stage: Stage, runs: set[int]) -> dict[int, Command]:
    """The first command of each RUN that writes in a folder of the system."""
    found: dict[int, Command] = {}
    for moment in moments(stage, build.layers_of(stage), build.facts(stage)):
        layer, command = moment.layer, moment.command
        if layer is None or command is None or id(layer.run) not in runs or id(layer.run) in found:
            continue
        if not is_certain(layer, command):
            continue
        if any(need.is_systems for need in needs(layer, command, None, moment.owners)):
            found[id(layer.run)] = command
    return found
