"""A baseline: the findings that a project has accepted for now, so that only new ones count.

The file is JSON with one finding a line, sorted, so that it is read in a review and merged by lines. Paths are those
from the folder of the file. Its shape is a contract: see docs/baseline.schema.json.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from dockerlint.lint.finding import Finding

VERSION = 1


class BadBaseline(Exception):
    """The file cannot be read as a baseline."""


class Entry(NamedTuple):
    """A finding that is known. `fingerprint` says what it is in its file; `message` is there for those who read it."""

    path: str
    rule: str
    fingerprint: str
    message: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.path, self.rule, self.fingerprint


class Comparison(NamedTuple):
    """What has become of a baseline.

    `new` are the findings that it does not know, `known` those that it does. Of its entries, `mended` are those that
    are found no more, `ignored` those that a comment leaves out now, `stale` those whose file or rule is gone, `kept`
    all others: found again, also where their file has moved to, or not looked for.
    """

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    mended: tuple[Entry, ...]
    ignored: tuple[Entry, ...]
    stale: tuple[Entry, ...]
    kept: tuple[Entry, ...]


class Looked(NamedTuple):
    """What a run has looked at: whether a path was among it and could be checked, and whether a rule was asked.

    Nobody knows any more of a rule for which `knows` is False.
    """

    at: Callable[[str], bool]
    asked: Callable[[str], bool]
    knows: Callable[[str], bool]


class Baseline:
    """The accepted findings, and the folder that their paths are told from."""

    def __init__(self, path: Path, entries: Iterable[Entry] = ()) -> None:
        self.path = path
        self.entries = tuple(sorted(entries))
        self._folder = os.path.abspath(path.parent)  # noqa: PTH100 (links stay as they are written)

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Raises BadBaseline."""
        try:
            document = json.loads(path.read_text("utf-8"))
            if document["version"] != VERSION:
                message = f"{path}: version {document['version']} of the baseline is not known here"
                raise BadBaseline(message)
            return cls(
                path, [Entry(**{name: str(one[name]) for name in Entry._fields}) for one in document["findings"]]
            )
        except OSError as error:
            message = f"{path}: {error.strerror}"
            raise BadBaseline(message) from error
        except (ValueError, KeyError, TypeError) as error:
            message = f"{path}: this is no baseline, or one that a merge has broken: {error}"
            raise BadBaseline(message) from error

    @property
    def data(self) -> bytes:
        return self.text().encode()

    def text(self) -> str:
        lines = ",\n".join(_line(entry) for entry in self.entries)
        return f'{{\n"version": {VERSION},\n"findings": [\n{lines}{lines and chr(10)}]\n}}\n'

    def entry(self, finding: Finding) -> Entry:
        path = os.path.relpath(finding.region.path, self._folder).replace(os.sep, "/")
        return Entry(path, finding.rule, finding.mark, finding.message)

    def with_findings(self, findings: Iterable[Finding]) -> Baseline:
        return Baseline(self.path, [*self.entries, *map(self.entry, findings)])

    def compared(self, findings: Iterable[Finding], looked: Looked, suppressed: Iterable[Finding] = ()) -> Comparison:
        """What has become of it, given what was found, and what comments leave out."""
        left = Counter(entry.key for entry in self.entries)
        unmatched: list[Finding] = []
        known: list[Finding] = []
        kept: list[Entry] = []
        for finding in findings:
            entry = self.entry(finding)
            is_known = left[entry.key] > 0
            left[entry.key] -= is_known
            (known if is_known else unmatched).append(finding)
            kept += [entry] if is_known else []
        gone = list(self._left(left))
        moved = self._moved(gone, unmatched)
        found_again = Counter(moved.values())
        gone = [entry for entry in gone if not found_again[entry]]
        known += [finding for finding in unmatched if id(finding) in moved]
        new = [finding for finding in unmatched if id(finding) not in moved]
        kept += [self.entry(finding) for finding in unmatched if id(finding) in moved]
        told = Counter(self.entry(finding).key for finding in suppressed)
        stale = [entry for entry in gone if self._is_stale(entry, looked)]
        absent = [
            entry for entry in gone if entry not in stale and looked.at(self._typed(entry)) and looked.asked(entry.rule)
        ]
        lost = Counter((*stale, *absent))
        kept += [entry for entry in gone if not lost[entry]]
        ignored = tuple(entry for entry in absent if told[entry.key])
        mended = tuple(entry for entry in absent if not told[entry.key])
        return Comparison(tuple(new), tuple(known), mended, ignored, tuple(stale), tuple(sorted(kept)))

    def _moved(self, gone: Iterable[Entry], unmatched: Iterable[Finding]) -> dict[int, Entry]:
        """The entries that are found again in a file of the same name, where their own is gone, by ids of findings."""
        places: dict[tuple[str, str, str], list[Entry]] = {}
        for entry in gone:
            if not os.path.lexists(self._typed(entry)):
                places.setdefault(_wherever(entry), []).append(entry)
        moved: dict[int, Entry] = {}
        for finding in unmatched if places else ():
            entries = places.get(_wherever(self.entry(finding)))
            if entries:
                moved[id(finding)] = entries.pop()
        return moved

    def _left(self, left: Counter[tuple[str, str, str]]) -> Iterator[Entry]:
        for entry in self.entries:
            if left[entry.key] > 0:
                left[entry.key] -= 1
                yield entry

    def _is_stale(self, entry: Entry, looked: Looked) -> bool:
        return not looked.knows(entry.rule) or not os.path.lexists(self._typed(entry))

    def _typed(self, entry: Entry) -> str:
        """Where the file of an entry is."""
        return os.path.normpath(os.path.join(self._folder, entry.path))  # noqa: PTH118


def _wherever(entry: Entry) -> tuple[str, str, str]:
    """What an entry is, whatever folder its file lies in."""
    return entry.path.rpartition("/")[2], entry.rule, entry.fingerprint


def _line(entry: Entry) -> str:
    return json.dumps(
        {"path": entry.path, "rule": entry.rule, "fingerprint": entry.fingerprint, "message": entry.message}
    )
