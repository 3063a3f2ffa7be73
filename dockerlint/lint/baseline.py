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
    are found no more, `stale` those whose file or rule is gone, `kept` all others: found again, or not looked for.
    """

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    mended: tuple[Entry, ...]
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

    def compared(self, findings: Iterable[Finding], looked: Looked) -> Comparison:
        left = Counter(entry.key for entry in self.entries)
        new: list[Finding] = []
        known: list[Finding] = []
        kept: list[Entry] = []
        for finding in findings:
            entry = self.entry(finding)
            is_known = left[entry.key] > 0
            left[entry.key] -= is_known
            (known if is_known else new).append(finding)
            kept += [entry] if is_known else []
        gone = list(self._left(left))
        stale = [entry for entry in gone if self._is_stale(entry, looked)]
        mended = [
            entry for entry in gone if entry not in stale and looked.at(self._typed(entry)) and looked.asked(entry.rule)
        ]
        lost = Counter((*stale, *mended))
        kept += [entry for entry in gone if not lost[entry]]
        return Comparison(tuple(new), tuple(known), tuple(mended), tuple(stale), tuple(sorted(kept)))

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


def _line(entry: Entry) -> str:
    return json.dumps(
        {"path": entry.path, "rule": entry.rule, "fingerprint": entry.fingerprint, "message": entry.message}
    )
