"""Fixes that write an ignore file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from functools import lru_cache

from dockerlint.context.files import Context
from dockerlint.context.ignore import IgnoreFile, clean
from dockerlint.dockerfile.instructions import Run
from dockerlint.lint.rule import Edit, Fix
from dockerlint.project.build import Build
from dockerlint.project.payload.copies import is_glob, sources
from dockerlint.source import Source, Span, Text

# Files that a glob of COPY takes, of which so many are looked at.
_MOST_NAMED = 1000


def ignore_source(context: Context) -> Source | None:
    """The text of the ignore file that applies. None where none does, or it cannot be told from the patterns."""
    ignore = context.ignore
    if ignore is None or context.ignore_path is None:
        return None
    texts = [pattern.text for pattern in ignore.patterns] + [text for text, _ in ignore.errors]
    if texts:
        return texts[0].source
    path = context.ignore_path
    return context.read_text(str(path.relative_to(context.root))) if path.is_relative_to(context.root) else None


def first_line(source: Source) -> Text:
    return source.slice(0, len(source.line(1)))


def appended(build: Build, patterns: Iterable[str]) -> Fix | None:
    """Patterns added at the end of the ignore file, without those that would keep back what the Dockerfile names."""
    source = ignore_source(build.context) if build.context is not None else None
    lines = harmless(build, patterns)
    if source is None or not lines:
        return None
    line_end = _line_end(source.text)
    text = line_end.join(lines)
    text = text + line_end if source.text.endswith("\n") or not source.text else line_end + text
    place = Span(source, len(source.text), len(source.text))
    message = f"add {_quoted(lines)} to `{posixpath.basename(source.path)}`, so that Docker no longer sees the files"
    return Fix(message, (Edit.replacing(place, text),), is_safe=False)


def created(build: Build, patterns: Iterable[str]) -> Fix | None:
    """A new ignore file at the context's root, without patterns that would keep back what the Dockerfile names."""
    lines = harmless(build, patterns)
    if build.context is None or not lines:
        return None
    line_end = _line_end(build.dockerfile.source.text)
    edit = Edit.creating(str(build.context.root / ".dockerignore"), "".join(line + line_end for line in lines))
    return Fix(f"write a `.dockerignore` with {_quoted(lines)}", (edit,), is_safe=False)


def prefixed(build: Build, pattern: Text) -> Fix | None:
    """A pattern made to match in every folder."""
    if not harmless(build, [f"**/{pattern}"]):
        return None
    edit = Edit.replacing(Span(pattern.source, pattern.start, pattern.start), "**/")
    return Fix(f"write `**/{pattern}`, so that Docker no longer sees the files", (edit,), is_safe=False)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _quoted(lines: list[str]) -> str:
    shown = [f"`{line}`" for line in lines[:3]]
    return ", ".join(shown) + (f" and {len(lines) - 3} more" if len(lines) > 3 else "")


def harmless(build: Build, patterns: Iterable[str]) -> list[str]:
    """The patterns that keep back nothing of what the Dockerfile names, each once."""
    named = _named(build)
    return [pattern for pattern in dict.fromkeys(patterns) if pattern and not _excludes_any(pattern, named)]


def _excludes_any(pattern: str, paths: Iterable[str]) -> bool:
    ignore = IgnoreFile.of([pattern])
    return any(ignore.excludes(path) for path in paths)


@lru_cache(maxsize=1)
def _named(build: Build) -> tuple[str, ...]:
    """The paths of the context that the Dockerfile names: by COPY, ADD and bind mounts."""
    return tuple(dict.fromkeys(path for path in _paths(build) if path))


def _paths(build: Build) -> Iterator[str]:
    for stage in build.dockerfile.stages:
        for step in stage.steps:
            for _, source in sources(step):
                yield from _fitting(build, source)
            if isinstance(step.instruction, Run):
                for mount in step.instruction.mounts:
                    if mount.type == "bind" and "from" not in mount.options:
                        yield clean("/" + (mount.options.get("source") or mount.options.get("src") or ""))[1:]


def _fitting(build: Build, source: str) -> Iterator[str]:
    """A source, or the files that a glob names; not those in the folders that it takes as a whole."""
    if not is_glob(source):
        yield source
    elif source.rpartition("/")[2].strip("*") and build.context is not None:
        depth = source.count("/")
        taken = build.context.taken_by(source)[:_MOST_NAMED]
        yield from (entry.path for entry in taken if entry.path.count("/") == depth)
