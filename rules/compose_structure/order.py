"""The order of keys and entries, for those who want one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from dockerlint.compose.nodes import Mapping, Node, Scalar, Sequence
from dockerlint.compose.services import Compose
from dockerlint.compose.values import Reader
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.source import Text

_TOP = ("name", "include", "services", "networks", "volumes", "secrets", "configs", "models")
_GROUPS = (
    ("image", "build", "container_name", "command", "entrypoint"),
    ("depends_on", "extends"),
    ("volumes", "tmpfs", "secrets", "configs"),
    ("environment", "env_file"),
    ("ports", "expose", "networks", "network_mode"),
    ("deploy", "cpus", "mem_limit", "mem_reservation", "pids_limit", "shm_size", "ulimits"),
    ("healthcheck",),
    ("logging",),
)
_TOP_PLACES = {key: index for index, key in enumerate(_TOP)}
_PLACES = {key: index for index, keys in enumerate(_GROUPS) for key in keys}


class ComposeOrder(Rule[Compose]):
    """Keys stand in another order than in most Compose files.

    Nothing depends on it, but a reader finds what he looks for sooner where all files are ordered alike.

    At top level: `name`, `include`, `services`, `networks`, `volumes`, `secrets`, `configs`, `models`. In a service: what
    runs, what it needs, its data, its settings, its network, its limits, its health, its log. The setting `order` asks for
    more: `services` and `depends_on` by name, `ports` by the number of the host's port.

    https://docs.docker.com/reference/compose-file/
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = (
        "service-keys-order", "top-level-properties-order", "services-alphabetical-order",
        "service-dependencies-alphabetical-order", "service-ports-alphabetical-order",
    )  # fmt: skip
    bad = {
        "=== compose.yaml\n«volumes»:\n  v:\nservices:\n  web:\n    image: x:1\n    volumes: ['v:/v']\n": None,
        "=== compose.yaml\nservices:\n  web:\n    «ports»: ['80:80']\n    image: x:1\n    environment: [A=1]\n": None,
        "=== compose.yaml\nservices:\n  web:\n    «environment»: [A=1]\n    build: .\nname: x\n".replace(
            "services:", "«services»:"
        ): None,
        "=== dockerlint.toml\norder = ['services', 'depends_on', 'ports']\n=== compose.yaml\nservices:\n  «web»:\n    image: x:1\n"
        "    depends_on: [api, «redis», db]\n    ports: ['80:80', «'8080:80'», '443:80', '9']\n  api:\n    image: x:1\n"
        "    depends_on: {«redis»: , redis2: , db: }\n    ports: [{target: 1, published: «81»}, {target: 2, published: 80}]\n"
        "  db: {image: x:1}\n  redis: {image: x:1}\n  redis2: {image: x:1}\n": None,
    }
    good = (
        "=== dockerlint.toml\norder = ['depends_on', 'ports']\n=== compose.yaml\nservices:\n  web:\n    image: x:1\n"
        "    depends_on: [db, redis]\n    ports: ['80:80', '${P}:1', '443:80', '127.0.0.1:8080:80', '1']\n"
        "  redis: {image: x:1}\n  db: {image: x:1}\n",
        "=== compose.yaml\nversion: '3'\nx-a: 1\nname: x\nservices:\n  web:\n    image: x:1\n    restart: always\n"
        "    depends_on: [db]\n    volumes: ['v:/v']\n    environment: [A=1]\n    ports: ['80:80']\n  db:\n    image: x:1\n"
        "networks:\n  n:\nvolumes:\n  v:\n",
        "=== compose.yaml\nx-web: &web\n  ports: ['80:80']\nservices:\n  web:\n    <<: *web\n    image: x:1\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    image: x:1\n    expose: [80]\n    ports: ['80:80']\n",
    )

    def check(self, compose: Compose) -> Findings:
        for tree in compose.trees:
            for entries in _ordered(tree, compose.reader, self.settings.order):
                found = _first_too_early(entries.ranked)
                if found is not None:
                    first, later = found
                    message = f"`{first}` of {entries.where} comes before `{later}`"
                    yield self.finding(first, message, aliases=(entries.alias,))


class _Entries(NamedTuple):
    """What has an order in one place: each with its rank."""

    where: str
    alias: str
    ranked: list[tuple[Any, Text]]


def _first_too_early(ranked: list[tuple[Any, Text]]) -> tuple[Text, Text] | None:
    """The first entry that one of a lower rank follows, and that one."""
    for index, (rank, text) in enumerate(ranked):
        later = next((other for place, other in ranked[index + 1 :] if place < rank), None)
        if later is not None:
            return text, later
    return None


def _ordered(tree: Mapping, reader: Reader, sorted_too: tuple[str, ...]) -> Iterator[_Entries]:
    yield _Entries("the top level", "top-level-properties-order", _by_place(tree, _TOP_PLACES))
    services = tree.get("services")
    if not isinstance(services, Mapping):
        return
    if "services" in sorted_too:
        yield _Entries("`services`", "services-alphabetical-order", _by_name(services))
    for name, node in services.entries:
        if isinstance(node, Mapping):
            yield _Entries(f"`{name.text}`", "service-keys-order", _by_place(node, _PLACES))
            if "depends_on" in sorted_too:
                ranked = _by_name(node.get("depends_on"))
                yield _Entries(f"`depends_on` of `{name.text}`", "service-dependencies-alphabetical-order", ranked)
            if "ports" in sorted_too:
                ranked = list(_by_number(node.get("ports"), reader))
                yield _Entries(f"`ports` of `{name.text}`", "service-ports-alphabetical-order", ranked)


def _by_place(node: Mapping, places: dict[str, int]) -> list[tuple[Any, Text]]:
    """The keys that have a place, but for those that `<<` brings."""
    own = [entry.key.text for entry in node.entries if node.span.holds(entry.key.span)]
    return [(places[key], key) for key in own if key in places]


def _by_name(node: Node | None) -> list[tuple[Any, Text]]:
    """The keys of a mapping or the texts of a list."""
    keys = node.keys if isinstance(node, Mapping) else ()
    items = node.items if isinstance(node, Sequence) else ()
    texts = (*keys, *(item.text for item in items if isinstance(item, Scalar)))
    return [(text.lower(), text) for text in texts]


def _by_number(node: Node | None, reader: Reader) -> Iterator[tuple[Any, Text]]:
    """The published ports by their number, as far as that is known."""
    for item in node.items if isinstance(node, Sequence) else ():
        published = item.get("published") if isinstance(item, Mapping) else item
        if not isinstance(published, Scalar):
            continue
        value = reader.value(published)
        host = value.text.rpartition(":")[0].rpartition(":")[2] if ":" in value.text else value.text
        number = host.partition("-")[0].partition("/")[0]
        if number.isdecimal() and not value.unknown and (published is not item or ":" in value.text):
            yield int(number), published.text
