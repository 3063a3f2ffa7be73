"""Login passwords that a build sets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Run
from dockerlint.knowledge.secrets import is_secret_name
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Text

from .exposures import Node, is_exposed, nodes
from .shell_text import fed_by, lines

_ADDS_USER = frozenset({"useradd", "usermod"})
_ASKS = frozenset({"passwd", "adduser", "smbpasswd"})


class _Password(NamedTuple):
    """A password at its place, and whose it is. One that should be a hash but is none works for nobody."""

    place: Text
    user: str
    is_unusable: bool = False

    @property
    def message(self) -> str:
        whose = f"`{self.user}`" if self.user else "a user"
        if self.is_unusable:
            return f"`-p` takes a hash: {whose} cannot log in with the password that is written here for all to read"
        if not self.place:
            return f"{whose} gets an empty password: anybody can log in"
        return f"{whose} gets a fixed password that is the same in every copy of the image"


class PasswordSetInRun(Rule[Build]):
    """A login gets a password that is written down in the file.

    Every copy of the image has the same password, and everybody who can read the file or the history of the image knows
    it. Where SSH or a console is open, anybody can log in with it.

    Leave the account without a password and log in with keys, or set a random one when the container starts. A build
    that must set one reads it from a mounted secret:
    `RUN --mount=type=secret,id=logins chpasswd < /run/secrets/logins`.

    https://docs.docker.com/build/building/secrets/
    """

    severity = Severity.WARNING
    aliases = ("CKV2_DOCKER_17",)
    bad = {
        "FROM debian:13\nRUN echo 'root:«Zk3nR8vQ2x»' | chpasswd": None,
        'FROM debian:13\nRUN useradd app \\\n    && echo "app:«changeme»" | chpasswd': None,
        "FROM fedora:43\nRUN chpasswd <<< 'app:«app»'": None,
        "FROM debian:13\nRUN chpasswd <<EOF\nroot:«hunter2»\napp:«hunter3»\nEOF": None,
        'FROM fedora:43\nRUN echo «"hunter2"» | passwd --stdin root': None,
        "FROM debian:13\nRUN printf '«hunter2»\\nhunter2\\n' | passwd app": None,
        "FROM debian:13\nRUN useradd -m -p «'$6$salt$hash'» app": None,
        "FROM debian:13\nRUN useradd -p «''» app": None,
        "FROM debian:13\nRUN useradd -p «plainword» app": None,
        "FROM debian:13\nRUN useradd -m -p \"$(openssl passwd -6 «hunter2»)\" app && usermod -p '!' root": None,
        'FROM debian:13\nENV NAME=app\nRUN echo "$NAME:«$NAME»" | chpasswd': None,
        "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN net user /add app «Passw0rd1»": None,
    }
    good = (
        "FROM debian:13\nRUN --mount=type=secret,id=logins chpasswd < /run/secrets/logins",
        'FROM debian:13\nARG ROOT_PASSWORD\nRUN echo "root:$ROOT_PASSWORD" | chpasswd',
        'FROM debian:13\nRUN echo "root:$(cat /run/secrets/pw)" | chpasswd',
        "FROM debian:13\nRUN useradd -p '$(cat /pw)' app",
        "FROM debian:13\nRUN passwd -l root && passwd -d app && which chpasswd",
        "FROM debian:13\nRUN useradd -p '*' app && usermod -p '!' root && echo 'app:*' | chpasswd -e",
        "FROM debian:13\nRUN useradd --create-home --password $HASH -G sudo app && adduser --disabled-password app",
        "FROM debian:13\nRUN echo 'root:x:0:0' && mkdir -p /app && useradd -r -s /bin/false app",
        "FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN net user app %PASSWORD% /add",
    )

    def check(self, build: Build) -> Findings:
        for node in nodes(build.dockerfile):
            if not isinstance(node.instruction, Run):
                continue
            seen: set[int] = set()
            for password in _passwords(node.instruction, node):
                if password.place.start not in seen and not is_exposed(build.dockerfile, password.place):
                    seen.add(password.place.start)
                    help_ = "leave it locked, or read it from a mounted secret"
                    yield self.finding(password.place, password.message, help=help_)


def _passwords(run: Run, node: Node) -> Iterator[_Password]:
    commands = run.commands
    for index, command in enumerate(commands):
        if command.name == "chpasswd":
            is_hashed = command.has_option("-e", "--encrypted")
            for word in fed_by(commands, index):
                yield from _logins(word.value, word.is_literal, node, is_hashed)
            for heredoc in run.heredocs if "<<" in {each.operator for each in command.redirections} else ():
                yield from _logins(heredoc.body, heredoc.opener.is_quoted, node, is_hashed)
        elif command.name in _ASKS:
            yield from _typed(commands, index)
        elif command.name in _ADDS_USER:
            yield from _given(commands, index)
    if not run.shell.is_posix:
        yield from _on_windows(run)


def _logins(text: Text, is_literal: bool, node: Node, is_hashed: bool) -> Iterator[_Password]:
    """The passwords of lines `user:password`."""
    for line in lines(text):
        user, colon, password = line.partition(":")
        if not colon or not user.strip():
            continue
        place = line.part(len(user) + 1, len(line)).trimmed()
        if is_hashed and place[:1] in ("!", "*"):
            continue
        if (is_literal and not _has_gap(place)) or _is_known(password, node):
            yield _Password(place, _shown(user.strip()))


def _has_gap(password: str) -> bool:
    """Whether something else is put in the place of a password: `%s`, `{{ password }}`."""
    return password.startswith(("%s", "{{", "<", "@@", "__"))


def _is_known(password: str, node: Node) -> bool:
    """Whether a password is literal, if need be through variables, of which no other finding speaks."""
    names = _variables().findall(password)
    rest = _variables().sub("", password)
    if any(mark in rest for mark in "$`") or _has_gap(rest):
        return False
    known = node.before.environment
    return all(known.get(name) and not is_secret_name(name) for name in names)


@cache
def _variables() -> re.Pattern[str]:
    return re.compile(r"\$(?:\{(?=\w+\}))?(\w+)\}?", re.ASCII)


def _shown(user: str) -> str:
    return user if re.fullmatch(r"[\w.-]+", user) else ""


def _typed(commands: Sequence[Command], index: int) -> Iterator[_Password]:
    """The password that is printed into a command that asks for one, which asks twice."""
    command = commands[index]
    for word in fed_by(commands, index):
        first = next(lines(word.value))
        if first and (word.is_literal or not any(mark in first for mark in "$`")) and not _has_gap(first):
            operands = [each.value for each in command.arguments if not each.value.startswith("-")]
            user = operands[-1] if operands else "root" if command.name == "passwd" else ""
            yield _Password(first, _shown(user))
        return


def _given(commands: Sequence[Command], index: int) -> Iterator[_Password]:
    """`useradd -p`, with the hash itself or what makes one."""
    command = commands[index]
    user = _shown(command.operands[-1].value) if command.operands else ""
    for value in command.options.values("-p", "--password"):
        if value.is_literal:
            if not value.value.startswith(("!", "*")) and "$(" not in value.value:
                is_hash = re.fullmatch(r"\$\w+\$.+|[./A-Za-z0-9]{13}", value.value) is not None
                yield _Password(value.value, user, is_unusable=bool(value.value) and not is_hash)
        else:
            for word in _hashed(commands, index, value):
                yield _Password(word.value, user)


def _hashed(commands: Sequence[Command], index: int, value: Word) -> Iterator[Word]:
    """The literal password that a substitution like `$(openssl passwd -1 password)` hashes."""
    for place in range(index + 1, len(commands)):
        command = commands[place]
        if command.text.start >= value.value.end:
            return
        is_hasher = command.name == "mkpasswd" or (command.name == "openssl" and _first(command) == "passwd")
        if is_hasher:
            operands = [word for word in command.arguments if not word.value.startswith("-")]
            words = list(fed_by(commands, place)) or operands[-1:]
            yield from (word for word in words if word.is_literal and word.value)


def _first(command: Command) -> str:
    return str(command.arguments[0].value) if command.arguments else ""


def _on_windows(run: Run) -> Iterator[_Password]:
    """`net user NAME PASSWORD /add`"""
    match = _net_user().search(run.rest)
    if match is not None and not any(mark in match["password"] for mark in "$%*"):
        yield _Password(run.rest.part(*match.span("password")), _shown(match["user"]))


@cache
def _net_user() -> re.Pattern[str]:
    return re.compile(r"(?i)\bnet(?:\.exe)?\s+user\s+(?:/add\s+)?(?P<user>[^\s/;&]+)\s+(?P<password>[^\s/;&]+)")
