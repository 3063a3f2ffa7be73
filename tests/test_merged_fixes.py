"""Fixes of projects of several files: which are refused."""

from pathlib import Path

import pytest

from dockerlint.lint.registry import all_rules
from tests.harness import check_files

RULES = {rule.name: rule for rule in all_rules()}
BASE = (
    "services:\n  web:\n    image: x:1\n    user: 1000\n    environment:\n      MODE: 0644\n    ports:\n      - 80:80\n"
)


@pytest.mark.parametrize(
    ("rule", "override", "is_fixed"),
    [
        ("unquoted-port", "services:\n  web:\n    init: true\n", True),
        ("unquoted-port", "services:\n  web:\n    ports: ['81:81']\n", False),
        ("unquoted-port", "services:\n  api:\n    image: x:1\n    ports: ['81:81']\n", True),
        ("value-changed-by-yaml", "services:\n  web:\n    environment: {OTHER: 1}\n", True),
        ("value-changed-by-yaml", "services:\n  web:\n    environment: [OTHER=1]\n", True),
        ("missing-no-new-privileges", "services:\n  api:\n    image: x:1\n    cap_drop: [ALL]\n", True),
        ("missing-no-new-privileges", "services:\n  web:\n    security_opt: ['label:type:x']\n", False),
        ("wrong-compose-type", "services:\n  web:\n    user: '5'\n", False),
    ],
)
def test_a_key_that_two_files_set_is_not_mended(rule: str, override: str, is_fixed: bool, tmp_path: Path) -> None:
    files = {"compose.yaml": BASE, "compose.override.yaml": override}
    found, _ = check_files([RULES[rule]], files, tmp_path)
    assert [finding.fix is not None for finding in found if finding.region.path == "compose.yaml"] == [is_fixed]


def test_the_version_goes_from_each_file(tmp_path: Path) -> None:
    files = {"compose.yaml": f"version: '3'\n{BASE}", "compose.override.yaml": "version: '3'\nservices: {}\n"}
    found, _ = check_files([RULES["obsolete-version-key"]], files, tmp_path)
    assert [finding.fix is not None for finding in found] == [True, True]
