"""Which commands read what another one prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockerlint.shell.script import Command


def readers(commands: Sequence[Command], command: Command) -> Iterator[Command]:
    """The commands behind one in its pipeline, in order; what a loop or a group reads is left out.

    `commands` are all those of the script, in the order of the text.
    """
    if command.is_last_of_pipe:
        return
    start = next(number for number, one in enumerate(commands) if one is command)
    for other in commands[start + 1 :]:
        if other.nesting != command.nesting:
            continue
        if other.pipe_length != command.pipe_length or other.pipe_index <= command.pipe_index:
            return
        yield other
        if other.is_last_of_pipe:
            return
