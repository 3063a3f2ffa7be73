"""Which addresses containers are told of, and whom they lead to."""

from pathlib import Path

import pytest

from dockerlint.compose.loading import read
from dockerlint.project.addresses import addresses
from dockerlint.project.containers import Stack
from dockerlint.project.networks import Networks
from dockerlint.project.project import Project
from dockerlint.source import Source


def _stack(text: str, folder: Path) -> Stack:
    compose = read(Source(str(folder / "compose.yaml"), text))
    return Project(folder, [compose]).stack(compose)


def _told(environment: str, folder: Path) -> list[tuple[str, int | None, str | None]]:
    text = f"services:\n  web:\n    image: acme/web:1\n    environment:\n{environment}"
    (container,) = _stack(text, folder).containers
    found = addresses(container)
    return [(one.name, one.number, one.family.name if one.family else None) for one in found]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("URL: postgresql+asyncpg://u:p@db:5433/x", [("db", 5433, "postgres")]),
        ("URL: 'postgres://u:${UNSET}@db/x'", [("db", 5432, "postgres")]),
        ("URL: 'redis://${UNSET}:6379'", []),
        ("URL: jdbc:mysql://db:3306/x", [("db", 3306, "mysql")]),
        ("DSN: 'u:p@tcp(db:3306)/x'", [("db", 3306, None)]),
        ("ConnectionString: 'Server=db,1433;User=sa'", [("db", 1433, None)]),
        ("API: http://api/v1", [("api", 80, None)]),
        ("KAFKA_BROKERS: 'a:9092,b:9093'", [("a", 9092, None), ("b", 9093, None)]),
        ("WORDPRESS_DB_HOST: db:3306", [("db", 3306, None)]),
        ("VIRTUAL_HOST: web", []),
        ("FLASK_RUN_HOST: '0.0.0.0'", []),
        ("MOTTO: 'a:80'", []),
    ],
)
def test_address_of_one_variable(line: str, expected: list[tuple[str, int | None, str | None]], tmp_path: Path) -> None:
    assert _told(f"      {line}\n", tmp_path) == expected


def test_host_and_port_of_two_variables(tmp_path: Path) -> None:
    pair = "      REDIS_HOST: cache\n      REDIS_PORT: 6380\n      PGHOST: db\n"
    assert _told(pair, tmp_path) == [("cache", 6380, "redis"), ("db", 5432, "postgres")]


def _networks(text: str, folder: Path) -> tuple[Networks, Stack]:
    stack = _stack(text, folder)
    return Networks(stack.compose), stack


_PROJECT = """
services:
  web: {image: x, networks: {front: {aliases: [www]}}, links: ["db:sql"]}
  db: {image: x, networks: [back], container_name: The-DB}
  side: {image: x, network_mode: "service:web"}
  raw: {image: x, network_mode: host}
  other: {image: x, network_mode: "container:abc"}
  plain: {image: x}
networks:
  front: {name: shared, external: true}
  back: {name: shared}
  default: {name: own}
"""


def test_networks_are_compared_by_their_real_names(tmp_path: Path) -> None:
    networks, stack = _networks(_PROJECT, tmp_path)
    web, db, side, raw, other, plain = (container.service for container in stack.containers)
    assert networks.share(web, db) is True
    assert networks.share(web, plain) is False
    assert networks.share(side, db) is True
    assert networks.share(raw, db) is False
    assert networks.share(other, db) is None
    assert networks.has_strangers(side)
    assert not networks.has_strangers(plain)


def test_services_are_found_by_all_their_names(tmp_path: Path) -> None:
    networks, stack = _networks(_PROJECT, tmp_path)
    web, db, *_ = (container.service for container in stack.containers)
    assert networks.named(db, "www") is web
    assert networks.named(web, "the-db") is db
    assert networks.named(web, "sql") is db
    assert networks.named(db, "sql") is None


def test_circle_of_network_modes_leads_nowhere(tmp_path: Path) -> None:
    text = "services:\n  a: {image: x, network_mode: 'service:b'}\n  b: {image: x, network_mode: 'service:a'}\n"
    networks, stack = _networks(text, tmp_path)
    assert networks.of(stack.containers[0].service) is None
