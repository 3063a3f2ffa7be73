"""A Dockerfile as a whole: its stages, what each is built on, and what holds at every instruction.

https://docs.docker.com/build/building/multi-stage/
"""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from dockerlint.dockerfile import image
from dockerlint.dockerfile.errors import DockerfileError
from dockerlint.dockerfile.expansion import expand
from dockerlint.dockerfile.instructions import (
    CLASSES,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    From,
    Instruction,
    Run,
    Shell,
    Unknown,
    User,
    Workdir,
    read_instruction,
    refused_instruction,
)
from dockerlint.dockerfile.lines import Directive, split
from dockerlint.source import Source, Text

# What every shell on Linux gives a command that is found nowhere in the file.
_POSIX_SHELLS = frozenset({"sh", "bash", "ash", "dash", "ksh", "zsh"})


Changes = dict[str, list[tuple[int, str | None]]]


class Environment:
    """The variables of a stage at one moment. All moments of a stage share one record of changes."""

    __slots__ = ("_changes", "_moment")

    def __init__(self, changes: Changes | None = None, moment: int = 0) -> None:
        self._changes: Changes = {} if changes is None else changes
        self._moment = moment

    def __contains__(self, name: str) -> bool:
        """Whether the variable is declared, with a value or without."""
        return any(moment <= self._moment for moment, _ in self._changes.get(name, ())[:1])

    def get(self, name: str) -> str | None:
        """The value of a variable; None where it has none, or none that the file tells."""
        changes = self._changes.get(name, ())
        return next((value for moment, value in reversed(changes) if moment <= self._moment), None)

    def known(self) -> dict[str, str]:
        """All variables whose values the file tells."""
        values = {name: self.get(name) for name in self._changes}
        return {name: value for name, value in values.items() if value is not None}

    def after(self, changes: Mapping[str, str | None]) -> Environment:
        """The environment after an instruction. Only the latest moment of a stage goes on."""
        moment = self._moment + 1
        for name, value in changes.items():
            self._changes.setdefault(name, []).append((moment, value))
        return Environment(self._changes, moment)

    def forked(self) -> Environment:
        """A record of its own with the same values, for another stage that goes on from here."""
        return Environment({name: [(0, self.get(name))] for name in self._changes if name in self})


class State(NamedTuple):
    """What holds before an instruction runs. None: not set in this file, or not known."""

    user: User | None = None
    user_name: str | None = None
    workdir: str | None = None
    shell: tuple[str, ...] | None = None
    environment: Environment = Environment()


class Step(NamedTuple):
    """An instruction and what holds before it."""

    instruction: Instruction
    before: State


class Pull(NamedTuple):
    """An image that the build pulls: by FROM, `COPY --from` or `RUN --mount=from`.

    `name` is the reference with its variables replaced, or None when a variable has no value.
    """

    written: Text
    name: str | None
    reference: image.Reference | None
    instruction: Instruction
    stage: Stage | None


class Stage:
    """One FROM and what follows it. `parent` is the stage of this file that it is built on."""

    def __init__(self, index: int, from_: From, base_name: str | None, parent: Stage | None) -> None:
        self.index = index
        self.from_ = from_
        self.base_name = base_name
        self.parent = parent
        self.steps: list[Step] = []
        self.end_line = from_.end_line
        before = parent.state if parent is not None else State()
        self.state: State = before._replace(environment=before.environment.forked())

    @property
    def name(self) -> str | None:
        """The stage's name as Docker compares it: in lower case."""
        return self.from_.stage_name.lower() if self.from_.stage_name else None

    @property
    def title(self) -> str:
        """What to call it in a message."""
        return str(self.from_.stage_name) if self.from_.stage_name else f"number {self.index}"

    @property
    def instructions(self) -> Iterator[Instruction]:
        return (step.instruction for step in self.steps)

    @cached_property
    def chain(self) -> tuple[Stage, ...]:
        """This stage and those below it, from the first to this one."""
        chain: list[Stage] = []
        stage: Stage | None = self
        while stage is not None:
            chain.append(stage)
            stage = stage.parent
        return tuple(reversed(chain))

    @property
    def root(self) -> Stage:
        """The stage that stands on an image from outside."""
        return self.chain[0]

    @cached_property
    def base(self) -> image.Reference | None:
        """The image from outside that the chain stands on; None when it is not known."""
        name = self.root.base_name
        return image.parse(name) if name else None

    @property
    def is_windows(self) -> bool:
        return self.base is not None and self.base.is_windows

    def last(self, kind: type[Instruction]) -> Instruction | None:
        """The last instruction of a kind in the chain."""
        for stage in reversed(self.chain):
            for step in reversed(stage.steps):
                if isinstance(step.instruction, kind):
                    return step.instruction
        return None

    @property
    def cmd(self) -> Cmd | None:
        """The CMD in force: setting ENTRYPOINT in a stage resets a CMD that it inherits."""
        for stage in reversed(self.chain):
            found = [step.instruction for step in stage.steps if isinstance(step.instruction, Cmd)]
            if found:
                return found[-1]
            if any(isinstance(step.instruction, Entrypoint) for step in stage.steps):
                return None
        return None

    @property
    def entrypoint(self) -> Entrypoint | None:
        found = self.last(Entrypoint)
        return found if isinstance(found, Entrypoint) else None


class Dockerfile:
    """What a Dockerfile says. `errors` are what Docker refuses in it, in the order of the file."""

    def __init__(self, source: Source, build_arguments: Mapping[str, str] | None = None) -> None:
        self.source = source
        self.build_arguments = dict(build_arguments or {})
        self.instructions: list[Instruction] = []
        self.stages: list[Stage] = []
        self._named: dict[str, Stage] = {}
        self.errors: list[DockerfileError] = []
        self.global_arguments: dict[str, str | None] = {}
        self.directives: tuple[Directive, ...] = ()
        self.comments: tuple[Text, ...] = ()
        self._read()

    @property
    def path(self) -> str:
        return self.source.path

    def _read(self) -> None:
        lines = split(self.source)
        self.directives, self.comments, self.escape = lines.directives, lines.comments, lines.escape
        for line in lines.lines:
            try:
                self._add(read_instruction(line, lines.escape, self._dialect()))
            except DockerfileError as error:
                self.errors.append(error)
                self.instructions.append(refused_instruction(line, lines.escape))
            if self.stages:
                self.stages[-1].end_line = line.end
        if lines.error is not None:
            self.errors.append(lines.error)
        elif not self.stages and not self.errors:
            self.errors.append(DockerfileError("no FROM, so nothing is built", lines.lines[-1].text))

    def _dialect(self) -> str | None:
        """What reads the shell form of an instruction at this place."""
        if not self.stages:
            return "sh"
        stage = self.stages[-1]
        if stage.state.shell is None:
            return None if stage.is_windows else "sh"
        program = stage.state.shell[0].replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")
        return "bash" if program == "bash" else "sh" if program in _POSIX_SHELLS else program

    def _add(self, instruction: Instruction) -> None:
        self.instructions.append(instruction)
        if isinstance(instruction, Unknown):
            self.errors.append(_unknown_instruction(instruction.keyword))
        elif isinstance(instruction, From):
            if instruction.fault is not None:
                self.errors.append(instruction.fault)
            self._begin_stage(instruction)
        elif self.stages:
            stage = self.stages[-1]
            stage.steps.append(Step(instruction, stage.state))
            stage.state = self._after(instruction, stage.state)
        elif isinstance(instruction, Arg):
            self._declare_globally(instruction)
        elif not self.errors:
            message = f"{instruction.name} stands before the first FROM, where only ARG may"
            self.errors.append(DockerfileError(message, instruction.keyword))

    def _begin_stage(self, from_: From) -> None:
        name = expand(from_.image, self.global_arguments.get, self.escape).value
        parent = self.stage_named(name) if name else None
        stage = Stage(len(self.stages), from_, name, parent)
        self.stages.append(stage)
        if stage.name is not None:
            self._named[stage.name] = stage

    def stage_named(self, name: str) -> Stage | None:
        """The latest stage so far whose name, in lower case, is exactly this."""
        return self._named.get(name)

    def stage_of_origin(self, origin: str, before: Stage) -> Stage | None:
        """The stage that `COPY --from=origin` means: by name in any case, or by number."""
        if origin.isdecimal() and len(origin) < 6 and int(origin) < before.index:
            return self.stages[int(origin)]
        return next((stage for stage in reversed(self.stages[: before.index]) if stage.name == origin.lower()), None)

    def _declare_globally(self, arg: Arg) -> None:
        for pair in arg.pairs:
            default = None
            if pair.value is not None:
                default = expand(pair.value, self.global_arguments.get, self.escape).value
            self.global_arguments[pair.name] = self.build_arguments.get(pair.name, default)

    def _after(self, instruction: Instruction, state: State) -> State:
        if isinstance(instruction, User):
            name = expand(instruction.argument, state.environment.get, self.escape).value
            return state._replace(user=instruction, user_name=name)
        if isinstance(instruction, Workdir):
            return state._replace(workdir=self._workdir(instruction, state))
        if isinstance(instruction, Shell):
            return state._replace(shell=instruction.exec_form)
        if isinstance(instruction, Env):
            return state._replace(environment=self._with_environment(instruction, state.environment))
        if isinstance(instruction, Arg):
            return state._replace(environment=self._with_arguments(instruction, state.environment))
        return state

    def _workdir(self, workdir: Workdir, state: State) -> str | None:
        path = expand(workdir.argument, state.environment.get, self.escape).value
        if path is None:
            return None
        if path.startswith("/"):
            return posixpath.normpath(path)
        # A first relative WORKDIR stands below the base image's, which is not known here.
        return posixpath.normpath(posixpath.join(state.workdir, path)) if state.workdir else None

    def _with_environment(self, env: Env, before: Environment) -> Environment:
        changes: dict[str, str | None] = {}
        for pair in env.pairs:
            name = expand(pair.key, before.get, self.escape).value
            value = expand(pair.value or "", before.get, self.escape).value
            if name:
                changes[name] = value
        return before.after(changes)

    def _with_arguments(self, arg: Arg, before: Environment) -> Environment:
        environment = before
        for pair in arg.pairs:
            if pair.name in self.build_arguments:
                value: str | None = self.build_arguments[pair.name]
            elif pair.value is not None:
                value = expand(pair.value, environment.get, self.escape).value
            else:
                value = self.global_arguments.get(pair.name, before.get(pair.name))
            environment = environment.after({pair.name: value})
        return environment

    @cached_property
    def pulls(self) -> tuple[Pull, ...]:
        """Every image that a build pulls, in the order of the file; stages and `scratch` are none."""
        return tuple(self._pulls())

    def _pulls(self) -> Iterator[Pull]:
        for stage in self.stages:
            if stage.parent is None and stage.base_name != "scratch":
                yield _pull(stage.from_.image, stage.base_name, stage.from_, stage)
            for instruction in stage.instructions:
                for written in _origins(instruction):
                    if self._is_external(written):
                        name = None if "$" in written else str(written)
                        yield _pull(written, name, instruction, None)

    def _is_external(self, origin: str) -> bool:
        # Numbers are stages, and a name with neither tag nor path may be a build's named context.
        return not origin.isdecimal() and origin.lower() not in self._named and origin != "scratch"


def _pull(written: Text, name: str | None, instruction: Instruction, stage: Stage | None) -> Pull:
    return Pull(written, name, image.parse(name) if name else None, instruction, stage)


def _origins(instruction: Instruction) -> Iterator[Text]:
    if isinstance(instruction, Copy) and instruction.origin:
        yield instruction.origin
    elif isinstance(instruction, Run):
        for mount in instruction.mounts:
            if "from" in mount.options:
                yield mount.options["from"]


def _unknown_instruction(keyword: Text) -> DockerfileError:
    near = difflib.get_close_matches(keyword.upper(), CLASSES, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return DockerfileError(f"`{keyword}` is no instruction{hint}", keyword)
