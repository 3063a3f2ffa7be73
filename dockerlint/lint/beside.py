"""The files beside Dockerfiles and Compose files that a run reads, and in which comments may stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dockerlint.project.build import Build
from dockerlint.project.files import Files
from dockerlint.source import Source

if TYPE_CHECKING:
    from dockerlint.project.containers import Stack


def beside_build(build: Build, files: Files) -> Iterator[Source]:
    """The ignore file of a build's context, and the source of the program that its image runs."""
    ignore = build.context.ignore_path if build.context is not None else None
    source = files.read(Path(ignore)) if ignore is not None else None
    if source is not None:
        yield source
    for launch in build.launches:
        yield from (module.source for module in launch.program.modules.values())


def beside_stack(stack: Stack, files: Files) -> Iterator[Source]:
    """The env files that a Compose project names, and what stands beside the builds of its services."""
    if stack.dotenv is not None:
        yield stack.dotenv
    for container in stack.containers:
        yield from (given.source for given in container.env_files if given.source is not None)
        if container.build is not None:
            yield from beside_build(container.build, files)
