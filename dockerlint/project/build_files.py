"""The files of a folder that say how images are built: Bake files, workflows, CI, Makefiles, scripts.

They are looked for by name and read only if they speak of building an image; the readers are imported when used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from dockerlint.project.builders import BuildLink, building, may_build
from dockerlint.project.files import Files
from dockerlint.source import Source

# In the order in which Bake reads them.
_BAKE_FILES = ("docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl")
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")
_WORKFLOWS = ".github/workflows"
_SCRIPT_FOLDERS = ("", "bin", "build", "ci", ".ci", "docker", "hack", "script", "scripts", "tools")
_MOST_FILES = 100  # of a kind, in a folder
_LONGEST = 262_144  # characters; nobody writes a longer one by hand


class BuildFiles:
    """Reads them below a root, each folder once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._found: dict[Path, tuple[BuildLink, ...]] = {}

    def links_in(self, folder: Path) -> tuple[BuildLink, ...]:
        """What the files of a folder build, in it or elsewhere below the root."""
        if folder not in self._found:
            self._found[folder] = tuple(self._read(folder))
        return self._found[folder]

    def _read(self, folder: Path) -> Iterator[BuildLink]:
        readers: tuple[Callable[[Path], Iterator[BuildLink]], ...] = (
            self._bake, self._workflows, self._gitlab, self._makefile, self._package, self._scripts,
        )  # fmt: skip
        for reader in readers:
            yield from reader(folder)

    def _bake(self, folder: Path) -> Iterator[BuildLink]:
        names = [name for name in _BAKE_FILES if os.path.isfile(f"{folder}/{name}")]
        sources = [source for name in names if (source := self._files.read(folder / name)) is not None]
        if names and len(sources) == len(names):
            from dockerlint.project.reading import bake  # noqa: PLC0415 (seldom needed, as all readers)

            yield from bake.links_in(sources, self._usual(folder), self._files)

    def _workflows(self, folder: Path) -> Iterator[BuildLink]:
        if os.path.isdir(f"{folder}/{_WORKFLOWS}"):
            for source in self._sources(folder / _WORKFLOWS, (".yml", ".yaml")):
                from dockerlint.project.reading import actions  # noqa: PLC0415

                yield from actions.links_in(source, folder, self._files)

    def _gitlab(self, folder: Path) -> Iterator[BuildLink]:
        source = self._source(folder / ".gitlab-ci.yml")
        if source is not None:
            from dockerlint.project.reading import gitlab  # noqa: PLC0415

            yield from gitlab.links_in(source, folder, self._files)

    def _makefile(self, folder: Path) -> Iterator[BuildLink]:
        name = next((name for name in _MAKEFILES if os.path.isfile(f"{folder}/{name}")), None)
        source = self._files.read(folder / name) if name is not None else None
        if source is not None and len(source.text) <= _LONGEST and may_build(source.text):
            from dockerlint.project.reading import makefile  # noqa: PLC0415

            yield from makefile.links_in(source, folder, self._files)

    def _package(self, folder: Path) -> Iterator[BuildLink]:
        source = self._source(folder / "package.json")
        if source is not None:
            from dockerlint.project.reading import scripts  # noqa: PLC0415

            yield from scripts.links_in_package(source, folder, self._files)

    def _scripts(self, folder: Path) -> Iterator[BuildLink]:
        for below in _SCRIPT_FOLDERS:
            for source in self._sources(folder / below, (".sh",)):
                from dockerlint.project.reading import scripts  # noqa: PLC0415

                folders = self._usual(folder / below) if not below else (folder, *self._usual(folder / below))
                yield from scripts.links_in(source, folders, self._files)

    def _usual(self, folder: Path) -> tuple[Path, ...]:
        """Where people run what lies in a folder: there, or at the root."""
        root = self._files.root
        return (folder,) if folder.resolve() == root else (folder, root)

    def _sources(self, folder: Path, suffixes: tuple[str, ...]) -> Iterator[Source]:
        found = (self._source(path) for path in islice(self._files.below(folder, suffixes), _MOST_FILES))
        yield from (source for source in found if source is not None)

    def _source(self, path: Path) -> Source | None:
        """The text of a file that may speak of images."""
        source = self._files.read(path) if os.path.isfile(path) else None
        if source is None or len(source.text) > _LONGEST:
            return None
        if path.suffix == ".sh":
            return source if may_build(source.text) else None
        return source if building().search(source.text) or "-action@" in source.text else None
