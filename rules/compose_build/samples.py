"""Files that describe what a project wants to be told: `.env.example`."""

from __future__ import annotations

from pathlib import Path

from dockerlint.compose.env_files import parse_env
from dockerlint.project.containers import Container
from dockerlint.project.files import absolute

_NAMES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "env.template", "example.env")


def described_variables(container: Container) -> frozenset[str]:
    """The variables that a sample beside the Compose file lists: whoever copies it sets them."""
    folder = absolute(Path(container.compose.folder_of(container.service)))
    sources = (container.files.read(folder / name) for name in _NAMES)
    return frozenset(str(entry.name) for source in sources if source is not None for entry in parse_env(source))
