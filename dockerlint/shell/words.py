"""Words of shell text, how they are written, and what may stand beside them in a command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.source import Text

if TYPE_CHECKING:
    from dockerlint.shell.tree import Statement


class Part(NamedTuple):
    r"""A stretch of a word that is written in one way; `text` is the whole of it, quotes included.

    `kind` is "bare", "escape" (`\x`), "single", "double", "quoted" (characters in double quotes or a
    heredoc), "ansi" (`$'..'`), "locale" (`$".."`), "parameter" (`$x`, `${x...}`), "command"
    (`$(..)`), "backtick", "process" (`<(..)`), "arithmetic" or "pattern" (`@(a|b)`). `name` is the
    parameter's. `parts` are those inside quotes and braces, `statements` the commands of a substitution.
    """

    kind: str
    text: Text
    name: str = ""
    parts: tuple[Part, ...] = ()
    statements: tuple[Statement, ...] = ()


class Word(NamedTuple):
    """A word without its quotes and escapes.

    `is_literal` says that the command gets `value` itself, but for file name patterns, braces and
    `~`; otherwise a variable, a substitution or the like stands in it, as it is written.
    `parts` tell how it is written: none, if it is nothing but bare characters.
    `is_expanded` says that a variable stands there, whose literal value this is: no fix may edit it.
    """

    value: Text
    is_literal: bool
    parts: tuple[Part, ...] = ()
    is_expanded: bool = False

    @property
    def bare(self) -> tuple[Text, ...]:
        """The stretches without quotes and escapes, where a shell looks for patterns, braces and `~`."""
        return tuple(part.text for part in self.parts if part.kind == "bare") if self.parts else (self.value,)


class Assignment(NamedTuple):
    """`NAME=value`; for `NAME` alone (as in `export NAME`) the value is None.

    `is_appended` is for `+=`; `elements` are those of an array, whose value is all of `(...)`.
    """

    name: Text
    value: Word | None
    is_appended: bool = False
    elements: tuple[Word, ...] | None = None


class HereDocument:
    """The text below a line with `<<NAME`. Its body is data, or a script where a shell reads it.

    With a quoted delimiter the body is literal. `terminator` is the closing line; empty, if there is none.
    """

    __slots__ = ("body", "cuts_tabs", "delimiter", "terminator")

    def __init__(self, delimiter: Word, cuts_tabs: bool) -> None:
        self.delimiter = delimiter
        self.cuts_tabs = cuts_tabs
        nothing = delimiter.value.part(0, 0)
        self.body = Word(nothing, is_literal=True)
        self.terminator = nothing

    @property
    def is_quoted(self) -> bool:
        return any(part.kind not in ("bare", "parameter") for part in self.delimiter.parts)


class Redirection(NamedTuple):
    """`> file`, `2>&1`, `<<< text`: the operator, the descriptor before it, the word after it.

    A heredoc has no target but a `document`. `text` is the whole of it as written.
    """

    operator: str
    descriptor: str
    target: Word | None
    text: Text
    document: HereDocument | None = None


def substitutions(parts: Iterable[Part]) -> Iterator[Part]:
    """The command substitutions in parts of a word, quoted or not; not those inside of others."""
    for part in parts:
        if part.kind in ("command", "backtick"):
            yield part
        else:
            yield from substitutions(part.parts)


def base_name(path: str) -> str:
    return path.rpartition("/")[2]


def as_assignment(word: Word) -> Assignment | None:
    """A word of the form `NAME=value`, taken apart; the parts of the value are those of the whole word."""
    name, equals, _ = word.value.partition("=")
    if not equals or not name.isidentifier():
        return None
    cut = len(name)
    value = word.value.part(cut + 1, len(word.value))
    return Assignment(word.value.part(0, cut), word._replace(value=value))
