"""Edits of Compose files: what is deleted, added or written, and where nothing is touched."""

from collections.abc import Callable
from textwrap import dedent

import pytest

from dockerlint.compose.loading import read
from dockerlint.compose.nodes import Mapping, Node, Scalar, Sequence, parse
from dockerlint.lint.finding import Edit
from dockerlint.lint.yaml_edits import (
    appended_item,
    deleted_item,
    deleted_key,
    inserted_key,
    quote_of,
    quoted,
    replaced_part,
)
from dockerlint.source import Source


def node_at(root: Node, *path: str | int) -> Node:
    for step in path:
        if isinstance(root, Sequence) and isinstance(step, int):
            root = root.items[step]
        elif isinstance(root, Mapping) and isinstance(step, str):
            found = root.get(step)
            assert found is not None
            root = found
    return root


def edited(text: str, edit: Callable[[Node], Edit | None]) -> str | None:
    made = edit(parse(Source("compose.yaml", text)).documents[0])
    return made and text[: made.start] + made.replacement + text[made.end :]


def without_key(text: str, *path: str) -> str | None:
    def delete(root: Node) -> Edit | None:
        mapping = node_at(root, *path[:-1])
        assert isinstance(mapping, Mapping)
        return deleted_key(mapping, path[-1])

    return edited(text, delete)


def without_item(text: str, *path: str | int) -> str | None:
    def delete(root: Node) -> Edit | None:
        sequence = node_at(root, *path[:-1])
        assert isinstance(sequence, Sequence)
        return deleted_item(sequence, node_at(sequence, path[-1]))

    return edited(text, delete)


def with_item(text: str, added: str, *path: str) -> str | None:
    def append(root: Node) -> Edit | None:
        sequence = node_at(root, *path)
        assert isinstance(sequence, Sequence)
        return appended_item(sequence, added)

    return edited(text, append)


def with_key(text: str, block: str, *path: str | int) -> str | None:
    def insert(root: Node) -> Edit | None:
        mapping = node_at(root, *path)
        assert isinstance(mapping, Mapping)
        return inserted_key(mapping, block)

    return edited(text, insert)


def with_quotes(text: str, *path: str) -> str | None:
    def quote(root: Node) -> Edit | None:
        scalar = node_at(root, *path)
        assert isinstance(scalar, Scalar)
        return quoted(scalar)

    return edited(text, quote)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("gone: 1\nb: 2\n", "b: 2\n"),
        ("b: 2\ngone: 1", "b: 2\n"),
        ("b: 2\r\ngone:\r\n  - x\r\nc: 3\r\n", "b: 2\r\nc: 3\r\n"),
        ("gone:\n- x\n- y\nb: 2\n", "b: 2\n"),
        ("gone:\n  c:\n    - x: 1\n      y: 2\n\nb: 2\n", "\nb: 2\n"),
        ("gone: |\n  a # no comment\n  b\nb: 2\n", "b: 2\n"),
        ("gone: 'a # no comment'\nb: 2\n", "b: 2\n"),
        ("gone: [a,\n  b]\nb: 2\n", "b: 2\n"),
        ("gone:\n  # - a\nb: 2\n", "  # - a\nb: 2\n"),
        ("# above\ngone: 1\n# below\nb: 2\n", "# above\n# below\nb: 2\n"),
        ("gone:\n- x\n# of b\nb: 2\n", "# of b\nb: 2\n"),
        ("gone: {<<: *x, a: 1}\nb: 2\n".replace("*x", "{c: 1}"), "b: 2\n"),
    ],
)
def test_a_key_goes_with_its_lines(before: str, after: str) -> None:
    assert without_key(before, "gone") == after


@pytest.mark.parametrize(
    "text",
    [
        "gone: 1 # why\nb: 2\n",
        "gone: # why\n  - x\nb: 2\n",
        "gone:\n  - x\n  # why\n  - y\nb: 2\n",
        "gone:\n  - x\n  # - y\nb: 2\n",
        "gone: | # why\n  x\nb: 2\n",
        "gone: 1\n",
        "{gone: 1, b: 2}\n",
        "? gone\n: 1\n? b\n: 2\n",
        "gone: &a 1\nb: *a\n",
        "b: &a 1\ngone: *a\n",
        "gone:\n  c: &a 1\nb: *a\n",
        "x: &a {gone: 1}\n<<: *a\nb: 2\n",
    ],
)
def test_a_key_stays_where_something_would_be_lost(text: str) -> None:
    assert without_key(text, "gone") is None


def test_a_key_of_a_mapping_that_others_take_over_stays() -> None:
    text = "web: &web\n  gone: 1\n  b: 2\napi:\n  <<: *web\n"
    assert without_key(text, "web", "gone") is None
    assert without_key(text, "api", "gone") is None
    assert without_key(text.replace("*web", "{}"), "web", "gone") == "web: &web\n  b: 2\napi:\n  <<: {}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n  - x\n  - gone\n  - y\n", "a:\n  - x\n  - y\n"),
        ("a:\n- x\n- gone", "a:\n- x\n"),
        ("a:\n- x\n-   b: 1\n    c: 2\n", "a:\n- x\n"),
        ("a:\n- x\n- gone\n# of y\n- y\n", "a:\n- x\n# of y\n- y\n"),
    ],
)
def test_an_item_goes_with_its_lines(before: str, after: str) -> None:
    assert without_item(before, "a", 1) == after


@pytest.mark.parametrize(
    "text",
    [
        "a: [x, gone]\n",
        "a:\n- x\n- gone # why\n",
        "a:\n- x\n- b: 1\n  # why\n  c: 2\n",
        "a:\n- &g x\n- *g\n",
        "a: &l\n- x\n- gone\nb: *l\n",
        "a:\n- x\n- - gone\n",
    ],
)
def test_an_item_stays_where_something_would_be_lost(text: str) -> None:
    path = ("a", 1, 0) if "- - " in text else ("a", 1)
    assert without_item(text, *path) is None


def test_the_only_item_of_a_list_stays() -> None:
    assert without_item("a:\n- gone\n", "a", 0) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n  - x\nb: 1\n", "a:\n  - x\n  - n:1\nb: 1\n"),
        ("a:\n-   x # why\n# end\n", "a:\n-   x # why\n-   n:1\n# end\n"),
        ('a:\n- "x"\n', 'a:\n- "x"\n- "n:1"\n'),
        ("a:\n- 'x'", "a:\n- 'x'\n- 'n:1'"),
        ("a:\r\n- x\r\n", "a:\r\n- x\r\n- n:1\r\n"),
        ("a:\n- b: 1\n  c: 2\n", "a:\n- b: 1\n  c: 2\n- n:1\n"),
        ("a:\n- |\n  x\n  y\nb: 1\n", "a:\n- |\n  x\n  y\n- n:1\nb: 1\n"),
    ],
)
def test_an_item_is_appended_in_the_manner_of_the_list(before: str, after: str) -> None:
    assert with_item(before, "n:1", "a") == after


@pytest.mark.parametrize("text", ["a: [x]\n", "a: []\n", "b: &l\n- x\na: *l\n", "a: &l\n- x\nb: *l\n"])
def test_nothing_is_appended_to_a_list_in_brackets_or_one_that_is_shared(text: str) -> None:
    assert with_item(text, "n", "a") is None


@pytest.mark.parametrize("added", ["*", "a: b", "a #b", "- a", "", "a:", "@a", "#a", "1", "yes", "true"])
def test_what_a_plain_scalar_cannot_say_is_quoted(added: str) -> None:
    text = with_item("a:\n- x\n", added, "a")
    assert text is not None
    appended = node_at(parse(Source("compose.yaml", text)).documents[0], "a", 1)
    assert isinstance(appended, Scalar)
    assert appended.value == added


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("web:\n  image: x\n", "web:\n  image: x\n  init: true\n"),
        ("web:\n  image: x", "web:\n  image: x\n  init: true"),
        ("web:\n  image: x # y\n\n  # end\ndb:\n", "web:\n  image: x # y\n  init: true\n\n  # end\ndb:\n"),
        ("web:\n    ports:\n    - 1\n", "web:\n    ports:\n    - 1\n    init: true\n"),
        ("web:\n  command: |\n    x\n    y\n", "web:\n  command: |\n    x\n    y\n  init: true\n"),
        ("web:\n  <<: {a: 1}\n", "web:\n  <<: {a: 1}\n  init: true\n"),
        ("web: &w\n  a: &x {b: 1}\ny: *x\n", "web: &w\n  a: &x {b: 1}\n  init: true\ny: *x\n"),
    ],
)
def test_a_key_is_inserted_behind_its_last_sibling(before: str, after: str) -> None:
    assert with_key(before, "init: true", "web") == after


def test_a_block_is_inserted_with_the_indentation_of_its_siblings() -> None:
    assert with_key("a:\n  - b: 1\n", "c:\n  - d", "a", 0) == "a:\n  - b: 1\n    c:\n      - d\n"


@pytest.mark.parametrize(
    "text",
    [
        "web: {image: x}\n",
        "web: {}\n",
        "db: &d\n  image: x\nweb: *d\n",
        "web: &d\n  image: x\ndb: *d\n",
        "web:\n  init: false\n",
        "x: &d {init: true}\nweb:\n  <<: *d\n  image: x\n",
    ],
)
def test_no_key_is_inserted_in_braces_or_in_what_is_shared(text: str) -> None:
    assert with_key(text, "init: true", "web") is None


def test_a_scalar_is_quoted_as_it_is_written() -> None:
    assert with_quotes("a: 3.10 # why\n", "a") == 'a: "3.10" # why\n'
    assert with_quotes("{a: 0644}", "a") == '{a: "0644"}'


@pytest.mark.parametrize(
    "text", ["a: '1'\n", "a:\n", "a: $B\n", "a: x\n  y\n", 'a: 1"\n', "a: &b 1\nc: *b\n", "a: \\x\n"]
)
def test_some_scalars_are_not_quoted(text: str) -> None:
    assert with_quotes(text, "a") is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("image: old:1", "image: new:1"),
        ("image: 'old:1'", "image: 'new:1'"),
        ('image: "old"', 'image: "new"'),
        ("image: |\n        x\n        old", "image: |\n        x\n        new"),
        ("image: ${A}old", None),
        ("image: ${A:-old}", None),
        ("image: >\n        x\n        old", None),
        ("image: x\n        old", None),
        ("image: &i old", None),
        ('image: "\\x6fld"', None),
    ],
)
def test_a_part_of_a_scalar_is_written_anew(before: str, after: str | None) -> None:
    text = dedent("""\
    services:
      web:
        {}
      api:
        image: {}
    """)
    source = Source("compose.yaml", text.format(before, "*i" if "&i" in before else "y"))
    image = read(source).services[0].image
    assert image is not None
    start = image.text.find("old")
    made = replaced_part(image, image.text.part(start, start + 3), "new")
    result = made and source.text[: made.start] + made.replacement + source.text[made.end :]
    assert result == (after and text.format(after, "y"))


@pytest.mark.parametrize("written", ["a\nb", 'a"', "a: b", "a #b"])
def test_nothing_is_written_that_could_mean_something_else_there(written: str) -> None:
    image = read(Source("compose.yaml", "services:\n  web:\n    image: old\n")).services[0].image
    assert image is not None
    assert replaced_part(image, image.text, written) is None


def test_an_empty_part_is_where_something_is_inserted() -> None:
    source = Source("compose.yaml", "services:\n  web:\n    image: 'b'\n")
    image = read(source).services[0].image
    assert image is not None
    made = replaced_part(image, image.text.part(0, 0), "a/")
    assert made is not None
    assert (made.start, made.end, made.replacement) == (source.text.index("b'"), source.text.index("b'"), "a/")


@pytest.mark.parametrize(("text", "quote"), [("a: x", ""), ("a: 'x'", "'"), ('a: "x"', '"'), ("a: [x]", "")])
def test_the_quote_of_a_scalar(text: str, quote: str) -> None:
    assert quote_of(node_at(parse(Source("compose.yaml", text)).documents[0], "a")) == quote


@pytest.mark.parametrize("name", ["0x1F", "99999", "null", "- a", "a #b"])
def test_a_key_that_needs_quotes_is_not_inserted(name: str) -> None:
    assert with_key("volumes:\n  data:\n", f"{name}:", "volumes") is None


def test_a_mapping_that_merges_another_gets_no_key() -> None:
    text = "x: &x {restart: always}\nservices:\n  web:\n    image: a\n    <<: *x\n"
    assert with_key(text, "init: true", "services", "web") is None
