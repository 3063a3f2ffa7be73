"""Edits of shell text: where a word or a command is put, and where nothing is touched."""

import pytest

from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.edits import appended, inserted_after, prepended, rewritten
from dockerlint.lint.finding import Fix
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.source import Source

FROM = "FROM debian:13\n"


def layer_of(text: str) -> Layer:
    return Build(Dockerfile(Source("Dockerfile", text))).layers[-1]


def edited(text: str, fix: Fix | None) -> str | None:
    if fix is None:
        return None
    for edit in reversed(fix.edits):
        text = text[: edit.start] + edit.replacement + text[edit.end :]
    return text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN a", "RUN a && z"),
        ("RUN a && b", "RUN a && b && z"),
        ("RUN a; b", "RUN a; b && z"),
        ("RUN a || b; c", "RUN a || b; c && z"),
        ("RUN a | b && c", "RUN a | b && c && z"),
        ("RUN a \\\n && b\n", "RUN a \\\n && b \\\n && z\n"),
        ("RUN a && \\\n    b\nUSER x", "RUN a && \\\n    b && \\\n    z\nUSER x"),
        ("RUN a; \\\n    b\n", "RUN a; \\\n    b && \\\n    z\n"),
        ("RUN a \\\n  # why\n && b", "RUN a \\\n  # why\n && b && z"),
        ("RUN a && b # why", "RUN a && b && z # why"),
        ("RUN a && b > /dev/null 2>&1", "RUN a && b > /dev/null 2>&1 && z"),
        ("RUN a && \\\r\n b\r\n", "RUN a && \\\r\n b && \\\r\n z\r\n"),
        ("RUN <<EOF\nset -e\na\nEOF\n", "RUN <<EOF\nset -e\na\nz\nEOF\n"),
    ],
)
def test_a_command_is_appended_in_the_scripts_own_manner(before: str, after: str) -> None:
    text = FROM + before
    assert edited(text, appended(layer_of(text), "z", "", is_safe=True)) == FROM + after


@pytest.mark.parametrize(
    "text",
    [
        "RUN a || b",
        "RUN a && b || c",
        "RUN a || b && c",
        "RUN a &",
        "RUN a;",
        "RUN a | b",
        "RUN ! a",
        "RUN if a; then b; fi",
        "RUN (a)",
        "RUN a && exit 0",
        'RUN ["a"]',
        "ONBUILD RUN a",
        "RUN a && 'b",
        "RUN <<EOF\na\nEOF\n",
        "RUN cat <<EOF > x\na\nEOF\n",
        "RUN a <<A && b <<B\nx\nA\ny\nB\n",
        'SHELL ["pwsh", "-c"]\nRUN a',
    ],
)
def test_nothing_is_appended_where_it_might_not_run_or_hide_a_failure(text: str) -> None:
    assert appended(layer_of(FROM + text), "z", "", is_safe=True) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN x in a", "RUN x in -z a"),
        ("RUN x in", "RUN x in -z"),
        ("RUN a && x \\\n  in a", "RUN a && x \\\n  in -z a"),
        ("ONBUILD RUN x in a", "ONBUILD RUN x in -z a"),
        ("RUN $(x in a)", "RUN $(x in -z a)"),
        ("RUN <<EOF\nx in a\nEOF", "RUN <<EOF\nx in -z a\nEOF"),
        ('RUN ["x", "in", "a"]', 'RUN ["x", "in", "-z", "a"]'),
        ('RUN x "in" a', None),
        ("RUN x i\\\nn a", None),
        ("ARG V=in\nRUN x $V a", None),
        ("RUN sh -c 'x in a'", None),
        ("RUN find . -exec x in {} +", None),
        ("RUN echo a | xargs x in", None),
        ("RUN x in a && 'b", None),
    ],
)
def test_a_word_is_put_behind_another(before: str, after: str | None) -> None:
    text = FROM + before
    layer = layer_of(text)
    command = next(command for command in layer.commands if command.name == "x")
    fix = inserted_after(layer, command, command.arguments[0], "-z", "", is_safe=True)
    assert edited(text, fix) == (None if after is None else FROM + after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN a", "RUN z && a"),
        ("RUN --mount=type=ssh a; b", "RUN --mount=type=ssh z && a; b"),
        ("RUN \\\n  # why\n  a \\\n  && b", "RUN \\\n  # why\n  z && a \\\n  && b"),
        ("RUN if a; then b; fi", "RUN z && if a; then b; fi"),
        ("RUN <<EOF\na\nEOF\n", "RUN <<EOF\nz\na\nEOF\n"),
        ("RUN <<EOF\r\n#!/bin/sh\r\na\r\nEOF\r\n", "RUN <<EOF\r\n#!/bin/sh\r\nz\r\na\r\nEOF\r\n"),
    ],
)
def test_a_command_is_put_before_the_first(before: str, after: str) -> None:
    text = FROM + before
    assert edited(text, prepended(layer_of(text), "z", "", is_safe=True)) == FROM + after


@pytest.mark.parametrize(
    "text", ['RUN ["a"]', "ONBUILD RUN a", "RUN a &&", "RUN cat <<EOF > x\na\nEOF\n", "RUN # nothing"]
)
def test_nothing_is_put_before_what_is_no_plain_script(text: str) -> None:
    assert prepended(layer_of(FROM + text), "z", "", is_safe=True) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RUN x in a", "RUN yy in a"),
        ("ONBUILD RUN $(x in a)", "ONBUILD RUN $(yy in a)"),
        ('RUN ["x", "in"]', 'RUN ["yy", "in"]'),
        ("RUN sh -c 'x in a'", None),
        ('RUN ["sh", "-c", "x in a"]', None),
        ("RUN 'x' in a", None),
        ("RUN x in a && 'b", None),
    ],
)
def test_a_word_is_written_in_place_of_another(before: str, after: str | None) -> None:
    text = FROM + before
    layer = layer_of(text)
    command = next(command for command in layer.commands if command.name == "x")
    fix = rewritten(layer, command, command.words[0], "yy", "", is_safe=True)
    assert edited(text, fix) == (None if after is None else FROM + after)
