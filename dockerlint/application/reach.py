"""Which files of a Python program are reached when it starts, and what of their facts then holds."""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from dockerlint.application.program import Program
from dockerlint.application.python import Module
from dockerlint.application.start import Start, is_path
from dockerlint.source import Source

STEPS = 2
"""How far imports are followed from the file that is started."""
FILE_LIMIT = 200
TEXT_LIMIT = 8_000_000
"""Characters of all files together."""
LOOKUP_LIMIT = 4000
"""Paths that are asked for: most imports are of no local module."""

Read = Callable[[str], Source | None]


class _Files:
    """Finds local modules by name, and reads each file once."""

    def __init__(self, read: Read, roots: Sequence[str]) -> None:
        self._read = read
        self._sources: dict[str, Source | None] = {}
        self.roots = tuple(dict.fromkeys(posixpath.normpath(root or ".") for root in roots))

    def source(self, path: str) -> Source | None:
        """Read a file inside the root; None for others, and once too many were asked for."""
        path = posixpath.normpath(path)
        if path not in self._sources:
            outside = path == ".." or path.startswith("../")
            self._sources[path] = None if outside or len(self._sources) >= LOOKUP_LIMIT else self._read(path)
        return self._sources[path]

    def module(self, parts: Sequence[str], folder: str) -> str | None:
        """Find a module or package below a folder."""
        stem = posixpath.normpath(posixpath.join(folder, *parts))
        candidates = [f"{stem}.py"] if parts else []
        return next((path for path in (posixpath.join(stem, "__init__.py"), *candidates) if self.source(path)), None)

    def find(self, name: str, importer: str) -> tuple[str, str] | None:
        """Find the file that a dotted name leads to from a file, and what of the name remains."""
        absolute = name.lstrip(".")
        level = len(name) - len(absolute)
        parts = absolute.split(".") if absolute else []
        folders: Sequence[str] = self.roots
        if level:
            folders = (posixpath.join(posixpath.dirname(importer), *[".."] * (level - 1)),)
        for length in range(len(parts), -1 if level else 0, -1):
            for folder in folders:
                if path := self.module(parts[:length], folder):
                    return path, ".".join(parts[length:])
        return None

    def packages(self, path: str) -> Iterator[str]:
        """Give the packages that a module is in, which are imported before it, innermost first."""
        folder = posixpath.dirname(path)
        while folder.strip("/") and folder not in self.roots:
            package = posixpath.join(folder, "__init__.py")
            if not self.source(package):
                break
            yield package
            folder = posixpath.dirname(folder)


def reached(start: Start, read: Read, roots: Sequence[str] = ()) -> Program:
    """Follow a start to the modules that it reaches.

    `read` gives the file of a path relative to the working directory, or of an absolute one, or None;
    `roots` are further folders in which Python looks for modules (PYTHONPATH).
    """
    files = _Files(read, (start.folder, *roots))
    path = _start_path(start, files)
    if path and any(is_path(target) for target in start.targets):
        files.roots = (_import_root(start, path, files), *files.roots)
    visit = _Visit(files)
    if path:
        visit.follow(path)
    name = start.settings or _settings_name(visit.modules)
    found = files.find(name, "") if name else None
    settings = found[0] if found and not found[1] else None
    if settings:
        visit.follow(settings)
    return Program(start, path, visit.modules, visit.links, settings, visit.unreadable)


class _Visit:
    """Reads modules and what they import, breadth first."""

    def __init__(self, files: _Files) -> None:
        self.files = files
        self.modules: dict[str, Module] = {}
        self.links: dict[str, dict[str, str]] = {}
        self.unreadable: set[str] = set()
        self.size = 0

    def follow(self, start: str) -> None:
        queue = deque([(start, 0)])
        while queue:
            path, step = queue.popleft()
            if path in self.links or path in self.unreadable or len(self.links) >= FILE_LIMIT:
                continue
            source = self.files.source(path)
            self.size += len(source.text) if source else 0
            module = Module.read(source) if source and self.size <= TEXT_LIMIT else None
            if module is None:
                self.unreadable.add(path)
                continue
            self.modules[path] = module
            self.links[path] = self._links(path, module) if step < STEPS else {}
            queue.extend((package, step) for package in self.files.packages(path))
            queue.extend((target, step + 1) for target in self.links[path].values())

    def _links(self, path: str, module: Module) -> dict[str, str]:
        """Find the files of the names that a module imports or is configured from."""
        selected = [selection.target for selection in module.selections]
        names = [*module.imports, *selected, *(name.rpartition(".")[0] for name in selected)]
        found = ((name, self.files.find(name, path)) for name in names if name.strip(":"))
        return {name: place[0] for name, place in found if place and not place[1]}


def _start_path(start: Start, files: _Files) -> str | None:
    for target in start.targets:
        if is_path(target):
            path = posixpath.normpath(posixpath.join(start.folder, target))
            for candidate in (path, f"{path}.py"):
                if files.source(candidate):
                    return candidate
        elif (found := files.find(target, "")) and not found[1]:
            return found[0]
    return None


def _import_root(start: Start, path: str, files: _Files) -> str:
    """Tell where modules are looked for first: beside a script, or beside the package that a file is in."""
    packages = [] if start.is_main else list(files.packages(path))
    return posixpath.dirname(posixpath.dirname(packages[-1]) if packages else path) or "."


def _settings_name(modules: Mapping[str, Module]) -> str:
    """Find the settings module that the program itself names, the started file first."""
    assignments = (assignment for module in modules.values() for assignment in module.assignments)
    return next((str(found.value) for found in assignments if found.name == "DJANGO_SETTINGS_MODULE"), "")
