"""The syntax tree of a script: statements, pipelines, simple and compound commands.

https://www.gnu.org/software/bash/manual/html_node/Shell-Commands.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockerlint.shell.words import Assignment, Part, Redirection, Word
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


Node = Statement | Simple | Compound | Part


def nodes(statements: Iterable[Statement]) -> Iterator[Node]:
    """All that a script is made of, in the order of the text: statements, commands, and the parts of words.

    What stands in a substitution comes after the part that it is.
    """
    waiting: list[Node] = list(statements)
    waiting.reverse()
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(_children(node))


def _children(node: Node) -> list[Node]:
    if isinstance(node, Part):
        return [*node.parts, *node.statements]
    if isinstance(node, Statement):
        return [*node.pipeline.commands]
    children: list[Node] = []
    if isinstance(node, Simple):
        for assignment in node.assignments:
            children += _parts((assignment.value, *(assignment.elements or ())))
    children += _parts(node.words)
    if isinstance(node, Compound):
        for clause in node.clauses:
            children += _parts(clause.words)
            children += clause.statements
    for redirection in node.redirections:
        document = redirection.document
        children += _parts((redirection.target if document is None else document.body,))
    return children


def _parts(words: Iterable[Word | None]) -> list[Part]:
    return [part for word in words if word is not None and word.parts for part in word.parts]
