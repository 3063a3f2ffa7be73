"""Which folders a command must be able to write in."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Instruction
from dockerlint.project.layers import Layer
from dockerlint.project.owners import Owners, path_of
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.script import Command

# They make another user of who calls them, or look so to what they call.
CHANGE_USER = frozenset(
    {"chroot", "doas", "fakechroot", "fakeroot", "gosu", "pkexec", "proot", "runuser", "s6-setuidgid", "setpriv"}
    | {"setuser", "su", "su-exec", "sudo", "unshare"}
)
_CERTAIN = frozenset({"&&", "group", "script", "pipeline"})
# Folders of the system whose root `install-without-root` speaks of.
SYSTEM_FOLDERS = ("/bin", "/etc", "/lib", "/opt", "/sbin", "/usr", "/var/lib")
# What installs into the folder where it runs, and the options that choose another.
_INSTALLERS = {
    "npm": ("-C", "--prefix", "-g", "--global", "--location", "--dry-run", "--package-lock-only"),
    "yarn": ("--cwd", "--modules-folder"),
    "pnpm": ("-C", "--dir", "-g", "--global", "--modules-dir"),
    "composer": ("-d", "--working-dir"),
}
_FILLED = ("node_modules", "vendor")


class Need(NamedTuple):
    """A folder that a command writes in, which surely belongs to root, and what made it: None for the base image."""

    command: Command
    folder: str
    maker: Instruction | None

    @property
    def is_systems(self) -> bool:
        return self.maker is None and self.folder.startswith(SYSTEM_FOLDERS)


def is_certain(layer: Layer, command: Command) -> bool:
    """Whether a command surely runs as the user of the RUN, and its failure is none that is expected."""
    if not CHANGE_USER.isdisjoint(command.wrappers) or command.name in CHANGE_USER or command.after == "||":
        return False
    nesting = set(command.nesting)
    if "script" in nesting and any(name in layer.script.text for name in ("sudo", "su ", "gosu", "doas", "runuser")):
        return False
    return nesting <= _CERTAIN and not command.in_condition


def needs(layer: Layer, command: Command, action: PackageAction | None, owners: Owners) -> Iterator[Need]:
    """The folders of root that a command writes in."""
    for folder in _folders(layer, command, action, owners):
        if owners.is_roots(folder):
            yield Need(command, folder, owners.maker(folder))


def _folders(layer: Layer, command: Command, action: PackageAction | None, owners: Owners) -> Iterator[str]:
    for redirection in command.redirections:
        if redirection.operator in (">", ">>", "&>", ">|") and redirection.target is not None:
            yield from _parent(owners, path_of(layer, command, redirection.target))
    name = command.name
    if name == "mkdir":
        for word in command.operands:
            yield from _of_mkdir(owners, path_of(layer, command, word), command.has_option("-p", "--parents"))
    elif name in ("touch", "tee"):
        for word in command.operands:
            yield from _parent(owners, path_of(layer, command, word))
    elif name in ("cp", "mv", "ln") and len(command.operands) > 1 and not command.has_option("-t"):
        target = command.operands[-1]
        path = path_of(layer, command, target)
        if path is not None and (owners.is_roots(path) or target.value.endswith("/")):
            yield path
        else:
            yield from _parent(owners, path)
    elif action is not None and name in _INSTALLERS:
        yield from _of_installer(layer, action, owners)


def _parent(owners: Owners, path: str | None) -> Iterator[str]:
    """The folder that a file is made in."""
    if path is not None and not owners.is_given(path):
        yield posixpath.dirname(path)


def _of_mkdir(owners: Owners, path: str | None, makes_parents: bool) -> Iterator[str]:
    """Folders that are there already are nothing to `mkdir -p`."""
    if path is None or owners.is_given(path):
        return
    if makes_parents:
        if not owners.is_new(path):
            return
        while owners.is_new(posixpath.dirname(path)):
            path = posixpath.dirname(path)
    yield posixpath.dirname(path)


def _of_installer(layer: Layer, action: PackageAction, owners: Owners) -> Iterator[str]:
    elsewhere = _INSTALLERS[action.command.name]
    if action.verb.name != "install" or action.is_global or action.project is not None or action.is_dry_run:
        return
    if action.options.has(*elsewhere) or layer.before.workdir is None:
        return
    folder = layer.folder_of(action.command)
    if folder is not None and not any(owners.is_named(posixpath.join(folder, name)) for name in _FILLED):
        yield folder
