"""What the rules on pinning and on the final image say, word for word."""

from pathlib import Path

import pytest

from dockerlint.lint.registry import find
from tests.harness import check_files, files_of

SAID = [
    ("unpinned-apt-packages", "FROM debian:13\nRUN apt-get install curl", "`curl` has no version"),
    ("unpinned-apk-packages", "FROM alpine:3.22\nRUN apk add bash@edge", "`bash` has no version"),
    ("unpinned-rpm-packages", "FROM fedora:43\nRUN dnf install glibc.i686", "`glibc` has no version"),
    (
        "unpinned-pip-packages",
        "FROM python:3.13\nRUN pip install flask>=3.0",
        "the shell takes `>=3.0` for a redirection, so that `flask` has no version",
    ),
    (
        "unpinned-pip-packages",
        "FROM python:3.13\nRUN pip install git+https://github.com/pallets/flask.git#egg=flask",
        "`flask` is installed at its newest commit",
    ),
    (
        "unpinned-npm-packages",
        "FROM node:24\nRUN npm install @vue/cli@latest",
        "`@vue/cli@latest` is whatever version is newest",
    ),
    (
        "unpinned-tools",
        "FROM golang:1.26\nRUN go install github.com/x/tool@latest",
        "`github.com/x/tool` is installed at whatever version is newest",
    ),
    (
        "unpinned-tools",
        "FROM debian:13\nRUN git clone git@github.com:x/tool.git",
        "`tool` is taken at whatever commit is newest",
    ),
    (
        "unlocked-install",
        "FROM node:24\nCOPY package.json yarn.lock ./\nRUN yarn",
        "`yarn` may change what yarn.lock fixes",
    ),
    (
        "build-tools-shipped",
        "FROM python:3.13-slim\nRUN apt-get install -y python3-dev gcc\nCOPY . .\nRUN pip install .\nCMD app",
        "`gcc` and `python3-dev` stay in the image though only the build needs them (`pip install`, line 4)",
    ),
    (
        "build-tools-shipped",
        "FROM alpine:3.22\nRUN apk add -t x gcc make\nCOPY . .\nRUN make\nRUN apk del x\nCMD ./app",
        "removing `gcc` and `make` in line 5 is too late: they stay in this layer",
    ),
    (
        "sdk-shipped",
        "FROM golang:1.26\nCOPY . .\nRUN go build -o /app\nCMD /app",
        "the image ships the whole Go toolchain (`golang:1.26`) for what line 3 builds",
    ),
    (
        "needless-tool",
        "=== a.py\n=== Dockerfile\nFROM python:3.13-slim\nRUN apt-get install -y curl && curl -O https://x.org/y\n"
        'COPY . .\nCMD ["python", "a.py"]',
        "`curl` stays in the image though only the build uses it (line 2)",
    ),
    (
        "needless-tool",
        '=== a.py\n=== Dockerfile\nFROM python:3.13-alpine\nRUN apk add bash\nCOPY . .\nCMD ["python", "a.py"]',
        "nothing in the image uses `bash`",
    ),
    (
        "dev-dependencies-shipped",
        '=== package.json\n{"devDependencies": {"a": "1", "b": "1"}}\n=== Dockerfile\nFROM node:24\nCOPY . .\n'
        'RUN npm ci\nCMD ["node", "."]',
        "`npm ci` also installs the 2 devDependencies of package.json",
    ),
]


@pytest.mark.parametrize(("name", "sample", "message"), SAID)
def test_messages_name_what_stands_there(name: str, sample: str, message: str, tmp_path: Path) -> None:
    findings, _ = check_files(list(find(name)), files_of(sample), tmp_path)
    assert [finding.message for finding in findings] == [message]


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("unpinned-apt-packages", 'ONBUILD RUN apt-get install "curl"'),
        ("unpinned-apt-packages", "RUN bash -c 'apt-get install curl'"),
        ("unpinned-apt-packages", "RUN <<EOF\napt-get install curl\nEOF"),
        ("unpinned-pip-packages", "RUN python3.13 -m pip install flask"),
    ],
)
def test_packages_are_found_wherever_a_command_stands(name: str, run: str, tmp_path: Path) -> None:
    findings, _ = check_files(list(find(name)), files_of(f"FROM debian:13\n{run}"), tmp_path)
    assert len(findings) == 1
