"""Which files of a folder are Dockerfiles and Compose files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from dockerlint.project.gitignore import Ignored, ignored_above, is_ignored, read_gitignore

Kind = Literal["dockerfile", "compose"]

# Folders that hold nobody's own files, whether or not git ignores them.
_SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".nox"})


class Found(NamedTuple):
    """A file to check; `path` as the user would type it."""

    path: str
    kind: Kind


@cache
def _names() -> tuple[re.Pattern[str], re.Pattern[str]]:
    dockerfile = r"(?:docker|container)file|.+\.(?:docker|container)file|(?:docker|container)file[.-].+"
    compose = r"(?:docker-)?compose(?:[.\-_].*)?\.ya?ml"
    return re.compile(dockerfile, re.IGNORECASE), re.compile(compose, re.IGNORECASE)


# `Dockerfile.` and one of these is no Dockerfile: an ignore file, a saved copy, text about one.
_NO_DOCKERFILE = (
    ".dockerignore",
    ".containerignore",
    ".md",
    ".orig",
    ".rej",
    ".swp",
    ".bak",
    "~",
    ".py",
    ".sh",
    ".json",
)


def kind_of_name(name: str) -> Kind | None:
    """What a file is by its name; None when the name tells nothing."""
    dockerfile, compose = _names()
    if dockerfile.fullmatch(name) and not name.lower().endswith(_NO_DOCKERFILE):
        return "dockerfile"
    return "compose" if compose.fullmatch(name) else None


def named(path: str) -> Found:
    """A file that the user names is always checked: as YAML if it is called so, else as a Dockerfile."""
    name = Path(path).name
    guess: Kind = "compose" if name.lower().endswith((".yml", ".yaml")) else "dockerfile"
    return Found(path, kind_of_name(name) or guess)


def find(paths: Sequence[str]) -> Iterator[Found]:
    """Every file to check below the given paths, each once. A path that is no folder is taken as it is."""
    seen: set[str] = set()
    for path in paths:
        found = _walk(path) if os.path.isdir(path) else iter((named(path),))
        for file in found:
            real = os.path.abspath(file.path)  # noqa: PTH100 (pathlib would follow links)
            if real not in seen:
                seen.add(real)
                yield file


def _walk(top: str) -> Iterator[Found]:
    """Depth first, in the order of names; links are not followed, what git ignores is left out."""
    pending: list[tuple[str, tuple[Ignored, ...]]] = [(top, ignored_above(top))]
    while pending:
        folder, ignored = pending.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:
            continue
        if any(entry.name == ".gitignore" for entry in entries):
            ignored = (*ignored, *read_gitignore(folder))
        folders: list[str] = []
        for entry in entries:
            path = entry.name if folder == "." else os.path.join(folder, entry.name)  # noqa: PTH118
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED and not is_ignored(path + "/", ignored):
                    folders.append(path)
            else:
                kind = kind_of_name(entry.name)
                if kind and not is_ignored(path, ignored):
                    yield Found(path, kind)
        pending += [(path, ignored) for path in reversed(folders)]
