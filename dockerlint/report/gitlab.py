"""GitLab's Code Quality report: one JSON list.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json
from typing import Any, TextIO

from dockerlint.lint.run import Result
from dockerlint.report.codeclimate import issues

_KEPT = ("description", "check_name", "fingerprint", "severity")


def render(result: Result, out: TextIO) -> None:
    json.dump([_entry(issue) for issue in issues(result)], out, indent=2)
    out.write("\n")


def _entry(issue: dict[str, Any]) -> dict[str, Any]:
    positions = issue["location"]["positions"]
    lines = {edge: positions[edge]["line"] for edge in ("begin", "end")}
    return {**{key: issue[key] for key in _KEPT}, "location": {"path": issue["location"]["path"], "lines": lines}}
