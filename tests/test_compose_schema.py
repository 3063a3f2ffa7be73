"""What the schema of Compose refuses: kinds, places, words and repairs, and whether Docker Compose agrees."""

from __future__ import annotations

import pytest

from benchmarks.compose_oracle import MAIN, ask
from benchmarks.compose_validity import Case, difference, of_places
from dockerlint.compose.errors import ComposeError
from dockerlint.compose.loading import Files, load, read
from dockerlint.compose.nodes import DEEPEST
from dockerlint.source import Source


def errors_of(text: str) -> list[ComposeError]:
    return list(read(Source(MAIN, text)).errors)


def in_service(body: str) -> str:
    return f"services:\n  web:\n    image: x\n    {body}\n"


def told(text: str) -> list[tuple[str, str, str]]:
    return [(error.kind, text[error.span.start : error.span.end], error.message) for error in errors_of(text)]


@pytest.mark.parametrize(
    ("body", "kind", "place", "message"),
    [
        ("user: 1000", "wrong-type", "1000", '`user: 1000` of `web` must be text: write `"1000"`'),
        ("stop_grace_period: 10", "wrong-type", "10", "`stop_grace_period: 10` of `web` must be text"),
        (
            "deploy: {resources: {limits: {memory: 512}}}",
            "wrong-type",
            "512",
            '`deploy.resources.limits.memory: 512` of `web` must be text: write `"512"`',
        ),
        ("command: [true]", "wrong-type", "true", 'an item of `command` of `web` is `true`, but must be text: write `"true"`'),
        ("cap_add: X", "wrong-type", "X", "`cap_add: X` of `web` must be a list: write `[X]`"),
        ("depends_on: {db: [x]}", "wrong-type", "[x]", "`depends_on.db` of `web` must be a mapping"),
        ("healthcheck: []", "wrong-type", "[]", "`healthcheck` of `web` must be a mapping"),
        ("cpus: true", "wrong-type", "true", "`cpus: true` of `web` must be a number"),
        ("use_api_socket: 'true'", "wrong-type", "'true'", "`use_api_socket: true` of `web` must be `true` or `false`"),
        ("ports: [[80]]", "wrong-type", "[80]", "an item of `ports` of `web` must be a number or text or a mapping"),
        ("ports:", "empty-key", "ports", "`ports` of `web` has no value: Compose refuses it"),
        ("build: {context: ~}", "empty-key", "context", "`build.context` of `web` has no value: Compose refuses it"),
        ("dns: [~]", "empty-key", "~", "an item of `dns` of `web` has no value: Compose refuses it"),
        ("imagee: x", "unknown-key", "imagee", "`imagee` is not a key of a service: did you mean `image`?"),
        ("depends: [x]", "unknown-key", "depends", "`depends` is not a key of a service: did you mean `depends_on`?"),
        ("zzz: 1", "unknown-key", "zzz", "`zzz` is not a key of a service"),
        (
            "interval: 3s",
            "unknown-key",
            "interval",
            "`interval` is not a key of a service: it belongs one level deeper, under `healthcheck`",
        ),
        (
            "build: {restart: always}",
            "unknown-key",
            "restart",
            "`restart` is not a key of `build`: it belongs to the service",
        ),
        ("deploy: {replica: 1}", "unknown-key", "replica", "`replica` is not a key of `deploy`: did you mean `replicas`?"),
        ("cgroup: Host", "value", "Host", "`cgroup` of `web`: `Host` is neither `host` nor `private`: did you mean `host`?"),
        ("mem_limit: 512Mi", "value", "512Mi", "`mem_limit` of `web`: `512Mi` is no size such as `512m`: did you mean `512m`?"),
        ("init: maybe", "value", "maybe", "`init` of `web`: `maybe` is neither `true` nor `false`"),
        ("scale: -1", "value", "-1", "`scale` of `web` must be at least 0, not `-1`"),
        ("cpu_percent: '101'", "value", "'101'", "`cpu_percent` of `web` must be between 0 and 100, not `101`"),
        ("depends_on: {web: {}}", "value", "web", "`depends_on.web` of `web` has no `condition`: Compose refuses it"),
        ("security_opt: [a, a]", "repeated-item", "a", "`a` stands twice in `security_opt` of `web`: Compose refuses it"),
    ],
)  # fmt: skip
def test_a_fault_is_told_once_at_its_place(body: str, kind: str, place: str, message: str) -> None:
    found = [fault for fault in told(in_service(body)) if fault[0] not in ("cycle", "undefined")]
    assert found == [(kind, place, message)]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            "services: {a: {image: x}, restart: always}",
            "restart",
            "`restart` is no service: indent it under a service",
        ),
        (
            "services: {a: {image: x}, networks: {front: {}}}",
            "networks",
            "`networks` is no service: it belongs one level higher, beside `services`",
        ),
        (
            "services: {a: {image: x}}\nports: ['80:80']",
            "ports",
            "`ports` is not a key of a Compose file: it belongs under a service, below `services:`",
        ),
        ("service: {a: {image: x}}", "service", "`service` is not a key of a Compose file: did you mean `services`?"),
    ],
)
def test_a_key_is_told_where_it_belongs(text: str, place: str, message: str) -> None:
    assert told(text) == [("unknown-key", place, message)]


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        (in_service("user: 1000"), in_service('user: "1000"')),
        (in_service("cap_drop: ALL"), in_service("cap_drop: [ALL]")),
        (in_service("enviroment: [A=b]"), in_service("environment: [A=b]")),
        (in_service("ports: ~\n    init: true"), in_service("init: true")),
        (in_service("cgroup: 'PRIVATE'"), in_service("cgroup: 'private'")),
        (in_service("shm_size: 1Gi"), in_service("shm_size: 1g")),
    ],
)
def test_a_repair_mends(text: str, mended: str) -> None:
    (error,) = errors_of(text)
    assert error.repair is not None
    for place, replacement in error.repair.edits:
        text = text[: place.start] + replacement + text[place.end :]
    assert text == mended
    assert errors_of(text) == []


@pytest.mark.parametrize(
    "body",
    [
        "enviroment: b",  # the value would be refused there too
        "imagee: y",  # there is an `image` already
        "stop_grace_period: 10",  # a unit is never guessed
        "user: # of the host",
        "cap_drop: NET_RAW, CHOWN",
        "cap_drop: $CAP",
        "cgroup: neither",
    ],
)
def test_no_repair_where_nobody_knows(body: str) -> None:
    assert [error.repair for error in errors_of(in_service(body))] == [None]


@pytest.mark.parametrize(
    "body",
    [
        "init: ${INIT}\n    scale: $N\n    stop_grace_period: ${GRACE:?}",
        "stop_grace_period: ${GRACE:-10s}\n    cpus: ${CPUS:-0.5}",
        "x-any: [1]\n    deploy: {x-b: ~}\n    logging: {options: {max-file: 3}}",
        "environment: {A: ~, B: 1.5, C: true, D: 2024-01-01}\n    command: ~\n    entrypoint:",
    ],
)
def test_what_is_fine_or_unknown_is_passed(body: str) -> None:
    assert [error for error in errors_of(in_service(body)) if error.is_certain] == []


def test_a_later_file_may_leave_values_out_but_nothing_else() -> None:
    later = Source("compose.override.yaml", "services: {web: {ports: , user: 0, depends_on: [~]}}")
    files = Files((Source(MAIN, in_service("init: true")), later), {}, "", lambda _path: "missing")
    assert [(error.kind, error.span.source.path) for error in load(files).errors] == [
        ("wrong-type", "compose.override.yaml")
    ]


def test_shared_nodes_are_checked_once() -> None:
    text = "x-a: &a {user: 1}\nservices:\n" + "".join(f"  s{n}: {{<<: *a, image: x}}\n" for n in range(500))
    assert len(errors_of(text)) == 1


def test_the_deepest_file_is_checked() -> None:
    deep = "[" * (DEEPEST - 3) + "]" * (DEEPEST - 3)
    assert [error.kind for error in errors_of(f"services: {{a: {{image: x, ports: {deep}}}}}")] == ["wrong-type"]


@pytest.mark.parametrize("case", list(of_places())[::150], ids=lambda case: f"{case.place} {case.value}")
def test_docker_compose_refuses_the_same(case: Case) -> None:
    assert not difference(case, ask({MAIN: case.text}).get("error", ""))
