"""Which rules a run uses: profiles, versions, previews, names of every kind."""

from pathlib import Path
from typing import Any

import pytest

from dockerlint.dockerfile.instructions import User
from dockerlint.lint.finding import Severity
from dockerlint.lint.not_taken import NOT_TAKEN
from dockerlint.lint.profiles import HADOLINT, SECURITY
from dockerlint.lint.registry import UnknownRule, all_rules, find
from dockerlint.lint.rule import AnyRule, Rule
from dockerlint.lint.run import Request, run
from dockerlint.lint.selection import BadVersion, Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import named
from tests.harness import AS_OF, lay_out

RULES = {rule.name: rule for rule in all_rules()}


class NewRule(Rule[User]):
    """New."""

    severity = Severity.INFO
    since = "9.0"


class TriedRule(Rule[User]):
    """In preview."""

    severity = Severity.INFO
    is_preview = True


@pytest.mark.parametrize(
    ("profile", "rule", "is_in"),
    [
        ("default", "missing-user", True),
        ("default", "unpinned-digest", False),
        ("strict", "missing-user", True),
        ("strict", "unpinned-digest", True),
        ("security", "missing-user", True),
        ("security", "unpinned-digest", True),
        ("security", "instruction-casing", False),
        ("hadolint", "root-user", True),
        ("hadolint", "instruction-casing", False),
        ("hadolint", "unpinned-digest", False),
        ("hadolint", "syntax-error", True),
    ],
)
def test_profile_says_which_rules_speak(profile: str, rule: str, is_in: bool) -> None:
    assert Selection(profile=profile).includes(RULES[rule]) is is_in


def test_selected_rules_stand_in_place_of_the_profile_and_extending_ones_beside_it() -> None:
    selected = Selection(["DL3007"])
    assert [rule.name for rule in RULES.values() if selected.includes(rule) and not rule.guards] == [
        "latest-base-image"
    ]
    extended = Selection(extend_select=["unpinned-digest"], ignore=["missing-user"])
    assert extended.includes(RULES["unpinned-digest"])
    assert extended.includes(RULES["root-user"])
    assert not extended.includes(RULES["missing-user"])


@pytest.mark.parametrize(
    ("rule", "options", "is_in"),
    [
        (NewRule, {}, True),
        (NewRule, {"rules_version": "9.0"}, True),
        (NewRule, {"rules_version": "9"}, False),
        (NewRule, {"rules_version": "8.12.3"}, False),
        (TriedRule, {}, False),
        (TriedRule, {"preview": True}, True),
        (TriedRule, {"preview": True, "rules_version": "0.0"}, False),
    ],
)
def test_new_rules_wait_until_they_are_asked_for(rule: AnyRule, options: dict[str, object], is_in: bool) -> None:
    assert Selection(**options).includes(rule) is is_in  # type: ignore[arg-type]


def test_what_is_no_version_is_said() -> None:
    with pytest.raises(BadVersion, match="`new` is no version"):
        Selection(rules_version="new")


@pytest.mark.parametrize("code", sorted(NOT_TAKEN))
def test_codes_that_are_not_taken_are_accepted_without_effect(code: str) -> None:
    assert find(code) == ()


def test_no_rule_has_a_code_that_is_not_taken() -> None:
    assert {alias for rule in RULES.values() for alias in rule.aliases}.isdisjoint(NOT_TAKEN)


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("DL3007", ["latest-base-image"]),
        ("avd-ds-0030", ["workdir-in-system-directory"]),
        ("DS030", ["workdir-in-system-directory"]),
        ("root-user", ["root-user"]),
        ("all", list(RULES)),
    ],
)
def test_a_name_means_rules(name: str, rules: list[str]) -> None:
    assert [rule.name for rule in find(name)] == rules


def test_an_unknown_name_is_an_error_with_a_hint() -> None:
    with pytest.raises(UnknownRule, match="did you mean `root-user`"):
        find("rootuser")


@pytest.mark.parametrize("name", sorted(SECURITY))
def test_every_rule_of_the_security_profile_is_there(name: str) -> None:
    assert name in RULES


def test_every_code_of_hadolint_is_a_rules() -> None:
    codes = {alias for rule in RULES.values() for alias in rule.aliases}
    assert HADOLINT.keys() - codes == set()


def test_hadolints_profile_keeps_to_hadolints_codes(tmp_path: Path) -> None:
    """One rule speaks of npm's cache and of yarn's, hadolint of yarn's only."""
    lay_out({"Dockerfile": "FROM node:24\nRUN npm ci\nRUN yarn\n"}, tmp_path)
    files = (named(str(tmp_path / "Dockerfile")),)

    def lines(selection: Selection) -> list[int]:
        findings = run(Request(files, selection, Settings(as_of=AS_OF))).findings
        return [finding.region.line for finding in findings if finding.rule == "node-cache-left"]

    assert lines(Selection()) == [2, 3]
    assert lines(Selection(profile="hadolint")) == [3]
    assert lines(Selection(profile="hadolint", extend_select=["node-cache-left"])) == [2, 3]


@pytest.mark.parametrize(
    ("options", "severity"),
    [({}, "info"), ({"profile": "hadolint"}, "error"), ({"profile": "hadolint", "select": ["maintainer"]}, "info")],
)
def test_hadolints_profile_is_as_grave_as_hadolint(options: dict[str, Any], severity: str, tmp_path: Path) -> None:
    lay_out({"Dockerfile": "FROM alpine:3.22\nMAINTAINER me\n"}, tmp_path)
    selection = Selection(**options)
    request = Request((named(str(tmp_path / "Dockerfile")),), selection, Settings(as_of=AS_OF))
    found = {finding.rule: finding.severity.label for finding in run(request).findings}
    assert found["maintainer"] == severity


EARLY = "`ports` of `a` comes before `image`"


@pytest.mark.parametrize(
    ("ignored", "said"),
    [
        ((), {EARLY, "`a` may take all memory, all processors and any number of processes"}),
        (("memory_not_limited",), {EARLY, "`a` may take all processors and any number of processes"}),
        (("cis-5.11", "CIS-5.12", "CIS-5.29"), {EARLY}),
        (("CL-0026", "top-level-properties-order"), {EARLY}),
        (("service-keys-order", "unlimited-resources"), set()),
    ],
)
def test_a_code_for_a_part_of_a_rule_mutes_that_part(ignored: tuple[str, ...], said: set[str], tmp_path: Path) -> None:
    lay_out({"compose.yaml": "services:\n  a:\n    ports: ['80:80']\n    image: x:1\n"}, tmp_path)
    selection = Selection(["compose-order", "unlimited-resources"], ignored)
    request = Request((named(str(tmp_path / "compose.yaml")),), selection, Settings(as_of=AS_OF))
    assert {finding.message for finding in run(request).findings} == said
