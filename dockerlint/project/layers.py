"""A RUN where it stands: in a stage, with what holds before it and what its commands do."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from dockerlint.dockerfile.copies import absolute_path
from dockerlint.dockerfile.instructions import Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import State
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.script import Command, Commands, Script
from dockerlint.shell.values import with_values

if TYPE_CHECKING:
    from dockerlint.project.build import Build
    from dockerlint.project.history import Names

# What these put in the place of /bin/sh is another shell.
_MOVERS = frozenset({"ln", "mv", "cp", "rm", "dpkg-divert", "update-alternatives", "dpkg-reconfigure"})
_NAMES_OF_SH = frozenset({"/bin/sh", "/usr/bin/sh", "bin/sh", "sh", "dash"})


class Layer:
    """A RUN in its stage.

    `before` is what holds when it begins. One in ONBUILD is a trigger: it runs in other builds, on another stage,
    of which nothing is known but what this stage holds at that line.
    """

    def __init__(self, build: Build, stage: Stage, run: Run, before: State, *, is_trigger: bool) -> None:
        self.build = build
        self.stage = stage
        self.run = run
        self.before = before
        self.is_trigger = is_trigger

    @property
    def ships(self) -> bool:
        """Whether what it leaves behind is part of an image that somebody runs."""
        return self.stage in self.build.shipping_stages

    @property
    def script(self) -> Script:
        return self.run.script

    @property
    def dialect(self) -> str:
        """What reads its script: "dash", "busybox", "bash", ...; "sh" where nobody knows which shell that is."""
        return self.script.shell.dialect

    @cached_property
    def commands(self) -> Commands:
        """Its simple commands in the order of the text; words that are nothing but a known variable are its value."""
        return Commands(with_values(self.script, self.before.environment.get))

    @cached_property
    def actions(self) -> tuple[PackageAction, ...]:
        """What its commands do with packages and downloads."""
        return tuple(action for command in self.commands if (action := action_of(command)) is not None)

    def action_of(self, command: Command) -> PackageAction | None:
        """What one of its own commands does with packages and downloads; None for any other program."""
        return next((action for action in self.actions if action.command is command), None)

    @cached_property
    def managers(self) -> frozenset[str]:
        """The package managers that it calls."""
        return frozenset(action.manager for action in self.actions)

    @cached_property
    def system_installs(self) -> tuple[PackageAction, ...]:
        """What installs packages of the distribution."""
        return tuple(action for action in self.actions if action.is_system_install)

    @cached_property
    def _by_name(self) -> dict[str, list[Command]]:
        found: dict[str, list[Command]] = {}
        for command in self.commands:
            found.setdefault(command.name, []).append(command)
        return found

    def named(self, *names: str) -> list[Command]:
        """Its commands that run one of these programs, in the order of the text."""
        if len(names) == 1:
            return self._by_name.get(names[0], [])
        if self._by_name.keys().isdisjoint(names):
            return []
        return [command for command in self.commands if command.name in names]

    def after(self, command: Command) -> tuple[Command, ...]:
        """The commands behind one of its own."""
        return self.commands[self.commands.position(command) + 1 :]

    @cached_property
    def replaces_sh(self) -> bool:
        """Whether it puts another shell in the place of /bin/sh, or may do so."""
        words = (word.value for command in self.named(*_MOVERS) for word in command.arguments)
        return any(word in _NAMES_OF_SH or word.endswith("/bin/sh") for word in words)

    def variable(self, name: str, command: Command) -> str | None:
        """What a variable holds when one of its commands runs: by ENV, ARG, an export before it, or the command itself.

        None where it has no value, or none that is known.
        """
        value = self.before.environment.get(name)
        for each in self.commands:
            if each is command or each.name == "export":
                given = [assignment.value for assignment in each.assignments if assignment.name == name]
                value = next((str(word.value) for word in reversed(given) if word is not None), value)
            if each is command:
                break
        return value

    def folder_of(self, command: Command) -> str | None:
        """The folder that one of its commands runs in; None where the script or a variable hides it."""
        folder = absolute_path(".", self.before.workdir)
        for each in self.commands:
            if each is command:
                break
            if each.name in ("pushd", "popd"):
                return None
            if each.name == "cd":
                target = each.operands[0] if len(each.operands) == 1 else None
                if target is None or not target.is_literal or target.value == "-" or each.in_subshell:
                    return None
                folder = absolute_path(target.value, folder)
        return folder

    def stands_on(self, test: Callable[..., bool], *asked: object) -> bool:
        """Whether a layer of its stage's chain before it passes a test; see History."""
        return self.build.history_of(self.stage).first_layer(test, *asked) < self.run.start_line

    def is_or_stands_on(self, test: Callable[..., bool], *asked: object) -> bool:
        """Whether it passes a test, or a layer of its stage's chain before it does."""
        return test(self, *asked) or self.stands_on(test, *asked)

    def carries(self, test: Callable[..., bool], *asked: object) -> bool:
        """Whether a layer of its own stage that stands on it passes a test."""
        return self.build.history_of(self.stage).last_layer(test, *asked) > self.run.start_line

    def stands_on_one_naming(self, names: Names, name: str) -> bool:
        """Whether a layer of its stage's chain before it has a name among its `names`."""
        return self.build.history_of(self.stage).first_naming(names, name) < self.run.start_line

    def carries_one_naming(self, names: Names, name: str) -> bool:
        """Whether a layer of its own stage that stands on it has a name among its `names`."""
        return self.build.history_of(self.stage).last_naming(names, name) > self.run.start_line

    def follows(self, test: Callable[..., bool], *asked: object) -> bool:
        """Whether a step of its stage's chain up to it, itself too, passes a test."""
        return self.build.history_of(self.stage).first_step(test, *asked) <= self.run.start_line

    @property
    def earlier(self) -> tuple[Layer, ...]:
        """The layers of its stage's chain that it stands on, from the first on."""
        return self.build.chain_of(self.stage).before(self.run.start_line)

    @property
    def later(self) -> tuple[Layer, ...]:
        """The layers of its own stage that stand on it."""
        return self.build.chain_of(self.stage).behind(self.run.start_line)


class Chain:
    """The layers of a stage's chain, in the order in which they run."""

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self.layers = layers
        self._lines = [layer.run.start_line for layer in layers]
        # A trigger stands above the FROM that makes it run.
        self._is_sorted = self._lines == sorted(self._lines)

    def before(self, line: int) -> tuple[Layer, ...]:
        """Those that stand above a line of the file."""
        if self._is_sorted:
            return self.layers[: bisect_left(self._lines, line)]
        return tuple(layer for layer, start in zip(self.layers, self._lines, strict=True) if start < line)

    def just_before(self, line: int, count: int) -> tuple[Layer, ...]:
        """The last of those that stand above a line of the file, so many at most."""
        if self._is_sorted:
            end = bisect_left(self._lines, line)
            return self.layers[max(0, end - count) : end]
        return self.before(line)[-count:]

    def behind(self, line: int) -> tuple[Layer, ...]:
        """Those that stand below a line of the file."""
        if self._is_sorted:
            return self.layers[bisect_right(self._lines, line) :]
        return tuple(layer for layer, start in zip(self.layers, self._lines, strict=True) if start > line)
