"""How programs read their arguments: operands, and options with the values that they take.

`SYNTAXES` says it for each program that is known. Of an unknown one no option takes a value that
stands in a word of its own, and `-abc` are three options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from dockerlint.shell.option_tables import FIND_VALUES, SYNTAXES
from dockerlint.shell.syntax import UNKNOWN, Syntax
from dockerlint.shell.words import Word
from dockerlint.source import Text


class Option(NamedTuple):
    """One option: `name` with its dashes, at the place of its letter if it stands in a cluster.

    `word` is the whole word that it is written in: for `-xzf`, the word of three options.
    """

    name: Text
    value: Word | None
    word: Word


class Options(NamedTuple):
    """The arguments of a program, told apart."""

    operands: tuple[Word, ...]
    options: tuple[Option, ...]

    def has(self, *names: str) -> bool:
        """Whether one of the options is there: `has("-y", "--yes")`."""
        return self.find(*names) is not None

    def find(self, *names: str) -> Option | None:
        """The last option of one of these names."""
        for option in reversed(self.options):
            if option.name in names or option.word.value in names:
                return option
        return None

    def values(self, *names: str) -> tuple[Word, ...]:
        """What the options of these names are given, in order."""
        return tuple(option.value for option in self.options if option.name in names and option.value is not None)

    def value(self, *names: str) -> Word | None:
        """What the last option of these names is given."""
        values = self.values(*names)
        return values[-1] if values else None


def syntax_of(program: str) -> Syntax:
    """How a program of this name reads its arguments, `pip3.11` as `pip`."""
    return SYNTAXES.get(program) or SYNTAXES.get(program.rstrip("0123456789.-"), UNKNOWN)


def read_options(program: str, words: tuple[Word, ...]) -> Options:
    """The arguments of a program by its table."""
    special = _SPECIAL.get(program)
    return special(words) if special is not None else read_by(syntax_of(program), words)


def read_by(syntax: Syntax, words: tuple[Word, ...]) -> Options:
    reader = _Reader(syntax, words)
    reader.read()
    return Options(tuple(reader.operands), tuple(reader.options))


class _Reader:
    """Goes through the arguments once, from left to right."""

    def __init__(self, syntax: Syntax, words: tuple[Word, ...]) -> None:
        self.syntax = syntax
        self.words = words
        self.index = 0
        self.operands: list[Word] = []
        self.options: list[Option] = []

    def read(self) -> None:
        if self.syntax.old_style and self.words and self.words[0].value[:1] not in ("-", ""):
            self._old_style()
        while self.index < len(self.words):
            word = self.words[self.index]
            self.index += 1
            if word.value == "--":
                break
            if self._is_operand(word.value):
                is_last = self.syntax.stops
                self._operand(word)
                if is_last:
                    break
            elif self._is_long(word.value):
                self._long(word)
            else:
                self._cluster(word)
            if self.options and self.options[-1].name in self.syntax.last:
                break
        self.operands += self.words[self.index :]

    def _is_operand(self, text: str) -> bool:
        if not text.startswith("-") or text == "-":
            return True
        return self.syntax.known != "" and text[1] != "-" and not set(text[1:]) <= set(self.syntax.known)

    def _operand(self, word: Word) -> None:
        """The first operand may be a verb with options of its own."""
        if not self.operands:
            self.syntax = self.syntax.verbs.get(word.value, self.syntax)
        self.operands.append(word)

    def _is_long(self, text: str) -> bool:
        if text.startswith("--") or text.partition("=")[0] in self.syntax.long or text in self.syntax.switches:
            return True
        return not self.syntax.clusters and text[1] not in self.syntax.short + self.syntax.glued

    def _long(self, word: Word) -> None:
        text = word.value
        name, equals, _ = text.partition("=")
        if equals:
            value = Word(text.part(len(name) + 1, len(text)), word.is_literal)
            self._add(text.part(0, len(name)), value, word)
        elif name in self.syntax.long or name in self.syntax.greedy:
            self._add(text, self._next(name), word)
        else:
            self._add(text, self._boolean(), word)

    def _cluster(self, word: Word) -> None:
        text = word.value
        for index in range(1, len(text)):
            letter = text[index]
            name = text.part(0, 2) if index == 1 else text.picked((0, index), index, index + 1)
            takes = letter in self.syntax.short + self.syntax.glued
            has_sign = self.syntax.equals and text[index + 1 : index + 2] == "="
            if index < len(text) - 1 and (takes or has_sign):
                # Where it is no sign of its own, it is part of the value.
                self._add(name, Word(text.part(index + 1 + has_sign, len(text)), word.is_literal), word)
                return
            self._add(name, self._value_after(letter, index == len(text) - 1), word)

    def _old_style(self) -> None:
        """`tar xzf FILE`: the letters' values follow in order."""
        word = self.words[0]
        self.index = 1
        for index, letter in enumerate(word.value):
            place = word.value.part(index, index + 1)
            # The dash that is not written counts as standing where its letter does.
            runs = ((0, place.start), (1, place.start))
            name = Text("-" + letter, place.source, place.start, place.end, runs)
            value = self._next(name) if letter in self.syntax.short else None
            self._add(name, value, word)

    def _next(self, name: str) -> Word | None:
        """The next word, as a value."""
        if self.index >= len(self.words):
            return None
        word = self.words[self.index]
        if name in self.syntax.greedy and word.value.startswith("-"):
            return None
        self.index += 1
        return word

    def _value_after(self, letter: str, is_last: bool) -> Word | None:
        """The value of a short option to which none is glued. A number alone may follow `make -j`."""
        if not is_last or self.index >= len(self.words):
            return None
        if letter in self.syntax.short:
            return self._next("-" + letter)
        is_number = letter in self.syntax.numeric and self.words[self.index].value.isdecimal()
        return self._next("") if is_number else self._boolean()

    def _boolean(self) -> Word | None:
        """The value in `--production false`, which npm takes as `--production=false`."""
        follows = self.words[self.index].value if self.index < len(self.words) else ""
        return self._next("") if self.syntax.booleans and follows in ("true", "false") else None

    def _add(self, name: Text, value: Word | None, word: Word) -> None:
        self.options.append(Option(name, value, word))


def _find(words: tuple[Word, ...]) -> Options:
    """`find FOLDER... EXPRESSION`: the folders are its operands, each test or action an option."""
    operands: list[Word] = []
    options: list[Option] = []
    remaining = iter(words)
    for word in remaining:
        text = word.value
        if not text.startswith("-") or text == "-":
            if not any(option.name not in ("-H", "-L", "-P") for option in options) and text not in ("(", "!", ")"):
                operands.append(word)
            continue
        value = next(remaining, None) if text in FIND_VALUES else None
        options.append(Option(text, value, word))
        if text in ("-exec", "-execdir", "-ok", "-okdir") and value is not None:
            _skip_to_end(remaining)
    return Options(tuple(operands), tuple(options))


def _skip_to_end(words: Iterator[Word]) -> None:
    """To the end of the command that `-exec` runs."""
    for word in words:
        if word.value in (";", "+"):
            return


def _echo(words: tuple[Word, ...]) -> Options:
    """Only what stands first and has no other letters than these is an option of echo; it knows no `--`."""
    count = 0
    while count < len(words) and len(words[count].value) > 1 and not words[count].value.strip("-neE"):
        if not words[count].value.startswith("-") or "-" in words[count].value[1:]:
            break
        count += 1
    return Options(words[count:], read_by(UNKNOWN, words[:count]).options)


_SPECIAL: dict[str, Callable[[tuple[Word, ...]], Options]] = {"find": _find, "echo": _echo}
