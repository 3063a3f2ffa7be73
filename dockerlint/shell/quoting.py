"""Words, with the quotes, expansions and substitutions in them.

https://www.gnu.org/software/bash/manual/html_node/Quoting.html
https://www.gnu.org/software/bash/manual/html_node/Shell-Expansions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property
from typing import Self

from dockerlint.shell.ansi import decoded
from dockerlint.shell.lexer import Lexer
from dockerlint.shell.tree import Statement
from dockerlint.shell.words import Part, Word
from dockerlint.source import Text, join

_AFTER_BARE = frozenset("'\"\\$`<>(")
_KEEPS_SINGLE_QUOTES = frozenset(":-=?+")
_OPENS_PATTERN = frozenset("?*+@!")


@cache
def _bare() -> re.Pattern[str]:
    return re.compile(r"[^ \t\n'\"\\$`();&|<>]+")


@cache
def _run(stops: str) -> re.Pattern[str]:
    return re.compile(rf"[^\\$`{stops}]+")


@cache
def _parameter() -> re.Pattern[str]:
    return re.compile(r"\$([A-Za-z_]\w*|[0-9@*#?$!-])", re.ASCII)


@cache
def _braced_name() -> re.Pattern[str]:
    return re.compile(r"(?:[!#](?=[\w@*#?$!-]))?([A-Za-z_]\w*|\d+|[@*#?$!-])", re.ASCII)


@cache
def _arithmetic_tokens() -> re.Pattern[str]:
    return re.compile(r"\\.|'[^']*'|\"(?:\\.|[^\"\\])*\"|[()'\"]", re.DOTALL)


class WordReader(Lexer):
    """Reads words. What stands in a substitution is for the class below it to read."""

    def statements(self) -> tuple[Statement, ...]:
        """The statements up to a token that closes them, or the end."""
        raise NotImplementedError

    def script(self) -> tuple[Statement, ...]:
        """All statements of the text."""
        raise NotImplementedError

    def part(self, kind: str, start: int, parts: tuple[Part, ...] = ()) -> Part:
        return Part(kind, self.cut(start, self.index), "", parts)

    def expanded(self, body: Text) -> Word:
        if "$" not in body and "`" not in body and "\\" not in body:
            return Word(body, is_literal=True)
        lexer = self._inner(body)
        parts = lexer.quoted("", "$`\\")
        self._take_fault(lexer)
        return word_of_parts(body, parts)

    def _inner(self, text: Text) -> Self:
        return type(self)(text, self.depth + 1)

    def _take_fault(self, lexer: Lexer) -> None:
        self.comments += lexer.comments
        if lexer.fault is not None:
            self.fault = self.fault or lexer.fault
            self.index = self.end

    def token(self) -> Word | None:
        """The word that begins here, unless a comment does."""
        return None if self.string.startswith("#", self.index) else self.word()

    def word(self) -> Word | None:
        """The word that begins here, if one does."""
        start, string = self.index, self.string
        match = _bare().match(string, start)
        end = match.end() if match is not None else start
        if string[end : end + 1] not in _AFTER_BARE:
            if end == start:
                return None
            self.index = end
            return Word(self.cut(start, end), True)
        parts = self._word_parts()
        end = self.index
        while string.startswith("\\\n", end - 2, end):
            # A line that goes on behind the word.
            end -= 2
        if end <= start:
            return None
        if len(parts) == 1 and parts[0].kind == "bare":
            return Word(parts[0].text, is_literal=True)
        return word_of_parts(self.cut(start, end), parts)

    def _word_parts(self) -> list[Part]:
        parts: list[Part] = []
        string, bare = self.string, _bare()
        while True:
            start = self.index
            match = bare.match(string, start)
            if match is not None:
                self.index = match.end()
                parts.append(self.part("bare", start))
            character = string[self.index : self.index + 1]
            if character == "\\":
                parts += self._escape()
            elif character == "'":
                parts.append(self._single("single", self.index))
            elif character == '"':
                parts.append(self._double("double", self.index))
            elif character == "$":
                parts.append(self._dollar())
            elif character == "`":
                parts.append(self._backtick())
            elif character in ("<", ">") and string.startswith("(", self.index + 1):
                parts.append(self._substitution("process"))
            elif character == "(" and self._opens_pattern():
                parts.append(self._pattern())
            else:
                return parts

    def _escape(self) -> list[Part]:
        start = self.index
        self.index = min(start + 2, self.end)
        if self.string.startswith("\n", start + 1):
            return []
        return [self.part("escape" if self.index == start + 2 else "bare", start)]

    def _single(self, kind: str, start: int) -> Part:
        end = self.string.find("'", start + 1)
        if end < 0:
            self.fail("unclosed", "a single quote is never closed", start, start + 1)
        else:
            self.index = end + 1
        return self.part(kind, start)

    def _double(self, kind: str, start: int) -> Part:
        opening = self.index
        self.index = opening + 1
        parts = self.quoted('"', '"$`\\')
        if self.string.startswith('"', self.index):
            self.index += 1
        else:
            self.fail("unclosed", "a double quote is never closed", opening, opening + 1)
        return self.part(kind, start, tuple(parts))

    def quoted(self, closing: str, escapable: str) -> list[Part]:
        """What stands up to a closing mark where only `$`, backticks and backslashes mean something.

        A backslash protects one of `escapable`; any character, if that is empty.
        """
        parts: list[Part] = []
        string, run = self.string, _run(closing)
        while True:
            start = self.index
            match = run.match(string, start)
            if match is not None:
                self.index = match.end()
                parts.append(self.part("quoted", start))
            character = string[self.index : self.index + 1]
            if character == "\\":
                parts += self._quoted_escape(escapable)
            elif character == "$":
                parts.append(self._dollar(is_quoted=True))
            elif character == "`":
                parts.append(self._backtick())
            else:
                return parts

    def _quoted_escape(self, escapable: str) -> list[Part]:
        following = self.string[self.index + 1 : self.index + 2]
        if following == "\n" or not escapable or (following and following in escapable):
            return self._escape()
        start = self.index
        self.index += 1
        return [self.part("quoted", start)]

    def _ansi(self) -> Part:
        start = index = self.index
        index += 2
        while index < self.end and self.string[index] != "'":
            index += 2 if self.string[index] == "\\" else 1
        self.index = index + 1
        if index >= self.end:
            self.fail("unclosed", "a single quote is never closed", start + 1, start + 2)
        return self.part("ansi", start)

    def _opens_pattern(self) -> bool:
        """Whether the bracket belongs to `@(a|b)`; `f()` has nothing between its brackets."""
        before = self.string[self.index - 1 : self.index]
        return before in _OPENS_PATTERN and not self.string.startswith(")", self.index + 1)

    def _pattern(self) -> Part:
        start = self.index
        self.index += 1
        self.depth += 1
        if not self.is_too_deep():
            while self.index < self.end and not self.string.startswith(")", self.index):
                self._word_parts()
                if not self.string.startswith(")", self.index):
                    # A bar, or what means nothing inside the brackets.
                    self.index = min(self.index + 1, self.end)
        self.depth -= 1
        self.close_bracket("(", start)
        return self.part("pattern", start)

    def _dollar(self, *, is_quoted: bool = False) -> Part:
        start = self.index
        match = _parameter().match(self.string, start)
        if match is not None:
            self.index = match.end()
            return Part("parameter", self.cut(start, self.index), match[1])
        following = self.string[start + 1 : start + 2]
        if following == "{":
            return self._braces(is_quoted=is_quoted)
        if following in ("(", "["):
            return self._bracketed(following)
        if following == "'" and not is_quoted:
            return self._ansi()
        self.index = start + 1
        if following == '"' and not is_quoted:
            return self._double("locale", start)
        return self.part("quoted" if is_quoted else "bare", start)

    def _bracketed(self, bracket: str) -> Part:
        """`$((...))`, `$(...)`, or `$[...]` as bash once wrote arithmetic."""
        start = self.index
        if bracket == "[":
            if start < self._last_bracket:
                end = self.string.index("]", start)
                return self.arithmetic(start, start + 2, end, end + 1)
            self.index = start + 1
            return self.part("bare", start)
        is_double = self.string.startswith("(", start + 2)
        closing = self.arithmetic_end(start + 3) if is_double else None
        if closing is not None:
            return self.arithmetic(start, start + 3, closing, closing + 2)
        return self._substitution("command")

    @cached_property
    def _last_bracket(self) -> int:
        # Looked for once: a text may be full of `$[` that are never closed.
        return self.string.rfind("]")

    def _braces(self, *, is_quoted: bool) -> Part:
        start = self.index
        self.index += len("${")
        name = ""
        match = _braced_name().match(self.string, self.index)
        if match is not None:
            self.index, name = match.end(), match[1]
        self.depth += 1
        parts = self._in_braces(
            keeps_quotes=is_quoted and self.string[self.index : self.index + 1] in _KEEPS_SINGLE_QUOTES
        )
        self.depth -= 1
        if self.string.startswith("}", self.index):
            self.index += 1
        else:
            self.fail("unclosed", "`${` has no `}`", start, start + 2)
        return Part("parameter", self.cut(start, self.index), name, tuple(parts))

    def _in_braces(self, *, keeps_quotes: bool) -> list[Part]:
        if self.is_too_deep():
            return []
        parts: list[Part] = []
        while self.index < self.end:
            parts += self.quoted("}\"'", '}"$`\\' if keeps_quotes else "")
            start = self.index
            character = self.string[start : start + 1]
            if character == '"':
                parts.append(self._double("double", start))
            elif character == "'" and keeps_quotes:
                self.index += 1
                parts.append(self.part("quoted", start))
            elif character == "'":
                parts.append(self._single("single", start))
            else:
                break
        return parts

    def _substitution(self, kind: str) -> Part:
        """`$(...)`, `<(...)` or `>(...)`: statements of their own, with heredocs of their own."""
        start = self.index
        self.index += 2
        pending, self._pending = self._pending, []
        statements = self.statements()
        self._pending = [*pending, *self._pending]
        self.skip_lines()
        self.close_bracket(self.string[start : start + 2], start)
        return Part(kind, self.cut(start, self.index), statements=statements)

    def close_bracket(self, opener: str, start: int) -> None:
        """Read the `)` that must stand here."""
        if self.string.startswith(")", self.index):
            self.index += 1
        elif self.index < self.end:
            self.fail_unexpected()
        else:
            self.fail("unclosed", f"`{opener}` has no `)`", start, start + len(opener))

    def _backtick(self) -> Part:
        start = index = self.index
        kept: list[int] = []
        index += 1
        while index < self.end and self.string[index] != "`":
            if self.string[index] == "\\" and self.string[index + 1 : index + 2] in ("\\", "`", "$"):
                index += 1
            kept.append(index)
            index += 1
        if index >= self.end:
            self.fail("unclosed", "a backtick is never closed", start, start + 1)
            return self.part("backtick", start)
        plain = self.cut(start + 1, index)
        inner = plain if len(kept) == len(plain) else self.text.picked(kept, start + 1, index)
        self.index = index + 1
        lexer = self._inner(inner)
        statements = lexer.script()
        self._take_fault(lexer)
        return Part("backtick", self.cut(start, index + 1), statements=statements)

    def arithmetic_end(self, start: int) -> int | None:
        """Where the `))` stands that closes what began before `start`; None if this is no arithmetic."""
        level = 1
        # Brackets deeper than this are nobody's, and would be counted again and again.
        deepest = 100
        for match in _arithmetic_tokens().finditer(self.string, start):
            level += {"(": 1, ")": -1}.get(match[0], 0)
            if level == 0:
                return match.start() if self.string.startswith(")", match.end()) else None
            if level > deepest or match[0] in ("'", '"'):
                return None
        return None

    def arithmetic(self, start: int, begin: int, stop: int, end: int) -> Part:
        lexer = self._inner(self.cut(begin, stop))
        parts = [] if lexer.is_too_deep() else lexer.quoted("", "$`\\")
        self.index = end
        self._take_fault(lexer)
        return Part("arithmetic", self.cut(start, end), parts=tuple(parts))


def word_of_parts(written: Text, parts: list[Part]) -> Word:
    """The word that is written so; its value spans all that was written for it."""
    pieces: list[Text] = []
    is_literal = _gather(parts, pieces)
    value = pieces[0] if len(pieces) == 1 else join(pieces, written.source, written.start)
    start, end = written.offset(0), written.offset(len(written) - 1) + 1 if written else written.end
    return Word(value.within(start, end), is_literal, tuple(parts))


def _gather(parts: Iterable[Part], pieces: list[Text]) -> bool:
    is_literal = True
    for part in parts:
        kind, text = part.kind, part.text
        if kind == "escape":
            pieces.append(text.part(1, 2))
        elif kind == "single":
            pieces.append(text.part(1, len(text) - 1))
        elif kind in ("double", "locale"):
            is_literal = _gather(part.parts, pieces) and is_literal
        elif kind == "ansi":
            pieces += decoded(text)
        else:
            pieces.append(text)
            is_literal = is_literal and kind in ("bare", "quoted", "pattern")
    return is_literal
