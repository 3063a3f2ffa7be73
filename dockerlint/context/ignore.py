"""`.dockerignore`: which paths of a build context Docker leaves out.

The language is that of Docker's own matcher, not that of `.gitignore`: patterns are anchored at the
context's root, the last one that matches decides, and what matches a folder matches all below it.
https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from dockerlint.context.patterns import AnyOf, BadPatternError, Test, compile_pattern, validate
from dockerlint.source import Source, Text

# What Go's unicode.IsSpace holds for blank; str.strip would also take the separators 0x1c to 0x1f.
_BLANKS = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_NOT_A_PREFIX = frozenset("*[]?^\\")


class Pattern(NamedTuple):
    """One line of an ignore file. `text` is what was written, `pattern` what Docker makes of it without the `!`."""

    text: Text
    pattern: str
    negated: bool
    line: int

    def matches(self, path: str) -> bool:
        """Whether the pattern fits exactly this path; its parents are not looked at."""
        return bool(compile_pattern(self.pattern)(path))


class Verdict(NamedTuple):
    """What the patterns say of a path. `matched` has a bit for each pattern that fits it or a parent of it."""

    pattern: Pattern | None
    matched: int

    @property
    def is_excluded(self) -> bool:
        return self.pattern is not None and not self.pattern.negated


ROOT = Verdict(None, 0)


class IgnoreFile:
    """The patterns of one ignore file, in order. Paths are relative to the context's root, with `/`.

    `errors` holds the lines that Docker refuses and why; they take no part in matching.
    """

    def __init__(self, patterns: Iterable[Pattern], errors: Iterable[tuple[Text, str]] = ()) -> None:
        self.patterns = tuple(patterns)
        self.errors = tuple(errors)
        self.has_negations = any(pattern.negated for pattern in self.patterns)
        self._inherited = {0: ROOT}

    @classmethod
    def read(cls, source: Source) -> IgnoreFile:
        return cls._parsed((text, _as_relative(text)) for text in _lines(source))

    @classmethod
    def of(cls, words: Iterable[str]) -> IgnoreFile:
        """Patterns that stand alone, as in `COPY --exclude`: no comments, and a leading slash is kept."""
        texts = (word if isinstance(word, Text) else Source("", word).slice(0, len(word)) for word in words)
        return cls._parsed((text, text) for text in texts)

    @classmethod
    def _parsed(cls, lines: Iterable[tuple[Text, str]]) -> IgnoreFile:
        patterns: list[Pattern] = []
        errors: list[tuple[Text, str]] = []
        for text, word in lines:
            try:
                patterns.extend(_pattern(text, word))
            except BadPatternError as error:
                errors.append((text, str(error)))
        return cls(patterns, errors)

    def excludes(self, path: str) -> bool:
        """Whether Docker leaves the path out of the context, be it there or not."""
        return self._verdict(path).is_excluded

    def deciding(self, path: str) -> Pattern | None:
        """The pattern that settles the path's fate: the one that last changed it. None when none did."""
        return self._verdict(path).pattern

    def _verdict(self, path: str) -> Verdict:
        verdict = ROOT
        if path in {"", "."} or not self.patterns:
            return verdict
        end = path.find("/")
        while end >= 0:
            folder = path[:end]
            verdict = self.below(verdict, folder)
            if verdict.is_excluded and self.closes(folder):
                return verdict
            end = path.find("/", end + 1)
        return self.below(verdict, path)

    def below(self, parent: Verdict, path: str) -> Verdict:
        """The verdict on a path whose folder's verdict is known; `ROOT` for what lies at the top.

        As in Docker, a pattern that could change nothing for the folder is not remembered for what lies in it:
        after `*/cache`, `!app` does not bring back app/cache.
        """
        return self._decided(parent.matched, path if self._any(path) else None)

    def _decided(self, inherited: int, path: str | None) -> Verdict:
        """The verdict on a path below one that fits these patterns; None where it fits none itself."""
        if path is None and inherited in self._inherited:
            return self._inherited[inherited]
        decider: Pattern | None = None
        is_excluded = False
        matched = 0
        for bit, negated, test, pattern in self._tests:
            if inherited & bit or (path is not None and negated is is_excluded and test(path)):
                matched |= bit
                if negated is is_excluded:
                    is_excluded = not negated
                    decider = pattern
        verdict = Verdict(decider, matched)
        if path is None:
            self._inherited[inherited] = verdict
        return verdict

    def excluded(self, paths: Iterable[str]) -> Iterator[tuple[str, Pattern]]:
        """Those of the paths that Docker leaves out, each with the pattern that decides; a folder is tried once."""
        folders = {"": (ROOT, False)}
        for path in paths:
            verdict, is_closed = self._folder(path.rpartition("/")[0], folders)
            if not is_closed:
                verdict = self.below(verdict, path)
            if verdict.pattern is not None and verdict.is_excluded:
                yield path, verdict.pattern

    def _folder(self, path: str, known: dict[str, tuple[Verdict, bool]]) -> tuple[Verdict, bool]:
        """The verdict on a folder, and whether Docker never looks into it."""
        missing = []
        while path not in known:
            missing.append(path)
            path = path.rpartition("/")[0]
        verdict, is_closed = known[path]
        for folder in reversed(missing):
            if not is_closed:
                verdict = self.below(verdict, folder)
                is_closed = verdict.is_excluded and self.closes(folder)
            known[folder] = verdict, is_closed
        return verdict, is_closed

    def closes(self, folder: str) -> bool:
        """Whether Docker never looks into this folder once it is excluded, since no `!` names anything in it."""
        if not self.has_negations:
            return True
        reopened = self._reopened
        return reopened is not None and not any(path.startswith(folder + "/") for path in reopened)

    @cached_property
    def _any(self) -> AnyOf:
        return AnyOf(pattern.pattern for pattern in self.patterns)

    @cached_property
    def _tests(self) -> list[tuple[int, bool, Test, Pattern]]:
        return [
            (1 << index, pattern.negated, compile_pattern(pattern.pattern), pattern)
            for index, pattern in enumerate(self.patterns)
        ]

    @cached_property
    def _reopened(self) -> list[str] | None:
        """The folders that the negations name, with a slash at the end. None if one is a glob and may be anywhere."""
        names = [p.pattern.removesuffix("/**").removesuffix("/*") for p in self.patterns if p.negated]
        return None if any(_NOT_A_PREFIX.intersection(name) for name in names) else [name + "/" for name in names]


def clean(path: str) -> str:
    """The shortest path that says the same, as Go's `filepath.Clean` has it."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def _lines(source: Source) -> Iterator[Text]:
    """The lines that hold something, trimmed. Only a `#` in the very first column starts a comment."""
    starts = source.line_starts
    for start, end in zip(starts, [*starts[1:], len(source.text)], strict=True):
        if not source.text.startswith("#", start):
            text = source.slice(start, end).trimmed(_BLANKS)
            if text:
                yield text


def _as_relative(line: str) -> str:
    """A line's path cleaned and without its leading slash, so that /a is a."""
    mark = "!" if line.startswith("!") else ""
    path = line[len(mark) :].strip(_BLANKS)
    if path:
        path = clean(path)
        path = path[1:] if len(path) > 1 and path.startswith("/") else path
    return mark + path


def _pattern(text: Text, word: str) -> Iterator[Pattern]:
    """The pattern of a word, if it says anything. Docker looks for the `!` only now: `./!a` has one too.

    Raises BadPatternError.
    """
    word = word.strip(_BLANKS)
    if not word:
        return
    word = clean(word)
    negated = word.startswith("!")
    path = word[1:] if negated else word
    if not path:
        raise BadPatternError("nothing follows the `!`")
    validate(path)
    yield Pattern(text, path, negated, text.line)
