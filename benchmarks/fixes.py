"""Mend copies of all files of a folder, and let others judge what came of it.

    python -m benchmarks.fixes FOLDER [--unsafe] [--select NAMES] [--every N] [--workers N] [--sample RULE]

FOLDER holds Dockerfiles and Compose files under any names; each is checked in a folder of its own, with all rules, and
mended in memory as `dockerlint check --fix` does. Counted are the fixes applied, those dropped with the reason, files
where dockerlint failed, those where a second round finds more to mend, those where an instruction is another although
none of its lines was changed, and those that Docker's own parser, or Docker Compose, accepts no longer, or
reads otherwise after safe fixes.
With --every, only each Nth file is taken; with --sample, the differences are printed of files where a rule was mended.
"""

from __future__ import annotations

import argparse
import datetime
import os
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from difflib import SequenceMatcher
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import compose_oracle
from benchmarks.compose_agreement import differences
from benchmarks.findings import lay_out
from dockerlint.dockerfile.instructions import CLASSES
from dockerlint.lint.finding import Severity
from dockerlint.lint.fixing import Mended, Seen, mend
from dockerlint.lint.run import Request, run
from dockerlint.lint.selection import Selection
from dockerlint.lint.settings import Settings
from dockerlint.project.discovery import Found, find
from dockerlint.project.files import NO_TEXTS, Texts
from dockerlint.report import diff

_MOST_NAMED = 10


_SETTINGS = Settings(as_of=datetime.datetime.now(tz=datetime.UTC).date())

_selection = cache(Selection)


class How(NamedTuple):
    """How files are mended. `sample` is a rule."""

    select: tuple[str, ...]
    is_unsafe: bool
    sample: str | None


class Outcome(NamedTuple):
    """What came of one file."""

    path: str
    applied: tuple[str, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()
    brought: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    difference: str = ""


class _Eyes:
    """Checks one file, each text of it once."""

    def __init__(self, file: Found, how: How) -> None:
        self.file = file
        self.how = how
        self._seen: dict[bytes | None, Seen] = {}

    def look(self, texts: Texts, _only: Collection[Found] | None = None) -> Seen:
        text = texts.get(os.path.realpath(self.file.path))
        if text not in self._seen:
            self._seen[text] = self._checked(texts)
        return self._seen[text]

    def mended(self, given: Texts = NO_TEXTS) -> Mended:
        def look(texts: Texts, only: Collection[Found] | None) -> Seen:
            return self.look({**given, **texts}, only)

        return mend(look, self.look(given), (self.file,), given=given)

    def _checked(self, texts: Texts) -> Seen:
        result = run(Request((self.file,), _selection(self.how.select), _SETTINGS, texts=texts))
        fixable = (found for found in result.findings if found.fix is not None)
        is_unsafe = self.how.is_unsafe
        return Seen(result, tuple(found for found in fixable if is_unsafe or (found.fix and found.fix.is_safe)))


def judged(file: Found, how: How) -> Outcome:
    try:
        return _judged(_Eyes(file, how))
    except Exception as error:
        return Outcome(file.path, faults=(f"failed: {error!r}",))


def _judged(eyes: _Eyes) -> Outcome:
    file, before = eyes.file, eyes.look(NO_TEXTS)
    mended = eyes.mended()
    dropped = tuple((one.finding.rule, one.reason) for one in mended.dropped)
    change = next((one for one in mended.changes if one.path == file.path), None)
    if change is None or change.before is None:
        return Outcome(file.path, dropped=dropped, faults=tuple(_internal(before)))
    texts = {os.path.realpath(file.path): change.after}
    after, again = eyes.look(texts), eyes.mended(texts)
    faults = [*_internal(before), *_internal(after)]
    if any(one.path == file.path for one in again.changes):
        faults.append("a second round finds more to mend")
    oracle = _docker if file.kind == "dockerfile" else partial(_compose, is_unsafe=eyes.how.is_unsafe)
    faults += oracle(change.before, change.after)
    applied = tuple(one.rule for batch in mended.batches for one in batch.findings)
    is_shown = faults or eyes.how.sample in applied
    shown = "".join(diff.render(file.path, change.before, change.after)) if is_shown else ""
    return Outcome(file.path, applied, dropped, tuple(_brought(before, after)), tuple(faults), shown)


def _internal(seen: Seen) -> Iterator[str]:
    return (one.message for one in seen.result.problems if "internal error" in one.message)


def _brought(before: Seen, after: Seen) -> Iterator[str]:
    """Rules that find more than before, by how gravely."""
    grave = [
        Counter(one.rule for one in seen.result.findings if one.severity > Severity.INFO) for seen in (before, after)
    ]
    return (grave[1] - grave[0]).elements()


def _docker(before: bytes, after: bytes) -> Iterator[str]:
    """What Docker's own parser says of a mended Dockerfile."""
    old, new = _commands(before), _commands(after)
    if old is not None and new is None:
        yield "Docker's parser accepts it no longer"
    if old is None or new is None:
        return
    lines = [data.decode("utf-8", "replace").split("\n") for data in (before, after)]
    blocks = SequenceMatcher(None, lines[0], lines[1], autojunk=False).get_matching_blocks()
    moved = {start + index: to + index for start, to, size in blocks for index in range(size)}
    for first, last, original in old:
        places = [moved.get(number - 1) for number in range(first, last + 1)]
        is_whole = None not in places and places[-1] - places[0] == last - first  # type: ignore[operator]
        if is_whole and (places[0] + 1, places[-1] + 1, original) not in new:  # type: ignore[operator]
            yield f"the instruction of line {first} is another"


def _commands(data: bytes) -> set[tuple[int, int, str]] | None:
    from dockerfile import GoParseError, parse_string  # noqa: PLC0415

    try:
        found = parse_string(data.decode("utf-8", "replace"))
    except (GoParseError, ValueError):
        return None
    # The parser takes any word for an instruction.
    return {(one.start_line, one.end_line, one.original) for one in found if (one.cmd or "").upper() in CLASSES}


def _compose(before: bytes, after: bytes, *, is_unsafe: bool) -> Iterator[str]:
    """What Docker Compose says of a mended file: safe fixes leave all of its model as it was."""
    old, new = (compose_oracle.ask({compose_oracle.MAIN: data}) for data in (before, after))
    if "config" in old and "error" in new:
        yield f"Compose accepts it no longer: {new['error']}"
    elif "config" in old and not is_unsafe:
        yield from (f"Compose reads it otherwise: {one}" for one in differences(new["config"], old["config"]))


def _report(outcomes: Iterator[Outcome], how: How) -> None:
    counts: Counter[str] = Counter()
    applied: Counter[str] = Counter()
    dropped: Counter[tuple[str, str]] = Counter()
    brought: Counter[str] = Counter()
    named: dict[str, list[str]] = {}
    for one in outcomes:
        counts["files"] += 1
        counts["changed"] += bool(one.applied)
        applied.update(one.applied)
        dropped.update(one.dropped)
        brought.update(one.brought)
        for fault in one.faults:
            counts[f"FAULT {fault.partition(':')[0]}" if "line" not in fault else "FAULT another instruction"] += 1
            print(f"{one.path}: {fault}", flush=True)
        if one.difference:
            print(one.difference, flush=True)
        for rule, reason in one.dropped:
            named.setdefault(f"{rule}: {reason}", []).append(one.path)
    for name, count in counts.items():
        print(f"{count:7,}  {name}")
    print(f"{applied.total():7,}  fixes applied, of {len(applied)} rules")
    for rule, count in applied.most_common():
        print(f"  {count:7,}  {rule}")
    print(f"{dropped.total():7,}  dropped")
    for (rule, reason), count in dropped.most_common():
        print(f"  {count:7,}  {rule}: {reason}  ({', '.join(named[f'{rule}: {reason}'][:3])})")
    print(f"{brought.total():7,}  errors and warnings that were not there before: {dict(brought.most_common())}")


def main(folder: Path, how: How, workers: int, every: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        lay_out(folder.resolve(), Path(name))
        os.chdir(name)
        files = sorted(find(["."]))[::every]
        with ProcessPoolExecutor(workers) as pool:
            _report(pool.map(partial(judged, how=how), files, chunksize=20), how)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--unsafe", action="store_true")
    parser.add_argument("--select", default="all")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--sample")
    given = parser.parse_args()
    main(given.folder, How(tuple(given.select.split(",")), given.unsafe, given.sample), given.workers, given.every)
