"""What the program needs of its environment to behave in a container."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.dockerfile.copies import absolute_path
from dockerlint.dockerfile.instructions import Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.edits import line_above
from dockerlint.lint.rule import Findings, Fix, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.script import Command

from .effective import is_replaced, set_by_services
from .node import PACKAGE_TOOLS, manifest, script_name

# Modules that write their log without buffering, or end as soon as they have done their work.
_LOG_THEMSELVES = frozenset(
    {"gunicorn", "uvicorn", "hypercorn", "celery", "flask", "daphne", "granian", "waitress", "pip", "pytest", "unittest",
     "http.server", "SimpleHTTPServer", "jupyter", "notebook", "streamlit", "sanic", "quart", "venv", "rq", "dramatiq"}
)  # fmt: skip


class PythonUnbuffered(Rule[Build]):
    """A Python program runs with a buffered standard output.

    Without a terminal Python keeps what the program prints until some kilobytes have come together: `docker logs` shows
    it late, and what is in the buffer when the container is killed is lost, the last lines before a crash first of all.

    Set `ENV PYTHONUNBUFFERED=1`, or start Python with `-u`.

    https://docs.docker.com/engine/logging/
    """

    severity = Severity.INFO
    aliases = ("DD015", "DF032")
    bad = {
        'FROM python:3.13\nCMD [«"python"», "app.py"]': 'FROM python:3.13\nENV PYTHONUNBUFFERED=1\nCMD ["python", "app.py"]',
        "FROM python:3.13-slim\n# start\nCMD exec «python3» -m bot": (
            "FROM python:3.13-slim\nENV PYTHONUNBUFFERED=1\n# start\nCMD exec python3 -m bot"
        ),
        'FROM python:3.13\nENTRYPOINT [«"python"»]\nCMD ["app.py"]': (
            'FROM python:3.13\nENV PYTHONUNBUFFERED=1\nENTRYPOINT ["python"]\nCMD ["app.py"]'
        ),
        'FROM python:3.13\nENV PYTHONUNBUFFERED=\nCMD [«"python"», "app.py"]': (
            'FROM python:3.13\nENV PYTHONUNBUFFERED=\nENV PYTHONUNBUFFERED=1\nCMD ["python", "app.py"]'
        ),
        "=== start.sh\n#!/bin/sh\nexec «python» app.py\n=== Dockerfile\nFROM python:3.13\nCOPY start.sh /\n"
        'CMD ["/start.sh"]': "=== Dockerfile\nFROM python:3.13\nCOPY start.sh /\nENV PYTHONUNBUFFERED=1\n"
        'CMD ["/start.sh"]',
    }
    good = (
        'FROM python:3.13\nENV PYTHONUNBUFFERED=1\nCMD ["python", "app.py"]',
        'FROM python:3.13 AS base\nENV PYTHONUNBUFFERED=x\nFROM base\nCMD ["python", "app.py"]',
        'FROM python:3.13\nCMD ["python", "-u", "app.py"]',
        'FROM python:3.13\nCMD ["python", "-Bu", "-m", "bot"]',
        'FROM python:3.13\nCMD ["gunicorn", "app:app"]',
        'FROM python:3.13\nCMD ["python", "-m", "gunicorn", "app:app"]',
        'FROM python:3.13\nRUN pip install preview==1.2\nCMD ["python", "-m", "preview"]',
        'FROM acme/python:1\nCMD ["python", "app.py"]',
        'FROM python:3.13\nCMD ["python", "--version"]',
        'FROM python:3.13\nCMD ["python", "-c", "print(1)"]',
        "FROM python:3.13\nCMD PYTHONUNBUFFERED=1 python app.py",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      PYTHONUNBUFFERED: 1\n"
        '=== Dockerfile\nFROM python:3.13\nCMD ["python", "app.py"]',
        '=== Dockerfile\nFROM python:3.13\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\n'
        "import sys\nsys.stdout.reconfigure(line_buffering=True)\n",
        '=== Dockerfile\nFROM python:3.13\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\n'
        "import logging\nlogging.basicConfig()\nlogging.info('x')\n",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.runtime_stages:
            if is_replaced(build, stage) or not _may_buffer(build, stage):
                continue
            command = _python_program(build, stage)
            if command is None or command.program is None:
                continue
            message = f"what {_program_of(command)} prints reaches `docker logs` late or never"
            fix = _before_start(build, stage, "ENV PYTHONUNBUFFERED=1")
            yield self.finding(command.program.value, message, help="set `ENV PYTHONUNBUFFERED=1`", fix=fix)


def _may_buffer(build: Build, stage: Stage) -> bool:
    """Whether PYTHONUNBUFFERED surely is not set, or set to nothing."""
    name = "PYTHONUNBUFFERED"
    is_unset = stage.state.environment.get(name) == "" or build.is_unset(stage, name)
    return is_unset and not set_by_services(build, stage, name)


def _python_program(build: Build, stage: Stage) -> Command | None:
    """The command that starts a Python program of the project and stays in the foreground."""
    for command in build.start_commands(stage)[-1:]:
        is_python = re.fullmatch(r"python[\d.]*", command.name) is not None
        own = {str(one.name) for one in command.assignments}
        is_shown = not command.redirections
        if is_python and is_shown and "PYTHONUNBUFFERED" not in own and _prints(build, stage, command):
            return command
    return None


def _prints(build: Build, stage: Stage, command: Command) -> bool:
    options = command.options
    module = options.value("-m")
    if options.has("-u", "-c", "-V", "--version", "-h", "--help", "-i") or not (module or options.operands):
        return False
    if module is not None:
        package = str(module.value).partition(".")[0]
        is_known = package in _LOG_THEMSELVES or module.value in _LOG_THEMSELVES
        return not is_known and not _is_installed_by_name(stage, package)
    script = options.operands[0]
    if script.value.endswith("manage.py") or not script.is_literal:
        return False
    source = build.read(stage, absolute_path(str(script.value), stage.state.workdir))
    if source is None:
        return True
    return "print(" in source.text and not re.search(
        r"line_buffering|flush=True|PYTHONUNBUFFERED|unbuffered", source.text
    )


def _is_installed_by_name(stage: Stage, package: str) -> bool:
    """Whether it is somebody else's program, which pip fetches by its name."""
    runs = (one for link in stage.chain for one in link.instructions if isinstance(one, Run))
    commands = (command for run in runs for command in run.commands if command.name.startswith("pip"))
    return any(re.match(rf"{re.escape(package)}(?![\w.-])", word.value) for one in commands for word in one.operands)


def _program_of(command: Command) -> str:
    module = command.options.value("-m")
    name = module.value if module is not None else command.operands[0].value
    return f"`{name}`"


def _before_start(build: Build, stage: Stage, line: str) -> Fix | None:
    """A line before the first of the CMD and ENTRYPOINT at the end of a stage."""
    forms = [form for form in (stage.entrypoint, stage.cmd) if form is not None]
    own = [form for form in forms if any(form is step.instruction for step in stage.steps)]
    if not own or build.dockerfile.is_template:
        return None
    first = min(own, key=lambda form: form.start_line)
    message = f"add `{line}` (every program in the container then writes without a buffer)"
    return Fix(message, (line_above(first, line),), is_safe=False)


# Packages that behave otherwise, or slower, as long as nobody says that this is production.
_FRAMEWORKS = ("express", "next", "react", "koa", "fastify", "@nestjs/core")


class NodeEnv(Rule[Build]):
    """A Node.js server starts without NODE_ENV.

    Express and its like then run in development mode: error pages show stack traces, and views and styles are read again
    for each request, which makes them several times slower.

    Set `ENV NODE_ENV=production` in the final stage, behind the step that builds the program: before `npm ci` it would
    leave out the devDependencies that the build needs.

    https://docs.docker.com/guides/nodejs/containerize/
    """

    severity = Severity.INFO
    aliases = ("DD067",)
    bad = {
        '=== Dockerfile\nFROM node:24\nCOPY . .\nCMD [«"node"», "server.js"]\n'
        '=== package.json\n{"dependencies": {"express": "^5.0.0"}}': None,
        '=== Dockerfile\nFROM node:24\nCOPY . .\nCMD [«"npm"», "start"]\n'
        '=== package.json\n{"dependencies": {"@nestjs/core": "11"}, "scripts": {"start": "node dist/main"}}': None,
        "=== Dockerfile\nFROM node:24 AS build\nENV NODE_ENV=production\nCOPY . .\nFROM node:24-slim\nCOPY . .\n"
        'CMD exec «node» server.js\n=== package.json\n{"dependencies": {"koa": "2"}}': None,
    }
    good = (
        '=== Dockerfile\nFROM node:24\nCOPY . .\nENV NODE_ENV=production\nCMD ["node", "server.js"]\n'
        '=== package.json\n{"dependencies": {"express": "^5.0.0"}}',
        "=== Dockerfile\nFROM node:24\nCOPY . .\nCMD NODE_ENV=production node server.js\n"
        '=== package.json\n{"dependencies": {"express": "^5.0.0"}}',
        '=== Dockerfile\nFROM node:24\nCOPY . .\nCMD ["node", "server.js"]\n'
        '=== package.json\n{"dependencies": {"pg": "8"}, "devDependencies": {"express": "5"}}',
        'FROM node:24\nCMD ["node", "server.js"]',
        '=== Dockerfile\nFROM acme/node:1\nCOPY . .\nCMD ["node", "server.js"]\n'
        '=== package.json\n{"dependencies": {"express": "^5.0.0"}}',
        '=== Dockerfile\nFROM node:24\nCOPY . .\nCMD ["npm", "start"]\n'
        '=== package.json\n{"dependencies": {"express": "5"}, "scripts": {"start": "NODE_ENV=production node ."}}',
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      NODE_ENV: production\n"
        '=== Dockerfile\nFROM node:24\nCOPY . .\nCMD ["node", "server.js"]\n'
        '=== package.json\n{"dependencies": {"express": "^5.0.0"}}',
        '=== Dockerfile.dev\nFROM node:24\nCOPY . .\nCMD ["node", "server.js"]\n'
        '=== package.json\n{"dependencies": {"express": "^5.0.0"}}',
    )

    def check(self, build: Build) -> Findings:
        for stage in build.runtime_stages:
            if build.is_development(stage) or is_replaced(build, stage) or not build.is_unset(stage, "NODE_ENV"):
                continue
            command = next(_node_programs(build, stage), None)
            framework = _framework(build, stage) if command is not None else None
            if command is None or command.program is None or framework is None:
                continue
            if any(entry.name == "NODE_ENV" for service in build.services_of(stage) for entry in service.environment):
                continue
            message = f"{framework} runs in development mode unless NODE_ENV is production"
            yield self.finding(command.program.value, message, help="set `ENV NODE_ENV=production` in this stage")


def _node_programs(build: Build, stage: Stage) -> Iterator[Command]:
    for command in build.start_commands(stage)[-1:]:
        is_script = command.name in PACKAGE_TOOLS and script_name(command) in ("start", "serve", "start:prod")
        is_set = any(one.name == "NODE_ENV" for one in command.assignments)
        if (command.name == "node" and command.operands and not is_set) or (is_script and not is_set):
            yield command


def _framework(build: Build, stage: Stage) -> str | None:
    """A framework among the dependencies that reads NODE_ENV, if nothing in package.json sets it."""
    source = manifest(build, stage)
    if source is None or "NODE_ENV" in source.text:
        return None
    found = re.search(r'"dependencies"\s*:\s*\{([^}]*)\}', source.text)
    names = re.findall(r'"([^"]+)"\s*:', found[1]) if found is not None else []
    return next((name for name in _FRAMEWORKS if name in names), None)
