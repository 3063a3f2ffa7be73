"""Whether a path is in an image at a place in its stage: it is, it is not, or nobody knows.

A path is known to be absent only if every instruction that could write it is understood, in the stages below and in
those that files are copied from.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from functools import cached_property, lru_cache
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.context.files import Context
from dockerlint.dockerfile.copies import Placed, absolute_path, placed
from dockerlint.dockerfile.instructions import Add, Copy, Run, Transfer
from dockerlint.dockerfile.mounts import Mount
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import State, Step
from dockerlint.knowledge.commands import may_have_file
from dockerlint.project.files import is_below
from dockerlint.project.layers import Layer
from dockerlint.project.writes import writes
from dockerlint.shell.script import Command

if TYPE_CHECKING:
    from dockerlint.project.build import Build

# `COPY --from` chains longer than this are left unfollowed.
_LONGEST_CHAIN = 10
# Nobody looks for a file further back than so many steps.
_MOST_STEPS = 200
# Scripts of a package.json that run after an installation, and how many such files are read.
_HOOKS = ('"preinstall"', '"install"', '"postinstall"', '"prepare"', '"prepublish"', '"preprepare"', '"postprepare"')
_MOST_MANIFESTS = 50
_ARCHIVES = (".tar", ".gz", ".tgz", ".bz2", ".xz", ".tbz2", ".txz", ".zst")


class Presence(NamedTuple):
    """Whether a path is there, and which COPY or ADD brought which file of the context, as far as that is known."""

    is_there: bool | None
    transfer: Transfer | None = None
    origin: str | None = None


_UNKNOWN = Presence(None)
_ABSENT = Presence(False)


class Contents:
    """The files of the stages of a build whose context is known."""

    def __init__(self, build: Build, context: Context) -> None:
        self._build = build
        self._context = context
        self._layers = {id(layer.run): layer for link in build.dockerfile.stages for layer in build.layers_within(link)}

    def workdir(self, stage: Stage, state: State) -> str | None:
        """The folder that is in force at a place; None where nobody knows it."""
        if state.workdir is not None:
            return state.workdir
        if self._build.history_of(stage).first_step(_is_workdir) < inf:
            return None
        known = self._build.facts(stage)
        return known.workdir if known is not None else None

    def presence(self, stage: Stage, path: str) -> Presence:
        """Whether an absolute path is in the finished image of a stage."""
        return self._presence(stage, posixpath.normpath(path), len(_steps(stage)), 0)

    def presence_before(self, layer: Layer, path: str, commands: Sequence[Command]) -> Presence:
        """Whether an absolute path is there when a RUN, of which these commands were run, goes on."""
        number = _numbers(layer.stage)[id(layer.run)]
        path = posixpath.normpath(path)
        written = self._written(layer, path, commands)
        if written is not False:
            return Presence(written)
        if any(_may_hide(mount, path, layer.before.workdir) for mount in layer.run.mounts):
            return _UNKNOWN
        return self._presence(layer.stage, path, number, 0)

    def _presence(self, stage: Stage, path: str, count: int, depth: int) -> Presence:
        """Whether a path is there after so many steps of a stage's chain."""
        if depth > _LONGEST_CHAIN or stage.is_windows:
            return _UNKNOWN
        if any(_is_at_or_below(path, volume) for volume in stage.state.volumes):
            return _UNKNOWN
        first = max(0, count - _MOST_STEPS)
        for step in reversed(_steps(stage)[first:count]):
            found = self._by_step(stage, step, path, depth)
            if found.is_there is not False:
                return found
        base = stage.base if not first else None
        return _ABSENT if base is not None and not may_have_file(base, path) else _UNKNOWN

    def _written(self, layer: Layer, path: str, commands: Sequence[Command]) -> bool | None:
        cwd = self.workdir(layer.stage, layer.before)
        return writes(commands, path, cwd, has_hooks=self._has_hooks)

    @cached_property
    def _has_hooks(self) -> bool:
        """Whether an installation of node packages may run scripts of the project itself, by its package.json."""
        paths = [entry.path for entry in self._context.files if posixpath.basename(entry.path) == "package.json"]
        own = [path for path in paths if "node_modules/" not in path]
        if len(own) > _MOST_MANIFESTS or not self._context.is_complete:
            return True
        texts = [self._context.read_text(path) for path in own]
        return any(text is None or any(hook in text.text for hook in _HOOKS) for text in texts)

    def _by_step(self, stage: Stage, step: Step, path: str, depth: int) -> Presence:
        instruction = step.instruction
        if isinstance(instruction, Run):
            layer = self._layers.get(id(instruction))
            if layer is None or layer.script.is_broken:
                return _UNKNOWN
            return Presence(self._written(layer, path, layer.commands))
        if not isinstance(instruction, Copy | Add):
            return _ABSENT
        place = placed(instruction, step.before)
        is_relative = step.before.workdir is None and not instruction.destination.startswith("/")
        if place is None or (is_relative and self.workdir(stage, step.before) != "/"):
            return _UNKNOWN
        if not _is_at_or_below(path, place.destination):
            return _ABSENT
        return self._by_transfer(stage, place, path, depth)

    def _by_transfer(self, stage: Stage, place: Placed, path: str, depth: int) -> Presence:
        """What a COPY or ADD to this path, or a folder above it, brings."""
        transfer = place.transfer
        if any(flag.name in ("parents", "exclude") for flag in transfer.flags):
            return _UNKNOWN
        if transfer.heredocs:
            names = {posixpath.join(place.destination, heredoc.name) for heredoc in transfer.heredocs}
            if path in names or path == place.destination:
                return Presence(True, transfer)
        for _, source in place.sources:
            if transfer.origin is None:
                found = self._from_context(transfer, place, source, path)
            else:
                found = self._from_stage(stage, transfer, place, source, path, depth)
            if found.is_there is not False:
                return found
        return _ABSENT

    def _from_context(self, transfer: Transfer, place: Placed, source: str, path: str) -> Presence:
        is_unpacked = isinstance(transfer, Add) and source.endswith(_ARCHIVES)
        if is_unpacked or "://" in source or source.startswith("git@"):
            return _UNKNOWN
        if _is_glob(source):
            return self._from_glob(transfer, place, source, path)
        for candidate in _candidates(place, source, path):
            is_sent = self._context.sends(candidate)
            if is_sent is not False:
                return Presence(is_sent, transfer, candidate)
        return _ABSENT

    def _from_glob(self, transfer: Transfer, place: Placed, source: str, path: str) -> Presence:
        """The files that a pattern matches go by their names; folders lose theirs."""
        folder = posixpath.dirname(posixpath.normpath(source.lstrip("/") or "."))
        if _is_glob(folder) or not self._context.is_complete:
            return _UNKNOWN
        prefix = f"{folder}/" if folder else ""
        for entry in self._context.taken_by(source):
            name, slash, rest = entry.path.removeprefix(prefix).partition("/")
            target = posixpath.join(place.destination, rest if slash else name)
            if path == target or (path == place.destination and not place.is_folder):
                return Presence(None if entry.is_symlink else True, transfer, entry.path)
            if entry.is_symlink and _is_at_or_below(path, target):
                return _UNKNOWN
        return _ABSENT

    def _from_stage(
        self, stage: Stage, transfer: Transfer, place: Placed, source: str, path: str, depth: int
    ) -> Presence:
        other = self._build.dockerfile.stage_of_origin(transfer.origin or "", stage)
        if other is None or other.index >= stage.index or _is_glob(source):
            return _UNKNOWN
        for candidate in _candidates(place, source, path):
            found = self._presence(other, "/" + candidate, len(_steps(other)), depth + 1)
            if found.is_there is not False:
                return found
        return _ABSENT


@lru_cache(maxsize=1)
def contents(build: Build) -> Contents | None:
    """The files of a build's stages; None where its context is not known."""
    return Contents(build, build.context) if build.context is not None else None


@lru_cache(maxsize=4)
def _steps(stage: Stage) -> tuple[Step, ...]:
    return tuple(step for link in stage.chain for step in link.steps)


@lru_cache(maxsize=2)
def _numbers(stage: Stage) -> dict[int, int]:
    """How many steps of a stage's chain there are before each, by its instruction."""
    return {id(step.instruction): number for number, step in enumerate(_steps(stage))}


def _is_workdir(step: Step) -> bool:
    return step.instruction.name == "WORKDIR"


def _candidates(place: Placed, source: str, path: str) -> list[str]:
    """The files that a path may have come from, if the source is a file, and if it is a folder."""
    clean = posixpath.normpath(source.lstrip("/") or ".")
    found: list[str] = []
    if path == place.destination and not place.is_folder:
        found.append(clean)
    if path == posixpath.join(place.destination, posixpath.basename(clean)):
        found.append(clean)
    if path != place.destination:
        inner = path[len(place.destination.rstrip("/")) + 1 :]
        found.append(posixpath.normpath(posixpath.join(clean, inner)))
    return found


def _may_hide(mount: Mount, path: str, workdir: str | None) -> bool:
    """Whether a mount may bring a file, or hide what is there, for the time of its RUN."""
    if mount.type == "bind" or mount.target is None or "$" in mount.target:
        return mount.type not in ("secret", "ssh")
    return _is_at_or_below(path, absolute_path(mount.target, workdir))


def _is_glob(source: str) -> bool:
    return any(mark in source for mark in "*?[\\")


def _is_at_or_below(path: str, folder: str) -> bool:
    return is_below(path, posixpath.normpath(folder))
