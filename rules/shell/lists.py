"""Lists of commands: what each of them does for the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Run
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.shell_texts import Body, ShellText
from dockerlint.shell.pipes import NEAR
from dockerlint.shell.script import Command
from dockerlint.shell.tree import Compound, Simple, Statement, nodes
from dockerlint.shell.words import Assignment, base_name


class AssignmentWithoutEffect(Rule[ShellText]):
    """A variable is set for a command that does not get it.

    `X=v && command` sets a variable of the shell; the command sees it only if it is exported, so what the variable was
    to change stays as it is.

    Drop the `&&` between the two, `X=v command`, or write `export X=v && command`.

    https://www.gnu.org/software/bash/manual/html_node/Environment.html
    """

    severity = Severity.WARNING
    aliases = ("SC2034",)
    bad = {
        "FROM debian:13\nRUN «DEBIAN_FRONTEND=noninteractive» && apt-get install -y tzdata": None,
        "FROM golang:1.26\nRUN «CGO_ENABLED=0»; go build ./...": None,
        "FROM debian:13\nRUN cd /src && «CFLAGS='-O2 -g'» && make && make install": None,
        "FROM debian:13\nRUN <<EOF\nset -e\n«BUILD=1»\nmake\nEOF": None,
        "FROM debian:13\nRUN «CFLAGS=-fPIC» && V=1 && make && make V=$V install": None,
    }
    good = (
        "FROM debian:13\nRUN DEBIAN_FRONTEND=noninteractive apt-get install -y tzdata",
        'FROM debian:13\nRUN X=1 && export X && make && Y=2 && echo $Y && Z=3; echo "${Z}"',
        "FROM debian:13\nARG CC\nENV LD=ld\nRUN CC=gcc && LD=gold && make",
        "FROM debian:13\nRUN set -a && X=1 && make",
        "FROM debian:13\nRUN X=1 && . ./build.sh",
        "FROM debian:13\nRUN PATH=/x:$PATH && LC_ALL=C && IFS=: && make",
        "FROM debian:13\nRUN X=$(make) && echo done",
        "FROM debian:13\nRUN X=1 && eval 'echo $X'",
        "FROM acme/base:1\nRUN JAVA_OPTS=-Xmx1g && mvn package",
    )

    def check(self, text: ShellText) -> Findings:
        if "=" not in text.script.text or not isinstance(text.instruction, Run) or text.is_trigger or text.is_file:
            return
        for body in text.bodies:
            exports = _Exports.of(body.commands)
            for number, command in enumerate(body.commands, 1):
                following = body.commands[number : number + NEAR]
                if command.words or len(command.assignments) != 1 or not _goes_on(command, following):
                    continue
                assignment = command.assignments[0]
                if not _is_seen(text, exports, assignment):
                    program = _meant(following)
                    message = f"`{assignment.name}` is set for this shell alone: `{program}` does not get it"
                    if not assignment.name.isupper() or (assignment.value and " " in assignment.value.value):
                        message = f"nothing reads `{assignment.name}`, and it is not exported"
                    advice = f"drop the `{command.after.strip() or 'line end'}` or write `export {assignment.name}=...`"
                    yield self.finding(command.text, message, help=advice)


# Commands that no variable is set for.
_PLAIN = frozenset({"", "cd", "chmod", "chown", "cp", "echo", "ln", "mkdir", "mv", "rm", "set", "touch", "tar"})


def _meant(commands: Sequence[Command]) -> str:
    """The command that a variable was probably meant for."""
    found = next((command.name for command in commands if command.name not in _PLAIN), "")
    return found or commands[0].name or "the next command"


def _goes_on(command: Command, following: Sequence[Command]) -> bool:
    """Whether the same list goes on with another command, which the variable may be meant for."""
    if not following or not any(one.words for one in following):
        return False
    is_beside = following[0].before == command.after and not command.in_substitution and not command.redirections
    return is_beside and command.after in ("&&", ";", "\n")


# Variables that a shell itself reads, and prefixes of such.
_OF_SHELL = frozenset(
    {"BASH_ENV", "CDPATH", "ENV", "HOME", "IFS", "LANG", "OPTIND", "PATH", "PS1", "PS4", "PWD", "TERM", "TMOUT", "TZ",
     "USER", "SHELL", "HOSTNAME", "_"}
)  # fmt: skip


_READERS = frozenset({".", "source", "eval", "printf", "read"})


class _Exports(NamedTuple):
    """What the commands of a script hand on: all variables, or these."""

    is_all: bool
    names: frozenset[str]

    @classmethod
    def of(cls, commands: Sequence[Command]) -> _Exports:
        names = {str(one.name) for each in commands if each.name in _DECLARES for one in each.assignments}
        return cls(any(map(_exports_all, commands)), frozenset(names))


_DECLARES = frozenset({"export", "declare", "typeset", "readonly"})


def _exports_all(command: Command) -> bool:
    if command.name == "set":
        return any(word.value.startswith("-") and "a" in word.value for word in command.arguments)
    return command.name in _READERS


def _is_seen(text: ShellText, exports: _Exports, assignment: Assignment) -> bool:
    """Whether somebody sees the variable, or may do so."""
    name, value = str(assignment.name), assignment.value
    if value is None or assignment.elements is not None or name in _OF_SHELL or name.startswith("LC_"):
        return True
    if any(part.kind in ("command", "backtick") for part in value.parts):
        # It may be there for what the command does.
        return True
    environment = text.before.environment
    if name in environment or name in environment.base.variables or text.build.facts(text.stage) is None:
        return True
    return exports.is_all or name in exports.names or name in _read_names(text.script.text)


@lru_cache(maxsize=4)
def _read_names(script: str) -> frozenset[str]:
    """The names that a script does not only set: whatever names one in some other way may read it."""
    found = re.findall(r"(?<![\w$])(\w+)\b(?!\+?=)|[${!#](\w+)\b", script)
    return frozenset(plain or expanded for plain, expanded in found)


class ChainedAndOr(Rule[ShellText]):
    """`A && B || C` is used for if, then and else.

    C runs when A fails, and also when A succeeds and B fails: both branches run then.

    Write `if A; then B; else C; fi`.

    https://www.gnu.org/software/bash/manual/html_node/Lists.html
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("SC2015",)
    bad = {
        "FROM debian:13\nRUN ./configure && make «||» cat config.log": None,
        "FROM debian:13\nRUN [ -f /a ] && cp /a /b «||» cp /c /b": None,
        "FROM debian:13\nCMD test -f /a && app --a «||» app --b": None,
    }
    good = (
        "FROM debian:13\nRUN make && make install || exit 1",
        "FROM debian:13\nRUN make && make install || true",
        "FROM debian:13\nRUN [ -f /a ] && X=1 || X=2; [ -f /a ] && echo yes || ls",
        "FROM debian:13\nRUN make || make clean && ls",
        "FROM debian:13\nRUN cd /a && curl -O x.org || curl -O y.org && [ -f x ] || ln -s y x",
        "FROM debian:13\nRUN if [ -f /a ]; then cp /a /b; else cp /c /b; fi",
        "FROM debian:13\nRUN apt-get update && apt-get install -y git || (echo failed && exit 1)",
    )

    def check(self, text: ShellText) -> Findings:
        if "||" not in text.script.text or "&&" not in text.script.text:
            return
        for body in text.bodies:
            for statements in _statement_lists(body):
                for first, second, third in zip(statements, statements[1:], statements[2:], strict=False):
                    if _is_choice(first, second) and _may_run_both(first, second, third):
                        names = [_name(one) or "the group" for one in (first, second, third)]
                        is_test = names[0] in _TESTS
                        surprise = "`{2}` also runs when `{0}` succeeds and `{1}` fails"
                        message = (surprise if is_test else "`{2}` runs when `{0}` fails, as when `{1}` fails").format(
                            *names
                        )
                        yield self.finding(second.connector, message, help="write if, then and else")


def _statement_lists(body: Body) -> list[tuple[Statement, ...]]:
    lists = [body.script.statements]
    for node in nodes(body.script.statements):
        if isinstance(node, Compound):
            lists += [clause.statements for clause in node.clauses]
        elif not isinstance(node, Statement | Simple):
            lists.append(node.statements)
    return lists


# Commands that end what failed, or only say so.
_ENDS = frozenset({"true", ":", "echo", "exit", "false", "return", "printf", "kill", "break", "continue"})


_TESTS = frozenset({"[", "[[", "test", "grep", "id", "getent", "command", "which", "type", "hash", "dpkg-query"})


def _is_choice(first: Statement, second: Statement) -> bool:
    return first.connector == "&&" and second.connector == "||"


def _may_run_both(first: Statement, second: Statement, third: Statement) -> bool:
    # A test, or the same program again, is meant to be tried when the one before fails.
    is_retry = _name(second) in _TESTS or (_name(second) == _name(third) and _name(first) not in _TESTS)
    if is_retry or _cannot_fail(second) or _name(third) in _TESTS:
        return False
    command = third.pipeline.commands[0]
    if isinstance(command, Compound):
        # A group that says what went wrong and ends.
        last = command.clauses[-1].statements[-1:] if command.kind in ("group", "subshell") else ()
        return not last or _name(last[0]) not in _ENDS
    return bool(command.words) and _name(third) not in _ENDS


def _cannot_fail(statement: Statement) -> bool:
    command = statement.pipeline.commands[-1]
    return isinstance(command, Simple) and (
        not command.words or _name(statement) in ("echo", "exec", "printf", "true", ":")
    )


def _name(statement: Statement) -> str:
    command = statement.pipeline.commands[0]
    if isinstance(command, Compound):
        return "[[" if command.kind == "test" else ""
    return base_name(command.words[0].value) if command.words else ""
