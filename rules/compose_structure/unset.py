"""Variables that nobody sets, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.compose.errors import shown
from dockerlint.compose.interpolation import Variable
from dockerlint.compose.nodes import Scalar, Sequence
from dockerlint.compose.services import Compose, Service
from dockerlint.compose.values import Value
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Stack
from dockerlint.project.neighbours import described_variables
from dockerlint.source import Source, Span

from .variables import all_lost, has_hidden_environment

# Every login shell or CI job sets these.
_GIVEN = re.compile(
    r"CI|CI_\w+|GITHUB_\w+|GITLAB_(?:CI|USER_\w+|FEATURES)|BUILDKITE\w*|CIRCLE\w*|USER|HOME|PWD|PATH|SHELL|LOGNAME|TERM|LANG|DISPLAY|"
    r"WAYLAND_DISPLAY|XAUTHORITY|XDG_\w+|SSH_AUTH_SOCK|USERNAME|USERPROFILE|APPDATA|LOCALAPPDATA|PROGRAMDATA|TEMP|TMP"
)
_NOT_EXPORTED = frozenset({"UID", "GID", "EUID", "HOSTNAME", "OSTYPE"})
# Keys that take a number, a size or a boolean: nothing is none of them.
_NEVER_EMPTY = frozenset(
    {
        *("mem_limit", "mem_reservation", "memswap_limit", "shm_size", "cpus", "cpu_shares", "pids_limit", "scale"),
        *("privileged", "read_only", "tty", "stdin_open", "init", "oom_kill_disable", "oom_score_adj"),
    }
)


class UnsetVariable(Rule[Stack]):
    """A variable has neither a value nor a default.

    Compose warns and puts nothing in its place: an image loses its tag, a mount of `${DIR}/data` is one of `/data` of the
    host, a port is picked at random.

    Set it in `.env`, give a default with `${NAME:-value}`, or let Compose stop with `${NAME:?message}`.

    https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/
    """

    severity = Severity.INFO
    bad = {
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    volumes:\n"
        "      - «${DATA_DIR}»/pg:/var/lib/postgresql/data\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:«$TAG»\n    ports: ['«${PORT}»:80']\n    restart: «${POLICY}»\n"
        "    mem_limit: «${MEMORY}»\n    user: «${UID}»\n=== .env\nOTHER=1\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      URL: http://«${HOST}»/\n"
        "      OTHER: http://${HOST}/x\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:${TAG:-1}\n    user: ${USER}\n    hostname: ${H:?}\n"
        "    environment:\n      A: ${A}\n      B: $B\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:${TAG}\n=== .env\nTAG=1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:${TAG}\n=== .env.example\nTAG=1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:${TAG}\n    env_file: .env\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment: ['A=${A}', 'B=1']\n    command: echo $B\n",
    )

    def check(self, stack: Stack) -> Findings:
        compose = stack.compose
        if has_hidden_environment(stack):
            return
        silent = {lost.variable.text.span for lost in all_lost(stack)} | set(_passed_on(compose))
        given = described_variables(stack.files, stack.folder) if stack.dotenv is None else ()
        follows = dict(_consequences(compose))
        uses: dict[tuple[Source, str], list[Variable]] = {}
        for variable in compose.variables:
            name = str(variable.name)
            is_given = variable.state != "unset" or name in given or _GIVEN.fullmatch(name)
            if not is_given and variable.text.span not in silent:
                uses.setdefault((variable.text.source, name), []).append(variable)
        for (_, name), variables in uses.items():
            worst = next((variable for variable in variables if variable.text.span in follows), variables[0])
            what = "is a variable of the shell that it hands on to nobody" if name in _NOT_EXPORTED else "is not set"
            follow = follows.get(worst.text.span, "nothing takes its place")
            yield self.finding(worst.text, f"`{name}` {what}: {follow}")


def _passed_on(compose: Compose) -> Iterator[Span]:
    """References that are all of the value of a variable or a build argument: that is how one hands it on."""
    for service in compose.services:
        for _, value in (*service.environment, *(service.build.args if service.build else ())):
            if value is not None and len(value.variables) == 1 and value.written == value.variables[0].text:
                yield value.variables[0].text.span


def _consequences(compose: Compose) -> Iterator[tuple[Span, str]]:
    """What follows from an unset variable, by the place where it is used."""
    for service in compose.services:
        for entry in service.node.entries:
            key = str(entry.key.text)
            items = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
            for item in items:
                value = compose.reader.value(item) if isinstance(item, Scalar) else None
                follow = _follow(key, value, service) if value is not None and value.unknown else None
                for variable in value.variables if value is not None and follow else ():
                    yield variable.text.span, str(follow)


def _follow(key: str, value: Value, service: Service) -> str | None:
    text, name = str(value.text), service.name
    if key == "image" and service.build is None and (not text or text.startswith("/") or text.endswith((":", "/"))):
        return (
            f"`image` of `{name}` is then {shown(text)}, which is no image" if text else f"`{name}` has no image then"
        )
    if key == "restart" and not text:
        return f"`{name}` never restarts then"
    if key in _NEVER_EMPTY and not text:
        return f"Compose refuses an empty `{key}`"
    if key == "ports":
        return _follow_of_port(text)
    if key == "volumes":
        return _follow_of_mount(text, value)
    return None


def _follow_of_port(text: str) -> str | None:
    if text.endswith(":"):
        return f"Compose refuses {shown(text)}"
    if re.match(r":[^:]+:", text):
        return f"{shown(text)} is published on all addresses"
    return f"{shown(text)} is published at a random port of the host" if re.search(r"(?:^|:):[^:]*$", text) else None


def _follow_of_mount(text: str, value: Value) -> str | None:
    if text.startswith(":") or text.endswith(":") or "::" in text:
        return f"Compose refuses {shown(text)}"
    source = text.partition(":")[0]
    is_root = value.written.startswith("$") and source.startswith("/") and ":" in text
    return f"{shown(value.written)} then mounts {shown(source)} of the host" if is_root else None
