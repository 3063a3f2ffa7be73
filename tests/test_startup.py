"""What a run on one Dockerfile imports, for start-up time."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import lay_out

CHECK = "import sys; from dockerlint.cli.main import cli; cli(['check', *sys.argv[1:]], standalone_mode=False)"
PROBE = "import sys, atexit; atexit.register(lambda: print('MODULES', *sorted(sys.modules)));" + CHECK


def modules(folder: Path, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("MODULES")]
    return set(line.split()[1:])


@pytest.mark.parametrize(
    "name",
    [
        "yaml",
        "rich.console",
        "multiprocessing",
        "concurrent.futures",
        "pathspec",
        "dockerlint.application.syntax",
        "dockerlint.compose.services",
        "dockerlint.compose.interpolation",
        "dockerlint.project.containers",
        "dockerlint.lint.audit",
        "dockerlint.project.reading.commands",
    ],
)
def test_slow_modules_are_not_imported_without_need(name: str, tmp_path: Path) -> None:
    lay_out({"Dockerfile": 'FROM python:3.13-slim\nUSER 1000\nCMD ["app"]\n'}, tmp_path)
    assert name not in modules(tmp_path, "--format", "concise", "Dockerfile")


def test_compose_chapters_are_not_imported_without_compose_files(tmp_path: Path) -> None:
    lay_out({"Dockerfile": "FROM scratch\n"}, tmp_path)
    loaded = modules(tmp_path, "--format", "concise", "Dockerfile")
    assert not [name for name in loaded if name.startswith("dockerlint_rules.compose")]


def test_a_report_in_a_pipe_needs_no_colours(tmp_path: Path) -> None:
    lay_out({"Dockerfile": "FROM alpine:3.22\nMAINTAINER me\n"}, tmp_path)
    assert not [name for name in modules(tmp_path, "Dockerfile") if name.partition(".")[0] == "rich"]
