"""How much dockerlint and hadolint say of the same Dockerfiles, each with its defaults.

    python -m benchmarks.noise FOLDER [FILES]

FOLDER holds Dockerfiles under any names; the first FILES of them (2,000 unless said) are checked, each in a folder of
its own. `fails` counts what makes the run fail by default: errors and warnings of dockerlint, all of hadolint's.
"""

from __future__ import annotations

import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.speed import lay_out
from dockerlint.lint.finding import Severity
from dockerlint.lint.run import Request, run
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import named

_BATCH = 100
Said = list[tuple[str, str]]


def by_dockerlint(paths: Sequence[str], folder: Path) -> Said:
    """Path and severity of each finding."""
    os.chdir(folder)
    settings = Settings(as_of=datetime.datetime.now(tz=datetime.UTC).date())
    result = run(Request(tuple(named(path) for path in paths), Selection(), settings))
    return [(finding.region.path, finding.severity.label) for finding in result.findings]


def by_hadolint(paths: Sequence[str], folder: Path) -> Said:
    program = str(Path(sys.executable).parent / "hadolint")
    said: Said = []
    for start in range(0, len(paths), _BATCH):
        command = [program, "--no-fail", "--no-color", "--format", "json", *paths[start : start + _BATCH]]
        answer = subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout
        said += [(each["file"], each["level"]) for each in json.loads(answer)]
    return said


def _row(title: str, paths: Sequence[str], counted: Iterable[str]) -> str:
    found = Counter(counted)
    numbers = [found[path] for path in paths]
    silent = sum(number == 0 for number in numbers) / len(numbers)
    mean, median = statistics.mean(numbers), statistics.median(numbers)
    return f"  {title:28} {mean:6.2f} a file, median {median:g}, nothing in {silent:.0%} of files"


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]).resolve()
    count = int(arguments[1]) if len(arguments) > 1 else 2000
    with tempfile.TemporaryDirectory() as name:
        target = Path(name)
        paths = lay_out(folder, count, target)
        for tool, said in (("dockerlint", by_dockerlint(paths, target)), ("hadolint", by_hadolint(paths, target))):
            print(f"{tool}, {len(paths):,} files, {len(said):,} findings")
            levels = [severity.label for severity in sorted(Severity, reverse=True)]
            for level in [*levels, *({"style"} & {level for _, level in said})]:
                print(_row(level, paths, (path for path, one in said if one == level)))
            fails = {"error", "warning"} if tool == "dockerlint" else {"error", "warning", "info", "style"}
            print(_row("fails the run by default", paths, (path for path, one in said if one in fails)))
            print(_row("errors and warnings", paths, (path for path, one in said if one in {"error", "warning"})))


if __name__ == "__main__":
    main(sys.argv[1:])
