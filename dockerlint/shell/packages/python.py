"""pip and the other tools that install Python packages."""

from __future__ import annotations

import re
from functools import cache

from dockerlint.shell.options import read_options
from dockerlint.shell.packages.model import Package, PackageAction, Verb
from dockerlint.shell.packages.reading import (
    Manager,
    by_pattern,
    interpret,
    is_local,
    is_url,
    read,
    verb_names,
)
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Text

_REQUIREMENT = (
    r"\s*(?P<name>[A-Za-z0-9_][\w.-]*)\s*(?:\[(?P<extras>[^\]]*)\])?\s*"
    r"(?:@\s*(?P<url>[^;]*[^;\s])\s*|(?P<open>\()?\s*(?P<operator>===|[=!<>~]=|[<>]|=)\s*(?P<version>[^;]*?)\s*(?(open)\)))?\s*(?:;.*)?"
)
_CONDA_PACKAGE = (
    r"(?:(?P<origin>[^:\s]+)::)?(?P<name>[\w.-]+)(?:\s*\[.*\]|(?P<operator>\s*(?:[=!<>~]=|[=<>])\s*|\s+)(?P<version>[^\[]*))?"
    r"(?:\[.*\])?"
)


def _requirement(text: Text) -> Package:
    """`pkg[extra]>=1,<2; marker`, `pkg @ URL`

    https://packaging.python.org/en/latest/specifications/dependency-specifiers/
    """
    return by_pattern(text, _REQUIREMENT)


def _tool_requirement(text: Text) -> Package:
    """As poetry, uv and pipx take it, which also know `pkg@1.2`."""
    package = by_pattern(text, _REQUIREMENT)
    if package.url is None or "://" in package.url:
        return package
    return package._replace(operator="@", version=package.url, url=None)


def _conda_package(text: Text) -> Package:
    """`pkg=1.2=build`, `pkg 1.2`, `channel::pkg`

    https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html
    """
    return by_pattern(text, _CONDA_PACKAGE)


def _is_local(word: str) -> bool:
    """As elsewhere, and `.[dev]`, `folder/`, `folder/package`."""
    if word.startswith(".") or is_local(word):
        return True
    return "/" in word and not is_url(word) and "@" not in word


def _is_url(word: str) -> bool:
    """As elsewhere, but `name @ URL` names a package."""
    name, at, _ = word.partition("@")
    return is_url(word) and not (at and _requirement_name().fullmatch(name))


@cache
def _requirement_name() -> re.Pattern[str]:
    return re.compile(r"\s*[\w.-]+\s*(?:\[[^\]]*\])?\s*")


_PYTHON = Manager("", "python", {}, _tool_requirement, is_url=_is_url, is_local=_is_local)
_PIP = _PYTHON._replace(
    name="pip",
    verbs=verb_names(
        install="install",
        remove="uninstall",
        download="download, wheel",
        clean="cache purge, cache remove",
        search="search, list, show, freeze, index versions",
    ),
    package=_requirement,
    caches=("~/.cache/pip",),
    # Any unique beginning of the option is taken for it.
    no_cache=("--no-cache-dir", "--no-cache-di", "--no-cache-d", "--no-cache-", "--no-cache", "--no-cach", "--no-cac"),
    cache_options=("--cache-dir",),
    requirements=("-r", "--requirement"),
    constraints=("-c", "--constraint", "--build-constraint"),
    editable=("-e", "--editable"),
)
_UV = _PYTHON._replace(
    name="uv",
    verbs=verb_names(
        install="pip install, pip sync, add, sync, tool install",
        remove="pip uninstall, remove, tool uninstall",
        search="pip list, pip freeze",
        other="lock",
        upgrade="tool upgrade",
        run="tool run, run",
        clean="cache clean, cache prune",
        build="build",
    ),
    caches=("~/.cache/uv",),
    no_cache=("--no-cache", "--no-cache-dir", "-n"),
    cache_options=("--cache-dir",),
    requirements=("-r", "--requirement", "--requirements"),
    constraints=("-c", "--constraint", "--constraints", "-b", "--build-constraint", "--build-constraints"),
    editable=("-e", "--editable"),
    installs=("sync",),
    manifests=("pyproject.toml", "uv.lock", ".python-version"),
    projects=("--directory", "--project"),
)
_PIPX = _PYTHON._replace(
    name="pipx",
    verbs=verb_names(
        install="install, inject, reinstall",
        upgrade="upgrade, upgrade-all",
        remove="uninstall, uninstall-all",
        run="run",
        search="list",
    ),
    caches=("~/.cache/pip", "~/.local/pipx/.cache"),
    requirements=("-r", "--requirement"),
)
_POETRY = _PYTHON._replace(
    name="poetry",
    verbs=verb_names(
        install="install, sync, add, self add",
        upgrade="update, self update",
        remove="remove",
        clean="cache clear",
        run="run",
        build="build",
        search="show, search",
    ),
    caches=("~/.cache/pypoetry",),
    no_cache=("--no-cache",),
    installs=("install", "sync"),
    manifests=("pyproject.toml", "poetry.lock"),
    projects=("-C", "--directory", "-P", "--project"),
)
_PIPENV = _PYTHON._replace(
    name="pipenv",
    verbs=verb_names(
        install="install, sync",
        upgrade="update, upgrade",
        remove="uninstall",
        other="clean",
        run="run",
        search="graph",
    ),
    package=_requirement,
    caches=("~/.cache/pipenv", "~/.cache/pip"),
    requirements=("-r", "--requirements"),
    editable=("-e", "--editable"),
    installs=("install", "sync"),
    manifests=("Pipfile", "Pipfile.lock"),
)
_PDM = _PYTHON._replace(
    name="pdm",
    verbs=verb_names(
        install="install, sync, add, self add",
        upgrade="update",
        remove="remove",
        clean="cache clear",
        run="run",
        build="build",
        search="list",
    ),
    caches=("~/.cache/pdm",),
    editable=("-e", "--editable"),
    installs=("install", "sync"),
    manifests=("pyproject.toml", "pdm.lock"),
    projects=("-p", "--project"),
)
_EASY_INSTALL = _PYTHON._replace(name="easy_install", package=_requirement)
_CONDA = Manager(
    "conda",
    "conda",
    verb_names(
        install="install, create, env create, env update",
        upgrade="update, upgrade",
        remove="remove, uninstall",
        other="env remove",
        clean="clean",
        search="search, list, info",
        run="run",
    ),
    _conda_package,
    # Below the folder where conda is installed, which only the image knows.
    ("pkgs", "~/.conda/pkgs"),
    answers=("-y", "--yes", "--force-yes"),
    dry_runs=("-d", "--dry-run"),
    download_only=("--download-only",),
    requirements=("-f", "--file"),
)
_MAMBA, _MICROMAMBA = (_CONDA._replace(name=name) for name in ("mamba", "micromamba"))
_MANAGERS = {
    manager.name: manager
    for manager in (_PIP, _UV, _PIPX, _POETRY, _PIPENV, _PDM, _EASY_INSTALL, _CONDA, _MAMBA, _MICROMAMBA)
}


def python(command: Command) -> PackageAction:
    """pip, conda and all others that are called by their own name, perhaps with a version: `pip3.11`."""
    return _read(command, _MANAGERS[command.name.rstrip("0123456789.-")], command.arguments)


def python_module(command: Command) -> PackageAction | None:
    """`python -m pip install flask`

    https://docs.python.org/3/using/cmdline.html#cmdoption-m
    """
    module = command.options.value("-m")
    manager = _MANAGERS.get(module.value) if module is not None else None
    return _read(command, manager, command.operands) if manager is not None else None


def _read(command: Command, manager: Manager, words: tuple[Word, ...]) -> PackageAction:
    if manager.name == "easy_install":
        return interpret(command, manager, read_options(manager.name, words), Verb("install", ()))
    action = read(command, manager, words)
    if action.verb.written == "pip sync":
        files = (*action.local, *(Word(package.text, package.is_literal) for package in action.packages))
        return action._replace(packages=(), local=(), requirements=action.requirements + files)
    if action.verb.written == "inject":
        # The first word is the environment that gets the packages.
        return action._replace(packages=action.packages[1:])
    if action.verb.written.startswith("env "):
        return action._replace(packages=(), assumes_yes=True)
    return action
