"""What the files beside a Compose file tell of its use."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from dockerlint.project.containers import Stack
from dockerlint.project.discovery import kind_of_name
from dockerlint.project.files import absolute
from dockerlint.source import Source

_MOST = 200  # files that are looked into
_FOLDERS = ("", "scripts", "script", "bin", "deploy", "deployment", "ci", ".github/workflows", ".circleci", "docs")
_TELLING = re.compile(
    r"(?i)(?:make|just|task)file(?:\.ya?ml)?|.+\.(?:sh|bash|mk|md|rst|txt|py|ps1|yml|yaml)|\.gitlab-ci\.yml|jenkinsfile"
)


def folder_of(stack: Stack) -> Path:
    return absolute(Path(stack.compose.source.path)).parent


def instructions(stack: Stack) -> Iterator[Source]:
    """Scripts, CI files and texts of the project that may call Compose."""
    folders = dict.fromkeys(folder / name for folder in (folder_of(stack), stack.files.root) for name in _FOLDERS)
    paths = (path for folder in folders for path in _files(stack, folder) if _TELLING.fullmatch(path.name))
    for path in islice(paths, _MOST):
        source = stack.files.read(path)
        if source is not None:
            yield source


def other_compose_files(stack: Stack) -> Iterator[Source]:
    """The Compose files of the same folder that were not read for this project."""
    known = {str(absolute(Path(source.path))) for source in stack.compose.sources}
    paths = (path for path in _files(stack, folder_of(stack)) if kind_of_name(path.name) == "compose")
    for path in islice(paths, _MOST):
        source = stack.files.read(path) if str(path) not in known else None
        if source is not None:
            yield source


def _files(stack: Stack, folder: Path) -> list[Path]:
    """The files of a folder below the root, in the order of their names."""
    if not stack.files.contains(folder):
        return []
    try:
        return [folder / name for name in sorted(os.listdir(folder)) if (folder / name).is_file()]  # noqa: PTH208
    except OSError:
        return []
