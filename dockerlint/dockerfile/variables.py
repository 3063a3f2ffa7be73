"""Where instructions use variables, and which.

https://docs.docker.com/reference/dockerfile/#environment-replacement
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dockerlint.dockerfile.expansion import Lookup, Value, expand, expand_heredoc, expand_words
from dockerlint.dockerfile.instructions import (
    Arg,
    Expose,
    Instruction,
    KeyValues,
    Run,
    Stopsignal,
    Transfer,
    User,
    Volume,
    Workdir,
)
from dockerlint.source import Text


class Use(NamedTuple):
    """A variable that Docker looks up in a word of an instruction, and what it finds."""

    name: str
    value: Value
    word: Text
    escape: str

    @property
    def text(self) -> Text:
        """Where it stands: `$NAME` or `${NAME...}`."""
        return place_of(self.name, self.word, self.escape)

    @property
    def modifier(self) -> str:
        """What follows the name in braces, as `:-default` does."""
        return modifier_of(self.text, self.name)


def uses(instruction: Instruction, lookup: Lookup) -> Iterator[Use]:
    """The variables of an instruction in the order of its words, each once a word. FROM and shell text are left out."""
    escape = instruction.escape
    for word in expanded_words(instruction):
        if "$" in word:
            yield from _uses(expand(word, lookup, escape).found, word, escape)
    if isinstance(instruction, Expose):
        for word in instruction.ports:
            yield from _uses(expand_words(word, lookup, escape).found, word, escape)
    if isinstance(instruction, Transfer):
        for heredoc in instruction.heredocs:
            if not heredoc.opener.is_quoted:
                yield from _uses(expand_heredoc(heredoc.body, lookup).found, heredoc.body, "\\")


def _uses(found: Mapping[str, Value], word: Text, escape: str) -> Iterator[Use]:
    return (Use(name, value, word, escape) for name, value in found.items())


def expanded_words(instruction: Instruction) -> list[Text]:  # noqa: PLR0911 (one kind after the other)
    """The words in which Docker replaces variables, but for those of EXPOSE, whose values are split, and heredocs."""
    match instruction:
        case KeyValues():
            return [word for pair in instruction.pairs for word in (pair.key, pair.value) if word is not None]
        case Arg():
            return [pair.value for pair in instruction.pairs if pair.value is not None]
        case Transfer():
            flags = [word for word in (instruction.owner, instruction.mode) if word]
            return [*instruction.sources, instruction.destination, *flags]
        case User() | Workdir() | Stopsignal():
            return [instruction.argument]
        case Volume():
            return list(instruction.paths)
        case Run():
            fields = [field for mount in instruction.mounts for field in mount.fields if field.name != "from"]
            return [field.value for field in fields if field.value is not None]
    return []


def place_of(name: str, word: Text, escape: str) -> Text:
    """Where a word uses a variable for the first time: `$NAME` or `${NAME...}`; the whole word if nobody can tell."""
    end_of_name = r"(?!\w)" if name.isidentifier() else r"(?!\d)" if name.isdigit() else ""
    for match in re.finditer(rf"\$\{{?{re.escape(name)}{end_of_name}", word):
        start, end = match.span()
        if word[start - 1 : start] != escape or start == 0:
            return word.part(start, _closing(word, end) if word[start + 1] == "{" else end)
    return word


def _closing(word: str, index: int) -> int:
    """The index behind the `}` that closes the braces open at `index`."""
    depth = 1
    for match in re.finditer(r"\$\{|\}", word[index:]):
        depth += 1 if match[0] == "${" else -1
        if not depth:
            return index + match.end()
    return len(word)


def modifier_of(text: str, name: str) -> str:
    """What follows the name of a variable in its braces."""
    return text[len(name) + 2 : -1] if text.startswith("${") else ""
