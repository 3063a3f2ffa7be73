"""Stages: their names, and who uses them."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from dockerlint.dockerfile.image import parse
from dockerlint.dockerfile.instructions import Copy
from dockerlint.dockerfile.origins import Origin
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.knowledge.images import facts
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity, replace
from dockerlint.project.build import Build, has_development_part, is_called_one_of
from dockerlint.source import Text
from dockerlint.wording import distance, nearest


class StageNameCasing(Rule[Build]):
    """A stage's name has capital letters.

    Docker calls the stage by its name in lower case: `FROM Builder` then is an image called Builder, which cannot be.

    Write the name in lower case.

    https://docs.docker.com/reference/build-checks/stage-name-casing/
    """

    severity = Severity.INFO
    aliases = ("StageNameCasing", "DD050")
    bad = {
        "FROM golang:1.26 AS «Builder»\nRUN make\nFROM scratch\nCOPY --from=Builder /app /": (
            "FROM golang:1.26 AS builder\nRUN make\nFROM scratch\nCOPY --from=builder /app /"
        ),
        "FROM golang:1.26 AS «BUILD»\nFROM build\nRUN --mount=type=bind,from=BUILD,target=/x make": (
            "FROM golang:1.26 AS build\nFROM build\nRUN --mount=type=bind,from=build,target=/x make"
        ),
        "=== compose.yaml\nservices:\n  app:\n    build: {context: ., target: App}\n"
        "=== Dockerfile\nFROM alpine:3.22 AS «App»": None,
        "FROM alpine:3.22 AS «App»\nFROM alpine:3.22 AS app": None,
    }
    good = (
        "FROM golang:1.26 AS builder\nFROM scratch\nCOPY --from=Builder /app /",
        "FROM golang:1.26",
        "FROM golang:1.26 AS build-1",
    )

    def check(self, build: Build) -> Findings:
        stages = build.dockerfile.stages
        for stage in stages:
            name = stage.from_.stage_name
            if name is None or name == stage.name:
                continue
            is_shared = sum(other.name == stage.name for other in stages) > 1
            fix = None if is_shared or _is_target(build, name) else _lowered(build.dockerfile, stage, name)
            yield self.finding(name, f"Docker calls the stage `{name}` by the name `{stage.name}`", fix=fix)


def _is_target(build: Build, name: Text) -> bool:
    """Whether somebody names the stage as the target of a build, letter for letter."""
    targets = (link.told.target for link in build.links)
    return any(target is not None and target.value == name for target in targets)


def _lowered(dockerfile: Dockerfile, stage: Stage, name: Text) -> Fix | None:
    written = [name, *(one.written for one in dockerfile.origins if one.stage is stage and not one.written.isdecimal())]
    if not all(word.is_verbatim for word in written):
        return None
    edits = tuple(Edit.replacing(word, word.lower()) for word in written if not word.islower())
    return Fix(f"write `{name.lower()}`", edits, is_safe=True)


class DuplicateStageName(Rule[Dockerfile]):
    """Two stages have the same name.

    `COPY --from` then means the last of them, and FROM the one before it, so that one file speaks of two stages by one
    name.

    Give each stage a name of its own; case does not count.

    https://docs.docker.com/reference/build-checks/duplicate-stage-name/
    """

    severity = Severity.ERROR
    aliases = (
        "DL3024", "CKV_DOCKER_11", "DS-0012", "alias-must-be-unique", "same_alias_in_different_froms",
        "DuplicateStageName", "DF042",
    )  # fmt: skip
    bad = {
        "FROM golang:1.26 AS build\nFROM node:24 AS «build»\nFROM scratch\nCOPY --from=build /app /": None,
        "FROM golang:1.26 AS build\nFROM node:24 AS «Build»": None,
        "FROM a AS x\nFROM b AS «x»\nFROM c AS «x»": None,
    }
    good = (
        "FROM golang:1.26 AS build\nFROM node:24 AS web",
        "FROM golang:1.26\nFROM node:24",
        "FROM golang:1.26 AS build\nFROM node:24 AS build-web",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        first: dict[str, Stage] = {}
        for stage in dockerfile.stages:
            name = stage.from_.stage_name
            if name is None or stage.name is None:
                continue
            if stage.name in first:
                line = first[stage.name].from_.start_line
                message = f"line {line} has a stage `{stage.name}` already: which of them `--from` means is an accident"
                yield self.finding(name, message)
            first.setdefault(stage.name, stage)


class ReservedStageName(Rule[Dockerfile]):
    """A stage is called `scratch` or `context`.

    Docker uses these names itself: `scratch` is the empty image, `context` the build context of a frontend. Who reads
    `FROM scratch` thinks of the empty image.

    Give the stage another name.

    https://docs.docker.com/reference/build-checks/reserved-stage-name/
    """

    severity = Severity.WARNING
    aliases = ("ReservedStageName", "DL3063")
    bad = {
        "FROM alpine:3.22 AS «scratch»\nFROM scratch": None,
        "FROM alpine:3.22 AS «Context»": None,
        "FROM alpine:3.22 AS «SCRATCH»\nRUN make": None,
    }
    good = ("FROM scratch\nCOPY app /", "FROM alpine:3.22 AS context-base", "FROM alpine:3.22 AS from-scratch")

    def check(self, dockerfile: Dockerfile) -> Findings:
        meanings = {"scratch": "the empty image", "context": "the build context"}
        for stage in dockerfile.stages:
            if stage.from_.stage_name is not None and stage.name in meanings:
                message = f"`{stage.name}` is Docker's own name for {meanings[stage.name]}"
                yield self.finding(stage.from_.stage_name, message)


class UnknownStage(Rule[Build]):
    """`--from` names no stage of the file, and no image that is known.

    Docker then looks for an image of that name on Docker Hub, and the build stops, or takes files from a stranger.

    Write the name of the stage that is meant. Build contexts of the command line stand in the setting `named-contexts`.

    https://docs.docker.com/build/building/multi-stage/
    """

    severity = Severity.WARNING
    aliases = ("DL3022", "DF049", "DD039")
    bad = {
        "FROM golang:1.26 AS builder\nFROM scratch\nCOPY --from=«buidler» /app /": (
            "FROM golang:1.26 AS builder\nFROM scratch\nCOPY --from=builder /app /"
        ),
        "FROM golang:1.26 AS build\nFROM scratch\nRUN --mount=type=bind,from=«biuld»,target=/x cp /x/a /": (
            "FROM golang:1.26 AS build\nFROM scratch\nRUN --mount=type=bind,from=build,target=/x cp /x/a /"
        ),
        "FROM golang:1.26 AS build\nFROM scratch\nCOPY --from=«artifacts» /app /": None,
        "FROM golang:1.26 AS nginxx\nFROM scratch\nCOPY --from=«nginx» /app /": (
            "FROM golang:1.26 AS nginxx\nFROM scratch\nCOPY --from=nginxx /app /"
        ),
    }
    good = (
        "FROM golang:1.26 AS builder\nFROM scratch\nCOPY --from=Builder /app /\nCOPY --from=0 /app /",
        "FROM alpine:3.22\nCOPY --from=nginx /etc/nginx /etc/nginx\nCOPY --from=acme/app /a /b",
        "FROM alpine:3.22\nCOPY --from=artifacts:1 /a /b\nCOPY --from=scratch /a /b",
        '=== dockerlint.toml\nnamed-contexts = ["artifacts"]\n=== Dockerfile\nFROM scratch\nCOPY --from=artifacts /a /b',
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n"
        "      additional_contexts: [artifacts=../artifacts]\n"
        "=== Dockerfile\nFROM scratch\nCOPY --from=artifacts /a /b",
    )

    def check(self, build: Build) -> Findings:
        for origin in build.dockerfile.origins:
            name = origin.image
            if name is None or name == "scratch" or any(mark in name for mark in "/:@.$"):
                continue
            if name in self.settings.named_contexts or name in build.named_contexts:
                continue
            near = _near(build.dockerfile, origin)
            reference = parse(name)
            is_known = reference is not None and facts(reference) is not None
            if is_known and not (len(near) == 1 and distance(name.lower(), near[0]) == 1):
                continue
            fix = replace(origin.written, near[0], f"write `{near[0]}`", is_safe=False) if len(near) == 1 else None
            hint = f"; did you mean `{near[0]}`?" if near else f": Docker looks for an image `{name}`"
            yield self.finding(origin.written, f"no stage is called `{name}`{hint}", fix=fix)


def _near(dockerfile: Dockerfile, origin: Origin) -> tuple[str, ...]:
    """The stages above whose names are nearly the same."""
    above = [stage.name for stage in dockerfile.stages[: origin.user.index] if stage.name]
    return nearest(origin.written.lower(), above)


class StageByNumber(Rule[Dockerfile]):
    """`--from` names a stage by its number.

    When a stage is inserted above, the number means another one, and nothing says so.

    Give the stage a name with AS, and copy from that.

    https://docs.docker.com/build/building/multi-stage/#name-your-build-stages
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("using_unnamed_build_stages", "DF023")
    bad = {
        "FROM golang:1.26 AS build\nFROM scratch\nCOPY --from=«0» /app /": (
            "FROM golang:1.26 AS build\nFROM scratch\nCOPY --from=build /app /"
        ),
        "FROM golang:1.26\nFROM scratch\nCOPY --from=«0» /app /": None,
        "FROM a AS A\nFROM b AS b\nFROM scratch\nCOPY --from=«1» /app /\nCOPY --from=«0» /x /": (
            "FROM a AS A\nFROM b AS b\nFROM scratch\nCOPY --from=b /app /\nCOPY --from=a /x /"
        ),
    }
    good = (
        "FROM golang:1.26 AS build\nFROM scratch\nCOPY --from=build /app /",
        "FROM alpine:3.22\nCOPY --from=nginx:1.29 /a /b\nCOPY --from=1 /a /c",
        "FROM golang:1.26\nFROM scratch\nRUN --mount=type=bind,from=0,target=/x true",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        for origin in dockerfile.origins:
            if origin.stage is not None and isinstance(origin.instruction, Copy) and origin.written.isdecimal():
                name = origin.stage.name
                fix = replace(origin.written, name, f"write `{name}`", is_safe=True) if name else None
                message = f"`--from={origin.written}` breaks when a stage is inserted above; name the stage"
                yield self.finding(origin.written, message, fix=fix)


class UnusedStage(Rule[Build]):
    """Nothing uses a stage.

    Docker skips it in every build, so what it is there for does not happen.

    Delete it, or copy from it. A stage with a name and instructions of its own may be built by `--target`, so nothing is
    said of it.

    https://docs.docker.com/build/building/multi-stage/#stop-at-a-specific-build-stage
    """

    severity = Severity.INFO
    aliases = ("DD066",)
    bad = {
        "FROM ubuntu:24.04 AS «os»\nFROM nginx:1.29": None,
        "FROM «node:24»\nRUN npm run build\nFROM nginx:1.29": None,
        "FROM a:1 AS «x»\nFROM b:1 AS y\nFROM c:1\nCOPY --from=y /a /b": None,
    }
    good = (
        "FROM node:24 AS assets\nFROM nginx:1.29\nCOPY --from=assets /a /b",
        "FROM node:24 AS base\nFROM base",
        "FROM node:24 AS docs\nRUN npm run docs\nFROM node:24",
        "FROM node:24 AS dev\nFROM node:24",
        "=== compose.yaml\nservices:\n  assets:\n    build: {context: ., target: assets}\n"
        "=== Dockerfile\nFROM node:24 AS assets\nFROM nginx:1.29",
        '=== docker-bake.hcl\ntarget "x" {\n  target = "assets"\n}\n=== Dockerfile\nFROM node:24 AS assets\nFROM nginx:1.29',
        "FROM a:1 AS b\nFROM c:1\nRUN --mount=type=bind,from=b,target=/x ls",
        '=== dockerlint.toml\ndevelopment-images = ["play*"]\n=== Dockerfile\nFROM node:24 AS playground\nFROM node:24',
        "ARG KIND=fast\nFROM a:1 AS build-fast\nFROM a:2 AS build-slow\nFROM build-${KIND}",
    )

    def check(self, build: Build) -> Findings:
        targets = {stage.index for stage in build.targets}
        chosen = [_pattern(stage.from_.image) for stage in build.dockerfile.stages if "$" in stage.from_.image]
        for stage in build.dockerfile.stages:
            may_be_used = stage.index in build.dockerfile.used_stages or stage.index in targets
            if stage.name is not None:
                may_be_used = may_be_used or stage.name in build.asked_targets
                is_target = bool(stage.steps) or has_development_part(stage.name)
                is_target = is_target or is_called_one_of(stage.name, self.settings.development_images)
                may_be_used = may_be_used or is_target or any(fnmatchcase(stage.name, pattern) for pattern in chosen)
            if not may_be_used:
                place = stage.from_.stage_name or stage.from_.image
                yield self.finding(place, f"nothing uses the stage {_called(stage)}")


def _pattern(image: str) -> str:
    """The names that an image with variables may stand for, as a glob."""
    return re.sub(r"\$(?:\{[^{}]*\}|\w+)", "*", image).lower()


def _called(stage: Stage) -> str:
    return f"`{stage.name}`" if stage.name else f"that begins in line {stage.from_.start_line}"
