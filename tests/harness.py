"""Runs rules on samples, as of a day on which nothing changes any more."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from dockerlint import testing
from dockerlint.lint.finding import Finding, Problem
from dockerlint.lint.rule import AnyRule
from dockerlint.testing import Mark, files_of, inside, lay_out, marks_of, mended, read_sample

__all__ = ["AS_OF", "Mark", "check_files", "files_of", "inside", "lay_out", "marks_of", "mended", "read_sample"]

AS_OF = datetime.date(2026, 11, 23)


def check_files(rules: Sequence[AnyRule], files: dict[str, str], folder: Path) -> tuple[list[Finding], list[Problem]]:
    """What the rules say of a folder with these files."""
    return testing.check_files(rules, files, folder, AS_OF)
