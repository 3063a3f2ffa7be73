"""Commands with the literal values of variables in place of words that are nothing but a variable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import repeat

from dockerlint.shell.script import Command, Script
from dockerlint.shell.tree import Compound, nodes
from dockerlint.shell.words import Word
from dockerlint.source import Text

Lookup = Callable[[str], str | None]

# Commands that give variables values which nobody can tell, by their arguments.
_READERS = frozenset({"getopts", "let", "mapfile", "printf", "read", "readarray", "unset"})
_DECLARES = frozenset({"declare", "export", "local", "readonly", "typeset"})
_LOOPS = ("for", "select")
# Values longer than this in all are a trap.
_LONGEST = 100_000


def with_values(script: Script, lookup: Lookup) -> Iterator[Command]:
    """A script's commands, with the words that `$X` stands for in its place: split at blanks, as a shell does.

    `lookup` tells what ENV and ARG give; what the script itself assigns for certain counts from there on.
    A word that came from a variable `is_expanded`, and stands where the variable stands.
    """
    values = _Values(lookup)
    values.doubt(_loop_variables(script))
    for command in script.commands:
        yield values.expanded(command)
        values.learn(command)


class _Values:
    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._assigned: dict[str, str | None] = {}
        self._left = _LONGEST

    def doubt(self, names: Iterable[str]) -> None:
        self._assigned.update((name, None) for name in names)

    def expanded(self, command: Command) -> Command:
        words: list[Word] = []
        has_changed = False
        for word in command.words:
            found = self._words_of(word, command) if word.parts else None
            words += [word] if found is None else found
            has_changed = has_changed or found is not None
        return command.with_words(tuple(words)) if has_changed else command

    def _words_of(self, word: Word, command: Command) -> list[Word] | None:
        if len(word.parts) != 1 or word.parts[0].kind != "parameter":
            return None
        part = word.parts[0]
        if part.text not in (f"${part.name}", f"${{{part.name}}}"):
            return None
        # A script of its own knows what is exported, and nobody follows that.
        is_inner = "script" in command.nesting
        value = None if part.name in self._assigned and is_inner else self._value(part.name)
        if value is None or len(value) > self._left:
            return None
        self._left -= len(value)
        return [Word(_placed(piece, word.value), is_literal=True, is_expanded=True) for piece in value.split()]

    def _value(self, name: str) -> str | None:
        return self._assigned[name] if name in self._assigned else self._lookup(name)

    def learn(self, command: Command) -> None:
        """Remember what the command assigns to variables of the shell."""
        if command.name in _READERS:
            self.doubt(str(word.value) for word in command.arguments)
        if command.words and command.name not in _DECLARES:
            return
        # What a branch, a loop or a function assigns, and what runs after `||`, may not have happened.
        is_certain = not command.in_subshell and set(command.nesting) <= {"&&", "group"}
        for assignment in command.assignments:
            if assignment.value is None:
                continue
            value = assignment.value
            is_plain = is_certain and value.is_literal and not assignment.is_appended and assignment.elements is None
            self._assigned[str(assignment.name)] = str(value.value) if is_plain else None


def _placed(piece: str, variable: Text) -> Text:
    """A word at the place of the variable: each of its characters stands where that begins."""
    runs = tuple(zip(range(len(piece)), repeat(variable.start), strict=False))
    return Text(piece, variable.source, variable.start, variable.end, runs)


def _loop_variables(script: Script) -> Iterator[str]:
    """The variables of loops, which have no single value."""
    if not any(keyword in script.text for keyword in _LOOPS):
        return
    for node in nodes(script.statements):
        if isinstance(node, Compound) and node.kind in _LOOPS and node.words:
            yield str(node.words[0].value)
