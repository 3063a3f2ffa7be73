"""What other files of a project make or hand over: Makefiles, scripts, CI; and what git brings later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dockerlint.project.containers import Container
from dockerlint.project.files import Files
from dockerlint.source import Source

_NAMES = ("Makefile", "makefile", "justfile", "Taskfile.yml", ".gitlab-ci.yml", "docker-bake.hcl", "package.json")
_FOLDERS = ("", "scripts", "bin", ".github/workflows")


def project_scripts(container: Container) -> list[Source]:
    """Makefiles, shell scripts and CI files at the usual places of the project, above all beside the Compose file."""
    files = container.files
    beside = Path(container.compose.folder_of(container.service) or ".").resolve()
    paths: list[Path] = []
    for folder in dict.fromkeys((beside, files.root)):
        paths += [folder / name for name in _NAMES]
        for below in _FOLDERS:
            suffixes = (".yml", ".yaml") if below.endswith("workflows") else (".sh",)
            paths += files.below(folder / below, suffixes)
    sources = (files.read(path) for path in dict.fromkeys(paths))
    return [source for source in sources if source is not None]


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
