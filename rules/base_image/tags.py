"""Tags: none, `latest`, or one that moves."""

from __future__ import annotations

import re

from dockerlint.dockerfile.image import Reference
from dockerlint.dockerfile.instructions import Copy, From, Run
from dockerlint.dockerfile.stages import Pull
from dockerlint.knowledge.endoflife import end_of_life
from dockerlint.knowledge.images import facts
from dockerlint.knowledge.retired import deprecated
from dockerlint.knowledge.variants import is_floating, versioned_example
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.source import Text


def _proposal(pull: Pull) -> str:
    if pull.reference is None:
        return "name the version that you build and test with"
    example = versioned_example(pull.reference)
    if example is None:
        return "name the version that you build and test with, or pin the digest"
    return f"name a version, such as `{pull.reference.name}:{example}`"


# Images that never had, or no longer have, a tag `latest`.
_WITHOUT_LATEST = re.compile(
    r"phusion/baseimage|mcr\.microsoft\.com/windows/.*|microsoft/(nanoserver|windowsservercore).*"
    r"|elasticsearch|kibana|logstash|docker\.elastic\.co/.*|nvidia/cuda"
)


def _has_latest(reference: Reference) -> bool:
    return _WITHOUT_LATEST.fullmatch(reference.familiar) is None and deprecated(reference) is None


def _may_be_a_stage(pull: Pull) -> bool:
    """A bare word after `--from=` may be a misspelt stage or a build context of the command line."""
    if not isinstance(pull.instruction, Copy | Run) or pull.reference is None:
        return False
    return "/" not in pull.reference.name and facts(pull.reference) is None


def _tag_place(pull: Pull) -> Text:
    """The tag as it is written, or the whole reference where it is not written here."""
    tag = pull.reference.tag if pull.reference else None
    if tag and pull.written.endswith(":" + tag):
        return pull.written.part(len(pull.written) - len(tag), len(pull.written))
    return pull.written


class UntaggedBaseImage(Rule[Build]):
    """An image is pulled without a tag.

    Without a tag Docker takes `latest`, so the same Dockerfile builds on another version as soon as somebody pushes
    one. A new major version then arrives in a build that nobody changed.

    Name the version that you develop and test with: `python:3.14-slim`. A port is no tag: `registry:5000/app` has none.

    https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """

    severity = Severity.WARNING
    aliases = (
        "DL3006", "CKV_DOCKER_7", "DS-0001", "missing-image-version", "image_version_not_explicit", "DF001", "DD001",
        "missing_tag",
    )  # fmt: skip
    bad = {
        'FROM «python»\nCMD ["python", "app.py"]': None,
        "ARG IMAGE=node\nFROM «$IMAGE»": None,
        "FROM «registry:5000/acme/app»": None,
        "FROM alpine:3.22\nCOPY --from=«nginx» /etc/nginx /etc/nginx": None,
        "FROM alpine:3.22\nRUN --mount=type=bind,from=«golang»,target=/go ls /go": None,
    }
    good = (
        "FROM python:3.13-slim",
        "FROM scratch\nCOPY app /app",
        "FROM alpine:3.22 AS Base\nFROM base",
        "ARG TAG\nFROM python:$TAG",
        "ARG IMAGE\nFROM $IMAGE",
        "FROM alpine@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1",
        "FROM golang:1.24 AS build\nFROM alpine:3.22\nCOPY --from=0 /bin/app /bin/app",
        "FROM alpine:3.22\nCOPY --from=assets /dist /dist",
        '=== dockerlint.toml\nnamed-contexts = ["python"]\n=== Dockerfile\nFROM python',
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n"
        "      additional_contexts: {acme/base: ../base}\n=== Dockerfile\nFROM acme/base",
        "FROM elasticsearch",
    )

    def check(self, build: Build) -> Findings:
        for pull in build.dockerfile.pulls:
            if pull.name not in self.settings.named_contexts and pull.name not in build.named_contexts:
                yield from self._check(pull)

    def _check(self, pull: Pull) -> Findings:
        reference = pull.reference
        if reference is None or reference.tag or reference.digest or _may_be_a_stage(pull):
            return
        if not _has_latest(reference):
            return
        verb = "FROM" if isinstance(pull.instruction, From) else "--from="
        written = f"`{verb} {pull.written}`" if verb == "FROM" else f"`{verb}{pull.written}`"
        message = f"{written} takes whatever `{reference.name}:latest` is on the day of the build"
        yield self.finding(pull.written, message, help=_proposal(pull))


class LatestBaseImage(Rule[Pull]):
    """An image is pulled by the tag `latest`.

    `latest` moves to the next version without notice, and two machines that build on different days get different
    images. Nothing in the Dockerfile tells which one is inside.

    Name the version that you develop and test with: `node:24-slim`.

    https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """

    severity = Severity.WARNING
    aliases = (
        "DL3007", "CKV_DOCKER_7", "DS-0001", "avoid-latest-version", "image_version_using_latest", "DF001", "DF024",
        "DD001", "latest_tag",
    )  # fmt: skip
    bad = {
        "FROM node:«latest»": None,
        "ARG TAG=latest\nFROM «node:$TAG»": None,
        "FROM alpine:3.22\nCOPY --from=ghcr.io/astral-sh/uv:«latest» /uv /bin/uv": None,
    }
    good = (
        "FROM node:24-slim",
        "FROM node:latest@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1",
        "FROM acme/app:latest-alpine",
        "ARG TAG\nFROM node:$TAG",
        "FROM docker.elastic.co/kibana/kibana:latest",
    )

    def check(self, pull: Pull) -> Findings:
        reference = pull.reference
        if reference is None or reference.tag != "latest" or reference.digest or not _has_latest(reference):
            return
        message = f"`{reference.name}:latest` is whatever was pushed last on the day of the build"
        yield self.finding(_tag_place(pull), message, help=_proposal(pull))


class FloatingTag(Rule[Pull]):
    """The tag names a variant, but no version.

    A tag such as `slim`, `alpine` or `lts` follows every new release of the image, like `latest` does. The build
    changes under you on the day that one comes out.

    Put the version before the variant: `node:24-alpine`.

    https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """

    severity = Severity.INFO
    bad = {"FROM python:«slim»": None, "FROM redis:«alpine»": None, "FROM node:«lts»": None}
    good = (
        "FROM python:3.13-slim",
        "FROM debian:trixie",
        "FROM ubuntu:noble",
        "FROM acme/tool:slim",
        "FROM gcr.io/distroless/static:nonroot",
        "FROM node:onbuild",
        "FROM docker:stable",
        "FROM python:buster",
    )

    def check(self, pull: Pull) -> Findings:
        reference = pull.reference
        if reference is None or not isinstance(pull.instruction, From) or not is_floating(reference):
            return
        if deprecated(reference) is None and end_of_life(reference, self.settings.as_of) is None:
            message = f"`{reference.name}:{reference.tag}` {_movement(reference)}"
            yield self.finding(_tag_place(pull), message, help=_proposal(pull))


_DEVELOPMENT_BRANCHES = frozenset({"edge", "unstable", "testing", "nightly", "devel", "dev", "main", "canary", "sid"})


def _movement(reference: Reference) -> str:
    words = (reference.tag or "").split("-")
    if not _DEVELOPMENT_BRANCHES.isdisjoint(words):
        return "is a development branch that changes daily"
    return "moves to each new LTS release" if "lts" in words else f"moves to every new release of {reference.familiar}"


class UnpinnedDigest(Rule[Pull]):
    """A base image is not pinned to a digest.

    A tag can be pushed again with other content; only a digest names one image for good. Teams that must be able to
    build the same image twice, or that fear a stolen registry account, pin it and let a bot renew the pin.

    Write `FROM python:3.13-slim@sha256:...`; `docker buildx imagetools inspect` prints the digest.

    https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("dockerfile-source-not-pinned",)
    bad = {
        "FROM «python:3.13-slim»": None,
        "FROM «alpine» AS base\nFROM base": None,
        "ARG V=24\nFROM «node:$V»": None,
    }
    good = (
        "FROM python:3.13-slim@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1",
        "FROM scratch",
        "ARG IMAGE\nFROM $IMAGE",
    )

    def check(self, pull: Pull) -> Findings:
        if pull.reference is not None and isinstance(pull.instruction, From) and not pull.reference.digest:
            yield self.finding(pull.written, f"`{pull.name}` is not pinned to a digest")
