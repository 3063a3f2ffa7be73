"""Commands of a shell script that build images, with what is known of the variables and the folder they run in.

Nothing is run. A value that takes more than assignments of the script to tell is unknown.
https://docs.docker.com/reference/cli/docker/buildx/build/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from dockerlint.project.builders import Builder, BuildLink, link, may_build
from dockerlint.project.files import Files, absolute
from dockerlint.project.reading.build_options import build_of, told_by
from dockerlint.project.reading.folders import Folders
from dockerlint.shell.dialects import POSIX, Shell
from dockerlint.shell.inner import RUN_SCRIPTS, inner_script
from dockerlint.shell.script import Command, read_script
from dockerlint.shell.tree import Compound, Pipeline, Simple, Statement
from dockerlint.shell.words import Assignment, Part, Word, as_assignment
from dockerlint.source import Source, Text, join

# What is put in the place of something that no shell reads, as `$(X)` of make: a variable that nobody knows.
UNKNOWN = "${DOCKERLINT_UNKNOWN}"

_MOST_STEPS = 20_000
_MOST_LINKS = 500
_DEEPEST = 20
_LONGEST_VALUE = 4096
_MOST_ROUNDS = 50  # of a loop over values that are written out
_DECLARES = frozenset({"declare", "export", "local", "readonly", "typeset"})
_READERS = frozenset({"getopts", "let", "mapfile", "printf", "read", "readarray", "unset"})
_ASKS = frozenset({"[", "test", "[[", "command", "which", "type", "grep"})


def substituted(text: Text, pattern: re.Pattern[str], values: Mapping[int, str | None]) -> Text:
    """A text with other values in the place of what a pattern finds; `values` are by the start of each match."""
    pieces: list[Text] = []
    end = 0
    for match in pattern.finditer(text):
        if match.start() not in values:
            continue
        value = values[match.start()]
        place = text.part(match.start(), match.end())
        pieces += [text.part(end, match.start()), _pinned(UNKNOWN if value is None else value, place)]
        end = match.end()
    return join([*pieces, text.part(end, len(text))], text.source, text.start) if pieces else text


def _pinned(value: str, place: Text) -> Text:
    """A value whose characters all stand where something else is written."""
    runs = tuple((index, place.start) for index in range(len(value)))
    return Text(value, place.source, place.start, place.end, runs)


def links_in(
    script: Text, builder: Builder, files: Files, *, variables: Mapping[str, str | None], path: Path | None = None
) -> Iterator[BuildLink]:
    """The images that a script builds. `path` is that of the script's own file, if it has one."""
    if not may_build(script):
        return
    walk = _Walk(builder, files, path)
    walk.run(script, POSIX, _State(builder.folders, dict(variables)))
    yield from walk.links[:_MOST_LINKS]


class _State:
    """What holds at a moment: the folders that the script may be in, and its variables as far as they are known."""

    __slots__ = ("folders", "variables")

    def __init__(self, folders: tuple[Path, ...], variables: dict[str, str | None]) -> None:
        self.folders = folders
        self.variables = variables

    def copy(self) -> _State:
        return _State(self.folders, dict(self.variables))

    def doubt(self, other: _State) -> None:
        """Take back what differs where another way may have been taken."""
        if other.folders != self.folders:
            self.folders = ()
        names = self.variables.keys() | other.variables.keys()
        for name in names:
            if self.variables.get(name) != other.variables.get(name):
                self.variables[name] = None


class _Function(NamedTuple):
    body: Compound
    name: str


class _Walk:
    """Goes through a script as a shell would, without running anything."""

    def __init__(self, builder: Builder, files: Files, path: Path | None) -> None:
        self.builder = builder
        self.files = files
        self.folders = Folders(files, path)
        self.links: list[BuildLink] = []
        self._functions: dict[str, _Function] = {}
        self._called: set[str] = set()
        self._steps = 0
        self._depth = 0

    def run(self, text: Text, shell: Shell, state: _State) -> None:
        self.statements(read_script(text, shell).statements, state)
        self.builder = self.builder._replace(is_doubtful=True)
        for name, function in list(self._functions.items()):
            if name not in self._called:  # by something that is not seen
                self._call(function, (), state.copy())

    def statements(self, statements: Sequence[Statement], state: _State) -> None:
        is_asked, before = False, ""
        for statement in statements:
            self._steps += 1
            if self._steps > _MOST_STEPS:
                return
            here = state
            is_apart = statement.connector == "&" or len(statement.pipeline.commands) > 1
            is_doubtful = before == "||" or (before == "&&" and is_asked)
            if is_apart or is_doubtful:
                here = state.copy()
            for command in statement.pipeline.commands:
                self._command(command, here)
            if is_doubtful and not is_apart:
                state.doubt(here)
            is_asked = _asks(statement.pipeline) if before not in ("&&", "||") else is_asked
            before = statement.connector

    def _command(self, command: Simple | Compound, state: _State) -> None:
        if isinstance(command, Simple):
            self._simple(command, state)
        elif command.kind == "function":
            name = str(command.words[0].value) if command.words else ""
            self._functions[name] = _Function(command, name)
        elif self._depth < _DEEPEST:
            self._depth += 1
            self._compound(command, state)
            self._depth -= 1

    def _compound(self, command: Compound, state: _State) -> None:
        if command.kind == "group":
            self.statements(command.clauses[0].statements, state)
        elif command.kind == "subshell":
            self.statements(command.clauses[0].statements, state.copy())
        else:
            ends = [end for clause in command.clauses for end in self._rounds(command, clause.statements, state)]
            for end in ends:
                state.doubt(end)

    def _rounds(self, command: Compound, body: Sequence[Statement], state: _State) -> Iterator[_State]:
        """The ends of a body; one that is run for each of some values that are written out is run for each of them."""
        names = command.words[:1] if command.kind in ("for", "select") else ()
        words = list(self._expanded(command.words[1:], state)) if names else []
        if words and all(map(_is_plain, words)) and len(words) <= _MOST_ROUNDS:
            values: list[str | None] = [str(word.value) for word in words]
        else:
            values = [None]
        for value in values:
            end = state.copy()
            end.variables.update({str(name.value): value for name in names})
            self.statements(body, end)
            yield end

    def _call(self, function: _Function, arguments: Iterable[Word], state: _State) -> None:
        if self._depth >= _DEEPEST:
            return
        self._depth += 1
        state.variables.update({str(number): None for number in range(1, 10)})
        for number, word in enumerate(arguments, start=1):
            state.variables[str(number)] = str(word.value) if word.is_literal else None
        for clause in function.body.clauses:
            self.statements(clause.statements, state)
        self._depth -= 1

    def _simple(self, simple: Simple, state: _State) -> None:
        command = Command(simple.text, tuple(self._expanded(simple.words, state)), simple.assignments)
        if not simple.words:
            self._assign(simple.assignments, state)
            return
        name = command.name
        if name in _DECLARES:
            pairs = (as_assignment(word) for word in simple.words[1:])
            self._assign([pair for pair in pairs if pair is not None], state)
        elif name in _READERS:
            state.variables.update({str(word.value): None for word in command.arguments})
        elif name in (".", "source", "eval"):
            state.variables = dict.fromkeys(state.variables)
        elif name in ("cd", "pushd", "popd"):
            self._change_folder(command, state)
        elif name in self._functions:
            self._called.add(name)
            self._call(self._functions[name], command.arguments, state)
        elif name in RUN_SCRIPTS:
            self._run_inner(command, state)
        else:
            self._build(command, state)

    def _run_inner(self, command: Command, state: _State) -> None:
        found = inner_script(command.words, command.name, command.arguments, command.redirections)
        if found is not None and self._depth < _DEEPEST:
            self._depth += 1
            self.statements(read_script(found[0], found[1] or POSIX).statements, state.copy())
            self._depth -= 1

    def _build(self, command: Command, state: _State) -> None:
        options = build_of(command)
        if options is not None and len(self.links) < _MOST_LINKS:
            told = told_by(command.name, options)
            builder = self.builder._replace(folders=state.folders)
            found = link(builder, command.text, told, self.files) if told is not None else None
            self.links += [found] if found is not None else []

    def _change_folder(self, command: Command, state: _State) -> None:
        words = [word for word in command.arguments if not word.value.startswith("-")]
        if command.name == "popd" or len(words) != 1 or not _is_plain(words[0]):
            state.folders = ()
        else:
            state.folders = tuple(absolute(folder / words[0].value) for folder in state.folders)
            if words[0].value.startswith("/") and not state.folders:
                state.folders = (absolute(Path(words[0].value)),)

    def _assign(self, assignments: Iterable[Assignment], state: _State) -> None:
        for one in assignments:
            is_plain = one.value is not None and not one.is_appended and one.elements is None
            value = self._value(one.value, state) if is_plain and one.value is not None else None
            state.variables[str(one.name)] = value

    def _expanded(self, words: Iterable[Word], state: _State) -> Iterator[Word]:
        """Words with the values of their variables; a bare `$X` may stand for several words."""
        for word in words:
            value = None if word.is_literal else self._value(word, state)
            if word.is_literal or value is None:
                yield word._replace(is_literal=word.is_literal and UNKNOWN not in word.value)
            elif len(word.parts) == 1 and word.parts[0].kind == "parameter":
                for piece in value.split():
                    yield Word(_pinned(piece, word.value), is_literal=True, is_expanded=True)
            else:
                yield Word(_pinned(value, word.value), is_literal=True, is_expanded=True)

    def _value(self, word: Word, state: _State) -> str | None:
        """What a word stands for; None where nobody knows."""
        if word.is_literal:
            return str(word.value)
        value = self._of_parts(word.parts, state)
        return value if value is not None and len(value) <= _LONGEST_VALUE else None

    def _of_parts(self, parts: Iterable[Part], state: _State) -> str | None:
        values = [self._of_part(part, state) for part in parts]
        return None if None in values else "".join(value for value in values if value is not None)

    def _of_part(self, part: Part, state: _State) -> str | None:
        text = str(part.text)
        if part.kind == "double":
            return self._of_parts(part.parts, state)
        if part.kind in ("parameter", "command", "backtick"):
            known = state.variables.get(part.name) if text in (f"${part.name}", f"${{{part.name}}}") else None
            return known if known is not None else self.folders.told_by(text, state.folders, state.variables)
        if part.kind == "escape":
            return text[1:] if text[1:] in ('"', "$", "\\", "`", " ") else None
        plain = {"bare": text, "quoted": text, "single": text[1:-1]}
        return plain.get(part.kind)


def _asks(pipeline: Pipeline) -> bool:
    """Whether it is run to see if it succeeds."""
    first = pipeline.commands[0]
    if pipeline.negation is not None or not isinstance(first, Simple):
        return True
    return bool(first.words) and first.words[0].value in _ASKS


def _is_plain(word: Word) -> bool:
    """Whether a word is known, and no pattern."""
    return word.is_literal and not word.value.startswith("~") and not any(mark in word.value for mark in "*?[{")


def script_of_lines(lines: Sequence[Text], source: Source) -> Text:
    """Lines that one shell runs after another, as one script."""
    pieces: list[Text] = []
    for line in lines:
        pieces += [line, Text("\n", source, line.end, line.end)]
    return join(pieces, source, lines[0].start if lines else 0)
