"""The syntax tree of a script: statements, pipelines, simple and compound commands.

https://www.gnu.org/software/bash/manual/html_node/Shell-Commands.html
"""

from __future__ import annotations

from typing import NamedTuple

from dockerlint.shell.words import Assignment, Redirection, Word
from dockerlint.source import Text


class Simple(NamedTuple):
    """Assignments, words and redirections, at least one of them."""

    text: Text
    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...]
    redirections: tuple[Redirection, ...]


class Clause(NamedTuple):
    """A keyword of a compound command with the statements after it.

    The keyword is `if`, `then`, `elif`, `else`, `while`, `until`, `do`, `{` or `(`; a clause of `case`
    has its patterns as `words`, and its keyword is what ends it.
    """

    keyword: Text
    statements: tuple[Statement, ...]
    words: tuple[Word, ...] = ()


class Compound(NamedTuple):
    """A command made of others.

    `kind` is "group", "subshell", "if", "for", "select", "while", "until", "case", "function", "test"
    (`[[ ]]`) or "arithmetic" (`(( ))`). `words` are the variable and the values of a loop, the subject
    of `case`, the name of a function, the operands and operators of `[[ ]]`, the text of `(( ))`.
    """

    kind: str
    text: Text
    words: tuple[Word, ...]
    clauses: tuple[Clause, ...]
    redirections: tuple[Redirection, ...]


class Pipeline(NamedTuple):
    """Commands with `|` or `|&` between them. `negation` is the `!` before it, or None."""

    commands: tuple[Simple | Compound, ...]
    operators: tuple[Text, ...]
    negation: Text | None


class Statement(NamedTuple):
    """A pipeline and what follows it: `&&`, `||`, `;`, `&`, a newline, or nothing (an empty text)."""

    pipeline: Pipeline
    connector: Text


class Unread(NamedTuple):
    """Why a script, or the rest of it from `text` on, was not read.

    `kind` is "language" (another interpreter reads it), "unclosed" (a quote or bracket), "missing"
    (`if` without `fi`), "unexpected" (a word or operator), "empty" (nothing follows an operator or
    keyword) or "depth" (nested deeper than anybody writes).
    """

    kind: str
    reason: str
    text: Text
