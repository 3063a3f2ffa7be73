"""What `dockerlint migrate` prints: settings taken over from hadolint, what is lost, and how findings differ."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TextIO

from dockerlint.lint.finding import Finding
from dockerlint.lint.hadolint import Idle, Reading
from dockerlint.lint.peer import Difference, Site
from dockerlint.report import toml

_SHOWN = 5  # places of a code


def document(reading: Reading, origin: str) -> str:
    """The settings as TOML, with what hadolint did not take as comments."""
    settings = {name: item.value for name, item in reading.settings.items()}
    lines = [f"# Taken over from hadolint ({origin}) by `dockerlint migrate`.", 'profile = "hadolint"']
    if "fail-on" not in settings:
        lines.append('fail-on = "info"  # as hadolint does when nothing is said')
    lines += [f"{name} = {toml.value(value)}" for name, value in settings.items()]
    if reading.idle:
        lines += ["", "# What did nothing in hadolint:", *_commented(reading.idle)]
    return "\n".join(lines) + "\n"


def _commented(idle: Iterable[Idle]) -> Iterator[str]:
    for each in idle:
        yield f"# - {told(each)}"
        for name, value in each.meant.items():
            yield f"#   {name} = {toml.value(value)}"


def told(idle: Idle) -> str:
    """What did nothing, in one line."""
    shown = " ".join(toml.value(idle.written).strip('"').split())
    return f"{idle.place}: `{shown}` has no effect: {idle.reason}"


def render_difference(found: Difference, verdicts: tuple[bool, bool], out: TextIO) -> None:
    """How findings differ from hadolint's, code by code."""
    both, theirs, ours = (Counter(site.code for site in sites) for sites in found)
    total = sum(both.values()) + sum(theirs.values()) + sum(ours.values())
    out.write(f"codes in files: {sum(both.values())} of {total} are reported by both\n")
    for code in sorted({*theirs, *ours}):
        out.write(f"  {code}: both {both[code]}, only hadolint {theirs[code]}, only dockerlint {ours[code]}\n")
        for who, sites in (("hadolint", found.only_theirs), ("dockerlint", found.only_ours)):
            out.writelines(f"    only {who}: {path}\n" for path in _paths(code, sites))
    by_hadolint, by_us = ("fails" if fails else "passes" for fails in verdicts)
    out.write(f"the run {by_hadolint} with hadolint and {by_us} with dockerlint\n")


def _paths(code: str, sites: Iterable[Site]) -> list[str]:
    found = sorted(os.path.relpath(site.path) for site in sites if site.code == code)
    return found[:_SHOWN] + ([f"... and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else [])


def render_change(before: Iterable[Finding], after: Iterable[Finding], out: TextIO) -> None:
    """How many findings each rule has by default, and with the settings taken over."""
    counts = [Counter(finding.rule for finding in findings) for findings in (before, after)]
    out.write(f"findings: {sum(counts[0].values())} by default, {sum(counts[1].values())} with these settings\n")
    for rule in sorted({*counts[0], *counts[1]}):
        old, new = (count[rule] for count in counts)
        if old != new:
            out.write(f"  {rule}: {old} -> {new}\n")
