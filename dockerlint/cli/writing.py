"""Writing files whole or not at all, for commands."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from dockerlint.lint import writing


def write_whole(path: Path, data: bytes) -> None:
    """Write a file. Raises UsageError."""
    write_all([(path, data)])


def write_all(files: Iterable[tuple[Path, bytes]]) -> None:
    """Write several files when all can be. Raises UsageError."""
    try:
        writing.write_all(files)
    except writing.CannotWrite as error:
        raise click.UsageError(str(error)) from error
