"""What the rules about the running container say, and to whom."""

from pathlib import Path

import pytest

from dockerlint.dockerfile.stages import Dockerfile, Options
from dockerlint.knowledge.base_images import base_image
from dockerlint.lint.registry import all_rules
from dockerlint.project.build import Build
from dockerlint.source import Source
from tests.harness import check_files, files_of

RULES = {rule.name: rule for rule in all_rules()}


def said(rule: str, sample: str, folder: Path) -> list[tuple[str, str]]:
    findings, problems = check_files([RULES[rule]], files_of(sample), folder)
    assert not problems
    return [(finding.message, finding.help) for finding in findings]


@pytest.mark.parametrize(
    ("rule", "sample", "message", "help_"),
    [
        (
            "shell-form-command",
            "FROM python:3.13\nCMD python app.py",
            "`CMD python app.py` runs under /bin/sh (dash), which does not pass SIGTERM on",
            'write `CMD ["python", "app.py"]`',
        ),
        (
            "shell-form-command",
            "FROM python:3.13\nCMD cd /srv && python app.py",
            "`CMD cd /srv && python app.py` runs under /bin/sh (dash), which does not pass SIGTERM on",
            "let the program replace the shell: `exec python ...`",
        ),
        (
            "shell-form-command",
            "FROM python:3.13\nCMD while true; do ./poll; sleep 60; done",
            "`CMD while true; do ./poll; sleep 60; done` runs under /bin/sh (dash), which does not pass SIGTERM on",
            "let an init be process 1, such as tini or that of `docker run --init`",
        ),
        (
            "shell-form-command",
            'FROM python:3.13\nCMD sh -c "python app.py"',
            '`CMD sh -c "python app.py"` runs under /bin/sh (dash), which does not pass SIGTERM on',
            'start the program itself: `CMD ["python", "app.py"]`',
        ),
        (
            "shell-form-command",
            'FROM python:3.13\nCMD bash -c "./start && while true; do sleep 1; done"',
            '`CMD bash -c "./start && while true; do sleep 1; done"` runs under /bin/sh (dash),'
            " which does not pass SIGTERM on",
            "let an init be process 1, such as tini or that of `docker run --init`",
        ),
        (
            "needless-shell-form",
            "FROM alpine:3.22\nCMD nginx -g 'daemon off;'",
            "`CMD nginx -g 'daemon off;'` starts a shell that it does not need",
            'write `CMD ["nginx", "-g", "daemon off;"]`',
        ),
        (
            "needless-shell-form",
            "FROM alpine:3.22\nENTRYPOINT",
            "`ENTRYPOINT` without arguments runs an empty shell script",
            "say `ENTRYPOINT []`, or leave it out",
        ),
        (
            "cmd-conflicts-with-entrypoint",
            'FROM python:3.13\nENTRYPOINT python app.py\nCMD ["--port", "8000"]',
            '`CMD ["--port", "8000"]` is never used: the ENTRYPOINT in line 2 is in shell form',
            "write the ENTRYPOINT as a JSON array",
        ),
        (
            "cmd-conflicts-with-entrypoint",
            'FROM python:3.13\nENTRYPOINT ["python"]\nCMD ["python", "app.py"]',
            '`CMD ["python", "app.py"]` becomes arguments: the container runs `python python app.py`',
            "give CMD only the arguments of the ENTRYPOINT, as a JSON array",
        ),
        (
            "exec-form-misuse",
            'FROM python:3.13\nCMD ["gunicorn", "-b", "0.0.0.0:$PORT", "app:app"]',
            "`$PORT` is not expanded in exec form: `gunicorn` gets it as it is",
            'write `["sh", "-c", "exec gunicorn -b 0.0.0.0:$PORT app:app"]`',
        ),
        (
            "background-process",
            "FROM debian:trixie\nCMD redis-server & python app.py",
            "`redis-server` runs unwatched beside `python`: if it ends, nobody notices",
            "one service for each container, joined by Compose, or a supervisor that watches them",
        ),
        (
            "background-process",
            "FROM debian:trixie\nCMD service nginx start",
            "`service nginx start` leaves its service in the background and returns: the container ends at once",
            "one service for each container, joined by Compose, or a supervisor that watches them",
        ),
        (
            "build-tool-as-command",
            'FROM node:24\nCMD ["npm", "run", "serve"]',
            "`npm run serve` keeps npm above the program",
            'start what the script runs, such as `CMD ["node", "server.js"]`',
        ),
        (
            "loopback-bind",
            'FROM python:3.13\nCMD ["uvicorn", "main:app"]',
            "`uvicorn` listens on 127.0.0.1 inside the container, unless told otherwise",
            "`--host=0.0.0.0` makes the published port reach it",
        ),
        (
            "port-mismatch",
            'FROM python:3.13\nEXPOSE 5000\nCMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]',
            "`gunicorn` listens on 8000, but EXPOSE names 5000",
            "expose 8000, or let it listen on another port",
        ),
        (
            "healthcheck-never-fails",
            "FROM nginx:1.31\nHEALTHCHECK CMD curl http://localhost/health",
            "`curl http://localhost/health` exits 0 on a 404 or 500 answer",
            "add `-f`",
        ),
        (
            "healthcheck-never-fails",
            "FROM nginx:1.31\nHEALTHCHECK CMD true",
            "`true` succeeds always, so nothing is checked",
            "ask the program something, or write `HEALTHCHECK NONE`",
        ),
        (
            "missing-healthcheck",
            'FROM python:3.13\nCMD ["python", "/srv/app.py"]',
            "nothing tells whether `app.py` still works",
            "add a HEALTHCHECK that fails when it does not",
        ),
        (
            "missing-healthcheck",
            "=== compose.yaml\nservices:\n  web:\n    build: .\n=== Dockerfile\nFROM python:3.13\nCMD gunicorn a:b",
            "nothing tells whether `web` still works",
            "add a HEALTHCHECK that fails when it does not",
        ),
    ],
)
def test_messages(rule: str, sample: str, message: str, help_: str, tmp_path: Path) -> None:
    assert said(rule, sample, tmp_path) == [(message, help_)]


def test_a_long_command_is_shortened(tmp_path: Path) -> None:
    words = " ".join(f"--option-{number}" for number in range(30))
    ((message, help_),) = said("shell-form-command", f"FROM python:3.13\nCMD serve {words}", tmp_path)
    assert len(message) < 160
    assert help_ == "write exec form, a JSON array of words"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM node:24", True),
        ("FROM python:3.13", True),
        ("FROM acme/base:1", False),
        ("FROM node:24\nENV X=1", False),
        ("FROM node:24\nARG X=1", True),
        ("FROM acme/base:1\nARG X=1", False),
        ("FROM node:24 AS a\nENV X=1\nFROM a", False),
    ],
)
def test_a_variable_is_unset_only_where_the_base_image_is_known(text: str, expected: bool) -> None:
    dockerfile = Dockerfile(Source("Dockerfile", text), Options(base_images=base_image))
    assert Build(dockerfile).is_unset(dockerfile.stages[-1], "X") is expected
