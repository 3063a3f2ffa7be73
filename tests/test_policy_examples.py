"""The rules of the manual do what they promise."""

from pathlib import Path

import pytest

from dockerlint.lint.policy.definitions import Definition, read
from dockerlint.source import Source
from tests.harness import files_of, marks_of, read_sample
from tests.policy import check_files

EXAMPLES = Path(__file__).parent.parent / "fixtures" / "policy" / "dockerlint-rules.yaml"
RULES = read(Source("dockerlint-rules.yaml", EXAMPLES.read_text("utf-8")))
BAD = [pytest.param(rule, bad, id=f"{rule.name}-{i}") for rule in RULES for i, bad in enumerate(rule.bad)]
GOOD = [pytest.param(rule, good, id=f"{rule.name}-{i}") for rule in RULES for i, good in enumerate(rule.good)]


@pytest.mark.parametrize(("rule", "bad"), BAD)
def test_example_points_at_the_marks(rule: Definition, bad: str, tmp_path: Path) -> None:
    sample = read_sample(bad)
    findings, problems = check_files((rule,), sample.files, tmp_path)
    assert not problems
    assert marks_of(findings) == sample.marks


@pytest.mark.parametrize(("rule", "good"), GOOD)
def test_example_is_silent(rule: Definition, good: str, tmp_path: Path) -> None:
    assert check_files((rule,), files_of(good), tmp_path) == ([], [])
