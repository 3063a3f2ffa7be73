"""Findings below the name of their file, one line each."""

from __future__ import annotations

from typing import TextIO

from dockerlint.lint.run import Result
from dockerlint.report.summary import sentence
from dockerlint.report.text import visible


def render(result: Result, out: TextIO) -> None:
    rows: dict[str, list[tuple[str, str]]] = {}
    for problem in result.problems:
        row = (f"{problem.line}:{problem.column}", f"cannot check: {problem.message}")
        rows.setdefault(problem.path, []).append(row)
    for finding in result.findings:
        region = finding.region
        text = f"{finding.severity.label}[{finding.rule}] {finding.message}"
        rows.setdefault(region.path, []).append((f"{region.line}:{region.column}", text))
    for path in sorted(rows):
        widest = max(len(place) for place, _ in rows[path])
        out.write(f"{visible(path)}\n")
        out.writelines(f"  {place:>{widest}}  {visible(text)}\n" for place, text in rows[path])
        out.write("\n")
    out.write(sentence(result) + "\n")
