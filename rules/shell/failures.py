"""Commands whose failure nobody sees, because the next one runs all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockerlint.dockerfile.copies import absolute_path, placed
from dockerlint.dockerfile.instructions import Run
from dockerlint.lint.edits import prepended
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, replace
from dockerlint.project.layers import Layer
from dockerlint.project.shell_texts import ShellText
from dockerlint.shell.lists import AndOrList, and_or_lists, unwatched_lists
from dockerlint.shell.pipes import ahead, behind
from dockerlint.shell.risks import does_work
from dockerlint.shell.script import Command, Script
from dockerlint.shell.tree import Simple
from dockerlint.shell.words import Word
from dockerlint.source import Text

from .wording import brief, title

# These fail only if the script itself is wrong.
_SAFE = frozenset(
    {
        "", ":", "alias", "date", "echo", "exit", "export", "false", "printf", "pwd", "readonly", "return", "set",
        "shopt", "sleep", "trap", "true", "umask", "unset", "wait",
    }
)  # fmt: skip


class HeredocWithoutErrexit(Rule[Layer]):
    """The commands of a heredoc may fail without failing the step.

    Only the last command's status counts: the build goes on with what an earlier one has left half done.

    Begin the heredoc with `set -e`, or join its commands with `&&`.

    https://docs.docker.com/reference/dockerfile/#here-documents
    """

    severity = Severity.WARNING
    bad = {
        "FROM debian:13\nRUN «<<EOF»\napt-get update\napt-get install -y curl\nEOF": (
            "FROM debian:13\nRUN <<EOF\nset -e\napt-get update\napt-get install -y curl\nEOF"
        ),
        "FROM debian:13\nRUN «<<-'EOF'»\n#!/bin/bash\nset -x\ncd /src && make\nrm -rf /src\nEOF": (
            "FROM debian:13\nRUN <<-'EOF'\n#!/bin/bash\nset -e\nset -x\ncd /src && make\nrm -rf /src\nEOF"
        ),
        "FROM debian:13\nRUN «<<EOF»\nfor file in a b; do\n  curl -O https://example.com/$file\ndone\nls\nEOF": (
            "FROM debian:13\nRUN <<EOF\nset -e\nfor file in a b; do\n  curl -O https://example.com/$file\ndone\nls\nEOF"
        ),
        "FROM debian:13\nRUN «<<EOF»\r\nmake\r\nmake install\r\nEOF": (
            "FROM debian:13\nRUN <<EOF\r\nset -e\r\nmake\r\nmake install\r\nEOF"
        ),
        "FROM debian:13\nONBUILD RUN «<<EOF»\nmake\nmake install\nEOF": None,
    }
    good = (
        "FROM debian:13\nRUN <<EOF\nset -e\napt-get update\napt-get install -y curl\nEOF",
        "FROM debian:13\nRUN <<EOF\n#!/bin/bash -e\nmake\nmake install\nEOF",
        "FROM debian:13\nRUN <<EOF\nset -o errexit\nmake\nmake install\nEOF",
        'FROM debian:13\nSHELL ["/bin/bash", "-euo", "pipefail", "-c"]\nRUN <<EOF\nmake\nmake install\nEOF',
        "FROM debian:13\nRUN <<EOF\napt-get update &&\n  apt-get install -y curl\nEOF",
        "FROM debian:13\nRUN <<EOF\nmake || exit 1\nmake install\nEOF",
        "FROM debian:13\nRUN <<EOF\necho begin\nexport A=1\nB=2\nmake\nEOF",
        "FROM debian:13\nRUN <<EOF\n#!/usr/bin/env python\nimport a\na.b()\nEOF",
        "FROM debian:13\nRUN <<EOF\nset +e\nmake\nset -e\nmake install\nEOF",
        "FROM debian:13\nRUN <<EOF\nbuild() {\n  make\n}\nbuild\nEOF",
        "FROM debian:13\nRUN cat <<EOF > /a\nmake\nmake install\nEOF",
    )

    def check(self, layer: Layer) -> Findings:
        run = layer.run
        if not run.is_heredoc_script or layer.script.is_broken:
            return
        if any(command.errexit is not False for command in layer.commands if not command.in_substitution):
            return
        failing = _first_that_may_fail(layer)
        if failing is not None:
            opener = run.heredocs[0].opener.text
            message = f"if `{title(failing)}` in line {failing.text.line} fails, the build goes on"
            help_ = "begin the heredoc with `set -e`"
            fix = prepended(layer, "set -e", help_, is_safe=False)
            yield self.finding(opener, f"{message}; {help_}", fix=fix)


def _first_that_may_fail(layer: Layer) -> Command | None:
    """A command before the last list of a script whose failure would not be noticed; one that does real work, if any."""
    earlier = and_or_lists(layer.script.statements)[:-1]
    spans = [_span(one) for one in earlier if not one.has_alternative]
    found = [command for command in layer.commands if _may_fail(command) and _is_in(command.text, spans)]
    return next((command for command in found if does_work(command)), found[0] if found else None)


def _may_fail(command: Command) -> bool:
    is_elsewhere = command.in_function or command.in_substitution or command.in_condition or command.is_background
    return (
        command.name not in _SAFE
        and not is_elsewhere
        and command.is_last_of_pipe
        and not {"||", "!"}.intersection(command.nesting)
    )


def _span(one: AndOrList) -> tuple[int, int]:
    return one.commands[0].text.start, one.commands[-1].text.end


def _is_in(text: Text, spans: list[tuple[int, int]]) -> bool:
    return any(start <= text.start < end for start, end in spans)


class SemicolonHidesFailure(Rule[Layer]):
    """A command that may well fail is followed by `;`.

    What follows runs all the same, and only the last status counts: when a download or an installation fails, the step
    passes and the image lacks something.

    Join the commands with `&&`, or begin the RUN with `set -e;`.

    https://docs.docker.com/build/building/best-practices/#run
    """

    severity = Severity.INFO
    bad = {
        "FROM debian:13\nRUN apt-get update«;» apt-get install -y curl": None,
        "FROM debian:13\nRUN curl -O https://example.com/a.tgz«;» \\\n    tar xf a.tgz«;» rm a.tgz": None,
        "FROM debian:13\nRUN cd /src && make«;» cd / && rm -rf /src": None,
        "FROM debian:13\nRUN make «&» echo done": None,
        "FROM debian:13\nRUN for file in a b; do curl -O https://example.com/$file«;» touch $file; done": None,
        "FROM debian:13\nRUN tar xf a.tar«;» set -e; make": None,
    }
    good = (
        "FROM debian:13\nRUN set -e; apt-get update; apt-get install -y curl",
        "FROM debian:13\nRUN set -eux; make; make install",
        'FROM debian:13\nSHELL ["/bin/bash", "-ec"]\nRUN make; make install',
        "FROM debian:13\nRUN make || true; make install",
        "FROM debian:13\nRUN make; exit 0",
        "FROM debian:13\nRUN apt-get update && apt-get install -y curl;",
        "FROM debian:13\nRUN echo a; ls; make",
        "FROM debian:13\nRUN if curl a; make; then echo b; fi",
        "FROM debian:13\nRUN make; if [ $? -ne 0 ]; then exit 1; fi",
        "FROM debian:13\nRUN make a & make b & wait",
        "FROM debian:13\nRUN apt-get clean; rm -rf /tmp/*",
        "FROM debian:13\nRUN <<EOF\nmake\nmake install\nEOF",
    )

    def check(self, layer: Layer) -> Findings:
        text = layer.run.rest
        if (";" not in text and "&" not in text) or layer.run.is_heredoc_script or layer.script.is_broken:
            return
        if "$?" in text or layer.named("wait"):
            return
        for one, following, command in _hidden(layer.script, layer.commands):
            if does_work(command) and not _is_meant(following):
                sign = "newline" if one.connector == "\n" else str(one.connector)
                message = f"the `{sign}` hides a failure of `{title(command)}`; use `&&`, or start with `set -e`"
                yield self.finding(one.connector, message)


def _is_meant(following: AndOrList) -> bool:
    """Whether a list says that whatever came before is fine: `make; true`."""
    first = following.commands[0]
    return isinstance(first, Simple) and bool(first.words) and first.words[0].value in (":", "exit", "true")


def _hidden(script: Script, commands: Sequence[Command]) -> Iterator[tuple[AndOrList, AndOrList, Command]]:
    """The lists whose status is lost without errexit: each with the list after it, and the command that it ends with."""
    by_start: dict[int, Command] = {}
    for one, following in unwatched_lists(script.statements):
        last = one.commands[-1]
        if isinstance(last, Simple) and not one.has_alternative:
            by_start = by_start or {command.text.start: command for command in commands}
            command = by_start.get(last.text.start)
            if command is not None and command.errexit is False:
                yield one, following, command


class CdWithoutCheck(Rule[ShellText]):
    """What follows a `cd` runs even if that fails.

    It then runs in the wrong folder, and deletes, unpacks or builds there.

    Join it with `&&`, or begin the script with `set -e`.

    https://www.shellcheck.net/wiki/SC2164
    """

    severity = Severity.WARNING
    aliases = ("SC2164",)
    bad = {
        "FROM debian:13\nRUN «cd build»; rm -rf *": "FROM debian:13\nRUN cd build && rm -rf *",
        "FROM debian:13\nWORKDIR /srv\nRUN apt-get update && «cd $SRC» ;\\\n  make": (
            "FROM debian:13\nWORKDIR /srv\nRUN apt-get update && cd $SRC &&\\\n  make"
        ),
        "FROM debian:13\nRUN «cd a»; make || true": None,
        "FROM debian:13\nRUN for d in a b; do «cd $d»; make; cd ..; done": (
            "FROM debian:13\nRUN for d in a b; do cd $d && make; cd ..; done"
        ),
        "FROM debian:13\nRUN («pushd a»; make)": "FROM debian:13\nRUN (pushd a && make)",
        "FROM debian:13\nRUN «cd a»; if true; then make; fi": None,
        "FROM debian:13\nCMD «cd /app»; exec ./app": "FROM debian:13\nCMD cd /app && exec ./app",
        "FROM debian:13\nRUN bash -c '«cd a»; make'": None,
        "=== build.sh\n#!/bin/bash\n«cd src»\nmake\n=== Dockerfile\nFROM debian:13\nCOPY build.sh /\nRUN /build.sh": None,
        "=== build.sh\n#!/bin/sh\nif true; then «cd c»; make; fi\n"
        "=== Dockerfile\nFROM debian:13\nCOPY build.sh /\nRUN sh /build.sh": (
            "=== build.sh\n#!/bin/sh\nif true; then cd c && make; fi"
        ),
    }
    good = (
        "FROM debian:13\nRUN cd build && rm -rf *",
        "FROM debian:13\nRUN set -e; cd build; make",
        "FROM debian:13\nRUN cd build || exit 1; make",
        "FROM debian:13\nRUN if cd build; then make; fi",
        "FROM debian:13\nRUN cd /; make",
        "FROM debian:13\nRUN cd -; make; cd ..; make",
        "FROM debian:13\nRUN cd /tmp; make",
        "FROM debian:13\nRUN mkdir -p /src; cd /src; make",
        "FROM debian:13\nWORKDIR /src\nWORKDIR a\nRUN cd /src/a; make",
        'FROM debian:13\nRUN cd "$(mktemp -d)"; make',
        "FROM debian:13\nRUN D=$(mktemp -d); cd $D; make",
        "FROM debian:13\nCOPY src/ /src/\nRUN cd /src; make",
        "FROM debian:13\nRUN make; cd build;",
        "FROM debian:13\nRUN <<EOF\ncd build\nmake\nEOF",
        "FROM debian:13\nVOLUME /data\nCMD cd /data; exec app",
        '=== run.sh\n#!/bin/sh\ncd "$(dirname "$0")"\nHERE=$(dirname "$0")\ncd $HERE/..\nmake\nSAVED="`pwd`"\ncd a && make\ncd "$SAVED"\nmake\ncd /srv/app\nexec ./app\n'
        '=== Dockerfile\nFROM debian:13\nCOPY run.sh /\nCMD ["/run.sh"]\nWORKDIR /srv/app',
        "=== run.sh\n#!/bin/sh -e\ncd src\nmake\n=== Dockerfile\nFROM debian:13\nCOPY run.sh /\nRUN /run.sh",
        "=== run.sh\n#!/bin/sh\ncd src || exit\nmake\n=== Dockerfile\nFROM debian:13\nCOPY run.sh /\nRUN /run.sh",
    )

    def check(self, text: ShellText) -> Findings:
        # Of heredocs another rule speaks.
        is_heredoc = isinstance(text.instruction, Run) and text.instruction.is_heredoc_script and not text.is_file
        if is_heredoc or text.script.is_broken or not any(name in text.script.text for name in _MOVERS):
            return
        for number, body in enumerate(text.bodies):
            for one, following, command in _hidden(body.script, text.commands):
                if command.name not in _MOVERS or not command.arguments or one.connector == "&":
                    continue
                after = _next(command, text)
                if after is None or _is_there(command.arguments[0], command, text):
                    continue
                written = brief(command.text)
                advice = "put `&&` between the two" if written.endswith("...") else f"write `{written} && ...`"
                message = f"if `{written}` fails, `{title(after)}` runs in {_folder(command, text)}; {advice}"
                yield self.finding(command.text, message, fix=_joined(text, one, following) if number == 0 else None)


_MOVERS = ("cd", "pushd")
# They do no harm in any folder.
_HARMLESS = frozenset({"", "[", "echo", "ls", "pwd", "set", "test"})


def _next(command: Command, text: ShellText) -> Command | None:
    """What runs after a command, if possible something that minds where it runs."""
    depth = command.nesting.count("script")
    following = [
        each
        for each in behind(text.commands, command)
        if each.name and not each.in_substitution and each.nesting.count("script") == depth
    ]
    if following and _moves_on(following[0]):
        return None
    return next((each for each in following if each.name not in _HARMLESS), following[0] if following else None)


def _moves_on(command: Command) -> bool:
    """Whether it does not matter where a command runs: it only goes elsewhere, or ends the script."""
    return command.name == "exit" or (
        command.name == "cd" and bool(command.arguments) and command.arguments[0].value.startswith("/")
    )


def _folder(command: Command, text: ShellText) -> str:
    """Where the command stands that changes the folder."""
    known = text.build.facts(text.stage)
    folder = text.state.workdir or (known.workdir if known is not None else None)
    return "the wrong folder" if folder is None or text.is_file or _has_moved(command, text) else folder


def _has_moved(command: Command, text: ShellText) -> bool:
    return any(each.name in ("cd", "pushd", "popd") and each.text.start < command.text.start for each in text.commands)


def _joined(text: ShellText, one: AndOrList, following: AndOrList) -> Fix | None:
    sign = one.connector
    is_plain = (
        isinstance(following.commands[0], Simple) and not following.has_alternative and following.connector != "&"
    )
    if sign != ";" or not is_plain or not sign.is_verbatim or text.is_trigger or not text.is_editable:
        return None
    has_blank = sign.source.text[sign.start - 1] in " \t"
    return replace(sign, "&&" if has_blank else " &&", "join them with `&&`", is_safe=False)


# Every image with a shell has these.
_ALWAYS_THERE = frozenset(
    ("/" + path).rstrip("/")
    for path in ("", "bin", "dev", "etc", "home", "opt", "root", "tmp", "usr", "usr/bin", "usr/lib", "usr/local",
                 "usr/local/bin", "usr/share", "var", "var/lib", "var/log", "var/tmp")
)  # fmt: skip


# The folder that the script lies in, or one that it has just made.
_SURE = ("mktemp", "dirname", "$0", "${0", "BASH_SOURCE")


def _is_there(word: Word, command: Command, text: ShellText) -> bool:
    """Whether a folder is certainly there when a command goes to it."""
    path = str(word.value)
    is_own = path.rstrip("/") in ("-", "~", "$HOME", "${HOME}") or not path.strip("./") or _is_sure(path)
    if is_own or _is_made(word, command, text):
        return True
    if not path.startswith("/") and (text.is_file or _has_moved(command, text)):
        return False
    return word.is_literal and _is_from_before(absolute_path(path, text.state.workdir), text)


def _is_sure(path: str) -> bool:
    return any(mark in path for mark in _SURE)


def _is_made(word: Word, command: Command, text: ShellText) -> bool:
    """Whether the script itself makes the folder before, or finds it by its own place."""
    names = {part.name for outer in word.parts for part in (outer, *outer.parts)} - {""}
    for each in ahead(text.commands, command):
        if each.name == "mkdir" and any(made.value == word.value for made in each.operands):
            return True
        values = (one.value.value for one in each.assignments if one.name in names and one.value is not None)
        if any(_is_sure(value) or value.strip("`$()") == "pwd" for value in values):
            return True
    return False


def _is_from_before(path: str, text: ShellText) -> bool:
    """Whether a folder is of every image, or made by an instruction: WORKDIR, VOLUME, COPY, or a RUN with mkdir."""
    if path in _ALWAYS_THERE or path in text.state.volumes or path == text.state.workdir:
        return True
    steps = (step for link in text.stage.chain for step in link.steps if step.before.workdir == path)
    last = text.instruction.start_line if isinstance(text.instruction, Run) else None
    if any(last is None or step.instruction.start_line <= last for step in steps):
        return True
    copied = (placed(each.transfer, each.before) for each in text.state.copies)
    if any(each is not None and f"{each.destination}/".startswith(f"{path}/") for each in copied):
        return True
    made = (word.value for layer in text.earlier_layers for each in layer.named("mkdir") for word in each.operands)
    return any(f"{each.rstrip('/')}/".startswith(f"{path}/") for each in made)
