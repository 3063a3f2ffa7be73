"""Which commands read what another one prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockerlint.shell.script import Command, Commands

# What stands further from a command than so many others has nothing to do with it.
NEAR = 200
# So many commands later in a pipe, nothing is left of what a command has printed.
FEW = 20


def behind(commands: Commands, command: Command) -> Sequence[Command]:
    """The commands that follow one, as far as they may have to do with it."""
    start = commands.position(command) + 1
    return commands[start : start + NEAR]


def ahead(commands: Commands, command: Command) -> Sequence[Command]:
    """The commands before one, as far as they may have to do with it."""
    start = commands.position(command)
    return commands[max(0, start - NEAR) : start]


def readers(commands: Commands, command: Command) -> Iterator[Command]:
    """The commands behind one in its pipeline, in order; what a loop or a group reads is left out.

    `commands` are all those of the script, in the order of the text.
    """
    if command.is_last_of_pipe:
        return
    for other in behind(commands, command):
        if other.nesting != command.nesting:
            continue
        number = other.pipe_index - command.pipe_index
        if other.pipe_length != command.pipe_length or not 0 < number <= FEW:
            return
        yield other
        if other.is_last_of_pipe:
            return
