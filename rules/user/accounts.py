"""Users and what they are called: sudo, and the numbers of users."""

from __future__ import annotations

from dockerlint.knowledge.images import is_root
from dockerlint.lint.edits import inserted_after, is_editable, is_plain
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell.options import read_options
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word, base_name
from dockerlint.source import Span, Text


class Sudo(Rule[Layer]):
    """`sudo` is called in a build.

    A RUN is root already unless a USER says otherwise, so `sudo` only asks for a program that the image does not need, and
    drops environment variables and signals on the way. A user who may call it without a password is root for whoever takes
    the container over.

    Leave it out. Where the user is another, put `USER root` before the step and that user's `USER` after it.

    https://docs.docker.com/build/building/best-practices/#user
    """

    severity = Severity.WARNING
    aliases = (
        "DL3004", "CKV2_DOCKER_1", "DS-0010", "no-sudo-in-dockerfile", "run_using_sudo", "DF010", "DD021", "sudo_usage",
    )  # fmt: skip
    bad = {
        "FROM debian:trixie\nRUN «sudo» apt-get update && «sudo» -E apt-get install -y curl": (
            "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl"
        ),
        'FROM debian:trixie\nRUN [«"sudo"», "make"]': 'FROM debian:trixie\nRUN ["make"]',
        "FROM debian:trixie\nRUN echo a | «sudo» tee /etc/a": "FROM debian:trixie\nRUN echo a | tee /etc/a",
        "FROM debian:trixie\nRUN sh -c '«sudo» make'": None,
        "FROM debian:trixie\nRUN «sudo» A=b make": None,
        "FROM debian:trixie\nRUN «sudo» -u root make": None,
        "FROM acme/base:1\nRUN «sudo» make": None,
        "FROM debian:trixie\nUSER app\nRUN «sudo» make": None,
        "FROM debian:trixie\nONBUILD RUN «sudo» make": None,
    }
    good = (
        "FROM debian:trixie\nRUN apt-get install -y sudo && usermod -aG sudo app",
        "FROM debian:trixie\nRUN echo 'app ALL=(ALL) ALL' > /etc/sudoers.d/app && echo sudo make",
        "FROM debian:trixie\nRUN sudo -u postgres psql -c 'select 1'",
        "FROM debian:trixie\nRUN sudo -u $NAME make",
        'FROM debian:trixie\nCMD ["sudo", "sshd"]',
    )

    def check(self, layer: Layer) -> Findings:
        if "sudo" not in layer.script.text:
            return
        for command in layer.commands:
            index = _index_of_sudo(command)
            if index is None or _steps_sideways(layer, command, index):
                continue
            word = command.words[index].value
            what = f"sudo {command.name}" if command.name not in ("", "sudo") else "sudo"
            if _runs_as_root(layer) is True:
                message, advice = f"`{what}` runs as root already", "leave `sudo` out"
            else:
                message = f"`{what}` keeps sudo in the image; `USER root` before the step does without it"
                advice = "put `USER root` before the step, and the other user's `USER` after it"
            yield self.finding(word, message, help=advice, fix=_without_sudo(layer, command, index))


def _index_of_sudo(command: Command) -> int | None:
    count = len(command.wrappers) + (command.name == "sudo")
    return next((index for index in range(count) if base_name(command.words[index].value) == "sudo"), None)


def _steps_sideways(layer: Layer, command: Command, index: int) -> bool:
    """Whether sudo makes another user of who runs it, not root."""
    user = read_options("sudo", command.words[index + 1 :]).value("-u", "--user")
    if user is None:
        return False
    return not user.is_literal or (is_root(user.value) is not True and user.value != layer.before.user_name)


def _runs_as_root(layer: Layer) -> bool | None:
    """Whether a layer runs as root; None where nobody knows."""
    if layer.before.user is not None:
        return is_root(layer.before.user_name)
    facts = layer.build.facts(layer.stage)
    return is_root(facts.default_user) if facts is not None else None


def _without_sudo(layer: Layer, command: Command, index: int) -> Fix | None:
    """Sudo and its options left out, where those change nothing for root."""
    skipped = command.words[index : len(command.wrappers)]
    program = command.program
    if program is None or len(skipped) == 0 or layer.is_trigger or _runs_as_root(layer) is not True:
        return None
    if any(word.value not in ("-n", "-E", "-H") for word in skipped[1:]) or not is_editable(layer):
        return None
    if layer.run.exec_form is not None:
        is_whole = all(any(word.value is element for element in layer.run.exec_form) for word in (*skipped, program))
    else:
        is_whole = all(is_plain(command, word) for word in skipped) and _is_one_line(skipped[0], program)
    if not is_whole:
        return None
    source = program.value.source
    edit = Edit.replacing(Span(source, skipped[0].value.start, program.value.start), "")
    return Fix("leave `sudo` out (the command sees the build's environment then)", (edit,), is_safe=False)


def _is_one_line(first: Word, last: Word) -> bool:
    return "\n" not in first.value.source.text[first.value.start : last.value.start]


# Above this, /var/log/lastlog grows beyond what a layer should hold: each user has 292 bytes there.
_LARGE = 99_999


class LargeUid(Rule[Layer]):
    """`useradd` makes a user with a very large number, and writes it to its logs.

    /var/log/lastlog and /var/log/faillog have a place for every number up to that one. The files have holes, but a layer
    stores them in full: some hundred megabytes of zeros, and more with each digit.

    Add `--no-log-init`.

    https://docs.docker.com/build/building/best-practices/#user
    """

    severity = Severity.WARNING
    aliases = ("DL3046", "DF064")
    bad = {
        "FROM debian:bookworm\nRUN useradd -u «1000700001» app": (
            "FROM debian:bookworm\nRUN useradd --no-log-init -u 1000700001 app"
        ),
        "FROM debian:bookworm\nRUN useradd --uid=«100000» app && useradd -mu«200000» b": (
            "FROM debian:bookworm\nRUN useradd --no-log-init --uid=100000 app && useradd --no-log-init -mu200000 b"
        ),
        'FROM debian:bookworm\nRUN ["useradd", "--uid", «"123456"», "app"]': (
            'FROM debian:bookworm\nRUN ["useradd", "--no-log-init", "--uid", "123456", "app"]'
        ),
        "FROM debian:bookworm\nRUN bash -c 'useradd -u «1000700001» app'": None,
    }
    good = (
        "FROM debian:bookworm\nRUN useradd -lu 1000700001 app && useradd --no-log-init -u 1000700002 b",
        "FROM debian:bookworm\nRUN useradd -u 99999 app",
        "FROM debian:bookworm\nRUN adduser --uid 1000700001 app",
        "FROM debian:bookworm\nARG ID\nRUN useradd -u $ID app && useradd -u $(id -u) b",
        "FROM debian:bookworm AS build\nRUN useradd -u 1000700001 app\nFROM scratch\nCOPY --from=build /a /a",
        "FROM alpine:3.22\nRUN apk add shadow && useradd -u 1000700001 app",
    )

    def check(self, layer: Layer) -> Findings:
        if not layer.ships:
            return
        for command in layer.named("useradd"):
            number = command.options.value("-u", "--uid")
            if number is None or command.program is None or command.has_option("-l", "--no-log-init"):
                continue
            facts = layer.build.facts(layer.stage)
            has_logs = facts is None or facts.family not in ("alpine", "busybox")
            if has_logs and number.is_literal and number.value.isdecimal() and int(number.value[:20]) > _LARGE:
                message = f"uid {number.value} makes `useradd` write a huge /var/log/lastlog into the layer"
                advice = "add `--no-log-init`"
                fix = inserted_after(layer, command, command.program, "--no-log-init", advice, is_safe=True)
                yield self.finding(number.value, message, help=advice, fix=fix)


class UserNotNumeric(Rule[Build]):
    """The image's user is given by name.

    Kubernetes' `runAsNonRoot` can only compare numbers: it refuses to start the container, since a name may stand for root.

    Write the number that the user was made with: `USER 1000`.

    https://kubernetes.io/docs/concepts/security/pod-security-standards/
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL3066",)
    bad = {
        "FROM debian:trixie\nRUN useradd -u 1000 app\nUSER «app»": None,
        'FROM node:24\nUSER «node:node»\nCMD ["node", "a.js"]': None,
        'FROM debian:trixie AS base\nUSER «app»\nFROM base\nCMD ["a"]': None,
        "FROM debian:trixie\nARG NAME=app\nUSER «$NAME»": None,
    }
    good = (
        "FROM debian:trixie\nUSER 1000",
        "FROM debian:trixie\nUSER 1000:app",
        "FROM debian:trixie\nUSER app\nRUN make\nUSER 1000",
        "FROM debian:trixie\nARG NAME\nUSER $NAME",
        "FROM debian:trixie\nUSER root",
        "FROM debian:trixie AS build\nUSER app\nFROM scratch\nUSER 1000",
        "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nUSER ContainerUser",
    )

    def check(self, build: Build) -> Findings:
        seen: set[int] = set()
        for stage in build.targets:
            user, name = stage.state.user, (stage.state.user_name or "").partition(":")[0]
            if user is None or not name or stage.is_windows or user.start_line in seen:
                continue
            seen.add(user.start_line)
            if is_root(name) is False and not name.isdecimal():
                number = next((found for layer in build.layers_of(stage) for found in _numbers_of(layer, name)), None)
                known = f" (`USER {number}`, as made in line {number.line})" if number is not None else ""
                message = f"`USER {user.argument}`: write its number{known} so that `runAsNonRoot` can verify it"
                yield self.finding(user.argument, message)


def _numbers_of(layer: Layer, name: str) -> list[Text]:
    """The numbers that a layer gives the user of a name."""
    made = [
        command for command in layer.named("useradd", "adduser") if any(word.value == name for word in command.operands)
    ]
    numbers = [number.value for command in made if (number := command.options.value("-u", "--uid")) is not None]
    return [number for number in numbers if number.isdecimal()]
