"""Faults between the files: each one that is planted is found, and the project without it is clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockerlint.lint.finding import Finding, Severity
from dockerlint.lint.profiles import belongs
from dockerlint.lint.registry import all_rules
from tests.harness import check_files
from tests.project_pairs import FAULTS, FLASK, NODE, Planted, with_fault

RULES = [rule for rule in all_rules() if belongs(rule, "default")]


def grave(folder: Path, files: dict[str, str]) -> list[Finding]:
    """The errors and warnings of the default profile."""
    findings, problems = check_files(RULES, files, folder)
    assert problems == []
    return [finding for finding in findings if finding.severity > Severity.INFO]


@pytest.mark.parametrize("files", [FLASK, NODE], ids=["flask", "node"])
def test_the_project_without_a_fault_is_clean(tmp_path: Path, files: dict[str, str]) -> None:
    found = [
        (finding.rule, finding.region.path, finding.region.line, finding.message) for finding in grave(tmp_path, files)
    ]
    assert found == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.rule)
def test_a_planted_fault_is_found_where_it_stands(tmp_path: Path, fault: Planted) -> None:
    found = {(finding.rule, finding.region.path) for finding in grave(tmp_path, with_fault(fault))}
    assert (fault.rule, fault.path) in found


def test_at_least_thirty_kinds_of_faults_are_planted() -> None:
    assert len({fault.rule for fault in FAULTS}) >= 30
