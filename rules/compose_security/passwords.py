"""Services that are known to let everybody in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dockerlint.compose.ports import Port
from dockerlint.compose.services import Service
from dockerlint.compose.values import Value
from dockerlint.dockerfile.image import Reference
from dockerlint.knowledge.data_services import DataFamily
from dockerlint.project.containers import Container
from dockerlint.project.service_kinds import command_words, open_ports

from .faults import image_of, is_whole

# Ports of data services and of what administers them, whichever of their images listens.
_DATA_PORTS = frozenset(
    {22, 1433, 2376, 2379, 2380, 3306, 5432, 5984, 6379, 8086, 9042, 9200, 9300, 10250, 11211, 15672, 27017}
)
# What a password, or a file that may set one, is called on the command line.
_SETS_PASSWORD = {
    "redis": re.compile(r"requirepass(?!=?(?:''|\"\")?$)|aclfile|\.conf\b|protected-mode|--user\b"),
    "memcached": re.compile(r"^-\w*[SY]|^--(?:enable-sasl|auth-file)"),
    "mongo": re.compile(r"--auth\b|--keyFile|--config|^-f$|\.conf\b|--bind_ip"),
    "cassandra": re.compile(r"Authenticator"),
    "scylla": re.compile(r"--authenticator"),
    "qdrant": re.compile(r"--config-path"),
    "meilisearch": re.compile(r"--master-key|--config-file-path"),
}
_IS_CONFIGURATION = re.compile(r"\.(?:conf|cfg|ya?ml|toml|ini|acl)$|/etc/|/conf(?:ig)?(?:/|$)|/usr/local/etc")
# Families whose servers start without a password when nothing at all is said; of the others it is not certain.
_OPEN_BY_DEFAULT = frozenset(_SETS_PASSWORD)
# Variables of other images of a family that carry options or a password.
_CARRIERS = re.compile(r"PASS|TOKEN|SECRET|API_KEY|MASTER_KEY|_ARGS$|_FLAGS$|AUTH|SASL|ACL|DFLY_")


def open_data_ports(container: Container) -> Iterator[Port]:
    """The ports by which the network reaches a data service."""
    family = container.data
    if family is None:
        return
    for port in open_ports(container.service):
        is_open = port.host_ip is None or not port.host_ip.unknown
        if is_open and any(number in family.ports or number in _DATA_PORTS for number in port.target_ports or ()):
            yield port


def passwordless(container: Container) -> Iterator[tuple[Port, str]]:
    """Ports by which the network reaches a service that surely asks for no password, and what makes it sure."""
    family = container.data
    why = _why_open(container, family)
    if why is None:
        return
    ports = open_data_ports(container) if family is not None else open_ports(container.service)
    yield from ((port, why) for port in ports if port.host_ip is None or not port.host_ip.unknown)


def _why_open(container: Container, family: DataFamily | None) -> str | None:
    service = container.service
    variables = {str(entry.name): entry.value for entry in service.environment}
    reference = image_of(container)
    if family is not None:
        return _open_by_switch(service, family, variables) or _open_by_default(container, family, variables)
    return _open_by_image(reference, service, variables) if reference is not None else None


def _is(variables: Mapping[str, Value | None], name: str, *values: str) -> bool:
    """Whether a variable surely has one of the values, in lower case."""
    value = variables.get(name)
    return value is not None and not value.unknown and value.text.lower() in values


def _open_by_switch(service: Service, family: DataFamily, variables: Mapping[str, Value | None]) -> str | None:
    for name, wanted in family.open_variables.items():
        value = variables.get(name)
        if value is None or value.unknown or not value.text or (wanted is not None and value.text.lower() != wanted):
            continue
        # A password that is set counts more than the permission to have none.
        has_password = wanted is None and any(one in variables for one in _with_files(family.passwords))
        if not has_password and not (wanted is None and service.env_files):
            return f"asks for no password (`{name}={value.text}`)"
    words = list(command_words(service))
    if family.name == "vault" and any(word in ("-dev", "--dev") for word in words):
        return "runs in development mode (`-dev`)"
    if family.name == "weaviate" and _is(variables, "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", "true"):
        return "lets in everybody (`AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true`)"
    return None


def _open_by_default(container: Container, family: DataFamily, variables: Mapping[str, Value | None]) -> str | None:
    service = container.service
    if family.name not in _OPEN_BY_DEFAULT or service.env_files or service.build is not None or not is_whole(container):
        return None
    if any(_CARRIERS.search(name) for name in variables) or service.entrypoint is not None:
        return None
    if service.command is not None and service.command.unknown:
        return None
    targets = [str(volume.target.text) for volume in service.volumes]
    mounted = any(_IS_CONFIGURATION.search(target) for target in targets)
    mounted = mounted or "configs" in service.node or "secrets" in service.node
    sets_password = any(_SETS_PASSWORD[family.name].search(word) for word in _joined(command_words(service)))
    is_own = service.command is None or _is_server(family, command_words(service))
    return "has no password" if is_own and not mounted and not sets_password else None


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
    servers = {"redis": ("redis-server", "valkey-server", "keydb-server", "dragonfly"), "mongo": ("mongod",)}
    return first.startswith("-") or first in servers.get(family.name, (family.name,))


def _open_by_image(reference: Reference, service: Service, variables: Mapping[str, Value | None]) -> str | None:
    path = reference.path.removeprefix("library/")
    if path.startswith("bitnami"):
        for name in ("ALLOW_EMPTY_PASSWORD", "ALLOW_ANONYMOUS_LOGIN"):
            has_password = any("PASSWORD" in one and one != name for one in variables) or bool(service.env_files)
            if _is(variables, name, "yes", "true", "1") and not has_password:
                return f"asks for no password (`{name}`)"
    if path in ("phpmyadmin", "phpmyadmin/phpmyadmin") and variables.get("PMA_PASSWORD") is not None:
        return "logs everybody in (`PMA_PASSWORD`)"
    words = list(command_words(service))
    is_jupyter = "jupyter" in path or any("jupyter" in word or "start-notebook" in word for word in words)
    if is_jupyter and any(re.fullmatch(r"--\w+\.token=(?:''|\"\")?", word) for word in words):
        has_password = any(re.match(r"--\w+\.(?:hashed_)?password=.*[^'\"=]", word) for word in words)
        return None if has_password else "asks for no token, and runs whatever is typed"
    return None


def _with_files(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield from (name, f"{name}_FILE")
