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
    """The start command or the program itself writes the log into a file of the container.

    `docker logs` shows nothing of it, nor does any log driver or platform that collects it. The file grows in the
    container's layer until the disk is full, and is gone with the container.

    Log to standard output and standard error: `--access-logfile -`, no redirection, `logging.basicConfig()` without a
    file. Docker and its log drivers rotate and ship what comes there.

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
        '=== Dockerfile\nFROM python:3.13\nCOPY app.py .\nCMD ["python", "app.py"]\n=== app.py\nimport logging\n'
        "logging.basicConfig(filename=«'app.log'», level=logging.INFO)\n": None,
        '=== Dockerfile\nFROM python:3.13\nCOPY . .\nCMD ["gunicorn", "app:app"]\n=== app.py\nimport log\n'
        "log.set_up()\n=== log.py\nimport logging\nimport os.path\nfrom logging.handlers import RotatingFileHandler\n"
        "HERE = os.path.dirname(__file__)\ndef set_up():\n    handler = RotatingFileHandler("
        "«os.path.join(HERE, 'logs', 'app.log')», maxBytes=9)\n    logging.getLogger().addHandler(handler)\n": None,
        "=== Dockerfile\nFROM python:3.13\nCOPY . .\nENV DJANGO_SETTINGS_MODULE=site1.settings\n"
        'CMD ["gunicorn", "site1.wsgi"]\n=== site1/__init__.py\n\n=== site1/wsgi.py\n'
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
        "=== site1/settings.py\nfrom pathlib import Path\nBASE_DIR = Path(__file__).parent\nINSTALLED_APPS = []\n"
        "LOGGING = {'version': 1, 'handlers': {'file': {'class': 'logging.FileHandler', "
        "'filename': «BASE_DIR / 'debug.log'»}}, 'root': {'handlers': ['file']}}\n": None,
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
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: [./logs:/logs]\n"
        "=== Dockerfile\nFROM python:3.13\nCMD python app.py > /logs/app.log",
        '=== Dockerfile\nFROM python:3.13\nCOPY app.py .\nCMD ["python", "app.py"]\n=== app.py\nimport logging\n'
        "import os\nlogging.basicConfig(filename=os.environ.get('LOG', 'app.log'))\n",
        '=== Dockerfile\nFROM python:3.13\nCOPY app.py .\nCMD ["python", "app.py"]\n=== app.py\nimport logging\n'
        "logging.basicConfig(handlers=[logging.FileHandler('app.log'), logging.StreamHandler()])\n",
        '=== Dockerfile\nFROM python:3.13\nCOPY app.py .\nCMD ["python", "app.py"]\n=== app.py\nimport logging\n'
        "logging.basicConfig(filename='/dev/stdout')\n",
        '=== Dockerfile\nFROM python:3.13\nVOLUME /srv/log\nWORKDIR /srv\nCOPY app.py .\nCMD ["python", "app.py"]\n'
        "=== app.py\nimport logging\nlogging.basicConfig(filename='log/app.log')\n",
        '=== Dockerfile\nFROM python:3.13\nCOPY app.py .\nCMD ["python", "app.py"]\n=== app.py\nimport logging\n'
        "def unused():\n    logging.basicConfig(filename='app.log')\n",
        '=== Dockerfile.dev\nFROM python:3.13\nCOPY app.py .\nCMD ["python", "app.py"]\n=== app.py\nimport logging\n'
        "logging.basicConfig(filename='app.log')\n",
    )

    def check(self, build: Build) -> Findings:
        seen: set[tuple[str, int]] = set()
        for stage in build.runtime_stages:
            if build.is_development(stage) or is_replaced(build, stage):
                continue
            for place, path, who in _logs(build, stage):
                key = (place.source.path, place.start)
                if key not in seen and not _is_kept_elsewhere(build, stage, path):
                    seen.add(key)
                    message = f"what {who} logs goes to {path}, not to `docker logs`"
                    yield self.finding(place, message, help="log to standard output and standard error")


def _logs(build: Build, stage: Stage) -> Iterator[tuple[Text, str, str]]:
    """The places that send a log into a file, with its path and who writes it."""
    for command in build.start_commands(stage):
        for place, path in _log_files(command):
            yield place, path, f"`{command.name}`"
    for launch in build.launches:
        if launch.stage is stage:
            for file in launch.program.log_files():
                is_stream = file.path.startswith(_STREAMS)
                if not is_stream and not (file.is_below and any(_volumes(build, stage))):
                    yield file.place, file.path, "the program"


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
    if any(whole.startswith(volume.rstrip("/") + "/") for volume in _volumes(build, stage)):
        return True
    name = path.rpartition("/")[2]
    runs = (one.rest for link in stage.chain for one in link.instructions if isinstance(one, Run))
    if any("/dev/std" in rest and name in rest for rest in runs):
        return True
    tails = (command for command in build.start_commands(stage) if command.name == "tail")
    return any(name in word.value or "*" in word.value for command in tails for word in command.arguments)


def _volumes(build: Build, stage: Stage) -> Iterator[str]:
    """The folders whose files outlive the container: by the image, or by a service that runs it."""
    known = build.facts(stage)
    yield from (*stage.state.volumes, *(known.volumes if known is not None else ()))
    for service in build.services_of(stage):
        yield from (str(volume.target.text) for volume in service.volumes)
