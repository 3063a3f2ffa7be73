"""Adopts dockerlint as a team with many files would, on a copy of some of a folder.

With a baseline: create it, find nothing new, plant one fault and find exactly that, mend three and see the file shrink.
With comments: write them for all findings of the copy, find nothing more, and see a second run write nothing.

    python -m benchmarks.adoption FOLDER [--files 3000] [--ignores 300]
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from dockerlint.lint.ignoring import can_be_ignored
from dockerlint.lint.run import Request
from dockerlint.lint.run import run as check
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import find

DAY = ("--as-of", "2026-11-23", "--isolated")


class Run(NamedTuple):
    code: int
    output: str
    told: str
    seconds: float


def dockerlint(folder: Path, *arguments: str) -> Run:
    start = time.perf_counter()
    path = str(Path(__file__).resolve().parent.parent)
    environment = {**os.environ, "PYTHONPATH": path}
    command = [sys.executable, "-m", "dockerlint", *arguments, *DAY]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)
    run = Run(done.returncode, done.stdout, done.stderr, time.perf_counter() - start)
    print(f"{run.seconds:6.1f} s  exit {run.code}  {' '.join(arguments)}", flush=True)
    return run


def laid_out(source: Path, folder: Path, most: int) -> list[Path]:
    """Files in folders of their own, as different projects have them."""
    copies: list[Path] = []
    files = (path for path in sorted(source.iterdir()) if path.is_file())
    for number, path in zip(range(most), files, strict=False):
        kind = "compose.yaml" if path.suffix in (".yml", ".yaml") else "Dockerfile"
        copy = folder / f"p{number:05}" / kind
        copy.parent.mkdir(parents=True)
        shutil.copyfile(path, copy)
        copies.append(copy)
    return copies


def entries(folder: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((folder / "dockerlint-baseline.json").read_text("utf-8"))["findings"]
    return found


def expect(what: str, *, is_so: bool, run: Run) -> None:
    print(f"          {'yes' if is_so else 'NO '}  {what}")
    if not is_so:
        print(run.output[-3000:], run.told[-3000:])
        sys.exit(1)


def baseline(copies: list[Path], folder: Path) -> None:
    run = dockerlint(folder, "baseline", "create")
    expect(f"{len(entries(folder)):,} findings written", is_so=run.code == 0, run=run)
    run = dockerlint(folder, "baseline", "check")
    expect("nothing new", is_so=run.code == 0 and "Found" not in run.output, run=run)
    plain = (path for path in copies[len(copies) // 2 :] if path.read_bytes().rstrip()[-1:] not in (b"\\", b""))
    victim = next(plain)
    text = victim.read_bytes()
    victim.write_bytes(text + b"\nEXPOSE 18080:18080\n")
    run = dockerlint(folder, "baseline", "check")
    place = str(victim.relative_to(folder))
    expect("the planted fault, and nothing else", is_so=run.code == 1 and run.output.count("-->") == 1, run=run)
    expect(f"it is in {place}", is_so=place in run.output, run=run)
    victim.write_bytes(text)
    before = entries(folder)
    gone = mend_three(before, folder)
    run = dockerlint(folder, "baseline", "check")
    expect("the mended are told", is_so=run.code == 0 and run.told.count("] mended") == gone, run=run)
    run = dockerlint(folder, "baseline", "update")
    expect(f"smaller by {gone}", is_so=len(entries(folder)) == len(before) - gone and run.code == 0, run=run)
    run = dockerlint(folder, "check", "--baseline", "dockerlint-baseline.json")
    expect("nothing new for `check` either", is_so=run.code == 0, run=run)


def mended_by(known: list[dict[str, str]], entry: dict[str, str], lines: list[bytes]) -> list[bytes]:
    """The lines without the only MAINTAINER, if deleting that mends this entry and no other; else none."""
    left = [line for line in lines if not line.upper().startswith(b"MAINTAINER ")]
    others = [one for one in known if one["path"] == entry["path"] and one != entry]
    is_alone = len(lines) == len(left) + 1 and not any("maintainer" in one["message"].lower() for one in others)
    return left if entry["rule"] == "maintainer" and is_alone else []


def mend_three(known: list[dict[str, str]], folder: Path) -> int:
    """Deletes three MAINTAINER lines; each takes what was found in it."""
    mended = 0
    for entry in known:
        path = folder / entry["path"]
        left = mended_by(known, entry, path.read_bytes().splitlines(keepends=True))
        if not left:
            continue
        path.write_bytes(b"".join(left))
        mended += 1
        if mended == 3:
            break
    return mended


def ignores(folder: Path) -> None:
    run = dockerlint(folder, "check", "--add-ignores=as it came", "--format", "json")
    told = run.told.strip().splitlines()[-1]
    with contextlib.chdir(folder):
        settings = Settings(as_of=datetime.date(2026, 11, 23))
        result = check(Request(tuple(find(["."])), Selection(), settings))
    left = [finding for finding in result.findings if can_be_ignored(finding)]
    print(f"          {told} {len(result.findings)} are left that Docker or Compose refuse.")
    expect("nothing else is left", is_so=not left, run=run)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    run = dockerlint(folder, "check", "--add-ignores=as it came", "--format", "json")
    same = all(path.read_bytes() == text for path, text in before.items())
    expect("a second run writes nothing", is_so=same and "for 0 findings" in run.told, run=run)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=3000)
    parser.add_argument("--ignores", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.files:
            baseline(laid_out(options.folder, folder / "baseline", options.files), folder / "baseline")
        if options.ignores:
            laid_out(options.folder, folder / "ignores", options.ignores)
            ignores(folder / "ignores")


if __name__ == "__main__":
    main()
