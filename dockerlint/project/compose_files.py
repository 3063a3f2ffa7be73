"""Which Compose files make one project, and how they are read without leaving its root.

https://docs.docker.com/compose/intro/compose-application-model/#the-compose-file
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from dockerlint.compose import BASE_NAMES
from dockerlint.project.files import is_below
from dockerlint.source import Source

if TYPE_CHECKING:
    from dockerlint.compose.services import Compose

# What Compose looks for beside the file that it finds by itself; it takes the first of these, too.
OVERRIDE_NAMES = tuple(name.replace("compose.", "compose.override.") for name in BASE_NAMES)

Absence = Literal["missing", "outside"]
SourceOf = Callable[[str], "Source | None"]


class ComposeSet(NamedTuple):
    """The files that Compose lays onto each other, by their paths.

    `added` is one that Compose is only told of by name; it is read together with those that it finds by itself.
    """

    paths: tuple[str, ...]
    added: str | None = None

    @property
    def folder(self) -> str:
        """The folder of the project: that of its first file."""
        return os.path.dirname(self.paths[0])  # noqa: PTH120 (as it is typed)

    def holds(self, path: str) -> bool:
        return os.path.abspath(path) in map(os.path.abspath, self.paths)  # noqa: PTH100


def default_set(folder: str, environment: Mapping[str, str]) -> ComposeSet | None:
    """What `docker compose` takes in a folder; COMPOSE_FILE of its `.env` says otherwise."""
    listed = environment.get("COMPOSE_FILE")
    if listed:
        parts = listed.split(environment.get("COMPOSE_PATH_SEPARATOR") or ":")
        return ComposeSet(tuple(os.path.normpath(os.path.join(folder, part)) for part in parts))  # noqa: PTH118
    base, override = _first(folder, BASE_NAMES), _first(folder, OVERRIDE_NAMES)
    if base is None:
        return None
    return ComposeSet((base, override) if override is not None else (base,))


def _first(folder: str, names: tuple[str, ...]) -> str | None:
    paths = (os.path.join(folder, name) for name in names)  # noqa: PTH118
    return next((path for path in paths if os.path.isfile(path)), None)


class ComposeFiles:
    """Reads the projects below a root, each once. `source_of` gives the text of a file; None where it cannot be had."""

    def __init__(self, root: str, source_of: SourceOf) -> None:
        self._root = os.path.realpath(root)
        self._source_of = source_of
        self._environments: dict[str, dict[str, str]] = {}
        self._sets: dict[str, ComposeSet | None] = {}
        self._composes: dict[tuple[ComposeSet, bool], Compose | None] = {}

    def project_of(self, path: str) -> tuple[ComposeSet, Compose | None]:
        """The project that a file belongs to; without a Compose where no text of it can be had.

        A file that Compose is only told of by name may be meant for use with those that it finds by itself: it is read
        with them if it lacks what a service needs, and counts as a part of a project if it shares a service with them.
        """
        alone = ComposeSet((path,))
        folder = os.path.dirname(path)  # noqa: PTH120 (as it is typed)
        known = self._default_set(folder) if path != "-" else None
        if known is None:
            return alone, self._load(alone, is_whole=True)
        if known.holds(path):
            return known, self._load(known, is_whole=True)
        base, own = self._load(known, is_whole=True), self._load(alone, is_whole=False)
        if base is None or own is None or not _overlap(base, own):
            return alone, self._load(alone, is_whole=True)
        if not any(service.is_partial for service in own.services):
            return alone, own
        together = ComposeSet((*known.paths, path), added=path)
        return together, self._load(together, is_whole=True)

    def alone(self, path: str) -> Compose | None:
        """One file with what it extends and includes, as `docker compose -f` reads it."""
        return self._load(ComposeSet((path,)), is_whole=True)

    def _default_set(self, folder: str) -> ComposeSet | None:
        if folder not in self._sets:
            self._sets[folder] = default_set(folder, self._environment(folder))
        return self._sets[folder]

    def _environment(self, folder: str) -> dict[str, str]:
        """The `.env` of a folder, which feeds the variables of the files there."""
        if folder not in self._environments:
            source = self.read(os.path.join(folder, ".env"))  # noqa: PTH118
            environment: dict[str, str] = {}
            if isinstance(source, Source):
                from dockerlint.compose.env_files import environment_of  # noqa: PLC0415 (few folders have one)

                environment = environment_of(source)
            self._environments[folder] = environment
        return self._environments[folder]

    def _load(self, files: ComposeSet, *, is_whole: bool) -> Compose | None:
        key = (files, is_whole)
        if key not in self._composes:
            self._composes[key] = self._loaded(files, is_whole)
        return self._composes[key]

    def _loaded(self, files: ComposeSet, is_whole: bool) -> Compose | None:
        from dockerlint.compose.loading import Files, cleaned_name, load  # noqa: PLC0415 (most runs have no Compose file)

        sources = [source for path in files.paths if (source := self._source_of(path)) is not None]
        if not sources:
            return None
        own = self._environment(files.folder) if files.paths != ("-",) else {}
        name = cleaned_name(os.path.basename(os.path.abspath(files.folder)))  # noqa: PTH100, PTH119
        return load(Files(tuple(sources), own, files.folder, self.read, is_whole, name))

    def read(self, path: str) -> Source | Absence:
        """A file that a project names; what lies outside of the root is not looked at, nor what is no readable text."""
        if not is_below(os.path.realpath(path), self._root):
            return "outside"
        if not os.path.isfile(path):
            return "missing"
        return self._source_of(path) or "outside"


def _overlap(one: Compose, other: Compose) -> bool:
    """Whether two projects have a service of one name, so that one may be meant to be laid onto the other."""
    return not {str(service.name) for service in one.services}.isdisjoint(str(own.name) for own in other.services)
