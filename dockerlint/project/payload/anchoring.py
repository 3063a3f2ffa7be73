"""Patterns that were meant for every folder, but hold only at the top of the context."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from dockerlint.context.ignore import Pattern
from dockerlint.project.build import Build
from dockerlint.project.payload.contents import Contents, is_named_by, root_names
from dockerlint.project.payload.copies import broad_copies
from dockerlint.project.payload.kinds import Kind

EVERYTHING = frozenset({"*", "**", "**/*"})


class Anchored(NamedTuple):
    """A pattern that fits nothing at the top, and what gets through below."""

    pattern: Pattern
    paths: tuple[str, ...]


@lru_cache(maxsize=1)
def anchored(build: Build) -> tuple[Anchored, ...]:
    return tuple(_anchored(build))


def _anchored(build: Build) -> Iterator[Anchored]:
    context = build.context
    copies = broad_copies(build)
    if not copies or context is None or context.ignore is None:
        return
    patterns = context.ignore.patterns
    names = root_names(context)
    for pattern in patterns:
        if _is_bare_name(pattern) and not any(pattern.matches(name) for name in names):
            paths = dict.fromkeys(path for copy in copies for path in _deeper(copy.contents, pattern, patterns))
            if paths:
                yield Anchored(pattern, tuple(paths))


def _is_bare_name(pattern: Pattern) -> bool:
    is_name = "/" not in pattern.text.rstrip("/") and not pattern.pattern.startswith("**")
    return is_name and not pattern.negated and pattern.pattern not in EVERYTHING


def _deeper(contents: Contents, pattern: Pattern, patterns: Sequence[Pattern]) -> Iterator[str]:
    """What lies in folders, gets through, and was surely meant too: nothing that may be source."""
    burdens = [burden for burden in contents.burdens if burden.kind is not Kind.CONTAINER_FILES]
    means_bytecode = pattern.matches("x.pyc") and not any(is_named_by(each.pattern, "__pycache__") for each in patterns)
    for burden in burdens:
        is_meant = means_bytecode and burden.pattern == "**/__pycache__"
        for path in burden.paths:
            if is_meant or ("/" in path and pattern.matches(posixpath.basename(path))):
                yield path
    yield from (path for path in contents.env_files if "/" in path and pattern.matches(posixpath.basename(path)))
