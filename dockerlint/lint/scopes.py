"""Where rules do not speak: in some files, stages and services; and which files are left out altogether.

Patterns of paths are those of .gitignore, relative to the file of settings that they stand in.
https://git-scm.com/docs/gitignore#_pattern_format
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.lint.finding import Finding
from dockerlint.lint.registry import BUILT_IN, Catalogue
from dockerlint.lint.selection import Matcher, matcher
from dockerlint.project.build import Build

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from dockerlint.project.containers import Stack

Names = tuple[str, ...]


class Glob(NamedTuple):
    """A pattern of paths, the folder that it is relative to, and where it is said."""

    text: str
    folder: str
    origin: str

    def __str__(self) -> str:
        return self.text


class Globs:
    """Patterns of paths, of which the last that says something about a path decides, as in .gitignore."""

    def __init__(self, globs: Iterable[Glob]) -> None:
        self._globs = tuple(globs)
        self._specs: list[tuple[Glob, GitIgnoreSpec]] | None = None

    def __bool__(self) -> bool:
        return bool(self._globs)

    def match(self, path: str) -> Glob | None:
        """The pattern that takes in a path; that of a folder ends with `/`."""
        if not self._globs:
            return None
        full = os.path.abspath(path)  # noqa: PTH100 (pathlib would follow links)
        ending = "/" if path.endswith("/") else ""
        found: Glob | None = None
        for glob, spec in self._compiled():
            name = os.path.relpath(full, glob.folder).replace(os.sep, "/") + ending
            answer = None if name.startswith("../") else spec.check_file(name).include
            if answer is not None:
                found = glob if answer else None
        return found

    def _compiled(self) -> list[tuple[Glob, GitIgnoreSpec]]:
        if self._specs is None:
            from pathspec import GitIgnoreSpec  # noqa: PLC0415 (most runs have no patterns)

            self._specs = [(glob, GitIgnoreSpec.from_lines([glob.text])) for glob in self._globs]
        return self._specs


class Scopes:
    """Which rules are left out in which files, stages and services."""

    def __init__(
        self,
        files: Mapping[Glob, Names] | None = None,
        stages: Mapping[str, Names] | None = None,
        services: Mapping[str, Names] | None = None,
        catalogue: Catalogue = BUILT_IN,
    ) -> None:
        self._files = [(Globs((glob,)), matcher(names, catalogue)) for glob, names in (files or {}).items()]
        self._stages = [(glob, matcher(names, catalogue)) for glob, names in (stages or {}).items()]
        self._services = [(glob, matcher(names, catalogue)) for glob, names in (services or {}).items()]

    def of_files(self, findings: list[Finding]) -> list[Finding]:
        """The findings that are left by what is said of files."""
        return self._left(findings, lambda _found: ())

    def of_build(self, build: Build, findings: list[Finding]) -> list[Finding]:
        """The findings about a Dockerfile that are left."""
        path = build.dockerfile.path
        stages = [(one.from_.start_line, (one.name or "", str(one.index))) for one in build.dockerfile.stages]

        def silent(found: Finding) -> Iterable[Matcher]:
            if self._stages and found.region.path == path:
                names = next((names for line, names in reversed(stages) if line <= found.region.line), ())
                yield from _named(self._stages, names)

        return self._left(findings, silent)

    def of_stack(self, stack: Stack, findings: list[Finding]) -> list[Finding]:
        """The findings about a Compose project that are left."""
        spans = [(service.name, service.node.span) for service in stack.compose.services] if self._services else []
        places = {
            str(name): (span.source.path, name.line, span.source.position(max(span.end - 1, span.start)).line)
            for name, span in spans
        }

        def silent(found: Finding) -> Iterable[Matcher]:
            for name, (path, first, last) in places.items():
                if found.region.path == path and first <= found.region.line <= last:
                    yield from _named(self._services, (name,))

        return self._left(findings, silent)

    def _left(self, findings: list[Finding], silent: Callable[[Finding], Iterable[Matcher]]) -> list[Finding]:
        if not (self._files or self._stages or self._services):
            return findings

        def is_left(found: Finding) -> bool:
            of_file = (names for globs, names in self._files if globs.match(found.region.path))
            return found.is_refusal or not any(names.matches(found) for names in (*of_file, *silent(found)))

        return [found for found in findings if is_left(found)]


def _named(scopes: list[tuple[str, Matcher]], names: Iterable[str]) -> Iterable[Matcher]:
    return (rules for glob, rules in scopes if any(name and fnmatchcase(name, glob) for name in names))
