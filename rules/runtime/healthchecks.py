"""HEALTHCHECK: whether there is one, and whether it can fail."""

from __future__ import annotations

import re

from dockerlint.dockerfile.instructions import Healthcheck
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.edits import is_plain
from dockerlint.lint.finding import Finding
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.exec_form import BUILTINS
from dockerlint.shell.outcomes import always_succeeds
from dockerlint.shell.probes import forgives_errors, shortened
from dockerlint.shell.script import SHELLS, Command
from dockerlint.shell.words import base_name
from dockerlint.source import Span


class HealthcheckNeverFails(Rule[Healthcheck]):
    """The HEALTHCHECK succeeds whether the program answers well or not.

    Docker, Compose's `depends_on` and every orchestrator take the container for healthy while it answers each request
    with an error, so nothing restarts it and traffic still goes to it. `curl` without `-f` exits 0 on a 404 or 500
    answer; after `|| true`, `; exit 0` or a pipe into `cat` nothing of a failure is left.

    Let a failure reach the end: `HEALTHCHECK CMD curl -f http://localhost:8000/health || exit 1`.

    https://docs.docker.com/reference/dockerfile/#healthcheck
    """

    severity = Severity.WARNING
    bad = {
        "FROM nginx:1.31\nHEALTHCHECK CMD «curl» http://localhost/ || exit 1": (
            "FROM nginx:1.31\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1"
        ),
        'FROM nginx:1.31\nHEALTHCHECK CMD [«"curl"», "-s", "http://localhost/"]': (
            'FROM nginx:1.31\nHEALTHCHECK CMD ["curl", "-f", "-s", "http://localhost/"]'
        ),
        "FROM nginx:1.31\nHEALTHCHECK --interval=5s \\\n  CMD timeout 3 «curl» -sS localhost:80 > /dev/null": (
            "FROM nginx:1.31\nHEALTHCHECK --interval=5s \\\n  CMD timeout 3 curl -f -sS localhost:80 > /dev/null"
        ),
        'FROM nginx:1.31\nHEALTHCHECK CMD sh -c "«curl» http://localhost/"': None,
        "FROM nginx:1.31\nHEALTHCHECK CMD curl -f http://localhost/ || «true»": None,
        "FROM nginx:1.31\nHEALTHCHECK CMD curl -f http://localhost/ ; «exit 0»": None,
        "FROM nginx:1.31\nHEALTHCHECK CMD wget -qO- http://localhost/ | «cat»": None,
        "FROM nginx:1.31\nHEALTHCHECK CMD pg_isready && echo up || «echo down»": None,
        "FROM nginx:1.31\nHEALTHCHECK CMD «exit 0»": None,
        'FROM nginx:1.31\nHEALTHCHECK CMD [«"true"»]': None,
        "FROM nginx:1.31\nHEALTHCHECK CMD if wget -q localhost; then echo up; else «echo down»; fi": None,
    }
    good = (
        "FROM nginx:1.31\nHEALTHCHECK CMD curl -f http://localhost/",
        "FROM nginx:1.31\nHEALTHCHECK CMD curl -fsS http://localhost/ || exit 1",
        "FROM nginx:1.31\nHEALTHCHECK CMD curl --fail-with-body http://localhost/ > /dev/null",
        "FROM nginx:1.31\nHEALTHCHECK CMD curl -s http://localhost/health | grep ok",
        'FROM nginx:1.31\nHEALTHCHECK CMD test "$(curl -so /dev/null -w "%{http_code}" http://localhost/)" = 200',
        "FROM nginx:1.31\nHEALTHCHECK CMD curl -s http://localhost/ -o /tmp/x && grep ok /tmp/x",
        "FROM nginx:1.31\nHEALTHCHECK CMD wget -q --spider http://localhost/ || exit 1",
        "FROM nginx:1.31\nHEALTHCHECK CMD curl telnet://localhost:25",
        "FROM nginx:1.31\nHEALTHCHECK CMD curl $OPTIONS http://localhost/",
        "FROM nginx:1.31\nHEALTHCHECK CMD pg_isready || exit 1; exit 0",
        "FROM nginx:1.31\nHEALTHCHECK CMD if ! pg_isready; then exit 1; fi; echo up",
        "FROM nginx:1.31\nHEALTHCHECK NONE",
        "FROM nginx:1.31\nRUN curl http://localhost/ || true",
    )

    def check(self, healthcheck: Healthcheck) -> Findings:
        if healthcheck.kind != "CMD" or not healthcheck.commands:
            return
        swallowing = _swallowing(healthcheck)
        if swallowing is not None:
            yield self._always(healthcheck, swallowing)
            return
        for command in healthcheck.commands:
            program = command.program
            if program is not None and forgives_errors(command, healthcheck.commands):
                message = f"`{shortened(command)}` exits 0 on a 404 or 500 answer"
                yield self.finding(program.value, message, help="add `-f`", fix=_fix(healthcheck, command))

    def _always(self, healthcheck: Healthcheck, last: Command) -> Finding:
        if len(healthcheck.commands) == 1:
            message = f"`{shortened(last)}` succeeds always, so nothing is checked"
            return self.finding(last.text, message, help="ask the program something, or write `HEALTHCHECK NONE`")
        message = f"`{shortened(last)}` makes the check succeed whatever it finds"
        return self.finding(last.text, message, help="let the last command's failure be the status")


def _swallowing(healthcheck: Healthcheck) -> Command | None:
    """The command that makes the check succeed always."""
    script = healthcheck.script
    if healthcheck.exec_form is not None:
        if healthcheck.exec_form in (("true",), ("/bin/true",)):
            return healthcheck.commands[0]
        if len(script.inner) != 1:
            return None
        script = script.inner[0]
    return script.commands[-1] if always_succeeds(script) else None


def _fix(healthcheck: Healthcheck, command: Command) -> Fix | None:
    program = command.program
    if program is None or healthcheck.escape != "\\" or healthcheck.script.is_broken:
        return None
    place = program.value
    if healthcheck.exec_form is not None:
        is_element = any(place is word for word in healthcheck.exec_form)
        added = ', "-f"' if is_element else ""
    else:
        added = " -f" if is_plain(command, program) else ""
    if not added:
        return None
    edit = Edit.replacing(Span(place.source, place.end, place.end), added)
    return Fix("add `-f`, so that an error of the server fails the check", (edit,), is_safe=False)


class MissingHealthcheck(Rule[Build]):
    """The image says nothing of how to tell whether its program still works.

    A program that hangs, has lost its database or runs out of threads keeps its process, so Docker shows the container
    as up and sends it traffic; `depends_on: condition: service_healthy` has nothing to wait for.

    Add a check that fails when the program cannot do its work: `HEALTHCHECK CMD curl -f http://localhost:8000/health`.
    Say `HEALTHCHECK NONE` where nothing is to be checked. Kubernetes ignores it and brings probes of its own.

    https://docs.docker.com/reference/dockerfile/#healthcheck
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL3057", "CKV_DOCKER_2", "DS-0026", "healthcheck_instruction_missing", "DF012", "DD012")
    bad = {
        'FROM python:3.13\n«CMD» ["python", "app.py"]': None,
        'FROM python:3.13 AS build\nHEALTHCHECK CMD true\nFROM alpine:3.22\n«ENTRYPOINT» ["/app"]': None,
        'FROM python:3.13\n«ENTRYPOINT» ["python"]\nCMD ["app.py"]': None,
        "FROM «nginx:1.31»\nCOPY . /usr/share/nginx/html": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n"
        '=== Dockerfile\nFROM python:3.13\n«CMD» ["python", "app.py"]': None,
        "FROM debian:trixie\n«CMD» bash -c 'cd /srv; ./serve'": None,
    }
    good = (
        'FROM python:3.13\nHEALTHCHECK CMD ["python", "check.py"]\nCMD ["python", "app.py"]',
        'FROM python:3.13\nHEALTHCHECK NONE\nCMD ["python", "app.py"]',
        'FROM python:3.13 AS base\nHEALTHCHECK CMD ./check\nFROM base\nCMD ["python", "app.py"]',
        "FROM python:3.13\nCOPY . .",
        "FROM debian:trixie\nCMD bash",
        'FROM debian:trixie\nCMD ["bash", "--login"]',
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    healthcheck:\n      test: curl -f http://localhost/\n"
        '=== Dockerfile\nFROM python:3.13\nCMD ["python", "app.py"]',
    )

    def check(self, build: Build) -> Findings:
        for stage in build.runtime_stages:
            start = stage.entrypoint or stage.cmd
            known = build.facts(stage)
            if stage.state.healthcheck is not None or (known is not None and known.healthcheck):
                continue
            services = build.services_of(stage)
            if services and all(service.healthcheck is not None for service in services):
                continue
            message = f"nothing tells whether {_name(stage, build)} still works"
            place = start.keyword if start is not None else stage.from_.image
            yield self.finding(place, message, help="add a HEALTHCHECK that fails when it does not")


def _name(stage: Stage, build: Build) -> str:
    services = build.services_of(stage)
    if services:
        return f"`{services[0].name}`"
    names = [_program(command) for command in build.start_commands(stage) if command.name not in _BESIDES]
    if not names:
        starts = stage.entrypoint is not None or stage.cmd is not None
        return "the program" if starts or stage.root.base_name is None else f"`{stage.root.base_name}`"
    return f"`{next((name for name in names if name not in SHELLS), names[0])}`"


# What a start command does before and around its program.
_BESIDES = BUILTINS | frozenset(
    {"", "true", "sleep", "mkdir", "chown", "chmod", "cp", "mv", "rm", "ln", "touch", "service"}
)


def _program(command: Command) -> str:
    """The program's name; of an interpreter that of the script it reads."""
    is_interpreter = command.name in SHELLS or re.fullmatch(r"python[\d.]*|node|ruby|perl|php", command.name)
    operands = [str(word.value) for word in command.operands[:1]] if is_interpreter else []
    return next((base_name(one) for one in operands if re.fullmatch(r"[\w./-]*\w", one)), str(command.name))
