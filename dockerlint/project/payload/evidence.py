"""Whether the folder that is taken for a Dockerfile's context is the one it is built from."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from dockerlint.context.files import Context
from dockerlint.context.ignore import clean
from dockerlint.dockerfile.instructions import Add, Copy, Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.project.build import Build
from dockerlint.project.payload.contents import root_names
from dockerlint.shell.packages import Installer, installer
from dockerlint.shell.script import Command

# What lies at the root of a project.
_PROJECT_FILES = (
    ".git", "package.json", "pyproject.toml", "requirements.txt", "setup.py", "manage.py", "Pipfile", "go.mod",
    "Cargo.toml", "pom.xml", "build.gradle", "build.gradle.kts", "Gemfile", "composer.json", "mix.exs",
)  # fmt: skip
_MAKEFILES = {"make": "Makefile", "cmake": "CMakeLists.txt"}
_PROJECT_SUFFIXES = (".sln", ".slnx", ".csproj", ".fsproj")

# A folder with more names than this is no project's root.
_MOST_NAMES = 2000


@lru_cache(maxsize=1)
def is_the_context(build: Build) -> bool:
    """Whether it is sure that a Dockerfile with a broad copy is built from `build.context`.

    Whoever builds it or an ignore file says so. Otherwise the context was only guessed, and a
    Dockerfile that lies in `docker/`, or among files that have nothing to do with it, says nothing
    about its neighbours. The guess holds if the folder has what the Dockerfile needs of it: a source
    that a COPY names, the manifest of what it installs from, a file that it starts; or if it looks
    like the root of a project. A manifest that is missing outweighs such looks.
    """
    context = build.context
    if context is None or (context.ignore is None and context.ignore_path is not None):
        return False
    if build.is_context_told or context.ignore is not None or _has_a_named_source(build, context):
        return True
    wanted = [places for stage in build.dockerfile.stages if (places := _places_of_manifests(stage)).names]
    if wanted:
        return any(_is_there(context, places) for places in wanted)
    return _looks_like_a_project(context) or any(context.is_file(path) for path in _files_of_commands(build))


def _has_a_named_source(build: Build, context: Context) -> bool:
    for instruction in build.dockerfile.instructions:
        if isinstance(instruction, Copy | Add) and instruction.origin is None:
            for source in instruction.sources:
                path = clean("/" + source)[1:]
                if path and context.exists(path):
                    return True
    return False


class _Places(NamedTuple):
    """Where the manifests of a stage's installers may lie, if they have fixed names.

    `folders` tells which of the installers is the first that may run in a folder, `names` which is the last that reads
    a manifest of a name.
    """

    folders: dict[str, int]
    names: dict[str, int]


def _places_of_manifests(stage: Stage) -> _Places:
    installers = [found for command in _commands(stage) if (found := installer(command)) is not None]
    folders = dict.fromkeys((".", *_folders(stage)), 0) if installers else {}
    names: dict[str, int] = {}
    for number, found in enumerate(installers):
        for word in found.command.arguments:  # `npm --prefix web ci`, `mvn -f app package`
            if word.is_literal:
                folders.setdefault(str(word.value), number)
        names.update(dict.fromkeys(_names(found), number))
    return _Places(folders, names)


def _is_there(context: Context, places: _Places) -> bool:
    """Whether a context has one of the manifests."""
    # Only in a folder that is there can something lie.
    folders: dict[str, int] = {}
    for folder, first in places.folders.items():
        folders.update((one, first) for one in _endings(folder) if one not in folders and context.exists(one))
    for name, last in places.names.items():
        near = places.folders if ".." in name else folders
        paths = (posixpath.join(folder, name) for folder, first in near.items() if first <= last)
        if any(context.exists(path) for one in (name, *paths) for path in _endings(one)):
            return True
    return False


def _commands(stage: Stage) -> Iterator[Command]:
    return (command for run in stage.instructions if isinstance(run, Run) for command in run.commands)


def _names(found: Installer) -> Iterator[str]:
    """The manifests of known names: `build.gradle*` counts as `build.gradle`."""
    for pattern in found.manifests:
        name = pattern.removesuffix("*")
        if "*" not in name and not name.startswith("."):
            yield name


def _folders(stage: Stage) -> Iterator[str]:
    """The folders that the stage's commands run in, as they are written."""
    for step in stage.steps:
        if step.before.workdir is not None:
            yield step.before.workdir
    for command in _commands(stage):
        if command.name == "cd":
            yield from (str(word.value) for word in command.arguments if word.is_literal)


def _endings(path: str) -> Iterator[str]:
    """The paths that a path of the image may have in the context: /srv/app/x is srv/app/x, app/x or x."""
    names = clean("/" + path)[1:].split("/")
    return ("/".join(names[start:]) for start in range(len(names)))


def _looks_like_a_project(context: Context) -> bool:
    if any(context.exists(name) for name in _PROJECT_FILES):
        return True
    return any(name.endswith(_PROJECT_SUFFIXES) for name in root_names(context, _MOST_NAMES))


def _files_of_commands(build: Build) -> Iterator[str]:
    """Where the files that the build makes something from, or that the image starts, may lie in the context."""
    names = {command.name for stage in build.dockerfile.stages for command in _commands(stage)}
    yield from (file for tool, file in _MAKEFILES.items() if tool in names)
    for stage in build.targets:
        for form in (stage.entrypoint, stage.cmd):
            for command in form.commands if form is not None else ():
                for word in command.words:
                    yield from _endings(str(word.value))
                    module = word.value.partition(":")[0].replace(".", "/")
                    yield from (f"{module}.py", f"{module}/__init__.py")
