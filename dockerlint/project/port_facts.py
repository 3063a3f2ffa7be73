"""On which port of its container a service's program listens, and what says so."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.application.listening import VARIABLES, Read, listens
from dockerlint.dockerfile.copies import absolute_path
from dockerlint.project.files import absolute, is_below
from dockerlint.project.listeners import Listener
from dockerlint.shell.script import Command

if TYPE_CHECKING:
    from dockerlint.project.containers import Container

# These start other programs, or send requests on: which ports are open is theirs to say.
_SEVERAL = frozenset(
    {"supervisord", "s6-svscan", "runit", "runsvdir", "circusd", "foreman", "honcho", "pm2", "concurrently", "forego"}
)
_PROXIES = frozenset({"nginx", "caddy", "haproxy", "traefik", "envoy", "httpd", "apache2", "apachectl"})
_NGINX_FOLDER = "/etc/nginx"


class PortFact(NamedTuple):
    """A port that a program listens on; `title` is the program, `where` what says so."""

    port: int
    title: str
    where: str
    listens: Listener | None = None


def port_facts(container: Container) -> tuple[PortFact, ...]:
    """The ports that the container surely listens on, all of them; none where something is unknown."""
    start = container.start
    if start is None:
        return ()
    names = {command.name for command in start.commands}
    if not names.isdisjoint(_SEVERAL):
        return ()
    found = list(_of_commands(container, start.commands))
    if found:
        return tuple(found) if len(found) == 1 and names.isdisjoint(_PROXIES) else ()
    return tuple(_of_source(container) or _of_image(container))


def _of_commands(container: Container, commands: tuple[Command, ...]) -> Iterator[PortFact]:
    for listener in listeners_of(container, commands):
        if listener.at.port is not None:
            yield PortFact(listener.at.port, listener.at.title, _where(container, listener), listener)


def listeners_of(container: Container, commands: tuple[Command, ...]) -> Iterator[Listener]:
    """The servers among commands, with what the variables of the container tell them."""
    environment = container.environment
    given = {name: environment.value(name) or "$" for name in VARIABLES if not environment.is_unset(name)}
    read = _reader(container)
    for command in commands:
        if command.program is None:
            continue
        words = [_text(container, str(word.value), word.is_literal) for word in (command.program, *command.arguments)]
        own = {str(one.name): str(one.value.value) for one in command.assignments if one.value}
        found = listens(words, {**given, **own}, read)
        if found is not None:
            yield Listener(command, found)


def _text(container: Container, word: str, is_literal: bool) -> str:
    """A word with the container's variables put in, as far as they are known."""
    if is_literal or "$" not in word:
        return word
    match = re.fullmatch(r"(.*?)\$(?:\{(\w+)(?::-(\w*))?\}|(\w+))(.*)", word)
    if match is None:
        return word
    name, default = match[2] or match[4], match[3]
    environment = container.environment
    value = default if default is not None and environment.is_unset(name) else environment.value(name)
    return word if value is None else f"{match[1]}{value}{match[5]}"


def _reader(container: Container) -> Read | None:
    """Reads the files of the working directory, where all of them surely come from the build context."""
    build, stage = container.build, container.stage
    if build is None or stage is None or _hides_files(container, stage.state.workdir or "/"):
        return None

    def read(path: str) -> str | None:
        source = build.read(stage, absolute_path(path, stage.state.workdir))
        return source.text if source is not None else None

    return read


def _hides_files(container: Container, workdir: str) -> bool:
    """Whether a mount lies over the working directory or within it."""
    targets = [posixpath.normpath(volume.target.text) for volume in container.service.volumes]
    return any(is_below(workdir, target) or is_below(target, workdir) for target in targets)


def _where(container: Container, listener: Listener) -> str:
    text = listener.command.text
    if text.source in container.compose.sources:
        return f"`command` of `{container.service.name}`"
    return f"line {text.source.position(text.start).line} of the Dockerfile"


def _of_source(container: Container) -> list[PortFact]:
    """The one server that the program's source starts."""
    build, stage = container.build, container.stage
    if build is None or stage is None:
        return []
    servers = [server for launch in build.launches if launch.stage is stage for server in launch.program.servers()]
    if len(servers) != 1 or servers[0].port is None or not servers[0].where.is_certain or servers[0].variables:
        return []
    source = servers[0].place.source
    line = source.position(servers[0].place.start).line
    title = servers[0].framework or "the program"
    return [PortFact(servers[0].port, title, f"{Path(source.path).name}, line {line}")]


def _of_image(container: Container) -> list[PortFact]:
    """What an image that is run as it comes listens on."""
    service, reference = container.service, container.reference
    if reference is None or service.build is not None or service.entrypoint is not None or service.command is not None:
        return []
    if container.data is not None:
        # Some read their port from a variable or from a file that is mounted.
        is_plain = not any("PORT" in setting.name for setting in container.environment.settings)
        is_unconfigured = not any(_is_configuration(str(volume.target.text)) for volume in service.volumes)
        ports = container.data.ports if is_plain and is_unconfigured and container.environment.is_complete else ()
        return [PortFact(port, container.data.name, "its image") for port in ports]
    if reference.familiar == "nginx":
        return [PortFact(port, "nginx", where) for port, where in _of_nginx(container)]
    return []


def _is_configuration(path: str) -> bool:
    return path.endswith((".conf", ".cnf", ".yml", ".yaml", ".ini", ".json")) or path.startswith("/etc/")


def _of_nginx(container: Container) -> Iterator[tuple[int, str]]:
    """What the mounted configuration of nginx says, or that of the image."""
    mounts = [one for one in container.service.volumes if str(one.target.text).startswith(_NGINX_FOLDER)]
    if not mounts and not container.service.node.get("configs"):
        yield 80, "its image"
        return
    found: list[tuple[int, str]] = []
    for mount in mounts:
        if mount.source is None or mount.unknown or mount.kind != "bind" or not mount.target.text.endswith(".conf"):
            return
        source = container.files.read(absolute(Path(container.compose.path_of(mount.source))))
        if source is None:
            return
        name = Path(source.path).name
        found += (
            (int(port), name)
            for port in re.findall(r"^\s*listen\s+(?:[\d.]+:|\[::\]:)?(\d+)\b", source.text, re.MULTILINE)
        )
        if "include" in source.text.replace("mime.types", "") and "conf.d" not in str(mount.target.text):
            return
    yield from dict.fromkeys(found)
