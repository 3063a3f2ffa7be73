"""Mounts against what the image has at their place."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dockerlint.compose.mounts import Volume
from dockerlint.compose.nodes import Sequence
from dockerlint.dockerfile.copies import placed
from dockerlint.dockerfile.instructions import Add, Copy, Instruction
from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge.images import is_root
from dockerlint.lint.finding import Finding
from dockerlint.lint.rule import Findings, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import appended_item
from dockerlint.project.build import Build
from dockerlint.project.containers import Container, Stack
from dockerlint.project.files import absolute
from dockerlint.project.layers import Layer
from dockerlint.project.owners import Owners, moments
from dockerlint.project.service_kinds import command_words
from dockerlint.shell.packages import PackageAction
from dockerlint.source import Text

# What package managers and build tools make in the folder where they run.
_MADE_BY_INSTALL = {"npm": "node_modules", "yarn": "node_modules", "pnpm": "node_modules", "bun": "node_modules"}
_MADE_ELSEWISE = {"composer": "vendor", "uv": ".venv"}
_INSTALLS = ("install", "ci", "sync", "npm", "yarn", "pnpm", "composer", "bundle")


# A folder of packages that a step or a variable names by its whole path.
_PACKAGES = re.compile(r"(?<![\w.@/-])(?:/[\w.@-]+)*/(?:node_modules|\.?venv|vendor)(?![\w.-])")


class _Made(NamedTuple):
    """A folder of the image that a step of the build fills."""

    path: str
    step: Instruction
    what: str


class HiddenByMount(Rule[Container]):
    """A mount hides what the build put into the image at that place.

    A folder of the host covers the image's own: installed packages are gone, and the program fails with "Cannot find
    module". A named volume is filled once, from the first image, and hides the code of every later build.

    Add a volume for the folder that the build made: `- /app/node_modules`; or let `develop.watch` copy changes in place
    of the mount. Mount volumes on data, not on code.

    https://docs.docker.com/engine/storage/bind-mounts/#mount-into-a-non-empty-directory-on-the-container
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes:\n      - «./:/app»\n=== Dockerfile\nFROM node:24\n"
        'WORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nCMD ["node", "app.js"]\n=== package.json\n{}\n': (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes:\n      - ./:/app\n      - /app/node_modules"
        ),
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: [«'.:/srv'»]\n=== Dockerfile\nFROM python:3.13-slim\n"
        'WORKDIR /srv\nCOPY . .\nRUN python -m venv .venv && .venv/bin/pip install flask\nCMD [".venv/bin/flask", "run"]\n': None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes:\n      - «code:/app»\nvolumes:\n  code:\n"
        '=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nCMD ["python", "app.py"]\n': None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes:\n      - «./web:/app»\n=== web/x\n\n=== Dockerfile\n"
        "FROM node:24 AS build\nWORKDIR /app\nCOPY . .\nRUN yarn install\nFROM node:24-slim\n"
        "COPY --from=build /app/node_modules /app/node_modules\n": (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes:\n      - ./web:/app\n      - /app/node_modules"
        ),
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes:\n      - ./:/app\n      - /app/node_modules\n"
        "=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: sh -c 'npm install && npm run dev'\n    volumes: ['.:/app']\n"
        "=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: ['.:/app']\n=== Dockerfile\nFROM python:3.13-slim\n"
        "WORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n=== requirements.txt\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: ['.:/app']\n=== Dockerfile\nFROM node:24\n"
        "WORKDIR /app\nCOPY . .\nRUN npm ci\n=== node_modules/x/index.js\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: ['media:/app/media']\nvolumes:\n  media:\n=== Dockerfile\n"
        "FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: ['.:/src']\n=== Dockerfile\nFROM node:24\n"
        "WORKDIR /app\nCOPY . .\nRUN npm ci\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: ['.:/app']\n=== Dockerfile\nFROM node:24\n"
        "WORKDIR /app\nCOPY . .\nRUN npm ci && mv /app/node_modules /node_modules\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: ['.:/app']\n=== Dockerfile\nFROM python:3.13-slim\n"
        "WORKDIR /app\nENV UV_PROJECT_ENVIRONMENT=/opt/venv\nCOPY . .\nRUN uv sync --frozen\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: ['.:/app']\n=== Dockerfile\nFROM python:3.13-slim\n"
        "WORKDIR /app\nCOPY . .\nRUN uv pip install --system -r requirements.txt\n",
    )

    def check(self, container: Container) -> Findings:
        build, stage = container.build, container.stage
        if build is None or stage is None or build.dockerfile.has_foreign_frontend or _installs_at_start(container):
            return
        targets = {posixpath.normpath(volume.target.text) for volume in container.service.volumes}
        for volume in container.service.volumes:
            target = posixpath.normpath(volume.target.text)
            if volume.unknown or not target.startswith("/") or target == "/":
                continue
            if volume.kind == "bind":
                hidden = [made for made in _made(build, stage) if _is_hidden(container, volume, target, made, targets)]
                if hidden and not _lies_elsewhere(stage, hidden[0].path):
                    yield self._by_folder(container, volume, hidden[0])
            elif volume.kind == "volume" and volume.source is not None:
                copy = _code_at(stage, target)
                if copy is not None:
                    message = (
                        f"the volume `{volume.source.text}` keeps the first build's `{target}` and hides what "
                        f"line {copy.start_line} of the Dockerfile copies there later"
                    )
                    yield self.finding(volume.text, message, help="mount the volume on the data below it only")

    def _by_folder(self, container: Container, volume: Volume, made: _Made) -> Finding:
        message = f"`{volume.text}` hides `{made.path}`, which `{made.what}` (line {made.step.start_line} of the Dockerfile) made"
        node = container.service.node.get("volumes")
        edit = appended_item(node, made.path) if isinstance(node, Sequence) and volume.node is None else None
        fix = fix_of(f"add the volume `{made.path}`", edit)
        return self.finding(volume.text, message, help=f"add the volume `{made.path}`", fix=fix)


def _installs_at_start(container: Container) -> bool:
    return any(word in _INSTALLS for text in command_words(container.service) for word in text.split())


def _is_hidden(container: Container, volume: Volume, target: str, made: _Made, targets: set[str]) -> bool:
    """Whether a mount covers a folder that the build made, and the host's folder surely has none."""
    if not made.path.startswith(f"{target}/") or volume.source is None or made.path in targets:
        return False
    below = made.path[len(target) + 1 :]
    host = absolute(Path(container.compose.path_of(volume.source))) / below
    between = any(one != target and made.path.startswith(f"{one}/") for one in targets if one.startswith(f"{target}/"))
    return not between and container.files.is_missing(host) and not volume.source.text.startswith(("~", "$"))


def _lies_elsewhere(stage: Stage, made: str) -> bool:
    """Whether a step or a variable names another folder of such packages: they may be moved, or looked for, there."""
    texts = (str(step.instruction.rest) for link in stage.chain for step in link.steps)
    named = {match[0] for text in texts for match in _PACKAGES.finditer(text)}
    kind = posixpath.basename(made).lstrip(".")
    return any(posixpath.basename(name).lstrip(".") == kind for name in named - {made})


def _made(build: Build, stage: Stage) -> Iterator[_Made]:
    """The folders of dependencies and results that the steps of a stage make."""
    for layer in build.layers_of(stage):
        workdir = layer.before.workdir
        if workdir is None:
            continue
        moved = [command for command in layer.commands if command.name in ("cd", "pushd")]
        if moved:
            continue
        for action in layer.actions:
            name = _folder_of(action)
            if name:
                yield _Made(posixpath.join(workdir, name), layer.run, " ".join(_words(action)))
        yield from _environments(layer, workdir)
    for link in stage.chain:
        for step in link.steps:
            if isinstance(step.instruction, Copy) and step.instruction.origin:
                place = placed(step.instruction, step.before)
                name = posixpath.basename(place.destination) if place is not None else ""
                if place is not None and name in ("node_modules", ".venv", "venv", "vendor"):
                    yield _Made(place.destination, step.instruction, f"COPY --from={step.instruction.origin}")


def _folder_of(action: PackageAction) -> str:
    if action.is_global or action.verb.name != "install" or action.is_dry_run or action.options.has("--prefix", "-C"):
        return ""
    if action.manager == "uv" and "sync" not in _words(action):
        return ""  # `uv pip` and `uv tool` install elsewhere
    return _MADE_BY_INSTALL.get(action.manager) or _MADE_ELSEWISE.get(action.manager, "")


def _words(action: PackageAction) -> list[str]:
    return [str(word.value) for word in action.command.words[:3]]


def _environments(layer: Layer, workdir: str) -> Iterator[_Made]:
    """Virtual environments of Python that are made in the working directory."""
    for command in layer.named("python", "python3", "virtualenv", "uv"):
        words = [str(word.value) for word in command.arguments]
        if "venv" not in words and command.name != "virtualenv":
            continue
        name = words[-1] if words and not words[-1].startswith("-") and words[-1] != "venv" else ""
        if name and not name.startswith("/") and command.arguments[-1].is_literal:
            yield _Made(
                posixpath.normpath(posixpath.join(workdir, name)), layer.run, f"{command.name} {' '.join(words)}"
            )


def _code_at(stage: Stage, target: str) -> Instruction | None:
    """The step that copies the source of the program to a place of the image: all of the context, or a folder of it."""
    for link in stage.chain:
        for step in link.steps:
            one = step.instruction
            if not isinstance(one, Copy | Add) or one.origin:
                continue
            place = placed(one, step.before)
            sources = [source for _, source in place.sources] if place is not None else []
            if (
                place is not None
                and place.destination == target
                and any(source in (".", "./", "/") for source in sources)
            ):
                return one
    return None


class UnwritableMount(Rule[Stack]):
    """A service without root's rights mounts a volume that belongs to root.

    A new volume takes owner and rights of the folder that the image has at its place, and is root's where there is none:
    the program's first write fails with "permission denied".

    Make the folder in the Dockerfile before `USER` and give it away: `RUN install -d -o app /srv/uploads`.

    https://docs.docker.com/engine/storage/volumes/#populate-a-volume-using-a-container
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes:\n      - uploads:«/srv/uploads»\nvolumes:\n  uploads:\n"
        '=== Dockerfile\nFROM python:3.13-slim\nRUN useradd app\nUSER app\nCMD ["python", "app.py"]\n': None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    user: '1000:1000'\n    volumes:\n      - data:«/data»\n"
        "volumes:\n  data:\n=== Dockerfile\nFROM alpine:3.22\nRUN mkdir /data\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes:\n      - type: volume\n        source: data\n"
        '        target: «/srv/app»\nvolumes:\n  data:\n=== Dockerfile\nFROM node:24-slim\nUSER node\nCMD ["node", "a.js"]\n': None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: ['uploads:/srv/uploads']\nvolumes:\n  uploads:\n"
        "=== Dockerfile\nFROM python:3.13-slim\nRUN useradd app && mkdir -p /srv/uploads && chown app /srv/uploads\nUSER app\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: ['uploads:/srv/uploads:ro']\nvolumes:\n  uploads:\n"
        "=== Dockerfile\nFROM python:3.13-slim\nRUN useradd app\nUSER app\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: ['uploads:/srv/uploads']\nvolumes:\n  uploads:\n"
        "=== Dockerfile\nFROM python:3.13-slim\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    volumes: ['uploads:/srv/uploads']\n  init:\n    image: alpine:3.22\n"
        "    command: chown 1000 /x\n    volumes: ['uploads:/x']\nvolumes:\n  uploads:\n"
        "=== Dockerfile\nFROM python:3.13-slim\nRUN useradd app\nUSER app\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/x:1\n    user: '1000'\n    volumes: ['uploads:/srv/uploads']\nvolumes:\n  uploads:\n",
    )

    def check(self, stack: Stack) -> Findings:
        given_away = set(_given_away(stack))
        for container in stack.containers:
            build, stage = container.build, container.stage
            user = _user(container)
            if build is None or stage is None or user is None or is_root(user) is not False:
                continue
            mounts = [one for one in container.service.volumes if _is_writable_volume(one)]
            owners = _owners(build, stage) if mounts else None
            for volume in mounts if owners is not None else ():
                source = str(volume.source.text) if volume.source is not None else ""
                path = posixpath.normpath(volume.target.text)
                if source in given_away or owners is None or not owners.will_be_roots(path):
                    continue
                what = f"the volume `{source}`" if source else "the volume"
                message = f"{what} on `{path}` belongs to root, and `{container.service.name}` runs as `{user}`"
                help_ = f"make the folder in the Dockerfile and give it away: `RUN install -d -o {user} {path}`"
                yield self.finding(_target(volume), message, help=help_)


def _target(volume: Volume) -> Text:
    return volume.target.text


def _user(container: Container) -> str | None:
    """Who the container runs as; None where a variable hides it."""
    own = container.service.user
    if own is not None:
        return None if own.unknown else str(own.text).partition(":")[0]
    build, stage = container.build, container.stage
    name = build.runs_as(stage).name if build is not None and stage is not None else None
    return name.partition(":")[0] if name else None


def _is_writable_volume(volume: Volume) -> bool:
    return volume.kind == "volume" and volume.read_only is False and not volume.unknown


def _owners(build: Build, stage: Stage) -> Owners | None:
    """Whose the folders are when the build of a stage is done; None where nobody knows."""
    owners: Owners | None = None
    for moment in moments(stage, build.layers_of(stage), build.facts(stage)):
        owners = moment.owners
    return owners if owners is not None and not owners.is_open else None


def _given_away(stack: Stack) -> Iterator[str]:
    """The volumes that another service gives to somebody, or that several write."""
    for container in stack.containers:
        words = " ".join(command_words(container.service))
        if any(word in words for word in ("chown", "chmod", "install -d")):
            for volume in container.service.volumes:
                if volume.source is not None:
                    yield str(volume.source.text)
