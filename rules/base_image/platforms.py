"""FROM's platform, and the variables in FROM."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.dockerfile import platforms
from dockerlint.dockerfile.environment import PLATFORM_ARGUMENTS
from dockerlint.dockerfile.errors import Kind
from dockerlint.dockerfile.expansion import Missing, Value, expand
from dockerlint.dockerfile.instructions import Arg, From
from dockerlint.dockerfile.platforms import Platform
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.dockerfile.variables import modifier_of, place_of
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.source import Span, Text
from dockerlint.wording import did_you_mean


class HardCodedPlatform(Rule[Build]):
    """FROM asks for one fixed platform.

    On every other host the image then runs under emulation, which is slow, or not at all; a build for several platforms
    gives the same image under each name.

    Leave the flag out and pass `--platform` to the build, or set `platform:` in the Compose file. A stage that compiles
    for another platform runs on the builder's own: `--platform=$BUILDPLATFORM`.

    https://docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed/
    """

    severity = Severity.WARNING
    aliases = (
        "DL3029", "FromPlatformFlagConstDisallowed", "avoid-platform-with-from", "using_platform_with_from", "DF061",
    )  # fmt: skip
    bad = {
        "FROM «--platform=linux/amd64» python:3.13-slim": None,
        "FROM «--platform=linux/x86_64» golang:1.26 AS build\nRUN make\nFROM alpine:3.22\nCOPY --from=build /a /a": None,
        "FROM alpine:3.22 AS base\nFROM «--platform=linux/arm/v7» alpine:3.22": None,
        "FROM «--platform=amd64» alpine:3.22": None,
    }
    good = (
        "FROM --platform=$BUILDPLATFORM golang:1.26 AS build\nRUN make",
        "ARG ARCH=amd64\nFROM --platform=linux/$ARCH alpine:3.22",
        "FROM --platform=linux/amd64 alpine:3.22 AS build-amd64",
        "FROM --platform=linux/aarch64 alpine:3.22 AS arm64",
        "FROM --platform=linux/arm64 acme/app:1.2-aarch64",
        "FROM --platform=linux/amd64 amd64/python:3.13",
        "FROM --platform=windows/amd64 mcr.microsoft.com/windows/nanoserver:ltsc2022",
        "=== Dockerfile.amd64\nFROM --platform=linux/amd64 alpine:3.22",
        "=== compose.yaml\nservices:\n  app:\n    build: .\n    platform: linux/amd64\n"
        "=== Dockerfile\nFROM --platform=linux/amd64 python:3.13-slim",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.dockerfile.stages:
            flag = next((flag for flag in stage.from_.flags if flag.name == "platform"), None)
            platform = platforms.parse(str(flag.value)) if flag is not None and flag.value else None
            if flag is None or platform is None or platform.system == "windows" or stage.is_windows:
                continue
            if not self._is_named_so(platform, stage, build.label) and not _is_asked_for(platform, build):
                what = "an image" if stage is build.dockerfile.stages[-1] else "a stage"
                architecture = platform.architecture or platform.system
                message = f"`{flag.text}` makes this {what} for {architecture} on every host"
                help_ = "pass `--platform` to the build instead"
                if stage not in build.shipping_stages:
                    help_ += ", or write `--platform=$BUILDPLATFORM` for a stage that cross-compiles"
                yield self.finding(flag.text, message, help=help_)

    @staticmethod
    def _is_named_so(platform: Platform, stage: Stage, label: str) -> bool:
        """Whether a name says that this is meant for one platform."""
        wanted = {platform.architecture, platform.system, platform.architecture + platform.variant} - {"", "linux"}
        names = (stage.name, stage.base_name, stage.from_.image, label)
        return any(wanted & set(_platform_words(name)) for name in names if name)


def _platform_words(name: str) -> Iterator[str]:
    """The words of a name that may be platforms, as Docker normalises them."""
    for word in re.split(r"[^a-z0-9_]+", name.lower()):
        for part in (word, *word.split("_")):
            yield part
            platform = platforms.parse(part) if part else None
            if platform is not None:
                yield platform.architecture or platform.system
            if match := re.fullmatch(r"(arm)(?:32|64)?(v\d)?|(amd64|x64|x86)", part):
                yield "amd64" if match[3] else "arm64" if "64" in part else "arm"


def _is_asked_for(platform: Platform, build: Build) -> bool:
    """Whether somebody builds the image for just this platform."""
    asked = {asked for link in build.links for asked in link.told.platforms}
    return len(asked) == 1 and platforms.parse(*asked) == platform


class RedundantPlatform(Rule[Dockerfile]):
    """FROM asks for the platform that it takes anyway.

    `--platform=$TARGETPLATFORM` is what FROM does without the flag, so it only makes readers look for a reason.

    Leave the flag out.

    https://docs.docker.com/reference/build-checks/redundant-target-platform/
    """

    severity = Severity.INFO
    aliases = ("RedundantTargetPlatform", "DL3065")
    bad = {
        "FROM «--platform=$TARGETPLATFORM» alpine:3.22": "FROM alpine:3.22",
        'FROM «--platform="${TARGETPLATFORM}"»  alpine:3.22 AS app': "FROM alpine:3.22 AS app",
        "ARG TARGETPLATFORM\nFROM «--platform=${TARGETPLATFORM:-linux/amd64}» alpine:3.22": (
            "ARG TARGETPLATFORM\nFROM alpine:3.22"
        ),
    }
    good = (
        "FROM --platform=$BUILDPLATFORM alpine:3.22",
        "FROM --platform=linux/$TARGETARCH alpine:3.22",
        "ARG TARGETPLATFORM=linux/amd64\nFROM --platform=$TARGETPLATFORM alpine:3.22",
        "FROM alpine:3.22",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        for stage in dockerfile.stages:
            for flag in stage.from_.flags:
                is_default = re.fullmatch(r"\$(?:TARGETPLATFORM|\{TARGETPLATFORM(?::?-[^{}]*)?\})", flag.value or "")
                declared = dockerfile.global_arguments.get("TARGETPLATFORM")
                if flag.name == "platform" and is_default and not isinstance(declared, str):
                    message = f"`{flag.text}` is what FROM does without it"
                    yield self.finding(flag.text, message, fix=_without(flag.text))


def _without(flag: Text) -> Fix:
    text = flag.source.text
    end = flag.end
    while text[end : end + 1] in (" ", "\t"):
        end += 1
    return Fix("delete the flag", (Edit.replacing(Span(flag.source, flag.start, end), ""),), is_safe=True)


class UndeclaredArgInFrom(Rule[Dockerfile]):
    """FROM uses a variable that no ARG before the first FROM declares.

    It is always empty there, and `--build-arg` cannot change that: an ARG inside a stage is for that stage alone.

    Declare it above the first FROM, with the default that builds.

    https://docs.docker.com/reference/build-checks/undefined-arg-in-from/
    """

    severity = Severity.ERROR
    # A FROM that Docker refuses because of it is told of here, not by `invalid-image-reference`.
    guards = True
    aliases = ("UndefinedArgInFrom", "InvalidDefaultArgInFrom")
    bad = {
        "FROM python:«$PYTHON_VERSION»": None,
        "FROM alpine:3.22\nARG TAG=1\nFROM busybox:«${TAG}»": None,
        "ARG PYTHON_VER=3.13\nFROM python:«$PYTHON_VERS»-slim": None,
        "FROM python:«${VERSION:-3.13}»": None,
        "FROM --platform=linux/«${ARCH}»amd64 alpine:3.22«$SUFFIX»": None,
        "FROM alpine:3.22«$SUFFIX»": None,
    }
    good = (
        "ARG PYTHON_VERSION=3.13\nFROM python:$PYTHON_VERSION",
        "ARG TAG\nFROM busybox:$TAG",
        "FROM --platform=$BUILDPLATFORM golang:1.26",
        "FROM --platform=linux/$TARGETARCH alpine:3.22",
        "=== Dockerfile.tmpl\n{{ head }}\nFROM python:$VERSION",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        if dockerfile.is_template or dockerfile.has_foreign_frontend:
            return
        for stage in dockerfile.stages:
            for word, name in undeclared_in(stage.from_, dockerfile):
                place = place_of(name, word, stage.from_.escape)
                has_default = modifier_of(place, name).startswith((":-", "-"))
                errors = [error for error in dockerfile.errors if error.span == word.span]
                if any(error.kind is not Kind.IMAGE for error in errors):
                    continue  # no valid platform: that is told already
                yield self.finding(
                    place,
                    _without_value(name, dockerfile, has_default=has_default),
                    severity=Severity.WARNING if has_default else Severity.ERROR,
                    is_refusal=bool(errors),
                )


def undeclared_in(from_: From, dockerfile: Dockerfile) -> Iterator[tuple[Text, str]]:
    """The words of a FROM, each with the variables in it that nothing declares."""
    declared = dockerfile.global_arguments

    def lookup(name: str) -> Value:
        return declared.get(name, Missing.UNKNOWN if name in PLATFORM_ARGUMENTS else Missing.ABSENT)

    for word in (from_.platform, from_.image):
        if word is not None and "$" in word:
            expansion = expand(word, lookup, from_.escape)
            yield from ((word, name) for name in expansion.unset if name.isidentifier() and name not in declared)


def _without_value(name: str, dockerfile: Dockerfile, *, has_default: bool) -> str:
    what = f"`${name}` cannot be set" if has_default else f"`${name}` is empty here"
    own = next((arg for arg in dockerfile.instructions if isinstance(arg, Arg) and _declares(arg, name)), None)
    if own is not None:
        return f"{what}: ARG in line {own.start_line} belongs to a stage; declare it before the first FROM"
    hint = did_you_mean(name, dockerfile.global_arguments, "${}")
    return f"{what}: no ARG before the first FROM declares it{hint}"


def _declares(arg: Arg, name: str) -> bool:
    return any(pair.key == name for pair in arg.pairs)
