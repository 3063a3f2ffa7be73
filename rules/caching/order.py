"""The order of a build: what comes early makes all that follows run again."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.copies import placed
from dockerlint.dockerfile.expansion import expand
from dockerlint.dockerfile.instructions import Add, Copy, Run, Transfer, Workdir
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import Step
from dockerlint.knowledge import tags
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.packages import Installer, installer, matches_manifest
from dockerlint.shell.script import Command

from .reordering import reordered

_EVERYTHING = frozenset({".", "*", "**"})

# A folder with nothing but such files is `requirements/` or the like.
_MANIFEST_SUFFIXES = (
    ".txt",
    ".in",
    ".lock",
    ".toml",
    ".json",
    ".xml",
    ".gradle",
    ".kts",
    ".properties",
    ".mod",
    ".sum",
)

# A folder that makes an installer work without a network.
_VENDORED = {"go": "vendor/modules.txt", "node": ".yarn/cache", "php": "vendor/autoload.php", "ruby": "vendor/cache"}


# Go's dependency tools from before modules.
_BEFORE_MODULES = frozenset({"dep", "glide", "go-wrapper", "godep", "govendor", "gvt"})
# Modules came with Go 1.11; since 1.16 the import path below $GOPATH/src no longer means anything.
_FIRST_MODULES = (1, 11)
_ONLY_MODULES = (1, 16)
_GOPATH = r"(?:/go|GOPATH\}?)/src/"


class _Broad(NamedTuple):
    """A COPY of source, and the kinds of dependencies that were provided for before it."""

    transfer: Transfer
    sources: tuple[str, ...]
    destination: str | None
    prepared: frozenset[str]
    manifests: tuple[str, ...]


class SourceBeforeDependencies(Rule[Build]):
    """The source is copied before the dependencies are installed.

    Every change of any file makes Docker run the installation again, and download everything anew, because a layer is
    only taken from the cache while all before it are unchanged. With the manifest copied first, only a change of the
    manifest does.

    Copy the manifest, install, then copy the rest: `COPY requirements.txt .`, `RUN pip install -r requirements.txt`,
    `COPY . .`. A cache mount (`RUN --mount=type=cache`) helps as well.

    https://docs.docker.com/build/cache/optimize/#order-your-layers
    """

    severity = Severity.WARNING
    aliases = ("DD006",)
    bad = {
        "FROM python:3.13-slim\nWORKDIR /app\n«COPY . .»\nRUN pip install -r requirements.txt": None,
        "FROM python:3.13-slim\nWORKDIR /app\n«ADD . /app»\nRUN python -m pip install --upgrade -r ./requirements.txt": None,
        "FROM node:24\n«COPY ./ ./»\nRUN npm ci && npm run build": None,
        "FROM node:24\n«COPY . .»\nRUN yarn install --frozen-lockfile": None,
        "FROM golang:1.26 AS build\n«COPY . .»\nRUN go build -o /app ./...": None,
        "FROM golang:1.26\nWORKDIR /go/src/app\n«COPY . .»\nRUN go get ./... && go build ./...": None,
        "FROM rust:1\n«COPY . .»\nRUN cargo build --release": None,
        "FROM maven:3\n«COPY . .»\nRUN mvn -B package": None,
        "FROM gradle:9\n«COPY . .»\nRUN ./gradlew build --no-daemon": None,
        "FROM ruby:3.4\n«COPY . .»\nRUN bundle install": None,
        "FROM composer:2\n«COPY . .»\nRUN composer install --no-dev": None,
        "FROM python:3.13\n«COPY . .»\nRUN poetry install": None,
        "FROM python:3.13\n«COPY . .»\nRUN uv sync --locked": None,
        "=== Dockerfile\nFROM python:3.13\nWORKDIR /app\n# all\n«COPY --chown=1000 . .»\nRUN pip install -r requirements.txt \\\n    flask\n"
        "USER 1000\n=== requirements.txt\ndjango\n=== app.py\nprint()": (
            "=== Dockerfile\nFROM python:3.13\nWORKDIR /app\n# all\nCOPY --chown=1000 requirements.txt ./\n"
            "RUN pip install -r requirements.txt \\\n    flask\nCOPY --chown=1000 . .\n"
            "USER 1000\n=== requirements.txt\ndjango\n=== app.py\nprint()"
        ),
        '=== Dockerfile\nFROM node:24\nWORKDIR /app\n«COPY . /app»\nRUN npm ci\n=== package.json\n{"scripts": {"start": "x"}}\n'
        "=== package-lock.json\n{}\n=== app.js\n": (
            "=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY package.json package-lock.json /app/\nRUN npm ci\nCOPY . /app\n"
            '=== package.json\n{"scripts": {"start": "x"}}\n=== package-lock.json\n{}\n=== app.js\n'
        ),
        "=== Dockerfile\nFROM golang:1.26\nWORKDIR /src\n«COPY . .»\nRUN go mod download\nRUN go build .\n=== go.mod\nmodule x\n=== main.go\n": (
            "=== Dockerfile\nFROM golang:1.26\nWORKDIR /src\nCOPY go.mod ./\nRUN go mod download\nCOPY . .\nRUN go build .\n=== go.mod\nmodule x\n=== main.go\n"
        ),
        '=== Dockerfile\nFROM node:24\nWORKDIR /app\n«COPY . .»\nRUN npm ci\n=== package.json\n{"scripts": {"prepare": "x"}}\n=== app.js\n': None,
        "=== Dockerfile\nFROM python:3.13\nWORKDIR /app\n«COPY . .»\nRUN pip install -r requirements.txt && ./x.sh\n"
        "=== requirements.txt\ndjango\n=== app.py\n": None,
        "=== Dockerfile\nFROM python:3.13\nWORKDIR /app\n«COPY . .»\nRUN pip install -r requirements.txt\n"
        "=== requirements.txt\n-e .\n=== app.py\n": None,
        "=== Dockerfile\nFROM golang:1.26\nWORKDIR /src\n«COPY . .»\nRUN go build .\n=== go.mod\nmodule x\n=== main.go\n": None,
        "=== Dockerfile\nFROM python:3.13\n«COPY app /app»\nRUN pip install -r /app/requirements.txt\n"
        "=== app/requirements.txt\nflask\n=== app/app.py\nprint()": None,
    }
    good = (
        "FROM python:3.13-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .",
        "FROM python:3.13-slim\nCOPY requirements.txt .\nCOPY . .\nRUN pip install -r requirements.txt",
        "FROM python:3.13-slim\nCOPY . .\nRUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt",
        "FROM python:3.13-slim\nCOPY . .\nRUN pip install .",
        "FROM python:3.13-slim\nCOPY . .\nRUN pip install flask",
        "FROM node:24\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build",
        "FROM node:24\nCOPY . .\nRUN npm install -g serve",
        "FROM node:24\nCOPY . .\nRUN yarn build",
        "FROM golang:1.26\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN go build ./...",
        "FROM golang:1.26\nCOPY . .\nRUN go build -mod=vendor ./...",
        "FROM rust:1\nCOPY . .\nRUN --mount=type=cache,target=/usr/local/cargo/registry cargo build",
        "=== Dockerfile.dev\nFROM python:3.13-slim\nCOPY . .\nRUN pip install -r requirements.txt",
        "=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nRUN pip install -r requirements.txt\n"
        "=== requirements.txt\nflask\n=== .dockerignore\n*\n!requirements.txt",
        "=== Dockerfile\nFROM golang:1.26\nCOPY . .\nRUN go build ./...\n=== vendor/modules.txt\n# x",
        "FROM golang:1.10\nCOPY . /go/src/app\nRUN go get -d ./... && go build ./...",
        "FROM golang:1.10\nWORKDIR /build\nCOPY . .\nRUN go install ./...",
        "FROM golang:alpine\nWORKDIR $GOPATH/src/example.com/app\nCOPY . .\nRUN go build ./...",
        "FROM golang:1.12\nCOPY . .\nRUN dep ensure\nRUN go build ./...",
        "=== Dockerfile\nFROM python:3.13\nCOPY requirements/ requirements/\nRUN pip install -r requirements/prod.txt\n"
        "=== requirements/base.txt\nflask\n=== requirements/prod.txt\n-r base.txt",
        "FROM rust:1\nCOPY recipe.json .\nRUN cargo chef cook --release\nCOPY . .\nRUN cargo build",
        "FROM node:24 AS deps\nCOPY package.json .\nRUN npm ci\nFROM deps\nCOPY . .\nRUN npm ci",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.dockerfile.stages:
            if build.is_development(stage):
                continue
            reported: set[int] = set()
            for broad, found in _misplaced(build, stage):
                if broad.transfer.start_line in reported:
                    continue
                reported.add(broad.transfer.start_line)
                line = found.command.text.line
                copy = f"`{broad.transfer.text}`" if "\n" not in broad.transfer.text else broad.transfer.name
                message = f"{copy} makes every change of the source {_cost(found, line)}"
                copied = broad.transfer
                yield self.finding(
                    copied.text,
                    message,
                    help=_order(build, broad, found),
                    fix=reordered(build, stage, copied, found) if isinstance(copied, Copy) else None,
                )


# These have to build the source again in any case: what could be spared is the download.
_BUILDERS = frozenset({"cargo", "go", "gradle", "gradlew", "mvn", "mvnw", "sbt"})


def _cost(found: Installer, line: int) -> str:
    if found.command.name in _BUILDERS:
        return f"download the dependencies of `{found.title}` (line {line}) again"
    return f"run `{found.title}` (line {line}) again"


def _misplaced(build: Build, stage: Stage) -> Iterator[tuple[_Broad, Installer]]:
    """Each installer of the stage that a broad copy before it makes run again."""
    broad: list[_Broad] = []
    prepared: set[str] = set()
    manifests: list[str] = []
    own = {id(step.instruction) for step in stage.steps}
    has_no_modules = _is_before_modules(stage)
    for link in stage.chain:
        for step in link.steps:
            instruction = step.instruction
            if isinstance(instruction, Copy | Add) and not instruction.origin and not instruction.heredocs:
                sources = _sources(step, instruction)
                if any(_is_broad(build, source) for source in sources):
                    placing = placed(instruction, step.before)
                    destination = placing.destination if placing is not None else None
                    broad.append(_Broad(instruction, sources, destination, frozenset(prepared), tuple(manifests)))
                else:
                    manifests += sources
            elif isinstance(instruction, Run):
                for found in _installers(instruction):
                    if id(instruction) in own and not (found.kind == "go" and has_no_modules):
                        culprit = _culprit(build, broad, found)
                        if culprit is not None and id(culprit.transfer) in own:
                            yield culprit, found
                    prepared.add(found.kind)


def _sources(step: Step, transfer: Transfer) -> tuple[str, ...]:
    words = (expand(word, step.before.environment.lookup, transfer.escape).value for word in transfer.sources)
    return tuple(posixpath.normpath(word.lstrip("/") or ".") for word in words if word and "://" not in word)


def _is_broad(build: Build, source: str) -> bool:
    if source in _EVERYTHING:
        return True
    if build.context is None or "*" in source or "?" in source:
        return False
    if not build.context.exists(source) or build.context.is_file(source):
        return False
    paths = [entry.path for entry in build.context.taken_by(source)]
    return not all(path.endswith(_MANIFEST_SUFFIXES) for path in paths)


def _installers(run: Run) -> list[Installer]:
    """The installations of a RUN that neither a cache nor bind mounts already make cheap."""
    found = [each for command in run.commands if (each := installer(command)) is not None]
    targets = [mount.target or "" for mount in run.mounts if mount.type == "cache"]
    is_bound = any(mount.type == "bind" for mount in run.mounts)
    return [each for each in found if not is_bound and not _is_cached(each, targets)]


def _is_before_modules(stage: Stage) -> bool:
    """Whether the stage builds Go as it was built without modules: there is no manifest to copy first then."""
    base = stage.base
    version = tags.number(tags.read(base.tag).version or "-") if base and base.familiar == "golang" and base.tag else ()
    if version and (version >= _ONLY_MODULES or version < _FIRST_MODULES):
        return version < _FIRST_MODULES
    instructions = [step.instruction for link in stage.chain for step in link.steps]
    if any(re.search(_GOPATH, one.rest) for one in instructions if isinstance(one, Copy | Add | Workdir)):
        return True
    commands = (command for one in instructions if isinstance(one, Run) for command in one.commands)
    return any(command.name in _BEFORE_MODULES or _is_go_get(command) for command in commands)


def _is_go_get(command: Command) -> bool:
    return command.name == "go" and any(word.value == "get" for word in command.arguments[:1])


def _is_cached(found: Installer, targets: list[str]) -> bool:
    return any(cache in target for target in targets for cache in found.caches) or "$" in "".join(targets)


def _culprit(build: Build, broad: list[_Broad], found: Installer) -> _Broad | None:
    """The first copy that brings the installer's manifest along with other files."""
    for copy in broad:
        if found.kind in copy.prepared or _brings_manifest(copy.manifests, found):
            return None
        if _takes_more_than_manifests(build, copy, found):
            return copy
    return None


def _brings_manifest(sources: tuple[str, ...], found: Installer) -> bool:
    names = [posixpath.basename(manifest) for manifest in found.manifests]
    return any(_may_match(posixpath.basename(source), name) for source in sources for name in names)


def _may_match(source: str, manifest: str) -> bool:
    """Whether a COPY source and a manifest, either with wildcards, may mean the same file."""
    return matches_manifest(source, (manifest,)) or matches_manifest(manifest, (source,))


def _takes_more_than_manifests(build: Build, copy: _Broad, found: Installer) -> bool:
    context = build.context
    if context is None:
        return True
    vendored = _VENDORED.get(found.kind)
    if vendored and context.exists(vendored):
        return False
    is_everything = any(source in _EVERYTHING for source in copy.sources)
    paths = [entry.path for source in copy.sources for entry in context.taken_by(source)]
    names = tuple(posixpath.basename(manifest) for manifest in found.manifests)
    is_manifest = [matches_manifest(posixpath.basename(path), names) for path in paths]
    # A whole context without any manifest is not the real one: somebody looks at the Dockerfile alone.
    return not all(is_manifest) if any(is_manifest) else is_everything


# What fetches the dependencies alone, where the command builds the source as well.
_FETCHES = {
    "go": "go mod download",
    "gradle": "gradle dependencies",
    "gradlew": "./gradlew dependencies",
    "mvn": "mvn dependency:go-offline",
    "mvnw": "./mvnw dependency:go-offline",
    "sbt": "sbt update",
}
_SEVERAL_FILES = {
    "dotnet": "the project files",
    "gradle": "`build.gradle` and `settings.gradle`",
    "gradlew": "the Gradle files and the wrapper",
    "mvnw": "`pom.xml` and the wrapper",
}
_LOCKS = (".lock", ".lockb", "-lock.json", "-lock.yaml")


def _order(build: Build, broad: _Broad, found: Installer) -> str:
    """The order to write instead."""
    name = found.command.name
    if name == "cargo" and not found.title.endswith("fetch"):
        return "keep the crates in a cache mount (`RUN --mount=type=cache,target=/usr/local/cargo/registry`)"
    fetch = _FETCHES.get(name, found.title)
    return f"copy {_manifest_files(build, broad, found)}, run `{fetch}`, and copy the rest after it"


def _manifest_files(build: Build, broad: _Broad, found: Installer) -> str:
    """The manifests to copy first, as far as they are there, else by the names that the installer reads."""
    if found.command.name in _SEVERAL_FILES:
        return _SEVERAL_FILES[found.command.name]
    folder = _folder_in_context(build, broad, found)
    names = [_in_context(name, broad.destination) for name in found.manifests if not name.startswith(".")]
    if len(broad.sources) == 1 and broad.sources[0] not in _EVERYTHING:
        folder = posixpath.join(broad.sources[0], folder)
    names = [posixpath.normpath(posixpath.join(folder, name)) for name in names]
    there = [name for name in names if build.context is not None and build.context.exists(name)]
    if not there and len(names) > 1 and names[1].endswith(_LOCKS):
        return f"`{names[0]}` and the lock file"
    shown = [f"`{name}`" for name in there or names if "*" not in name and not name.startswith("/")]
    return " and ".join(shown[:2]) if shown else "the manifest"


def _folder_in_context(build: Build, broad: _Broad, found: Installer) -> str:
    """Where the installer runs, as seen from what the COPY takes, if it runs below it."""
    layer = next((layer for layer in build.layers if layer.action_of(found.command) is not None), None)
    folder = layer.folder_of(found.command) if layer is not None else None
    target = (broad.destination or "").rstrip("/")
    return folder.removeprefix(f"{target}/") if folder is not None and folder.startswith(f"{target}/") else ""


def _in_context(name: str, destination: str | None) -> str:
    """A manifest as a COPY has to name it, which another COPY puts into a folder of the image."""
    inside = f"{(destination or '').rstrip('/')}/"
    return name.removeprefix(inside) if destination and name.startswith(inside) else name.removeprefix("./")
