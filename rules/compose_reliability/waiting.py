"""Services that wait for others: whether what they wait for ever comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dockerlint.application.listening import listens
from dockerlint.compose.nodes import Mapping, Scalar, Sequence
from dockerlint.compose.services import Dependency, Service
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import is_shared, replaced_part
from dockerlint.project.containers import Container, Stack
from dockerlint.project.data_keeping import own_commands, runs_server
from dockerlint.project.files import absolute
from dockerlint.project.health import has_healthcheck
from dockerlint.project.service_kinds import command_words
from dockerlint.source import Span, Text
from dockerlint.wording import listed

from .naming import grouped

_STARTED = "service_started"
_HEALTHY = "service_healthy"
_COMPLETED = "service_completed_successfully"


def _waits(stack: Stack, *conditions: str) -> Iterator[tuple[Container, Dependency, Container]]:
    """Who waits for whom, where `depends_on` names one of the conditions and must be met."""
    for container in stack.containers:
        for dependency in container.service.depends_on:
            condition = _STARTED if dependency.condition is None else str(dependency.condition.text)
            other = stack.container(dependency.name)
            is_known = dependency.condition is None or not dependency.condition.unknown
            if other is not None and is_known and condition in conditions and not _is_optional(dependency):
                yield container, dependency, other


def _is_optional(dependency: Dependency) -> bool:
    required = dependency.node.get("required") if isinstance(dependency.node, Mapping) else None
    return isinstance(required, Scalar) and required.value is False


def _place(dependency: Dependency) -> Span:
    return (dependency.name if dependency.condition is None else dependency.condition.text).span


class HealthyWithoutHealthcheck(Rule[Stack]):
    """A service waits for another to be healthy, which has no health check.

    `docker compose up` ends with "has no healthcheck configured": the waiting service never starts.

    Give the other service a `healthcheck`, or wait with `service_started` only.

    https://docs.docker.com/compose/how-tos/startup-order/
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      cache:\n        condition: "
        "«service_healthy»\n  cache:\n    image: redis:8\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    depends_on:\n      api:\n        condition: "
        "«service_healthy»\n  api:\n    build: .\n=== Dockerfile\nFROM kong:3\nHEALTHCHECK NONE\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    depends_on:\n      api:\n        condition: "
        "«service_healthy»\n  api:\n    image: acme/api:1\n    healthcheck:\n      disable: true\n": None,
        "=== compose.yaml\nx-wait: &wait\n  db:\n    condition: «service_healthy»\nservices:\n  web:\n    image: x/y:1\n"
        "    depends_on: *wait\n  worker:\n    image: x/y:1\n    depends_on: *wait\n  db:\n    image: postgres:17\n"
        "    healthcheck:\n      interval: 5s\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      db:\n        condition: service_healthy\n"
        "  db:\n    image: postgres:17\n    healthcheck:\n      test: pg_isready\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    depends_on:\n      api:\n        condition: "
        "service_healthy\n  api:\n    build: .\n=== Dockerfile\nFROM python:3.14 AS base\nHEALTHCHECK CMD ./check\n"
        "FROM base\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    depends_on:\n      kong:\n        condition: "
        "service_healthy\n  kong:\n    image: kong:3\n    healthcheck:\n      interval: 5s\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    depends_on:\n      api:\n        condition: "
        "service_healthy\n  api:\n    image: acme/api:1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    depends_on:\n      cache:\n        condition: "
        "service_healthy\n        required: false\n  cache:\n    image: redis:8\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x/y:1\n    depends_on:\n      cache:\n        condition: "
        "service_healthy\n  cache:\n    image: redis:8\n    scale: 0\n",
    )

    def check(self, stack: Stack) -> Findings:
        faults = (
            ((_place(dependency), other), container)
            for container, dependency, other in _waits(stack, _HEALTHY)
            if has_healthcheck(other) is False and not _is_never_waited_for(other.service)
        )
        for (place, other), waiting in grouped(faults):
            names = listed(one.service.name for one in waiting)
            verb = "waits" if len(waiting) == 1 else "wait"
            message = f"{names} {verb} for `{other.service.name}` to be healthy, but {_why(other)}"
            yield self.finding(place, message, help=_advice(other))


def _is_never_waited_for(service: Service) -> bool:
    """Compose does not wait for a service without containers, nor for what a provider starts."""
    scale = service.settings.text("scale")
    return "provider" in service.node or (scale is not None and scale.text == "0")


def _why(container: Container) -> str:
    own = container.service.healthcheck
    if own is not None and own.disabled:
        return "its health check is switched off"
    reference = container.reference
    image = "the image" if reference is None or container.service.build is not None else f"`{reference}`"
    return f"neither Compose nor {image} defines a health check"


def _advice(container: Container) -> str:
    probe = _probe(container)
    return f'add a `healthcheck`: `test: ["CMD-SHELL", "{probe}"]`' if probe else "add a `healthcheck` to it"


def _probe(container: Container) -> str | None:
    """A command that asks a data service whether it answers."""
    if container.data is None or container.data.probe is None:
        return None
    has_user = container.environment.get("POSTGRES_USER") is not None
    return container.data.probe.replace("{user}", "$${POSTGRES_USER}" if has_user else "postgres")


# Who calls one of these waits by itself.
_WAITING = re.compile(
    r"wait[-_]?for|waitfor|dockerize|pg_isready|nc -\w*z|\buntil\b|mysqladmin ping|redis-cli ping|/dev/tcp/|wait\b",
    re.IGNORECASE,
)
# Who only forwards has nothing to do before the first question, and asks again.
_FORWARDERS = re.compile(
    r"(?:^|[/_-])(?:nginx|traefik|caddy|haproxy|envoy|httpd|adminer|phpmyadmin|pgadmin4?|mongo-express|exporter|"
    r"redis-commander|redisinsight|prometheus|grafana|proxy)(?:$|[_-])"
)


def _only_forwards(container: Container) -> bool:
    reference = container.reference
    return reference is not None and _FORWARDERS.search(reference.path) is not None


class StartedNotHealthy(Rule[Stack]):
    """A service starts as soon as another has started, not when that one answers.

    Databases need seconds after their start, minutes after the first one. Until then the connection is refused, and a
    program that does not try again ends.

    Wait for the health check: `depends_on: {db: {condition: service_healthy}}`.

    https://docs.docker.com/compose/how-tos/startup-order/
    """

    severity = Severity.INFO
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      - «db»\n      - mail  # for letters\n"
        "  db:\n    image: postgres:17\n    healthcheck:\n      test: pg_isready\n  mail:\n    image: acme/mail:1\n": (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      db:\n"
            "        condition: service_healthy\n      mail:  # for letters\n        condition: service_started\n"
            "  db:\n    image: postgres:17\n    healthcheck:\n      test: pg_isready\n  mail:\n    image: acme/mail:1\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on: [«db»]\n  db:\n    image: mariadb:11\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      api:\n        condition: "
        "«service_started»\n  api:\n    image: acme/api:1\n    healthcheck:\n      test: curl -f localhost\n": (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      api:\n        condition: "
            "service_healthy\n  api:\n    image: acme/api:1\n    healthcheck:\n      test: curl -f localhost\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n    - «db»\n  db:\n    image: postgres:17\n"
        "    healthcheck:\n      test: pg_isready\n": (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      db:\n"
            "        condition: service_healthy\n  db:\n    image: postgres:17\n"
            "    healthcheck:\n      test: pg_isready\n"
        ),
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      db:\n        condition: service_healthy\n"
        "  db:\n    image: postgres:17\n    healthcheck:\n      test: pg_isready\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: ./wait-for-it.sh db:5432 -- ./run\n"
        "    depends_on: [db]\n  db:\n    image: postgres:17\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on: [db]\n  db:\n    image: postgres:17\n"
        '=== Dockerfile\nFROM python:3.14\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n'
        "=== start.sh\n#!/bin/sh\nuntil pg_isready -h db; do sleep 1; done\nexec ./run\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    volumes: ['.:/app']\n    entrypoint: docker/web.sh\n"
        "    depends_on: [db]\n  db:\n    image: postgres:17\n"
        "=== docker/web.sh\n#!/bin/sh\nuntil pg_isready -h db; do sleep 1; done\nexec ./run\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on: [api]\n  api:\n    image: acme/api:1\n",
        "=== compose.yaml\nservices:\n  ui:\n    image: adminer:5\n    depends_on: [db]\n  db:\n    image: mariadb:11\n",
    )

    def check(self, stack: Stack) -> Findings:
        faults = (
            ((_place(dependency), other), container)
            for container, dependency, other in _waits(stack, _STARTED)
            if _answers_later(other) and not _waits_by_itself(container)
        )
        for (place, other), waiting in grouped(faults):
            names = listed(one.service.name for one in waiting)
            verb = "starts" if len(waiting) == 1 else "start"
            name = other.service.name
            message = f"{names} {verb} when `{name}` has started, not when it answers"
            is_checked = has_healthcheck(other)
            help_ = f"`{name}` has a health check: `condition: service_healthy`" if is_checked else _with_check(other)
            fix = _to_healthy(stack, waiting[0], place) if is_checked and len(waiting) == 1 else None
            yield self.finding(place, message, help=help_, fix=fix)


def _answers_later(container: Container) -> bool:
    if container.is_one_shot or _only_forwards(container):
        return False
    return has_healthcheck(container) is True or (runs_server(container) and _probe(container) is not None)


def _waits_by_itself(container: Container) -> bool:
    if _only_forwards(container):
        return True
    texts = [" ".join(command_words(container.service)), *_own_scripts(container)]
    is_replaced = container.service.entrypoint is not None
    if container.build is not None and container.stage is not None and not is_replaced:
        texts += (str(command.text) for command in container.build.start_commands(container.stage))
    return any(_WAITING.search(text) for text in texts)


def _own_scripts(container: Container) -> Iterator[str]:
    """The project's scripts that a service starts from its working directory, which is the project's own in most."""
    folder = absolute(Path(container.compose.folder_of(container.service)))
    for word in command_words(container.service):
        source = container.files.read(folder / word) if word.endswith(".sh") and not word.startswith("/") else None
        if source is not None:
            yield source.text


def _with_check(container: Container) -> str:
    return f"{_advice(container)}, and `condition: service_healthy`"


def _to_healthy(stack: Stack, container: Container, place: Span) -> Fix | None:
    entry = container.service.node.entry("depends_on")
    if entry is None:
        return None
    message = f"wait until it is healthy: `condition: {_HEALTHY}`"
    if isinstance(entry.value, Sequence):
        edits = _in_long_form(stack, container, entry.value, entry.key.text)
        return Fix(message, edits, is_safe=False) if edits else None
    conditions = (one.condition for one in container.service.depends_on if one.condition is not None)
    edit = next((replaced_part(one, one.text, _HEALTHY) for one in conditions if one.text.span == place), None)
    return fix_of(message, edit)


def _in_long_form(stack: Stack, container: Container, items: Sequence, key: Text) -> tuple[Edit, ...]:
    """The names of a block list as keys, each with its condition below."""
    source = items.span.source
    is_here = key.source is source and container.service.name.source is source
    if items.flow or is_shared(items.span) or not is_here or not container.service.node.span.holds(items.span):
        return ()
    indent = " " * (source.position(key.start).column + 1)
    edits: list[Edit] = []
    for dependency in container.service.depends_on:
        other = stack.container(dependency.name)
        is_healthy = other is not None and has_healthcheck(other) is True
        edit = _as_key(dependency.name, indent, _HEALTHY if is_healthy else _STARTED)
        if edit is None:
            return ()
        edits.append(edit)
    return tuple(edits)


def _as_key(name: Text, indent: str, condition: str) -> Edit | None:
    source = name.source
    start = source.text.rfind("\n", 0, name.start) + 1
    end = source.text.find("\n", name.end)
    end = len(source.text) if end < 0 else end
    end -= source.text[name.end : end].endswith("\r")
    before, after = source.text[start : name.start], source.text[name.end : end]
    if not re.fullmatch(r"[ \t]*-[ \t]+", before) or not re.fullmatch(r"[ \t]*(?:#.*)?", after):
        return None
    line_end = "\r\n" if source.text[end : end + 1] == "\r" else "\n"
    written = source.text[name.start : name.end]
    lines = f"{indent}{written}:{after}{line_end}{indent}  condition: {condition}"
    return Edit.replacing(Span(source, start, end), lines)


# Images that serve until they are stopped.
_SERVERS = frozenset({"nginx", "httpd-foreground", "apache2-foreground", "traefik", "caddy", "haproxy", "eswrapper"})


class NeverCompletes(Rule[Stack]):
    """A service waits for the end of another, which never ends.

    `restart: always` starts the other again after each end, and a server runs until it is stopped: the waiting service
    stays "created".

    Give a job `restart: "no"` or `on-failure`, and wait for a server with `service_healthy`.

    https://docs.docker.com/compose/how-tos/startup-order/
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      migrate:\n        condition: "
        "«service_completed_successfully»\n  migrate:\n    build: .\n    command: alembic upgrade head\n"
        "    restart: always\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      db:\n        condition: "
        "«service_completed_successfully»\n  db:\n    image: postgres:17\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      api:\n        condition: "
        "«service_completed_successfully»\n  api:\n    image: acme/api:1\n    command: flask run --host 0.0.0.0\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      migrate:\n        condition: "
        "service_completed_successfully\n  migrate:\n    build: .\n    command: alembic upgrade head\n"
        "    restart: on-failure\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      seed:\n        condition: "
        "service_completed_successfully\n  seed:\n    image: postgres:17\n    command: psql -h db -f /seed.sql\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    depends_on:\n      migrate:\n        condition: "
        "service_completed_successfully\n  migrate:\n    image: acme/migrate:1\n",
    )

    def check(self, stack: Stack) -> Findings:
        faults = (
            ((_place(dependency), other), container)
            for container, dependency, other in _waits(stack, _COMPLETED)
            if _why_endless(other)
        )
        for (place, other), waiting in grouped(faults):
            names = listed(one.service.name for one in waiting)
            verb = "waits" if len(waiting) == 1 else "wait"
            message = f"{names} {verb} for `{other.service.name}` to finish, {_why_endless(other)}"
            yield self.finding(place, message)


def _why_endless(container: Container) -> str:
    service = container.service
    restart = service.settings.text("restart")
    if restart is not None and not restart.unknown and restart.text in ("always", "unless-stopped"):
        return f"which `restart: {restart.text}` starts again for ever"
    return "a server, which runs until it is stopped" if _serves(container) else ""


def _serves(container: Container) -> bool:
    service = container.service
    if service.command is None and service.entrypoint is None and service.build is None:
        known = container.facts
        return runs_server(container) or (known is not None and bool(known.cmd) and (known.cmd or ("",))[0] in _SERVERS)
    commands = own_commands(container)
    words = [[str(word.value) for word in (one.program, *one.arguments) if word is not None] for one in commands]
    return any(one and listens(one, {}, None) is not None for one in words)
