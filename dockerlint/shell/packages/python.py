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


_PIP = Manager(
    "pip",
    "python",
    {
        "install": "install",
        "uninstall": "remove",
        "download": "download",
        "wheel": "download",
        "cache purge": "clean",
        "cache remove": "clean",
        "search": "search",
        "list": "search",
        "show": "search",
        "freeze": "search",
        "index versions": "search",
    },
    _requirement,
    ("~/.cache/pip",),
    dry_runs=("--dry-run",),
    # Any unique beginning of the option is taken for it.
    no_cache=("--no-cache-dir", "--no-cache-di", "--no-cache-d", "--no-cache-", "--no-cache", "--no-cach", "--no-cac"),
    cache_options=("--cache-dir",),
    requirements=("-r", "--requirement"),
    constraints=("-c", "--constraint", "--build-constraint"),
    editable=("-e", "--editable"),
    is_url=_is_url,
    is_local=_is_local,
)
_PROJECT = ("pyproject.toml",)
_MANAGERS = {
    "pip": _PIP,
    "uv": Manager(
        "uv",
        "python",
        {
            "pip install": "install", "pip sync": "install", "pip uninstall": "remove", "pip list": "search",
            "pip freeze": "search", "add": "install", "remove": "remove", "sync": "install", "lock": "other",
            "tool install": "install", "tool uninstall": "remove", "tool upgrade": "upgrade", "tool run": "run",
            "cache clean": "clean", "cache prune": "clean", "run": "run", "build": "build",
        },
        _tool_requirement,
        ("~/.cache/uv",),
        no_cache=("--no-cache", "--no-cache-dir", "-n"),
        cache_options=("--cache-dir",),
        requirements=("-r", "--requirement", "--requirements"),
        constraints=("-c", "--constraint", "--constraints", "-b", "--build-constraint", "--build-constraints"),
        editable=("-e", "--editable"),
        installs=("sync",),
        manifests=("pyproject.toml", "uv.lock", ".python-version"),
        projects=("--directory", "--project"),
        is_url=_is_url,
        is_local=_is_local,
    ),
    "pipx": Manager(
        "pipx",
        "python",
        {
            "install": "install", "inject": "install", "upgrade": "upgrade", "upgrade-all": "upgrade",
            "uninstall": "remove", "uninstall-all": "remove", "reinstall": "install", "run": "run", "list": "search",
        },
        _tool_requirement,
        ("~/.cache/pip", "~/.local/pipx/.cache"),
        requirements=("-r", "--requirement"),
        is_url=_is_url,
        is_local=_is_local,
    ),
    "poetry": Manager(
        "poetry",
        "python",
        {
            "install": "install", "sync": "install", "add": "install", "self add": "install", "update": "upgrade",
            "self update": "upgrade", "remove": "remove", "cache clear": "clean", "run": "run", "build": "build",
            "show": "search", "search": "search",
        },
        _tool_requirement,
        ("~/.cache/pypoetry",),
        no_cache=("--no-cache",),
        installs=("install", "sync"),
        manifests=(*_PROJECT, "poetry.lock"),
        projects=("-C", "--directory", "-P", "--project"),
        is_url=_is_url,
        is_local=_is_local,
    ),
    "pipenv": Manager(
        "pipenv",
        "python",
        {
            "install": "install", "sync": "install", "update": "upgrade", "upgrade": "upgrade", "uninstall": "remove",
            "clean": "other", "run": "run", "graph": "search",
        },
        _requirement,
        ("~/.cache/pipenv", "~/.cache/pip"),
        requirements=("-r", "--requirements"),
        editable=("-e", "--editable"),
        installs=("install", "sync"),
        manifests=("Pipfile", "Pipfile.lock"),
        is_url=_is_url,
        is_local=_is_local,
    ),
    "pdm": Manager(
        "pdm",
        "python",
        {
            "install": "install", "sync": "install", "add": "install", "update": "upgrade", "remove": "remove",
            "cache clear": "clean", "run": "run", "build": "build", "list": "search", "self add": "install",
        },
        _tool_requirement,
        ("~/.cache/pdm",),
        editable=("-e", "--editable"),
        installs=("install", "sync"),
        manifests=(*_PROJECT, "pdm.lock"),
        projects=("-p", "--project"),
        is_url=_is_url,
        is_local=_is_local,
    ),
    "easy_install": Manager(
        "easy_install", "python", {}, _requirement, otherwise="install", is_url=_is_url, is_local=_is_local
    ),
}  # fmt: skip
_CONDA = Manager(
    "conda",
    "conda",
    {
        "install": "install", "create": "install", "env create": "install", "env update": "install",
        "update": "upgrade", "upgrade": "upgrade", "remove": "remove", "uninstall": "remove", "env remove": "other",
        "clean": "clean", "search": "search", "list": "search", "info": "search", "run": "run",
    },
    _conda_package,
    # Below the folder where conda is installed, which only the image knows.
    ("pkgs", "~/.conda/pkgs"),
    answers=("-y", "--yes", "--force-yes"),
    dry_runs=("-d", "--dry-run"),
    download_only=("--download-only",),
    requirements=("-f", "--file"),
)  # fmt: skip


_READERS: dict[str, Manager] = {
    **_MANAGERS,
    "pip": _PIP,
    "conda": _CONDA,
    "mamba": _CONDA._replace(name="mamba"),
    "micromamba": _CONDA._replace(name="micromamba"),
}


def python(command: Command) -> PackageAction:
    """pip, conda and all others that are called by their own name, perhaps with a version: `pip3.11`."""
    return _read(command, _READERS[command.name.rstrip("0123456789.-")], command.arguments)


def python_module(command: Command) -> PackageAction | None:
    """`python -m pip install flask`

    https://docs.python.org/3/using/cmdline.html#cmdoption-m
    """
    module = command.options.value("-m")
    manager = _READERS.get(module.value) if module is not None else None
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
