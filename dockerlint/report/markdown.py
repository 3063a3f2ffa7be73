"""Markdown, as GitHub and GitLab show it: a table for each file.

https://github.github.com/gfm/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TextIO

from dockerlint.lint.finding import Finding, Severity
from dockerlint.lint.run import Result
from dockerlint.report.places import relative
from dockerlint.report.summary import sentence
from dockerlint.report.text import plural, visible

_TABLE = "| line | severity | rule | what is wrong |\n|---:|---|---|---|\n"
_SEVERITIES = {Severity.ERROR: "**error**", Severity.WARNING: "warning", Severity.INFO: "info"}


def render(result: Result, out: TextIO, *, most: int | None = None) -> None:
    """Write the report; of one that must not be longer than `most` bytes, as much as goes in."""
    out.write(f"## dockerlint\n\n{sentence(result)}\n")
    left = most
    written = 0
    for section in _sections(result):
        for block in section:
            if left is not None and left < len(block.encode()):
                out.write(f"\nToo long for here: {plural(len(result.findings) - written, 'finding')} left out.\n")
                return
            left = left - len(block.encode()) if left is not None else None
            out.write(block)
            written += block.startswith("| ") and block is not _TABLE


def _sections(result: Result) -> Iterator[list[str]]:
    if result.problems:
        yield ["\n", *(f"- cannot check {code(relative(one.path))}: {prose(one.message)}\n" for one in result.problems)]
    for path, findings in groupby(result.findings, lambda finding: finding.region.path):
        yield [f"\n### {code(relative(path))}\n\n", _TABLE, *map(_row, findings)]


def _row(finding: Finding) -> str:
    advice = f"<br>{prose(finding.help)}" if finding.help else ""
    rule = f"[{finding.rule}]({finding.url})" if finding.url else finding.rule
    return f"| {finding.region.line} | {_SEVERITIES[finding.severity]} | {rule} | {prose(finding.message)}{advice} |\n"


# What Markdown, or GitHub after it, would take for markup, a link or an address.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>()#+!~$&^=]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def prose(text: str) -> str:
    """A sentence as it stands, fit for a table: only what it has between backticks becomes code."""
    parts = re.split(r"`([^`]+)`", visible(text))
    return "".join(_code_in_table(part) if index % 2 else _plain(part) for index, part in enumerate(parts))


def _plain(text: str) -> str:
    # GitHub looks for people to notify in what is left of the markup: the comment ends the name.
    return _MARKUP.sub(r"\\\g<0>", text).replace("@", "@<!-- -->").replace("|", "&#124;")


def _code_in_table(text: str) -> str:
    """Between backticks a bar would end the cell, and how it is escaped there depends on the reader."""
    return f"<code>{_plain(text)}</code>" if "|" in text else code(text)


def code(text: str) -> str:
    """A text as code, in more backticks than it has in a row."""
    shown = visible(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{space}{shown}{space}{fence}"
