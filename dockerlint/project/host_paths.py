"""Which folders and files of the host a service gets.

Paths are compared as they are meant, never against the folders of the machine that lints.
https://docs.docker.com/engine/storage/bind-mounts/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from dockerlint.compose.mounts import Volume
from dockerlint.compose.references import granted
from dockerlint.compose.services import Compose, Service
from dockerlint.compose.values import Value
from dockerlint.source import Text

# What variables stand for wherever Compose runs; the number of a user is as good as another.
_KNOWN_VARIABLES = {
    "HOME": "~",
    "USERPROFILE": "~",
    "PWD": ".",
    "XDG_RUNTIME_DIR": "/run/user/1000",
    "UID": "1000",
}


class HostPath(NamedTuple):
    """A path of the host that a service gets.

    `path` is normalised: absolute, or begins with `~`. `place` is where it is written. `volume` is the mount that
    brings it; None for the file of a secret or config, which is always read-only.
    """

    path: str
    read_only: bool | None
    place: Text
    volume: Volume | None

    @property
    def is_writable(self) -> bool:
        return self.read_only is False

    @property
    def shown(self) -> str:
        """The path as it is written, for messages."""
        return self.place.rstrip("/\\") or str(self.place)


def host_paths(compose: Compose, service: Service) -> Iterator[HostPath]:
    """What a service gets of the host, the folders of the project left out, and paths that nobody can know."""
    for volume in service.volumes:
        source = _device(compose, volume) if volume.kind == "volume" else volume.source
        path = None if source is None or volume.kind == "tmpfs" else normalised(source)
        if source is not None and path is not None:
            yield HostPath(path, volume.read_only, _shown(source), volume)
    for kind in ("secrets", "configs"):
        for name in granted(service.settings, kind):
            section = compose.declaration(kind, name.text)
            file = section.text("file") if section is not None else None
            path = normalised(file) if file is not None else None
            if file is not None and path is not None:
                yield HostPath(path, True, _shown(file), None)


def normalised(value: Value) -> str | None:
    """A path of the host without `.`, `..` and doubled slashes, `/var/run` being `/run` as on all systems of today.

    None for a path of the project, one in the home of another user, and one with a variable that might be anything.
    """
    text = _with_known_variables(value)
    if text is None:
        return None
    text = text.replace("\\", "/")
    if text.startswith("~") and text[1:2] not in ("", "/"):
        return None
    is_windows = text[1:3] == ":/" and text[0].isalpha()
    if not text.startswith(("/", "~")) and not is_windows:
        return None
    path = posixpath.normpath(text)
    path = "/" + path.lstrip("/") if path.startswith("/") else path
    return "/run" + path.removeprefix("/var/run") if _below_var_run().match(path) else path


def _with_known_variables(value: Value) -> str | None:
    text, shift = str(value.text), 0
    for variable in sorted(value.variables, key=lambda variable: variable.start):
        known = _KNOWN_VARIABLES.get(variable.name)
        if variable.unknown and known is None:
            return None
        if variable.unknown and known is not None:
            text = text[: variable.start + shift] + known + text[variable.end + shift :]
            shift += len(known) - (variable.end - variable.start)
    is_readable = not value.unknown or bool(value.variables)
    return text if is_readable else None


def _shown(value: Value) -> Text:
    return value.written if value.unknown else value.text


def _device(compose: Compose, volume: Volume) -> Value | None:
    """The folder of the host that a named volume is bound to."""
    if volume.source is None or volume.source.unknown:
        return None
    section = compose.declaration("volumes", volume.source.text)
    options = section.section("driver_opts", section.name) if section is not None else None
    if options is None:
        return None
    device, words = options.text("device"), options.text("o")
    is_bound = words is not None and not {"bind", "rbind"}.isdisjoint(words.text.split(","))
    return device if is_bound else None


@cache
def _below_var_run() -> re.Pattern[str]:
    return re.compile(r"/var/run(?:/|$)")
