"""CMD and ENTRYPOINT in shell form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Cmd, Entrypoint, Onbuild
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import Step
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.exec_form import BUILTINS, as_json, json_string, plain_words
from dockerlint.shell.script import SHELLS, Command, Script
from dockerlint.shell.tree import Simple
from dockerlint.shell.words import Word, base_name
from dockerlint.source import Span

from .arguments import conflicts
from .background import starts_in_background

_ALIASES = (
    "DL3025", "JSONArgsRecommended", "prefer-json-notation", "not_using_json_in_cmd_and_entrypoint_arguments",
    "DF018", "DF025", "DD019",
)  # fmt: skip
_LONGEST = 90


class _Form(NamedTuple):
    """A CMD or ENTRYPOINT in shell form that a shell of the image reads.

    `words` are those of exec form, if that can say the same.
    """

    instruction: Cmd | Entrypoint
    words: tuple[Word, ...] | None
    fix: Fix | None
    distro: str | None

    @property
    def script(self) -> Script:
        return self.instruction.script

    @property
    def shown(self) -> str:
        text = " ".join(f"{self.instruction.name} {self.instruction.rest}".split())
        return text if len(text) <= _LONGEST else text[: _LONGEST - 4] + " ..."

    @property
    def exec_form(self) -> str:
        """The instruction in exec form, if that fits into a message."""
        array = as_json(word.value for word in self.words) if self.words else ""
        return (
            f"`{self.instruction.name} {array}`" if 0 < len(array) <= _LONGEST else "exec form, a JSON array of words"
        )


class ShellFormCommand(Rule[Build]):
    """A start command in shell form keeps a shell as process 1.

    The program is the shell's child, and the shell does not pass SIGTERM on: `docker stop` waits ten seconds and then
    kills the program, which loses the requests and the data that it was busy with.

    Write exec form, which starts the program itself: `CMD ["python", "app.py"]`. Where the shell must put in variables,
    let the program replace it: `CMD exec gunicorn -b 0.0.0.0:$PORT app:app`. The shells of Alpine and of the Red Hat
    family replace themselves by a command that stands last, but old ones (before Red Hat 9) only by one that stands
    alone; those of Debian and Ubuntu never do.

    https://docs.docker.com/reference/build-checks/json-args-recommended/
    """

    severity = Severity.WARNING
    aliases = _ALIASES
    bad = {
        "FROM python:3.13-slim\nCMD «python app.py»": 'FROM python:3.13-slim\nCMD ["python", "app.py"]',
        "FROM debian:trixie\nENTRYPOINT «nginx -g 'daemon off;'»": (
            'FROM debian:trixie\nENTRYPOINT ["nginx", "-g", "daemon off;"]'
        ),
        'FROM node:24\nCMD «node  server.js \\\n  # how loud\n  --title "a b"»\n': (
            'FROM node:24\nCMD ["node",  "server.js", \\\n  # how loud\n  "--title", "a b"]\n'
        ),
        'FROM python:3.13\nCMD «bash -c "sleep 5 && exec python app.py"»': (
            'FROM python:3.13\nCMD ["bash", "-c", "sleep 5 && exec python app.py"]'
        ),
        "FROM python:3.13\nCMD «bash -c 'cd /srv; python app.py'»": None,
        'FROM python:3.13\nCMD «sh -c "python app.py"»': None,
        "FROM python:3.13\nCMD «gunicorn -b 0.0.0.0:$PORT app:app»": None,
        "FROM python:3.13\nCMD «cd /srv && python app.py»": None,
        "FROM python:3.13\nONBUILD CMD «python app.py»": None,
        "FROM alpine:3.22\nCMD «crond -f | tee /log»": None,
        "FROM fedora:43\nCMD «httpd -DFOREGROUND || exit 1»": None,
        "FROM fedora:43\nCMD «httpd -DFOREGROUND > /dev/null»": None,
        "FROM centos:7\nCMD «cd /srv && node app.js»": None,
        "FROM rockylinux:8\nCMD «cd /srv; node app.js»": None,
    }
    good = (
        "FROM python:3.13\nCMD exec gunicorn -b 0.0.0.0:$PORT app:app",
        "FROM python:3.13\nCMD cd /srv && exec python app.py",
        "FROM python:3.13\nCMD python manage.py migrate; exec gunicorn app",
        "FROM alpine:3.22\nCMD sleep 5 && crond -f",
        "FROM fedora:43\nCMD httpd -DFOREGROUND",
        "FROM rockylinux:8\nCMD cd /srv && node app.js",
        "FROM rockylinux:9\nCMD cd /srv; node app.js",
        "FROM acme/base:1\nCMD python app.py",
        'FROM python:3.13\nCMD python old.py\nCMD ["python", "app.py"]',
        'FROM python:3.13\nSHELL ["/bin/bash", "-c"]\nCMD python app.py',
        'FROM python:3.13 AS base\nSHELL ["/bin/bash", "-c"]\nFROM base\nCMD python app.py',
        "FROM python:3.13\nHEALTHCHECK CMD python check.py\nRUN python app.py",
        "FROM python:3.13\nCMD ['python', 'app.py']",
        "FROM debian:trixie\nCMD bash",
        "FROM debian:trixie\nCMD echo hello",
        "FROM debian:trixie\nCMD cp -a $OUT/* /target/",
        "FROM debian:trixie\nCMD pandoc --version && pdftotext --help",
        "FROM mcr.microsoft.com/windows/servercore:ltsc2025\nCMD python app.py",
        'FROM python:3.13\nENTRYPOINT ["python"]\nCMD app.py',
        "FROM debian:trixie\nCMD service ssh start && tail -f /dev/null",
    )

    def check(self, build: Build) -> Findings:
        for form in _forms(build):
            if not _keeps_the_shell(form):
                continue
            dialect = form.script.shell.dialect
            message = f"`{form.shown}` runs under /bin/sh ({dialect}), which does not pass SIGTERM on"
            yield self.finding(form.instruction.rest, message, help=_advice(form), fix=form.fix)


class NeedlessShellForm(Rule[Build]):
    """A start command in shell form needs no shell.

    It works, but it takes a shell in the image, which slim and distroless images lack, and the shell reads every quote,
    `$` and `*` once more. Arguments of `docker run` cannot be added to an ENTRYPOINT in shell form.

    Write exec form, a JSON array with a word in each string: `CMD ["nginx", "-g", "daemon off;"]`.

    https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
    """

    severity = Severity.INFO
    aliases = _ALIASES
    bad = {
        "FROM alpine:3.22\nCMD «nginx -g 'daemon off;'»": 'FROM alpine:3.22\nCMD ["nginx", "-g", "daemon off;"]',
        "FROM acme/base:1\nENTRYPOINT «/start.sh»": 'FROM acme/base:1\nENTRYPOINT ["/start.sh"]',
        'FROM debian:trixie\nCMD «exec nginx -c "/etc/a b"»': 'FROM debian:trixie\nCMD ["nginx", "-c", "/etc/a b"]',
        "FROM debian:trixie\nCMD «/bin/bash»": 'FROM debian:trixie\nCMD ["/bin/bash"]',
        'FROM acme/base:1 AS a\nENTRYPOINT «server»\nFROM a\nCMD ["-v"]': None,
        "FROM alpine:3.22\n«CMD»": None,
    }
    good = (
        "FROM alpine:3.22\nCMD nginx -c $CONFIG",
        "FROM alpine:3.22\nCMD migrate && serve",
        "FROM alpine:3.22\nCMD cat *.conf",
        "FROM alpine:3.22\nCMD serve > /dev/null",
        "FROM alpine:3.22\nCMD LANG=C serve",
        "FROM alpine:3.22\nCMD cd /srv",
        "FROM debian:trixie\nCMD python app.py",
        'FROM alpine:3.22\nSHELL ["/bin/ash", "-c"]\nCMD serve',
        "FROM alpine:3.22\nHEALTHCHECK CMD check\nRUN check",
        'FROM alpine:3.22\nCMD ["serve"]',
    )

    def check(self, build: Build) -> Findings:
        for form in _forms(build):
            instruction = form.instruction
            if not instruction.rest:
                message = f"`{instruction.name}` without arguments runs an empty shell script"
                yield self.finding(instruction.keyword, message, help=f"say `{instruction.name} []`, or leave it out")
            elif form.words and not _keeps_the_shell(form):
                yield self.finding(
                    instruction.rest,
                    f"`{form.shown}` starts a shell that it does not need",
                    help=f"write {form.exec_form}",
                    fix=form.fix,
                )


def _forms(build: Build) -> Iterator[_Form]:
    for stage in build.dockerfile.stages:
        for step in stage.steps:
            instruction = step.instruction
            is_trigger = isinstance(instruction, Onbuild)
            if isinstance(instruction, Onbuild):
                instruction = instruction.instruction
            if not isinstance(instruction, Cmd | Entrypoint) or step.is_trigger or instruction.exec_form is not None:
                continue
            if not is_trigger and _is_replaced(stage, instruction):
                continue
            if instruction.rest.startswith("[") or not _is_read_by_sh(build, stage, step, instruction):
                continue
            words = plain_words(instruction.script)
            if words and _is_another_script(words, instruction.script.shell.dialect):
                words = None
            fix = None if is_trigger or not words else _fix(build, stage, instruction, words)
            known = build.facts(stage)
            yield _Form(instruction, words, fix, known.distro if known is not None else None)


def _is_replaced(stage: Stage, instruction: Cmd | Entrypoint) -> bool:
    """Whether a later instruction of the stage takes its place: then it never runs."""
    same = [one for one in stage.instructions if type(one) is type(instruction)]
    return same[-1] is not instruction


def _is_another_script(words: tuple[Word, ...], dialect: str) -> bool:
    """`bash -c 'a; b'`: in exec form too a shell stays above the program, unless `exec` stands before it.

    dash stays above a single command as well.
    """
    last = words[-1].value
    name = base_name(words[0].value)
    if name not in SHELLS or not any(word.value == "-c" for word in words) or re.search(r"\bexec\b", last):
        return False
    return (dialect if name == "sh" else name) == "dash" or re.search(r"[;&|\n]", last) is not None


def _is_read_by_sh(build: Build, stage: Stage, step: Step, instruction: Cmd | Entrypoint) -> bool:
    """Whether /bin/sh reads it: no SHELL says otherwise, and it is not what an ENTRYPOINT ignores or misreads."""
    known = build.facts(stage)
    has_shell = step.before.shell is not None or (known is not None and known.shell)
    if has_shell or stage.is_windows or not instruction.shell.is_posix:
        return False
    entrypoint = stage.entrypoint
    is_misread = isinstance(instruction, Cmd) and entrypoint is not None and conflicts(stage)
    return not is_misread


def _keeps_the_shell(form: _Form) -> bool:
    """Whether the shell is known to stay process 1 above a program that should hear of SIGTERM."""
    script = form.script
    if script.is_broken or not script.statements or starts_in_background(script.commands):
        return False
    outer = [command for command in script.commands if not command.in_subshell]
    if any(command.words and command.words[0].value == "exec" and len(command.words) > 1 for command in outer):
        return False
    if all(_ends_at_once(command) for command in script.commands) or _ends_in_prompt(script):
        return False
    if script.shell.dialect == "dash":
        return True
    if script.shell.dialect == "bash" and _is_kept_by_old_bash(script, form.distro):
        return True
    return script.shell.dialect in ("bash", "busybox") and not _is_replaced_by_last(script)


# Bash learned in 4.4 to run the last command of `a && b` in its own place, and in 5.1 that of `a; b`.
_BEFORE_4_4 = frozenset(
    {"amazonlinux:1", "amazonlinux:2", "centos:6", "centos:7", "oraclelinux:6", "oraclelinux:7", "rhel:6", "rhel:7"}
)
_BEFORE_5_1 = frozenset({"almalinux:8", "centos:8", "oraclelinux:8", "rhel:8", "rockylinux:8"})


def _is_kept_by_old_bash(script: Script, distro: str | None) -> bool:
    connectors = {statement.connector for statement in script.statements[:-1]}
    return bool(connectors) and (distro in _BEFORE_4_4 or (distro in _BEFORE_5_1 and not connectors <= {"&&"}))


_ENDS_AT_ONCE = BUILTINS | frozenset(
    {"echo", "printf", "true", "false", "test", "[", "ls", "cat", "env", "date", "pwd", "id", "cp", "mv", "rm", "mkdir",
     "ln", "touch", "chmod", "chown", "tar", "gzip", "unzip", "whoami"}
)  # fmt: skip


def _ends_at_once(command: Command) -> bool:
    """Whether it is done long before anybody stops the container: a copy, `tool --version`."""
    only = [str(word.value) for word in command.arguments]
    return not command.words or command.name in _ENDS_AT_ONCE or only in (["--version"], ["--help"])


def _ends_in_prompt(script: Script) -> bool:
    """A shell or interpreter for a person, which heeds no SIGTERM in any form."""
    last = script.commands[-1]
    return last.name in _PROMPTS and all(word.value.startswith("-") for word in last.arguments)


_PROMPTS = SHELLS | {"python", "python2", "python3", "ipython", "node", "irb", "R", "julia", "ghci", "scala"}


def _is_replaced_by_last(script: Script) -> bool:
    """Whether bash and busybox run the last command, the program, in their own place."""
    last = script.statements[-1]
    command = last.pipeline.commands[-1]
    before = script.statements[-2].connector if len(script.statements) > 1 else ""
    if len(last.pipeline.commands) > 1 or last.pipeline.negation is not None or before == "||":
        return False
    is_busybox = script.shell.dialect == "busybox"
    if not isinstance(command, Simple):
        return is_busybox
    is_program = bool(command.words) and base_name(command.words[0].value) not in _ENDS_AT_ONCE
    return is_program and (is_busybox or not command.redirections)


_LOOPS = ("while", "until", "for")
_ADVICE_FOR_LOOPS = "let an init be process 1, such as tini or that of `docker run --init`"


def _advice(form: _Form) -> str:
    if form.words:
        return f"write {form.exec_form}"
    words = plain_words(form.script)
    if words and _is_another_script(words, form.script.shell.dialect):
        return _advice_on_another_script(form, words)
    last = form.script.statements[-1].pipeline
    command = last.commands[-1]
    if isinstance(command, Simple) and len(last.commands) == 1 and command.words and not command.assignments:
        rest = " ..." if command.words[1:] else ""
        return f"let the program replace the shell: `exec {command.words[0].value}{rest}`"
    if not isinstance(command, Simple) and command.kind in _LOOPS:
        return _ADVICE_FOR_LOOPS
    return "let the program replace the shell: start it with `exec`, as the last command"


def _advice_on_another_script(form: _Form, words: tuple[Word, ...]) -> str:
    script = words[-1].value
    if re.search(r"[;&|<>$*?~`'\"\\\n]", script) is None:
        return f"start the program itself: `{form.instruction.name} {as_json(script.split())}`"
    if script.rstrip("; \n").endswith("done"):
        return _ADVICE_FOR_LOOPS
    return "let the program replace the shells: put `exec` before it, and before the shell that reads it"


def _fix(build: Build, stage: Stage, instruction: Cmd | Entrypoint, words: tuple[Word, ...]) -> Fix | None:
    """Brackets, quotes and commas around the words as they stand; what lies between them is left alone."""
    is_followed = isinstance(instruction, Entrypoint) and _has_arguments(build, stage)
    if is_followed or instruction.escape != "\\" or build.dockerfile.is_template:
        return None
    texts = [word.value for word in words]
    source = instruction.rest.source
    if any("\n" in source.text[text.start : text.end] for text in texts):
        return None
    edits = []
    for index, text in enumerate(texts):
        is_first, is_last = index == 0, index + 1 == len(texts)
        start = instruction.rest.start if is_first else text.start
        end = instruction.rest.end if is_last else text.end
        if "\n" in source.text[start : text.start] or "\n" in source.text[text.end : end]:
            return None
        array = ("[" if is_first else "") + json_string(text) + ("]" if is_last else ",")
        edits.append(Edit.replacing(Span(source, start, end), array))
    return Fix("write exec form; the program is process 1 then", tuple(edits), is_safe=False)


def _has_arguments(build: Build, stage: Stage) -> bool:
    """Whether something is ignored today that would follow the words of an ENTRYPOINT in exec form."""
    # Stages that are built on it stand behind it.
    built_on_it = (other for other in build.dockerfile.stages[stage.index :] if stage in other.chain)
    return any(
        other.cmd is not None or any(service.command for service in build.services_of(other)) for other in built_on_it
    )
