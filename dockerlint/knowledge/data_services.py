"""Images whose container keeps data or passes it on: databases, caches, brokers, search engines.

Ports, data folders and the variables that set a password are those of the official images; a row holds only for such an
image or a copy of it under another registry. https://hub.docker.com/search?badges=official&categories=databases-and-storage
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from dockerlint.dockerfile.image import Reference
from dockerlint.knowledge.records import canonical


class DataFamily(NamedTuple):
    """What images of one family have in common.

    `ports` are those of the container, the one that clients use first. `path` is where the data lies; None where
    nothing is kept. `passwords` are the variables that set the password of the first user, `users` and `databases`
    those that name it and its database. `open_variables` switch the password off: a name, and the value in lower case
    that does it (None: any that is not empty). `programs` are its servers; `probe` asks one whether it answers;
    `data_option` and `data_variable` name another folder.
    """

    name: str
    ports: tuple[int, ...]
    path: str | None
    passwords: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    default_user: str | None = None
    schemes: tuple[str, ...] = ()
    open_variables: Mapping[str, str | None] = {}
    # Nothing asks for a password until somebody sets one.
    is_open_by_default: bool = False
    # Losing what it holds is what it is made for.
    is_cache: bool = False
    programs: tuple[str, ...] = ()
    probe: str | None = None
    data_option: str | None = None
    data_variable: str | None = None
    # Where older versions keep their data, if the tag does not tell which version it is.
    older_path: str | None = None


_FAMILIES = (
    DataFamily(
        "postgres",
        (5432,),
        "/var/lib/postgresql/data",
        passwords=("POSTGRES_PASSWORD",),
        users=("POSTGRES_USER",),
        databases=("POSTGRES_DB",),
        default_user="postgres",
        schemes=("postgres", "postgresql"),
        open_variables={"POSTGRES_HOST_AUTH_METHOD": "trust"},
        programs=("postgres",),
        probe="pg_isready -U {user}",
        data_option="-D",
        data_variable="PGDATA",
    ),
    DataFamily(
        "mysql",
        (3306,),
        "/var/lib/mysql",
        passwords=("MYSQL_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD", "MYSQL_PASSWORD", "MARIADB_PASSWORD"),
        users=("MYSQL_USER", "MARIADB_USER"),
        databases=("MYSQL_DATABASE", "MARIADB_DATABASE"),
        default_user="root",
        schemes=("mysql", "mariadb"),
        open_variables={
            "MYSQL_ALLOW_EMPTY_PASSWORD": None,
            "MARIADB_ALLOW_EMPTY_PASSWORD": None,
            "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": None,
        },
        programs=("mysqld", "mariadbd", "mysqld_safe", "mariadbd-safe"),
        probe="mysqladmin ping",
        data_option="--datadir",
    ),
    DataFamily(
        "mongo",
        (27017,),
        "/data/db",
        passwords=("MONGO_INITDB_ROOT_PASSWORD",),
        users=("MONGO_INITDB_ROOT_USERNAME",),
        schemes=("mongodb", "mongodb+srv"),
        is_open_by_default=True,
        programs=("mongod",),
        probe="mongosh --quiet --eval 'db.runCommand({ping: 1})'",
        data_option="--dbpath",
    ),
    DataFamily(
        "redis",
        (6379,),
        "/data",
        schemes=("redis", "rediss"),
        is_open_by_default=True,
        is_cache=True,
        programs=("redis-server", "valkey-server", "keydb-server", "dragonfly"),
        probe="redis-cli ping",
        data_option="--dir",
    ),
    DataFamily(
        "memcached",
        (11211,),
        None,
        schemes=("memcached",),
        is_open_by_default=True,
        is_cache=True,
        programs=("memcached",),
    ),
    DataFamily(
        "elasticsearch",
        (9200, 9300),
        "/usr/share/elasticsearch/data",
        passwords=("ELASTIC_PASSWORD",),
        open_variables={"xpack.security.enabled": "false"},
    ),
    DataFamily(
        "opensearch",
        (9200, 9300),
        "/usr/share/opensearch/data",
        passwords=("OPENSEARCH_INITIAL_ADMIN_PASSWORD",),
        open_variables={"DISABLE_SECURITY_PLUGIN": "true", "plugins.security.disabled": "true"},
    ),
    DataFamily("cassandra", (9042,), "/var/lib/cassandra", is_open_by_default=True),
    DataFamily("scylla", (9042,), "/var/lib/scylla", is_open_by_default=True),
    DataFamily("clickhouse", (8123, 9000), "/var/lib/clickhouse", passwords=("CLICKHOUSE_PASSWORD",)),
    DataFamily("influxdb", (8086,), "/var/lib/influxdb2", passwords=("DOCKER_INFLUXDB_INIT_PASSWORD",)),
    DataFamily("neo4j", (7687, 7474), "/data", schemes=("neo4j", "bolt"), open_variables={"NEO4J_AUTH": "none"}),
    DataFamily("couchdb", (5984,), "/opt/couchdb/data", passwords=("COUCHDB_PASSWORD",), users=("COUCHDB_USER",)),
    DataFamily("mssql", (1433,), "/var/opt/mssql", passwords=("MSSQL_SA_PASSWORD", "SA_PASSWORD"), schemes=("mssql",)),
    DataFamily(
        "rabbitmq",
        (5672, 15672),
        "/var/lib/rabbitmq",
        passwords=("RABBITMQ_DEFAULT_PASS",),
        users=("RABBITMQ_DEFAULT_USER",),
        default_user="guest",
        schemes=("amqp", "amqps"),
        programs=("rabbitmq-server",),
        probe="rabbitmq-diagnostics -q ping",
    ),
    DataFamily("etcd", (2379, 2380), None, is_open_by_default=True),
    DataFamily("consul", (8500,), "/consul/data", is_open_by_default=True),
    DataFamily("vault", (8200,), "/vault/file"),
    DataFamily(
        "qdrant", (6333, 6334), "/qdrant/storage", passwords=("QDRANT__SERVICE__API_KEY",), is_open_by_default=True
    ),
    DataFamily("weaviate", (8080,), "/var/lib/weaviate"),
    DataFamily("meilisearch", (7700,), "/meili_data", passwords=("MEILI_MASTER_KEY",), is_open_by_default=True),
    DataFamily("typesense", (8108,), "/data"),
)
_BY_NAME: Mapping[str, DataFamily] = {family.name: family for family in _FAMILIES}

# Official images and tag-compatible ones, by the name without registry.
_IMAGES: Mapping[str, str] = {
    **{name: name for name in _BY_NAME if name not in ("scylla", "clickhouse", "mssql", "opensearch", "etcd")},
    **dict.fromkeys(
        ("postgis/postgis", "pgvector/pgvector", "timescale/timescaledb", "timescale/timescaledb-ha"), "postgres"
    ),
    **dict.fromkeys(("mariadb", "percona", "percona/percona-server", "mysql/mysql-server"), "mysql"),
    **dict.fromkeys(("valkey/valkey", "eqalpha/keydb", "redis/redis-stack", "redis/redis-stack-server"), "redis"),
    "dragonflydb/dragonfly": "redis",
    "scylladb/scylla": "scylla",
    **dict.fromkeys(("clickhouse/clickhouse-server", "clickhouse", "yandex/clickhouse-server"), "clickhouse"),
    "elasticsearch/elasticsearch": "elasticsearch",  # docker.elastic.co
    "opensearchproject/opensearch": "opensearch",
    "mssql/server": "mssql",  # mcr.microsoft.com
    "hashicorp/consul": "consul",
    "hashicorp/vault": "vault",
    **dict.fromkeys(("etcd-development/etcd", "coreos/etcd"), "etcd"),
    "qdrant/qdrant": "qdrant",
    "semitechnologies/weaviate": "weaviate",
    "getmeili/meilisearch": "meilisearch",
    "typesense/typesense": "typesense",
}
# Bitnami's images keep their data in folders of their own, and ask for a password unless they are told not to.
# https://github.com/bitnami/containers/tree/main/bitnami
_BITNAMI: Mapping[str, tuple[str, str | None, tuple[str, ...]]] = {
    "postgresql": ("postgres", "/bitnami/postgresql", ("POSTGRESQL_PASSWORD", "POSTGRES_PASSWORD")),
    "mysql": ("mysql", "/bitnami/mysql/data", ("MYSQL_ROOT_PASSWORD", "MYSQL_PASSWORD")),
    "mariadb": ("mysql", "/bitnami/mariadb", ("MARIADB_ROOT_PASSWORD", "MARIADB_PASSWORD")),
    "mongodb": ("mongo", "/bitnami/mongodb", ("MONGODB_ROOT_PASSWORD", "MONGODB_PASSWORD")),
    "redis": ("redis", "/bitnami/redis/data", ("REDIS_PASSWORD",)),
    "valkey": ("redis", "/bitnami/valkey/data", ("VALKEY_PASSWORD",)),
    "memcached": ("memcached", None, ("MEMCACHED_PASSWORD",)),
    "elasticsearch": ("elasticsearch", "/bitnami/elasticsearch/data", ("ELASTICSEARCH_PASSWORD",)),
    "cassandra": ("cassandra", "/bitnami/cassandra", ("CASSANDRA_PASSWORD",)),
    "clickhouse": ("clickhouse", "/bitnami/clickhouse", ("CLICKHOUSE_ADMIN_PASSWORD",)),
    "influxdb": ("influxdb", "/bitnami/influxdb", ("INFLUXDB_ADMIN_USER_PASSWORD",)),
    "neo4j": ("neo4j", "/bitnami/neo4j", ("NEO4J_PASSWORD",)),
    "couchdb": ("couchdb", "/bitnami/couchdb", ("COUCHDB_PASSWORD",)),
    "rabbitmq": ("rabbitmq", "/bitnami/rabbitmq/mnesia", ("RABBITMQ_PASSWORD",)),
    "etcd": ("etcd", "/bitnami/etcd", ("ETCD_ROOT_PASSWORD",)),
}
_BITNAMI_OPEN: Mapping[str, str | None] = {"ALLOW_EMPTY_PASSWORD": "yes", "ALLOW_NONE_AUTHENTICATION": "yes"}

_POSTGRES_18 = "/var/lib/postgresql"
_TIMESCALE_HA = "/home/postgres/pgdata/data"
# `18`, `18.1-alpine`, `latest-pg18`, `2.22.0-pg17`, `pg17-trixie`; postgis has the number of Postgres first.
_MAJOR = re.compile(r"(?:^|.*-)pg(\d+)|(\d+)")


def data_family(reference: Reference) -> DataFamily | None:
    """The family that an image belongs to, its data folder by its tag; None for any other image."""
    path = canonical(reference.name).removeprefix("docker.io/").removeprefix("library/")
    name = _IMAGES.get(path) or _IMAGES.get(reference.path.removeprefix("library/"))
    if name is None and "/" in path and "." in path.partition("/")[0]:
        name = _IMAGES.get(path.partition("/")[2].removeprefix("library/"))
    if name is None:
        return _of_bitnami(reference.path)
    return _at_tag(_BY_NAME[name], path, reference.tag)


def family_named(name: str) -> DataFamily:
    """A family by its own name. Raises KeyError."""
    return _BY_NAME[name]


def family_of_scheme(scheme: str) -> DataFamily | None:
    """The family whose clients write their addresses with a scheme: `amqp`."""
    return next((family for family in _FAMILIES if scheme in family.schemes), None)


def _of_bitnami(path: str) -> DataFamily | None:
    space, _, image = path.partition("/")
    row = _BITNAMI.get(image) if space in ("bitnami", "bitnamilegacy", "bitnamisecure") else None
    if row is None:
        return None
    name, folder, passwords = row
    return _BY_NAME[name]._replace(
        path=folder,
        passwords=passwords,
        open_variables=_BITNAMI_OPEN,
        is_open_by_default=False,
        data_variable=None,
    )


def _at_tag(family: DataFamily, path: str, tag: str | None) -> DataFamily:
    if path == "timescale/timescaledb-ha":
        return family._replace(path=_TIMESCALE_HA)
    match = _MAJOR.match(tag or "")
    major = int(match[1] or match[2]) if match else None
    if family.name == "postgres":
        is_counted_otherwise = path.startswith("timescale/") and "-pg" not in (tag or "")
        if major is None or is_counted_otherwise:
            return family._replace(older_path=family.path, path=_POSTGRES_18)
        return family._replace(path=_POSTGRES_18) if major >= 18 else family
    if path == "mariadb":
        return family._replace(probe="healthcheck.sh --connect --innodb_initialized")
    if family.name == "influxdb" and major == 1:
        return family._replace(path="/var/lib/influxdb")
    return family
