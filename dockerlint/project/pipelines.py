"""The files that tell what CI does with a project."""

from __future__ import annotations

from pathlib import Path

from dockerlint.project.files import Files
from dockerlint.source import Source

_FILES = (
    ".gitlab-ci.yml",
    ".travis.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "Jenkinsfile",
    ".circleci/config.yml",
    ".drone.yml",
    "Makefile",
    "tox.ini",
    "noxfile.py",
    ".pre-commit-config.yaml",
)


def pipelines(folder: Path) -> tuple[Source, ...]:
    """What of them is there, read without leaving the folder."""
    files = Files(folder)
    root = files.root
    paths = [*files.below(root / ".github" / "workflows", (".yml", ".yaml")), *(root / name for name in _FILES)]
    sources = (files.read(path) for path in paths)
    return tuple(source for source in sources if source is not None)
