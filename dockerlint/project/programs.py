"""The Python programs that the stages of a build start, as far as their source can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dockerlint.application.start import start_target
from dockerlint.dockerfile.copies import absolute_path
from dockerlint.dockerfile.stages import Stage
from dockerlint.shell.script import Command
from dockerlint.source import Source

if TYPE_CHECKING:
    from dockerlint.application.program import Program

Read = Callable[[Stage, str], Source | None]


def programs(stage: Stage, commands: tuple[Command, ...], read: Read) -> Iterator[Program]:
    """The programs among the commands that a stage starts; `read` gives a file of the stage by its absolute path."""
    workdir = stage.state.workdir
    environment = stage.state.environment.known()
    roots = [folder for folder in environment.get("PYTHONPATH", "").split(":") if folder]

    def read_from_workdir(path: str) -> Source | None:
        return read(stage, absolute_path(path, workdir))

    for command in commands:
        if command.program is not None and all(word.is_literal for word in command.words):
            words = [str(word.value) for word in (command.program, *command.arguments)]
            start = start_target(words, environment)
            if start is not None:
                from dockerlint.application.reach import reached  # noqa: PLC0415 (`ast` is slow to import)

                yield reached(start, read_from_workdir, roots)
