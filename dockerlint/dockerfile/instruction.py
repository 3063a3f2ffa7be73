"""What all instructions share.

https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

from typing import NamedTuple

from dockerlint.dockerfile import arguments
from dockerlint.dockerfile.arguments import Flag
from dockerlint.dockerfile.errors import DockerfileError, Level
from dockerlint.dockerfile.flags import faults_of_flags, is_switched_on
from dockerlint.dockerfile.heredocs import Heredoc
from dockerlint.dockerfile.lines import LogicalLine
from dockerlint.shell.dialects import Shell as ScriptShell
from dockerlint.source import Text


class Head(NamedTuple):
    """An instruction before its arguments are understood; `shell` is what reads shell forms where it stands."""

    line: LogicalLine
    keyword: Text
    flags: tuple[Flag, ...]
    rest: Text
    escape: str
    shell: ScriptShell


class Pair(NamedTuple):
    """`KEY=value` of ENV, ARG or LABEL, quotes still on; value is None for a bare `ARG KEY`."""

    key: Text
    value: Text | None

    @property
    def name(self) -> str:
        return self.key.strip("\"'")


class Instruction:
    """What all instructions share. `text` is the whole of it, `rest` what follows the flags.

    One that Docker refuses is read as far as it goes: `faults` says why it is refused.
    """

    def __init__(self, head: Head) -> None:
        self.line = head.line
        self.keyword = head.keyword
        self.flags = head.flags
        self.rest = head.rest
        self.escape = head.escape
        self.faults: list[DockerfileError] = []
        if self.flags:
            self._check_flags()

    @property
    def text(self) -> Text:
        return self.line.text

    @property
    def name(self) -> str:
        return self.keyword.upper()

    @property
    def start_line(self) -> int:
        return self.line.start

    @property
    def end_line(self) -> int:
        return self.line.end

    @property
    def heredocs(self) -> tuple[Heredoc, ...]:
        return self.line.heredocs

    @property
    def words(self) -> tuple[Text, ...]:
        """The arguments as words, whatever they mean."""
        return arguments.blank_words(self.rest)

    def flag(self, name: str) -> Text | None:
        """The value of a flag, without its quotes; empty for a flag without value."""
        for flag in self.flags:
            if flag.name == name:
                return flag.value if flag.value is not None else flag.text.part(0, 0)
        return None

    def is_switched_on(self, name: str) -> bool:
        """Whether a boolean flag is given, and not as false."""
        return any(flag.name == name and is_switched_on(flag) for flag in self.flags)

    def unquoted(self, text: Text) -> Text:
        return arguments.unquoted(text, self.escape)

    def refuse(self, message: str, place: Text | None = None, level: Level = Level.INSTRUCTION) -> None:
        """Note that Docker refuses this; what only follows from an error in parsing is none of its own."""
        if level is not Level.PARSE and any(fault.level is Level.PARSE for fault in self.faults):
            return
        has_place = place is not None and place.end > place.start
        where = place if place is not None and has_place else self.keyword
        self.faults.append(DockerfileError(message, where, level=level))

    def _check_flags(self) -> None:
        self.faults += faults_of_flags(self.name, self.flags)

    def _json_words(self, text: Text) -> tuple[Text, ...] | None:
        try:
            return arguments.json_words(text)
        except DockerfileError as error:
            self.faults.append(error)
            return None
