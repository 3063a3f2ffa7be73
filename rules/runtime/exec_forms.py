"""Exec form that needs a shell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.dockerfile.instructions import Cmd, Entrypoint, Healthcheck, Onbuild, Run, ShellForm
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, replace
from dockerlint.project.build import Build, is_script_by_name
from dockerlint.shell.exec_form import as_json, plain_words
from dockerlint.shell.script import SHELLS, command_of_words, read_script
from dockerlint.shell.words import base_name
from dockerlint.source import Text

from .arguments import PROGRAMS

_OPERATORS = frozenset({"&&", "||", "|", ";", ">", ">>", "<", "2>&1", "&", "2>", "&>"})
# They read these characters themselves.
_COMPARE = frozenset({"test", "[", "expr", "awk", "find", "jq", "bc", "dc"})
# They put in variables, or take programs whose variables are their own.
_EXPAND = frozenset(
    {"envsubst", "find", "grep", "egrep", "sed", "awk", "gawk", "mawk", "jq", "yq", "psql", "nginx", "openresty",
     "supervisord", "perl", "ruby", "php", "node", "make", "eval", "su", "ssh", "watch", "flock", "script", "xargs",
     "parallel", "mongo", "mongosh", "mysql", "logstash", "telegraf", "fluentd", "fluent-bit", "envoy", "consul",
     "nomad", "vault", "traefik", "confd", "gomplate", "dockerize", "concurrently", "npm-run-all", "nodemon", "tcl",
     "entr", "chroot", "systemd-run", "screen", "tmux", "expect", "runuser", "powershell", "pwsh", "cmd", "cmd.exe",
     "powershell.exe", "pwsh.exe", "watchexec", "otelcol", "vector", "promtail", "filebeat", "metricbeat", "heartbeat",
     "npm", "yarn", "pnpm", "R", "Rscript", "sudo", "busybox", "multirun", "forego", "dumb-init-sh", "k6", "mc", "kubectl", "docker", "chamber"}
)  # fmt: skip
_FILE_TOOLS = frozenset({"ls", "cat", "rm", "cp", "mv", "chmod", "chown", "chgrp", "touch", "head", "tail", "wc", "du"})
_RUN_FILES = SHELLS | {"python", "python3", "node"}
# What follows them is a program in some language.
_CODE = frozenset({"-e", "-E", "-c", "-r", "-x", "--eval", "--execute", "--command", "--expression"})
_LONGEST = 70


class ExecFormMisuse(Rule[Build]):
    """Exec form holds what only a shell understands.

    No shell reads a JSON array: the program gets `$PORT`, `&&` or `*` as plain text, and a whole command in one string is
    looked for as a program of that name. The container ends at once, or runs with nonsense for arguments.

    Give each word a string of its own, `["python", "app.py"]`. Where a shell must put in variables, start one:
    `["sh", "-c", "exec gunicorn -b 0.0.0.0:$PORT app:app"]`.

    https://docs.docker.com/reference/dockerfile/#variable-substitution
    """

    severity = Severity.ERROR
    bad = {
        'FROM python:3.13\nCMD [«"python app.py"»]': 'FROM python:3.13\nCMD ["python", "app.py"]',
        "FROM python:3.13\nENTRYPOINT [«\"nginx -g 'daemon off;'\"»]": (
            'FROM python:3.13\nENTRYPOINT ["nginx", "-g", "daemon off;"]'
        ),
        'FROM python:3.13\nCMD [«"npm run"», "start"]': None,
        'FROM python:3.13\nCMD ["gunicorn", "-b", «"0.0.0.0:$PORT"», "app:app"]': None,
        'FROM python:3.13\nENTRYPOINT ["java", «"${JAVA_OPTS}"», "-jar", "app.jar"]': None,
        'FROM python:3.13\nCMD [«"$JAVA_HOME/bin/java"», "-jar", "app.jar"]': None,
        'FROM python:3.13\nCMD ["python", "manage.py", "migrate", «"&&"», "gunicorn", "site.wsgi"]': None,
        'FROM python:3.13\nCMD ["python", "app.py", «">"», "/log", «"2>&1"»]': None,
        'FROM python:3.13\nRUN ["rm", "-rf", «"/tmp/*"»]': None,
        'FROM python:3.13\nCMD ["java", "-jar", «"/srv/*.jar"»]': None,
        'FROM python:3.13\nCMD ["sh", «"~/start.sh"»]': None,
        'FROM python:3.13\nHEALTHCHECK CMD ["curl", "-f", «"http://localhost:$PORT/"»]': None,
        'FROM python:3.13\nENTRYPOINT ["tini", "--", "server", «"$ARGS"»]': None,
    }
    good = (
        'FROM python:3.13\nCMD ["sh", "-c", "exec gunicorn -b 0.0.0.0:$PORT app:app && x > y"]',
        'FROM python:3.13\nENTRYPOINT ["/bin/bash", "-lc"]\nCMD ["python app.py --port $PORT"]',
        'FROM python:3.13\nENTRYPOINT ["tini", "--", "bash", "-c", "serve $PORT"]',
        'FROM nginx:1.31\nCMD ["nginx", "-g", "daemon off; env $X;"]',
        'FROM python:3.13\nRUN ["sed", "-i", "s/$X/$Y/", "f"]',
        'FROM python:3.13\nRUN ["find", "/srv", "-name", "*.pyc", "-delete"]',
        'FROM python:3.13\nCMD ["java", "-cp", "*:lib/*", "Main"]',
        'FROM python:3.13\nCMD ["java", "-Dlog=${HOME}/x", "-jar", "app.jar"]',
        'FROM python:3.13\nCMD ["uvicorn", "app:app", "--forwarded-allow-ips", "*"]',
        'FROM python:3.13\nRUN ["awk", "{print $1}", "f"]',
        'FROM python:3.13\nRUN ["expr", "1", "<", "2"]',
        'FROM python:3.13\nENTRYPOINT ["python", "app.py"]\nCMD ["--name a b"]',
        'FROM python:3.13\nCMD ["echo", "costs $$5"]',
        'FROM mcr.microsoft.com/windows/servercore:ltsc2025\nCMD ["C:\\\\Program Files\\\\x.exe"]',
        '=== my app\nx\n=== Dockerfile\nFROM python:3.13\nCOPY . /\nCMD ["/my app"]',
        "FROM python:3.13\nCMD gunicorn -b 0.0.0.0:$PORT app:app",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.dockerfile.stages:
            if stage.is_windows:
                continue
            for step in stage.steps:
                form = step.instruction
                if isinstance(form, Onbuild):
                    form = form.instruction
                if not isinstance(form, Run | Cmd | Entrypoint | Healthcheck) or step.is_trigger or not form.exec_form:
                    continue
                yield from self._form(build, stage, form, form.exec_form)

    def _form(self, build: Build, stage: Stage, form: ShellForm, words: tuple[Text, ...]) -> Findings:
        is_program = _is_start(build, stage, form)
        if _is_for_a_shell(words) or (isinstance(form, Cmd) and not is_program and _is_for_a_shell(_before(stage))):
            return
        if is_program and _is_whole_command(build, stage, words[0]):
            message = f"`{_short(words[0])}` is looked for as one program with blanks in its name"
            yield self.finding(words[0], message, help="give each word a string of its own", fix=_split(words))
            return
        is_argument = isinstance(form, Cmd) and not is_program
        whole = (*_before(stage), *words) if is_argument else words
        program = _program(whole)
        if is_script_by_name(program) or (is_argument and program not in PROGRAMS):
            return
        for index, word in enumerate(words):
            is_first = is_program and index == 0
            fault = _fault(program, word, is_first=is_first)
            if fault and not (index and words[index - 1] in _CODE):
                effect = f"no program is called `{_short(word)}`" if is_first else f"`{program}` gets it as it is"
                yield self.finding(word, f"{fault}: {effect}", help=_advice(whole))
        for word in _patterns(program, words, is_program=is_program):
            message = f"only a shell expands `{_short(word)}`: `{program}` gets the text as it is"
            yield self.finding(word, message, help=_advice(whole))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]} ..."


def _advice(words: tuple[str, ...]) -> str:
    array = as_json(["sh", "-c", "exec " + " ".join(words)])
    is_one = not any(word in _OPERATORS for word in words)
    return f"write `{array}`" if is_one and len(array) <= 90 else 'start a shell: `["sh", "-c", "..."]`'


def _before(stage: Stage) -> tuple[Text, ...]:
    """The words of the ENTRYPOINT that CMD follows."""
    return (stage.entrypoint.exec_form or ()) if stage.entrypoint is not None else ()


def _is_start(build: Build, stage: Stage, form: ShellForm) -> bool:
    """Whether the first word is a program's name; that of CMD may be an argument."""
    if not isinstance(form, Cmd):
        return True
    if stage.entrypoint is not None:
        return stage.entrypoint.exec_form == ()
    known = build.facts(stage)
    entrypoint = known.entrypoint if known is not None else None
    is_handed_on = bool(entrypoint) and "entrypoint" in str(entrypoint)
    # Systems and languages bring none of their own.
    is_none = not entrypoint and known is not None and known.official
    return is_none or is_handed_on


def _is_for_a_shell(words: tuple[Text, ...]) -> bool:
    """`sh -c`, `bash -lc`, `cmd /c`, wherever it stands; what follows is a script."""
    for index, word in enumerate(words):
        name = base_name(word).lower()
        if name in ("cmd", "cmd.exe", "powershell", "powershell.exe", "pwsh", "pwsh.exe") or "\\" in word:
            return True
        following = words[index + 1 :]
        if name in SHELLS and any(re.fullmatch(r"-[A-Za-z]*c", option) for option in following):
            return True
    return False


def _is_whole_command(build: Build, stage: Stage, word: Text) -> bool:
    first, _, rest = word.strip().partition(" ")
    if not rest or "\n" in word or first.startswith("#") or ("/" in rest.split()[0] and first.startswith("/")):
        return False
    return re.fullmatch(r"[\w./$@{}+-]+", first) is not None and build.read(stage, str(word)) is None


def _split(words: tuple[Text, ...]) -> Fix | None:
    """A string for each word of the only string, if these are plain words."""
    if len(words) > 1 or "\\" in words[0]:
        return None
    found = plain_words(read_script(words[0]))
    if found is None or found[0].value != words[0].split()[0]:
        return None
    return replace(words[0], as_json(word.value for word in found)[1:-1], "give each word its string", is_safe=False)


def _program(words: tuple[Text, ...]) -> str:
    """The program that gets the words, behind `tini --` and its like."""
    commands = command_of_words(words, shown=words[-1:])
    return commands[0].name if commands else ""


def _fault(program: str, word: Text, *, is_first: bool) -> str:
    """What a shell would have understood in a word."""
    if str(word) in _OPERATORS and not is_first:
        return "" if program in _COMPARE else f"`{word}` means nothing in exec form"
    if "$" not in word or "$$" in word or "\\$" in word:
        return ""
    variable = re.search(r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*(?::?[-+?=][^}]*)?\})", word)
    if (
        variable is None
        or (program in _EXPAND and not is_first)
        or (program == "java" and re.match(r"-.*=.*\$\{", word))
    ):
        return ""
    return f"`{variable[0]}` is not expanded in exec form"


def _patterns(program: str, words: tuple[Text, ...], *, is_program: bool) -> Iterator[Text]:
    """The words that name files by `*` or `~/`, where a program takes file names."""
    for index, word in enumerate(words):
        is_first = is_program and index == 0
        before = words[index - 1] if index else ""
        is_file = program in _FILE_TOOLS or before == "-jar" or base_name(before) in _RUN_FILES
        has_star = "*" in word and not word.startswith("-") and (program in _FILE_TOOLS or program == "java")
        is_pattern = word.startswith("~/") or has_star
        if is_pattern and (is_first or (index and is_file)):
            yield word
