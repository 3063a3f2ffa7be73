"""Ignore files that Docker does not read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.context.files import Context
from dockerlint.project.build import Build
from dockerlint.project.discovery import kind_of_name
from dockerlint.project.payload.contents import root_names
from dockerlint.source import Source

from .writing import ignore_source

_MISNAMED = (".dockerignore.txt", "dockerignore", "dockerignore.txt", ".docker-ignore", ".dockerignores")


class Unread(NamedTuple):
    """An ignore file, why Docker does not read it, and what to do."""

    source: Source
    message: str
    help: str


def unread(build: Build) -> Iterator[Unread]:
    if build.context is None:
        return
    yield from _misplaced(build, build.context)
    yield from _misnamed(build.context)
    yield from _shadowed(build, build.context)


def _misplaced(build: Build, context: Context) -> Iterator[Unread]:
    """`docker/.dockerignore` beside `docker/Dockerfile`, when the context is the folder above."""
    folder, name = os.path.split(os.path.abspath(build.dockerfile.path))  # noqa: PTH100 (links stay as they are)
    below = os.path.relpath(folder, context.root.absolute()).replace(os.sep, "/")
    if below == "." or below.startswith(".."):
        return
    source = context.read_text(f"{below}/.dockerignore")
    if source is None:
        return
    message = f"Docker does not read this file: `{build.label}` is built from {_title(context)}"
    yield Unread(source, message, f"move it there, or call it `{name}.dockerignore`")


def _title(context: Context) -> str:
    return "the project's root" if str(context.root) == "." else f"`{context.root}`"


def _misnamed(context: Context) -> Iterator[Unread]:
    if context.ignore_path is not None:
        return
    for name in _MISNAMED:
        source = context.read_text(name)
        if source is not None:
            yield Unread(source, f"Docker does not read `{name}`", "call it `.dockerignore`")


def _shadowed(build: Build, context: Context) -> Iterator[Unread]:
    """`.dockerignore`, when `Dockerfile.dockerignore` takes its place and there is no other Dockerfile to read it."""
    own = context.ignore_path
    if own is None or own.name == ".dockerignore":
        return
    source, read = context.read_text(".dockerignore"), ignore_source(context)
    if source is None or (read is not None and read.text == source.text):
        return
    if sum(kind_of_name(name) == "dockerfile" for name in root_names(context)) > 1:
        return
    message = f"Docker does not read this file for `{build.label}`: `{own.name}` takes its place"
    yield Unread(source, message, "keep one of the two")
