"""Secrets in variables: ENV, ARG and LABEL."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from dockerlint.dockerfile.expansion import Missing, expand
from dockerlint.dockerfile.instructions import Arg, Env, Label, Pair, Run
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build

from .exposures import Node, is_exposed, nodes, ships
from .values import is_secret, names_secret


class _Variable(NamedTuple):
    """A pair of ENV, ARG or LABEL. `is_overridden`: an ARG whose default gives way to a value that somebody passes."""

    node: Node
    pair: Pair
    is_overridden: bool

    @property
    def name(self) -> str:
        return self.pair.name


class SecretInEnv(Rule[Build]):
    """A variable or label of the image holds a secret.

    Everybody who can pull the image reads it with `docker inspect` or `docker history`, and the file itself is kept in
    git.

    Give it to the container when it runs: with `environment:`, `env_file:` or `secrets:` in Compose, with
    `docker run --env-file`. A build gets it with `RUN --mount=type=secret`.

    https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
    """

    severity = Severity.WARNING
    aliases = ("DL3064", "SecretsUsedInArgOrEnv", "DS-0031", "DF013", "DF014", "DD020")
    bad = {
        "FROM python:3.13-slim\nENV «API_KEY»=Zk3nR8vQ2xLp": None,
        "FROM mysql:8.4\nENV MYSQL_DATABASE=app «MYSQL_ROOT_PASSWORD»=root": None,
        "FROM mysql:8.4\nENV «MYSQL_PASSWORD» 'Zk3n R8v'": None,
        "FROM python:3.13-slim\nARG «DB_PASSWORD»=hunter2\nENV DB_PASSWORD=$DB_PASSWORD": None,
        "FROM node:24\nARG NPM_TOKEN\nENV «NPM_TOKEN»=${NPM_TOKEN}": None,
        "FROM node:24\nARG TOKEN\nENV «REGISTRY»=https://ci:$TOKEN@npm.acme.org/": None,
        'FROM node:24 AS build\nARG KEY\nFROM node:24\nARG KEY\nENV A=1 \\\n    «SECRET_KEY»="$KEY"': None,
        "FROM alpine:3.22\nENV «ADMIN_PASSWORD»=${ADMIN_PASSWORD:-nimda}": None,
        "FROM alpine:3.22\nLABEL «org.acme.api-key»=Zk3nR8vQ2xLp": None,
        "ARG «REGISTRY_PASSWORD»=hunter2\nFROM alpine:3.22": None,
        "FROM alpine:3.22\nONBUILD ENV «AUTH_TOKEN»=Zk3nR8vQ2xLp": None,
    }
    good = (
        "FROM alpine:3.22\nENV PASSWORD_FILE=/run/secrets/db TOKEN_TTL=3600 SECRET_NAME=app PUBLIC_KEY=abc PWD=/srv",
        "FROM alpine:3.22\nENV API_KEY= DB_PASSWORD=changeme JWT_SECRET='<secret>' SECRET_KEY=/run/secrets/key USE_TOKEN=true",
        "FROM alpine:3.22\nENV DB_PASSWORD=your_password CLIENT_TOKEN=client-token API_KEY=example TOKEN=1111",
        "FROM alpine:3.22\nENV TOKENIZERS_PARALLELISM=false BYPASS=1 KEYBOARD=us",
        "FROM mysql:8.4\nENV ROOT=x\nENV MYSQL_PASSWORD=$SOMETHING",
        "FROM node:24\nARG NPM_TOKEN\nENV HAS_TOKEN=${NPM_TOKEN:+yes}",
        "FROM node:24\nARG VERSION\nENV VERSION=$VERSION",
        "FROM alpine:3.22\nENV DATABASE_URL=postgres://app:Zk3nR8vQ2x@db/app",
        "FROM alpine:3.22\nLABEL secret='mounted below /run/secrets'",
        "FROM alpine:3.22\nENV NOTEBOOK_PASSWORD=sha1:98b767162d34:8da1bc3c75a0f29145769edc977375a373407824",
    )

    def check(self, build: Build) -> Findings:
        for variable in _told_values(build.dockerfile):
            is_arg = isinstance(variable.node.instruction, Arg)
            message = f"the value of `{variable.name}` is written down here, and {_reader(build, variable)}"
            help_ = "pass it with `RUN --mount=type=secret`" if is_arg else "give it to the container when it runs"
            yield self.finding(variable.pair.key, message, help=help_)
        for variable, argument in _made_permanent(build.dockerfile):
            message = (
                f"`{variable.name}` keeps the value of the build argument `{argument}`: {_reader(build, variable)}"
            )
            help_ = "give it to the container when it runs, and to the build with `RUN --mount=type=secret`"
            yield self.finding(variable.pair.key, message, help=help_)


def _reader(build: Build, variable: _Variable) -> str:
    """Who gets to see the value."""
    if not ships(build, variable.node):
        return "stays in the build cache"
    command = "docker history" if isinstance(variable.node.instruction, Arg) else "docker inspect"
    return f"`{command}` shows it to everybody who can pull the image"


class SecretBuildArg(Rule[Build]):
    """A build argument is for a secret.

    The value that somebody passes stays in the history of the image and in the attestation of its build, for everybody
    who can pull it to read.

    Mount it where it is needed: `RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm ci`, and pass it with
    `docker build --secret id=npm_token`. SSH keys are not passed at all: `RUN --mount=type=ssh` lends the agent.

    https://docs.docker.com/build/building/secrets/
    """

    severity = Severity.INFO
    aliases = ("DL3064", "SecretsUsedInArgOrEnv", "secret-in-build-arg", "DS-0031")
    bad = {
        "FROM node:24\nARG «NPM_TOKEN»\nRUN npm ci --token=$NPM_TOKEN": None,
        'FROM node:24\nARG «DB_PASSWORD»=""\nRUN ./migrate': None,
        'FROM alpine:3.22 AS build\nARG VERSION «SSH_PRIVATE_KEY»\nRUN echo "$SSH_PRIVATE_KEY" > /k\nFROM alpine:3.22': None,
        "FROM node:24\nONBUILD ARG «NPM_TOKEN»": None,
    }
    good = (
        "ARG NPM_TOKEN\nFROM node:24",
        "FROM node:24\nARG TOKEN_URL\nARG PUBLIC_KEY\nARG SECRET_NAME",
        "FROM node:24\nARG NPM_TOKEN\nRUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm ci --token=$NPM_TOKEN",
        "FROM node:24\nARG NPM_TOKEN\nENV NPM_TOKEN=$NPM_TOKEN",
        "FROM node:24\nARG DB_PASSWORD=hunter2",
        "FROM node:24\nARG DB_PASSWORD=changeme",
    )

    def check(self, build: Build) -> Findings:
        for variable in _passed(build.dockerfile):
            users = [run for run in _later_runs(variable) if _mentions(run, variable.name)]
            where = f" (used in line {', '.join(str(run.start_line) for run in users[:3])})" if users else ""
            place = "the history of the image" if ships(build, variable.node) else "the build cache"
            message = f"`{variable.name}` as build argument stays in {place}{where}"
            yield self.finding(variable.pair.key, message, help=_mount_for(variable.name))


class SecretNamedVariable(Rule[Build]):
    """A variable is named like a secret.

    Whatever ENV and ARG hold is readable for everybody who can pull the image, so teams that want no secret ever to get
    there forbid the names as well. This is what BuildKit's own check reports and names like PGPASSWORD, less what
    `secret-in-env` and `secret-build-arg` say better.

    Mount secrets with `RUN --mount=type=secret`, or give them to the container when it runs. Rename what is no secret.

    https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL3064", "SecretsUsedInArgOrEnv", "secret-in-build-arg", "DS-0031")
    bad = {
        "FROM alpine:3.22\nENV «AUTH_TOKEN»=$OTHER": None,
        "FROM alpine:3.22\nARG «GPG_KEY»=A035C8C19219BA821ECEA86B64E628F8D684696D": None,
        "FROM alpine:3.22\nENV «SECRET_NAME»=app A=1 «DB_PASSWORD»=changeme": None,
        "FROM alpine:3.22\nENV «AWS_ACCESS_KEY_ID»=x «REACT_APP_GOOGLE_API_KEY»=x": None,
        "FROM alpine:3.22\nENV «ADMINPASSWORD»=changeme «clientSecret»=''": None,
    }
    good = (
        "FROM alpine:3.22\nENV PUBLIC_KEY=a KEY_FILE=/a TOKEN_VERSION=1 KEYBOARD=us MONKEY=1",
        "FROM alpine:3.22\nENV API_KEY=Zk3nR8vQ2xLp",
        "FROM alpine:3.22\nARG NPM_TOKEN",
        "ARG GPG_KEY=a\nFROM alpine:3.22\nLABEL key=a",
    )

    def check(self, build: Build) -> Findings:
        dockerfile = build.dockerfile
        told = {variable.pair.key.start for variable in _all_told(dockerfile)}
        for variable in _variables(dockerfile):
            if isinstance(variable.node.instruction, Label) or variable.node.stage is None:
                continue
            if variable.pair.key.start in told or (variable.pair.value and is_exposed(dockerfile, variable.pair.value)):
                continue
            if _looks_secret(variable.name):
                message = f"`{variable.name}` looks like a secret by its name"
                is_arg = isinstance(variable.node.instruction, Arg)
                else_ = _mount_for(variable.name) if is_arg else "give it to the container when it runs"
                yield self.finding(variable.pair.key, message, help=f"rename it if it is none; otherwise {else_}")


def _all_told(dockerfile: Dockerfile) -> Iterator[_Variable]:
    yield from _told_values(dockerfile)
    yield from (variable for variable, _ in _made_permanent(dockerfile))
    yield from _passed(dockerfile)


@lru_cache(maxsize=1)
def _variables(dockerfile: Dockerfile) -> tuple[_Variable, ...]:
    return tuple(
        _Variable(node, pair, isinstance(node.instruction, Arg) and pair.name in dockerfile.options.arguments)
        for node in nodes(dockerfile)
        if isinstance(node.instruction, Env | Arg | Label)
        for pair in node.instruction.pairs
    )


@lru_cache(maxsize=1)
def _told_values(dockerfile: Dockerfile) -> tuple[_Variable, ...]:
    """The variables that are for a secret and have a literal one."""
    return tuple(
        variable
        for variable in _variables(dockerfile)
        if names_secret(variable.name) and not variable.is_overridden and _has_literal_secret(dockerfile, variable)
    )


def _has_literal_secret(dockerfile: Dockerfile, variable: _Variable) -> bool:
    written = variable.pair.value
    if not written or is_exposed(dockerfile, written):
        return False
    known = variable.node.before.environment
    # What a base image might set does not make a default less of a secret.
    expansion = expand(written, lambda _: Missing.UNSET, variable.node.instruction.escape)
    value = expansion.value
    if value is None or any(name in known for name in expansion.names):
        return False
    if isinstance(variable.node.instruction, Label) and " " in value:  # a description
        return False
    return is_secret(value, variable.name)


@lru_cache(maxsize=1)
def _made_permanent(dockerfile: Dockerfile) -> tuple[tuple[_Variable, str], ...]:
    """The ENV that copy a build argument for a secret, with its name."""
    literal = {variable.name for variable in _told_values(dockerfile)}
    literal |= {
        each.name for each in _variables(dockerfile) if each.pair.value and is_exposed(dockerfile, each.pair.value)
    }
    found: list[tuple[_Variable, str]] = []
    arguments: dict[int, set[str]] = {}
    for variable in _variables(dockerfile):
        stage = variable.node.stage
        if stage is None:
            continue
        declared = arguments.setdefault(stage.index, set())
        if isinstance(variable.node.instruction, Arg):
            declared.add(variable.name)
        elif isinstance(variable.node.instruction, Env):
            copied = _copied_argument(variable, _in_chain(stage, arguments) - literal)
            if copied is not None:
                found.append((variable, copied))
            declared.discard(variable.name)
    return tuple(found)


def _in_chain(stage: Stage, arguments: dict[int, set[str]]) -> set[str]:
    return {name for link in stage.chain for name in arguments.get(link.index, ())}


def _copied_argument(variable: _Variable, arguments: set[str]) -> str | None:
    """The argument whose value an ENV takes over, if either is named like a secret."""
    value, escape = variable.pair.value, variable.node.instruction.escape
    if not value or "$" not in value:
        return None
    names = expand(value, lambda _: _MARK, escape).names
    for name in names:
        if name in arguments and (names_secret(name) or names_secret(variable.name)):
            values = defaultdict(str, {name: _MARK})
            if _MARK in (expand(value, values.__getitem__, escape).value or ""):
                return name
    return None


_MARK = "\ue000"  # stands for the value of a variable; nobody writes it


@lru_cache(maxsize=1)
def _passed(dockerfile: Dockerfile) -> tuple[_Variable, ...]:
    """The arguments that are for a secret and get it from whoever builds."""
    literal = {variable.name for variable in _told_values(dockerfile)}
    permanent = {name for _, name in _made_permanent(dockerfile)}
    return tuple(
        variable
        for variable in _variables(dockerfile)
        if isinstance(variable.node.instruction, Arg)
        and variable.node.stage is not None
        and variable.name not in literal | permanent
        and names_secret(variable.name)
        and (_is_empty(variable) or variable.is_overridden)
        and not _is_only_mounted(variable)
    )


def _is_empty(variable: _Variable) -> bool:
    value = variable.pair.value
    return value is None or not variable.node.instruction.unquoted(value)


def _later_runs(variable: _Variable) -> Iterator[Run]:
    for step in variable.node.stage.steps if variable.node.stage is not None else ():
        if isinstance(step.instruction, Run) and step.instruction.start_line > variable.node.instruction.start_line:
            yield step.instruction


def _mentions(run: Run, name: str) -> bool:
    texts = (run.text, *(heredoc.body for heredoc in run.heredocs))
    return any(name in text and re.search(rf"\b{re.escape(name)}\b", text) for text in texts)


def _is_only_mounted(variable: _Variable) -> bool:
    users = [run for run in _later_runs(variable) if _mentions(run, variable.name)]
    return bool(users) and all(variable.name in _mounted_variables(run) for run in users)


def _mounted_variables(run: Run) -> set[str]:
    return {str(mount.options["env"]) for mount in run.mounts if mount.type == "secret" and "env" in mount.options}


def _mount_for(name: str) -> str:
    lower = name.lower()
    if "ssh" in lower and "key" in lower:
        return "lend the build your SSH agent: `RUN --mount=type=ssh`"
    return f"mount it where it is needed: `RUN --mount=type=secret,id={lower},env={name}`"


_NAME_PARTS = "apikey|auth|credential|credentials|key|password|pword|passwd|secret|token"
_ACCOUNTS = frozenset(
    {
        "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_ACCOUNT_ID", "AZURE_CLIENT_ID", "AZURE_TENANT_ID",
        "AZURE_SUBSCRIPTION_ID", "DOCKERHUB_USERNAME", "DOCKER_USERNAME", "GOOGLE_API_KEY",
        "GOOGLE_APPLICATION_CREDENTIALS", "GITHUB_PAT", "GH_PAT", "NPM_AUTH", "SLACK_WEBHOOK", "SLACK_WEBHOOK_URL",
        "SENTRY_DSN", "TWILIO_ACCOUNT_SID",
    }
)  # fmt: skip


@cache
def _parts() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Names that BuildKit's check takes for secrets, and those that it lets pass."""
    return (
        re.compile(rf"(?i)(?:^|_)(?:{_NAME_PARTS})(?:_|$)"),
        re.compile(r"(?i)(?:^|_)(?:public|file|version)(?:_|$)"),
    )


def _looks_secret(name: str) -> bool:
    if name.removeprefix("VITE_").removeprefix("REACT_APP_") in _ACCOUNTS:
        return True
    secret, neutral = _parts()
    return neutral.search(name) is None and (secret.search(name) is not None or names_secret(name))
