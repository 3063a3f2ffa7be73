"""Mends files: in memory, pass by pass, and only as far as each fix does what it says and nothing else.

A pass takes the fixes that do not touch each other, in the order of the files. What they make of a file is looked at
before it counts: it must say all that it said before but for the edits, the findings must be gone, and no error may
have come. Where that is not so, the fixes of the pass are halved until the culprit is found and dropped. After a pass
the files that it changed are checked again, until nothing is left to mend.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeVar

from dockerlint.lint.finding import Finding, Problem
from dockerlint.lint.originals import Originals
from dockerlint.lint.run import Result
from dockerlint.lint.trials import MOST_PASSES, Change, Dropped, Part
from dockerlint.lint.views import View, edits_of, real
from dockerlint.lint.writing import CannotWrite, write_all
from dockerlint.project.discovery import Found
from dockerlint.project.files import NO_TEXTS, Texts
from dockerlint.project.project import root_of

__all__ = ["MOST_PASSES", "Batch", "Change", "Dropped", "Look", "Mended", "Seen", "Unwritten", "mend", "write"]

_Told = TypeVar("_Told", Finding, Problem)


class Seen(NamedTuple):
    """What a check has found, and of that what has a fix which may be applied."""

    result: Result
    offered: tuple[Finding, ...]


# Checks all files, or some, with texts that stand in for what they have on disk.
Look = Callable[[Texts, Collection[Found] | None], Seen]


class Batch(NamedTuple):
    """Changes that hang together, to be written all or not at all, and the findings that they mend."""

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]


class Mended(NamedTuple):
    """What mending comes to; nothing of it is written yet.

    It `is_blind` where files are changed of which only a check of what is on disk tells what comes of it.
    """

    batches: tuple[Batch, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    is_blind: bool = False

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(sorted(change for batch in self.batches for change in batch.changes))

    @property
    def texts(self) -> Texts:
        """The new texts, to stand in for what the files have on disk."""
        return {real(change.path): change.after for change in self.changes}

    def without(self, unwritten: Iterable[Unwritten]) -> Mended:
        """What is mended in the end, where some changes could not be written."""
        lost = {id(one.batch): one.reason for one in unwritten}
        dropped = [Dropped(found, lost[id(one)]) for one in self.batches if id(one) in lost for found in one.findings]
        batches = tuple(one for one in self.batches if id(one) not in lost)
        return self._replace(batches=batches, dropped=(*self.dropped, *dropped))

    def followed_by(self, later: Mended) -> Mended:
        """What is mended by this and then by the other, of files that are written in between."""
        return later._replace(batches=(*self.batches, *later.batches))


def mend(
    look: Look,
    seen: Seen,
    files: Iterable[Found],
    ties: Iterable[Collection[Found]] = (),
    given: Texts = NO_TEXTS,
) -> Mended:
    """Apply the fixes that a first check of the files offers, and those that come after.

    `ties` are files whose findings depend on each other, `given` are texts that stand in for files from the start.
    """
    files = tuple(files)
    parts = _Parts(files, ties, Originals((str(root_of(file.path)) for file in files), given))
    for part, view in parts.split(seen):
        part.view = view
    while True:
        parts.join()
        trials = [trial for part in parts.all if (trial := part.trial()) is not None]
        if not trials:
            return parts.outcome()
        texts = {path: data for part in parts.all for path, data in part.texts.items()}
        texts |= {path: data for trial in trials for path, data in trial.texts.items()}
        again = frozenset(file for trial in trials if trial.texts for file in trial.part.files)
        views = dict(parts.split(look(texts, again))) if again else {}
        for part, view in views.items():
            if part.is_unknown:
                part.view = view
        for trial in trials:
            trial.part.judge(trial, views.get(trial.part, View()) if trial.texts else trial.part.view)


class Unwritten(NamedTuple):
    """Changes that could not be written, and why."""

    batch: Batch
    reason: str


def write(mended: Mended) -> list[Unwritten]:
    """Write each batch of changes whole or not at all; tells which were not."""
    unwritten: list[Unwritten] = []
    for batch in mended.batches:
        changed = next((change.path for change in batch.changes if _on_disk(change.path) != change.before), None)
        try:
            if changed is not None:
                message = f"{changed} was changed meanwhile"
                raise CannotWrite(message)
            write_all((Path(change.path), change.after) for change in batch.changes)
        except CannotWrite as error:
            unwritten.append(Unwritten(batch, str(error)))
    return unwritten


def _on_disk(path: str) -> bytes | None:
    """What is in a file now; None where there is none, or none that can be read."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


class _Parts:
    """All files in parts that can be mended each by itself."""

    def __init__(self, files: Iterable[Found], ties: Iterable[Collection[Found]], originals: Originals) -> None:
        self._originals = originals
        self._of: dict[str, Part] = {}
        for tie in ties:
            for file in tie:
                self._of_path(file.path).add(file, is_checked=False)
            self._join([file.path for file in tie])
        for file in files:
            self._of_path(file.path).add(file, is_checked=True)

    @property
    def all(self) -> list[Part]:
        return list({id(part): part for part in self._of.values()}.values())

    def _of_path(self, path: str) -> Part:
        place = real(path)
        if place not in self._of:
            self._of[place] = Part(self._originals, place)
        return self._of[place]

    def _join(self, paths: Iterable[str]) -> None:
        """Make one part of those that some files belong to."""
        first, *others = {id(part): part for part in map(self._of_path, paths)}.values()
        for other in others:
            first.join(other)
            self._of.update(dict.fromkeys(other.paths, first))

    def join(self) -> None:
        """Make one part of those that a fix reaches across."""
        for part in self.all:
            for finding in part.view.offered:
                self._join([finding.region.path, *(edit.region.path for edit in edits_of(finding))])

    def split(self, seen: Seen) -> Iterator[tuple[Part, View]]:
        """What a check says, for each part."""
        result = seen.result
        told = (result.findings, seen.offered, result.suppressed)
        sorted_out: dict[int, tuple[Part, list[list[Finding]], list[Problem]]] = {}

        def of(path: str) -> tuple[Part, list[list[Finding]], list[Problem]]:
            part = self._of_path(path)
            return sorted_out.setdefault(id(part), (part, [[] for _ in told], []))

        for index, findings in enumerate(told):
            for finding in findings:
                of(finding.region.path)[1][index].append(finding)
        for problem in result.problems:
            of(problem.path)[2].append(problem)
        for part, lists, problems in sorted_out.values():
            found, offered, suppressed = map(tuple, lists)
            yield part, View(found, offered, suppressed, tuple(problems))

    def outcome(self) -> Mended:
        batches = [Batch(part.changes(), tuple(part.applied)) for part in self.all if part.applied]
        dropped = tuple(one for part in self.all for one in part.dropped())
        return Mended(tuple(batches), dropped, any(part.is_blind for part in self.all))
