"""The variables that a container starts with, each with the place where its value is written.

What `environment` says wins over env files, a later env file over an earlier one, and all of them over the image.
https://docs.docker.com/compose/how-tos/environment-variables/envvars-precedence/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from dockerlint.compose.env_files import EnvEntry, parse_env, parse_raw
from dockerlint.compose.places import pinned
from dockerlint.dockerfile.expansion import expand
from dockerlint.dockerfile.instructions import Env
from dockerlint.knowledge.environment import environment_of
from dockerlint.project.files import absolute
from dockerlint.source import Source, Text

if TYPE_CHECKING:
    from dockerlint.compose.services import Compose, EnvFile, Service
    from dockerlint.dockerfile.stages import Stage
    from dockerlint.project.containers import Container
    from dockerlint.project.files import Files

Origin = Literal["environment", "env file", "image"]


class Setting(NamedTuple):
    """A variable and what it is given, where that is written.

    `value` is None where only the name stands and nobody can tell; with `unknown` the real value may be another one.
    """

    name: Text
    value: Text | None
    unknown: bool
    origin: Origin

    @property
    def known(self) -> str | None:
        """The value if that is certain."""
        return None if self.unknown or self.value is None else str(self.value)


class GivenFile(NamedTuple):
    """An env file of a service. `source` is None for one that is missing, outside of the project or unreadable.

    `path` is absolute; None where a variable hides it.
    """

    file: EnvFile
    path: Path | None
    source: Source | None
    entries: tuple[EnvEntry, ...] = ()


class ContainerEnvironment:
    """What is known of a container's variables.

    `settings` has each once, as it counts, but for those of an image that is pulled; they are asked for by name.
    Unless it `is_complete`, an env file could not be read and may set anything.
    """

    def __init__(
        self, settings: Iterable[Setting], is_complete: bool, pulled: Mapping[str, str | None], is_pulled_known: bool
    ) -> None:
        self._settings = {str(setting.name): setting for setting in settings}
        self.is_complete = is_complete
        self._pulled = pulled
        self._is_pulled_known = is_pulled_known

    @classmethod
    def of(cls, container: Container) -> ContainerEnvironment:
        """The environment of a container: the later of these settings win."""
        settings = [
            *(_of_stage(container.stage) if container.stage is not None else ()),
            *(setting for given in container.env_files for setting in _of_file(given)),
            *_of_service(container.compose, container.service),
        ]
        is_complete = all(given.source is not None for given in container.env_files)
        known = environment_of(container.reference) if container.reference is not None else None
        is_official = container.facts is not None and container.facts.official
        is_pulled_known = known is not None and (known.is_complete or is_official)
        return cls(settings, is_complete, known.variables if known is not None else {}, is_pulled_known)

    @property
    def settings(self) -> tuple[Setting, ...]:
        return tuple(self._settings.values())

    def get(self, name: str) -> Setting | None:
        """What counts of all that is written for a variable."""
        return self._settings.get(name)

    def value(self, name: str) -> str | None:
        """The value of a variable if it surely has that; the image's own too."""
        setting = self._settings.get(name)
        if setting is not None and (self.is_complete or setting.origin == "environment"):
            return setting.known
        return self._pulled.get(name) if setting is None and self.is_complete else None

    def is_unset(self, name: str) -> bool:
        """Whether nothing sets a variable, for sure."""
        is_given = name in self._settings or name in self._pulled
        return self.is_complete and self._is_pulled_known and not is_given


def given_files(compose: Compose, service: Service, files: Files) -> Iterator[GivenFile]:
    """The env files of a service, with what stands in those that can be read."""
    for file in service.env_files:
        if file.path.unknown or file.path.text.startswith("~"):
            yield GivenFile(file, None, None)
            continue
        path = absolute(Path(compose.path_of(file.path)))
        source = files.read(path)
        if source is None:
            yield GivenFile(file, path, None)
            continue
        known = compose.reader.scope_of(file.path.written.source).environment
        entries = parse_raw(source) if file.is_raw else parse_env(source, known)
        yield GivenFile(file, path, source, tuple(entries))


def _of_file(given: GivenFile) -> Iterator[Setting]:
    for entry in given.entries:
        yield Setting(entry.name, entry.value, entry.unknown, "env file")


def _of_service(compose: Compose, service: Service) -> Iterator[Setting]:
    for name, value in service.environment:
        if value is not None:
            yield Setting(name, value.text, value.unknown, "environment")
            continue
        passed = compose.reader.scope_of(name.source).environment.get(name)
        text = None if passed is None else pinned(passed, name.source, name.start, name.end)
        yield Setting(name, text, text is None, "environment")


def _of_stage(stage: Stage) -> Iterator[Setting]:
    """The variables that ENV gives the image that a stage becomes."""
    environment = stage.state.environment
    for step in (step for link in stage.chain for step in link.steps):
        if not isinstance(step.instruction, Env):
            continue
        for pair in step.instruction.pairs:
            name = expand(pair.key, step.before.environment.lookup, step.instruction.escape).value
            if name != pair.key or pair.value is None:
                continue
            variable = environment.variable(name)
            is_it = variable is not None and not variable.is_argument
            value = environment.get(name) if is_it else None
            text = pair.value if value is None else pinned(value, pair.value.source, pair.value.start, pair.value.end)
            yield Setting(pair.key, text, value is None, "image")
