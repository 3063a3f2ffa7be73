"""The formats of reports, by their names. The module of one is imported when a report is written in it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TextIO, TypeAlias

from dockerlint.lint import kinds

if TYPE_CHECKING:  # who only asks for the names needs no engine
    from dockerlint.lint.run import Result

Render: TypeAlias = "Callable[[Result, TextIO], None]"

# The module of each, which has `render(result, out)`; most are called as their format.
FORMATS: Mapping[str, str] = {
    name: {"full": "terminal", "json": "json_report"}.get(name, name) for name in kinds.FORMATS
}
# Those that show a person's text: with `--statistics` they count findings rather than list them.
FOR_PEOPLE = frozenset({"full", "concise", "grouped"})


def renderer(name: str, *, statistics: bool = False) -> Render:
    """What writes a report in the format of this name."""
    module = "statistics" if statistics and name in FOR_PEOPLE else FORMATS[name]
    render: Render = importlib.import_module(f"dockerlint.report.{module}").render
    return render
