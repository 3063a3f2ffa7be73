"""Files that are not there yet: git leaves them out, a submodule brings them, or a script makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from dockerlint.project.files import Files
from dockerlint.source import Source

# What a build makes before the image is built.
MADE_FOLDERS = frozenset(
    {
        "dist", "build", "target", "out", "output", "bin", "publish", "release", "releases", "node_modules", "vendor",
        "generated", "gen", "artifacts", "_build", "_site", "public", "coverage", "tmp", "obj", "wheels", "wheelhouse",
    }
)  # fmt: skip


def comes_later(files: Files, path: Path) -> bool:
    """Whether a missing file is none of the repository: git ignores it, or a submodule brings it."""
    return bool(files.git_ignores(path)) or any(path.is_relative_to(folder) for folder in _submodules(files))


def _submodules(files: Files) -> Iterator[Path]:
    modules = files.read(files.root / ".gitmodules")
    for line in modules.text.splitlines() if modules is not None else ():
        key, _, folder = line.partition("=")
        if key.strip() == "path" and folder.strip():
            yield files.root / folder.strip()


def is_made(files: Files, path: Path, said: Source) -> bool:
    """Whether a script may make a missing file, or asks whether it is there; `said` is the file that speaks of it."""
    if not MADE_FOLDERS.isdisjoint(part.lower() for part in path.relative_to(files.root).parts[:-1]):
        return True
    from dockerlint.project.neighbours import scripts  # noqa: PLC0415 (few projects have such faults)

    sources = [said, *scripts(files, files.root)]
    return any(_makes(line, path.name) for source in sources for line in source.text.splitlines() if path.name in line)


def _makes(line: str, name: str) -> bool:
    return _making().search(line.replace(name, "")) is not None


@cache
def _making() -> re.Pattern[str]:
    """Words of a line that makes a file, fetches it, or asks whether it is there."""
    return re.compile(
        r"(?<![-=&0-9])>|\b(?:cp|mv|ln|curl|wget|tee|sed|envsubst|clone|submodule|unzip|tar|mkdir|rsync|install|"
        r"render\w*|template\w*|generat\w*|gen|checkout|download\w*|copy|path|hashFiles|exists|wildcard)\b|"
        r"(?:test|\[)\s+(?:!\s+)?-[a-z]\s"
    )
