"""A Dockerfile's text, split into logical lines: one for each instruction, as BuildKit splits it.

The splitting is dockerfile-parse's. Where that departs from BuildKit (blank lines and comments
inside a continuation, heredocs, a byte order mark, escape characters, the end of the file), the
text is mended before it gets it: every line keeps its number, so what comes back counts lines of
the real file. https://docs.docker.com/reference/dockerfile/#format
"""

from __future__ import annotations

import io
import logging
import re
from typing import NamedTuple

from dockerlint.dockerfile.arguments import UNICODE_BLANKS, json_words, split_flags, split_keyword
from dockerlint.dockerfile.errors import DockerfileError, Level
from dockerlint.dockerfile.heredocs import Heredoc, Opener, openers
from dockerlint.source import Source, Span, Text, join

# BuildKit reads lines with a buffer of this many bytes.
LONGEST_LINE = 65_535

# dockerfile-parse takes a line that ends in a backslash for continued; this keeps it from that.
_STOPPER = "\ue000"

# dockerfile-parse copies an instruction for each of its lines; of a longer one it sees comments in place of the rest.
_MANY_LINES = 1000

_HEREDOC_KEYWORDS = frozenset({"RUN", "COPY", "ADD"})


class Directive(NamedTuple):
    """A parser directive: `# syntax=...`, `# escape=...` or `# check=...`."""

    name: str
    value: Text


class LogicalLine(NamedTuple):
    """The text of one instruction, with continuations joined and the comments in it left out."""

    text: Text
    start: int
    end: int
    comments: tuple[Text, ...]
    heredocs: tuple[Heredoc, ...]
    empty_continuations: tuple[int, ...]


class Lines(NamedTuple):
    """All logical lines of a file, in order."""

    lines: tuple[LogicalLine, ...]
    directives: tuple[Directive, ...]
    escape: str
    comments: tuple[Text, ...]
    errors: tuple[DockerfileError, ...]


def split(source: Source) -> Lines:
    """Split a Dockerfile into logical lines. Only a heredoc that never ends keeps it from reading on."""
    mender = _Mender(source)
    mender.read()
    # Comments come back as instructions called COMMENT, and so would a keyword COMMENT: tell them by their lines.
    boundaries = [found for found in _boundaries(mender.mended) if found[0] in mender.blocks]
    lines = tuple(mender.logical_line(start, end) for start, end in boundaries)
    if not mender.errors and not lines:
        message = "the file holds no instruction" if source.text else "the file is empty"
        mender.refuse(message, Span(source, 0, 0))
    return Lines(lines, tuple(mender.directives), mender.escape, tuple(mender.all_comments), tuple(mender.errors))


def _boundaries(mended: list[str]) -> list[tuple[int, int]]:
    """First and last line (from 1) of each instruction and comment, as dockerfile-parse sees the mended text."""
    from dockerfile_parse import DockerfileParser  # noqa: PLC0415 (takes 10 ms; not every run meets a Dockerfile)

    logging.getLogger("dockerfile_parse").disabled = True
    text = "\n".join(mended) + "\n"
    parser = DockerfileParser(fileobj=io.BytesIO(text.encode("utf-8", "replace")))
    return [(item["startline"] + 1, item["endline"] + 1) for item in parser.structure]


_DIRECTIVES = frozenset({"syntax", "escape", "check"})
_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(.+?)[ \t]*")
_CONTINUED = {
    "\\": re.compile(r"(?:^|[^\\])(\\)[ \t]*$"),
    "`": re.compile(r"(?:^|[^`])(`)[ \t]*$"),
}


class _Mender:
    """One pass over the physical lines: what each is, and the text that dockerfile-parse gets for it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.escape = "\\"
        self.mended: list[str] = []
        self.directives: list[Directive] = []
        self.all_comments: list[Text] = []
        self.errors: list[DockerfileError] = []
        # By number of a physical line: its share of an instruction.
        self.fragments: dict[int, Text] = {}
        # By number of an instruction's first line.
        self.last_lines: dict[int, int] = {}
        self.blocks: dict[int, tuple[Text, ...]] = {}
        self.heredocs: dict[int, tuple[Heredoc, ...]] = {}
        self.empty: dict[int, list[int]] = {}
        self._block: list[Text] = []
        self._number = 0
        self._start = 0  # first line of the instruction that goes on, or 0
        self._directives_possible = True
        # BuildKit looks `syntax` and `check` up a second time: behind a shebang, and in untrimmed lines.
        self._lookups_possible = True

    def refuse(self, message: str, place: Text | Span) -> None:
        self.errors.append(DockerfileError(message, place, level=Level.PARSE))

    def read(self) -> None:
        text = self.source.text
        self._physical = text.split("\n")
        if self._physical[-1] == "":
            self._physical.pop()
        while self._number < len(self._physical):
            self._read_line(self._next_line())
        if self._start:
            self._finish()
        self._end_quietly()

    def logical_line(self, start: int, end: int) -> LogicalLine:
        parts = [self.fragments[number] for number in range(start, end + 1) if number in self.fragments]
        text = parts[0] if len(parts) == 1 else join(parts, self.source, parts[0].start)
        last = max(end, self.last_lines.get(start, end))
        heredocs = self.heredocs.get(start, ())
        return LogicalLine(text, start, last, self.blocks[start], heredocs, tuple(self.empty.get(start, ())))

    def _next_line(self) -> str:
        """The next physical line without its line end."""
        line = self._physical[self._number]
        # A character takes four bytes at most, so most lines need not be encoded.
        if len(line) * 4 > LONGEST_LINE and len(line.encode("utf-8", "surrogateescape")) > LONGEST_LINE:
            place = self.source.line_starts[self._number]
            message = f"the line is longer than the {LONGEST_LINE:,} bytes that Docker reads"
            self.refuse(message, Span(self.source, place, place + 1))
        self._number += 1
        return line.rstrip("\r")

    def _read_line(self, line: str) -> None:
        stripped = line.lstrip(UNICODE_BLANKS)
        if stripped.startswith("#"):
            self._comment(line, stripped)
        elif not stripped:
            self._blank()
        else:
            self._end_directives()
            self._code(line, stripped)

    def _end_directives(self) -> None:
        self._directives_possible = self._lookups_possible = False

    def _comment(self, line: str, stripped: str) -> None:
        self.mended.append("#")
        start = self.source.line_starts[self._number - 1]
        comment = self.source.slice(start + len(line) - len(stripped), start + len(line.rstrip(UNICODE_BLANKS)))
        self.all_comments.append(comment)
        if self._start:
            self.last_lines[self._start] = self._number
        elif not self._directive(line, stripped, comment):
            # BuildKit cuts the first character of the line, whatever it is: an indented `#` is text.
            if line[1:].strip(UNICODE_BLANKS):
                self._block.append(comment)
            else:
                self._block.clear()

    def _directive(self, line: str, stripped: str, comment: Text) -> bool:
        """Take the comment for a directive if it is one; whether it is."""
        if not self._directives_possible and not self._lookups_possible:
            return False
        match = _DIRECTIVE.fullmatch(stripped.rstrip(UNICODE_BLANKS))
        name = match.group(1).lower() if match else ""
        is_known = match is not None and name in _DIRECTIVES
        is_shebang = self._number == 1 and line.startswith("#!")
        self._directives_possible = self._directives_possible and is_known
        self._lookups_possible = self._lookups_possible and (is_shebang or (is_known and line == stripped))
        if match is None or not (self._directives_possible or (self._lookups_possible and not is_shebang)):
            return False
        value = comment.part(match.start(2), match.end(2))
        if any(directive.name == name for directive in self.directives):
            self.refuse(f"the `{name}` directive stands here for the second time", comment)
        elif name == "escape":
            self._set_escape(value)
        elif self._lookups_possible:
            self.directives.append(Directive(name, value))
        return True

    def _set_escape(self, value: Text) -> None:
        if not self._directives_possible:
            return
        self.directives.append(Directive("escape", value))
        if value in ("\\", "`"):
            self.escape = str(value)
        else:
            self.refuse(f"`{value}` cannot be the escape character: only \\ and ` can", value)

    def _blank(self) -> None:
        self._end_directives()
        if self._start:
            self.mended.append("#")
            self.last_lines[self._start] = self._number
            self.empty.setdefault(self._start, []).append(self._number)
        else:
            self.mended.append("")

    def _code(self, line: str, stripped: str) -> None:
        begins = not self._start
        if begins:
            self._start = self._number
            self.blocks[self._number] = tuple(self._block)
            self._block = []
        kept = stripped if begins else line
        offset = self.source.line_starts[self._number - 1] + len(line) - len(kept)
        match = _CONTINUED[self.escape].search(kept)
        body = kept[: match.start(1)] if match else kept
        self.fragments[self._number] = Text(body, self.source, offset, offset + len(body))
        self.last_lines[self._start] = self._number
        if match and self._number - self._start > _MANY_LINES:
            self.mended.append("#")
        elif match:
            self.mended.append(body + "\\")
        else:
            self.mended.append(body + _STOPPER if body.rstrip().endswith("\\") else body)
            self._finish()

    def _finish(self) -> None:
        """The instruction's own lines are read: read the heredoc bodies that follow."""
        start, self._start = self._start, 0
        numbers = [number for number in range(start, self._number + 1) if number in self.fragments]
        if not any("<" in self.fragments[number] for number in numbers):
            return
        joined = join([self.fragments[number] for number in numbers], self.source, 0)
        found: list[Heredoc] = []
        for opener in _heredoc_openers(joined):
            heredoc = self._heredoc(opener)
            if heredoc is None:
                self.refuse(f"the heredoc `{opener.name}` is never closed by a line `{opener.name}`", opener.text)
                break
            found.append(heredoc)
        if found:
            self.heredocs[start] = tuple(found)
            self.last_lines[start] = self._number

    def _heredoc(self, opener: Opener) -> Heredoc | None:
        """Read on to the end of a heredoc; None where the file ends before."""
        first = self._number
        while self._number < len(self._physical):
            line = self._next_line()
            self.mended.append("#")
            if opener.ends_with(line):
                starts = self.source.line_starts
                start = starts[self._number - 1]
                body = self.source.slice(starts[first], start)
                return Heredoc(opener, body, self.source.slice(start, start + len(line)))
        return None

    def _end_quietly(self) -> None:
        """Where the text ends inside a continuation, that ends the instruction: drop the last escape."""
        for index in range(len(self.mended) - 1, -1, -1):
            if self.mended[index].startswith("#"):
                continue
            if self.mended[index].endswith("\\"):
                body = self.mended[index][:-1]
                self.mended[index] = body + _STOPPER if not body or body.rstrip().endswith("\\") else body
            return


def _heredoc_openers(joined: Text) -> tuple[Opener, ...]:
    if "<<" not in joined:
        return ()
    keyword, rest = split_keyword(joined)
    if keyword.upper() == "ONBUILD":
        keyword, rest = split_keyword(split_flags(rest)[1])
    if keyword.upper() not in _HEREDOC_KEYWORDS:
        return ()
    _, arguments = split_flags(rest)
    try:
        if json_words(arguments) is not None:
            return ()
    except DockerfileError:
        return ()
    return openers(joined)
