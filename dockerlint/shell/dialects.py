"""What reads a script: the shell, or another program, and the options it starts with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dockerlint.shell.switches import Switches
from dockerlint.shell.words import Word
from dockerlint.shell.wrappers import looked_through
from dockerlint.source import Text

SHELLS = frozenset({"sh", "bash", "ash", "dash", "ksh", "zsh"})
_DIALECTS = {
    "ash": "busybox", "pwsh": "powershell", "mksh": "ksh", "ksh93": "ksh", "rbash": "bash", "zsh5": "zsh",
}  # fmt: skip
_POSIX = frozenset({"sh", "dash", "busybox", "bash", "ksh", "zsh"})


class Shell(NamedTuple):
    """What reads a script.

    `dialect` is "sh" (some POSIX shell), "dash", "busybox", "bash", "ksh", "zsh", "powershell", "cmd",
    the name of another program, or empty where nobody can tell. `switches` are on from the start.
    """

    dialect: str = "sh"
    switches: Switches = Switches()

    @property
    def is_posix(self) -> bool:
        """Whether its text is shell grammar, as far as this package reads it."""
        return self.dialect in _POSIX


POSIX = Shell()


def shell_of_words(words: Sequence[Text]) -> Shell:
    """The shell that a SHELL instruction, or the beginning of an exec form, names.

    https://docs.docker.com/reference/dockerfile/#shell
    """
    return shell_of_command(tuple(Word(word, is_literal=True) for word in words))


def shell_of_command(words: tuple[Word, ...]) -> Shell:
    """The program that a command starts, seen as the reader of a script."""
    skipped, _ = looked_through(words)
    if skipped >= len(words) or not words[skipped].is_literal:
        return Shell("")
    name = _program(words[skipped].value)
    is_applet = skipped > 0 and _program(words[skipped - 1].value) == "busybox"
    dialect = "busybox" if is_applet and name == "sh" else _DIALECTS.get(name, name)
    if dialect not in _POSIX:
        return Shell(dialect)
    return Shell(dialect, Switches().after(words[skipped + 1 :]))


def shell_of_shebang(script: Text) -> Shell | None:
    """The program that the first line `#!...` names; None if there is no such line.

    A kernel hands all that follows the program over as one argument, which `env -S` splits.
    """
    line = script.lstrip("\t")[: script.find("\n") if "\n" in script else None]
    start = len(script) - len(script.lstrip("\t"))
    if not line.startswith("#!"):
        return None
    end = script.find("\n", start)
    rest = script.part(start + 2, end if end >= 0 else len(script)).trimmed()
    words = _blank_words(rest)
    if words and _program(words[0]) == "env":
        words = [words[0], *(word for word in words[1:] if word not in ("-S", "--split-string"))]
    return shell_of_words(words)


def _program(path: str) -> str:
    """The name of a program by its path, as Unix or Windows writes it."""
    return path.replace("\\", "/").rpartition("/")[2].lower().removesuffix(".exe")


def _blank_words(text: Text) -> list[Text]:
    words: list[Text] = []
    index = 0
    for word in text.split():
        index = text.index(word, index)
        words.append(text.part(index, index + len(word)))
        index += len(word)
    return words
