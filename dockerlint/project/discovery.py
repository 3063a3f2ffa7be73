"""Which files of a folder are Dockerfiles and Compose files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

Kind = Literal["dockerfile", "compose"]

# Folders that hold nobody's own files, whether or not git ignores them.
_SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".nox"})
_LARGEST_GITIGNORE = 1 << 20


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


class _Ignored(NamedTuple):
    """A .gitignore and the folder that it speaks of."""

    folder: str
    spec: GitIgnoreSpec


def _walk(top: str) -> Iterator[Found]:
    """Depth first, in the order of names; links are not followed, what git ignores is left out."""
    pending: list[tuple[str, tuple[_Ignored, ...]]] = [(top, _ignored_above(top))]
    while pending:
        folder, ignored = pending.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:
            continue
        if any(entry.name == ".gitignore" for entry in entries):
            ignored = (*ignored, *_read_gitignore(folder))
        folders: list[str] = []
        for entry in entries:
            path = entry.name if folder == "." else os.path.join(folder, entry.name)  # noqa: PTH118
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED and not _is_ignored(path + "/", ignored):
                    folders.append(path)
            else:
                kind = kind_of_name(entry.name)
                if kind and not _is_ignored(path, ignored):
                    yield Found(path, kind)
        pending += [(path, ignored) for path in reversed(folders)]


def _ignored_above(top: str) -> tuple[_Ignored, ...]:
    """The .gitignore files between the repository's root and this folder."""
    folder = Path(os.path.abspath(top))  # noqa: PTH100
    found: list[_Ignored] = []
    # os.path.exists, unlike pathlib, takes what may not be looked at for absent.
    if not any(os.path.exists(parent / ".git") for parent in (folder, *folder.parents)):
        return ()
    while not os.path.exists(folder / ".git"):
        folder = folder.parent
        found = [*_read_gitignore(str(folder)), *found]
    return tuple(found)


def _read_gitignore(folder: str) -> tuple[_Ignored, ...]:
    path = Path(folder, ".gitignore")
    try:
        if path.is_symlink() or path.stat().st_size > _LARGEST_GITIGNORE:
            return ()
        lines = path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 (most folders have no .gitignore)

    return (_Ignored(os.path.abspath(folder), GitIgnoreSpec.from_lines(lines)),)  # noqa: PTH100


def _is_ignored(path: str, ignored: tuple[_Ignored, ...]) -> bool:
    """Whether git ignores a path: the innermost .gitignore that says something decides."""
    if not ignored:
        return False
    ending = "/" if path.endswith("/") else ""
    full = os.path.abspath(path)  # noqa: PTH100
    for folder, spec in reversed(ignored):
        answer = spec.check_file(os.path.relpath(full, folder).replace(os.sep, "/") + ending).include
        if answer is not None:
            return answer
    return False
