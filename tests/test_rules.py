"""Every rule does on its own samples what its page promises."""

from pathlib import Path

import pytest

from dockerlint.lint.registry import all_rules
from dockerlint.lint.rule import AnyRule
from tests.harness import check_files, files_of, marks_of, mended, read_sample

RULES = all_rules()
BAD = [pytest.param(rule, bad, id=f"{rule.name}-{i}") for rule in RULES for i, bad in enumerate(rule.bad)]
FIXED = [
    pytest.param(rule, bad, after, id=f"{rule.name}-{i}")
    for rule in RULES
    for i, (bad, after) in enumerate(rule.bad.items())
    if after is not None
]
GOOD = [pytest.param(rule, good, id=f"{rule.name}-{i}") for rule in RULES for i, good in enumerate(rule.good)]


@pytest.mark.parametrize(("rule", "bad"), BAD)
def test_rule_points_at_the_marks(rule: AnyRule, bad: str, tmp_path: Path) -> None:
    sample = read_sample(bad)
    findings, problems = check_files([rule], sample.files, tmp_path)
    assert not problems
    assert marks_of(findings) == sample.marks
    assert sample.marks


@pytest.mark.parametrize(("rule", "good"), GOOD)
def test_rule_is_silent(rule: AnyRule, good: str, tmp_path: Path) -> None:
    findings, problems = check_files([rule], files_of(good), tmp_path)
    assert not problems
    assert findings == []


@pytest.mark.parametrize(("rule", "bad", "after"), FIXED)
def test_fix_gives_the_promised_text_and_clears_the_finding(
    rule: AnyRule, bad: str, after: str, tmp_path: Path
) -> None:
    files = read_sample(bad).files
    findings, _ = check_files([rule], files, tmp_path)
    result = mended(files, findings)
    assert {name: result.get(name) for name in files_of(after)} == files_of(after)
    again, problems = check_files([rule], result, tmp_path)
    assert not problems
    assert again == []


@pytest.mark.parametrize(("rule", "bad"), [case for case in BAD if case.values[0].bad[case.values[1]] is None])
def test_no_fix_is_offered_where_none_is_promised(rule: AnyRule, bad: str, tmp_path: Path) -> None:
    findings, _ = check_files([rule], read_sample(bad).files, tmp_path)
    assert [finding.fix for finding in findings] == [None] * len(findings)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_has_a_page_with_reason_and_samples(rule: AnyRule) -> None:
    assert rule.summary().endswith(".")
    assert len(rule.reason()) > 20
    assert "https://" in rule.page()
    assert rule.bad
    assert rule.good


def test_names_are_unique() -> None:
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("rule", [rule for rule in RULES if "compose" not in rule.chapter], ids=lambda rule: rule.name)
def test_rule_shows_at_least_three_cases_of_each_kind(rule: AnyRule) -> None:
    assert len(rule.bad) >= 3
    assert len(rule.good) >= 3
