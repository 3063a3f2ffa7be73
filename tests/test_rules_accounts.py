"""What the rules about accounts and owners say, word for word, and what the tables behind them hold."""

from pathlib import Path

import pytest

from dockerlint.dockerfile.image import parse
from dockerlint.knowledge.images import facts
from dockerlint.knowledge.users import accounts, default_user, may_come_with
from dockerlint.lint.registry import find
from tests.harness import check_files, files_of

SAID = [
    (
        "unknown-user",
        "FROM node:24-slim\nCOPY --chown=appuser . /app\nRUN useradd appuser",
        "user `appuser` is created only in line 3, so the COPY fails",
    ),
    (
        "unknown-user",
        'FROM node:24-slim\nUSER appuser\nCMD ["node"]',
        "user `appuser` is created nowhere, and `node:24-slim` has none of that name; there is node,"
        " so the container cannot start",
    ),
    (
        "unknown-user",
        "FROM node:24 AS build\nRUN useradd app\nFROM node:24\nCOPY --from=build --chown=app /a /a",
        "user `app` is created in line 2, but in another stage, so the COPY fails",
    ),
    (
        "unknown-user",
        'FROM scratch\nUSER app\nENTRYPOINT ["/app"]',
        "user `app` does not exist: `scratch` has no users, so the container cannot start",
    ),
    (
        "unknown-user",
        "FROM alpine:3.22\nRUN chown -R app /srv",
        "user `app` is created nowhere, and `alpine:3.22` has none of that name, so `chown` fails",
    ),
    (
        "unknown-user",
        "FROM debian:13\nADD --chown=nobody:nobody a /a",
        "group `nobody` does not exist in this stage, so the ADD fails",
    ),
    (
        "install-without-root",
        "FROM jenkins/jenkins:lts\nRUN apt-get install -y git",
        "`apt-get install` runs as `jenkins` (default user of `jenkins/jenkins:lts`), but only root can do that",
    ),
    (
        "install-without-root",
        "FROM debian:13\nUSER 1000\nRUN useradd app",
        "`useradd app` runs as `1000` (line 2), but only root can do that",
    ),
    (
        "unwritable-by-user",
        "FROM node:24\nWORKDIR /app\nUSER node\nRUN npm ci",
        "`npm ci` runs as `node`, but /app was made by root in line 2",
    ),
    (
        "unwritable-by-user",
        "FROM debian:13\nUSER 1000\nRUN mkdir /app",
        "`mkdir /app` runs as `1000`, but / is root's",
    ),
    (
        "unwritable-by-user",
        "FROM python:3.13\nRUN mkdir /data\nVOLUME /data\nUSER 1000\nCMD python a.py",
        "`1000` cannot write in the volume /data: /data was made by root in line 2",
    ),
    (
        "base-image-older-than-project",
        "=== go.mod\nmodule a\n\ngo 1.24\n=== Dockerfile\nFROM golang:1.22\nCOPY . .",
        "go.mod asks for go 1.24, the image is `golang:1.22`",
    ),
    (
        "incompatible-stages",
        "FROM gcc:14 AS build\nRUN gcc -o /app /a.c\nFROM alpine:3.22\nCOPY --from=build /app /app\nCMD /app",
        "/app is linked against glibc (`gcc:14`) and cannot start on `alpine:3.22`, which has musl",
    ),
    (
        "incompatible-stages",
        "FROM python:3.11 AS build\nFROM python:3.13\nCOPY --from=build /usr/local/lib/python3.11/site-packages /b",
        "/usr/local/lib/python3.11/site-packages is for Python 3.11 (`python:3.11`);"
        " Python 3.13 (`python:3.13`) does not look there",
    ),
]


@pytest.mark.parametrize(("name", "text", "message"), SAID)
def test_message(name: str, text: str, message: str, tmp_path: Path) -> None:
    findings, problems = check_files(list(find(name)), files_of(text), tmp_path)
    assert not problems
    assert [finding.message for finding in findings] == [message]


SILENT = [
    # Packages, scripts and files that may bring the user.
    ("unknown-user", "FROM alpine:3.22\nRUN apk add subversion\nUSER svn\nRUN svnadmin create /var/svn"),
    ("unknown-user", "FROM debian:13\nRUN apt-get install -y ot-recorder && chown owntracks /srv"),
    ("unknown-user", "FROM debian:13\nRUN curl -fsSL https://a.example/i.sh | sh\nUSER app"),
    ("unknown-user", "FROM debian:13\nRUN apt-get install -y ./app.deb\nUSER app"),
    ("unknown-user", "FROM debian:13\nRUN adduser -disabled-password -gecos '' app\nUSER app:app"),
    ("unknown-user", "FROM debian:13\nCOPY rootfs /\nUSER app"),
    ("unknown-user", "FROM debian:13\nRUN --mount=type=bind,target=/s /s/setup\nUSER app"),
    ("unknown-user", "FROM debian:13\nRUN <<EOF\n#!/usr/bin/env python3\nx()\nEOF\nUSER app"),
    ("unknown-user", "FROM debian:13\nUSER $NAME"),
    # What belongs to whom is not certain.
    ("unwritable-by-user", "FROM node:24\nWORKDIR /home/node\nUSER node\nRUN npm ci"),
    ("unwritable-by-user", "FROM node:24\nWORKDIR /app\nRUN umask 0 && mkdir x\nUSER node\nRUN npm ci"),
    ("unwritable-by-user", "FROM node:24\nWORKDIR /app\nRUN ./fix\nUSER node\nRUN npm ci"),
    ("unwritable-by-user", "FROM node:24\nWORKDIR /app\nRUN chown -R node $DIR\nUSER node\nRUN npm ci"),
    ("unwritable-by-user", "FROM node:24\nWORKDIR /app\nRUN chmod -R g=u,o+w /app\nUSER node\nRUN npm ci"),
    ("unwritable-by-user", "FROM node:24\nRUN useradd -d /app -m a\nWORKDIR /app\nUSER a\nRUN npm ci"),
    ("unwritable-by-user", "FROM node:24\nWORKDIR /app\nUSER node\nRUN sudo npm ci && mkdir a || true"),
    ("unwritable-by-user", "FROM ruby:3.4\nUSER 1000\nRUN touch /usr/local/bundle/a"),
    ("install-without-root", "FROM fluent/fluentd:v1.2-onbuild\nRUN apk add git"),
    ("install-without-root", "FROM debian:13\nUSER 1000\nRUN su -c 'apt-get update' && sudo bash -c 'useradd a'"),
    ("install-without-root", "FROM postgres:17\nUSER postgres\nRUN echo a >> /etc/postgresql/a.conf"),
]


@pytest.mark.parametrize(("name", "text"), SILENT)
def test_what_is_not_certain_is_not_said(name: str, text: str, tmp_path: Path) -> None:
    findings, problems = check_files(list(find(name)), files_of(text), tmp_path)
    assert not problems
    assert findings == []


# (image, a user that it may have, one that it has not)
HAS = [
    ("debian:13", "www-data", "app"),
    ("ubuntu:24.04", "ubuntu", "node"),
    ("ubuntu:22.04", "nobody", "ubuntu"),
    ("alpine:3.22", "nobody", "www-data"),
    ("node:24", "node", "app"),
    ("php:8.4-fpm-alpine", "www-data", "app"),
    ("nginx:1.31", "nginx", "app"),
    ("fedora:43", "nobody", "www-data"),
    ("mcr.microsoft.com/dotnet/aspnet:9.0", "app", "node"),
    ("gcr.io/distroless/static", "nonroot", "app"),
]


@pytest.mark.parametrize(("image", "there", "missing"), HAS)
def test_users_of_images(image: str, there: str, missing: str) -> None:
    reference = parse(image)
    known = facts(reference) if reference else None
    found = accounts(known) if known else None
    assert found is not None
    assert there in found.users
    assert missing not in found.users


@pytest.mark.parametrize("image", ["acme/app:1", "postgres:17", "jenkins/jenkins"])
def test_users_of_other_images_are_unknown(image: str) -> None:
    reference = parse(image)
    known = facts(reference) if reference else None
    assert known is None or accounts(known) is None


@pytest.mark.parametrize(
    ("name", "package", "may"),
    [
        ("radius", "freeradius", True),
        ("svn", "subversion", True),
        ("svn", "curl", False),
        ("app", "anything", False),
        ("build", "build-essential", True),
        ("matt", "python3-dev", False),
    ],
)
def test_packages_that_may_bring_a_user(name: str, package: str, *, may: bool) -> None:
    assert may_come_with(name, package) is may


@pytest.mark.parametrize(
    ("image", "tag", "user"),
    [
        ("jenkins/jenkins", "2.1", "jenkins"),
        ("selenium/base", None, "1200"),
        ("selenium/base", "3.0", None),
        ("haproxy", "latest", "haproxy"),
        ("debian", "13", "root"),
    ],
)
def test_default_user_that_is_certain(image: str, tag: str | None, user: str | None) -> None:
    reference = parse(f"{image}:{tag}" if tag else image)
    known = facts(reference) if reference else None
    assert known is not None
    assert default_user(known, tag) == user
