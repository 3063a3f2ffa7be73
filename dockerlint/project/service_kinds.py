"""What kind of service it is: made for development, a job that ends, open to the network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from functools import cache
from typing import TYPE_CHECKING

from dockerlint.dockerfile.image import Reference, parse
from dockerlint.project.build import is_called_one_of

if TYPE_CHECKING:
    from dockerlint.compose.ports import Port
    from dockerlint.compose.services import Compose, Service

_DEVELOPMENT = frozenset(
    {"override", "dev", "develop", "development", "devcontainer", "debug", "local", "test", "tests", "e2e", "ci"}
)
_TESTING = frozenset({"test", "tests", "testing", "ci", "e2e", "cypress", "playwright"})
_JOB_PROFILES = frozenset({"tools", "job", "jobs", "init", "cli"})
# A command with one of these words does something once.
_ENDING = re.compile(
    r"(?:^|[\s/_:.-])(?:migrat\w*|init\w*|seed\w*|setup|chown|chmod|createbuckets?|alembic|mc mb|"
    r"collectstatic|createsuperuser|bootstrap)(?:$|[\s_:.-])"
)


def name_parts(service: Service) -> set[str]:
    """The words that the names of the file, the service and its profiles are made of."""
    return file_parts(service.name.source.path).union(
        *map(_parts, (service.name, *(profile.text for profile in service.profiles)))
    )


def file_parts(path: str) -> set[str]:
    """The words that the name of a file is made of, and its folder as one word if it is below the working directory."""
    *folders, name = path.replace("\\", "/").split("/")
    return _parts(name) | ({folders[-1].lower().lstrip(".")} if folders and folders[0] else set())


def _parts(name: str) -> set[str]:
    return set(re.split(r"[.\-_]", name.lower()))


def is_development(service: Service, development_images: Sequence[str]) -> bool:
    """Whether the file, the service or its profile says that it is no production service; or globs name the file."""
    is_named = is_called_one_of(service.name.source.path, development_images)
    return is_named or not name_parts(service).isdisjoint(_DEVELOPMENT)


def is_for_tests(service: Service) -> bool:
    """Whether the file, the service or its profile says that it only ever runs in a test run."""
    return speaks_of_tests(name_parts(service))


def speaks_of_tests(parts: Set[str]) -> bool:
    """Whether a word of a name says so."""
    return not parts.isdisjoint(_TESTING)


def is_one_shot(service: Service, compose: Compose) -> bool:
    """Whether it is a job that ends: another service waits for its end, or its command, profile or scale says so."""
    if str(service.name) in compose.completing:
        return True
    profiles = {str(profile.text).lower() for profile in service.profiles}
    if not profiles.isdisjoint(_JOB_PROFILES):
        return True
    scale = service.settings.text("scale")
    if scale is not None and scale.text == "0":
        return True
    restart = service.settings.text("restart")
    is_restarted = restart is not None and not restart.text.startswith(("no", "on-failure"))
    return restart is not None and not is_restarted and _ENDING.search(" ".join(command_words(service))) is not None


def command_words(service: Service) -> Iterator[str]:
    """The words of the service's own entrypoint and command, as far as they are known."""
    return (str(word.text) for word in service.start_words)


def reference_of(service: Service) -> Reference | None:
    """The image that a service pulls; None for one that it builds, and where a variable decides."""
    if service.image is None or service.image.unknown or service.build is not None:
        return None
    return parse(service.image.text)


def open_ports(service: Service) -> tuple[Port, ...]:
    """The published ports that more than this machine can reach."""
    mode = service.network_mode
    if mode is not None and mode.text in ("none", "host"):
        return ()
    return tuple(port for port in service.ports if port.host_ip is None or not _loopback().fullmatch(port.host_ip.text))


def reaches_network(service: Service) -> bool:
    """Whether a port is published on more than the loopback interface."""
    return bool(open_ports(service))


def is_development_file(path: str, development_images: Sequence[str]) -> bool:
    """Whether the name of a file says that it is only used where somebody develops; or globs name it."""
    return is_called_one_of(path, development_images) or not _DEVELOPMENT.isdisjoint(file_parts(path))


@cache
def _loopback() -> re.Pattern[str]:
    return re.compile(r"127\.\d+\.\d+\.\d+|::1|\[::1\]|localhost")
