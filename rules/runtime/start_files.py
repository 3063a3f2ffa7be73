"""Files that the container is to start and that the image does not have."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dockerlint.application.started_files import Needed, needed_files
from dockerlint.context.files import Context
from dockerlint.dockerfile.copies import placed
from dockerlint.dockerfile.instructions import Copy
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.contents import Contents, contents
from dockerlint.project.payload.evidence import is_the_context
from dockerlint.project.writes import folder_after
from dockerlint.shell.certain import certain
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.script import Command
from dockerlint.source import Text

from .effective import is_replaced

# Names of modules that are a project's own: no package that people install is called so.
_OWN_MODULES = frozenset(
    {"api", "app", "application", "asgi", "backend", "bot", "core", "index", "main", "manage", "project", "run",
     "server", "service", "src", "web", "website", "worker", "wsgi"}
)  # fmt: skip


class StartFileMissing(Rule[Build]):
    """What the container is to start is not in the image.

    It ends at once: "no such file", "No module named app". The build says nothing, because it never looks at CMD and
    ENTRYPOINT. Mostly the source was copied to another folder, into another stage, or is kept back by `.dockerignore`.

    Copy the file to where the command looks for it: the WORKDIR for a relative path, the WORKDIR or a folder of
    PYTHONPATH for a Python module.

    https://docs.docker.com/reference/dockerfile/#cmd
    """

    severity = Severity.ERROR
    bad = {
        "=== Dockerfile\nFROM python:3.13-slim AS builder\nWORKDIR /app\nCOPY requirements.txt .\n"
        "RUN pip install --user -r requirements.txt\nFROM python:3.13-slim\nWORKDIR /app\n"
        "COPY --from=builder /root/.local /root/.local\nCOPY --from=builder /app .\n"
        'CMD ["gunicorn", "-b", "0.0.0.0:8000", «"app:app"»]\n=== requirements.txt\nflask\n=== app.py\napp = 1': None,
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY requirements.txt ./\nCMD ["python", «"app.py"»]\n'
        "=== requirements.txt\nflask\n=== app.py\nx = 1": None,
        "=== Dockerfile\nFROM node:24-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD node «dist/index.js»\n"
        '=== package.json\n{"scripts": {"build": "tsc"}}\n=== package-lock.json\n{}\n=== src/index.ts\nx': None,
        '=== Dockerfile\nFROM alpine:3.22\nCOPY start.sh /start.sh\nENTRYPOINT [«"/entrypoint.sh"»]\n'
        "=== start.sh\n#!/bin/sh": None,
        '=== Dockerfile\nFROM eclipse-temurin:21-jre\nCOPY app.jar /app/app.jar\nCMD ["java", "-jar", «"/app.jar"»]\n'
        "=== app.jar\nx": None,
        '=== Dockerfile\nFROM alpine:3.22\nCOPY . /srv\nCMD ["sh", «"run.sh"»]\n=== run.sh\nexec x': None,
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY src .\nCMD ["uvicorn", «"src.main:app"»]\n'
        "=== src/main.py\napp = 1": None,
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nCMD ["gunicorn", «"app:application"»]\n'
        "=== app.py\nimport flask\napp = flask.Flask(__name__)\n=== requirements.txt\nflask": None,
    }
    good = (
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nCMD ["gunicorn", "app:app"]\n=== app.py\napp = 1',
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\nx',
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY app app\nCMD ["uvicorn", "app.main:app"]\n'
        "=== app/main.py\napp = 1",
        "=== Dockerfile\nFROM python:3.13-slim\nENV PYTHONPATH=/srv\nWORKDIR /app\nCOPY app.py /srv/\n"
        'CMD ["gunicorn", "app:app"]\n=== app.py\napp = 1',
        "=== Dockerfile\nFROM node:24 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nFROM node:24-slim\n"
        'COPY --from=build /app/dist /app\nCMD ["node", "/app/index.js"]\n=== package.json\n{}\n=== package-lock.json\n{}',
        "=== Dockerfile\nFROM node:24-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD node dist/index.js\n"
        '=== package.json\n{"scripts": {"postinstall": "tsc"}}\n=== package-lock.json\n{}\n=== src/index.ts\nx',
        'FROM python:3.13-slim\nCOPY . /app\nCMD ["python", "/app/main.py"]',
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY a.py .\nCMD ["python", "-m", "http.server"]\n=== a.py\nx',
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . /src\nRUN pip install /src\nCMD ["uvicorn", "shop.api:app"]\n'
        "=== shop/api.py\napp = 1\n=== pyproject.toml\n[project]",
        '=== Dockerfile\nFROM acme/base:1\nCOPY a.py /app/\nCMD ["python", "/app/b.py"]\n=== a.py\nx',
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY a.py /app/\nRUN make\nCMD ["python", "/app/b.py"]\n=== a.py\nx',
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY a.py /app/\nVOLUME /data\nCMD ["python", "/data/b.py"]\n=== a.py\nx',
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY r.txt .\nCMD ["python", "app.py"]\n=== r.txt\nx\n'
        '=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: [".:/app"]',
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY r.txt .\nCMD ["python", "app.py"]\n=== r.txt\nx\n'
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: python -m http.server",
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nCMD ["gunicorn", "app:create_app()"]\n'
        "=== app/__init__.py\nfrom .factory import create_app\n=== app/factory.py\ndef create_app(): pass",
        '=== Dockerfile\nFROM postgres:17\nCOPY init.sql /x/\nENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["postgres"]\n'
        "=== init.sql\nx",
        '=== Dockerfile\nFROM alpine:3.22\nCOPY a /a\nCMD ["/bin/sleep", "5"]\n=== a\nx',
    )

    def check(self, build: Build) -> Findings:
        known = contents(build)
        if known is None or build.context is None or build.dockerfile.is_template:
            return
        seen: set[int] = set()
        for stage in build.targets:
            if is_replaced(build, stage) or not is_the_context(build):
                continue
            for missing in _missing(build, stage, known):
                if missing.place.start not in seen:
                    seen.add(missing.place.start)
                    why = _why(build.context, stage, missing.path)
                    yield self.finding(missing.place, f"`{missing.title}` {missing.loss}{why}")
            for place, message in _without_attribute(build, stage):
                if place.start not in seen:
                    seen.add(place.start)
                    yield self.finding(place, message)


class _Missing(NamedTuple):
    """A word that names what is not there. `path` is where it was expected."""

    place: Text
    title: str
    loss: str
    path: str


def _missing(build: Build, stage: Stage, known: Contents) -> Iterator[_Missing]:
    own = [command for command in build.start_commands(stage) if command.text.source is build.dockerfile.source]
    surely = certain(own)
    for index, command in enumerate(own):
        folder = folder_after(own[:index], known.workdir(stage, stage.state))
        needed = _needed(command, stage) if command in surely else None
        if needed is None or folder is None or not _is_own(build, stage, needed):
            continue
        paths = [posixpath.normpath(posixpath.join(folder, path)) for path in needed.paths]
        if any(_may_be_mounted(build, stage, path) for path in paths):
            continue
        if all(known.presence(stage, path).is_there is False for path in paths):
            yield _described(command, needed, paths)


def _needed(command: Command, stage: Stage) -> Needed | None:
    if command.program is None or not all(word.is_literal for word in command.words):
        return None
    words = [str(word.value) for word in (command.program, *command.arguments)]
    needed = needed_files(words, stage.state.environment.known())
    return None if needed is None or any(mark in needed.word for mark in "*?[{~$") else needed


def _described(command: Command, needed: Needed, paths: Sequence[str]) -> _Missing:
    place = next((word.value for word in command.words if word.value == needed.word), command.text)
    title = needed.word
    if command.program is not None and needed.word != command.program.value:
        title = f"{command.name} -jar {needed.word}" if command.name == "java" else f"{command.name} {needed.word}"
    if needed.module:
        path = next((path for path in paths if path.endswith(".py")), paths[0])
        return _Missing(place, title, f"finds no module `{needed.module}`", path)
    return _Missing(place, title, f"finds no {paths[0]}" if title != paths[0] else "is not in the image", paths[0])


def _is_own(build: Build, stage: Stage, needed: Needed) -> bool:
    """Whether what is started is surely no module of an installed package, nor the project installed as one."""
    if not needed.module:
        return True
    top = needed.module.partition(".")[0]
    context = build.context
    is_local = top in _OWN_MODULES or (context is not None and (context.exists(top) or context.exists(f"{top}.py")))
    actions = (action for layer in build.layers for action in layer.actions)
    return is_local and not any(_installs_project(action, context) for action in actions)


def _installs_project(action: PackageAction, context: Context | None) -> bool:
    """Whether an installation may put the project itself among the installed packages."""
    if action.family != "python":
        return False
    if action.local or action.options.has("-e", "--editable"):
        return True
    if action.manager in ("poetry", "uv", "pdm", "pipenv") and action.manifests:
        return not action.options.has("--no-root", "--no-install-project", "--no-self")
    return any(_names_a_project(str(file.value), context) for file in action.requirements)


def _names_a_project(file: str, context: Context | None) -> bool:
    source = context.read_text(posixpath.normpath(file.lstrip("/"))) if context is not None else None
    if source is None:
        return False
    return any(line.startswith(("-e", "--editable", ".", "file:")) for line in source.text.splitlines())


def _may_be_mounted(build: Build, stage: Stage, path: str) -> bool:
    """Whether Compose mounts something over a path, or nobody knows where."""
    for service in build.services_of(stage):
        for volume in service.volumes:
            target = posixpath.normpath(volume.target.text)
            if volume.unknown or path == target or path.startswith(target.rstrip("/") + "/"):
                return True
    return False


def _why(context: Context, stage: Stage, path: str) -> str:
    """Where the file got lost, as far as the context or a COPY from another stage tells."""
    for link in reversed(stage.chain):
        for step in reversed(link.steps):
            copy = step.instruction
            place = placed(copy, step.before) if isinstance(copy, Copy) and copy.origin is not None else None
            if place is not None and path.startswith(place.destination.rstrip("/") + "/"):
                return (
                    f": stage `{place.transfer.origin}`, from which line {place.transfer.start_line} copies, has none"
                )
    parts = path.strip("/").split("/")
    names = ("/".join(parts[start:]) for start in range(len(parts)))
    found = next((name for name in names if context.exists(name)), None)
    if found is None:
        return ": neither the build context nor a RUN brings it"
    if context.sends(found) is False:
        return f": {context.ignore_path.name if context.ignore_path else 'the ignore file'} keeps {found} back"
    return f": {found} of the build context is not copied to {posixpath.dirname(path)}"


def _without_attribute(build: Build, stage: Stage) -> Iterator[tuple[Text, str]]:
    """The words that name an application which its module does not have."""
    own = [command for command in build.start_commands(stage) if command.text.source is build.dockerfile.source]
    for launch in build.launches:
        program, start = launch.program, launch.program.start
        name = start.attribute.partition(".")[0]
        module = program.modules.get(program.path or "")
        if launch.stage is not stage or start.is_main or not name or module is None or module.has(name) is not False:
            continue
        is_package = (program.path or "").endswith("__init__.py")
        place = next((word.value for command in own for word in command.words if word.value == start.word), None)
        if place is not None and start.word and not is_package:
            file = posixpath.basename(program.path or "")
            yield place, f"`{start.program} {start.word}` finds no `{name}` in {file}: nothing there is called so"
