"""Steps that change or delete what an earlier layer holds."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dockerlint.dockerfile.caches import CacheState, cache_states, covers, empties
from dockerlint.dockerfile.copies import placed
from dockerlint.dockerfile.instructions import Add, Copy
from dockerlint.knowledge.secret_files import credential_file
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.script import Command

from .left import is_lasting, written
from .paths import downloaded_by, is_mounted, is_small_download, is_small_file, located, may_be_gone, path_in

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
    earlier = layer.earlier[-_NEAR:]
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


# Nobody tidies up after more layers than these.
_NEAR = 100


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
        for action in layer.actions:
            if action.verb.name not in ("install", "update", "upgrade", "build-dep", "download"):
                continue
            states = cache_states(layer.run, layer.commands, action, layer.before.environment)
            for folder, state in states.items():
                if state is CacheState.LEFT and _is_filled(action, folder) and empties(command, folder):
                    return _Kept(
                        f"what `{written(action)}` fetched", action.command.text.line, _word_for(command, folder)
                    )
    return None


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
    removed = [str(word.value) for word in command.operands if word.is_literal]
    for path, line in (*_copied(layer), *_downloaded(earlier)):
        name = posixpath.basename(path)
        word = next((word for word in removed if _covers(path_in(folder, word), path)), None)
        if word is not None and credential_file(name) is None:
            return _Kept(f"`{name}`", line, word)
    return None


def _covers(place: str, path: str) -> bool:
    place = place.rstrip("/")
    return place.startswith("/") and (fnmatch.fnmatchcase(path, place) or path.startswith(f"{place.rstrip('*')}/"))


def _copied(layer: Layer) -> Iterator[tuple[str, int]]:
    """What COPY and ADD took into the stage before a layer, by path."""
    for link in layer.stage.chain:
        for step in link.steps:
            copy = step.instruction
            if copy.start_line >= layer.run.start_line or not isinstance(copy, Copy | Add):
                continue
            placing = placed(copy, step.before)
            for _, source in placing.sources if placing is not None else ():
                if placing is None or "*" in source or source in (".", "./", "/"):
                    continue
                if is_small_file(layer.build, copy, source):
                    continue
                name = posixpath.basename(source.rstrip("/"))
                is_inside = placing.is_folder and not source.endswith("/")
                yield (posixpath.join(placing.destination, name) if is_inside else placing.destination), copy.start_line


def _downloaded(earlier: Sequence[Layer]) -> Iterator[tuple[str, int]]:
    """What earlier layers downloaded and still hold at their end, by path."""
    for layer in earlier:
        commands = list(located(layer)) if layer.named("curl", "wget") else []
        for index, (command, folder) in enumerate(commands):
            action = action_of(command) if command.name in ("curl", "wget") else None
            for path in downloaded_by(action, folder) if action is not None else ():
                is_kept = path.startswith("/") and "$" not in path and not is_mounted(layer, path)
                if is_kept and not is_small_download(path) and not may_be_gone(path, commands[index + 1 :]):
                    yield path, command.text.line
