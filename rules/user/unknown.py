"""Users and groups that do not exist."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Run, Transfer, User
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.finding import Finding, Region
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.project.roster import Moment, Roster, made_by, moments
from dockerlint.source import Text


class _Named(NamedTuple):
    """A place that names a user or group, and what comes of it if there is none."""

    place: Text
    user: str
    group: str
    outcome: str


class UnknownUser(Rule[Build]):
    """A user or group is named that does not exist there.

    Docker looks names up in the image's own /etc/passwd and /etc/group: `COPY --chown` and `chown` then end the build, and
    no command can run as the user, not even the container's.

    Create the user before the line that names it: `RUN useradd --create-home app` (`RUN adduser -D app` on Alpine). Each
    stage has its own users, so one that a builder made is unknown in the next stage. A number needs no entry.

    https://docs.docker.com/reference/dockerfile/#user
    """

    severity = Severity.ERROR
    bad = {
        'FROM debian:trixie\nCOPY . /app\nUSER «appuser»\nCMD ["/app/run"]': None,
        "FROM node:24-slim\nCOPY --chown=«appuser» . /app\nRUN useradd appuser": None,
        "FROM alpine:3.22\nRUN chown -R «app:app» /srv && adduser -D app": None,
        "FROM python:3.13-slim AS build\nRUN useradd app\nFROM python:3.13-slim\nCOPY --from=build --chown=«app:app» /a /a": None,
        "FROM scratch\nCOPY app /app\nUSER «nobody»\nENTRYPOINT [\"/app\"]": None,
        "FROM debian:trixie\nUSER «nobody:nobody»\nCMD [\"sleep\", \"inf\"]": None,
        "FROM alpine:3.22\nRUN adduser -S app\nCOPY --chown=«app:app» . /app": None,
        "FROM ubuntu:22.04\nUSER «ubuntu»\nCMD [\"sleep\", \"inf\"]": None,
    }  # fmt: skip
    good = (
        "FROM debian:trixie\nRUN useradd -m app\nCOPY --chown=app:app . /app\nUSER app",
        "FROM alpine:3.22\nRUN addgroup -S app && adduser -S -G app app\nUSER app:app",
        "FROM node:24-slim\nCOPY --chown=node:node . /app\nRUN chown node /app\nUSER node",
        "FROM debian:trixie\nUSER 1000:1000\nCOPY --chown=1000 . /app",
        "FROM acme/base:1\nUSER app",
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y postgresql\nUSER postgres",
        "FROM alpine:3.22\nRUN apk add nginx\nCOPY --chown=nginx:nginx . /srv",
        "FROM debian:trixie\nCOPY setup.sh /\nRUN /setup.sh\nUSER app",
        "FROM scratch\nCOPY --from=build /etc/passwd /etc/passwd\nUSER app",
        "FROM scratch\nADD rootfs.tar.xz /\nUSER app",
        "FROM debian:trixie\nARG NAME\nRUN useradd $NAME\nUSER app",
        "FROM debian:trixie\nRUN echo 'app:x:1000:1000::/:/bin/sh' >> /etc/passwd\nUSER app",
        "FROM node:24\nRUN usermod -l app node && groupmod -n app node\nUSER app:app",
        "FROM debian:trixie\nRUN chown app /srv || true",
        "FROM debian:trixie\nUSER app\nUSER root\nCMD [\"sleep\", \"inf\"]",
        "FROM gcr.io/distroless/static\nUSER nonroot:nonroot",
        "FROM ubuntu:24.04\nUSER ubuntu",
    )  # fmt: skip

    def check(self, build: Build) -> Findings:
        reported: set[Region] = set()
        for stage in build.dockerfile.stages:
            if any(_may_name(step.instruction) for step in stage.steps):
                for finding in self._in_stage(build, stage):
                    if finding.region not in reported:
                        reported.add(finding.region)
                        yield finding

    def _in_stage(self, build: Build, stage: Stage) -> Findings:
        own = {id(step) for step in stage.steps}
        roster: Roster | None = None
        for moment in moments(stage, build.layers_of(stage), build.facts(stage)):
            roster = moment.roster
            if id(moment.step) not in own or moment.step.is_trigger:
                continue
            for named in _named(moment):
                finding = self._missing(named, stage, build, roster)
                if finding is not None:
                    yield finding
        user = stage.state.user
        if roster is None or user is None or stage not in build.targets:
            return
        if any(user is step.instruction for step in stage.steps if not step.is_trigger):
            last = _of_user(user, stage.state.user_name, "the container cannot start")
            finding = self._missing(last, stage, build, roster) if last is not None else None
            if finding is not None:
                yield finding

    def _missing(self, named: _Named, stage: Stage, build: Build, roster: Roster) -> Finding | None:
        if roster.lacks_user(named.user):
            why = _why(named.user, stage, build, roster, named.place.line)
            message = f"user `{named.user[:40]}` {why}, so {named.outcome}"
            return self.finding(named.place, message, help=_advice(named.user, roster))
        if roster.lacks_group(named.group):
            message = f"group `{named.group[:40]}` does not exist in this stage, so {named.outcome}"
            advice = f"create it first, or write `{named.user or 'root'}` alone"
            return self.finding(named.place, message, help=advice)
        return None


def _may_name(instruction: object) -> bool:
    """Whether an instruction may name a user."""
    if isinstance(instruction, Run):
        return "chown" in instruction.rest
    return isinstance(instruction, User) or (isinstance(instruction, Transfer) and instruction.owner is not None)


def _named(moment: Moment) -> Iterator[_Named]:
    """The users that a step or command needs."""
    instruction, before = moment.step.instruction, moment.step.before
    if isinstance(instruction, Transfer) and instruction.owner:
        owner = before.expanded(instruction.owner, instruction.escape)
        if owner:
            user, _, group = owner.partition(":")
            yield _Named(instruction.owner, user, group, f"the {instruction.name} fails")
    elif moment.command is not None and before.user is not None:
        needed = _of_user(before.user, before.user_name, f"the RUN in line {instruction.start_line} fails")
        if needed is not None:
            yield needed
    if moment.command is not None and moment.layer is not None and moment.command.name == "chown":
        yield from _of_chown(moment.layer, moment)


def _of_user(user: User, name: str | None, outcome: str) -> _Named | None:
    if not name:
        return None
    who, _, group = name.partition(":")
    return _Named(user.argument, who, group, outcome)


def _of_chown(layer: Layer, moment: Moment) -> Iterator[_Named]:
    """The owner that a `chown` sets whose failure ends the RUN."""
    command = moment.command
    if command is None or not command.operands or command.has_option("--reference"):
        return
    word = command.operands[0]
    is_last = not layer.after(command) and not command.after
    ends = command.after == "&&" or is_last or command.errexit
    if not word.is_literal or "." in word.value or not ends or not set(command.nesting) <= {"&&", "group"}:
        return
    user, _, group = str(word.value).partition(":")
    yield _Named(word.value, user, group, "`chown` fails")


def _why(user: str, stage: Stage, build: Build, roster: Roster, line: int) -> str:
    later = _line_that_makes(user, stage, build, roster.family, line)
    if later is not None:
        return f"is created only in line {later}"
    if stage.root.base_name == "scratch":
        return "does not exist: `scratch` has no users"
    is_somewhere = user in _made(build, roster.family)
    elsewhere = [other for other in build.dockerfile.stages if other not in stage.chain] if is_somewhere else []
    lines = (_line_that_makes(user, other, build, roster.family, 0) for other in elsewhere)
    there = next((made for made in lines if made is not None), None)
    if there is not None:
        return f"is created in line {there}, but in another stage"
    known = [name for name in dict.fromkeys(roster.made) if name][:3]
    beside = f"; there is {', '.join(known)}" if known else ""
    return f"is created nowhere, and `{stage.root.base_name}` has none of that name{beside}"


def _line_that_makes(user: str, stage: Stage, build: Build, family: str | None, line: int) -> int | None:
    """The line behind another where a user is made in a stage's chain."""
    lines = _lines_that_make(build, stage, family).get(user, ())
    return next((made for made in lines if made > line), None)


@lru_cache(maxsize=4)
def _lines_that_make(build: Build, stage: Stage, family: str | None) -> dict[str, list[int]]:
    """The lines of a stage's chain where users are made, by user."""
    found: dict[str, list[int]] = {}
    for layer in build.layers_of(stage):
        for user, line in _made_by(layer, family):
            found.setdefault(user, []).append(line)
    return found


@lru_cache(maxsize=2)
def _made(build: Build, family: str | None) -> frozenset[str]:
    """The users that any stage makes."""
    layers = (layer for stage in build.dockerfile.stages for layer in build.layers_within(stage))
    return frozenset(user for layer in layers for user, _ in _made_by(layer, family))


def _made_by(layer: Layer, family: str | None) -> Iterator[tuple[str, int]]:
    """The users that a layer makes, with the lines."""
    for command in layer.named("useradd", "adduser", "usermod"):
        made = made_by(command, family)
        yield from ((user, command.text.line) for user in (made.users if made is not None else ()))


def _advice(user: str, roster: Roster) -> str:
    if roster.family == "scratch":
        return "write a number, or copy an /etc/passwd that has the user"
    tool = "adduser -D" if roster.family in ("alpine", "busybox") else "useradd"
    return f"create it before this line: `RUN {tool} {user[:40]}`"
