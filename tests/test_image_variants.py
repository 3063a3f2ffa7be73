import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.dockerfile.image import Reference, parse
from dockerlint.knowledge import tags
from dockerlint.knowledge.variants import is_floating, slim_tag, versioned_example

DIGEST = "@sha256:" + "a" * 64


def reference(text: str) -> Reference:
    parsed = parse(text)
    assert parsed is not None, text
    return parsed


@pytest.mark.parametrize(
    ("text", "slim"),
    [
        ("python:3.12", "3.12-slim"),
        ("python:3.12.1", "3.12.1-slim"),
        ("python:3.12-bookworm", "3.12-slim-bookworm"),
        ("python:2.7.9", "2.7.9-slim"),
        ("node:20-bookworm", "20-bookworm-slim"),
        ("node:lts", "lts-slim"),
        ("perl:5.36-threaded", "5.36-slim-threaded"),
        ("debian:bookworm", "bookworm-slim"),
        ("debian:12.5", "12.5-slim"),
        ("debian:buster-20200101", "buster-20200101-slim"),
        ("docker.io/library/ruby:3.3", "3.3-slim"),
        ("python", "slim"),
        ("python:latest", "slim"),
        ("openjdk:8-jdk", "8-jdk-slim"),
        ("tomcat:8.5-jdk11-openjdk", "8.5-jdk11-openjdk-slim"),
    ],
)
def test_slim_tags_of_the_same_version(text: str, slim: str) -> None:
    assert slim_tag(reference(text)) == slim


@pytest.mark.parametrize(
    "text",
    [
        "python:3.12-slim",
        "python:3.12-alpine",
        "python:3.99",
        "python:2.7.7",
        "golang:1.22",
        "php:8.2",
        "nginx:1.27",
        "debian",
        "debian:12.5-slim",
        "debian:buster-20170101",
        "maven:3.9-eclipse-temurin-21",
        "openjdk:8u212-jdk",
        "tomcat:9-jdk11",
        "python" + DIGEST,
        "python:3.12" + DIGEST,
    ],
)
def test_no_slim_tag_that_may_not_exist(text: str) -> None:
    assert slim_tag(reference(text)) is None


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("python", "3.14"),
        ("python:latest", "3.14"),
        ("python:slim", "3.14-slim"),
        ("python:slim-bookworm", "3.14-slim-bookworm"),
        ("node:alpine", "26-alpine"),
        ("node:lts-alpine", "26-alpine"),
        ("redis:alpine", "8.10-alpine"),
        ("php:fpm-alpine", "8.5-fpm-alpine"),
        ("perl", "5.44"),
        ("postgres", "18"),
        ("alpine:edge", "3.24"),
        ("ubuntu", "26.04"),
        ("debian", "13"),
        ("eclipse-temurin", "25"),
        ("influxdb", "2.9"),
        ("python:3.9", None),
        ("python:nonsense", None),
        ("nginx:stable", None),
        ("openjdk", None),
        ("mongo", None),
        ("acme/app", None),
    ],
)
def test_proposes_a_version_of_the_same_flavour(text: str, example: str | None) -> None:
    assert versioned_example(reference(text)) == example


@pytest.mark.parametrize(
    ("text", "floating"),
    [
        ("python:slim", True),
        ("python:bookworm", True),
        ("redis:alpine", True),
        ("redis:alpine3.20", True),
        ("node:lts", True),
        ("nginx:stable-alpine", True),
        ("alpine:edge", True),
        ("debian:stable-slim", True),
        ("golang:windowsservercore-ltsc2022", True),
        ("python:latest-slim", True),
        ("python", False),
        ("python:latest", False),
        ("python:3", False),
        ("node:hydrogen", False),
        ("debian:trixie", False),
        ("ubuntu:noble", False),
        ("ros:noetic", False),
        ("gradle:jdk17", False),
        ("mcr.microsoft.com/windows/servercore:ltsc2022", False),
        ("gcr.io/distroless/static:nonroot", False),
        ("acme/app:stable", False),
        ("python:slim" + DIGEST, False),
    ],
)
def test_floating_tags_name_no_version(text: str, floating: bool) -> None:
    assert is_floating(reference(text)) is floating


@given(
    st.lists(st.from_regex(r"[1-9]\.[0-9]|[1-9]\.[0-4]\.\.[1-9]\.[5-9]", fullmatch=True), max_size=4),
    st.from_regex(r"[1-9](\.[0-9]){0,2}", fullmatch=True),
)
def test_a_version_is_covered_if_it_is_listed(runs: list[str], version: str) -> None:
    runs = [run for run in runs if ".." not in run or run[0] == run.partition("..")[2][0]]
    assert tags.covers(runs, version) == (version in set(tags.expand(runs)))
