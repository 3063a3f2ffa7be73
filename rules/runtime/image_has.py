"""Commands that the image is known to lack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Healthcheck, ShellForm
from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge.commands import counterpart, install_line
from dockerlint.knowledge.python_scripts import SCRIPTS
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.project.python_scripts import lists_without
from dockerlint.project.tools import Tools, at_end, at_start, steps
from dockerlint.shell.certain import asked_for, certain, programs
from dockerlint.shell.dialects import SHELLS
from dockerlint.shell.script import Command, Script
from dockerlint.shell.words import base_name
from dockerlint.source import Text


class CommandNotInImage(Rule[Build]):
    """A RUN starts a command that the image does not have at that point.

    The build ends there with "not found", exit code 127; where the script goes on regardless, the step silently does
    not do its work. The reason is mostly a base image of another distribution than the commands were written for, or a
    `-slim` or Alpine image that lacks what the full one has.

    Install the package first, use what the distribution has in its place (`apk` on Alpine, `adduser` for `useradd`),
    or build on an image that has the command. A command that the script looks for itself (`command -v`), or that
    stands in an `if` or before `||`, is not reported.

    https://docs.docker.com/reference/dockerfile/#run
    """

    severity = Severity.ERROR
    bad = {
        "FROM alpine:3.22\nRUN «useradd» -m app": None,
        "FROM alpine:3.22\nRUN «apt-get» update && apt-get install -y curl": None,
        "FROM python:3.13-slim\nRUN «curl» -fsSL https://example.com/install | sh": None,
        "FROM debian:trixie-slim AS build\nRUN apt-get update && apt-get install -y ca-certificates\n"
        "RUN «git» clone https://example.com/x.git\nFROM scratch\nCOPY --from=build /x /x": None,
        "FROM registry.access.redhat.com/ubi9/ubi-minimal:9.6\nRUN «yum» install -y nginx": None,
        'FROM alpine:3.22\nRUN [«"/bin/bash"», "-c", "echo $HOME"]': None,
        'FROM node:24-alpine\nSHELL [«"/bin/bash"», "-c"]\nRUN npm ci': None,
        "FROM scratch\nCOPY app /app\n«RUN» chmod +x /app": None,
        "FROM gcr.io/distroless/python3-debian12\nCOPY . /app\n«RUN» pip install -r /app/requirements.txt": None,
        "FROM ubuntu:24.04\nRUN VERSION=$(«curl» -s https://example.com/version) && echo $VERSION": None,
        "FROM ubuntu:24.04\nRUN «sudo» apt-get update": None,
        "FROM alpine:3.22 AS base\nRUN apk add --no-cache ca-certificates\nFROM base\nRUN «git» clone https://e.com/x": None,
    }
    good = (
        "FROM alpine:3.22\nRUN apk add --no-cache shadow && useradd -m app",
        "FROM alpine:3.22\nRUN wget -qO- https://example.com/x && adduser -D app",
        "FROM python:3.13\nRUN curl -fsSL https://example.com/install -o install",
        "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y curl && curl -fsSL https://example.com -o x",
        "FROM acme/base:1\nRUN apt-get update && curl -fsSL https://example.com -o x",
        "FROM alpine:3.22\nRUN if command -v apt-get; then apt-get update; else apk update; fi",
        "FROM alpine:3.22\nRUN curl -f https://example.com -o x || wget https://example.com -O x",
        "FROM alpine:3.22\nRUN which bash && bash -c true",
        "FROM alpine:3.22\nRUN git() { echo none; } && git clone",
        "FROM alpine:3.22\nCOPY rootfs /\nRUN bash -c true",
        "FROM alpine:3.22\nCOPY --from=build /usr/bin/bash /usr/bin/\nRUN bash -c true",
        "FROM alpine:3.22\nCOPY setup.sh /\nRUN sh /setup.sh && bash -c true",
        "FROM alpine:3.22\nARG PACKAGES\nRUN apk add $PACKAGES && bash -c true",
        "FROM alpine:3.22\nENV PACKAGES='bash git'\nRUN apk add $PACKAGES && bash -c 'git clone https://e.com/x'",
        "FROM debian:trixie-slim\nRUN apt-get update && apt-get install -y npm && git clone https://e.com/x",
        "FROM scratch\nADD rootfs.tar.xz /\nRUN echo ok",
        "FROM python:3.13-slim\nENV PATH=/opt/tools/bin:$PATH\nRUN curl https://example.com -o x",
        "FROM debian:trixie-slim\nRUN apt-get update && apt-get install -y debootstrap && debootstrap trixie /x\n"
        "RUN chroot /x curl https://example.com",
        "FROM alpine:3.22\nONBUILD RUN bash -c true",
        "FROM golang:1.26\nRUN git clone https://example.com/x.git",
        "FROM alpine:3.22\nRUN VERSION=$(git describe 2>/dev/null); echo $VERSION",
    )

    def check(self, build: Build) -> Findings:
        if build.dockerfile.is_template or build.dockerfile.is_foreign:
            return
        for stage in build.dockerfile.stages:
            yield from self._check_stage(build, stage)

    def _check_stage(self, build: Build, stage: Stage) -> Findings:
        tools = at_start(stage)
        if not any(tools.lacks(name) for name in _names(build, stage)):
            return
        own = {id(step) for step in stage.steps}
        seen: set[str] = set()
        for step, layer in steps(build, stage):
            if not tools.knows_something:
                return
            if layer is None or layer.script.is_broken:
                tools.take(step, layer)
                continue
            tools.take_mounts(layer.run)
            for place, name in _missing(layer, tools):
                if id(step) in own and name not in seen:
                    yield self.finding(place, _message(stage, name, tools.family), help=_advice(name, tools.family))
                seen.add(name)


def _names(build: Build, stage: Stage) -> set[str]:
    """The names of all programs that the RUNs of a stage's chain start, shells included."""
    names: set[str] = set()
    for layer in build.layers_of(stage):
        names.add(base_name(layer.before.shell[0]) if layer.before.shell else "sh")
        names.update(command.name for command in layer.commands)
        names.update(base_name(command.words[0].value) for command in layer.commands if command.wrappers)
    return names


def _missing(layer: Layer, tools: Tools) -> Iterator[tuple[Text, str]]:
    """The words of a RUN that name what is not there, with the bare names; takes in what the commands bring."""
    shell = _missing_shell(layer, tools)
    if shell is not None:
        yield shell
        return
    asked = asked_for(layer.script)
    sure = certain(layer.commands)
    for command in layer.commands:
        if command in sure:
            yield from ((word, name) for word, name in _lacking(command, tools) if name not in asked)
        tools.take_command(command, layer.action_of(command))


def _lacking(command: Command, tools: Tools) -> Iterator[tuple[Text, str]]:
    """The programs of a command that are not there. Nobody lists what stands on an image made from nothing."""
    for word in programs(command):
        name = base_name(word.value)
        if tools.lacks(name) and (tools.family != "none" or name in SHELLS or name in _TOOLS):
            yield word.value, name


_TOOLS = frozenset({"curl", "wget", "nc"})


def _missing_shell(layer: Layer, tools: Tools) -> tuple[Text, str] | None:
    """Where a RUN in shell form says which shell it needs, if that is not there."""
    if layer.run.exec_form is not None or not layer.run.rest or layer.is_trigger:
        return None
    shell = layer.before.shell
    if shell is None:
        return (layer.run.keyword, "sh") if tools.lacks("sh") else None
    name = base_name(shell[0])
    return (shell[0], name) if tools.lacks(name) else None


def _message(stage: Stage, name: str, family: str) -> str:
    image = f"`{stage.root.base_name}`"
    if name in SHELLS and family == "none":
        return f"{image} has no shell, so RUN in shell form cannot run on it"
    return f"{image} has no `{name}`, and nothing installs it before this line"


def _advice(name: str, family: str) -> str:
    if family == "none":
        return "do this in a builder stage on an image with a shell, and copy the result with `COPY --from`"
    if name == "sudo":
        return "leave `sudo` out: RUN runs as root unless USER says otherwise"
    other = counterpart(family, name)
    if other is not None:
        return f"use `{other}`"
    install = install_line(family, name)
    return f"install it first: `{install}`" if install is not None else f"this image needs another tool than `{name}`"


class StartCommandNotInImage(Rule[Build]):
    """The program that the container starts, or its HEALTHCHECK, is not in the image.

    The container ends at once with "executable file not found", or it is called unhealthy for ever although the
    program runs well. Images such as `python:3.13-slim` have no curl, Alpine has no bash, and `scratch` and distroless
    images have no shell, which every shell form needs.

    Install what is started, start what is there (`CMD ["/app"]` in place of `CMD /app`; a health check in the
    program's own language, or `wget` on Alpine), or take an image that has it.

    https://docs.docker.com/reference/dockerfile/#healthcheck
    """

    severity = Severity.ERROR
    bad = {
        "FROM python:3.13-slim\nCOPY app.py /\nHEALTHCHECK CMD «curl» -f http://localhost:8000/ || exit 1\n"
        'CMD ["python", "app.py"]': None,
        'FROM node:24-slim\nRUN npm install -g serve\nHEALTHCHECK CMD [«"wget"», "-qO-", "http://localhost"]\n'
        'CMD ["serve"]': None,
        'FROM alpine:3.22\nCOPY run.sh /\nCMD [«"bash"», "/run.sh"]': None,
        "FROM scratch\nCOPY app /app\n«CMD» /app": None,
        "FROM golang:1.26 AS build\nRUN go build -o /app .\nFROM gcr.io/distroless/static-debian12\n"
        "COPY --from=build /app /app\n«ENTRYPOINT» /app --port $PORT": None,
        'FROM node:24-alpine\nSHELL [«"/bin/bash"», "-c"]\nCMD node app.js': None,
        'FROM debian:trixie-slim\nCOPY server /usr/local/bin/server\nENTRYPOINT [«"tini"», "--", "server"]': None,
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD [«"gunicorn"», "app:app"]\n'
        "=== requirements.txt\nflask==3.1\nrequests\n": None,
        "=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD «uvicorn» app:app\n"
        "=== requirements.txt\nacme==1  # via -r requirements.in\n": None,
        '=== Dockerfile\nFROM alpine:3.22\nCOPY entrypoint.sh /\nENTRYPOINT ["/entrypoint.sh"]\n'
        '=== entrypoint.sh\n#!/bin/sh\n«curl» -f http://config/ > /etc/config\nexec "$@"': None,
    }
    good = (
        "FROM python:3.13\nHEALTHCHECK CMD curl -f http://localhost:8000/ || exit 1",
        "FROM python:3.13-slim\nRUN apt-get update && apt-get install -y curl\n"
        "HEALTHCHECK CMD curl -f http://localhost/",
        'FROM python:3.13-slim\nRUN pip install supervisor\nCMD ["supervisord", "-n"]',
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["gunicorn", "app:app"]\n'
        "=== requirements.txt\nflask\nGunicorn>=20\n",
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["gunicorn", "app:app"]\n'
        "=== requirements.txt\nflask\nacme-server\n",
        "=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt gunicorn\n"
        'CMD ["gunicorn", "app:app"]\n=== requirements.txt\nflask\n',
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["uvicorn", "app:app"]\n'
        "=== requirements.txt\nfastapi[standard]\n",
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install .\nCMD ["gunicorn", "app:app"]\n=== setup.py\n',
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["uvicorn", "app:app"]\n'
        "=== requirements.txt\n-r base.txt\n=== base.txt\nuvicorn\n",
        "=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install poetry && poetry install\n"
        'CMD ["poetry", "run", "gunicorn"]\n=== pyproject.toml\n\n=== poetry.lock\nname = "gunicorn"\n',
        "=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"
        'COPY --from=acme/venv:1 /opt/venv /opt/venv\nENV PATH=/opt/venv/bin:$PATH\nCMD ["gunicorn", "app:app"]\n'
        "=== requirements.txt\nflask\n",
        "FROM alpine:3.22\nHEALTHCHECK CMD wget -qO- http://localhost/ || exit 1",
        "FROM python:3.13-slim\nHEALTHCHECK CMD curl -f http://localhost/ || python check.py",
        "FROM acme/base:1\nHEALTHCHECK CMD curl -f http://localhost/",
        'FROM scratch\nCOPY app /app\nCMD ["/app"]',
        "FROM scratch\nCOPY --from=busybox:musl /bin /bin\nCMD sleep 5",
        'FROM alpine:3.22\nRUN apk add --no-cache bash\nCMD ["bash"]',
        'FROM alpine:3.22\nENTRYPOINT ["/usr/bin/env"]\nCMD ["curl=1"]',
        'FROM debian:trixie-slim\nCOPY tini /usr/bin/tini\nENTRYPOINT ["tini", "--"]\nCMD ["sleep", "1"]',
        'FROM alpine:3.22\nENTRYPOINT ["echo"]\nCMD ["curl"]',
        "FROM nginx:1.29\nHEALTHCHECK CMD curl -f http://localhost/",
        '=== Dockerfile\nFROM alpine:3.22\nCOPY entrypoint.sh /\nENTRYPOINT ["/entrypoint.sh"]\n'
        '=== entrypoint.sh\n#!/bin/sh\nif [ -n "$CONFIG" ]; then curl -f http://config/ > /etc/config; fi\nexec "$@"',
        "FROM python:3.13-slim AS test\nHEALTHCHECK CMD curl -f http://localhost/\nFROM python:3.13-slim\nHEALTHCHECK NONE",
    )

    def check(self, build: Build) -> Findings:
        if build.dockerfile.is_template or build.dockerfile.is_foreign:
            return
        seen: set[int] = set()
        for stage in build.targets:
            forms: list[ShellForm] = [form for form in _start_forms(stage) if form is not None]
            tools = at_end(build, stage) if _may_lack_some(build, stage, forms) else None
            if tools is not None and tools.knows_something:
                for missing in _missing_at_start(build, stage, tools, forms):
                    if missing.place.start not in seen:
                        seen.add(missing.place.start)
                        help_ = _start_advice(missing, tools.family)
                        yield self.finding(missing.place, _start_message(stage, missing), help=help_)


class _Missing(NamedTuple):
    """A word that names what a container needs at its start and does not have, and the instruction that needs it.

    `is_reader`: it is what reads the instruction's shell form. `lists`: the files that Python packages are installed
    from, none of which leads to it.
    """

    place: Text
    name: str
    form: ShellForm
    is_reader: bool = False
    lists: tuple[str, ...] = ()


def _start_forms(stage: Stage) -> tuple[ShellForm | None, ...]:
    return stage.entrypoint, stage.cmd, stage.state.healthcheck


def _may_lack_some(build: Build, stage: Stage, forms: list[ShellForm]) -> bool:
    """Whether the base image lacks something that is started, so that it is worth to look what is added to it."""
    tools = at_start(stage)
    if not tools.knows_something or build.context is not None:
        return tools.knows_something
    names = {base_name(word.value) for form in forms for command in form.commands for word in command.words}
    names.add(base_name(stage.state.shell[0]) if stage.state.shell else "sh")
    return any(tools.lacks(name) for name in names)


def _missing_at_start(build: Build, stage: Stage, tools: Tools, forms: list[ShellForm]) -> Iterator[_Missing]:
    for form in forms:
        reader = _missing_reader(stage, tools, form)
        if reader is not None:
            yield reader
        elif isinstance(form, Healthcheck):
            yield from _lacking_in(form.script, form.commands, tools, form)
    own = [command for command in build.start_commands(stage) if command.text.source is build.dockerfile.source]
    for command in certain(own):
        for place, name in _lacking(command, tools):
            yield _Missing(place, name, stage.entrypoint or stage.cmd or forms[0])
        for word in programs(command):
            lists = lists_without(build, stage, word.value) if not tools.may_have(word.value) else None
            if lists:
                yield _Missing(word.value, word.value, stage.entrypoint or stage.cmd or forms[0], lists=tuple(lists))
    for text in build.shell_texts if build.context is not None else ():
        if text.is_file and text.instruction in forms and not text.script.is_broken:
            yield from _lacking_in(text.script, text.script.commands, tools, text.instruction)


def _lacking_in(script: Script, commands: tuple[Command, ...], tools: Tools, form: ShellForm) -> Iterator[_Missing]:
    asked = asked_for(script)
    for command in certain(commands):
        found = _lacking(command, tools)
        yield from (_Missing(place, name, form) for place, name in found if name not in asked)


def _missing_reader(stage: Stage, tools: Tools, form: ShellForm) -> _Missing | None:
    """What reads a shell form, if it is not there: the shell of the last SHELL, or /bin/sh."""
    if form.exec_form is not None or not form.rest or (isinstance(form, Healthcheck) and form.kind != "CMD"):
        return None
    steps_of_chain = (step for link in stage.chain for step in link.steps)
    shell = next((step.before.shell for step in steps_of_chain if step.instruction is form), None)
    name = base_name(shell[0]) if shell else "sh"
    return _Missing(shell[0] if shell else form.keyword, name, form, is_reader=True) if tools.lacks(name) else None


def _start_message(stage: Stage, missing: _Missing) -> str:
    image, name = f"`{stage.root.base_name}`", missing.name
    if missing.lists:
        return f"the container starts `{name}`, which nothing installs: {' and '.join(missing.lists[:2])} does not lead to it"
    if missing.is_reader:
        return f"{missing.form.name} in shell form needs `{name}`, which {image} does not have"
    if isinstance(missing.form, Healthcheck):
        return f"HEALTHCHECK runs `{name}`, which {image} does not have: the container will always be unhealthy"
    return f"the container starts `{name}`, which {image} does not have"


def _start_advice(missing: _Missing, family: str) -> str:
    name = missing.name
    if missing.lists:
        return f"add {SCRIPTS[name]} to {missing.lists[0]}"
    if missing.is_reader and family == "none":
        return f'write the program and its arguments as a JSON array: `{missing.form.name} ["/program"]`'
    if isinstance(missing.form, Healthcheck) and name == "curl" and family == "alpine":
        return "use `wget -qO- URL`, which Alpine has, or install it: `apk add curl`"
    return _advice(name, family) if family != "none" else "copy the program into the image, or start another"
