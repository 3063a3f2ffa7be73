"""Which family of databases an image belongs to, and where it keeps its data."""

import pytest

from dockerlint.dockerfile.image import parse
from dockerlint.knowledge.data_services import DataFamily, data_family

_BEFORE_18 = "/var/lib/postgresql/data"
_SINCE_18 = "/var/lib/postgresql"


def _family(image: str) -> DataFamily | None:
    reference = parse(image)
    assert reference is not None
    return data_family(reference)


@pytest.mark.parametrize(
    ("image", "name", "path"),
    [
        ("postgres:17-alpine", "postgres", _BEFORE_18),
        ("postgres:18.1", "postgres", _SINCE_18),
        ("registry.example.com/library/postgres:16", "postgres", _BEFORE_18),
        ("pgvector/pgvector:pg17", "postgres", _BEFORE_18),
        ("pgvector/pgvector:0.8.1-pg18-trixie", "postgres", _SINCE_18),
        ("postgis/postgis:16-3.4", "postgres", _BEFORE_18),
        ("timescale/timescaledb:2.22.0-pg17", "postgres", _BEFORE_18),
        ("timescale/timescaledb-ha:pg17", "postgres", "/home/postgres/pgdata/data"),
        ("mariadb:11", "mysql", "/var/lib/mysql"),
        ("influxdb:1.8", "influxdb", "/var/lib/influxdb"),
        ("influxdb:2", "influxdb", "/var/lib/influxdb2"),
        ("bitnami/postgresql:17", "postgres", "/bitnami/postgresql"),
        ("bitnamilegacy/redis:7.4", "redis", "/bitnami/redis/data"),
        ("valkey/valkey:8", "redis", "/data"),
        ("memcached:1.6", "memcached", None),
    ],
)
def test_image_belongs_to_a_family(image: str, name: str, path: str | None) -> None:
    family = _family(image)
    assert family is not None
    assert (family.name, family.path) == (name, path)


@pytest.mark.parametrize("image", ["postgres", "postgres:latest", "postgres:alpine", "timescale/timescaledb:2.22.0"])
def test_tag_that_hides_the_version_leaves_both_folders(image: str) -> None:
    family = _family(image)
    assert family is not None
    assert (family.path, family.older_path) == (_SINCE_18, _BEFORE_18)


@pytest.mark.parametrize("image", ["nginx:1.31", "bitnami/nginx:1", "acme/postgres:17", "bitnami"])
def test_other_images_belong_to_none(image: str) -> None:
    assert _family(image) is None


def test_bitnami_asks_for_a_password_unless_it_is_told_not_to() -> None:
    family = _family("bitnami/redis:7.4")
    assert family is not None
    assert not family.is_open_by_default
    assert family.open_variables["ALLOW_EMPTY_PASSWORD"] == "yes"
