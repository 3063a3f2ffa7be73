"""Blanks, comments, lines and heredocs of shell text, read from left to right.

What cannot be read becomes one `fault`, and the reader goes on as if the text ended there: so all
that stands before it is still known.
https://www.gnu.org/software/bash/manual/html_node/Redirections.html#Here-Documents
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache

from dockerlint.shell.tree import Unread
from dockerlint.shell.words import HereDocument, Word
from dockerlint.source import Text, join

# Constructs nested deeper than this are nobody's, and would exhaust the stack.
DEEPEST = 40

_BLANKS = frozenset(" \t\\")


@cache
def _token() -> re.Pattern[str]:
    return re.compile(r"[^\s;&|()<>]+|[;&|<>]+|.")


@cache
def _blanks() -> re.Pattern[str]:
    return re.compile(r"(?:[ \t]|\\\n)+")


class Lexer:
    """Reads one text; `index` is where it stands, `depth` how deep in other constructs."""

    def __init__(self, text: Text, depth: int = 0) -> None:
        self.text = text
        self.source = text.source
        self.string = str(text)
        self.end = len(text)
        self.index = 0
        self.depth = depth
        self.fault: Unread | None = None
        self.comments: list[Text] = []
        self._pending: list[HereDocument] = []
        # The stretch whose characters stand side by side in the file, as places are asked for from left to right.
        self._low, self._high, self._shift = (0, self.end, text.start) if text.runs is None else (1, 0, 0)

    def fail(self, kind: str, reason: str, start: int, end: int) -> None:
        """Nothing from here on can be read; the first fault is the one that counts."""
        if self.fault is None:
            self.fault = Unread(kind, reason, self.cut(start, end))
        self.index = self.end

    def fail_unexpected(self) -> None:
        """What stands here fits nowhere."""
        start = self.index
        match = _token().match(self.string, start)
        end = match.end() if match is not None else min(start + 1, self.end)
        self.fail("unexpected", f"`{self.string[start:end]}` is not expected here", start, end)

    def is_too_deep(self) -> bool:
        if self.depth > DEEPEST:
            self.fail("depth", "this is nested too deeply", self.index, min(self.index + 1, self.end))
        return self.depth > DEEPEST

    def cut(self, start: int, end: int) -> Text:
        """The characters from `start` to `end`, with their places."""
        if not self._low <= start <= end <= self._high:
            self._find_stretch(start)
            if end > self._high or not start < self._high:
                return self.text.part(start, end)
        return Text(self.string[start:end], self.source, start + self._shift, end + self._shift)

    def _find_stretch(self, start: int) -> None:
        runs = self.text.runs or ((0, self.text.start),)
        number = max(bisect_left(runs, (start + 1, -1)) - 1, 0)
        self._low, offset = runs[number]
        self._high = runs[number + 1][0] if number + 1 < len(runs) else self.end
        self._shift = offset - self._low

    def skip_blanks(self) -> None:
        string, index = self.string, self.index
        character = string[index : index + 1]
        if character == " " and string[index + 1 : index + 2] not in _BLANKS:
            # Nearly always: one blank between words.
            self.index = index + 1
        elif character in _BLANKS:
            match = _blanks().match(string, index)
            if match is not None:
                self.index = match.end()

    def skip_lines(self) -> None:
        """Blanks, comments and newlines, with the bodies of heredocs below them."""
        string = self.string
        while True:
            self.skip_blanks()
            character = string[self.index : self.index + 1]
            if character == "#":
                self.comment()
            elif character == "\n":
                self.newline()
            else:
                return

    def comment(self) -> None:
        end = self.string.find("\n", self.index)
        end = end if end >= 0 else self.end
        self.comments.append(self.cut(self.index, end))
        self.index = end

    def newline(self) -> None:
        self.index += 1
        if self._pending:
            pending, self._pending = self._pending, []
            for document in pending:
                self._read_body(document)

    def await_body(self, document: HereDocument) -> None:
        self._pending.append(document)

    def _read_body(self, document: HereDocument) -> None:
        start = index = self.index
        self.index = self.end
        pieces: list[Text] = []
        while index < self.end:
            end = self.string.find("\n", index)
            end = end if end >= 0 else self.end
            content = index
            if document.cuts_tabs:
                while self.string.startswith("\t", content):
                    content += 1
            if self.string[content:end] == document.delimiter.value:
                document.terminator = self.cut(content, end)
                self.index = min(end + 1, self.end)
                break
            if document.cuts_tabs:
                pieces.append(self.cut(content, min(end + 1, self.end)))
            index = end + 1
        body = self.cut(start, min(index, self.end))
        if document.cuts_tabs:
            body = join(pieces, body.source, body.start)
        document.body = Word(body, is_literal=True) if document.is_quoted else self.expanded(body)

    def expanded(self, body: Text) -> Word:
        """The body of a heredoc as a word, with the expansions in it."""
        raise NotImplementedError
