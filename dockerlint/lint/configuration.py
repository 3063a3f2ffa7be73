"""Settings as a configuration file has them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Any

from dockerlint.lint.settings import LabelSchema, Settings

_LABEL_TYPES = ("text", "url", "rfc3339", "spdx", "hash", "semver", "email")
_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}


class BadSetting(Exception):
    """A key that is not known, or a value that cannot be meant."""


def with_table(settings: Settings, table: Mapping[str, Any]) -> Settings:
    """The settings with what a table of a configuration file says in their place. Raises BadSetting."""
    changes: dict[str, Any] = {}
    for key, value in table.items():
        read = _READERS.get(key)
        if read is None:
            near = difflib.get_close_matches(key, _READERS, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else f"; there is {', '.join(sorted(_READERS))}"
            message = f"no setting is called `{key}`{hint}"
            raise BadSetting(message)
        changes[key.replace("-", "_")] = read(key, value)
    return settings._replace(**changes)


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
}
