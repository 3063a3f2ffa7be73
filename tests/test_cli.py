"""The command line: exit codes, options, formats, and bad input."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dockerlint.cli.main import cli
from tests.harness import inside, lay_out

ROOT = {"Dockerfile": 'FROM python:3.13-slim\nCMD ["gunicorn", "-b", ":80", "app:app"]\n'}
CLEAN = {"Dockerfile": 'FROM python:3.13-slim\nUSER 1000\nCMD ["python", "app.py"]\n'}
DAY = ("--as-of", "2026-11-23")


def invoke(folder: Path, *arguments: str, files: dict[str, str] | None = None, stdin: str | bytes = "") -> Result:
    lay_out(files or {}, folder)
    with inside(folder):
        return CliRunner().invoke(cli, arguments, input=stdin)


def report(folder: Path, *arguments: str, files: dict[str, str] | None = None, stdin: str | bytes = "") -> Any:
    result = invoke(folder, "check", "--format", "json", *DAY, *arguments, files=files, stdin=stdin)
    assert "Traceback" not in result.output
    return json.loads(result.stdout)


def rules_in(document: Any) -> list[str]:
    return [finding["rule"] for finding in document["findings"]]


@pytest.mark.parametrize(
    ("files", "options", "code"),
    [
        (CLEAN, (), 0),
        (ROOT, (), 1),
        (ROOT, ("--exit-zero",), 0),
        (ROOT, ("--fail-on", "error"), 0),
        (ROOT, ("--fail-on", "never"), 0),
        (ROOT, ("--ignore", "missing-user"), 0),
        (ROOT, ("--ignore", "CKV_DOCKER_3"), 0),
        (ROOT, ("--ignore", "user"), 0),
        (ROOT, ("--select", "base_image"), 0),
        ({"Dockerfile": "FROM a b c d\n"}, ("--exit-zero",), 2),
        ({}, (), 0),
        ({}, ("no-such-file",), 2),
    ],
)
def test_exit_code(files: dict[str, str], options: tuple[str, ...], code: int, tmp_path: Path) -> None:
    assert invoke(tmp_path, "check", *DAY, *options, files=files).exit_code == code


@pytest.mark.parametrize("options", [("--select", "mising-user"), ("--ignore", "DL9999"), ("--format", "xml")])
def test_bad_usage_exits_with_two_and_says_why(options: tuple[str, ...], tmp_path: Path) -> None:
    result = invoke(tmp_path, "check", *options, files=ROOT)
    assert result.exit_code == 2
    assert "Error" in result.stderr


def test_unknown_rule_is_answered_with_the_nearest(tmp_path: Path) -> None:
    assert "did you mean `missing-user`" in invoke(tmp_path, "check", "--select", "mising-user").stderr


@pytest.mark.parametrize("code", ["DS-0002", "DS002", "AVD-DS-0002", "ds-0002"])
def test_codes_are_known_in_all_their_spellings(code: str, tmp_path: Path) -> None:
    assert rules_in(report(tmp_path, "--select", code, files=ROOT)) == ["missing-user"]


def test_nothing_to_check_is_said(tmp_path: Path) -> None:
    assert "no Dockerfile and no Compose file" in invoke(tmp_path, "check").stderr


def test_standard_input_is_checked_under_a_name(tmp_path: Path) -> None:
    document = report(tmp_path, "-", "--stdin-filename", "sub/Dockerfile", stdin=ROOT["Dockerfile"])
    assert [(item["rule"], item["path"]) for item in document["findings"]] == [("missing-user", "sub/Dockerfile")]


def test_standard_input_without_a_name_is_a_dockerfile(tmp_path: Path) -> None:
    assert rules_in(report(tmp_path, "-", stdin=ROOT["Dockerfile"])) == ["missing-user"]


def test_output_file_is_written_whole(tmp_path: Path) -> None:
    result = invoke(tmp_path, "check", *DAY, "--format", "json", "-o", "out.json", files=ROOT)
    assert result.stdout == ""
    assert rules_in(json.loads((tmp_path / "out.json").read_text())) == ["missing-user"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Dockerfile", "out.json"]


def test_concise_format_has_one_line_for_each_finding(tmp_path: Path) -> None:
    lines = invoke(tmp_path, "check", *DAY, "--format", "concise", files=ROOT).stdout.splitlines()
    assert lines[0].startswith("Dockerfile:1:6: warning[missing-user] ")
    assert lines[-1] == "Found 1 warning in 1 file."


def test_min_severity_hides_the_rest(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM python:slim\n"}
    assert rules_in(report(tmp_path, files=files)) == ["floating-tag"]
    assert rules_in(report(tmp_path, "--min-severity", "warning")) == []


@pytest.mark.parametrize(
    ("options", "environment", "is_coloured"),
    [
        ((), {}, False),
        (("--color", "always"), {}, True),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_only_where_wanted(
    options: tuple[str, ...], environment: dict[str, str], is_coloured: bool, tmp_path: Path
) -> None:
    lay_out(ROOT, tmp_path)
    with inside(tmp_path):
        result = CliRunner().invoke(
            cli, ["check", *DAY, *options], env={"NO_COLOR": None, "FORCE_COLOR": None, **environment}
        )
    assert ("\x1b[" in result.output) is is_coloured


def test_terminal_report_marks_the_words(tmp_path: Path) -> None:
    lines = invoke(tmp_path, "check", *DAY, files=ROOT).stdout.splitlines()
    assert "1 | FROM python:3.13-slim" in lines
    assert "  |      ^^^^^^^^^^^^^^^^" in lines


def test_control_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM python\x1b[31m:latest\u202e\nUSER \x07root\n"}
    output = invoke(tmp_path, "check", *DAY, files=files).output
    assert "\x1b" not in output
    assert "\u202e" not in output
    assert "\x07" not in output


@pytest.mark.parametrize(
    ("name", "data", "place", "words"),
    [
        ("Dockerfile", b"FROM a\nRUN \x00\n", (2, 5), "binary"),
        ("compose.yaml", b"", (1, 1), "empty"),
        ("compose.yaml", b"services:\n\ta: b\n", (2, 1), ""),
        ("compose.yaml", b"services:\n  a: [\n", (2, 7), ""),
    ],
)
def test_bad_input_gets_a_clear_error_and_the_others_are_checked(
    name: str, data: bytes, place: tuple[int, int], words: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    document = report(tmp_path, files={"other/Dockerfile": ROOT["Dockerfile"]})
    (problem,) = document["errors"]
    assert (problem["path"], problem["line"], problem["column"]) == (name, *place)
    assert words in problem["message"]
    assert "missing-user" in rules_in(document)
    assert invoke(tmp_path, "check").exit_code == 2


@pytest.mark.parametrize(
    ("name", "data", "place", "words"),
    [
        ("Dockerfile", b"", (1, 1), "empty"),
        ("Dockerfile", b"FROM a\nRUM x\n", (2, 1), "RUN"),
        ("Dockerfile", b"FROM a\nRUN <<EOF\nx\n", (2, 5), "never closed"),
        ("Dockerfile", b"FROM a\nRUN " + b"x" * 10_000_000, (2, 1), "longer"),
        ("Dockerfile", b"FROM a\nRUN\xa0x\n", (2, 1), "no instruction"),
        ("Dockerfile", b"FROM \xff\xfe\n", (1, 6), "no image name"),
        ("compose.yaml", b"- a\n- b\n", (1, 1), "list"),
        ("compose.yaml", b"services:\n  a: {image: 'b:1'}\n  a: {image: 'b:1'}\n", (3, 3), "twice"),
        ("compose.yaml", b"services:\n  a: {image: 'b:1', user: 0}\n", (2, 27), "must be text"),
    ],
)
def test_what_docker_refuses_is_a_finding_and_the_others_are_checked(
    name: str, data: bytes, place: tuple[int, int], words: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    document = report(tmp_path, files={"other/Dockerfile": ROOT["Dockerfile"]})
    (refusal,) = [item for item in document["findings"] if item["path"] == name and item["severity"] == "error"]
    assert (refusal["line"], refusal["column"]) == place
    assert words in refusal["message"]
    assert "missing-user" in rules_in(document)
    assert document["errors"] == []
    assert document["summary"]["refused"] == 1
    assert invoke(tmp_path, "check").exit_code == 2


def test_refusals_are_reported_whatever_is_selected_unless_ignored(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM alpine:3.22\nUSER 1000\nCOPY x\n"}
    assert rules_in(report(tmp_path, "--select", "user", files=files)) == ["syntax-error"]
    assert invoke(tmp_path, "check", *DAY, "--ignore", "syntax-error", files=files).exit_code == 0


def test_folder_called_dockerfile_is_walked_not_read(tmp_path: Path) -> None:
    document = report(tmp_path, files={"Dockerfile/Dockerfile": ROOT["Dockerfile"]})
    assert [finding["path"] for finding in document["findings"]] == ["Dockerfile/Dockerfile"]


def test_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").symlink_to("nowhere")
    assert [problem["path"] for problem in report(tmp_path, files={})["errors"]] == ["Dockerfile"]


def test_json_report_keeps_the_contract(tmp_path: Path) -> None:
    document = report(tmp_path, files={"Dockerfile": 'FROM node:24-slim\nCMD ["node", "app.js"]\n'})
    assert document["version"] == 1
    assert document["tool"]["name"] == "dockerlint"
    assert document["summary"] == {
        "files": 1,
        "findings": {"error": 0, "warning": 1, "info": 0},
        "errors": 0,
        "refused": 0,
        "ignored": 0,
        "known": 0,
    }
    (finding,) = document["findings"]
    assert {key: finding[key] for key in ("rule", "severity", "path", "line", "column", "end_line", "end_column")} == {
        "rule": "missing-user", "severity": "warning", "path": "Dockerfile",
        "line": 1, "column": 6, "end_line": 1, "end_column": 18,
    }  # fmt: skip
    assert "CKV_DOCKER_3" in finding["aliases"]
    assert finding["fix"]["safety"] == "unsafe"
    assert finding["fix"]["edits"] == [
        {"path": "Dockerfile", "line": 2, "column": 1, "end_line": 2, "end_column": 1, "replacement": "USER node\n"}
    ]
    assert set(finding) == {
        "rule", "aliases", "severity", "message", "help", "path", "line", "column", "end_line", "end_column", "fix",
        "risk", "fingerprint", "url",
    }  # fmt: skip


def test_fingerprints_survive_moved_lines(tmp_path: Path) -> None:
    first = report(tmp_path, files=ROOT)
    second = report(tmp_path, files={"Dockerfile": "# moved\n\n" + ROOT["Dockerfile"]})
    assert [item["fingerprint"] for item in first["findings"]] == [item["fingerprint"] for item in second["findings"]]


def test_parse_prints_one_document_a_file(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM a AS B\nRUN --mount=type=cache,target=/x pip install 'x y'\n",
        "compose.yaml": "services:\n  a:\n    image: b\n",
    }
    result = invoke(tmp_path, "parse", "--format", "json", "Dockerfile", "compose.yaml", files=files)
    dockerfile, compose = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 0
    assert (dockerfile["kind"], dockerfile["error"]) == ("dockerfile", None)
    run = dockerfile["instructions"][1]
    assert {key: run[key] for key in ("instruction", "start", "end", "flags", "exec_form", "heredocs")} == {
        "instruction": "RUN", "start": 2, "end": 2, "flags": ["--mount=type=cache,target=/x"], "exec_form": False, "heredocs": 0,
    }  # fmt: skip
    words = run["commands"][0]["words"]
    assert words[-1] == {"text": "x y", "line": 2, "column": 46, "end_line": 2, "end_column": 51, "literal": True}
    assert dockerfile["stages"][0]["name"] == "b"
    assert compose["config"]["services"]["a"]["image"] == "b"


def test_parse_says_what_is_wrong(tmp_path: Path) -> None:
    result = invoke(tmp_path, "parse", "--format", "json", "Dockerfile", files={"Dockerfile": "FROM a\nRUM b\n"})
    assert result.exit_code == 2
    error = json.loads(result.stdout)["error"]
    assert (error["line"], error["column"]) == (2, 1)


def test_parse_prints_text_for_people(tmp_path: Path) -> None:
    output = invoke(tmp_path, "parse", "Dockerfile", files=CLEAN).stdout
    assert "USER 1000" in output


def test_rule_page_and_list(tmp_path: Path) -> None:
    page = invoke(tmp_path, "rule", "missing-user").stdout
    assert page.startswith("# missing-user")
    assert "CKV_DOCKER_3" in page
    assert "missing-user" in invoke(tmp_path, "rules").stdout
    assert invoke(tmp_path, "rule", "DL3002").stdout.startswith("# root-user")
    assert invoke(tmp_path, "rule", "nothing-like-it").exit_code == 2


def test_module_does_not_import_from_the_folder_it_checks(tmp_path: Path) -> None:
    lay_out({**CLEAN, "click.py": "raise SystemExit('imported from the repository')", "rich.py": "1 / 0"}, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "dockerlint", "check", "."], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_many_files_give_the_same_as_each_alone(tmp_path: Path) -> None:
    files = {f"d{number:03}/Dockerfile": ROOT["Dockerfile"] for number in range(70)}
    document = report(tmp_path, files=files)
    assert [finding["path"] for finding in document["findings"]] == sorted(files)


def test_interrupted_run_says_neither_clean_nor_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dockerlint.cli.checking.check_groups", interrupt)
    assert invoke(tmp_path, "check", files=ROOT).exit_code == 130


TWO_STAGES = {
    "Dockerfile": "ARG BASE=alpine:3.22\nFROM $BASE AS app\nUSER app\nFROM app AS debug\nUSER root\nCMD sh x\n"
}


def test_target_is_what_ships(tmp_path: Path) -> None:
    assert "root-user" in rules_in(report(tmp_path, files=TWO_STAGES))
    assert "root-user" not in rules_in(report(tmp_path, "--target", "app"))
    assert "broken-stage-reference" in rules_in(report(tmp_path, "--target", "ap"))


def parsed(tmp_path: Path, *options: str, files: dict[str, str]) -> dict[str, Any]:
    result = invoke(tmp_path, "parse", "--format", "json", *options, "Dockerfile", files=files)
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_build_arguments_are_what_a_build_is_given(tmp_path: Path) -> None:
    given = parsed(tmp_path, "--build-arg", "BASE=debian:13", files=TWO_STAGES)
    assert [stage["image"] for stage in given["stages"]] == ["debian:13", "app"]
    assert given["arguments"] == {"BASE": "debian:13"}


def test_build_argument_without_value_is_the_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASE", "busybox:1.37")
    assert parsed(tmp_path, "--build-arg", "BASE", files=TWO_STAGES)["stages"][0]["image"] == "busybox:1.37"
    monkeypatch.delenv("BASE")
    assert parsed(tmp_path, "--build-arg", "BASE", files=TWO_STAGES)["stages"][0]["image"] == "alpine:3.22"
    assert invoke(tmp_path, "parse", "--build-arg", "=x", "Dockerfile").exit_code == 2


def test_parse_tells_what_docker_stops_with_and_all_else_that_is_wrong(tmp_path: Path) -> None:
    document = parsed(tmp_path, files={"Dockerfile": "FROM A\nEXPOSE 99999\nENV B\n"})
    assert (document["error"]["line"], [error["line"] for error in document["errors"]]) == (3, [1, 2, 3])
    assert invoke(tmp_path, "parse", "Dockerfile").stdout.count("  error ") == 3


OVERRIDDEN = {
    "compose.yaml": "services:\n  a:\n    image: b\n",
    "compose.override.yaml": "services:\n  a:\n    tty: true\n",
}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [(["."], [("compose.yaml", True)]), (["compose.yaml"], [("compose.yaml", None)])],
)
def test_parse_reads_a_folder_as_compose_does(
    tmp_path: Path, paths: list[str], expected: list[tuple[str, bool | None]]
) -> None:
    result = invoke(tmp_path, "parse", "--format", "json", *paths, files=OVERRIDDEN)
    models = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(model["path"], model["config"]["services"]["a"].get("tty")) for model in models] == expected


def test_what_an_override_brings_is_told_once_and_where_it_stands(tmp_path: Path) -> None:
    files = {**OVERRIDDEN, "compose.override.yaml": "services:\n  a:\n    privileged: true\n"}
    result = invoke(tmp_path, "check", "--format", "json", "--select", "privileged-service", ".", files=files)
    (finding,) = json.loads(result.stdout)["findings"]
    assert (finding["path"], finding["line"]) == ("compose.override.yaml", 3)


def test_a_file_that_is_laid_onto_the_base_is_judged_with_it_and_told_alone(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    image: b:1\n    privileged: true\n",
        "compose.prod.yaml": "services:\n  a:\n    networks: [back]\n",
    }
    result = invoke(tmp_path, "check", "--format", "json", "compose.prod.yaml", files=files)
    found = [(finding["rule"], finding["path"]) for finding in json.loads(result.stdout)["findings"]]
    assert found == [("undefined-reference", "compose.prod.yaml")]


def test_version_tells_how_old_the_facts_are(tmp_path: Path) -> None:
    result = invoke(tmp_path, "--version")
    assert re.fullmatch(r"dockerlint \d+\.\d+\.\d+ \(facts about images of \d{4}-\d\d-\d\d\)\n", result.stdout)
    assert result.exit_code == 0
