"""Files of rules: what is read of them, and how each mistake is told, with its place."""

import json
import os
import pickle
import re
import time
from pathlib import Path

import jsonschema
import pytest
import yaml

from dockerlint.lint.documents import of_yaml
from dockerlint.lint.finding import Severity
from dockerlint.lint.policy.conditions import Below, OneOf
from dockerlint.lint.policy.definitions import BadRules, Definition
from dockerlint.lint.policy.kinds import KINDS
from dockerlint.lint.policy.manual import schema, table
from dockerlint.lint.policy.rules import rule_of
from dockerlint.source import Source
from tests.policy import rules_of

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "docs" / "rules.schema.json"
PAGE = ROOT / "docs" / "custom-rules.md"
EXAMPLES = ROOT / "fixtures" / "policy" / "dockerlint-rules.yaml"

BASE = {"about": "image", "where": "{tag: latest}", "summary": "It is so.", "why": "It is."}


def file_of(**keys: str | None) -> str:
    """A file with one rule, whose keys are others than usual, or left out where None."""
    found = BASE | keys
    lines = [f"    {key}: {value}" for key, value in found.items() if value is not None]
    return "\n".join(["rules:", "  a-rule:", *lines, ""])


def one(**keys: str | None) -> Definition:
    (found,) = rules_of(file_of(**keys))
    return found


def mistake(text: str) -> str:
    with pytest.raises(BadRules) as error:
        rules_of(text)
    return str(error.value)


def test_everything_is_read() -> None:
    (found,) = rules_of(
        "x-own: &own [a, 'b*']\nrules:\n  a-rule:\n    about: image\n    where: {name: *own, tag: null, digest: [null, x]}\n"
        "    unless: [{tag: 3.10}, {stage: '*'}]\n    require:\n      image: yes\n    only: {name: a}\n    summary: >\n      It is\n      so.\n"
        "    message: '{{x}} {image} is {value}'\n    why: |\n      A long\n      reason. And more.\n\n      Two.\n"
        "    help: Do.\n    docs: https://a.example/b?c#d\n    severity: error\n    bad:\n      - FROM «a»\n    good: [FROM b]\n"
    )
    assert found.where == (
        (
            ("name", OneOf(("a", "b*"))),
            ("tag", OneOf((), or_nothing=True)),
            ("digest", OneOf(("x",), or_nothing=True)),
        ),
    )
    assert found.unless == ((("tag", OneOf(("3.10",))),), (("stage", OneOf(("*",))),))
    assert found.require == (("image", OneOf(("yes",))),)
    assert found.only == (("name", OneOf(("a",))),)
    assert (found.name, found.about, found.summary, found.help) == ("a-rule", "image", "It is so.", "Do.")
    assert found.why == "A long reason. And more.\n\nTwo."
    assert (found.severity, found.docs, found.path) == (
        Severity.ERROR,
        "https://a.example/b?c#d",
        "dockerlint-rules.yaml",
    )
    assert (found.bad, found.good) == (("FROM «a»",), ("FROM b",))
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_definition_becomes_a_rule_with_a_page() -> None:
    rule = rule_of(
        one(severity="info", help="Do.", docs="https://a.example", bad="[FROM «a:latest»]", good="[FROM a:1]")
    )
    assert (rule.name, rule.chapter, rule.severity, rule.docs) == (
        "a-rule",
        "custom",
        Severity.INFO,
        "https://a.example",
    )
    assert rule.page() == "It is so.\n\nIt is.\n\nDo.\n\nhttps://a.example"
    assert (rule.summary(), rule.reason()) == ("It is so.", "It is.")
    assert (rule.bad, rule.good) == ({"FROM «a:latest»": None}, ("FROM a:1",))


def test_defaults() -> None:
    found = one()
    assert (found.severity, found.help, found.docs, found.bad, found.good) == (Severity.WARNING, "", "", (), ())
    assert [part.text for part in found.message] == ["It is so."]


@pytest.mark.parametrize(
    ("conditions", "wanted"),
    [
        ("{ships: true}", OneOf(("true",))),
        ("{ships: TRUE}", OneOf(("true",))),
        ("{ships: 'true'}", OneOf(("true",))),
        ("{name: [a, a, b]}", OneOf(("a", "b"))),
        ("{name: ''}", OneOf(("",))),
        ("{name: 0x10}", OneOf(("0x10",))),
        ("{name: 2026-01-02}", OneOf(("2026-01-02",))),
        ("{name: ~}", OneOf((), or_nothing=True)),
        ("{name: '[[]x'}", OneOf(("[[]x",))),
        ("{name: '[!]a-]'}", OneOf(("[!]a-]",))),
        ("{name: !!str 10}", OneOf(("10",))),
    ],
)
def test_conditions_are_read_as_they_are_written(conditions: str, wanted: OneOf) -> None:
    assert one(about="command", where=conditions).where[0][0][1] == wanted


def test_tables_descend() -> None:
    wanted = one(
        about="service", where="{deploy: {resources: {limits: {memory: [1g, null]}}}, x-a: {b: {c: 1}}}"
    ).where[0]
    limits = Below((("memory", OneOf(("1g",), or_nothing=True)),))
    assert wanted[0] == ("deploy", Below((("resources", Below((("limits", limits),))),)))
    assert wanted[1] == ("x-a", Below((("b", Below((("c", OneOf(("1",))),))),)))


# What is refused, where, and what is said. The third says whether the JSON Schema refuses it too.
REFUSED = [
    # the file
    ("", "1:1: there is no `rules:`", True),
    ("rules:", "1:7: `rules` is a table of rules", True),
    ("rules: {}", "1:8: `rules` is a table of rules", True),
    ("- a", "1:1: a file of rules is a table", None),
    ("rule: {}\n", "1:1: a file of rules has no `rule`; did you mean `rules`?", True),
    (file_of() + "---\nrules: {}\n", "8:1: a file of rules is one document", None),
    (file_of() + "rules: {}\n", "7:1: `rules` stands twice in one mapping (first in line 1)", None),
    (file_of() + file_of().replace("rules:\n", ""), "7:3: `a-rule` stands twice under `rules` (first in line 2)", None),
    ("rules: [a", "1:8: this `[` is not closed in line 1", None),
    ("rules: {a: *b}", "1:12: there is no `&b` above", None),
    ("rules:\n  a: &a {x: *a}", "2:13: `*a` stands inside of `&a` itself", None),
    ("rules: {1: {}}", "1:9: `1` is no text, as a key must be: quote it", None),
    ("rules: {[a]: {}}", "1:9: a key must be text", None),
    ("rules: {a: \x01}", "1:12: the control character U+0001", None),
    ("rules: {a: \udcff}", "1:12: a byte that is not UTF-8", None),
    ("rules: {A-b: {}}", "1:9: `A-b` cannot name a rule", True),
    ("rules: {a--b: {}}", "1:9: `a--b` cannot name a rule", True),
    ("rules: {a_b: {}}", "1:9: `a_b` cannot name a rule", True),
    ("rules: {a-b: x}", "1:14: `a-b` is a table with `about`", True),
    # the keys of a rule
    (file_of(wher="{}"), "7:5: a rule has no `wher`; did you mean `where`?", True),
    (file_of(zzz="1"), "7:5: a rule has no `zzz`; there is about, where,", True),
    (file_of(about=None), "2:3: `a-rule` has no `about`", True),
    (file_of(about="images"), "3:12: there is no kind of thing `images`; did you mean `image`?", True),
    (file_of(about="[image]"), "3:12: `about` is a text", True),
    (file_of(where=None), "2:3: `a-rule` has neither `where` nor `require`", True),
    (file_of(where=None, unless="{tag: a}"), "2:3: `a-rule` has neither `where` nor `require`", True),
    (file_of(summary=None), "2:3: `a-rule` has no `summary`", True),
    (file_of(summary="It is so"), "5:14: `summary` is one sentence, and ends with a full stop", True),
    (file_of(summary="3.5"), "5:14: `summary` is a text: put `3.5` in quotes", True),
    (file_of(summary="''"), "5:14: `summary` is a text", True),
    (file_of(summary=""), "5:13: `summary` is a text", True),
    (file_of(why=None), "2:3: `a-rule` has no `why`", True),
    (file_of(why="{a: b}"), "6:10: `why` is a text", True),
    (file_of(why="true"), "6:10: `why` is a text: put `true` in quotes", True),
    (file_of(help="2026-01-01"), "7:11: `help` is a text: put `2026-01-01` in quotes", None),
    (file_of(docs="www.acme.example"), "7:11: `docs` is a URL", True),
    (file_of(docs="javascript:alert(1)"), "7:11: `docs` is a URL", True),
    (file_of(docs="https://"), "7:11: `docs` is a URL", True),
    (file_of(severity="fatal"), "7:15: `severity` is info, warning or error, not `fatal`", True),
    (file_of(severity="Error"), "7:15: `severity` is info, warning or error, not `Error`", True),
    # samples
    (file_of(bad="FROM «a»"), "7:10: `bad` is a list of samples", True),
    (file_of(bad="[]"), "7:10: `bad` is a list of samples", True),
    (file_of(bad="[{a: b}]"), "7:11: a sample of `bad` is a text", True),
    (file_of(bad="[FROM a]"), "7:11: a bad sample has what is reported between", None),
    (file_of(bad="[FROM «a]"), "7:11: a bad sample has what is reported between", None),
    (file_of(bad="[FROM a»]"), "7:17: this `»` has no `«` before it", None),
    (file_of(good="[FROM «a»]"), "7:12: a good sample has no `«`", None),
    # conditions
    (file_of(where="latest"), "4:12: `where` is a table of facts", True),
    (file_of(where="{}"), "4:12: `where` is a table of facts", True),
    (file_of(where="[tag]"), "4:13: `where` is a table of facts", True),
    (file_of(where="[]"), "4:12: the list of `where` is empty", True),
    (file_of(unless="[{tag: a}, {}]"), "7:24: `unless` is a table of facts", True),
    (file_of(where=f"[{'{tag: a}, ' * 101}]"), "4:12: more than 100 tables of `where`", True),
    (file_of(require="[{tag: a}, {tag: b}]"), "7:14: `require` is one table, and all of it must hold", True),
    (file_of(only="[{tag: a}]"), "7:11: `only` is one table", True),
    (file_of(only="{}"), "7:11: `only` is a table of facts", True),
    (file_of(where="{tag: *}"), "4:19: no YAML: while scanning an alias", None),
    (file_of(where="{tag: *foo}"), "4:18: there is no `&foo` above: put a glob in quotes", None),
    (file_of(unless="{}"), "7:13: `unless` is a table of facts", True),
    (file_of(require="''"), "7:14: `require` is a table of facts", True),
    (file_of(where="{tga: x}"), "4:13: image has no fact `tga`; did you mean `tag`?", True),
    (file_of(where="{qqqqq: x}"), "4:13: image has no fact `qqqqq`; there is use, image, registry,", True),
    (file_of(where="{'*': x}"), "4:13: `*` is a glob: which fact it is must be said", True),
    (file_of(where="{tag: }"), "4:13: `tag` has no value: write `null` where it must not be set", None),
    (file_of(where="{tag: []}"), "4:18: the set of `tag` is empty", True),
    (file_of(where="{tag: {}}"), "4:18: `tag` is no table", True),
    (file_of(where="{tag: {a: b}}"), "4:18: `tag` is no table", True),
    (file_of(where="{tag: [[a]]}"), "4:19: a set holds texts, numbers, true, false and null", True),
    (file_of(where="{tag: [{a: b}]}"), "4:19: a set holds texts", True),
    (file_of(where="{tag: !x a}"), "4:21: `!x` is a tag of YAML, which means nothing here", None),
    (file_of(where="{tag: 'a[b'}"), "4:20: this `[` is never closed: write `[[]`", None),
    (file_of(where="{tag: ['a', 'x[]']}"), "4:26: this `[` is never closed", None),
    (file_of(where="{tag: 'a[z-a]*'}"), "4:21: `z-a` holds no character", None),
    (file_of(where=f"{{tag: {'*' * 501}}}".replace("{tag: ", "{tag: '").replace("}", "'}")), "4:19: longer than 500", None),
    (file_of(where="{use: form}"), "4:18: `use` is never `form`; did you mean `from`?", True),
    (file_of(where="{use: [from, pull]}"), "4:25: `use` is never `pull`; ", True),
    (file_of(about="instruction", where="{keyword: run}"), "4:22: `keyword` is never `run`; did you mean `RUN`?", True),
    (file_of(about="command", where="{ships: yes}"), "4:20: `ships` is true or false, not `yes`", True),
    (file_of(about="command", where="{ships: 1}"), "4:20: `ships` is true or false, not `1`", True),
    (file_of(about="port", where="{number: ssh}"), "4:21: `number` is a number, not `ssh`", True),
    (file_of(about="shipped-image", where="{labels: team}"), '4:21: `labels` is a table: write `labels: {name: team}`', True),
    (
        file_of(about="shipped-image", where="{labels.team: x}"),
        "4:13: shipped-image has no fact `labels.team`; write `labels: {team: ...}`",
        True,
    ),
    (file_of(about="shipped-image", where="{labels: {a: {b: c}}}"), "4:25: `a` is no table", True),
    (file_of(about="shipped-image", where="{labels: {}}"), "4:21: `labels` has an empty table", True),
    (file_of(about="shipped-image", where="{labels: {'a[': x}}"), "4:24: this `[` is never closed", None),
    (file_of(about="service", where="{mem_limits: x}"), "4:13: service has no fact `mem_limits`; did you mean `mem_limit`?", True),
    (
        file_of(about="service", where="{deploy: {resource: {limits: x}}}"),
        "4:22: `deploy` has no `resource`; did you mean `resources`?",
        True,
    ),
    (file_of(about="service", where="{ports: {targt: 80}}"), "4:21: a port has no `targt`; did you mean `target`?", True),
    (
        file_of(about="service", where="{ports: '80:80'}"),
        "4:20: each of `ports` is a table, short forms too: write `ports: {target: ...}`",
        True,
    ),
    (file_of(about="service", where="{volumes: [/a, '/b/*']}"), "4:23: each of `volumes` is a table", True),
    (file_of(about="service", where="{env_file: .env}"), "4:23: each of `env_file` is a table", True),
    (file_of(about="package", where="{manager: pip3}"), "4:22: `manager` is never `pip3`; did you mean `pip`?", True),
    (file_of(about="service", where="{privileged: yes}"), "4:25: `privileged` is true or false, not `yes`", True),
    (file_of(about="service", where="{restart: {a: b}}"), "4:22: `restart` is no table", True),
    (file_of(about="service", where="{deploy: x}"), "4:21: `deploy` is a table", True),
    (
        file_of(about="compose", where="{services: {web: {imag: x}}}"),
        "4:30: a service has no `imag`; did you mean `image`?",
        True,
    ),
    (file_of(about="service", where="{x-a: " + "{a: " * 20 + "b" + "}" * 21), "4:94: tables more than 20 levels deep", None),
    # messages
    (file_of(message="'{tga}'"), "7:14: image has no fact `tga` to show; did you mean `tag`?", None),
    (file_of(message="'a {b'"), "7:17: this `{` is never closed: write `{{`", None),
    (file_of(message="'a b}'"), "7:18: this `}` is never opened: write `}}`", None),
    (file_of(message="'x {}'"), "7:17: image has no fact `` to show", None),
    (file_of(message="'{value}'"), "7:14: `{value}` is what `require` and `only` find, and this rule has neither", None),
    (file_of(message="'{tag.x}.'"), "7:15: `tag` is no table, so there is no `tag.x`", None),
    (file_of(message="'{0.__class__}'"), "7:14: image has no fact `0.__class__` to show", None),
    (file_of(message="'{tag!r:>10}'"), "7:14: image has no fact `tag!r:>10` to show", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [case[:2] for case in REFUSED])
def test_mistakes_are_told_with_their_place(text: str, said: str) -> None:
    assert mistake(text).startswith(f"dockerlint-rules.yaml:{said}")


ACCEPTED = [
    EXAMPLES.read_text("utf-8"),
    file_of(),
    "x-a: 1\n" + file_of(require="{image: [a, null, 1, true, 'b*']}", message="'{fact} {value} {allowed} {tag} {{}}'"),
    file_of(about="label", message="'{value}'", where="{value: '*'}"),
    file_of(about="variable", message="'{value}{keyword}'", where=None, require="{value: null}"),
    file_of(about="service", where="{labels: {a: b}, x-a: [c], x-b: {d: {e: f}}}", message="'{labels.a.b} {x-a}'"),
    file_of(about="service", where="{environment: {'*': '*'}, ports: {target: [80, '443']}, deploy: '*'}"),
    file_of(about="service", where="{privileged: 'true', read_only: [true, null], tty: '*', build: null}"),
    file_of(about="compose", where="{services: {'*': {image: x, privileged: true}}, networks: {a: {external: true}}}"),
    file_of(about="compose", where="{volumes: {a: {external: {name: b}}}, version: '3*'}"),
    file_of(about="port", where="{number: [80, '443', '8*']}"),
    file_of(about="instruction", where="{keyword: 'A*', flags: {link: true}}"),
    file_of(about="shipped-image", where="{labels: null, environment: '*', healthcheck: false}"),
    file_of(about="service", where="{gpus: all, ports: null, volumes: ['*', null], command: [a, b]}"),
    file_of(where="[{tag: a}, {use: from, tag: b}]", unless="[{tag: c}]", only="{tag: [a, b]}", message="'{fact}'"),
    file_of(where=None, only="{tag: a}"),
    file_of(severity="info", docs="http://a"),
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_is_right_is_read(text: str) -> None:
    assert rules_of(text)


# The schema and the page


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))


def test_schema_is_what_the_table_of_kinds_gives() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        SCHEMA.write_text(schema(), "utf-8")
    assert SCHEMA.read_text("utf-8") == schema()
    jsonschema.Draft202012Validator.check_schema(json.loads(SCHEMA.read_text("utf-8")))


@pytest.mark.parametrize("text", ACCEPTED)
def test_schema_accepts_what_is_read(text: str) -> None:
    validator().validate(yaml.safe_load(text))


@pytest.mark.parametrize("text", [case[0] for case in REFUSED if case[2]])
def test_schema_refuses_what_is_refused(text: str) -> None:
    document = of_yaml(Source("rules.yaml", text)).table
    assert not validator().is_valid(document)


def replaced(page: str, mark: str, text: str) -> str:
    return re.sub(
        rf"(<!-- {mark} -->\n).*?(<!-- end -->)", lambda m: m[1] + text + m[2], page, count=1, flags=re.DOTALL
    )


def examples() -> dict[str, str]:
    """The rules of the file of examples, each as it is written."""
    lines = EXAMPLES.read_text("utf-8").split("rules:\n", 1)[1]
    blocks = re.split(r"\n(?=  \S)", lines.rstrip("\n"))
    return {block.split(":")[0].strip(): block.rstrip() + "\n" for block in blocks}


def test_page_shows_every_fact_and_every_example() -> None:
    page = PAGE.read_text("utf-8")
    wanted = replaced(page, "facts", "\n" + table() + "\n")
    for name, block in examples().items():
        assert f"<!-- rule: {name} -->" in page
        wanted = replaced(wanted, f"rule: {name}", f"\n```yaml\n{block}```\n\n")
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(wanted, "utf-8")
    assert PAGE.read_text("utf-8") == wanted


def test_examples_of_the_page_are_rules() -> None:
    for block in re.findall(r"```yaml\n(rules:\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL):
        assert rules_of(block)


def test_every_kind_has_a_name_of_its_own_and_a_meaning_for_each_fact() -> None:
    for kind in KINDS.values():
        assert kind.meaning
        assert kind.place
        assert len({fact.name for fact in kind.facts}) == len(kind.facts)
        assert all(fact.meaning for fact in kind.facts)


# Hostile files


def bomb(levels: int) -> str:
    lines = ["x-0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines) + f"\nrules: *a{levels - 1}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (bomb(9), "the aliases of this file stand for more than 100,000 values: it is not read"),
        ("rules: " + "[" * 400 + "]" * 400, "nested more than 200 levels deep: the file is not read"),
        ("rules: " + "{a: " * 50000 + "b" + "}" * 50000, "nested more than 200 levels deep"),
        ("#" * (1 << 20) + "\n" + file_of(), "the file is larger than 1 MB"),
        (f"rules:\n  ? {'a' * 900_000}\n  : 1\n", "cannot name a rule"),
        (file_of(where="{? " + "b" * 900_000 + " : x}"), "image has no fact `bbb"),
        (file_of(message="'{" + "b" * 3000 + "}'"), "image has no fact `bbb"),
        (file_of(where="{tag: [" + ",".join(["a"] * 1001) + "]}"), "more than 1000 values of `tag`"),
        (file_of(where="{tag: '" + "*a" * 400_000 + "'}"), "longer than 500 characters"),
        (file_of(docs="https://" + "a" * 900_000), "`docs` is longer than 4000 characters"),
        (file_of(message="'" + "{{" * 1900 + "{'"), "this `{` is never closed"),
    ],
    ids=range(11),
)  # fmt: skip
def test_hostile_files_are_refused(text: str, said: str) -> None:
    start = time.process_time()
    message = mistake(text)
    assert said in message
    assert len(message) < 400
    assert time.process_time() - start < 20
