"""Statuses that `export` hides, and tests that answer wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.expansion import Missing
from dockerlint.dockerfile.instructions import Run
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, replace
from dockerlint.project.shell_texts import ShellText
from dockerlint.shell.lists import and_or_lists
from dockerlint.shell.risks import only_hands_on
from dockerlint.shell.script import Command, Script
from dockerlint.shell.tree import Compound, Simple, Statement, nodes
from dockerlint.shell.words import Assignment, Word, substitutions


class MaskedStatus(Rule[ShellText]):
    """`export` and its kin hide the status of a substitution.

    The status is that of `export` itself, which is always 0: what follows runs with an empty variable.

    Assign first, and export then: `V=$(cat version) && export V`.

    https://www.shellcheck.net/wiki/SC2155
    """

    severity = Severity.INFO
    aliases = ("SC2155",)
    bad = {
        "FROM debian:13\nRUN «export» V=$(curl -f https://example.com/v) && make V=$V": None,
        "FROM debian:13\nRUN set -e; «export» A=1 V=`cat version`; make": None,
        'FROM debian:13\nRUN <<EOF\nset -e\nf() {\n  «local» v="$(cat a)"\n  make $v\n}\nf\nEOF': None,
        "FROM debian:13\nCMD «export» V=$(cat /version) && exec app $V": None,
        "FROM debian:13\nRUN «readonly» V=$(lsb_release -cs | tr a b | ./c) && make": None,
        "=== run.sh\n#!/bin/sh -e\n«export» V=$(curl -f https://example.com/v)\nexec app\n"
        '=== Dockerfile\nFROM debian:13\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]': None,
    }
    good = (
        "FROM debian:13\nRUN V=$(curl -f https://example.com/v) && export V && make",
        "FROM debian:13\nRUN export V=$(curl -f https://example.com/v); make",
        "FROM debian:13\nRUN export J=$(nproc) D=$(date) A=$(dpkg --print-architecture) && make",
        "FROM debian:13\nRUN export V=$(cat version || echo 1) && make",
        "FROM debian:13\nRUN export V=$(cat version | cut -d. -f1) && make",
        "FROM debian:13\nRUN export V=1 && make",
        "FROM debian:13\nRUN set -e; export D=$(dirname $(which make)); make",
        "FROM debian:13\nRUN export V=$(( 1 + 2 )) && make",
        "=== run.sh\n#!/bin/sh\nexport V=$(curl -f https://example.com/v)\nexec app\n"
        '=== Dockerfile\nFROM debian:13\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]',
    )

    def check(self, text: ShellText) -> Findings:
        script = text.script
        if script.is_broken or not ("$(" in script.text or "`" in script.text):
            return
        for command in script.commands:
            if command.name in _DECLARES and command.program is not None and _is_relied_on(command):
                masked = _masked(command)
                if masked is not None:
                    written = f"{command.name} {masked.assignment.name}=$({masked.program} ...)"
                    message = (
                        f"`{written}` succeeds even when `{masked.program}` fails; assign first, then {command.name}"
                    )
                    yield self.finding(command.program.value, message)


_DECLARES = frozenset({"declare", "export", "local", "readonly", "typeset"})
_READS_FILES = frozenset({"cat", "find", "ls", "tee", "which", "xargs", "getconf", "grep", "egrep", "fgrep"})


# They fail only where the whole system does.
_ALL_BUT_CERTAIN = frozenset({":", "dpkg", "mktemp", "true"})


class _Masked(NamedTuple):
    assignment: Assignment
    program: str


def _is_relied_on(command: Command) -> bool:
    """Whether a failure would have stopped something."""
    return command.after == "&&" or (command.errexit is True and not command.is_exempt_from_errexit)


def _masked(command: Command) -> _Masked | None:
    """The first assignment of a substitution that may fail."""
    for assignment in command.assignments:
        for part in substitutions(assignment.value.parts) if assignment.value is not None else ():
            program = _failing_program(part.statements, command)
            if program:
                return _Masked(assignment, program)
    return None


def _failing_program(statements: tuple[Statement, ...], command: Command) -> str:
    """What decides on the status of a substitution, if that can fail for reasons outside of the script."""
    lists = and_or_lists(statements)
    if not lists or lists[-1].has_alternative:
        return ""
    last = lists[-1].commands[-1]
    if not isinstance(last, Simple) or not last.words or not last.words[0].is_literal:
        return ""
    one = Command(last.text, last.words)
    is_piped = len(lists[-1].statements[-1].pipeline.commands) > 1 and command.pipefail is not True
    is_filter = only_hands_on(one) and (is_piped or one.name not in _READS_FILES)
    is_certain = is_filter or one.name in _ALL_BUT_CERTAIN or not one.name
    return "" if is_certain else one.name


class UnquotedInTest(Rule[ShellText]):
    """A variable that may be empty stands in `[ ]` without quotes.

    When it is empty the word vanishes: `[ -n ]` is true, and `[ = a ]` is an error, which counts as false.

    Put double quotes around it.

    https://www.shellcheck.net/wiki/SC2070
    """

    severity = Severity.WARNING
    aliases = ("SC2070",)
    bad = {
        "FROM debian:13\nARG PROXY\nRUN [ -n «$PROXY» ] && echo $PROXY > /a": (
            'FROM debian:13\nARG PROXY\nRUN [ -n "$PROXY" ] && echo $PROXY > /a'
        ),
        "FROM debian:13\nARG MODE=\nRUN if [ «${MODE}» = dev ]; then make; fi": (
            'FROM debian:13\nARG MODE=\nRUN if [ "${MODE}" = dev ]; then make; fi'
        ),
        "FROM debian:13\nARG N\nRUN test «$N» -eq 1 || test a == «$N»": (
            'FROM debian:13\nARG N\nRUN test "$N" -eq 1 || test a == "$N"'
        ),
        "FROM scratch\nADD root.tar /\nRUN [ ! -n «$NOBODY_SETS_THIS» ] && make": (
            'FROM scratch\nADD root.tar /\nRUN [ ! -n "$NOBODY_SETS_THIS" ] && make'
        ),
        "FROM debian:13\nARG N\nRUN bash -c '[ -n «$N» ]'": None,
        'FROM debian:13\nENV MODE=""\nCMD [ «$MODE» = dev ] && app': 'FROM debian:13\nENV MODE=""\nCMD [ "$MODE" = dev ] && app',
        "=== build.sh\n#!/bin/sh\nif [ -n «$PROXY» ]; then make; fi\n"
        "=== Dockerfile\nFROM debian:13\nARG PROXY\nCOPY build.sh /\nRUN /build.sh": (
            '=== build.sh\n#!/bin/sh\nif [ -n "$PROXY" ]; then make; fi'
        ),
    }
    good = (
        'FROM debian:13\nARG P\nRUN [ -n "$P" ] && make',
        'FROM debian:13\nSHELL ["/bin/bash", "-c"]\nARG P\nRUN [[ -n $P ]] && make',
        "FROM debian:13\nARG P\nRUN [ x$P = xa ] && make",
        "FROM debian:13\nARG P=a\nRUN [ $P = a ] && make",
        "FROM debian:13\nARG P\nRUN [ -z $P ] && make",
        "FROM debian:13\nARG P\nRUN P=${P:-a}; [ $P = a ] && make",
        "FROM debian:13\nARG P\nRUN [ ${P:-a} = a ] && make",
        "FROM acme/base\nRUN [ $P = a ] && make",
        "FROM debian:13\nRUN f() { [ $1 = a ]; }; f a",
        "FROM debian:13\nRUN for p in a b; do [ $p = a ] && make; done",
        "FROM debian:13\nRUN . /etc/os-release; [ $ID = debian ] && make",
        "FROM debian:13\nRUN read p; [ $p = a ] && make",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args: {P: a}\n"
        "=== Dockerfile\nFROM debian:13\nARG P\nRUN [ $P = a ] && make",
        "FROM debian:13\nENTRYPOINT [ $MODE = dev ] && app",
        "=== build.sh\n#!/bin/bash\n[ -n $PROXY ] && make\n[[ -n $MODE ]] && make\n"
        "=== Dockerfile\nFROM debian:13\nARG PROXY\nARG MODE\nCOPY build.sh /\nRUN export PROXY=a && /build.sh",
        "=== run.sh\n#!/bin/sh\n[ -n $PROXY ] && app\n=== Dockerfile\nFROM debian:13\nCOPY run.sh /\nCMD /run.sh",
    )

    def check(self, text: ShellText) -> Findings:
        script = text.script
        if script.is_broken or text.is_trigger or not ("[ " in script.text or "test " in script.text):
            return
        found = [
            (command, tested) for command in script.commands if command.name in _TESTS for tested in _tested(command)
        ]
        assigned = _assigned_around(text) if found else frozenset()
        for command, tested in found:
            name = tested.word.parts[0].name
            if name not in assigned and _may_be_empty(name, text, assigned):
                fix = _quoted(text, command, tested.word)
                yield self.finding(tested.word.value, _answer(tested), fix=fix)


_TESTS = frozenset({"[", "test"})


_COMPARES = frozenset({"=", "==", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"})


class _Tested(NamedTuple):
    """A variable without quotes; alone behind `-n`, or compared."""

    word: Word
    is_compared: bool


def _tested(command: Command) -> Iterator[_Tested]:
    words = command.arguments
    for index, word in enumerate(words):
        if not _is_lone_variable(word):
            continue
        before = words[index - 1].value if index else ""
        after = words[index + 1].value if index + 1 < len(words) else ""
        if before in _COMPARES or after in _COMPARES:
            yield _Tested(word, is_compared=True)
        elif before == "-n":
            yield _Tested(word, is_compared=False)


def _is_lone_variable(word: Word) -> bool:
    if len(word.parts) != 1 or word.parts[0].kind != "parameter":
        return False
    part = word.parts[0]
    return part.name.isidentifier() and part.text in (f"${part.name}", f"${{{part.name}}}")


# In place of a name: the script reads variables from elsewhere.
_ANY = "."
_READS = frozenset({".", "eval", "getopts", "mapfile", "read", "readarray", "source"})


def _assigned_around(text: ShellText) -> frozenset[str]:
    """The variables that a script, a service or, for a file, one of those that start it gives values."""
    scripts = [text.script]
    if text.is_file:
        scripts = [one.script for one in text.build.shell_texts if one.instruction is text.instruction]
    return text.build.given_arguments.union(*map(_assigned, scripts))


def _assigned(script: Script) -> frozenset[str]:
    """The variables that a script itself gives values, in whatever place."""
    names: set[str] = set()
    for command in script.commands:
        names.update(str(assignment.name) for assignment in command.assignments if assignment.value is not None)
        if command.name in _READS:
            names.add(_ANY)
            names.update(str(word.value) for word in command.arguments)
    for one in (script, *script.inner):
        loops = (
            node for node in nodes(one.statements) if isinstance(node, Compound) and node.kind in ("for", "select")
        )
        names.update(str(loop.words[0].value) for loop in loops if loop.words)
    return frozenset(names)


# Every shell sets these, whoever starts it.
_OF_SHELLS = frozenset(
    {"BASH", "BASH_VERSION", "EUID", "HOME", "HOSTNAME", "HOSTTYPE", "IFS", "LINENO", "MACHTYPE", "OLDPWD", "OPTIND",
     "OSTYPE", "PATH", "PPID", "PWD", "RANDOM", "SECONDS", "SHELL", "SHELLOPTS", "SHLVL", "TERM", "UID", "USER"}
)  # fmt: skip


def _may_be_empty(name: str, text: ShellText, assigned: frozenset[str]) -> bool:
    """Whether a variable is empty in some build that the file allows, or in every container."""
    environment = text.before.environment
    value = environment.lookup(name)
    if not isinstance(text.instruction, Run):
        variable = environment.variable(name)
        return value == "" and variable is not None and not variable.is_argument
    is_nobodys = value is Missing.ABSENT and name not in _OF_SHELLS and _ANY not in assigned
    return value == "" or value is Missing.UNSET or (is_nobodys and not text.is_file)


def _answer(tested: _Tested) -> str:
    name, written = tested.word.parts[0].name, tested.word.value
    if tested.is_compared:
        return f"the test is an error when `{name}` is empty; quote `{written}`"
    return f"`-n {written}` is true even when `{name}` is empty; quote it"


def _quoted(text: ShellText, command: Command, word: Word) -> Fix | None:
    written = word.value
    is_plain = written.is_verbatim and "script" not in command.nesting
    if not is_plain or not text.is_editable or (text.instruction.exec_form is not None and not text.is_file):
        return None
    return replace(written, f'"{written}"', "put double quotes around it", is_safe=False)
