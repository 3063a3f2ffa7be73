"""Whether the folder that is taken for a Dockerfile's context is the one it is built from."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

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


def is_the_context(build: Build) -> bool:
    """Whether it is sure that a Dockerfile with a broad copy is built from `build.context`.

    A Compose service or an ignore file says so. Otherwise the context was only guessed, and a
    Dockerfile that lies in `docker/`, or among files that have nothing to do with it, says nothing
    about its neighbours. The guess holds if the folder has what the Dockerfile needs of it: a source
    that a COPY names, the manifest of what it installs from, a file that it starts; or if it looks
    like the root of a project. A manifest that is missing outweighs such looks.
    """
    context = build.context
    if context is None or (context.ignore is None and context.ignore_path is not None):
        return False
    if build.services or context.ignore is not None or _has_a_named_source(build, context):
        return True
    wanted = list(_wanted_manifests(build))
    if wanted:
        return any(context.exists(path) for path in wanted)
    return _looks_like_a_project(context) or any(context.is_file(path) for path in _files_of_commands(build))


def _has_a_named_source(build: Build, context: Context) -> bool:
    for instruction in build.dockerfile.instructions:
        if isinstance(instruction, Copy | Add) and instruction.origin is None:
            for source in instruction.sources:
                path = clean("/" + source)[1:]
                if path and context.exists(path):
                    return True
    return False


def _wanted_manifests(build: Build) -> Iterator[str]:
    """Where the manifests of the installers may lie in the context; none for those that have no fixed name."""
    for stage in build.dockerfile.stages:
        installers = [found for command in _commands(stage) if (found := installer(command)) is not None]
        folders = {".", *_folders(stage)} if installers else set()
        for found in installers:
            # `npm --prefix web ci`, `mvn -f app package`
            folders.update(str(word.value) for word in found.command.arguments if word.is_literal)
            for name in _names(found):
                yield from (path for folder in folders for path in _endings(posixpath.join(folder, name)))


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
