"""The variables that base images set."""

import re
from datetime import date

import pytest

from dockerlint.dockerfile.environment import ImageEnvironment
from dockerlint.dockerfile.image import parse
from dockerlint.knowledge.environment import environment_of
from dockerlint.knowledge.records import canonical, load

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def facts(text: str) -> ImageEnvironment | None:
    reference = parse(text)
    assert reference is not None
    return environment_of(reference)


@pytest.mark.parametrize(
    "image", ["alpine", "alpine:3.22", "debian:trixie-slim", "ubuntu:24.04", "busybox", "docker.io/library/alpine:edge"]
)
def test_bare_systems_set_path_only(image: str) -> None:
    assert facts(image) == ({"PATH": PATH}, True)


def test_nothing_is_set_in_scratch() -> None:
    assert facts("scratch") == ({}, True)


@pytest.mark.parametrize(
    ("image", "name", "value"),
    [
        ("golang:1.25", "GOPATH", "/go"),
        ("golang:1.25", "GOLANG_VERSION", None),
        ("docker.io/library/python:3.13-slim", "PYTHON_VERSION", None),
        ("public.ecr.aws/docker/library/rust:1", "CARGO_HOME", "/usr/local/cargo"),
        ("arm64v8/node:22", "NODE_VERSION", None),
        ("php:8.4-fpm@sha256:" + "0" * 64, "PHP_INI_DIR", "/usr/local/etc/php"),
        ("quay.io/jupyter/scipy-notebook", "NB_USER", "jovyan"),
        ("gcr.io/distroless/static-debian12:nonroot", "PATH", PATH),
        ("mcr.microsoft.com/dotnet/sdk:9.0", "DOTNET_RUNNING_IN_CONTAINER", "true"),
        ("eclipse-temurin:21-jre", "JAVA_HOME", "/opt/java/openjdk"),
    ],
)
def test_variables_are_found_under_any_name_of_an_image(image: str, name: str, value: str | None) -> None:
    found = facts(image)
    assert found is not None
    assert (name in found.variables, found.variables[name]) == (True, value)


@pytest.mark.parametrize(
    "image", ["example.org/alpine", "team/app:1", "golang:1.25-windowsservercore-ltsc2022", "python:3.13-nanoserver"]
)
def test_nothing_is_known_of_other_images_and_of_windows(image: str) -> None:
    assert facts(image) is None


@pytest.mark.parametrize(
    ("image", "is_complete"),
    [("node:22-alpine", True), ("node:8-onbuild", False), ("python:3.13", False), ("fedora:43", True)],
)
def test_list_is_complete_only_where_no_tag_sets_more(image: str, is_complete: bool) -> None:
    found = facts(image)
    assert found is not None
    assert found.is_complete is is_complete


def test_every_group_says_where_it_is_from_and_its_names_can_be_found() -> None:
    groups = load("environment")["images"]
    names = [name for group in groups for name in group["names"]]
    assert len(names) == len(set(names))
    assert [name for name in names if canonical(name) != name] == []
    for group in groups:
        assert group["source"]
        assert date.fromisoformat(group["date"]) <= date(2026, 11, 27)
        assert [name for name in group["variables"] if not re.fullmatch(r"[A-Z_a-z][A-Z0-9_a-z]*", name)] == []
