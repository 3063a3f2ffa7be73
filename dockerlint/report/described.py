"""What reports tell of the rules that spoke."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dockerlint.lint.finding import Finding, Severity
from dockerlint.lint.profiles import belongs
from dockerlint.lint.registry import rules_of
from dockerlint.lint.rule import AnyRule
from dockerlint.report import manual


class Described(NamedTuple):
    """A rule as it is told to other programs. `points` are those of its riskiest finding, `worst` is its severity.

    `page` is for people who read text, `markdown` for those who read it laid out.
    """

    name: str
    title: str
    reason: str
    page: str
    markdown: str
    url: str
    severity: Severity
    worst: Severity
    chapter: str
    is_security: bool
    points: int


def name_of(finding: Finding) -> str:
    """What the rule is called: ShellCheck's by their codes, as each is a rule of its own."""
    return f"shellcheck/{finding.aliases[0]}" if finding.rule == "shellcheck" else finding.rule


def described(findings: Iterable[Finding], added: Iterable[AnyRule] = ()) -> dict[str, Described]:
    """The rules of some findings by their names, in the order of these; `added` are those that are not ours."""
    others = {rule.name: rule for rule in added}
    by_name: dict[str, list[Finding]] = {}
    for finding in findings:
        by_name.setdefault(name_of(finding), []).append(finding)
    rules = {name: others.get(name) or _own(found[0]) for name, found in by_name.items()}
    return {name: _described(name, rules[name], by_name[name]) for name in sorted(by_name)}


def _own(finding: Finding) -> AnyRule | None:
    return next((rule for rule in rules_of(finding.chapter) if rule.name == finding.rule), None)


def _described(name: str, rule: AnyRule | None, findings: list[Finding]) -> Described:
    first = findings[0]
    worst = max(finding.severity for finding in findings)
    points = max(finding.risk.points if finding.risk is not None else 0 for finding in findings)
    if rule is None:
        title = f"ShellCheck says {first.aliases[0]}."
        text = f"{title} Its page tells what that means: {first.url}"
        return Described(name, title, text, text, text, first.url, worst, worst, first.chapter, False, points)
    return Described(
        name,
        title=rule.summary(),
        reason=rule.reason() or rule.summary(),
        page=rule.page(),
        markdown=_markdown(rule),
        url=first.url,
        severity=rule.severity,
        worst=worst,
        chapter=rule.chapter,
        is_security=belongs(rule, "security"),
        points=points,
    )


def _markdown(rule: AnyRule) -> str:
    """The page of the manual without its heading, which readers show themselves."""
    return manual.page(rule).partition("\n\n")[2]
