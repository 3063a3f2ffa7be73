"""What the files beside a Compose file tell of its use: scripts, CI files and texts, other Compose files, samples."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from dockerlint.compose.env_files import parse_env
from dockerlint.project.discovery import kind_of_name
from dockerlint.project.files import absolute

if TYPE_CHECKING:
    from dockerlint.project.containers import Stack
    from dockerlint.project.files import Files
    from dockerlint.source import Source

_MOST = 200  # files that are looked into
_WORKFLOWS = ".github/workflows"
_SCRIPT_FOLDERS = ("", "scripts", "bin", _WORKFLOWS)
_FOLDERS = ("", "scripts", "script", "bin", "deploy", "deployment", "ci", _WORKFLOWS, ".circleci", "docs")
_SAMPLES = (
    *(".env.example", ".env.sample", ".env.template", ".env.dist", ".env.default", ".env.defaults"),
    *("env.example", "env.sample", "env.template", "example.env", "sample.env", "template.env"),
    *(".env-example", ".env-sample", ".env_example", ".env_sample", ".example.env"),
)


@lru_cache(maxsize=4)
def scripts(files: Files, folder: Path) -> tuple[Source, ...]:
    """Makefiles, shell scripts and CI files at the usual places of a project, above all in a folder of it."""
    return tuple(_sources(files, folder, _SCRIPT_FOLDERS, _is_script))


def instructions(stack: Stack) -> Iterator[Source]:
    """Scripts, CI files and texts of the project that may call Compose."""
    return _sources(stack.files, stack.folder, _FOLDERS, lambda path: _telling().fullmatch(path.name) is not None)


def other_compose_files(stack: Stack) -> Iterator[Source]:
    """The Compose files of the same folder that were not read for this project."""
    known = {absolute(Path(source.path)) for source in stack.compose.sources}
    others = _sources(stack.files, stack.folder, ("",), lambda path: kind_of_name(path.name) == "compose", above=False)
    return (source for source in others if absolute(Path(source.path)) not in known)


@lru_cache(maxsize=4)
def described_variables(files: Files, folder: Path) -> frozenset[str]:
    """The variables that a sample of `.env` lists: whoever copies it sets them."""
    sources = (files.read(folder / name) for name in _SAMPLES)
    return frozenset(str(entry.name) for source in sources if source is not None for entry in parse_env(source))


def _sources(
    files: Files, folder: Path, below: tuple[str, ...], is_wanted: Callable[[Path], bool], *, above: bool = True
) -> Iterator[Source]:
    """The wanted files at places below a folder, and at the same places below the root."""
    tops = dict.fromkeys((folder, files.root) if above else (folder,))
    places = dict.fromkeys(top / name for top in tops for name in below)
    paths = (path for place in places for path in files.below(place, ("",)) if is_wanted(path))
    for path in islice(paths, _MOST):
        source = files.read(path) if os.path.isfile(path) else None
        if source is not None:
            yield source


def _is_script(path: Path) -> bool:
    is_workflow = path.parent.name == "workflows" and path.name.endswith((".yml", ".yaml"))
    return is_workflow or _script().fullmatch(path.name) is not None


@cache
def _script() -> re.Pattern[str]:
    return re.compile(r"[Mm]akefile|justfile|Taskfile\.yml|\.gitlab-ci\.yml|docker-bake\.hcl|package\.json|.+\.sh")


@cache
def _telling() -> re.Pattern[str]:
    return re.compile(
        r"(?i)(?:make|just|task)file(?:\.ya?ml)?|.+\.(?:sh|bash|mk|md|rst|txt|py|ps1|yml|yaml)"
        r"|\.gitlab-ci\.yml|jenkinsfile"
    )
