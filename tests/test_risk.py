from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.lint.finding import Finding
from dockerlint.lint.registry import all_rules, find
from dockerlint.lint.risk import _IMPACT, _VULNERABILITY, ledger
from tests.harness import check_files

DOCKERFILE = "FROM python:3.13 AS build\nADD a b\nFROM python:3.13\nADD a b\n"


def threats(folder: Path, rule: str, files: dict[str, str]) -> list[int]:
    found, _ = check_files(list(find(rule)), files, folder)
    return [finding.risk.threat for finding in found if finding.risk is not None]


def compose(ports: str) -> str:
    return f"services:\n  web:\n    build: .\n    user: root\n{ports}"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"Dockerfile": DOCKERFILE}, [2, 4]),
        ({"Dockerfile.dev": DOCKERFILE}, [1, 1]),
        ({"Dockerfile": DOCKERFILE, "compose.yaml": compose("")}, [2, 3]),
        ({"Dockerfile": DOCKERFILE, "compose.yaml": compose("    ports: ['127.0.0.1:80:80']\n")}, [2, 3]),
        ({"Dockerfile": DOCKERFILE, "compose.yaml": compose("    ports: ['80:80']\n")}, [2, 5]),
    ],
)
def test_threat_of_a_line_is_the_exposure_of_its_image(
    tmp_path: Path, files: dict[str, str], expected: list[int]
) -> None:
    assert threats(tmp_path, "add-for-local-file", files) == expected


def test_threat_in_a_compose_file_is_that_of_the_service(tmp_path: Path) -> None:
    text = (
        "services:\n  a:\n    image: x:1\n    user: root\n    ports: ['80:80']\n"
        "  b:\n    image: x:1\n    user: root\n  c:\n    image: x:1\n    user: root\n    network_mode: host\n"
    )
    assert threats(tmp_path, "root-service", {"compose.yaml": text}) == [5, 3, 5]


def test_weights_are_of_rules_that_there_are() -> None:
    names = {rule.name for rule in all_rules()}
    assert set(_VULNERABILITY) | set(_IMPACT) <= names
    assert {*_VULNERABILITY.values(), *_IMPACT.values()} <= {1, 2, 3, 4, 5}


def test_ledger_begins_with_the_dearest_and_adds_up(tmp_path: Path) -> None:
    files = {"compose.yaml": compose("    privileged: true\n    ports: ['80:80']\n"), "Dockerfile": DOCKERFILE}
    findings, _ = check_files(list(find("compose_security")), files, tmp_path)
    total = ledger(findings)
    points = [points_of(finding) for finding in total.postings]
    assert points == sorted(points, reverse=True)
    assert total.points == sum(points)
    assert total.postings[0].rule == "privileged-service"
    assert total.postings[0].risk == (5, 4, 5)
    assert ledger(total.postings[1:]).points == total.points - points[0]


def points_of(finding: Finding) -> int:
    assert finding.risk is not None
    return finding.risk.points


def test_threat_in_an_override_is_that_of_its_service(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    image: x:1\n    ports: ['80:80']\n  b:\n    image: x:1\n",
        "compose.override.yaml": "services:\n  b:\n    privileged: true\n",
    }
    assert threats(tmp_path, "privileged-service", files) == [3]
