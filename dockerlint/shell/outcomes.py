"""Whether a script can fail at all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from dockerlint.shell.script import Script
from dockerlint.shell.tree import Compound, Pipeline, Simple, Statement
from dockerlint.shell.words import Word, base_name

_SUCCEED = frozenset({":", "true", "echo", "printf"})
# Whatever they read, they are content with it.
_CONTENT_WITH_INPUT = frozenset({"cat", "tee", "echo", "wc", "head", "tail", "sort", "true", "tr", "cut"})
# They may end the script before its end, with another status.
_LEAVE = frozenset({"exit", "exec", "trap", "kill"})
_BRANCHES = frozenset({"then", "else", "{", "("})


def always_succeeds(script: Script) -> bool:
    """Whether a script's status is surely 0, whatever the commands in it meet."""
    if script.is_broken or not script.statements:
        return False
    if any(command.errexit is not False or command.pipefail is not False for command in script.commands):
        return False
    is_left = any(
        command.name in ("exit", "exec", "trap", "kill") and not _is_success(command.words)
        for command in script.commands
    )
    return not is_left and _list_succeeds(script.statements)


def _list_succeeds(statements: Sequence[Statement]) -> bool:
    """Of a list the last chain counts; `a && b || c` is `(a && b) || c`."""
    start = len(statements) - 1
    while start and statements[start - 1].connector in ("&&", "||"):
        start -= 1
    chain = statements[start:]
    if chain[-1].connector == "&":
        return True
    succeeds = _pipeline_succeeds(chain[0].pipeline)
    for before, statement in pairwise(chain):
        this = _pipeline_succeeds(statement.pipeline)
        succeeds = (succeeds and this) if before.connector == "&&" else (succeeds or this)
    return succeeds


def _pipeline_succeeds(pipeline: Pipeline) -> bool:
    last = pipeline.commands[-1]
    if pipeline.negation is not None:
        return False
    if isinstance(last, Compound):
        return _compound_succeeds(last)
    return _is_success(last.words) or (len(pipeline.commands) > 1 and _is_content(last))


def _compound_succeeds(compound: Compound) -> bool:
    """A group ends as its last command does; of a condition each branch counts."""
    if compound.kind not in ("group", "subshell", "if"):
        return False
    branches = [clause for clause in compound.clauses if clause.keyword in _BRANCHES]
    return bool(branches) and all(_list_succeeds(clause.statements) for clause in branches if clause.statements)


def _is_success(words: Sequence[Word]) -> bool:
    """`true`, `echo ...`, `exit 0`."""
    if not words:
        return False
    name = base_name(words[0].value)
    return name in _SUCCEED or (name in ("exit", "return") and len(words) > 1 and words[1].value == "0")


def _is_content(command: Simple) -> bool:
    """`| cat`, `| tee /log`: programs that read a pipe to its end and never complain."""
    return (
        bool(command.words) and command.words[0].is_literal and base_name(command.words[0].value) in _CONTENT_WITH_INPUT
    )
