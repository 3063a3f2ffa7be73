"""The files that settings name: where reports go, which baseline holds, and what no project may have written."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dockerlint.cli.main import cli
from tests.harness import AS_OF, inside, lay_out

ROOTED = 'FROM python:3.13-slim\nCMD ["python", "app.py"]\n'  # missing-user
PORTS = "FROM alpine:3.22\nEXPOSE 1:1\nEXPOSE 2:2\n"


def run(
    folder: Path,
    *arguments: str,
    files: dict[str, str] | None = None,
    env: dict[str, str] | None = None,
    start: str = ".",
) -> Result:
    lay_out({".git/HEAD": "", "Dockerfile": ROOTED, **(files or {})}, folder)
    with inside(folder / start):
        result = CliRunner().invoke(cli, [*arguments, "--as-of", str(AS_OF)], env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def is_json(text: str) -> bool:
    return text.startswith("{")


@pytest.mark.parametrize(
    ("setting", "options", "env", "form"),
    [
        ("", (), {}, "full"),
        ('format = "json"', (), {}, "json"),
        ('format = ["json"]', (), {}, "json"),
        ('format = "json"', (), {"DOCKERLINT_FORMAT": "full"}, "full"),
        ('format = "json"', ("--format", "full"), {}, "full"),
        ('format = "json"', ("--isolated",), {}, "full"),
        ('format = "full"', ("--config", 'format = "json"'), {"DOCKERLINT_FORMAT": "full"}, "json"),
        ("", (), {"DOCKERLINT_FORMAT": "json,concise=out.txt"}, "json"),
    ],
)
def test_format_is_said_by_the_nearest(
    setting: str, options: tuple[str, ...], env: dict[str, str], form: str, tmp_path: Path
) -> None:
    result = run(tmp_path, "check", *options, files={"dockerlint.toml": setting}, env=env)
    assert is_json(result.stdout) is (form == "json")


def test_format_is_that_of_the_current_folder_and_its_files_lie_beside_the_settings(tmp_path: Path) -> None:
    files = {
        "dockerlint.toml": 'format = ["concise", "json=reports/out.json"]',
        "reports/x": "",
        "a/b/Dockerfile": ROOTED,
        "c/Dockerfile": ROOTED,
        "c/dockerlint.toml": 'format = "json"',
    }
    assert run(tmp_path, "check", ".", "../../c", files=files, start="a/b").stdout.startswith("../../c/Dockerfile:1:6")
    assert json.loads((tmp_path / "reports" / "out.json").read_text())["summary"]["files"] == 2
    assert is_json(run(tmp_path, "check", start="c").stdout)


def test_output_file_is_for_the_report_of_the_settings_that_has_none(tmp_path: Path) -> None:
    result = run(tmp_path, "check", "-o", "out.txt", files={"dockerlint.toml": 'format = ["concise", "json=out.json"]'})
    assert (result.exit_code, result.stdout) == (1, "")
    assert (tmp_path / "out.txt").read_text().startswith("Dockerfile:1:6")
    refused = run(tmp_path, "check", "-o", "out.txt", files={"dockerlint.toml": 'format = "json=out.json"'})
    assert "every report of dockerlint.toml:1:1 names its own file already" in refused.stderr


def test_settings_are_shown_as_asked_whatever_the_reports_are(tmp_path: Path) -> None:
    files = {"dockerlint.toml": 'format = ["json", "sarif=a.sarif"]\nbaseline = "known.json"'}
    shown = run(tmp_path, "check", "--show-settings", files=files).stdout
    assert 'format = ["json", "sarif=a.sarif"]  # dockerlint.toml:1:1\n' in shown
    assert 'baseline = "known.json"  # dockerlint.toml:2:1\n' in shown
    assert is_json(run(tmp_path, "check", "--show-files", "--format", "json").stdout)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('format = "jsn"', "dockerlint.toml:1:1: `format` is a format or a list"),
        ('format = "jsn"', "no format is called `jsn`; did you mean `json`?"),
        ('format = [\n  "full",\n  "json=",\n]', "dockerlint.toml:3:3: "),
        ("format = []", "dockerlint.toml:1:1: "),
        ('format = ["json", "full"]', "dockerlint.toml:1:1: only one report can go to standard output"),
        ('format = ["full",\n"json=../x.json"]', "dockerlint.toml:2:1: `format`: `../x.json` leads out of the project"),
        ('format = "json=/etc/x.json"', "`/etc/x.json` leads out of the project"),
        ('format = "json=link/x.json"', "`link/x.json` leads out of the project"),
        ('format = "json=link.json"', "`link.json` leads out of the project"),
        ('format = "concise=.git/x.txt"', "`.git/x.txt` lies in a folder of git"),
        ('format = "concise=a/../.GIT/x.txt"', "lies in a folder of git"),
        ('format = "concise=.venv/bin/activate"', "`.venv/bin/activate` has none of the endings"),
        ('format = "concise=tool.txt"', "`tool.txt` has none of the endings"),
        ('baseline = "../known.json"', "dockerlint.toml:1:1: `baseline`: `../known.json` leads out of the project"),
        ('baseline = "known.txt"', "`known.txt` has none of the endings that a file of settings may name: .json"),
        ("baseline = true", "`baseline` is the name of a file"),
        ('extend = "a/base.toml"', "a/base.toml:1:1: `format`: `../../x.json` leads out of the project"),
    ],
)  # fmt: skip
def test_nothing_is_written_out_of_the_project(text: str, message: str, tmp_path: Path) -> None:
    project = tmp_path / "project"
    files = {"a/base.toml": 'format = "json=../../x.json"', "tool": "", "dockerlint.toml": text}
    lay_out({"out/there": "", **{f"project/{name}": one for name, one in files.items()}}, tmp_path)
    (project / "link").symlink_to("../out")
    (project / "link.json").symlink_to("../out/there")
    (project / "tool.txt").symlink_to("tool")
    before = sorted(tmp_path.rglob("*"))
    result = run(project, "check")
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert [
        path for path in sorted(tmp_path.rglob("*")) if path not in before and path.is_relative_to(tmp_path / "out")
    ] == []
    assert (tmp_path / "out" / "there").read_text() == ""


def test_what_a_user_names_may_lie_anywhere(tmp_path: Path) -> None:
    project = tmp_path / "project"
    assert run(project, "check", "--config", 'format = "json=../report"').exit_code == 1
    assert is_json((tmp_path / "report").read_text())


# Baselines


def test_baseline_of_the_settings_is_that_of_all_commands(tmp_path: Path) -> None:
    files = {"dockerlint.toml": 'baseline = "known.json"', "api/Dockerfile": PORTS}
    missing = run(tmp_path, "check", files=files)
    assert (missing.exit_code, "`dockerlint baseline create` writes one" in missing.stderr) == (2, True)
    assert "to ../known.json." in run(tmp_path, "baseline", "create", "..", start="api").stderr
    assert run(tmp_path, "check").exit_code == 0
    assert run(tmp_path, "check", start="api").exit_code == 0
    assert run(tmp_path, "baseline", "check").exit_code == 0
    assert run(tmp_path, "check", "--no-baseline").exit_code == 1
    assert run(tmp_path, "check", "--isolated").exit_code == 1
    new = run(tmp_path, "check", "--format", "json", files={"api/Dockerfile": PORTS + "EXPOSE 3:3\n"})
    assert [one["line"] for one in json.loads(new.stdout)["findings"]] == [4]
    assert json.loads(run(tmp_path, "audit", "--format", "json").stdout)["risk"]["points"] > 0
    assert "mended" in run(tmp_path, "baseline", "update", files={"api/Dockerfile": "FROM alpine:3.22\n"}).stderr


def test_each_file_of_settings_has_a_baseline_of_its_own(tmp_path: Path) -> None:
    files = {
        "dockerlint.toml": 'baseline = "known.json"\nselect = ["missing-user", "expose-host-port"]',
        "a/dockerlint.toml": 'extend = "../dockerlint.toml"\nbaseline = "known.json"',
        "a/Dockerfile": PORTS,
        "b/dockerlint.toml": 'extend = "../dockerlint.toml"\nfail-on = "error"',
        "b/Dockerfile": PORTS,
        "c/dockerlint.toml": 'select = ["expose-host-port"]',
        "c/Dockerfile": PORTS,
    }
    run(tmp_path, "baseline", "create", ".", files=files)
    paths = {
        name: [one["path"] for one in json.loads((tmp_path / name).read_text())["findings"]]
        for name in ("known.json", "a/known.json", "dockerlint-baseline.json")
    }
    assert paths == {
        "known.json": ["Dockerfile", "b/Dockerfile", "b/Dockerfile"],
        "a/known.json": ["Dockerfile", "Dockerfile"],
        "dockerlint-baseline.json": ["c/Dockerfile", "c/Dockerfile"],
    }
    # No settings name one for c.
    assert run(tmp_path, "check", "--format", "concise").stdout.count("c/Dockerfile:") == 2
    assert run(tmp_path, "check", "a", "b", "Dockerfile").exit_code == 0
    assert run(tmp_path, "baseline", "check").exit_code == 0
    again = run(tmp_path, "baseline", "update", files={"a/Dockerfile": "FROM alpine:3.22\n"})
    assert "Wrote 0 findings to a/known.json." in again.stderr
    assert again.stderr.count("Wrote") == 1


def test_baseline_of_the_command_line_holds_for_all(tmp_path: Path) -> None:
    files = {"a/dockerlint.toml": 'baseline = "known.json"', "a/Dockerfile": PORTS}
    run(tmp_path, "baseline", "create", "--file", "all.json", files=files)
    assert run(tmp_path, "check", "--baseline", "all.json").exit_code == 0
    assert run(tmp_path, "check", env={"DOCKERLINT_BASELINE": "all.json"}).exit_code == 0
    assert not (tmp_path / "a" / "known.json").exists()
