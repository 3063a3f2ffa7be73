"""The hooks for pre-commit: how they are described, what they call, and which files they are given."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.cli.main import cli
from dockerlint.project.discovery import kind_of_name
from tests.harness import inside, lay_out

MANIFEST = Path(__file__).parent.parent / ".pre-commit-hooks.yaml"
HOOKS: dict[str, dict[str, Any]] = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text("utf-8"))}
OF_FILES = [hook for hook in HOOKS.values() if hook.get("pass_filenames", True)]
CLEAN = 'FROM python:3.13-slim\nUSER 1000\nCMD ["python", "app.py"]\n'
ROOTED = 'FROM python:3.13-slim\nCMD ["python", "app.py"]\n'


def is_given(hook: dict[str, Any], path: str) -> bool:
    """Whether pre-commit gives a file to a hook, by the file's path."""
    return bool(re.search(hook["files"], path)) and not re.search(hook.get("exclude", "^$"), path)


def test_pre_commit_takes_the_description() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_hooks_of_the_manual_are_there() -> None:
    assert HOOKS.keys() >= {"dockerlint", "dockerlint-project"}


@pytest.mark.parametrize(("text", "code"), [(CLEAN, 0), (ROOTED, 1)])
@pytest.mark.parametrize("name", ["dockerlint", "dockerlint-project"])
def test_entry_is_a_command_that_checks(name: str, text: str, code: int, tmp_path: Path) -> None:
    lay_out({"Dockerfile": text, "api/Dockerfile": CLEAN}, tmp_path)
    program, *arguments = shlex.split(HOOKS[name]["entry"])
    files = ["Dockerfile", "api/Dockerfile"] if HOOKS[name].get("pass_filenames", True) else []
    with inside(tmp_path):
        result = CliRunner().invoke(cli, [*arguments, *files])
    assert (program, result.exit_code) == ("dockerlint", code)
    assert "2 files" in result.stdout


def test_excluded_files_are_left_out_though_pre_commit_names_them(tmp_path: Path) -> None:
    lay_out({"vendor/Dockerfile": ROOTED, "dockerlint.toml": 'extend-exclude = ["vendor/"]'}, tmp_path)
    _, *arguments = shlex.split(HOOKS["dockerlint"]["entry"])
    with inside(tmp_path):
        assert CliRunner().invoke(cli, [*arguments, "vendor/Dockerfile"]).exit_code == 0


@pytest.mark.parametrize("hook", OF_FILES, ids=lambda hook: hook["id"])
@pytest.mark.parametrize(
    "name",
    [
        *("Dockerfile", "dockerfile", "Containerfile", "api.Dockerfile", "Dockerfile.prod", "Dockerfile-alpine"),
        *("DOCKERFILE.ARM", "compose.yaml", "compose.override.yml", "docker-compose.yml", "docker-compose-dev.yaml"),
        *("Docker-Compose.YML", "compose_ci.yml", "Dockerfile.compose.yaml", "a.b.containerfile"),
        *("Dockerfile.dockerignore", "api.dockerignore", ".dockerignore", "Dockerfiles", "mydockerfile", "Dockerfile."),
        *("docker-compose.yml.j2", "composer.json", "decompose.yaml", "docker-compose.json", "Dockerfile.md"),
        *("Dockerfile.orig", "Dockerfile~", "Dockerfile.prod.bak", "Dockerfile.py", ".Dockerfile", "compose.yaml~"),
    ],
)
def test_hooks_are_given_what_a_walk_finds(hook: dict[str, Any], name: str) -> None:
    assert {is_given(hook, f"{folder}{name}") for folder in ("", "api/", "a b/c.d/")} == {bool(kind_of_name(name))}


_PARTS = ["docker", "container", "file", "Dockerfile", "compose", ".", "-", "_", "yml", "yaml", "x", "~"]
_ENDINGS = [".md", ".MD", ".orig", ".rej", ".swp", ".bak", ".py", ".sh", ".json", ".dockerignore", ".containerignore"]


@given(st.lists(st.sampled_from([*_PARTS, *_ENDINGS]), min_size=1, max_size=6).map("".join))
def test_hooks_are_given_names_of_any_make_as_a_walk_finds_them(name: str) -> None:
    for hook in OF_FILES:
        assert is_given(hook, f"api/{name}") == bool(kind_of_name(name))
