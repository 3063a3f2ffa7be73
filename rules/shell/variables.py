"""Variables that turn the check of certificates and host keys off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Arg, Env, Instruction, Onbuild
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell import addresses
from dockerlint.shell.script import Command
from dockerlint.shell.words import as_assignment
from dockerlint.source import Text

from .fetches import shown


class _Switch(NamedTuple):
    """A variable: the pattern of the values that turn a check off, and which check that is."""

    pattern: str
    check: str = "certificate checks"


_SWITCHES = {
    "PYTHONHTTPSVERIFY": _Switch("0"),
    "NODE_TLS_REJECT_UNAUTHORIZED": _Switch("0"),
    "NPM_CONFIG_STRICT_SSL": _Switch("false"),
    "YARN_STRICT_SSL": _Switch("false"),
    "YARN_ENABLE_STRICT_SSL": _Switch("false"),
    "GIT_SSL_NO_VERIFY": _Switch(".*", "certificate checks of git"),
    "PIP_TRUSTED_HOST": _Switch(".+"),
    # An empty REQUESTS_CA_BUNDLE alone changes nothing: https://github.com/psf/requests/pull/6074
    "CURL_CA_BUNDLE": _Switch("", "certificate checks of requests before 2.28"),
    "SSL_VERIFY": _Switch("false"),
    "PERL_LWP_SSL_VERIFY_HOSTNAME": _Switch("0"),
    "GOINSECURE": _Switch(".+"),
    "GOFLAGS": _Switch(r"(?:.*\s)?-insecure(?:\s.*)?", "certificate checks of go"),
    "GIT_SSH_COMMAND": _Switch(r".*StrictHostKeyChecking[= ][\"']?(?:no|off)\b.*", "host key checks of git"),
}
# npm takes its settings from variables in any letter case.
_NPM = "npm_config_strict_ssl"
_HOST_LISTS = frozenset({"PIP_TRUSTED_HOST", "GOINSECURE"})


class TlsVerificationDisabledInEnv(Rule[Build | Layer]):
    """A variable turns the check of certificates off for all commands that know it.

    What was meant for one stubborn download holds for every other one too, and with ENV also for the application when it
    runs: whoever sits in between reads and changes what it sends.

    Install the authority that signed the server's certificate (`update-ca-certificates`), and tell the program about it
    where it keeps a list of its own: `NODE_EXTRA_CA_CERTS`, `REQUESTS_CA_BUNDLE`, `PIP_CERT`, `GIT_SSL_CAINFO`.

    https://docs.docker.com/engine/network/ca-certs/
    """

    severity = Severity.WARNING
    aliases = ("CKV2_DOCKER_5", "CKV2_DOCKER_6", "CKV2_DOCKER_12", "CKV2_DOCKER_14", "CKV2_DOCKER_16")
    bad = {
        "FROM node:24\nENV A=1 \\\n    «NODE_TLS_REJECT_UNAUTHORIZED»=0": None,
        'FROM python:3.13\nENV «PYTHONHTTPSVERIFY»="0"': None,
        "FROM python:3.13\nENV «PYTHONHTTPSVERIFY» 0": None,
        "FROM debian:13\nENV «GIT_SSL_NO_VERIFY»=false": None,
        "FROM node:24\nARG «npm_config_strict_ssl»=false\nRUN npm ci": None,
        "FROM debian:13\nRUN «GIT_SSL_NO_VERIFY»=1 git clone https://git.example.com/a": None,
        "FROM node:24\nRUN export «NODE_TLS_REJECT_UNAUTHORIZED»=0 && npm ci": None,
        "FROM python:3.13\nENV «PIP_TRUSTED_HOST»=pypi.example.com": None,
        'FROM debian:13\nENV «GIT_SSH_COMMAND»="ssh -o StrictHostKeyChecking=no"': None,
        "FROM golang:1.26 AS build\nARG «GOFLAGS»='-mod=mod -insecure'\nFROM scratch\nCOPY --from=build /a /a": None,
        "FROM node:24\nONBUILD ENV «NODE_TLS_REJECT_UNAUTHORIZED»=0": None,
    }
    good = (
        "FROM node:24\nENV NODE_TLS_REJECT_UNAUTHORIZED=1 NODE_TLS_REJECT_UNAUTHORIZED_X=0 PYTHONHTTPSVERIFY=01",
        "FROM node:24\nARG NODE_TLS_REJECT_UNAUTHORIZED 0",
        "FROM node:24\nARG NODE_TLS_REJECT_UNAUTHORIZED\nRUN unset NODE_TLS_REJECT_UNAUTHORIZED",
        "FROM python:3.13\nENV PIP_TRUSTED_HOST=localhost PIP_TRUSTED_HOST= REQUESTS_CA_BUNDLE=/etc/ssl/ca.pem",
        "FROM node:24\nRUN npm_config_strict_ssl=true npm ci && echo NODE_TLS_REJECT_UNAUTHORIZED=0",
        "FROM golang:1.26\nENV GOINSECURE= GOFLAGS=-mod=mod GOINSECURE=git.internal/*",
        "FROM python:3.13\nENV PYTHONHTTPSVERIFY=$VERIFY",
    )

    def check(self, node: Build | Layer) -> Findings:
        if isinstance(node, Layer):
            for command in node.commands:
                for name, value, switch in _assigned(command):
                    reach = "the rest of the step" if command.name == "export" else f"`{command.name}`"
                    yield self.finding(name, f"`{name}` turns {switch.check} off for {reach}{_oddity(name, value)}")
            return
        for stage in node.dockerfile.stages:
            for instruction, name, value, switch in _declared(stage):
                keeps = isinstance(instruction, Env) and stage in node.shipping_stages
                reach = "the running application too" if keeps else "all commands that follow"
                written = f"{instruction.name} {name}={shown(value)}"
                yield self.finding(name, f"`{written}` turns {switch.check} off for {reach}{_oddity(name, value)}")


def _declared(stage: Stage) -> Iterator[tuple[Instruction, Text, str, _Switch]]:
    for step in stage.steps:
        instruction = step.instruction.instruction if isinstance(step.instruction, Onbuild) else step.instruction
        if step.is_trigger or not isinstance(instruction, Env | Arg):
            continue
        for pair in instruction.pairs:
            if pair.value is not None:
                value = str(instruction.unquoted(pair.value))
                switch = _switched(pair.key, value)
                if switch is not None:
                    yield instruction, pair.key, value, switch


def _assigned(command: Command) -> Iterator[tuple[Text, str, _Switch]]:
    """The variables that a command is given, or that it exports."""
    found = list(command.assignments) if command.words else []
    if command.name == "export":
        found += [one for word in command.arguments if (one := as_assignment(word)) is not None]
    for assignment in found:
        value = str(assignment.value.value) if assignment.value is not None else "$"
        switch = _switched(assignment.name, value)
        if switch is not None:
            yield assignment.name, value, switch


def _switched(name: str, value: str) -> _Switch | None:
    switch = _SWITCHES["NPM_CONFIG_STRICT_SSL"] if name.lower() == _NPM else _SWITCHES.get(name)
    if switch is None or "$" in value or re.fullmatch(switch.pattern, value) is None:
        return None
    if name not in _HOST_LISTS:
        return switch
    return None if _are_near(value) else switch._replace(check=f"certificate checks for {shown(value)}")


def _are_near(value: str) -> bool:
    """Whether the hosts of a list all stand in a private network."""
    hosts = [addresses.host(one.lstrip("*.")) for one in re.split(r"[\s,]+", value) if one]
    return all(host is not None and addresses.is_near(host) for host in hosts)


def _oddity(name: str, value: str) -> str:
    is_meant_on = name == "GIT_SSL_NO_VERIFY" and value.lower() in ("", "0", "false", "no", "off")
    return "; git looks only whether it is set" if is_meant_on else ""
