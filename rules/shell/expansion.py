"""Expansions without quotes, which the shell splits at blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.dockerfile.environment import PLATFORM_ARGUMENTS
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.shell_texts import Body, ShellText
from dockerlint.shell.packages import action_of
from dockerlint.shell.script import Command
from dockerlint.shell.tree import Compound, Simple, Statement, nodes
from dockerlint.shell.words import Part, Word, base_name
from dockerlint.source import Span, Text

from .shown import shown


class UnquotedExpansion(Rule[ShellText]):
    """A variable or a substitution is used without quotes.

    The shell splits what it holds at blanks and takes `*` and `?` in it for patterns: one path with a blank becomes two.

    Put double quotes around it. Nothing is said of values that are known to have no blanks, and of lists that are meant
    to be split: packages, and variables named like `CFLAGS` or `BUILD_DEPS`.

    https://www.gnu.org/software/bash/manual/html_node/Word-Splitting.html
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("SC2046", "SC2068", "SC2086")
    bad = {
        "FROM debian:13\nARG DIR\nRUN mkdir «$DIR»": 'FROM debian:13\nARG DIR\nRUN mkdir "$DIR"',
        'FROM debian:13\nENV D="a b"\nRUN ls «${D}»/c': 'FROM debian:13\nENV D="a b"\nRUN ls "${D}"/c',
        "FROM debian:13\nRUN rm «$(cat /list)»": 'FROM debian:13\nRUN rm "$(cat /list)"',
        "FROM debian:13\nRUN for f in *.gz; do gunzip «$f»; done": (
            'FROM debian:13\nRUN for f in *.gz; do gunzip "$f"; done'
        ),
        "FROM debian:13\nRUN F=$(ls /a) && cat x > «$F»": 'FROM debian:13\nRUN F=$(ls /a) && cat x > "$F"',
        "FROM debian:13\nRUN sh -c 'rm «$1»' x y": None,
        "FROM debian:13\nRUN cp «`npm root`» /bin/x": None,
        "FROM debian:13\nRUN URL=$(cat /url) && curl -fO «$URL»": 'FROM debian:13\nRUN URL=$(cat /url) && curl -fO "$URL"',
        'FROM debian:13\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]\n=== run.sh\n#!/bin/sh\nexec app «$@»\n': (
            '=== run.sh\n#!/bin/sh\nexec app "$@"\n'
        ),
    }
    good = (
        'FROM debian:13\nARG DIR\nRUN mkdir "$DIR" && X=$DIR && [ $X = a ] && case $X in a) ls;; esac',
        "FROM debian:13\nARG V=1.2\nENV D=/srv\nRUN mkdir $D/$V && exit $?",
        "FROM debian:13\nRUN make -j$(grep -c ^processor /proc/cpuinfo) && chown $(id -u):$(id -g) /a && ls $(dirname $(pwd))-$(uname -m)",
        'FROM debian:13\nARG CFLAGS\nENV D="a b" O="-a -b"\nRUN cc $CFLAGS x.c && ./configure $O && apt-get install -y $D $(cat /list)',
        'FROM debian:13\nRUN curl -fO https://x.org/$(. /etc/os-release && echo "$ID")/key',
        "FROM debian:13\nRUN X=a && LIST='a b' && mkdir $X $LIST && for i in 1 2; do touch $i; done",
        "FROM debian:13\nARG D\nRUN ls $HOME $UNKNOWN && echo $D $(date) && export $(cat /env) && rm $(ls -t /a)",
        'FROM debian:13\nSHELL ["/bin/bash", "-c"]\nARG D\nRUN [[ $D == a ]]',
    )

    def check(self, text: ShellText) -> Findings:
        if "$" not in text.script.text and "`" not in text.script.text:
            return
        for number, body in enumerate(text.bodies):
            if body.dialect == "zsh":
                continue
            values = _Values(text, body)
            for word, is_list in _split_words(body):
                for part in word.parts:
                    if _is_split(part, values, is_list=is_list):
                        fix = _quoted(part) if number == 0 and text.is_editable else None
                        message = f"`{shown(part.text)}` is split at blanks; quote it"
                        yield self.finding(part.text, message, fix=fix, aliases=_codes(part))


def _codes(part: Part) -> tuple[str, ...]:
    """What ShellCheck calls it: a substitution, all arguments, or a variable."""
    if part.kind in ("command", "backtick"):
        return ("SC2046",)
    return ("SC2068",) if part.name == "@" else ("SC2086",)


def _split_words(body: Body) -> Iterator[tuple[Word, bool]]:
    """The words of a script that are split, and whether they are packages, which are meant to be."""
    installs = {id(one.words[0]) for one in body.commands if one.words and _names_packages(one)}
    for node in nodes(body.script.statements):
        if isinstance(node, Simple):
            is_list = bool(node.words) and id(node.words[0]) in installs
            is_left = bool(node.words) and node.words[0].value in _LEFT_ALONE
            for word in node.words[1:]:
                if word.parts and not is_left and not _is_meant(node, word):
                    yield word, is_list
        elif isinstance(node, Compound) and node.kind == "for":
            yield from ((word, False) for word in node.words[1:] if word.value in ("$@", "${@}"))
        if isinstance(node, Simple | Compound):
            yield from ((one.target, False) for one in node.redirections if one.target and one.operator != "<<<")


def _names_packages(command: Command) -> bool:
    action = action_of(command)
    return action is not None and action.download is None


def _is_meant(command: Simple, word: Word) -> bool:
    """Whether a word is a number (`make -j$(...)`), a list of assignments, or a list of files that another rule names."""
    first = word.parts[0]
    is_whole = first.kind in ("command", "backtick") and first.text == word.value
    if is_whole and (command.words[0].value in ("export", "env") or _starts_with_ls(first)):
        return True
    return word.value.startswith("-j")


def _starts_with_ls(part: Part) -> bool:
    first = part.statements[0].pipeline.commands[0] if part.statements else None
    return isinstance(first, Simple) and bool(first.words) and first.words[0].value == "ls"


# `unquoted-in-test` looks at tests; `echo` and `eval` put their words together again; the others take lists.
_LEFT_ALONE = frozenset({"[", "test", "echo", "eval", "kill", "wait", "exit", "return", "apt-mark"})
# Names of lists that are meant to be split, and of what never has a blank.
_LIST = (
    r"(?i)(?:flags?|opt(?:ion)?s?|arg(?:ument)?s?|deps?|dependenc(?:y|ies)|packages?|pkgs?|list|param(?:eter)?s?"
    r"|ext(?:ension)?s?|modules?|plugins?|gems?|features?|targets?|files|dirs|libs|tools|env|cmd|command|requirements|components?"
    r"|version|nproc|cores|cpus|jobs|port|uid|gid|sha\d*|hash|commit|arch)$"
)
# Commands whose output has no blanks, or that have none.
_ONE_WORD = frozenset(
    {".", "source", "arch", "basename", "cd", "dirname", "getconf", "hostname", "id", "lsb_release", "mktemp", "nproc", "pwd", "uname", "true",
     "wc", "whoami", "which", "md5sum", "expr", "seq", "tr", "sha256sum", "stat", "dpkg-architecture"}
)  # fmt: skip
# Variables of /etc/os-release whose values never have any.
_OF_OS_RELEASE = frozenset({"ID", "VERSION_ID", "VERSION_CODENAME", "UBUNTU_CODENAME"})
_SPECIAL = frozenset("?#$!-0")


class _Values:
    """What is known of the variables of a script."""

    def __init__(self, text: ShellText, body: Body) -> None:
        self.text = text
        self.assigned: dict[str, list[Word | None]] = {}
        for command in body.commands:
            for assignment in command.assignments:
                self.assigned.setdefault(str(assignment.name), []).append(assignment.value)
            if command.name == "read":
                for word in command.operands:
                    self.assigned.setdefault(str(word.value), []).append(None)
        for node in nodes(body.script.statements):
            if isinstance(node, Compound) and node.kind in ("for", "select") and len(node.words) > 1:
                # What stands there without quotes was split already.
                written = [word for word in node.words[1:] if word.is_literal or _has_quotes(word)]
                self.assigned.setdefault(str(node.words[0].value), []).extend(written)

    def may_split(self, name: str) -> bool:
        """Whether a variable holds blanks or patterns, or may hold any; False for one that nobody sets here."""
        if name.isdigit() or name in ("@", "*"):
            return name not in _SPECIAL
        if name in self.assigned:
            return any(self._is_open(word) for word in self.assigned[name])
        if name in PLATFORM_ARGUMENTS or name in _SPECIAL or name not in self.text.before.environment:
            return False
        value = self.text.before.environment.get(name)
        if value is None:
            return True
        # Options in one variable are meant to be split.
        return re.search(r"[\s*?\[]", value) is not None and re.search(r"(?:^|\s)-", value) is None

    def _is_open(self, word: Word | None) -> bool:
        if word is None:
            return True
        if word.is_literal:
            # Blanks of a literal value were put there to be split.
            is_bare = any(character in stretch for stretch in word.bare for character in "*?[")
            return is_bare and not any(character.isspace() for character in word.value)
        return any(self._is_open_part(part) for part in word.parts)

    def _is_open_part(self, part: Part) -> bool:
        if part.kind in ("double", "locale"):
            return any(self._is_open_part(inner) for inner in part.parts)
        if part.kind == "parameter":
            name = part.name
            return name in ("@", "*") or (name not in self.assigned and self.may_split(name))
        return part.kind in ("command", "backtick") and not _is_one_word(part.statements)


def _is_split(part: Part, values: _Values, *, is_list: bool) -> bool:
    if is_list and part.kind != "parameter":
        return False
    if part.kind == "parameter":
        name, text = part.name, part.text
        if re.match(r"\$\{#", text) or re.match(r"\$\{!?\w+:?\+", text) or re.search(_LIST, name) or is_list:
            return False
        return text.endswith(("[@]}", "[*]}")) or values.may_split(name)
    return part.kind in ("command", "backtick") and not _is_one_word(part.statements)


def _has_quotes(word: Word) -> bool:
    return any(part.kind == "double" for part in word.parts)


def _is_one_word(statements: tuple[Statement, ...]) -> bool:
    """Whether the output of a substitution is known to have no blanks."""
    return all(_prints_one_word(statement.pipeline.commands[-1]) for statement in statements)


def _prints_one_word(last: Simple | Compound) -> bool:
    if not isinstance(last, Simple):
        return False
    if not last.words:
        return True
    command = Command(last.text, last.words)
    name, arguments = base_name(command.name), [str(word.value) for word in command.arguments]
    if name in ("dpkg", "rpm", "apk"):
        return not {"--print-architecture", "-E", "--eval", "--print-arch"}.isdisjoint(arguments)
    if name in ("date", "echo"):
        is_plain = name == "echo" or (len(arguments) > 0 and arguments[-1].startswith("+"))
        is_fixed = "$" not in "".join(arguments) or "".join(arguments).strip("${}") in _OF_OS_RELEASE
        return is_plain and is_fixed and not any(" " in word for word in arguments)
    if name == "git":
        return arguments[:1] in (["rev-parse"], ["describe"])
    is_number = name.isdigit() or (name == "grep" and command.has_option("-c", "--count"))
    return is_number or name in _ONE_WORD or (name == "command" and bool(arguments))


def _quoted(part: Part) -> Fix | None:
    text: Text = part.text
    if not text.is_verbatim or (part.kind == "backtick"):
        return None
    start, end = Span(text.source, text.start, text.start), Span(text.source, text.end, text.end)
    return Fix("put double quotes around it", (Edit.replacing(start, '"'), Edit.replacing(end, '"')), is_safe=False)
