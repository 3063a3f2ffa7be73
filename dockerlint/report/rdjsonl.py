"""Reviewdog's diagnostics, one a line.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf
"""

from __future__ import annotations

import json
from typing import TextIO

from dockerlint.lint.run import Result
from dockerlint.report.rdjson import SOURCE, diagnostics


def render(result: Result, out: TextIO) -> None:
    out.writelines(f"{json.dumps({**diagnostic, 'source': SOURCE})}\n" for diagnostic in diagnostics(result))
