"""What other files of a project make or hand over: Makefiles, scripts, CI; and what git brings later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dockerlint.project.containers import Container
from dockerlint.project.files import Files, absolute
from dockerlint.project.neighbours import scripts
from dockerlint.source import Source


def project_scripts(container: Container) -> tuple[Source, ...]:
    """The scripts of the project, above all those beside the Compose file."""
    return scripts(container.files, absolute(Path(container.compose.folder_of(container.service))))


def is_named_elsewhere(container: Container, path: Path) -> bool:
    """Whether a script of the project names a file, and so may make it."""
    return any(path.name in source.text for source in project_scripts(container))


def comes_later(files: Files, path: Path) -> bool:
    """Whether a missing file is none of the repository: git ignores it, or a submodule brings it."""
    return bool(files.git_ignores(path)) or any(path.is_relative_to(folder) for folder in _submodules(files))


def _submodules(files: Files) -> Iterator[Path]:
    modules = files.read(files.root / ".gitmodules")
    for line in modules.text.splitlines() if modules is not None else ():
        key, _, folder = line.partition("=")
        if key.strip() == "path" and folder.strip():
            yield files.root / folder.strip()
