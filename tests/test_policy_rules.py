"""What rules of an organisation say: messages, places, three-valued conditions, and nothing that takes long."""

import json
import string
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dockerlint.compose.nodes import parse
from dockerlint.lint.finding import Severity
from dockerlint.lint.policy import globs
from dockerlint.lint.policy.conditions import Below, OneOf, Wanted, allowed, failures, meets
from dockerlint.lint.policy.definitions import BadRules
from dockerlint.lint.policy.facts import NOTHING, UNKNOWN, Fact, One, Several, Table, at, shown
from dockerlint.lint.policy.kinds import KINDS
from dockerlint.lint.policy.messages import BadMessage, filled, parts
from dockerlint.source import Source
from tests.harness import marks_of, read_sample
from tests.policy import check_files, rules_of


def messages(rule: str, files: dict[str, str], folder: Path) -> list[str]:
    head = "rules:\n  a-rule:\n    summary: It is so.\n    why: It is.\n    "
    findings, problems = check_files(rules_of(head + rule.replace("\n", "\n    ")), files, folder)
    assert not problems
    return [found.message for found in findings]


COMPOSE = "services:\n  web:\n    image: x\n    labels: {a.b: c}\n    ports: ['80:8080', '81:8081']\n"
MESSAGES = [
    ("about: image\nwhere: {tag: latest}", "FROM a:latest", ["It is so."]),
    ("about: image\nwhere: {use: '*'}\nmessage: '`{image}` {{{tag}}} {digest}'", "FROM a:1", ["`a:1` {1} nothing"]),
    ("about: image\nwhere: {use: '*'}\nmessage: '{image}, {registry}'", "FROM $A", ["$A, unknown"]),
    ("about: image\nrequire: {registry: a.b}\nmessage: '{image} of {value} {tag}'", "ARG T\nFROM quay.io/a:${T}", ["quay.io/a:${T} of quay.io unknown"]),
    (
        "about: image\nrequire: {registry: [a.b, 'c.*'], tag: '*', name: [null, x]}\nmessage: '{fact}: {value}, not {allowed}'",
        "FROM a",
        [
            "name: a, not x or nothing",
            "registry: docker.io, not a.b or c.*",
            "tag: nothing, not any value",
        ],
    ),
    ("about: label\nrequire: {key: 'a*'}\nmessage: '{fact} {value}'", "FROM a\nLABEL k=v", ["key v"]),
    ("about: image\nrequire: {tag: null}\nmessage: '{value}, not {allowed}'", "FROM a:1", ["1, not nothing"]),
    (
        "about: shipped-image\nrequire: {labels: {team: [a, b, c], x.y: '*'}}\nmessage: '{fact}={value}: {allowed}, {labels.team}'",
        "FROM a\nLABEL team=d",
        ["labels.x.y=nothing: any value, d", "labels.team=d: a, b or c, d"],
    ),
    ("about: command\nwhere: {name: a}\nmessage: '{arguments}|{text}'", 'FROM x\nRUN a  -b "c d"', ['-b c d|a -b "c d"']),
    ("about: shipped-image\nwhere: {stage: '*'}\nmessage: '{ports} {labels}'", "FROM scratch\nEXPOSE 1 2\nLABEL a=1 b=2", ["1/tcp, 2/tcp a, b"]),
    ("about: command\nwhere: {name: a}\nmessage: '{text}'", "FROM x\nRUN a " + "b" * 200, ["a " + "b" * 95 + "..."]),
    ("about: instruction\nwhere: {keyword: RUN}\nmessage: '{text}'", "FROM x\nRUN <<E\na\n\tb\nE", ["<<E a b"]),
    ("about: instruction\nwhere: {keyword: RUN}\nmessage: 'a %s {{0}} {text}'", "FROM x\nRUN {fact} %d", ["a %s {0} {fact} %d"]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text", "said"), MESSAGES)
def test_messages_name_facts(rule: str, text: str, said: list[str], tmp_path: Path) -> None:
    assert messages(rule, {"Dockerfile": text}, tmp_path) == said


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("where: {name: web}\nmessage: '{labels.a.b} {labels.a} {labels.a.x} {deploy.resources.limits}'", "c nothing nothing nothing"),
        ("where: {name: web}\nmessage: '{name.x} {ports}'", None),
        ("require: {ports: {target: 1}}\nmessage: '{fact} {value}; {allowed}'", "ports target: 8080, target: 8081; target: 1"),
        ("require: {deploy: {resources: {limits: {memory: '*'}}}}\nmessage: '{fact} {value}'", "deploy.resources.limits.memory nothing"),
    ],
)  # fmt: skip
def test_messages_name_facts_of_services(rule: str, said: str | None, tmp_path: Path) -> None:
    text = f"about: service\n{rule}"
    if said is None:
        with pytest.raises(BadRules, match="`name` is no table"):
            messages(text, {"compose.yaml": COMPOSE}, tmp_path)
    else:
        assert messages(text, {"compose.yaml": COMPOSE}, tmp_path) == [said]


def test_a_finding_has_what_the_rule_says(tmp_path: Path) -> None:
    text = (
        "rules:\n  no-latest:\n    about: image\n    where: {tag: latest}\n    summary: No.\n    why: It moves. Often.\n"
        "    help: Name one.\n    docs: https://a.example\n    severity: error\n"
    )
    ((found,), _) = check_files(rules_of(text), {"Dockerfile": "FROM a:latest"}, tmp_path)
    assert (found.rule, found.chapter, found.severity) == ("no-latest", "custom", Severity.ERROR)
    assert (found.message, found.reason, found.help, found.fix) == ("No.", "It moves.", "Name one.", None)


def test_services_that_share_a_place_are_told_once(tmp_path: Path) -> None:
    compose = "x-a: &a\n  image: x:latest\n  user: root\nservices:\n  a: *a\n  b: *a\n"
    assert messages("about: service\nwhere: {user: root}\nmessage: '`{name}` is root'", {"compose.yaml": compose}, tmp_path) == [
        "`a` is root; the same goes for `b`"
    ]  # fmt: skip
    assert messages("about: image\nwhere: {tag: latest}", {"compose.yaml": compose}, tmp_path) == ["It is so."]


def test_a_range_of_ports_is_one_finding(tmp_path: Path) -> None:
    rule = "about: port\nrequire: {number: '80*'}\nmessage: '{number}'"
    assert messages(rule, {"Dockerfile": "FROM a\nEXPOSE 1-100 8000-8010 70-80"}, tmp_path) == ["1", "70"]


def test_a_file_that_exposes_everything_is_judged_too(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM a\n" + "EXPOSE 1-65535\n" * 20}
    assert messages("about: port\nwhere: {number: 22}", files, tmp_path) == ["It is so."]


def test_a_dockerfile_within_a_compose_file_is_judged_at_its_lines(tmp_path: Path) -> None:
    compose = "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM debian\n        RUN sudo x\n"
    text = "rules:\n  r:\n    about: command\n    where: {name: sudo}\n    summary: No.\n    why: No.\n"
    ((found,), _) = check_files(rules_of(text), {"compose.yaml": compose}, tmp_path)
    assert tuple(found.region) == ("compose.yaml", 6, 13, 6, 17)


# Three values

A, B = One(("a",)), One(("b", "c"))
PART = Several((A,), is_whole=False)
TABLE = Table({"x": A, "y": UNKNOWN, "t": Table({"z": B})})


@pytest.mark.parametrize(
    ("fact", "wanted", "answer"),
    [
        (A, OneOf(("a",)), True),
        (A, OneOf(("A",)), False),
        (A, OneOf(("b", "[a-c]")), True),
        (A, OneOf((), or_nothing=True), False),
        (B, OneOf(("c",)), True),
        (A, Below((("x", OneOf(("*",))),)), False),
        (A, Below((("x", OneOf((), or_nothing=True)),)), True),
        (NOTHING, OneOf(("*",)), False),
        (NOTHING, OneOf((), or_nothing=True), True),
        (NOTHING, OneOf(("a",), or_nothing=True), True),
        (NOTHING, Below((("x", OneOf((), or_nothing=True)),)), True),
        (UNKNOWN, OneOf(("*",)), None),
        (UNKNOWN, OneOf((), or_nothing=True), None),
        (UNKNOWN, Below((("x", OneOf(("*",))),)), None),
        (Several(()), OneOf((), or_nothing=True), True),
        (Several(()), OneOf(("*",)), False),
        (Several((), is_whole=False), OneOf((), or_nothing=True), None),
        (Several((A, B)), OneOf(("b",)), True),
        (Several((A, B)), OneOf((), or_nothing=True), False),
        (Several((A, UNKNOWN)), OneOf(("a",)), True),
        (Several((A, UNKNOWN)), OneOf(("b",)), None),
        (PART, OneOf(("a",)), True),
        (PART, OneOf(("b",)), None),
        (TABLE, OneOf(("*",)), True),
        (TABLE, OneOf((), or_nothing=True), False),
        (Table({}), OneOf(("*",)), True),
        (Table({}, is_whole=False), OneOf(("*",)), None),
        (TABLE, Below((("x", OneOf(("a",))),)), True),
        (TABLE, Below((("x", OneOf(("b",))),)), False),
        (TABLE, Below((("y", OneOf(("b",))),)), None),
        (TABLE, Below((("y", OneOf(("b",))), ("x", OneOf(("b",))))), False),
        (TABLE, Below((("y", OneOf(("b",))), ("x", OneOf(("a",))))), None),
        (TABLE, Below((("q", OneOf((), or_nothing=True)),)), True),
        (TABLE._replace(is_whole=False), Below((("q", OneOf((), or_nothing=True)),)), None),
        (TABLE, Below((("[xy]", OneOf(("a",))),)), True),
        (TABLE, Below((("[xy]", OneOf(("b",))),)), None),
        (TABLE, Below((("q*", OneOf(("b",))),)), False),
        (TABLE, Below((("t", Below((("z", OneOf(("c",))),))),)), True),
        (Several((TABLE, A)), Below((("x", OneOf(("a",))),)), True),
    ],
)
def test_conditions_are_three_valued(fact: Fact, wanted: Wanted, answer: bool | None) -> None:
    assert meets(fact, wanted) is answer
    expected = [] if answer is not False else ["f"]
    assert [failure.path[0] for failure in failures(Table({"f": fact}), (("f", wanted),))][:1] == expected


@pytest.mark.parametrize(
    ("path", "said"),
    [("x", "a"), ("y", "unknown"), ("t", "z"), ("t.z", "b"), ("t.z.q", "nothing"), ("y.a", "unknown"), ("q.r", "nothing"), ("a.b", "1"), ("a.b.c", "nothing"), ("k.l.m", "2")],
)  # fmt: skip
def test_dotted_names_lead_into_tables(path: str, said: str) -> None:
    table = Table({**TABLE.entries, "a.b": One(("1",)), "k": Table({"l.m": One(("2",))})})
    assert shown(at(table, path)) == said


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (OneOf(("a",)), "a"),
        (OneOf(("a", "b", "c")), "a, b or c"),
        (OneOf(("*",), or_nothing=True), "any value or nothing"),
        (OneOf((), or_nothing=True), "nothing"),
        (Below((("x", OneOf(("a", "b"))), ("y", OneOf(("*",))))), "x: a or b, y: any value"),
    ],
)
def test_what_is_allowed_is_told(wanted: Wanted, said: str) -> None:
    assert allowed(wanted) == said


@pytest.mark.parametrize(
    ("text", "glob", "answer"),
    [
        ("a/b/c", "a/*", True),
        ("a\nb", "a*b", True),
        ("A", "a*", False),
        ("*", "[*]", True),
        ("x", "[*]", False),
        ("[x", "[[]*", True),
        ("b", "[!a]", True),
        ("^", "[^a]", True),
        ("b", "[^a]", False),
        (".", "?", True),
        ("", "*", True),
        ("a.b", "a.b", True),
        ("axb", "a.b", False),
        ("a.b*", "a.b*", True),
        ("aXb", "a.b*", False),
    ],
)
def test_globs(text: str, glob: str, answer: bool) -> None:
    globs.check(glob)
    assert globs.fits(text, glob) is answer


@pytest.mark.parametrize(
    "glob", ["*a" * 249 + "*b", "*" * 499 + "b", "*[a-z]" * 80 + "9", "?*" * 200 + "b", "*aa" * 160 + "b"]
)
def test_globs_take_no_time(glob: str) -> None:
    start = time.process_time()
    assert not globs.fits("a" * 20_000, glob)
    assert time.process_time() - start < 15


# Anything at all

_WORDS = ["a", "b:latest", "*", "[a-z]*", "python", "root", "curl", "RUN", "docker.io", "80", "true", "x" * 50]
_values = st.one_of(
    st.sampled_from(_WORDS), st.none(), st.booleans(), st.integers(0, 100), st.text("ab*?[]!-{}$«»", max_size=6)
)
_sets = st.one_of(_values, st.lists(_values, max_size=3))
_nested = st.recursive(
    _sets, lambda inner: st.dictionaries(st.sampled_from(["a", "labels", "*", "target"]), inner, max_size=2)
)
_messages = st.one_of(
    st.none(), st.text("ab{}. ", max_size=12), st.sampled_from(["{fact} {value}", "{name}", "{labels.a}"])
)


def _rules_about(kind: str) -> st.SearchStrategy[dict[str, object]]:
    names = [*(KINDS[kind].shape.keys or ())] * 3 if kind in KINDS else ["tag"]
    conditions = st.dictionaries(st.sampled_from([*names, "x-a", "nonsense", "*"]), _nested, max_size=3)
    either = st.one_of(conditions, st.lists(conditions, max_size=2))
    optional = {"where": either, "unless": either, "require": conditions, "only": conditions, "message": _messages}
    return st.fixed_dictionaries({"about": st.just(kind)}, optional=optional)


_rules = st.sampled_from([*KINDS, "nonsense"]).flatmap(_rules_about)
_lines = st.sampled_from(
    [
        "FROM a AS b", "FROM b", "FROM $X", "FROM python:3.13", "ARG X", "ARG X=1", "RUN a | curl -k $X && apk add curl=1",
        "RUN <<E\nsudo x\nE", "ENV A=1 B=$A", "LABEL a=$X b=c", "EXPOSE 80-90 $X", "USER $X", "USER 0", "CMD a $X",
        'ENTRYPOINT ["a", "b"]', "ONBUILD RUN pip install x", "COPY --from=b --link x y", "HEALTHCHECK CMD x", "WORKDIR x",
        "FROM", "RUN", "LABEL", "EXPOSE", "ONBUILD", "ONBUILD FROM x", "nonsense", "RUN 'a", "COPY --from", "ENV =", "# x",
    ]
)  # fmt: skip
_compose = st.sampled_from(
    [
        "services:\n  a: {image: x}\n",
        "services:\n  a: {image: '${X}', ports: ['80', '${X}:1', 'x', {target: 80}], labels: [a, b=c], environment: [a]}\n",
        "services:\n  a: {build: ., volumes: [x, 'a:b', [c]], deploy: x, networks: [a, [b]], command: 'a $${b'}\n",
        "services:\n  a:\n  b: []\n  c: {extends: a, depends_on: [a], secrets: [x, {source: y}], devices: [a:b:c:d]}\n",
        "services: x\nnetworks: {a: }\n",
        "[]",
        "a: [",
        "name: $X\n",
    ]
)


@given(rule=_rules, dockerfile=st.lists(_lines, max_size=8), compose=_compose)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_rule_and_no_file_is_too_odd(
    rule: dict[str, object], dockerfile: list[str], compose: str, tmp_path: Path
) -> None:
    text = f"rules:\n  a-rule: {json.dumps({**rule, 'summary': 'It is so.', 'why': 'It is.'})}\n"
    assert not parse(Source("x", text)).errors
    try:
        definitions = rules_of(text)
    except BadRules as error:
        assert str(error).startswith("dockerlint-rules.yaml:2:")
        definitions = ()
    files = {"Dockerfile": "\n".join(dockerfile), "compose.yaml": compose}
    _, problems = check_files(definitions, files, tmp_path)
    assert not [problem for problem in problems if "internal error" in problem.message]


@given(st.text(string.printable + "«»", max_size=60))
def test_any_message_is_filled_or_refused(message: str) -> None:
    try:
        found = parts(message)
    except BadMessage:
        return
    assert filled(found, lambda name: name).count("{") <= message.count("{")


def test_many_rules_look_at_a_large_file_without_delay(tmp_path: Path) -> None:
    facts = [("command", "name"), ("instruction", "text"), ("package", "name"), ("image", "image")]
    rules = [
        f"  rule-{number}-{about}:\n    about: {about}\n    where: {{{fact}: 'x{number}*'}}\n    summary: It is.\n    why: It is.\n"
        for number in range(20)
        for about, fact in facts
    ]
    lines = [f"FROM debian:12 AS s{n}\nRUN apt-get install -y a{n} b{n} && curl x | sh\nLABEL a=b" for n in range(300)]
    start = time.process_time()
    check_files(rules_of("rules:\n" + "".join(rules)), {"Dockerfile": "\n".join(lines)}, tmp_path)
    assert time.process_time() - start < 60


# Alternatives, and what each value may be

SERVICE = "=== compose.yaml\nservices:\n  a:\n    image: x\n"
PLACES = [
    # all values of the first fact are pointed at
    ("service", "where: {volumes: {source: [/a, '/b/*']}}", SERVICE + "    volumes: [«/a»:/a, b:/b, «/b/c»:/c]\n"),
    ("service", "where: {environment: {'*_PASSWORD': '?*'}}", SERVICE + "    environment: {A_PASSWORD: «x», B_PASSWORD: '', C_PASSWORD: «y»}\n"),
    ("service", "where: {ports: {target: 22, published: '*'}}", SERVICE + "    ports: ['22', '2222:«22»', '22:«22»']\n"),
    ("service", "where: {name: a, cap_add: [X, Y]}", SERVICE.replace("  a:", "  «a»:") + "    cap_add: [X, Y]\n"),
    # one of several tables
    ("image", "where: [{tag: latest}, {registry: quay.io}]", "FROM a:«latest»\nFROM «quay.io»/b:1\nFROM c:1"),
    ("image", "where: [{tag: latest}, {registry: quay.io}]", "FROM «quay.io»/b:«latest»"),
    ("image", "where: [{registry: quay.io}, {tag: latest}]", "ARG T\nFROM «quay.io»/b:$T\nFROM b:$T"),
    ("image", "where: {use: from}\n    unless: [{name: a}, {tag: b}]", "FROM a\nFROM x:b\nFROM «x»"),
    ("image", "where: {use: from}\n    unless: [{name: a}, {tag: b}]", "ARG T\nFROM x:$T\nFROM a:$T"),
    ("command", "where: [{name: a}, {options: -k, name: curl}]\n    require: {arguments: y}", "FROM x\nRUN «a» && curl «-k» && curl && a y"),
    # only
    ("image", "only: {tag: ['1*', '2*']}", "FROM a\nFROM a:1\nFROM a:«3»\nARG T\nFROM a:$T"),
    ("service", "only: {cap_add: [A, B]}", SERVICE + "    cap_add: [A, «C», B, «D»]\n"),
    ("service", "only: {cap_add: [A, B]}", SERVICE),
    ("service", "only: {cap_add: null}", SERVICE + "    cap_add: [«A»]\n"),
    ("service", "only: {ports: {published: ['80', '8*']}}", SERVICE + "    ports: ['22', '80:80', '«2222»:22', '127.0.0.1:«71»:1']\n"),
    ("service", "only: {ports: {published: '80', host_ip: 127.0.0.1}}", SERVICE + "    ports: ['80:80', '«[::1]»:«81»:1']\n"),
    ("service", "only: {ports: {published: '80'}}", SERVICE + "    ports: ['${P}:80', {target: 22, published: «23»}]\n"),
    ("service", "only: {ports: {protocol: udp}}", SERVICE + "    ports: [«'80:80'»]\n"),
    ("service", "only: {environment: {'*_URL': 'https://*'}}", SERVICE + "    environment: {A_URL: 'https://a', B_URL: «'http://b'», C: d, D_URL: }\n"),
    ("service", "only: {labels: {team: [a, b]}}", SERVICE + "    labels: [team=«c»]\n"),
    ("service", "only: {deploy: {resources: {limits: {memory: [1g, 2g]}}}}", SERVICE + "    deploy: {resources: {limits: {cpus: '1', memory: «3g»}}}\n"),
    ("shipped-image", "only: {ports: '80', labels: {'a.*': x}}", "FROM scratch\nEXPOSE 80 «81»\nLABEL a.b=x a.c=«y» b=z"),
    ("command", "where: {name: pip}\n    only: {options: [-r, --no-cache-dir]}", "FROM x\nRUN pip install -r a «-U» --no-cache-dir"),
]  # fmt: skip


@pytest.mark.parametrize(("about", "conditions", "sample"), PLACES)
def test_each_value_at_fault_is_pointed_at(about: str, conditions: str, sample: str, tmp_path: Path) -> None:
    read = read_sample(sample)
    text = f"rules:\n  a-rule:\n    about: {about}\n    summary: It is so.\n    why: It is.\n    {conditions}\n"
    findings, problems = check_files(rules_of(text), read.files, tmp_path)
    assert marks_of(findings) == read.marks
    assert not problems


def test_what_is_not_allowed_is_named(tmp_path: Path) -> None:
    rule = "about: service\nonly: {ports: {published: ['80', '443']}, environment: {'*_URL': 'https:*'}}\nmessage: '{fact} {value}, not {allowed}'"
    compose = (
        "services:\n  web:\n    image: x\n    environment: {A_URL: 'http://a'}\n    ports: ['80:8080', '81:8081']\n"
    )
    assert messages(rule, {"compose.yaml": compose}, tmp_path) == [
        "environment.A_URL http://a, not https:*",
        "ports.published 81, not 80 or 443",
    ]


def test_places_in_two_files_are_two_findings(tmp_path: Path) -> None:
    text = "services:\n  a:\n    image: x\n    cap_add: [{0}]\n"
    files = {"compose.yaml": text.replace("{0}", "A"), "compose.override.yaml": text.replace("{0}", "B")}
    assert messages("about: service\nwhere: {cap_add: '*'}", files, tmp_path) == ["It is so."] * 2


def test_no_thing_has_faults_without_end(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM a\nRUN a " + "b " * 5000}
    assert len(messages("about: command\nwhere: {arguments: b}", files, tmp_path)) == 1000


def test_no_file_has_rules_without_end() -> None:
    rule = "{about: image, where: {tag: a}, summary: A., why: B}"
    text = "rules:\n" + "".join(f"  r{number}: {rule}\n" for number in range(1001))
    with pytest.raises(BadRules, match=r"dockerlint-rules.yaml:1002:3: more than 1000 rules in one file"):
        rules_of(text)
