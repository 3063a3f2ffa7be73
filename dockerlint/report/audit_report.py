"""The audit: a checklist with evidence, and what the risk score is made of. Its JSON shape is told in docs/json.md."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, TextIO

from dockerlint import __version__
from dockerlint.lint.audit import Answer, Evidence
from dockerlint.lint.finding import Finding
from dockerlint.lint.risk import Ledger
from dockerlint.lint.run import Result
from dockerlint.project.exposure import Exposure
from dockerlint.report.text import clean, visible

VERSION = 1
_MARKS = {"pass": "ok  ", "fail": "FAIL", "unknown": "?   "}
_MOST_EVIDENCE = 3


def render(answers: Sequence[Answer], total: Ledger, result: Result, limit: int, out: TextIO) -> None:
    """Write the audit for people."""
    for answer in answers:
        out.write(f"{_MARKS[answer.state]} {answer.title}\n")
        out.writelines(f"       {visible(_told(evidence))}\n" for evidence in answer.evidence[:_MOST_EVIDENCE])
        more = len(answer.evidence) - _MOST_EVIDENCE
        if more > 0:
            out.write(f"       and {more} more\n")
    states = Counter(answer.state for answer in answers)
    out.write(f"\n{states['pass']} pass, {states['fail']} fail, {states['unknown']} unknown\n")
    out.write(f"\nRisk: {total.points} points of {len(total.postings)} findings\n")
    if total.postings and limit:
        out.write("  points  T x V x I  finding\n")
    out.writelines(f"{_line(finding)}\n" for finding in total.postings[:limit])
    if len(total.postings) > limit:
        out.write(f"  and {len(total.postings) - limit} more\n")
    out.writelines(
        f"cannot check {visible(problem.path)}:{problem.line}:{problem.column} {visible(problem.message)}\n"
        for problem in result.problems
    )


def _told(evidence: Evidence) -> str:
    place = evidence.place
    return evidence.text if place is None else f"{place.path}:{place.line} {evidence.text}"


def _line(finding: Finding) -> str:
    threat, vulnerability, impact = finding.risk or (0, 0, 0)
    points = threat * vulnerability * impact
    where = visible(f"{finding.region.path}:{finding.region.line}")
    factors = f"{threat} x {vulnerability} x {impact}"
    return f"{points:8}  {factors}  {where} {finding.rule}: {visible(finding.message)}"


def render_json(answers: Sequence[Answer], total: Ledger, result: Result, out: TextIO) -> None:
    """Write the audit for programs."""
    document = {
        "version": VERSION,
        "tool": {"name": "dockerlint", "version": __version__},
        "checklist": [
            {**answer._asdict(), "evidence": [_evidence(one) for one in answer.evidence]} for answer in answers
        ],
        "risk": {"points": total.points, "ledger": [_posting(finding) for finding in total.postings]},
        "errors": [
            {**problem._asdict(), "path": clean(problem.path), "message": clean(problem.message)}
            for problem in result.problems
        ],
    }
    json.dump(document, out, indent=2)
    out.write("\n")


def _evidence(evidence: Evidence) -> dict[str, Any]:
    place = evidence.place
    where = {"path": clean(place.path), "line": place.line, "column": place.column} if place is not None else {}
    return {"text": clean(evidence.text), **where}


def _posting(finding: Finding) -> dict[str, Any]:
    risk = finding.risk
    factors = {**risk._asdict(), "exposure": Exposure(risk.threat).meaning, "points": risk.points} if risk else {}
    return {
        "rule": finding.rule,
        "path": clean(finding.region.path),
        "line": finding.region.line,
        "message": clean(finding.message),
        **factors,
        "fingerprint": finding.fingerprint,
    }
