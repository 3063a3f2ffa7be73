"""Which variables a script uses, and which it sets by itself.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_06_02
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dockerlint.shell.script import Command, Script
from dockerlint.shell.tree import Compound, Node, Simple, nodes
from dockerlint.shell.words import Part, Redirection

# Shells set these themselves, or get them from whatever starts them.
SHELL_VARIABLES = frozenset(
    {
        "BASH", "BASHPID", "BASH_ENV", "BASH_SOURCE", "BASH_VERSION", "BASH_VERSINFO", "COLUMNS", "DIRSTACK", "ENV",
        "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME", "GROUPS", "HOME", "HOSTNAME", "HOSTTYPE", "IFS", "LINENO",
        "LINES", "MACHTYPE", "MAPFILE", "OLDPWD", "OPTARG", "OPTERR", "OPTIND", "OSTYPE", "PATH", "PIPESTATUS", "PPID",
        "PS1", "PS2", "PS4", "PWD", "RANDOM", "REPLY", "SECONDS", "SHELL", "SHELLOPTS", "SHLVL", "TERM", "UID",
    }
)  # fmt: skip

# These run text that may set anything.
_OPAQUE = frozenset({".", "source", "eval"})
# These set the variables that their arguments name.
_READERS = frozenset({"coproc", "getopts", "let", "mapfile", "printf", "read", "readarray", "unset", "wait"})
_DECLARES = frozenset({"declare", "export", "local", "readonly", "typeset"})
# `${NAME-text}` and its kin reckon with a variable that is not set; `${!NAME}` names another one.
_RECKONS = r"\$\{(?:[!#]|\w+(?:\[[^\]]*\])?:?[-+?=])"


def used(script: Script) -> Iterator[Part]:
    """The places where a script puts in the value of a variable, whether it is set or not."""
    parts = [node for node in nodes(script.statements) if isinstance(node, Part) and node.kind == "parameter"]
    # Inside `${x:+...}` there is a value.
    asked = {part.name for part in parts if re.match(r"\$\{\w+:?\+", part.text)}
    for part in parts:
        if part.name.isidentifier() and part.name not in asked and not re.match(_RECKONS, part.text):
            yield part


def assigned(script: Script) -> frozenset[str] | None:
    """The variables that a script may set, anywhere; None if nobody can tell."""
    found: set[str] = set()
    for command in script.commands:
        if _may_set_anything(command):
            return None
        found.update(_set_by(command))
    for node in nodes(script.statements):
        found.update(_set_in(node))
    return frozenset(found)


def _may_set_anything(command: Command) -> bool:
    """Whether it runs text from elsewhere in this shell, or takes the names from there."""
    if command.name in _DECLARES:
        return any(not word.is_literal and "=" not in word.value for word in command.arguments)
    return command.name in _OPAQUE


def _set_by(command: Command) -> Iterator[str]:
    yield from (str(assignment.name) for assignment in command.assignments)
    if command.name in _READERS or command.name in _DECLARES:
        for word in command.arguments:
            yield from re.findall(r"[A-Za-z_]\w*", word.value)


def _set_in(node: Node) -> Iterator[str]:
    if isinstance(node, Compound):
        if node.kind in ("for", "select"):
            yield from (str(word.value) for word in node.words[:1])
        if node.kind in ("for", "arithmetic"):
            yield from _set_by_arithmetic(word.value for word in node.words)
    if isinstance(node, Part):
        if node.kind == "arithmetic":
            yield from _set_by_arithmetic([node.text])
        elif node.kind == "parameter" and re.match(r"\$\{\w+:?=", node.text):
            yield node.name
    if isinstance(node, Simple | Compound):
        yield from _descriptors(node.redirections)


def _set_by_arithmetic(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from re.findall(r"([A-Za-z_]\w*)\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)", text)
        yield from re.findall(r"([A-Za-z_]\w*)(?:\+\+|--)", text)


def _descriptors(redirections: Iterable[Redirection]) -> Iterator[str]:
    """`exec {name}> file` puts the number of the descriptor into a variable."""
    yield from (one.descriptor.strip("{}") for one in redirections if one.descriptor.startswith("{"))
