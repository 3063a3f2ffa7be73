"""Parts of a project that do not fit each other."""

from __future__ import annotations

from dockerlint.compose.errors import ComposeError
from dockerlint.compose.nodes import Mapping
from dockerlint.compose.references import Reference, declared_things
from dockerlint.compose.services import Compose
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import inserted_key
from dockerlint.source import Span

from .mounts import misread_path
from .words import refused, repaired


class UndefinedReference(Rule[Compose]):
    """A service names something that the project does not have.

    Compose refuses the project: a network, volume, secret, config or model must be declared at top level, and a service
    that is needed must exist and be on. Services behind a profile are only looked at once they are on.

    Declare it, or mend the name. Give a service that is needed the profiles of those that need it, or write
    `required: false`.

    https://docs.docker.com/reference/compose-file/volumes/
    """

    severity = Severity.ERROR
    guards = True
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - «dbdata»:/data\nvolumes:\n  db-data:\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - db-data:/data\nvolumes:\n  db-data:\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    networks: [«front»]\nnetworks:\n  back: {}\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    networks: [front]\nnetworks:\n  back: {}\n  front:\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    depends_on:\n      «postgres»:\n"
        "        condition: service_started\n        required: false\n    links: ['«redis»:cache']\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    secrets: [«token»]\n    configs:\n      - source: «conf»\n"
        "    build:\n      context: .\n      secrets: [«npm»]\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    depends_on: [«db»]\n"
        "  db:\n    image: x:1\n    profiles: [dev]\n": None,
        "=== compose.yaml\nservices:\n  worker:\n    image: x:1\n  job:\n    image: x:1\n    profiles: [jobs]\n"
        "    network_mode: service:«workr»\n": (
            "=== compose.yaml\nservices:\n  worker:\n    image: x:1\n  job:\n    image: x:1\n    profiles: [jobs]\n"
            "    network_mode: service:worker\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    depends_on: [«''»]\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    links: ['«shop_db»:db']\n"
        "  postgres:\n    image: x:1\n    container_name: shop_db\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    links: ['postgres:db']\n"
            "  postgres:\n    image: x:1\n    container_name: shop_db\n"
        ),
        "=== compose.yaml\nx-base: &base\n  image: x:1\n  networks: [«inner»]\nservices:\n  a: *base\n  b: *base\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    networks: [default, back]\n    volumes: ['data:/d', ./x:/y]\n"
        "    external_links: [old]\nnetworks:\n  back:\nvolumes:\n  data:\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    depends_on:\n      db:\n        condition: service_started\n"
        "        required: false\n  db:\n    image: x:1\n    profiles: [dev]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    depends_on: [db]\n  db:\n    image: x:1\n    profiles: [dev]\n"
        "=== .env\nCOMPOSE_PROFILES=dev\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    profiles: [dev]\n    depends_on: [db]\n"
        "  db:\n    image: x:1\n    profiles: [dev, test]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: ['${DATA}:/d']\n    networks: ['${NET}']\n",
        "=== docker-compose.prod.yml\nservices:\n  web:\n    volumes: ['data:/d']\n    depends_on: [db]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: ['data/db:/d']\n",
    )

    def check(self, compose: Compose) -> Findings:
        misread = {
            source.text.span
            for service in compose.services
            for volume in service.volumes
            if (source := misread_path(compose, volume)) is not None
        }
        used = {thing.name.text.span: thing for service in compose.services for thing in declared_things(service)}
        for error in compose.errors:
            if error.kind == "undefined" and error.is_certain and error.span not in misread:
                fix = _fix(error, compose, used)
                yield self.finding(error.span, error.message, fix=fix, is_refusal=not error.is_dormant)


def _fix(error: ComposeError, compose: Compose, used: dict[Span, Reference]) -> Fix | None:
    """The one name that is near, or else a declaration without settings."""
    if error.repair is not None:
        return repaired(error.repair)
    thing = used.get(error.span)
    if thing is None or thing.key not in ("networks", "volumes") or not thing.name.is_literal:
        return None
    declared = compose.root.get(thing.kind) if compose.root is not None else None
    edit = inserted_key(declared, f"{thing.name.text}:") if isinstance(declared, Mapping) else None
    return fix_of(f"declare `{thing.name.text}`", edit)


class DependencyCycle(Rule[Compose]):
    """Services need each other in a circle.

    Compose cannot tell which to start first and refuses the project. `links`, `volumes_from` and
    `network_mode: service:x` make a service wait for the other as `depends_on` does.

    Take out the edge that is not needed at the start. A service reaches others of its network by their names without any
    of these keys, and a network alias gives it a second name.

    https://docs.docker.com/compose/how-tos/startup-order/
    """

    severity = Severity.ERROR
    guards = True
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    depends_on: [worker]\n"
        "  worker:\n    image: x:1\n    depends_on: [«web»]\n": None,
        '=== compose.yaml\nservices:\n  web:\n    image: x:1\n    links: ["«web»:web.local"]\n': None,
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    volumes_from: [b]\n  b:\n    image: x:1\n"
        "    pid: service:c\n  c:\n    image: x:1\n    network_mode: service:«a»\n": None,
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    profiles: [p]\n    depends_on:\n      b:\n"
        "        condition: service_started\n  b:\n    image: x:1\n    profiles: [p]\n    links: [«a»]\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    depends_on: [db, worker]\n"
        "  worker:\n    image: x:1\n    depends_on: [db]\n  db:\n    image: x:1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    external_links: [web]\n    networks:\n      default:\n"
        "        aliases: [web.local]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    network_mode: container:web\n    volumes_from: ['container:web']\n",
    )

    def check(self, compose: Compose) -> Findings:
        yield from refused(self, compose, "cycle")


class MissingImage(Rule[Compose]):
    """A service has nothing to run.

    Compose refuses a service without `image` and `build`. An image of a variable that is set to nothing is no image
    either.

    Name an image, or the folder that it is built from.

    https://docs.docker.com/reference/compose-file/services/#image
    """

    severity = Severity.ERROR
    guards = True
    bad = {
        "=== compose.yaml\nservices:\n  «worker»:\n    command: [celery, worker]\n": None,
        "=== docker-compose.yml\nservices:\n  web:\n    build: .\n  «db»:\n    environment:\n      A: b\n"
        "=== docker-compose.override.yml\nservices:\n  db:\n    ports: ['5432']\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: «${IMAGE}»\n=== .env\nIMAGE=\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n  api:\n    build: .\n  db:\n    provider:\n      type: cloud\n",
        "=== compose.yaml\nservices:\n  web:\n    command: run\n=== compose.override.yaml\nservices:\n  web:\n    image: x:1\n",
        "=== docker-compose.prod.yml\nservices:\n  web:\n    restart: always\n",
        "=== compose.yaml\nservices:\n  web:\n    image: ${IMAGE:?}\n  api:\n    image: ${API_IMAGE}\n",
        "=== compose.yaml\nservices:\n  web:\n    extends:\n      file: base.yaml\n      service: web\n"
        "=== base.yaml\nservices:\n  web:\n    image: x:1\n",
    )

    def check(self, compose: Compose) -> Findings:
        yield from refused(self, compose, "missing-image")


class ConflictingKeys(Rule[Compose]):
    """Two keys of the project exclude each other.

    Compose refuses the project, or the engine refuses to make the container: nobody can tell which of the two was meant.

    Keep one of them. Limits and replicas may stand in both forms if they say the same.

    https://docs.docker.com/reference/compose-file/services/
    """

    severity = Severity.ERROR
    guards = True
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    network_mode: host\n    «networks»: [back]\nnetworks:\n  back:\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: x:1\n    container_name: «db»\n    deploy:\n      replicas: 3\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    cpus: «0.5»\n    mem_limit: «1g»\n    deploy:\n      resources:\n"
        "        limits:\n          cpus: '1'\n          memory: 2g\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      dockerfile: D\n      «dockerfile_inline»: FROM x\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: ['data:/d']\nvolumes:\n  data:\n    external: true\n"
        "    «driver»: local\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\nsecrets:\n  «a»: {}\n  b:\n    file: ./b\n    «environment»: B\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      platforms: [linux/amd64]\n"
        "    platform: «linux/arm64»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    pull_policy: «build»\n  side:\n    image: x:1\n"
        "    network_mode: service:web\n    «ports»: ['80:80']\n    «hostname»: side\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    network_mode: host\n    networks: []\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    cpus: '0.50'\n    mem_limit: 1g\n    scale: 2\n    deploy:\n"
        "      replicas: 2\n      resources:\n        limits:\n          cpus: 0.5\n          memory: 1024m\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    networks: [n]\nnetworks:\n  n:\n    external: true\n    driver: bridge\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    container_name: web\n    scale: 1\nsecrets:\n  a:\n"
        "    external: true\nconfigs:\n  c:\n    content: x\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    networks: [n]\nnetworks:\n  n:\n=== compose.override.yaml\n"
        "services:\n  web:\n    network_mode: host\n    networks: !reset null\n",
    )

    def check(self, compose: Compose) -> Findings:
        yield from refused(self, compose, "conflict")


class RepeatedContainerName(Rule[Compose]):
    """Two services have the same `container_name`.

    The engine has each name once, so Compose refuses the project. `extends` hands the name on with the rest.

    Leave `container_name` out: Compose makes names of its own, and services reach each other by the service's name.

    https://docs.docker.com/reference/compose-file/services/#container_name
    """

    severity = Severity.ERROR
    guards = True
    aliases = ("no-duplicate-container-names",)
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    container_name: app\n"
        "  worker:\n    image: x:1\n    container_name: «app»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    container_name: app\n"
        "  «worker»:\n    extends: web\n    command: work\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    container_name: ${P}_app\n"
        "  worker:\n    image: x:1\n    container_name: «${P}_app»\n    profiles: [jobs]\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    container_name: web\n  worker:\n    image: x:1\n",
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    container_name: app\n    profiles: [one]\n"
        "  b:\n    image: x:1\n    container_name: app\n    profiles: [two]\n",
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\n    container_name: ${A}_app\n"
        "  b:\n    image: x:1\n    container_name: ${B}_app\n",
    )

    def check(self, compose: Compose) -> Findings:
        yield from refused(self, compose, "repeated-name")
