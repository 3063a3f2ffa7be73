"""A project: the files below one root, and which of them are built and run together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
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
from dockerlint.project.files import Files, absolute, as_typed, is_below
from dockerlint.source import EmbeddedSource

if TYPE_CHECKING:
    from dockerlint.compose.services import Build as ServiceBuild
    from dockerlint.compose.services import Compose, Service


class Link(NamedTuple):
    """A service that builds a Dockerfile, and the folder that it takes as context."""

    service: Service
    context: Path
    is_development: bool


class Project:
    """What is built and run together of the files below `root`.

    `development_images` are globs of the names of stages, Dockerfiles and Compose files that never go into production.
    """

    def __init__(self, root: Path, composes: Sequence[Compose] = (), development_images: Sequence[str] = ()) -> None:
        self.files = Files(root)
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
        root, name = str(self.files.root), str(full)
        label = name[len(root) :].lstrip("/") if is_below(name, root) else full.name
        # What runs only where somebody develops says nothing of what ships.
        services = [link.service for link in links if not link.is_development]
        candidates = () if folders else [self._context(folder, full) for folder in self._folders_from(full.parent)]
        return Build(dockerfile, context, services, label, candidates, self._development_images)

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
        context = Context.find(as_typed(folder), as_typed(dockerfile))
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
