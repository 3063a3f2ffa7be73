"""Run every rule on a folder of files: crashes, findings for each rule, and some of them to read.

    python -m benchmarks.findings FOLDER [--select NAMES] [--sample RULE COUNT]

FOLDER holds Dockerfiles or Compose files under any names; each is copied to a folder of its own.
NAMES are rules or families to check in place of the default ones, separated by commas.
With --sample, COUNT findings of a rule or family, picked evenly, are printed with the file around them.
"""

from __future__ import annotations

import datetime
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from dockerlint.lint.finding import Finding
from dockerlint.lint.run import Request, Result, run
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import find


def lay_out(folder: Path, target: Path) -> None:
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        place = target / file.name
        place.mkdir()
        name = "compose.yaml" if file.suffix in (".yml", ".yaml") else "Dockerfile"
        (place / name).write_bytes(file.read_bytes())


def check(folder: Path, select: list[str]) -> Result:
    os.chdir(folder)
    settings = Settings(as_of=datetime.datetime.now(tz=datetime.UTC).date())
    return run(Request(tuple(find(["."])), Selection(select), settings))


def show(finding: Finding) -> None:
    region = finding.region
    print(f"=== {region.path}:{region.line}:{region.column} {finding.severity.label}[{finding.rule}] {finding.message}")
    lines = Path(region.path).read_text("utf-8", "replace").split("\n")
    if len(lines) <= 60:
        first, last = 0, len(lines)
    else:
        first, last = max(0, region.line - 25), region.end_line + 25
    for number, line in enumerate(lines[first:last], first + 1):
        mark = ">" if region.line <= number <= region.end_line else " "
        print(f"{mark}{number:4} {line[:200]}")


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]).resolve()
    with tempfile.TemporaryDirectory() as name:
        lay_out(folder, Path(name))
        select = arguments[arguments.index("--select") + 1].split(",") if "--select" in arguments else []
        result = check(Path(name), select)
        crashes = [problem for problem in result.problems if "internal error" in problem.message]
        print(f"{len(result.files):,} files, {len(result.problems):,} problems, {len(crashes)} crashes")
        for crash in crashes[:20]:
            print(f"  {crash.path}: {crash.message}")
        by_rule = Counter((finding.chapter, finding.rule, finding.severity.label) for finding in result.findings)
        for (chapter, rule, severity), count in sorted(by_rule.items()):
            print(f"{count:7,}  {severity:8} {chapter}/{rule}")
        if "--sample" in arguments:
            wanted, wanted_count = arguments[arguments.index("--sample") + 1 :][:2]
            found = [finding for finding in result.findings if wanted in (finding.rule, finding.chapter)]
            step = max(1, len(found) // int(wanted_count))
            for finding in found[::step][: int(wanted_count)]:
                show(finding)


if __name__ == "__main__":
    main(sys.argv[1:])
