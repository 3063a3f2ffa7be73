"""What becomes of a package manager's caches: kept out by an option, mounted, cleaned up later, or left in the layer.

https://docs.docker.com/build/cache/optimize/#use-cache-mounts
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache

from dockerlint.dockerfile.environment import Environment
from dockerlint.dockerfile.instructions import Run
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.script import Command


class CacheState(Enum):
    """Where a cache folder is after its RUN."""

    OFF = "off"  # an option keeps the tool from filling it
    MOUNTED = "mounted"  # it lies on a cache or tmpfs mount
    CLEANED = "cleaned"  # a later command of the RUN empties it
    LEFT = "left"  # it stays in the layer, if the tool put anything there


# Braces with more than these would stand for very many paths.
_MOST_COMMAS = 8
# Option of `go clean`, and what it empties.
_GO_CACHES = {"-modcache": ("/go/pkg/mod", "~/go/pkg/mod"), "-cache": ("~/.cache/go-build",)}


# Variables that keep a tool from filling its cache, whatever their value is.
_TURN_OFF = {"pip": "PIP_NO_CACHE_DIR", "uv": "UV_NO_CACHE"}


def cache_states(run: Run, action: PackageAction, environment: Environment) -> dict[str, CacheState]:
    """What becomes of each folder where an action of this RUN keeps downloads and indexes.

    `environment` is that of the stage when the RUN begins.
    """
    is_off = action.cache_off is not None or _is_turned_off(run, action, environment)
    mounted = [str(mount.target) for mount in run.mounts if mount.type in ("cache", "tmpfs") and mount.target]
    emptied = list(_emptied_after(run, action))
    states: dict[str, CacheState] = {}
    for folder in action.cache_folders:
        if is_off:
            states[folder] = CacheState.OFF
        elif any(covers(target, folder) for target in mounted):
            states[folder] = CacheState.MOUNTED
        elif any(covers(place, folder) for place in emptied):
            states[folder] = CacheState.CLEANED
        else:
            states[folder] = CacheState.LEFT
    return states


def _is_turned_off(run: Run, action: PackageAction, environment: Environment) -> bool:
    """Whether a variable of the stage, of the command or of one before it says so."""
    name = _TURN_OFF.get(action.manager)
    if name is None:
        return False
    value = environment.get(name)
    for command in run.commands:
        is_own = command is action.command
        if is_own or command.name == "export":
            given = [assignment.value for assignment in command.assignments if assignment.name == name]
            value = next((str(word.value) for word in reversed(given) if word is not None), value)
        if is_own:
            break
    return bool(value)


def _emptied_after(run: Run, action: PackageAction) -> Iterator[str]:
    """The folders that the commands behind an action empty."""
    commands = run.commands
    index = next((number for number, one in enumerate(commands) if one is action.command), len(commands))
    for command in commands[index + 1 :]:
        if command.before == "||":  # runs only where the one before it failed
            continue
        yield from removed_by(command)
        later = action_of(command)
        if later is not None and later.verb.name == "clean":
            yield from _cleaned_by(later)


def _cleaned_by(action: PackageAction) -> tuple[str, ...]:
    """The folders that a manager's own clean command empties."""
    options, verb = action.options, action.verb.written
    if action.manager in ("apt-get", "apt", "aptitude") and verb == "clean":
        return tuple(folder for folder in action.cache_folders if folder != "/var/lib/apt/lists")
    if "/var/cache/dnf" in action.cache_folders or action.manager == "tdnf":
        # Of `metadata`, `packages` and the like the other part stays.
        return action.cache_folders if any(word.value == "all" for word in options.operands) else ()
    if action.manager == "go":
        return tuple(folder for name, folders in _GO_CACHES.items() if options.has(name) for folder in folders)
    return action.cache_folders


def removed_by(command: Command) -> Iterator[str]:
    """The folders that `rm -r` and `find ... -delete` empty."""
    if command.name == "rm" and command.has_option("-r", "-R", "--recursive"):
        yield from (path for word in command.operands for path in _alternatives(str(word.value)))
    elif command.name == "find" and any(word.value == "-delete" for word in command.arguments):
        yield from (str(word.value) for word in command.arguments if word.value.startswith(("/", "~", "$HOME")))


def _alternatives(path: str) -> Iterator[str]:
    """What braces stand for: `/var/{lib,cache}/x`. Not every shell reads them so, but who writes them means it."""
    match = _braces().search(path) if path.count(",") <= _MOST_COMMAS else None
    if match is None:
        yield path
    else:
        for choice in match[1].split(","):
            yield from _alternatives(path[: match.start()] + choice + path[match.end() :])


@cache
def _braces() -> re.Pattern[str]:
    return re.compile(r"(?<!\$)\{([^{},]*,[^{}]*)\}")


@cache
def _home() -> re.Pattern[str]:
    return re.compile(r"(?:~|/root|/home/[^/]+|\$HOME|\$\{HOME\})(?=/|$)")


def covers(place: str, folder: str) -> bool:
    """Whether a mounted or removed path is a cache folder, or holds it. Whose home `~` is does not count."""
    outer, inner = _cleaned(place), _cleaned(folder)
    if not inner.startswith(("/", "~")) and f"/{outer}/".endswith(f"/{inner}/"):
        return True  # relative to wherever the tool is installed or runs
    return f"{inner}/".startswith(f"{outer}/")


def _cleaned(path: str) -> str:
    """The path without what stands for all in it, and without who `~` is; `*` alone is all in an unknown folder."""
    return _home().sub("~", posixpath.normpath(path.rstrip("*") or "."), count=1).rstrip("/")
