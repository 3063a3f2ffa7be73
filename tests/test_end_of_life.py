from datetime import date

import pytest

from dockerlint.dockerfile.image import parse
from dockerlint.knowledge.endoflife import EndOfLife, end_of_life

TODAY = date(2026, 11, 23)
DIGEST = "@sha256:" + "a" * 64


def ended(text: str, as_of: date = TODAY) -> EndOfLife | None:
    reference = parse(text)
    assert reference is not None, text
    return end_of_life(reference, as_of)


@pytest.mark.parametrize(
    ("text", "what", "day"),
    [
        ("python:3.9-slim", "python 3.9", date(2025, 10, 31)),
        ("docker.io/library/python:3.9", "python 3.9", date(2025, 10, 31)),
        ("python:3.7b1", "python 3.7", date(2023, 6, 27)),
        ("python:2", "python 2", date(2020, 4, 21)),
        ("node:erbium-alpine", "node 12 (erbium)", date(2022, 4, 30)),
        ("node:0.12", "node 0.12", date(2017, 1, 4)),
        ("node:3", "node 3", None),
        ("ubuntu:18.04", "ubuntu 18.04", date(2023, 5, 31)),
        ("debian:buster", "debian 10 (buster)", date(2024, 6, 30)),
        ("debian:9.13-slim", "debian 9", date(2022, 7, 1)),
        ("buildpack-deps:16.04-scm", "ubuntu 16.04", date(2021, 4, 2)),
        ("alpine:3.9", "alpine 3.9", date(2020, 11, 1)),
        ("golang:1.20", "go 1.20", date(2024, 2, 6)),
        ("golang:1.8", "go 1.8", date(2018, 2, 17)),
        ("mcr.microsoft.com/dotnet/sdk:6.0", "dotnet 6", date(2024, 11, 12)),
        ("openjdk:16", "java 16", date(2021, 9, 30)),
        ("postgres:9", "postgresql 9", date(2022, 2, 14)),
        ("haskell:8.10", "ghc 8.10", date(2022, 12, 27)),
        ("registry:2", "registry 2", date(2025, 6, 4)),
        ("registry.access.redhat.com/ubi7/ubi", "rhel 7", date(2024, 6, 30)),
        ("nvidia/cuda:11.0-devel-ubuntu18.04", "ubuntu 18.04", date(2023, 5, 31)),
        ("phusion/baseimage:focal-1.0.0", "ubuntu 20.04 (focal)", date(2025, 5, 31)),
        ("acme/app:3.9-buster", "debian 10 (buster)", date(2024, 6, 30)),
        ("ros:kinetic", "ros kinetic", date(2021, 5, 1)),
        ("gcr.io/distroless/static-debian12", "distroless debian12", date(2026, 9, 30)),
        ("gcr.io/distroless/java17-debian12", "distroless debian12", date(2026, 1, 31)),
        ("gcr.io/distroless/static-debian11", "distroless debian11", None),
        ("mcr.microsoft.com/windows/nanoserver:1903", "windows nano server 1903", date(2020, 12, 8)),
    ],
)
def test_release_lines_that_have_ended(text: str, what: str, day: date | None) -> None:
    found = ended(text)
    assert found is not None
    assert (found.what, found.date, found.also) == (what, day, None)


@pytest.mark.parametrize(
    "text",
    [
        "python",
        "python:3",
        "python:3.13",
        "python:slim",
        "node:24-bookworm",
        "debian:bookworm",
        "debian:stable",
        "ubuntu:22.04",
        "alpine:3",
        "alpine:edge",
        "mysql:8",
        "mongo:8",
        "mongo:8.0.4",
        "golang:1.27",
        "pypy:2.7",
        "openjdk:17",
        "registry.access.redhat.com/ubi8/ubi",
        "mcr.microsoft.com/windows/servercore:1809",
        "mcr.microsoft.com/windows/servercore:ltsc2022",
        "gcr.io/distroless/static-debian13",
        "acme/alpine:3.4",
        "acme/app:alpine-3.4",
        "acme/app:precise",
        "kibana:8.5.0",
        "grafana/grafana:7d3e9f2",
        "python" + DIGEST,
        "scratch",
    ],
)
def test_silent_while_a_line_lives_or_may_live(text: str) -> None:
    assert ended(text) is None


def test_software_and_system_are_one_finding_with_the_earlier_first() -> None:
    found = ended("node:20-buster")
    assert found is not None and found.also is not None
    assert (found.line, found.also.line) == ("debian 10", "node 20")
    assert found.also.date == date(2026, 4, 30)


def test_a_line_ends_after_its_last_day() -> None:
    assert ended("python:3.9", date(2025, 10, 31)) is None
    assert ended("python:3.9", date(2025, 11, 1)) is not None


def test_names_the_newest_line_with_support() -> None:
    found = ended("python:3.9")
    assert found is not None
    assert (found.supported, found.supported_until) == ("3.14", date(2030, 10, 31))
    centos = ended("centos:7")
    assert centos is not None and centos.supported is None
    buster = ended("debian:buster")
    assert buster is not None and buster.supported == "13 (trixie)"


def test_paid_support_is_told_apart_from_debians() -> None:
    ubuntu, debian = ended("ubuntu:18.04"), ended("debian:10")
    assert ubuntu is not None and ubuntu.extended_until == date(2028, 4, 1)
    assert debian is not None and debian.extended_until is None


def test_an_image_that_is_no_longer_built_has_ended_before_its_software() -> None:
    redis = ended("redis:8.0")
    assert redis is not None and redis.is_only_image
    python = ended("python:3.9")
    assert python is not None and not python.is_only_image
