"""The manual page: current, whole, and without fault in the eyes of those that show it.

`UPDATE_GOLDEN=1 python -m pytest tests/test_man_page.py` writes it anew.
"""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from dockerlint.cli.main import cli
from dockerlint.lint.keys import KEYS
from dockerlint.report import man_page
from tests.harness import inside, lay_out

PAGE = Path(__file__).parent.parent / "docs" / "man" / "dockerlint.1"
TEXT = CliRunner().invoke(cli, ["man"]).stdout


def test_page_is_current() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(TEXT, "utf-8")
    assert PAGE.read_text("utf-8") == TEXT


@pytest.mark.parametrize(
    "command",
    [("groff", "-man", "-Tutf8", "-ww", "-z"), ("mandoc", "-T", "lint", "-W", "warning")],
    ids=lambda one: one[0],
)
def test_page_gives_no_warning(command: tuple[str, ...], tmp_path: Path) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not here")
    (tmp_path / "dockerlint.1").write_text(TEXT)
    done = subprocess.run([*command, "dockerlint.1"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("", "")


def plain(text: str) -> str:
    """What a reader sees of the page, roughly."""
    text = re.sub(r"\\f[BIP]|\\&", "", text)
    return text.replace("\\-", "-").replace("\\(aq", "'").replace("\\(ti", "~").replace("\\e", "\\")


def commands(group: click.Group, path: str = "dockerlint") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


@pytest.mark.parametrize(("path", "command"), list(commands(cli)), ids=lambda one: one if isinstance(one, str) else "")
def test_every_command_stands_there_with_its_options(path: str, command: click.Command) -> None:
    (section,) = re.findall(rf"^\.SS {path}(?: [^\n]*)?\n(.*?)(?=^\.S[SH] )", plain(TEXT), re.MULTILINE | re.DOTALL)
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [name for option in options for name in option.opts if name not in section] == []
    assert section.count(".TP") == len(options)


def test_every_variable_stands_there() -> None:
    environment = plain(TEXT).partition(".SH ENVIRONMENT")[2].partition(".SH")[0]
    for key in KEYS.values():
        assert (f"{key.variable}\n" in environment) is (key.name != "extend")


@pytest.mark.parametrize("line", man_page._EXAMPLES)
def test_examples_are_commands_that_do(line: str, tmp_path: Path) -> None:
    text = 'FROM scratch\nUSER 1000\nCOPY --chmod=755 app /app\nENTRYPOINT ["/app"]\n'
    lay_out({"api/Dockerfile": text, "api/app": "", ".git/HEAD": ""}, tmp_path)
    with inside(tmp_path):
        result = CliRunner().invoke(cli, shlex.split(line)[1:])
    assert result.exit_code == 0, result.output


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not here")
def test_what_roff_would_take_for_its_own_is_shown_as_it_is() -> None:
    @click.group(help="Do things.")
    def group() -> None: ...

    @group.command(help=".PP it isn't `.hidden` but \\fBold, at ~/x^2 and 'so\n\n\b\n.nf  --kept   apart\n'and this")
    def thing() -> None: ...

    page = man_page.render(group)
    shown = subprocess.run(
        ["groff", "-man", "-Tascii", "-P-cbou"], input=page, capture_output=True, text=True, check=True
    )
    assert re.search(
        r"\.PP it isn't \.hidden but \\fBold, at ~/x\^2 and 'so\n\n +\.nf  --kept   apart\n +'and this\n", shown.stdout
    )
