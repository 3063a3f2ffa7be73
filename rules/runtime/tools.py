"""Start commands that build or resolve something first."""

from __future__ import annotations

from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word, base_name

from .development import DEVELOPMENT_SCRIPTS
from .effective import is_replaced
from .node import PACKAGE_TOOLS, package_script, script_name

_COMPILES = "compiles the program at each start"
_BUILDS = "builds the program at each start"
# The verbs by which a tool runs the program.
_VERBS: dict[str, frozenset[str]] = {
    "cargo": frozenset({"run"}),
    "dotnet": frozenset({"run"}),
    "go": frozenset({"run"}),
    "gradle": frozenset({"run", "bootRun"}),
    "mvn": frozenset({"spring-boot:run", "exec:java", "jetty:run", "tomcat7:run"}),
    "npm": frozenset({"start", "run", "run-script"}),
    "pnpm": frozenset({"start", "run"}),
    "sbt": frozenset({"run"}),
    "yarn": frozenset({"start", "run", "serve"}),
}
_WRAPPERS = {"gradlew": "gradle", "mvnw": "mvn"}
_EFFECTS = {"cargo": _COMPILES, "dotnet": _BUILDS, "go": _COMPILES, "gradle": _BUILDS, "mvn": _BUILDS, "sbt": _COMPILES}
_BINARY = "build in an earlier stage, and start the binary"
_JAR = 'build in an earlier stage, and start the result: `CMD ["java", "-jar", "app.jar"]`'
_INSTEAD = {
    "cargo": _BINARY, "go": _BINARY, "gradle": _JAR, "mvn": _JAR, "sbt": _JAR,
    "dotnet": 'publish in an earlier stage, and start the result: `CMD ["dotnet", "App.dll"]`',
    "npx": "install the package in the build, and start its program itself",
    "pipenv": "install into the image's own Python, or put the environment first in PATH",
    "poetry": "install into the image's own Python, or put the environment first in PATH",
}  # fmt: skip
_RUNNERS = frozenset({"npx", "pipenv", "poetry"})


class BuildToolAsCommand(Rule[Build]):
    """The container starts its program through a tool that builds or resolves something first.

    The tool stays above the program: each start is slow and may need the network, the memory of the tool is lost, and
    SIGTERM reaches the program late or never. The image carries the whole tool with it.

    Build in an earlier stage, and start the result itself: `CMD ["node", "server.js"]`, `CMD ["/app/server"]`.

    https://docs.docker.com/build/building/multi-stage/
    """

    severity = Severity.INFO
    bad = {
        'FROM node:24\nCMD [«"npm"», "start"]': None,
        "FROM node:24\nCMD «npm» run serve": None,
        "FROM golang:1.26\nCMD «go» run main.go": None,
        'FROM rust:1\nENTRYPOINT [«"cargo"», "run", "--release"]': None,
        'FROM maven:3\nCMD [«"./mvnw"», "-q", "spring-boot:run"]': None,
        'FROM python:3.13\nCMD [«"poetry"», "run", "gunicorn", "app:app"]': None,
        'FROM node:24\nCMD [«"npx"», "serve", "-s", "build"]': None,
        'FROM node:24\nENTRYPOINT ["tini", "--"]\nCMD [«"yarn"», "start"]': None,
        '=== Dockerfile\nFROM node:24\nCOPY . .\nCMD [«"npm"», "start"]\n'
        '=== package.json\n{"scripts": {"start": "node server.js"}}': None,
    }
    good = (
        'FROM node:24\nCMD ["node", "server.js"]',
        'FROM golang:1.26\nRUN go run gen.go\nCMD ["/app"]',
        'FROM node:24 AS dev\nCMD ["npm", "start"]',
        'FROM ruby:3\nCMD ["bundle", "exec", "puma"]',
        'FROM python:3.13\nCMD ["uv", "run", "--no-sync", "app.py"]',
        'FROM mcr.microsoft.com/dotnet/aspnet:9.0\nCMD ["dotnet", "App.dll"]',
        '=== Dockerfile\nFROM node:24\nCOPY . .\nCMD ["npm", "start"]\n'
        '=== package.json\n{"scripts": {"start": "node migrate.js && node server.js"}}',
        "FROM node:24\nCMD npm run build && node server.js",
        'FROM node:24\nCMD ["npm", "run", "dev"]',
    )

    def check(self, build: Build) -> Findings:
        seen: set[int] = set()
        for stage in build.runtime_stages:
            if build.is_development(stage) or is_replaced(build, stage):
                continue
            for command in build.start_commands(stage)[-1:]:
                word = _tool(command)
                if word is None or word.value.start in seen or _runs_several(build, stage, command):
                    continue
                seen.add(word.value.start)
                name = _WRAPPERS.get(base_name(word.value), base_name(word.value))
                instead = _INSTEAD.get(name, 'start what the script runs, such as `CMD ["node", "server.js"]`')
                effect = _EFFECTS.get(name, f"keeps {name} above the program")
                yield self.finding(word.value, f"`{_title(command, word)}` {effect}", help=instead)


def _tool(command: Command) -> Word | None:
    """The word that names the tool through which a command runs the program."""
    before = command.words[: len(command.words) - len(command.arguments) - 1]
    runner = next((word for word in before if base_name(word.value) in _RUNNERS), None)
    if runner is not None or command.program is None:
        return runner
    name = _WRAPPERS.get(command.name, command.name)
    verbs = _VERBS.get(name)
    operands = [str(word.value) for word in command.operands]
    counted = operands if name in ("gradle", "mvn", "sbt") else operands[:1]
    if verbs is None or verbs.isdisjoint(counted):
        return None
    is_development = name in PACKAGE_TOOLS and script_name(command) in DEVELOPMENT_SCRIPTS
    return None if is_development else command.program


def _title(command: Command, word: Word) -> str:
    if word is not command.program:
        return base_name(word.value) if word.value == "npx" else f"{base_name(word.value)} run"
    operands = [str(operand.value) for operand in command.operands[:2]]
    is_script = operands[:1] in (["run"], ["run-script"]) and command.name in PACKAGE_TOOLS
    return " ".join([command.name, *(operands if is_script else operands[:1])])


def _runs_several(build: Build, stage: Stage, command: Command) -> bool:
    script = package_script(build, stage, command)
    return script is not None and len(script.commands) != 1
