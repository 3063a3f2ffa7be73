"""How ENTRYPOINT and CMD go together."""

from __future__ import annotations

from dockerlint.dockerfile.instructions import Cmd, Entrypoint
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.script import SHELLS
from dockerlint.shell.words import base_name
from dockerlint.shell.wrappers import WRAPPERS

# Programs that surely do not run the words that they are given.
PROGRAMS = frozenset(
    {"python", "python2", "python3", "node", "java", "ruby", "perl", "php", "php-fpm", "dotnet", "nginx", "httpd",
     "gunicorn", "uvicorn", "celery", "flask", "npm", "yarn", "pnpm", "redis-server", "mongod", "mysqld", "postgres",
     "memcached", "supervisord", "sshd", "git", "curl", "wget", "ansible-playbook", "terraform", "kubectl", "ffmpeg",
     "apache2ctl", "apachectl", "apache2-foreground", "haproxy", "varnishd", "cron", "crond", "tail", "cat", "echo"}
)  # fmt: skip
_RUN_THE_REST = frozenset({*WRAPPERS, "docker-init", "init", "my_init", "s6-svscan", "ssh-agent", "aws-vault", "su"})


class CmdConflictsWithEntrypoint(Rule[Build]):
    """CMD and ENTRYPOINT do not fit together.

    An ENTRYPOINT in exec form takes the words of CMD for its arguments, and one in shell form takes none. So a whole
    command in CMD, or one in shell form (`/bin/sh -c ...`), reaches the program as arguments that it does not
    understand; behind an ENTRYPOINT in shell form CMD is ignored, and so is what follows the image's name in
    `docker run`.

    Write both as JSON arrays, with the program in ENTRYPOINT and only its default arguments in CMD:
    `ENTRYPOINT ["python", "app.py"]` and `CMD ["--port", "8000"]`.

    https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact
    """

    severity = Severity.ERROR
    bad = {
        'FROM python:3.13\nENTRYPOINT python app.py\nCMD «["--port", "8000"]»': None,
        "FROM python:3.13\nCMD «-p 8000»\nENTRYPOINT python app.py": None,
        'FROM python:3.13 AS base\nENTRYPOINT exec serve\nFROM base\nCMD «["--port", "8000"]»': None,
        'FROM python:3.13\nENTRYPOINT ["python"]\nCMD «["python", "app.py"]»': None,
        'FROM python:3.13\nENTRYPOINT ["java", "-jar", "a.jar"]\nCMD «["java -jar a.jar"]»': None,
        'FROM python:3.13\nENTRYPOINT ["/usr/local/bin/python"]\nCMD «["python", "app.py"]»': None,
        'FROM python:3.13\nENTRYPOINT ["python", "app.py"]\nCMD «-p 8000»': None,
        'FROM acme/base:1\nENTRYPOINT ["/srv/app"]\nCMD «-p 8000»': None,
    }
    good = (
        'FROM python:3.13\nENTRYPOINT ["python", "app.py"]\nCMD ["--port", "8000"]',
        'FROM python:3.13\nENTRYPOINT exec python app.py "$0" "$@"\nCMD ["--port", "8000"]',
        'FROM python:3.13\nENTRYPOINT ["tini", "--"]\nCMD python app.py',
        'FROM python:3.13\nENTRYPOINT ["scl", "enable", "x", "--"]\nCMD ["scl", "enable", "x", "--", "bash"]',
        'FROM alpine:3.22\nENTRYPOINT ["/bin/adserve"]\nCMD ["--images=/adserve"]',
        'FROM python:3.13\nENTRYPOINT ["/bin/sh", "-c"]\nCMD ["/bin/sh run.sh"]',
        'FROM python:3.13\nENTRYPOINT ["docker-entrypoint.sh"]\nCMD python app.py',
        'FROM acme/base:1\nENTRYPOINT ["/srv/app"]\nCMD serve',
        'FROM python:3.13\nCMD ["python", "app.py"]',
        "FROM nginx:1.31\nCMD nginx -g 'daemon off;'",
        'FROM python:3.13 AS base\nCMD ["python", "app.py"]\nFROM base\nENTRYPOINT ["python"]',
        "FROM python:3.13\nENTRYPOINT python app.py\nCMD []",
        "FROM python:3.13\nENTRYPOINT []\nCMD python app.py",
    )

    def check(self, build: Build) -> Findings:
        seen: set[int] = set()
        for stage in build.runtime_stages:
            entrypoint, cmd = stage.entrypoint, stage.cmd
            if entrypoint is None or cmd is None or cmd.start_line in seen or not conflicts(stage):
                continue
            seen.add(cmd.start_line)
            if entrypoint.exec_form is None:
                message = (
                    f"{_shown(cmd)} is never used: the ENTRYPOINT in line {entrypoint.start_line} is in shell form"
                )
                help_ = "write the ENTRYPOINT as a JSON array"
            else:
                message = f"{_shown(cmd)} becomes arguments: the container runs `{_started(entrypoint, cmd)}`"
                help_ = "give CMD only the arguments of the ENTRYPOINT, as a JSON array"
            yield self.finding(cmd.rest, message, help=help_)


def conflicts(stage: Stage) -> bool:
    """Whether the CMD in force is lost on the ENTRYPOINT in force."""
    entrypoint, cmd = stage.entrypoint, stage.cmd
    if entrypoint is None or cmd is None or not (cmd.exec_form or cmd.exec_form is None) or not cmd.rest:
        return False
    if entrypoint.exec_form is None:
        return _ignores_arguments(entrypoint)
    return bool(entrypoint.exec_form) and _misreads(entrypoint.exec_form, cmd)


def _ignores_arguments(entrypoint: Entrypoint) -> bool:
    is_read = entrypoint.shell.is_posix and bool(entrypoint.rest) and not entrypoint.rest.startswith("[")
    return is_read and not any(name in entrypoint.rest for name in ("$@", "$*", "$0", "$1", "${@", "${1", "${*", "${0"))


def _misreads(words: tuple[str, ...], cmd: Cmd) -> bool:
    """Whether an ENTRYPOINT in exec form surely takes a whole command for arguments."""
    program = base_name(words[0])
    if (
        program in _RUN_THE_REST
        or "$" in program
        or words[-1] == "--"
        or any(base_name(word) in SHELLS and "-c" in words for word in words)
    ):
        return False
    if cmd.exec_form is None:
        is_program = program in PROGRAMS and not cmd.rest.startswith("[")
        return cmd.shell.is_posix and (cmd.rest.startswith("-") or is_program)
    is_script = program.endswith(".sh") or "entrypoint" in program
    first = base_name(cmd.exec_form[0].partition(" ")[0]) if not cmd.exec_form[0].startswith("-") else ""
    is_repeated = len(words) == 1 or " " in cmd.exec_form[0] or cmd.exec_form[: len(words)] == words
    return first == program and is_repeated and not is_script


def _shown(cmd: Cmd) -> str:
    text = " ".join(f"CMD {cmd.rest}".split())
    return f"`{text}`" if len(text) <= 60 else f"`{text[:56]} ...`"


def _started(entrypoint: Entrypoint, cmd: Cmd) -> str:
    words = [*(entrypoint.exec_form or ())]
    if cmd.exec_form is None:
        return " ".join([*words, "/bin/sh", "-c", "..."])
    text = " ".join([*words, *cmd.exec_form])
    return text if len(text) <= 60 else f"{text[:56]} ..."
