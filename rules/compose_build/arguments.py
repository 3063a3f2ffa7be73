"""Build arguments: given and taken by nobody, wanted and not given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dockerlint.compose.nodes import Scalar
from dockerlint.compose.services import Build as ServiceBuild
from dockerlint.dockerfile.environment import PLATFORM_ARGUMENTS, PROXY_ARGUMENTS
from dockerlint.dockerfile.expansion import Missing, expand
from dockerlint.dockerfile.instructions import Arg, Instruction, Onbuild, Run
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.dockerfile.variables import uses
from dockerlint.knowledge.images import facts
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container
from dockerlint.project.files import absolute
from dockerlint.project.neighbours import described_variables
from dockerlint.shell.variables import used
from dockerlint.source import Text

_PREDEFINED = PLATFORM_ARGUMENTS | PROXY_ARGUMENTS | {"SOURCE_DATE_EPOCH"}


class UndeclaredBuildArg(Rule[Container]):
    """A build argument goes nowhere.

    Only an ARG of the stage that is built takes it. The build goes on without a word, with the default or with nothing.

    Write `ARG NAME` into the stage that uses it, behind its FROM; one before the first FROM is for FROM alone.

    https://docs.docker.com/reference/compose-file/build/#args
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args:\n        «NODE_ENV»: production\n"
        "=== Dockerfile\nFROM node:24\nRUN npm ci\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      target: production\n"
        "      args:\n        - «VERSION»=1\n"
        "=== Dockerfile\nFROM node:24 AS other\nARG VERSION\nFROM node:24 AS production\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args: {«VERSION»: '1'}\n"
        "=== Dockerfile\nARG VERSION=0\nFROM node:24\nRUN echo $VERSION > /version\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args: {VERSION: '1', HTTP_PROXY: x}\n"
        "=== Dockerfile\nARG VERSION=24\nFROM node:${VERSION}\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args: {VERSION: '1', BUILDKIT_INLINE_CACHE: '1'}\n"
        "=== Dockerfile\nFROM node:24 AS a\nARG VERSION\nFROM node:24\nCOPY --from=a /x /x\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args: {VERSION: '1'}\n"
        "=== Dockerfile\nFROM acme/base:1\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args: {VERSION: '1'}\n"
        "=== Dockerfile\nARG VERSION\nFROM node:24\nARG VERSION\nRUN echo $VERSION\n",
    )

    def check(self, container: Container) -> Findings:
        build, stage = container.service.build, container.stage
        if container.build is None or build is None or stage is None or not _is_plain(container.build.dockerfile):
            return
        dockerfile = container.build.dockerfile
        if any(_may_bring_arguments(one) for one in _built(dockerfile)):
            return
        for name, _ in build.args:
            if name in _PREDEFINED or name.startswith(("BUILDKIT_", "TARGET", "BUILD")):
                continue
            why = _why_lost(dockerfile, str(name), stage)
            if why:
                message = f"the build argument `{name}` of `{container.service.name}` goes nowhere: {why}"
                yield self.finding(name, message)


def _why_lost(dockerfile: Dockerfile, name: str, stage: Stage) -> str:
    """Why no step of the build gets an argument; empty if one does."""
    built = _built(dockerfile)
    if any(name in _declared(one) for one in built):
        return ""
    title = f"the stage `{stage.title}`" if stage.from_.stage_name else "the last stage"
    if name in dockerfile.global_arguments:
        step = next((step for one in built for step in _using(one, name)), None)
        if step is None:
            return ""
        return f"`ARG {name}` stands before the first FROM, and is empty in line {step.start_line} of the Dockerfile"
    others = [one for one in dockerfile.stages if one not in built and name in _declared(one)]
    hint = f" (it is declared in `{others[0].title}`, which is not built)" if others else ""
    return f"no `ARG {name}` in {title}{hint}" if others or len(built) == 1 else f"no stage has an `ARG {name}`"


def _using(stage: Stage, name: str) -> Iterator[Instruction]:
    for step in stage.steps:
        instruction = step.instruction
        names = {use.name for use in uses(instruction, step.before.environment.lookup)}
        if isinstance(instruction, Run):
            names |= {part.name for part in used(instruction.script)}
        if name in names and step.before.environment.variable(name) is None and not step.is_trigger:
            yield instruction


def _is_plain(dockerfile: Dockerfile) -> bool:
    return not dockerfile.has_foreign_frontend and not dockerfile.is_template


def _built(dockerfile: Dockerfile) -> list[Stage]:
    """The stages that the build carries out."""
    return [stage for stage in dockerfile.stages if stage.index in dockerfile.built_stages]


def _declared(stage: Stage) -> set[str]:
    args = [step.instruction for step in stage.steps]
    inner = [one.instruction for one in args if isinstance(one, Onbuild)]
    return {str(pair.key) for one in (*args, *inner) if isinstance(one, Arg) for pair in one.pairs}


def _may_bring_arguments(stage: Stage) -> bool:
    """Whether the image that a stage stands on may have triggers with an ARG."""
    known = facts(stage.base) if stage.parent is None and stage.base is not None else None
    return stage.parent is None and stage.base_name != "scratch" and (known is None or known.onbuild)


class MissingBuildArg(Rule[Container]):
    """The Dockerfile wants a build argument that the service does not give.

    The build stops: FROM with an empty name is no image, and a step that tests the argument fails.

    Give it in `build.args`, or a default in the Dockerfile: `ARG VERSION=3.13`.

    https://docs.docker.com/reference/compose-file/build/#args
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: «.»\n=== Dockerfile\nARG PY\nFROM python:${PY}\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args:\n        - «PY»\n"
        "=== Dockerfile\nARG PY\nFROM python:$PY\n": None,
        "=== compose.yaml\nservices:\n  «web»:\n    build:\n      args: {OTHER: 1}\n"
        "=== Dockerfile\nFROM alpine:3.22\nARG OTHER\nARG KEY\nRUN echo ${KEY:?} > /key\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: «.»\n"
        '=== Dockerfile\nFROM alpine:3.22\nARG KEY\nRUN test -n "$KEY" && echo $KEY > /key\n': None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args: {PY: '3.13'}\n"
        "=== Dockerfile\nARG PY\nFROM python:${PY}\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args: {PY: '${PY}'}\n"
        "=== Dockerfile\nARG PY\nFROM python:${PY}\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args: [PY]\n=== .env\nPY=3.13\n"
        "=== Dockerfile\nARG PY\nFROM python:${PY}\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args: [PY]\n=== .env.example\nPY=3.13\n"
        "=== Dockerfile\nARG PY\nFROM python:${PY}\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n=== Dockerfile\nARG PY\nFROM python:${PY:-3.13}\n",
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      target: a\n"
        "=== Dockerfile\nARG PY\nFROM alpine:3.22 AS a\nFROM python:${PY}\n",
        '=== compose.yaml\nservices:\n  web:\n    build: .\n=== Dockerfile\nFROM alpine:3.22\nARG KEY\nRUN test -n "$KEY" || echo no\n',
    )

    def check(self, container: Container) -> Findings:
        build = container.service.build
        if container.build is None or build is None or not _is_plain(container.build.dockerfile):
            return
        dockerfile = container.build.dockerfile
        told: set[str] = set()
        for name, instruction, what in _wanted(dockerfile):
            if name in told or _may_be_given(container, build, name):
                continue
            told.add(name)
            place = next((given.name for given in build.args if given.name == name), None)
            where = f"line {instruction.start_line} of its Dockerfile"
            message = f"`{container.service.name}` gives no `{name}`, and {where} {what}"
            yield self.finding(
                place or _place(container, build), message, help=f"give it in `build.args`: `{name}: ...`"
            )


def _wanted(dockerfile: Dockerfile) -> Iterator[tuple[str, Instruction, str]]:
    """The arguments without default that the build cannot do without, and what wants them."""
    declared = dockerfile.global_arguments
    for stage in _built(dockerfile):
        from_ = stage.from_
        expansion = expand(from_.image, lambda name: declared.get(name, Missing.ABSENT), dockerfile.escape)
        if expansion.value is None and expansion.fault is None:
            for name in expansion.unset:
                if declared.get(name) is Missing.UNSET and re.search(rf"\$(?:{name}\b|\{{{name}\}})", from_.image):
                    yield name, from_, f"builds on `{from_.image}`"
        for step in stage.steps:
            if isinstance(step.instruction, Run) and not step.is_trigger:
                for name in _demanded(step.instruction):
                    if step.before.environment.lookup(name) is Missing.UNSET:
                        yield name, step.instruction, "fails without it"


_DEMANDS = re.compile(
    r"\$\{(\w+):\?|^\s*(?:set\s+-\w+\s*(?:&&|;)\s*)?(?:test|\[)\s+-n\s+\"?\$\{?(\w+)\}?\"?(?:\s*\])?\s*(?:&&|$)"
)


def _demanded(run: Run) -> Iterator[str]:
    for match in _DEMANDS.finditer(run.rest):
        yield match[1] or match[2]


def _may_be_given(container: Container, build: ServiceBuild, name: str) -> bool:
    given = next((one for one in build.args if one.name == name), None)
    if given is not None and given.value is not None:
        return True
    environment = container.compose.reader.scope_of(container.service.name.source).environment
    is_passed = given is not None and name in environment
    return is_passed or (given is not None and name in _described(container))


def _described(container: Container) -> frozenset[str]:
    return described_variables(container.files, absolute(Path(container.compose.folder_of(container.service))))


def _place(container: Container, build: ServiceBuild) -> Text:
    is_short = isinstance(build.node, Scalar)
    return build.context.written if is_short and build.context is not None else container.service.name
