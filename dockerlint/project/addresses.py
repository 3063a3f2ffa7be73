"""The addresses that the containers of a project are told of: in variables and in commands, each with its place.

A host and a port stand in a URL, in a pair of variables (`DB_HOST` and `DB_PORT`), or as `db:5432`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.compose.values import Value
from dockerlint.knowledge.data_services import DataFamily, family_named, family_of_scheme

if TYPE_CHECKING:
    from dockerlint.project.containers import Container

COMMAND = "command"
_LONGEST = 4096  # characters of a value; a longer one holds no address but data
_WEB_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Address(NamedTuple):
    """A host with its port, as one container is told of it.

    `setting` is the variable that holds it, or `command`. `port` is None where none is written. `scheme` is empty
    outside of URLs. `family` is the kind of service that is asked. `port_setting` is the variable of the port, where
    that has one of its own.
    """

    setting: str
    host: Value
    port: Value | None
    scheme: str
    family: DataFamily | None
    port_setting: str | None = None

    @property
    def name(self) -> str:
        return str(self.host.text)

    @property
    def number(self) -> int | None:
        """The port that is asked, written or usual."""
        if self.port is not None:
            return int(self.port.text) if self.port.text.isdecimal() and not self.port.unknown else None
        return self.family.ports[0] if self.family is not None else _WEB_PORTS.get(self.scheme)

    @property
    def shown(self) -> str:
        return self.name if self.number is None or self.port is None else f"{self.name}:{self.number}"


def addresses(container: Container) -> tuple[Address, ...]:
    """The addresses that a container's variables and its own command hold, as far as they are known."""
    given = {name: value for name, value in _settings(container) if len(value.text) < _LONGEST}
    found = [address for name in given for address in _of_setting(name, given)]
    for word in _words(container):
        found += _urls(COMMAND, word)
    return tuple(address for address in found if not address.host.unknown)


def bare_hosts(container: Container) -> Iterator[Address]:
    """What in a command may be `host:port`, or as well the tag of an image."""
    for word in _words(container):
        match = _bare().fullmatch(word.text)
        if match is not None:
            yield Address(COMMAND, word.part(*match.span("host")), word.part(*match.span("port")), "", None)


def _settings(container: Container) -> Iterator[tuple[str, Value]]:
    """The variables that the project gives; of a value in the Compose file each part is known by itself."""
    own = {str(name): value for name, value in container.service.environment if value is not None}
    for setting in container.environment.settings:
        name = str(setting.name)
        if setting.origin == "environment" and name in own:
            yield name, own[name]
        elif setting.origin == "env file" and setting.value is not None and not setting.unknown:
            yield name, Value(setting.value, setting.value)


def _words(container: Container) -> Iterator[Value]:
    return (word for word in container.service.start_words if len(word.text) < _LONGEST)


def _of_setting(name: str, given: dict[str, Value]) -> Iterator[Address]:
    value = given[name]
    if "://" in value.text or "tcp(" in value.text or "=" in value.text:
        yield from _urls(name, value)
        return
    match = _host_name().fullmatch(name)
    if match is None or _own().search(name):
        return
    family = _family_by_name(name)
    paired = f"{match['prefix']}PORT" if match["pair"] else None
    for one in _listed().finditer(value.text):
        host = value.part(*one.span("host"))
        if one["port"]:
            yield Address(name, host, value.part(*one.span("port")), "", family)
        elif paired is not None:
            yield Address(name, host, given.get(paired), "", family, paired)


def _urls(name: str, value: Value) -> Iterator[Address]:
    for match in _url().finditer(value.text):
        number = next(number for number in "123" if match[f"host{number}"])
        host = value.part(*match.span(f"host{number}"))
        port = value.part(*match.span(f"port{number}")) if match[f"port{number}"] else None
        scheme = (match["scheme"] or "").lower()
        family = family_of_scheme(scheme.partition("+")[0]) if scheme else _family_by_name(name)
        yield Address(name, host, port, scheme, family)


def _family_by_name(name: str) -> DataFamily | None:
    """The family that a variable names: `REDIS_HOST`, `PGHOST`."""
    if name.startswith("PG"):
        return family_named("postgres")
    return next((family for word in name.split("_") if (family := family_by_word(word)) is not None), None)


def family_by_word(word: str) -> DataFamily | None:
    """The family that a word is the name of: `mysql`, `Postgres`."""
    name = _FAMILY_WORDS.get(word.lower())
    return family_named(name) if name is not None else None


_FAMILY_WORDS = {
    "redis": "redis", "valkey": "redis", "postgres": "postgres", "postgresql": "postgres", "mysql": "mysql",
    "mariadb": "mysql", "mongo": "mongo", "mongodb": "mongo", "rabbitmq": "rabbitmq", "amqp": "rabbitmq",
    "memcached": "memcached", "elasticsearch": "elasticsearch",
}  # fmt: skip


@cache
def _url() -> re.Pattern[str]:
    """A URL; Go's `user@tcp(db:3306)/`; the `Host=db` of a connection string."""
    host, end = r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:]+\]", r"(?![A-Za-z0-9_$%{@:-])"
    return re.compile(
        rf"(?<![\w+.-])(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://(?:[^\s/@\"']*@)?"
        rf"(?P<host1>{host})(?::(?P<port1>\d+))?{end}"
        rf"|\btcp\((?P<host2>{host})(?::(?P<port2>\d+))?\)"
        rf"|(?:^|[;\s])(?:[Hh]ost|[Ss]erver|[Dd]ata [Ss]ource)=(?:tcp:)?(?P<host3>{host})(?:[,:](?P<port3>\d+))?{end}"
    )


@cache
def _host_name() -> re.Pattern[str]:
    """The name of a variable for a host; `pair` is the part that `PORT` stands for in the name of its port."""
    pair = r"(?P<prefix>(?:.+_)|PG|(?:[A-Z]+(?=HOST)))(?P<pair>HOST|HOSTNAME|HOST_NAME|ADDR|ADDRESS|SERVER)"
    several = r".*(?:SERVERS|BROKERS?|BROKER_LIST|ENDPOINTS?|NODES|URLS?|URI|CONNECT|UPSTREAM|BACKEND|TARGETS?|HOSTS)"
    return re.compile(rf"(?:{pair}|{several})", re.IGNORECASE)


@cache
def _own() -> re.Pattern[str]:
    """Variables for the address at which the container itself is found."""
    return re.compile(
        r"BIND|LISTEN|ADVERTI|VIRTUAL|LETSENCRYPT|RUN_HOST|ALLOWED|TRUSTED|^HOST|CORS|DOMAIN", re.IGNORECASE
    )


@cache
def _listed() -> re.Pattern[str]:
    """One of several hosts, divided by commas."""
    return re.compile(r"(?:(?<=,)|^)\s*(?P<host>[A-Za-z0-9_.-]+)(?::(?P<port>\d{2,5}))?(?:/[\w./-]*)?\s*(?=,|$)")


@cache
def _bare() -> re.Pattern[str]:
    return re.compile(r"(?:--?[\w.-]+=)?(?P<host>[A-Za-z][A-Za-z0-9_.-]*):(?P<port>\d{2,5})")
