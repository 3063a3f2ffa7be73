"""Services that are known to let everybody in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dockerlint.compose.ports import Port
from dockerlint.compose.services import Service
from dockerlint.dockerfile.image import Reference
from dockerlint.knowledge.data_services import DataFamily
from dockerlint.project.containers import Container
from dockerlint.project.service_kinds import command_words, open_ports

from .faults import image_of, is_whole

# Ports of data services and of what administers them, whichever of their images listens.
_DATA_PORTS = frozenset(
    {22, 1433, 2376, 2379, 2380, 3306, 5432, 5984, 6379, 8086, 9042, 9200, 9300, 10250, 11211, 15672, 27017}
)
# Families that are surely open when nothing at all is said, and what a password, or a file that may set one, is called
# on their command lines.
_SETS_PASSWORD = {
    "redis": re.compile(r"requirepass(?![= ](?:''|\"\")?$)|aclfile|\.conf\b|protected-mode|--user\b"),
    "memcached": re.compile(r"^-\w*[SY]|^--(?:enable-sasl|auth-file)"),
    "mongo": re.compile(r"--auth\b|--keyFile|--config|^-f$|\.conf\b|--bind_ip\b"),
    "cassandra": re.compile(r"Authenticator"),
    "scylla": re.compile(r"--authenticator"),
    "qdrant": re.compile(r"--config-path"),
    "meilisearch": re.compile(r"--master-key|--config-file-path"),
}
_IS_CONFIGURATION = re.compile(r"\.(?:conf|cfg|ya?ml|toml|ini|acl)$|/etc/|/conf(?:ig)?(?:/|$)|/usr/local/etc")
# Variables of other images of a family that carry options or a password.
_CARRIERS = re.compile(r"PASS|TOKEN|SECRET|API_KEY|MASTER_KEY|_ARGS$|_FLAGS$|AUTH|SASL|ACL|DFLY_")


def surely_open_ports(service: Service) -> Iterator[Port]:
    """The ports that the network reaches whatever variables say; one for the port may bring an address, too."""
    for port in open_ports(service):
        values = [value for value in (port.host_ip, port.published) if value is not None]
        unknown = [one.name for value in values for one in value.variables if one.unknown]
        if all("PORT" in name.upper() for name in unknown):
            yield port


def open_data_ports(container: Container) -> Iterator[Port]:
    """The ports by which the network reaches a data service."""
    family = container.data
    if family is None:
        return
    for port in surely_open_ports(container.service):
        if any(number in family.ports or number in _DATA_PORTS for number in port.target_ports or ()):
            yield port


def passwordless(container: Container) -> Iterator[tuple[Port, str]]:
    """Ports by which the network reaches a service that surely asks for no password, and what makes it sure."""
    family = container.data
    why = _why_open(container, family)
    if why is None:
        return
    ports = open_data_ports(container) if family is not None else surely_open_ports(container.service)
    yield from ((port, why) for port in ports)


def _why_open(container: Container, family: DataFamily | None) -> str | None:
    if family is not None:
        return _open_by_switch(container, family) or _open_by_default(container, family)
    reference = image_of(container)
    return _open_by_image(reference, container) if reference is not None else None


def _has_password(container: Container, names: Iterable[str]) -> bool:
    """Whether one of these variables is set, or may be."""
    environment = container.environment
    return not environment.is_complete or any(environment.get(one) for name in names for one in (name, f"{name}_FILE"))


def _open_by_switch(container: Container, family: DataFamily) -> str | None:
    for name, wanted in family.open_variables.items():
        value = container.environment.value(name)
        if not value or (wanted is not None and value.lower() != wanted):
            continue
        # A password that is set counts more than the permission to have none.
        if "ALLOW" not in name or not _has_password(container, family.passwords):
            return f"asks for no password (`{name}={value}`)"
    words = list(command_words(container.service))
    if family.name == "vault" and any(word in ("-dev", "--dev") for word in words):
        return "runs in development mode (`-dev`)"
    anonymous = "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED"
    if family.name == "weaviate" and (container.environment.value(anonymous) or "").lower() == "true":
        return f"lets in everybody (`{anonymous}=true`)"
    return None


def _open_by_default(container: Container, family: DataFamily) -> str | None:
    service = container.service
    is_judged = family.is_open_by_default and family.name in _SETS_PASSWORD and is_whole(container)
    if not is_judged or service.build is not None or not container.environment.is_complete:
        return None
    if any(_CARRIERS.search(setting.name) for setting in container.environment.settings):
        return None
    if service.entrypoint is not None or (service.command is not None and service.command.unknown):
        return None
    targets = [str(volume.target.text) for volume in service.volumes]
    is_configured = any(_IS_CONFIGURATION.search(target) for target in targets)
    is_configured = is_configured or "configs" in service.node or "secrets" in service.node
    sets_password = any(_SETS_PASSWORD[family.name].search(word) for word in _joined(command_words(service)))
    is_own = service.command is None or _is_server(family, command_words(service))
    return "has no password" if is_own and not is_configured and not sets_password else None


def _joined(words: Iterator[str]) -> list[str]:
    """Words; an option whose value is empty as if it were not there."""
    found = list(words)
    return [
        word
        for index, word in enumerate(found)
        if not (word == "--requirepass" and found[index + 1 : index + 2] == [""])
    ]


def _is_server(family: DataFamily, words: Iterator[str]) -> bool:
    """Whether a command starts the server itself, or only gives options to it: a script might do anything."""
    first = next(words, "")
    return first.startswith("-") or first in (family.programs or (family.name,))


def _open_by_image(reference: Reference, container: Container) -> str | None:
    path = reference.path.removeprefix("library/")
    environment = container.environment
    anonymous = "ALLOW_ANONYMOUS_LOGIN"
    if path.startswith("bitnami") and (environment.value(anonymous) or "").lower() in ("yes", "true", "1"):
        return f"lets in everybody (`{anonymous}`)"
    if path in ("phpmyadmin", "phpmyadmin/phpmyadmin") and environment.get("PMA_PASSWORD") is not None:
        return "logs everybody in (`PMA_PASSWORD`)"
    words = list(command_words(container.service))
    is_jupyter = "jupyter" in path or any("jupyter" in word or "start-notebook" in word for word in words)
    if not is_jupyter or not any(re.fullmatch(r"--\w+\.token=(?:''|\"\")?", word) for word in words):
        return None
    has_password = any(re.match(r"--\w+\.(?:hashed_)?password=.*[^'\"=]", word) for word in words)
    return None if has_password else "asks for no token, and runs whatever is typed"
