"""Build arguments that make steps run again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dockerlint.dockerfile.instructions import Arg, Env, Pair, Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import Step
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.shell.packages import action_of, installer
from dockerlint.shell.script import Command

# Parts of the names of arguments that have another value in each build.
_VOLATILE = (
    "commit", "sha", "revision", "vcs", "git_ref", "build_date", "build_time", "build_number", "build_id",
    "timestamp", "date",
)  # fmt: skip
# These are meant to make what follows run again, or change seldom.
_MEANT = ("cache", "bust", "ref_name", "branch")
# Defaults that only stand in for what the build is given; any other pins something.
_STAND_INS = frozenset({"", "unknown", "none", "dev", "n/a", "local", "latest", "unset", "undefined", "head", "0"})


class VolatileArgEarly(Rule[Stage]):
    """An argument with another value in each build stands above the installation of packages.

    Each new value makes Docker run all RUNs below the ARG again, whether they use it or not, so every commit installs
    the packages anew.

    Move the ARG, and the LABEL or ENV that uses it, to the end of the stage.

    https://docs.docker.com/build/cache/invalidation/
    """

    severity = Severity.INFO
    bad = {
        "FROM python:3.13\nARG «GIT_SHA»\nLABEL revision=$GIT_SHA\nRUN pip install -r requirements.txt": None,
        "FROM debian:trixie\nARG VERSION=1 «BUILD_DATE»\nRUN apt-get update && apt-get install -y curl": None,
        "FROM node:24\nARG «COMMIT»=unknown\nRUN mkdir /app\nRUN npm ci": None,
        "FROM golang:1.26 AS build\nARG «VCS_REF»\nRUN go mod download\nRUN go build -ldflags -X=main.v=$VCS_REF": None,
    }
    good = (
        "ARG GIT_SHA\nFROM python:3.13\nRUN pip install -r requirements.txt",
        "FROM python:3.13\nRUN pip install -r requirements.txt\nARG GIT_SHA\nLABEL revision=$GIT_SHA",
        "FROM debian:trixie\nARG CACHE_DATE\nRUN apt-get update && apt-get install -y curl",
        "FROM debian:trixie\nARG NGINX_COMMIT=4f1b2c3\nRUN apt-get update && apt-get install -y curl",
        "FROM debian:trixie\nARG COMMIT\nRUN apt-get update && apt-get install -y curl && curl https://x.io/$COMMIT",
        "FROM debian:trixie\nARG COMMIT\nENV REV=${COMMIT}\nRUN git clone -b $REV https://x.io/a\nRUN npm ci",
        "FROM debian:trixie\nARG COMMIT\nCOPY dist-$COMMIT /srv\nRUN apt-get install -y /srv/a.deb b",
        "FROM debian:trixie\nARG UPDATE_CHANNEL\nARG SHARED\nRUN apt-get install -y curl",
        "FROM debian:trixie\nARG GIT_SHA\nRUN mkdir /app",
    )

    def check(self, stage: Stage) -> Findings:
        steps = [step for step in stage.steps if not step.is_trigger]
        for index, step in enumerate(steps):
            if not isinstance(step.instruction, Arg):
                continue
            for pair in step.instruction.pairs:
                command = _rerun(str(pair.key), steps[index + 1 :]) if _is_volatile(pair) else None
                if command is not None:
                    message = (
                        f"each new value of `{pair.key}` runs line {command.text.line} (`{_title(command)}`) again, "
                        "which does not use it; move the ARG below"
                    )
                    yield self.finding(pair.key, message)


def _is_volatile(pair: Pair) -> bool:
    name = f"_{pair.key.lower().replace('-', '_')}_"
    if not any(f"_{part}_" in name for part in _VOLATILE) or any(part in name for part in _MEANT):
        return False
    return pair.value is None or pair.value.strip("\"'").lower() in _STAND_INS


def _rerun(name: str, later: Sequence[Step]) -> Command | None:
    """The first installation below an ARG that makes no use of it, if nothing before needs it."""
    names = {name}
    for step in later:
        instruction = step.instruction
        text = instruction.script.text if isinstance(instruction, Run) else instruction.rest
        is_used = any(one in text for one in names)
        if isinstance(instruction, Env):
            names.update(str(pair.key) for pair in instruction.pairs if pair.value and _holds(pair.value, names))
        elif isinstance(instruction, Run):
            if is_used:
                return None
            found = next(_installations(instruction), None)
            if found is not None:
                return found
        elif is_used and instruction.name in ("COPY", "ADD", "WORKDIR", "USER"):
            return None
    return None


def _holds(value: str, names: set[str]) -> bool:
    return any(name in value for name in names)


def _installations(run: Run) -> Iterator[Command]:
    for command in run.commands:
        action = action_of(command)
        is_install = action is not None and action.verb.name == "install" and bool(action.packages)
        if is_install or installer(command) is not None:
            yield command


def _title(command: Command) -> str:
    action = action_of(command)
    return f"{action.manager} {action.verb.written}".strip() if action is not None else command.name
