"""Where databases and brokers of a Compose project keep what must not be lost, and what is mounted there."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from dockerlint.project.containers import Container
from dockerlint.project.service_kinds import command_words
from dockerlint.shell.script import Command, command_of_words

if TYPE_CHECKING:
    from dockerlint.compose.mounts import Volume


def runs_server(container: Container) -> bool:
    """Whether the container surely runs the server of its data image, not a client that the image has too."""
    family = container.data
    if family is None:
        return False
    service, stage = container.service, container.stage
    if service.entrypoint is None and service.command is None:
        if stage is None or container.build is None or (stage.entrypoint is None and stage.cmd is None):
            return service.build is None or stage is not None
        return any(command.name in family.programs for command in container.build.start_commands(stage))
    words = list(command_words(service))
    if service.entrypoint is None and words and words[0].startswith("-"):
        return True
    return any(command.name in family.programs for command in own_commands(container))


def own_commands(container: Container) -> tuple[Command, ...]:
    """What the service's own `entrypoint` and `command` start, the commands of a shell's script too."""
    words = tuple(word.text for word in container.service.start_words)
    if words and (words[0].endswith(".sh") or words[0].endswith("entrypoint")) and len(words) > 1:
        words = words[1:]  # the official images' own scripts start what follows
    return command_of_words(words, shown=words[-1:] or None)


def data_folders(container: Container) -> tuple[str, ...]:
    """The folders in which the container's server may keep its data; none where it keeps none or nobody can tell."""
    family = container.data
    if family is None or family.path is None:
        return ()
    moved = _by_option(container, family.data_option)
    if moved is None and family.data_variable is not None:
        setting = container.environment.get(family.data_variable)
        if not container.environment.is_complete or (setting is not None and setting.known is None):
            return ()
        moved = setting.known if setting is not None else None
    if moved is not None:
        return (posixpath.normpath(moved),) if moved.startswith("/") else ()
    return tuple(path for path in (family.path, family.older_path) if path is not None)


def _by_option(container: Container, option: str | None) -> str | None:
    """The folder that a command names; a text that is no path where it cannot be read."""
    if option is None:
        return None
    text = " ".join(command_words(container.service))
    match = re.search(rf"(?:^|[\s\"']){option}[=\s]\s*[\"']?([^\s\"';&|]+)", text)
    return match[1] if match else None


def mounts_over(container: Container, folder: str) -> list[Volume]:
    """The mounts on a folder of the container, or on one above it."""
    return [one for one in container.service.volumes if not one.unknown and is_at_or_below(folder, one.target.text)]


def is_covered(container: Container, folder: str) -> bool | None:
    """Whether something is mounted on a folder or above it; None where nobody can tell."""
    service = container.service
    if mounts_over(container, folder):
        return True
    memory = service.settings.texts("tmpfs")
    if any(is_at_or_below(folder, one.text.partition(":")[0]) for one in memory):
        return True
    # A target that is no absolute path is a fault of its own.
    is_hidden = any(one.target.unknown or not one.target.text.startswith("/") for one in service.volumes)
    is_hidden = is_hidden or "volumes_from" in service.node
    return None if is_hidden else False


def is_at_or_below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it."""
    path, folder = posixpath.normpath(path), posixpath.normpath(folder)
    return path == folder or path.startswith(folder.rstrip("/") + "/")
