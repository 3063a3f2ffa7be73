"""Scripts of the context that the image cannot run."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from dockerlint.context.files import Context
from dockerlint.dockerfile.instructions import ShellForm, Transfer
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.contents import Contents, Presence, contents
from dockerlint.project.layers import Layer
from dockerlint.project.tools import Tools, at_end, at_start, steps
from dockerlint.project.writes import folder_after
from dockerlint.shell.dialects import SHELLS
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word, base_name
from dockerlint.source import Source, Span, Text

_FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
# What takes carriage returns out of files.
_MENDERS = frozenset({"dos2unix", "fromdos", "tr", "sed", "perl"})
_SETTERS = frozenset({"chmod", "setfacl", "install", "find", "dos2unix", "cp"})


class UnrunnableScript(Rule[Build]):
    r"""A script that the image runs cannot run there.

    The container, or the build, ends with "permission denied", "no such file or directory" or "exec format error",
    although the file is there. It lacks the executable bit (Docker keeps the mode that it has on disk), its lines end
    in CRLF so that the kernel looks for an interpreter called `sh\r`, its first line names a shell that the image does
    not have, or it has no `#!` line at all.

    Copy it with `COPY --chmod=755`, save it with LF line ends (`*.sh text eol=lf` in .gitattributes), begin it with
    `#!/bin/sh`, or install the interpreter. A script that is handed to one (`sh run.sh`) needs neither bit nor `#!`.

    https://docs.docker.com/reference/dockerfile/#copy---chmod
    """

    severity = Severity.ERROR
    bad = {
        '=== Dockerfile\nFROM alpine:3.22\nCOPY entrypoint.sh /\nENTRYPOINT [«"/entrypoint.sh"»]\n'
        '=== entrypoint.sh\n#!/bin/sh\nexec "$@"': (
            '=== Dockerfile\nFROM alpine:3.22\nCOPY --chmod=755 entrypoint.sh /\nENTRYPOINT ["/entrypoint.sh"]\n'
            '=== entrypoint.sh\n#!/bin/sh\nexec "$@"'
        ),
        "=== Dockerfile\nFROM debian:trixie\nWORKDIR /src\nCOPY . .\nRUN «./build.sh» --all\n=== build.sh\n#!/bin/sh\nmake": None,
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY run.sh /usr/local/bin/\nCMD [«"run.sh"»]\n=== run.sh\n#!/bin/sh\nexec x': (
            '=== Dockerfile\nFROM python:3.13-slim\nCOPY --chmod=755 run.sh /usr/local/bin/\nCMD ["run.sh"]\n'
            "=== run.sh\n#!/bin/sh\nexec x"
        ),
        '=== Dockerfile\nFROM alpine:3.22\nCOPY --chmod=755 run.sh /\nCMD [«"/run.sh"»]\n=== run.sh\n#!/bin/sh\r\nexec x\r\n': None,
        '=== Dockerfile\nFROM alpine:3.22\nCOPY run.sh /\nCMD ["sh", «"/run.sh"»]\n=== run.sh\nset -e\r\nexec x\r\n': None,
        '=== Dockerfile\nFROM alpine:3.22\nCOPY --chmod=755 run.sh /\nCMD [«"/run.sh"»]\n=== run.sh\n#!/bin/bash\nexec x': None,
        "=== Dockerfile\nFROM alpine:3.22\nCOPY --chmod=755 run.sh /\nRUN «/run.sh»\n=== run.sh\n#!/usr/bin/env bash\nx": None,
        '=== Dockerfile\nFROM alpine:3.22\nCOPY --chmod=755 run.sh /\nCMD [«"/run.sh"»]\n=== run.sh\nexec x': None,
        '=== Dockerfile\nFROM alpine:3.22\nCOPY --chmod=755 run.sh /\nCMD [«"/run.sh"»]\n=== run.sh\n\ufeff#!/bin/sh\nexec x': None,
        "=== Dockerfile\nFROM alpine:3.22\nCOPY check.sh /\nHEALTHCHECK CMD «/check.sh»\n=== check.sh\n#!/bin/sh\ntrue": (
            "=== Dockerfile\nFROM alpine:3.22\nCOPY --chmod=755 check.sh /\nHEALTHCHECK CMD /check.sh\n"
            "=== check.sh\n#!/bin/sh\ntrue"
        ),
    }
    good = (
        '=== Dockerfile\nFROM alpine:3.22\nCOPY --chmod=755 run.sh /\nCMD ["/run.sh"]\n=== run.sh\n#!/bin/sh\nexec x',
        '=== Dockerfile\nFROM alpine:3.22\nCOPY run.sh /\nRUN chmod +x /run.sh\nCMD ["/run.sh"]\n=== run.sh\n#!/bin/sh\nx',
        '=== Dockerfile\nFROM alpine:3.22\nCOPY . /app\nRUN chmod -R 755 /app\nCMD ["/app/run.sh"]\n=== run.sh\n#!/bin/sh\nx',
        '=== Dockerfile\nFROM alpine:3.22\nCOPY run.sh /\nRUN chmod +x /*.sh\nCMD ["/run.sh"]\n=== run.sh\n#!/bin/sh\nx',
        '=== Dockerfile\nFROM alpine:3.22\nCOPY run.sh /\nCMD ["sh", "/run.sh"]\n=== run.sh\nexec x',
        "=== Dockerfile\nFROM alpine:3.22\nCOPY run.sh /\nRUN . /run.sh\n=== run.sh\nexport X=1",
        '=== Dockerfile\nFROM alpine:3.22\nCOPY run.sh /\nRUN dos2unix /run.sh\nCMD ["sh", "/run.sh"]\n=== run.sh\nset -e\r\nx\r\n',
        '=== Dockerfile\nFROM alpine:3.22\nCOPY run.sh /\nCMD ["sh", "/run.sh"]\n=== run.sh\nset -e\r\nx\r\n'
        "=== .gitattributes\n*.sh text eol=lf",
        '=== Dockerfile\nFROM alpine:3.22\nRUN apk add --no-cache bash\nCOPY --chmod=755 run.sh /\nCMD ["/run.sh"]\n'
        "=== run.sh\n#!/bin/bash\nexec x",
        '=== Dockerfile\nFROM acme/base:1\nCOPY --chmod=755 run.sh /\nCMD ["/run.sh"]\n=== run.sh\n#!/bin/bash\nexec x',
        "=== Dockerfile\nFROM alpine:3.22\nCOPY --chmod=755 run.sh /\nCMD /run.sh\n=== run.sh\nexec x",
        '=== Dockerfile\nFROM alpine:3.22\nCMD ["/run.sh"]\n=== run.sh\nexec x',
        '=== Dockerfile\nFROM python:3.13\nCOPY app.py /\nCMD ["python", "/app.py"]\n=== app.py\nimport x\r\n',
        "=== Dockerfile\nFROM alpine:3.22\nCOPY run.sh /\nRUN sed -i 's/\\r$//' /run.sh && chmod +x /run.sh && /run.sh\n"
        "=== run.sh\n#!/bin/sh\r\nx\r\n",
    )

    def check(self, build: Build) -> Findings:
        known = contents(build)
        if known is None or build.context is None or build.dockerfile.is_template:
            return
        seen: set[int] = set()
        for started in chain(_at_start(build, known), _in_runs(build, known)):
            fault = _fault(build, started, build.context)
            if fault is not None and started.word.start not in seen:
                seen.add(started.word.start)
                is_bit = fault is _NOT_EXECUTABLE
                fix = _with_mode(started.presence.transfer) if is_bit else None
                name = posixpath.basename(started.path)
                yield self.finding(started.word, fault.format(name=name), help=_advice(fault, name), fix=fix)


class _Started(NamedTuple):
    """A file of the context that a command of an image runs.

    `by_path`: the kernel is to run it, not an interpreter; `by_exec`: not even a shell comes to help.
    """

    word: Text
    path: str
    presence: Presence
    tools: Tools
    by_path: bool
    by_exec: bool


_NOT_EXECUTABLE = '{name} is not executable on disk, and nothing makes it so: "permission denied"'
_BOM = "{name} begins with a byte order mark before `#!`, so the kernel does not find its interpreter"
_CRLF = "{name} has CRLF line ends, which the shell takes for part of every word"
_CRLF_FIRST = "the first line of {name} ends in CRLF, so the kernel looks for an interpreter that is not there"
_NO_SHEBANG = '{name} has no `#!` line, and exec form starts it without a shell: "exec format error"'


def _advice(fault: str, name: str) -> str:
    return {
        _NOT_EXECUTABLE: f"copy it with `COPY --chmod=755`, or run `chmod +x {name}` before it is committed",
        _BOM: "save it as UTF-8 without a byte order mark",
        _CRLF: "save it with LF line ends, and write `*.sh text eol=lf` into .gitattributes",
        _CRLF_FIRST: "save it with LF line ends, and write `*.sh text eol=lf` into .gitattributes",
        _NO_SHEBANG: "begin it with `#!/bin/sh`",
    }.get(fault, "install it, or write the script for the shell that is there: `#!/bin/sh`")


def _at_start(build: Build, known: Contents) -> Iterator[_Started]:
    for stage in build.targets:
        folder = known.workdir(stage, stage.state)
        tools = at_end(build, stage)
        for command, form in _start_commands(build, stage):
            for word, paths in _scripts(command, folder):
                found = _first(known, stage, paths)
                if found is not None:
                    # A shell that hands on to a script without `#!` runs it itself.
                    by_exec = form.exec_form is not None and word.value.start == form.exec_form[0].start
                    yield _Started(word.value, *found, tools, command.name not in SHELLS, by_exec)


def _start_commands(build: Build, stage: Stage) -> Iterator[tuple[Command, ShellForm]]:
    """The commands that start a container and check its health, as the file itself writes them."""
    form = stage.entrypoint or stage.cmd
    for command in build.start_commands(stage) if form is not None else ():
        if form is not None and command.text.source is build.dockerfile.source:
            yield command, form
    check = stage.state.healthcheck
    if check is not None:
        yield from ((command, check) for command in check.commands)


def _first(known: Contents, stage: Stage, paths: Sequence[str]) -> tuple[str, Presence] | None:
    """The first of several paths at which a file of the context is."""
    found = ((path, known.presence(stage, path)) for path in paths)
    return next(((path, presence) for path, presence in found if presence.is_there and presence.origin), None)


def _in_runs(build: Build, known: Contents) -> Iterator[_Started]:
    for stage in build.dockerfile.stages:
        if not any(_is_started(command) for layer in build.layers_of(stage) for command in layer.commands):
            continue
        tools = at_start(stage)
        own = {id(step) for step in stage.steps}
        for step, layer in steps(build, stage):
            if layer is None or layer.script.is_broken or id(step) not in own:
                tools.take(step, layer)
            else:
                tools.take_mounts(layer.run)
                yield from _in_layer(layer, known, tools)


def _is_started(command: Command) -> bool:
    """Whether a command may run a file of the image by its path, or hand it to a shell."""
    return command.name in SHELLS or (command.program is not None and "/" in command.program.value)


def _in_layer(layer: Layer, known: Contents, tools: Tools) -> Iterator[_Started]:
    """The scripts that a RUN starts by their paths; takes in what its commands bring."""
    for index, command in enumerate(layer.commands):
        if _is_started(command):
            earlier = layer.commands[:index]
            folder = folder_after(earlier, known.workdir(layer.stage, layer.before))
            for word, paths in _scripts(command, folder):
                presence = known.presence_before(layer, paths[0], earlier)
                if presence.is_there and presence.origin is not None:
                    by_path = command.name not in SHELLS
                    is_exec = by_path and layer.run.exec_form is not None and not command.wrappers
                    yield _Started(word.value, paths[0], presence, tools, by_path, is_exec)
        tools.take_command(command, layer.action_of(command))


def _scripts(command: Command, folder: str | None) -> Iterator[tuple[Word, list[str]]]:
    """The word of a command that names the script it runs, and where that may lie."""
    word = command.program
    if word is not None and command.name in SHELLS:
        operands = [one for one in command.arguments if not one.value.startswith(("-", "+"))]
        word = operands[0] if operands and not command.has_option("-c") else None
    if word is None or not word.is_literal or word.is_expanded or folder is None:
        return
    name = str(word.value)
    if "/" not in name and command.name not in SHELLS:
        yield word, [f"{place}/{name}" for place in _FOLDERS]
    elif not name.startswith("~"):
        yield word, [posixpath.normpath(posixpath.join(folder, name))]


def _fault(build: Build, started: _Started, context: Context) -> str | None:
    origin = started.presence.origin or ""
    name = base_name(started.path)
    if started.by_path and context.is_executable(origin) is False and not _may_be_set(build, started):
        return _NOT_EXECUTABLE
    source = context.read_text(origin)
    return _fault_of_text(build, started, source, context, name) if source is not None and source.text else None


def _fault_of_text(build: Build, started: _Started, source: Source, context: Context, name: str) -> str | None:
    first = source.text.partition("\n")[0]
    is_marked = first.startswith("#!")
    if started.by_path and source.has_bom and is_marked:
        return _BOM
    has_crlf = first.endswith("\r") and "\r\n" in source.text
    if has_crlf and not _is_mended(build, name) and not _is_normalised(context):
        if started.by_path and is_marked:
            return _CRLF_FIRST
        if not started.by_path:
            return _CRLF
    if started.by_exec and not is_marked:
        return _NO_SHEBANG
    interpreter = _interpreter(first) if started.by_path and is_marked else None
    if interpreter is not None and started.tools.lacks(interpreter):
        return f'{{name}} is written for `{interpreter}`, which the image does not have: "no such file or directory"'
    return None


def _interpreter(first: str) -> str | None:
    words = first.removeprefix("#!").split()
    names = [base_name(word) for word in words if not word.startswith("-")]
    if names[:1] == ["env"]:
        names = names[1:]
    return names[0] if names else None


def _commands(build: Build) -> Iterator[Command]:
    return (command for layer in build.layers for command in layer.commands)


def _may_be_set(build: Build, started: _Started) -> bool:
    """Whether a COPY or a command of the file may give a file another mode."""
    transfer = started.presence.transfer
    if transfer is None or transfer.mode is not None:
        return True
    name = base_name(started.path)
    return any(_touches(command, name) for command in _commands(build) if command.name in _SETTERS)


def _touches(command: Command, name: str) -> bool:
    if command.has_option("-R", "--recursive", "-r", "-a") or command.name in ("find", "cp", "install"):
        return True
    words = command.arguments
    return any(
        not word.is_literal or name in word.value or any(mark in word.value for mark in "*?[{") for word in words
    )


def _is_mended(build: Build, name: str) -> bool:
    """Whether some command may take the carriage returns out of a file."""
    menders = [command for command in _commands(build) if command.name in _MENDERS or "xargs" in command.wrappers]
    return any("\\r" in command.text or name in command.text or command.name == "dos2unix" for command in menders)


def _is_normalised(context: Context) -> bool:
    """Whether git gives others the file with LF line ends."""
    attributes = context.read_text(".gitattributes")
    return attributes is not None and any(mark in attributes.text for mark in ("eol=lf", "text=auto"))


def _with_mode(transfer: Transfer | None) -> Fix | None:
    """`--chmod=755` for a COPY of this file alone."""
    if transfer is None or transfer.origin is not None or len(transfer.sources) != 1 or transfer.heredocs:
        return None
    if any(mark in transfer.sources[0] for mark in "*?[$") or transfer.sources[0].strip("./") == "":
        return None
    if "." not in base_name(transfer.sources[0].rstrip("/")) or transfer.sources[0].endswith("/"):
        return None
    keyword = transfer.keyword
    edit = Edit.replacing(Span(keyword.source, keyword.end, keyword.end), " --chmod=755")
    return Fix(f"copy it with mode 755: `{transfer.name} --chmod=755`", (edit,), is_safe=True)
