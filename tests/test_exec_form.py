"""Which scripts are one plain command, and its words."""

import pytest

from dockerlint.shell.exec_form import as_json, plain_words
from dockerlint.shell.script import read_script
from dockerlint.source import Source


def words(text: str) -> list[str] | None:
    found = plain_words(read_script(Source("x", text).slice(0, len(text))))
    return None if found is None else [str(word.value) for word in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("python app.py", ["python", "app.py"]),
        ("exec nginx -g 'daemon off;'", ["nginx", "-g", "daemon off;"]),
        ('a "b c" d\\ e', ["a", "b c", "d e"]),
        ('a "" x', ["a", "", "x"]),
        ("a 'x*' \"y?\"", ["a", "x*", "y?"]),
        ("bash -c 'a && b'", ["bash", "-c", "a && b"]),
        ("echo hello", ["echo", "hello"]),
    ],
)
def test_words_of_one_plain_command(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a $B", 'a "$B"', "a `b`", "a $(b)", "a *", "a b?", "a ~/b", "a {b,c}", "a > b", "a < b", "a | b", "a && b",
        "a; b", "a &", "A=b c", "cd a", "source a", "exec", "exec -a b c", "! a", "(a)", "{ a; }", "if a; then b; fi",
        "a # b", "ulimit -n 1", "echo 'a\\nb'", "", "'", "a;",
    ],
)  # fmt: skip
def test_what_takes_a_shell(text: str) -> None:
    assert words(text) is None


def test_json_holds_any_text() -> None:
    assert as_json(["a", 'b "c"', "d\\e", "ü"]) == '["a", "b \\"c\\"", "d\\\\e", "ü"]'
