"""`check --fix` and `--diff`: what is mended, written, printed and told."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from dockerlint.lint import fixing
from dockerlint.lint.writing import CannotWrite
from tests.harness import lay_out
from tests.test_cli import DAY, invoke
from tests.test_diff_base import commit

ROOT = Path(__file__).parent.parent
TEXT = "FROM alpine:3.22\nMAINTAINER me\nADD app.py /srv/\nUSER app\nHEALTHCHECK NONE\nRUN apt install curl\n"
MENDED = (
    'FROM alpine:3.22\nLABEL org.opencontainers.image.authors="me"\nCOPY app.py /srv/\nUSER app\nHEALTHCHECK NONE\n'
    "RUN apt install -y curl\n"
)
RULES = ("--select", "maintainer,add-for-local-file,prompts-in-build,recommended-packages")


def fix(folder: Path, *options: str, files: dict[str, str] | None = None, stdin: str | bytes = "") -> Result:
    result = invoke(folder, "check", *DAY, "--format", "concise", *RULES, *options, files=files, stdin=stdin)
    assert "Traceback" not in result.output
    return result


def text(folder: Path, name: str = "Dockerfile") -> str:
    return (folder / name).read_bytes().decode()


def test_what_is_safe_is_mended_and_the_rest_is_reported(tmp_path: Path) -> None:
    result = fix(tmp_path, "--fix", files={"Dockerfile": TEXT})
    assert text(tmp_path) == MENDED
    assert result.stderr == "Fixed 3 findings in 1 file.\n1 more finding would be fixed with --unsafe-fixes.\n"
    assert "[recommended-packages]" in result.stdout
    assert "maintainer" not in result.stdout
    assert result.exit_code == 0  # what is left is an info
    assert fix(tmp_path, "--fix").stderr.startswith("Nothing to fix.\n")


def test_what_is_left_decides_the_exit_code(tmp_path: Path) -> None:
    assert fix(tmp_path, "--fix", files={"Dockerfile": TEXT}).exit_code == 0
    assert fix(tmp_path, "--fix", "--fail-on", "info").exit_code == 1
    assert fix(tmp_path, "--fix", "--fail-on", "info", "--exit-zero").exit_code == 0
    lay_out({"Dockerfile": TEXT + "EXPOSE nonsense\n"}, tmp_path)
    assert fix(tmp_path, "--fix").exit_code == 2
    assert text(tmp_path) == MENDED + "EXPOSE nonsense\n"


def test_a_file_that_docker_cannot_read_is_left_alone_until_it_can(tmp_path: Path) -> None:
    lost = "FROM alpine:3.22\nMAINTAINER me\nRUN a\n  && b\n"
    result = fix(tmp_path, "--fix", files={"Dockerfile": lost})
    assert "Dockerfile:2:1: not fixed [maintainer]: Docker cannot read the file\n" in result.stderr
    assert (result.exit_code, text(tmp_path)) == (2, lost)
    result = fix(tmp_path, "--fix", "--unsafe-fixes")
    assert text(tmp_path) == lost.replace("MAINTAINER me", MENDED.split("\n")[1]).replace("RUN a", "RUN a \\")


@pytest.mark.parametrize(
    ("options", "settings"),
    [(["--unsafe-fixes"], ""), ([], "unsafe-fixes = true"), (["--config", "unsafe-fixes = true"], "")],
)
def test_unsafe_fixes_are_applied_where_they_are_let(options: list[str], settings: str, tmp_path: Path) -> None:
    fix(tmp_path, "--fix", *options, files={"Dockerfile": TEXT, "dockerlint.toml": settings})
    assert "apt install -y --no-install-recommends curl" in text(tmp_path)


@pytest.mark.parametrize(
    ("options", "files"),
    [
        ((), {"dockerlint.toml": "unfixable = ['maintainer']"}),
        ((), {"dockerlint.toml": "unfixable = ['DL4000']"}),
        (("--config", "unfixable = ['instructions']"), {}),
        (("--ignore", "maintainer"), {}),
        (("--min-severity", "error"), {}),
        ((), {"dockerlint.toml": "per-file-ignores = { Dockerfile = ['maintainer'] }"}),
        ((), {"Dockerfile": TEXT.replace("MAINT", "# dockerlint: ignore[maintainer]\nMAINT")}),
        ((), {"Dockerfile": TEXT.replace("MAINT", "# hadolint ignore=DL4000\nMAINT")}),
    ],
)
def test_what_is_not_to_be_mended_stays(options: tuple[str, ...], files: dict[str, str], tmp_path: Path) -> None:
    fix(tmp_path, "--fix", *options, files={"Dockerfile": TEXT, **files})
    assert "MAINTAINER me\n" in text(tmp_path)


def test_what_a_baseline_knows_stays(tmp_path: Path) -> None:
    lay_out({"Dockerfile": TEXT.replace("ADD app.py /srv/\n", "")}, tmp_path)
    invoke(tmp_path, "baseline", "create", *DAY, "--select", "maintainer,add-for-local-file")
    fix(tmp_path, "--fix", "--baseline", "dockerlint-baseline.json", files={"Dockerfile": TEXT})
    assert "MAINTAINER me\nCOPY app.py /srv/\n" in text(tmp_path)


def test_what_was_there_at_a_revision_stays(tmp_path: Path) -> None:
    commit(tmp_path, {"Dockerfile": TEXT.replace("ADD app.py /srv/\n", "")})
    fix(tmp_path, "--fix", "--diff-base", "HEAD", files={"Dockerfile": TEXT})
    assert "MAINTAINER me\nCOPY app.py /srv/\n" in text(tmp_path)


def test_standard_input_is_mended_on_standard_output(tmp_path: Path) -> None:
    result = fix(tmp_path, "--fix", "-", stdin=TEXT)
    assert result.stdout == MENDED
    assert "-:6:5: info[recommended-packages]" in result.stderr
    assert fix(tmp_path, "--fix", "-", stdin=MENDED).stdout == MENDED
    assert not list(tmp_path.iterdir())


def test_standard_input_keeps_its_bytes_and_stands_for_a_file_that_is_not_touched(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode() + b"# \xff"
    lay_out({"Dockerfile": TEXT}, tmp_path)
    result = fix(tmp_path, "--fix", "-", "--stdin-filename", "Dockerfile", stdin=data)
    assert result.stdout_bytes == b"\xef\xbb\xbf" + MENDED.replace("\n", "\r\n").encode() + b"# \xff"
    assert text(tmp_path) == TEXT


@pytest.mark.parametrize(
    "options",
    [
        ("--fix", "--add-ignores"),
        ("--diff", "--add-ignores=why"),
        ("--fix", "--show-settings"),
        ("--diff", "--show-files"),
        ("--fix", "-", "Dockerfile"),
    ],
)
def test_mending_goes_with_no_other_task(options: tuple[str, ...], tmp_path: Path) -> None:
    result = fix(tmp_path, *options, files={"Dockerfile": TEXT})
    assert (result.exit_code, result.stdout) == (2, "")
    assert text(tmp_path) == TEXT


@pytest.mark.skipif(shutil.which("git") is None, reason="git applies the patch")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "# end"])
def test_the_difference_is_a_patch(end: str, last: str, tmp_path: Path) -> None:
    files = {
        "a/Dockerfile": TEXT.replace("\n", end) + last,
        "b/Dockerfile": TEXT.rstrip().replace("\n", end),
    }
    files["c/Dockerfile"] = MENDED
    result = fix(tmp_path, "--diff", files=files)
    assert result.exit_code == 1
    assert result.stderr.startswith("Would fix 6 findings in 2 files.\n")
    assert {name: text(tmp_path, name) for name in files} == files
    subprocess.run(["git", "apply", "-p0", "-"], cwd=tmp_path, input=result.stdout_bytes, check=True)
    assert text(tmp_path, "b/Dockerfile") == MENDED.rstrip().replace("\n", end)
    assert fix(tmp_path, "--diff", "b").exit_code == 0


def test_no_difference_is_no_output(tmp_path: Path) -> None:
    result = fix(tmp_path, "--diff", files={"Dockerfile": MENDED})
    assert (result.exit_code, result.stdout) == (0, "")
    assert fix(tmp_path, "--diff", "--exit-zero", files={"Dockerfile": TEXT}).exit_code == 0
    result = fix(tmp_path, "--diff", "--fix", "-", stdin=TEXT)
    assert (result.exit_code, result.stdout.startswith("--- -\n+++ -\n")) == (1, True)
    assert text(tmp_path) == TEXT


def test_projects_with_settings_of_their_own_are_mended_in_their_own_way(tmp_path: Path) -> None:
    files = {
        "a/Dockerfile": TEXT,
        "a/dockerlint.toml": "unfixable = ['maintainer']",
        "b/Dockerfile": TEXT,
        "b/compose.yaml": "version: '3'\nservices:\n  web:\n    build: .\n",
    }
    result = fix(tmp_path, "--fix", "--select", "obsolete-version-key", files=files)
    assert "MAINTAINER" in text(tmp_path, "a/Dockerfile")
    assert text(tmp_path, "b/Dockerfile") == MENDED
    assert text(tmp_path, "b/compose.yaml").startswith("services:")
    assert result.stderr.startswith("Fixed 6 findings in 3 files.\n")


def test_an_ignore_file_is_written_once_and_what_it_leaves_is_mended_then(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM alpine:3.22\nCOPY . /srv/\nUSER app\n",
        ".git/HEAD": "ref: refs/heads/main\n",
        ".env": "PASSWORD=hunter2-hunter2\n",
        "app.py": "x\n",
    }
    options = ("--fix", "--unsafe-fixes", "--select", "build_context")
    result = fix(tmp_path, *options, files=files)
    assert ".env" in text(tmp_path, ".dockerignore")
    assert result.stderr.startswith("Fixed ")
    before = text(tmp_path, ".dockerignore")
    assert fix(tmp_path, *options).stderr.startswith("Nothing to fix.")
    assert text(tmp_path, ".dockerignore") == before


def test_comments_that_do_nothing_are_taken_out_of_other_files(tmp_path: Path) -> None:
    files = {
        "Dockerfile": 'FROM python:3.13-slim\nCOPY app.py .\nUSER 1000\nCMD ["python", "app.py"]\n',
        "app.py": "from flask import Flask\napp = Flask(__name__)\napp.run(debug=False)  # dockerlint: ignore[debug-in-source]\n",
    }
    fix(tmp_path, "--fix", "--select", "all", files=files)
    assert text(tmp_path, "app.py").endswith("app.run(debug=False)\n")


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_files: object) -> None:
        message = "cannot write a/Dockerfile: no space left"
        raise CannotWrite(message)

    monkeypatch.setattr(fixing, "write_all", fail)
    result = fix(tmp_path, "--fix", files={"a/Dockerfile": TEXT})
    assert result.exit_code == 2
    assert "a/Dockerfile:2:1: not fixed [maintainer]: cannot write a/Dockerfile: no space left" in result.stderr
    assert text(tmp_path, "a/Dockerfile") == TEXT


def test_nothing_strange_reaches_the_terminal(tmp_path: Path) -> None:
    name = "a\x1b[31m/Dockerfile"
    result = fix(tmp_path, "--diff", files={name: TEXT})
    assert "\x1b" not in result.stdout + result.stderr
    assert "--- a\\x1b[31m/Dockerfile" in result.stdout


def test_hooks_of_pre_commit_run_commands_that_there_are(tmp_path: Path) -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert {"dockerlint", "dockerlint-fix", "dockerlint-project"} <= hooks.keys()
    for hook in hooks.values():
        program, *arguments = hook["entry"].split()
        assert program == "dockerlint"
        assert invoke(tmp_path, *arguments, "--isolated", files={"Dockerfile": MENDED}).exit_code in (0, 1)
    own, mending = hooks["dockerlint"], hooks["dockerlint-fix"]
    same = ("language", "types", "files", "exclude", "require_serial")
    assert {name: own[name] for name in same} == {name: mending[name] for name in same}
    pattern = re.compile(own["files"])
    assert all(map(pattern.search, ("Dockerfile", "a/api.dockerfile", "docker-compose.prod.yml")))
    assert not pattern.search("docker.py")
    lay_out({"Dockerfile": TEXT}, tmp_path)
    program, *arguments = mending["entry"].split()
    invoke(tmp_path, *arguments, "Dockerfile", "--isolated")
    assert text(tmp_path) != TEXT
