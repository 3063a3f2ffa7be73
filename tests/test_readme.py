"""What the README shows is what is printed."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from dockerlint import __version__
from dockerlint.cli.main import cli
from dockerlint.lint.audit import Project, checklist
from dockerlint.lint.registry import COMPOSE_CHAPTERS, DOCKERFILE_CHAPTERS
from tests.harness import inside, lay_out
from tests.runner import ACTION

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
DOCS = (ROOT / "docs" / "context.md").read_text("utf-8")

# The project whose context is shown.
SHOP = {
    "compose.yaml": "services:\n  web:\n    build: .\n",
    "Dockerfile": "FROM python:3.13-slim\nWORKDIR /srv\nCOPY requirements.txt .\n"
    'RUN pip install -r requirements.txt\nCOPY . .\nUSER nobody\nCMD ["gunicorn", "shop:app"]\n',
    ".dockerignore": ".venv\n**/*.pyc\n",
    ".git/objects/pack/pack-1.pack (38 MB)": "",
    ".venv/lib/django.py (21 MB)": "",
    ".env": "DATABASE_PASSWORD=Zk3nR8vQ2x\n",
    "requirements.txt": "django\n",
    "shop/app.py": "print()\n" * 4000,
    "shop/static/logo.png (2 MB)": "",
    "logs/access.log (9 MB)": "",
}


def block(name: str, text: str = README) -> str:
    found = re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_finding_shown_is_one_of_the_golden_report() -> None:
    assert block("finding") in (ROOT / "fixtures" / "tutorial" / "expected.txt").read_text("utf-8")


def test_commands_of_adoption_do_what_is_said(tmp_path: Path) -> None:
    text = 'FROM alpine:3.22\nUSER 1000\nEXPOSE 80:80\nCMD ["a"]\n'
    (tmp_path / "Dockerfile").write_text(text)
    results = []
    for line in block("adoption").splitlines():
        program, *arguments = shlex.split(line, comments=True)
        assert program == "dockerlint"
        with inside(tmp_path):
            results.append(CliRunner().invoke(cli, arguments))
    assert [result.exit_code for result in results] == [0] * len(results)
    assert "1 known to the baseline" in results[3].output
    comment = "# dockerlint: ignore[expose-host-port] as of the migration\n"
    assert (tmp_path / "Dockerfile").read_text() == text.replace("EXPOSE", f"{comment}EXPOSE")
    assert "expose-host-port" in results[5].output


def test_commands_of_fixes_do_what_is_said(tmp_path: Path) -> None:
    text = 'FROM alpine:3.22\nMAINTAINER me\nUSER 1000\nEXPOSE 80:80\nCMD ["a"]\n'
    mended = text.replace("80:80", "80").replace("MAINTAINER me", 'LABEL org.opencontainers.image.authors="me"')
    results = []
    for line in block("fixes").splitlines():
        program, *arguments = shlex.split(line, comments=True)
        assert program == "dockerlint"
        (tmp_path / "Dockerfile").write_text(text)
        with inside(tmp_path):
            code = CliRunner().invoke(cli, [*arguments, "--select", "maintainer,expose-host-port"]).exit_code
        results.append((code, (tmp_path / "Dockerfile").read_text()))
    kept = text.replace("80:80", "80")
    assert results == [(1, text), (0, mended), (0, mended), (0, kept)]


def test_families_shown_are_all_there_are() -> None:
    table = README.partition("## What it finds")[2].partition("##")[0]
    named = re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `")))
    assert sorted(named) == sorted((*DOCKERFILE_CHAPTERS, *COMPOSE_CHAPTERS))


def test_commands_stand_on_the_first_screen() -> None:
    first = README.splitlines()[:24]
    assert block("example").strip() in first
    assert block("tests").strip() in first


def test_number_of_items_of_the_checklist_is_right() -> None:
    answers = checklist(Project((), (), (), ()))
    assert f"The checklist has {len(answers)} items" in README
    assert all(title in {answer.title for answer in answers} for title in re.findall(r'"(C[a-zA-Z\' ]+)"', README))


def shown(folder: Path, *arguments: str) -> str:
    lay_out(SHOP, folder)
    with inside(folder):
        return CliRunner().invoke(cli, ["context", *arguments]).stdout


def test_context_shown_is_what_is_printed(tmp_path: Path) -> None:
    assert block("context") == shown(tmp_path, "--limit", "6")


def test_context_in_json_is_what_is_printed(tmp_path: Path) -> None:
    assert json.loads(block("json", DOCS)) == json.loads(shown(tmp_path, "--limit", "2", "--format", "json"))


@pytest.mark.parametrize("line", re.findall(r"^dockerlint (context.*?) *#", README, re.MULTILINE))
def test_commands_about_contexts_are_taken(line: str, tmp_path: Path) -> None:
    lay_out(SHOP | {"api/Dockerfile": "FROM scratch\n", "docker/Dockerfile": "FROM scratch\n"}, tmp_path)
    with inside(tmp_path):
        result = CliRunner().invoke(cli, line.split())
    missing = "--write-ignore" in line and "--force" not in line
    assert (result.exit_code, "Error" in result.output) == (1 if missing else 0, False)


def test_the_rule_of_ones_own_does_what_its_samples_say(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(block("custom rule"), "utf-8")
    with inside(tmp_path):
        result = CliRunner().invoke(cli, ["test-rules", "rules.yaml"])
    assert (result.exit_code, result.output[:2]) == (0, "ok")


def test_commands_with_rules_of_ones_own_run() -> None:
    check, test = (shlex.split(line, comments=True)[1:] for line in block("custom rules").splitlines())
    with inside(ROOT):
        assert "[acme-labels]" in CliRunner().invoke(cli, check).output
        assert CliRunner().invoke(cli, test).exit_code == 0


def checked(text: str, folder: Path, *command: str) -> Any:
    """What a block of YAML says, if a program that knows its kind takes it."""
    (folder / "file.yml").write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", *command, "file.yml"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return yaml.safe_load(text)


OF_WORKFLOWS = ("check_jsonschema", "--builtin-schema", "vendor.github-workflows")


def test_hooks_shown_are_those_there_are(tmp_path: Path) -> None:
    (repository,) = checked(block("pre-commit"), tmp_path, "pre_commit", "validate-config")["repos"]
    assert repository["rev"] == f"v{__version__}"
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert set(re.findall(r"- id: ([\w-]+)", block("pre-commit"))) <= hooks


def test_workflow_shown_uses_the_action_as_it_is(tmp_path: Path) -> None:
    workflow = checked(block("workflow"), tmp_path, *OF_WORKFLOWS)
    (step,) = [one for one in workflow["jobs"]["dockerlint"]["steps"] if one["uses"].startswith("dockerlint/")]
    assert step["uses"] == f"dockerlint/dockerlint@v{__version__}"
    assert step["with"].keys() <= ACTION["inputs"].keys()
    told = README.partition("All inputs are optional")[2].partition("[action.yml]")[0]
    assert set(re.findall(r"`([\w-]+)`", told)) == {*ACTION["inputs"], *ACTION["outputs"]}


def test_steps_shown_without_the_action_are_a_workflow(tmp_path: Path) -> None:
    head = block("workflow").partition("      - uses: dockerlint/")[0]
    steps = checked(head + block("pip"), tmp_path, *OF_WORKFLOWS)["jobs"]["dockerlint"]["steps"]
    program, *arguments = shlex.split(steps[-1]["run"])
    lay_out({"Dockerfile": 'FROM alpine:3.22\nUSER 1000\nCMD ["a"]\n'}, tmp_path)
    with inside(tmp_path):
        assert (program, CliRunner().invoke(cli, arguments).exit_code) == ("dockerlint", 0)


def test_component_shown_has_the_inputs_that_are_told(tmp_path: Path) -> None:
    (shown,) = checked(block("gitlab"), tmp_path, "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci")["include"]
    header = (ROOT / "templates" / "dockerlint.yml").read_text("utf-8").partition("\n---\n")[0]
    inputs = yaml.safe_load(header)["spec"]["inputs"].keys()
    assert shown["component"].endswith(f"/dockerlint@v{__version__}")
    assert shown["inputs"].keys() <= inputs
    told = README.partition("Inputs are")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([\w-]+)`", told)) == inputs


@pytest.mark.parametrize("line", re.findall(r"\(dockerlint (completion \w+)\)", README))
def test_scripts_for_shells_are_there(line: str) -> None:
    assert CliRunner().invoke(cli, line.split()).exit_code == 0
