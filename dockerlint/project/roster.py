"""Which users and groups an image can have at a place in a stage."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.copies import absolute_path
from dockerlint.dockerfile.instructions import Instruction, Run, Transfer
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import State, Step
from dockerlint.knowledge.images import ImageFacts
from dockerlint.knowledge.users import Accounts, accounts, is_of_packages, may_come_with
from dockerlint.project.layers import Layer
from dockerlint.shell.effects import is_plain, is_read
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.script import Command

_BUSYBOX = ("alpine", "busybox")
_DEBIAN = ("debian", "ubuntu")
# Where accounts are written down.
_FILES = ("/etc/passwd", "/etc/group", "/etc/gshadow", "/etc/shadow", "extrausers", "/etc/sysusers.d")
_ARCHIVES = frozenset({"tar", "gz", "tgz", "xz", "txz", "bz2", "tbz2", "zst", "d"})
_MAKE_ACCOUNTS = frozenset({"useradd", "adduser", "usermod", "groupadd", "addgroup", "groupmod"})


class Made(NamedTuple):
    """The users and groups that a command makes; None where nobody can tell."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class Roster:
    """The accounts that may exist, as of what it was told last. `is_open`: there may be any.

    `made` are the users beside the distribution's own.
    """

    def __init__(self, known: ImageFacts | None) -> None:
        found = accounts(known) if known is not None and not known.onbuild else None
        self.is_open = found is None
        self.family = known.family if known is not None else None
        self._workdir = known.workdir if known is not None else None
        self._base = found or Accounts(frozenset(), frozenset(), (), is_bare=True)
        self.users = set(self._base.users)
        self.groups = set(self._base.groups)
        self.made: list[str] = [*self._base.own]
        self._packages: list[str] = []

    def lacks_user(self, name: str) -> bool:
        return self._lacks(name, self.users)

    def lacks_group(self, name: str) -> bool:
        return self._lacks(name, self.groups)

    def _lacks(self, name: str, names: set[str]) -> bool:
        """Whether there is surely no account of a name. Root needs no entry."""
        if self.is_open or not name or name.lstrip("+-").isdecimal() or name == "root" or name in names:
            return False
        if not self._base.is_bare and is_of_packages(name):
            return False
        return not any(may_come_with(name, package) for package in self._packages)

    def take(self, instruction: Instruction, before: State) -> None:
        """What a COPY or ADD changes. A RUN's commands are told one by one."""
        if isinstance(instruction, Transfer) and _may_bring_accounts(instruction, before, self._workdir):
            self.is_open = True

    def enter(self, layer: Layer) -> None:
        """A RUN begins; of one that cannot be read anything may come."""
        script = layer.script
        if not is_read(script) or any(file in script.text for file in _FILES):
            self.is_open = True

    def run(self, command: Command, action: PackageAction | None) -> None:
        if not is_plain(command):
            self.is_open = True
        elif command.name in _MAKE_ACCOUNTS:
            made = made_by(command, self.family)
            if made is None:
                self.is_open = True
                return
            self.users.update(made.users)
            self.groups.update(made.groups)
            self.made += made.users
        elif action is not None and action.family == "system":
            self._install(action)

    def _install(self, action: PackageAction) -> None:
        if action.local or action.urls:
            self.is_open = True
        if action.verb.name in ("install", "upgrade", "build-dep"):
            self._packages += [str(package.name).lower() for package in action.packages]
            self.is_open = self.is_open or any(not package.is_literal for package in action.packages)


class Moment(NamedTuple):
    """A step, and of a RUN each command by itself, with the roster that holds before it."""

    step: Step
    layer: Layer | None
    command: Command | None
    roster: Roster


def moments(stage: Stage, layers: tuple[Layer, ...], known: ImageFacts | None) -> Iterator[Moment]:
    """What the chain of a stage does one after the other, as long as its accounts are known. `layers` are its RUNs."""
    return _walked(Roster(known), stage, layers)


def at_end(stage: Stage, layers: tuple[Layer, ...], known: ImageFacts | None) -> Roster:
    """The accounts when the chain of a stage is done."""
    roster = Roster(known)
    for _ in _walked(roster, stage, layers):
        pass
    return roster


def _walked(roster: Roster, stage: Stage, layers: tuple[Layer, ...]) -> Iterator[Moment]:
    remaining = iter(layers)
    for step in (step for link in stage.chain for step in link.steps):
        layer = next(remaining) if isinstance(step.instruction, Run) else None
        if roster.is_open:
            return
        if layer is None:
            yield Moment(step, None, None, roster)
            roster.take(step.instruction, step.before)
        else:
            yield from _in_layer(step, layer, roster)


def _in_layer(step: Step, layer: Layer, roster: Roster) -> Iterator[Moment]:
    actions = {id(action.command): action for action in layer.actions}
    roster.enter(layer)
    for command in layer.commands:
        if roster.is_open:
            return
        yield Moment(step, layer, command, roster)
        roster.run(command, actions.get(id(command)))


def made_by(command: Command, family: str | None) -> Made | None:
    """The accounts that a command makes; None where a variable hides them."""
    name, options, operands = command.name, command.options, command.operands
    if name == "usermod":
        renamed = options.value("-l", "--login")
        return Made() if renamed is None else Made((str(renamed.value),)) if renamed.is_literal else None
    if name == "groupmod":
        operands = command.arguments
    if not operands or not all(word.is_literal for word in operands):
        return None
    names = tuple(str(word.value) for word in operands)
    if name in ("groupadd", "addgroup", "groupmod"):
        return Made((), names)
    # Perl's adduser takes long options behind one dash too, so that any word may be the name.
    users = tuple(str(word.value) for word in command.arguments if not word.value.startswith("-"))
    return Made(users, users if _has_own_group(command, family) else ())


def _has_own_group(command: Command, family: str | None) -> bool:
    """Whether a new user gets a group of the same name."""
    options = command.options
    if command.name == "useradd" or family not in (*_BUSYBOX, *_DEBIAN):
        return not options.has("-N", "--no-user-group", "-g", "--gid")
    if family in _BUSYBOX:
        return not options.has("-S", "--system", "-G", "--ingroup")
    if options.has("--group"):
        return True
    return not options.has("--system", "--ingroup", "--gid")


def _may_bring_accounts(transfer: Transfer, before: State, workdir: str | None) -> bool:
    """Whether what a COPY or ADD takes may hold /etc/passwd."""
    destination = before.expanded(transfer.destination, transfer.escape)
    if destination is None:
        return True
    path = absolute_path(destination, before.workdir or workdir)
    if path.startswith(("/etc/passwd", "/etc/group")):
        return True
    return path in ("/", "/etc") and any(_may_be_folder(str(source)) for source in transfer.sources)


def _may_be_folder(source: str) -> bool:
    """Whether a source may be a folder or an archive, by its name."""
    name, dot, ending = posixpath.basename(source.rstrip("/")).rpartition(".")
    return not name or not dot or not ending.isalnum() or ending in _ARCHIVES or "*" in source
