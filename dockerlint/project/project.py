"""A project: the files below one root, and which of them are built and run together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.compose import BASE_NAMES
from dockerlint.context.files import Context
from dockerlint.dockerfile.instructions import Add, Copy
from dockerlint.dockerfile.stages import Dockerfile, Options
from dockerlint.knowledge.base_images import base_image
from dockerlint.project.build import Build, has_development_part, is_called_one_of
from dockerlint.project.build_places import BuildPlace, build_place
from dockerlint.project.containers import Container, Stack
from dockerlint.project.discovery import kind_of_name
from dockerlint.project.files import Files, absolute, as_typed, is_below
from dockerlint.source import EmbeddedSource, Source

if TYPE_CHECKING:
    from dockerlint.compose.services import Build as ServiceBuild
    from dockerlint.compose.services import Compose, Service


# Of a folder so many names are looked at for Dockerfiles.
_MOST_NAMES = 10_000


class Link(NamedTuple):
    """A service that builds a Dockerfile, and the folder that it takes as context."""

    service: Service
    context: Path
    is_development: bool


class Place(NamedTuple):
    """Where something is said, and what to call it."""

    title: str
    source: Source
    line: int


class Project:
    """What is built and run together of the files below `root`.

    `development_images` are globs of the names of stages, Dockerfiles and Compose files that never go into production.
    `is_thorough`: contexts are looked at as a whole, what is kept back too.
    """

    def __init__(
        self,
        root: Path,
        composes: Sequence[Compose] = (),
        development_images: Sequence[str] = (),
        *,
        is_thorough: bool = False,
    ) -> None:
        self.files = Files(root)
        self._is_thorough = is_thorough
        self._development_images = development_images
        self._links: dict[Path, list[Link]] = {}
        self._contexts: dict[tuple[Path, Path | None], Context] = {}
        for compose in composes:
            for service in compose.services:
                self._link(compose, service)

    def build(self, dockerfile: Dockerfile, path: Path | None) -> Build:
        """A Dockerfile with its context and services; without a path (standard input) there are none."""
        if path is None:
            return Build(dockerfile, development_images=self._development_images)
        full = absolute(path)
        links = self._links.get(full, [])
        folders = {link.context for link in links} or set(self._likely_contexts(dockerfile, full))
        context = self._context(next(iter(folders)), full) if len(folders) == 1 else None
        candidates = () if folders else [self._context(folder, full) for folder in self._folders_from(full.parent)]
        return self._build(dockerfile, full, context, links, candidates)

    def builds(self, dockerfile: Dockerfile, path: Path) -> Iterator[Build]:
        """A Dockerfile with each context that it is built from: its own folder where nothing tells of another."""
        full = absolute(path)
        links = self._links.get(full, [])
        folders = [link.context for link in links] or [*self._likely_contexts(dockerfile, full), full.parent][:1]
        for folder in dict.fromkeys(folders):
            own = [link for link in links if link.context == folder]
            yield self._build(dockerfile, full, self._context(folder, full), own)

    def build_in(self, folder: Path, dockerfile: Dockerfile, path: Path) -> Build:
        """A Dockerfile with a context that the user names."""
        full = absolute(path)
        links = [link for link in self._links.get(full, []) if link.context == absolute(folder)]
        return self._build(dockerfile, full, self._context(absolute(folder), full), links)

    def _build(
        self,
        dockerfile: Dockerfile,
        path: Path,
        context: Context | None,
        links: Sequence[Link],
        candidates: Sequence[Context] = (),
    ) -> Build:
        root, name = str(self.files.root), str(path)
        label = name[len(root) :].lstrip("/") if is_below(name, root) else path.name
        # What runs only where somebody develops says nothing of what ships.
        services = [link.service for link in links if not link.is_development]
        images = self._development_images
        neighbours = partial(self._neighbours, context, path, dockerfile.options)
        return Build(dockerfile, context, services, label, candidates, images, neighbours)

    def _neighbours(self, context: Context | None, path: Path, options: Options) -> Iterator[Build]:
        """The other Dockerfiles that are built with a context, as far as services or their place in it tell."""
        if context is None:
            return
        root = absolute(context.root)
        linked = [file for file, links in self._links.items() if any(link.context == root for link in links)]
        for other in dict.fromkeys([*linked, *_dockerfiles_in(root)]):
            source = self.files.read(other) if other != path else None
            if source is not None and (other in linked or other not in self._links):
                build = self.build_in(root, Dockerfile(source, options), other)
                if build.context is context:
                    yield build

    def evidence(self, path: Path, context: Context) -> list[Place]:
        """The services that build a Dockerfile with a context, each with the place where that is said."""
        return [
            Place(f"service `{link.service.name}`", link.service.name.source, link.service.name.line)
            for link in self._links.get(absolute(path), [])
            if link.context == absolute(context.root)
        ]

    def stack(self, compose: Compose) -> Stack:
        """A Compose project with the images that its services run."""
        return Stack(compose, [self._container(compose, service) for service in compose.services], self.files)

    def _container(self, compose: Compose, service: Service) -> Container:
        return Container(compose, service, self._build_of(compose, service), self.files, self._development_images)

    def _build_of(self, compose: Compose, service: Service) -> Build | None:
        """What a service builds, with the arguments and the target that it gives."""
        place = self._place_of(compose, service)
        if service.build is None or place is None:
            return None
        folder, path = place
        inline = service.build.inline
        source = self.files.read(path) if inline is None else EmbeddedSource(inline.text)
        if source is None or (inline is not None and inline.unknown):
            return None
        given = dict(_given_arguments(compose, service.build))
        target = service.build.target
        if target is not None and target.unknown:
            return None
        options = Options(given, str(target.text) if target is not None and target.text else None, base_image)
        context = self._context(folder, path)
        label = str(path)[len(str(self.files.root)) :].lstrip("/") if inline is None else source.path
        return Build(Dockerfile(source, options), context, [service], label, (), self._development_images)

    def _context(self, folder: Path, dockerfile: Path) -> Context:
        """A folder as context, the same object for all Dockerfiles that see the same files: it is walked once."""
        context = Context.find(as_typed(folder), as_typed(dockerfile), is_thorough=self._is_thorough)
        return self._contexts.setdefault((context.root, context.ignore_path), context)

    def _link(self, compose: Compose, service: Service) -> None:
        place = self._place_of(compose, service)
        if place is not None and service.build is not None and service.build.inline is None:
            folder, file = place
            is_named = is_called_one_of(compose.source.path, self._development_images)
            is_development = is_named or has_development_part(_compose_name(compose))
            self._links.setdefault(file, []).append(Link(service, folder, is_development))

    def _place_of(self, compose: Compose, service: Service) -> BuildPlace | None:
        """Where a service is built from, if that lies below the root."""
        place = build_place(compose, service)
        if place is None or not os.path.isdir(place.context):
            return None
        return place if self.files.contains(place.context) and self.files.contains(place.dockerfile) else None

    def _likely_contexts(self, dockerfile: Dockerfile, path: Path) -> Iterator[Path]:
        """The Dockerfile's own folder, or the nearest above it that has all that COPY names."""
        sources = list(_plain_sources(dockerfile))
        folders = self._folders_from(path.parent)
        holding = (one for one in folders if all(os.path.lexists(f"{one}/{source}") for source in sources))
        yield from islice(holding, 1)

    def _folders_from(self, folder: Path) -> Iterator[Path]:
        """A folder and those above it, up to the root."""
        while self.files.contains(folder):
            yield folder
            if folder == folder.parent:
                return
            folder = folder.parent


def _dockerfiles_in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as found:
            names = [item.name for item in islice(found, _MOST_NAMES) if kind_of_name(item.name) == "dockerfile"]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


def _compose_name(compose: Compose) -> str:
    """The name of a Compose file, where an override counts as made for development: Docker never deploys it."""
    path = Path(compose.source.path)
    return f"{path.parent.name}/{path.name}".lower().replace("override", "dev").replace("local", "dev")


def _given_arguments(compose: Compose, build: ServiceBuild) -> Iterator[tuple[str, str]]:
    """The build arguments that a service gives, as far as they are known; a name alone passes a variable on."""
    for name, value in build.args:
        passed = compose.reader.scope_of(name.source).environment.get(name) if value is None else None
        if value is not None and not value.unknown:
            yield str(name), str(value.text)
        elif passed is not None:
            yield str(name), passed


def _plain_sources(dockerfile: Dockerfile) -> Iterator[str]:
    """The sources of COPY and ADD that name one path of the context."""
    for instruction in dockerfile.instructions:
        if isinstance(instruction, Copy | Add) and not instruction.origin:
            for source in instruction.sources:
                if (
                    not any(mark in source for mark in "$*?[\\")
                    and "://" not in source
                    and not source.startswith("git@")
                ):
                    yield source.strip("\"'").lstrip("/")


def root_of(path: str) -> Path:
    """The root that a path given by the user is judged in: the working directory if it lies below, else its folder."""
    full, here = os.path.abspath(path), os.getcwd()  # noqa: PTH100, PTH109
    if is_below(full, here):
        return _folder(here)
    return _folder(full if os.path.isdir(full) else os.path.dirname(full))  # noqa: PTH120


@lru_cache(maxsize=64)
def _folder(name: str) -> Path:
    return Path(name)


def companions(path: str, root: str) -> Iterator[str]:
    """The Compose files that may build a Dockerfile: in its folder and in those above, up to the root."""
    folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120
    while is_below(folder, root):
        for name in BASE_NAMES:
            if os.path.isfile(f"{folder}/{name}"):
                yield os.path.join(folder, name)  # noqa: PTH118
                break
        above = os.path.dirname(folder)  # noqa: PTH120
        if folder == above:
            return
        folder = above
