"""What the container starts: nothing, or a script that stays in the way."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TypeGuard

from dockerlint.dockerfile.instructions import Add, Copy, Onbuild
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.dialects import POSIX, shell_of_shebang
from dockerlint.shell.script import Script, read_script
from dockerlint.shell.tree import Compound, Node, Pipeline, Simple, nodes
from dockerlint.shell.words import base_name
from dockerlint.source import Source, Span

from .effective import is_replaced

_PROMPTS = frozenset(
    {"sh", "bash", "ash", "zsh", "python", "python2", "python3", "node", "irb", "php", "jshell", "iex", "erl", "ghci",
     "julia", "R", "perl", "lua", "powershell", "pwsh"}
)  # fmt: skip
_PROGRAM_FILES = (".py", ".js", ".mjs", ".cjs", ".ts", ".jar", ".war", ".rb", ".php", ".pl", ".ex", ".R", ".jl", ".go")


class MissingStartCommand(Rule[Build]):
    """An application is copied into the image, but nothing says how it is started.

    A container of it starts the shell or interpreter of the base image, which finds no terminal and ends at once.

    Say what runs: `CMD ["python", "app.py"]`.

    https://docs.docker.com/reference/dockerfile/#cmd
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DF036",)
    bad = {
        "FROM «python:3.13»\nCOPY . .": None,
        "FROM golang:1.26 AS build\nCOPY . .\nRUN go build -o /app\nFROM «python:3.13-slim»\nCOPY app.py /": None,
        "FROM «node:24»\nWORKDIR /app\nCOPY package.json .\nRUN npm ci\nCOPY server.js .": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n=== Dockerfile\nFROM «ruby:3.4»\nCOPY src/ /app\n"
        "=== src/a.rb\n": None,
    }
    good = (
        'FROM python:3.13\nCOPY . .\nCMD ["python", "app.py"]',
        'FROM python:3.13 AS base\nCMD ["python", "app.py"]\nFROM base\nCOPY . .',
        "FROM nginx:1.31\nCOPY . /usr/share/nginx/html",
        "FROM acme/base:1\nCOPY . .",
        "FROM ghost:5\nCOPY . .",
        "FROM python:3.13\nRUN pip install ansible",
        "FROM python:3.13\nCOPY requirements.txt .",
        "FROM python:3.13\nONBUILD COPY . .\nCOPY . .",
        "FROM ruby:3.4\nCOPY src/ /opt/resource/",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: python app.py\n"
        "=== Dockerfile\nFROM python:3.13\nCOPY . .",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.targets:
            known = build.facts(stage)
            if stage.cmd is not None or stage.entrypoint is not None or known is None or not known.cmd:
                continue
            is_prompt = base_name(known.cmd[0]) in _PROMPTS and all(word.startswith("-") for word in known.cmd[1:])
            is_given = any(service.command or service.entrypoint for service in build.services_of(stage))
            if not is_prompt or is_given or not _brings_program(build, stage):
                continue
            message = f"the container starts `{' '.join(known.cmd)}`, the base image's CMD, and ends"
            yield self.finding(stage.from_.image, message, help="say what runs: `CMD [...]`")


def _brings_program(build: Build, stage: Stage) -> bool:
    """Whether an application of the project's own is copied into the image, and it is no base for others."""
    if any(isinstance(one, Onbuild) for link in stage.chain for one in link.instructions):
        return False
    copies = [one for link in stage.chain for one in link.instructions if isinstance(one, Copy | Add)]
    if any(copy.destination.startswith("/opt/resource") for copy in copies):  # Concourse starts the programs there
        return False
    sources = [source for copy in copies if not (isinstance(copy, Copy) and copy.origin) for source in copy.sources]
    return any(
        source in (".", "./", "*") or source.endswith(_PROGRAM_FILES) or _is_source(source) for source in sources
    )


def _is_source(source: str) -> bool:
    return posixpath.normpath(source).partition("/")[0] in ("src", "app")


class ScriptWithoutExec(Rule[Build]):
    """The start script runs its program as a child, so the shell stays process 1.

    The shell does not pass SIGTERM on: `docker stop` waits ten seconds and then kills the program, which loses what it
    was busy with.

    Let the program replace the shell: `exec gunicorn app:app`, or `exec "$@"` for what CMD says.

    https://docs.docker.com/build/building/best-practices/#entrypoint
    """

    severity = Severity.WARNING
    bad = {
        "=== start.sh\n#!/bin/sh\nset -e\npython manage.py migrate\n«gunicorn site.wsgi»\n"
        '=== Dockerfile\nFROM python:3.13\nCOPY start.sh /\nCMD ["/start.sh"]': (
            "=== start.sh\n#!/bin/sh\nset -e\npython manage.py migrate\nexec gunicorn site.wsgi"
        ),
        '=== entrypoint.sh\n#!/bin/bash\nchown app /data\n«"$@"»\n'
        '=== Dockerfile\nFROM python:3.13\nCOPY entrypoint.sh /\nENTRYPOINT ["/entrypoint.sh"]\nCMD ["serve"]': (
            '=== entrypoint.sh\n#!/bin/bash\nchown app /data\nexec "$@"'
        ),
        '=== run.sh\nif [ -n "$DEBUG" ]; then\n  exec flask run\nelse\n  «gunicorn app:app»\nfi\n'
        "=== Dockerfile\nFROM python:3.13\nCOPY run.sh /\nCMD exec sh /run.sh": None,
        "=== start.sh\n#!/bin/sh\nmigrate && «node server.js»\n"
        '=== Dockerfile\nFROM node:24\nCOPY start.sh /\nENTRYPOINT ["tini", "--", "/start.sh"]': None,
    }
    good = (
        "=== start.sh\n#!/bin/sh\nmigrate\nexec gunicorn site.wsgi\n"
        '=== Dockerfile\nFROM python:3.13\nCOPY start.sh /\nCMD ["/start.sh"]',
        "=== start.sh\n#!/bin/sh\ntrap 'kill $pid' TERM\nserve & pid=$!\nwait\n"
        '=== Dockerfile\nFROM python:3.13\nCOPY start.sh /\nCMD ["/start.sh"]',
        "=== start.sh\n#!/bin/sh\npython manage.py migrate\necho done\n"
        '=== Dockerfile\nFROM python:3.13\nCOPY start.sh /\nCMD ["/start.sh"]',
        "=== start.sh\n#!/bin/sh\nserve() { exec node server.js; }\nserve\n"
        '=== Dockerfile\nFROM node:24\nCOPY start.sh /\nCMD ["/start.sh"]',
        "=== start.py\n#!/usr/bin/env python\nserve()\n"
        '=== Dockerfile\nFROM python:3.13\nCOPY start.py /\nCMD ["/start.py"]',
        'FROM python:3.13\nCOPY start.sh /\nCMD ["/start.sh"]',
        "=== setup.sh\n#!/bin/sh\ngunicorn site.wsgi\n=== Dockerfile\nFROM python:3.13\nCOPY setup.sh /\nRUN /setup.sh",
    )

    def check(self, build: Build) -> Findings:
        seen: set[str] = set()
        for stage in build.runtime_stages:
            if is_replaced(build, stage):
                continue
            for source in _start_scripts(build, stage):
                if source.path in seen:
                    continue
                seen.add(source.path)
                command = _child(_script(source))
                if command is not None:
                    message = f"`{_title(command)}` runs as a child of the shell, which does not pass SIGTERM on"
                    yield self.finding(command.text, message, help="put `exec` before it", fix=_exec(source, command))


def _start_scripts(build: Build, stage: Stage) -> Iterator[Source]:
    """The shell scripts of the context that the container starts itself."""
    form = stage.entrypoint if stage.entrypoint is not None and stage.entrypoint.words else stage.cmd
    commands = form.commands if form is not None else ()
    if form is not None and (form.exec_form is not None or len(commands) == 1):
        for command in commands[:1]:
            source = build.script_of(stage, command)
            if source is not None:
                yield source


def _script(source: Source) -> Script:
    text = source.slice(0, len(source.text))
    return read_script(text, shell_of_shebang(text) or POSIX)


def _child(script: Script) -> Simple | None:
    """The program that a script ends with, if the shell stays above it."""
    if script.is_broken or any(command.name in ("trap", "wait") for command in script.commands):
        return None
    found = _last_program(script.statements[-1].pipeline) if script.statements else None
    functions = {str(one.words[0].value) for one in nodes(script.statements) if _is_function(one)}
    return found if found is not None and found.words[0].value not in functions else None


def _is_function(node: Node) -> TypeGuard[Compound]:
    return isinstance(node, Compound) and node.kind == "function" and bool(node.words)


def _last_program(pipeline: Pipeline) -> Simple | None:
    """The server that a pipeline of one command ends with, in the last branch of a condition too."""
    if len(pipeline.commands) != 1 or pipeline.negation is not None:
        return None
    last = pipeline.commands[0]
    if isinstance(last, Simple):
        return last if _is_server(last) else None
    is_followed = last.kind in ("if", "group") and last.clauses and last.clauses[-1].keyword in ("else", "{", "then")
    statements = last.clauses[-1].statements if is_followed else ()
    return _last_program(statements[-1].pipeline) if statements and statements[-1].connector != "&" else None


# Programs that go on until they are stopped.
_SERVERS = frozenset(
    {"gunicorn", "uvicorn", "hypercorn", "daphne", "celery", "flask", "uwsgi", "granian", "waitress-serve", "java", "node",
     "puma", "unicorn", "rails", "rackup", "sidekiq", "nginx", "httpd", "php-fpm", "apache2-foreground", "streamlit",
     "caddy", "haproxy", "redis-server", "mongod", "mysqld", "postgres", "memcached", "supervisord", "dotnet", "jupyter",
     "npm", "yarn", "pnpm", "pm2-runtime", "next", "serve", "http-server", "sshd", "crond", "dockerd", "fastapi"}
)  # fmt: skip


def _is_server(command: Simple) -> bool:
    """Whether it surely goes on: `"$@"`, a server by its name, `manage.py runserver`."""
    if not command.words or command.redirections:
        return False
    words = [str(word.value) for word in command.words]
    if words[0] in ("$@", "${@}"):
        return len(words) == 1
    name = base_name(words[0])
    if name in ("npm", "yarn", "pnpm"):
        return "start" in words[1:3] or "serve" in words[1:3]
    if re.fullmatch(r"python[\d.]*", name):
        return any(word in ("runserver", "http.server", "uvicorn", "gunicorn", "flask") for word in words)
    is_verb_needed = {"flask": "run", "rails": ("s", "server"), "celery": ("worker", "beat")}.get(name)
    if is_verb_needed is not None:
        return any(word in is_verb_needed for word in words[1:])
    return name in _SERVERS and not {"--version", "-version", "-v", "-t", "-V", "--help"} & set(words)


def _title(command: Simple) -> str:
    words = [str(word.value) for word in command.words]
    return f'"{words[0]}"' if words[0] == "$@" else base_name(words[0])


def _exec(source: Source, command: Simple) -> Fix | None:
    """`exec` before a command that stands on a line of its own, in no list."""
    statements = _script(source).statements
    is_listed = len(statements) > 1 and statements[-2].connector in ("&&", "||")
    if statements[-1].pipeline.commands != (command,) or is_listed or command.assignments:
        return None
    place = Span(source, command.text.start, command.text.start)
    return Fix("let the program replace the shell", (Edit.replacing(place, "exec "),), is_safe=False)
