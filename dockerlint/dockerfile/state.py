"""What holds at a place in a stage, and what an instruction changes in it.

https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from dockerlint.dockerfile.environment import Environment, GlobalArguments, Variable
from dockerlint.dockerfile.expansion import Missing, Value, expand, expand_words
from dockerlint.dockerfile.instructions import (
    Add,
    Arg,
    Cmd,
    Copy,
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
    """An instruction and what holds before it. A trigger stands in the ONBUILD of another stage."""

    instruction: Instruction
    before: State
    is_trigger: bool = False


def after(instruction: Instruction, state: State, arguments: GlobalArguments) -> State:
    """The state after an instruction; `arguments` are those that stand before the first FROM, and those given."""
    change = _CHANGES.get(type(instruction))
    return state if change is None else state._replace(**change(instruction, state, arguments))


Changes = dict[str, Any]


def _after_transfer(transfer: Transfer, state: State, _: GlobalArguments) -> Changes:
    return {"copies": state.copies.after([Copied(transfer, state)])}


def _after_user(user: User, state: State, _: GlobalArguments) -> Changes:
    return {"user": user, "user_name": state.expanded(user.argument, user.escape)}


def _after_shell(shell: Shell, _state: State, _: GlobalArguments) -> Changes:
    return {"shell": shell.exec_form} if shell.exec_form else {}


def _after_expose(expose: Expose, state: State, _: GlobalArguments) -> Changes:
    return {"ports": state.ports.after(ports_of(expose, state))}


def _after_volume(volume: Volume, state: State, _: GlobalArguments) -> Changes:
    paths = (state.expanded(path, volume.escape) for path in volume.paths)
    return {"volumes": state.volumes.after([path for path in paths if path])}


def _after_label(label: Label, state: State, _: GlobalArguments) -> Changes:
    escape = label.escape
    keys = ((state.expanded(pair.key, escape), pair.value) for pair in label.pairs)
    return {"labels": state.labels.after([(key, state.expanded(value or "", escape)) for key, value in keys if key])}


def _after_stopsignal(stopsignal: Stopsignal, state: State, _: GlobalArguments) -> Changes:
    return {"stop_signal": state.expanded(stopsignal.argument, stopsignal.escape)}


def _after_workdir(workdir: Workdir, state: State, _: GlobalArguments) -> Changes:
    """An empty path leaves it as it is; a first relative one stands below the base image's, which is not known here."""
    path = state.expanded(workdir.argument, workdir.escape)
    if path is not None and path.startswith("/"):
        return {"workdir": posixpath.normpath(path)}
    if path is None or state.workdir is None:
        return {"workdir": None}
    return {"workdir": posixpath.normpath(posixpath.join(state.workdir, path))}


def _after_env(env: Env, state: State, _: GlobalArguments) -> Changes:
    """All pairs see the environment before the instruction."""
    before = state.environment
    changes: list[tuple[str, Variable]] = []
    for pair in env.pairs:
        name = expand(pair.key, before.lookup, env.escape).value
        if name:
            value = expand(pair.value or "", before.lookup, env.escape)
            changes.append((name, Variable(_known(value.value), is_argument=False)))
    return {"environment": before.after(changes)}


def _after_arg(arg: Arg, state: State, arguments: GlobalArguments) -> Changes:
    """Each pair sees those before it. One without any value leaves a variable as it is."""
    environment = state.environment
    for pair in arg.pairs:
        name = str(pair.key)
        value: Value | None
        if name in arguments.given:
            value = arguments.given[name]
        elif pair.value is not None:
            value = _known(expand(pair.value, environment.lookup, arg.escape).value)
        else:
            value = arguments.inherited(name)
            variable = environment.variable(name)
            if variable is not None and not isinstance(value, str):
                value = variable.value
        value = Missing.UNSET if value is None else value
        environment = environment.after([(name, Variable(value, is_argument=True))])
    return {"environment": environment}


def _known(value: str | None) -> Value:
    return Missing.UNKNOWN if value is None else value


_CHANGES: dict[type[Instruction], Callable[[Any, State, GlobalArguments], Changes]] = {
    Add: _after_transfer,
    Arg: _after_arg,
    Cmd: lambda cmd, _state, _: {"cmd": cmd},
    Copy: _after_transfer,
    Entrypoint: lambda entrypoint, _state, _: {"entrypoint": entrypoint},
    Env: _after_env,
    Expose: _after_expose,
    Healthcheck: lambda healthcheck, _state, _: {"healthcheck": healthcheck},
    Label: _after_label,
    Shell: _after_shell,
    Stopsignal: _after_stopsignal,
    User: _after_user,
    Volume: _after_volume,
    Workdir: _after_workdir,
}


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
