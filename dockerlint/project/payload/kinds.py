"""What has no place in an image, by the names of folders and files."""

from __future__ import annotations

import posixpath
from enum import Enum
from typing import NamedTuple

from dockerlint.project.discovery import kind_of_name


class Kind(Enum):
    GIT = "git"
    DEPENDENCIES = "dependencies"
    CLUTTER = "clutter"
    # Of no use in the image either, but small and in every project.
    CONTAINER_FILES = "container files"


class Folder(NamedTuple):
    """What a folder of a certain name is.

    `makers` are the kinds of tools that make it. To tell it from source of the same name, one of
    `beside` must stand beside it (`*` at the front: a file of this ending), one of `inside` in it, none of `unless` in
    it, and git must ignore it if it `is_ignored`.
    """

    kind: Kind
    makers: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    is_ignored: bool = False


_NODE = ("node",)
_NODE_BUILD = ("node build",)
_PYTHON = ("python",)
_CSPROJ = ("*.csproj", "*.fsproj", "*.vbproj")
_GRADLE = ("build.gradle", "build.gradle.kts")
_COVERAGE = ("lcov.info", "lcov-report", "clover.xml", "coverage-final.json", "coverage.xml")

FOLDERS: dict[str, tuple[Folder, ...]] = {
    ".git": (Folder(Kind.GIT),),
    "node_modules": (Folder(Kind.DEPENDENCIES, _NODE),),
    "bower_components": (Folder(Kind.DEPENDENCIES, _NODE, beside=("bower.json",)),),
    ".venv": (Folder(Kind.DEPENDENCIES, _PYTHON),),
    "venv": (Folder(Kind.DEPENDENCIES, _PYTHON, unless=("__init__.py",)),),
    "env": (Folder(Kind.DEPENDENCIES, _PYTHON, inside=("pyvenv.cfg",)),),
    "ENV": (Folder(Kind.DEPENDENCIES, _PYTHON, inside=("pyvenv.cfg",)),),
    "virtualenv": (Folder(Kind.DEPENDENCIES, _PYTHON, inside=("pyvenv.cfg",)),),
    "__pypackages__": (Folder(Kind.DEPENDENCIES, _PYTHON),),
    ".tox": (Folder(Kind.DEPENDENCIES, _PYTHON, beside=("tox.ini",)),),
    ".nox": (Folder(Kind.DEPENDENCIES, _PYTHON, beside=("noxfile.py",)),),
    "vendor/bundle": (Folder(Kind.DEPENDENCIES, ("ruby",)),),
    "vendor": (Folder(Kind.DEPENDENCIES, ("php",), beside=("composer.json",), inside=("autoload.php",)),),
    "target": (
        Folder(Kind.DEPENDENCIES, ("rust",), beside=("Cargo.toml",)),
        Folder(Kind.DEPENDENCIES, ("maven",), beside=("pom.xml",)),
    ),
    "build": (
        Folder(Kind.DEPENDENCIES, ("gradle",), beside=_GRADLE),
        Folder(Kind.DEPENDENCIES, _NODE_BUILD, beside=("package.json",), is_ignored=True),
    ),
    "dist": (Folder(Kind.DEPENDENCIES, _NODE_BUILD, beside=("package.json",), is_ignored=True),),
    ".gradle": (Folder(Kind.DEPENDENCIES, ("gradle",), beside=_GRADLE),),
    ".next": (Folder(Kind.DEPENDENCIES, _NODE_BUILD, beside=("package.json",)),),
    ".nuxt": (Folder(Kind.DEPENDENCIES, _NODE_BUILD, beside=("package.json",)),),
    "bin": (Folder(Kind.DEPENDENCIES, ("dotnet",), beside=_CSPROJ),),
    "obj": (Folder(Kind.DEPENDENCIES, ("dotnet",), beside=_CSPROJ),),
    "__pycache__": (Folder(Kind.CLUTTER),),
    ".pytest_cache": (Folder(Kind.CLUTTER),),
    ".mypy_cache": (Folder(Kind.CLUTTER),),
    ".ruff_cache": (Folder(Kind.CLUTTER),),
    ".hypothesis": (Folder(Kind.CLUTTER),),
    ".ipynb_checkpoints": (Folder(Kind.CLUTTER),),
    "htmlcov": (Folder(Kind.CLUTTER),),
    "coverage": (Folder(Kind.CLUTTER, inside=_COVERAGE),),
    ".nyc_output": (Folder(Kind.CLUTTER),),
    ".idea": (Folder(Kind.CLUTTER),),
    ".vscode": (Folder(Kind.CLUTTER),),
    ".terraform": (Folder(Kind.CLUTTER),),
    ".github": (Folder(Kind.CONTAINER_FILES),),
}

# The folders of these names that may be the project's own are ignored by their whole path.
_NAMED_ANYWHERE = frozenset(
    name
    for name, folders in FOLDERS.items()
    if "/" not in name and not any(folder.beside or folder.inside or folder.unless for folder in folders)
)

_CLUTTER_NAMES = frozenset({".DS_Store", "Thumbs.db", ".coverage"})
_CLUTTER_ENDINGS = (".pyc", ".pyo", ".log", ".swp", ".sqlite3", ".dump")

# A dump of a database, in contrast to queries and migrations.
_SMALLEST_DUMP = 1_000_000


class Fitting(NamedTuple):
    """What a file or folder is, and the pattern that keeps it and its kin out of the context."""

    kind: Kind
    pattern: str
    makers: tuple[str, ...] = ()


def folder_pattern(path: str) -> str | None:
    """What to write into an ignore file against a folder of the table. None: the path cannot be written plainly."""
    name = posixpath.basename(path)
    return f"**/{name}" if name in _NAMED_ANYWHERE and name != ".git" else plain_pattern(path)


def plain_pattern(path: str) -> str | None:
    """The pattern that fits just this path."""
    is_plain = not any(character in path for character in "*?[]\\") and path == path.strip()
    return path if is_plain and path.isprintable() and not path.startswith(("!", "#")) else None


def file_fitting(path: str, size: int) -> Fitting | None:
    """What a file is, if it is of no use in an image."""
    name = posixpath.basename(path)
    if name in _CLUTTER_NAMES:
        return Fitting(Kind.CLUTTER, f"**/{name}")
    if name.endswith(_CLUTTER_ENDINGS) and name[0] != ".":
        return Fitting(Kind.CLUTTER, f"**/*{posixpath.splitext(name)[1]}")
    if name.endswith(".sql") and (size >= _SMALLEST_DUMP or "dump" in name or "backup" in name):
        return Fitting(Kind.CLUTTER, plain_pattern(path) or "")
    if ("ocker" in name or "ompose" in name) and kind_of_name(name) is not None:
        return Fitting(Kind.CONTAINER_FILES, plain_pattern(path) or "")
    if name == ".git":
        return Fitting(Kind.GIT, plain_pattern(path) or "")
    return None
