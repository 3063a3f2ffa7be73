"""The folder that a service sends to the builder."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from dockerlint.context.files import human_size
from dockerlint.dockerfile.copies import placed
from dockerlint.dockerfile.instructions import Add, Copy, Run
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.containers import Container, Stack
from dockerlint.project.files import absolute, as_typed, is_below

# A context below this is read in no time.
_SMALL = 20_000_000


class WideBuildContext(Rule[Container]):
    """A service names far more as its context than its Dockerfile takes.

    BuildKit, which Compose builds with, fetches only what is copied; a builder that is handed the whole folder, as the
    classic one or one in a cluster, reads and sends all of it at every build.

    Take the folder that the Dockerfile copies from as context, or keep the rest back with `.dockerignore`.

    https://docs.docker.com/build/concepts/context/
    """

    severity = Severity.INFO
    profile = "strict"
    bad = {
        "=== compose.yaml\nservices:\n  api:\n    build:\n      context: «.»\n      dockerfile: api/Dockerfile\n"
        "=== api/Dockerfile\nFROM alpine:3.22\nCOPY api/app /app\nCOPY api/run.sh /\n=== api/app\n\n=== api/run.sh\n\n"
        "=== web/film.mp4 (60 MB)\n": None,
        "=== compose.yaml\nservices:\n  api:\n    build:\n      dockerfile: api/Dockerfile\n      context: «./»\n"
        "=== api/Dockerfile\nFROM alpine:3.22\nCOPY api /app\n=== api/x\n\n=== data/a.bin (30 MB)\n": None,
        "=== compose.yaml\nservices:\n  «api»:\n    build:\n      dockerfile: api/Dockerfile\n"
        "=== api/Dockerfile\nFROM alpine:3.22\nCOPY api/x /app\n=== api/x\n\n=== data/a.bin (30 MB)\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  api:\n    build:\n      context: .\n      dockerfile: api/Dockerfile\n"
        "=== api/Dockerfile\nFROM alpine:3.22\nCOPY api /app\nCOPY shared /shared\n=== api/x\n\n=== shared/x\n\n"
        "=== web/film.mp4 (60 MB)\n",
        "=== compose.yaml\nservices:\n  api:\n    build:\n      context: .\n      dockerfile: api/Dockerfile\n"
        "=== api/Dockerfile\nFROM alpine:3.22\nCOPY api /app\n=== api/x\n\n=== .dockerignore\n*\n!api\n=== web/film.mp4 (60 MB)\n",
        "=== compose.yaml\nservices:\n  api:\n    build:\n      context: .\n      dockerfile: api/Dockerfile\n"
        "=== api/Dockerfile\nFROM alpine:3.22\nCOPY api /app\n=== api/x\n\n=== web/small\nx\n",
        "=== compose.yaml\nservices:\n  api:\n    build: .\n=== Dockerfile\nFROM alpine:3.22\nCOPY api /app\n=== api/x\n\n"
        "=== web/film.mp4 (60 MB)\n",
    )

    def check(self, container: Container) -> Findings:
        build, place = container.build, container.place
        if build is None or place is None or build.context is None or container.service.build is None:
            return
        own = os.path.relpath(place.dockerfile.parent, place.context).replace(os.sep, "/")
        folder = _only_folder(build.dockerfile)
        if own in (".", "..") or folder is None or own.startswith("../") or not is_below(folder, own):
            return
        others = [entry for entry in build.context.files if not is_below(entry.path, own)]
        size = sum(entry.size for entry in others)
        if size < _SMALL:
            return
        largest: dict[str, int] = {}
        for entry in others:
            top = posixpath.join(*entry.path.split("/")[:2])
            largest[top] = largest.get(top, 0) + entry.size
        named = ", ".join(f"`{name}`" for name in sorted(largest, key=lambda name: -largest[name])[:2])
        context = container.service.build.context
        message = f"the context of `{container.service.name}` holds {human_size(size)} ({named}) besides `{own}`, which it builds from"
        help_ = f"take the folder as context: `context: ./{as_typed(place.dockerfile.parent)}`"
        yield self.finding(context.written if context is not None else container.service.name, message, help=help_)


def _only_folder(dockerfile: Dockerfile) -> str | None:
    """The folder of the context below which all that the build copies lies; None where it takes from several or from all."""
    sources = list(_taken(dockerfile))
    if not sources or any(source in ("", ".", "..") or source[:1] in "*?[" for source in sources):
        return None
    return posixpath.commonpath(sources) or None


def _taken(dockerfile: Dockerfile) -> Iterator[str]:
    """What the build copies or mounts from the context; an empty text for what a variable names."""
    for stage in dockerfile.stages:
        if stage.index not in dockerfile.built_stages:
            continue
        for step in stage.steps:
            one = step.instruction
            if isinstance(one, Copy | Add) and not one.origin and not one.heredocs:
                place = placed(one, step.before)
                found = [source for _, source in place.sources] if place is not None else [""]
                yield from (
                    posixpath.normpath(source).lstrip("/") if source else "" for source in found if "://" not in source
                )
            elif isinstance(one, Run):
                mounts = (mount for mount in one.mounts if mount.type == "bind" and not mount.origin)
                yield from (posixpath.normpath(str(mount.source or ".")).lstrip("/") for mount in mounts)


def _takes(dockerfile: Dockerfile, name: str) -> bool:
    """Whether a build surely takes a folder of the context, or something in it. BuildKit reads nothing else."""
    for source in _taken(dockerfile):
        top = source.partition("/")[0]
        if source in (".", name) or is_below(name, source) or is_below(source, name):
            return True
        if any(mark in top for mark in "*?[") and "/" not in source and fnmatch(name.partition("/")[0], top):
            return True
    return False


class DataInBuildContext(Rule[Stack]):
    """A database keeps its files in the folder that another service is built from.

    After the first start the folder belongs to the database's own user: the next build fails on it with "permission
    denied", or sends the whole database to the builder and perhaps into the image.

    Name it in `.dockerignore`, or keep the data in a named volume.

    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n  db:\n    image: postgres:17\n    volumes:\n"
        "      - «./data»:/var/lib/postgresql/data\n=== Dockerfile\nFROM alpine:3.22\nCOPY . .\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: {context: .}\n  cache:\n    image: redis:8\n    volumes:\n"
        "      - type: bind\n        source: «./var/redis»\n        target: /data\n=== Dockerfile\nFROM alpine:3.22\nCOPY * ./\n"
        "=== .dockerignore\nnode_modules\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: app\n  db:\n    image: mysql:8.4\n    volumes:\n"
        "      - «./app/db»:/var/lib/mysql\n=== app/Dockerfile\nFROM alpine:3.22\nRUN --mount=type=bind,target=/src make -C /src\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n  db:\n    image: postgres:17\n    volumes:\n"
        "      - ./data:/var/lib/postgresql/data\n=== Dockerfile\nFROM alpine:3.22\nCOPY . .\n=== .dockerignore\ndata\n",
        "=== compose.yaml\nservices:\n  web:\n    build: app\n  db:\n    image: postgres:17\n    volumes:\n"
        "      - ./data:/var/lib/postgresql/data\n=== app/Dockerfile\nFROM alpine:3.22\nCOPY . .\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n  db:\n    image: postgres:17\n    volumes:\n"
        "      - ./data:/var/lib/postgresql/data\n=== Dockerfile\nFROM alpine:3.22\nCOPY src *.py /app/\n"
        "RUN --mount=type=bind,source=uv.lock,target=uv.lock cat uv.lock\n=== src/x\n\n=== uv.lock\n\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n  db:\n    image: postgres:17\n    volumes:\n"
        "      - data:/var/lib/postgresql/data\n      - ./init:/docker-entrypoint-initdb.d\nvolumes:\n  data:\n"
        "=== Dockerfile\nFROM alpine:3.22\n",
    )

    def check(self, stack: Stack) -> Findings:
        builders = [one for one in stack.containers if one.build is not None and one.build.context is not None]
        for container in stack.containers:
            data = container.data
            if data is None or data.path is None:
                continue
            for volume in container.service.volumes:
                source, target = volume.source, posixpath.normpath(volume.target.text)
                if volume.kind != "bind" or source is None or source.unknown or not is_below(data.path, target):
                    continue
                path = absolute(Path(stack.compose.path_of(source)))
                builder = next((one for one in builders if one.build is not None and _is_sent(one.build, path)), None)
                if builder is not None and builder.place is not None:
                    where = f"the build context of `{builder.service.name}` (`{as_typed(builder.place.context)}`)"
                    pattern = os.path.relpath(path, builder.place.context).replace(os.sep, "/")
                    message = (
                        f"`{source.text}` of `{container.service.name}` lies in {where}: building fails on it later"
                    )
                    yield self.finding(source.text, message, help=f"add `{pattern}` to `.dockerignore`")


def _is_sent(build: Build, path: Path) -> bool:
    """Whether a folder lies in a context, the build takes it along, and no ignore file keeps it back."""
    context = build.context
    if context is None:
        return False
    root = os.path.abspath(context.root)  # noqa: PTH100 (links stay as they are written)
    if not is_below(str(path), root) or str(path) == root:
        return False
    name = os.path.relpath(path, root).replace(os.sep, "/")
    if not _takes(build.dockerfile, name):
        return False
    if context.ignore is None:
        return context.ignore_path is None
    return not context.ignore.excludes(f"{name}/x")
