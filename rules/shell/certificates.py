"""Certificates and host keys that nobody checks: options of commands, settings, variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Cmd, Entrypoint
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell import addresses
from dockerlint.shell.packages import action_of
from dockerlint.shell.pipes import readers
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Text

from .fetches import shown


class Unchecked(NamedTuple):
    """Where a check is turned off, how it is called there, and for which hosts (none: for all)."""

    place: Text
    name: str
    hosts: tuple[str, ...] = ()
    what: str = "any certificate"

    @property
    def is_near(self) -> bool:
        """Whether it concerns only this machine or network."""
        return bool(self.hosts) and all(map(addresses.is_near, self.hosts))

    @property
    def message(self) -> str:
        outside = next((host for host in self.hosts if not addresses.is_near(host)), None)
        return f"`{self.name}` accepts {self.what}{f' for {shown(outside)}' if outside else ''}"


class TlsVerificationDisabled(Rule[Layer | Cmd | Entrypoint]):
    """A command does not check whom it talks to.

    Encryption without that check protects from nobody: whoever sits in between answers in the server's place, reads what
    is sent, and puts his own file where the right one should be.

    Leave the check on. Where a server has a certificate of the company's own authority, install that authority:
    `COPY ca.crt /usr/local/share/ca-certificates/` and `RUN update-ca-certificates`. Where the base image knows no
    authority at all, install `ca-certificates`. For SSH, put the server's key into `known_hosts`.

    https://curl.se/docs/sslcerts.html
    """

    severity = Severity.WARNING
    aliases = ("CKV2_DOCKER_2", "CKV2_DOCKER_3", "CKV2_DOCKER_4", "CKV2_DOCKER_13", "DD055", "DD056")
    bad = {
        "FROM debian:13\nRUN curl -fsSL«k»o a https://downloads.example.com/a": None,
        "FROM debian:13\nRUN curl «--insecure» -fO https://example.com/a && curl «-k» --cacert ca.pem -f $URL": None,
        "FROM debian:13\nRUN wget -q \\\n    «--no-check-certificate» https://example.com/a": None,
        "FROM debian:13\nRUN git -c «http.sslVerify=false» clone https://git.example.com/a && git config --global «http.sslVerify» false": None,
        "FROM python:3.13\nRUN pip install «--trusted-host» pypi.example.com flask && python -m pip install «--trusted-host=pypi.org» a": None,
        "FROM node:24\nRUN npm config set «strict-ssl» false && yarn config set «'strict-ssl=false'» -g": None,
        "FROM node:24\nRUN npm install «--strict-ssl=false» && echo «strict-ssl=false» >> ~/.npmrc": None,
        "FROM debian:13\nRUN apt-get -o «Acquire::https::Verify-Peer=false» update": None,
        "FROM continuumio/miniconda3\nRUN conda config --set «ssl_verify» no && bundle config «ssl_verify_mode» 0": None,
        "FROM debian:13\nRUN ssh -o «StrictHostKeyChecking=no» ci@example.com true": None,
        'FROM debian:13\nRUN mkdir -p ~/.ssh && echo "Host *\\n\\t«StrictHostKeyChecking no»\\n" >> ~/.ssh/config': None,
        "FROM debian:13\nRUN rsync -e «'ssh -oStrictHostKeyChecking=no'» ci@example.com:/a /a": None,
        'FROM debian:13\nRUN echo «insecure» > ~/.curlrc && printf "«check_certificate = off»\\n" | tee -a /etc/wgetrc': None,
        "FROM debian:13\nRUN <<EOF\ncat > ~/.ssh/config <<END\nHost *\n  «StrictHostKeyChecking no»\nEND\nEOF": None,
        'FROM alpine/helm:3\nCMD ["helm", «"--insecure-skip-tls-verify"», "install", "a", "b"]': None,
        "FROM composer:2\nRUN composer config -g «secure-http» false": None,
    }
    good = (
        "FROM debian:13\nRUN curl -fsSL -o k https://example.com/a && curl -fokubectl https://example.com/k",
        "FROM debian:13\nRUN curl -kf https://localhost:8443/ -o a && wget --no-check-certificate -q https://127.0.0.1/a",
        "FROM debian:13\nHEALTHCHECK CMD curl -kf https://app.example.com/health",
        'FROM debian:13\nRUN echo "never use curl -k or strict-ssl=false" && grep -r StrictHostKeyChecking /etc',
        "FROM node:24\nRUN npm config get strict-ssl && npm config set strict-ssl true && npm config delete strict-ssl",
        "FROM debian:13\nRUN git config --global http.sslVerify true && git config --global --unset http.sslVerify",
        "FROM debian:13\nRUN ssh -o StrictHostKeyChecking=accept-new ci@example.com true",
        "FROM python:3.13\nRUN pip install --trusted-host localhost -i http://localhost:3141/ flask",
        "FROM continuumio/miniconda3\nRUN conda config --set ssl_verify true && bundle config ssl_verify_mode 1",
        "FROM debian:13\nRUN wget --no-check-certificate -q http://example.com/a",
        "FROM debian:13\nRUN apt-get -o Acquire::https::Verify-Peer=true update && helm repo update",
    )

    def check(self, node: Layer | Cmd | Entrypoint) -> Findings:
        for command in node.commands:
            reader = _reader_for(command.name)
            if reader is not None:
                for found in reader(command):
                    if not found.is_near:
                        yield self.finding(found.place, found.message)
        if isinstance(node, Layer):
            for found in _written(node):
                yield self.finding(found.place, found.message)


def _reader_for(program: str) -> _Reader | None:
    """What reads a program's commands, `pip3.13` as `pip`."""
    return _READERS.get(program.rstrip("0123456789.") if program[-1:].isdecimal() else program)


_Reader = Callable[[Command], Iterator[Unchecked]]


def _option_of(*names: str) -> _Reader:
    """Reads programs that have an option for it. Where all is fetched over plain HTTP, that is the fault."""

    def read(command: Command) -> Iterator[Unchecked]:
        action = action_of(command)
        if action is not None and action.urls and all(addresses.scheme(word.value) == "http" for word in action.urls):
            return
        for option in command.options.options:
            is_off = option.value is not None and option.value.value.lower() in ("false", "0")
            if option.name in names and not is_off:
                yield Unchecked(
                    _shown_place(option.name, option.word), f"{command.name} {option.name}", _hosts(command)
                )

    return read


def _shown_place(name: Text, word: Word) -> Text:
    """The letter of an option among others, or the whole word."""
    return name if len(name) == 2 and len(word.value) > 2 else word.value


def _hosts(command: Command) -> tuple[str, ...]:
    """The hosts that a command fetches from; none where one of them is hidden."""
    action = action_of(command)
    hosts = [addresses.host(word.value) for word in action.urls] if action is not None else []
    return tuple(host for host in hosts if host is not None) if None not in hosts else ()


def _setting_of(*settings: str) -> _Reader:
    """Reads programs that store settings: `config set NAME VALUE`, `config NAME=VALUE`.

    A setting is written `name=value|value`.
    """
    wanted = {name.lower(): values.split("|") for name, _, values in (one.partition("=") for one in settings)}

    def read(command: Command) -> Iterator[Unchecked]:
        words = command.arguments
        if not any(word.value in ("config", "set") for word in words):
            return
        for index, word in enumerate(words):
            name, equals, value = word.value.partition("=")
            if not equals:
                value = words[index + 1].value if index + 1 < len(words) else ""
            if value.strip("'\"").lower() in wanted.get(_plain_name(name), ()):
                yield Unchecked(word.value, f"{command.name} config {name} {value}")

    return read


def _plain_name(name: str) -> str:
    """The name of a setting without the address that it is for: `http.https://host/.sslVerify`."""
    return re.sub(r"^(http\.).*\.(?=sslverify$)", r"\1", name.lower().lstrip("-"))


def _git(command: Command) -> Iterator[Unchecked]:
    for word in command.options.values("-c"):
        name, _, value = word.value.partition("=")
        if _plain_name(name) == "http.sslverify" and value.lower() in _OFF:
            yield Unchecked(word.value, f"git -c {word.value}", _hosts(command))
    yield from _setting_of("http.sslVerify=" + "|".join(_OFF))(command)
    yield from _ssh(command)


_OFF = ("false", "0", "no", "off")


def _pip(command: Command) -> Iterator[Unchecked]:
    action = action_of(command)
    if action is None or action.manager not in ("pip", "uv", "pipenv"):
        return
    for option in action.options.options:
        if option.name in ("--trusted-host", "--allow-insecure-host") and option.value is not None:
            host = option.value.value
            yield Unchecked(option.word.value, f"{action.manager} {option.name}", (host.partition(":")[0].lower(),))
    operands = [word.value for word in action.options.operands]
    if operands[:2] == ["config", "set"] and operands[2:3] and operands[2].endswith("trusted-host"):
        yield Unchecked(operands[2], f"pip config set {operands[2]}")


def _apt(command: Command) -> Iterator[Unchecked]:
    for word in command.options.values("-o", "--option"):
        name, _, value = word.value.partition("=")
        is_check = re.fullmatch(r"acquire::https::(?:.*::)?verify-(?:peer|host)", name.strip().lower())
        if is_check and value.strip(" \"';").lower() in _OFF:
            yield Unchecked(word.value, f"{command.name} -o {word.value}")


def _node(command: Command) -> Iterator[Unchecked]:
    for option in command.options.options:
        if option.name == "--no-strict-ssl" or (
            option.name == "--strict-ssl" and option.value is not None and option.value.value == "false"
        ):
            yield Unchecked(option.word.value, f"{command.name} {option.word.value}")
    yield from _setting_of("strict-ssl=false", "enableStrictSsl=false")(command)


def _ssh(command: Command) -> Iterator[Unchecked]:
    for word in command.arguments:
        if _trusts_any_key(word.value):
            yield Unchecked(word.value, f"{command.name} {shown(word.value)}", what="any host key")


def _trusts_any_key(text: str) -> bool:
    return re.search(r"(?i)stricthostkeychecking(?:\s*=\s*|\s+)[\"']?(?:no|off)\b", text) is not None


_READERS: dict[str, _Reader] = {
    "curl": _option_of("-k", "--insecure", "--proxy-insecure"),
    "wget": _option_of("--no-check-certificate"),
    "git": _git,
    **dict.fromkeys(("pip", "python", "uv", "pipenv"), _pip),
    **dict.fromkeys(("npm", "yarn", "pnpm"), _node),
    **dict.fromkeys(("apt-get", "apt"), _apt),
    "composer": _setting_of("secure-http=false", "disable-tls=true"),
    "bundle": _setting_of("ssl_verify_mode=0"),
    **dict.fromkeys(("conda", "mamba", "micromamba"), _setting_of("ssl_verify=no|false")),
    "aws": _option_of("--no-verify-ssl"),
    **dict.fromkeys(("helm", "kubectl", "oc"), _option_of("--insecure-skip-tls-verify")),
    "svn": _option_of("--trust-server-cert"),
    "hg": _option_of("--insecure"),
    **dict.fromkeys(("ssh", "scp", "sftp", "rsync", "sshpass", "autossh"), _ssh),
}


class _Setting(NamedTuple):
    """A line of a configuration file that turns the check off; `file` is a part of the name of the only file it suits."""

    mark: str
    pattern: str
    file: str = ""
    what: str = "any certificate"


_SETTINGS = (
    _Setting("stricthostkeychecking", r"StrictHostKeyChecking(?:\s*=\s*|\s+)[\"']?(?:no|off)\b", what="any host key"),
    _Setting("strict-ssl", r"strict-ssl(?:\s*=\s*|\s+)[\"']?false\b"),
    _Setting("check_certificate", r"check_certificate\s*=\s*off\b"),
    _Setting("sslverify", r"sslVerify\s*=\s*[\"']?(?:false|0|no)\b"),
    _Setting("ssl_verify", r":?ssl_verify(?:_mode)?:\s*(?:false|0)\b"),
    _Setting("verify-", r"Acquire::https::(?:[\w.-]+::)?Verify-(?:Peer|Host)\s+[\"']?false\b"),
    _Setting("trusted-host", r"trusted-host\s*=", "pip"),
    _Setting("insecure", r"(?<![\w-])(?:-k|(?:--)?insecure)(?![\w-])", "curlrc"),
)


def _written(layer: Layer) -> Iterator[Unchecked]:
    """The settings that a RUN writes into configuration files."""
    text = layer.script.text.lower()
    settings = [setting for setting in _SETTINGS if setting.mark in text]
    if not settings:
        return
    for command in layer.named("echo", "printf", "cat", "tee"):
        file = _file_of(layer, command)
        if file is None:
            continue
        for place in _texts(command):
            for setting in settings:
                match = re.search(f"(?i){setting.pattern}", place)
                if match is not None and setting.file in file:
                    yield Unchecked(place.part(*match.span()), match[0], what=setting.what)


def _file_of(layer: Layer, command: Command) -> str | None:
    """The file that the output of a command is written to, by the shell or by `tee`."""
    if command.name == "tee":
        return str(command.operands[0].value) if command.operands else None
    reader = next(readers(layer.commands, command), None)
    if reader is not None:
        return str(reader.operands[0].value) if reader.name == "tee" and reader.operands else None
    for redirection in command.redirections:
        if redirection.operator in (">", ">>", ">|", "&>") and redirection.descriptor in ("", "1"):
            target = redirection.target
            return str(target.value) if target is not None and not target.value.startswith("/dev/") else None
    return None


def _texts(command: Command) -> Iterator[Text]:
    if command.name in ("echo", "printf"):
        yield from (word.value for word in command.operands)
    for redirection in command.redirections:
        if redirection.document is not None:
            yield redirection.document.body.value
