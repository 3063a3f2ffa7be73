"""Runs the scripts of our action as GitHub's runner does, as far as they need one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
INSTALL, CHECK = ACTION["runs"]["steps"]
# What the wheel is made of.
FOLDERS = ("dockerlint", "rules", "docs/man")
FILES = ("pyproject.toml", "README.md", "LICENSE")
_EXPRESSION = re.compile(r"\$\{\{ (inputs|steps\.\w+\.outputs)\.([\w-]+) \}\}")


class Ran(NamedTuple):
    """What became of a step; `log` is what it printed."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


class Runner(NamedTuple):
    """A job's folders, which lie in one: the workspace that is checked, the runner's own, and the action's checkout."""

    home: Path
    environment: Mapping[str, str]

    @property
    def workspace(self) -> Path:
        return self.home / "workspace"

    def run(
        self,
        step: Mapping[str, Any],
        inputs: Mapping[str, str],
        outputs: Mapping[str, str],
        environment: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run a step with inputs that the workflow gives, and what the step before it put out."""
        unknown = inputs.keys() - ACTION["inputs"].keys()
        assert not unknown
        given = {name: one.get("default", "") for name, one in ACTION["inputs"].items()} | dict(inputs)

        def evaluated(text: str) -> str:
            return _EXPRESSION.sub(lambda match: (given if match[1] == "inputs" else outputs)[match[2]], text)

        files = {name: self.home / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        script = self.home / "script.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace / evaluated(step.get("working-directory", ".")),
            env={
                **self.environment,
                **(environment or {}),
                **{name: str(file) for name, file in files.items()},
                "RUNNER_TEMP": str(self.home / "temp"),
                "GITHUB_ACTION_PATH": str(self.home / "action"),
                **{name: evaluated(text) for name, text in step["env"].items()},
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        lines = files["GITHUB_OUTPUT"].read_text().splitlines()
        put_out = dict(line.split("=", 1) for line in lines)
        return Ran(done.returncode, done.stdout, put_out, files["GITHUB_STEP_SUMMARY"].read_text("utf-8"))


def runner(home: Path) -> Runner:
    """A runner without network, whose python3 makes virtual environments that have our dependencies already."""
    for name in ("workspace", "temp", "bin"):
        (home / name).mkdir(parents=True)
    copy_of_sources(home / "action")
    _python(home / "bin" / "python3", _dependencies(home / "dependencies"))
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    # What pip calls so is whether to isolate the build, not whether not to.
    return Runner(home, {**kept, "PATH": path, "PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"})


def copy_of_sources(target: Path) -> None:
    """Copy what the wheel is made of, for a build leaves files behind that would get into the next one."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copyfile(ROOT / name, target / name)


def _dependencies(folder: Path) -> Path:
    """All that is installed here, but neither dockerlint itself nor pip."""
    folder.mkdir()
    for path in {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")}:
        for entry in path.iterdir():
            if not re.match(r"_*(editable_*)?(dockerlint|pip\b)", entry.name) and entry.suffix != ".pth":
                (folder / entry.name).symlink_to(entry)
    return folder


def _python(path: Path, dependencies: Path) -> None:
    path.write_text(
        f"""#!/bin/sh
"{sys.executable}" "$@" || exit
if [ "$2 $3" = "-m venv" ]; then
  for site in "$4"/lib/python*/site-packages; do
    echo "import sys; sys.path.insert(0, '{dependencies}')" >"$site/dependencies.pth"
  done
fi
"""
    )
    path.chmod(0o755)
