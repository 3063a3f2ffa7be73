"""Which folders of an image surely belong to root, at a place in a stage."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.copies import absolute_path, placed
from dockerlint.dockerfile.instructions import Add, Instruction, Run, Transfer, Workdir
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import State, Step
from dockerlint.knowledge.images import ImageFacts, is_root
from dockerlint.knowledge.users import accounts
from dockerlint.project.layers import Layer
from dockerlint.shell.effects import is_plain, is_read
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word

# Root's, with nobody else to write in them, in every distribution of which the accounts are known.
_SYSTEM_FOLDERS = (
    "/", "/bin", "/etc", "/home", "/lib", "/media", "/mnt", "/opt", "/root", "/sbin", "/srv", "/usr", "/usr/bin",
    "/usr/lib", "/usr/local", "/usr/local/bin", "/usr/local/lib", "/usr/sbin", "/usr/share", "/usr/src", "/var",
    "/var/lib",
)  # fmt: skip
# Below these an image, or a package, may have brought folders of any owner.
_NOT_NEW = (
    r"/(?:bin|dev|etc|go|lib|proc|run|sbin|sys|tmp|usr/share|usr/lib|var)(?:/|$)"
    r"|/usr/local/(?:bundle|cargo|rustup|share)(?:/|$)"
)
# They give files another owner or mode, or keep those that an archive says.
_CHANGE_OWNERS = frozenset({"chgrp", "chmod", "chown", "install", "mv", "setfacl", "tar", "bsdtar", "unzip"})
# They may bring folders that their words do not name.
_BRING_FOLDERS = frozenset({"cp", "git", "ln", "mv", "tar", "bsdtar", "unzip", "curl", "wget"})
# What ADD unpacks belongs to whom the archive says.
_ARCHIVES = (".tar", ".gz", ".tgz", ".xz", ".txz", ".bz2", ".tbz2", ".zst")
_HIDDEN = "*?[{"


class Owners:
    """The folders that root made, as of what it was told last, each with what made it: None for the base image's own.

    `is_open`: something of unknown content may have given any of them away.
    """

    def __init__(self, known: ImageFacts | None) -> None:
        self.known = known
        self.is_open = known is None or known.onbuild or known.no_shell or accounts(known) is None
        self._made: dict[str, Instruction | None] = dict.fromkeys(_SYSTEM_FOLDERS)
        self._given: set[str] = set()
        # Folders in which others may own what there is, though not the folder itself.
        self._mixed: set[str] = set()
        # Folders into which something was copied that may hold more folders.
        self._filled: set[str] = set()
        self._others = {*known.volumes, known.workdir} if known is not None else set()

    def is_roots(self, path: str) -> bool:
        """Whether a folder surely exists, and only root may write in it."""
        return not self.is_open and path in self._made and not self.is_given(path)

    def will_be_roots(self, path: str) -> bool:
        """Whether a folder is root's, or will be when somebody makes it without a word on its owner."""
        while self.is_new(path):
            path = posixpath.dirname(path)
        return self.is_roots(path)

    def maker(self, path: str) -> Instruction | None:
        return self._made.get(path)

    def is_new(self, path: str) -> bool:
        """Whether nothing stands at a path, as far as the file tells. Homes may be there from the start."""
        if posixpath.dirname(path) == "/home" or re.match(_NOT_NEW, path):
            return False
        is_filled = any(path == one or _is_below(path, one) for one in self._filled)
        return path not in self._made and not self.is_given(path) and not is_filled

    def is_given(self, path: str) -> bool:
        """Whether a path may belong to another than root, or be open to others."""
        is_mixed = path not in self._made and any(_is_below(path, one) for one in self._mixed)
        return is_mixed or self.is_named(path)

    def is_named(self, path: str) -> bool:
        """Whether a path, or one above it, is given away by name."""
        return any(path == one or _is_below(path, one) for one in self._given)

    def _make(self, path: str, maker: Instruction) -> None:
        """Root makes a folder and those above it."""
        while path not in self._made and not self.is_given(path):
            name = posixpath.basename(path)
            is_home = posixpath.dirname(path) == "/home"
            if path in self._others or is_home or name.startswith(".") or re.match(_NOT_NEW, path):
                self._given.add(path)
                return
            self._made[path] = maker
            path = posixpath.dirname(path)

    def _forget(self, path: str | None) -> None:
        """A folder may be removed."""
        for one in [one for one in self._made if path is not None and (one == path or _is_below(one, path))]:
            del self._made[one]

    def take(self, instruction: Instruction, before: State, after: State) -> None:
        """What WORKDIR, COPY and ADD make."""
        if isinstance(instruction, Workdir) and after.workdir is not None:
            if runs_as_root(before, self.known):
                self._make(after.workdir, instruction)
            elif after.workdir not in self._made:
                self._given.add(after.workdir)
        elif isinstance(instruction, Transfer):
            self._copy(instruction, before)

    def _copy(self, transfer: Transfer, before: State) -> None:
        place = placed(transfer, before)
        if place is None or (before.workdir is None and not transfer.destination.startswith("/")):
            return
        path = place.destination
        if place.is_folder or any(source in (".", "./") for _, source in place.sources):
            folder = path
        else:
            # A file, or what a folder of that name holds.
            folder = posixpath.dirname(path)
        self._filled.add(path)
        is_open = transfer.mode is not None or any(source.endswith(_ARCHIVES) for _, source in place.sources)
        if place.owner is not None and is_root(place.owner) and not is_open and not transfer.origin:
            self._make(folder, transfer)
        elif folder in self._made and folder == path and not isinstance(transfer, Add):
            self._mixed.add(folder)
        else:
            self._given.add(path)
            if folder not in self._made:
                self._given.add(folder)

    def enter(self, layer: Layer) -> None:
        if not is_read(layer.script) or layer.named("umask", "eval"):
            self.is_open = True

    def run(self, layer: Layer, command: Command) -> None:
        """What a command makes and gives away."""
        name = command.name
        if not is_plain(command):
            self.is_open = True
        if name in _BRING_FOLDERS:
            self._filled.add("/")
        if name in _CHANGE_OWNERS and not _is_for_reading(command):
            paths = list(changed_paths(layer, command))
            self.is_open = self.is_open or None in paths
            self._given.update(path for path in paths if path is not None)
        elif name in ("useradd", "adduser", "usermod"):
            self._make_home(command)
        elif name in ("rm", "rmdir"):
            for path in (path_of(layer, command, word) for word in command.operands):
                self._forget(path)
        elif name == "mkdir":
            self._make_folders(layer, command)

    def _make_folders(self, layer: Layer, command: Command) -> None:
        is_roots = runs_as_root(layer.before, self.known) and not command.has_option("-m", "--mode")
        for word in command.operands:
            path = path_of(layer, command, word)
            if path is None:
                continue
            if is_roots and set(command.nesting) <= {"&&", "group"}:
                self._make(path, layer.run)
            elif path not in self._made or command.has_option("-m", "--mode"):
                self._given.add(path)

    def _make_home(self, command: Command) -> None:
        home = command.options.value("-d", "--home", "--home-dir", "-h")
        if home is not None and home.value.startswith("/"):
            self._given.add(posixpath.normpath(str(home.value)))
        self._given.update(f"/home/{word.value}" for word in command.operands)


class Moment(NamedTuple):
    """A step, and of a RUN each command by itself, with the owners that hold before it."""

    step: Step
    layer: Layer | None
    command: Command | None
    owners: Owners


def moments(stage: Stage, layers: tuple[Layer, ...], known: ImageFacts | None) -> Iterator[Moment]:
    """What the chain of a stage does one after the other, as long as owners are known. `layers` are its RUNs."""
    owners = Owners(known)
    remaining = iter(layers)
    steps = [step for link in stage.chain for step in link.steps]
    after = [*(step.before for step in steps), stage.state][1:]
    for step, following in zip(steps, after, strict=True):
        layer = next(remaining) if isinstance(step.instruction, Run) else None
        if owners.is_open:
            return
        if layer is None:
            yield Moment(step, None, None, owners)
            owners.take(step.instruction, step.before, following)
            continue
        owners.enter(layer)
        for command in layer.commands:
            if owners.is_open:
                return
            yield Moment(step, layer, command, owners)
            owners.run(layer, command)


def runs_as_root(state: State, known: ImageFacts | None) -> bool | None:
    """Whether a step runs as root; None where nobody knows."""
    if state.user is not None:
        return is_root(state.user_name)
    return is_root(known.default_user) if known is not None else None


def path_of(layer: Layer, command: Command, word: Word) -> str | None:
    """The path that a word names; None where a variable or pattern hides it."""
    if not word.is_literal or any(mark in word.value for mark in _HIDDEN) or word.value.startswith("~"):
        return None
    if word.value.startswith("/"):
        return posixpath.normpath("/" + word.value.lstrip("/"))
    folder = layer.folder_of(command) if layer.before.workdir is not None else None
    return absolute_path(str(word.value), folder) if folder is not None else None


def changed_paths(layer: Layer, command: Command) -> Iterator[str | None]:
    """The files whose owner or mode a command changes; None where that may be any."""
    if command.name in ("tar", "bsdtar", "unzip"):
        target = command.options.value("-C", "--directory", "-d")
        yield path_of(layer, command, target) if target is not None else layer.folder_of(command)
        return
    operands = command.operands if command.name in ("install", "mv") else command.operands[1:]
    for word in operands or command.words[:1]:
        yield _changed_path(layer, command, word)


def _changed_path(layer: Layer, command: Command, word: Word) -> str | None:
    cut = min((word.value.find(mark) for mark in _HIDDEN if mark in word.value), default=-1)
    if cut < 0:
        return path_of(layer, command, word)
    if not word.is_literal:
        return None
    folder = posixpath.dirname(str(word.value[:cut])) or "."
    return (
        path_of(layer, command, Word(word.value.part(0, len(folder)), is_literal=True))
        if folder != "."
        else (layer.folder_of(command))
    )


def _is_for_reading(command: Command) -> bool:
    """Whether a `chmod` lets nobody write who could not before."""
    if command.name != "chmod" or not command.operands:
        return False
    mode = str(command.operands[0].value)
    if re.fullmatch(r"[0-7]{3,4}", mode):
        return not int(mode, 8) & 0o022
    return re.fullmatch(r"(?:[ugoa]*[-+=][rxX]+,?)+|u[+=][rwxX]+", mode) is not None


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/") and path != folder
