"""Logins from one service to another that cannot succeed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote

from dockerlint.compose.services import Service
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container, Stack
from dockerlint.project.environments import Setting
from dockerlint.source import Text
from dockerlint.wording import listed

from .accounts import Account, Accounts, accounts_of
from .values import Place, place_of

_SERVER = "{server}"  # put into messages for the name of the service that is logged in to


class _Word(NamedTuple):
    """A part of a login: what it says, and where."""

    value: str
    place: Text


class _Login(NamedTuple):
    """What a variable, or several of one prefix, say of a login. Unknown parts are None.

    `name` is that of the one variable; None where each part has its own.
    """

    name: str | None
    host: str
    user: _Word | None
    password: _Word | None
    database: _Word | None
    schemes: frozenset[str] = frozenset()  # of the family; none where any may be meant


class MismatchedCredentials(Rule[Stack]):
    """A service logs in to another one with a user, password or database that this one does not have.

    The database makes its accounts at its first start from what its own service says. Every login with something else is
    refused, and the program ends or waits without end.

    Take both from one variable: `POSTGRES_PASSWORD: ${DB_PASSWORD:?}` here and
    `postgresql://app:${DB_PASSWORD:?}@db/app` there.

    https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n"
        "      DATABASE_URL: postgresql://postgres:«hunter22»@db/app\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: hunter23\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n"
        "      - DATABASE_URL=postgresql+psycopg://«app»:hunter22@db:5432/app\n  db:\n    image: postgres:17\n"
        "    environment:\n      - POSTGRES_PASSWORD=hunter22\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: wordpress:6\n    environment:\n      WORDPRESS_DB_HOST: db:3306\n"
        "      WORDPRESS_DB_USER: wordpress\n      «WORDPRESS_DB_PASSWORD»: hunter22\n      WORDPRESS_DB_NAME: wp\n"
        "  db:\n    image: mariadb:11\n    environment:\n      MARIADB_USER: wordpress\n      MARIADB_PASSWORD: hunter23\n"
        "      MARIADB_ROOT_PASSWORD: hunter24\n      MARIADB_DATABASE: wp\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      URL: mysql://app:hunter22@db/«other»\n"
        "  db:\n    image: mysql:8.4\n    environment:\n      MYSQL_USER: app\n      MYSQL_PASSWORD: hunter22\n"
        "      MYSQL_RANDOM_ROOT_PASSWORD: 1\n      MYSQL_DATABASE: app\n": None,
        "=== .env\nDB_PASSWORD=hunter23\n=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n"
        "      MQ: amqp://guest:«hunter22»@mq\n      REDIS_URL: redis://:«hunter22»@redis:6379/0\n  mq:\n    image: rabbitmq:4\n"
        "  redis:\n    image: redis:8\n    command: redis-server --requirepass ${DB_PASSWORD}\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n"
        "      A: postgresql://postgres:hunter22@db/app\n      B: postgresql://postgres:${PW}@db/app\n"
        "      C: postgresql://postgres@db/app\n      D: postgresql://u:hunter@elsewhere/app\n  db:\n    image: postgres:17\n"
        "    environment:\n      POSTGRES_PASSWORD: hunter22\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      A: postgresql://app:hunter22@db/app\n"
        "  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: hunter23\n    volumes:\n"
        "      - ./init.sql:/docker-entrypoint-initdb.d/init.sql\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      A: postgresql://app:p%40ss@db/app\n"
        "      PGHOST: db\n      PGUSER: app\n      PGPASSWORD: p@ss\n  db:\n    image: postgres:17\n"
        "    environment:\n      POSTGRES_USER: app\n      POSTGRES_PASSWORD: p@ss\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      A: mysql://app:hunter22@db/app\n"
        "  db:\n    image: mysql:8.4\n    env_file: db.env\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      A: postgresql://postgres:a1b2@db/x\n"
        "  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: ${PW:?}\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      A: mysql://root:hunter22@db/other\n"
        "  db:\n    image: mysql:8.4\n    environment:\n      MYSQL_ROOT_PASSWORD: hunter22\n      MYSQL_DATABASE: app\n",
    )

    def check(self, stack: Stack) -> Findings:
        if stack.compose.is_fragment:
            return
        servers = _servers(stack)
        found: dict[Place, tuple[_Fault, list[Service]]] = {}
        for client in stack.containers if servers else ():
            for fault in _faults(client, servers):
                found.setdefault(place_of(fault.place), (fault, []))[1].append(client.service)
        for fault, clients in found.values():
            message = f"{fault.name} of {listed(service.name for service in clients)} {fault.what}"
            yield self.finding(fault.place, message, help="take both from one variable")


class _Fault(NamedTuple):
    """What a server does not know of a login that `name` tells, and where it stands."""

    name: str
    place: Text
    what: str


def _faults(client: Container, servers: dict[str, _Server]) -> Iterator[_Fault]:
    for login in _logins(client):
        server = servers.get(login.host)
        if server is not None and server.container is not client and _speaks(server.container, login):
            for place, what in _unknown(login, server.accounts):
                name = str(place) if login.name is None else login.name
                yield _Fault(name, place, what.replace(_SERVER, f"`{server.container.service.name}`"))


class _Server(NamedTuple):
    container: Container
    accounts: Accounts


def _servers(stack: Stack) -> dict[str, _Server]:
    """The services whose accounts are known, by the names that others reach them by."""
    found: dict[str, _Server] = {}
    for container in stack.containers:
        accounts = accounts_of(container, stack)
        if accounts is not None:
            own = container.service.settings.text("container_name")
            for name in (container.service.name, own.text if own is not None else container.service.name):
                found[str(name)] = _Server(container, accounts)
    return found


def _speaks(container: Container, login: _Login) -> bool:
    """Whether a login is for a server of this family, as far as it tells."""
    family = container.data
    return family is not None and (not login.schemes or not login.schemes.isdisjoint(family.schemes))


def _unknown(login: _Login, server: Accounts) -> Iterator[tuple[Text, str]]:
    """What of a login the server does not know, where that stands and what is wrong with it."""
    accounts = server.accounts
    if login.user is not None:
        accounts = tuple(account for account in accounts if account.user == login.user.value)
        if not accounts:
            has = " and ".join(f"`{account.user}`" for account in server.accounts)
            yield login.user.place, f"logs in as `{login.user.value}`, but {_SERVER} has only {has}"
            return
    passwords = {account.password for account in accounts}
    if login.password is not None and None not in passwords and login.password.value not in passwords:
        yield login.password.place, f"logs in with a password that is not {_told(accounts)}"
    database = login.database
    is_limited = not server.has_other_databases and all(account.user != "root" for account in accounts)
    if is_limited and database is not None and server.database not in (None, database.value):
        yield database.place, f"opens the database `{database.value}`, but {_SERVER} makes `{server.database}`"


def _told(accounts: tuple[Account, ...]) -> str:
    """Where the password of a server stands."""
    account = accounts[-1]
    line = f" (line {account.place.line})" if account.place is not None else ""
    return f"{account.told} of {_SERVER}{line}"


def _logins(container: Container) -> Iterator[_Login]:
    for setting in container.environment.settings:
        if setting.value is not None and setting.known is not None:
            yield from _in_url(setting, setting.value)
            yield from _beside_host(container, setting)


def _in_url(setting: Setting, value: Text) -> Iterator[_Login]:
    match = _url().match(value)
    if match is None or match["password"] is None:
        return
    is_redis = match["scheme"].startswith("redis")
    user = _word(value, match, "user") or (_Word("default", value) if is_redis else None)
    scheme = match["scheme"].partition("+")[0]
    schemes = frozenset({scheme, "postgres" if scheme == "postgresql" else scheme})
    yield _Login(
        str(setting.name),
        match["host"],
        user,
        _word(value, match, "password"),
        _word(value, match, "database"),
        schemes,
    )


def _word(value: Text, match: re.Match[str], group: str) -> _Word | None:
    return _Word(unquote(match[group]), value.part(*match.span(group))) if match[group] else None


@cache
def _url() -> re.Pattern[str]:
    return re.compile(
        r"(?P<scheme>[a-z][a-z0-9+]*)://(?P<user>[^:@/\s]*)(?::(?P<password>[^@/\s]*))?@(?P<host>[\w.-]+)(?::\d+)?"
        r"(?:/(?P<database>[\w.-]*))?(?=[/?;]|$)"
    )


_HOSTS = ("HOST", "HOSTNAME", "SERVER")
_USERS = ("USER", "USERNAME")
_PASSWORDS = ("PASSWORD", "PASSWD", "PASS", "PWD")
_DATABASES = ("NAME", "DATABASE", "DB", "DBNAME", "DATABASE_NAME")


def _beside_host(container: Container, setting: Setting) -> Iterator[_Login]:
    """`DB_HOST`, with `DB_USER`, `DB_PASSWORD` and `DB_NAME` beside it."""
    name = str(setting.name)
    suffix = next((suffix for suffix in _HOSTS if name.upper().endswith(suffix)), None)
    if suffix is None or setting.known is None or name.upper() == suffix:
        return
    prefix = name[: -len(suffix)]
    user, password, database = (_beside(container, prefix, names) for names in (_USERS, _PASSWORDS, _DATABASES))
    if user is not None or password is not None:
        yield _Login(None, setting.known.partition(":")[0], user, password, database)


def _beside(container: Container, prefix: str, suffixes: tuple[str, ...]) -> _Word | None:
    for suffix in suffixes:
        setting = container.environment.get(prefix + suffix)
        if setting is not None:
            return _Word(setting.known, setting.name) if setting.known else None
    return None
