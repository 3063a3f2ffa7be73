"""Compiled things that are copied to where they cannot run."""

from __future__ import annotations

import posixpath
import re
from itertools import pairwise

from dockerlint.dockerfile.copies import Placed, absolute_path, placed
from dockerlint.dockerfile.instructions import Copy
from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge import tags
from dockerlint.knowledge.images import ImageFacts
from dockerlint.knowledge.records import canonical
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell.script import Command

_GLIBC = frozenset(
    {"almalinux", "amazonlinux", "centos", "centos-stream", "debian", "fedora", "oraclelinux", "rhel", "rockylinux"}
    | {"ubuntu"}
)
# Where somebody thought of it, by linking statically or by bringing the other C library.
_THOUGHT_OF = r"static|musl(?!-dev)|compat|glibc|ld-linux|libc\.so|netgo|osusergo|CGO_ENABLED|patchelf|zigbuild|upx|ldflags|LDFLAGS"
_COMPILERS = ("cc", "gcc", "g++", "c++", "clang", "clang++", "ghc")
# Packages of Go that call the C library where there is a C compiler.
_CALL_C = r'^\s*(?:import\s+)?(?:[\w.]+\s+)?"(?:C|net|net/http|os/user)"'
_MOST_SOURCES = 200


class IncompatibleStages(Rule[Build]):
    """A stage copies compiled files from another that it cannot run.

    A program that is linked against the C library of Debian (glibc) finds none on Alpine (musl) or in an empty image: the
    kernel says "no such file or directory" though the file is there. Packages of one minor version of Python are not
    looked for by another.

    Build and run on the same system, or link statically: `CGO_ENABLED=0 go build`, `cargo build --target
    x86_64-unknown-linux-musl`, `gcc -static`. For packages use the same version of Python in both stages.

    https://docs.docker.com/build/building/multi-stage/
    """

    severity = Severity.ERROR
    aliases = ("DD062",)
    bad = {
        "FROM rust:1.80 AS build\nWORKDIR /src\nCOPY . .\nRUN cargo build --release\nFROM alpine:3.22\n"
        'COPY --from=build «/src/target/release/app» /app\nCMD ["/app"]': None,
        "FROM gcc:14 AS build\nCOPY a.c /\nRUN gcc -O2 -o /bin/app /a.c\nFROM scratch\n"
        'COPY --from=build «/bin/app» /app\nENTRYPOINT ["/app"]': None,
        "FROM alpine:3.22 AS build\nRUN apk add gcc musl-dev && gcc -o /app /a.c\nFROM debian:trixie\n"
        'COPY --from=build «/app» /app\nCMD ["/app"]': None,
        "FROM python:3.11 AS build\nRUN python -m venv /opt/venv && /opt/venv/bin/pip install flask\n"
        "FROM python:3.12-slim\nCOPY --from=build «/opt/venv» /opt/venv": None,
        "FROM python:3.11 AS build\nRUN pip install --user flask\n"
        "FROM python:3.13-slim\nCOPY --from=build «/root/.local» /root/.local": None,
        '=== main.go\npackage main\n\nimport (\n\t"fmt"\n\t"net/http"\n)\n=== Dockerfile\nFROM golang:1.26 AS build\n'
        "WORKDIR /src\nCOPY . .\nRUN go build -o /app .\nFROM scratch\n"
        'COPY --from=build «/app» /app\nENTRYPOINT ["/app"]': None,
    }
    good = (
        "FROM rust:1.80 AS build\nRUN cargo build --release --target x86_64-unknown-linux-musl\nFROM alpine:3.22\n"
        'COPY --from=build /target/x86_64-unknown-linux-musl/release/app /app\nCMD ["/app"]',
        "FROM rust:1.80-alpine AS build\nRUN cargo build --release\nFROM scratch\n"
        'COPY --from=build /target/release/app /app\nCMD ["/app"]',
        "FROM rust:1.80 AS build\nRUN cargo build --release\nFROM alpine:3.22\nRUN apk add gcompat\n"
        'COPY --from=build /target/release/app /app\nCMD ["/app"]',
        "FROM rust:1.80 AS build\nRUN cargo build --release\nFROM debian:trixie-slim\n"
        'COPY --from=build /target/release/app /app\nCMD ["/app"]',
        "FROM gcc:14 AS build\nRUN gcc -static -o /app /a.c\nFROM scratch\n"
        'COPY --from=build /app /app\nENTRYPOINT ["/app"]',
        "FROM gcc:14 AS build\nRUN gcc -o /app /a.c\nFROM scratch AS export\nCOPY --from=build /app /app",
        "FROM rust:1.80 AS build\nRUN cargo build --release\nFROM alpine:3.22\n"
        'COPY --from=build /src/static /srv\nCMD ["/app"]',
        "FROM acme/rust:1 AS build\nRUN cargo build --release\nFROM alpine:3.22\n"
        'COPY --from=build /target/release/app /app\nCMD ["/app"]',
        "FROM python:3.12 AS build\nRUN python -m venv /opt/venv\nFROM python:3.12-slim\nCOPY --from=build /opt/venv /opt/venv",
        "FROM python:3.11 AS build\nRUN pip wheel -w /w flask\nFROM python:3.12-slim\nCOPY --from=build /w /w",
        '=== main.go\npackage main\n\nimport "fmt"\n=== Dockerfile\nFROM golang:1.26 AS build\nCOPY . .\n'
        'RUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]',
        '=== main.go\npackage main\n\nimport "net/http"\n=== Dockerfile\nFROM golang:1.26 AS build\nCOPY . .\n'
        'RUN CGO_ENABLED=0 go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nENTRYPOINT ["/app"]',
    )

    def check(self, build: Build) -> Findings:
        for origin in build.dockerfile.origins:
            if origin.stage is None or not isinstance(origin.instruction, Copy):
                continue
            step = next((step for step in origin.user.steps if step.instruction is origin.instruction), None)
            place = placed(origin.instruction, step.before) if step is not None else None
            if place is None or step is None or step.is_trigger:
                continue
            yield from self._packages(build, place, origin.stage, origin.user)
            yield from self._programs(build, place, origin.stage, origin.user)

    def _packages(self, build: Build, place: Placed, source: Stage, user: Stage) -> Findings:
        made, found = _python(source), _python(user)
        if made is None or found is None or made == found or not _knows_its_python(build, source):
            return
        for word, path in place.sources:
            if _holds_packages(build, source, absolute_path(path, "/")):
                message = (
                    f"{path[:60]} is for Python {made} (`{source.root.base_name}`);"
                    f" Python {found} (`{user.root.base_name}`) does not look there"
                )
                yield self.finding(word, message, help=f"use the same version in both stages: `python:{made}`")

    def _programs(self, build: Build, place: Placed, source: Stage, user: Stage) -> Findings:
        if user.cmd is None and user.entrypoint is None:
            return  # somebody may take the file out of the image
        before, after = _libc(build.facts(source)), _libc(build.facts(user))
        if before in (None, "none") or after in (None, before) or _is_thought_of(source) or _is_thought_of(user):
            return
        for word, path in place.sources:
            if _is_linked(build, source, absolute_path(path, "/"), is_glibc=before == "glibc"):
                where = "has no C library" if after == "none" else f"has {after}"
                message = (
                    f"{path[:60]} is linked against {before} (`{source.root.base_name}`) and cannot start"
                    f" on `{user.root.base_name}`, which {where}"
                )
                yield self.finding(word, message, help="link it statically, or build and run on the same system")


def _python(stage: Stage) -> str | None:
    """The minor version of Python of a stage on Python's own image."""
    base = stage.base
    if base is None or canonical(base.name) != "python":
        return None
    match = re.match(r"3\.\d+", tags.read(base.tag or "").version)
    return match[0] if match else None


def _knows_its_python(build: Build, stage: Stage) -> bool:
    """Whether nothing brings another Python than the image's."""
    others = ("uv", "pyenv", "conda", "mamba", "micromamba", "poetry", "pdm", "hatch", "rye")
    return not any(layer.named(*others) for layer in build.layers_of(stage))


def _holds_packages(build: Build, stage: Stage, path: str) -> bool:
    """Whether a folder holds packages below `lib/python3.x`, as pip and venv lay them out."""
    if "site-packages" in path:
        return True
    for layer in build.layers_of(stage):
        for command in layer.named("python", "python3", "virtualenv", "pip", "pip3"):
            words = [str(word.value) for word in command.arguments]
            is_venv = command.name == "virtualenv" or words[:2] == ["-m", "venv"]
            if is_venv and any(absolute_path(word, layer.folder_of(command)) == path for word in words[-1:]):
                return True
            if "install" in words and "--user" in words and path in ("/root/.local", "/root/.local/lib"):
                return True
    return False


def _libc(known: ImageFacts | None) -> str | None:
    """The C library of an image; "none" where there is no shared one."""
    if known is None:
        return None
    if known.name == "scratch" or known.name.startswith("gcr.io/distroless/static"):
        return "none"
    if not known.official:
        return None
    if known.family == "alpine":
        return "musl"
    return "glibc" if known.family in _GLIBC else None


def _is_thought_of(stage: Stage) -> bool:
    texts = (str(step.instruction.text) for link in stage.chain for step in link.steps)
    return any(re.search(_THOUGHT_OF, text) for text in texts)


def _is_linked(build: Build, stage: Stage, path: str, *, is_glibc: bool) -> bool:
    """Whether a file is a program that a command of the stage links against the C library."""
    for layer in build.layers_of(stage):
        for command in layer.named(*_COMPILERS):
            if path == _output(layer, command) and not command.has_option("-c", "-shared", "-S", "-E"):
                return True
        # On musl Rust links statically, and Go finds no C compiler.
        for command in layer.named("cargo", "swift", "go") if is_glibc else ():
            if _builds(build, stage, layer, command, path):
                return True
    return False


def _builds(build: Build, stage: Stage, layer: Layer, command: Command, path: str) -> bool:
    verb = str(command.operands[0].value) if command.operands else ""
    folder = layer.folder_of(command)
    if verb not in ("build", "install") or folder is None:
        return False
    if command.name == "go":
        return path == _output(layer, command) and _calls_c(build, stage)
    if command.name == "swift":
        return verb == "build" and path.startswith(posixpath.join(folder, ".build/release/"))
    if layer.before.environment.get("CARGO_BUILD_TARGET") is not None or command.has_option("--target", "--target-dir"):
        return False
    return verb == "build" and posixpath.dirname(path) == posixpath.join(folder, "target/release")


def _output(layer: Layer, command: Command) -> str | None:
    """The file that a command is told to write by `-o`."""
    words = command.arguments
    for option, value in pairwise(words):
        if option.value == "-o" and value.is_literal:
            return absolute_path(str(value.value), layer.folder_of(command))
    return None


def _calls_c(build: Build, stage: Stage) -> bool:
    """Whether the Go source of the context uses what is linked against the C library, on an image with a C compiler."""
    base = stage.base
    if build.context is None or base is None or canonical(base.name) != "golang":
        return False
    own = [path for path in (entry.path for entry in build.context.files) if _is_of_program(path)][:_MOST_SOURCES]
    texts = {path: source.text for path in own if (source := build.context.read_text(path)) is not None}
    # Of several programs one may do without.
    programs = {
        posixpath.dirname(path) for path, text in texts.items() if re.search(r"^package main\b", text, re.MULTILINE)
    }
    return len(programs) == 1 and any(re.search(_CALL_C, text, re.MULTILINE) for text in texts.values())


def _is_of_program(path: str) -> bool:
    return path.endswith(".go") and not path.endswith("_test.go") and "vendor/" not in path
