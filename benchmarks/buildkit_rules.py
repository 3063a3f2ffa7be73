"""Compare our rules with BuildKit's build checks that they stand for, on the same Dockerfiles.

    python -m benchmarks.buildkit_rules FOLDER RECORD.jsonl [--show CHECK CLASS COUNT]

The record is that of `benchmarks.buildkit_checks`. A warning agrees with a finding of ours that has the check among its
codes and touches the same instruction. What is left on either side is put into classes that say who is right and why,
as in `benchmarks.differences_dl`; `--show` prints some of a class with their instructions.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks import differences_buildkit
from benchmarks.sites import Files, Site
from dockerlint.lint.finding import Finding
from dockerlint.lint.run import Request, run
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import named

CHECKS = (
    "ConsistentInstructionCasing", "DuplicateStageName", "ExposeInvalidFormat", "ExposeProtoCasing", "FromAsCasing",
    "FromPlatformFlagConstDisallowed", "InvalidDefaultArgInFrom", "InvalidDefinitionDescription", "JSONArgsRecommended",
    "LegacyKeyValueFormat", "MaintainerDeprecated", "MultipleInstructionsDisallowed", "NoEmptyContinuation",
    "RedundantTargetPlatform", "ReservedStageName", "SecretsUsedInArgOrEnv", "StageNameCasing", "UndefinedArgInFrom",
    "UndefinedVar", "WorkdirRelativePath",
)  # fmt: skip


class Warned(NamedTuple):
    """A warning of BuildKit's, at an instruction."""

    path: str
    check: str
    line: int
    detail: str


class Laid(NamedTuple):
    """The files in folders of their own; those that BuildKit does not read to its end, and what it warns of."""

    paths: list[str]
    refused: set[str]
    warned: list[Warned]


def lay_out(folder: Path, record_path: Path, target: Path) -> Laid:
    laid = Laid([], set(), [])
    for number, line in enumerate(record_path.open(encoding="utf-8")):
        record = json.loads(line)
        path = f"{number:05}/Dockerfile"
        (target / path).parent.mkdir()
        shutil.copyfile(folder / record["path"], target / path)
        laid.paths.append(path)
        if record["error"] is not None:
            laid.refused.add(path)
        warnings = [Warned(path, one["rule"], one["start"], one["detail"]) for one in record["warnings"]]
        laid.warned.extend(one for one in warnings if one.check in CHECKS)
    return laid


def ask_dockerlint(paths: list[str], folder: Path) -> list[Finding]:
    os.chdir(folder)
    settings = Settings(as_of=datetime.datetime.now(tz=datetime.UTC).date())
    return list(run(Request(tuple(named(path) for path in paths), Selection(list(CHECKS)), settings)).findings)


class Comparison(NamedTuple):
    both: Counter[str]
    only: list[Site]


def compare(findings: list[Finding], laid: Laid, files: Files) -> Comparison:
    """Pair what both say of one instruction; the site of a warning has BuildKit's detail as its message."""
    theirs = {}
    for one in laid.warned:
        site = files.site(one.path, one.line, one.check)
        theirs[one.check, one.path, _start(site)] = site._replace(message=one.detail)
    told: set[tuple[str, str, int]] = set()
    ours = {}
    for finding in findings:
        place = finding.region
        # A comment belongs to the instruction below it.
        line = place.line + (finding.rule == "misleading-description")
        site = files.site(place.path, line, "")
        keys = {(check, place.path, _start(site)) for check in CHECKS if check in finding.aliases}
        if keys & theirs.keys():
            told |= keys
        # Of a file that it refuses BuildKit says nothing more.
        elif keys and place.path not in laid.refused:
            key = min(keys)
            ours[key] = site._replace(code=key[0], column=place.column, message=finding.message, is_ours=True)
    both = Counter(check for check, _, _ in told & theirs.keys())
    return Comparison(both, [*(site for key, site in theirs.items() if key not in told), *ours.values()])


def _start(site: Site) -> int:
    return site.instruction.start_line if site.instruction is not None else site.line


def class_of(site: Site) -> str:
    return next((name for name, holds in differences_buildkit.classes(site) if holds(site)), "other")


def table(comparison: Comparison) -> Iterator[str]:
    classes = Counter((site.code, site.is_ours, class_of(site)) for site in comparison.only)
    for check in CHECKS:
        yield f"{check:32} both {comparison.both[check]:7,}"
        for side, is_ours in (("BuildKit only", False), ("dockerlint only", True)):
            for (code, ours, name), count in sorted(classes.items()):
                if (code, ours) == (check, is_ours):
                    yield f"    {side}: {name} {count:,}"


def show(comparison: Comparison, check: str, name: str, count: int) -> None:
    wanted = [site for site in comparison.only if site.code == check and name in (class_of(site), "any")]
    for site in wanted[:: max(1, len(wanted) // count)][:count]:
        side = "dockerlint" if site.is_ours else "BuildKit"
        print(f"=== {site.build.dockerfile.path}:{site.line} {check} ({class_of(site)}), {side} only: {site.message}")
        print(f"[{site.base}] {site.text[:400]}")


def main(arguments: list[str]) -> None:
    folder, record_path = (Path(argument).resolve() for argument in arguments[:2])
    with tempfile.TemporaryDirectory() as name:
        target = Path(name)
        laid = lay_out(folder, record_path, target)
        comparison = compare(ask_dockerlint(laid.paths, target), laid, Files(target))
        if "--show" in arguments:
            check, wanted, number = arguments[arguments.index("--show") + 1 :][:3]
            show(comparison, check, wanted, int(number))
        else:
            print("\n".join(table(comparison)))


if __name__ == "__main__":
    main(sys.argv[1:])
