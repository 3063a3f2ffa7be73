"""What becomes of a file, as `diff -u` shows it and `patch` takes it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from dockerlint.report.text import visible

_UNENDED = "\\ No newline at end of file\n"


def render(path: str, before: bytes | None, after: bytes) -> Iterator[str]:
    """The lines of the difference, with lone surrogates for bytes that are not UTF-8."""
    old, new = (_lines(data) for data in (before or b"", after))
    name = visible(path)
    for line in unified_diff(old, new, name if before is not None else "/dev/null", name):
        if line.endswith("\n"):
            yield line
        else:
            yield from (line + "\n", _UNENDED)


def _lines(data: bytes) -> list[str]:
    """Lines as LF ends them, each with its end."""
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
