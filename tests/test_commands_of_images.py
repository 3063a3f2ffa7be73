"""Which commands base images lack, and what packages bring."""

import pytest

from dockerlint.dockerfile.image import parse
from dockerlint.dockerfile.stages import Dockerfile, Options
from dockerlint.knowledge.commands import counterpart, install_line, lack, may_bring
from dockerlint.project.build import Build
from dockerlint.project.tools import at_end
from dockerlint.source import Source


def lacks(image: str, name: str) -> bool | None:
    reference = parse(image)
    known = lack(reference) if reference else None
    return None if known is None else known.everything or name in known.commands


@pytest.mark.parametrize(
    ("image", "missing", "there"),
    [
        ("alpine:3.22", "bash curl git useradd apt-get yum python3 gpg", "apk wget adduser sh unzip ps tar"),
        ("python:3.13-alpine", "curl git gcc node", "python3 pip wget update-ca-certificates"),
        ("debian:trixie", "curl wget git gcc python3 gpg ps ping sudo apk yum", "apt-get perl useradd bash tar"),
        ("debian:buster", "curl gpg ps", "ping apt-key"),
        ("debian:jessie", "curl git sudo", "ps gpg ping"),
        ("python:3.13-slim", "curl wget git gcc gpg", "python3 pip pip3 bash useradd"),
        ("python:3.13", "sudo vim node apk", "curl wget git gcc make gpg ssh"),
        ("node:24-slim", "curl wget python3", "node npm npx yarn"),
        ("node:10-slim", "apk yum", "wget curl git"),
        ("node:carbon-slim", "apk", "curl wget"),
        ("ubuntu", "sudo python3 gpg ping curl", "apt-get ps"),
        ("ubuntu:16.04", "sudo python3 ping curl", "gpg"),
        ("ubuntu:14.04", "curl wget git", "sudo python3 ping"),
        ("centos:7", "apt-get dnf git sudo wget python3", "yum curl python"),
        ("registry.access.redhat.com/ubi9/ubi-minimal", "yum dnf apt-get useradd tar", "microdnf curl bash"),
        ("redhat/ubi8-minimal:8.10", "yum useradd", "microdnf"),
        ("php:8.4-fpm", "git unzip wget", "curl gcc make php"),
        ("postgres:17-alpine", "curl git", "bash psql"),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", "curl wget", "bash"),
        ("mcr.microsoft.com/dotnet/runtime-deps:8.0-noble-chiseled", "sh bash curl", "dotnet-app"),
        ("gcr.io/distroless/python3-debian12", "sh bash curl ls apt-get", "python3"),
        ("groovy:2.4-jdk-alpine", "apt-get", "apk bash"),
        ("haproxy:3.2", "apk yum", "curl git"),
    ],
)  # fmt: skip
def test_what_an_image_lacks(image: str, missing: str, there: str) -> None:
    assert [name for name in missing.split() if not lacks(image, name)] == []
    assert [name for name in there.split() if lacks(image, name)] == []


@pytest.mark.parametrize(
    "image",
    ["acme/alpine:3", "gcr.io/distroless/base:debug", "mcr.microsoft.com/windows/nanoserver:ltsc2022", "openjdk:21",
     "registry.access.redhat.com/ubi7-minimal"],
)  # fmt: skip
def test_nothing_is_said_of_other_images(image: str) -> None:
    assert lacks(image, "curl") is not True
    assert lacks(image, "bash") is not True


def test_everything_is_missing_on_scratch() -> None:
    assert lacks("scratch", "anything")


@pytest.mark.parametrize(
    ("package", "command", "may"),
    [
        ("curl", "curl", True),
        ("ca-certificates", "curl", False),
        ("build-essential", "make", True),
        ("build-essential", "curl", False),
        ("acme-tool", "curl", True),
        ("acme-tool", "apt-get", False),
        ("libpq-dev", "curl", False),
        ("libpq-dev", "python3", True),
        ("shadow", "groupadd", True),
        ("procps", "ps", True),
        ("openssh-client", "ssh-keyscan", True),
        ("git", "ssh", True),
        ("nodejs", "npm", True),
        ("zip", "unzip", True),
    ],
)
def test_what_a_package_may_bring(package: str, command: str, may: bool) -> None:
    assert may_bring(package, command) is may


def test_what_to_use_or_install_instead() -> None:
    assert counterpart("alpine", "apt-get") == "apk"
    assert counterpart("micro", "yum") == "microdnf"
    assert counterpart("debian", "curl") is None
    assert install_line("alpine", "groupadd") == "apk add shadow"
    assert install_line("debian", "gpg") == "apt-get install gnupg"
    assert install_line("micro", "useradd") == "microdnf install shadow-utils"
    assert install_line("debian", "apk") is None
    assert install_line("none", "curl") is None


def at_the_end(text: str, name: str) -> bool:
    build = Build(Dockerfile(Source("Dockerfile", text), Options()))
    return at_end(build, build.dockerfile.stages[-1]).lacks(name)


@pytest.mark.parametrize(
    "steps",
    [
        "RUN mkdir /x && echo hello > /x/y",
        "RUN apk add --no-cache ca-certificates tzdata",
        "RUN apk add curl && apk del curl",
        "COPY . /app",
        "COPY entrypoint.sh /",
        "COPY --from=build /app/server /usr/local/bin/server",
        "ADD https://example.com/tool /usr/local/bin/tool",
        "ADD app.tar.gz /app",
        "RUN wget -O /usr/local/bin/tool https://example.com/tool && chmod +x /usr/local/bin/tool",
        "RUN npm install -g serve",
        "RUN sh -c 'echo ok'",
        "ENV PATH=/opt/venv/bin:$PATH",
        "ENV PATH=$PATH:/usr/local/bin",
        "RUN --mount=type=secret,id=x cat /run/secrets/x",
        "RUN cp /app/tool /usr/local/bin/tool",
    ],
)
def test_what_is_understood_keeps_a_command_absent(steps: str) -> None:
    assert at_the_end(f"FROM alpine:3.22\n{steps}", "bash")


@pytest.mark.parametrize(
    "steps",
    [
        "RUN ./setup.sh",
        "RUN sh setup.sh",
        "RUN wget -qO- https://example.com/install | sh",
        "RUN make install",
        "RUN tar -xzf x.tgz -C /",
        "RUN apk add $PACKAGES",
        "RUN apk add acme-tool",
        "RUN apk add ./x.apk",
        "RUN apk add bash",
        'RUN eval "$X"',
        "RUN $TOOL install bash",
        "RUN if [ -n",
        "COPY bash /bin/",
        "COPY --from=build /usr/local/bin /usr/local/bin",
        "COPY --from=build / /",
        "COPY --from=build /out/* /usr/bin/",
        "COPY rootfs/ /",
        "COPY files $TARGET",
        "ADD rootfs.tar.gz /",
        "ADD https://github.com/acme/x.git /usr",
        "COPY <<EOF /usr/local/bin/bash\n#!/bin/sh\nEOF",
        "ENV PATH=/opt/tools/bin:$PATH",
        "RUN ln -s /opt/x/bash /usr/bin/bash",
        "RUN cp -r /x/bin /usr/local",
        "RUN cp /x/* /usr/local/bin/",
        "RUN echo '#!/bin/sh' > /usr/local/bin/bash",
        "RUN --mount=from=build,source=/bin,target=/usr/local/bin true",
    ],
)
def test_what_is_not_understood_makes_it_unknown(steps: str) -> None:
    assert not at_the_end(f"FROM alpine:3.22\n{steps}", "bash")


def test_stages_below_count() -> None:
    assert at_the_end("FROM alpine:3.22 AS base\nRUN true\nFROM base\nRUN true", "bash")
    assert not at_the_end("FROM alpine:3.22 AS base\nRUN apk add bash\nFROM base\nRUN true", "bash")
    assert at_the_end("FROM alpine:3.22 AS base\nRUN apk add bash\nFROM alpine:3.22\nRUN true", "bash")
