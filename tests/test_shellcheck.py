"""The bridge to ShellCheck: places in the file, variables that are known, dialects, what is left out."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from dockerlint.cli.main import cli
from dockerlint.dockerfile.stages import Dockerfile, Options
from dockerlint.knowledge.base_images import base_image
from dockerlint.lint import shellcheck
from dockerlint.lint.finding import Finding
from dockerlint.lint.shellcheck import ShellcheckError, check
from dockerlint.source import Source
from tests.harness import inside, lay_out, mended, read_sample

SCRIPTS = Path(sys.executable).parent


@pytest.fixture(autouse=True)
def _on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}")


def findings(text: str) -> list[Finding]:
    dockerfile = Dockerfile(Source("Dockerfile", text), Options(base_images=base_image))
    return check([dockerfile]).get("Dockerfile", [])


@pytest.mark.parametrize(
    ("code", "sample"),
    [
        ("SC2086", "FROM debian:13\nRUN f() { echo «$1»; }"),
        ("SC2086", "FROM debian:13\nRUN a && \\\n    # why\n    rm $(b)«$1» && \\\n\techo ü"),
        ("SC2086", "FROM debian:13\nRUN echo ü && \\\r\n\trm «$1»\r\n"),
        ("SC2086", "FROM debian:13\nRUN <<EOF\na\n\trm «$1»\nEOF"),
        ("SC2086", "FROM debian:13\nCMD rm «$1»"),
        ("SC2086", "FROM debian:13\nHEALTHCHECK CMD rm «$1»"),
        ("SC2086", "FROM debian:13\nONBUILD RUN rm «$1»"),
        ("SC2086", "FROM debian:13\nARG A\nRUN rm «$A»"),
        ("SC2086", "FROM debian:13\nENV A='x y'\nRUN rm «$A»"),
        ("SC3010", "FROM debian:13\nRUN «[[ a = $1 ]]»"),
        ("SC2164", "FROM debian:13\nRUN <<EOF\n#!/bin/bash\n«cd a»\nb\nEOF"),
    ],
)
def test_finding_stands_where_the_script_does(code: str, sample: str) -> None:
    read = read_sample(sample)
    found = [finding for finding in findings(read.files["Dockerfile"]) if finding.aliases == (code,)]
    assert [tuple(finding.region) for finding in found] == [tuple(mark) for mark in read.marks]


@pytest.mark.parametrize(
    "text",
    [
        "FROM debian:13\nENV A=xy\nRUN rm $A",
        'FROM debian:13\nSHELL ["/bin/bash", "-c"]\nRUN [[ a = "$1" ]]',
        'FROM alpine:3.22\nRUN [[ "$1" = b ]] || c',
        'FROM debian:13\nSHELL ["pwsh", "-c"]\nRUN rm $1',
        'FROM debian:13\nRUN ["rm", "$1"]',
        'FROM python:3.13\nRUN test -n "$PYTHON_VERSION"',
        "FROM debian:13\nRUN . ./env.sh",
        "FROM debian:13\nRUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF",
    ],
)
def test_nothing_is_said(text: str) -> None:
    assert findings(text) == []


def test_its_fixes_are_edits_of_the_file() -> None:
    text = "FROM debian:13\nRUN a && \\\n    rm $1\\\n && rm $2 \\\n && b\n"
    assert mended({"Dockerfile": text}, findings(text)) == {
        "Dockerfile": 'FROM debian:13\nRUN a && \\\n    rm "$1"\\\n && rm "$2" \\\n && b\n'
    }


def test_many_scripts_are_told_apart() -> None:
    text = "FROM debian:13\n" + "".join(f"RUN a{number} && rm $1\n" for number in range(1000))
    assert sorted(finding.region.line for finding in findings(text) if finding.aliases == ("SC2086",)) == list(
        range(2, 1002)
    )


def run(folder: Path, text: str, *options: str) -> str:
    lay_out({"Dockerfile": text}, folder)
    with inside(folder):
        return CliRunner().invoke(cli, ["check", "--format", "concise", *options, "Dockerfile"]).output


TEXT = "FROM debian:13\n{}RUN rm $1\n"


@pytest.mark.parametrize(
    ("pragma", "options", "is_said"),
    [
        ("", (), False),
        ("", ("--shellcheck",), True),
        ("", ("--shellcheck", "--ignore", "SC2086"), False),
        ("# hadolint ignore=SC2086\n", ("--shellcheck",), False),
        ("# dockerlint: ignore[SC2086] x\n", ("--shellcheck",), False),
    ],
)
def test_a_run_asks_it_only_when_told_to(pragma: str, options: tuple[str, ...], is_said: bool, tmp_path: Path) -> None:
    assert ("SC2086" in run(tmp_path, TEXT.format(pragma), *options)) is is_said


def test_a_setting_asks_it_too(tmp_path: Path) -> None:
    (tmp_path / "dockerlint.toml").write_text("shellcheck = true", "utf-8")
    assert "SC2086" in run(tmp_path, TEXT.format(""))
    assert "SC2086" not in run(tmp_path, TEXT.format(""), "--no-shellcheck")


def test_what_a_rule_has_said_is_not_said_twice() -> None:
    text = "FROM debian:13\nRUN rm $1\n"
    (said,) = findings(text)
    own = said._replace(rule="unquoted-expansion", aliases=("SC2046", "SC2086"))
    elsewhere = own._replace(region=own.region._replace(line=1, end_line=1))
    assert shellcheck.without_doubles([said], [own]) == []
    assert shellcheck.without_doubles([said], [elsewhere]) == [said]


def test_a_missing_program_is_bad_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    lay_out({"Dockerfile": TEXT.format("")}, tmp_path)
    with inside(tmp_path):
        result = CliRunner().invoke(cli, ["check", "--shellcheck", "Dockerfile"])
    assert result.exit_code == 2
    assert "not on the PATH" in result.output


def test_a_program_that_answers_otherwise_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "shellcheck"
    program.write_text("#!/bin/sh\necho 'no such option' >&2\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert shutil.which("shellcheck") == str(program)
    with pytest.raises(ShellcheckError, match="no such option"):
        findings("FROM debian:13\nRUN a\n")
