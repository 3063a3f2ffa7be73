"""Which files of a folder are Dockerfiles and Compose files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
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


class LeftOut(NamedTuple):
    """A file or folder that is not checked, and why."""

    path: str
    reason: str


# Tells why a path is left out, None if it is not; that of a folder ends with `/`.
Exclusion = Callable[[str], str | None]


def folder_of_tool(path: str) -> str | None:
    """What is left out when nobody says otherwise: folders that hold nobody's own files."""
    is_tools = path.endswith("/") and os.path.basename(path[:-1]) in _SKIPPED  # noqa: PTH119
    return "a folder of a tool" if is_tools else None


def find(
    paths: Sequence[str],
    exclusion: Exclusion = folder_of_tool,
    *,
    respects_gitignore: bool = True,
    is_forced: bool = False,
) -> Iterator[Found]:
    """Every file to check below the given paths, each once. A path that is no folder is taken as it is.

    Unless exclusion `is_forced`: then what it leaves out is left out even where it is named.
    """
    found = look(paths, exclusion, respects_gitignore=respects_gitignore, is_forced=is_forced)
    return (file for file in found if isinstance(file, Found))


def look(
    paths: Sequence[str], exclusion: Exclusion, *, respects_gitignore: bool = True, is_forced: bool = False
) -> Iterator[Found | LeftOut]:
    """As `find`, and with what is left out."""
    seen: set[str] = set()
    for path in paths:
        found = _walk(path, exclusion, respects_gitignore) if os.path.isdir(path) else iter((named(path),))
        reason = _reason_above(path, exclusion) if is_forced else None
        if reason is not None:
            found = iter((LeftOut(path, reason),))
        for file in found:
            real = os.path.abspath(file.path)  # noqa: PTH100 (pathlib would follow links)
            if real not in seen:
                seen.add(real)
                yield file


def _reason_above(path: str, exclusion: Exclusion) -> str | None:
    """Why a path that is named, or a folder of those it lies in, is left out."""
    own = Path(os.path.normpath(path))
    folders = [f"{folder}/" for folder in reversed(own.parents)]
    own_name = f"{own}/" if os.path.isdir(own) else str(own)
    reasons = (exclusion(one) for one in (*folders, own_name) if one.strip("./"))
    return next((reason for reason in reasons if reason is not None), None)


_Ignores = tuple[Ignored, ...]


def _walk(top: str, exclusion: Exclusion, respects_gitignore: bool) -> Iterator[Found | LeftOut]:
    """Depth first, in the order of names; links are not followed."""
    pending: list[tuple[str, _Ignores]] = [(top, ignored_above(top) if respects_gitignore else ())]
    while pending:
        folder, ignored = pending.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:
            yield LeftOut(f"{folder}/", "cannot be read")
            continue
        if respects_gitignore and any(entry.name == ".gitignore" for entry in entries):
            ignored = (*ignored, *read_gitignore(folder))
        folders: list[str] = []
        for entry in entries:
            path = entry.name if folder == "." else os.path.join(folder, entry.name)  # noqa: PTH118
            is_folder = entry.is_dir(follow_symlinks=False)
            kind = None if is_folder else kind_of_name(entry.name)
            if kind is None and not is_folder:
                if reason := _no_dockerfile(entry.name):
                    yield LeftOut(path, reason)
                continue
            reason = _reason(f"{path}/" if is_folder else path, exclusion, ignored)
            if reason is not None:
                yield LeftOut(f"{path}/" if is_folder else path, reason)
            elif kind is None:
                folders.append(path)
            elif not entry.is_file() and os.path.exists(path):
                # To read a pipe is to wait for ever. A link that leads nowhere is somebody's mistake to hear of.
                yield LeftOut(path, "no regular file")
            else:
                yield Found(path, kind)
        pending += [(path, ignored) for path in reversed(folders)]


def _reason(path: str, exclusion: Exclusion, ignored: _Ignores) -> str | None:
    if path == ".git/" or path.endswith("/.git/"):
        return "a folder of git"
    return exclusion(path) or ("git ignores it" if is_ignored(path, ignored) else None)


def _no_dockerfile(name: str) -> str | None:
    """Why a file that is called much like a Dockerfile is taken for none."""
    lower = name.lower()
    if not lower.endswith(_NO_DOCKERFILE) or _names()[0].fullmatch(name) is None:
        return None
    ending = next(ending for ending in _NO_DOCKERFILE if lower.endswith(ending))
    return f"`{ending}` is no ending of a Dockerfile"
