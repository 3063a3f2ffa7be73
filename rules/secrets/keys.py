"""Private keys that a build makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.packages import action_of
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Text

from .exposures import nodes
from .removal import is_kept, is_removed
from .shell_text import written_to

_HOST_KEYS = "/etc/ssh/ssh_host_rsa_key"


class KeyGeneratedInBuild(Rule[Build]):
    """The build makes a private key.

    Every container of the image has the same key, and everybody who can pull the image has it too, so it proves nothing
    and hides nothing.

    Make it when the container starts, in the entrypoint, if it is not there yet: `ssh-keygen -A` makes only the host keys
    that are missing, once `RUN rm -f /etc/ssh/ssh_host_*` follows the installation of the server.

    https://docs.docker.com/build/building/secrets/
    """

    severity = Severity.WARNING
    bad = {
        "FROM alpine:3.22\nRUN apk add --no-cache openssh && «ssh-keygen -A»": None,
        "FROM nginx:1.29\nRUN «openssl req -x509 -nodes -newkey rsa:2048 -subj /CN=a -keyout /etc/ssl/a.key -out /etc/ssl/a.crt»": None,
        "FROM debian:13\nRUN mkdir /keys \\\n    && «openssl genrsa -out /keys/jwt.pem 4096» && rm -rf /var/cache": None,
        "FROM eclipse-temurin:21\nRUN «keytool -genkeypair -alias a -keystore /a.jks -dname CN=a»": None,
        'FROM debian:13\nRUN apt-get update && apt-get install -y «openssh-server»\nCMD ["/usr/sbin/sshd", "-D"]': None,
        "FROM debian:13\nRUN «gpg --batch --quick-generate-key app»\nRUN «ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id»": None,
    }
    good = (
        "FROM alpine:3.22\nRUN apk add --no-cache openssh\nENTRYPOINT ssh-keygen -A && exec /usr/sbin/sshd -D",
        "FROM debian:13\nRUN openssl genrsa -out /tmp/k.pem 2048 && ./configure && rm /tmp/k.pem",
        "FROM debian:13\nRUN openssl req -x509 -newkey rsa:2048 -keyout /dev/null -out /tmp/ca.pem -subj /CN=a",
        "FROM debian:13\nRUN ssh-keygen -R github.com && ssh-keygen -l -f /etc/known && ssh-keygen -y -f k > k.pub",
        "FROM debian:13 AS test\nRUN openssl genrsa -out /k.pem\nFROM debian:13\nRUN true",
        'FROM debian:13\nRUN apt-get install -y openssh-server && rm -f /etc/ssh/ssh_host_*\nCMD ["/usr/sbin/sshd", "-D"]',
        'FROM debian:13\nRUN apt-get install -y openssh-server\nCMD ["sleep", "1"]',
        "FROM alpine:3.22\nRUN openssl dhparam -out /dh.pem 2048",
        "FROM alpine:3.22\nRUN --mount=type=tmpfs,target=/keys openssl genrsa -out /keys/a.pem 2048",
        "FROM eclipse-temurin:21\nRUN keytool -importcert -noprompt -cacerts -file ca.crt",
    )

    def check(self, build: Build) -> Findings:
        with_host_keys: set[int] = set()
        for node in nodes(build.dockerfile):
            if isinstance(node.instruction, Run) and node.stage is not None and node.stage in build.shipping_stages:
                for key in _made(node.instruction, node.stage):
                    if key.what == "host keys" and node.stage.index in with_host_keys:
                        continue
                    if key.what == "host keys":
                        with_host_keys.add(node.stage.index)
                    message = f"`{key.title}` makes {key.what} that every container of this image shares"
                    yield self.finding(key.place, message, help="make it when the container starts, in the entrypoint")
        for package in _installed_host_keys(build):
            message = f"installing `{package}` makes host keys that every container of this image shares"
            yield self.finding(
                package, message, help="delete them in the same step, and run `ssh-keygen -A` in the entrypoint"
            )


class _Key(NamedTuple):
    """A key that a command makes, and the file that holds it."""

    place: Text
    title: str
    what: str
    path: str


def _made(run: Run, stage: Stage) -> Iterator[_Key]:
    commands = run.commands
    for index, _ in enumerate(commands):
        key = _key(commands, index)
        if (
            key is not None
            and is_kept(key.path, run)
            and not is_removed(key.path, (*commands[index + 1 :], *_later(run, stage)))
        ):
            yield key


def _later(run: Run, stage: Stage) -> Iterator[Command]:
    """The commands of later steps: a key that these delete lies in a layer, but nothing uses it."""
    for instruction in stage.instructions:
        if isinstance(instruction, Run) and instruction.start_line > run.start_line:
            yield from instruction.commands


def _key(commands: Sequence[Command], index: int) -> _Key | None:
    command = commands[index]
    find = _FINDERS.get(command.name)
    found = find(command) if find is not None else None
    if found is None:
        return None
    title, what, path = found
    return _Key(
        command.text, f"{command.name} {title}".strip(), what, path or str(written_to(commands, index) or "") or what
    )


_Found = tuple[str, str, str]  # the words that say it, what is made, where


def _option(command: Command, *names: str) -> Word | None:
    """The value of an option."""
    words = command.arguments
    places = (index for index, word in enumerate(words[:-1]) if word.value in names)
    return next((words[index + 1] for index in places), None)


def _path(command: Command, *names: str) -> str:
    word = _option(command, *names)
    return str(word.value) if word is not None else ""


def _ssh_keygen(command: Command) -> _Found | None:
    options = "".join(word.value[1:] for word in command.arguments if word.value.startswith("-"))
    if command.has_option("-A"):
        return "-A", "host keys", _HOST_KEYS
    if any(option in options for option in "RFlyeipcHDLsrYQkBU"):
        return None
    path = _path(command, "-f") or "~/.ssh/id_rsa"
    return "", "host keys" if "ssh_host" in path else "a key", path


def _openssl(command: Command) -> _Found | None:
    verb = command.arguments[0].value if command.arguments else ""
    flags = {str(word.value) for word in command.arguments}
    if verb == "req":
        makes = "-newkey" in flags or ("-keyout" in flags and "-key" not in flags)
        return ("req", "a private key", _path(command, "-keyout") or "privkey.pem") if makes else None
    if verb in ("genrsa", "gendsa") or (verb == "genpkey" and "-genparam" not in flags):
        return str(verb), "a private key", _path(command, "-out")
    if verb in ("ecparam", "dsaparam") and "-genkey" in flags:
        return f"{verb} -genkey", "a private key", _path(command, "-out")
    return None


_GPG = (
    "--gen-key",
    "--generate-key",
    "--full-generate-key",
    "--full-gen-key",
    "--quick-generate-key",
    "--quick-gen-key",
)


def _gpg(command: Command) -> _Found | None:
    option = next((word.value for word in command.arguments if word.value in _GPG), None)
    return (str(option), "a key", _path(command, "--homedir") or "~/.gnupg/private") if option else None


def _keytool(command: Command) -> _Found | None:
    option = next((word.value for word in command.arguments if word.value.startswith("-genkey")), None)
    return (str(option), "a private key", _path(command, "-keystore") or "~/.keystore") if option else None


def _mkcert(command: Command) -> _Found | None:
    names = [word.value for word in command.arguments if not word.value.startswith("-")]
    if not names and not command.has_option("-install"):
        return None
    return "", "a private key", _path(command, "-key-file") or "key.pem"


_FINDERS = {
    "ssh-keygen": _ssh_keygen, "openssl": _openssl, "gpg": _gpg, "gpg2": _gpg, "keytool": _keytool, "mkcert": _mkcert,
}  # fmt: skip


def _installed_host_keys(build: Build) -> Iterator[Text]:
    """The SSH servers that Debian's package managers install, for which they make keys, where the image runs one."""
    for stage in build.runtime_stages:
        if not any(command.name == "sshd" for command in build.start_commands(stage)):
            continue
        commands = [
            command
            for link in stage.chain
            for run in link.instructions
            if isinstance(run, Run)
            for command in run.commands
        ]
        if is_removed(_HOST_KEYS, (*commands, *build.start_commands(stage))) or any(
            command.name == "ssh-keygen" for command in commands
        ):
            continue
        for command in commands:
            action = action_of(command) if command.name in ("apt", "apt-get", "aptitude") else None
            if action is not None and action.is_system_install:
                yield from (each.text for each in action.packages if each.name in ("openssh-server", "ssh"))
