"""The servers that a stage starts, and where they listen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.application.listening import SERVERS, VARIABLES, Listens, Read, listens
from dockerlint.dockerfile.copies import absolute_path
from dockerlint.dockerfile.instructions import Add, Copy, Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word

if TYPE_CHECKING:
    from dockerlint.project.build import Build

# They bring files that nobody sees here.
_BRING = ("git ", "svn ", "hg ", "unzip", "tar ", "rails new", "startproject", "cookiecutter")
# They may write the configuration of a server.
_CONFIGURE = (".jupyter", "jupyter_", "puma.rb", ".flaskenv", "gunicorn.conf", "vite.config", "_config.yml", ".env")


class Listener(NamedTuple):
    """A command that starts a server; the numbers in `at` count its program and arguments."""

    command: Command
    at: Listens

    @property
    def host_word(self) -> Word | None:
        return self._word(self.at.host_word)

    @property
    def port_word(self) -> Word | None:
        return self._word(self.at.port_word)

    @property
    def file_word(self) -> Word | None:
        return self._word(self.at.file_word)

    def _word(self, index: int | None) -> Word | None:
        if index is None:
            return None
        return self.command.words[len(self.command.words) - len(self.command.arguments) - 1 + index]


def listeners(build: Build, stage: Stage, commands: tuple[Command, ...]) -> Iterator[Listener]:
    """The servers among the commands that a stage starts, as far as they are known."""
    environment: dict[str, str] | None = None
    for command in commands:
        if command.program is None or not _may_be_server(command):
            continue
        if environment is None:
            environment, read = _environment(build, stage), _reader(build, stage)
        words = [_text(stage, word) for word in (command.program, *command.arguments)]
        own = {str(one.name): str(one.value.value) if one.value else "" for one in command.assignments}
        found = listens(words, {**environment, **own}, read)
        if found is not None:
            yield Listener(command, found)


_PROGRAMS = frozenset(name.partition(" ")[0] for name in SERVERS) | {"php", "webpack", "django-admin", "manage.py"}


def _may_be_server(command: Command) -> bool:
    return command.name in _PROGRAMS or command.name.startswith(("python", "pypy"))


def _text(stage: Stage, word: Word) -> str:
    """A word with the image's own variables put in, as far as they are known."""
    if word.is_literal or "$" not in word.value:
        return str(word.value)
    return stage.state.expanded(word.value, "\\") or str(word.value)


def _environment(build: Build, stage: Stage) -> dict[str, str]:
    """The variables that decide where servers listen; one that nobody knows holds a `$`."""
    names = [name for name in VARIABLES if not build.is_unset(stage, name)]
    return {name: stage.state.environment.get(name) or "$" for name in names}


def _reader(build: Build, stage: Stage) -> Read | None:
    """Reads the files of the working directory, if all of them are sure to come from the context."""
    if build.context is None or build.facts(stage) is None or not _comes_from_context(stage):
        return None

    def read(path: str) -> str | None:
        source = build.read(stage, absolute_path(path, stage.state.workdir))
        return source.text if source is not None else None

    return read


def _comes_from_context(stage: Stage) -> bool:
    is_copied = False
    for link in stage.chain:
        for step in link.steps:
            one = step.instruction
            if isinstance(one, Run) and (one.heredocs or any(mark in one.rest for mark in _BRING + _CONFIGURE)):
                return False
            is_copied = is_copied or (isinstance(one, Copy | Add) and (isinstance(one, Add) or one.origin is None))
    return is_copied
