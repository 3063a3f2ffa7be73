"""Writing files whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import click


def write_whole(path: Path, data: bytes) -> None:
    """Write a file beside the place, which then takes its name. Raises UsageError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("xb") as file:  # never through a link that somebody has laid there
            file.write(data)
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            beside.unlink(missing_ok=True)
        message = f"cannot write {path}: {error.strerror}"
        raise click.UsageError(message) from error
