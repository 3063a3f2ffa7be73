"""How much of the shell text in a folder of Dockerfiles is read, and why the rest is not.

    python -m benchmarks.shell_reading FOLDER [--bash [COUNT]]

With --bash, COUNT scripts (2,000 unless said), picked evenly, are given to bash, which with `-n` reads a
script and runs nothing: it must accept those that are read whole, and refuse the others; and what it
prints of its own reading must hold the same commands, in the same pipelines and constructs.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Healthcheck, Instruction, Onbuild, Shell, ShellForm
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.shell.script import Script, read_script
from dockerlint.source import Source


class Reading(NamedTuple):
    """A script, and where it stands."""

    place: str
    instruction: str
    dialect: str
    script: Script


def dialect(form: ShellForm) -> str:
    return "exec form" if form.exec_form is not None else form.script.shell.dialect or "unknown"


def readings(file: Path) -> Iterator[Reading]:
    dockerfile = Dockerfile(Source.from_bytes(file.name, file.read_bytes()))
    for instruction in dockerfile.instructions:
        inner: Instruction = instruction.instruction if isinstance(instruction, Onbuild) else instruction
        if not isinstance(inner, ShellForm) or isinstance(inner, Shell):
            continue
        if isinstance(inner, Healthcheck) and inner.kind != "CMD":
            continue
        yield Reading(f"{file.name}:{instruction.start_line}", inner.name, dialect(inner), inner.script)


def printed_by_bash(script: Script) -> str | None:
    """The script as bash prints what it has read of it; None if it finds a fault."""
    data = script.text.encode("utf-8", "surrogateescape")
    done = subprocess.run(["bash", "--pretty-print", "-n"], input=data, capture_output=True, check=False)
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None


def outline(script: Script) -> list[object]:
    """The commands, without the words that bash prints with other blanks: those with substitutions."""
    return [
        (
            command.name,
            [word.value for word in command.words if word.is_literal],
            command.nesting,
            (command.pipe_index, command.pipe_length, command.is_checked, command.errexit, command.pipefail),
            [(each.descriptor.removeprefix("1"), each.operator) for each in command.redirections],
        )
        for command in script.commands
    ]


def verdict(script: Script) -> str:
    printed = printed_by_bash(script)
    if printed is None:
        return "refused by bash, read in part" if script.unread else "refused by bash, but read whole"
    if script.unread:
        return "accepted by bash, but read in part"
    again = read_script(Source("", printed).slice(0, len(printed)), script.shell)
    return "read as bash reads it" if outline(script) == outline(again) else "read in another way than bash reads it"


def compare(found: list[Reading], count: int) -> None:
    scripts = [reading for reading in found if reading.script.shell.is_posix and reading.script.statements]
    sample = scripts[:: max(1, len(scripts) // count)][:count]
    verdicts: dict[str, list[str]] = defaultdict(list)
    for reading in sample:
        verdicts[verdict(reading.script)].append(reading.place)
    print(f"\n{len(sample):,} scripts given to bash")
    for title, places in sorted(verdicts.items(), key=lambda item: -len(item[1])):
        print(f"{len(places):9,} {title}")
        if title != "read as bash reads it":
            print("\n".join(f"            {place}" for place in places[:4]))


def main(folder: Path, count: int | None) -> None:
    begun = time.perf_counter()
    found = [reading for file in sorted(folder.iterdir()) if file.is_file() for reading in readings(file)]
    commands = sum(len(reading.script.commands) for reading in found)
    seconds = time.perf_counter() - begun
    print(f"{len(found):,} scripts, {commands:,} commands, {seconds:.1f} s with reading the files\n")
    table: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    reasons: dict[str, list[str]] = defaultdict(list)
    for reading in found:
        unread = reading.script.unread
        table[reading.instruction, reading.dialect][unread is None] += 1
        if unread is not None:
            title = unread.reason if unread.kind in ("language", "depth") else unread.kind
            reasons[title].append(f"{reading.place} {unread.reason}")
    print(f"{'instruction':14}{'read by':14}{'whole':>9}{'not':>7}")
    for (instruction, reader), numbers in sorted(table.items()):
        print(f"{instruction:14}{reader:14}{numbers[True]:9,}{numbers[False]:7,}")
    for reason, places in sorted(reasons.items(), key=lambda item: -len(item[1])):
        print(f"\n{len(places):,} {reason}")
        print("\n".join(f"    {place}" for place in places[:4]))
    if count is not None:
        compare(found, count)


if __name__ == "__main__":
    given = sys.argv[2:]
    main(Path(sys.argv[1]), (int(given[1]) if given[1:] else 2000) if "--bash" in given else None)
