"""Who the container runs as."""

from __future__ import annotations

from dockerlint.dockerfile.expansion import expand
from dockerlint.dockerfile.instructions import Cmd, Entrypoint, Healthcheck, Instruction, Run, User
from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge.images import is_root
from dockerlint.lint.edits import line_above
from dockerlint.lint.rule import Findings, Fix, Rule, Severity
from dockerlint.project.build import Build, RunAs
from dockerlint.shell.packages import action_of
from dockerlint.shell.script import Command

# Commands that only root can run to an end.
_ROOT_ONLY = frozenset({"useradd", "adduser", "groupadd", "addgroup", "usermod", "chown", "update-alternatives"})


class MissingUser(Rule[Build]):
    """Nothing switches away from root, so the container runs as root.

    Whoever takes over the program is root in the container at once: free to change it, to read every mounted secret,
    and one kernel or runtime bug away from the host. Files that it writes into mounted folders belong to root.

    Create a user and switch to it before the program starts: `RUN useradd --create-home app` and `USER app`. An image
    that has a ready user (`node` in node's) needs only `USER node`. Images whose entrypoint steps down to a user of its
    own, such as postgres, are not reported.

    https://docs.docker.com/build/building/best-practices/#user
    """

    severity = Severity.WARNING
    aliases = (
        "CKV_DOCKER_3", "DS-0002", "missing-user", "missing-user-entrypoint", "missing_user_instruction",
        "DF020", "DD008",
    )  # fmt: skip
    bad = {
        'FROM «python:3.13-slim»\nCMD ["python", "app.py"]': None,
        'FROM node:24 AS build\nUSER node\nRUN npm ci\nFROM «python:3.13-slim»\nCMD ["python", "app.py"]': None,
        'FROM «scratch»\nCOPY app /app\nENTRYPOINT ["/app"]': None,
        'FROM «acme/base:1»\nRUN apt-get update && apt-get install -y curl\nCMD ["curl"]': None,
        "FROM «nginx:1.31»\nCOPY site /usr/share/nginx/html": None,
        'FROM «alpine:3.22»\nCMD ["sleep", "inf"]': None,
        'FROM «node:24-slim»\nCOPY . /app\nCMD ["node", "/app/app.js"]': (
            'FROM node:24-slim\nCOPY . /app\nUSER node\nCMD ["node", "/app/app.js"]'
        ),
    }
    good = (
        'FROM python:3.13-slim\nRUN useradd app\nUSER app\nCMD ["python", "app.py"]',
        'FROM python:3.13-slim AS base\nUSER 1000\nFROM base\nCMD ["python", "app.py"]',
        "FROM postgres:17",
        'FROM jenkins/jenkins:lts\nCMD ["jenkins"]',
        "FROM maven:3-eclipse-temurin-21\nCOPY settings.xml /root/.m2/",
        'FROM acme/base:1\nCMD ["app"]',
        'FROM alpine:3.22\nCMD ["/bin/sh"]',
        'FROM fedora:43\nCMD ["/usr/bin/zsh", "--login"]',
        'FROM mcr.microsoft.com/devcontainers/python:1-3.13\nCMD ["sleep", "inf"]',
        'FROM debian:trixie\nCMD ["memcached", "-u", "daemon"]',
        "FROM debian:trixie\nCMD sudo -u app /srv/app",
        "FROM python:3.13-slim",
        'FROM python:3.13-slim\nCMD ["gosu", "app", "python", "app.py"]',
        'FROM alpine:3.22\nRUN apk add --no-cache su-exec\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]',
        '=== compose.yaml\nservices:\n  web:\n    build: .\n    user: "1000"\n'
        '=== Dockerfile\nFROM python:3.13-slim\nCMD ["python", "app.py"]',
    )

    def check(self, build: Build) -> Findings:
        for stage in build.runtime_stages:
            run_as = build.runs_as(stage)
            if run_as.user is not None or build.steps_down(stage) or not _services_keep_the_user(build, stage):
                continue
            if (stage.root.base_name or "").startswith(_OWN_REMOTE_USER):
                continue
            proof = _proof_of_root(stage) if run_as.is_root is None and run_as.name is None else None
            if not run_as.is_root and proof is None:
                continue
            worker = _worker(build, stage, run_as)
            is_meant = worker is not None or _way_to_live_with_root(build, stage) is not None
            message = _run_as_root(stage, run_as, proof, worker)
            earlier = _earlier_user(build, stage)
            if earlier:
                message += f"; `USER` in line {earlier} belongs to another stage"
            yield self.finding(
                stage.from_.image,
                message,
                help=_advice(build, stage, run_as, worker),
                fix=self._fix(stage, run_as),
                severity=Severity.INFO if is_meant else None,
            )

    @staticmethod
    def _fix(stage: Stage, run_as: RunAs) -> Fix | None:
        user = _ready_user(run_as)
        ending = _first_of_ending(stage)
        if user is None or ending is None:
            return None
        message = f"add `USER {user}` (it must be able to read and write what the program needs)"
        return Fix(message, (line_above(ending, f"USER {user}"),), is_safe=False)


# The editor enters these as a user without rights, whom the image's metadata names.
_OWN_REMOTE_USER = ("mcr.microsoft.com/devcontainers/", "mcr.microsoft.com/vscode/devcontainers/")


def _proof_of_root(stage: Stage) -> Command | None:
    """A command that works only for root, where nothing is known of the base image."""
    commands = (command for run in stage.instructions if isinstance(run, Run) for command in run.commands)
    return next((command for command in commands if _proves_root(command)), None)


def _run_as_root(stage: Stage, run_as: RunAs, proof: Command | None, worker: str | None) -> str:
    if proof is not None:
        return f"the container runs as root: `{proof.name}` in line {proof.text.line} needs root, and no USER follows"
    if worker is not None:
        return f"process 1 of `{stage.root.base_name}` runs as root, its workers as `{worker}`"
    who = "ContainerAdministrator" if stage.is_windows else "root"
    return f"the container runs as {who}: `{stage.root.base_name}` starts as {who} and no USER follows"


# Servers whose first process only opens ports and starts workers without rights.
_MASTERS = frozenset(
    {
        "apache2", "apache2-foreground", "apache2ctl", "apachectl", "httpd", "httpd-foreground", "nginx", "php-fpm",
        "php-fpm7",
    }
)  # fmt: skip


def _worker(build: Build, stage: Stage, run_as: RunAs) -> str | None:
    """Who does the work in place of a root process that only starts it."""
    worker = run_as.facts.worker_user if run_as.facts else None
    names = {command.name for command in build.start_commands(stage)}
    return worker if names <= _MASTERS else None


# Programs that must be root to do their work, or to start others under users of their own.
_NEED_ROOT = {
    "supervisord": "give each program a `user=` in supervisord's configuration",
    "my_init": "let each service step down with `setuser`",
    "init": "give each service a user of its own",
    "systemd": "give each service a `User=` of its own",
    "sshd": "sshd needs root; let only users without rights log in",
    "cron": "cron needs root; run its jobs under a user of their own",
    "crond": "crond needs root; run its jobs under a user of their own",
    "dockerd": "use Docker's rootless variant",
    "dhcpd": "dhcpd needs root to open its port; let no other program run beside it",
    "dnsmasq": "dnsmasq needs root to open its ports, and then steps down by itself",
    "dovecot": "dovecot needs root to start its processes, which step down by themselves",
    "openvpn": "openvpn needs root to open its device; let it step down with `--user nobody`",
    "postfix": "postfix needs root to start its processes, which step down by themselves",
    "proftpd": "proftpd needs root to log users in; let no other program run beside it",
    "rsyslogd": "rsyslogd needs root to open its ports; let it step down with `$PrivDropToUser`",
    "vsftpd": "vsftpd needs root to log users in; let no other program run beside it",
}


def _way_to_live_with_root(build: Build, stage: Stage) -> str | None:
    """What to do about programs that need root for their work or, as masters do, to start; None for any others."""
    names = [command.name for command in build.start_commands(stage)]
    if names and _MASTERS.issuperset(names):
        return "let it listen on a port above 1023, and start it as a user without rights"
    return next((_NEED_ROOT[name] for name in names if name in _NEED_ROOT), None)


def _advice(build: Build, stage: Stage, run_as: RunAs, worker: str | None) -> str:
    known = run_as.facts
    user = _ready_user(run_as)
    if worker == "nginx":
        return "use `nginxinc/nginx-unprivileged`"
    if worker is not None and "fpm" in (stage.root.base_name or ""):
        return f"add `USER {worker}`: php-fpm needs no root for its port"
    if worker is not None:
        return f"let it listen on a port above 1023, and add `USER {worker}`"
    way = _way_to_live_with_root(build, stage)
    if way is not None:
        return way
    if user is not None:
        advice = f"add `USER {user}`, a user that the image has"
    elif stage.is_windows:
        advice = "add `USER ContainerUser`"
    elif known is not None and known.no_shell:
        advice = "add `USER 65532:65532`; a number needs no entry in /etc/passwd"
    elif known is not None and known.family in ("alpine", "busybox", "wolfi"):
        advice = "create a user and switch to it: `RUN adduser -D app`, then `USER app`"
    else:
        advice = "create a user and switch to it: `RUN useradd --create-home app`, then `USER app`"
    below_root = (stage.state.workdir or "").startswith("/root")
    return advice + ("; move the program out of /root, which no other user may enter" if below_root else "")


def _ready_user(run_as: RunAs) -> str | None:
    """A user of the base image that is meant for the program, and under whom it is known to work."""
    known = run_as.facts
    if known is None or not (known.name == "node" or known.name.startswith("mcr.microsoft.com/dotnet/")):
        return None
    return known.ready_user


def _first_of_ending(stage: Stage) -> Instruction | None:
    """The first of the CMD, ENTRYPOINT and HEALTHCHECK at the end of a stage."""
    first: Instruction | None = None
    for step in reversed(stage.steps):
        if not isinstance(step.instruction, Cmd | Entrypoint | Healthcheck):
            break
        first = step.instruction
    return first


def _proves_root(command: Command) -> bool:
    """Whether a command works only for root, so that the unknown base image must start as root."""
    if "sudo" in command.wrappers or command.in_substitution or "||" in command.nesting:
        return False
    action = action_of(command)
    is_install = action is not None and action.is_system_install and not action.is_dry_run
    return command.name in _ROOT_ONLY or (is_install and action is not None and bool(action.packages or action.local))


def _services_keep_the_user(build: Build, stage: Stage) -> bool:
    """Whether some service, or nobody, runs the stage without naming a user of its own."""
    services = build.services_of(stage)
    return not services or any(service.user is None for service in services)


def _earlier_user(build: Build, stage: Stage) -> int | None:
    chain = {link.index for link in stage.chain}
    users = [
        other.state.user.start_line
        for other in build.dockerfile.stages
        if other.index not in chain and other.state.user is not None and not is_root(other.state.user_name)
    ]
    return users[-1] if users else None


class RootUser(Rule[Build]):
    """The last USER of an image that ships is root.

    Whoever takes over the program is root in the container at once: free to change it, to read every mounted secret, and
    one kernel bug away from the host.

    A build that needs root for a step must switch back after it: put `USER app` after the last such step.

    https://docs.docker.com/build/building/best-practices/#user
    """

    severity = Severity.WARNING
    aliases = ("DL3002", "CKV_DOCKER_8", "DS-0002", "last-user-is-root", "last_user_is_root", "DF002")
    bad = {
        'FROM jenkins/jenkins:lts\nUSER «root»\nRUN apt-get update\nCMD ["jenkins"]': None,
        'FROM node:24\nUSER node\nUSER «0:0»\nCMD ["node", "app.js"]': None,
        'ARG U=root\nFROM python:3.13\nARG U\nUSER «$U»\nCMD ["python", "a.py"]': None,
        "FROM acme/base:1\nUSER root\nRUN apt-get update\nUSER app\nRUN make\nUSER «root»": None,
        'FROM python:3.13 AS base\nUSER «root»\nFROM base\nCMD ["python", "a.py"]': None,
    }
    good = (
        "FROM jenkins/jenkins:lts\nUSER root\nRUN apt-get update\nUSER jenkins",
        "FROM golang:1.26 AS build\nUSER root\nFROM gcr.io/distroless/static:nonroot\nCOPY --from=build /app /app",
        "FROM python:3.13\nARG U\nUSER $U",
        "FROM python:3.13\nUSER 1000:0",
        "FROM debian:trixie\nUSER root\nRUN apt-get update",
        "FROM acme/base:1\nRUN apt-get update\nUSER app\nRUN make\nUSER root",
        'FROM python:3.13\nUSER root\nENTRYPOINT ["gosu", "app", "python"]',
        '=== entrypoint.sh\n#!/bin/sh\nchown -R app /data\nexec su-exec app "$@"\n'
        '=== Dockerfile\nFROM python:3.13-alpine\nCOPY entrypoint.sh /\nUSER root\nENTRYPOINT ["/entrypoint.sh"]',
    )

    def check(self, build: Build) -> Findings:
        seen: set[int] = set()
        for stage in build.targets:
            run_as = build.runs_as(stage)
            user = run_as.user
            if user is None or not run_as.is_root or user.start_line in seen or build.steps_down(stage):
                continue
            starts_as_root = run_as.facts is not None and is_root(run_as.facts.default_user) is True
            if starts_as_root and stage not in build.runtime_stages:
                continue  # nothing changes: neither who starts as root, nor that nothing is started
            other = _last_other_user(stage)
            if _is_left_to_base(stage, run_as, other) or not _services_keep_the_user(build, stage):
                continue
            seen.add(user.start_line)
            way = _way_to_live_with_root(build, stage)
            yield self.finding(
                user.argument,
                _never_left(stage, user, starts_as_root, other),
                help=way or _way_back(run_as, other),
                severity=Severity.INFO if way else None,
            )


def _users(stage: Stage) -> list[tuple[User, bool | None]]:
    """Every USER of the chain, and whether it is root."""
    found: list[tuple[User, bool | None]] = []
    for link in stage.chain:
        for step in link.steps:
            if isinstance(step.instruction, User):
                name = expand(step.instruction.argument, step.before.environment.lookup, step.instruction.escape).value
                found.append((step.instruction, is_root(name)))
    return found


def _last_other_user(stage: Stage) -> User | None:
    """The last USER of the chain that is not root."""
    return next((user for user, root in reversed(_users(stage)) if root is False), None)


def _is_left_to_base(stage: Stage, run_as: RunAs, other: User | None) -> bool:
    """Whether root only comes back after steps as another user, for a base image that starts what it starts as root."""
    if stage.cmd is not None or stage.entrypoint is not None or other is None:
        return False
    if run_as.facts is not None:
        return is_root(run_as.facts.default_user) is True
    # Who asks for no root before the first step as another user has it already.
    return _users(stage)[0][1] is False


def _never_left(stage: Stage, user: User, starts_as_root: bool, other: User | None) -> str:
    if starts_as_root and other is None:
        base = f"since `{stage.root.base_name}` starts as root"
        return f"`USER {user.argument}` in line {user.start_line} changes nothing, {base}: the container runs as root"
    return f"`USER {user.argument}` in line {user.start_line} is never switched back: the container runs as root"


# A step as one of these sets up its data. The container runs something else besides.
_OF_SERVERS = frozenset({"postgres", "mysql", "mongodb", "redis", "rabbitmq", "elasticsearch"})


def _way_back(run_as: RunAs, other: User | None) -> str:
    known = run_as.facts
    if other is not None and other.argument not in _OF_SERVERS:
        name = str(other.argument)
    elif known is not None and known.default_user and not is_root(known.default_user):
        name = known.default_user
    else:
        name = _ready_user(run_as) or ""
    if name:
        return f"put `USER {name}` after the last step that needs root"
    return "create a user, and switch to it after the last step that needs root"
