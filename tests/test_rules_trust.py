"""What the rules about downloads and trust say."""

from pathlib import Path

import pytest

from dockerlint.lint.registry import all_rules
from tests.harness import check_files

MESSAGES = [
    (
        "piped-remote-script",
        "FROM debian:13\nRUN curl -fsSL https://get.example.com/a | sh",
        "the script of `get.example.com` runs as root unseen; download it, check its sha256, then run it",
    ),
    (
        "piped-remote-script",
        "FROM debian:13\nUSER app\nRUN curl -fsSL https://get.example.com/a | sh",
        "the script of `get.example.com` runs unseen; download it, check its sha256, then run it",
    ),
    (
        "piped-remote-script",
        "FROM acme/base:1\nRUN wget -q https://get.example.com/i.sh && sudo bash i.sh",
        "`i.sh` of `get.example.com` runs as root unchecked; compare its sha256 first",
    ),
    (
        "plain-http-download",
        "FROM debian:13\nENV V=1\nRUN curl -fO http://example.com/$V.tgz",
        "`http://example.com/$V.tgz` can be changed on the way; use https, or check its sha256",
    ),
    (
        "plain-http-download",
        "FROM debian:13\nADD http://example.com/a.tgz /",
        "`http://example.com/a.tgz` can be changed on the way; use https, or give its `--checksum`",
    ),
    (
        "download-without-checksum",
        "FROM debian:13\nRUN curl -fL https://example.com/v1.tgz -o /tmp/helm.tar.gz",
        "`helm.tar.gz` is used unchecked; compare its sha256",
    ),
    (
        "checksum-line-one-space",
        "FROM alpine:3.22\nRUN printf '%s %s' $SUM helm.tar.gz | sha256sum -c",
        "busybox `sha256sum -c` needs two blanks before `helm.tar.gz`",
    ),
    (
        "curl-without-fail",
        "FROM debian:13\nRUN curl -sLo /usr/local/bin/kubectl https://example.com/kubectl",
        "on a 404 `curl` saves the error page as /usr/local/bin/kubectl; add `-f`",
    ),
    (
        "curl-without-fail",
        "FROM debian:13\nRUN V=$(curl -s https://example.com/v | jq -r .a)",
        "on a 404 `curl` hands the error page to `jq`; add `-f`",
    ),
    (
        "wget-and-curl",
        "FROM debian:13\nRUN apt-get install -y curl wget && wget -q $A\nRUN curl -fO $B",
        "`wget` (line 2) and `curl` (line 3) both stay in the image; one is enough",
    ),
    (
        "tls-verification-disabled",
        "FROM debian:13\nRUN curl -kfO https://downloads.example.com/a",
        "`curl -k` accepts any certificate for downloads.example.com",
    ),
    (
        "tls-verification-disabled",
        'FROM debian:13\nRUN echo "StrictHostKeyChecking no" >> /etc/ssh/ssh_config',
        "`StrictHostKeyChecking no` accepts any host key",
    ),
    (
        "tls-verification-disabled-in-env",
        "FROM node:24\nENV NODE_TLS_REJECT_UNAUTHORIZED=0",
        "`ENV NODE_TLS_REJECT_UNAUTHORIZED=0` turns certificate checks off for the running application too",
    ),
    (
        "tls-verification-disabled-in-env",
        "FROM node:24 AS build\nENV NODE_TLS_REJECT_UNAUTHORIZED=0\nFROM node:24",
        "`ENV NODE_TLS_REJECT_UNAUTHORIZED=0` turns certificate checks off for all commands that follow",
    ),
    (
        "tls-verification-disabled-in-env",
        "FROM debian:13\nRUN GIT_SSL_NO_VERIFY=false git clone $URL",
        "`GIT_SSL_NO_VERIFY` turns certificate checks of git off for `git`; git looks only whether it is set",
    ),
    (
        "insecure-run",
        "FROM docker:28-cli\nCMD docker run --privileged acme/agent",
        "`docker run --privileged` gives that container the whole host",
    ),
    (
        "link-over-sh",
        "FROM debian:13\nRUN ln -sf /bin/zsh /bin/sh",
        'replacing /bin/sh changes every script of the image; `SHELL ["/bin/zsh", "-c"]` changes only RUN',
    ),
    (
        "dangerous-rm",
        "FROM debian:13\nARG BUILD_DIR\nRUN rm -rf $BUILD_DIR/*",
        'if `BUILD_DIR` is empty this deletes /*; write `rm -rf "${BUILD_DIR:?}"/*`',
    ),
    (
        "remote-login",
        "FROM python:3.13\nEXPOSE 80 22",
        "port 22: `docker exec` gives a shell without an SSH server in the image",
    ),
]


@pytest.mark.parametrize(("name", "dockerfile", "message"), MESSAGES)
def test_messages(name: str, dockerfile: str, message: str, tmp_path: Path) -> None:
    rule = next(rule for rule in all_rules() if rule.name == name)
    findings, problems = check_files([rule], {"Dockerfile": dockerfile}, tmp_path)
    assert not problems
    assert [finding.message for finding in findings] == [message]
