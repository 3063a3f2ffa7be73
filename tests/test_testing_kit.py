"""The test kit: what it says of rules that do otherwise than their pages promise."""

import pytest

from dockerlint.plugin import Findings, From, Rule, Severity, replace
from dockerlint.testing import Case, cases, faults, page_faults


class TagOfImage(Rule[From]):
    """The image has a tag.

    That is a made-up fault.
    """

    severity = Severity.WARNING
    bad = {"FROM «alpine:3.22»": "FROM alpine"}
    good = ("FROM alpine",)

    def check(self, from_: From) -> Findings:
        name, colon, _ = from_.image.partition(":")
        if colon:
            yield self.finding(from_.image, "a tag", fix=replace(from_.image, name, "drop it", is_safe=True))


def case(sample: str, mended: str | None = None, *, is_bad: bool = True) -> Case:
    return Case(TagOfImage, "case", sample, mended, is_bad)


def test_a_rule_that_keeps_its_promises_has_no_faults() -> None:
    assert [faults(one) for one in cases([TagOfImage])] == [[], []]
    assert page_faults(TagOfImage) == []


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (case("FROM «alpine»"), "nothing is found at Dockerfile:1:6 to 1:12"),
        (case("«FROM» alpine:3", "FROM alpine"), "found at Dockerfile:1:6 to 1:14, where nothing is marked: a tag"),
        (case("FROM alpine:3"), "nothing is marked with « and » in it"),
        (case("FROM alpine:3", is_bad=False), "found at Dockerfile:1:6 to 1:14, where nothing is marked: a tag"),
        (case("FROM «alpine:3»"), "a fix is offered that the page does not promise: drop it"),
        (case("FROM «alpine:3»", "FROM debian"), "Dockerfile becomes 'FROM alpine', not 'FROM debian'"),
        (case("FROM «alpine:3"), "a « has no » behind it"),
        (case("FROM alpine:3»"), "a » has no « before it"),
        (case("=== ../x\nFROM «alpine:3»"), "`../x` is no name of a file in a sample"),
    ],
)
def test_what_a_rule_does_otherwise_is_told(broken: Case, fault: str) -> None:
    assert fault in faults(broken)


def test_a_fix_that_leaves_the_fault_is_told() -> None:
    class Idle(TagOfImage):
        """The image has a tag.

        That is a made-up fault.
        """

        def check(self, from_: From) -> Findings:
            yield self.finding(from_.image, "a tag", fix=replace(from_.image, from_.image, "nothing", is_safe=True))

    broken = Case(Idle, "case", "FROM «alpine:3»", "FROM alpine:3", is_bad=True)
    assert faults(broken) == ["when it is mended, this is still found: a tag"]


def test_a_rule_that_breaks_down_is_told() -> None:
    class Frail(TagOfImage):
        """The image has a tag."""

        def check(self, from_: From) -> Findings:
            raise KeyError(from_.image)

    (first, *_) = faults(Case(Frail, "case", "FROM «alpine:3»", None, is_bad=True))
    assert "the rule `frail` of `tests` broke down: KeyError" in first


def test_a_page_without_the_essentials_is_told() -> None:
    class Bare(Rule[From]):
        """no sentence"""

    assert len(page_faults(Bare)) == 5
