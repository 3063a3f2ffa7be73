"""Debuggers that are switched on in the image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import NamedTuple

from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity, replace
from dockerlint.project.build import Build
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Span, Text

from .effective import is_replaced, last_pairs, set_by_services

_TRUE = frozenset({"1", "true", "yes", "on", "t", "y"})

# Variables that switch a debugger on by themselves, and what reads them.
_SWITCHES = {
    "FLASK_DEBUG": "Flask runs in debug mode, with a Python console on its error pages",
    "DJANGO_DEBUG": "Django shows settings and source to every visitor who causes an error",
    "APP_DEBUG": "Laravel shows settings and source to every visitor who causes an error",
}
_OPTION_VARIABLES = ("NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "JAVA_OPTS", "CATALINA_OPTS", "JDK_JAVA_OPTIONS")


class _Switch(NamedTuple):
    place: Text
    message: str
    help: str
    fix: Fix | None
    is_certain: bool = True


class DebugMode(Rule[Build]):
    """A debugger or debug page is switched on in the image that ships.

    Flask's and Werkzeug's debugger runs whatever Python a visitor types, and a debugger port takes orders from everyone
    who reaches it: that is remote code execution by design. Debug pages show settings, source and secrets.

    Leave it out of the image; switch it on in a Compose override file for development.

    https://docs.docker.com/compose/how-tos/multiple-compose-files/merge/
    """

    severity = Severity.ERROR
    bad = {
        'FROM python:3.13-slim\nENV FLASK_DEBUG=«1»\nCMD ["gunicorn", "app:app"]': (
            'FROM python:3.13-slim\nENV FLASK_DEBUG=0\nCMD ["gunicorn", "app:app"]'
        ),
        'FROM python:3.13-slim\nENV FLASK_APP=app FLASK_DEBUG=«"True"»\nCMD ["flask", "run"]': (
            'FROM python:3.13-slim\nENV FLASK_APP=app FLASK_DEBUG="0"\nCMD ["flask", "run"]'
        ),
        'FROM python:3.13-slim\nENV FLASK_ENV «development»\nCMD ["flask", "run"]': None,
        'FROM python:3.13-slim\nCMD ["flask", "run", «"--debug"», "--host=0.0.0.0"]': (
            'FROM python:3.13-slim\nCMD ["flask", "run", "--host=0.0.0.0"]'
        ),
        "FROM python:3.13-slim\nCMD flask «--debug» run": "FROM python:3.13-slim\nCMD flask run",
        "FROM python:3.13\nCMD FLASK_DEBUG=«1» flask run": "FROM python:3.13\nCMD FLASK_DEBUG=0 flask run",
        'FROM node:24\nCMD ["node", «"--inspect=0.0.0.0:9229"», "server.js"]': None,
        'FROM eclipse-temurin:21\nENV JAVA_TOOL_OPTIONS=«"-agentlib:jdwp=transport=dt_socket,server=y,address=*:5005"»\n'
        'CMD ["java", "-jar", "/app.jar"]': None,
        'FROM python:3.13\nCMD ["python", "-m", "debugpy", "--listen", «"0.0.0.0:5678"», "app.py"]': None,
        '=== Dockerfile\nFROM python:3.13\nCOPY . .\nENV DEBUG=«True»\nCMD ["gunicorn", "site.wsgi"]\n'
        "=== requirements.txt\nDjango==5.2\ngunicorn\n": None,
    }
    good = (
        'FROM python:3.13-slim\nENV FLASK_DEBUG=0\nCMD ["flask", "run"]',
        'FROM python:3.13-slim\nENV FLASK_DEBUG=1\nENV FLASK_DEBUG=0\nCMD ["flask", "run"]',
        'FROM python:3.13-slim\nARG FLASK_DEBUG=1\nCMD ["flask", "run"]',
        'FROM node:24\nENV DEBUG=app:*\nCMD ["node", "server.js"]',
        'FROM node:24\nENV DEBUG=1\nCMD ["node", "server.js"]',
        'FROM node:24\nCMD ["node", "server.js", "--inspect=0.0.0.0:9229"]',
        'FROM python:3.13-slim AS dev\nENV FLASK_DEBUG=1\nCMD ["flask", "run"]',
        '=== dockerlint.toml\ndevelopment-images = ["play*"]\n'
        '=== Dockerfile\nFROM python:3.13-slim AS playground\nENV FLASK_DEBUG=1\nCMD ["flask", "run"]',
        'FROM node:24\nCMD ["node", "--inspect=127.0.0.1:9229", "server.js"]',
        'FROM python:3.13 AS build\nENV FLASK_DEBUG=1\nFROM nginx:1.31\nCMD ["nginx"]',
        '=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      FLASK_DEBUG: "0"\n'
        '=== Dockerfile\nFROM python:3.13-slim\nENV FLASK_DEBUG=1\nCMD ["flask", "run"]',
    )

    def check(self, build: Build) -> Findings:
        seen: set[tuple[int, int]] = set()
        for stage in build.runtime_stages:
            if build.is_development(stage):
                continue
            for switch in _switches(build, stage):
                place = (switch.place.start, switch.place.end)
                if place not in seen:
                    seen.add(place)
                    severity = None if switch.is_certain else Severity.WARNING
                    yield self.finding(
                        switch.place, switch.message, help=switch.help, fix=switch.fix, severity=severity
                    )


def _switches(build: Build, stage: Stage) -> Iterator[_Switch]:
    for name, (pair, value) in last_pairs(stage).items():
        if pair.value is not None and not set_by_services(build, stage, name):
            switch = _variable_switch(build, stage, name, pair.value, value)
            if switch is not None:
                yield switch
    if not is_replaced(build, stage):
        for command in build.start_commands(stage):
            yield from _inline_switches(command)
            yield from _command_switches(command)


def _inline_switches(command: Command) -> Iterator[_Switch]:
    """`FLASK_DEBUG=1 flask run`."""
    for assignment in command.assignments:
        value = assignment.value
        if assignment.name in _SWITCHES and value is not None and value.is_literal and value.value.lower() in _TRUE:
            message = f"`{assignment.name}={value.value}`: {_SWITCHES[assignment.name]}"
            yield _Switch(
                value.value, message, f"leave {assignment.name} out of the image", _off(value.value, value.value)
            )


def _variable_switch(build: Build, stage: Stage, name: str, written: Text, value: str) -> _Switch | None:
    advice = f"leave {name} out of the image and set it where you develop"
    if name in _SWITCHES and value.lower() in _TRUE:
        is_certain = name != "DJANGO_DEBUG"
        doubt = "" if is_certain else ", if the settings read it"
        message = f"`{name}={value}`: {_SWITCHES[name]}{doubt}"
        return _Switch(written, message, advice, _off(written, value), is_certain)
    if name == "FLASK_ENV" and value == "development":
        message = "`FLASK_ENV=development` switches on Flask's debugger (before Flask 2.3)"
        return _Switch(written, message, advice, None)
    if name == "DEBUG" and value.lower() in _TRUE and _is_django_or_flask(build, stage):
        message = f"`DEBUG={value}` shows debug pages to every visitor, if the settings read it"
        return _Switch(written, message, advice, None, is_certain=False)
    if name in _OPTION_VARIABLES and (address := _debugger_address(value)):
        message = f"{name} opens a debugger port on all addresses ({address})"
        return _Switch(written, message, advice, None)
    return None


def _off(written: Text, value: str) -> Fix | None:
    if not written.is_verbatim or value not in written:
        return None
    return replace(written, written.replace(value, "0"), "switch it off", is_safe=False)


def _is_django_or_flask(build: Build, stage: Stage) -> bool:
    if any(command.name == "flask" or _runs_manage_py(command) for command in build.start_commands(stage)):
        return True
    if build.context is None:
        return False
    names = ("requirements.txt", "pyproject.toml", "Pipfile")
    texts = [source.text for name in names if (source := build.context.read_text(name)) is not None]
    return any(re.search(r"^[\s\"']*(django|flask)\b", text, re.IGNORECASE | re.MULTILINE) for text in texts)


def _runs_manage_py(command: Command) -> bool:
    return any(word.value.endswith("manage.py") for word in (*command.words[:1], *command.arguments[:2]))


def _debugger_address(text: str) -> str | None:
    """Where a debugger listens, if everybody can reach it there."""
    node = re.search(r"--inspect(?:-brk|-wait)?=(0\.0\.0\.0[^\s\"']*|\[::\][^\s\"']*)", text)
    if node:
        return node.group(1)
    if "jdwp" in text and "server=n" not in text:
        java = re.search(r"address=((?:\*|0\.0\.0\.0):\d+)", text)
        return java.group(1) if java else None
    return None


def _command_switches(command: Command) -> Iterator[_Switch]:
    words = [str(word.value) for word in command.arguments]
    for index, word in enumerate(_options_of_program(command)):
        switch = _word_switch(command, words, index, word)
        if switch is not None:
            yield switch


def _options_of_program(command: Command) -> tuple[Word, ...]:
    """The arguments that the program itself reads: node leaves what follows the script to the script."""
    if command.name != "node":
        return command.arguments
    return tuple(takewhile(lambda word: word.value.startswith("-"), command.arguments))


def _word_switch(command: Command, words: list[str], index: int, word: Word) -> _Switch | None:
    text = words[index]
    advice = f"remove `{text}`; use it in a Compose override file for development"
    is_flask = command.name == "flask" or words[:2] == ["-m", "flask"]
    if is_flask and text in ("--debug", "--debugger") and "run" in words:
        return _Switch(
            word.value,
            f"`flask {text}` gives every visitor who causes an error a Python console",
            advice,
            _without(word.value),
        )
    if text == "--use-debugger":
        return _Switch(
            word.value, "`--use-debugger` gives every visitor who causes an error a Python console", advice, None
        )
    if address := _debugger_address(text):
        return _Switch(word.value, f"{command.name} opens a debugger port on all addresses ({address})", advice, None)
    is_listen = index > 0 and words[index - 1] == "--listen"
    if is_listen and "debugpy" in words and text.startswith(("0.0.0.0", "[::]")):  # noqa: S104
        return _Switch(word.value, f"debugpy takes orders from everyone who reaches {text}", advice, None)
    if command.name == "dlv" and re.fullmatch(r"--listen=(0\.0\.0\.0)?:\d+", text):
        return _Switch(
            word.value, f"Delve takes orders from everyone who reaches {text.partition('=')[2]}", advice, None
        )
    return None


def _without(word: Text) -> Fix:
    """Take a word out, with the comma and blank that follow or stand before it."""
    text = word.source.text
    start, end = word.start, word.end
    after = re.compile(r",?[ \t]*").match(text, end)
    if after and after.end() > end and text[after.end() : after.end() + 1] not in ("", "\n", "\r", "]", "\\"):
        end = after.end()
    else:
        start = len(text[:start].rstrip(" \t").removesuffix(","))
    span = Span(word.source, start, end)
    return Fix(f"remove `{word}`", (Edit.replacing(span, ""),), is_safe=False)
