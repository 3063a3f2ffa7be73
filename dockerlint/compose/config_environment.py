"""The variables and labels of a service, those of its files too.

https://docs.docker.com/compose/how-tos/environment-variables/set-environment-variables/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dockerlint.compose.config_shapes import Scene
from dockerlint.compose.env_faults import faults, faults_of_raw
from dockerlint.compose.env_files import EnvEntry, parse_env, parse_raw
from dockerlint.compose.errors import ComposeError, shown
from dockerlint.compose.services import EnvFile, Service
from dockerlint.compose.values import Assignment
from dockerlint.source import Source


def environment_of(service: Service, scene: Scene) -> dict[str, str | None]:
    """The variables of a service: a later env file beats an earlier one, and `environment` beats both."""
    given = scene.compose.reader.scope_of(service.name.source).environment
    own = resolved(service.environment, given)
    fixed = {name: value for name, value in own.items() if value is not None} | dict(given)
    found: dict[str, str] = {}
    for file, source in _once(service.env_files, scene):
        entries = parse_raw(source) if file.is_raw else parse_env(source, fixed, found)
        found |= _known(entries)
    return found | own


def labels_of(service: Service, scene: Scene) -> dict[str, str]:
    """The labels of a service: a later file beats an earlier one, and `labels` beats both."""
    found: dict[str, str] = {}
    given = scene.compose.reader.scope_of(service.name.source).environment
    for value in service.settings.texts("label_file"):
        source = scene.places.read(scene.compose.path_of(value))
        if isinstance(source, Source):
            found |= _known(parse_env(source, given, found))
    return found | {str(name): str(value.text) if value else "" for name, value in service.labels}


def resolved(assignments: tuple[Assignment, ...], given: Mapping[str, str]) -> dict[str, str | None]:
    """Names and values; a name that stands alone has the value that the project's environment gives it."""
    return {str(name): str(value.text) if value else given.get(name) for name, value in assignments}


def faults_of_files(service: Service, scene: Scene) -> Iterator[ComposeError]:
    """Files of variables or labels that must be there and are not, and those that Compose cannot read."""
    files = (*service.env_files, *(EnvFile(path, True) for path in service.settings.texts("label_file")))
    for file in files:
        source = scene.places.read(scene.compose.path_of(file.path)) if file.path.text else "missing"
        if isinstance(source, Source):
            for message, line in faults_of_raw(source) if file.is_raw else faults(source):
                yield ComposeError("missing-env-file", message, line.span)
        elif source == "missing" and file.required:
            message = f"{shown(file.path.text)}, which `{service.name}` needs, is not there"
            yield ComposeError("missing-env-file", message, file.path.written.span)


def _once(files: tuple[EnvFile, ...], scene: Scene) -> Iterator[tuple[EnvFile, Source]]:
    """Each file that can be read, at its first place."""
    first = {scene.compose.path_of(file.path): file for file in reversed(files)}
    for path in dict.fromkeys(scene.compose.path_of(file.path) for file in files):
        source = scene.places.read(path)
        if isinstance(source, Source):
            yield first[path], source


def _known(entries: Iterable[EnvEntry]) -> dict[str, str]:
    return {str(entry.name): str(entry.value) for entry in entries if entry.value is not None}
