"""Reads the files that are checked: what stands on disk, or a text that stands in for it."""

from __future__ import annotations

from pathlib import Path

from dockerlint.lint.finding import Problem
from dockerlint.project.files import NO_TEXTS, Texts, text_for
from dockerlint.source import Source

# Larger files are nobody's Dockerfile; reading them would only cost memory.
LARGEST_FILE = 32 * 1024 * 1024


def read_source(path: str, texts: Texts = NO_TEXTS) -> Source | Problem:
    """The text of a file, or why it cannot be had."""
    data = text_for(path, texts)
    if data is not None:
        return decoded(path, data)
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except IsADirectoryError:
        return Problem(path, 1, 1, "this is a folder, not a file")
    except (OSError, ValueError) as error:
        return Problem(path, 1, 1, f"cannot be read: {getattr(error, 'strerror', None) or error}")
    return decoded(path, data)


def source_or_none(path: str, texts: Texts = NO_TEXTS) -> Source | None:
    source = read_source(path, texts)
    return source if isinstance(source, Source) else None


def decoded(path: str, data: bytes) -> Source | Problem:
    """The text that bytes stand for, or why they are none."""
    if len(data) > LARGEST_FILE:
        return Problem(path, 1, 1, f"larger than {LARGEST_FILE >> 20} MB, so not read")
    nul = data.find(b"\0")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        column = nul - (data.rfind(b"\n", 0, nul) + 1) + 1
        return Problem(path, line, column, "a binary file: there is a NUL byte here")
    return Source.from_bytes(path, data)
