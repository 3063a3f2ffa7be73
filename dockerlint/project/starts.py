"""What a container starts: the service's entrypoint and command laid onto those of its image.

https://docs.docker.com/reference/compose-file/services/#entrypoint
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.compose.places import pinned
from dockerlint.shell.script import Command, command_of_words
from dockerlint.source import Text

if TYPE_CHECKING:
    from dockerlint.compose.commands import Command as Given
    from dockerlint.dockerfile.instructions import ShellForm
    from dockerlint.project.containers import Container


class Start(NamedTuple):
    """What a container starts.

    `commands` are its simple commands, those in shells that it starts too. `entrypoint` and `cmd` are the words of the
    image that count, or that the service replaces; None where nobody knows them.
    """

    commands: tuple[Command, ...]
    entrypoint: tuple[str, ...] | None
    cmd: tuple[str, ...] | None


def start_of(container: Container) -> Start | None:
    """What a container starts, as far as it is known; None where the image or a variable hides it."""
    service = container.service
    entrypoint, cmd = image_entrypoint(container), image_cmd(container)
    given = [one for one in (service.entrypoint, service.command) if one is not None]
    if any(one.unknown for one in given):
        return None
    if not given:
        stage = container.stage
        if container.build is not None and stage is not None and (stage.entrypoint or stage.cmd):
            return Start(container.build.start_commands(stage), entrypoint, cmd)
        own = None if entrypoint is None or cmd is None else _placed((*entrypoint, *cmd), container)
        return None if not own else Start(command_of_words(own), entrypoint, cmd)
    words = _words_of(service.entrypoint)
    if service.entrypoint is None:
        if entrypoint is None or _has_shell_form(container):
            return None
        words = _placed(entrypoint, container)
    shown = _words_of(service.command) or _words_of(service.entrypoint)
    words += _words_of(service.command)
    return Start(command_of_words(words, shown=shown or None), entrypoint, cmd) if words else None


def image_entrypoint(container: Container) -> tuple[str, ...] | None:
    """The words of the image's ENTRYPOINT; one in shell form is given to a shell."""
    if container.stage is not None and container.stage.entrypoint is not None:
        return _words_of_form(container.stage.entrypoint)
    return container.facts.entrypoint if container.facts is not None else None


def image_cmd(container: Container) -> tuple[str, ...] | None:
    """The words of the image's CMD. An ENTRYPOINT of its own takes away that of the base."""
    stage = container.stage
    if stage is not None and stage.cmd is not None:
        return _words_of_form(stage.cmd)
    if stage is not None and stage.entrypoint is not None:
        return ()
    return container.facts.cmd if container.facts is not None else None


def _has_shell_form(container: Container) -> bool:
    """Whether the image's ENTRYPOINT is in shell form, and so takes no words from elsewhere."""
    form = container.stage.entrypoint if container.stage is not None else None
    return form is not None and form.exec_form is None


def _words_of_form(form: ShellForm) -> tuple[str, ...]:
    return tuple(map(str, form.exec_form)) if form.exec_form is not None else ("/bin/sh", "-c", str(form.rest))


def _words_of(given: Given | None) -> tuple[Text, ...]:
    return tuple(word.text for word in given.words or ()) if given is not None else ()


def _placed(words: Sequence[str], container: Container) -> tuple[Text, ...]:
    """Words that stand in no file of the project, put where the service is named."""
    name = container.service.name
    return tuple(pinned(word, name.source, name.start, name.end) for word in words)
