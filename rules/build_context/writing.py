"""Fixes that write an ignore file."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from dockerlint.context.files import Context
from dockerlint.lint.rule import Edit, Fix
from dockerlint.project.build import Build
from dockerlint.project.payload.fitting import fitted
from dockerlint.project.payload.proof import proven
from dockerlint.source import Source, Span, Text


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


def created(build: Build) -> Fix | None:
    """A new ignore file at the context's root, fitted to all that is built with this context."""
    lines = fitted(_sharing(build)).patterns
    if build.context is None or not lines:
        return None
    line_end = _line_end(build.dockerfile.source.text)
    edit = Edit.creating(str(build.context.root / ".dockerignore"), "".join(line + line_end for line in lines))
    return Fix(f"write a `.dockerignore` with {_quoted(lines)}", (edit,), is_safe=False)


def prefixed(build: Build, pattern: Text) -> Fix | None:
    """A pattern made to match in every folder."""
    if not proven(_sharing(build), (f"**/{pattern}",), is_wanted=True).patterns:
        return None
    edit = Edit.replacing(Span(pattern.source, pattern.start, pattern.start), "**/")
    return Fix(f"write `**/{pattern}`, so that Docker no longer sees the files", (edit,), is_safe=False)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _quoted(lines: Sequence[str]) -> str:
    shown = [f"`{line}`" for line in lines[:3]]
    return ", ".join(shown) + (f" and {len(lines) - 3} more" if len(lines) > 3 else "")


def harmless(build: Build, patterns: Iterable[str]) -> tuple[str, ...]:
    """The patterns that keep back nothing of what is asked for by a Dockerfile with this context, each once."""
    return proven(_sharing(build), tuple(patterns)).patterns


def _sharing(build: Build) -> tuple[Build, ...]:
    return (build, *build.neighbours)
