"""Who may log in to a database or broker of a project, as far as its image makes the accounts at its first start."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dockerlint.project.containers import Container, Stack
from dockerlint.project.environments import ContainerEnvironment
from dockerlint.project.service_kinds import command_words
from dockerlint.source import Text

# Where scripts, dumps and settings are put that may make other accounts.
_SETUP_FOLDERS = ("/docker-entrypoint-initdb.d", "/etc/rabbitmq", "/etc/mysql", "/etc/postgresql", "/usr/local/etc")
_SETUP_WORDS = (
    "create user", "create role", "alter user", "alter role", "createuser", "create database", "createdb", "grant ",
    "add_user", "change_password", "import_definitions", "load_definitions", ".conf",
)  # fmt: skip


class Account(NamedTuple):
    """A user, None where there are none, and the password, None where nobody can know it.

    `told` names what sets the password, `place` is where.
    """

    user: str | None
    password: str | None
    told: str
    place: Text | None


class Accounts(NamedTuple):
    """All accounts that a service begins with. `database` is the one that is made for them, where one is named."""

    accounts: tuple[Account, ...]
    database: str | None = None
    has_other_databases: bool = True


def accounts_of(container: Container, stack: Stack) -> Accounts | None:
    """The accounts of a service; None for one that is no database or broker, or may have others."""
    family, reference = container.data, container.reference
    make = _MAKERS.get(family.name) if family is not None else None
    if make is None or reference is None or "bitnami" in reference.path or container.service.build is not None:
        return None
    environment = container.environment
    names = {str(setting.name) for setting in environment.settings}
    is_otherwise = any(name.endswith(("_FILE", "_HASH")) or "ALLOW_EMPTY" in name for name in names)
    if is_otherwise or not environment.is_complete or _is_set_up_otherwise(container, stack):
        return None
    return make(container)


def _is_set_up_otherwise(container: Container, stack: Stack) -> bool:
    """Whether scripts, mounted settings, old data or another service may make accounts."""
    service = container.service
    if service.entrypoint is not None or any(key in service.node for key in ("configs", "post_start", "volumes_from")):
        return True
    for volume in service.volumes:
        if volume.unknown or any(f"{volume.target.text}/".startswith(f"{folder}/") for folder in _SETUP_FOLDERS):
            return True
        if volume.source is not None and _is_external(stack, str(volume.source.text)):
            return True
    words = " ".join(word for one in stack.containers for word in command_words(one.service)).lower()
    return any(word in words for word in _SETUP_WORDS)


def _is_external(stack: Stack, name: str) -> bool:
    volume = stack.compose.declaration("volumes", name)
    return volume is not None and "external" in volume.node


def _account(environment: ContainerEnvironment, user: str | None, name: str) -> Account:
    setting = environment.get(name)
    return Account(user, environment.value(name) or None, name, setting.name if setting is not None else None)


def _named(environment: ContainerEnvironment, name: str, default: str | None) -> str | None:
    """What a variable names; the default where it is not set, None where nobody can tell."""
    setting = environment.get(name)
    if setting is None:
        return default
    return (setting.known or default) if setting.known is not None else None


def _postgres(container: Container) -> Accounts | None:
    """https://hub.docker.com/_/postgres"""
    environment = container.environment
    user = _named(environment, "POSTGRES_USER", "postgres")
    if user is None or environment.get("POSTGRES_PASSWORD") is None or environment.get("POSTGRES_HOST_AUTH_METHOD"):
        return None
    return Accounts((_account(environment, user, "POSTGRES_PASSWORD"),), environment.value("POSTGRES_DB"))


def _mysql(container: Container) -> Accounts | None:
    """https://hub.docker.com/_/mysql, https://hub.docker.com/_/mariadb"""
    environment = container.environment
    brand = "MARIADB" if any(str(setting.name).startswith("MARIADB_") for setting in environment.settings) else "MYSQL"
    if brand == "MARIADB" and any(str(setting.name).startswith("MYSQL_") for setting in environment.settings):
        return None
    accounts = [_account(environment, "root", f"{brand}_ROOT_PASSWORD")]
    if environment.get(f"{brand}_USER") is not None:
        user = environment.value(f"{brand}_USER")
        if user is None:
            return None
        accounts.append(_account(environment, user, f"{brand}_PASSWORD"))
    return Accounts(tuple(accounts), environment.value(f"{brand}_DATABASE"), has_other_databases=False)


def _mongo(container: Container) -> Accounts | None:
    """https://hub.docker.com/_/mongo"""
    user = container.environment.value("MONGO_INITDB_ROOT_USERNAME")
    if not user:
        return None
    return Accounts((_account(container.environment, user, "MONGO_INITDB_ROOT_PASSWORD"),))


def _rabbitmq(container: Container) -> Accounts | None:
    """https://hub.docker.com/_/rabbitmq"""
    environment = container.environment
    user = _named(environment, "RABBITMQ_DEFAULT_USER", "guest")
    if user is None:
        return None
    if environment.get("RABBITMQ_DEFAULT_PASS") is None:
        return Accounts((Account(user, "guest", "the default", None),))
    return Accounts((_account(environment, user, "RABBITMQ_DEFAULT_PASS"),))


def _redis(container: Container) -> Accounts | None:
    """https://redis.io/docs/latest/operate/oss_and_stack/management/security/"""
    command = container.service.command
    words = command.words if command is not None and not command.unknown else None
    if any(word.text in ("--user", "--aclfile") for word in words or ()):
        return None
    for word, after in zip(words or (), (words or ())[1:], strict=False):
        if word.text == "--requirepass":
            return Accounts((Account("default", str(after.text), "--requirepass", after.text),))
    return None


_MAKERS: dict[str, Callable[[Container], Accounts | None]] = {
    "postgres": _postgres,
    "mysql": _mysql,
    "mongo": _mongo,
    "rabbitmq": _rabbitmq,
    "redis": _redis,
}
