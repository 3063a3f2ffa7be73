"""Commands are found wherever they stand in shell text, with exact places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.dockerfile.instructions import Run, read_instruction
from dockerlint.dockerfile.lines import split
from dockerlint.shell.dialects import POSIX
from dockerlint.shell.script import Script, read_script
from dockerlint.source import Source


def read(text: str) -> Script:
    return read_script(Source("Dockerfile", text).slice(0, len(text)))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a && b || c; d | e & f", ["a", "b", "c", "d", "e", "f"]),
        ("(cd x; make) && { b; }", ["cd", "make", "b"]),
        ("if [ -f x ]; then a; elif b; then c; else d; fi", ["[", "a", "b", "c", "d"]),
        ("for i in 1 2; do a; done; while b; do c; done; case $x in y) d;; esac", ["a", "b", "c", "d"]),
        ("f() { a; }; x=$(b $(c)); `d`", ["a", "", "b", "c", "", "d"]),
        ("sh -c 'a && b'; bash -exc \"c\"; eval 'd'", ["sh", "a", "b", "bash", "c", "eval", "d"]),
        ('sh -c "a $X"', ["sh"]),
        ("FOO=1 sudo -E -u app A=1 apt-get update", ["apt-get"]),
        (
            "env -u X PATH=/x make; exec gunicorn; timeout -k 5 30 curl x; nice -n 5 a",
            ["make", "gunicorn", "curl", "a"],
        ),
        ("/usr/bin/apt-get update", ["apt-get"]),
        ("export A=1 B; A=2", ["export", ""]),
        ("sudo", ["sudo"]),
    ],
)
def test_commands_are_found(text: str, names: list[str]) -> None:
    found = [command.name for command in read(text).commands]
    assert [name for name in found if name != "" or "" in names] == names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a 'b c' \"d e\" f\\ g", [("b c", True), ("d e", True), ("f g", True)]),
        ('a "x$Y" $Z ${W:-1} $(b)', [("x$Y", False), ("$Z", False), ("${W:-1}", False), ("$(b)", False)]),
        ('a --x="y z"w', [("--x=y zw", True)]),
        ('a "q\\"r" "\\n"', [('q"r', True), ("\\n", True)]),
        ('a "  $X  "', [("  $X  ", False)]),
        ("a é 'ü$'", [("é", True), ("ü$", True)]),
    ],
)
def test_words_lose_quotes_and_escapes(text: str, words: list[tuple[str, bool]]) -> None:
    command = read(text).commands[0]
    assert [(str(word.value), word.is_literal) for word in command.arguments] == words


def test_words_across_continuations_point_into_the_file() -> None:
    source = Source("Dockerfile", "RUN pip install \\\n  # note\n  fl\\\nask 'x y'")
    run = read_instruction(split(source).lines[0], "\\", POSIX)
    assert isinstance(run, Run)
    flask, quoted = run.commands[0].arguments[1:]
    assert (flask.value, source.text[flask.value.start : flask.value.end]) == ("flask", "fl\\\nask")
    assert source.text[quoted.value.start : quoted.value.end] == "'x y'"


def test_assignments_and_redirections_are_kept_apart() -> None:
    command, herestring = read("A=1 B='x y' tool arg > /out 2>&1; tool <<< text").commands
    assert [(item.name, item.value.value if item.value else None) for item in command.assignments] == [
        ("A", "1"),
        ("B", "x y"),
    ]
    assert [item.operator for item in command.redirections] == [">", ">&"]
    assert [item.operator for item in herestring.redirections] == ["<<<"]
    assert [str(word.value) for word in command.arguments] == ["arg"]


def test_broken_scripts_are_said_to_be() -> None:
    assert read("if then ((").is_broken
    assert not read("a && b").is_broken


def test_deep_nesting_does_not_break_it() -> None:
    script = read("( " * 5000 + "a" + " )" * 5000)
    assert script.is_broken


@given(st.text("ab '\"\\$(){};&|<>é\n#=", max_size=25))
def test_any_text_is_read_and_every_word_stands_in_it(text: str) -> None:
    source = Source("Dockerfile", text)
    for command in read_script(source.slice(0, len(text))).commands:
        for word in command.words:
            assert 0 <= word.value.start <= word.value.end <= len(text)
            # An escape of `$'...'` stands for another character than is written.
            if "$'" not in text:
                assert all(source.text[word.value.offset(i)] == letter for i, letter in enumerate(word.value))


def test_redirection_belongs_to_the_last_command_of_a_list() -> None:
    commands = read("a > /one && b | c > /two").commands
    found = {
        command.name: [str(item.target.value) for item in command.redirections if item.target] for command in commands
    }
    assert found == {"a": ["/one"], "b": [], "c": ["/two"]}


def test_redirection_of_a_group_belongs_to_all_in_it() -> None:
    commands = read("{ a; b; } > /out").commands
    assert [len(command.redirections) for command in commands] == [1, 1]
