from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.compose.config import to_config
from dockerlint.compose.config_shapes import Places
from dockerlint.compose.durations import nanoseconds, normalised
from dockerlint.compose.loading import read as read_source
from dockerlint.compose.services import Compose, Service
from dockerlint.compose.values import Value
from dockerlint.source import Source, Text


def read(text: str, environment: dict[str, str] | None = None) -> Compose:
    return read_source(Source("compose.yaml", text), environment)


def service(body: str, environment: dict[str, str] | None = None) -> Service:
    """The service `a` with the given keys, which must be without fault."""
    compose = read(f"services:\n  a:\n    image: i\n{_indented(body)}", environment)
    assert [error for error in compose.errors if error.is_certain and error.kind != "undefined"] == []
    return compose.services[0]


def faults(body: str) -> list[tuple[str, str]]:
    """The kinds of faults in a service with the given keys, and the texts that they point at."""
    compose = read(f"services:\n  a:\n    image: i\n{_indented(body)}")
    noted = (error for error in compose.errors if error.is_certain and error.kind != "undefined")
    return [(error.kind, compose.source.text[error.span.start : error.span.end]) for error in noted]


def _indented(body: str) -> str:
    return "".join(f"    {line}\n" for line in body.split("\n"))


def written(text: Text) -> str:
    return text.source.text[text.start : text.end]


def shown(value: Value | None) -> str | None:
    return None if value is None else str(value.text)


# Values


def test_a_value_tells_text_and_writing_apart() -> None:
    user = service("user: '${UID:-1000}:${GID}'").user
    assert user is not None
    assert (user.text, user.written) == ("1000:", "${UID:-1000}:${GID}")
    assert (user.unknown, user.from_default, user.is_literal) == (True, True, False)
    uid, gid = user.part(0, 4), user.part(5, 5)
    assert (uid.text, uid.written, uid.unknown, uid.from_default) == ("1000", "${UID:-1000}", False, True)
    assert (gid.text, gid.written, gid.unknown, gid.from_default) == ("", "${GID}", True, False)


def test_values_come_from_the_environment_that_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAG", "of-the-process")
    assert shown(service("user: x${TAG}").user) == "x"
    assert shown(service("user: x${TAG}", {"TAG": "1"}).user) == "x1"


def test_of_very_many_variables_only_their_sum_is_known() -> None:
    command = service(f"command: {'$A ' * 300}x").command
    assert command is not None
    assert command.unknown


# Image, build, user


@pytest.mark.parametrize(
    ("body", "context", "dockerfile", "target", "args"),
    [
        ("build: ./web", "./web", None, None, []),
        ("build: {context: ., dockerfile: D, target: t}", ".", "D", "t", []),
        ("build: {args: {A: 1, B: , C: 1.50}}", None, None, None, [("A", "1"), ("B", None), ("C", "1.5")]),
        ("build: {args: [A=1, B, C=, 'D=x=y']}", None, None, None, [("A", "1"), ("B", None), ("C", ""), ("D", "x=y")]),
    ],
)
def test_both_forms_of_build(
    body: str, context: str | None, dockerfile: str | None, target: str | None, args: list[tuple[str, str | None]]
) -> None:
    build = service(body).build
    assert build is not None
    assert (shown(build.context), shown(build.dockerfile), shown(build.target)) == (context, dockerfile, target)
    assert [(name, shown(value)) for name, value in build.args] == args


def test_an_inline_dockerfile_keeps_its_lines() -> None:
    build = service("build:\n  dockerfile_inline: |\n    FROM alpine\n    USER 1\n").build
    assert build is not None and build.inline is not None
    user = build.inline.text.part(12, 18)
    assert (user, user.line) == ("USER 1", 7)


# Environment, labels


@pytest.mark.parametrize(
    ("body", "pairs"),
    [
        ("environment: {A: 017, B: , C: '', D: true}", [("A", "15"), ("B", None), ("C", ""), ("D", "true")]),
        ("environment: [A=1, B, C=, 'D= x=y', =E]", [("A", "1"), ("B", None), ("C", ""), ("D", " x=y"), ("", "E")]),
        ("environment: [A=1, A=2]", [("A", "1"), ("A", "2")]),
        ("environment: {}", []),
    ],
)
def test_both_forms_of_environment(body: str, pairs: list[tuple[str, str | None]]) -> None:
    assert [(name, shown(value)) for name, value in service(body).environment] == pairs


def test_an_item_of_environment_is_cut_where_it_stands() -> None:
    ((name, value),) = service('environment: ["KEY=a${B}"]').environment
    assert value is not None
    assert (written(name), value.written, value.text) == ("KEY", "a${B}", "a")
    assert value.unknown


def test_a_date_is_printed_and_stays_in_its_place() -> None:
    ((_, value),) = service("environment: {DAY: 2024-01-01}").environment
    assert value is not None
    assert (value.text, value.written) == ("2024-01-01 00:00:00 +0000 UTC", "2024-01-01")
    assert written(value.text.part(20, 24)) in "2024-01-01"


# Ports


@pytest.mark.parametrize(
    ("entry", "host_ip", "published", "target", "protocol"),
    [
        ("80", None, None, "80", "tcp"),
        ("0x50", None, None, "80", "tcp"),
        ("'8080:80'", None, "8080", "80", "tcp"),
        ("'8080:80/UDP'", None, "8080", "80", "udp"),
        ("127.0.0.1:8080:80", "127.0.0.1", "8080", "80", "tcp"),
        ("'127.0.0.1::80'", "127.0.0.1", None, "80", "tcp"),
        ("'::80'", None, None, "80", "tcp"),
        ("':80'", None, None, "80", "tcp"),
        ("'[::1]:81:80'", "[::1]", "81", "80", "tcp"),
        ("'::1:81:80'", "::1", "81", "80", "tcp"),
        ("':::81:80'", "::", "81", "80", "tcp"),
        ("9000-9001:80-81", None, "9000-9001", "80-81", "tcp"),
        ("9000-9001:80", None, "9000-9001", "80", "tcp"),
        ("{target: 80}", None, None, "80", "tcp"),
        ("{target: 80, published: '', protocol: udp}", None, None, "80", "udp"),
        ("{target: '80', published: 8080, host_ip: 1.2.3.4}", "1.2.3.4", "8080", "80", "tcp"),
    ],
)
def test_both_forms_of_ports(
    entry: str, host_ip: str | None, published: str | None, target: str, protocol: str
) -> None:
    (port,) = service(f"ports: [{entry}]").ports
    assert (shown(port.host_ip), shown(port.published), port.target.text) == (host_ip, published, target)
    assert port.protocol == protocol
    assert not port.unknown


def test_the_ports_of_a_range() -> None:
    (port,) = service("ports: ['9000-9002:80-82']").ports
    assert (port.published_ports, port.target_ports) == (range(9000, 9003), range(80, 83))


@pytest.mark.parametrize(
    ("entry", "host_ip", "published"),
    [
        ("${P}:80", False, True),
        ("127.0.0.1:${P}:80", False, True),
        ("${IP}:80:80", True, False),
        ("${IP}::80", True, None),
        ("${P:-81}:80", None, False),
        ("${ADDRESS}81:80", None, True),
    ],
)
def test_an_unset_variable_makes_only_its_field_unknown(
    entry: str, host_ip: bool | None, published: bool | None
) -> None:
    (port,) = service(f"ports: ['{entry}']").ports
    assert not port.target.unknown
    assert (port.published and port.published.unknown) == published
    if host_ip is not None:
        assert (port.host_ip is not None and port.host_ip.unknown) == host_ip


@pytest.mark.parametrize("entry", ["${PORTS}", "80:${P}"])
def test_a_port_that_a_variable_hides_is_no_fault(entry: str) -> None:
    assert all(port.unknown for port in service(f"ports: ['{entry}']").ports)


@pytest.mark.parametrize(
    "entry",
    [
        "'80:'",
        "127.0.0.1:80",
        "localhost:80:80",
        "'1.2.3:80:80'",
        "'[::1]:80'",
        "a:b",
        "'70000:80'",
        "'80:70000'",
        "'0'",
        "80/foo",
        "80-81:80-82",
        "81-80",
        "' 80:80'",
        "'80-'",
        "''",
        "'8_0:80'",
        "'٨٠:80'",
    ],
)
def test_a_port_that_does_not_parse_is_noted_and_left_out(entry: str) -> None:
    compose = read(f"services: {{a: {{image: i, ports: [{entry}, '81:81']}}}}")
    assert [(error.kind, written(compose.source.slice(*error.span[1:]))) for error in compose.errors] == [
        ("port", entry)
    ]
    assert [str(port.target.text) for port in compose.services[0].ports] == ["81"]


# Volumes


@pytest.mark.parametrize(
    ("entry", "kind", "source", "target", "read_only"),
    [
        ("/data", "volume", None, "/data", False),
        ("data:/data", "volume", "data", "/data", False),
        ("./a:/b", "bind", "./a", "/b", False),
        ("~/a:/b:ro", "bind", "~/a", "/b", True),
        ("'/a:/b:z,ro'", "bind", "/a", "/b", True),
        ("/a:/b:rw", "bind", "/a", "/b", False),
        ("nginx.conf:/b", "volume", "nginx.conf", "/b", False),
        ("v:/data", "volume", None, "v:/data", False),
        ("'C:\\x:D:/y:ro'", "bind", "C:\\x", "D:/y", True),
        ("{type: bind, source: ., target: /x}", "bind", ".", "/x", False),
        ("{type: volume, target: /x, read_only: 'yes'}", "volume", None, "/x", True),
        ("{type: tmpfs, target: /x}", "tmpfs", None, "/x", False),
    ],
)
def test_both_forms_of_volumes(entry: str, kind: str, source: str | None, target: str, read_only: bool) -> None:
    (volume,) = service(f"volumes: [{entry}]").volumes
    assert (volume.kind, shown(volume.source), volume.target.text) == (kind, source, target)
    assert volume.read_only is read_only


@pytest.mark.parametrize(
    ("entry", "kind", "source", "target", "read_only"),
    [
        ("${SRC}:/b", None, True, False, False),
        ("${DIR}/pg:/b", "bind", True, False, False),
        ("${DIR:-.}/pg:/b", "bind", False, False, False),
        ("data${N}:/b", "volume", True, False, False),
        ("./a:${DST}", "bind", False, True, False),
        ("./a:/b:${MODE}", "bind", False, False, None),
    ],
)
def test_an_unset_variable_in_a_mount(
    entry: str, kind: str | None, source: bool, target: bool, read_only: bool | None
) -> None:
    (volume,) = service(f"volumes: ['{entry}']").volumes
    assert volume.source is not None
    assert (volume.kind, volume.source.unknown, volume.target.unknown) == (kind, source, target)
    assert volume.read_only is read_only


def test_options_of_a_mount_know_their_places() -> None:
    (volume,) = service("volumes: ['/a:/b:ro,z']").volumes
    assert [written(option) for option in volume.options] == ["ro", "z"]


@pytest.mark.parametrize("entry", ["'/a:'", "':/b'", "/a:/b:ro:x", "''", "{type: bind, target: /x}", "{target: /x}"])
def test_a_mount_that_does_not_parse_is_noted(entry: str) -> None:
    assert faults(f"volumes: [{entry}]") == [("mount", entry)]


# Commands


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a  b\tc\nd", ["a", "b", "c", "d"]),
        ("'a b' \"c d\" e\\ f", ["a b", "c d", "e f"]),
        ("a''b '' \"\"", ["ab", "", ""]),
        ('"a\\"b\\\\ \\n" a\\nb', ['a"b\\ \n', "a\nb"]),
        ("'a\\b'", ["a\\b"]),
        ("`ls -l 'x` y", ["`ls -l 'x`", "y"]),
        ('$$(ls "a b" c) d', ['$(ls "a b" c)', "d"]),
        ("a # b", ["a", "#", "b"]),
        ("{a,b} *", ["{a,b}", "*"]),
        ("", []),
    ],
)
def test_a_command_is_split_as_compose_splits_it(text: str, words: list[str]) -> None:
    command = service(f"command: {json.dumps(text)}").command
    assert command is not None and command.words is not None
    assert [str(word.text) for word in command.words] == words
    assert (command.is_list, command.lost) == (False, None)


@pytest.mark.parametrize(
    ("text", "words", "lost"),
    [
        ("npm ci && npm start", ["npm", "ci"], "&& npm start"),
        ("a;b", ["a"], ";b"),
        ("a 2>&1", ["a"], ">&1"),
        ("a1>x", ["a1"], ">x"),
        ("a 'b|c' d|e", ["a", "b|c", "d"], "|e"),
    ],
)
def test_what_follows_an_operator_is_lost(text: str, words: list[str], lost: str) -> None:
    command = service(f"command: {text}").command
    assert command is not None and command.words is not None and command.lost is not None
    assert [str(word.text) for word in command.words] == words
    assert command.lost == lost == written(command.lost)


@pytest.mark.parametrize("text", ["'a", '"a', "a\\", "(a b)", "$$(a", "`a", "a)", "$$(a (b))"])
def test_a_command_that_cannot_be_split_is_noted(text: str) -> None:
    assert faults(f"entrypoint: {json.dumps(text)}") == [("value", json.dumps(text))]


def test_a_list_is_taken_word_by_word() -> None:
    command = service("command: [sh, -c, 'a && ${B}']").command
    assert command is not None and command.words is not None
    assert [(str(word.text), word.unknown) for word in command.words] == [("sh", False), ("-c", False), ("a && ", True)]
    assert command.is_list and command.unknown


def test_words_know_their_places() -> None:
    command = service("command: run --name='a b' ${X:-y z}").command
    assert command is not None and command.words is not None
    assert [written(word.text) for word in command.words] == ["run", "--name='a b'", "y", "z"]
    assert [word.from_default for word in command.words] == [False, False, True, True]


def test_an_empty_command_is_the_one_of_the_image() -> None:
    assert service("command:\nentrypoint:").command is None


@pytest.mark.parametrize(
    ("body", "kind", "words", "disabled"),
    [
        ("test: curl -f x", "CMD-SHELL", ["curl -f x"], False),
        ("test: NONE", "CMD-SHELL", ["NONE"], False),
        ("test: [CMD, curl, x]", "CMD", ["curl", "x"], False),
        ("test: [NONE]", "NONE", [], True),
        ("test: []", None, [], False),
        ("disable: 'yes'", None, [], True),
        ("disable: $X", None, [], None),
    ],
)
def test_healthchecks(body: str, kind: str | None, words: list[str], disabled: bool | None) -> None:
    healthcheck = service(f"healthcheck: {{{body}}}").healthcheck
    assert healthcheck is not None
    assert (healthcheck.kind, [str(word.text) for word in healthcheck.words]) == (kind, words)
    assert healthcheck.disabled is disabled


# The rest of a service


def test_lists_and_single_values() -> None:
    a = service(
        "env_file: [one, {path: two, required: false}]\nprofiles: [dev]\nnetwork_mode: host\nlabels: [x=1]\n"
        "depends_on: {b: {condition: service_healthy}}"
    )
    assert [(shown(file.path), file.required) for file in a.env_files] == [("one", True), ("two", False)]
    assert [shown(profile) for profile in a.profiles] == ["dev"]
    assert shown(a.network_mode) == "host"
    assert [(name, shown(value)) for name, value in a.labels] == [("x", "1")]
    assert [(dependency.name, shown(dependency.condition)) for dependency in a.depends_on] == [("b", "service_healthy")]
    assert [shown(file.path) for file in service("env_file: one").env_files] == ["one"]
    assert [dependency.name for dependency in service("depends_on: [b, c]").depends_on] == ["b", "c"]


@pytest.mark.parametrize(
    ("written_flag", "meant"),
    [("true", True), ("'Yes'", True), ("${P:-on}", True), ("off", False), ("'n'", False), ("${P}", None)],
)
def test_a_flag_is_true_false_or_unknown(written_flag: str, meant: bool | None) -> None:
    assert service(f"privileged: {written_flag}").privileged is meant
    assert service("user: x").privileged is False


def test_other_keys_are_read_on_demand() -> None:
    settings = service("restart: ${R:-always}\ncap_add: [A, B]\ndns: 1.1.1.1\npids_limit: 10").settings
    assert shown(settings.text("restart")) == "always"
    assert [shown(value) for value in settings.texts("cap_add")] == ["A", "B"]
    assert [shown(value) for value in settings.texts("dns")] == ["1.1.1.1"]
    assert shown(settings.text("pids_limit")) == "10"
    assert settings.text("hostname") is None


# Faults


@pytest.mark.parametrize(
    ("body", "kind", "place"),
    [
        ("user: 1000", "wrong-type", "1000"),
        ("user: [a]", "wrong-type", "[a]"),
        ("build: [a]", "wrong-type", "[a]"),
        ("ports: 80", "wrong-type", "80"),
        ("ports: [80.5]", "port", "80.5"),
        ("ports: [[80]]", "wrong-type", "[80]"),
        ("volumes: /a", "wrong-type", "/a"),
        ("command: [1]", "wrong-type", "1"),
        ("command: [true]", "wrong-type", "true"),
        ("environment: A=1", "wrong-type", "A=1"),
        ("environment: [1]", "wrong-type", "1"),
        ("environment: {A: [1]}", "wrong-type", "[1]"),
        ("depends_on: b", "wrong-type", "b"),
        ("depends_on: {b: }", "empty-key", "b"),
        ("profiles: dev", "wrong-type", "dev"),
        ("healthcheck: x", "wrong-type", "x"),
        ("privileged: 1", "wrong-type", "1"),
        ("privileged: maybe", "value", "maybe"),
        ("privileged: '1'", "value", "'1'"),
        ("ports:", "empty-key", "ports"),
        ("environment:", "empty-key", "environment"),
        ("healthcheck: {test: [curl, x]}", "value", "curl"),
        ("environment: ['A =1']", "value", "A "),
        ("user: ${", "interpolation", "${"),
        ("x-any: {deep: ['${!V}']}", "interpolation", "${!V}"),
        ("ports: [{published: 80}]", "port", "{published: 80}"),
        ("ports: [{target: 80-81}]", "port", "80-81"),
        ("ports: [{target: 80, host_ip: a}]", "port", "a"),
    ],
)
def test_faults_point_at_the_written_word(body: str, kind: str, place: str) -> None:
    assert faults(body) == [(kind, place)]


def test_a_number_for_a_text_is_taken_as_it_is() -> None:
    compose = read("services: {a: {image: i, user: 0}}")
    assert shown(compose.services[0].user) == "0"


def test_a_faulty_service_does_not_hide_the_others() -> None:
    compose = read("services:\n  a: text\n  b: [1]\n  c: {image: [x], user: u}\n  d:\n  e: {image: i}\n")
    assert [str(found.name) for found in compose.services] == ["c", "d", "e"]
    assert shown(compose.services[0].user) == "u"
    assert [error.kind for error in compose.errors] == ["wrong-type", "wrong-type", "wrong-type", "empty-key"]


def test_a_fault_behind_an_anchor_is_told_once() -> None:
    compose = read("x-u: &u {user: 1}\nservices:\n  a: {<<: *u, image: i}\n  b: {<<: *u, image: i}\n")
    assert [error.kind for error in compose.errors] == ["wrong-type"]


def test_an_alias_of_nothing_is_told_once() -> None:
    assert faults("ports: *nothing") == [("syntax", "*nothing")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "syntax"),
        ("# only this\n", "syntax"),
        ("- a\n", "wrong-type"),
        ("text\n", "wrong-type"),
        ("---\n", "wrong-type"),
        ("a: [\n", "syntax"),
        ("\0", "syntax"),
        ("services: [a]\n", "wrong-type"),
        ("services:\n", "empty-key"),
        ("web:\n  image: i\n", "first-format"),
    ],
)
def test_files_without_services(text: str, kind: str) -> None:
    compose = read(text)
    assert [error.kind for error in compose.errors] == [kind]
    assert compose.services == ()


def test_a_file_may_do_without_services() -> None:
    compose = read("name: n\nvolumes: {data: }\nnetworks: {front: , back: {}}\nx-web: {image: i}\n")
    assert compose.errors == ()
    assert (shown(compose.name), compose.volumes, compose.networks) == ("n", ("data",), ("front", "back"))


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("services: {a: {image: i}, b: {build: .}}", False),
        ("services: {a: {provider: {type: x}}}", False),
        ("services: {a: {image: i}, b: {user: u}}", True),
        ("services: {a: {image: i, extends: b}}", True),
        ("include: [x.yaml]\nservices: {a: {image: i}}", True),
        ("volumes: {a: }", False),
    ],
)
def test_a_fragment_is_told_from_a_project(text: str, fragment: bool) -> None:
    assert read(text).is_fragment is fragment


def test_a_shared_value_stands_where_it_is_written() -> None:
    text = (
        "x-env: &env {KEY: value}\nservices:\n  a: {image: i, environment: *env}\n  b: {image: i, environment: *env}\n"
    )
    places = {found.environment[0].name.start for found in read(text).services}
    assert places == {text.index("KEY")}


def test_the_variables_of_a_file_in_order() -> None:
    compose = read("x-a: &a $ONE\nservices:\n  a: {image: $TWO, labels: {x: *a, $NO: '${THREE:-3}'}}\n", {"TWO": "i"})
    assert [(str(found.name), found.state) for found in compose.variables] == [
        ("ONE", "unset"),
        ("TWO", "set"),
        ("THREE", "default"),
    ]


@given(st.text(alphabet="abi:-$[]{}\"'/ \n8", max_size=40))
def test_any_value_can_be_read(text: str) -> None:
    body = json.dumps(text)
    keys = ("user", "ports", "volumes", "command", "environment", "healthcheck", "env_file", "depends_on", "build")
    lines = "".join(f"    {key}: [{body}]\n" for key in keys) + f"    entrypoint: {body}\n"
    compose = read(f"services:\n  a:\n    image: i\n{lines}")
    assert [str(found.name) for found in compose.services] == ["a"]
    to_config(compose, Places("/project", "/home/me"))


# The resolved project


def test_the_config_is_that_of_docker_compose() -> None:
    text = """
name: My App
x-common: &common
  restart: "no"
services:
  web:
    <<: *common
    build:
      context: ./web
      args: [A=1, FROM_HOST]
      target: prod
    user: "1000"
    command: serve --port 80 && echo lost
    environment: {B: 1.50, N: , COST: $$5}
    ports: ["127.0.0.1:8000-8001:80-81/udp", "81", "81"]
    volumes: ["./src:/srv/", "data:/data:ro", "/cache", "~/.x:/x:z"]
    depends_on: [db]
    healthcheck: {test: curl x, interval: 90s, retries: "3"}
  db:
    image: postgres:${TAG:-17}
    network_mode: host
    entrypoint: []
  later:
    image: i
    profiles: [dev]
volumes:
  data:
  unused:
"""
    compose = read(text)
    assert compose.errors == ()
    assert to_config(compose, Places("/project", "/home/me")) == {
        "name": "myapp",
        "x-common": {"restart": "no"},
        "services": {
            "web": {
                "build": {
                    "context": "/project/web",
                    "dockerfile": "Dockerfile",
                    "args": {"A": "1"},
                    "target": "prod",
                },
                "user": "1000",
                "command": ["serve", "--port", "80"],
                "entrypoint": None,
                "environment": {"B": "1.5", "N": None, "COST": "$$5"},
                "ports": [
                    {"mode": "ingress", "host_ip": "127.0.0.1", "target": 80, "published": "8000", "protocol": "udp"},
                    {"mode": "ingress", "host_ip": "127.0.0.1", "target": 81, "published": "8001", "protocol": "udp"},
                    {"mode": "ingress", "target": 81, "protocol": "tcp"},
                ],
                "volumes": [
                    {"type": "bind", "source": "/project/src", "target": "/srv", "bind": {}},
                    {"type": "volume", "source": "data", "target": "/data", "read_only": True, "volume": {}},
                    {"type": "volume", "target": "/cache", "volume": {}},
                    {"type": "bind", "source": "/home/me/.x", "target": "/x", "bind": {"selinux": "z"}},
                ],
                "depends_on": {"db": {"condition": "service_started", "required": True}},
                "healthcheck": {"test": ["CMD-SHELL", "curl x"], "interval": "1m30s", "retries": 3},
                "restart": "no",
                "networks": {"default": None},
            },
            "db": {"image": "postgres:17", "network_mode": "host", "command": None, "entrypoint": []},
        },
        "networks": {"default": {"name": "myapp_default", "ipam": {}}},
        "volumes": {"data": {"name": "myapp_data"}},
    }


def test_huge_ranges_are_not_taken_apart() -> None:
    compose = read("services: {a: {image: i, ports: ['1-65535:1-65535', '1-65535:1-65535/udp', '1-65535/sctp']}}")
    *most, udp, sctp = to_config(compose, Places("/p", "/h"))["services"]["a"]["ports"]
    assert len(most) == 65535
    assert (udp["target"], udp["published"], sctp["target"]) == ("1-65535", "1-65535", "1-65535")


def test_the_config_of_an_unreadable_file_is_empty() -> None:
    assert to_config(read("a: ["), Places("/p", "/h")) == {"name": "p", "services": {}}


@pytest.mark.parametrize(
    ("text", "shown_text"),
    [
        ("90s", "1m30s"),
        ("1h", "1h0m0s"),
        ("1d", "24h0m0s"),
        ("1500ms", "1.5s"),
        ("0.5s", "500ms"),
        ("1m30s", "1m30s"),
        ("1us", "1µs"),
        ("0s", "0s"),
    ],
)
def test_durations_are_printed_as_compose_does(text: str, shown_text: str) -> None:
    assert normalised(text) == shown_text


@pytest.mark.parametrize("text", ["", "10", "s", "1x", "1 s", "-1s"])
def test_a_duration_needs_a_unit(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        nanoseconds(text)
