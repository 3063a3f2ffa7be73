"""What becomes of a package manager's caches: kept out by an option, mounted, cleaned up later, or left in the layer.

https://docs.docker.com/build/cache/optimize/#use-cache-mounts
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache

from dockerlint.dockerfile.instructions import Run
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.script import Command


class CacheState(Enum):
    """Where a cache folder is after its RUN."""

    OFF = "off"  # an option keeps the tool from filling it
    MOUNTED = "mounted"  # it lies on a cache or tmpfs mount
    CLEANED = "cleaned"  # a later command of the RUN empties it
    LEFT = "left"  # it stays in the layer, if the tool put anything there


# What these clean commands leave behind.
_KEPT_BY_CLEAN = {"apt-get": ("/var/lib/apt/lists",), "apt": ("/var/lib/apt/lists",)}


def cache_states(run: Run, action: PackageAction) -> dict[str, CacheState]:
    """What becomes of each folder where an action of this RUN keeps downloads and indexes."""
    mounted = [str(mount.target) for mount in run.mounts if mount.type in ("cache", "tmpfs") and mount.target]
    emptied = list(_emptied_after(run, action))
    states: dict[str, CacheState] = {}
    for folder in action.cache_folders:
        if action.cache_off is not None:
            states[folder] = CacheState.OFF
        elif any(covers(target, folder) for target in mounted):
            states[folder] = CacheState.MOUNTED
        elif any(covers(place, folder) for place in emptied):
            states[folder] = CacheState.CLEANED
        else:
            states[folder] = CacheState.LEFT
    return states


def _emptied_after(run: Run, action: PackageAction) -> Iterator[str]:
    """The folders that the commands behind an action empty."""
    commands = run.commands
    index = next((number for number, one in enumerate(commands) if one is action.command), len(commands))
    for command in commands[index + 1 :]:
        yield from _removed(command)
        later = action_of(command)
        if later is not None and later.verb.name == "clean" and later.family == action.family:
            kept = _KEPT_BY_CLEAN.get(later.manager, ())
            yield from (folder for folder in later.cache_folders if folder not in kept)


def _removed(command: Command) -> Iterator[str]:
    """The folders that `rm -r` and `find ... -delete` empty."""
    if command.name == "rm" and command.has_option("-r", "-R", "--recursive"):
        yield from (str(word.value) for word in command.operands)
    elif command.name == "find" and any(word.value == "-delete" for word in command.arguments):
        yield from (str(word.value) for word in command.arguments if word.value.startswith(("/", "~", "$HOME")))


@cache
def _home() -> re.Pattern[str]:
    return re.compile(r"(?:~|/root|/home/[^/]+|\$HOME|\$\{HOME\})(?=/|$)")


def covers(place: str, folder: str) -> bool:
    """Whether a mounted or removed path is a cache folder, or holds it. Whose home `~` is does not count."""
    outer, inner = _cleaned(place), _cleaned(folder)
    if not inner.startswith(("/", "~")):  # relative to wherever the tool is installed
        return f"{outer}/".endswith(f"/{inner}/")
    return f"{inner}/".startswith(f"{outer}/")


def _cleaned(path: str) -> str:
    path = posixpath.normpath(path.rstrip("*") or "/")
    return _home().sub("~", path, count=1).rstrip("/")
