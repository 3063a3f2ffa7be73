"""Settings as a configuration file has them."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dockerlint.lint.profiles import PROFILES
from dockerlint.lint.settings import LIMITS, LabelSchema

_LABEL_TYPES = ("text", "url", "rfc3339", "spdx", "hash", "semver", "email")
_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}


class BadSetting(Exception):
    """A key that is not known, or a value that cannot be meant."""


class Configuration(NamedTuple):
    """What a configuration file says. None: nothing.

    `settings` are changes to what rules read; the rest says which rules speak.
    """

    path: str = ""
    profile: str | None = None
    preview: bool | None = None
    rules_version: str | None = None
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    shellcheck: bool | None = None
    settings: Mapping[str, Any] = {}


def find_file(folder: Path) -> Path | None:
    """The configuration file in force in a folder: its own, or that of the nearest above it in the same repository."""
    for here in (folder, *folder.parents):
        for name in _NAMES:
            if os.path.isfile(here / name):
                return here / name
        if _has_table(here / "pyproject.toml"):
            return here / "pyproject.toml"
        if os.path.exists(here / ".git"):
            break
    return None


def _has_table(path: Path) -> bool:
    return os.path.isfile(path) and b"[tool.dockerlint" in path.read_bytes()


def read(path: Path) -> Configuration:
    """What a configuration file says. Raises BadSetting, which tells the place."""
    import tomllib  # noqa: PLC0415 (most runs have no configuration file)

    try:
        text = path.read_text("utf-8")
        table = tomllib.loads(text)
    except (OSError, ValueError) as error:
        message = f"{path}: {error}"
        raise BadSetting(message) from error
    if path.name == "pyproject.toml":
        table = table.get("tool", {}).get("dockerlint", {})
    try:
        return of_table(table)._replace(path=str(path))
    except BadSetting as error:
        message = f"{path}:{_line_of(error, text)}: {error}"
        raise BadSetting(message) from error


def _line_of(error: BadSetting, text: str) -> int:
    """The line that begins with the key which the message names first."""
    key = re.escape(str(error).partition("`")[2].partition("`")[0].partition(".")[0])
    found = re.search(rf"""^\s*(?:\[[^\]\n]*)?["']?{key}\b""", text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else 1


def of_table(table: Mapping[str, Any]) -> Configuration:
    """What the table of a configuration file says. Raises BadSetting."""
    values = {key: _reader(key)(key, value) for key, value in table.items()}
    run = {key.replace("-", "_"): value for key, value in values.items() if key in _RUN_READERS}
    settings = {key.replace("-", "_"): value for key, value in values.items() if key in _READERS}
    return Configuration(**run, settings=settings)


def _reader(key: str) -> Callable[[str, Any], Any]:
    read_value = _RUN_READERS.get(key) or _READERS.get(key)
    if read_value is None:
        known = sorted((*_RUN_READERS, *_READERS))
        near = difflib.get_close_matches(key, known, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else f"; there is {', '.join(known)}"
        message = f"no setting is called `{key}`{hint}"
        raise BadSetting(message)
    return read_value


def _texts(key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        message = f'`{key}` is a list of texts, as in `{key} = ["a", "b"]`'
        raise BadSetting(message)
    return tuple(value)


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        message = f"`{key}` is true or false"
        raise BadSetting(message)
    return value


def _size(key: str, value: Any) -> int:
    match = re.fullmatch(r"(\d+)\s*(kb|mb|gb|)", str(value).lower())
    if match is None or isinstance(value, bool):
        message = f'`{key}` is a size, as in `{key} = "100 MB"`'
        raise BadSetting(message)
    return int(match[1]) * _UNITS[match[2]]


def _ports(key: str, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(one) is int and 0 < one < 65536 for one in value):
        message = f"`{key}` is a list of ports, as in `{key} = [80, 443]`"
        raise BadSetting(message)
    return tuple(value)


def _limits(key: str, value: Any) -> tuple[str, ...]:
    limits = _texts(key, value)
    if not set(limits) <= set(LIMITS):
        message = f"`{key}` is a list of {', '.join(LIMITS)}"
        raise BadSetting(message)
    return limits


def _labels(key: str, value: Any) -> LabelSchema:
    if not isinstance(value, dict) or not set(value) <= {"types", "required", "strict"}:
        message = f"`{key}` is a table with `types`, `required` and `strict`"
        raise BadSetting(message)
    types = value.get("types", {})
    if not isinstance(types, dict) or not all(kind in _LABEL_TYPES for kind in types.values()):
        message = f"`{key}.types` maps names of labels to one of {', '.join(_LABEL_TYPES)}"
        raise BadSetting(message)
    return LabelSchema(
        types, _texts(f"{key}.required", value.get("required", [])), _flag(f"{key}.strict", value.get("strict", False))
    )


def _profile(key: str, value: Any) -> str:
    if value not in PROFILES:
        message = f"`{key}` is one of {', '.join(PROFILES)}"
        raise BadSetting(message)
    return str(value)


def _version(key: str, value: Any) -> str:
    if not isinstance(value, str) or re.fullmatch(r"\d+(\.\d+)*", value) is None:
        message = f'`{key}` is a version, as in `{key} = "0.1"`'
        raise BadSetting(message)
    return value


_NAMES = ("dockerlint.toml", ".dockerlint.toml")
_RUN_READERS: dict[str, Callable[[str, Any], Any]] = {
    "profile": _profile,
    "preview": _flag,
    "rules-version": _version,
    "select": _texts,
    "extend-select": _texts,
    "ignore": _texts,
    "shellcheck": _flag,
}
_READERS: dict[str, Callable[[str, Any], Any]] = {
    "development-images": _texts,
    "trusted-registries": _texts,
    "allowed-images": _texts,
    "named-contexts": _texts,
    "extended-support": _texts,
    "labels": _labels,
    "context-size": _size,
    "file-size": _size,
    "require-reason": _flag,
    "squash": _flag,
    "moving-tags": _texts,
    "host-ports": _ports,
    "limits": _limits,
}
