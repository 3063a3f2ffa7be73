"""Databases whose data goes where it is lost, or where two servers write it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from dockerlint.compose.mounts import Volume
from dockerlint.compose.services import Compose
from dockerlint.compose.values import Value
from dockerlint.lint.rule import Findings, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import replaced_part
from dockerlint.project.containers import Container, Stack
from dockerlint.project.data_keeping import (
    data_folders,
    is_at_or_below,
    is_covered,
    mounts_over,
    runs_server,
)
from dockerlint.project.service_kinds import command_words, is_for_tests
from dockerlint.source import Span
from dockerlint.wording import listed

from .naming import grouped

# An index that is made anew from what it indexes.
_REBUILT = frozenset({"elasticsearch", "opensearch"})
_PERSISTENT = re.compile(r"--appendonly\s+\W?yes|--save\s+\W?\d")
# They keep everything in memory unless they are told otherwise.
_DEVELOPMENT_SERVERS = frozenset({"vault", "consul"})


def _loses_nothing(container: Container) -> bool:
    """Whether what the container holds is meant to go with it."""
    family = container.data
    words = " ".join(command_words(container.service))
    if family is None or is_for_tests(container.service):
        return True
    if family.name in _DEVELOPMENT_SERVERS:
        return not words or "-dev" in words
    return (family.is_cache or family.name in _REBUILT) and not _PERSISTENT.search(words)


class UnsavedData(Rule[Container]):
    """A database keeps its data in the container only.

    `docker compose down`, or a container that is made anew for another image, loses everything that was written.

    Mount a named volume where the server keeps its data: `volumes: [pgdata:/var/lib/postgresql/data]`.

    https://docs.docker.com/engine/storage/volumes/
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  «db»:\n    image: postgres:17\n": None,
        "=== compose.yaml\nservices:\n  «db»:\n    image: mysql:8.4\n    volumes:\n      - ./my.cnf:/etc/mysql/my.cnf:ro\n": None,
        "=== compose.yaml\nservices:\n  «db»:\n    image: postgres:17\n    environment:\n      PGDATA: /pg\n"
        "    volumes:\n      - ./backups:/backups\n": None,
        "=== compose.yaml\nservices:\n  «cache»:\n    image: redis:8\n    command: redis-server --appendonly yes\n": None,
        "=== compose.yaml\nservices:\n  «db»:\n    image: bitnami/mongodb:8.0\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    volumes: [pg:/var/lib/postgresql/data]\n"
        "volumes:\n  pg:\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres\n    volumes: [pg:/var/lib/postgresql/data]\n"
        "volumes:\n  pg:\n",
        "=== compose.yaml\nservices:\n  cache:\n    image: redis:8\n",
        "=== compose.test.yaml\nservices:\n  db:\n    image: postgres:17\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    tmpfs: /var/lib/postgresql/data\n",
        "=== compose.yaml\nservices:\n  dump:\n    image: postgres:17\n    command: pg_dump -h db\n",
        "=== compose.yaml\nservices:\n  db:\n    image: mysql:8.4\n    command: --datadir=/data\n    volumes: [store:/data]\n"
        "volumes:\n  store:\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    volumes: ['store:${DATA}']\nvolumes:\n  store:\n",
        "=== compose.yaml\nservices:\n  db:\n    image: mongo:8\n    volumes: ['d:/data/db']\nvolumes:\n  d:\n",
    )

    def check(self, container: Container) -> Findings:
        if container.compose.is_fragment or not runs_server(container) or _loses_nothing(container):
            return
        folders = data_folders(container)
        is_bare = bool(folders) and all(is_covered(container, folder) is False for folder in folders)
        if not is_bare or _misplaced(container) is not None:
            return
        message = f"`{container.service.name}` keeps its data in the container"
        advice = " (before version 18 `".join(f"{folder}`" for folder in folders) + ")" * (len(folders) - 1)
        yield self.finding(container.service.name, message, help=f"mount a volume on `{advice}")


# Folders beside the data: a volume there means something else.
_BESIDES = re.compile(
    r"backup|dump|log|conf|init|run\b|cert|ssl|tls|tmp|script|import|export|plugin|etc/|share|secret|archive|wal\b|\.sql|"
    r"seed|migrat|fixture|restore|template|module|licen[cs]e"
)
_DATA_FOLDER = re.compile(r"/(?:data/)?(?:\w*data\w*|db|var/lib/[\w-]+(?:/\w+)?|\w*sql|mongo\w*|redis|postgres\w*)/?")
_DATA_NAME = re.compile(r"data|(?:^|[_./-])(?:db|database|pg)(?:$|[_./-])", re.IGNORECASE)


def _misplaced(container: Container) -> Volume | None:
    """A mount that is surely meant for the server's data, but lies where it keeps none; the right folder is bare."""
    folders = data_folders(container)
    if not folders or not runs_server(container):
        return None
    if _is_parent_of_postgres(container):
        return next(iter(mounts_over(container, folders[0])), None)
    if any(is_covered(container, folder) is not False for folder in folders):
        return None
    return next((mount for mount in container.service.volumes if _means_data(container, mount)), None)


def _means_data(container: Container, mount: Volume) -> bool:
    family = container.data
    target = posixpath.normpath(mount.target.text)
    declared = container.facts.volumes if container.facts is not None else ()
    if family is None or mount.source is None or mount.unknown or mount.read_only is not False:
        return False
    if any(target == volume for volume in declared if target not in _POSTGRES) or _BESIDES.search(target):
        return False
    if any(word.startswith(target) for word in command_words(container.service)):
        return False
    if any(target in str(setting.value) for setting in container.environment.settings):
        return False
    source = str(mount.source.text)
    is_named = family.name in source or _DATA_NAME.search(source) is not None
    is_own = mount.kind == "volume" and not _is_used_elsewhere(container, source)
    return (is_own or is_named) and _DATA_FOLDER.fullmatch(target) is not None and not _BESIDES.search(source)


_POSTGRES = ("/var/lib/postgresql", "/var/lib/postgresql/data")


def _is_parent_of_postgres(container: Container) -> bool:
    """Whether the folder above the data is mounted, in which the image puts a volume of its own for them."""
    parent, folder = _POSTGRES
    if data_folders(container) != (folder,) or container.environment.get("PGDATA") is not None:
        return False
    targets = [posixpath.normpath(one.target.text) for one in container.service.volumes]
    return parent in targets and folder not in targets and is_covered(container, folder) is True


def _is_used_elsewhere(container: Container, name: str) -> bool:
    users = [
        service
        for service in container.compose.services
        for mount in service.volumes
        if mount.source is not None and mount.source.text == name
    ]
    return len(users) > 1


class WrongDataPath(Rule[Container]):
    """A volume that is meant for a database's data is mounted where the database keeps none.

    The data goes to a volume without a name, or stays in the container: it is lost as soon as that is made anew,
    although a volume is there. Postgres 18 does not even start with a volume on its former folder.

    Mount it where the image keeps its data: `/var/lib/postgresql/data` for Postgres up to 17, `/var/lib/postgresql`
    from 18 on.

    https://hub.docker.com/_/postgres
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    volumes:\n      - pgdata:«/var/lib/postgres»\n"
        "volumes:\n  pgdata:\n": (
            "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    volumes:\n"
            "      - pgdata:/var/lib/postgresql/data\nvolumes:\n  pgdata:\n"
        ),
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17-alpine\n    volumes:\n"
        "      - pgdata:«/var/lib/postgresql»\nvolumes:\n  pgdata:\n": (
            "=== compose.yaml\nservices:\n  db:\n    image: postgres:17-alpine\n    volumes:\n"
            "      - pgdata:/var/lib/postgresql/data\nvolumes:\n  pgdata:\n"
        ),
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n    volumes:\n"
        "      - pgdata:«/var/lib/postgresql/data»\nvolumes:\n  pgdata:\n": (
            "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n    volumes:\n"
            "      - pgdata:/var/lib/postgresql\nvolumes:\n  pgdata:\n"
        ),
        "=== compose.yaml\nservices:\n  db:\n    image: mysql:8.4\n    volumes:\n      - type: volume\n"
        "        source: store\n        target: «/data»\nvolumes:\n  store:\n": (
            "=== compose.yaml\nservices:\n  db:\n    image: mysql:8.4\n    volumes:\n      - type: volume\n"
            "        source: store\n        target: /var/lib/mysql\nvolumes:\n  store:\n"
        ),
        "=== compose.yaml\nservices:\n  db:\n    image: mongo:8\n    volumes:\n      - ./data:«/var/lib/mongodb»\n": (
            "=== compose.yaml\nservices:\n  db:\n    image: mongo:8\n    volumes:\n      - ./data:/data/db\n"
        ),
        "=== compose.yaml\nservices:\n  db:\n    image: mongo:8\n    volumes: [all:«/data/mongo»]\nvolumes:\n  all:\n": (
            "=== compose.yaml\nservices:\n  db:\n    image: mongo:8\n    volumes: [all:/data/db]\nvolumes:\n  all:\n"
        ),
    }
    good = (
        "=== compose.yaml\nservices:\n  db:\n    image: postgres\n    volumes: [pg:/var/lib/postgresql]\nvolumes:\n  pg:\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres\n    volumes: [pg:/var/lib/postgresql/data]\n"
        "volumes:\n  pg:\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n    environment:\n"
        "      PGDATA: /var/lib/postgresql/data\n    volumes: [pg:/var/lib/postgresql/data]\nvolumes:\n  pg:\n",
        "=== compose.yaml\nservices:\n  db:\n    image: mysql:8.4\n    command: --datadir=/data\n    volumes: [store:/data]\n"
        "volumes:\n  store:\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    volumes:\n      - pg:/var/lib/postgresql/data\n"
        "      - ./data:/data\nvolumes:\n  pg:\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    volumes:\n      - ./data/init:/docker-entrypoint-initdb.d\n",
        "=== compose.yaml\nservices:\n  db:\n    image: acme/mysql:8.4\n    volumes: [store:/data]\nvolumes:\n  store:\n",
    )

    def check(self, container: Container) -> Findings:
        mount = _misplaced(container)
        folders = data_folders(container)
        if mount is None or mount.source is None:
            return
        right = folders[0]
        source, target = mount.source.text, mount.target.text
        message = f"`{source}` is mounted on `{target}`, the data goes to `{right}`: it is lost with the container"
        if right == _POSTGRES[0] and target == _POSTGRES[1] and len(folders) == 1:
            message = f"`{source}` is mounted on `{target}`, where Postgres 18 refuses to start: it wants `{right}`"
        fix = None
        if len(folders) == 1:
            edit = replaced_part(mount.target, target, right)
            fix = fix_of(f"mount it on `{right}`", edit)
        yield self.finding(target, message, help=f"mount it on `{right}`", fix=fix)


class SharedDataVolume(Rule[Stack]):
    """Two database servers write the same files.

    Each believes that it is alone: they overwrite each other's pages, and the data is broken beyond repair.

    Give each server a volume of its own, and let one copy from the other over the network if both shall have all.

    https://docs.docker.com/engine/storage/volumes/
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    volumes: ['pg:/var/lib/postgresql/data']\n"
        "  db-test:\n    image: postgres:17\n    volumes: [«'pg:/var/lib/postgresql/data'»]\nvolumes:\n  pg:\n": None,
        "=== compose.yaml\nx-redis: &redis\n  image: redis:8\n  volumes:\n    - «./data:/data»\nservices:\n  a: *redis\n"
        "  b: *redis\n": None,
        "=== compose.yaml\nservices:\n  users:\n    image: mysql:8.4\n    volumes: ['data:/var/lib/mysql']\n"
        "  orders:\n    image: postgres:17\n    volumes: [«'data:/var/lib/postgresql/data'»]\nvolumes:\n  data:\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: mongo:8\n    deploy:\n      replicas: 3\n    volumes:\n"
        "      - «store:/data/db»\nvolumes:\n  store:\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    volumes: ['a:/var/lib/postgresql/data']\n"
        "  db-test:\n    image: postgres:17\n    volumes: ['b:/var/lib/postgresql/data']\nvolumes:\n  a:\n  b:\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    volumes: ['pg:/var/lib/postgresql/data']\n"
        "  backup:\n    image: postgres:17\n    command: pg_dump -h db\n    volumes: ['pg:/var/lib/postgresql/data']\n"
        "volumes:\n  pg:\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    profiles: [a]\n"
        "    volumes: ['pg:/var/lib/postgresql/data']\n  db2:\n    image: postgres:17\n    profiles: [b]\n"
        "    volumes: ['pg:/var/lib/postgresql/data']\nvolumes:\n  pg:\n",
        "=== compose.yaml\nservices:\n  db:\n    image: mongo:8\n    volumes: ['store:/data/db']\n  copy:\n    image: mongo:8\n"
        "    volumes: ['store:/data/db:ro']\nvolumes:\n  store:\n",
    )

    def check(self, stack: Stack) -> Findings:
        stores = ((_key(one, mount), (one, mount)) for one in stack.containers for mount in _data_mounts(one))
        for _, users in grouped(stores):
            together = _running_together(users)
            container, mount = together[-1]
            if len(together) == 1 and container.service.replicas < 2:
                continue
            names = [one.service.name for one, _ in together]
            source = mount.source.text if mount.source is not None else ""
            who = listed(names) if len(names) > 1 else f"the copies of `{names[0]}`"
            is_one_kind = len({one.data.name for one, _ in together if one.data is not None}) == 1
            what = "write the same files in" if is_one_kind else "keep all their files in the same"
            yield self.finding(_place(mount), f"{who} {what} `{source}`")


def _place(mount: Volume) -> Span:
    return mount.text.span


def _data_mounts(container: Container) -> list[Volume]:
    """The mounts on the data folder itself that a server writes. Rabbit's files stand in a folder of the host's name."""
    family = container.data
    if family is None or family.name == "rabbitmq" or not runs_server(container) or container.is_one_shot:
        return []
    folders = data_folders(container)
    return [
        mount
        for mount in container.service.volumes
        if mount.source is not None
        and not mount.unknown
        and mount.read_only is False
        and mount.kind in ("bind", "volume")
        if any(is_at_or_below(folder, mount.target.text) for folder in folders)
    ]


def _key(container: Container, mount: Volume) -> tuple[str, ...]:
    return (str(mount.kind), _where(container.compose, mount.source), *_subpath(container, mount))


def _where(compose: Compose, source: Value | None) -> str:
    if source is None:
        return ""
    text = str(source.text)
    return compose.path_of(source) if text.startswith((".", "/", "~")) else text


def _subpath(container: Container, mount: Volume) -> Iterable[str]:
    """What makes two mounts of one volume different: the part of it that is mounted, and where the folders differ."""
    options = mount.node.get("volume") if mount.node is not None else None
    written = options.span.source.text[options.span.start : options.span.end] if options is not None else ""
    return (written, *data_folders(container)[:1]) if container.environment.get("PGDATA") is not None else (written,)


def _running_together(users: list[tuple[Container, Volume]]) -> list[tuple[Container, Volume]]:
    first = users[0][0]
    others = [one for one in users[1:] if one[0] is not first and one[0].service.may_run_with(first.service)]
    return [users[0], *others]
