"""Steps that change or delete what an earlier layer holds."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from dockerlint.dockerfile.caches import CacheState, cache_states, covers, empties
from dockerlint.dockerfile.copies import placed
from dockerlint.dockerfile.instructions import Add, Copy
from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge.secret_files import credential_file
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.script import Command

from .left import is_lasting, written
from .paths import downloaded_by, is_mounted, is_small_download, is_small_file, located, may_be_gone, path_in

# Nobody tidies up after more layers than these.
_NEAR = 100
# With these verbs a package manager fetches what it keeps a copy of.
_FETCHING = frozenset({"install", "update", "upgrade", "build-dep", "download"})
# With these a RUN still does nothing but delete.
_NEUTRAL = frozenset({"cd", "echo", "ls", "set", "sync", "true", ":"})


class _Kept(NamedTuple):
    """What a layer holds: by a name for messages, the line that wrote it, and the word that deletes it, as written."""

    name: str
    line: int
    deleted: str


class DeletedInLaterLayer(Rule[Build]):
    """A RUN deletes what an earlier layer holds, so the image gets no smaller.

    A layer cannot take anything out of those below it: the files are only hidden, and are pulled with the image as
    before.

    Delete in the same RUN that writes, with `&&`; or do the work in a builder stage, and copy only the result.

    https://docs.docker.com/build/building/best-practices/#run
    """

    severity = Severity.INFO
    bad = {
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl\nRUN «rm -rf /var/lib/apt/lists/*»": None,
        "FROM debian:trixie\nRUN apt-get install -y gcc make\nRUN make\nRUN «apt-get purge -y gcc» && apt-get clean": None,
        "FROM alpine:3.22\nRUN apk add --no-cache --virtual .build gcc\nRUN «apk del .build»": None,
        "FROM debian:trixie\nCOPY src /tmp/src\nRUN make -C /tmp/src\nRUN «rm -rf /tmp/src»": None,
        "FROM debian:trixie\nRUN curl -o /tmp/a.tgz https://x.io/a.tgz\nRUN tar xf /tmp/a.tgz\nRUN «rm /tmp/*.tgz»": None,
        "FROM fedora:43\nRUN dnf install -y nginx\nRUN «dnf clean all»": None,
        "FROM debian:trixie AS base\nCOPY src /src\nFROM base\nRUN «rm -r /src»": None,
    }
    good = (
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
        "FROM debian:trixie\nRUN rm -rf /usr/share/doc",
        "FROM nginx:1.29\nRUN rm /etc/nginx/conf.d/default.conf",
        "FROM debian:trixie\nRUN apt-get install -y curl\nRUN apt-get clean",
        "FROM debian:trixie\nRUN apt-get install -y gcc\nRUN make && apt-get purge -y gcc",
        "FROM debian:trixie\nRUN apt-get install -y curl\nRUN apt-get purge -y perl",
        "FROM node:24\nCOPY .npmrc /root/.npmrc\nRUN rm /root/.npmrc",
        "FROM debian:trixie AS b\nCOPY src /src\nRUN rm -r /src\nFROM debian:trixie\nCOPY --from=b /app /app",
        "=== Dockerfile\nFROM debian:trixie\nCOPY src /src\nRUN rm -r /src\n=== dockerlint.toml\nsquash = true",
        "FROM debian:trixie\nCOPY src /src\nRUN rm -rf /src/tests/output",
        "FROM debian:trixie\nRUN cd /tmp && wget https://x.io/a.tgz && tar xf a.tgz && rm a.tgz\nRUN rm -rf /tmp/*",
        "FROM debian:trixie\nWORKDIR /tmp\nRUN wget https://x.io/get-pip.py\nRUN python get-pip.py\nRUN rm get-pip.py",
        "FROM debian:trixie\nCOPY options.am /tmp/src/\nRUN make -C /tmp/src\nRUN rm -rf /tmp/src",
        "FROM python:3.13\nRUN pip install --no-cache-dir a\nRUN pip uninstall -y a",
        "FROM python:3.13\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nRUN rm requirements.txt",
    )

    def check(self, build: Build) -> Findings:
        if self.settings.squash:
            return
        for layer in build.layers:
            if layer.is_trigger or not is_lasting(layer) or not _only_deletes(layer):
                continue
            kept = next(_hidden(build, layer), None)
            if kept is not None:
                command, what = kept
                title = " ".join(_title(command, what))
                message = f"`{title}` frees nothing: {what.name} stays in the layer of line {what.line}"
                yield self.finding(command.text, message)


def _only_deletes(layer: Layer) -> bool:
    return bool(layer.commands) and all(command.name in _NEUTRAL or _deletes(command) for command in layer.commands)


def _deletes(command: Command) -> bool:
    if command.name == "rm":
        return True
    if command.name == "find":
        return command.has_option("-delete")
    action = action_of(command)
    return action is not None and action.verb.name in ("clean", "remove")


def _hidden(build: Build, layer: Layer) -> Iterator[tuple[Command, _Kept]]:
    """The commands of a layer that delete what an earlier one holds."""
    earlier = build.chain_of(layer.stage).just_before(layer.run.start_line, _NEAR)
    for command, folder in located(layer):
        action = action_of(command)
        found: _Kept | None = None
        if action is not None and action.verb.name == "remove" and action.family == "system":
            found = _installed(action, earlier)
        elif action is not None and action.verb.name == "clean":
            found = _cached(command, earlier)
        elif command.name in ("rm", "find"):
            found = _cached(command, earlier) or _written(command, folder, layer, earlier)
        if found is not None:
            yield command, found


def _title(command: Command, what: _Kept) -> Iterator[str]:
    """The command as it is written, of its operands only the one that matters."""
    action = action_of(command)
    if action is not None:
        yield written(action)
    else:
        yield command.name
        # The options of `find` are its tests.
        words = [str(option.word.value) for option in command.options.options if command.name == "rm"]
        yield from dict.fromkeys(words)
    if what.deleted:
        yield what.deleted


def _installed(action: PackageAction, earlier: Sequence[Layer]) -> _Kept | None:
    """A package (or the group that `apk add --virtual` names) of an earlier layer that is removed."""
    removed = {str(package.name) for package in action.packages if package.is_literal}
    for layer in reversed(earlier):
        for other in layer.actions:
            if other.family != action.family or other.verb.name != "install":
                continue
            group = other.options.value("-t", "--virtual") if other.manager == "apk" else None
            names = [str(package.name) for package in other.packages] if group is None else [str(group.value)]
            name = next((name for name in names if name in removed), None)
            if name is not None:
                return _Kept(f"`{name}`", other.command.text.line, name)
    return None


def _cached(command: Command, earlier: Sequence[Layer]) -> _Kept | None:
    """A package manager's cache of an earlier layer that is emptied."""
    for layer in reversed(earlier):
        for action, folder in _filled(layer):
            if empties(command, folder):
                return _Kept(f"what `{written(action)}` fetched", action.command.text.line, _word_for(command, folder))
    return None


@lru_cache(maxsize=2 * _NEAR)
def _filled(layer: Layer) -> tuple[tuple[PackageAction, str], ...]:
    """The caches that a layer fills and leaves there, each with what fills it."""
    fetching = [action for action in layer.actions if action.verb.name in _FETCHING]
    return tuple(
        (action, folder)
        for action in fetching
        for folder, state in cache_states(layer.run, layer.commands, action, layer.before.environment).items()
        if state is CacheState.LEFT and _is_filled(action, folder)
    )


def _word_for(command: Command, folder: str) -> str:
    """The word of `rm` or `find` that means a folder."""
    words = [str(word.value) for word in command.operands] if command.name in ("rm", "find") else []
    return next((word for word in words if covers(word, folder)), words[0] if words else "")


def _is_filled(action: PackageAction, folder: str) -> bool:
    """Whether an action certainly puts something there: images of Debian delete apt's archives at once.

    Below /tmp is one of several places where a cache may lie.
    """
    if folder == "/var/lib/apt/lists":
        return action.verb.name == "update"
    return folder != "/var/cache/apt" and not folder.startswith("/tmp/")  # noqa: S108


def _written(command: Command, folder: str | None, layer: Layer, earlier: Sequence[Layer]) -> _Kept | None:
    """A file or folder that an earlier instruction copied or downloaded, and that is deleted whole."""
    if command.name == "find":
        return None
    words = [str(word.value) for word in command.operands if word.is_literal]
    places = [path_in(folder, word).rstrip("/") for word in words]
    downloaded = (held for each in earlier for held in _downloaded(each))
    for held in (_copied(layer.build, layer.stage).first(places, layer.run.start_line), *downloaded):
        if held is not None:
            word = next((word for word, place in zip(words, places, strict=True) if _covers(place, held.path)), None)
            if word is not None and credential_file(posixpath.basename(held.path)) is None:
                return _Kept(f"`{posixpath.basename(held.path)}`", held.line, word)
    return None


def _covers(place: str, path: str) -> bool:
    return place.startswith("/") and (fnmatch.fnmatchcase(path, place) or path.startswith(f"{place.rstrip('*')}/"))


class _Held(NamedTuple):
    """A path that a layer holds, and the line that put it there."""

    path: str
    line: int


class _Copied:
    """What COPY and ADD take into a stage's chain and may be deleted, in order; credentials are left out."""

    def __init__(self, held: Sequence[_Held]) -> None:
        self._held = held
        self._sorted = sorted((one.path, number) for number, one in enumerate(held))
        # By a path, or a folder above it, the number of the first.
        self._numbers: dict[str, int | None] = {}
        for number, one in enumerate(held):
            place = one.path
            while place.rstrip("/"):
                self._numbers.setdefault(place, number)
                place = place.rpartition("/")[0]

    def first(self, places: Iterable[str], line: int) -> _Held | None:
        """The first that one of the deleted places covers, if it stands above a line."""
        numbers = [number for place in places if (number := self._first(place)) is not None]
        held = self._held[min(numbers)] if numbers else None
        return held if held is not None and held.line < line else None

    def _first(self, place: str) -> int | None:
        literal = re.split(r"[*?\[]", place, maxsplit=1)[0]
        if literal != place and place not in self._numbers:
            self._numbers[place] = min(self._fitting(place, literal), default=None)
        return self._numbers.get(place)

    def _fitting(self, glob: str, start: str) -> Iterator[int]:
        for path, number in self._sorted[bisect_left(self._sorted, (start,)) :]:
            if not path.startswith(start):
                return
            if _covers(glob, path):
                yield number


@lru_cache(maxsize=2)
def _copied(build: Build, stage: Stage) -> _Copied:
    return _Copied([one for one in _taken(build, stage) if credential_file(posixpath.basename(one.path)) is None])


def _taken(build: Build, stage: Stage) -> Iterator[_Held]:
    for step in (step for link in stage.chain for step in link.steps):
        copy = step.instruction
        placing = placed(copy, step.before) if isinstance(copy, Copy | Add) else None
        for _, source in placing.sources if placing is not None else ():
            if placing is None or "*" in source or source in (".", "./", "/"):
                continue
            if is_small_file(build, placing.transfer, source):
                continue
            name = posixpath.basename(source.rstrip("/"))
            is_inside = placing.is_folder and not source.endswith("/")
            path = posixpath.join(placing.destination, name) if is_inside else placing.destination
            yield _Held(path, copy.start_line)


@lru_cache(maxsize=2 * _NEAR)
def _downloaded(layer: Layer) -> tuple[_Held, ...]:
    """What a layer downloads and still holds at its end."""
    commands = list(located(layer)) if layer.named("curl", "wget") else []
    found: list[_Held] = []
    for index, (command, folder) in enumerate(commands):
        action = action_of(command) if command.name in ("curl", "wget") else None
        for path in downloaded_by(action, folder) if action is not None else ():
            is_kept = path.startswith("/") and "$" not in path and not is_mounted(layer, path)
            if is_kept and not is_small_download(path) and not may_be_gone(path, commands[index + 1 :]):
                found.append(_Held(path, command.text.line))
    return tuple(found)
