import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockerlint.dockerfile.image import Reference, parse, split
from dockerlint.knowledge import records
from dockerlint.knowledge.endoflife import end_of_life
from dockerlint.knowledge.images import ImageFacts, facts, is_root
from dockerlint.knowledge.retired import deprecated
from dockerlint.knowledge.variants import is_floating, slim_tag, versioned_example

TODAY = date(2026, 11, 23)
DIGEST = "@sha256:" + "a" * 64


def reference(text: str) -> Reference:
    parsed = parse(text)
    assert parsed is not None, text
    return parsed


def known(text: str) -> ImageFacts:
    found = facts(reference(text))
    assert found is not None, text
    return found


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("root", True),
        ("root:app", True),
        ("0", True),
        ("00", True),
        ("+0", True),
        ("0:1000", True),
        ("root:$GROUP", True),
        ("ContainerAdministrator", True),
        ("1000:0", False),
        ("10", False),
        ("0x0", False),
        ("app", False),
        ("Root", False),
        ("ContainerUser", False),
        ("$APP_UID", None),
        ("${APP_USER:-root}", None),
        ("", None),
        (None, None),
    ],
)
def test_root_is_told_by_name_and_number(user: str | None, expected: bool | None) -> None:
    assert is_root(user) is expected


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("python:3.9-slim", "root"),
        ("docker.io/library/python:3.9", "root"),
        ("public.ecr.aws/docker/library/python:3.9", "root"),
        ("arm64v8/python:3.9", "root"),
        ("python:3.12-windowsservercore-ltsc2022", "ContainerAdministrator"),
        ("jenkins/jenkins", "jenkins"),
        ("node:22", "root"),
        ("gcr.io/distroless/static", "root"),
        ("gcr.io/distroless/static:nonroot", "65532"),
        ("gcr.io/distroless/static-debian12:nonroot", "65532"),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", "root"),
        ("mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled", "1654"),
        ("mcr.microsoft.com/windows/servercore:ltsc2022", "ContainerAdministrator"),
        ("confluentinc/cp-kafka:5.0.0", "root"),
        ("cgr.dev/chainguard/anything", "65532"),
        ("registry.access.redhat.com/ubi9/python-312", "1001"),
        ("scratch", "root"),
    ],
)
def test_knows_who_the_process_is(text: str, user: str) -> None:
    assert known(text).default_user == user


@pytest.mark.parametrize(
    "text", ["acme/app:1", "myregistry.io/python:3.9", "ghcr.io/acme/node:20", "_aliases", "a" * 999]
)
def test_other_images_are_unknown(text: str) -> None:
    assert facts(split(text)) is None
    assert end_of_life(split(text), TODAY) is None
    assert deprecated(split(text)) is None
    assert slim_tag(split(text)) is None
    assert not is_floating(split(text))


@pytest.mark.parametrize(
    ("beginnings", "pattern"),
    [row[:2] for key in ("_aliases", "_families") for row in records.record("base_images", key)],
)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_what_a_pattern_matches_begins_as_is_said(beginnings: list[str], pattern: str, data: st.DataObject) -> None:
    name = data.draw(st.from_regex(pattern))
    assert name.startswith(tuple(beginnings))


@pytest.mark.parametrize("name", ["base_images", "slim"])
def test_records_are_read_as_the_whole_file_is(name: str) -> None:
    whole = json.loads((Path(records.__file__).with_name("data") / f"{name}.json").read_bytes())
    assert {key: records.record(name, key) for key in whole} == whole


def test_knows_users_who_are_there_to_be_named() -> None:
    assert known("node:22-slim").ready_user == "node"
    assert known("node:6.8.0").ready_user is None
    assert known("ubuntu:24.04").ready_user == "ubuntu"
    assert known("ubuntu:22.04").ready_user is None
    assert known("python:3.12").ready_user is None


def test_knows_entrypoints_that_step_down() -> None:
    assert known("postgres:16").drops_privileges is True
    assert known("postgres:16").drops_to == "postgres"
    assert known("python:3.12").drops_privileges is False
    assert known("webhippie/alpine").drops_privileges is None
    assert known("nginx").drops_privileges is False
    assert known("nginx").worker_user == "nginx"


def test_knows_data_services() -> None:
    postgres = known("postgres:16")
    assert postgres.stateful
    assert postgres.exposes == ("5432",)
    assert postgres.official
    assert not known("python").stateful


def test_an_unset_workdir_is_told_from_an_unknown_one() -> None:
    assert known("golang:1.22").workdir == "/go"
    assert known("python:3.12").workdir == "/"
    assert known("scratch").workdir == "/"
    assert known("webhippie/alpine").workdir is None
    assert known("php:8.4-cli").workdir == "/"
    assert known("php:8.4-apache").workdir == "/var/www/html"
    assert known("node:8-onbuild").workdir is None


def test_a_missing_command_is_told_from_an_unknown_one() -> None:
    assert known("python:3.12").cmd == ("python3",)
    assert known("python:3.12").entrypoint == ()
    assert known("webhippie/alpine").cmd is None


@pytest.mark.parametrize(
    ("text", "distro", "dialect"),
    [
        ("python:3.12", "debian:trixie", "dash"),
        ("python", "debian:trixie", "dash"),
        ("python:2.7-slim", "debian:buster", "dash"),
        ("python:3.12-slim-bookworm", "debian:bookworm", "dash"),
        ("python:3.11-alpine3.18", "alpine:3.18", "busybox"),
        ("python:3.7.4", "debian", "dash"),
        ("python:3.7.4-alpine", "alpine", "busybox"),
        ("eclipse-temurin:21-jdk-alpine-3.20", "alpine:3.20", "busybox"),
        ("debian:12.5-slim", "debian:bookworm", "dash"),
        ("debian:buster-20200101", "debian:buster", "dash"),
        ("debian", "debian", "dash"),
        ("ubuntu:jammy", "ubuntu:22.04", "dash"),
        ("ubuntu:14.04.5", "ubuntu:14.04", "dash"),
        ("buildpack-deps:focal-scm", "ubuntu:20.04", "dash"),
        ("buildpack-deps:22.04", "ubuntu:22.04", "dash"),
        ("alpine:3.19.1", "alpine:3.19", "busybox"),
        ("alpine:edge", "alpine", "busybox"),
        ("busybox:musl", "busybox", "busybox"),
        ("fedora:40", "fedora:40", "bash"),
        ("amazonlinux:2", "amazonlinux:2", "bash"),
        ("amazoncorretto:17-al2023", "amazonlinux:2023", "bash"),
        ("registry.access.redhat.com/ubi8/ubi:8.9", "rhel:8", "bash"),
        ("redhat/ubi9", "rhel:9", "bash"),
        ("rockylinux:9-minimal", "rockylinux:9", "bash"),
        ("openshift/base-centos7", "centos:7", "bash"),
        ("openjdk:11", "debian:bullseye", "dash"),
        ("openjdk:17", "oraclelinux:8", "bash"),
        ("openjdk:17-slim", "debian:bullseye", "dash"),
        ("mysql:8-debian", "debian", "dash"),
        ("mcr.microsoft.com/dotnet/sdk:6.0", "debian:bullseye", "dash"),
        ("mcr.microsoft.com/dotnet/sdk:8.0-azurelinux3.0", None, None),
        ("mcr.microsoft.com/dotnet/sdk:10.0", "ubuntu:24.04", "dash"),
        ("solr:8.11", None, "dash"),
        ("maven:3.8-openjdk-11", None, None),
        ("tomcat:9-jdk8-corretto", None, None),
        ("kibana:6.8.0", None, None),
        ("gradle:4-jdk8", None, None),
        ("golang:1.22-windowsservercore", "windows", None),
        ("gcr.io/distroless/base-debian12", "debian:bookworm", None),
        ("gcr.io/distroless/base:debug", "debian", "busybox"),
        ("scratch", "scratch", None),
    ],
)
def test_knows_what_a_tag_stands_on(text: str, distro: str | None, dialect: str | None) -> None:
    image = known(text)
    assert (image.distro, image.shell_dialect) == (distro, dialect)
    assert image.family == (distro.partition(":")[0] if distro else None)


@pytest.mark.parametrize(
    ("text", "no_shell"),
    [
        ("scratch", True),
        ("gcr.io/distroless/static", True),
        ("gcr.io/distroless/static:debug-nonroot", False),
        ("mcr.microsoft.com/dotnet/runtime:8.0-noble-chiseled", True),
        ("alpine", False),
    ],
)
def test_knows_images_without_any_shell(text: str, no_shell: bool) -> None:
    assert known(text).no_shell is no_shell


def test_of_an_unknown_tag_only_what_all_tags_share_is_known() -> None:
    python, distroless, ubuntu = (
        facts(split(text)) for text in ("python:$TAG", "gcr.io/distroless/static:${TAG}", "ubuntu:${V}")
    )
    assert python and python.default_user == "root"
    assert python.distro is None
    assert distroless and distroless.default_user is None
    assert not distroless.no_shell
    assert ubuntu and (ubuntu.distro, ubuntu.shell_dialect, ubuntu.ready_user) == ("ubuntu", "dash", None)
    assert known("python" + DIGEST).distro is None


@pytest.mark.parametrize(
    ("text", "successors"),
    [
        ("openjdk:17", ("eclipse-temurin:17",)),
        ("openjdk:17-jdk-slim", ("eclipse-temurin:17-jdk",)),
        ("openjdk:8u212-jre-alpine", ("eclipse-temurin:8-jre-alpine",)),
        ("openjdk:15", ("eclipse-temurin",)),
        ("arm32v7/openjdk:8", ("eclipse-temurin:8",)),
        ("java:openjdk-8-jre", ("eclipse-temurin:8-jre",)),
        ("adoptopenjdk/openjdk11:jre-11.0.6_10-alpine", ("eclipse-temurin:11-jre-alpine",)),
        ("adoptopenjdk/openjdk8-openj9", ("ibm-semeru-runtimes",)),
        ("centos:7", ("almalinux", "rockylinux/rockylinux:10")),
        ("centos:8", ("almalinux:8", "rockylinux/rockylinux:10")),
        ("jenkins:2.60", ("jenkins/jenkins",)),
        ("celery:3", ("python",)),
        ("stackbrew/ubuntu:14.04", ("ubuntu",)),
        ("armhf/alpine", ("arm32v7/alpine",)),
        ("microsoft/dotnet:2.1-aspnetcore-runtime", ("mcr.microsoft.com/dotnet/aspnet",)),
        ("microsoft/dotnet:2.0-runtime-deps", ("mcr.microsoft.com/dotnet/runtime-deps",)),
        ("microsoft/windowsservercore", ("mcr.microsoft.com/windows/servercore:ltsc2025",)),
        ("mcr.microsoft.com/dotnet/core/sdk:3.1", ("mcr.microsoft.com/dotnet/sdk",)),
        ("circleci/golang:1.12", ("cimg/go",)),
        ("circleci/postgres:9.6", ("cimg/postgres",)),
        ("k8s.gcr.io/pause:3.2", ("registry.k8s.io/pause:3.2",)),
        ("bitnami/redis:7.2.4-debian-12-r5", ("redis:7.2",)),
        ("bitnami/postgresql:14", ("postgres:14",)),
        ("bitnamilegacy/odoo:latest", ("odoo",)),
        ("dockerfile/java", ("eclipse-temurin",)),
        ("jupyter/base-notebook", ("quay.io/jupyter/base-notebook",)),
        ("lambci/lambda:build", ()),
        ("owncloud", ("owncloud/server", "nextcloud")),
    ],
)
def test_retired_images_name_their_successors(text: str, successors: tuple[str, ...]) -> None:
    found = deprecated(reference(text))
    assert found is not None
    assert found.successors == successors


@pytest.mark.parametrize(
    "text",
    [
        "python:2",
        "bitnami/redis",
        "bitnami/minideb:buster",
        "quay.io/jupyter/base-notebook",
        "mongo-express:1",
        "quay.io/acme/openjdk:8",
        "ghcr.io/circleci/node",
        "registry.access.redhat.com/ubi8/openjdk-17",
        "scratch",
    ],
)
def test_silent_on_images_that_are_kept(text: str) -> None:
    assert deprecated(reference(text)) is None


def test_knows_since_when_an_image_is_retired() -> None:
    found = deprecated(reference("centos:7"))
    assert found is not None and found.since == date(2024, 7, 1)


@settings(max_examples=200)
@given(
    st.sampled_from(sorted(name for name in records.load("base_images") if not name.startswith("_"))),
    st.from_regex(
        r"(v?[0-9]{1,2}(\.[0-9]{1,2}){0,2}(u[0-9])?)?(-?(slim|alpine|buster|jdk8|$|lts)){0,3}", fullmatch=True
    ),
)
def test_every_image_can_be_asked_with_any_tag(name: str, tag: str) -> None:
    image = Reference(name, tag or None)
    assert facts(image) is not None
    deprecated(image)
    is_floating(image)
    for proposed in (slim_tag(image), versioned_example(image)):
        assert proposed is None or parse(f"{name}:{proposed}") is not None
    now = end_of_life(image, TODAY)
    later = end_of_life(image, date(2027, 12, 1))
    assert now is None or later is not None


def test_the_data_files_agree_with_each_other() -> None:
    eol = records.load("eol")
    assert {image["product"] for image in eol["images"].values()} <= eol["products"].keys()
    assert set(eol["os"].values()) <= eol["products"].keys()
    for product in eol["products"].values():
        assert set(product.get("codenames", {}).values()) | set(product.get("lts", ())) <= product["cycles"].keys()
