"""Which commands read what another one prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockerlint.shell.script import Command

# What stands further behind a command than so many others has nothing to do with it.
NEAR = 200


def behind(commands: Sequence[Command], command: Command) -> Sequence[Command]:
    """The commands that follow one, as far as they may have to do with it."""
    start = index_of(commands, command) + 1
    return commands[start : start + NEAR]


def index_of(commands: Sequence[Command], command: Command) -> int:
    return next(number for number, one in enumerate(commands) if one is command)


def readers(commands: Sequence[Command], command: Command) -> Iterator[Command]:
    """The commands behind one in its pipeline, in order; what a loop or a group reads is left out.

    `commands` are all those of the script, in the order of the text.
    """
    if command.is_last_of_pipe:
        return
    for other in behind(commands, command):
        if other.nesting != command.nesting:
            continue
        if other.pipe_length != command.pipe_length or other.pipe_index <= command.pipe_index:
            return
        yield other
        if other.is_last_of_pipe:
            return
