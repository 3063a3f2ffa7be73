"""Files that are mended together: which fixes are tried in them, and what is made of the outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dockerlint.lint.finding import LONGEST_LINE, Edit, Finding, Fix, Region
from dockerlint.lint.intact import harm, is_clear
from dockerlint.lint.originals import Originals, encoded
from dockerlint.lint.patching import Patch, Taken, Unfit, written
from dockerlint.lint.views import View, edits_of, real, want_the_same, worse
from dockerlint.project.discovery import Found, Kind
from dockerlint.project.files import Texts
from dockerlint.source import Source

MOST_PASSES = 10
_MOST_ROUNDS = 500  # of a part; each takes a fix, drops one, or halves the number that is tried

_Key = tuple[str, str, str]
_Place = tuple[str, int, int]
_What = tuple[str, Region, str, Fix | None]


class Change(NamedTuple):
    """What becomes of a file; `before` is None for one that was not there."""

    path: str
    before: bytes | None
    after: bytes


class Dropped(NamedTuple):
    """A finding whose fix is not applied, and why."""

    finding: Finding
    reason: str


def _what(finding: Finding) -> _What:
    return finding.rule, finding.region, finding.message, finding.fix


def _place(region: Region) -> _Place:
    return real(region.path), region.line, region.column


def _waits(finding: Finding, unclear: frozenset[str]) -> bool:
    """Whether a file must be mended otherwise before a finding in it."""
    return not finding.is_refusal and any(real(edit.region.path) in unclear for edit in edits_of(finding))


def _order(finding: Finding) -> tuple[list[tuple[str, int]], Region]:
    return [(edit.region.path, edit.start) for edit in edits_of(finding)], finding.region


def _key(finding: Finding) -> _Key:
    return finding.rule, finding.mark, finding.fix.message if finding.fix is not None else ""


class Trial(NamedTuple):
    """Fixes that are tried together, and what they make of the files."""

    part: Part
    findings: tuple[Finding, ...]
    sources: Mapping[str, Source]
    patches: Mapping[str, Patch]

    @property
    def tried(self) -> frozenset[_What]:
        return frozenset(map(_what, self.findings))

    def new_places(self, region: Region) -> tuple[_Place, ...]:
        """Where what began at a place begins after the edits: behind what is inserted there, or before it."""
        path, line, column = _place(region)
        patch = self.patches.get(path)
        if patch is None:
            return ((path, line, column),)
        source = self.sources[path]
        offset = source.line_starts[line - 1] + column - 1
        after = Source(path, patch.after)
        return tuple((path, *after.position(place)) for place in (patch.start(offset), patch.end(offset)))

    @property
    def texts(self) -> Texts:
        """The new texts of files that are checked again with them."""
        return {
            path: encoded(self.sources[path], patch.after)
            for path, patch in self.patches.items()
            if path in self.part.kinds
        }


class Part:
    """Files whose findings depend on each other, or that one fix edits together; all paths are real ones.

    `files` are checked again after each pass, `kinds` says which texts can stand in for what is on disk then. What
    stands on disk in the other files is edited as it is, once.
    """

    def __init__(self, originals: Originals, path: str) -> None:
        self.paths = {path}
        self.files: set[Found] = set()
        self.kinds: dict[str, Kind] = {}
        self.view = View()
        self.texts: dict[str, bytes] = {}
        self.applied: list[Finding] = []
        self._originals = originals
        self._typed: dict[str, str] = {}
        self._elsewhere: dict[str, list[Edit]] = {}
        self._dropped: dict[_Key, str] = {}
        self._is_worth_retrying = False
        self._limit: int | None = None
        self._passes = 0
        self._rounds = 0
        self._states: set[int] = set()

    def add(self, file: Found, *, is_checked: bool) -> None:
        self.kinds[real(file.path)] = file.kind
        if is_checked:
            self.files.add(file)

    def join(self, other: Part) -> None:
        """Take over what is known of other files."""
        self.files |= other.files
        self.kinds |= other.kinds
        self.view = self.view.with_all(other.view)
        self.paths |= other.paths
        self.texts |= other.texts
        self.applied += other.applied
        self._elsewhere |= other._elsewhere
        self._typed |= other._typed
        self._dropped |= other._dropped
        self._limit = None

    @property
    def is_unknown(self) -> bool:
        """Whether nothing was said of it so far: of an ignore file, say, in which something is found at last."""
        return not self.files and self.view == View()

    # What is tried.

    def trial(self) -> Trial | None:
        """What to try next; None where nothing is left."""
        while self._rounds < _MOST_ROUNDS and self._passes < MOST_PASSES:
            self._drop_barred()
            chosen = self._chosen()
            if not chosen and not self._forgets_dropped():
                break
            trial = self._tried(chosen) if chosen else None
            if trial is not None:
                return trial
        return None

    def _pending(self) -> Iterator[Finding]:
        unclear = self._unclear()
        for finding in self.view.offered:
            if _key(finding) not in self._dropped and not self._is_done(finding) and not _waits(finding, unclear):
                yield finding

    def _unclear(self) -> frozenset[str]:
        """The Dockerfiles that Docker cannot read: nobody knows what is meant by the rest of one."""
        refused = {real(one.region.path) for one in self.view.findings if one.is_refusal}
        dockerfiles = (path for path in refused if self.kinds.get(path) == "dockerfile")
        return frozenset(path for path in dockerfiles if not is_clear(self._source(path)))

    def _is_done(self, finding: Finding) -> bool:
        """Whether a fix was made as far as it edits files that are not checked again, so that no check can tell."""
        places = [(real(edit.region.path), edit) for edit in edits_of(finding)]
        elsewhere = [(path, edit) for path, edit in places if path not in self.kinds]
        made = {path: set(map(written, edits)) for path, edits in self._elsewhere.items()}
        return bool(elsewhere) and all(written(edit) in made.get(path, ()) for path, edit in elsewhere)

    def _drop_barred(self) -> None:
        for finding in tuple(self._pending()):
            reasons = (self._originals.bars(edit.region.path) for edit in edits_of(finding))
            reason = next(filter(None, reasons), None)
            if reason is not None:
                self._dropped[_key(finding)] = reason

    def _chosen(self) -> tuple[Finding, ...]:
        """The first fixes that do not touch each other, as many as may be tried."""
        taken = Taken()
        taken.take((path, edit) for path, edits in self._elsewhere.items() for edit in edits)
        pending = sorted(self._pending(), key=_order)
        chosen: list[Finding] = []
        for finding in pending:
            if self._limit is not None and len(chosen) == self._limit:
                break
            if taken.take((real(edit.region.path), edit) for edit in edits_of(finding)):
                chosen.append(finding)
        if not chosen:
            self._dropped |= {_key(one): "another fix edits the same place" for one in pending}
        return tuple(chosen)

    def _forgets_dropped(self) -> bool:
        """Whether fixes that were dropped are worth another trial, as others have been applied since."""
        is_worth_it, self._is_worth_retrying = self._is_worth_retrying, False
        if is_worth_it:
            self._dropped.clear()
        return is_worth_it

    def _tried(self, chosen: tuple[Finding, ...]) -> Trial | None:
        try:
            trial = self._made(chosen)
        except Unfit as error:
            self._reject(chosen, str(error))
            return None
        for path, patch in trial.patches.items():
            reason = harm(path, self.kinds.get(path), patch)
            if reason is not None:
                self._reject(chosen, reason)
                return None
        if trial.texts and self._state(trial.texts) in self._states:
            self._reject(chosen, "it would undo what another fix does")
            return None
        return trial

    def _made(self, chosen: tuple[Finding, ...]) -> Trial:
        edits: dict[str, list[Edit]] = {}
        for finding in chosen:
            self._check_place(finding)
            for edit in edits_of(finding):
                path = real(edit.region.path)
                self._typed.setdefault(path, edit.region.path)
                edits.setdefault(path, list(self._elsewhere.get(path, ()))).append(edit)
        sources = {path: self._source(path) for path in edits}
        return Trial(self, chosen, sources, {path: Patch(sources[path], found) for path, found in edits.items()})

    def _check_place(self, finding: Finding) -> None:
        """Raises Unfit where the file does not have the lines that the finding is about."""
        if finding.lines:
            source, number = self._source(real(finding.region.path)), finding.region.line
            is_there = number <= len(source.line_starts)
            if not is_there or source.line(number)[:LONGEST_LINE] != finding.lines[0]:
                message = "the file was changed meanwhile"
                raise Unfit(message)

    def _source(self, path: str) -> Source:
        """The text of a file as it is now. Raises Unfit."""
        if path in self.texts:
            return Source.from_bytes(path, self.texts[path])
        source = self._originals.source(path)
        if source is None:
            message = "the file cannot be read"
            raise Unfit(message)
        return source

    def _state(self, texts: Texts) -> int:
        now = {**self.texts, **texts}
        return hash(frozenset(item for item in now.items() if item[1] != self._originals.data(item[0])))

    # What is made of the outcome.

    def judge(self, trial: Trial, view: View) -> None:
        """Keep what a trial has made of the files, or find who is to blame for what it did."""
        self._rounds += 1
        still_there = [finding for finding in trial.findings if self._survives(finding, trial, view)]
        for finding in still_there:
            self._dropped[_key(finding)] = "the finding would still be there"
        if still_there:
            return
        reason = worse(self.view, view) if self.files else None
        if reason is not None:
            self._reject(trial.findings, reason)
        else:
            self._accept(trial, view)

    def _reject(self, findings: tuple[Finding, ...], reason: str) -> None:
        self._rounds += 1
        if len(findings) == 1:
            self._dropped[_key(findings[0])] = reason
            self._limit = None
        else:
            self._limit = len(findings) // 2

    def _accept(self, trial: Trial, view: View) -> None:
        self.applied += trial.findings
        self._states.add(self._state({}))
        self.texts.update(trial.texts)
        for path, patch in trial.patches.items():
            if path not in self.kinds:
                self._elsewhere[path] = list(patch.edits)
        if self.files:
            self.view = view
        self._is_worth_retrying = bool(self._dropped)
        if self._limit is None or len(trial.findings) < self._limit:
            self._passes += 1
            self._limit = None

    def _survives(self, finding: Finding, trial: Trial, view: View) -> bool:
        """Whether a finding is still there, or one of the same rule at its place that wants the same done again."""
        paths = (finding.region.path, *(edit.region.path for edit in edits_of(finding)))
        if any(real(path) not in self.kinds for path in paths):
            return False
        before = [one for one in self.view.findings if one.rule == finding.rule and _what(one) not in trial.tried]
        after = [one for one in view.findings if one.rule == finding.rule]
        places = trial.new_places(finding.region)
        others = sum(trial.new_places(one.region)[0] in places for one in before)
        found = [one for one in after if _place(one.region) in places]
        return len(found) > others and any(want_the_same(one, finding) for one in found)

    # What comes of it.

    @property
    def is_blind(self) -> bool:
        """Whether something was edited that is not checked again."""
        return bool(self._elsewhere)

    def dropped(self) -> Iterator[Dropped]:
        """The findings that are left although they have a fix that may be applied."""
        unclear = self._unclear()
        for finding in self.view.offered:
            reason = self._dropped.get(_key(finding))
            if reason is not None:
                yield Dropped(finding, reason)
            elif _waits(finding, unclear):
                yield Dropped(finding, "Docker cannot read the file")
            elif not self._is_done(finding):
                yield Dropped(finding, f"not done after {MOST_PASSES} passes")

    def changes(self) -> tuple[Change, ...]:
        new = dict(self.texts)
        for path, edits in self._elsewhere.items():
            source = self._source(path)
            new[path] = encoded(source, Patch(source, edits).after)
        found = (Change(self._typed[path], self._originals.data(path), data) for path, data in sorted(new.items()))
        return tuple(change for change in found if change.before != change.after)
