"""Cache mounts that do not do what they are there for."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

from dockerlint.dockerfile.caches import covers, empties
from dockerlint.dockerfile.expansion import expand
from dockerlint.dockerfile.instructions import Run
from dockerlint.dockerfile.mounts import Mount
from dockerlint.dockerfile.state import Step
from dockerlint.knowledge.images import is_root
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.source import Text

from .left import may_hold_options

# Folders that one tool alone fills.
_OF_ONE_TOOL = {
    "/var/cache/apt": ("apt-get", "apt", "aptitude"),
    "/var/lib/apt": ("apt-get", "apt", "aptitude"),
    "/var/cache/dnf": ("dnf", "dnf5", "microdnf", "yum"),
    "~/.npm": ("npm",),
    "~/.cache/pip": ("pip", "pipenv", "pipx"),
    "~/.cache/uv": ("uv",),
    "~/.cache/pypoetry": ("poetry",),
    "~/.cache/yarn": ("yarn",),
    "/go/pkg/mod": ("go",),
}
# These break when two builds write to them at once.
_UNSHARED = {
    "/var/cache/apt": ("apt-get", "apt", "aptitude"),
    "/var/lib/apt": ("apt-get", "apt", "aptitude"),
    "~/.m2": ("mvn", "mvnw"),
    "~/.gradle": ("gradle", "gradlew"),
}
_APT = frozenset({"apt-get", "apt", "aptitude"})
_NEUTRAL = frozenset({"cd", "echo", "export", "mkdir", "set", "rm", ""})
_FILLING = frozenset({"install", "update", "upgrade", "download", "build", "build-dep"})


class _Cache(NamedTuple):
    """A cache mount: its target as written, and as it is."""

    mount: Mount
    place: Text
    target: str


class MisusedCacheMount(Rule[Layer]):
    """A cache mount has no effect, or may break builds.

    The step downloads everything each time although the mount is there to prevent that; or two builds write to the
    cache at once, and one of them fails.

    Mount the folder that the tool uses for the user of the step, leave out options that turn the cache off, and do not
    clean it up: a mount is no part of the image. For apt, delete /etc/apt/apt.conf.d/docker-clean first, and write
    `sharing=locked`.

    https://docs.docker.com/reference/dockerfile/#run---mounttypecache
    """

    severity = Severity.INFO
    bad = {
        "FROM python:3.13\nRUN --mount=type=cache,target=«/root/.cache/pip» pip install --no-cache-dir flask": None,
        "FROM python:3.13\nENV PIP_NO_CACHE_DIR=1\n"
        "RUN --mount=type=cache,target=«/root/.cache» pip install -r requirements.txt": None,
        "FROM alpine:3.22\nRUN --mount=type=cache,target=«/var/cache/apk» apk add --no-cache curl": None,
        "FROM debian:trixie\nRUN --mount=type=cache,target=«/var/cache/apt»,sharing=locked \\\n"
        "  apt-get update && apt-get install -y curl": None,
        "FROM debian:trixie\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\n"
        "RUN --mount=type=cache,target=«/var/lib/apt» apt-get update && apt-get install -y curl": None,
        "FROM python:3.13\nUSER app\nRUN --mount=type=cache,target=«/root/.cache/pip» pip install flask": None,
        "FROM node:24\nRUN --mount=type=cache,target=«/home/node/.npm» npm ci": None,
        "FROM node:24\nRUN --mount=type=cache,target=«/root/.cache/pip» npm ci": None,
        "FROM node:24\nRUN --mount=type=cache,target=/root/.npm npm ci && «npm cache clean --force»": None,
        "FROM fedora:43\nRUN --mount=type=cache,target=/var/cache/dnf dnf install -y a && «rm -rf /var/cache/dnf»": None,
        "FROM maven:3\nRUN --mount=type=cache,target=«/root/.m2» mvn package": None,
    }
    good = (
        "FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask",
        "FROM debian:trixie\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\n"
        "RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \\\n"
        "  --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update && apt-get install -y curl",
        "FROM acme/base:1\nRUN --mount=type=cache,target=/var/cache/apt,sharing=locked apt-get install -y curl",
        "FROM python:3.13\nUSER $WHO\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask",
        "FROM python:3.13\nRUN --mount=type=cache,target=/root/.cache/pip make deps",
        "FROM python:3.13\nRUN --mount=type=cache,target=$CACHE pip install --no-cache-dir flask",
        "FROM node:24\nRUN --mount=type=cache,target=/root/.npm npm ci && rm -rf node_modules/.cache",
        "FROM node:24\nRUN --mount=type=cache,target=/root/.cache npm ci && npx playwright install",
        "FROM node:24\nUSER node\nRUN --mount=type=cache,target=/home/node/.npm,uid=1000 npm ci",
        "FROM rust:1\nRUN --mount=type=cache,target=/app/target cargo build --release",
        "FROM maven:3\nRUN --mount=type=cache,target=/root/.m2,sharing=locked mvn package",
    )

    def check(self, layer: Layer) -> Findings:
        if not layer.run.mounts or layer.script.is_broken:
            return
        actions = [action for action in layer.actions if action.verb.name in _FILLING]
        if not actions or any(may_hold_options(action) for action in actions):
            return
        for cache in _caches(layer):
            message = _without_effect(layer, cache, actions) or _shared(cache, actions)
            if message is not None:
                yield self.finding(cache.place, message)
            for place, message in _emptied(layer, cache, actions):
                yield self.finding(place, message)


def _caches(layer: Layer) -> Iterator[_Cache]:
    for mount in layer.run.mounts:
        target = mount.target
        if mount.type == "cache" and target is not None:
            path = expand(target, layer.before.environment.lookup, layer.run.escape).value
            if path is not None and path.startswith("/"):
                yield _Cache(mount, target, posixpath.normpath(path))


def _without_effect(layer: Layer, cache: _Cache, actions: Sequence[PackageAction]) -> str | None:
    users = [action for action in actions if any(covers(cache.target, folder) for folder in action.cache_folders)]
    if not users:
        return _not_its_own(layer, cache, actions)
    is_only = all(action_of(command) or command.name in _NEUTRAL for command in layer.commands)
    offs = [_off(layer, action) for action in users]
    if is_only and all(offs):
        return f"the cache mount on {cache.target} is unused: `{users[0].manager}` runs with `{offs[0]}`"
    return _of_other_user(layer, cache, users) or _emptied_by_image(layer, cache, users)


def _off(layer: Layer, action: PackageAction) -> str | None:
    """The option or variable that keeps a tool from using its cache."""
    if action.cache_off is not None:
        return str(action.cache_off.name)
    name = "PIP_NO_CACHE_DIR" if action.manager == "pip" else "UV_NO_CACHE" if action.manager == "uv" else ""
    return name if name and layer.before.environment.get(name) else None


def _not_its_own(layer: Layer, cache: _Cache, actions: Sequence[PackageAction]) -> str | None:
    """The folder of a tool that the step, as far as every command is known, does not run."""
    tools = next((tools for folder, tools in _OF_ONE_TOOL.items() if _is_same(cache.target, folder)), None)
    if tools is None or any(action.manager in tools for action in layer.actions):
        return None
    if not all(action_of(command) or command.name in _NEUTRAL for command in layer.commands):
        return None
    managers = dict.fromkeys(action.manager for action in actions)
    if any(action.family in ("python", "conda") for action in actions) and "pip" in tools:
        return None
    return f"the cache mount on {cache.target} is unused: `{next(iter(managers))}` keeps nothing there"


def _is_same(target: str, folder: str) -> bool:
    return covers(target, folder) and covers(folder, target)


def _of_other_user(layer: Layer, cache: _Cache, users: Sequence[PackageAction]) -> str | None:
    """Whether the mount lies in the home of somebody else than the user whom the step runs as."""
    user = _user(layer)
    home = "root" if cache.target.startswith("/root/") else ""
    if cache.target.startswith("/home/"):
        home = cache.target.split("/")[2]
    is_elsewhere = "HOME" in layer.before.environment or any("sudo" in one.command.wrappers for one in users)
    is_of_home = all(any(folder.startswith("~") for folder in one.cache_folders) for one in users)
    if not user or not home or is_elsewhere or not is_of_home or user.isdecimal() or user == home:
        return None
    return f"the cache mount on {cache.target} is unused: `{users[0].manager}` runs as `{user}`"


def _user(layer: Layer) -> str:
    """The name of the layer's user; empty where it is not known."""
    name = layer.before.user_name
    if layer.before.user is None:
        known = layer.build.facts(layer.stage)
        name = known.default_user if known is not None else None
    name = (name or "").partition(":")[0]
    return "root" if is_root(name) else name


def _emptied_by_image(layer: Layer, cache: _Cache, users: Sequence[PackageAction]) -> str | None:
    """Whether the base image deletes apt's packages after each installation."""
    known = layer.build.facts(layer.stage)
    is_apt = all(action.manager in _APT for action in users) and any(one.verb.name == "install" for one in users)
    if not is_apt or not covers(cache.target, "/var/cache/apt"):
        return None
    if known is None or not known.official or known.family not in ("debian", "ubuntu"):
        return None
    if layer.build.history_of(layer.stage).first_step(_may_keep_packages) < inf:
        return None
    return f"the cache mount on {cache.target} stays empty: the image's docker-clean deletes what apt downloads"


def _may_keep_packages(step: Step) -> bool:
    one = step.instruction
    text = one.script.text if isinstance(one, Run) else one.rest
    return "docker-clean" in text or "apt.conf" in text or "Keep-Downloaded" in text


def _shared(cache: _Cache, actions: Sequence[PackageAction]) -> str | None:
    if "sharing" in cache.mount.options and cache.mount.options["sharing"].lower() != "shared":
        return None
    for folder, tools in _UNSHARED.items():
        is_used = any(action.manager in tools for action in actions)
        if is_used and covers(folder, cache.target):
            return f"two builds at once may spoil the cache mount on {cache.target}; add `sharing=locked`"
    return None


def _emptied(layer: Layer, cache: _Cache, actions: Sequence[PackageAction]) -> Iterator[tuple[Text, str]]:
    """The commands that delete what the mount is there to keep."""
    folders = {folder for action in actions for folder in action.cache_folders if covers(cache.target, folder)}
    for command in layer.commands:
        action = action_of(command)
        if command.name != "rm" and (action is None or action.verb.name != "clean"):
            continue
        if any(empties(command, folder) for folder in folders):
            title = "rm" if action is None else f"{action.manager} {action.verb.written}"
            yield command.text, f"`{title}` empties the cache mount on {cache.target}, which is no part of the image"
