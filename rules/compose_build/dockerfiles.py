"""The Dockerfile and the stage that a service names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.rule import Findings, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import replaced_part
from dockerlint.project.build_places import BuildPlace
from dockerlint.project.containers import Container
from dockerlint.project.files import as_typed
from dockerlint.project.made_later import comes_later
from dockerlint.source import Text
from dockerlint.wording import listed, nearest


class MissingDockerfile(Rule[Container]):
    """The Dockerfile that a service builds is not there.

    The build stops before it begins: `failed to read dockerfile: open Dockerfile: no such file or directory`.

    `dockerfile:` is a path within the `context:`, and both names count by case: `build: {context: ., dockerfile:
    docker/Dockerfile}`.

    https://docs.docker.com/reference/compose-file/build/#dockerfile
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  api:\n    build: «./api»\n=== api/docker/Dockerfile\nFROM alpine:3.22\n": None,
        "=== compose.yaml\nservices:\n  api:\n    build:\n      context: .\n      dockerfile: «Dockerfile.prod»\n"
        "=== Dockerfile\nFROM alpine:3.22\n": None,
        "=== compose.yaml\nservices:\n  api:\n    build: «backend»\n": None,
        "=== compose.yaml\nservices:\n  api:\n    build: «.»\n=== dockerfile\nFROM alpine:3.22\n": None,
        "=== compose.yaml\nservices:\n  «api»:\n    build:\n      target: prod\n=== docker/Dockerfile\nFROM a:1 AS prod\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  api:\n    build: ./api\n=== api/Dockerfile\nFROM alpine:3.22\n",
        "=== compose.yaml\nservices:\n  api:\n    build: https://github.com/acme/api.git\n  b:\n    build: ${DIR}\n",
        "=== compose.yaml\nservices:\n  api:\n    build:\n      dockerfile_inline: FROM alpine:3.22\n",
        '=== compose.yaml\nservices:\n  api:\n    build: vendor/api\n=== .gitmodules\n[submodule "api"]\n'
        "\tpath = vendor/api\n\turl = https://example.com/api\n",
        "=== compose.yaml\nservices:\n  api:\n    build: ../elsewhere\n",
    )

    def check(self, container: Container) -> Findings:
        place, build = container.place, container.service.build
        if place is None or build is None or build.inline is not None or container.compose.source.path == "-":
            return
        files = container.files
        has_context = not files.is_missing(place.context)
        if not files.is_missing(place.dockerfile) or comes_later(files, place.dockerfile):
            return
        name, folder = container.service.name, as_typed(place.context)
        if not has_context:
            where = f"builds from `{folder}`, which is not there"
        else:
            where = f"builds from `{folder}`, where no `{os.path.relpath(place.dockerfile, place.context)}` is"
        near = next(_near(container, place), None)
        hint = f"; there is `{as_typed(near)}`" if near is not None else ""
        yield self.finding(_word(container, has_context), f"`{name}` {where}{hint}")


def _word(container: Container, has_context: bool) -> Text:
    build = container.service.build
    if build is not None and has_context and build.dockerfile is not None:
        return build.dockerfile.written
    return build.context.written if build is not None and build.context is not None else container.service.name


def _near(container: Container, place: BuildPlace) -> Iterator[Path]:
    """Where the Dockerfile may be instead."""
    wanted = place.dockerfile.name
    for folder in dict.fromkeys((place.dockerfile.parent, place.context)):
        for path in container.files.below(folder, ("",)):
            if path.name.lower() in (wanted.lower(), "containerfile", "dockerfile"):
                yield path
    for below in ("docker", ".docker", str(container.service.name), "build"):
        candidate = place.context / below / "Dockerfile"
        if container.files.contains(candidate) and os.path.isfile(candidate):
            yield candidate


class UnknownTarget(Rule[Container]):
    """A service builds a stage that its Dockerfile does not have.

    The build stops before it begins: `target stage "prod" could not be found`.

    Name a stage as `FROM ... AS` does; upper and lower case do not matter.

    https://docs.docker.com/reference/compose-file/build/#target
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      target: «prod»\n"
        "=== Dockerfile\nFROM alpine:3.22 AS builder\nFROM alpine:3.22 AS production\n": (
            "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      target: production\n"
            "=== Dockerfile\nFROM alpine:3.22 AS builder\nFROM alpine:3.22 AS production\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      target: «'runtme'»\n"
        "=== Dockerfile\nFROM alpine:3.22 AS runtime\n": (
            "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      target: 'runtime'\n"
            "=== Dockerfile\nFROM alpine:3.22 AS runtime\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      target: «dev»\n"
        "=== Dockerfile\nFROM alpine:3.22\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      target: «'2'»\n"
        "=== Dockerfile\nFROM alpine:3.22 AS a\nFROM a AS b\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      target: PROD\n"
        "=== Dockerfile\nFROM alpine:3.22 AS prod\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      target: '0'\n"
        "=== Dockerfile\nFROM alpine:3.22 AS prod\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      target: ${TARGET}\n"
        "=== Dockerfile\nFROM alpine:3.22 AS prod\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      target: other\n"
        "=== Dockerfile\n# syntax=acme/frontend:1\nFROM alpine:3.22\n",
    )

    def check(self, container: Container) -> Findings:
        target = container.service.build.target if container.service.build is not None else None
        if container.build is None or target is None or target.unknown or not target.text:
            return
        dockerfile = container.build.dockerfile
        if dockerfile.target is not None or dockerfile.has_foreign_frontend or not dockerfile.stages:
            return
        if dockerfile.is_template or _is_number_of_stage(target.text, dockerfile):
            return
        names = [str(stage.from_.stage_name) for stage in dockerfile.stages if stage.from_.stage_name]
        known = f"has {listed(names)}" if names else "names no stage"
        meant = _meant(str(target.text), names)
        edit = replaced_part(target, target.text, meant) if meant is not None else None
        fix = fix_of(f"build `{meant}`", edit)
        message = f"`{container.service.name}` builds the target `{target.text}`: the Dockerfile {known}"
        yield self.finding(target.text, message, fix=fix)


def _is_number_of_stage(target: str, dockerfile: Dockerfile) -> bool:
    return target.isdecimal() and int(target) < len(dockerfile.stages)


def _meant(target: str, names: list[str]) -> str | None:
    """The one stage that a name is short for, or near to."""
    lower = {name.lower(): name for name in names}
    longer = [name for key, name in lower.items() if key.startswith(target.lower())]
    near = longer or [lower[key] for key in nearest(target.lower(), lower)]
    return near[0] if len(near) == 1 else None
