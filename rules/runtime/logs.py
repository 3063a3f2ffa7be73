"""Logs that do not reach `docker logs`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.dockerfile.copies import absolute_path
from dockerlint.dockerfile.instructions import Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Text

from .effective import is_replaced

_FILE_OPTIONS: dict[str, tuple[str, ...]] = {
    "gunicorn": ("--access-logfile", "--error-logfile", "--log-file"),
    "celery": ("--logfile", "-f"),
    "uwsgi": ("--logto", "--logto2", "--daemonize"),
    "mongod": ("--logpath",),
    "redis-server": ("--logfile",),
    "daphne": ("--access-log",),
    "hypercorn": ("--access-logfile", "--error-logfile"),
}
_STREAMS = ("/dev/stdout", "/dev/stderr", "/dev/null", "/proc/", "/dev/fd/", "-", "/dev/tty", "&")


class LogsToFile(Rule[Build]):
    """The start command writes the program's log into a file of the container.

    `docker logs` shows nothing of it, nor does any log driver or platform that collects it. The file grows in the
    container's layer until the disk is full, and is gone with the container.

    Log to standard output and standard error: `--access-logfile -`, no redirection. Docker and its log drivers rotate
    and ship what comes there.

    https://docs.docker.com/engine/logging/
    """

    severity = Severity.INFO
    bad = {
        "FROM python:3.13\nCMD python app.py «> /var/log/app.log» 2>&1": None,
        "FROM python:3.13\nCMD exec python app.py «2>> err.log»": None,
        'FROM python:3.13\nCMD ["gunicorn", "--access-logfile", «"/var/log/access.log"», "app:app"]': None,
        "FROM python:3.13\nCMD gunicorn «--error-logfile=/log/error.log» app:app": None,
        'FROM python:3.13\nCMD ["sh", "-c", "python app.py «> /app.log»"]': None,
        "=== start.sh\n#!/bin/sh\nexec node server.js «>> /app.log»\n=== Dockerfile\nFROM node:24\nCOPY start.sh /\n"
        'CMD ["/start.sh"]': None,
    }
    good = (
        "FROM python:3.13\nCMD python app.py > /dev/stdout",
        "FROM python:3.13\nCMD python app.py 2>&1 | tee /log",
        "FROM python:3.13\nCMD python app.py > /dev/null 2>&1",
        'FROM python:3.13\nCMD ["gunicorn", "--access-logfile", "-", "app:app"]',
        "FROM python:3.13\nRUN ln -sf /dev/stdout /var/log/app.log\nCMD python app.py > /var/log/app.log",
        "FROM python:3.13\nVOLUME /log\nCMD python app.py > /log/app.log",
        "FROM mongo:8\nCMD mongod --logpath /data/db/mongod.log",
        "FROM python:3.13\nCMD envsubst < a.tmpl > a.conf && exec nginx",
        "FROM python:3.13\nCMD echo $CONFIG > /etc/app.conf; exec python app.py",
        "FROM python:3.13\nCMD python app.py > $LOG",
        "FROM python:3.13\nRUN python setup.py > /log",
    )

    def check(self, build: Build) -> Findings:
        seen: set[tuple[str, int]] = set()
        for stage in build.runtime_stages:
            if build.is_development(stage) or is_replaced(build, stage):
                continue
            for command in build.start_commands(stage):
                for place, path in _log_files(command):
                    key = (place.source.path, place.start)
                    if key in seen or _is_kept_elsewhere(build, stage, path):
                        continue
                    seen.add(key)
                    message = f"what `{command.name}` logs goes to {path}, not to `docker logs`"
                    yield self.finding(place, message, help="log to standard output and standard error")


def _log_files(command: Command) -> Iterator[tuple[Text, str]]:
    """The places that send what a program says into a file, with its path."""
    for name in _FILE_OPTIONS.get(command.name, ()):
        yield from _option_files(command.arguments, name)
    for redirection in command.redirections:
        target = redirection.target
        is_output = redirection.operator in (">", ">>", "&>", "&>>", ">|") and redirection.descriptor in ("", "1", "2")
        if not is_output or target is None or not target.is_literal or target.value.startswith(_STREAMS):
            continue
        if command.name[:1].isalnum() and _writes_log(command, str(target.value)):
            yield redirection.text, str(target.value)


def _option_files(words: tuple[Word, ...], name: str) -> Iterator[tuple[Text, str]]:
    for index, word in enumerate(words):
        value = words[index + 1] if word.value == name and index + 1 < len(words) else None
        path = str(value.value) if value is not None else ""
        place = value.value if value is not None else word.value
        if word.value.startswith(f"{name}="):
            path = str(word.value).partition("=")[2]
        if path and word.is_literal and not path.startswith(_STREAMS) and "$" not in path:
            yield place, path


# What they write is no log of a program.
_WRITERS = frozenset(
    {"echo", "printf", "cat", "date", "touch", "tail", "head", "grep", "sed", "awk", "true", ":", "rm"}
)


def _writes_log(command: Command, path: str) -> bool:
    return (
        command.name not in _WRITERS and re.search(r"log|\.(out|err)$|stdout|stderr", path, re.IGNORECASE) is not None
    )


def _is_kept_elsewhere(build: Build, stage: Stage, path: str) -> bool:
    """Whether a file is a link to an output, lies in a volume, or is shown by `tail` all the same."""
    whole = absolute_path(path, stage.state.workdir)
    known = build.facts(stage)
    volumes = (*stage.state.volumes, *(known.volumes if known is not None else ()))
    if any(whole.startswith(volume.rstrip("/") + "/") for volume in volumes):
        return True
    name = path.rpartition("/")[2]
    runs = (one.rest for link in stage.chain for one in link.instructions if isinstance(one, Run))
    if any("/dev/std" in rest and name in rest for rest in runs):
        return True
    tails = (command for command in build.start_commands(stage) if command.name == "tail")
    return any(name in word.value or "*" in word.value for command in tails for word in command.arguments)
