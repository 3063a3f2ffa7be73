"""Who builds a Dockerfile: with which context, target and arguments, and where that is written."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from dockerlint.project.build_places import is_remote
from dockerlint.project.files import Files, absolute
from dockerlint.source import Span, Text

if TYPE_CHECKING:
    from dockerlint.compose.services import Service

Kind = Literal["compose", "bake", "action", "gitlab", "makefile", "script"]

_LONGEST_PATH = 1024
# Builders take the first of these that is there; all but the first are looked for by some of them only.
_DEFAULT_NAMES = ("Dockerfile", "dockerfile", "Containerfile")


class Given(NamedTuple):
    """A value and where it is written; None where a variable or a command decides on it."""

    place: Text
    value: str | None


class Argument(NamedTuple):
    """A build argument that is given, under its name; a value of None is one that nobody can tell."""

    name: str
    value: str | None


class Told(NamedTuple):
    """What a builder is told, as it is written.

    `is_published` says that the result surely goes into a registry, `is_open` that the builder may be told more than
    is seen: by a variable that stands for whole options.
    """

    context: Given | None = None
    dockerfile: Given | None = None
    target: Given | None = None
    arguments: tuple[Argument, ...] = ()
    named_contexts: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    has_ssh: bool = False
    platforms: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    is_published: bool = False
    is_open: bool = False
    # Whether the program looks for the Dockerfile in the context, too, as Podman does.
    is_lenient: bool = False


class BuildLink(NamedTuple):
    """Somebody who builds an image, and of what.

    `name` is what to call the builder in a sentence, `evidence` the text that says so. `context` and `dockerfile` are
    absolute paths below the root, whether or not anything is there; None where they are not known or lie elsewhere.
    `is_sure` says that no other folder can be meant. A Compose `service` runs what it builds, too.
    """

    kind: Kind
    name: str
    evidence: Text
    told: Told
    context: Path | None
    dockerfile: Path | None
    is_sure: bool = True
    is_development: bool = False
    service: Service | None = None

    @property
    def place(self) -> Span:
        """The file and the line that say so."""
        return self.evidence.span

    @property
    def target(self) -> str | None:
        """The stage that is asked for, as Docker compares its name; None for the last, and where nobody can tell."""
        given = self.told.target
        return given.value.lower() or None if given is not None and given.value is not None else None


class BuildOrder(NamedTuple):
    """A link that a build file says, with the files of its project: what a rule needs to judge it."""

    link: BuildLink
    files: Files


class Builder(NamedTuple):
    """Who builds. `folders` are those that it may run in: one if that is sure, none if nobody knows."""

    kind: Kind
    name: str
    folders: tuple[Path, ...]
    is_development: bool = False
    # Whether the Dockerfile is looked for in the context, not in the folder that the builder runs in.
    looks_in_context: bool = False
    # Whether it may run somewhere else after all.
    is_doubtful: bool = False


@cache
def building() -> re.Pattern[str]:
    """What a text has that builds an image by a command."""
    return re.compile(r"(?i)(?:docker|podman|buildah|nerdctl)\S{0,40}[ \t]+(?:\S{1,80}[ \t]+){0,4}?(?:build|bud)\b")


def may_build(script: str) -> bool:
    """Whether a script may do so; it may call the program by a variable."""
    has_program = re.search("(?i)docker|podman|buildah|nerdctl", script) is not None
    return has_program and ("build" in script or "bud" in script)


def link(builder: Builder, evidence: Text, told: Told, files: Files) -> BuildLink | None:
    """What a builder builds; None where it is not known at all."""
    found = (_place(folder, told, files, builder.looks_in_context) for folder in builder.folders)
    places = list(dict.fromkeys(found))
    is_sure = len(places) == 1 and not builder.is_doubtful
    if len(places) > 1:
        # The folder that it runs in is the one where it finds what it asks for.
        places = [place for place in places if place[1] is not None and os.path.isfile(place[1])]
    if len(places) != 1 or places[0] == (None, None):
        return None
    context, dockerfile = places[0]
    return BuildLink(builder.kind, builder.name, evidence, told, context, dockerfile, is_sure, builder.is_development)


def _place(folder: Path, told: Told, files: Files, looks_in_context: bool) -> tuple[Path | None, Path | None]:
    """The context and the Dockerfile of a builder that runs in a folder."""
    context = _context(folder, told, files)
    if told.dockerfile is None:
        return context, None if context is None or told.is_open else _default(context)
    if told.context is not None and told.context.value is not None and is_remote(told.context.value):
        return None, None
    bases = (context,) if looks_in_context else (folder, context) if told.is_lenient else (folder,)
    found = [_below(base, told.dockerfile.value, files) if base is not None else None for base in bases]
    there = (path for path in found if path is not None and os.path.isfile(path))
    return context, next(there, found[0])


def _context(folder: Path, told: Told, files: Files) -> Path | None:
    if told.context is None:
        return None if told.is_open else folder
    value = told.context.value
    return None if value is None or value == "-" or is_remote(value) else _below(folder, value, files)


def _default(context: Path) -> Path:
    found = (context / name for name in _DEFAULT_NAMES if os.path.lexists(f"{context}/{name}"))
    return next(found, context / _DEFAULT_NAMES[0])


def _below(folder: Path, value: str | None, files: Files) -> Path | None:
    """A path that somebody writes in a folder, if it lies below the root."""
    if not value or value == "-" or len(value) > _LONGEST_PATH or re.search(r"^~|://|\0", value):
        return None
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        return None
    path = absolute(folder / value)
    return path if files.contains(path) else None
