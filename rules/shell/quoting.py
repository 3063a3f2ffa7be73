"""Quotes: what they keep from the shell, and what they do not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dockerlint.dockerfile.instructions import Run
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.shell_texts import Body, ShellText
from dockerlint.shell.script import Command
from dockerlint.shell.tree import Simple, nodes
from dockerlint.shell.words import Part, Word
from dockerlint.source import Span, Text

from .shown import shown


class BrokenQuotes(Rule[ShellText]):
    """Double quotes inside double quotes end them, so the inner ones vanish.

    The program gets the text without the inner quotes, and what stood between them is split at blanks and expanded. JSON
    written so is no JSON any more.

    Put single quotes outside, or a backslash before each inner quote.

    https://www.gnu.org/software/bash/manual/html_node/Double-Quotes.html
    """

    severity = Severity.WARNING
    aliases = ("SC2140",)
    bad = {
        'FROM debian:13\nRUN echo "{"«key»": "«value»"}" > /a.json': None,
        'FROM debian:13\nRUN echo "deb [arch="«amd64»"] https://x.org stable main" > /etc/apt/sources.list.d/x.list': None,
        'FROM debian:13\nCMD app --json "{"«a1»":1}"': None,
    }
    good = (
        'FROM debian:13\nRUN ls "$a"/"$b" "$x"_suffix --x="a"b "a"-"b"',
        'FROM debian:13\nRUN echo "{\\"key\\": \\"value\\"}" \'{"key": "value"}\'',
        'FROM debian:13\nRUN echo "$PREFIX"lib"$SUFFIX" "$(echo "a b")"',
        'FROM debian:13\nRUN echo "a "$X" b"',
    )

    def check(self, text: ShellText) -> Findings:
        if text.script.text.count('"') < 4:
            return
        for body in text.bodies:
            for node in nodes(body.script.statements):
                if isinstance(node, Simple):
                    for word in _all_words(node):
                        yield from self._check(word)

    def _check(self, word: Word) -> Findings:
        parts = word.parts
        for before, inner, after in zip(parts, parts[1:], parts[2:], strict=False):
            if _is_broken(before, inner, after):
                seen = f"{before.text[1:-1][-15:]}{inner.text}{after.text[1:-1][:15]}"
                message = f"the quotes around `{shown(inner.text)}` vanish: the shell sees {shown(seen)}"
                yield self.finding(inner.text, message, help='use single quotes outside, or write `\\"` inside')


def _all_words(simple: Simple) -> Iterator[Word]:
    yield from simple.words
    for assignment in simple.assignments:
        if assignment.value is not None:
            yield assignment.value
            yield from assignment.elements or ()


def _is_broken(before: Part, inner: Part, after: Part) -> bool:
    if before.kind != "double" or inner.kind != "bare" or after.kind != "double" or not inner.text[0].isalnum():
        return False
    # Quotes around nothing but variables were put there on purpose.
    return _is_text(before.parts[-1:]) and _is_text(after.parts[:1]) and bool(before.parts or after.parts)


def _is_text(parts: Sequence[Part]) -> bool:
    return not parts or parts[0].kind in ("quoted", "escape")


class LiteralDollar(Rule[ShellText]):
    """A variable of the build stands in single quotes.

    The shell leaves it as it is. Whoever reads the text later does not know the variable either: an ARG, and what a RUN
    assigns, are gone when the step ends.

    Use double quotes. Where the name itself is meant, for a script that runs in this step, a pragma says so.

    https://docs.docker.com/reference/dockerfile/#arg
    """

    severity = Severity.INFO
    aliases = ("SC2016",)
    bad = {
        "FROM debian:13\nARG V=1\nRUN echo 'version «$V»' > /version": None,
        "FROM debian:13\nARG HOST\nRUN sed -i 's/localhost/«${HOST}»/' /etc/app.ini": None,
        "FROM debian:13\nRUN T=$(date) && printf 'built «$T»\\n' >> /built": None,
        "FROM debian:13\nARG V=1\nRUN curl -O 'https://x.org/a-«$V».tgz'": None,
    }
    good = (
        'FROM debian:13\nARG V=1\nRUN echo "version $V" > /version',
        "FROM debian:13\nARG V=1\nENV V=$V\nRUN echo 'version $V' > /version",
        "FROM debian:13\nARG V=1\nRUN echo 'export V=$V' >> ~/.bashrc && echo 'echo $V' > /usr/local/bin/v",
        "FROM debian:13\nARG V=1\nRUN bash -c 'echo $V' && awk '{print $V}' /a && echo '$V' | envsubst > /b",
        "FROM debian:13\nARG V=1\nRUN echo 'echo $V' | sh && envsubst '$V' < /a > /b",
        "FROM debian:13\nRUN echo '$HOME/bin' > /a && sed -i '$a x' /b",
        "FROM debian:13\nARG V=1\nRUN sed -i 's/$V/2/' /a",
    )

    def check(self, text: ShellText) -> Findings:
        if "'" not in text.script.text or not isinstance(text.instruction, Run) or text.is_file:
            return
        for body in text.bodies:
            for command in body.commands:
                if command.name in _WRITERS and not _is_read_elsewhere(command, body):
                    for word in command.arguments:
                        yield from self._check(text, body, command, word)

    def _check(self, text: ShellText, body: Body, command: Command, word: Word) -> Findings:
        for part in word.parts:
            if part.kind != "single" or "$" not in part.text:
                continue
            for match in re.finditer(r"\$(?:(\w+)|\{(\w+)\})", _written(command, part.text)):
                name = match[1] or match[2]
                why = _end_of_variable(text, body, name)
                if why:
                    place = part.text.part(match.start(), match.end())
                    message = f"`{place}` stays as it is in single quotes, and {why}"
                    yield self.finding(place, message, help="use double quotes")


_WRITERS = frozenset({"echo", "printf", "sed", "curl", "wget", "git"})
# What reads these expands variables itself, or runs them.
_READS_VARIABLES = (
    r"(?i)(?:\.(?:sh|bash|zsh|fish|ksh|profile|env|service|mk|php|pl|pm|rb|ps1|py|js|ts|tmpl|tpl|template|j2|gradle"
    r"|properties|xml|ya?ml|npmrc|yarnrc|cmake|awk|sed|csh|cron)$"
    r"|(?:rc|profile|profiles?\.d|init\.d|cont-init\.d|services\.d|s?bin|cron[^/]*|nginx|apache2?|httpd?|hooks?"
    r"|environment|makefile|dockerfile|requirements[^/]*|entrypoint|start|run|login|envvars|\.env[^/]*)(?:/|$))"
)


def _is_read_elsewhere(command: Command, body: Body) -> bool:
    """Whether what the command writes may go to something that expands variables."""
    if command.in_substitution:
        return True
    if not command.is_last_of_pipe:
        reader = body.reader_of(command)
        if reader is None or reader.name != "tee":
            return True
        names = [word.value for word in reader.operands]
    else:
        names = [command.arguments[-1].value] if command.name == "sed" and command.arguments else []
    targets = [one.target for one in command.redirections if one.operator in (">", ">>", ">|") and one.target]
    if any(not target.is_literal and "/" not in target.value for target in targets):
        return True
    return any(re.search(_READS_VARIABLES, name) for name in (*names, *(target.value for target in targets)))


def _written(command: Command, text: str) -> str:
    """What of a word is written somewhere: of a sed command its replacement, with blanks before it."""
    if command.name != "sed":
        return text
    match = re.match(r"'s(.)((?:\\.|(?!\1).)*)\1", text)
    return " " * match.end() + text[match.end() :] if match is not None else ""


def _end_of_variable(text: ShellText, body: Body, name: str) -> str | None:
    """Why a variable that the step knows is not there later; None if it does not know it, or may be there."""
    variable = text.before.environment.variable(name)
    if variable is not None:
        return f"the ARG `{name}` is gone when the image runs" if variable.is_argument else None
    if name in text.before.environment.base.variables:
        return None
    is_assigned = any(name == assignment.name for command in body.commands for assignment in command.assignments)
    return f"`{name}` is gone after this RUN" if is_assigned else None


class Backticks(Rule[ShellText]):
    """A substitution is written with backticks.

    Backticks do not nest, and a backslash between them means something else than outside.

    `$(...)` does the same in every shell, and reads from left to right.

    https://www.gnu.org/software/bash/manual/html_node/Command-Substitution.html
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("SC2006",)
    bad = {
        "FROM debian:13\nRUN echo «`uname -m`»": "FROM debian:13\nRUN echo $(uname -m)",
        'FROM debian:13\nRUN X="a-«`uname -m`»" && ls $X': 'FROM debian:13\nRUN X="a-$(uname -m)" && ls $X',
        'FROM debian:13\nRUN echo «`ls "a b"`»': None,
        "FROM debian:13\nRUN echo «`ls \\`pwd\\``»": None,
        "FROM debian:13\nRUN sh -c 'echo «`uname`»'": None,
        "FROM debian:13\nCMD exec app --host «`hostname`»": "FROM debian:13\nCMD exec app --host $(hostname)",
        "# escape=`\nFROM debian:13\nCOPY run.sh /\nCMD /run.sh\n=== run.sh\n#!/bin/sh\nexec app «`hostname`»": (
            "=== run.sh\n#!/bin/sh\nexec app $(hostname)"
        ),
    }
    good = (
        "FROM debian:13\nRUN echo $(uname -m)",
        "FROM debian:13\nRUN echo '`a`' \"\\`b\\`\" # `c`",
        "FROM debian:13\nRUN apt-get install -y gzip `# for the installer` which",
        "# escape=`\nFROM debian:13\nRUN echo a && `\n  echo b",
    )

    def check(self, text: ShellText) -> Findings:
        if "`" not in text.script.text or (text.instruction.escape == "`" and not text.is_file):
            return
        for number, body in enumerate(text.bodies):
            inside = 0
            for node in nodes(body.script.statements):
                # One with nothing but a comment in it is how people put remarks between words.
                if isinstance(node, Part) and node.kind == "backtick" and node.statements and node.text.start >= inside:
                    inside = node.text.end
                    fix = _with_dollar(node.text) if number == 0 and text.is_editable else None
                    message = f"`$({shown(node.text[1:-1].strip())})` nests and quotes better than backticks"
                    yield self.finding(node.text, message, fix=fix)


def _with_dollar(substitution: Text) -> Fix | None:
    inner = substitution[1:-1]
    # `$((` would begin arithmetic.
    if not substitution.is_verbatim or any(mark in inner for mark in "\\\"'#\n") or inner.startswith("("):
        return None
    source, start, end = substitution.source, substitution.start, substitution.end
    edits = (Edit.replacing(Span(source, start, start + 1), "$("), Edit.replacing(Span(source, end - 1, end), ")"))
    return Fix("write `$(...)`", edits, is_safe=True)
