"""The largest folders and files of a listing, as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from dockerlint.context.listing import Entry


class Branch(NamedTuple):
    """A folder with all below it, or a file; `depth` counts the folders above it that are shown, too."""

    path: str
    depth: int
    files: int
    size: int
    is_folder: bool


class _Folder:
    __slots__ = ("branches", "files", "size")

    def __init__(self) -> None:
        self.files = 0
        self.size = 0
        self.branches: list[Branch] = []


def largest(entries: Iterable[Entry], limit: int) -> list[Branch]:
    """The largest of all folders and files, those above them first: each folder is followed by what lies in it.

    A folder that holds nothing but one other, or one file, is not shown for itself.
    """
    folders = _folders(entries)
    chosen: dict[str, list[Branch]] = {}
    heap = [(-branch.size, branch.path, branch) for branch in folders[""].branches]
    heap.sort()
    above = {branch.path: "" for branch in folders[""].branches}
    for _ in range(limit):
        if not heap or not heap[0][0]:
            break
        branch = heappop(heap)[2]
        parent = above[branch.path]
        branch = _innermost(branch, folders)
        chosen.setdefault(parent, []).append(branch)
        for inner in folders[branch.path].branches if branch.is_folder else ():
            above[inner.path] = branch.path
            heappush(heap, (-inner.size, inner.path, inner))
    return list(_in_order(chosen))


def _folders(entries: Iterable[Entry]) -> dict[str, _Folder]:
    """All folders by their paths, each with its branches; "" is the root."""
    folders = {"": _Folder()}
    for path, size, _ in entries:
        name = path.rpartition("/")[0]
        folder = folders.get(name)
        if folder is None:
            folder = folders[name] = _Folder()
        folder.files += 1
        folder.size += size
        folder.branches.append(Branch(path, 0, 1, size, is_folder=False))
    for path in list(folders):  # those that hold no file themselves
        above = path.rpartition("/")[0]
        while above not in folders:
            folders[above] = _Folder()
            above = above.rpartition("/")[0]
    for path in sorted(folders, key=lambda path: -path.count("/")):
        if path:
            folder, above_it = folders[path], folders[path.rpartition("/")[0]]
            above_it.files += folder.files
            above_it.size += folder.size
            above_it.branches.append(Branch(path, 0, folder.files, folder.size, is_folder=True))
    return folders


def _innermost(branch: Branch, folders: dict[str, _Folder]) -> Branch:
    while branch.is_folder and len(folders[branch.path].branches) == 1:
        branch = folders[branch.path].branches[0]
    return branch


def _in_order(chosen: dict[str, list[Branch]]) -> Iterator[Branch]:
    """The chosen branches as a tree is read; those of a folder come the largest first."""
    stack = [branch._replace(depth=0) for branch in reversed(chosen.get("", []))]
    while stack:
        branch = stack.pop()
        yield branch
        inner = chosen.get(branch.path, []) if branch.is_folder else []
        stack += [one._replace(depth=branch.depth + 1) for one in reversed(inner)]
