"""Where reports go: several at once, into files whole or not at all, and into the summary of a workflow's step."""

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import Result

from tests.test_cli import DAY, ROOT, invoke, report


def check(folder: Path, *options: str) -> Result:
    return invoke(folder, "check", *DAY, *options, files=ROOT)


def test_several_reports_are_written_at_once(tmp_path: Path) -> None:
    forms = ("--format", "sarif=out.sarif", "--format", "concise", "--format", "json=out.json")
    result = check(tmp_path, *forms)
    assert result.exit_code == 1
    assert result.stdout == check(tmp_path, "--format", "concise").stdout
    assert json.loads((tmp_path / "out.json").read_text()) == report(tmp_path)
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"


def test_nothing_is_printed_where_every_report_has_a_file(tmp_path: Path) -> None:
    assert check(tmp_path, "--format", "json=out.json").stdout == ""


def test_output_file_is_that_of_the_report_without_one(tmp_path: Path) -> None:
    result = check(tmp_path, "--format", "json=out.json", "--format", "concise", "-o", "out.txt")
    assert result.stdout == ""
    assert (tmp_path / "out.txt").read_text().startswith("Dockerfile:1:6: warning[missing-user]")


def test_formats_of_the_environment_count_unless_others_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKERLINT_FORMAT", "json concise=out.txt")
    assert json.loads(check(tmp_path).stdout)["version"] == 1
    assert (tmp_path / "out.txt").exists()
    assert check(tmp_path, "--format", "grouped").stdout.startswith("Dockerfile\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "json", "--format", "full"), "only one report can go to standard output, not json and full"),
        (("--format", "json=a", "--format", "sarif=./a"), "two reports cannot both go to a"),
        (("--format", "json=a", "-o", "b"), "every report of --format names its own file already"),
        (("--format", "json="), "`json=` names no file after the `=`"),
        (("--format", "sariff"), "no format is called `sariff`; did you mean `sarif`?"),
        (("--format", "xml"), "no format is called `xml`; there is full, concise"),
        (("--format", "json=no/such/folder"), "no/such/folder: No such file or directory"),
        (("--format", "json=."), ": Is a directory"),
    ],
)
def test_bad_usage_is_told(options: tuple[str, ...], said: str, tmp_path: Path) -> None:
    result = check(tmp_path, *options)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert [path.name for path in tmp_path.iterdir()] == ["Dockerfile"]


def test_no_file_is_changed_where_one_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("before")
    result = check(tmp_path, "--format", "json=out.json", "--format", "sarif=no/such/folder")
    assert result.exit_code == 2
    assert (tmp_path / "out.json").read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Dockerfile", "out.json"]


def test_report_through_a_link_leaves_the_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("")
    (tmp_path / "link.json").symlink_to("real.json")
    check(tmp_path, "-o", "link.json", "--format", "json")
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["version"] == 1


def test_device_stays_a_device(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        check(tmp_path, "--format", "concise", "-o", "pipe")
        assert os.read(reader, 65536).startswith(b"Dockerfile:1:6")
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_statistics_count_for_people_and_leave_other_formats_as_they_are(tmp_path: Path) -> None:
    result = check(tmp_path, "--statistics", "--format", "full", "--format", "json=out.json")
    assert "    1  warning   missing-user\n" in result.stdout
    assert result.exit_code == 1
    document = json.loads((tmp_path / "out.json").read_text())
    assert document["statistics"] == [
        {"rule": "missing-user", "severity": "warning", "findings": 1, "safe_fixes": 0, "unsafe_fixes": 0}
    ]
    assert document == report(tmp_path)


def test_summary_of_a_github_step_is_added_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    check(tmp_path, "--format", "concise")
    assert summary.read_text() == "before\n"
    result = check(tmp_path, "--format", "github")
    assert result.stdout.startswith("::warning title=missing-user,file=Dockerfile,line=1,")
    assert summary.read_text().startswith("before\n## dockerlint\n\nFound 1 warning in 1 file.\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "such"))
    result = check(tmp_path, "--format", "github")
    assert result.exit_code == 1
    assert "warning: cannot write the summary of the step" in result.stderr


def test_reason_of_a_comment_is_the_justification_of_what_it_leaves_out(tmp_path: Path) -> None:
    files = {"Dockerfile": "# dockerlint: ignore-file[missing-user] the platform sets one\n" + ROOT["Dockerfile"]}
    result = invoke(tmp_path, "check", *DAY, "--format", "sarif", files=files)
    (found,) = json.loads(result.stdout)["runs"][0]["results"]
    assert found["suppressions"] == [{"kind": "inSource", "justification": "the platform sets one"}]
    assert result.exit_code == 0
