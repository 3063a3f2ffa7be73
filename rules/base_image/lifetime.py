"""Images that get no more fixes."""

from __future__ import annotations

from dockerlint.dockerfile.image import Reference, parse
from dockerlint.dockerfile.instructions import From
from dockerlint.dockerfile.stages import Pull
from dockerlint.knowledge.endoflife import EndOfLife, end_of_life
from dockerlint.knowledge.images import facts
from dockerlint.knowledge.retired import deprecated
from dockerlint.knowledge.variants import versioned_example
from dockerlint.lint.rule import Findings, Rule, Severity


class EndOfLifeBaseImage(Rule[Pull]):
    """The base image's software, or the distribution under it, gets no more security fixes.

    From its end of life on nobody mends the holes that are found in it, and its package mirrors are switched off sooner
    or later, which breaks the build. Scanners will list more findings every month.

    Move to a version that is still supported. `--as-of DATE` judges for another day than today; of a line whose support
    is paid for, as named in the setting `extended-support`, nothing is said.

    https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image
    """

    severity = Severity.WARNING
    aliases = ("DD077",)
    bad = {
        "FROM «python:3.9-slim»": None,
        "FROM «debian:buster»": None,
        "FROM «node:16-buster» AS build\nFROM nginx:1.31": None,
        "ARG VERSION=18.04\nFROM «ubuntu:$VERSION»": None,
        '=== dockerlint.toml\nextended-support = ["node 16"]\n=== Dockerfile\nFROM «node:16-buster»': None,
    }
    good = (
        "FROM python:3.14-slim",
        "FROM python:3-slim",
        "FROM debian:trixie",
        "FROM acme/python:3.6",
        "FROM ubuntu:24.04",
        "FROM scratch",
        '=== dockerlint.toml\nextended-support = ["Ubuntu 18.04"]\n=== Dockerfile\nFROM ubuntu:bionic',
        '=== dockerlint.toml\nextended-support = ["node 16", "debian 10"]\n=== Dockerfile\nFROM node:16-buster',
    )

    def check(self, pull: Pull) -> Findings:
        if pull.reference is None or not isinstance(pull.instruction, From) or deprecated(pull.reference):
            return
        ended = end_of_life(pull.reference, self.settings.as_of)
        ended = ended and ended.without(self.settings.extended_support)
        if ended is None:
            return
        message = f"`{pull.name}`: {ended.obituary}"
        if ended.also is not None:
            message += f", and {ended.also.obituary}"
        yield self.finding(pull.written, message, help=_supported(pull.reference, ended))


def _supported(reference: Reference, ended: EndOfLife) -> str:
    # Whoever moves to another version of the software gets another system with it.
    if ended.is_system and ended.also is not None:
        ended = ended.also
    if ended.supported is None:
        which = "an image on a system" if ended.is_system else "a version"
        return f"move to {which} that is still supported"
    product = ended.line.rpartition(" ")[0]
    until = f", supported until {ended.supported_until}" if ended.supported_until else ""
    known = facts(reference)
    is_official = known is not None and known.official
    what = ("a tag on " if is_official else "an image on ") if ended.is_system else ""
    return f"move to {what}{product} {ended.supported}{until}"


class DeprecatedBaseImage(Rule[Pull]):
    """The image itself is retired, or has moved to another name.

    Nobody builds it any more, whatever the tag: it gets neither new versions nor security fixes, and may be deleted.

    Move to its successor. Images that are used all the same stand in the setting `allowed-images`.

    https://docs.docker.com/docker-hub/repos/manage/trusted-content/official-images/
    """

    severity = Severity.WARNING
    aliases = ("DD077",)
    bad = {
        "FROM «openjdk:17»": None,
        "FROM «centos:7»": None,
        "FROM «adoptopenjdk/openjdk11» AS build\nFROM scratch\nCOPY --from=build /a /": None,
        '=== dockerlint.toml\nallowed-images = ["centos:7"]\n=== Dockerfile\nFROM «centos:8»': None,
    }
    good = (
        "FROM eclipse-temurin:21",
        "FROM registry.acme.com/openjdk:17",
        "FROM python:3.14-slim",
        '=== dockerlint.toml\nallowed-images = ["openjdk", "centos:7", "circleci/*"]\n'
        "=== Dockerfile\nFROM openjdk:17\nFROM centos:7\nFROM circleci/node:14",
    )

    def check(self, pull: Pull) -> Findings:
        if pull.reference is None or not isinstance(pull.instruction, From):
            return
        retired = deprecated(pull.reference)
        if retired is None or self.settings.allows(pull.reference.familiar, pull.reference.tag):
            return
        named = " or ".join(f"`{_with_version(successor)}`" for successor in retired.successors[:2])
        advice = f"move to {named}" if named else "choose an image that is kept up"
        yield self.finding(pull.written, f"`{pull.name}` is no longer updated", help=advice)


def _with_version(successor: str) -> str:
    """An image as advice: with a version, so that following it is no finding either."""
    reference = parse(successor)
    if reference is None:
        return successor
    example = versioned_example(reference)
    return f"{reference.name}:{example}" if example else successor
