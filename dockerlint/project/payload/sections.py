"""The contexts of a folder: the Dockerfiles there, and what each is built from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.context.files import Context
from dockerlint.context.listing import Entry
from dockerlint.dockerfile.stages import Dockerfile, Options
from dockerlint.project.build import Build
from dockerlint.project.compose_files import ComposeFiles, SourceOf
from dockerlint.project.discovery import find
from dockerlint.project.files import absolute
from dockerlint.project.project import Project, companions, root_of

if TYPE_CHECKING:
    from dockerlint.compose.services import Compose


class Evidence(NamedTuple):
    """Why a Dockerfile is taken to be built from a folder, and where that is written, if it is."""

    text: str
    path: str | None = None
    line: int | None = None


class Use(NamedTuple):
    """A Dockerfile that is built from a context."""

    build: Build
    evidence: tuple[Evidence, ...]


class Limits(NamedTuple):
    """How many bytes a context may have, and a file in it."""

    context_size: int
    file_size: int


class Section(NamedTuple):
    """A context, and all that is known to be built from it with the same ignore file."""

    context: Context
    uses: tuple[Use, ...]
    limits: Limits

    @property
    def is_large(self) -> bool:
        """Whether more is sent than the settings call much."""
        return self.context.sent.size > self.limits.context_size

    @property
    def large_files(self) -> list[Entry]:
        """The files that are sent and larger than the settings want, the largest first."""
        large = (entry for entry in self.context.files if entry.size > self.limits.file_size)
        return sorted(large, key=lambda entry: -entry.size)

    @property
    def builds(self) -> tuple[Build, ...]:
        return tuple(use.build for use in self.uses)


class Unreadable(Exception):
    """A file that is named cannot be read."""


def sections(
    folder: str,
    file: str | None,
    source_of: SourceOf,
    options: Options,
    limits_of: Callable[[Path], Limits],
    development_images: Sequence[str] = (),
) -> list[Section]:
    """The contexts that the Dockerfiles below a folder are built from; its own where there are none.

    With a `file`, that one is built with the folder as context, as by `docker build -f`. `source_of` gives the text of
    a file, None where it cannot be had; `limits_of` what is much in a folder. Raises Unreadable.
    """
    found = list(find([folder]))
    dockerfiles = [file] if file is not None else [one.path for one in found if one.kind == "dockerfile"]
    composes = [one.path for one in found if one.kind == "compose"]
    known = _composes(folder, dockerfiles, composes, source_of)
    project = Project(root_of(folder), known, development_images, is_thorough=True)
    grouped: dict[int, Section] = {}
    for path in dockerfiles:
        source = source_of(path)
        if source is None:
            raise Unreadable(path)
        for use in _uses(project, Dockerfile(source, options), path, folder if file is not None else None):
            assert use.build.context is not None  # noqa: S101 (the project gives no others)
            context = use.build.context
            section = grouped.get(id(context)) or Section(context, (), limits_of(context.root))
            grouped[id(context)] = section._replace(uses=(*section.uses, use))
    alone = project.context(absolute(Path(folder)), None)
    return list(grouped.values()) or [Section(alone, (), limits_of(alone.root))]


def _composes(folder: str, dockerfiles: list[str], composes: list[str], source_of: SourceOf) -> list[Compose]:
    root = root_of(folder)
    near = [path for dockerfile in dockerfiles for path in companions(dockerfile, str(root))]
    files = ComposeFiles(str(root), source_of)
    paths = {os.path.abspath(path): path for path in (*near, *composes)}  # noqa: PTH100 (links stay)
    known = dict(files.project_of(path) for path in sorted(paths.values()))
    return [compose for compose in known.values() if compose is not None]


def _uses(project: Project, dockerfile: Dockerfile, path: str, folder: str | None) -> Iterator[Use]:
    if folder is not None:
        evidence = Evidence("named on the command line")
        yield Use(project.build_in(Path(folder), dockerfile, Path(path)), (evidence,))
        return
    for build in project.builds(dockerfile, Path(path)):
        yield Use(build, tuple(_evidence(project, build, path)))


def _evidence(project: Project, build: Build, path: str) -> Iterator[Evidence]:
    assert build.context is not None  # noqa: S101 (the project gives no others)
    places = project.evidence(Path(path), build.context)
    yield from (Evidence(place.title, place.source.path, place.line) for place in places)
    if not places:
        is_own = absolute(build.context.root) == absolute(Path(path)).parent
        own = "nothing says otherwise, so the folder of the Dockerfile"
        yield Evidence(own if is_own else "the nearest folder above that has all that COPY names")
