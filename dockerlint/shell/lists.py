"""AND-OR lists: pipelines with `&&` and `||` between them. What follows one starts whether it failed or not.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_09_03
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dockerlint.shell.tree import Compound, Simple, Statement
from dockerlint.source import Text

# What stands behind these words is tested, not done.
_CONDITIONS = frozenset({"if", "elif", "while", "until"})


class AndOrList(NamedTuple):
    """Statements of which only the last has another connector than `&&` and `||`."""

    statements: tuple[Statement, ...]

    @property
    def connector(self) -> Text:
        """What ends the list: `;`, `&`, a newline, or nothing."""
        return self.statements[-1].connector

    @property
    def has_alternative(self) -> bool:
        """Whether something is done in place of what fails."""
        return any(statement.connector == "||" for statement in self.statements)

    @property
    def commands(self) -> tuple[Simple | Compound, ...]:
        return tuple(command for statement in self.statements for command in statement.pipeline.commands)


def and_or_lists(statements: Sequence[Statement]) -> list[AndOrList]:
    lists: list[AndOrList] = []
    start = 0
    for index, statement in enumerate(statements):
        if statement.connector not in ("&&", "||") or index + 1 == len(statements):
            lists.append(AndOrList(tuple(statements[start : index + 1])))
            start = index + 1
    return lists


def unwatched_lists(statements: Sequence[Statement]) -> Iterator[tuple[AndOrList, AndOrList]]:
    """Each list whose status is lost because another follows in the same shell; and that other.

    Also in groups, branches and loops, but not in functions, nor where `||` or `!` deals with a failure.
    """
    lists = and_or_lists(statements)
    for index, one in enumerate(lists):
        if index + 1 < len(lists):
            yield one, lists[index + 1]
        if not one.has_alternative:
            for body in _bodies(one):
                yield from unwatched_lists(body)


def _bodies(one: AndOrList) -> Iterator[tuple[Statement, ...]]:
    for statement in one.statements:
        if statement.pipeline.negation is not None:
            continue
        for command in statement.pipeline.commands:
            if isinstance(command, Compound) and command.kind != "function":
                yield from (clause.statements for clause in command.clauses if clause.keyword not in _CONDITIONS)
