"""Shell scripts: the simple commands in them, with what holds where they stand.

A command counts wherever it stands: in lists, pipelines, groups, substitutions, functions,
conditions and loops, inside the literal script of `sh -c '...'` or `eval '...'`, and behind `find -exec`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from dockerlint.shell.dialects import POSIX, SHELLS, Shell
from dockerlint.shell.inner import RUN_SCRIPTS, executed_words, inner_script
from dockerlint.shell.options import Options, read_options
from dockerlint.shell.parser import Parser
from dockerlint.shell.places import ALONE, TOP, Around, Found, Place, places
from dockerlint.shell.tree import Statement, Unread
from dockerlint.shell.words import Assignment, Redirection, Word, base_name
from dockerlint.shell.wrappers import looked_through
from dockerlint.source import Text

__all__ = ["SHELLS", "Command", "Commands", "Script", "command_of_words", "read_script"]

# Scripts inside scripts deeper than this are nobody's.
_DEEPEST_SCRIPT = 5
_RUN_OTHERS = RUN_SCRIPTS | {"find"}


class Command:
    """A simple command: assignments, the program, its arguments, redirections.

    `words` are all words as written; `name` is the base name of the program that runs in the end, behind
    `sudo`, `env` and their kin: empty for assignments alone, and where a variable stands for it.
    `text` reaches from the first word to the last.
    """

    def __init__(
        self,
        text: Text,
        words: tuple[Word, ...],
        assignments: tuple[Assignment, ...] = (),
        redirections: tuple[Redirection, ...] = (),
        place: Place = ALONE,
    ) -> None:
        self.text = text
        self.words = words
        self.redirections = redirections
        self.place = place
        self._own_assignments = assignments
        self._skipped, found = looked_through(words)
        self.assignments = (*assignments, *found) if found else assignments
        program = self.program
        name = base_name(program.value) if program is not None else ""
        self.name = "" if "$" in name or "`" in name else name
        # What package managers make of it, worked out once for all who ask.
        self.known_action: object = None
        self.has_known_action = False

    def with_words(self, words: tuple[Word, ...]) -> Command:
        """The same command with other words."""
        return Command(self.text, words, self._own_assignments, self.redirections, self.place)

    @property
    def program(self) -> Word | None:
        return self.words[self._skipped] if self._skipped < len(self.words) else None

    @property
    def arguments(self) -> tuple[Word, ...]:
        return self.words[self._skipped + 1 :]

    @property
    def wrappers(self) -> tuple[str, ...]:
        """The names of the words before the program: `sudo`, `env`, their options."""
        return tuple(base_name(word.value) for word in self.words[: self._skipped])

    def has_option(self, *names: str) -> bool:
        """Whether one of the options stands among the arguments, short ones in clusters too."""
        return self.options.has(*names)

    @cached_property
    def options(self) -> Options:
        """The arguments, told apart into options and operands as the program does."""
        return read_options(self.name, self.arguments)

    @property
    def operands(self) -> tuple[Word, ...]:
        return self.options.operands

    # Where it stands.

    @property
    def nesting(self) -> tuple[str, ...]:
        """The constructs around it, from the outside in.

        "group", "subshell", "if", "for", "select", "while", "until", "case", "function", "substitution",
        "pipeline", "!", "&&" and "||" (the lists that it belongs to), "script" (of `sh -c`) and "find".
        """
        return self.place.around.nesting

    @property
    def before(self) -> str:
        """The connector before its pipeline: `&&`, `||`, `;`, `&`, a newline; empty at the start of a list."""
        return self.place.before

    @property
    def after(self) -> str:
        """The connector after its pipeline; empty at the end of a list."""
        return self.place.after

    @property
    def pipe_index(self) -> int:
        """Its number in its pipeline, from 0."""
        return self.place.pipe_index

    @property
    def pipe_length(self) -> int:
        return self.place.pipe_length

    @property
    def is_last_of_pipe(self) -> bool:
        return self.place.pipe_index + 1 == self.place.pipe_length

    @property
    def errexit(self) -> bool | None:
        """Whether `set -e` is in force here; None if nobody can tell."""
        return self.place.switches.errexit

    @property
    def pipefail(self) -> bool | None:
        return self.place.switches.pipefail

    @property
    def nounset(self) -> bool | None:
        return self.place.switches.nounset

    @property
    def xtrace(self) -> bool | None:
        return self.place.switches.xtrace

    @property
    def is_checked(self) -> bool:
        """Whether its failure is looked at: before `&&` or `||`, at the end of a condition, after `!`."""
        return self.place.around.is_checked

    @property
    def is_exempt_from_errexit(self) -> bool:
        """Whether it stands somewhere inside what is checked, where `set -e` does not act."""
        return self.place.around.is_exempt

    @property
    def is_background(self) -> bool:
        return self.place.around.is_background

    @property
    def in_condition(self) -> bool:
        """Whether it stands in the condition of `if`, `while` or `until`."""
        return self.place.around.in_condition

    @property
    def in_function(self) -> bool:
        return self.place.around.in_function

    @property
    def in_substitution(self) -> bool:
        return self.place.around.in_substitution

    @property
    def in_subshell(self) -> bool:
        """Whether a shell of its own runs it: in `( )`, a pipe, a substitution, the background, `sh -c`."""
        return self.place.around.in_subshell


class Commands(tuple[Command, ...]):
    """The simple commands of a script in the order of the text; where one of them stands is found at once."""

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {id(command): number for number, command in enumerate(self)}

    def position(self, command: Command) -> int:
        """The number of one of them: that very command, not one that looks like it."""
        return self._positions[id(command)]


class Script(NamedTuple):
    """Shell text: its tree, and its simple commands in the order of the text.

    `unread` says why it, or the rest of it, was not read; None if all of it was.
    `inner` are the scripts that its commands run, as `sh -c` does; their commands are among its own.
    """

    text: Text
    shell: Shell = POSIX
    statements: tuple[Statement, ...] = ()
    commands: Commands = Commands()
    unread: Unread | None = None
    comments: tuple[Text, ...] = ()
    inner: tuple[Script, ...] = ()

    @property
    def is_broken(self) -> bool:
        return self.unread is not None


def read_script(text: Text, shell: Shell = POSIX, around: Around = TOP) -> Script:
    """Read shell text as bash does. What another interpreter reads is left `unread`."""
    if not shell.is_posix:
        reason = f"{shell.dialect} reads it" if shell.dialect else "nobody knows what reads it"
        return Script(text, shell, unread=Unread("language", reason, text))
    parser = Parser(text)
    statements = parser.script()
    reader = _Reader(parser.fault)
    commands = Commands(reader.commands(places(statements, shell, around)))
    return Script(text, shell, statements, commands, reader.unread, tuple(parser.comments), tuple(reader.inner))


def script_of_words(words: tuple[Text, ...], text: Text) -> Script:
    """An exec form as a script: one command, and those of the script that it hands to a shell."""
    reader = _Reader(None)
    commands = Commands(reader.follow(_command_of(words, words)) if words else ())
    return Script(text, POSIX, (), commands, reader.unread, (), tuple(reader.inner))


def command_of_words(words: tuple[Text, ...], shown: tuple[Text, ...] | None = None) -> tuple[Command, ...]:
    """The command of an exec form, and those of the script that it hands to a shell.

    `shown` are the words that its text spans, where they do not all stand in one place.
    """
    return tuple(_Reader(None).follow(_command_of(words, shown or words))) if words else ()


def _command_of(words: tuple[Text, ...], shown: tuple[Text, ...]) -> Command:
    text = shown[0].source.slice(shown[0].start, shown[-1].end)
    return Command(text, tuple(Word(word, is_literal=True) for word in words))


class _Reader:
    """Follows commands into the scripts that they run; keeps the first reason why one was not read."""

    def __init__(self, unread: Unread | None) -> None:
        self.unread = unread
        self.inner: list[Script] = []

    def commands(self, found: Iterable[Found]) -> Iterator[Command]:
        for simple, place in found:
            redirections = (*simple.redirections, *place.around.redirections)
            command = Command(simple.text, simple.words, simple.assignments, redirections, place)
            yield command
            if command.name in _RUN_OTHERS:
                yield from self._inside(command)

    def follow(self, command: Command) -> Iterator[Command]:
        yield command
        yield from self._inside(command)

    def _inside(self, command: Command) -> Iterator[Command]:
        if command.name == "find":
            for words in executed_words(command.arguments):
                yield from self.follow(_part_of(command, words))
        elif command.name in RUN_SCRIPTS:
            inner = inner_script(command.words, command.name, command.arguments, command.redirections)
            if inner is not None:
                yield from self._script(command, *inner)

    def _script(self, command: Command, text: Text, shell: Shell | None) -> Iterator[Command]:
        around = command.place.around
        nesting = (*around.nesting, "script")
        if nesting.count("script") > _DEEPEST_SCRIPT:
            self.unread = self.unread or Unread("depth", "scripts are nested too deeply", text)
            return
        if shell is None:
            # `eval` runs it in the shell that is there.
            shell = Shell("sh", command.place.switches)
            around = around._replace(nesting=nesting)
        else:
            around = around._replace(nesting=nesting, redirections=(), is_exempt=False, in_subshell=True)
        script = read_script(text, shell, around)
        self.unread = self.unread or script.unread
        self.inner.append(script)
        yield from script.commands


def _part_of(command: Command, words: tuple[Word, ...]) -> Command:
    """The command that a command starts with these of its words."""
    first, last = words[0].value, words[-1].value
    text = first.source.slice(first.start, max(first.start, last.end))
    place = command.place
    around = place.around._replace(nesting=(*place.around.nesting, "find"))
    return Command(text, words, (), command.redirections, place._replace(around=around))
