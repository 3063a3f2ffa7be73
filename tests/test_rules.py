"""Every rule does on its own samples what its page promises."""

import pytest

from dockerlint.lint.registry import all_rules
from dockerlint.lint.rule import AnyRule
from dockerlint.testing import Case, cases, faults, page_faults
from tests.harness import AS_OF

RULES = all_rules()


@pytest.mark.parametrize("case", cases(RULES), ids=str)
def test_rule_does_on_its_sample_what_its_page_promises(case: Case) -> None:
    assert faults(case, AS_OF) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_has_a_page_with_reason_and_samples(rule: AnyRule) -> None:
    assert page_faults(rule) == []
    assert len(rule.reason()) > 20
    assert "https://" in rule.page()


def test_names_are_unique() -> None:
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("rule", [rule for rule in RULES if "compose" not in rule.chapter], ids=lambda rule: rule.name)
def test_rule_shows_at_least_three_cases_of_each_kind(rule: AnyRule) -> None:
    assert len(rule.bad) >= 3
    assert len(rule.good) >= 3
