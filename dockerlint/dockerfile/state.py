"""What holds at a place in a stage, and what an instruction changes in it.

https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from dockerlint.dockerfile.environment import Environment, GlobalArguments, Variable
from dockerlint.dockerfile.expansion import Missing, Value, expand, expand_words
from dockerlint.dockerfile.instructions import (
    Arg,
    Cmd,
    Entrypoint,
    Env,
    Expose,
    Healthcheck,
    Instruction,
    Label,
    Shell,
    Stopsignal,
    Transfer,
    User,
    Volume,
    Workdir,
)
from dockerlint.source import Text

Item = TypeVar("Item")


class Log(Generic[Item]):
    """A list that grows with a stage. All moments of the stage share it; only the latest goes on."""

    __slots__ = ("below", "items", "length")

    def __init__(self, below: Log[Item] | None = None) -> None:
        self.below = below
        self.items: list[Item] = []
        self.length = 0

    def __len__(self) -> int:
        return sum(log.length for log in self._chain())

    def __iter__(self) -> Iterator[Item]:
        for log in reversed(list(self._chain())):
            yield from log.items[: log.length]

    def _chain(self) -> Iterator[Log[Item]]:
        """This stage's list and those of the stages below it, as far as they hold something."""
        log: Log[Item] | None = self
        while log is not None:
            yield log
            log = log.below

    def after(self, added: Sequence[Item]) -> Log[Item]:
        self.items.extend(added)
        following = Log(self.below)
        following.items, following.length = self.items, self.length + len(added)
        return following

    def forked(self) -> Log[Item]:
        """A list of its own that goes on from here, for another stage."""
        return Log(self if self.length else self.below)


class Port(NamedTuple):
    """A port or a range of ports that EXPOSE names: `8000-8010/tcp`."""

    written: Text
    first: int
    last: int
    protocol: str


class Copied(NamedTuple):
    """A COPY or ADD, and what held before it: what it takes where is told by `transfers.placed`."""

    transfer: Transfer
    before: State


class State(NamedTuple):
    """What holds before an instruction runs. None: not set in this file, or not known.

    `user_name`, `workdir`, `stop_signal` and the values of `labels` are None too where a variable hides them;
    `shell` is None where the base image's shell is in force.
    """

    user: User | None = None
    user_name: str | None = None
    workdir: str | None = None
    shell: tuple[Text, ...] | None = None
    environment: Environment = Environment()
    cmd: Cmd | None = None
    entrypoint: Entrypoint | None = None
    healthcheck: Healthcheck | None = None
    stop_signal: str | None = None
    ports: Log[Port] = Log()
    volumes: Log[str] = Log()
    labels: Log[tuple[str, str | None]] = Log()
    copies: Log[Copied] = Log()

    def forked(self) -> State:
        """The same state with records of its own, for a stage that goes on from here."""
        return self._replace(
            environment=self.environment.forked(),
            ports=self.ports.forked(),
            volumes=self.volumes.forked(),
            labels=self.labels.forked(),
            copies=self.copies.forked(),
        )

    def expanded(self, word: str, escape: str) -> str | None:
        """What a word certainly becomes here."""
        return expand(word, self.environment.lookup, escape).value


class Step(NamedTuple):
    """An instruction and what holds before it."""

    instruction: Instruction
    before: State


class Given(NamedTuple):
    """What stands outside of a stage: the global ARGs, and the arguments that the build is given."""

    globals: GlobalArguments
    arguments: Mapping[str, str]


def after(instruction: Instruction, state: State, given: Given, *, sets_cmd: bool) -> State:  # noqa: C901, PLR0911, PLR0912
    """The state after an instruction; `sets_cmd` says whether the stage had a CMD of its own before."""
    escape = instruction.escape
    match instruction:
        case Transfer():
            return state._replace(copies=state.copies.after([Copied(instruction, state)]))
        case Env():
            return state._replace(environment=_after_env(instruction, state.environment))
        case Arg():
            return state._replace(environment=_after_arg(instruction, state.environment, given))
        case Workdir():
            return state._replace(workdir=_workdir(instruction, state))
        case User():
            return state._replace(user=instruction, user_name=state.expanded(instruction.argument, escape))
        case Shell() if instruction.exec_form:
            return state._replace(shell=instruction.exec_form)
        case Cmd():
            return state._replace(cmd=instruction)
        case Entrypoint():
            # https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact
            return state._replace(entrypoint=instruction, cmd=state.cmd if sets_cmd else None)
        case Healthcheck():
            return state._replace(healthcheck=instruction)
        case Expose():
            return state._replace(ports=state.ports.after(ports_of(instruction, state)))
        case Volume():
            paths = (state.expanded(path, escape) for path in instruction.paths)
            return state._replace(volumes=state.volumes.after([path for path in paths if path]))
        case Label():
            return state._replace(labels=state.labels.after(_labels(instruction, state)))
        case Stopsignal():
            return state._replace(stop_signal=state.expanded(instruction.argument, escape))
    return state


def _workdir(workdir: Workdir, state: State) -> str | None:
    """An empty path leaves it as it is; a first relative one stands below the base image's, which is not known here."""
    path = state.expanded(workdir.argument, workdir.escape)
    if path is None:
        return None
    if path.startswith("/"):
        return posixpath.normpath(path)
    return posixpath.normpath(posixpath.join(state.workdir, path)) if state.workdir else None


def _after_env(env: Env, before: Environment) -> Environment:
    """All pairs see the environment before the instruction."""
    changes: list[tuple[str, Variable]] = []
    for pair in env.pairs:
        name = expand(pair.key, before.lookup, env.escape).value
        if name:
            value = expand(pair.value or "", before.lookup, env.escape)
            changes.append((name, Variable(_known(value.value), is_argument=False)))
    return before.after(changes)


def _after_arg(arg: Arg, before: Environment, given: Given) -> Environment:
    """Each pair sees those before it. One without any value leaves a variable as it is."""
    environment = before
    for pair in arg.pairs:
        name = str(pair.key)
        value: Value | None
        if name in given.arguments:
            value = given.arguments[name]
        elif pair.value is not None:
            value = _known(expand(pair.value, environment.lookup, arg.escape).value)
        else:
            value = given.globals.inherited(name)
            variable = environment.variable(name)
            if variable is not None and not isinstance(value, str):
                value = variable.value
        value = Missing.UNSET if value is None else value
        environment = environment.after([(name, Variable(value, is_argument=True))])
    return environment


def _known(value: str | None) -> Value:
    return Missing.UNKNOWN if value is None else value


def _labels(label: Label, state: State) -> list[tuple[str, str | None]]:
    escape = label.escape
    keys = ((state.expanded(pair.key, escape), pair.value) for pair in label.pairs)
    return [(key, state.expanded(value or "", escape)) for key, value in keys if key]


def ports_of(expose: Expose, state: State) -> list[Port]:
    """The ports of EXPOSE, as far as their numbers are known and valid."""
    found: list[Port] = []
    for word in expose.ports:
        for text in expand_words(word, state.environment.lookup, expose.escape).value or ():
            port, _, protocol = text.rpartition(":")[2].partition("/")
            match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", port)
            if match:
                first = int(match.group(1))
                found.append(Port(word, first, int(match.group(2) or first), protocol.lower() or "tcp"))
    return found
