"""What bash knows and the /bin/sh of Debian or Alpine does not.

`CONSTRUCTS` says what dash 0.5.12 and the ash of busybox 1.35 do with each, as tried with these shells.
https://www.gnu.org/software/bash/manual/html_node/Major-Differences-From-The-Bourne-Shell.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from dockerlint.shell.script import Command, Script
from dockerlint.shell.tree import Compound, Pipeline, Simple, Statement, nodes
from dockerlint.shell.words import Assignment, Part, Redirection, Word
from dockerlint.source import Text

_STOPS = "stops here"
_MISSING = "does not know it"
_FAILS = "prints an error in its place"
_LITERAL = "takes it literally"
_EMPTY = "leaves it empty"
_COMMAND = "takes it for the name of a command"
_SUBSHELL = "runs it as a command in a subshell"
_BACKGROUND = "starts the command in the background and redirects nothing"


class Construct(NamedTuple):
    """What each shell does with it, empty where that is what bash does; and what every shell knows instead."""

    dash: str
    busybox: str
    instead: str


CONSTRUCTS = {
    "[[": Construct(_MISSING, "", "use `[`"),
    "==": Construct(_FAILS, "", "write `=`"),
    "[ -v": Construct(_FAILS, _FAILS, 'write `[ -n "${X+x}" ]`'),
    "source": Construct(_MISSING, "", "write `.`"),
    "set -o": Construct(_STOPS, "", ""),
    "braces": Construct(_LITERAL, _LITERAL, "write the words out"),
    "array": Construct(_STOPS, _STOPS, ""),
    "element": Construct(_FAILS, _FAILS, ""),
    "<(": Construct(_STOPS, "", ""),
    "<<<": Construct(_STOPS, _STOPS, "use a pipe or a heredoc"),
    "&>": Construct(_BACKGROUND, "", "write `> file 2>&1`"),
    "&>>": Construct(_BACKGROUND, _STOPS, "write `>> file 2>&1`"),
    ">& file": Construct(_STOPS, "", "write `> file 2>&1`"),
    "{fd}": Construct(_FAILS, _FAILS, "write the number of the descriptor"),
    "|&": Construct(_STOPS, _STOPS, "write `2>&1 |`"),
    "$'": Construct("keeps the `$` and reads no escapes", "", "use `printf`"),
    '$"': Construct("keeps the `$`", "keeps the `$`", "drop the `$`"),
    "${x/a/b}": Construct(_STOPS, "", "use `sed`"),
    "${x:1}": Construct(_STOPS, "", "use `cut`"),
    "${x^}": Construct(_STOPS, _STOPS, "use `tr`"),
    "${!x}": Construct(_STOPS, _STOPS, ""),
    "${x@Q}": Construct(_STOPS, _STOPS, ""),
    "${x[0]}": Construct(_STOPS, _STOPS, ""),
    "$[": Construct(_LITERAL, _LITERAL, "write `$((...))`"),
    "x++": Construct(_STOPS, "", "write `x=$((x + 1))`"),
    "function": Construct(_STOPS, "", "write `name() {`"),
    "function name": Construct(_STOPS, _STOPS, "use letters, digits and `_`"),
    "pushd": Construct(_MISSING, _MISSING, "use `cd`, in `( )` to come back"),
    "let": Construct(_MISSING, "", "write `x=$((...))`"),
    "declare": Construct(_MISSING, _MISSING, "assign without it"),
    "shopt": Construct(_MISSING, _MISSING, ""),
    "mapfile": Construct(_MISSING, _MISSING, "read lines with `while read -r`"),
    "builtin": Construct(_MISSING, _MISSING, ""),
    "+=": Construct(_COMMAND, _COMMAND, 'write `x="${x}..."`'),
    "export +=": Construct(_STOPS, _STOPS, 'write `export x="${x}..."`'),
    "((": Construct(
        "runs it as a command in a subshell", "runs it as a command in a subshell", "use `[` or `$((...))`"
    ),
    "for ((": Construct(_STOPS, _STOPS, "use `while`, or `for i in $(seq 1 9)`"),
    "select": Construct(_STOPS, _STOPS, ""),
    ";&": Construct(_STOPS, _STOPS, "repeat the commands"),
    "@(a|b)": Construct(_STOPS, _STOPS, ""),
    "$RANDOM": Construct(_EMPTY, "", "read /dev/urandom"),
    "$UID": Construct(_EMPTY, _EMPTY, ""),
    "trap ERR": Construct("refuses the signal, so nothing is trapped", "", "use `trap ... EXIT`"),
    "trap DEBUG": Construct("refuses it, so nothing is trapped", "refuses it, so nothing is trapped", ""),
    "trap SIGINT": Construct("refuses the name, so nothing is trapped", "", "leave the `SIG` away"),
    "printf %q": Construct(_STOPS, _FAILS, ""),
    "printf -v": Construct(_FAILS, "prints it", "write `x=$(printf ...)`"),
    "export -f": Construct(_STOPS, _STOPS, ""),
    "export -n": Construct(_STOPS, "", ""),
    "read -a": Construct(_FAILS, _FAILS, ""),
    "read -t": Construct(_FAILS, "", ""),
    "read": Construct(_FAILS, "", "name a variable"),
    "type -p": Construct("takes it for a name", "", "use `command -v`"),
    "wait -n": Construct(_FAILS, "", ""),
    "exec -a": Construct("takes it for the command", "", ""),
    "local -r": Construct(_STOPS, _STOPS, "leave the option away"),
}

_BUILTINS = {
    "source": "source", "pushd": "pushd", "popd": "pushd", "dirs": "pushd", "let": "let", "declare": "declare",
    "typeset": "declare", "shopt": "shopt", "mapfile": "mapfile", "readarray": "mapfile", "builtin": "builtin",
}  # fmt: skip
# Options of `set -o` that dash refuses.
_SET_OPTIONS = frozenset({"pipefail", "errtrace", "functrace", "posix", "history", "physical", "braceexpand"})
_VARIABLES = {
    "RANDOM": "$RANDOM", "UID": "$UID", "EUID": "$UID", "OSTYPE": "$UID", "MACHTYPE": "$UID", "HOSTTYPE": "$UID",
    "BASH_SOURCE": "$UID", "BASH_REMATCH": "$UID", "BASH_COMMAND": "$UID", "PIPESTATUS": "$UID", "FUNCNAME": "$UID",
}  # fmt: skip
# Programs that take names of files or packages: braces in their words were meant for the shell. Others, such as curl
# and jq, read them themselves.
_TAKE_BRACES = frozenset(
    {"cat", "chgrp", "chmod", "chown", "cp", "echo", "install", "ln", "ls", "mkdir", "mv", "printf", "rm", "rmdir",
     "shred", "stat", "touch", "apk", "apt", "apt-get", "du"}
)  # fmt: skip
_OPTIONS = {
    "export": {"f": "export -f", "n": "export -n"},
    "read": dict.fromkeys("dtnsuNie", "read -t") | {"a": "read -a"},
    "type": dict.fromkeys("pta", "type -p"),
    "wait": {"n": "wait -n"},
    "exec": {"a": "exec -a"},
    "local": dict.fromkeys("aAgilnrtux", "local -r"),
    "printf": {"v": "printf -v"},
}
# None of the constructs that are no words of a command can do without one of these.
_MARKS = ("[[", "((", "<(", ">(", "<<<", "&>", ">&", "|&", "$'", '$"', "$[", "${", "+=", "{", "=(", ";&", "(|", "++",
          "function", "select", "RANDOM", "UID", "TYPE", "--", "]=", "@(", "!(", "*(", "?(", "+(", "()")  # fmt: skip


class Bashism(NamedTuple):
    """A construct at its place."""

    construct: str
    place: Text


def bashisms(script: Script, commands: Sequence[Command]) -> Iterator[Bashism]:
    """What of a script only bash reads as it is meant. `commands` are those that stand in the script itself."""
    functions: set[str] = set()
    if any(mark in script.text for mark in _MARKS):
        for node in nodes(script.statements):
            if isinstance(node, Statement):
                yield from _in_pipeline(node.pipeline)
            elif isinstance(node, Part):
                yield from _in_part(node)
            elif isinstance(node, Compound):
                yield from _in_compound(node, functions)
            else:
                yield from _in_simple(node)
    for command in commands:
        if command.words and "find" not in command.nesting and command.words[0].value not in functions:
            yield from _in_words(command)


def _in_pipeline(pipeline: Pipeline) -> Iterator[Bashism]:
    return (Bashism("|&", operator) for operator in pipeline.operators if operator == "|&")


def _in_compound(compound: Compound, functions: set[str]) -> Iterator[Bashism]:
    kind, words, text = compound.kind, compound.words, compound.text
    if kind == "test":
        yield Bashism("[[", text.part(0, 2))
    elif kind == "arithmetic" and not re.search(r"\w[ \t]+[\w$]", text):
        # With words side by side it is a subshell in a subshell, for every shell but bash.
        yield Bashism("((", text.part(0, 2))
    elif kind == "select":
        yield Bashism("select", text.part(0, len("select")))
    elif kind == "case":
        yield from (Bashism(";&", clause.keyword) for clause in compound.clauses if "&" in clause.keyword)
    elif kind == "for":
        yield from _in_loop(words)
    elif kind == "function" and words:
        functions.add(words[0].value)
        yield from _in_function(text, words[0].value)
    yield from _in_redirections(compound.redirections)


def _in_loop(words: Sequence[Word]) -> Iterator[Bashism]:
    if words and words[0].parts and words[0].parts[0].kind == "arithmetic":
        yield Bashism("for ((", words[0].value)
    for word in words[1:]:
        yield from _braces(word)


def _in_function(text: Text, name: Text) -> Iterator[Bashism]:
    if text.start < name.start:
        yield Bashism("function", text.part(0, len("function")))
    elif not name.isidentifier():
        yield Bashism("function name", name)


def _in_simple(simple: Simple) -> Iterator[Bashism]:
    is_export = bool(simple.words)
    for assignment in simple.assignments:
        yield from _in_assignment(assignment, is_export=is_export)
    yield from _in_redirections(simple.redirections)


def _in_assignment(assignment: Assignment, *, is_export: bool) -> Iterator[Bashism]:
    if assignment.elements is not None:
        yield Bashism("array", assignment.name)
    elif "[" in assignment.name:
        yield Bashism("element", assignment.name)
    elif assignment.is_appended:
        yield Bashism("export +=" if is_export else "+=", assignment.name)


def _in_redirections(redirections: Sequence[Redirection]) -> Iterator[Bashism]:
    for redirection in redirections:
        operator, target, written = redirection.operator, redirection.target, redirection.text
        place = written.part(0, len(redirection.descriptor) + len(operator))
        if redirection.descriptor.startswith("{"):
            yield Bashism("{fd}", place)
        elif operator in ("&>", "&>>", "<<<"):
            yield Bashism(operator, place)
        elif operator == ">&" and target is not None and target.is_literal and not _is_descriptor(target.value):
            yield Bashism(">& file", place)


def _is_descriptor(target: str) -> bool:
    return target.removesuffix("-").isdigit() or target == "-"


def _in_part(part: Part) -> Iterator[Bashism]:
    kind, text = part.kind, part.text
    if kind == "parameter":
        construct = _of_parameter(part)
    elif kind == "arithmetic":
        construct = _of_arithmetic(text)
    else:
        construct = {"ansi": "$'", "locale": '$"', "process": "<(", "pattern": "@(a|b)"}.get(kind)
    if construct is not None:
        yield Bashism(construct, text)


def _of_arithmetic(text: str) -> str | None:
    if text.startswith("$["):
        return "$["
    is_changing = ("++" in text or "--" in text) and re.search(r"[A-Za-z_]\w*[ \t]*(?:\+\+|--)[ \t]*[;)]", text)
    return "x++" if text.startswith("$((") and is_changing else None


# What follows the name of a parameter, by its first character.
_OPERATORS = {"[": "${x[0]}", "/": "${x/a/b}", "^": "${x^}", ",": "${x^}"}


def _of_parameter(part: Part) -> str | None:
    name = part.name
    if not part.text.startswith("${"):
        return _VARIABLES.get(name)
    inner = part.text[2:-1]
    rest = inner.removeprefix("#").removeprefix(name)
    first = rest[:1]
    if inner.startswith("!") and len(inner) > 1 and name != "!":
        return "${!x}"
    if first == ":":
        return "${x:1}" if rest[1:2] not in ("-", "=", "?", "+") else None
    if first == "@":
        return "${x@Q}" if name.isidentifier() else None
    return _VARIABLES.get(name) if first in ("", "%", "#") else _OPERATORS.get(first)


def _in_words(command: Command) -> Iterator[Bashism]:
    first = command.words[0].value
    if first in _BUILTINS:
        yield Bashism(_BUILTINS[first], first)
        return
    if first in ("[", "test"):
        yield from _in_test(command.words)
    elif first == "set":
        yield from _in_set(command.words)
    elif first == "trap":
        yield from _in_trap(command.words)
    elif first in _OPTIONS:
        yield from _in_options(first, command.words)
    if command.name in _TAKE_BRACES:
        for word in command.arguments:
            yield from _braces(word)


def _in_test(words: Sequence[Word]) -> Iterator[Bashism]:
    if len(words) > 2 and words[1].value == "-v" and words[2].value.isidentifier():
        yield Bashism("[ -v", words[1].value)
    for word in words[2:-1]:
        if word.value == "==" and not word.parts:
            yield Bashism("==", word.value)


def _in_set(words: Sequence[Word]) -> Iterator[Bashism]:
    for before, word in pairwise(words[1:]):
        if before.value[:1] in ("-", "+") and before.value.endswith("o") and word.value in _SET_OPTIONS:
            yield Bashism("set -o", word.value)


def _in_trap(words: Sequence[Word]) -> Iterator[Bashism]:
    for word in words[2:]:
        if word.value in ("DEBUG", "RETURN"):
            yield Bashism("trap DEBUG", word.value)
        elif word.value == "ERR":
            yield Bashism("trap ERR", word.value)
        elif word.value.startswith("SIG") and word.is_literal:
            yield Bashism("trap SIGINT", word.value)


def _in_options(name: str, words: Sequence[Word]) -> Iterator[Bashism]:
    table = _OPTIONS[name]
    for word in words[1:]:
        if not word.value.startswith("-") or not word.is_literal or word.value in ("-", "--"):
            break
        found = next((table[letter] for letter in word.value[1:] if letter in table), None)
        if found is not None:
            yield Bashism(found, word.value)
            return
        if name == "read" and word.value.endswith("p"):
            return
    if name == "printf" and len(words) > 1 and re.search(r"%(?:q|\([^)]*\)T)", words[1].value):
        yield Bashism("printf %q", words[1].value)
    if name == "read" and all(word.value.startswith("-") for word in words[1:]):
        yield Bashism("read", words[0].value)


def _braces(word: Word) -> Iterator[Bashism]:
    if "{" not in word.value or "{{" in word.value:
        return
    for bare in word.bare:
        match = re.search(r"\{(?:[^{},\s]*(?:,[^{},\s]*)+|-?\w+\.\.-?\w+(?:\.\.-?\d+)?)\}", bare)
        if match is not None:
            yield Bashism("braces", bare.part(match.start(), match.end()))
            return
