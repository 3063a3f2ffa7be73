"""The component for GitLab CI: its inputs, the job that comes of them, and its script.

https://docs.gitlab.com/ci/inputs/ and https://docs.gitlab.com/ci/components/
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from dockerlint import __version__
from tests.harness import lay_out

TEMPLATE = Path(__file__).parent.parent / "templates" / "dockerlint.yml"
HEADER, BODY = TEMPLATE.read_text("utf-8").split("\n---\n")
INPUTS: dict[str, dict[str, Any]] = yaml.safe_load(HEADER)["spec"]["inputs"]
_BLOCK = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")
CLEAN = 'FROM scratch\nUSER 1000\nENTRYPOINT ["/app"]\nCOPY app /app\n'
FAULTY = f"{CLEAN}EXPOSE 80:80\n"


def configuration(**inputs: Any) -> str:
    """What the component becomes: values are put into the text, those that are no texts as JSON."""
    given = {name: one["default"] for name, one in INPUTS.items()}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}
    assert given.keys() == INPUTS.keys()
    for name, value in given.items():
        assert isinstance(value, {"boolean": bool}.get(INPUTS[name].get("type", "string"), str))
        assert re.search(INPUTS[name].get("regex", ""), str(value))
    return _BLOCK.sub(
        lambda block: given[block[1]] if isinstance(given[block[1]], str) else json.dumps(given[block[1]]), BODY
    )


def job(**inputs: Any) -> dict[str, Any]:
    (one,) = yaml.safe_load(configuration(**inputs)).values()
    return dict(one)


def test_every_input_is_used_and_told_and_has_a_default() -> None:
    assert set(_BLOCK.findall(BODY)) == INPUTS.keys()
    assert BODY.count("$[[") == len(INPUTS)
    assert all(
        {"description", "default"} <= one.keys() <= {"description", "default", "type", "regex"}
        for one in INPUTS.values()
    )


def test_version_is_that_of_the_component() -> None:
    assert INPUTS["version"]["default"] == __version__


@pytest.mark.parametrize("inputs", [{}, {"job_name": "lint: images", "allow_failure": True, "paths": 'a "b" #c: d'}])
def test_the_job_follows_the_schema(inputs: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "ci.yml").write_text(configuration(**inputs))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", "ci.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_inputs_that_shape_the_job_do() -> None:
    given = job(stage="lint", image="python:3.14", allow_failure=True)
    assert (given["stage"], given["image"], given["allow_failure"]) == ("lint", "python:3.14", True)


def test_no_input_becomes_a_part_of_the_script() -> None:
    text = "$(touch x)"
    assert job(**{name.replace("-", "_"): text for name in ("paths", "args", "baseline")})["script"] == job()["script"]


def ran(folder: Path, shell: str, **inputs: Any) -> subprocess.CompletedProcess[str]:
    """The script as GitLab's runner runs it, in a folder where `pip` and `dockerlint` are commands."""
    given = job(**inputs)
    commands = {"pip": 'echo pip "$@"', "dockerlint": f'exec "{sys.executable}" -m dockerlint "$@"'}
    lay_out({f"bin/{name}": f"#!/bin/sh\n{text}\n" for name, text in commands.items()}, folder)
    for name in commands:
        (folder / "bin" / name).chmod(0o755)
    said = {name: one if isinstance(one, str) else one["value"] for name, one in given["variables"].items()}
    environment = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "PYTHONPATH": str(TEMPLATE.parent.parent), **said}
    script = "set -e\n" + "\n".join(given["script"])
    command = [shell, "-c", script]
    return subprocess.run(command, cwd=folder / "project", env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("shell", ["bash", "sh"])
@pytest.mark.parametrize(
    ("inputs", "code", "count"),
    [
        ({}, 1, 1),
        ({"paths": "clean clean/Dockerfile"}, 0, 0),
        ({"profile": "security"}, 0, 0),
        ({"fail_on": "error"}, 0, 1),
        ({"config": "ci.toml"}, 0, 0),
        ({"args": "--ignore expose-host-port --preview"}, 0, 0),
        ({"baseline": "known.json"}, 0, 0),
    ],
)
def test_script_checks_and_writes_the_reports(
    shell: str, inputs: dict[str, Any], code: int, count: int, tmp_path: Path
) -> None:
    files = {"Dockerfile": FAULTY, "clean/Dockerfile": CLEAN, "ci.toml": "ignore = ['expose-host-port']"}
    lay_out({f"project/{name}": text for name, text in files.items()}, tmp_path)
    command = [sys.executable, "-m", "dockerlint", "baseline", "create", "--file", "known.json"]
    subprocess.run(command, cwd=tmp_path / "project", capture_output=True, check=True)
    done = ran(tmp_path, shell, **inputs)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout.startswith(f"pip install --quiet --disable-pip-version-check dockerlint=={__version__}\n")
    assert ("\x1b[" in done.stdout) or not count
    reports = job()["artifacts"]["reports"]
    assert len(json.loads((tmp_path / "project" / reports["codequality"]).read_text("utf-8"))) == count
    assert (tmp_path / "project" / reports["junit"]).read_text("utf-8").count("<failure") == count


@pytest.mark.parametrize("name", ["paths", "profile", "fail_on", "config", "baseline", "args"])
@pytest.mark.parametrize("text", ["$(touch x)", "'; touch x; \"; touch x #", "*", ": # &x ${HOME}"])
def test_inputs_are_never_run(name: str, text: str, tmp_path: Path) -> None:
    lay_out({"project/app/Dockerfile": FAULTY}, tmp_path)
    done = ran(tmp_path, shutil.which("sh") or "sh", **{name: text})
    assert done.returncode in (1, 2)
    assert {path.name for path in (tmp_path / "project").iterdir()} <= {"app", *job()["artifacts"]["reports"].values()}
