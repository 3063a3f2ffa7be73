"""What the rules about the contents of images say."""

from pathlib import Path

import pytest

from dockerlint.lint.registry import all_rules
from tests.harness import check_files, files_of

RULES = {rule.name: rule for rule in all_rules()}


@pytest.mark.parametrize(
    ("rule", "sample", "message"),
    [
        (
            "command-not-in-image",
            "FROM alpine:3.22\nRUN useradd app",
            "`alpine:3.22` has no `useradd`, and nothing installs it before this line: use `adduser -D`",
        ),
        (
            "command-not-in-image",
            "FROM python:3.13-slim\nRUN curl -f https://example.com -o x",
            "`python:3.13-slim` has no `curl`, and nothing installs it before this line: "
            "install it first: `apt-get install curl`",
        ),
        (
            "start-command-not-in-image",
            "FROM python:3.13-slim\nHEALTHCHECK CMD curl -f http://localhost",
            "HEALTHCHECK runs `curl`, which `python:3.13-slim` does not have: the container will always be unhealthy: "
            "install it first: `apt-get install curl`",
        ),
        (
            "start-command-not-in-image",
            "FROM scratch\nCOPY app /app\nCMD /app",
            "CMD in shell form needs `sh`, which `scratch` does not have: write the program and its arguments as a JSON "
            'array: `CMD ["/program"]`',
        ),
        (
            "start-file-missing",
            '=== Dockerfile\nFROM alpine:3.22\nWORKDIR /app\nCOPY a.sh .\nCMD ["sh", "run.sh"]\n=== a.sh\n\n=== run.sh\n',
            "`sh run.sh` finds no /app/run.sh: run.sh of the build context is not copied to /app: ",
        ),
        (
            "install-without-manifest",
            "=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\n=== .dockerignore\n*lock*\n"
            "=== package.json\n{}\n=== package-lock.json\n{}",
            "`npm ci` needs package-lock.json in /app, but .dockerignore keeps it back: ",
        ),
        (
            "unrunnable-script",
            '=== Dockerfile\nFROM alpine:3.22\nCOPY --chmod=755 a.sh /\nCMD ["/a.sh"]\n=== a.sh\n#!/bin/bash\n',
            'a.sh is written for `bash`, which the image does not have: "no such file or directory": '
            "install it, or write the script for the shell that is there: `#!/bin/sh`",
        ),
    ],
)
def test_messages(rule: str, sample: str, message: str, tmp_path: Path) -> None:
    (finding,), _ = check_files([RULES[rule]], files_of(sample), tmp_path)
    assert f"{finding.message}: {finding.help}" == message


def test_a_command_is_reported_once_for_each_stage(tmp_path: Path) -> None:
    text = "FROM alpine:3.22\nRUN apt-get update\nRUN apt-get install -y x\nFROM alpine:3.22\nRUN apt-get update"
    findings, _ = check_files([RULES["command-not-in-image"]], {"Dockerfile": text}, tmp_path)
    assert [finding.region.line for finding in findings] == [2, 5]


def test_a_script_is_followed_for_its_commands(tmp_path: Path) -> None:
    files = files_of(
        '=== Dockerfile\nFROM alpine:3.22\nCOPY run.sh /\nCMD ["sh", "/run.sh"]\n=== run.sh\ncurl -f http://x/\n'
    )
    (finding,), _ = check_files([RULES["start-command-not-in-image"]], files, tmp_path)
    assert (finding.region.path, finding.region.line) == ("run.sh", 1)
