"""What hadolint reports, beside what is reported here: code by code, in each file."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dockerlint.lint.finding import Finding

_BATCH = 100
_LONGEST = 600  # seconds for a batch
# They would print more than one report.
_NOISY = ("HADOLINT_FORMAT", "HADOLINT_VERBOSE")


class CannotAsk(Exception):
    """hadolint does not answer."""


class Site(NamedTuple):
    """A code in a file."""

    code: str
    path: str


class Answer(NamedTuple):
    sites: frozenset[Site]
    fails: bool


class Difference(NamedTuple):
    """Where both report a code in a file, and where only one does."""

    both: frozenset[Site]
    only_theirs: frozenset[Site]
    only_ours: frozenset[Site]


def ask(program: str, paths: Sequence[str], folder: Path) -> Answer:
    """What hadolint says of files, told by absolute paths, when it is started in a folder. Raises CannotAsk."""
    environment = {name: text for name, text in os.environ.items() if name not in _NOISY}
    sites: set[Site] = set()
    fails = False
    for start in range(0, len(paths), _BATCH):
        command = [program, "--no-color", "--format", "json", *paths[start : start + _BATCH]]
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, check=False, timeout=_LONGEST
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise CannotAsk(str(error)) from error
        found = report_in(done.stdout.decode("utf-8", "replace"))
        sites.update(Site(one["code"], one["file"]) for one in found)
        fails = fails or done.returncode != 0
    return Answer(frozenset(sites), fails)


def report_in(text: str) -> list[dict[str, Any]]:
    """The JSON report among what hadolint prints: its file may ask for other reports besides. Raises CannotAsk."""
    for start in re.finditer(r"^\[", text, re.MULTILINE):
        try:
            found, _ = json.JSONDecoder().raw_decode(text, start.start())
        except ValueError:
            continue
        if all(isinstance(one, dict) and {"code", "file", "level"} <= one.keys() for one in found):
            return list(found)
    message = "hadolint printed no JSON report"
    raise CannotAsk(message)


def compared(theirs: Answer, findings: Iterable[Finding]) -> Difference:
    """Their sites beside ours. A finding of several codes agrees with any of them; one of no code is nobody else's."""
    both: set[Site] = set()
    ours: set[Site] = set()
    for finding in findings:
        codes = [alias for alias in finding.aliases if re.fullmatch(r"(?:DL|SC)\d{4}", alias)]
        sites = {Site(code, os.path.abspath(finding.region.path)) for code in codes}  # noqa: PTH100
        both |= sites & theirs.sites
        ours |= set(sorted(sites)[:1]) if sites.isdisjoint(theirs.sites) else set()
    return Difference(frozenset(both), frozenset(theirs.sites - both), frozenset(ours))
