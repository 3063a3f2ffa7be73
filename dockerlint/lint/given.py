"""Settings as they are given: by files, the environment and the command line, each value with its place."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dockerlint.lint.documents import Document, Unreadable, load, of_toml, of_yaml, place
from dockerlint.lint.keys import KEYS, BadSetting, Key, key_of
from dockerlint.lint.kinds import Step, did_you_mean
from dockerlint.lint.places import Misplaced, below
from dockerlint.lint.scopes import Glob
from dockerlint.project.gitignore import repository_of
from dockerlint.project.project import root_of
from dockerlint.source import Source

# Variables that are read by the command line itself.
_OTHER_VARIABLES = ("DOCKERLINT_CONFIG", "DOCKERLINT_ISOLATED")
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")

Steps = tuple[Step, ...]
Place = Callable[[Steps], str]


class Given(NamedTuple):
    """A value, and where it is said: `place` tells that of something inside of it, by the steps that lead there."""

    value: Any
    origin: str
    place: Place | None = None

    def at(self, steps: Steps) -> str:
        return self.place(steps) if self.place is not None else self.origin


class RuleFile(NamedTuple):
    """A file of rules as settings name it, and where it is."""

    text: str
    path: Path


Layer = Mapping[str, Given]


def of_options(options: Mapping[str, Any]) -> Layer:
    """What options of the command line say, by the names of settings. None and nothing are not said."""
    said = {name: value for name, value in options.items() if value not in {None, ()}}
    return {name: _of_option(name, list(value) if isinstance(value, tuple) else value) for name, value in said.items()}


def _of_option(name: str, value: Any) -> Given:
    return _given(KEYS[name], value, Path.cwd(), lambda _steps: f"--{name}")


def of_text(text: str) -> Layer:
    """What `--config 'key = value'` says. Raises BadSetting."""
    try:
        document = of_toml(Source("--config", text))
    except Unreadable as error:
        message = f"`{text}` is no `key = value` of TOML ({error}); texts stand in quotes"
        raise BadSetting(message) from error
    return _layer(document, Path.cwd(), lambda _steps: f"--config '{text}'")


def of_environment(environment: Mapping[str, str]) -> tuple[Layer, list[str]]:
    """What variables `DOCKERLINT_*` say, and what is wrong with their names. Raises BadSetting."""
    known = {key.variable: key for key in KEYS.values() if key.name != "extend"}
    layer: dict[str, Given] = {}
    doubts: list[str] = []
    for variable, text in environment.items():
        key = known.get(variable)
        if key is not None and text:
            layer[key.name] = _of_variable(key, text)
        elif key is None and variable.startswith("DOCKERLINT_") and variable not in _OTHER_VARIABLES:
            name = variable.removeprefix("DOCKERLINT_").lower().replace("_", "-")
            hint = did_you_mean(name, list(KEYS)).partition("; there is")[0]
            doubts.append(f"`{variable}` sets nothing: no setting is called `{name}`{hint}")
    return layer, doubts


def _of_variable(key: Key, text: str) -> Given:
    try:
        return _given(key, _raw(key, text), Path.cwd(), lambda _steps: key.variable)
    except BadSetting as error:
        message = f"{key.variable}: {error}"
        raise BadSetting(message) from error


def _raw(key: Key, text: str) -> Any:
    """The text of a variable as a file would have it: lists by commas, tables as in TOML."""
    kind = key.kind.schema.get("type")
    if kind == "object" or text.startswith("["):
        import tomllib  # noqa: PLC0415

        try:
            return tomllib.loads(f"value = {text}")["value"]
        except ValueError as error:
            message = f"`{text}` is no value as in TOML ({error})"
            raise BadSetting(message) from error
    if kind == "array":
        items = [item.strip() for item in text.split(",") if item.strip()]
        is_number = key.kind.schema["items"].get("type") == "integer"
        return [int(item) if is_number and item.isdecimal() else item for item in items]
    if key.name == "format":
        return text.replace(",", " ").split()
    if kind == "boolean":
        return True if text.lower() in _TRUE else False if text.lower() in _FALSE else text
    return text


def _layer(document: Document, folder: Path, place: Place) -> dict[str, Given]:
    return {name: _given(key_of(name), value, folder, place) for name, value in document.table.items()}


def _given(key: Key, raw: Any, folder: Path, place: Place) -> Given:
    value = key.read(raw)
    origin = place((key.name,))
    if key.name == "rule-files":
        return Given(tuple(RuleFile(text, folder / text) for text in value), origin, place)
    if not key.is_of_paths:
        return Given(value, origin, place)
    globs = {text: Glob(text, str(folder), origin) for text in value}
    if isinstance(value, tuple):
        return Given(tuple(globs.values()), origin, place)
    return Given({globs[text]: names for text, names in value.items()}, origin, place)


def read(path: Path) -> tuple[Layer, ...]:
    """What a file of settings says, before it what those say that it extends. Raises BadSetting, with the place."""
    return _read_file(path, ())


def _read_file(path: Path, chain: tuple[Path, ...]) -> tuple[Layer, ...]:
    document = _document(path)
    try:
        own = _in_project(_layer(document, path.absolute().parent, document.place), path)
        for number, file in enumerate(own["rule-files"].value if "rule-files" in own else ()):
            _contained(path, file.text, ("rule-files", number))
        extended = own.pop("extend", None)
        if extended is None:
            return (own,)
        return (*_read_file(_extended(path, extended.value, (*chain, path)), (*chain, path)), own)
    except BadSetting as error:
        if error.steps:
            message = f"{document.place(error.steps)}: {error}"
            raise BadSetting(message) from error
        raise


def _in_project(layer: Layer, path: Path) -> dict[str, Given]:
    """What a file says, the files that it has written told from its folder. Raises BadSetting."""
    placed = dict(layer)
    for name, given in layer.items():
        if KEYS[name].is_of_places:
            try:
                placed[name] = given._replace(value=below(given.value, path.absolute().parent, _project_of(path)))
            except Misplaced as error:
                message = f"`{name}`: {error}"
                raise BadSetting(message, (name,) if error.number is None else (name, error.number)) from error
    return placed


def _project_of(path: Path) -> str:
    """The root that a file of settings must not lead out of."""
    return repository_of(str(path.parent)) or str(root_of(str(path)))


def _extended(path: Path, target: str, chain: tuple[Path, ...]) -> Path:
    """The file that another extends: one below the same root, and none that leads back."""
    found = _contained(path, target, ("extend",))
    if any(os.path.realpath(one) == os.path.realpath(found) for one in chain):
        message = f"`extend` goes round in a circle: {' -> '.join(str(one) for one in (*chain, found))}"
        raise BadSetting(message, ("extend",))
    return found


def _contained(path: Path, target: str, steps: Steps) -> Path:
    """The file that a file of settings names: one below the same root."""
    found = Path(os.path.relpath(path.parent / target))
    root = _project_of(path)
    if not Path(os.path.realpath(found)).is_relative_to(os.path.realpath(root)):
        message = f"`{steps[0]}` leads out of the project: `{target}` is not below {root}"
        raise BadSetting(message, steps)
    if not os.path.isfile(found):
        message = f"`{steps[0]}` names `{target}`, which is no file"
        raise BadSetting(message, steps)
    return found


def _document(path: Path) -> Document:
    try:
        source = load(path)
    except (OSError, ValueError) as error:
        message = f"{path}: {getattr(error, 'strerror', None) or error}"
        raise BadSetting(message) from error
    try:
        if path.suffix in {".yaml", ".yml"}:
            return of_yaml(source)
        return of_toml(source, ("tool", "dockerlint") if path.name == "pyproject.toml" else ())
    except Unreadable as error:
        message = f"{place(source, error.offset)}: {error}"
        raise BadSetting(message) from error


def of_hadolint(path: Path) -> tuple[Layer, str]:
    """What a file of hadolint says in our words, and why that is little if it is unreadable. Raises BadSetting."""
    from dockerlint.lint import hadolint  # noqa: PLC0415 (only where hadolint was used)

    try:
        reading = hadolint.read(path, {})
    except (OSError, ValueError) as error:
        message = f"{path}: {getattr(error, 'strerror', None) or error}"
        raise BadSetting(message) from error
    layer = {name: Given(KEYS[name].read(value), where) for name, (value, where) in reading.settings.items()}
    unread = next((idle.reason for idle in reading.idle if idle.written == path.name), "")
    return layer, unread
