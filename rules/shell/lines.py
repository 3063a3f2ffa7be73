"""Lines that the shell does not get, or gets as something else than they are meant for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.instructions import CLASSES, Instruction, Onbuild, ShellForm
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.project.shell_texts import ShellText
from dockerlint.shell.script import Command, Script
from dockerlint.shell.tree import Simple, Unread
from dockerlint.shell.words import Word
from dockerlint.source import Source, Span, Text

from .wording import brief


class SwallowedLines(Rule[Layer]):
    """Lines of a RUN never run, or run as something else.

    Docker joins continued lines before the shell reads them. A comment behind a command therefore takes all that follows
    with it, and a line that ends in a backslash takes the next instruction for more of its own words.

    Put comments on lines of their own, which Docker drops, and no backslash at the end of the last line.

    https://docs.docker.com/reference/dockerfile/#format
    """

    severity = Severity.ERROR
    bad = {
        "FROM debian:13\nRUN apt-get update \\\n    && make «# build it» \\\n    && make install": (
            "FROM debian:13\nRUN apt-get update \\\n    # build it\n    && make \\\n    && make install"
        ),
        "FROM debian:13\nRUN make «# build it»\\\n && make install": (
            "FROM debian:13\n# build it\nRUN make \\\n && make install"
        ),
        "FROM debian:13\nRUN «# build it» \\\n    make": None,
        "FROM debian:13\nRUN make «# &&» \\\n    make install": None,
        "FROM debian:13\nRUN make && «# build it» \\\n    make install": (
            "FROM debian:13\n# build it\nRUN make && \\\n    make install"
        ),
        "FROM debian:13\nRUN apt-get install -y curl \\\n\n«COPY» . /app": (
            "FROM debian:13\nRUN apt-get install -y curl\n\nCOPY . /app"
        ),
        "FROM debian:13\nRUN make && \\\n# next\n«RUN» make install": (
            "FROM debian:13\nRUN make\n# next\nRUN make install"
        ),
        "FROM debian:13\nRUN make \\\n    && «RUN» make install": None,
        "FROM debian:13\nRUN make; \\\r\n«CMD» make run": "FROM debian:13\nRUN make\r\nCMD make run",
        "FROM debian:13\nONBUILD RUN make «# x» \\\n && make install": None,
        "FROM debian:13\nRUN git clone $URL /src && (cd /src \\\n    «make» all \\\n    && make install)": None,
    }
    good = (
        "FROM debian:13\nRUN make \\\n    # build it\n    && make install",
        "FROM debian:13\nRUN make \\\n    && make install # and that is all",
        "FROM debian:13\nRUN make # all \\\n",
        "FROM debian:13\nRUN echo '# a' \\\n    && echo a#b ${#x} $# \\\n    && make",
        "FROM debian:13\nRUN <<EOF\nmake # build it\nmake install\nEOF",
        "FROM debian:13\nRUN echo \\\n    FROM debian > Dockerfile",
        'FROM debian:13\nRUN mysql -e "GRANT ALL TO \\\n    USER a"',
        "FROM debian:13\nRUN make \\\n    ENV=prod \\\n    USER",
        "FROM debian:13\nRUN make \\\n    add x",
        "FROM debian:13\nRUN cd \\\n    /src \\\n    && make",
        "FROM debian:13\nRUN cat > /x <<EOF\nRUN a\nEOF",
    )

    def check(self, layer: Layer) -> Findings:
        if layer.run.exec_form is not None or layer.run.is_heredoc_script or "\n" not in layer.run.rest.source.text:
            return
        for swallowing in swallowing_comments(layer.script):
            own, lost = swallowing
            message = f"everything after `{brief(own)}` is a comment: `{brief(lost)}` in line {lost.line} never runs"
            yield self.finding(own, message, fix=_comment_moved(layer, own))
        for command, word in _keywords(layer):
            yield self.finding(word.value, _taken(command, word), fix=_backslash_removed(layer, word.value))
        for command in layer.named("cd"):
            for word in command.arguments[1:2]:
                if _begins_line(word.value):
                    message = f"`{brief(word.value)}` is a word of `cd` here, and no command"
                    yield self.finding(word.value, message, help="end the line before it with `&& \\`")


class Swallowing(NamedTuple):
    """A comment behind a command: the part that is meant as one, and the first of what it takes with it."""

    own: Text
    lost: Text


def swallowing_comments(script: Script) -> Iterator[Swallowing]:
    """The comments that reach over the ends of continued lines."""
    for comment in script.comments:
        runs = comment.runs or ()
        if len(runs) < 2:
            continue
        own = comment.part(0, runs[1][0]).trimmed()
        rest = comment.part(runs[1][0], len(comment))
        if rest.strip():
            first = rest.part(0, next((index for index, _ in (rest.runs or ())[1:]), len(rest))).trimmed()
            yield Swallowing(own, first or rest.trimmed())


def _line(source: Source, offset: int) -> tuple[int, int]:
    """Where the physical line of an offset begins and ends, its line feed left out."""
    end = source.text.find("\n", offset)
    return source.text.rfind("\n", 0, offset) + 1, end if end >= 0 else len(source.text)


def _comment_moved(layer: Layer, own: Text) -> Fix | None:
    source = own.source
    start, _ = _line(source, own.start)
    before = source.text[start : own.start]
    is_alone = not before.strip() or before.strip().upper() == layer.run.keyword.upper()
    # `# && \` takes the operator away too: nobody knows whether it is meant.
    if (
        is_alone
        or "&&" in own
        or ";" in own
        or layer.is_trigger
        or layer.run.escape != "\\"
        or layer.build.dockerfile.is_template
    ):
        return None
    indentation = before[: len(before) - len(before.lstrip())]
    line_end = "\r\n" if "\r\n" in source.text else "\n"
    # What stands between the comment and the backslash goes with it, one blank before stays.
    backslash = source.text.index("\\", own.end)
    edits = (
        Edit.replacing(Span(source, start, start), f"{indentation}{own}{line_end}"),
        Edit.replacing(Span(source, start + len(before.rstrip()), backslash), " "),
    )
    return Fix("put the comment on a line of its own", edits, is_safe=False)


# They take words as they are, for text or for a condition.
_TAKE_TEXT = frozenset({"awk", "cat", "echo", "grep", "mysql", "printf", "psql", "sed", "tee", "test", "["})


def _keywords(layer: Layer) -> Iterator[tuple[Command, Word]]:
    """Keywords of instructions among the words of commands: as the command itself, or first on a line."""
    text = layer.run.rest
    if not any(f"{keyword} " in text or f"{keyword}\t" in text for keyword in CLASSES):
        return
    for command in layer.script.commands:
        if "script" in command.nesting or "find" in command.nesting:
            continue
        for index, word in enumerate(command.words):
            if word.value in CLASSES and not word.parts and (index == 0 or _begins_line(word.value)):
                follows = word.value.source.text[word.value.end : word.value.end + 1]
                if follows in (" ", "\t") and (index == 0 or command.name not in _TAKE_TEXT):
                    yield command, word
                    break


def _begins_line(word: Text) -> bool:
    start, _ = _line(word.source, word.start)
    return not word.source.text[start : word.start].strip()


def _taken(command: Command, word: Word) -> str:
    if word is command.words[0]:
        return f"`{word.value}` is taken for a program: it stands inside another RUN"
    return f"`{word.value}` is a word of `{command.name}` here: the line before it ends in a backslash"


def _backslash_removed(layer: Layer, keyword: Text) -> Fix | None:
    """The line before ends without its backslash, and without the operator that would then have nothing behind it."""
    source = keyword.source
    start, _ = _line(source, keyword.start)
    if not _begins_line(keyword) or layer.is_trigger or layer.run.escape != "\\" or layer.build.dockerfile.is_template:
        return None
    line = ""
    while not line.strip() or line.lstrip().startswith("#"):
        start, end = _line(source, start - 1)
        line = source.text[start:end]
    kept = line.rstrip()
    if not kept.endswith("\\"):
        return None
    end = start + len(kept)
    kept = kept[:-1].rstrip()
    kept = kept.removesuffix("&&") if kept.endswith("&&") else kept.removesuffix(";")
    kept = kept.rstrip()
    if kept.endswith(("|", "&", ";", "(", "{", "\\")) or kept.split()[-1:] == [layer.run.keyword]:
        return None
    return Fix(
        "end the instruction before it", (Edit.replacing(Span(source, start + len(kept), end), ""),), is_safe=False
    )


class ShellSyntaxError(Rule[Dockerfile | ShellText]):
    """No shell can read the script.

    The shell stops with a syntax error as soon as it comes there: the step fails, or the container does not start.

    Give the operator something to work on, and every opening word or quote its end.

    https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
    """

    severity = Severity.ERROR
    aliases = ("SC1072", "SC1073")
    bad = {
        "FROM debian:13\nRUN apt-get update «&&»": None,
        "FROM debian:13\nRUN apt-get update && \\\n    «&&» make": None,
        "FROM debian:13\nRUN «&&» make": None,
        "FROM debian:13\nRUN a | «&&» b": None,
        "FROM debian:13\nRUN echo «'»it": None,
        'FROM debian:13\nCMD echo «"»it': None,
        "FROM debian:13\nRUN «if» test -f a; then b; \\\n  make": None,
        "FROM debian:13\nRUN for i in a b; do make $i; «fi»": None,
        "FROM debian:13\nRUN make; «done»": None,
        "FROM debian:13\nRUN «(»cd /a && make": None,
        "FROM debian:13\nRUN «{» make; make install": None,
        "FROM debian:13\nRUN «case» x in a) make;;": None,
        "FROM debian:13\nRUN bash -c 'make «&&»'": None,
        "FROM debian:13\nHEALTHCHECK CMD curl localhost «||»": None,
        "FROM debian:13\nRUN «[» -f /a && make": None,
        "FROM debian:13\nONBUILD RUN make «;;»": None,
        "=== run.sh\n#!/bin/bash\n«if» true; then\n  app\n"
        '=== Dockerfile\nFROM debian:13\nCOPY run.sh /\nCMD ["/run.sh"]': None,
        "=== docker-entrypoint\n#!/bin/sh\necho a &&\n«&&» app\n"
        '=== Dockerfile\nFROM debian:13\nCOPY docker-entrypoint /usr/local/bin/\nENTRYPOINT ["docker-entrypoint"]': None,
        "=== run.sh\n#!/bin/sh\nif «[» -n a; then app; fi\n"
        '=== Dockerfile\nFROM debian:13\nCOPY run.sh /\nCMD ["/run.sh"]': None,
    }
    good = (
        "FROM debian:13\nRUN apt-get update;",
        "FROM debian:13\nRUN make &",
        "FROM debian:13\nRUN make && # build it \\\n    make install",
        "FROM debian:13\nRUN <<EOF\n#!/usr/bin/env python\nprint('a' if (\n  1) else 2)\nEOF",
        "FROM debian:13\nRUN $RUNNER &",
        "FROM debian:13\nRUN [ -f /a ] && make",
        "FROM debian:13\nRUN test [ = a",
        'FROM debian:13\nCMD [ "npm", "start"];',
        "FROM debian:13\nCMD [ npm, start]",
        'FROM debian:13\nSHELL ["/bin/zsh", "-c"]\nRUN if true { make }',
        "FROM mcr.microsoft.com/windows/servercore:ltsc2025\nRUN if exist a (",
        "FROM debian:13\nRUN {{ macro(1) }} (",
        "FROM debian:13\nRUN echo fi done",
        'FROM debian:13\nRUN [ "$@"',
        "=== run.sh\n#!/bin/bash\napp\nexit 0\nthe archive ( begins &&\n"
        '=== Dockerfile\nFROM debian:13\nCOPY run.sh /\nCMD ["/run.sh"]',
        "=== run.sh\n#!/bin/zsh\nif true { app }\n=== Dockerfile\nFROM debian:13\nCOPY run.sh /\nCMD /run.sh",
        '=== run.sh\n#!/bin/bash\nif (( a > 1 )) || [[ $b =~ ^(a|b)$ ]]; then echo ${c[@]:1} <<<"$d"; fi\n'
        "function f { case $1 in (a) ;& b|c) ;; esac; } 2> >(cat)\n"
        '=== Dockerfile\nFROM debian:13\nCOPY run.sh /\nCMD ["/run.sh"]',
    )

    def check(self, node: Dockerfile | ShellText) -> Findings:
        if isinstance(node, ShellText):
            if node.is_file and not _has_left(node.script):
                yield from self._of_script("script", node.script)
        elif not (node.is_template or node.is_foreign):
            for instruction in _shell_forms(node):
                yield from self._of_script(instruction.name, instruction.script)

    def _of_script(self, title: str, script: Script) -> Findings:
        if script.unread is not None:
            message = _fault_message(title, script, script.unread)
            if message and not any(swallowing_comments(script)):
                yield self.finding(script.unread.text, message)
        elif "[" in script.text:
            yield from self._of_tests(script)

    def _of_tests(self, script: Script) -> Findings:
        """`[` is a program, which looks for its last word only when it runs."""
        for command in script.commands:
            last = command.arguments[-1] if command.arguments else command.program
            is_open = last is not None and last.is_literal and last.value != "]"
            if command.name == "[" and command.program is not None and is_open:
                yield self.finding(command.program.value, "`[` has no `]`")


def _shell_forms(dockerfile: Dockerfile) -> Iterator[ShellForm]:
    for instruction in dockerfile.instructions:
        inner: Instruction = instruction.instruction if isinstance(instruction, Onbuild) else instruction
        if isinstance(inner, ShellForm) and not _is_broken_list(inner):
            yield inner


def _is_broken_list(instruction: ShellForm) -> bool:
    """Whether it is meant as exec form, but is no JSON: that is another fault."""
    text = instruction.rest
    is_list = text[1:].lstrip()[:1] in ("'", '"') or text.endswith("]")
    return instruction.exec_form is None and text[:1] == "[" and "," in text and is_list


def _has_left(script: Script) -> bool:
    """Whether a file ends before what cannot be read: the shell never comes to what is packed behind `exit`."""
    ends = (statement.pipeline.commands[0] for statement in script.statements)
    return any(isinstance(one, Simple) and one.words and one.words[0].value in ("exit", "exec") for one in ends)


_OPERATORS = frozenset({"&&", "||", "|", "|&", ";", ";;", "&"})
_WITHOUT_START = frozenset({"then", "do", "fi", "done", "esac"})
# Where others read differently: zsh knows `if list { list }`.
_CERTAIN = frozenset({"sh", "bash", "dash", "busybox"})


def _fault_message(title: str, script: Script, fault: Unread) -> str | None:
    """What to say of a script that cannot be read; None where a shell might read it after all."""
    if script.shell.dialect not in _CERTAIN:
        return None
    text = str(fault.text)
    if fault.kind == "empty" and text in _OPERATORS:
        is_end = not script.text[script.text.rfind(text) + len(text) :].strip()
        return f"the {title} ends with `{text}`, and nothing follows" if is_end else fault.reason
    if fault.kind == "unexpected" and text in _OPERATORS:
        return f"nothing stands before `{text}`"
    if fault.kind == "unexpected" and text in _WITHOUT_START:
        return f"`{text}` ends nothing that has begun"
    is_quote = fault.kind == "unclosed" and "quote" in fault.reason
    is_open = fault.kind in ("missing", "unclosed") and text in _OPENERS
    return fault.reason if is_quote or is_open else None


_OPENERS = frozenset({"if", "elif", "for", "while", "until", "case", "{", "(", "$("})
