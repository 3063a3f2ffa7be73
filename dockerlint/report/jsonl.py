"""JSON, one document a line: the problems, the findings, and the summary last, in the shapes of the JSON report.

https://jsonlines.org
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TextIO

from dockerlint.lint.run import Result
from dockerlint.report.json_report import of_finding, of_problem, of_summary


def render(result: Result, out: TextIO) -> None:
    out.writelines(f"{json.dumps(line)}\n" for line in _lines(result))


def _lines(result: Result) -> Iterator[dict[str, Any]]:
    for problem in result.problems:
        yield {"kind": "error", **of_problem(problem)}
    for finding in result.findings:
        yield {"kind": "finding", **of_finding(finding)}
    yield {"kind": "summary", **of_summary(result)}
