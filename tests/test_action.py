"""The GitHub Action: its description, and its scripts as the runner runs them."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from dockerlint import __version__
from dockerlint.cli.main import cli
from tests.harness import inside, lay_out
from tests.runner import ACTION, CHECK, INSTALL, ROOT, Ran, Runner, runner

CLEAN = 'FROM scratch\nUSER 1000\nENTRYPOINT ["/app"]\nCOPY app /app\n'
FAULTY = f"{CLEAN}EXPOSE 80:80\n"
HOSTILE = [
    "$(touch x)",
    "\"; touch x; '; touch x; `touch x`",
    "&& touch x",
    "--exit-zero",
    "-h",
    "*",
    "a\n::warning::x",
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("job")


@pytest.fixture(scope="module")
def job(home: Path) -> Runner:
    return runner(home)


@pytest.fixture(scope="module")
def installed(job: Runner) -> Ran:
    return job.run(INSTALL, {}, {})


@pytest.fixture
def fresh(job: Runner, installed: Ran) -> Runner:
    """A job with dockerlint installed and nothing in its workspace."""
    assert installed.code == 0, installed.log
    Path(installed.outputs["report"]).unlink(missing_ok=True)
    shutil.rmtree(job.workspace)
    job.workspace.mkdir()
    return job


def checked(
    job: Runner, installed: Ran, files: dict[str, str], environment: dict[str, str] | None = None, **inputs: str
) -> Ran:
    """What the action does in a workspace with these files; an input is named with `_` for `-`."""
    lay_out(files, job.workspace)
    named = {name.replace("_", "-"): text for name, text in inputs.items()}
    return job.run(CHECK, named, installed.outputs, environment)


def test_description_follows_the_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_input_becomes_a_part_of_a_script() -> None:
    assert not [step["name"] for step in ACTION["runs"]["steps"] if "${{" in step["run"]]


def test_every_input_is_used_and_every_output_is_put_out() -> None:
    said = [text for step in (INSTALL, CHECK) for text in (*step["env"].values(), step.get("working-directory", ""))]
    used = {name for text in said for name in re.findall(r"inputs\.([\w-]+)", text)}
    assert used == ACTION["inputs"].keys()
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.check.outputs.{name} }}}}"
        assert f'echo "{name}=' in CHECK["run"]


@pytest.mark.parametrize("step", [INSTALL, CHECK], ids=lambda step: step["id"])
def test_shellcheck_has_nothing_to_say(step: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / "script.sh"
    script.write_text(step["run"])
    program = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run(
        [program, "--shell=bash", "--exclude=SC2154", script], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""


def test_installs_the_version_of_the_action_itself_in_an_environment_of_its_own(job: Runner, installed: Ran) -> None:
    assert installed.code == 0, installed.log
    python = installed.outputs["python"]
    assert python.startswith(str(job.home / "temp"))
    probe = "import dockerlint; print(dockerlint.__version__, dockerlint.__file__)"
    done = subprocess.run([python, "-I", "-c", probe], capture_output=True, text=True, check=True)
    version, place = done.stdout.split()
    assert version == __version__
    assert place.startswith(str(job.home / "temp"))


def test_tells_when_there_is_no_python(job: Runner, tmp_path: Path) -> None:
    for name in ("python", "python3", *(f"python3.{minor}" for minor in range(11, 15))):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")  # as one that is older answers
        (tmp_path / name).chmod(0o755)
    ran = job.run(INSTALL, {}, {}, {"PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert ran.code == 2
    assert ran.log.startswith("::error title=dockerlint::No Python 3.11 or newer is on the PATH")


@pytest.mark.parametrize("version", [*HOSTILE, "0.1.0 evil", "0.1.0\nevil", "https://example.com/x", "../x", "-e ."])
def test_only_a_version_is_taken_for_one(version: str, fresh: Runner) -> None:
    ran = fresh.run(INSTALL, {"version": version}, {})
    assert (ran.code, ran.log) == (2, "::error title=dockerlint::The input version is no version such as 0.1.0.\n")
    assert list(fresh.workspace.iterdir()) == []


def test_a_version_that_cannot_be_had_is_told(fresh: Runner) -> None:
    ran = fresh.run(INSTALL, {"version": "999.0"}, {})
    assert ran.code == 2
    assert "dockerlint==999.0" in ran.log
    assert ran.log.endswith("::error title=dockerlint::dockerlint cannot be installed.\n")


@pytest.mark.parametrize(
    ("files", "inputs", "code", "count"),
    [
        ({"Dockerfile": CLEAN}, {}, 0, 0),
        ({"Dockerfile": FAULTY}, {}, 1, 1),
        ({"Dockerfile": FAULTY}, {"fail_on": "error"}, 0, 1),
        ({"Dockerfile": FAULTY}, {"args": "--ignore expose-host-port\n--preview"}, 0, 0),
        ({"Dockerfile": FAULTY}, {"config": "ignore = ['expose-host-port']\nhost-ports = [80]"}, 0, 0),
        ({"Dockerfile": FAULTY, "ci.toml": "ignore = ['expose-host-port']"}, {"config": "ci.toml"}, 0, 0),
        ({"Dockerfile": FAULTY}, {"profile": "strict"}, 1, 2),
        ({"Dockerfile": "FROM a b c d\n"}, {}, 2, 2),
        ({"Dockerfile": FAULTY, "a b/Dockerfile": CLEAN}, {"paths": "a b"}, 0, 0),
        ({"a/Dockerfile": FAULTY, "b/Dockerfile": FAULTY, "Dockerfile": CLEAN}, {"paths": "a\nb/Dockerfile\n"}, 1, 2),
        ({"repository/Dockerfile": FAULTY, "Dockerfile": CLEAN}, {"working_directory": "repository"}, 1, 1),
    ],
)
def test_checks_and_puts_out(
    files: dict[str, str], inputs: dict[str, str], code: int, count: int, fresh: Runner, installed: Ran
) -> None:
    ran = checked(fresh, installed, files, **inputs)
    assert (ran.code, ran.outputs["exit-code"], ran.outputs["findings"]) == (code, str(code), str(count)), ran.log
    assert len(json.loads(Path(ran.outputs["report"]).read_text("utf-8"))["findings"]) == count
    assert len(re.findall(r"^::(?:error|warning|notice) ", ran.log, re.MULTILINE)) == count
    assert ran.summary.startswith("## dockerlint")
    assert ran.outputs["sarif-file"] == ""


def test_annotations_stand_at_their_lines(fresh: Runner, installed: Ran) -> None:
    log = checked(fresh, installed, {"repository/a,b/Dockerfile": FAULTY}, working_directory="repository").log
    assert "::warning title=expose-host-port,file=a%2Cb/Dockerfile,line=5,endLine=5,col=8,endColumn=12::" in log


def test_writes_a_report_for_code_scanning(fresh: Runner, installed: Ran) -> None:
    ran = checked(fresh, installed, {"Dockerfile": FAULTY}, sarif_file="out file.sarif")
    assert ran.outputs["sarif-file"] == "out file.sarif"
    report = json.loads((fresh.workspace / "out file.sarif").read_text("utf-8"))
    assert [one["ruleId"] for one in report["runs"][0]["results"]] == ["expose-host-port"]


def test_what_a_baseline_knows_is_not_reported(fresh: Runner, installed: Ran) -> None:
    lay_out({"Dockerfile": FAULTY}, fresh.workspace)
    with inside(fresh.workspace):
        CliRunner().invoke(cli, ["baseline", "create"])
    ran = checked(fresh, installed, {}, baseline="dockerlint-baseline.json")
    assert (ran.code, ran.outputs["findings"]) == (0, "0")


def test_bad_usage_has_no_number_of_findings(fresh: Runner, installed: Ran) -> None:
    ran = checked(fresh, installed, {"Dockerfile": CLEAN}, profile="stict")
    assert (ran.code, ran.outputs) == (2, {"exit-code": "2"})
    assert "stict" in ran.log


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", sorted(ACTION["inputs"].keys() - {"version", "working-directory"}))
def test_inputs_are_never_run(name: str, text: str, fresh: Runner, installed: Ran) -> None:
    ran = checked(fresh, installed, {"app/Dockerfile": FAULTY}, **{name: text})
    written = {text} if name == "sarif-file" else set()
    assert {path.name for path in fresh.workspace.iterdir()} <= {"app", *written}
    assert ran.code == int(ran.outputs["exit-code"])
    # Only what stands in `args` may be an option.
    assert ran.code > 0 or (name, text) in {("args", "--exit-zero"), ("args", "-h")}, ran.log


def test_neither_the_workspace_nor_pythonpath_brings_code(fresh: Runner, installed: Ran) -> None:
    trap = "open('/'.join(__file__.split('/')[:-1]) + '/x', 'w')\n"
    modules = ("venv", "pip", "json", "click", "dockerlint", "sitecustomize")
    lay_out({"Dockerfile": CLEAN, **{f"{name}.py": trap for name in modules}}, fresh.workspace)
    environment = {"PYTHONPATH": str(fresh.workspace)}
    assert fresh.run(INSTALL, {}, {}, environment).code == 0
    assert checked(fresh, installed, {}, environment).code == 0
    assert not (fresh.workspace / "x").exists()


def git(folder: Path, *arguments: str) -> str:
    settings = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "PATH": "/usr/bin:/bin"}
    names = {f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, env={**settings, **names}, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def pull_request(fresh: Runner, tmp_path: Path) -> dict[str, str]:
    """A shallow clone of a branch, as actions/checkout makes it; its own revision and that of main."""
    lay_out({"Dockerfile": FAULTY}, tmp_path)
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=a")
    git(tmp_path, "switch", "--quiet", "--create=feature")
    lay_out({"Dockerfile": f"{FAULTY}MAINTAINER me\n"}, tmp_path)
    git(tmp_path, "commit", "--quiet", "--all", "--message=b")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{tmp_path}", str(fresh.workspace))
    git(fresh.workspace, "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
    return {name: git(tmp_path, "rev-parse", name) for name in ("main", "feature")}


@pytest.mark.parametrize(
    ("base", "rules"),
    [
        ("{main}", ["maintainer"]),
        ("origin/main", ["maintainer"]),
        ("{feature}", []),
        ("HEAD", []),
        ("", ["expose-host-port", "maintainer"]),
        ("0" * 40, ["expose-host-port", "maintainer"]),
    ],
)
def test_pull_requests_show_what_they_bring(
    base: str, rules: list[str], fresh: Runner, installed: Ran, pull_request: dict[str, str]
) -> None:
    ran = checked(fresh, installed, {}, diff_base=base.format(**pull_request))
    assert sorted(re.findall(r"title=([\w-]+)", ran.log)) == rules, ran.log


def test_a_revision_that_is_nowhere_is_told(fresh: Runner, installed: Ran, pull_request: dict[str, str]) -> None:
    ran = checked(fresh, installed, {}, diff_base="no-such-branch")
    assert (ran.code, ran.outputs) == (2, {"exit-code": "2"})
    assert "`no-such-branch` is no revision" in ran.log
