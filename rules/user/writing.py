"""What the user of the container may write."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from dockerlint.dockerfile.copies import absolute_path
from dockerlint.dockerfile.instructions import Copy, Env, Instruction, User, Volume
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import Step
from dockerlint.knowledge.images import ImageFacts
from dockerlint.knowledge.users import accounts
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.owners import Moment, Owners, moments, runs_as_root
from dockerlint.shell.packages import action_of
from dockerlint.source import Span, Text

from .needs import is_certain, needs


class UnwritableByUser(Rule[Build]):
    """A user without rights must write in a folder of root.

    WORKDIR and `RUN mkdir` make folders that belong to the USER of that line, and COPY makes root's unless `--chown` says
    otherwise. Another user cannot write there: the step, or the program in the container, ends with "Permission denied".

    Write `USER` before the WORKDIR that is to be the user's, or give the folder away: `RUN chown node /app`. To add
    `--chown` to a COPY helps only where that COPY makes the folder: one that is there keeps its owner.

    https://docs.docker.com/reference/dockerfile/#workdir
    """

    severity = Severity.WARNING
    bad = {
        "FROM node:24-slim\nWORKDIR /app\nCOPY --chown=node . .\nUSER node\nRUN «npm ci»": None,
        "FROM node:24-slim\nCOPY . /app\nWORKDIR /app\nUSER node\nRUN «npm ci»": (
            "FROM node:24-slim\nCOPY --chown=node . /app\nWORKDIR /app\nUSER node\nRUN npm ci"
        ),
        "FROM python:3.13-slim\nWORKDIR /app\nUSER 1000\nRUN «mkdir logs» && «touch a.log» && «echo a» > b.log": None,
        "FROM debian:trixie\nRUN mkdir -p /srv/app/data\nUSER 1000\nRUN «touch /srv/app/data/a»": None,
        "FROM debian:trixie\nUSER 1000\nRUN «mkdir -p /data/a»": None,
        'FROM python:3.13-slim\nRUN mkdir /data\nVOLUME «/data»\nUSER 1000\nCMD ["python", "-m", "app"]': None,
        'FROM python:3.13-slim\nVOLUME «/data»\nWORKDIR /app\nUSER 1000\nCMD ["python", "-m", "app"]': None,
        "FROM python:3.13-slim\nWORKDIR /app\nENV DATABASE_URL=«sqlite:////app/a.db»\nUSER 1000\n"
        'CMD ["python", "-m", "app"]': None,
    }
    good = (
        "FROM node:24-slim\nUSER node\nWORKDIR /home/node/app\nCOPY --chown=node . .\nRUN npm ci",
        "FROM node:24-slim\nWORKDIR /app\nCOPY --chown=node . .\nRUN chown node .\nUSER node\nRUN npm ci",
        "FROM node:24-slim\nCOPY --chown=node . /app\nWORKDIR /app\nUSER node\nRUN npm ci",
        "FROM node:24-slim\nRUN mkdir -p /app/node_modules && chown -R node:node /app\nWORKDIR /app\nUSER node\nRUN npm ci",
        "FROM debian:trixie\nRUN install -d -o 1000 /app\nUSER 1000\nRUN touch /app/a /tmp/b",
        "FROM debian:trixie\nRUN mkdir -m 777 /app && mkdir /b && chmod o+w /b\nUSER 1000\nRUN touch /app/a /b/c",
        "FROM acme/base:1\nWORKDIR /app\nUSER 1000\nRUN npm ci",
        "FROM debian:trixie\nWORKDIR /app\nCOPY setup.sh .\nRUN ./setup.sh\nUSER 1000\nRUN touch a",
        "FROM debian:trixie\nWORKDIR /app/data\nUSER 1000\nRUN mkdir -p /app/data",
        "FROM debian:trixie\nRUN useradd -m app\nUSER app\nRUN mkdir /home/app/a && touch ~/b",
        'FROM python:3.13-slim\nRUN mkdir /data && chown 1000 /data\nVOLUME /data\nUSER 1000\nCMD ["python", "app.py"]',
        'FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nUSER 1000\nCMD ["python", "app.py"]',
        'FROM python:3.13-slim\nVOLUME /repository\nUSER 1000\nCMD ["python", "-m", "app"]',
        "FROM node:24-slim\nUSER node\nRUN mkdir -p /home/node/app",
        "FROM node:24-slim\nWORKDIR /app\nUSER node\nRUN npm install -g pm2 && npm install --prefix /tmp/a",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.dockerfile.stages:
            if any(isinstance(step.instruction, User) for link in stage.chain for step in link.steps):
                yield from self._in_stage(build, stage)

    def _in_stage(self, build: Build, stage: Stage) -> Findings:
        own = {id(step) for step in stage.steps if not step.is_trigger}
        owners: Owners | None = None
        for moment in moments(stage, build.layers_of(stage), build.facts(stage)):
            owners = moment.owners
            if id(moment.step) in own and moment.command is not None:
                yield from self._of_command(moment)
        if owners is not None and not owners.is_open and stage in build.runtime_stages:
            yield from self._at_runtime(build, stage, owners)

    def _of_command(self, moment: Moment) -> Findings:
        layer, command, before = moment.layer, moment.command, moment.step.before
        if layer is None or command is None or runs_as_root(before, moment.owners.known) is not False:
            return
        user = _name(before.user_name or (moment.owners.known.default_user if moment.owners.known else None))
        if not user or not is_certain(layer, command):
            return
        need = next((need for need in needs(layer, command, action_of(command), moment.owners)), None)
        if need is None or need.is_systems:
            return
        what = " ".join(str(word.value) for word in command.words[:2])
        message = f"`{what[:60]}` runs as `{user}`, but {_whose(need.folder, need.maker)}"
        fix = _given_by_copy(need.maker, user, moment.owners.known)
        yield self.finding(command.text, message, help=_way_out(need.folder, user), fix=fix)

    def _at_runtime(self, build: Build, stage: Stage, owners: Owners) -> Findings:
        services = build.services_of(stage)
        user = _name(build.runs_as(stage).name)
        if build.runs_as(stage).is_root is not False or any(one.user or one.volumes for one in services):
            return
        for step in stage.steps:
            instruction = step.instruction
            if step.is_trigger:
                continue
            if isinstance(instruction, Volume):
                for word in instruction.paths:
                    path = step.before.expanded(word, instruction.escape)
                    if path is not None and path.startswith("/") and _is_written(path):
                        yield from self._of_data(word, posixpath.normpath(path), user, owners, "the volume")
            elif isinstance(instruction, Env):
                for word, folder in _databases(instruction, step, stage.state.workdir):
                    yield from self._of_data(word, folder, user, owners, "the database's folder")

    def _of_data(self, place: Text, folder: str, user: str, owners: Owners, what: str) -> Findings:
        if owners.will_be_roots(folder):
            message = f"`{user}` cannot write in {what} {folder[:60]}: {_whose(folder, owners.maker(folder))}"
            yield self.finding(place, message, help=_way_out(folder, user))


def _name(user: str | None) -> str:
    return (user or "").partition(":")[0][:40]


def _whose(folder: str, maker: Instruction | None) -> str:
    if maker is None:
        return f"{folder[:60]} is root's"
    return f"{folder[:60]} was made by root in line {maker.start_line}"


def _way_out(folder: str, user: str) -> str:
    if folder == "/":
        return f"make a folder for `{user}` as root: `RUN install -d -o {user} /app`"
    return f"give it away before the `USER`: `RUN chown {user} {folder[:60]}`"


def _databases(env: Env, step: Step, workdir: str | None) -> Iterator[tuple[Text, str]]:
    """The values of an ENV that place an SQLite database, and its folder."""
    for pair in env.pairs:
        value = (
            step.before.expanded(pair.value, env.escape) if pair.value is not None and "sqlite" in pair.value else None
        )
        if pair.value is None or value is None or not value.startswith("sqlite:///"):
            continue
        path = value.removeprefix("sqlite:///").partition("?")[0]
        if path and ":memory:" not in path and (path.startswith("/") or workdir is not None):
            yield pair.value, posixpath.dirname(absolute_path(path, workdir))


def _is_written(folder: str) -> bool:
    """Whether a volume is there to be written, by its name; others may be mounted to be read."""
    name = posixpath.basename(folder)
    return (
        re.fullmatch(r"(?:.*[-_])?(?:backups?|cache|data|database|db|logs?|output|state|storage|uploads?)", name)
        is not None
    )


def _given_by_copy(maker: Instruction | None, user: str, known: ImageFacts | None) -> Fix | None:
    """A fix where a COPY makes the folder, for a user who is sure to exist at that line."""
    if not isinstance(maker, Copy) or maker.flags or known is None:
        return None
    found = accounts(known)
    if not user.isdecimal() and (found is None or user not in found.own):
        return None
    end = maker.keyword.end
    edit = Edit.replacing(Span(maker.keyword.source, end, end), f" --chown={user}")
    return Fix(f"add `--chown={user}` to the COPY that makes the folder", (edit,), is_safe=False)
