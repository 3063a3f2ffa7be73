"""What other files of a project make or hand over: Makefiles, scripts, CI."""

from __future__ import annotations

from pathlib import Path

from dockerlint.project.containers import Container
from dockerlint.project.files import absolute
from dockerlint.project.neighbours import scripts
from dockerlint.source import Source


def project_scripts(container: Container) -> tuple[Source, ...]:
    """The scripts of the project, above all those beside the Compose file."""
    return scripts(container.files, absolute(Path(container.compose.folder_of(container.service))))


def is_named_elsewhere(container: Container, path: Path) -> bool:
    """Whether a script of the project names a file, and so may make it."""
    return any(path.name in source.text for source in project_scripts(container))
