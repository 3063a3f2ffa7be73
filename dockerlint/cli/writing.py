"""Writing files whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click


def write_whole(path: Path, data: bytes) -> None:
    """Write a file beside the place, which then takes its name. Raises UsageError."""
    write_all([(path, data)])


def write_all(files: Iterable[tuple[Path, bytes]]) -> None:
    """Write several files beside their places, which they take when all are written. Raises UsageError."""
    written: list[tuple[Path, Path]] = []
    try:
        for path, data in files:
            beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
            with beside.open("xb") as file:  # never through a link that somebody has laid there
                written.append((beside, path))
                file.write(data)
            if path.exists():
                beside.chmod(path.stat().st_mode & 0o777)
        for beside, path in written:
            beside.replace(path)
    except OSError as error:
        for beside, _ in written:
            beside.unlink(missing_ok=True)
        message = f"cannot write {path}: {error.strerror}"
        raise click.UsageError(message) from error
