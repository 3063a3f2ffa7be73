"""The tutorial's project, its hardened twin, and a file that Docker refuses, reported as the golden files say.

`UPDATE_GOLDEN=1 python -m pytest tests/test_fixtures.py` writes the files anew; read the difference before you commit it.
"""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from dockerlint.cli.main import cli
from dockerlint.report import formats
from tests.harness import inside

ROOT = Path(__file__).parent.parent
FOLDERS = ("tutorial", "hardened", "refused")
FORMATS = {
    "expected.txt": "full",
    "expected.concise.txt": "concise",
    "expected.grouped.txt": "grouped",
    "expected.json": "json",
    "expected.jsonl": "jsonl",
    "expected.sarif": "sarif",
    "expected.github.txt": "github",
    "expected.gitlab.json": "gitlab",
    "expected.junit.xml": "junit",
    "expected.checkstyle.xml": "checkstyle",
    "expected.sonarqube.json": "sonarqube",
    "expected.codeclimate": "codeclimate",
    "expected.rd.json": "rdjson",
    "expected.rd.jsonl": "rdjsonl",
    "expected.md": "markdown",
}


def report(folder: str, *options: str) -> str:
    with inside(ROOT):
        result = CliRunner().invoke(cli, ["check", f"fixtures/{folder}", "--as-of", "2026-11-23", *options])
    return result.stdout


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("name", FORMATS)
def test_report_equals_the_golden_file(folder: str, name: str) -> None:
    golden = ROOT / "fixtures" / folder / name
    check_golden(golden, report(folder, "--format", FORMATS[name]))


def check_golden(golden: Path, found: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")


def test_statistics_equal_the_golden_file() -> None:
    check_golden(ROOT / "fixtures" / "tutorial" / "expected.statistics.txt", report("tutorial", "--statistics"))


def test_every_format_has_golden_files() -> None:
    assert set(FORMATS.values()) == set(formats.FORMATS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_json_report_follows_its_schema(folder: str) -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(json.loads(report(folder, "--format", "json")))


def test_hardened_project_is_clean() -> None:
    assert json.loads(report("hardened", "--format", "json"))["findings"] == []


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        ("Dockerfile", "missing-user"),
        ("Dockerfile", "end-of-life-base-image"),
        ("Dockerfile", "missing-dockerignore"),
        ("Dockerfile.fat", "source-before-dependencies"),
        ("Dockerfile.production", "unreadable-by-user"),
        ("app.py", "debug-in-source"),
        ("app.py", "loopback-in-source"),
        ("docker-compose.yml", "secret-in-environment"),
        ("docker-compose.yml", "credentials-in-service-url"),
    ],
)
def test_tutorials_own_mistakes_are_found(file: str, rule: str) -> None:
    findings = json.loads(report("tutorial", "--format", "json"))["findings"]
    assert (f"fixtures/tutorial/{file}", rule) in {(finding["path"], finding["rule"]) for finding in findings}
