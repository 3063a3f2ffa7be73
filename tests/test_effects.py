"""Which commands are known to do only what their words say."""

import pytest

from dockerlint.shell.effects import is_plain, is_read
from dockerlint.shell.script import Script, read_script
from dockerlint.source import Source

PLAIN = [
    ("apt-get update", True),
    ("A=b", True),
    ("sh -c 'echo a'", True),
    ("sh ./setup.sh", False),
    ("bash -c \"$SCRIPT\"", False),
    ("./install", False),
    ("/opt/app/install", False),
    ("/usr/bin/install -d /a", True),
    ("/opt/venv/bin/pip install flask", True),
    ("python -m pip install flask", True),
    ("python setup.py install", False),
    (". /etc/os-release", True),
    (". ./functions.sh", False),
    ("make install", False),
    ("$TOOL", False),
    ("setup_users", False),
]  # fmt: skip


def script_of(text: str) -> Script:
    source = Source("script", text)
    return read_script(source.slice(0, len(text)))


@pytest.mark.parametrize(("text", "plain"), PLAIN)
def test_command_of_known_content(text: str, *, plain: bool) -> None:
    assert is_plain(script_of(text).commands[0]) is plain


@pytest.mark.parametrize(
    ("text", "read"), [("a && b", True), ("curl a | sh", False), ("cat a | sort", True), ("a 'b", False)]
)
def test_script_that_is_read_to_its_end(text: str, *, read: bool) -> None:
    assert is_read(script_of(text)) is read
