"""Development servers and development mode."""

from __future__ import annotations

import re
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Add, Copy, Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.script import Command
from dockerlint.source import Span

from .effective import is_replaced, last_pairs, set_by_services
from .node import package_script


class _Server(NamedTuple):
    """A development server: the words that name it, what it is, and what to run instead."""

    title: str
    kind: str
    instead: str


_REBUILDS = "a development server that rebuilds on every change"
_RELOADS = "a reloader that watches files for changes"
_BUILD_FIRST = "build first, then serve the files"

# Scripts of package.json that start one by the habits of the tools.
DEVELOPMENT_SCRIPTS = frozenset({"dev", "develop", "start:dev", "serve:dev", "watch", "start-dev"})
_RELOADING = frozenset({"uvicorn", "gunicorn", "hypercorn"})
_PROGRAMS = {
    "air": _Server("air", _RELOADS, "build first, then run the binary"),
    "nodemon": _Server("nodemon", _RELOADS, "`node`"),
    "ts-node-dev": _Server("ts-node-dev", _RELOADS, "compile first, then run `node`"),
    "webpack-dev-server": _Server("webpack-dev-server", _REBUILDS, _BUILD_FIRST),
}
_VERBS: dict[str, dict[str, _Server]] = {
    "fastapi": {"dev": _Server("fastapi dev", _RELOADS, "`fastapi run`")},
    "hugo": {verb: _Server(f"hugo {verb}", _REBUILDS, _BUILD_FIRST) for verb in ("server", "serve")},
    "jekyll": {verb: _Server(f"jekyll {verb}", _REBUILDS, _BUILD_FIRST) for verb in ("serve", "s")},
    "mkdocs": {"serve": _Server("mkdocs serve", _REBUILDS, _BUILD_FIRST)},
    "ng": {"serve": _Server("ng serve", _REBUILDS, "`ng build`, then serve the files")},
    "webpack": {"serve": _Server("webpack serve", _REBUILDS, _BUILD_FIRST)},
    "react-scripts": {"start": _Server("react-scripts start", _REBUILDS, _BUILD_FIRST)},
    "gatsby": {"develop": _Server("gatsby develop", _REBUILDS, _BUILD_FIRST)},
    "vue-cli-service": {"serve": _Server("vue-cli-service serve", _REBUILDS, _BUILD_FIRST)},
    "next": {"dev": _Server("next dev", _REBUILDS, "`next build`, then `next start`")},
    "nuxt": {"dev": _Server("nuxt dev", _REBUILDS, "`nuxt build`, then run what it made")},
    "cargo": {"watch": _Server("cargo watch", _RELOADS, "build first, then run the binary")},
    "dotnet": {"watch": _Server("dotnet watch", _RELOADS, "publish first, then run the assembly")},
}
# What shows a folder that may be mounted when the container runs: no program of the image's own.
_SHOW_A_FOLDER = frozenset({"hugo", "jekyll", "mkdocs"})
_ENVIRONMENTS = ("NODE_ENV", "RAILS_ENV", "RACK_ENV", "APP_ENV", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT")


class DevelopmentMode(Rule[Build]):
    """The image that ships starts a development server, a reloader, or a program in development mode.

    Such a server handles one request at a time or watches files for changes, has no limits against slow or hostile
    clients, and says so itself in its first line of output. Under load it falls over; some of them run code that
    visitors send.

    Start a production server: `CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]`. Keep the development command in a
    Compose override file.

    https://docs.docker.com/guides/python/develop/
    """

    severity = Severity.WARNING
    bad = {
        'FROM python:3.13-slim\nCMD «["flask", "run", "--host=0.0.0.0"]»': None,
        "FROM python:3.13-slim\nCMD «python -m flask run»": None,
        'FROM python:3.13\nCMD «["python", "manage.py", "runserver", "0.0.0.0:8000"]»': None,
        'FROM python:3.13\nCMD ["uvicorn", "main:app", «"--reload"»]': None,
        'FROM node:24\nCMD «["npm", "run", "dev"]»': None,
        'FROM node:24\nCMD «["npm", "--prefix", "web", "run", "dev"]»': None,
        'FROM python:3.13\nCMD ["python", "-m", "uvicorn", "main:app", «"--reload"»]': None,
        'FROM python:3.13\nENTRYPOINT ["python", "manage.py"]\nCOPY . .\nCMD «["runserver"]»': None,
        'FROM python:3.13\nCMD «["poetry", "run", "flask", "run"]»': None,
        'FROM ruby:3.4\nCOPY . .\nCMD «["bundle", "exec", "jekyll", "serve"]»': None,
        'FROM node:24\nENV NODE_ENV=«development»\nCMD ["node", "server.js"]': None,
        'FROM node:24\nENTRYPOINT «["nodemon", "server.js"]»': None,
        '=== Dockerfile\nFROM python:3.13\nCOPY app.py .\nCMD «["python", "app.py"]»\n=== app.py\nfrom flask import Flask\n'
        "app = Flask(__name__)\nif __name__ == '__main__':\n    app.run(host='0.0.0.0')\n": None,
        '=== Dockerfile\nFROM node:24\nCOPY . .\nCMD «["npm", "start"]»\n'
        '=== package.json\n{"scripts": {"start": "NODE_ENV=x nodemon server.js"}}': None,
        'FROM php:8.4-cli\nCMD «["php", "-S", "0.0.0.0:80"]»': None,
    }
    good = (
        'FROM python:3.13-slim\nCMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]',
        'FROM python:3.13-slim\nCMD ["fastapi", "run", "main.py"]',
        'FROM node:24\nENV NODE_ENV=production\nCMD ["node", "server.js"]',
        'FROM node:24\nCMD ["npm", "run", "start:prod"]',
        '=== Dockerfile\nFROM node:24\nCOPY . .\nCMD ["npm", "start"]\n'
        '=== package.json\n{"scripts": {"start": "node server.js", "dev": "nodemon server.js"}}',
        'FROM jekyll/jekyll:4\nCMD ["jekyll", "serve"]',
        'FROM golang:1.26\nCOPY . .\nRUN go install .\nENTRYPOINT ["/go/bin/air"]',
        '=== Dockerfile.dev\nFROM python:3.13-slim\nCMD ["flask", "run"]',
        "FROM node:24 AS build\nENV NODE_ENV=development\nRUN npm run dev\nFROM nginx:1.31",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: gunicorn app:app\n"
        '=== Dockerfile\nFROM python:3.13-slim\nCMD ["flask", "run"]',
        "FROM python:3.13-slim\nCMD python manage.py migrate && gunicorn site.wsgi",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.runtime_stages:
            if build.is_development(stage):
                continue
            yield from self._environment(build, stage)
            if not is_replaced(build, stage):
                for command in build.start_commands(stage):
                    if (command.name not in _SHOW_A_FOLDER or _holds_a_program(stage)) and not _is_the_tools_own(stage):
                        yield from self._command(build, stage, command)
                yield from self._source(build, stage)

    def _environment(self, build: Build, stage: Stage) -> Findings:
        pairs = last_pairs(stage)
        for name in _ENVIRONMENTS:
            pair, value = pairs.get(name, (None, ""))
            is_development = value.lower() == "development" and not set_by_services(build, stage, name)
            if pair is not None and pair.value is not None and is_development:
                message = f"`{name}={value}` runs the program in development mode"
                help_ = f"leave {name} out, production is the default"
                if not name.startswith(("ASPNETCORE", "DOTNET")):
                    help_ = f"use `{name}=production`, or set it when the container starts"
                yield self.finding(pair.value, message, help=help_)

    def _source(self, build: Build, stage: Stage) -> Findings:
        """The program's own source may start the server: `python app.py`, which calls `app.run()`."""
        start = stage.cmd or stage.entrypoint
        for launch in build.launches:
            servers = [
                server for server in launch.program.servers() if server.is_development and server.where.is_certain
            ]
            if launch.stage is stage and servers and start is not None and launch.program.start.program == "python":
                place = servers[0].place
                title = servers[0].framework.capitalize()
                message = f"this starts {title}'s development server ({place.source.path} line {place.line})"
                yield self.finding(
                    start.rest, message, help=f"instead: {_PRODUCTION.get(title, 'a production server')}"
                )
                return

    def _command(self, build: Build, stage: Stage, command: Command) -> Findings:
        reload = next((word for word in command.arguments if word.value == "--reload"), None)
        words = [str(word.value) for word in command.arguments[:2]]
        server_name = words[1] if words[:1] == ["-m"] and len(words) > 1 else command.name
        if server_name in _RELOADING and reload is not None:
            message = f"`{server_name} --reload` restarts the server whenever a file changes"
            yield self.finding(reload.value, message, help="remove `--reload`")
            return
        server = _development_server(command) or _by_package_json(build, stage, command)
        if server is not None:
            message = f"`{server.title}` is {server.kind}"
            yield self.finding(_whole(command), message, help=f"instead: {server.instead}")


_PRODUCTION = {"Flask": "a WSGI server, such as `gunicorn app:app`", "Uvicorn": "uvicorn without `reload`"}


def _by_package_json(build: Build, stage: Stage, command: Command) -> _Server | None:
    """The development server behind `npm start` or `npm run X`, where package.json can be read."""
    script = package_script(build, stage, command)
    operands = [str(word.value) for word in command.operands]
    for inner in script.commands if script is not None else ():
        server = _development_server(inner)
        if server is not None:
            return server._replace(
                title=f"{command.name} {' '.join(operands[:2])}", kind=f"{server.title}, {server.kind}"
            )
    return None


def _whole(command: Command) -> Span:
    """The command as written; in exec form with its brackets."""
    text = command.text
    source = text.source.text
    start, end = text.start, text.end
    if source.startswith('"', start) and source[:start].rstrip(" \t").endswith("["):
        start = source.rfind("[", 0, start)
        end = source.find("]", end) + 1
    return Span(text.source, start, end)


def _is_the_tools_own(stage: Stage) -> bool:
    """Whether the image only wraps a tool: an ENTRYPOINT of one word, which takes what `docker run` adds."""
    entrypoint = stage.entrypoint
    return entrypoint is not None and stage.cmd is None and len(entrypoint.exec_form or ()) == 1


def _holds_a_program(stage: Stage) -> bool:
    """Whether something of the project's own is put into the image."""
    for link in stage.chain:
        for instruction in link.instructions:
            if isinstance(instruction, Copy | Add):
                return True
            if isinstance(instruction, Run) and any(command.name == "git" for command in instruction.commands):
                return True
    return False


def _development_server(command: Command) -> _Server | None:
    operands = [str(word.value) for word in command.operands]
    words = [str(word.value) for word in command.arguments]
    if command.name in _PROGRAMS:
        return _PROGRAMS[command.name]
    if operands and operands[0] in _VERBS.get(command.name, {}):
        return _VERBS[command.name][operands[0]]
    if command.name == "vite" and operands[:1] not in (["build"], ["preview"]):
        return _Server("vite", _REBUILDS, "`vite build`, then serve the files")
    if command.name in ("npm", "yarn", "pnpm", "bun"):
        return _package_script(command.name, operands)
    return _by_option(command.name, words, operands) or _python_server(command, words)


def _by_option(name: str, words: list[str], operands: list[str]) -> _Server | None:
    if name == "php" and (any(word.startswith("-S") for word in words) or operands[:2] == ["artisan", "serve"]):
        title = "php artisan serve" if "artisan" in operands else "php -S"
        return _Server(title, "PHP's development server: one request at a time, no limits", "php-fpm or Apache")
    if name == "node" and any(word.startswith("--watch") for word in words):
        return _Server("node --watch", _RELOADS, "`node` without `--watch`")
    return None


def _package_script(tool: str, operands: list[str]) -> _Server | None:
    script = operands[1] if operands[:1] in (["run"], ["run-script"]) and len(operands) > 1 else "".join(operands[:1])
    if script not in DEVELOPMENT_SCRIPTS:
        return None
    title = f"{tool} {' '.join(operands[:2])}" if operands[0] != script else f"{tool} {script}"
    return _Server(title, "the project's development server, by its name", "what the `build` and `start` scripts run")


def _python_server(command: Command, words: list[str]) -> _Server | None:
    is_python = re.fullmatch(r"python[\d.]*", command.name) is not None
    if (command.name == "flask" or (is_python and words[:2] == ["-m", "flask"])) and "run" in words:
        kind = "Flask's development server: one process, no limits"
        return _Server("flask run", kind, "a WSGI server, such as `gunicorn app:app`")
    programs = [str(word.value) for word in command.words[:1]] + words[:3]
    is_django = (
        any(word.endswith("manage.py") for word in programs) or command.name == "django-admin" or "django" in words[:2]
    )
    if is_django and "runserver" in words:
        kind = "Django's development server: one process, no limits"
        return _Server("manage.py runserver", kind, "a WSGI server, such as `gunicorn project.wsgi`")
    return None
