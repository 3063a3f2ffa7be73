"""What becomes of a package manager's caches: kept out by an option, mounted, cleaned up later, or left in the layer.

https://docs.docker.com/build/cache/optimize/#use-cache-mounts
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import cache

from dockerlint.dockerfile.environment import Environment
from dockerlint.dockerfile.expansion import expand
from dockerlint.dockerfile.instructions import Run
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.script import SHELLS, Command


class CacheState(Enum):
    """Where a cache folder is after its RUN."""

    OFF = "off"  # an option or a variable keeps the tool from filling it, or may do so
    MOUNTED = "mounted"  # it lies on a cache or tmpfs mount
    CLEANED = "cleaned"  # a later command of the RUN empties it, or may do so
    LEFT = "left"  # it stays in the layer, if the tool put anything there


# Braces with more than these would stand for very many paths.
_MOST_COMMAS = 8
# Option of `go clean`, and what it empties.
_GO_CACHES = {"-modcache": ("/go/pkg/mod", "~/go/pkg/mod"), "-cache": ("~/.cache/go-build",)}
# Variables that keep a tool from filling its cache, whatever their value is.
_TURN_OFF = {"pip": "PIP_NO_CACHE_DIR", "uv": "UV_NO_CACHE"}
# Variables that say where the cache lies.
_MOVERS = {
    "pip": ("PIP_CACHE_DIR",),
    "uv": ("UV_CACHE_DIR",),
    "npm": ("npm_config_cache", "NPM_CONFIG_CACHE"),
    "yarn": ("YARN_CACHE_FOLDER",),
    "poetry": ("POETRY_CACHE_DIR",),
    "pipenv": ("PIPENV_CACHE_DIR",),
}
# All that matters in these lies in one place: in the files themselves, or in one folder.
_FLAT = frozenset({"/var/lib/apt/lists", "/var/cache/apk", "/etc/apk/cache"})
_CONTENTS = {"~/.npm": "~/.npm/_cacache"}
# Options that put packages, and with them the caches, below another root.
_OTHER_ROOT = ("--installroot", "--root")
# With these, `find` takes only some of the files.
_FILTERS = ("-name", "-iname", "-path", "-ipath", "-regex", "-iregex", "-mtime", "-size", "-maxdepth")


def cache_states(
    run: Run, commands: Sequence[Command], action: PackageAction, environment: Environment
) -> dict[str, CacheState]:
    """What becomes of each folder where an action of this RUN keeps downloads and indexes.

    `commands` are those of the RUN, the action's among them; `environment` is that of the stage when the RUN begins.
    """
    before = _until(commands, action)
    variables = _Variables(before, action, environment)
    if action.cache_off is not None or variables.turn_off():
        return dict.fromkeys(action.cache_folders, CacheState.OFF)
    folders = variables.folders()
    if folders is None:
        return dict.fromkeys(action.cache_folders, CacheState.OFF)
    later = [command for command in before if command.in_function or command.name == "trap"]
    later += commands[len(before) :]
    return {folder: _state(run, later, folder, environment) for folder in folders}


def _until(commands: Sequence[Command], action: PackageAction) -> Sequence[Command]:
    """The commands up to and with the action's own."""
    index = next((number for number, one in enumerate(commands) if one is action.command), len(commands))
    return commands[: index + 1]


def _state(run: Run, later: Sequence[Command], folder: str, environment: Environment) -> CacheState:
    if any(_is_mounted(target, folder) for target in _mounted(run, environment)):
        return CacheState.MOUNTED
    if any(empties(command, folder) for command in later):
        return CacheState.CLEANED
    return CacheState.LEFT


class _Variables:
    """The variables that hold when an action runs: the stage's, those exported before it, and its own."""

    def __init__(self, commands: Sequence[Command], action: PackageAction, environment: Environment) -> None:
        self._action = action
        self._commands = commands
        self._environment = environment

    def turn_off(self) -> bool:
        """Whether one of them keeps the tool from filling its cache, or may do so."""
        name = _TURN_OFF.get(self._action.manager)
        return name is not None and self._value(name) != ""

    def folders(self) -> tuple[str, ...] | None:
        """The folders of the action's cache; None where a variable without a known value moves it."""
        folders = self._action.cache_folders
        if folders and folders[0].startswith("~"):
            for name in _MOVERS.get(self._action.manager, ()):
                value = self._value(name)
                if value != "":
                    return None if value is None or "$" in value else (value,)
        root = self._action.options.value(*_OTHER_ROOT)
        return folders if root is None else tuple(posixpath.join(root.value, folder.lstrip("/")) for folder in folders)

    def _value(self, name: str) -> str | None:
        """What a variable holds, empty where nobody sets it; None where that is not known."""
        value = self._environment.get(name)
        if value is None and name not in self._environment:
            value = ""
        for command in self._commands:
            if command is self._action.command or command.name in ("export", ""):
                given = [assignment.value for assignment in command.assignments if assignment.name == name]
                value = next((str(word.value) for word in reversed(given) if word is not None), value)
        return value


def _mounted(run: Run, environment: Environment) -> Iterator[str]:
    for mount in run.mounts:
        if mount.type in ("cache", "tmpfs") and mount.target:
            yield expand(mount.target, environment.lookup, run.escape).value or str(mount.target)


def _is_mounted(target: str, folder: str) -> bool:
    """What lies below a variable that nobody knows may be any folder."""
    return covers(target, folder) or (target.startswith("$") and not target.startswith(("$HOME", "${HOME}")))


def empties(command: Command, folder: str) -> bool:
    """Whether a command behind an action empties one of its folders, or may do so."""
    if command.before == "||":  # runs only where the one before it failed
        return False
    if command.name in ("rm", "find"):
        return deletes(command, folder)
    if command.name == "trap":
        return any("rm " in word.value and folder in word.value for word in command.arguments)
    if _is_cleaner(command):
        return True
    later = action_of(command)
    return later is not None and later.verb.name == "clean" and folder in _cleaned_by(later)


def deletes(command: Command, folder: str) -> bool:
    """Whether `rm` or `find ... -delete` empties a folder."""
    if command.name == "rm":
        return _removes(command, folder)
    return command.name == "find" and _finds(command, folder)


def _is_cleaner(command: Command) -> bool:
    """Whether a script runs that is called so: `/tmp/cleanup.sh`."""
    names = [command.name]
    if command.name in SHELLS or command.name in (".", "source"):
        names += [str(word.value) for word in command.arguments[:2]]
    return any("clean" in name and " " not in name for name in names)


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


def _removes(command: Command, folder: str) -> bool:
    """`rm -r FOLDER`, and `rm FILES` where a folder holds nothing but files."""
    paths = [path for word in command.operands for path in _alternatives(str(word.value))]
    if folder in _FLAT and any("*" in path and posixpath.dirname(path) == folder for path in paths):
        return True
    if not command.has_option("-r", "-R", "--recursive"):
        return False
    contents = _CONTENTS.get(folder, folder)
    return any(covers(path, contents) or (path.startswith("$(") and "cache" in path) for path in paths)


def _finds(command: Command, folder: str) -> bool:
    """`find FOLDER -delete`; of only some files, where they are sought in that very folder."""
    options = command.options
    executed = options.value("-exec")
    if not options.has("-delete") and (executed is None or executed.value != "rm"):
        return False
    places = [str(word.value) for word in options.operands]
    if options.has(*_FILTERS):
        return any(_cleaned(place) == _cleaned(folder) for place in places)
    return any(covers(place, folder) for place in places)


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
    if re.match(r"[\w.]", outer) and inner.startswith("/"):
        outer = f"/{outer}"  # most builds run in the root
    return f"{inner}/".startswith(f"{outer}/")


def _cleaned(path: str) -> str:
    """The path without what stands for all in it, and without who `~` is; `*` alone is all in an unknown folder."""
    return _home().sub("~", posixpath.normpath(path.rstrip("*") or "."), count=1).rstrip("/")
