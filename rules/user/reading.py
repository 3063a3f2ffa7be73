"""What the user of the container may read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.copies import absolute_path
from dockerlint.dockerfile.expansion import expand
from dockerlint.dockerfile.instructions import Add, Copy, Env, Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import State, Step
from dockerlint.knowledge.images import is_root
from dockerlint.lint.finding import Finding
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.packages import action_of
from dockerlint.source import Text

from .rehoming import rehomed

# Variables that name folders where programs and libraries are looked for.
_SEARCH_PATHS = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "NODE_PATH", "GEM_HOME")

# What installs below the home folder of whoever runs it, and the variables that move it elsewhere.
_HOME_INSTALLERS = {
    "pipx": ("PIPX_BIN_DIR", "PIPX_HOME"),
    "rustup": ("CARGO_HOME", "RUSTUP_HOME"),
    "rustup-init": ("CARGO_HOME", "RUSTUP_HOME"),
    "nvm": ("NVM_DIR",),
}


class _Hidden(NamedTuple):
    """Files that a step puts below /root."""

    place: Text
    path: str
    verb: str
    line: int
    copy: Copy | None = None


class UnreadableByUser(Rule[Build]):
    """The image needs files below /root, but runs as a user who may not enter /root.

    Only root may enter /root, so what lies below it does not exist for anybody else and the program fails at start.
    That is so in the images of Debian, Ubuntu, Alpine and Red Hat, and for packages that `pip install --user` put
    there or that were copied there from a builder.

    Install into a folder that everybody can read, such as a virtual environment in /opt/venv, or copy the packages to
    the home folder of the user: `COPY --from=builder --chown=app /root/.local /home/app/.local`.

    https://docs.docker.com/reference/dockerfile/#user
    """

    severity = Severity.ERROR
    bad = {
        "FROM python:3.13-slim AS builder\nRUN pip install --user gunicorn\nFROM python:3.13-slim\n"
        "COPY --from=builder /root/.local «/root/.local»\nENV PATH=/root/.local/bin:$PATH\n"
        'RUN useradd -m app\nUSER app\nCMD ["gunicorn", "app:app"]': None,
        "FROM python:3.13-slim AS builder\nRUN pip install --user gunicorn\nFROM python:3.13-slim\nRUN useradd -m app\n"
        'COPY --from=builder /root/.local «/root/.local»\nENV PATH="/root/.local/bin:$PATH"\nUSER app\nCMD ["gunicorn", "app:app"]': (
            "FROM python:3.13-slim AS builder\nRUN pip install --user gunicorn\nFROM python:3.13-slim\nRUN useradd -m app\n"
            "COPY --chown=app --from=builder /root/.local /home/app/.local\n"
            'ENV PATH="/home/app/.local/bin:$PATH"\nUSER app\nCMD ["gunicorn", "app:app"]'
        ),
        "FROM python:3.13-slim AS builder\nRUN pip install --user gunicorn\nFROM python:3.13-slim\nRUN useradd -m -d /srv app\n"
        "COPY --from=builder /root/.local «/root/.local»\nENV PATH=/root/.local/bin:$PATH\nUSER app\n"
        'CMD ["gunicorn", "app:app"]': None,
        "FROM python:3.13-slim AS builder\nRUN pip install --user gunicorn\nFROM python:3.13-slim\nRUN useradd -m app\n"
        "COPY --from=builder /root/.local «/root/.local»\nRUN ls /root/.local\nENV PATH=/root/.local/bin:$PATH\nUSER app\n"
        'CMD ["gunicorn", "app:app"]': None,
        "FROM python:3.13-slim\nRUN «pip install --user gunicorn»\nENV PATH=/root/.local/bin:$PATH\n"
        'USER 1000\nCMD ["gunicorn", "app:app"]': None,
        "FROM debian:trixie-slim\nCOPY venv «/root/venv»\nENV VIRTUAL_ENV=/root/venv\nUSER 1000\n"
        'CMD ["/root/venv/bin/python", "-m", "app"]': None,
    }
    good = (
        "FROM python:3.13-slim AS builder\nRUN pip install --user gunicorn\nFROM python:3.13-slim\n"
        "RUN useradd -m app\nCOPY --from=builder --chown=app /root/.local /home/app/.local\n"
        'ENV PATH=/home/app/.local/bin:$PATH\nUSER app\nCMD ["gunicorn", "app:app"]',
        "FROM python:3.13-slim\nRUN pip install --user gunicorn\nENV PATH=/root/.local/bin:$PATH\n"
        'CMD ["gunicorn", "app:app"]',
        "FROM python:3.13-slim\nRUN pip install --user gunicorn && chmod 755 /root\nENV PATH=/root/.local/bin:$PATH\n"
        'USER 1000\nCMD ["gunicorn", "app:app"]',
        'FROM python:3.13-slim\nCOPY config /root/.config\nUSER 1000\nCMD ["gunicorn", "app:app"]',
        "FROM python:3.13-slim\nUSER app\nRUN pip install --user gunicorn\nENV PATH=/root/.local/bin:$PATH\n"
        'CMD ["gunicorn", "app:app"]',
    )

    def check(self, build: Build) -> Findings:
        for stage in build.runtime_stages:
            run_as = build.runs_as(stage)
            if run_as.is_root is not False or run_as.name is None or _opens_root(stage):
                continue
            for hidden in _hidden_files(build, stage):
                if self._is_needed(stage, hidden):
                    yield self._unreadable(stage, hidden, run_as.name)

    @staticmethod
    def _is_needed(stage: Stage, hidden: _Hidden) -> bool:
        if _is_searched(stage, hidden.path):
            return True
        starts = [word for form in (stage.entrypoint, stage.cmd) if form is not None for word in form.words]
        return any(word.startswith(hidden.path.rstrip("/") + "/") for word in starts)

    def _unreadable(self, stage: Stage, hidden: _Hidden, user: str) -> Finding:
        program = next((command.name for command in (stage.cmd.commands if stage.cmd else ())), "")
        loss = f", so `{program}` will not be found there" if program else ""
        message = (
            f"`{user}` cannot enter /root: what line {hidden.line} {hidden.verb} {hidden.path} is unreadable{loss}"
        )
        home = f"/home/{user}" if re.fullmatch(r"[a-z_][a-z0-9_-]*", user) else "/opt"
        return self.finding(
            hidden.place,
            message,
            help=f"put it below {home} or /opt, and name that folder in PATH",
            fix=rehomed(stage, hidden.copy, user) if hidden.copy is not None and home != "/opt" else None,
        )


def _opens_root(stage: Stage) -> bool:
    """Whether some command gives others a way into /root, or HOME lies elsewhere."""
    for link in stage.chain:
        for step in link.steps:
            if isinstance(step.instruction, Run) and any(
                command.name in ("chmod", "chown", "setfacl", "usermod")
                and any(re.fullmatch(r"/root(/.*)?|/", word.value) for word in command.arguments)
                for command in step.instruction.commands
            ):
                return True
    return False


def _hidden_files(build: Build, stage: Stage) -> Iterator[_Hidden]:
    for link in stage.chain:
        for step in link.steps:
            if not _is_root_step(build, link, step):
                continue
            if isinstance(step.instruction, Copy | Add):
                yield from _copied(step)
            elif isinstance(step.instruction, Run):
                yield from _installed(step)


def _is_root_step(build: Build, stage: Stage, step: Step) -> bool:
    if isinstance(step.instruction, Copy | Add):
        return True
    if step.before.user is not None:
        return is_root(step.before.user_name) is True
    known = build.facts(stage)
    return known is not None and is_root(known.default_user) is True


def _copied(step: Step) -> Iterator[_Hidden]:
    copy = step.instruction
    if not isinstance(copy, Copy | Add):
        return
    written = expand(copy.destination, step.before.environment.lookup, copy.escape).value
    path = absolute_path(written, step.before.workdir) if written else "/"
    if path == "/root" or path.startswith("/root/"):
        yield _Hidden(copy.destination, path, "copies to", copy.start_line, copy if isinstance(copy, Copy) else None)


def _installed(step: Step) -> Iterator[_Hidden]:
    run = step.instruction
    if not isinstance(run, Run) or _value(step.before, "HOME") not in (None, "/root"):
        return
    for command in run.commands:
        action = action_of(command)
        is_for_user = action is not None and action.manager == "pip" and action.options.has("--user")
        if is_for_user and _value(step.before, "PYTHONUSERBASE") is None:
            yield _Hidden(command.text, "/root/.local", "installs to", command.text.line)
        variables = _HOME_INSTALLERS.get(command.name)
        if variables and all(_value(step.before, name) is None for name in variables):
            folder = {"pipx": "/root/.local", "nvm": "/root/.nvm"}.get(command.name, "/root/.cargo")
            yield _Hidden(command.text, folder, "installs to", command.text.line)


def _value(state: State, name: str) -> str | None:
    return state.environment.get(name)


def _is_searched(stage: Stage, path: str) -> bool:
    """Whether a search path of the stage names the folder, one in it, or one above it but below /root."""
    for link in stage.chain:
        for env in link.instructions:
            if not isinstance(env, Env):
                continue
            for pair in env.pairs:
                folders = (pair.value or "").strip("\"'").split(":") if pair.name in _SEARCH_PATHS else ()
                if any(_is_within(folder, path) for folder in folders):
                    return True
    return False


def _is_within(folder: str, path: str) -> bool:
    folder = posixpath.normpath(folder.replace("$HOME", "/root").replace("${HOME}", "/root").replace("~", "/root"))
    return folder == path or folder.startswith(path.rstrip("/") + "/")
