"""The manual as Markdown: a page for each rule, an index, and what the codes of other linters are called here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from dockerlint.lint.not_taken import NOT_TAKEN
from dockerlint.lint.rule import AnyRule

_LINTERS = (
    ("hadolint", r"DL\d+"),
    ("ShellCheck, as hadolint reports it", r"SC\d+"),
    ("`docker build --check` (BuildKit)", r"(?:[A-Z][a-z]+){2,}"),
    ("Trivy", r"DS-\d+"),
    ("Checkov", r"CKV2?_\w+"),
    (
        "dockerfilelint",
        r"apkadd-\w+|apt-get-(?:dist-)?upgrade|apt-get(?:_missing_\w+|_recommends|-update_\w+)|add_(?:src|dest)_invalid"
        r"|deprecated_in_\S+|(?:extra|missing)_args|required_params|from_first|sudo_usage|uppercase_commands"
        r"|invalid_(?:command|format|line|port|workdir)|label_invalid|(?:latest|missing)_tag|expose_host_port"
        r"|healthcheck_options_missing_args",
    ),
    ("Semgrep", r"[a-z]+(?:-[a-z]+)+|curl_or_wget\w+|run_utilities\w+"),
    ("KICS", r"[a-z]+(?:_[a-z\d-]+)+"),
    ("Others", r".+"),
)


def pages(rules: Iterable[AnyRule]) -> dict[str, str]:
    """The files of the manual, by their names."""
    ordered = sorted(rules, key=lambda rule: (rule.chapter, rule.name))
    return {
        "index.md": _index(ordered),
        "codes.md": _codes(ordered),
        **{f"{rule.name}.md": page(rule) for rule in ordered},
    }


def page(rule: AnyRule) -> str:
    """What the rule is about, how grave it is, and its samples."""
    facts = [
        f"Severity: {rule.severity.label}",
        f"Profile: {rule.profile}",
        f"Family: {rule.chapter}",
        f"Fix: {'yes' if _has_fix(rule) else 'no'}",
        f"Since: {rule.since}{', in preview' if rule.is_preview else ''}",
    ]
    if rule.aliases:
        facts.append("Codes elsewhere: " + ", ".join(rule.aliases))
    parts = [f"# {rule.name}\n", "  \n".join(facts) + "\n", rule.page() + "\n"]
    parts += _bad(rule)
    parts += _good(rule.good)
    return "\n".join(parts)


def _has_fix(rule: AnyRule) -> bool:
    return any(mended is not None for mended in rule.bad.values())


def _bad(rule: AnyRule) -> Iterator[str]:
    if rule.bad:
        yield "## Reported, at the word between « and »\n"
    for sample, mended in rule.bad.items():
        yield _block(sample)
        if mended is not None:
            yield "becomes\n"
            yield _block(mended)


def _good(samples: tuple[str, ...]) -> list[str]:
    return ["## Not reported\n", *map(_block, samples)] if samples else []


def _block(sample: str) -> str:
    return f"```\n{sample.rstrip()}\n```\n"


def _index(rules: list[AnyRule]) -> str:
    parts = [
        "# The rules\n",
        f"{len(rules)} rules. `dockerlint rule NAME` prints the page of one; [codes.md](codes.md) tells what the codes"
        " of other linters are called here.\n",
    ]
    for chapter, group in groupby(rules, lambda rule: rule.chapter):
        parts += [f"## {chapter}\n", "| rule | severity | profile | fix | what is wrong |\n|---|---|---|---|---|"]
        parts.append("\n".join(map(_row, group)) + "\n")
    return "\n".join(parts)


def _row(rule: AnyRule) -> str:
    fix = "yes" if _has_fix(rule) else ""
    summary = rule.summary().replace("|", "\\|")
    return f"| [{rule.name}]({rule.name}.md) | {rule.severity.label} | {rule.profile} | {fix} | {summary} |"


def _codes(rules: list[AnyRule]) -> str:
    by_code: dict[str, list[str]] = {}
    for rule in rules:
        for alias in rule.aliases:
            by_code.setdefault(alias, []).append(f"[{rule.name}]({rule.name}.md)")
    told = {code: ", ".join(names) for code, names in by_code.items()}
    told |= {code: f"not taken: {reason}" for code, reason in NOT_TAKEN.items()}
    parts = [
        "# Codes of other linters\n",
        "Each is accepted wherever the name of a rule is. One code may stand for several rules, and a rule may speak"
        " where the other linter is silent, or the other way round: its page tells when.\n",
    ]
    left = dict(told)
    for linter, pattern in _LINTERS:
        own = [code for code in sorted(left) if re.fullmatch(pattern, code)]
        rows = "\n".join(f"| {code} | {left.pop(code)} |" for code in own)
        if rows:
            parts += [f"## {linter}\n", f"| code | rule |\n|---|---|\n{rows}\n"]
    return "\n".join(parts)
