"""`.dockerignore`: which paths of a build context Docker leaves out.

The language is that of Docker's own matcher, not that of `.gitignore`: patterns are anchored at the
context's root, the last one that matches decides, and what matches a folder matches all below it.
https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from dockerlint.source import Source, Text

Test = Callable[[str], object]

# What Go's unicode.IsSpace holds for blank; str.strip would also take the separators 0x1c to 0x1f.
_BLANKS = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_SPECIAL = frozenset("*?[\\")
_NOT_A_PREFIX = frozenset("*[]?^\\")

# The tokens of a pattern are regular expressions, of one character each but for these three.
_STAR = "[^/]*"
_FOLDERS = "(?:.*/)?"
_REST = ".*"

# Each `**` in the middle of a name doubles the work of matching.
_MOST_INNER_FOLDERS = 4


class BadPatternError(ValueError):
    """Docker cannot read a pattern: the build stops. The message says why, as part of a sentence."""


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
        decider: Pattern | None = None
        is_excluded = False
        matched = 0
        inherited = parent.matched
        for bit, negated, test, pattern in self._tests:
            if inherited & bit or (negated is is_excluded and test(path)):
                matched |= bit
                if negated is is_excluded:
                    is_excluded = not negated
                    decider = pattern
        return Verdict(decider, matched)

    def closes(self, folder: str) -> bool:
        """Whether Docker never looks into this folder once it is excluded, since no `!` names anything in it."""
        if not self.has_negations:
            return True
        reopened = self._reopened
        return reopened is not None and not any(path.startswith(folder + "/") for path in reopened)

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
    _branches(_tokens(path))
    yield Pattern(text, path, negated, text.line)


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> Test:
    """The test for a cleaned ignore pattern. Time grows with the path's length, whatever the pattern.

    Raises BadPatternError.
    """
    if _SPECIAL.isdisjoint(pattern):
        return pattern.__eq__
    if pattern.endswith("**") and _SPECIAL.isdisjoint(prefix := pattern[:-2]):
        return lambda path: path.startswith(prefix)
    if pattern.startswith("**") and _SPECIAL.isdisjoint(suffix := pattern[2:]):
        name = suffix[1:] if suffix.startswith("/") else None
        return lambda path: path.endswith(suffix) or path == name
    return _compiled(_branches(_tokens(pattern)))


@lru_cache(maxsize=4096)
def compile_glob(pattern: str) -> Test:
    """The test for a glob as Go's `filepath.Match` reads it: of COPY and ADD, where `**` is no more than `*`.

    Raises BadPatternError.
    """
    return _compiled([_tokens(pattern, crosses_folders=False)])


def _compiled(branches: list[list[str]]) -> Test:
    return re.compile("|".join(map(_regex, branches)), re.DOTALL).fullmatch


def _tokens(pattern: str, *, crosses_folders: bool = True) -> list[str]:
    """A pattern as a list of regular expressions. Raises BadPatternError."""
    tokens: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            token, at = _wildcard(pattern, at, crosses_folders)
        elif character == "[":
            token, at = _character_class(pattern, at)
        elif character == "?":
            token, at = "[^/]", at + 1
        else:
            character, at = _character(pattern, at)
            token = re.escape(character)
        if token != _FOLDERS or tokens[-1:] != [_FOLDERS]:
            tokens.append(token)
    return tokens


def _wildcard(pattern: str, at: int, crosses_folders: bool) -> tuple[str, int]:
    """The token for the stars at this place, and where they end. Three stars are `**` and `*`."""
    if not crosses_folders:
        while pattern.startswith("*", at):
            at += 1
        return _STAR, at
    if not pattern.startswith("**", at):
        return _STAR, at + 1
    at += 3 if pattern.startswith("/", at + 2) else 2
    return (_FOLDERS if at < len(pattern) else _REST), at


def _character(pattern: str, at: int) -> tuple[str, int]:
    """The character that stands here, perhaps escaped, and where the next one begins."""
    if pattern[at] != "\\":
        return pattern[at], at + 1
    escaped = pattern[at + 1 : at + 2]
    if not escaped:
        raise BadPatternError("the backslash at the end escapes nothing")
    # On Linux and macOS Docker stops at most of these and takes `\d` for any digit; on Windows they part folders.
    if escaped.isalnum() or not escaped.isascii():
        raise BadPatternError(f"the backslash before `{escaped}` does not part folders; write `/`")
    return escaped, at + 2


def _character_class(pattern: str, at: int) -> tuple[str, int]:
    """The token for the brackets that open here, and where the next one begins."""
    at += 1
    negation = "^" if pattern.startswith("^", at) else ""
    at += len(negation)
    members = ""
    while not members or not pattern.startswith("]", at):
        low, at = _member(pattern, at)
        high = low
        if pattern.startswith("-", at):
            high, at = _member(pattern, at + 1)
        if low > high:
            raise BadPatternError(f"the range `{low}-{high}` runs backwards")
        members += f"{re.escape(low)}-{re.escape(high)}"
    return f"[{negation}{members}]", at + 1


def _member(pattern: str, at: int) -> tuple[str, int]:
    if at >= len(pattern):
        raise BadPatternError("the `[` is never closed")
    if pattern[at] in "-]":
        raise BadPatternError(f"`{pattern[at]}` stands in brackets where a character must; write `\\{pattern[at]}`")
    return _character(pattern, at)


def _branches(tokens: list[str]) -> list[list[str]]:
    """The same pattern in alternatives in which each `**` stands at the start of a name.

    For Docker `a**b` is either `ab`, or `a*/` and then `b` at the start of a name anywhere below.
    """
    branches: list[list[str]] = [[]]
    inner = 0
    for index, token in enumerate(tokens):
        if token == _FOLDERS and index and tokens[index - 1] != "/":
            inner += 1
            if inner > _MOST_INNER_FOLDERS:
                raise BadPatternError("it has too many `**` in the middle of names")
            branches += [[*branch, _STAR, "/", _FOLDERS] for branch in branches]
        else:
            branches = [[*branch, token] for branch in branches]
    return branches


def _regex(tokens: list[str]) -> str:
    """The regular expression for tokens. The atomic groups keep it from trying all ways to share a path among stars.

    All but the last `**` may settle for the first place that fits: what follows them can still be anywhere below.
    """
    first, *blocks = _split(tokens, _FOLDERS)
    regex = _block(first, is_last=not blocks)
    for number, block in enumerate(blocks, 1):
        is_last = number == len(blocks)
        part = _block(block, is_last=is_last)
        regex += f"{_FOLDERS}{part}" if is_last else f"(?>(?:.*?/)??{part})"
    return regex


def _block(tokens: list[str], *, is_last: bool) -> str:
    """Tokens without a `**`. Only the last star of a pattern must look further than the first place that fits."""
    first, *chunks = map("".join, _split(tokens, _STAR))
    for number, chunk in enumerate(chunks, 1):
        is_open = is_last and number == len(chunks)
        first += f"{_STAR}{chunk}" if is_open else f"(?>[^/]*?{chunk})"
    return first


def _split(tokens: list[str], separator: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token == separator:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts
