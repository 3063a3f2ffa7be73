"""A script of one plain command as exec form: the words that a program gets without any shell."""

from __future__ import annotations

from collections.abc import Iterable

from dockerlint.shell.script import Script
from dockerlint.shell.tree import Simple
from dockerlint.shell.words import Word

# Without quotes around it, a shell makes something else of each of these.
_SPECIAL = frozenset("$`*?[~{}<>|&;()#!")
# What only a shell can do, and words that begin compound commands. `echo` and its like are programs as well.
BUILTINS = frozenset(
    {".", ":", "alias", "bg", "break", "builtin", "cd", "command", "continue", "declare", "eval", "exit", "export",
     "fg", "getopts", "hash", "jobs", "let", "local", "logout", "popd", "pushd", "read", "readonly", "return", "set",
     "shift", "shopt", "source", "time", "times", "trap", "type", "typeset", "ulimit", "umask", "unalias",
     "unset", "wait"}
)  # fmt: skip


def plain_words(script: Script) -> tuple[Word, ...] | None:
    """The words of the one command that a script is, without a leading `exec`; None where only a shell can run it."""
    command = only_command(script)
    if command is None or command.assignments or command.redirections or script.comments:
        return None
    words = command.words[1:] if command.words[0].value == "exec" else command.words
    if not words or words[0].value in BUILTINS or words[0].value.startswith("-"):
        return None
    return words if all(_is_plain(word) for word in words) and not _is_echo_of_escapes(words) else None


def only_command(script: Script) -> Simple | None:
    """The command of a script that is no more than this one, in the foreground."""
    if script.is_broken or len(script.statements) != 1:
        return None
    statement = script.statements[0]
    command = statement.pipeline.commands[0]
    is_alone = len(statement.pipeline.commands) == 1 and statement.pipeline.negation is None
    if not is_alone or statement.connector.strip() or not isinstance(command, Simple) or not command.words:
        return None
    return command


def as_json(words: Iterable[str]) -> str:
    """A JSON array as exec form is written."""
    return "[" + ", ".join(json_string(word) for word in words) + "]"


def json_string(word: str) -> str:
    import json  # noqa: PLC0415 (only a finding needs it)

    return json.dumps(word, ensure_ascii=False)


def _is_plain(word: Word) -> bool:
    return word.is_literal and all(_SPECIAL.isdisjoint(bare) for bare in word.bare)


def _is_echo_of_escapes(words: tuple[Word, ...]) -> bool:
    """Shells do not agree with the program on what `echo` makes of these."""
    return words[0].value == "echo" and any("\\" in word.value for word in words)
