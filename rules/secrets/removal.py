"""Whether what a step writes is gone when the step, or a later one, is over."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterable
from functools import cache

from dockerlint.dockerfile.instructions import Run
from dockerlint.shell.script import Command

_REMOVERS = frozenset({"rm", "shred", "unlink"})


def is_removed(path: str, later: Iterable[Command]) -> bool:
    """Whether one of the later commands deletes a file, as far as names tell: then nothing is said of it."""
    return any(_removes(command, path) for command in later)


def _removes(command: Command, path: str) -> bool:
    if command.name == "trap":
        return any(posixpath.basename(path) in word.value for word in command.arguments)
    if command.name not in _REMOVERS:
        return False
    return any(_covers(plain(word.value), plain(path)) for word in command.arguments if not word.value.startswith("-"))


def _covers(removed: str, path: str) -> bool:
    if path.startswith(f"{removed.rstrip('/*')}/") or fnmatch.fnmatchcase(path, removed):
        return True
    # Where one of them is relative, the file's own name has to do.
    if posixpath.isabs(removed) and posixpath.isabs(path):
        return False
    return fnmatch.fnmatchcase(posixpath.basename(path), posixpath.basename(removed.rstrip("/")) or path)


def plain(path: str) -> str:
    """A path without quotes, with the home folder of root written as `~`."""
    return _home().sub("~", path.strip("\"'"))


@cache
def _home() -> re.Pattern[str]:
    return re.compile(r"^(?:\$HOME|\$\{HOME\}|/root)(?=/|$)")


def is_kept(path: str, run: Run) -> bool:
    """Whether a file that a RUN writes lies in its layer, and not in a mount or on a device."""
    path = plain(path)
    if path.startswith(("/run/", "/dev/", "/proc/", "&")):
        return False
    mounted = [plain(mount.target or "") for mount in run.mounts if mount.type in ("tmpfs", "cache", "secret", "bind")]
    return not any(path == target or path.startswith(target.rstrip("/") + "/") for target in mounted if target)
