"""Variables in instructions: `$VAR`, `${VAR}`, `${VAR:-default}` and their kin.

Docker reads a word once, from left to right, and what stands for a default or a pattern even when
it is not needed: a variable in it is looked up, and a fault in it is one.
https://docs.docker.com/reference/dockerfile/#environment-replacement
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from itertools import takewhile
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from dockerlint.dockerfile import patterns
from dockerlint.dockerfile.arguments import UNICODE_BLANKS

# Beyond these a word is a trap rather than a value: it counts as unknown.
LONGEST_VALUE = 65_536
_DEEPEST = 50

_QUOTES = "'\""
_KNOWN_MODIFIERS = "only `:-`, `:+`, `:?`, `-`, `+`, `?`, `#`, `##`, `%`, `%%`, `/` and `//`"


class Missing(Enum):
    """Why a variable has no value.

    ABSENT: nothing sets it, and nobody can. UNSET: an ARG without default, so whoever builds may set it.
    UNKNOWN: something may set it, but the file does not tell what to.
    """

    ABSENT = "absent"
    UNSET = "unset"
    UNKNOWN = "unknown"


Value = str | Missing
Lookup = Callable[[str], Value]
Result = TypeVar("Result")


class Fault(NamedTuple):
    """Why Docker refuses a word, and the part of it that is at fault."""

    message: str
    start: int
    end: int


class Expansion(NamedTuple, Generic[Result]):
    """What a word becomes.

    `value` is what it becomes by the defaults that the file gives. It is None where the word has a fault,
    where a value that matters is unknown, and where an argument without default is put in.
    `as_built` is what it becomes when nobody sets that argument: it leaves nothing.
    `found` are the variables that Docker looks up, in its order, with what it finds; with a fault, those before it.
    """

    value: Result | None
    as_built: Result | None
    found: Mapping[str, Value] = MappingProxyType({})
    fault: Fault | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.found)

    @property
    def unset(self) -> tuple[str, ...]:
        """The variables without value: arguments that nobody has set, and names that nothing declares."""
        return tuple(name for name, value in self.found.items() if value in (Missing.UNSET, Missing.ABSENT))

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(name for name, value in self.found.items() if value is Missing.UNKNOWN)


def expand(word: str, lookup: Lookup, escape: str = "\\") -> Expansion[str]:
    """Expand the variables of a word and take off its quotes and escapes."""
    if "$" not in word and "'" not in word and '"' not in word and escape not in word:
        return Expansion(word, word)
    return _expansion(_Reader(word, lookup, escape, _QUOTES), _Reader.whole)


def expand_heredoc(body: str, lookup: Lookup) -> Expansion[str]:
    """Expand the body of a heredoc of COPY or ADD, where quotes stand for themselves."""
    if "$" not in body and "\\" not in body:
        return Expansion(body, body)
    return _expansion(_Reader(body, lookup, "\\", ""), _Reader.whole)


def expand_words(word: str, lookup: Lookup, escape: str = "\\") -> Expansion[tuple[str, ...]]:
    """Expand a word as EXPOSE does: the blanks of a value that stands outside of quotes end a word."""
    return _expansion(_Reader(word, lookup, escape, _QUOTES), _Reader.words)


class _Doubt(NamedTuple, Generic[Result]):
    """A result that is not certain: what it is as built, None where it is unknown."""

    as_built: Result | None


_Piece = str | _Doubt[str]

_UNKNOWN: _Doubt[str] = _Doubt(None)
_UNSET = _Doubt("")


class _Refused(Exception):
    def __init__(self, message: str, start: int, end: int) -> None:
        self.fault = Fault(message, start, end)


class _Unbounded(Exception):
    """A word that is nested too deep, or that grows beyond all measure."""


def _expansion(reader: _Reader, read: Callable[[_Reader], Result | _Doubt[Result]]) -> Expansion[Result]:
    value: Result | None = None
    as_built: Result | None = None
    fault: Fault | None = None
    try:
        result = read(reader)
        if isinstance(result, _Doubt):
            as_built = result.as_built
        else:
            value = as_built = result
    except _Refused as refused:
        fault = refused.fault
    except _Unbounded:
        pass
    return Expansion(value, as_built, reader.found, fault)


def _joined(pieces: list[_Piece]) -> _Piece:
    """One piece of several, as uncertain as the least certain of them."""
    if len(pieces) == 1:
        return pieces[0]
    texts = [piece for piece in pieces if isinstance(piece, str)]
    if len(texts) == len(pieces):
        return "".join(texts)
    texts = [text for piece in pieces if (text := _as_built(piece)) is not None]
    return _Doubt("".join(texts)) if len(texts) == len(pieces) else _UNKNOWN


def _as_built(piece: _Piece) -> str | None:
    return piece if isinstance(piece, str) else piece.as_built


class _Reader:
    """Reads a word from left to right. `found` are the variables that were looked up."""

    def __init__(self, word: str, lookup: Lookup, escape: str, quotes: str) -> None:
        self.word = word
        self.lookup = lookup
        self.escape = escape
        self.quotes = quotes
        self.index = 0
        self.depth = 0
        self.length = 0
        self.found: dict[str, Value] = {}

    def whole(self) -> _Piece:
        return self._up_to("")

    def words(self) -> tuple[str, ...] | _Doubt[tuple[str, ...]]:
        plain = _plain(f"${self.escape}{self.quotes}")
        words: list[list[str]] = [[]]
        pieces: list[_Piece] = []
        while self.index < len(self.word):
            is_open = self.word[self.index] not in (self.escape, *self.quotes)
            pieces.append(self._piece(plain))
            text = _as_built(pieces[-1]) or ""
            for part in _stretches().findall(text) if is_open else [text]:
                if is_open and part[0] in UNICODE_BLANKS:
                    words.append([])
                else:
                    words[-1].append(part)
        whole = _joined(pieces)
        result = tuple(filter(None, map("".join, words)))
        if isinstance(whole, str):
            return result
        return _Doubt(None if whole.as_built is None else result)

    def _up_to(self, stop: str, *, keeps_escapes: bool = False) -> _Piece:
        """What stands before the character `stop`, or before the end of the word."""
        word, length = self.word, len(self.word)
        plain = _plain(f"${self.escape}{self.quotes}{stop}")
        pieces: list[_Piece] = []
        while self.index < length and word[self.index] != stop:
            pieces.append(self._piece(plain, keeps_escapes=keeps_escapes))
        return _joined(pieces)

    def _closed(self, stop: str, *, keeps_escapes: bool = False) -> _Piece:
        """What stands before the character `stop`, which must come."""
        piece = self._up_to(stop, keeps_escapes=keeps_escapes)
        if self.index >= len(self.word):
            raise EOFError
        self.index += 1
        return piece

    def _piece(self, plain: re.Pattern[str], *, keeps_escapes: bool = False) -> _Piece:
        """A stretch of plain characters, or what the special one here begins."""
        start = self.index
        if match := plain.match(self.word, start):
            self.index = match.end()
            return match.group()
        character = self.word[start]
        if character == "$":
            return self._variable()
        if character == self.escape:
            self.index += 2
            return self.word[start if keeps_escapes else start + 1 : start + 2]
        return self._single_quoted() if character == "'" else self._double_quoted()

    def _single_quoted(self) -> str:
        start = self.index + 1
        end = self.word.find("'", start)
        if end < 0:
            raise _Refused("the quote `'` is never closed", start - 1, len(self.word))
        self.index = end + 1
        return self.word[start:end]

    def _double_quoted(self) -> _Piece:
        opening = self.index
        self.index += 1
        plain = _plain(f'${self.escape}"')
        pieces: list[_Piece] = []
        while self.index < len(self.word):
            start = self.index
            character = self.word[start]
            if character == '"':
                self.index += 1
                return _joined(pieces)
            if character == self.escape:
                is_escape = self.word[start + 1 : start + 2] in ('"', "$", self.escape)
                self.index += 2 if is_escape else 1
                pieces.append(self.word[self.index - 1 : self.index])
            else:
                pieces.append(self._piece(plain))
        raise _Refused('the quote `"` is never closed', opening, len(self.word))

    def _variable(self) -> _Piece:
        start = self.index
        self.index += 1
        if not self.word.startswith("{", self.index):
            name = self._name()
            return self._plain_value(name) if name else "$"
        self.index += 1
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Unbounded
        try:
            piece = self._in_braces(start)
        except EOFError:
            raise _Refused("`${` is never closed by `}`", start, len(self.word)) from None
        self.depth -= 1
        return piece

    def _name(self) -> str:
        """The name that stands here; empty where none does."""
        match = _name_shape().match(self.word, self.index)
        name = match.group() if match else ""
        if not name.isascii():
            name = "".join(takewhile(_is_of_a_name, name))
        self.index += len(name)
        return name

    def _in_braces(self, start: int) -> _Piece:
        name = self._name()
        mark = self.word[self.index : self.index + 1]
        # Docker takes `${+a}` for a variable without a name.
        if not name and mark and mark not in "+%/":
            shown, end = self._shown(start)
            raise _Refused(f"`{shown}` names no variable", start, end)
        self.index += 1
        match mark:
            case "}":
                return self._plain_value(name)
            case ":":
                return self._with_default(name, start, mark + self._next())
            case "-" | "+" | "?":
                return self._with_default(name, start, mark)
            case "#" | "%":
                return self._trimmed(name, mark)
            case "/":
                return self._replaced(name, start)
            case "":
                raise EOFError
        raise self._unknown_modifier(start, mark)

    def _next(self) -> str:
        self.index += 1
        return self.word[self.index - 1 : self.index]

    def _with_default(self, name: str, start: int, modifier: str) -> _Piece:
        """`-`, `+` and `?`, each with a colon before it or not."""
        if modifier in (":#", ":%"):
            raise self._unknown_modifier(start, modifier)
        if modifier == ":}":
            raise _Refused(
                f"`{self.word[start : self.index]}` lacks a `-`, `+` or `?` behind the `:`", start, self.index
            )
        word = self._closed("}")
        value = self._value(name)
        if modifier[-1] not in "-+?":
            raise self._unknown_modifier(start, modifier)
        if value is Missing.UNKNOWN:
            return _UNKNOWN
        has_value = isinstance(value, str) and bool(value or modifier[0] != ":")
        if modifier[-1] == "+":
            return word if has_value else ""
        if has_value and isinstance(value, str):
            return value
        if modifier[-1] == "-":
            return word
        wanted = f"`{name}` must be set" if isinstance(value, Missing) else f"`{name}` must not be empty"
        reason = _as_built(word)
        raise _Refused(f"{wanted}: {reason}" if reason else wanted, start, self.index)

    def _trimmed(self, name: str, mark: str) -> _Piece:
        """`#` and `%`; twice for the longest prefix or suffix."""
        start = self.index
        written = self._closed("}", keeps_escapes=True)
        value = self._plain_value(name)
        text, pattern = _as_built(value), _as_built(written)
        if pattern is None:
            return _UNKNOWN
        is_longest = pattern.startswith(mark)
        compiled = self._pattern(pattern.removeprefix(mark), start)
        if text is None:
            return _UNKNOWN
        cut = patterns.without_prefix if mark == "#" else patterns.without_suffix
        return self._made(cut(text, compiled, is_longest=is_longest), value, written)

    def _replaced(self, name: str, opening: int) -> _Piece:
        """`/pattern/text` replaces the first match, `//pattern/text` all of them."""
        is_first = not self.word.startswith("/", self.index)
        self.index += not is_first
        start = self.index
        try:
            written = self._closed("/", keeps_escapes=True)
        except EOFError:
            shown, end = self._shown(opening)
            message = f"`{shown}` lacks the second `/`, between the pattern and what replaces it"
            raise _Refused(message, opening, end) from None
        replacement = self._closed("}", keeps_escapes=True)
        value = self._plain_value(name)
        text, pattern, put_in = _as_built(value), _as_built(written), _as_built(replacement)
        if pattern is None:
            return _UNKNOWN
        compiled = self._pattern(pattern, start)
        # What becomes of an escape in the replacement is written down nowhere.
        if text is None or put_in is None or self.escape in put_in:
            return _UNKNOWN
        if is_first:
            result = patterns.with_first_replaced(text, compiled, put_in)
        else:
            result = patterns.with_all_replaced(text, compiled, put_in, LONGEST_VALUE)
        return self._made(result, value, written, replacement)

    def _pattern(self, text: str, start: int) -> patterns.Pattern:
        try:
            return patterns.read(text)
        except patterns.BadEscape as bad:
            escape = text[bad.index : bad.index + 2]
            place = self.word.find(escape, start, self.index)
            message = f"`{escape}`: in a pattern Docker takes a backslash only before `*`, `?`, `\\`, `}}` and `/`"
            if place < 0:
                raise _Refused(message, start, self.index - 1) from None
            raise _Refused(message, place, place + len(escape)) from None

    def _plain_value(self, name: str) -> _Piece:
        value = self._value(name)
        if isinstance(value, str):
            return value
        if value is Missing.ABSENT:
            return ""
        return _UNSET if value is Missing.UNSET else _UNKNOWN

    def _value(self, name: str) -> Value:
        self.found[name] = value = self.lookup(name)
        if isinstance(value, str):
            self._grow(value)
        return value

    def _made(self, text: str | None, *parts: _Piece) -> _Piece:
        """What was made of some parts; None where nobody knows."""
        if text is None:
            return _UNKNOWN
        self._grow(text)
        return text if all(isinstance(part, str) for part in parts) else _Doubt(text)

    def _grow(self, text: str) -> None:
        self.length += len(text)
        if self.length > LONGEST_VALUE:
            raise _Unbounded

    def _unknown_modifier(self, start: int, modifier: str) -> _Refused:
        shown, end = self._shown(start)
        known = "this" if modifier.isspace() else f"`{modifier}`"
        return _Refused(f"`{shown}`: Docker knows no modifier {known}, {_KNOWN_MODIFIERS}", start, end)

    def _shown(self, start: int) -> tuple[str, int]:
        """The substitution that begins at `start`, shortened, and the index after it."""
        end = self.word.find("}", start) + 1 or len(self.word)
        line, cut, _ = self.word[start:end].partition("\n")
        return (f"{line[:60]}…" if cut or len(line) > 60 else line), end


def _is_of_a_name(character: str) -> bool:
    return character == "_" or character.isalpha() or character.isdecimal()


@cache
def _plain(special: str) -> re.Pattern[str]:
    return re.compile(f"[^{re.escape(special)}]+")


@cache
def _name_shape() -> re.Pattern[str]:
    return re.compile(r"\d+|\w+|[@*#?\-$!]")


@cache
def _stretches() -> re.Pattern[str]:
    """Blanks that end a word, or what belongs to one: the blanks after `<<` do."""
    blanks = re.escape(UNICODE_BLANKS)
    return re.compile(f"[{blanks}]+|<<[{blanks}]*|[^{blanks}<]+|<")
