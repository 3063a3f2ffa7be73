"""Which commands of a script surely run, and which the script first looks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockerlint.shell.script import Command, Script
from dockerlint.shell.tree import Compound, nodes
from dockerlint.shell.words import Word, base_name

# Around these a command may be one of several ways, or may never run.
_PERHAPS = frozenset({"if", "case", "while", "until", "!", "function", "select", "find"})
# What stands behind `||` to fail, not to try another way.
_GIVE_UP = frozenset({"exit", "false", "kill", "echo", "return"})
_LOOKERS = frozenset({"which", "type", "hash", "command", "alias", "whereis", "shopt"})
# What comes after these is looked for elsewhere than on PATH: in an environment of its own, or in busybox.
_ELSEWHERE = frozenset(
    {"bundle", "busybox", "chroot", "conda", "mamba", "micromamba", "npx", "pdm", "pipenv", "poetry", "uv"}
)
# Built into the shell, or only words of its grammar.
_BUILT_IN = frozenset({"builtin", "command", "exec", "time"})
_FOLDERS = ("/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/local/bin/")


def certain(commands: Sequence[Command]) -> list[Command]:
    """The commands of a script, all of them given, that surely run where they stand, and are missed if they do not."""
    after_failure = {command.name for command in commands if command.before == "||"}
    perhaps = _PERHAPS | {"||"} if not after_failure <= _GIVE_UP else _PERHAPS
    return [command for command in commands if perhaps.isdisjoint(command.nesting) and _is_missed(command)]


def _is_missed(command: Command) -> bool:
    if command.is_background or command.before == "||":
        return False
    hides = command.in_substitution and any(
        one.descriptor == "2" or one.operator == "&>" for one in command.redirections
    )
    return not hides and _ELSEWHERE.isdisjoint(command.wrappers)


def programs(command: Command) -> Iterator[Word]:
    """The words of a command that name programs found on PATH: `sudo` and `apt-get`."""
    index = len(command.words) - len(command.arguments) - 1
    if command.program is None:
        return
    for word in (*command.words[:1], command.words[index]) if index else (command.program,):
        name = base_name(word.value)
        if word.is_literal and not word.is_expanded and _is_in_path(word) and name not in _BUILT_IN:
            yield word


def _is_in_path(word: Word) -> bool:
    folder = word.value[: len(word.value) - len(base_name(word.value))]
    return not folder or folder in _FOLDERS


def asked_for(script: Script) -> set[str]:
    """The names that a script looks for before it uses them, or that it gives to functions and aliases of its own."""
    names: set[str] = set()
    for command in script.commands:
        if command.name in _LOOKERS or {"command", "which"} & set(command.wrappers):
            names.update(base_name(word.value).partition("=")[0] for word in command.words)
    for node in nodes(script.statements):
        if isinstance(node, Compound) and node.kind == "function" and node.words:
            names.add(str(node.words[0].value))
    return names
