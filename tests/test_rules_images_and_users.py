"""What the samples of the rules on base images and users do not show: messages, advice and severities."""

from pathlib import Path

import pytest

from dockerlint.lint.finding import Finding
from dockerlint.lint.registry import find
from tests.harness import check_files


def findings(rule: str, dockerfile: str, folder: Path) -> list[Finding]:
    found, _ = check_files(list(find(rule)), {"Dockerfile": dockerfile}, folder)
    return [finding for finding in found if finding.rule == rule]


@pytest.mark.parametrize(
    ("rule", "dockerfile", "advice"),
    [
        ("end-of-life-base-image", "FROM python:3.6-alpine3.8", "move to python 3.14"),
        ("end-of-life-base-image", "FROM python:3-stretch", "move to a tag on debian 13 (trixie)"),
        ("end-of-life-base-image", "FROM acme/app:1-buster", "move to an image on debian 13 (trixie)"),
        (
            "end-of-life-base-image",
            "FROM centos/s2i-base-centos7",
            "move to an image on a system that is still supported",
        ),
        ("end-of-life-base-image", "FROM mcr.microsoft.com/dotnet/aspnet:5.0", "move to dotnet 10"),
        ("deprecated-base-image", "FROM mhart/alpine-node:8", "-alpine`"),
        ("deprecated-base-image", "FROM k8s.gcr.io/pause:3.1", "`registry.k8s.io/pause:3.1`"),
        ("floating-tag", "FROM debian:stable-slim", "`debian:13-slim`"),
        ("missing-user", "FROM php:8.5-apache\nCOPY . /var/www/html", "a port above 1023, and add `USER www-data`"),
        ("missing-user", "FROM php:8.5-fpm\nCOPY . /var/www/html", "add `USER www-data`: php-fpm"),
        ("root-user", "FROM python:3\nUSER postgres\nUSER root\nCMD ./start", "create a user, and switch to it"),
        ("root-user", "FROM python:3\nUSER app\nUSER root\nCMD ./start", "put `USER app` after the last step"),
        ("excessive-permissions", "FROM debian\nRUN chmod 777 /start.sh", "use 755"),
        ("excessive-permissions", "FROM debian\nRUN chmod 777 /srv\nUSER app", "(`chown app`)"),
        (
            "excessive-permissions",
            "FROM debian\nRUN chown -R app:app /srv && chmod -R go+rw /srv\nUSER app",
            "leave it out: `app` owns the files already",
        ),
        ("excessive-permissions", "FROM debian\nCOPY --chmod=777 a /srv/\nUSER app", "(`COPY --chown=app`)"),
        ("secret-named-variable", "FROM debian\nENV GPG_KEY=A", "rename it if it is none; otherwise give it"),
        ("secret-named-variable", "FROM debian\nARG GPG_KEY=A", "rename it if it is none; otherwise mount it"),
    ],
)
def test_advice(rule: str, dockerfile: str, advice: str, tmp_path: Path) -> None:
    (found,) = findings(rule, dockerfile, tmp_path)
    assert advice in found.help


@pytest.mark.parametrize(
    ("rule", "dockerfile", "message"),
    [
        ("floating-tag", "FROM ubuntu:rolling", "moves to every new release of ubuntu"),
        ("floating-tag", "FROM alpine:edge", "is a development branch that changes daily"),
        ("end-of-life-base-image", "FROM golang:1.9", "the image for go 1.9 has not been built since 2018-08-27"),
        ("undeclared-arg-in-from", "ARG B=c\nFROM ${A:-${B:-d}}", "`$A` cannot be set"),
        ("root-user", "FROM python:3\nUSER 0\nCMD ./start", "changes nothing, since `python:3` starts as root"),
        ("sudo", "FROM acme/app:1\nRUN sudo apt-get update", "`sudo apt-get` keeps sudo in the image"),
    ],
)
def test_messages(rule: str, dockerfile: str, message: str, tmp_path: Path) -> None:
    (found,) = findings(rule, dockerfile, tmp_path)
    assert message in found.message


@pytest.mark.parametrize(
    ("rule", "dockerfile", "severity"),
    [
        ("missing-user", "FROM debian:trixie\nCMD /usr/sbin/sshd -D", "info"),
        ("missing-user", "FROM debian:trixie\nCMD nginx -g 'daemon off;'", "info"),
        ("missing-user", "FROM debian:trixie\nCMD ./serve", "warning"),
        ("root-user", "FROM acme/app:1\nUSER root\nCMD supervisord -n", "info"),
        ("root-user", "FROM acme/app:1\nUSER root\nCMD ./serve", "warning"),
        ("secret-file-copied", "FROM debian\nCOPY .ssh /root/.ssh", "warning"),
        ("secret-file-copied", "FROM debian\nCOPY id_rsa /root/.ssh/id_rsa", "error"),
    ],
)
def test_severities(rule: str, dockerfile: str, severity: str, tmp_path: Path) -> None:
    (found,) = findings(rule, dockerfile, tmp_path)
    assert found.severity.label == severity
