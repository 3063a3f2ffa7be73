from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dockerlint.cli.main import cli
from dockerlint.lint.audit import RULES
from dockerlint.lint.registry import all_rules
from tests.harness import inside, lay_out

ROOT = Path(__file__).parents[1]
GOOD = {
    "Dockerfile": "FROM python:3.13-slim\nWORKDIR /app\nCOPY requirements.txt .\n"
    "RUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\nRUN useradd -u 1000 app\nUSER 1000\n"
    'HEALTHCHECK CMD ["python", "-c", "print()"]\nENV PYTHONUNBUFFERED=1\n'
    'CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]\n',
    "requirements.txt": "flask==3.1.0\ngunicorn==23.0.0\n",
    "app.py": "app = 1\n",
    ".dockerignore": ".git\n.env\n*.pyc\n__pycache__\nvenv\n.venv\n",
    "compose.yaml": "services:\n  web:\n    build: .\n    ports: ['127.0.0.1:8000:8000']\n    mem_limit: 512m\n"
    "    cpus: 1\n    pids_limit: 100\n    restart: unless-stopped\n",
    ".github/workflows/ci.yml": "jobs:\n  test:\n    steps:\n      - run: pytest\n      - uses: aquasecurity/trivy-action@v1\n",
}


def audit(folder: Path, *options: str, files: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    lay_out(files or {}, folder)
    with inside(folder):
        result = CliRunner().invoke(cli, ["audit", "--format", "json", "--as-of", "2026-08-22", *options])
    return result.exit_code, json.loads(result.stdout)


def states(report: dict[str, Any]) -> dict[str, str]:
    return {answer["item"]: answer["state"] for answer in report["checklist"]}


def test_a_project_that_does_all_right_passes(tmp_path: Path) -> None:
    code, report = audit(tmp_path, files=GOOD)
    assert {item: state for item, state in states(report).items() if state != "pass"} == {}
    assert code == 0


@pytest.mark.parametrize(
    ("name", "old", "new", "item"),
    [
        ("Dockerfile", "USER 1000\n", "", "non-root"),
        ("Dockerfile", "-slim", "", "slim-base"),
        ("Dockerfile", "python:3.13-slim", "python:3.7-slim", "supported-base"),
        ("Dockerfile", "python:3.13-slim", "python", "pinned"),
        ("Dockerfile", "COPY requirements.txt .\n", "COPY . .\n", "layer-order"),
        (".dockerignore", ".git\n.env\n*.pyc\n__pycache__\nvenv\n.venv\n", "", "build-context"),
        ("Dockerfile", "ENV P", "ENV API_TOKEN=q2w3e4r5t6z7 P", "no-secrets"),
        ("Dockerfile", "ENV P", "ENV FLASK_DEBUG=1 P", "no-debug"),
        ("Dockerfile", "COPY . .", "COPY gone .", "starts"),
        ("Dockerfile", "0.0.0.0", "127.0.0.1", "reachable"),
        ("Dockerfile", '["gunicorn", "-b", "0.0.0.0:8000", "app:app"]', "gunicorn -b :8000 app:app", "stops"),
        ("Dockerfile", 'HEALTHCHECK CMD ["python", "-c", "print()"]\n', "", "healthcheck"),
        ("compose.yaml", "    mem_limit: 512m\n", "", "limits"),
        ("compose.yaml", "127.0.0.1:8000:8000']", "8000:8000']\n    privileged: true", "closed"),
    ],
)
def test_each_item_fails_on_its_fault(tmp_path: Path, name: str, old: str, new: str, item: str) -> None:
    assert old in GOOD[name]
    _, report = audit(tmp_path, files={**GOOD, name: GOOD[name].replace(old, new)})
    answer = next(answer for answer in report["checklist"] if answer["item"] == item)
    assert answer["state"] == "fail"
    assert answer["evidence"][0]["line"] >= 1


def test_what_nobody_can_tell_is_unknown(tmp_path: Path) -> None:
    _, report = audit(tmp_path, files={"Dockerfile": "FROM acme/base:1\nCOPY a /a\n", "a": ""})
    found = states(report)
    assert [found[item] for item in ("non-root", "slim-base", "limits", "scanned", "tested")] == ["unknown"] * 5


def test_an_empty_folder_is_unknown_throughout(tmp_path: Path) -> None:
    code, report = audit(tmp_path)
    assert set(states(report).values()) == {"unknown"}
    assert (code, report["risk"]["points"]) == (0, 0)


@pytest.mark.parametrize(("most", "code"), [(0, 1), (100_000, 0)])
def test_max_risk_gates(tmp_path: Path, most: int, code: int) -> None:
    files = {"Dockerfile": "FROM python:3.7\nCMD python app.py\n"}
    assert audit(tmp_path, "--max-risk", str(most), files=files)[0] == code


def test_ledger_says_what_the_risk_is_made_of(tmp_path: Path) -> None:
    _, report = audit(tmp_path, files={"Dockerfile": "FROM python:3.7\nCMD python app.py\n"})
    ledger = report["risk"]["ledger"]
    assert sum(entry["points"] for entry in ledger) == report["risk"]["points"] > 0
    assert all(entry["points"] == entry["threat"] * entry["vulnerability"] * entry["impact"] for entry in ledger)


def test_items_stand_on_rules_that_there_are() -> None:
    assert {rule.name for rule in all_rules()} >= RULES


def test_text_names_items_places_and_points() -> None:
    with inside(ROOT):
        result = CliRunner().invoke(cli, ["audit", "fixtures/tutorial", "--as-of", "2026-08-22", "--limit", "1"])
    assert result.exit_code == 0
    assert "FAIL Containers run without root's rights\n       fixtures/tutorial/Dockerfile:3 " in result.stdout
    assert "\nRisk: " in result.stdout
    assert "5 x 5 x 5  fixtures/tutorial/docker-compose.yml" in result.stdout
