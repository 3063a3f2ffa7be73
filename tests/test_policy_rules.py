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
    ("about: image\nwhere: {use: '*'}\nmessage: '{image}, {registry}'", "FROM $A", ["unknown, unknown"]),
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
        ("require: {ports: {target: 1}}\nmessage: '{fact} {value}; {allowed}'", "ports mode, protocol, target, published, mode, protocol, target, published; target: 1"),
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
    assert time.process_time() - start < 5


# Anything at all

_WORDS = ["a", "b:latest", "*", "[a-z]*", "python", "root", "curl", "RUN", "docker.io", "80", "true", "x" * 50]
_values = st.one_of(
    st.sampled_from(_WORDS), st.none(), st.booleans(), st.integers(0, 100), st.text("ab*?[]!-{}$«»", max_size=6)
)
_sets = st.one_of(_values, st.lists(_values, max_size=3))
_nested = st.recursive(
    _sets, lambda inner: st.dictionaries(st.sampled_from(["a", "labels", "*", "target"]), inner, max_size=2)
)
_names = sorted({name for kind in KINDS.values() for name in kind.shape.keys or ()} | {"x-a", "nonsense", "*"})
_conditions = st.dictionaries(st.sampled_from(_names), _nested, max_size=3)
_messages = st.one_of(
    st.none(), st.text("ab{}. ", max_size=12), st.sampled_from(["{fact} {value}", "{name}", "{labels.a}"])
)
_rules = st.fixed_dictionaries(
    {"about": st.sampled_from([*KINDS, "nonsense"])},
    optional={"where": _conditions, "unless": _conditions, "require": _conditions, "message": _messages},
)
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
