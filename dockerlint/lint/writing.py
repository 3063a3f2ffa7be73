"""Writes files whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from dockerlint.project.files import is_below


class CannotWrite(Exception):
    """A file cannot be written; none was."""


def is_writable(path: str, root: str) -> bool:
    """Whether it is a file of the project below a root, not a link that leads out of it, or may become one."""
    real = os.path.realpath(path)
    is_own = is_below(real, os.path.realpath(root))
    if os.path.lexists(path):
        return is_own and os.path.isfile(real) and os.access(real, os.W_OK)
    return is_own and os.access(os.path.dirname(real), os.W_OK)  # noqa: PTH120 (as above)


def write_all(files: Iterable[tuple[Path, bytes]]) -> None:
    """Write files beside their places, which they take when all are written. A link stays one. Raises CannotWrite."""
    written: list[tuple[Path, Path, Path]] = []
    path = Path()
    try:
        for path, data in files:
            target = Path(os.path.realpath(path))
            beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
            with beside.open("xb") as file:  # never through a link that somebody has laid there
                written.append((beside, target, path))
                file.write(data)
            if target.exists():
                beside.chmod(target.stat().st_mode & 0o777)
        for beside, target, path in written:  # noqa: B007 (said if it cannot be written)
            beside.replace(target)
    except OSError as error:
        for beside, *_ in written:
            beside.unlink(missing_ok=True)
        message = f"cannot write {path}: {error.strerror}"
        raise CannotWrite(message) from error
