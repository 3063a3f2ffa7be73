"""Settings from files, the environment and the command line, and which of them are in force for a file.

The command line wins over the environment, that over the nearest file, that over the defaults.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockerlint.lint.documents import load
from dockerlint.lint.given import Given, Layer, RuleFile, of_hadolint, read
from dockerlint.lint.keys import KEYS, BadSetting
from dockerlint.lint.registry import BUILT_IN, Catalogue, NameTaken
from dockerlint.lint.scopes import Globs, Scopes
from dockerlint.lint.selection import Matcher, Selection, matcher
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import Found, LeftOut, folder_of_tool, look

if TYPE_CHECKING:
    from dockerlint.lint.policy.definitions import Definition

_HADOLINTS = (".hadolint.yaml", ".hadolint.yml")
_NAMES = ("dockerlint.toml", ".dockerlint.toml", ".dockerlint.yaml", ".dockerlint.yml")


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
        """Raise BadSetting where a name of a rule stands for none, or rules that are asked for cannot be had."""
        self.path = path
        given: Layer = {}
        for layer in layers:
            given = merged(given, layer)
        self._given = given
        self.catalogue = self._catalogue()
        for layer in layers:
            for name, one in layer.items():
                _check_rules(name, one, self.catalogue)

    def _catalogue(self) -> Catalogue:
        """Our own rules and what the settings name besides."""
        plugins, files = self["plugins"], self["rule-files"]
        if not plugins and not files:
            return BUILT_IN
        from dockerlint.lint.plugins import NoPlugin  # noqa: PLC0415 (most settings name none)

        definitions = tuple(definition for file in dict.fromkeys(files) for definition in _definitions(file))
        try:
            return Catalogue(plugins, definitions)
        except (NoPlugin, NameTaken) as error:
            named = ("plugins",) if isinstance(error, NoPlugin) else ("plugins", "rule-files")
            message = f"{', '.join(self.given(name).origin for name in named if self[name])}: {error}"
            raise BadSetting(message) from error

    def __getitem__(self, name: str) -> Any:
        return self.given(name).value

    def given(self, name: str) -> Given:
        """A value, and where it is said."""
        return self._given.get(name) or Given(KEYS[name].default, "default")

    def settings(self, as_of: date) -> Settings:
        """What rules may read."""
        said = {KEYS[name].field: given.value for name, given in self._given.items() if KEYS[name].is_of_rules}
        return Settings(as_of=as_of)._replace(**said)

    def selecting(self, select: Sequence[str], also: Sequence[str] = ()) -> Selection:
        """The rules of these names, without those that are ignored, whatever else the settings say."""
        return Selection(select, self["ignore"], extend_select=also, catalogue=self.catalogue)

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
            catalogue=self.catalogue,
        )

    @cached_property
    def unfixable(self) -> Matcher:
        """Which findings are never mended."""
        return matcher(self["unfixable"], self.catalogue)

    @cached_property
    def scopes(self) -> Scopes:
        """Where rules do not speak."""
        files, stages, services = (self[f"per-{one}-ignores"] for one in ("file", "stage", "service"))
        return Scopes(files, stages, services, self.catalogue)

    @cached_property
    def excluded(self) -> Globs:
        """Which files are left out."""
        return Globs((*(self["exclude"] or ()), *self["extend-exclude"]))


def _definitions(file: RuleFile) -> tuple[Definition, ...]:
    """The rules in a file. Raises BadSetting."""
    from dockerlint.lint.policy import definitions  # noqa: PLC0415 (most settings name none)

    try:
        return definitions.read(load(Path(_typed(file.path))))
    except (OSError, ValueError) as error:
        message = f"{_typed(file.path)}: {getattr(error, 'strerror', None) or error}"
        raise BadSetting(message) from error
    except definitions.BadRules as error:
        raise BadSetting(str(error)) from error


def _check_rules(name: str, given: Given, catalogue: Catalogue) -> None:
    try:
        KEYS[name].check_rules(given.value, catalogue)
    except BadSetting as error:
        message = f"{given.at(error.steps)}: {error}"
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

    `over` is what the environment and the command line say, the strongest last. A `path` stands for all files; an
    isolated run has none.
    """

    def __init__(self, over: Sequence[Layer] = (), path: Path | None = None, *, isolated: bool = False) -> None:
        self.over = over
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
            self._found[path] = Configuration([*self._said_by(path), *self.over], _typed(path))
        return self._found[path]

    def _said_by(self, path: Path | None) -> tuple[Layer, ...]:
        if path is None:
            return ()
        typed = Path(_typed(path))
        if path.name not in _HADOLINTS or self._fixed:
            return read(typed)
        layer, unread = of_hadolint(typed)
        held = f"says nothing: {unread}" if unread else "holds; `dockerlint migrate` writes it as settings of our own"
        self.notes.append(f"no settings of dockerlint here, so {typed} {held}")
        return (layer,)


def _typed(path: Path | None) -> str:
    """A path as short as it can be said: from here if it lies below."""
    if path is None:
        return ""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
