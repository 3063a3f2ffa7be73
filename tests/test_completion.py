"""Completion in shells: the scripts, driven where a shell is there, and what they are answered.

`UPDATE_GOLDEN=1 python -m pytest tests/test_completion.py` writes the names of rules anew.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from dockerlint.cli import completion
from dockerlint.cli.main import COMMANDS, COMPLETION, cli
from dockerlint.lint.profiles import PROFILES
from dockerlint.lint.registry import COMPOSE_CHAPTERS, DOCKERFILE_CHAPTERS, all_rules, find
from dockerlint.report.formats import FORMATS
from tests.harness import lay_out

ROOT = Path(__file__).parent.parent
NAMES = ROOT / "dockerlint" / "knowledge" / "data" / "rule_names.json"
SHELLS = ("bash", "zsh", "fish")


def script(shell: str) -> str:
    result = CliRunner().invoke(cli, ["completion", shell])
    assert result.exit_code == 0
    return result.stdout


def test_names_of_rules_are_current() -> None:
    rules = sorted(all_rules(), key=lambda rule: rule.name)
    codes: dict[str, list[str]] = {}
    for rule in rules:
        for code in rule.aliases:
            codes.setdefault(code, []).append(rule.name)
    known = {
        "families": [*DOCKERFILE_CHAPTERS, *COMPOSE_CHAPTERS],
        "rules": {rule.name: rule.summary() for rule in rules},
        "codes": {code: ", ".join(codes[code]) for code in sorted(codes)},
    }
    text = json.dumps(known, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        NAMES.write_text(text, "utf-8")
    assert text == NAMES.read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files, and in `bin` a dockerlint that is this one."""
    program = f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m dockerlint "$@"\n'
    lay_out({"bin/dockerlint": program, "file.sarif": "", "Dockerfile": "", "sub/Dockerfile": ""}, tmp_path)
    (tmp_path / "bin" / "dockerlint").chmod(0o755)
    return tmp_path


def driven(folder: Path, *command: str) -> list[str]:
    environment = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()


@pytest.mark.parametrize("shell", SHELLS)
def test_script_is_taken_by_its_shell(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    (tmp_path / "script").write_text(script(shell))
    done = subprocess.run([shell, "-n", tmp_path / "script"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# A line, the part of it that bash would replace, and what with.
BASH = [
    ("", "", sorted(COMMANDS)),
    ("chec", "chec", ["check"]),
    ("baseline ", "", ["check", "create", "update"]),
    ("-V ", "", sorted(COMMANDS)),
    ("check --sel", "--sel", ["--select"]),
    ("check --select root-", "root-", ["root-service", "root-user"]),
    ("check --select=root-", "root-", ["root-service", "root-user"]),
    ("check --ignore user,root-s", "user,root-s", ["user,root-service"]),
    ("check --ignore=user,root-service,root-", "user,root-service,root-", ["user,root-service,root-user"]),
    ("check --extend-select dl302", "dl302", [f"DL302{digit}" for digit in range(10)]),
    ("check --format s", "s", ["sarif", "sonarqube"]),
    ("check --format=", "", list(FORMATS)),
    ("check --profile=s", "s", ["strict", "security"]),
    ("check --profile ", "", list(PROFILES)),
    ("check --fail-on ", "", ["info", "warning", "error", "never"]),
    ("rule base_i", "base_i", ["base_image"]),
    ("completion ", "", ["bash", "zsh", "fish"]),
    ("check --no-such-option ", "", []),
]


@pytest.mark.parametrize(("line", "word", "wanted"), BASH)
def test_bash_completes(line: str, word: str, wanted: list[str], folder: Path) -> None:
    (folder / "script").write_text(script("bash"))
    drive = 'source ./script; COMP_LINE=$1 COMP_POINT=${#1}; _dockerlint_completion dockerlint "$2" x;'
    shown = 'printf "%s\\n" "${COMPREPLY[@]}"'
    found = driven(folder, "bash", "--norc", "-c", drive + shown, "bash", f"dockerlint {line}", word)
    assert [name for name in found if name] == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("chec", ["check"]),
        ("check --sel", ["--select"]),
        ("check --select root-", ["root-service", "root-user"]),
        ("check --select=root-", ["--select=root-service", "--select=root-user"]),
        ("check --ignore user,root-s", ["user,root-service"]),
        ("check --format=sarif=fi", ["--format=sarif=file.sarif"]),
        ("check --format sarif=fi", ["sarif=file.sarif"]),
        ("check Doc", ["Dockerfile"]),
        ("check su", ["sub/"]),
        ("check --config=fi", ["--config=file.sarif"]),
    ],
)
@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not here")
def test_fish_completes(line: str, wanted: list[str], folder: Path) -> None:
    (folder / "script").write_text(script("fish"))
    found = driven(folder, "fish", "--no-config", "-c", f"source ./script; complete -C 'dockerlint {line}'")
    assert [one.partition("\t")[0] for one in found] == wanted


def answered(shell: str, line: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a script is told when the cursor stands behind a line."""
    words = line.split(" ")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", words[-1] if shell == "fish" else str(len(words) - 1))
    monkeypatch.setenv("COMP_LINE", line)
    monkeypatch.setenv("COMP_WORD", words[-1].rpartition("=")[2])
    return completion.SHELLS[shell](cli, {}, "dockerlint", COMPLETION).complete()


@pytest.mark.parametrize(
    ("line", "bash", "zsh", "fish"),
    [
        ("check --min-severity=w", "plain,warning", "plain\n--min-severity=warning\n_", "plain,--min-severity=warning"),
        ("check --min-severity w", "plain,warning", "plain\nwarning\n_", "plain,warning"),
        ("check --format sarif=x", "file,x", "file\nx\n_", "file,x"),
        ("check --format=sarif=x", "file,x", "file\nx\n_", "file,x"),
        ("check x", "file,x", "file\nx\n_", "file,x"),
        ("context x", "dir,x", "dir\nx\n_", "dir,x"),
        (
            "rule apk-cache",
            "plain,apk-cache-left",
            "plain\napk-cache-left\n`apk add` leaves the package index in the image.",
            "plain,apk-cache-left\t`apk add` leaves the package index in the image.",
        ),
    ],
)
def test_scripts_are_answered(line: str, bash: str, zsh: str, fish: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {shell: answered(shell, f"dockerlint {line}", monkeypatch) for shell in SHELLS}
    assert answers == {"bash": bash, "zsh": zsh, "fish": fish}


def test_all_that_is_proposed_for_a_rule_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for begun in ("", "D", "C"):
        for answer in answered("bash", f"dockerlint check --select {begun}", monkeypatch).splitlines():
            find(answer.removeprefix("plain,"))


@pytest.mark.parametrize("line", ["", "check --sel", "check --select user,", "check --format ", "rule roo", "context "])
def test_completing_imports_no_engine_and_no_rule(line: str) -> None:
    probe = (
        "import sys, atexit; atexit.register(lambda: print('MODULES', *sorted(sys.modules)));"
        "from dockerlint.__main__ import main; main()"
    )
    asked = {COMPLETION: "bash_complete", "COMP_LINE": f"dockerlint {line}", "COMP_WORD": ""}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **asked}
    done = subprocess.run([sys.executable, "-c", probe], env=environment, capture_output=True, text=True, check=True)
    *answer, last = done.stdout.splitlines()
    heavy = ("dockerlint_rules", "dockerlint.lint.run", "dockerlint.dockerfile", "dockerlint.compose", "rich", "yaml")
    assert [name for name in last.split() if name.startswith(heavy)] == []
    assert answer
