"""What the containers of a stage start, as far as it can be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.copies import absolute_path
from dockerlint.dockerfile.instructions import Healthcheck
from dockerlint.dockerfile.stages import Stage
from dockerlint.project.build import Build
from dockerlint.shell.script import SHELLS, Command, read_script
from dockerlint.source import Source

# Programs that start what a file of theirs says.
_SUPERVISORS = frozenset(
    {
        "supervisord", "my_init", "init", "systemd", "s6-svscan", "runsvdir", "runit", "foreman", "honcho", "circusd",
        "pm2", "pm2-runtime", "cron", "crond", "monit", "procfile",
    }
)  # fmt: skip
_SCRIPTS = (".sh", ".bash", ".zsh", ".ash", ".pl")
# How scripts without an ending are called.
_STARTERS = ("start", "run", "init", "launch", "boot", "docker-")
_SCRIPT_RUNNERS = frozenset({"npm", "yarn", "pnpm"})


class Started(NamedTuple):
    """`text` is all that is written of what runs; `is_complete` is false where a script or the like is not seen."""

    text: str
    is_complete: bool

    def names(self, program: str) -> bool:
        return names(program, self.text)


def names(program: str, text: str) -> bool:
    """Whether a text names a program as a word of its own."""
    return program in text and re.search(rf"(?<![\w.-]){re.escape(program)}(?![\w-])", text) is not None


def started(build: Build, stage: Stage) -> Started:
    forms = [form for form in (stage.entrypoint, stage.cmd, stage.last(Healthcheck)) if form is not None]
    commands = [*build.start_commands(stage), *_health_commands(stage)]
    texts = [str(form.rest) for form in forms]
    texts += [" ".join(word.value for word in command.words) for command in commands]
    texts += _of_services(build, stage)
    texts += _package_scripts(build, stage, commands)
    brought = () if stage.cmd is not None or stage.entrypoint is not None else _brought(build, stage)
    texts.append(" ".join(brought or ()))
    is_unseen = brought is None or any(_is_unseen(build, stage, command) for command in commands)
    return Started("\n".join(texts), not is_unseen)


def _brought(build: Build, stage: Stage) -> tuple[str, ...] | None:
    """What the base image starts by itself; None where nobody knows, or where it is a supervisor."""
    known = build.facts(stage)
    if known is None or (known.cmd is None and known.entrypoint is None):
        return None
    words = (*(known.entrypoint or ()), *(known.cmd or ()))
    return None if any(word.rpartition("/")[2] in _SUPERVISORS for word in words) else words


def _health_commands(stage: Stage) -> tuple[Command, ...]:
    healthcheck = stage.last(Healthcheck)
    return healthcheck.commands if isinstance(healthcheck, Healthcheck) else ()


def _is_unseen(build: Build, stage: Stage, command: Command) -> bool:
    """Whether a command runs what nobody has read: a script that is not there, or a supervisor's programs."""
    name = command.name
    if not name or name in _SUPERVISORS:
        return True
    words = [str(word.value) for word in command.words]
    is_shell = name in SHELLS and len(words) > 1 and "-c" not in words
    has_script = name.startswith(_STARTERS) or any(word.endswith(_SCRIPTS) or "entrypoint" in word for word in words)
    return (is_shell or has_script) and build.script_of(stage, command) is None


def _of_services(build: Build, stage: Stage) -> Iterator[str]:
    for service in build.services_of(stage):
        yield from (str(word.text) for word in service.start_words)
        if service.healthcheck is not None:
            yield from (str(word.text) for word in service.healthcheck.words)


def _package_scripts(build: Build, stage: Stage, commands: list[Command]) -> Iterator[str]:
    """The scripts of package.json that are run, as far as it can be read."""
    waiting = [command for command in commands if command.name in _SCRIPT_RUNNERS]
    source = build.read(stage, absolute_path("package.json", stage.state.workdir)) if waiting else None
    scripts = _scripts_of(source.text) if source is not None else {}
    while waiting:
        operands = [str(word.value) for word in waiting.pop().operands]
        name = "".join(operands[1:2] if operands[:1] in (["run"], ["run-script"]) else operands[:1])
        script = scripts.pop(name, None)
        if script is not None:
            yield script
            inner = read_script(Source("package.json", script).slice(0, len(script))).commands
            waiting += [command for command in inner if command.name in _SCRIPT_RUNNERS]


def _scripts_of(package: str) -> dict[str, str]:
    """The scripts of a package.json."""
    try:
        found = json.loads(package)
    except ValueError:
        return {}
    scripts = found.get("scripts") if isinstance(found, dict) else None
    return {name: text for name, text in scripts.items() if isinstance(text, str)} if isinstance(scripts, dict) else {}
