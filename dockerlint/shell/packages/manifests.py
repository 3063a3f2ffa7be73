"""Installations of a project's dependencies from its manifest."""

from __future__ import annotations

import fnmatch
from typing import NamedTuple

from dockerlint.shell.packages.actions import action_of
from dockerlint.shell.packages.model import PackageAction
from dockerlint.shell.script import Command


class Installer(NamedTuple):
    """An installation from a manifest.

    `title` is the command as a message shows it; `manifests` are globs of the files that it reads,
    relative to the folder where it runs; `caches` are parts of the paths that a cache mount may have.
    """

    kind: str
    title: str
    manifests: tuple[str, ...]
    caches: tuple[str, ...]
    command: Command


_CACHES: dict[str, tuple[str, ...]] = {
    "pip": (".cache", "pip"),
    "uv": (".cache/uv", ".cache", "pip"),
    "poetry": (".cache/pypoetry",),
    "pipenv": (".cache/pip",),
    "pdm": (".cache/pdm",),
    "conda": ("pkgs", ".cache"),
    "mamba": ("pkgs", ".cache"),
    "micromamba": ("pkgs", ".cache"),
    "npm": (".npm",),
    "yarn": (".yarn", ".cache/yarn", "yarn"),
    "pnpm": ("pnpm", ".pnpm-store"),
    "bun": (".bun",),
    "bundle": ("bundle", ".gem"),
    "go": ("go/pkg", ".cache/go-build"),
    "cargo": ("cargo", "target"),
    "composer": (".composer", "composer"),
    "dotnet": (".nuget", "nuget"),
    "mvn": (".m2",),
    "gradle": (".gradle",),
    "sbt": (".ivy2", ".cache", ".sbt"),
    "mix": ("deps", ".hex"),
}
# What fetches by building counts too, except where another verb is the habit.
_VERBS: dict[str, tuple[str, ...]] = {
    "go": ("mod download", "build", "install", "test"),
    "cargo": ("fetch", "build", "install", "chef cook"),
    "dotnet": ("restore",),
}
_OFFLINE = ("-g", "--global", "--offline", "--version")


def installer(command: Command) -> Installer | None:
    """The installation from a manifest that a command does; None for anything else."""
    action = action_of(command)
    if action is None or action.manager not in _CACHES:
        return None
    if action.family in ("python", "conda") and action.requirements:
        return _from_files(action)
    if not action.manifests or not _counts(action):
        return None
    # A wrapper of the project is not the program that is named in its place.
    program = f"./{command.name}" if command.name in ("gradlew", "mvnw") else action.manager
    title = f"{program} {action.verb.written}".strip()
    return Installer(action.family, title, action.manifests, _CACHES[action.manager], command)


def _from_files(action: PackageAction) -> Installer | None:
    """From files that the command names: `pip install -r requirements.txt`."""
    files = action.requirements
    if action.verb.name not in ("install", "download") or not all(file.is_literal for file in files):
        return None
    manifests = tuple(str(word.value) for word in (*files, *action.constraints))
    if action.family == "conda":
        option = next(option.name for option in action.options.options if option.value is files[0])
        title = f"{action.manager} {action.verb.written} {option} {files[0].value}"
    else:
        title = f"{'uv pip' if action.manager == 'uv' else action.manager} install -r {files[0].value}"
    return Installer(action.family, title, manifests, _CACHES[action.manager], action.command)


def _counts(action: PackageAction) -> bool:
    options = action.options
    if action.verb.written not in _VERBS.get(action.manager, (action.verb.written,)):
        return False
    if action.manager in ("mvn", "gradle"):
        return not options.has("-o", "--offline")
    if action.manager == "go":
        mode = options.value("-mod", "--mod")
        return mode is None or mode.value not in ("vendor", "readonly")
    if action.manager == "cargo":
        return not options.has("--offline", "--frozen")
    return not options.has(*_OFFLINE)


def matches_manifest(path: str, manifests: tuple[str, ...]) -> bool:
    """Whether a file, by its name below the folder where the installer runs, is one of its manifests."""
    name = path.removeprefix("./").strip("/")
    return any(fnmatch.fnmatchcase(name, pattern.removeprefix("./")) for pattern in manifests)
