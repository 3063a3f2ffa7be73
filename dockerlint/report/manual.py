"""A rule's page in the manual, as Markdown."""

from __future__ import annotations

from dockerlint.lint.rule import AnyRule


def page(rule: AnyRule) -> str:
    """What the rule is about, how grave it is, and its samples."""
    fixes = "yes" if any(mended is not None for mended in rule.bad.values()) else "no"
    facts = [
        f"Severity: {rule.severity.label}",
        f"Profile: {rule.profile}",
        f"Family: {rule.chapter}",
        f"Fix: {fixes}",
    ]
    if rule.aliases:
        facts.append("Codes elsewhere: " + ", ".join(rule.aliases))
    parts = [f"# {rule.name}\n", "  \n".join(facts) + "\n", rule.page() + "\n"]
    parts += _samples("Reported, at the word between « and »", tuple(rule.bad))
    parts += _samples("Not reported", rule.good)
    return "\n".join(parts)


def _samples(title: str, samples: tuple[str, ...]) -> list[str]:
    return [f"## {title}\n", *(f"```\n{sample.rstrip()}\n```\n" for sample in samples)] if samples else []
