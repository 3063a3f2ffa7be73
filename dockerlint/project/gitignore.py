"""Which files git leaves out of a repository.

https://git-scm.com/docs/gitignore
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.context.files import read_regular

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_LARGEST = 1 << 20


class Ignored(NamedTuple):
    """The patterns of a .gitignore and the folder that it speaks of."""

    folder: str
    spec: GitIgnoreSpec


def repository_of(folder: str) -> str | None:
    """The root of the repository that a folder lies in, both as absolute paths."""
    path = Path(os.path.abspath(folder))  # noqa: PTH100 (pathlib would follow links)
    # os.path.exists, unlike pathlib, takes what may not be looked at for absent.
    return next((str(parent) for parent in (path, *path.parents) if os.path.exists(parent / ".git")), None)


def ignored_above(folder: str) -> tuple[Ignored, ...]:
    """What holds in a folder, but for its own .gitignore: those of the folders above it in its repository."""
    root = repository_of(folder)
    path = Path(os.path.abspath(folder))  # noqa: PTH100
    found: list[Ignored] = []
    while root is not None and str(path) != root:
        path = path.parent
        found = [*read_gitignore(str(path)), *found]
    return tuple(found)


def read_gitignore(folder: str, name: str = ".gitignore") -> tuple[Ignored, ...]:
    """The patterns in a folder's own .gitignore."""
    data = read_regular(Path(folder, name), _LARGEST)
    if data is None:
        return ()
    lines = data.decode("utf-8", "replace").splitlines()
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 (most folders have no .gitignore)

    return (Ignored(os.path.abspath(folder), GitIgnoreSpec.from_lines(lines)),)  # noqa: PTH100


def is_ignored(path: str, ignored: tuple[Ignored, ...]) -> bool:
    """Whether patterns leave a path out: the innermost .gitignore that says something decides."""
    if not ignored:
        return False
    ending = "/" if path.endswith("/") else ""
    full = os.path.abspath(path)  # noqa: PTH100
    for folder, spec in reversed(ignored):
        answer = spec.check_file(os.path.relpath(full, folder).replace(os.sep, "/") + ending).include
        if answer is not None:
            return answer
    return False


def is_kept_out(path: str, exported: str | None = None) -> bool | None:
    """Whether git leaves out a file or folder, or a folder above it; None outside of any repository.

    Patterns that a user has outside of the repository are not known. What is not there may become a folder. In a
    project that was `exported` without its repository what the patterns leave out is left out too.
    """
    full = Path(os.path.abspath(path))  # noqa: PTH100
    root = repository_of(str(full.parent))
    if root is None:
        is_known = exported is not None and full.is_relative_to(exported)
        return (is_known and _is_left_out(full, str(exported))) or None
    return _is_left_out(full, root)


def _is_left_out(full: Path, root: str) -> bool:
    exclude = read_gitignore(f"{root}/.git/info", "exclude")
    ignored = tuple(one._replace(folder=root) for one in exclude)
    folder = Path(root)
    for name in full.relative_to(root).parts[:-1]:
        ignored += read_gitignore(str(folder))
        folder /= name
        if is_ignored(f"{folder}/", ignored):
            return True
    ending = "" if os.path.isfile(full) else "/"
    return is_ignored(f"{full}{ending}", ignored + read_gitignore(str(folder)))
