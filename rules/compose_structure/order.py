"""The order of keys and entries, for those who want one."""

from __future__ import annotations

from dockerlint.compose.nodes import Mapping
from dockerlint.compose.services import Compose
from dockerlint.lint.rule import Findings, Rule, Severity

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


class ComposeOrder(Rule[Compose]):
    """Keys stand in another order than in most Compose files.

    Nothing depends on it, but a reader finds what he looks for sooner where all files are ordered alike.

    At top level: `name`, `include`, `services`, `networks`, `volumes`, `secrets`, `configs`, `models`. In a service: what
    runs, what it needs, its data, its settings, its network, its limits, its health, its log.

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
    }
    good = (
        "=== compose.yaml\nversion: '3'\nx-a: 1\nname: x\nservices:\n  web:\n    image: x:1\n    restart: always\n"
        "    depends_on: [db]\n    volumes: ['v:/v']\n    environment: [A=1]\n    ports: ['80:80']\n  db:\n    image: x:1\n"
        "networks:\n  n:\nvolumes:\n  v:\n",
        "=== compose.yaml\nx-web: &web\n  ports: ['80:80']\nservices:\n  web:\n    <<: *web\n    image: x:1\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    image: x:1\n    expose: [80]\n    ports: ['80:80']\n",
    )

    def check(self, compose: Compose) -> Findings:
        places = {key: index for index, key in enumerate(_TOP)}
        group = {key: index for index, keys in enumerate(_GROUPS) for key in keys}
        for tree in compose.trees:
            yield from self._of_mapping(tree, places, "the top level", "top-level-properties-order")
            services = tree.get("services")
            for name, node in services.entries if isinstance(services, Mapping) else ():
                if isinstance(node, Mapping):
                    yield from self._of_mapping(node, group, f"`{name.text}`", "service-keys-order")

    def _of_mapping(self, node: Mapping, places: dict[str, int], where: str, alias: str) -> Findings:
        """The first key that one of an earlier place follows."""
        own = [entry.key.text for entry in node.entries if node.span.holds(entry.key.span)]
        ranked = [(places[key], key) for key in own if key in places]
        for index, (place, key) in enumerate(ranked):
            later = next((other for rank, other in ranked[index + 1 :] if rank < place), None)
            if later is not None:
                message = f"`{key}` of {where} comes before `{later}`"
                yield self.finding(key, message, aliases=(alias,))
                return
