"""A project: the files below one root, and which of them are built and run together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.compose import BASE_NAMES
from dockerlint.context.files import Context
from dockerlint.dockerfile.instructions import Add, Arg, Copy
from dockerlint.dockerfile.stages import Dockerfile, Options
from dockerlint.knowledge.base_images import base_image
from dockerlint.knowledge.secrets import is_secret_name
from dockerlint.project.build import Build, has_development_part, is_called_one_of
from dockerlint.project.build_files import BuildFiles
from dockerlint.project.build_places import BuildPlace, build_place
from dockerlint.project.builders import BuildLink
from dockerlint.project.discovery import kind_of_name
from dockerlint.project.files import NO_TEXTS, Files, Texts, absolute, as_typed, is_below
from dockerlint.source import EmbeddedSource, Source

if TYPE_CHECKING:
    from dockerlint.compose.services import Compose, Service
    from dockerlint.project.containers import Stack


# Of a folder so many names are looked at for Dockerfiles.
_MOST_NAMES = 10_000


class Place(NamedTuple):
    """Where something is said, and what to call it."""

    title: str
    source: Source
    line: int


class Project:
    """What is built and run together of the files below `root`.

    `development_images` are globs of the names of stages, Dockerfiles and Compose files that never go into production.
    `is_thorough`: contexts are looked at as a whole, what is kept back too. `texts` stand in for files.
    """

    def __init__(
        self,
        root: Path,
        composes: Sequence[Compose] = (),
        development_images: Sequence[str] = (),
        *,
        is_thorough: bool = False,
        texts: Texts = NO_TEXTS,
    ) -> None:
        self.files = Files(root, texts)
        self._is_thorough = is_thorough
        self._development_images = development_images
        self._by_services: dict[Path, list[BuildLink]] = {}
        self._build_files = BuildFiles(self.files)
        self._contexts: dict[tuple[Path, Path | None], Context] = {}
        for compose in composes:
            for service in compose.services:
                self._link(compose, service)

    def build(self, dockerfile: Dockerfile, path: Path | None) -> Build:
        """A Dockerfile with its context and services; without a path (standard input) there are none."""
        if path is None:
            return Build(dockerfile, development_images=self._development_images)
        full = absolute(path)
        links = self.links_of(full)
        told = {link.context for link in links if link.context is not None and os.path.isdir(link.context)}
        folders = told or set(self._likely_contexts(dockerfile, full))
        context = self.context(next(iter(folders)), full) if len(folders) == 1 else None
        candidates = () if folders else [self.context(folder, full) for folder in self._folders_from(full.parent)]
        return self._build(dockerfile, full, context, links, candidates)

    def builds(self, dockerfile: Dockerfile, path: Path) -> Iterator[Build]:
        """A Dockerfile with each context that it is built from: its own folder where nothing tells of another."""
        full = absolute(path)
        links = self.links_of(full)
        told = [link.context for link in links if link.context is not None and os.path.isdir(link.context)]
        folders = told or [*self._likely_contexts(dockerfile, full), full.parent][:1]
        for folder in dict.fromkeys(folders):
            own = [link for link in links if link.context == folder]
            yield self._build(dockerfile, full, self.context(folder, full), own)

    def build_in(self, folder: Path, dockerfile: Dockerfile, path: Path) -> Build:
        """A Dockerfile with a context that the user names."""
        full = absolute(path)
        links = [link for link in self.links_of(full) if link.context == absolute(folder)]
        return self._build(dockerfile, full, self.context(absolute(folder), full), links)

    def _build(
        self,
        dockerfile: Dockerfile,
        path: Path,
        context: Context | None,
        links: Sequence[BuildLink],
        candidates: Sequence[Context] = (),
    ) -> Build:
        root, name = str(self.files.root), str(path)
        label = name[len(root) :].lstrip("/") if is_below(name, root) else path.name
        given = _with_arguments(dockerfile, links)
        images = self._development_images
        neighbours = partial(self._neighbours, context, path, dockerfile.options)
        return Build(given, context, links, label, candidates, images, neighbours)

    def _neighbours(self, context: Context | None, path: Path, options: Options) -> Iterator[Build]:
        """The other Dockerfiles that are built with a context, as far as links or their place in it tell."""
        if context is None:
            return
        root = absolute(context.root)
        links = [*(link for links in self._by_services.values() for link in links), *self.links_around(path)]
        linked = [link.dockerfile for link in links if link.context == root and link.dockerfile is not None]
        for other in dict.fromkeys([*linked, *_dockerfiles_in(root)]):
            source = self.files.read(other) if other != path else None
            if source is not None and (other in linked or not self.links_of(other)):
                build = self.build_in(root, Dockerfile(source, options), other)
                if build.context is context:
                    yield build

    def evidence(self, path: Path, context: Context) -> list[Place]:
        """Those who build a Dockerfile with a context, each with the place where that is said."""
        return [
            Place(link.name.removeprefix("the "), link.evidence.source, link.evidence.line)
            for link in self.links_of(path)
            if link.context == absolute(context.root)
        ]

    def links_of(self, path: Path) -> tuple[BuildLink, ...]:
        """All who build a Dockerfile: Compose services, and the build files in its folder and in those above."""
        full = absolute(path)
        return (*self._by_services.get(full, ()), *(one for one in self.links_around(full) if one.dockerfile == full))

    def links_around(self, path: Path) -> tuple[BuildLink, ...]:
        """What the build files of a file's folder and of those above it say, whatever they build."""
        folders = self._folders_from(absolute(path).parent)
        return _each_once(link for folder in folders for link in self._build_files.links_in(folder))

    def stack(self, compose: Compose) -> Stack:
        """A Compose project with the images that its services run."""
        from dockerlint.project.containers import Container, Stack  # noqa: PLC0415 (a run on Dockerfiles has none)

        builds = [(service, self._build_of(compose, service)) for service in compose.services]
        containers = [Container(compose, *one, self.files, self._development_images) for one in builds]
        return Stack(compose, containers, self.files)

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
        from dockerlint.project.reading.services import given_arguments, link_of  # noqa: PLC0415 (as above)

        given = {one.name: one.value for one in given_arguments(compose, service.build) if one.value is not None}
        target = service.build.target
        if target is not None and target.unknown:
            return None
        options = Options(given, str(target.text) if target is not None and target.text else None, base_image)
        context = self.context(folder, path)
        label = str(path)[len(str(self.files.root)) :].lstrip("/") if inline is None else source.path
        own = link_of(compose, service, place, is_development=False)
        others = [link for link in self.links_of(path) if link.service is None] if inline is None else []
        return Build(Dockerfile(source, options), context, [own, *others], label, (), self._development_images)

    def context(self, folder: Path, dockerfile: Path | None) -> Context:
        """A folder as context, the same object for all Dockerfiles that see the same files: it is walked once."""
        context = Context.find(
            as_typed(folder), as_typed(dockerfile) if dockerfile else None, is_thorough=self._is_thorough
        )
        return self._contexts.setdefault((context.root, context.ignore_path), context)

    def _link(self, compose: Compose, service: Service) -> None:
        place = self._place_of(compose, service)
        if place is not None and service.build is not None and service.build.inline is None:
            from dockerlint.project.reading import services  # noqa: PLC0415 (a run without Compose files needs it not)

            is_named = is_called_one_of(compose.source.path, self._development_images)
            is_development = is_named or has_development_part(_compose_name(compose))
            found = services.link_of(compose, service, place, is_development=is_development)
            self._by_services.setdefault(place.dockerfile, []).append(found)

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


def _each_once(links: Iterable[BuildLink]) -> tuple[BuildLink, ...]:
    """Links without those that say the same at the same place."""
    found = {(one.evidence.source.path, one.evidence.start, one.context, one.dockerfile): one for one in links}
    return tuple(found.values())


def _with_arguments(dockerfile: Dockerfile, links: Sequence[BuildLink]) -> Dockerfile:
    """The Dockerfile as it is built with the arguments that all who build it give alike; those of the user win."""
    builders = [link for link in links if not link.is_development]
    agreed = set.intersection(*({*link.told.arguments} for link in builders)) if builders else set()
    declared = {str(pair.key) for one in dockerfile.instructions if isinstance(one, Arg) for pair in one.pairs}
    # What is given for a secret must not hide the one that is written.
    names = {name for name in declared if not is_secret_name(name)}
    known = {one.name: one.value for one in agreed if one.value is not None and one.name in names}
    options = dockerfile.options
    if not known.keys() - options.arguments.keys():
        return dockerfile
    return Dockerfile(dockerfile.source, options._replace(arguments={**known, **options.arguments}))


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
