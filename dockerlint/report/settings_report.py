"""What `--show-settings` and `--show-files` print, and the JSON Schema of settings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from dockerlint.lint.configuration import Configuration, Settler
from dockerlint.lint.given import RuleFile
from dockerlint.lint.groups import Group
from dockerlint.lint.keys import KEYS
from dockerlint.lint.places import Place, Report
from dockerlint.lint.scopes import Glob
from dockerlint.lint.settings import LabelSchema
from dockerlint.project.discovery import Found, LeftOut
from dockerlint.report import toml

# What a file extends is part of what is in force.
_SHOWN_KEYS = tuple(name for name in KEYS if name != "extend")
_SHOWN = 3  # files of a group that are named


def written(value: Any) -> Any:
    """A value as a file of settings has it."""
    if isinstance(value, LabelSchema):
        return {"types": dict(value.types), "required": list(value.required), "strict": value.is_strict}
    if isinstance(value, (Glob, RuleFile)):
        return value.text
    if isinstance(value, (Place, Report)):
        return str(value)
    if isinstance(value, tuple):
        return [written(one) for one in value]
    if isinstance(value, dict):
        return {written(name): written(one) for name, one in value.items()}
    return value


def render(groups: Sequence[Group], out: TextIO, *, as_json: bool) -> None:
    """The settings in force for each group of files."""
    if as_json:
        shown = [
            {"path": each.path, "files": [file.path for file in files], "settings": _values(each)}
            for each, files in groups
        ]
        _print({"version": 1, "groups": shown}, out)
        return
    for number, (configuration, files) in enumerate(groups):
        out.write("\n" * (number > 0) + f"# {_title(files)}, by {configuration.path or 'no file of settings'}\n")
        for name in _SHOWN_KEYS:
            value, origin, _ = configuration.given(name)
            text = f"{name} = {toml.value(written(value))}" if value is not None else f"# {name}: not set"
            out.write(f"{text}  # {origin}\n" if value is not None else f"{text}\n")


def _title(files: Sequence[Found]) -> str:
    names = [file.path for file in files[:_SHOWN]]
    more = len(files) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "") if names else "here, where no file is to be checked"


def _values(configuration: Configuration) -> dict[str, Any]:
    given = {name: configuration.given(name) for name in _SHOWN_KEYS}
    return {name: {"value": written(one.value), "origin": one.origin} for name, one in given.items()}


def render_files(seen: Iterable[Found | LeftOut], settler: Settler, out: TextIO, *, as_json: bool) -> None:
    """Which files are checked, as what and by which settings, and what is left out why."""
    found = [file for file in seen if isinstance(file, Found)]
    left = [file for file in seen if isinstance(file, LeftOut)]
    if as_json:
        files = [{"path": path, "kind": kind, "settings": settler.of(path).path} for path, kind in found]
        _print({"version": 1, "files": files, "left_out": [file._asdict() for file in left]}, out)
        return
    for path, kind in found:
        where = settler.of(path).path
        out.write(f"{path}: {kind}{f', by {where}' if where else ''}\n")
    for path, reason in left:
        out.write(f"{path}: left out: {reason}\n")


def _print(document: Any, out: TextIO) -> None:
    json.dump(document, out, indent=2, ensure_ascii=False)
    out.write("\n")


def schema() -> str:
    """The JSON Schema of a file of settings."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://dockerlint.dev/settings.schema.json",
        "title": "Settings of dockerlint",
        "type": "object",
        "properties": {
            key.name: {
                "description": key.about,
                **key.kind.schema,
                **({"default": written(key.default)} if key.default is not None else {}),
                "examples": [key.example],
            }
            for key in KEYS.values()
        },
        "additionalProperties": False,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def table() -> str:
    """The settings as a table in Markdown."""
    rows = [
        f"| `{key.name}` | {key.about.rstrip('.')} | {_default(key.default)} | `{toml.value(key.example)}` |"
        for key in KEYS.values()
    ]
    return "\n".join(["| setting | what it says | unless said | for example |", "|---|---|---|---|", *rows]) + "\n"


def _default(value: Any) -> str:
    return f"`{toml.value(written(value))}`" if value is not None and value not in ((), {}) else ""
