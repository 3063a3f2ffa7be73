"""What a service starts, against what its image has: programs, users, an entrypoint of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.compose.commands import Command as Given
from dockerlint.compose.values import Value
from dockerlint.knowledge.commands import counterpart, install_line, lack
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container
from dockerlint.project.roster import Roster
from dockerlint.project.roster import at_end as at_end_of_roster
from dockerlint.project.starts import image_cmd, image_entrypoint
from dockerlint.project.tools import Tools, at_end
from dockerlint.shell.certain import asked_for, certain, programs
from dockerlint.shell.dialects import POSIX, SHELLS
from dockerlint.shell.script import Command, command_of_words, read_script
from dockerlint.shell.words import base_name
from dockerlint.source import Span, Text

# Where programs stand that are found by name.
_PROGRAM_FOLDERS = re.compile(r"/(?:usr(?:/local)?/)?s?bin(?:/|$)|/usr/?$|/nix|/opt")
# A mount there may bring any account.
_ACCOUNTS = ("/etc", "/etc/passwd", "/etc/group")
# Scripts that run their arguments.
_PASSES_ON = re.compile(r"(?:\.sh|entrypoint|tini|dumb-init|gosu|su-exec|env|s6|/init)$")


class MissingServiceProgram(Rule[Container]):
    """A service starts a program, or checks its health with one, that its image does not have.

    The container ends at once with "executable file not found", or it is called unhealthy for ever although the program
    runs well, and what waits for it never starts.

    Call what is there: `wget` of Alpine's busybox in place of `curl`, Python itself, the program's own check; or install
    it in the Dockerfile.

    https://docs.docker.com/reference/compose-file/services/#healthcheck
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: python:3.13-slim\n    healthcheck:\n"
        "      test: «curl» -f http://localhost:8000/\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: node:24-alpine\n    healthcheck:\n"
        "      test: ['CMD', «'curl'», '-f', 'http://localhost:3000/']\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: «bash» -c 'python app.py'\n"
        '=== Dockerfile\nFROM python:3.13-alpine\nCMD ["python", "app.py"]\n': None,
        "=== compose.yaml\nservices:\n  web:\n    image: gcr.io/distroless/static-debian12:nonroot\n    healthcheck:\n"
        "      test: «wget -qO- http://localhost/»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    healthcheck:\n      test: ['CMD-SHELL', '«curl» -f http://localhost/ || exit 1']\n"
        "=== Dockerfile\nFROM debian:trixie-slim\nRUN apt-get update && apt-get install -y nginx\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: python:3.13\n    healthcheck:\n"
        "      test: curl -f http://localhost:8000/\n",
        "=== compose.yaml\nservices:\n  web:\n    image: node:24-alpine\n    healthcheck:\n"
        "      test: ['CMD', 'wget', '-q', '--spider', 'http://localhost:3000/']\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    healthcheck:\n      test: curl -f http://localhost/\n"
        "=== Dockerfile\nFROM debian:trixie-slim\nRUN apt-get update && apt-get install -y curl\n",
        "=== compose.yaml\nservices:\n  web:\n    image: python:3.13-slim\n    healthcheck:\n"
        "      test: curl -f http://localhost:8000/ || python check.py\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    healthcheck:\n      test: curl -f http://localhost/\n",
        "=== compose.yaml\nservices:\n  web:\n    image: python:3.13-slim\n    volumes: ['./bin:/usr/local/bin']\n    healthcheck:\n"
        "      test: curl -f http://localhost:8000/\n",
        "=== compose.yaml\nservices:\n  web:\n    image: gcr.io/distroless/static-debian12:nonroot\n    command: ['/app', '-v']\n"
        "    volumes: ['./app:/app']\n",
    )

    def check(self, container: Container) -> Findings:
        service = container.service
        if any(_PROGRAM_FOLDERS.match(volume.target.text) for volume in service.volumes):
            return
        tools = _tools(container)
        if tools is None or not tools.knows_something:
            return
        seen: set[Span] = set()
        for what, place, name in _lacking(container, tools):
            if place.span not in seen:
                seen.add(place.span)
                message = f"{what} of `{service.name}` calls `{name}`, which `{container.reference}` does not have"
                yield self.finding(place, message, help=_advice(name, tools.family, what))


def _tools(container: Container) -> Tools | None:
    """What is known of the programs of a container."""
    if container.service.build is not None:
        if container.build is None or container.stage is None or container.build.dockerfile.has_foreign_frontend:
            return None
        return at_end(container.build, container.stage)
    return Tools(lack(container.reference)) if container.reference is not None else None


def _lacking(container: Container, tools: Tools) -> Iterator[tuple[str, Text, str]]:
    """The words that name what is not there: in which setting, at which place, and the bare name."""
    service = container.service
    check = service.healthcheck
    if check is not None and not check.disabled and check.words and not any(word.unknown for word in check.words):
        what = "the health check"
        if check.kind == "CMD-SHELL":
            script = check.words[0].text
            if tools.lacks("sh"):
                yield what, script, "sh"
            else:
                found = read_script(script, POSIX)
                names = asked_for(found)
                yield from ((what, *one) for one in _of(found.commands, tools) if one[1] not in names)
        elif check.kind == "CMD":
            yield from ((what, *one) for one in _of(command_of_words(tuple(w.text for w in check.words)), tools))
    yield from _of_start(container, tools)


def _of_start(container: Container, tools: Tools) -> Iterator[tuple[str, Text, str]]:
    """What the service starts by itself; an entrypoint of the image may make anything of its arguments."""
    service = container.service
    entrypoint = image_entrypoint(container)
    if service.entrypoint is not None and _is_known(service.entrypoint):
        yield from (("`entrypoint`", *one) for one in _of(_commands(service.entrypoint), tools))
    elif service.entrypoint is None and entrypoint == () and service.command is not None and _is_known(service.command):
        yield from (("`command`", *one) for one in _of(_commands(service.command), tools))


def _is_known(given: Given) -> bool:
    return not given.unknown and bool(given.words)


def _commands(given: Given) -> tuple[Command, ...]:
    return command_of_words(tuple(word.text for word in given.words or ()))


def _of(commands: tuple[Command, ...], tools: Tools) -> Iterator[tuple[Text, str]]:
    for command in certain(commands):
        for word in programs(command):
            name = base_name(word.value)
            if tools.lacks(name) and (tools.family != "none" or name in SHELLS or name in ("curl", "wget", "nc")):
                yield word.value, name


def _advice(name: str, family: str, what: str) -> str:
    if family == "none":
        return "this image has no shell and no tools: let the program itself do it, in exec form"
    if name == "curl" and family == "alpine":
        return "`wget -q --spider URL`, which Alpine has"
    if name in ("curl", "wget") and what == "the health check":
        return "ask with what is there, such as `python -c \"import urllib.request as u; u.urlopen('URL')\"`, or install it"
    other, install = counterpart(family, name), install_line(family, name)
    if other is not None:
        return f"use `{other}`"
    return (
        f"install it in the Dockerfile: `{install}`" if install is not None else f"start another program than `{name}`"
    )


class IgnoredServiceCommand(Rule[Container]):
    """A service's command, or its image's, does not do what it says: the entrypoint does not take it so.

    An ENTRYPOINT in shell form takes no words at all. One in exec form takes the words of `command` for its arguments,
    so a whole command there runs twice in one line. And an `entrypoint` of the service takes the CMD of the image away.

    Give `command` only arguments, or replace both: `entrypoint: []` with the whole command.

    https://docs.docker.com/reference/compose-file/services/#entrypoint
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: «python app.py --debug»\n"
        '=== Dockerfile\nFROM python:3.13\nENTRYPOINT ["python", "app.py"]\n': None,
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: [«--debug»]\n"
        "=== Dockerfile\nFROM python:3.13\nENTRYPOINT python app.py\n": None,
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    entrypoint: «/wait-for.sh db:5432 --»\n"
        '=== Dockerfile\nFROM python:3.13\nCMD ["python", "app.py"]\n': None,
    }
    good = (
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: --debug\n"
        '=== Dockerfile\nFROM python:3.13\nENTRYPOINT ["python", "app.py"]\n',
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: python app.py\n"
        '=== Dockerfile\nFROM python:3.13\nENTRYPOINT ["/entrypoint.sh"]\n',
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    entrypoint: /wait-for.sh db:5432 --\n    command: python app.py\n"
        '=== Dockerfile\nFROM python:3.13\nCMD ["python", "app.py"]\n',
        '=== compose.yaml\nservices:\n  api:\n    build: .\n    entrypoint: []\n=== Dockerfile\nFROM python:3.13\nCMD ["python", "app.py"]\n',
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    entrypoint: python worker.py\n"
        '=== Dockerfile\nFROM python:3.13\nCMD ["python", "app.py"]\n',
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: -v\n"
        '=== Dockerfile\nFROM python:3.13\nENTRYPOINT exec python app.py "$@"\n',
    )

    def check(self, container: Container) -> Findings:
        service, stage = container.service, container.stage
        given, own = service.command, service.entrypoint
        if own is not None and given is None and _is_known(own):
            cmd = image_cmd(container)
            last = str((own.words or ())[-1].text)
            if cmd and (last == "--" or _waits(own)):
                message = (
                    f"`entrypoint` of `{service.name}` takes the image's CMD away: it starts with nothing behind it"
                )
                yield self.finding(_place(own), message, help=f"give the command too: `command: {_joined(cmd)}`")
        if own is not None or given is None or stage is None or stage.entrypoint is None or not _is_known(given):
            return
        if stage.entrypoint.exec_form is None:
            if not any(mark in stage.entrypoint.rest for mark in ("$@", "$*", "$0", "$1", "${@", "${1")):
                message = (
                    f"`command` of `{service.name}` is dropped: the ENTRYPOINT in line {stage.entrypoint.start_line}"
                )
                yield self.finding(_place(given), f"{message} of the Dockerfile is in shell form")
            return
        words = tuple(map(str, stage.entrypoint.exec_form))
        if _repeats(words, given):
            whole = _joined((*words, *(str(word.text) for word in given.words or ())))
            message = f"`command` of `{service.name}` is appended to the ENTRYPOINT: it runs `{whole}`"
            yield self.finding(_place(given), message, help="give only the arguments")


def _waits(own: Given) -> bool:
    """Whether an entrypoint is a script that waits for something and then starts what follows."""
    first = str((own.words or ())[0].text)
    return re.search(r"wait[-_]?for|wait\.sh|dockerize$", first) is not None


def _repeats(words: tuple[str, ...], given: Given) -> bool:
    """Whether a command begins as the ENTRYPOINT does, which is a program of its own."""
    if not words or _PASSES_ON.search(words[0]) or words[-1] == "--" or base_name(words[0]) in SHELLS:
        return False
    own = [str(word.text) for word in given.words or ()]
    return len(own) >= len(words) and own[: len(words)] == list(words) and (len(words) > 1 or len(own) > 1)


def _place(given: Given) -> Text:
    words: tuple[Value, ...] = given.words or ()
    return given.text if given.text is not None else words[0].text


def _joined(words: tuple[str, ...]) -> str:
    text = " ".join(words)
    return text if len(text) <= 60 else f"{text[:56]} ..."


class UnknownServiceUser(Rule[Container]):
    """A service runs as a user or group that its image does not have.

    The engine looks names up in the image's /etc/passwd and /etc/group, and does not start the container: `unable to
    find user app: no matching entries in passwd file`.

    Create the user in the Dockerfile, or name a number: `user: "1000:1000"`.

    https://docs.docker.com/reference/compose-file/services/#user
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    user: «appuser»\n=== Dockerfile\nFROM python:3.13-slim\n"
        'CMD ["python", "app.py"]\n': None,
        "=== compose.yaml\nservices:\n  api:\n    image: alpine:3.22\n    user: «app:app»\n": None,
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    user: «app:staffs»\n=== Dockerfile\nFROM debian:trixie-slim\n"
        "RUN useradd -m app\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    user: appuser\n=== Dockerfile\nFROM python:3.13-slim\n"
        "RUN useradd -m appuser\n",
        "=== compose.yaml\nservices:\n  api:\n    image: node:24\n    user: node\n  b:\n    image: alpine:3.22\n    user: '1000:1000'\n",
        "=== compose.yaml\nservices:\n  api:\n    image: acme/x:1\n    user: app\n",
        "=== compose.yaml\nservices:\n  api:\n    image: alpine:3.22\n    user: app\n    volumes: ['/etc/passwd:/etc/passwd:ro']\n",
    )

    def check(self, container: Container) -> Findings:
        user = container.service.user
        if user is None or user.unknown or any(one.target.text in _ACCOUNTS for one in container.service.volumes):
            return
        name, _, group = str(user.text).partition(":")
        roster = _roster(container)
        if roster is None or roster.is_open:
            return
        lacking = name if roster.lacks_user(name) else group if roster.lacks_group(group) else ""
        if lacking:
            kind = "user" if lacking == name else "group"
            where = "no step of its Dockerfile creates it" if container.stage is not None else "its image has none"
            message = f"`{container.service.name}` runs as the {kind} `{lacking}`: {where}"
            yield self.finding(user.text, message)


def _roster(container: Container) -> Roster | None:
    """The accounts of a container's image."""
    if container.service.build is None:
        return Roster(container.facts)
    build, stage = container.build, container.stage
    if build is None or stage is None or build.dockerfile.has_foreign_frontend:
        return None
    return at_end_of_roster(stage, build.layers_of(stage), container.facts)
