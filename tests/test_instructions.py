"""Arguments of instructions, word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.dockerfile.arguments import json_words, quoted_words, split_flags, unquoted
from dockerlint.dockerfile.errors import DockerfileError
from dockerlint.dockerfile.instructions import Copy, Env, From, Healthcheck, Run, Transfer, read_instruction
from dockerlint.dockerfile.lines import split
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.shell.dialects import POSIX
from dockerlint.source import Source, Text


def text_of(value: str) -> Text:
    return Source("Dockerfile", value).slice(0, len(value))


def instruction(text: str) -> object:
    lines = split(Source("Dockerfile", text))
    return read_instruction(lines.lines[-1], lines.escape, POSIX)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('["a", "b c"]', ["a", "b c"]),
        ("[]", []),
        ('["a" , "\\u00e9\\n\\"q\\""] ', ["a", 'é\n"q"']),
        ('["\\ud83d\\ude00", "\\ud800x"]', ["😀", "\ufffdx"]),
        ('["a",]', None),
        ("['a']", None),
        ('["a"] b', None),
        ('["a\tb"]', None),
        ('[NaN, "a"]', None),
        ("x", None),
    ],
)
def test_exec_form_follows_the_rules_of_json(text: str, words: list[str] | None) -> None:
    found = json_words(text_of(text))
    assert (None if found is None else list(found)) == words


def test_array_of_something_else_than_strings_is_refused() -> None:
    with pytest.raises(DockerfileError, match="strings"):
        json_words(text_of('["a", 1]'))


def test_words_of_exec_form_know_where_they_stand() -> None:
    source = Source("Dockerfile", '["a", "b\\"c"]')
    words = json_words(source.slice(0, len(source.text)))
    assert words is not None
    assert [source.text[word.start : word.end] for word in words] == ['"a"', '"b\\"c"']
    assert source.text[words[1].part(2, 3).start] == "c"


@pytest.mark.parametrize(
    ("text", "flags", "rest"),
    [
        ("--from=a --link x y", ["--from=a", "--link"], "x y"),
        ('--mount="type=secret,id=a b" x', ["--mount=type=secret,id=a b"], "x"),
        ("-- --x y", [], "--x y"),
        ("x --y", [], "x --y"),
        ('--a=\\"b c', ['--a="b'], "c"),
        ("", [], ""),
    ],
)
def test_flags_stand_before_everything_else(text: str, flags: list[str], rest: str) -> None:
    found, left = split_flags(text_of(text))
    assert ([str(flag.text) for flag in found], str(left)) == (flags, rest)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a=1 b=2", ["a=1", "b=2"]),
        ('a="x y" b', ['a="x y"', "b"]),
        ("a=x\\ y b", ["a=x\\ y", "b"]),
        ("a='x\\' b", ["a='x\\'", "b"]),
        ('a="x y', ['a="x y']),
    ],
)
def test_quotes_hold_a_word_together(text: str, words: list[str]) -> None:
    assert list(quoted_words(text_of(text), "\\")) == words


@pytest.mark.parametrize(
    ("text", "value"),
    [('"a b"', "a b"), ("'a\\b'", "a\\b"), ("a\\ b", "a b"), ('"\\x \\" \\$"', '\\x " $'), ('a"b"c', "abc")],
)
def test_quotes_and_escapes_are_taken_off(text: str, value: str) -> None:
    assert unquoted(text_of(text), "\\") == value


@given(st.text("ab\"' =\\", max_size=20))
def test_each_kept_character_is_the_one_in_the_file(text: str) -> None:
    source = Source("Dockerfile", text)
    value = unquoted(source.slice(0, len(text)), "\\")
    assert all(source.text[value.offset(index)] == letter for index, letter in enumerate(value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("FROM a\nCOPY x", "source and a destination"),
        ("FROM a\nENV A", "no value"),
        ("FROM a\nENV A=1 B", "name=value"),
        ("FROM a\nHEALTHCHECK curl x", "CMD or NONE"),
        ("FROM a\nSHELL bash", "JSON array"),
        ("FROM a\nONBUILD FROM b", "cannot hold"),
        ("FROM a\nRUN --mounts=x y", "no flag"),
        ("FROM a\nUSER", "argument"),
        ("FROM a\nRUM x", "did you mean `RUN`"),
        ("FROM a b", "image AS name"),
        ("FROM a AS 1b", "cannot name a stage"),
        ("RUN x\nFROM a", "before the first FROM"),
        ("ARG A=1", "no FROM"),
    ],
)
def test_what_docker_refuses_is_refused(text: str, message: str) -> None:
    errors = Dockerfile(Source("Dockerfile", text)).errors
    assert len(errors) == 1
    assert message in errors[0].message


def test_a_refused_instruction_does_not_hide_the_others() -> None:
    dockerfile = Dockerfile(Source("Dockerfile", "FROM a\nCOPY x\nUSER app\nFROM b c\nUSER root"))
    assert [stage.state.user_name for stage in dockerfile.stages] == ["app", "root"]
    assert [found.name for found in dockerfile.instructions] == ["FROM", "COPY", "USER", "FROM", "USER"]


def test_copy_knows_sources_destination_and_origin() -> None:
    copy = instruction("FROM a\nCOPY --from=build --chown=app a b /c/")
    assert isinstance(copy, Copy)
    assert (list(copy.sources), copy.destination, copy.origin, copy.owner) == (["a", "b"], "/c/", "build", "app")


def test_heredocs_are_no_sources() -> None:
    copy = instruction("FROM a\nCOPY x <<E /c/\nbody\nE\n")
    assert isinstance(copy, Transfer)
    assert list(copy.sources) == ["x"]
    assert [str(heredoc.body) for heredoc in copy.heredocs] == ["body\n"]


def test_env_in_both_forms() -> None:
    env = instruction('FROM a\nENV A=1 B="x y"')
    legacy = instruction("FROM a\nENV A x  y")
    assert isinstance(env, Env)
    assert isinstance(legacy, Env)
    assert [(pair.name, pair.value) for pair in env.pairs] == [("A", "1"), ("B", '"x y"')]
    assert [(pair.name, pair.value) for pair in legacy.pairs] == [("A", "x  y")]


def test_healthcheck_command_is_read() -> None:
    check = instruction('FROM a\nHEALTHCHECK --interval=5s CMD ["curl", "-f", "http://localhost"]')
    assert isinstance(check, Healthcheck)
    assert [command.name for command in check.commands] == ["curl"]


def test_from_keeps_the_name_as_written() -> None:
    from_ = instruction("FROM --platform=linux/amd64 a AS Build")
    assert isinstance(from_, From)
    assert (from_.image, from_.stage_name, from_.flag("platform")) == ("a", "Build", "linux/amd64")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("RUN <<EOF\napt-get update\npip install x\nEOF", ["apt-get", "pip"]),
        ("RUN <<EOF\n#!/usr/bin/env python3\nimport os\nEOF", []),
        ("RUN <<EOF\n#!/bin/bash -e\nmake\nEOF", ["make"]),
        ("RUN python3 <<EOF && ls\nimport os\nEOF", ["python3", "ls"]),
        ("RUN bash <<EOF\nmake\nEOF", ["bash", "make"]),
    ],
)
def test_heredoc_bodies_are_scripts_where_a_shell_reads_them(text: str, names: list[str]) -> None:
    run = instruction(f"FROM a\n{text}\n")
    assert isinstance(run, Run)
    assert [command.name for command in run.commands] == names
