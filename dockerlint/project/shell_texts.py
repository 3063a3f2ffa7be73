"""The shell text that an image is built and started with, wherever it stands, and the shell that reads it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.dockerfile.instructions import Cmd, Entrypoint, Healthcheck, Run, ShellForm
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import State
from dockerlint.shell.dialects import POSIX, SHELLS, Shell, shell_of_command, shell_of_shebang
from dockerlint.shell.inner import AS_USER
from dockerlint.shell.pipes import behind
from dockerlint.shell.script import Command, Commands, Script, read_script
from dockerlint.shell.values import with_values

if TYPE_CHECKING:
    from dockerlint.project.build import Build
    from dockerlint.project.layers import Layer

_DEEPEST_SCRIPT = 3


class Body(NamedTuple):
    """A script with the commands that stand in it, without those of the scripts inside it.

    `dialect` is "dash", "busybox", "bash", ...; "sh" where nobody knows which shell that is.
    """

    script: Script
    dialect: str
    commands: Commands

    def reader_of(self, command: Command) -> Command | None:
        """What reads a command's output in its pipeline; None where that is no simple command, or nothing."""
        if command.is_last_of_pipe:
            return None
        wanted = (command.pipe_index + 1, command.pipe_length, command.nesting)
        following = behind(self.commands, command)
        return next((one for one in following if (one.pipe_index, one.pipe_length, one.nesting) == wanted), None)


class ShellText:
    """Shell text of RUN, CMD, ENTRYPOINT or HEALTHCHECK, or a script of the context that one of them starts.

    `before` is what holds where the instruction stands. Text of ONBUILD is a trigger, which runs in other builds.
    For a script of the context `is_file` holds, and the instruction is the one that starts it.
    """

    def __init__(
        self, build: Build, stage: Stage, instruction: ShellForm, before: State, script: Script,
        *, is_trigger: bool = False, is_file: bool = False,
    ) -> None:  # fmt: skip
        self.build = build
        self.stage = stage
        self.instruction = instruction
        self.before = before
        self.script = script
        self.is_trigger = is_trigger
        self.is_file = is_file

    @property
    def is_editable(self) -> bool:
        """Whether a fix may edit it: read to its end, in a file of its own or a Dockerfile that is no template."""
        is_odd = self.instruction.escape != "\\" or self.build.dockerfile.is_template
        return not self.script.is_broken and (self.is_file or not is_odd)

    @property
    def state(self) -> State:
        """What holds when it runs: for what a container starts, all that the stage sets."""
        return self.before if isinstance(self.instruction, Run) or self.is_trigger else self.stage.state

    @cached_property
    def commands(self) -> Commands:
        """The simple commands in the order of the text; words that are nothing but a known variable are its value."""
        # What a file is started with others may have set.
        lookup = _unknown if self.is_file else self.before.environment.get
        return Commands(with_values(self.script, lookup))

    @property
    def earlier_layers(self) -> tuple[Layer, ...]:
        """The layers of its stage's chain that have run before."""
        chain = self.build.chain_of(self.stage)
        return chain.before(self.instruction.start_line) if isinstance(self.instruction, Run) else chain.layers

    @cached_property
    def bodies(self) -> tuple[Body, ...]:
        """The script and those inside it (`sh -c`, `eval`), the outer ones first."""
        return tuple(self._bodies(self.script, "", 0))

    def _bodies(self, script: Script, around: str, depth: int) -> Iterator[Body]:
        dialect = self._dialect(script.shell, around)
        commands = Commands(one for one in script.commands if one.nesting.count("script") == depth)
        if script.statements or depth == 0:
            yield Body(script, dialect, commands)
        if script.inner:
            # Which shell a user has nobody can tell.
            around = "sh" if any(command.name in AS_USER for command in commands) else dialect
            for inner in script.inner:
                yield from self._bodies(inner, around, depth + 1)

    def _dialect(self, shell: Shell, around: str) -> str:
        """The dialect of a script; what `eval` runs inside bash is no business of /bin/sh."""
        known = self.build.facts(self.stage)
        default = known.shell_dialect if known is not None else None
        if shell.dialect == "sh" and (default is None or around not in ("", default)):
            return "sh"
        dialect = default if shell.dialect == "sh" and default is not None else shell.dialect
        is_default = shell.dialect == "sh" or (not self.is_file and self.before.shell is None and around == "")
        return "sh" if is_default and dialect != "bash" and self.replaces_sh else dialect

    @cached_property
    def replaces_sh(self) -> bool:
        """Whether some RUN up to here puts another shell in the place of /bin/sh, or may do so."""
        if not self.build.dockerfile.source.holds("/sh") and not self.build.dockerfile.source.holds("dash"):
            return False
        return self.build.history_of(self.stage).first_layer(_replaces_sh) <= self.instruction.start_line

    def is_variable(self, name: str) -> bool:
        """Whether the file or the base image is known to set an environment variable of this name."""
        environment = self.before.environment
        return name in environment or name in environment.base.variables


def _replaces_sh(layer: Layer) -> bool:
    return layer.replaces_sh


def _unknown(_name: str) -> None:
    return None


def shell_texts(build: Build) -> Iterator[ShellText]:
    """All shell text of a build, stage by stage, and behind it the scripts of the context that it starts."""
    texts = list(_written(build))
    yield from texts
    if build.context is not None:
        seen: set[str] = set()
        for text in texts:
            if not text.is_trigger:
                yield from _started(text, text.script.commands, seen, 0)


def _written(build: Build) -> Iterator[ShellText]:
    for layer in build.layers:
        yield ShellText(build, layer.stage, layer.run, layer.before, layer.script, is_trigger=layer.is_trigger)
    for stage in build.dockerfile.stages:
        for step in stage.steps:
            instruction = step.instruction
            if isinstance(instruction, Cmd | Entrypoint | Healthcheck) and not step.is_trigger:
                yield ShellText(build, stage, instruction, step.before, instruction.script)


def _may_start_script(text: ShellText, command: Command) -> bool:
    """Whether it is worth looking for a script: a build step seldom finds one by PATH, a container often does."""
    program = command.program
    if program is None:
        return False
    is_path = "/" in program.value or program.value.endswith(".sh")
    return is_path or command.name in SHELLS or not isinstance(text.instruction, Run)


def _started(text: ShellText, commands: tuple[Command, ...], seen: set[str], depth: int) -> Iterator[ShellText]:
    if depth >= _DEEPEST_SCRIPT:
        return
    for command in commands:
        if not _may_start_script(text, command):
            continue
        source = text.build.script_of(text.stage, command)
        if source is None or source.path in seen:
            continue
        seen.add(source.path)
        content = source.slice(0, len(source.text))
        named = shell_of_command(command.words) if command.name in SHELLS else shell_of_shebang(content)
        script = read_script(content, named or POSIX)
        yield ShellText(text.build, text.stage, text.instruction, text.before, script, is_file=True)
        yield from _started(text, script.commands, seen, depth + 1)
