"""AND-OR lists, and which commands may fail for reasons outside of a script."""

import pytest

from dockerlint.shell.lists import and_or_lists, unwatched_lists
from dockerlint.shell.risks import does_work, hands_on_what_may_fail
from dockerlint.shell.script import Script, read_script
from dockerlint.source import Source
from tests.shell import command


def script(text: str) -> Script:
    return read_script(Source("x", text).slice(0, len(text)))


@pytest.mark.parametrize(
    ("text", "sizes", "ends"),
    [
        ("a", [1], [""]),
        ("a && b; c", [2, 1], [";", ""]),
        ("a || b &\nc;", [2, 1], ["&", ";"]),
        ("a\nb\n", [1, 1], ["\n", "\n"]),
        ("", [], []),
    ],
)
def test_lists_end_where_the_next_command_starts_in_any_case(text: str, sizes: list[int], ends: list[str]) -> None:
    lists = and_or_lists(script(text).statements)
    assert [len(one.statements) for one in lists] == sizes
    assert [str(one.connector) for one in lists] == ends


@pytest.mark.parametrize(
    ("text", "unwatched"),
    [
        ("a; b", ["a"]),
        ("a && b; c; d", ["b", "c"]),
        ("a;", []),
        ("if a; b; then c; d; else e; f; fi", ["c", "e"]),
        ("for x in y; do a; b; done; c", ["done", "a"]),
        ("(a; b) && c", ["a"]),
        ("{ a; b; } || c", []),
        ("! { a; b; }", []),
        ("f() { a; b; }", []),
        ("a || b; c", ["b"]),
    ],
)
def test_a_list_before_another_is_unwatched(text: str, unwatched: list[str]) -> None:
    found = [one for one, _ in unwatched_lists(script(text).statements)]
    assert [str(one.commands[-1].text.split()[-1].rstrip(";")) for one in found] == unwatched


@pytest.mark.parametrize(
    ("text", "works"),
    [
        ("apt-get update", True),
        ("apt-get clean", False),
        ("apt-get -s install a", False),
        ("pip install a", True),
        ("pip list", False),
        ("curl -O https://example.com/a", True),
        ("curl --version", False),
        ("git clone https://example.com/a", True),
        ("git config a b", False),
        ("./configure", True),
        ("make", True),
        ("rm -rf a", False),
        ("$MAKE", False),
    ],
)
def test_commands_that_install_download_unpack_or_build(text: str, works: bool) -> None:
    assert does_work(command(text)) is works


@pytest.mark.parametrize(
    ("text", "may_fail"),
    [
        ("curl https://example.com", True),
        ("gzip -dc a", True),
        ("gzip a", False),
        ("python3.13 a.py", True),
        ("python --version", False),
        ("/opt/app/list", True),
        ("/bin/cat a", False),
        ("echo a", False),
        ("yes", False),
        ("dpkg --print-architecture", False),
        ("$X", False),
    ],
)
def test_commands_whose_output_rests_on_something_else(text: str, may_fail: bool) -> None:
    assert hands_on_what_may_fail(command(text)) is may_fail
