"""Whether an image has the lock file of an installer, and what makes an installer keep to it."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from dockerlint.context.files import Context
from dockerlint.dockerfile.copies import Placed, absolute_path, placed
from dockerlint.dockerfile.instructions import Transfer
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import Copied, Step
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.words import Word


class Lock(NamedTuple):
    """How a tool is kept to its lock file.

    `loose` are its verbs, as written, that may go beyond the lock, unless one of the `strict` options is given or one
    of the `variables` is set. `instead` is what to write, `added` the option that a fix adds.
    """

    files: tuple[str, ...]
    manifest: str
    loose: tuple[str, ...]
    instead: str
    strict: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    added: str = ""


_NPM_LOCKS = ("package-lock.json", "npm-shrinkwrap.json")
LOCKS = {
    "npm": Lock(_NPM_LOCKS, "package.json", ("install", "i"), "`npm ci` installs exactly that", ("--package-lock-only",)),
    "yarn": Lock(
        ("yarn.lock",), "package.json", ("", "install"), "add `--frozen-lockfile` (yarn 2 and later: `--immutable`)",
        ("--frozen-lockfile", "--immutable"), ("CI", "YARN_ENABLE_IMMUTABLE_INSTALLS"), "--frozen-lockfile",
    ),
    "pnpm": Lock(
        ("pnpm-lock.yaml",), "package.json", ("install", "i"), "add `--frozen-lockfile`",
        ("--frozen-lockfile",), ("CI",), "--frozen-lockfile",
    ),
    "pipenv": Lock(
        ("Pipfile.lock",), "Pipfile", ("install",), "add `--deploy`, or use `pipenv sync`",
        ("--deploy", "--ignore-pipfile"), ("PIPENV_DEPLOY", "PIPENV_IGNORE_PIPFILE"), "--deploy",
    ),
    "uv": Lock(
        ("uv.lock",), "pyproject.toml", ("sync",), "add `--locked`",
        ("--locked", "--frozen", "--check"), ("UV_LOCKED", "UV_FROZEN"), "--locked",
    ),
    "bundle": Lock(
        ("Gemfile.lock",), "Gemfile", ("", "install"), "set `BUNDLE_FROZEN=true` before it",
        ("--frozen", "--deployment"), ("BUNDLE_FROZEN", "BUNDLE_DEPLOYMENT"),
    ),
    "cargo": Lock(
        ("Cargo.lock",), "Cargo.toml", ("build", "b", "install"), "add `--locked`",
        ("--locked", "--frozen", "--offline"), ("CARGO_NET_OFFLINE",), "--locked",
    ),
    "composer": Lock(
        ("composer.lock",), "composer.json", ("update", "u", "upgrade"), "use `composer install`", ("--lock",),
    ),
    "poetry": Lock(("poetry.lock",), "pyproject.toml", ("update", "lock"), "use `poetry install`", ("--check",)),
    "pdm": Lock(
        ("pdm.lock",), "pyproject.toml", ("install",), "add `--frozen-lockfile`",
        ("--frozen-lockfile", "--no-lock", "--check"), added="--frozen-lockfile",
    ),
}  # fmt: skip
_OFF = frozenset({"", "0", "false", "no", "off"})


def is_loose(layer: Layer, action: PackageAction, lock: Lock) -> bool:
    """Whether a command installs a project, and nothing keeps it to the lock file."""
    options = action.options
    if action.verb.written not in lock.loose or action.is_global or action.is_dry_run or options.has("--version"):
        return False
    if action.packages or action.urls or (action.local and action.manager != "cargo"):
        return False
    if action.manager == "cargo" and action.verb.written == "install" and not action.local:
        return False
    if any(option.name in lock.strict and _is_on(option.value) for option in options.options):
        return False
    if any((layer.variable(name, action.command) or "").lower() not in _OFF for name in lock.variables):
        return False
    return action.manager != "bundle" or not _is_configured(layer)


def _is_on(value: Word | None) -> bool:
    return value is None or value.value not in ("false", "0")


def _is_configured(layer: Layer) -> bool:
    """Whether `bundle config` says so in this RUN or an earlier one, or a copied folder may."""
    return layer.is_trigger or layer.follows(_takes_bundle_folder) or layer.is_or_stands_on(_freezes_bundle)


def _takes_bundle_folder(step: Step) -> bool:
    copy = step.instruction
    return isinstance(copy, Transfer) and any(".bundle" in word for word in copy.sources)


def _freezes_bundle(layer: Layer) -> bool:
    return any(
        command.arguments[0].value == "config"
        and any(word.value in ("frozen", "deployment") for word in command.arguments)
        for command in layer.named("bundle", "bundler")
        if command.arguments
    )


def lock_file(layer: Layer, action: PackageAction, lock: Lock) -> str | None:
    """The lock file that the folder of an installer certainly has, by the name of a COPY or what a pattern took."""
    for name in lock.files:
        if not layer.is_or_stands_on(_takes_away, name) and _is_copied(layer, action, lock, name):
            return name
    return None


def _takes_away(layer: Layer, name: str) -> bool:
    return any(name in word.value for command in layer.named("rm", "mv") for word in command.arguments)


def has_lock_in_context(layer: Layer, name: str) -> bool:
    """Whether the known context has the lock file, where the COPY looks for it."""
    context = layer.build.context
    return context is not None and any(
        posixpath.basename(entry.path) == name
        for place in _places(layer.before.copies)
        for _, source in place.sources
        for entry in context.taken_by(source)
    )


def _is_copied(layer: Layer, action: PackageAction, lock: Lock, name: str) -> bool:
    mounted = [mount.source for mount in layer.run.mounts if mount.type == "bind" and mount.source]
    if any(posixpath.basename(source) == name for source in mounted):
        return True
    folder = _folder(layer, action)
    sources = _sources(layer.stage, name).get(folder, {}) if folder is not None else {}
    return any(
        line < layer.run.start_line and _brings(layer.build.context, lock, source, name)
        for source, line in sources.items()
    )


@lru_cache(maxsize=8)
def _sources(stage: Stage, name: str) -> dict[str, dict[str, int]]:
    """What is copied into each folder of a stage where it may be a file of a name: each source, and its first line."""
    found: dict[str, dict[str, int]] = {}
    for place in _places(stage.state.copies):
        for _, source in place.sources:
            found.setdefault(_folder_of(place, name), {}).setdefault(source, place.transfer.start_line)
    return found


def _folder(layer: Layer, action: PackageAction) -> str | None:
    """The folder that an installer works in; None where the script or a variable hides it."""
    folder = layer.folder_of(action.command)
    if folder is None:
        return None
    if action.project is None:
        return folder
    if not action.project.is_literal or "." in posixpath.basename(action.project.value.strip("./")):
        return None
    return absolute_path(action.project.value, folder)


def _places(copies: Iterable[Copied]) -> Iterator[Placed]:
    for copied in copies:
        place = placed(copied.transfer, copied.before) if copied.transfer.origin is None else None
        if place is not None and not copied.transfer.heredocs:
            yield place


def _folder_of(place: Placed, name: str) -> str:
    """The folder that a COPY puts a file into, where it takes that file or a folder with it."""
    is_file = not place.is_folder and posixpath.basename(place.destination) == name
    return posixpath.dirname(place.destination) if is_file else place.destination


def _brings(context: Context | None, lock: Lock, source: str, name: str) -> bool:
    """Whether a source of COPY takes the lock file from the context's root, or from a folder that it names.

    A context without manifest is not the real one: somebody looks at the Dockerfile alone. Whether there is a lock
    file that a pattern such as `package*.json` takes, nobody knows then.
    """
    path = posixpath.normpath(source.lstrip("/") or ".")
    folder = posixpath.dirname(path)
    is_named = fnmatch.fnmatchcase(name, posixpath.basename(path)) and path != "*"
    if context is None or not context.exists(posixpath.join(folder if is_named else path, lock.manifest)):
        return is_named and not any(mark in path for mark in "*?[")
    return context.is_file(posixpath.join(folder, name) if is_named else posixpath.join(path, name))
