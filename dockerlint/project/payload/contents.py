"""What a broad copy takes: how much, and what of it has no place in an image."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from dockerlint.context.files import Context, human_size
from dockerlint.context.listing import Entry
from dockerlint.context.patterns import compile_glob
from dockerlint.project.payload.kinds import FOLDERS, Fitting, Folder, Kind, file_fitting, folder_pattern, plain_pattern

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

# Smaller things are named without their size.
_WORTH_A_SIZE = 1_000_000
_WORTH_OF_DOCS = 1_000_000

# References to data files are looked for in so many files of such sizes.
_MOST_READ = 300
_LARGEST_READ = 65_536
_CODE = (
    ".py", ".js", ".mjs", ".ts", ".rb", ".go", ".php", ".java", ".cs", ".json", ".toml", ".yml", ".yaml", ".ini",
    ".cfg", ".sh",
)  # fmt: skip
_DATA = (".sqlite3", ".sql", ".dump", ".log")


class Burden:
    """A folder or file of the context that has no place in an image: one, or all of a name.

    `paths` are the places where it lies, `pattern` keeps it out.
    """

    def __init__(self, kind: Kind, pattern: str, makers: tuple[str, ...], is_folder: bool) -> None:
        self.kind = kind
        self.pattern = pattern
        self.makers = makers
        self.is_folder = is_folder
        self.paths: list[str] = []
        self.size = 0

    @property
    def title(self) -> str:
        """What to call it in a message: `.git` (38 MB)."""
        name = self.paths[0] if len(self.paths) == 1 else self.pattern.removeprefix("**/")
        size = f" ({human_size(self.size)})" if self.size >= _WORTH_A_SIZE else ""
        return f"`{name}{'/' if self.is_folder and self.kind is not Kind.GIT else ''}`{size}"


class Contents:
    """The files that a broad copy takes from a folder `base` of the context."""

    def __init__(self, context: Context, entries: Sequence[Entry], base: str) -> None:
        self.context = context
        self.entries = entries
        self.base = base

    @cached_property
    def burdens(self) -> tuple[Burden, ...]:
        return self._sorted[0]

    @cached_property
    def others(self) -> tuple[Entry, ...]:
        """The files that are no burden by their names."""
        return self._sorted[1]

    @cached_property
    def _sorted(self) -> tuple[tuple[Burden, ...], tuple[Entry, ...]]:
        sorter = _Sorter(self)
        others = tuple(entry for entry in self.entries if not sorter.takes(entry))
        return tuple(sorter.burdens.values()), others

    @cached_property
    def env_files(self) -> tuple[str, ...]:
        """The paths of `.env`, `.env.local` and the like."""
        names = (entry.path for entry in self.others if ".env" in entry.path)
        return tuple(path for path in names if posixpath.basename(path).startswith(".env"))

    def is_ignored_by_git(self, path: str) -> bool:
        """Whether the .gitignore at the context's root keeps a path out of the repository. Folders end in a slash."""
        spec = _gitignore(self.context)
        return spec is not None and spec.match_file(path)

    def is_kept_by_git(self, path: str) -> bool:
        """Whether there is a .gitignore at the context's root that lets a path into the repository."""
        return _gitignore(self.context) is not None and not self.is_ignored_by_git(path)

    @cached_property
    def referred(self) -> frozenset[str]:
        """The data files that some source file names."""
        wanted = {
            path: posixpath.basename(path) for burden in self.burdens for path in burden.paths if path.endswith(_DATA)
        }
        if not wanted:
            return frozenset()
        readable = [entry for entry in self.others if entry.path.endswith(_CODE) and entry.size <= _LARGEST_READ]
        texts = [source.text for entry in readable[:_MOST_READ] if (source := self.context.read_text(entry.path))]
        return frozenset(path for path, name in wanted.items() if any(name in text for text in texts))


@lru_cache(maxsize=4)
def contents(context: Context, source: str, base: str, excludes: tuple[str, ...], *, has_parents: bool) -> Contents:
    """What a source word takes. Remembered, since several rules and copies ask for the same."""
    return Contents(context, context.taken_by(source or ".", excludes, parents=has_parents), base)


def contents_of_all(context: Context) -> Contents:
    """All that the context holds, as `COPY . .` takes it."""
    return contents(context, "", "", (), has_parents=False)


@lru_cache(maxsize=2)
def _gitignore(context: Context) -> GitIgnoreSpec | None:
    source = context.read_text(".gitignore")
    if source is None:
        return None
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 (most contexts are never asked)

    return GitIgnoreSpec.from_lines(source.text.splitlines())


def root_names(context: Context, most: int = 10_000) -> list[str]:
    """What lies at the context's root, ignored or not."""
    try:
        with os.scandir(context.root) as found:
            return [item.name for item in islice(found, most)]
    except OSError:
        return []


class _Sorter:
    """Finds the burden that each file belongs to: the topmost folder that is one, or the file itself."""

    def __init__(self, contents: Contents) -> None:
        self.burdens: dict[str, Burden] = {}
        self._contents = contents
        self._homes: dict[str, Burden | None] = {"": None, contents.base: None}

    def takes(self, entry: Entry) -> bool:
        burden = self._home(posixpath.dirname(entry.path))
        if burden is None:
            fitting = file_fitting(entry.path, entry.size)
            if fitting is None:
                return False
            burden = self._burden(entry.path, fitting, is_folder=False)
        burden.size += entry.size
        return True

    def _home(self, folder: str) -> Burden | None:
        """The burden that a folder is, or lies in. The folder that is copied is none, whatever it is called."""
        missing = []
        while folder not in self._homes:
            missing.append(folder)
            folder = posixpath.dirname(folder)
        home = self._homes[folder]
        for below in reversed(missing):
            fitting = None if home else self._fitting(below)
            home = self._burden(below, fitting, is_folder=True) if fitting else home
            self._homes[below] = home
        return home

    def _burden(self, path: str, fitting: Fitting, *, is_folder: bool) -> Burden:
        burden = self.burdens.setdefault(
            fitting.pattern or path, Burden(fitting.kind, fitting.pattern, fitting.makers, is_folder)
        )
        burden.paths.append(path)
        return burden

    def _fitting(self, path: str) -> Fitting | None:
        parent, name = posixpath.split(path)
        if name == "docs" and parent == self._contents.base and self._weighs(path) >= _WORTH_OF_DOCS:
            return Fitting(Kind.CLUTTER, plain_pattern(path) or "")
        for folder in FOLDERS.get(f"{posixpath.basename(parent)}/{name}") or FOLDERS.get(name, ()):
            if self._is(folder, path, parent):
                return Fitting(folder.kind, folder_pattern(path) or "", folder.makers)
        return None

    def _weighs(self, folder: str) -> int:
        return sum(entry.size for entry in self._contents.entries if entry.path.startswith(folder + "/"))

    def _is(self, folder: Folder, path: str, parent: str) -> bool:
        context = self._contents.context
        if folder.beside and not any(self._stands_in(parent, name) for name in folder.beside):
            return False
        if folder.inside and not any(context.exists(f"{path}/{name}") for name in folder.inside):
            return False
        if any(context.exists(f"{path}/{name}") for name in folder.unless):
            return False
        return not folder.is_ignored or self._contents.is_ignored_by_git(path + "/")

    def _stands_in(self, folder: str, name: str) -> bool:
        if name.startswith("*"):
            return folder in self._dotnet_projects
        return self._contents.context.exists(posixpath.join(folder, name))

    @cached_property
    def _dotnet_projects(self) -> frozenset[str]:
        endings = tuple(name[1:] for name in FOLDERS["obj"][0].beside)
        return frozenset(
            posixpath.dirname(entry.path) for entry in self._contents.entries if entry.path.endswith(endings)
        )


def listed(titles: Iterable[str], most: int = 3) -> str:
    """`a`, `b` and 14 more. The last one is named rather than counted."""
    names = list(titles)
    if len(names) > most + 1:
        names = [*names[:most], f"{len(names) - most} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def is_named_by(pattern: str, name: str) -> bool:
    """Whether the last part of an ignore pattern means a name in particular, wherever that may lie."""
    last = posixpath.basename(pattern)
    return bool(last.strip("*")) and bool(compile_glob(last)(name))
