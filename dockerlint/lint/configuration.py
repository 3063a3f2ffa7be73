"""Settings from files, the environment and the command line, and which of them are in force for a file.

The command line wins over the environment, that over the nearest file, that over the defaults.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from dockerlint.lint.documents import Document, Unreadable, load, of_toml, of_yaml, place
from dockerlint.lint.keys import KEYS, BadSetting, Key, key_of
from dockerlint.lint.kinds import did_you_mean
from dockerlint.lint.registry import Selection
from dockerlint.lint.scopes import Glob, Globs, Scopes
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import Found, LeftOut, folder_of_tool, look
from dockerlint.project.gitignore import repository_of
from dockerlint.project.project import root_of
from dockerlint.source import Source

__all__ = [
    "BadSetting",
    "Configuration",
    "Given",
    "Layer",
    "Settler",
    "hadolints_in",
    "of_environment",
    "of_options",
    "of_text",
]

_HADOLINTS = (".hadolint.yaml", ".hadolint.yml")
_NAMES = ("dockerlint.toml", ".dockerlint.toml", ".dockerlint.yaml", ".dockerlint.yml")
# Variables that are read by the command line itself.
_OTHER_VARIABLES = ("DOCKERLINT_FORMAT", "DOCKERLINT_CONFIG", "DOCKERLINT_ISOLATED")
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class Given(NamedTuple):
    """A value, and where it is said."""

    value: Any
    origin: str


Layer = Mapping[str, Given]


def merged(lower: Layer, upper: Layer) -> Layer:
    """What holds when one place speaks over another."""
    result = dict(lower)
    for name, given in upper.items():
        below = result.get(name)
        if below is not None and KEYS[name].adds:
            result[name] = Given(_together(below.value, given.value), f"{below.origin}, {given.origin}")
        else:
            result[name] = given
    return result


def _together(lower: Any, upper: Any) -> Any:
    if isinstance(upper, tuple):
        return (*lower, *upper)
    both = {name: (*lower[name], *value) for name, value in upper.items() if isinstance(value, tuple) and name in lower}
    return {**lower, **upper, **both}


class Configuration:
    """All settings in force for some files, each with where it comes from. `path`: the file of settings, if any."""

    def __init__(self, layers: Sequence[Layer] = (), path: str = "") -> None:
        self.path = path
        given: Layer = {}
        for layer in layers:
            given = merged(given, layer)
        self._given = given

    def __getitem__(self, name: str) -> Any:
        return self.given(name).value

    def given(self, name: str) -> Given:
        """A value, and where it is said."""
        return self._given.get(name) or Given(KEYS[name].default, "default")

    def settings(self, as_of: date) -> Settings:
        """What rules may read."""
        said = {KEYS[name].field: given.value for name, given in self._given.items() if KEYS[name].is_of_rules}
        return Settings(as_of=as_of)._replace(**said)

    @cached_property
    def selection(self) -> Selection:
        """Which rules speak, and how gravely."""
        return Selection(
            self["select"],
            self["ignore"],
            extend_select=(*self["extend-select"], *(("ignore-comment",) if self["require-reason"] else ())),
            profile=self["profile"],
            preview=self["preview"],
            rules_version=self["rules-version"],
            severities=self["severity"],
        )

    @cached_property
    def scopes(self) -> Scopes:
        """Where rules do not speak."""
        return Scopes(self["per-file-ignores"], self["per-stage-ignores"], self["per-service-ignores"])

    @cached_property
    def excluded(self) -> Globs:
        """Which files are left out."""
        return Globs((*(self["exclude"] or ()), *self["extend-exclude"]))


def of_options(options: Mapping[str, Any]) -> Layer:
    """What options of the command line say, by the names of settings. None and nothing are not said."""
    said = {name: value for name, value in options.items() if value not in {None, ()}}
    return {
        name: _given(KEYS[name], list(value) if isinstance(value, tuple) else value, Path.cwd(), f"--{name}")
        for name, value in said.items()
    }


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
        return _given(key, _raw(key, text), Path.cwd(), key.variable)
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
    if kind == "boolean":
        return True if text.lower() in _TRUE else False if text.lower() in _FALSE else text
    return text


def _layer(document: Document, folder: Path, origin: Callable[[tuple[str]], str]) -> dict[str, Given]:
    return {name: _given(key_of(name), value, folder, origin((name,))) for name, value in document.table.items()}


def _given(key: Key, raw: Any, folder: Path, origin: str) -> Given:
    value = key.read(raw)
    if not key.is_of_paths:
        return Given(value, origin)
    globs = {text: Glob(text, str(folder), origin) for text in value}
    if isinstance(value, tuple):
        return Given(tuple(globs.values()), origin)
    return Given({globs[text]: names for text, names in value.items()}, origin)


def read(path: Path) -> Layer:
    """What a file of settings says, with those that it extends. Raises BadSetting, which tells the place."""
    return _read_file(path, ())


def _read_file(path: Path, chain: tuple[Path, ...]) -> Layer:
    document = _document(path)
    try:
        own = _layer(document, path.absolute().parent, document.place)
        extended = own.pop("extend", None)
        if extended is None:
            return own
        return merged(_read_file(_extended(path, extended.value, (*chain, path)), (*chain, path)), own)
    except BadSetting as error:
        if error.steps:
            message = f"{document.place(error.steps)}: {error}"
            raise BadSetting(message) from error
        raise


def _extended(path: Path, target: str, chain: tuple[Path, ...]) -> Path:
    """The file that another extends: one below the same root, and none that leads back."""
    found = Path(os.path.relpath(path.parent / target))
    real = Path(os.path.realpath(found))
    root = repository_of(str(path.parent)) or str(root_of(str(path)))
    if not real.is_relative_to(os.path.realpath(root)):
        message = f"`extend` leads out of the project: `{target}` is not below {root}"
        raise BadSetting(message, ("extend",))
    if any(os.path.realpath(one) == str(real) for one in chain):
        message = f"`extend` goes round in a circle: {' -> '.join(str(one) for one in (*chain, found))}"
        raise BadSetting(message, ("extend",))
    if not os.path.isfile(found):
        message = f"`extend` names `{target}`, which is no file"
        raise BadSetting(message, ("extend",))
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


def _own_in(folder: str) -> Path | None:
    for name in _NAMES:
        if os.path.isfile(f"{folder}/{name}"):
            return Path(folder, name)
    project = Path(folder, "pyproject.toml")
    is_ours = os.path.isfile(project) and b"[tool.dockerlint" in project.read_bytes()
    return project if is_ours else None


def hadolints_in(folder: str) -> Path | None:
    """The file that hadolint reads when it is started in a folder."""
    return next((Path(folder, name) for name in _HADOLINTS if os.path.isfile(f"{folder}/{name}")), None)


class Settler:
    """Tells which settings are in force for a file: those of the nearest file of settings in the same repository.

    `over` is what the environment and the command line say. A `path` stands for all files; an isolated run has none.
    """

    def __init__(self, over: Layer, path: Path | None = None, *, isolated: bool = False) -> None:
        self._over = over
        self._found: dict[Path | None, Configuration] = {}
        self._nearest: dict[tuple[Callable[[str], Path | None], str], Path | None] = {}
        self._fixed = isolated or path is not None
        self._path = path
        # What to tell of files of hadolint that stand in for our own, as they are met.
        self.notes: list[str] = []

    def of(self, path: str) -> Configuration:
        """What is in force for a file. Raises BadSetting."""
        folder = os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120 (strings: this is asked for every file)
        return self.in_folder(folder)

    def in_folder(self, folder: str) -> Configuration:
        """What is in force in a folder, named by its absolute path. Raises BadSetting."""
        if self._fixed:
            return self._configuration(self._path)
        found = self._nearest_of(_own_in, folder)
        return self._configuration(found or self._nearest_of(hadolints_in, folder))

    def looked_at(self, paths: Sequence[str]) -> Iterator[Found | LeftOut]:
        """The files to check below some paths, and what is left out. Raises BadSetting."""
        here = self.in_folder(str(Path.cwd()))
        respects, forced = here["respect-gitignore"], here["force-exclude"]
        return look(paths, self._reason, respects_gitignore=respects, is_forced=forced)

    def _reason(self, path: str) -> str | None:
        """Why the settings in force for a path leave it out."""
        configuration = self.of(path.rstrip("/"))
        if configuration["exclude"] is None and (reason := folder_of_tool(path)):
            return reason
        glob = configuration.excluded.match(path)
        return f"`{glob}` is excluded by {glob.origin}" if glob is not None else None

    def _nearest_of(self, in_folder: Callable[[str], Path | None], folder: str) -> Path | None:
        key = (in_folder, folder)
        if key not in self._nearest:
            found = in_folder(folder)
            above = os.path.dirname(folder)  # noqa: PTH120
            if found is None and above != folder and not os.path.exists(f"{folder}/.git"):
                found = self._nearest_of(in_folder, above)
            self._nearest[key] = found
        return self._nearest[key]

    def _configuration(self, path: Path | None) -> Configuration:
        if path not in self._found:
            self._found[path] = Configuration([self._said_by(path), self._over], _typed(path))
        return self._found[path]

    def _said_by(self, path: Path | None) -> Layer:
        if path is None:
            return {}
        typed = Path(_typed(path))
        if path.name not in _HADOLINTS or self._fixed:
            return read(typed)
        layer, unread = _of_hadolint(typed)
        held = f"says nothing: {unread}" if unread else "holds; `dockerlint migrate` writes it as settings of our own"
        self.notes.append(f"no settings of dockerlint here, so {typed} {held}")
        return layer


def _of_hadolint(path: Path) -> tuple[Layer, str]:
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


def _typed(path: Path | None) -> str:
    """A path as short as it can be said: from here if it lies below."""
    if path is None:
        return ""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
