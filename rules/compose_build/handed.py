"""What a build must be handed: secrets, a key agent, other contexts; and what is handed too late."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.dockerfile.instructions import Copy, Run
from dockerlint.dockerfile.mounts import Mount
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.dockerfile.state import Step
from dockerlint.knowledge.records import find
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container
from dockerlint.project.reading.services import has_agent, secrets_of

from .elsewhere import project_scripts

_YES = ("", "1", "t", "true")


class MissingBuildSecret(Rule[Container]):
    """A step of the build needs a secret, a key agent or a context that the service does not give.

    The build stops there: `secret "npmrc" not found`, or the script finds no file.

    Name it in the service's `build`: `secrets: [npmrc]` with a `secrets:` block at top level, `ssh: [default]`,
    `additional_contexts`.

    https://docs.docker.com/reference/compose-file/build/#secrets
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  «web»:\n    build: .\n=== Dockerfile\nFROM node:24\n"
        "RUN --mount=type=secret,id=npmrc,required=true npm ci\n": None,
        "=== compose.yaml\nservices:\n  «web»:\n    build:\n      context: .\n      secrets: [other]\n"
        "secrets:\n  other:\n    file: ./other\n=== Dockerfile\nFROM node:24\n"
        'RUN --mount=type=secret,id=token curl -H "X: $(cat /run/secrets/token)" https://example.com\n': None,
        "=== compose.yaml\nservices:\n  «web»:\n    build: .\n=== Dockerfile\nFROM alpine:3.22\n"
        "RUN --mount=type=ssh,required=true git clone git@github.com:acme/x.git\n": None,
        "=== compose.yaml\nservices:\n  «web»:\n    build: .\n  assets:\n    build: ./assets\n=== assets/Dockerfile\n"
        "FROM node:24\n=== Dockerfile\nFROM alpine:3.22\nCOPY --from=assets /x /x\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      secrets: [npmrc]\n"
        "secrets:\n  npmrc:\n    file: ./npmrc\n=== Dockerfile\nFROM node:24\n"
        "RUN --mount=type=secret,id=npmrc,required=true npm ci\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n=== Dockerfile\nFROM node:24\n"
        "RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n=== Dockerfile\nFROM node:24\n"
        "RUN --mount=type=secret,id=t if [ -f /run/secrets/t ]; then cat /run/secrets/t; fi\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      ssh: [default]\n      secrets:\n"
        "        - source: a\n          target: b\nsecrets:\n  a:\n    file: ./a\n=== Dockerfile\nFROM alpine:3.22\n"
        "RUN --mount=type=ssh,required=true --mount=type=secret,id=b,required=true git clone git@github.com:acme/x.git\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      target: a\n=== Dockerfile\n"
        "FROM alpine:3.22 AS a\nFROM a\nRUN --mount=type=secret,id=npmrc,required=true npm ci\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n=== Makefile\nimage:\n\tdocker build --secret id=npmrc,src=n .\n"
        "=== Dockerfile\nFROM node:24\nRUN --mount=type=secret,id=npmrc,required=true npm ci\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      additional_contexts:\n"
        "        assets: service:assets\n  assets:\n    build: ./assets\n=== assets/Dockerfile\n"
        "FROM node:24\n=== Dockerfile\nFROM alpine:3.22\nCOPY --from=assets /x /x\n",
    )

    def check(self, container: Container) -> Findings:
        if container.build is None or container.build.dockerfile.has_foreign_frontend:
            return
        dockerfile = container.build.dockerfile
        for stage in dockerfile.stages:
            if stage.index not in dockerfile.built_stages:
                continue
            for step in stage.steps:
                for what, hint in _lacking(container, dockerfile, stage, step):
                    line = step.instruction.start_line
                    message = (
                        f"line {line} of the Dockerfile needs {what}; `build` of `{container.service.name}` gives none"
                    )
                    yield self.finding(container.service.name, message, help=hint)


def _lacking(container: Container, dockerfile: Dockerfile, stage: Stage, step: Step) -> Iterator[tuple[str, str]]:
    """What a step needs and is not given, and what to write for it."""
    instruction = step.instruction
    if isinstance(instruction, Run):
        for mount in instruction.mounts:
            identifier = _id(mount)
            if mount.type == "secret" and identifier and _needs(instruction, mount, identifier):
                if identifier not in secrets_of(container.service) and not _is_given_elsewhere(container, identifier):
                    yield f"the build secret `{identifier}`", "name it in `build.secrets` and below `secrets:`"
            elif (
                mount.type == "ssh"
                and _is_required(mount)
                and not has_agent(container.service)
                and not _has_agent_elsewhere(container)
            ):
                yield "a key agent", "give one: `build: {ssh: [default]}`"
    elif isinstance(instruction, Copy) and instruction.origin:
        name = str(instruction.origin)
        if dockerfile.stage_of_origin(name, stage) is None and _is_service(container, name):
            yield (
                f"the context `{name}`",
                f"give it in `build`: `additional_contexts: {{{name}: 'service:{name}'}}`",
            )


def _id(mount: Mount) -> str:
    """The name of a secret: that of its file where no id is given."""
    given = mount.id or mount.target
    return "" if given is None or "$" in given else str(given).rpartition("/")[2]


def _is_required(mount: Mount) -> bool:
    required = mount.options.get("required")
    return required is not None and required.lower() in _YES


def _needs(run: Run, mount: Mount, identifier: str) -> bool:
    """Whether a step fails without a secret: it says so, or reads the file without asking whether it is there."""
    if _is_required(mount):
        return True
    path = str(mount.target or f"/run/secrets/{identifier}")
    is_read = re.search(rf"\bcat\s+{re.escape(path)}(?![\w.-])", run.rest) is not None
    asks = re.search(r"\s-[ferszn]\s|\|\||2>|\bif\b|\btest\b|\?", run.rest) is not None
    return is_read and not asks


def _is_service(container: Container, name: str) -> bool:
    """Whether a name is that of another service, of no image and no given context."""
    build = container.service.build
    if build is not None and name in map(str, build.named_contexts):
        return False
    return container.compose.service(name) is not None and find(name) is None


def _is_given_elsewhere(container: Container, identifier: str) -> bool:
    """Whether others who build the image give the secret, or may do so in a way that is not read."""
    links = container.build.links if container.build is not None else ()
    if any(identifier in link.told.secrets or link.told.is_open for link in links):
        return True
    written = re.compile(rf"\bid=[\"']?{re.escape(identifier)}(?![\w.-])")
    return any(written.search(source.text) for source in project_scripts(container))


def _has_agent_elsewhere(container: Container) -> bool:
    links = container.build.links if container.build is not None else ()
    return any(link.told.has_ssh or link.told.is_open for link in links)
