"""Scripts and commands that a command is given to run: `sh -c`, `eval`, `su -c`, `find -exec`, standard input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockerlint.shell.dialects import POSIX, SHELLS, Shell, shell_of_command
from dockerlint.shell.options import read_options
from dockerlint.shell.words import Redirection, Word
from dockerlint.source import Text

AS_USER = frozenset({"su", "runuser"})
RUN_SCRIPTS = SHELLS | AS_USER | {"eval"}
_EXEC = frozenset({"-exec", "-execdir", "-ok", "-okdir"})


def inner_script(
    words: tuple[Word, ...], name: str, arguments: tuple[Word, ...], redirections: Sequence[Redirection]
) -> tuple[Text, Shell | None] | None:
    """The literal script that a command runs, and the shell that reads it: None for the shell itself (`eval`)."""
    if name == "eval":
        is_plain = len(arguments) == 1 and arguments[0].is_literal
        return (arguments[0].value, None) if is_plain else None
    if name in AS_USER:
        return _as_user(arguments)
    is_given, script = _of_shell(arguments)
    if not is_given:
        script = _input(redirections)
    if script is None or not script.is_literal:
        return None
    return script.value, shell_of_command(words)


def _as_user(arguments: tuple[Word, ...]) -> tuple[Text, Shell] | None:
    """The script behind `su -c`; which shell a user has nobody knows, if `-s` does not say it."""
    options = read_options("su", arguments)
    script, program = options.value("-c", "--command", "--session-command"), options.value("-s", "--shell")
    shell = POSIX if program is None else shell_of_command((program,))
    return (script.value, shell) if script is not None and script.is_literal and shell.is_posix else None


def _of_shell(arguments: tuple[Word, ...]) -> tuple[bool, Word | None]:
    """Whether the words tell a shell what to run, by `-c SCRIPT` or a file; and that script."""
    index = 0
    while index < len(arguments):
        word = arguments[index]
        if not word.value.startswith(("-", "+")):
            return word.value != "/dev/stdin", None
        index += 1
        if word.value.startswith("--"):
            index += word.value in ("--rcfile", "--init-file")
            continue
        # Each `o` takes a name from the words that follow; `-c` takes the first word behind the options.
        if "c" in word.value and word.value[0] == "-":
            return True, _first_operand(arguments, index - 1)
        if "s" in word.value and word.value[0] == "-":
            # What follows are arguments of the script on standard input.
            break
        index += word.value.count("o") + word.value.count("O")
    return False, None


def _first_operand(arguments: tuple[Word, ...], index: int) -> Word | None:
    while index < len(arguments):
        text = arguments[index].value
        if not text.startswith(("-", "+")):
            return arguments[index]
        index += 1
        if text in ("-", "--"):
            break
        if not text.startswith("--"):
            index += text.count("o") + text.count("O")
    return arguments[index] if index < len(arguments) else None


def _input(redirections: Sequence[Redirection]) -> Word | None:
    """The text that a command gets as its standard input; parameters in it do not hide its commands."""
    found = None
    for redirection in redirections:
        if redirection.descriptor not in ("", "0") or not redirection.operator.startswith("<"):
            continue
        if redirection.document is not None:
            body = redirection.document.body
            is_plain = all(part.kind in ("quoted", "escape", "parameter") for part in body.parts)
            found = body._replace(is_literal=is_plain)
        else:
            found = redirection.target if redirection.operator == "<<<" else None
        # The outer ones come later, and count less.
        return found
    return found


def executed_words(arguments: tuple[Word, ...]) -> Iterator[tuple[Word, ...]]:
    """The commands that `find` runs on what it finds."""
    start: int | None = None
    for index, word in enumerate(arguments):
        if start is None:
            start = index + 1 if word.value in _EXEC else None
        elif word.value == ";" or (word.value == "+" and arguments[index - 1].value == "{}"):
            if index > start:
                yield arguments[start:index]
            start = None
