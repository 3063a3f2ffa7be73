"""Toolchains that stay in the final image though only the build needs them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge import tags
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.installed import may_be_removed
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import Package, PackageAction
from dockerlint.wording import in_a_row

from .applications import holds_application
from .sdk import shipped_toolchain
from .started import Started, names, started
from .toolchains import builder, is_light, kind_of

_MOST_NAMES = 3
# Programs that compile while they run.
_COMPILE_LATER = (
    "R",
    "Rscript",
    "crystal",
    "julia",
    "jupyter",
    "jupyter-lab",
    "jupyter-notebook",
    "jupyterhub",
    "nim",
    "notebook",
    "rserver",
    "stack",
    "swift",
)
_COMPILING_LIBRARIES = ("numba", "triton", "torch.compile", "cppyy", "pythran", "pystan", "cmdstanpy", "pyinstaller")
_RUN_COMPILERS = ("make", "gcc", "cc", "g++", "clang")
_APT = frozenset({"apt-get", "apt", "aptitude"})
_ONLY_DEBIAN = frozenset({"build-essential"})
# Official images that stand on buildpack-deps, or keep the compilers that extensions are built with.
_WITH_COMPILERS = frozenset(
    {"buildpack-deps", "elixir", "erlang", "gcc", "golang", "node", "perl", "php", "pypy", "python", "ruby", "rust"}
)
_IN_BUILDPACK = frozenset(
    {"autoconf", "automake", "build-essential", "cc", "g++", "gcc", "libc6-dev", "libc-dev", "make"}
)
# Tools that scripts call when the container starts, as often as while it is built.
_ALSO_RUN = frozenset({"go", "rust", "java"})


class _Tool(NamedTuple):
    package: Package
    kind: str


class _Install(NamedTuple):
    layer: Layer
    action: PackageAction
    tools: tuple[_Tool, ...]


class BuildToolsShipped(Rule[Build]):
    """A compiler or build system that only the build needs stays in the final image.

    It makes the image larger by some hundred megabytes, brings vulnerabilities that a scanner finds in every build, and
    lets whoever breaks into the container compile tools there.

    Build in a first stage and copy the result: `COPY --from=build /app /app`, or for Python
    `pip wheel --wheel-dir /wheels` there and `pip install --no-index --find-links=/wheels` here. Where one stage has to
    do, install, build and remove the tools in one RUN: `apk add --virtual .build ...`, `apk del .build`.

    https://docs.docker.com/build/building/multi-stage/
    """

    severity = Severity.WARNING
    aliases = ("DD063", "apkadd-missing-virtual")
    bad = {
        "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y «gcc» python3-dev\nCOPY . .\n"
        'RUN pip install -r requirements.txt\nCMD ["python", "app.py"]': None,
        "FROM python:3.13-alpine\nRUN apk add --no-cache --virtual .build «build-base» && pip install uwsgi\nCOPY . .\n"
        'CMD ["uwsgi"]': None,
        "FROM node:24-slim AS base\nRUN apt-get update && apt-get install -y python3 «g++» make\n"
        'FROM base\nCOPY . .\nRUN npm ci\nCMD ["node", "app.js"]': None,
        "FROM debian:13\nCOPY . /src\nRUN apt-get install -y «build-essential» cmake && cmake /src && make\n"
        'CMD ["/src/server"]': None,
        "FROM debian:13\nCOPY . /src\nRUN apt-get install -y «gcc» && make -C /src\nRUN apt-get install -y gcc python3-dev\n"
        'RUN pip install x\nCMD ["/src/server"]': None,
        "FROM alpine:3.22\nCOPY . /src\nRUN apk add «go» && cd /src && go build -o /app && rm -rf /src\nCMD /app": None,
        "FROM python:3-alpine\nRUN apk add --virtual .build «build-base»\nCOPY . .\nRUN pip install .\nRUN apk del .build\n"
        "CMD app": None,
        'FROM fedora:43\nCOPY . .\nRUN dnf install -y «@development-tools»\nRUN ./configure && make\nCMD ["./app"]': None,
    }
    good = (
        'FROM python:3.13\nRUN apt-get install -y gcc g++\nCOPY . .\nRUN pip install .\nCMD ["app"]',
        'FROM php:8.4-fpm\nCOPY . .\nRUN apt-get install -y build-essential && pecl install x\nCMD ["php-fpm"]',
        'FROM node:24-alpine\nCOPY . .\nRUN apk add build-base && npm ci\nCMD ["npm", "run", "dev"]',
        'FROM fedora:43\nCOPY . .\nRUN dnf install -y build-essential nodejs && npm ci\nCMD ["node", "a.js"]',
        "FROM jupyter/scipy-notebook\nCOPY . .\nRUN apt-get install -y gcc && pip install x",
        'FROM python:3.13 AS build\nRUN apt-get install -y gcc && pip wheel .\nFROM python:3.13-slim\nCOPY . .\nCMD ["a"]',
        "FROM alpine:3.22\nCOPY . .\nRUN apk add --virtual .build gcc && make && apk del .build\nCMD ./app",
        "FROM debian:13\nCOPY . .\nRUN apt-get install -y gcc && make && apt-get purge -y --auto-remove gcc\nCMD ./app",
        'FROM python:3.13-slim\nCOPY . .\nRUN apt-get install -y libpq-dev python3-dev && pip install .\nCMD ["app"]',
        'FROM debian:13\nCOPY . .\nRUN apt-get install -y make && make\nCMD ["make", "run"]',
        'FROM python:3.13\nCOPY . .\nRUN apt-get install -y gcc && pip install jupyter\nCMD ["jupyter", "notebook"]',
        "FROM golang:1.26\nCOPY . .\nRUN apt-get install -y make && make\nCMD /app",
        "FROM golang:1.26-alpine\nCOPY . .\nRUN apk add gcc musl-dev && go build -o /app\nCMD /app",
        "FROM debian:13\nCOPY vimrc entrypoint.sh /\nRUN apt-get install -y gcc && pip install conan\nCMD code-server",
        "FROM debian:13\nRUN apt-get install -y gcc make && make --version\nCMD bash -l",
        "FROM debian:13\nRUN apt-get install -y gcc\nCOPY app /app\nCMD /app",
        "FROM debian:13\nRUN apt-get install -y gcc nodejs && npm install -g gulp\nCOPY app /app\nCMD /app",
        "FROM alpine:3.22\nRUN apk add gcc php && pecl channel-update pecl.php.net\nCOPY . .\nCMD php app.php",
        "FROM debian:13\nCOPY . .\nRUN apt-get install -y gcc && make\nCMD /opt/swift/usr/bin/swift run -c release",
        "FROM nvidia/cuda:12.8.1-devel-ubuntu24.04\nCOPY . .\nRUN apt-get install -y gfortran && make\nCMD ./run",
        'FROM debian:13 AS dev\nRUN apt-get install -y gcc\nCOPY . .\nRUN make\nCMD ["./app"]',
        'FROM alpine:3.22\nRUN apk add go\nCOPY . .\nRUN go build\nCMD ["./entrypoint.sh"]',
        "=== requirements.txt\nnumba\n=== Dockerfile\nFROM python:3.13-slim\nRUN apt-get install -y gcc\nCOPY . .\n"
        'RUN pip install -r requirements.txt\nCMD ["python", "app.py"]',
    )

    def check(self, build: Build) -> Findings:
        reported: set[int] = set()
        for stage in build.runtime_stages:
            installs = list(_new(_installs(build, stage), _brought(build, stage)))
            if not installs or build.is_development(stage) or not holds_application(stage):
                continue
            run = started(build, stage)
            if _is_made_to_build(stage) or _compiles_later(build, stage, run):
                continue
            if shipped_toolchain(build, stage) is not None:
                continue
            for install in installs:
                install = _without_used(install, run)  # noqa: PLW2901
                place = install.action.command.text.start
                user = _user(build, stage, install)
                if user is not None and place not in reported:
                    reported.add(place)
                    message = _message(install, *user, _removed_later(install))
                    yield self.finding(install.tools[0].package.text, message, help=_ADVICE)


_ADVICE = "build in a first stage and copy the result"


def _installs(build: Build, stage: Stage) -> list[_Install]:
    """The installations of build tools that stay, where there is more among them than headers."""
    found: list[_Install] = []
    for layer in build.layers_of(stage):
        for action in layer.actions:
            if action.is_system_install and not action.is_dry_run:
                tools = tuple(_tools(layer, action))
                found += [_Install(layer, action, tools)] if tools else []
    return found


def _brought(build: Build, stage: Stage) -> frozenset[str]:
    """The build tools that the base image holds already."""
    known, base = build.facts(stage), stage.base
    if known is None or base is None or known.name not in _WITH_COMPILERS or known.family not in ("debian", "ubuntu"):
        return frozenset()
    words = tags.read(base.tag).words if base.tag and "$" not in base.tag else ()
    return _IN_BUILDPACK if known.name == "php" or "slim" not in words else frozenset()


def _new(installs: list[_Install], present: frozenset[str]) -> Iterator[_Install]:
    """The installations without what is there already by then."""
    names = set(present)
    for install in installs:
        tools = tuple(tool for tool in install.tools if tool.package.name not in names)
        names |= {tool.package.name for tool in tools}
        if tools:
            yield install._replace(tools=tools)


def _tools(layer: Layer, action: PackageAction) -> Iterator[_Tool]:
    for package in action.packages:
        kind = kind_of(package.name, is_group=package.is_group)
        if package.name in _ONLY_DEBIAN and action.manager not in _APT:
            continue
        if kind is not None and not package.is_removal and not may_be_removed(layer, action, package):
            yield _Tool(package, kind)


def _is_made_to_build(stage: Stage) -> bool:
    """Whether the base is the variant of an image that is there to compile with, as CUDA's `-devel`."""
    base = stage.base
    words = tags.read(base.tag).words if base is not None and base.tag and "$" not in base.tag else ()
    return "devel" in words


def _compiles_later(build: Build, stage: Stage, run: Started) -> bool:
    """Whether the program needs a compiler while it runs, or the container is there to develop in."""
    texts = (run.text, stage.root.base_name or "")
    if any(names(program, text) for program in _COMPILE_LATER for text in texts):
        return True
    if run.names("nodemon") or re.search(r"""\brun["', ]+(dev|watch)\b""", run.text):
        return True
    files = ("requirements.txt", "pyproject.toml", "Pipfile", "environment.yml")
    context = build.context
    sources = [context.read_text(name) for name in files] if context is not None else []
    written = [layer.run.rest for layer in build.layers] + [source.text for source in sources if source is not None]
    return any(library in text for library in _COMPILING_LIBRARIES for text in written)


def _without_used(install: _Install, run: Started) -> _Install:
    """Without what is also needed when the container runs, or may be."""
    kept = [
        tool
        for tool in install.tools
        if not run.names(str(tool.package.name)) and (run.is_complete or tool.kind not in _ALSO_RUN)
    ]
    if all(is_light(tool.kind, tool.package.name) for tool in kept) or any(run.names(name) for name in _RUN_COMPILERS):
        kept = []
    # Without a compiler, headers and small tools such as make weigh nothing.
    return install._replace(tools=tuple(sorted(kept, key=lambda tool: tool.kind == "headers")))


def _user(build: Build, stage: Stage, install: _Install) -> tuple[str, int] | None:
    """The first command behind an installation that builds with what it brings, and its line."""
    kinds = {tool.kind for tool in install.tools}
    if not kinds:
        return None
    layers: Sequence[Layer] = build.layers_of(stage)
    for layer in layers[layers.index(install.layer) :]:
        commands = layer.after(install.action.command) if layer is install.layer else layer.commands
        for command in commands:
            title = builder(layer, command, kinds)
            if title is not None:
                return title, command.text.line
    return None


def _removed_later(install: _Install) -> int | None:
    """The line of a later RUN that removes the tools, too late to keep them out of the image."""
    names = {str(tool.package.name) for tool in install.tools}
    virtual = install.action.options.value("-t", "--virtual")
    names |= {str(virtual.value)} if virtual is not None else set()
    for layer in install.layer.later:
        for action in layer.actions:
            if action.verb.name == "remove" and any(package.name in names for package in action.packages):
                return action.command.text.line
    return None


def _message(install: _Install, title: str, line: int, removed: int | None) -> str:
    names = [f"`{tool.package.name}`" for tool in install.tools]
    shown = names[:_MOST_NAMES]
    if len(names) > _MOST_NAMES:
        shown[-1] = f"{len(names) - _MOST_NAMES + 1} more"
    listed = in_a_row(shown)
    is_one = len(names) == 1
    if removed is not None:
        return f"removing {listed} in line {removed} is too late: {'it stays' if is_one else 'they stay'} in this layer"
    stay, them = ("stays", "it") if is_one else ("stay", "them")
    return f"{listed} {stay} in the image though only the build needs {them} (`{title}`, line {line})"
