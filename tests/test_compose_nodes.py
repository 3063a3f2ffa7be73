from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.compose.nodes import MOST_ALIASED, Mapping, Node, Scalar, Sequence, parse, scalars
from dockerlint.compose.scalars import printed, resolve
from dockerlint.source import Source, Text


def root(text: str) -> Mapping:
    tree = parse(Source("compose.yaml", text))
    assert not tree.errors
    (node,) = tree.documents
    assert isinstance(node, Mapping)
    return node


def scalar(text: str, key: str = "v") -> Scalar:
    node = root(text).get(key)
    assert isinstance(node, Scalar)
    return node


def plain(node: Node | None) -> object:
    if isinstance(node, Mapping):
        return {str(entry.key.text): plain(entry.value) for entry in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert node is not None
    return node.value


def characters(text: Text) -> str:
    """What stands in the file where the characters of a text are said to stand."""
    return "".join(text.source.text[text.offset(index)] for index in range(len(text)))


@pytest.mark.parametrize(
    ("written", "value", "shown"),
    [
        ("~", None, ""),
        ("Null", None, ""),
        ("nuLL", "nuLL", "nuLL"),
        ("TRUE", True, "true"),
        ("tRue", "tRue", "tRue"),
        ("yes", "yes", "yes"),
        ("off", "off", "off"),
        ("017", 15, "15"),
        ("0o17", 15, "15"),
        ("0x1F", 31, "31"),
        ("-0b11", -3, "-3"),
        ("08", 8.0, "8"),
        ("1_000", 1000, "1000"),
        ("_1", "_1", "_1"),
        ("22:22", "22:22", "22:22"),
        ("1.10.0", "1.10.0", "1.10.0"),
        ("1.50", 1.5, "1.5"),
        ("3.10", 3.1, "3.1"),
        (".5", 0.5, "0.5"),
        ("1e3", 1000.0, "1000"),
        ("1e6", 1e6, "1e+06"),
        ("123456789.5", 123456789.5, "1.234567895e+08"),
        ("1.5e-7", 1.5e-7, "1.5e-07"),
        ("1e400", "1e400", "1e400"),
        ("12345678901234567890", 12345678901234567890, "12345678901234567890"),
        ("18446744073709551616", 18446744073709551616.0, "1.8446744073709552e+19"),
        ("-.inf", float("-inf"), "-Inf"),
        ("2024-13-45", "2024-13-45", "2024-13-45"),
        ("9" * 5000, "9" * 5000, "9" * 5000),
    ],
)
def test_plain_scalars_are_typed_and_printed_as_compose_does(written: str, value: object, shown: str) -> None:
    assert resolve(written) == value
    assert type(resolve(written)) is type(value)
    assert printed(resolve(written)) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2024-01-01", "2024-01-01 00:00:00 +0000 UTC"),
        ("2024-1-1", "2024-01-01 00:00:00 +0000 UTC"),
        ("2024-01-01T10:20:30Z", "2024-01-01 10:20:30 +0000 UTC"),
        ("2024-01-01t10:20:30.5+02:00", "2024-01-01 10:20:30.5 +0200 +0200"),
        ("2024-01-01 10:20:30", "2024-01-01 10:20:30 +0000 UTC"),
        ("2024-01-01T10:20:30", "2024-01-01T10:20:30"),
    ],
)
def test_dates_are_printed_as_compose_does(written: str, shown: str) -> None:
    assert printed(resolve(written)) == shown


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("v: '017'\n", "017"),
        ("v: !!str 017\n", "017"),
        ('v: !!int "017"\n', 15),
        ("v: !custom 017\n", "017"),
        ("v: !!python/object/apply:os.getcwd []\n", []),
        ("v:\n", None),
        ("v: &a\n", None),
    ],
)
def test_quotes_and_tags_decide_about_the_type(text: str, value: object) -> None:
    assert plain(root(text).get("v")) == value


def test_tags_of_merging_stay_on_the_node() -> None:
    node = root("v: !override\n  - a\nw: !reset x\n")
    values = [entry.value for entry in node.entries]
    assert [value.tag for value in values] == ["!override", "!reset"]
    assert [value.span.source.text[value.span.start : value.span.end] for value in values] == ["- a", "x"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("v: plain text # comment\n", "plain text"),
        ("v: 'single'\n", "single"),
        ('v: "double"\n', "double"),
        ("v: &anchor !tag 'both'\n", "both"),
        ("v: |\n  one\n\n    two\n  three\n", "one\n\n  two\nthree\n"),
        ("v: |2-\n    one\n  two\n", "  one\ntwo"),
        ("v: |\r\n  one\r\n  two\r\nw: 1\r\n", "one\ntwo\n"),
        ("v: >-\n  one\n  two\n\n  three\n", "one two\nthree"),
        ("v: >\n  one\n\n\n    two\n\n# comment\n", "one\n\n\n  two\n"),
        ("v: one\n  two\n\n  three\n", "one two\nthree"),
        ('v: "one\n  two \\\n   three"\n', "one two three"),
        ("v: 'it''s'\n", "it's"),
        ("{v: é\U0001f600x}", "é\U0001f600x"),
    ],
)
def test_characters_keep_their_places(text: str, value: str) -> None:
    found = scalar(text).text
    assert found == value
    assert all(there in (here, "\n", "\r") or here == " " for here, there in zip(value, characters(found), strict=True))


def test_text_after_an_escape_keeps_its_place() -> None:
    text = scalar('v: "a\\tb \\u0041 \\\\ end"\n').text
    assert text == "a\tb A \\ end"
    assert characters(text.part(text.index("end"), len(text))) == "end"
    assert characters(text)[1] == "\\"


@pytest.mark.parametrize(
    ("text", "written"),
    [("v:  'x'  \n", "'x'"), ("v: &a |\n  x\n\n\nw: 1\n", "|\n  x"), ("v: x y # z\n", "x y"), ("v: &a !b c\n", "c")],
)
def test_a_scalar_spans_all_that_is_written_for_it(text: str, written: str) -> None:
    found = scalar(text).text
    assert found.source.text[found.start : found.end] == written


def test_a_block_mapping_ends_with_its_last_value() -> None:
    text = "a:\n  b:\n    - 1\n    - {c: d}\n\n# comment\ne: f\n"
    node = root(text).get("a")
    assert isinstance(node, Mapping)
    assert text[node.span.start : node.span.end] == "b:\n    - 1\n    - {c: d}"


def test_aliases_give_the_very_node() -> None:
    node = root("a: &x {b: 1}\nc: *x\n")
    assert node.get("c") is node.get("a")


def test_an_anchor_may_be_given_again() -> None:
    assert plain(root("a: &x 1\nb: &x 2\nc: *x\n")) == {"a": 1, "b": 2, "c": 2}
    assert plain(root("a: &x [&x 1]\nb: *x\n")) == {"a": [1], "b": 1}


@pytest.mark.parametrize(
    ("merge", "value"),
    [
        ("{<<: *a, k: 3}", {"k": 3, "x": 1}),
        ("{k: 3, <<: *a}", {"k": 3, "x": 1}),
        ("{<<: [*a, *b]}", {"k": 1, "x": 1, "y": 2}),
        ("{<<: [*b, *a]}", {"k": 2, "x": 1, "y": 2}),
        ("{<<: {k: 9}}", {"k": 9}),
        ("{'<<': 5}", {"<<": 5}),
    ],
)
def test_merge_keys(merge: str, value: object) -> None:
    assert plain(root(f"a: &a {{k: 1, x: 1}}\nb: &b {{k: 2, y: 2}}\nv: {merge}\n").get("v")) == value


def test_merged_keys_keep_their_place() -> None:
    text = "a: &a {k: 1}\nv:\n  <<: *a\n"
    node = root(text).get("v")
    assert isinstance(node, Mapping)
    (entry,) = node.entries
    assert entry.key.text.start == text.index("k:") < node.span.start


def test_documents_are_told_apart() -> None:
    tree = parse(Source("f", "a: &x 1\n---\nb: 2\n"))
    assert [plain(node) for node in tree.documents] == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    ("text", "kind", "place", "part"),
    [
        ("a:\n\tb: 1\n", "syntax", (2, 1), "tab"),
        ("a: |\n\tb\n", "syntax", (2, 1), "tab"),
        ("a: [b\nc: d\n", "syntax", (1, 4), "`[` is not closed"),
        ('a: "b\nc: d\n', "syntax", (1, 4), "never closed"),
        ("a: b: c\n", "syntax", (1, 5), "`:`"),
        ("a:\n    b: 1\n  c: 2\n", "syntax", (3, 3), "indentation"),
        ("a: @b\n", "syntax", (1, 4), "`@`"),
        ("a:\n  - b\n  c: d\n", "syntax", (3, 3), "indentation"),
        ('a: "\\d"\n', "syntax", (1, 5), "escape"),
        ("a: !e!x b\n", "syntax", (1, 4), "prefix"),
        ("a: b\0c\n", "syntax", (1, 5), "U+0000"),
        ("a: *b\n", "syntax", (1, 4), "no `&b`"),
        ("a: &a [*a]\n", "syntax", (1, 8), "itself"),
        ("a: &a {<<: *a}\n", "syntax", (1, 12), "itself"),
        ("a: 1\nb: 2\na: 3\n", "repeated-key", (3, 1), "first in line 1"),
        ("a: {b: 1, 'b': 2}\n", "repeated-key", (1, 11), "`b`"),
        ("a: &a {}\nb:\n  <<: *a\n  <<: *a\n", "repeated-key", (4, 3), "`<<: [*a, *b]`"),
        ("a: {<<: 5}\n", "wrong-type", (1, 9), "mapping"),
        ("a: {<<: [[{}]]}\n", "wrong-type", (1, 10), "mapping"),
        ("1: a\n", "wrong-type", (1, 1), "`1`"),
        ("a: {true: b}\n", "wrong-type", (1, 5), "`true`"),
        ("? [a]\n: b\n", "wrong-type", (1, 3), "list"),
    ],
)
def test_faults_have_their_place(text: str, kind: str, place: tuple[int, int], part: str) -> None:
    source = Source("compose.yaml", text)
    (error,) = parse(source).errors
    assert error.kind == kind
    assert source.position(error.span.start) == place
    assert part in error.message


def test_the_first_of_two_equal_keys_stays() -> None:
    tree = parse(Source("f", "a: 1\na: 2\nb: 3\n"))
    assert plain(tree.documents[0]) == {"a": 1, "b": 3}


def test_bytes_that_are_not_utf8_are_noted_and_read_over() -> None:
    source = Source.from_bytes("f", b"a: caf\xe9 # \xe9\nb: c\n")
    tree = parse(source)
    assert [(error.kind, source.position(error.span.start)) for error in tree.errors] == [("encoding", (1, 7))]
    assert plain(tree.documents[0]) == {"a": "caf\ufffd", "b": "c"}


@pytest.mark.parametrize(
    "text",
    [
        "[" * 10_000,
        "{a: " * 10_000,
        "- " * 10_000,
        "\n".join(" " * depth + "a:" for depth in range(1000)),
        "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 3000)),
        "a0: &a0 [1]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)),
        "a: &a\n" + "".join(f"  k{n}: 1\n" for n in range(1000)) + "".join(f"b{n}: {{<<: *a}}\n" for n in range(1000)),
        "a: &a [1]\nb: [" + "*a, " * (MOST_ALIASED // 2 + 1) + "]\n",
    ],
    ids=["flow lists", "flow mappings", "block lists", "block mappings", "chain", "bomb", "merges", "many"],
)
def test_what_would_cost_too_much_is_refused(text: str) -> None:
    tree = parse(Source("bomb", text))
    assert not tree.documents
    assert [error.kind for error in tree.errors] == ["syntax"]


def test_many_aliases_below_the_budget_are_read() -> None:
    assert len(root("a: &a 1\nb: [" + "*a, " * 50_000 + "]\n").entries) == 2


def test_without_libyaml_the_nodes_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &a !t\n  - |\n    x\n  - 'y'\nb: {<<: {c: 017}, d: *a}\n"
    fast = [(str(node.text), node.value, node.span) for node in scalars(root(text))]
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    slow = [(str(node.text), node.value, node.span) for node in scalars(root(text))]
    assert [item[:2] + item[2][1:] for item in fast] == [item[:2] + item[2][1:] for item in slow]


def test_scalars_are_walked_once() -> None:
    node = root("a: &a [1, 2]\nb: *a\nc: &c 3\nd: *c\n")
    assert sorted(str(found.text) for found in scalars(node)) == ["1", "2", "3"]


@given(st.text(alphabet="ab:-#&*!|>'\"%@{}[],<? \t\r\n\0é\ud800", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    source = Source("f", text)
    tree = parse(source)
    for error in tree.errors:
        assert 0 <= error.span.start <= error.span.end <= len(source.text)
    for node in tree.documents:
        for found in scalars(node):
            assert 0 <= found.text.start <= found.text.end <= len(source.text)


@given(st.text(alphabet="ab '\"\\\n\té", max_size=30), st.sampled_from(["'", '"', "|"]), st.integers(20, 200))
def test_what_yaml_writes_is_found_again(value: str, style: str, width: int) -> None:
    found = scalar(yaml.safe_dump({"v": value}, default_style=style, width=width, allow_unicode=True))
    assert found.text == value
    for here, there in zip(value, characters(found.text), strict=True):
        assert here == there or there in "\\\n " or here in "\n ", (found.text.source.text, found.text.runs)
