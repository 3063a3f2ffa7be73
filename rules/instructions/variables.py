"""Variables that have no value where they are used."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple

from dockerlint.dockerfile.environment import PLATFORM_ARGUMENTS, PROXY_ARGUMENTS, Environment
from dockerlint.dockerfile.expansion import Missing
from dockerlint.dockerfile.instructions import Arg, Env, Expose, Instruction, KeyValues, Run
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.dockerfile.state import Step
from dockerlint.dockerfile.variables import Use, uses
from dockerlint.knowledge.environment import names_of_images
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.shell.variables import SHELL_VARIABLES, assigned, used
from dockerlint.source import Span, Text
from dockerlint.wording import distance, nearest

_PREDEFINED = PLATFORM_ARGUMENTS | PROXY_ARGUMENTS
# Only shells set these, which do not read the words of instructions.
_OF_SHELLS = frozenset({"EUID", "OLDPWD", "PPID", "PWD", "RANDOM", "SHLVL"})
# Many an image sets these.
_USUAL = frozenset({"USER", "GROUP", "UID", "GID", "PUID", "PGID"})
# Names shorter than this are near to everything.
_SHORTEST_SLIP = 5
_LONGEST_SHOWN = 40


class UndefinedVariable(Rule[Build]):
    r"""A variable is used that nothing sets.

    Nothing stands in its place, or the default that is written there, and the build goes on: a path loses a part, a download has no version. Docker expands variables in
    most instructions, and the shell those in RUN.

    Set it with ARG or ENV before this line, or write the name that is meant. A dollar sign that Docker shall leave alone
    is written `\$`. Where the base image may set the variable, nothing is said but of names that look misspelt.

    https://docs.docker.com/reference/build-checks/undefined-var/
    """

    severity = Severity.WARNING
    aliases = ("UndefinedVar", "SC2153", "SC2154")
    bad = {
        "FROM alpine:3.22\nENV APP_HOME=/app\nWORKDIR «$APP_HOEM»": None,
        "FROM alpine:3.22\nCOPY app.tar «$TARGET»/": None,
        "FROM alpine:3.22\nWORKDIR «${HOME_DIR}»/x\nARG HOME_DIR=/srv": None,
        "FROM acme/base:1\nARG SERVICE_NAME\nRUN echo «$SERVICE_NANE» > /name": None,
        "FROM alpine:3.22\nRUN echo «$version» > /version": None,
        'FROM debian:13\nRUN sh -c "for x in a b; do echo «$x»; done"': None,
        "FROM alpine:3.22\nENV NODE_ENV=«${NODE_ENV:-production}»": None,
        "FROM alpine:3.22\nENV LD_LIBRARY_PATH=/opt/lib:«$LD_LIBRARY_PATH»": None,
        "FROM acme/base:1\nENV PASSWORD=P@«$$»w0rd HOME=«$PWD»": None,
        "FROM alpine:3.22\nCOPY <<EOF /run.sh\necho «$uri»\nEOF": None,
    }
    good = (
        "FROM alpine:3.22\nARG V\nENV A=$V PATH=/x:$PATH",
        "FROM acme/base:1\nWORKDIR $APP_HOME",
        "ARG BASE=debian:13\nFROM $BASE\nENV LD_LIBRARY_PATH=$LD_LIBRARY_PATH:/opt/lib",
        "FROM python:3.13\nENV V=$PYTHON_VERSION",
        "FROM alpine:3.22\nRUN version=1 && echo $version ${home:-/root} ${x+y}",
        "FROM alpine:3.22\nRUN for i in a b; do echo $i; done; read line; echo $line; echo '$x' \\$y",
        "FROM alpine:3.22\nRUN . /etc/os-release && echo $version_id",
        "FROM alpine:3.22\nENV A=\\$HOME B='$X' C=${LIBS:+/x:$LIBS}",
        "FROM alpine:3.22\nRUN curl $http_proxy $UID $HOSTNAME",
        "FROM acme/base:1\nARG JAVA_HOM\nENV A=$JAVA_HOME",
        "FROM alpine:3.22\nCOPY <<'EOF' /run.sh\necho $uri\nEOF",
        "ARG VERSION=1\nFROM alpine:3.22\nENV A=$VERSION",
        "FROM alpine:3.22\nARG VERSION=${VERSION:-1}\nENV VERSION=$VERSION",
    )

    def check(self, build: Build) -> Findings:
        dockerfile = build.dockerfile
        if "$" not in dockerfile.source.text or dockerfile.is_template:
            return
        arguments = arguments_of(dockerfile)
        for stage in dockerfile.stages:
            for step in stage.steps:
                if step.is_trigger or ("$" not in step.instruction.line.text and not step.instruction.heredocs):
                    continue
                yield from self._in_words(stage, step, arguments)
                if isinstance(step.instruction, Run):
                    yield from self._in_script(stage, step, step.instruction, arguments)

    def _in_words(self, stage: Stage, step: Step, arguments: Mapping[str, object]) -> Findings:
        environment = step.before.environment
        for use in uses(step.instruction, environment.lookup):
            if _is_set_or_excused(use, step.instruction, environment):
                continue
            later = _line_that_sets(use.name, stage, step)
            if use.name in arguments and later is None:
                continue  # `arg-out-of-scope` speaks
            near = _near(use.name, environment)
            is_absent = use.value is Missing.ABSENT and not _may_be_another_image(stage)
            if near is not None or is_absent or is_set_by_no_image(use.name, environment):
                yield self.finding(
                    use.text, _why_empty(use, near, later if not _sets(step.instruction, use.name) else None)
                )

    def _in_script(self, stage: Stage, step: Step, run: Run, arguments: Container[str]) -> Findings:
        environment = step.before.environment
        suspects: dict[str, str | None] = {}
        for name in names_in(run):
            if is_set(name, environment) or name in arguments or name in SHELL_VARIABLES or name in _mounted(run):
                continue
            near = _near(name, environment)
            if near is not None or is_set_by_no_image(name, environment):
                suspects[name] = near
        for name, place in unset_in(run, suspects) if suspects else ():
            if not _is_set_in_earlier_run(name, stage, run):
                near = suspects[name]
                hint = f"; did you mean `${near}`?" if near is not None else ": nothing in this RUN sets it"
                yield self.finding(place, f"`${name}` is empty here{hint}")


def _may_be_another_image(stage: Stage) -> bool:
    """Whether a build argument may put another image in place of the one that its default names."""
    return "$" in stage.root.from_.image.rpartition("/")[2].partition(":")[0]


class Declared(NamedTuple):
    """An ARG and the stage that it belongs to; None for one before the first FROM."""

    arg: Arg
    stage: Stage | None


def arguments_of(dockerfile: Dockerfile) -> dict[str, Declared | None]:
    """The build arguments of a file by name, those of all stages first; Docker's own have no ARG."""
    found: dict[str, Declared | None] = dict.fromkeys(PLATFORM_ARGUMENTS)
    owners = {id(one): stage for stage in dockerfile.stages for one in stage.instructions}
    args = [arg for arg in dockerfile.instructions if isinstance(arg, Arg)]
    for arg in reversed(args):
        found.update((str(pair.key), Declared(arg, owners.get(id(arg)))) for pair in arg.pairs)
    return found


def is_set(name: str, environment: Environment) -> bool:
    """Whether the file or the base image is known to set a variable, or Docker does."""
    return name in environment or name in environment.base.variables or name == "PATH" or name in PROXY_ARGUMENTS


def is_set_by_no_image(name: str, environment: Environment) -> bool:
    """Whether it is sure by its name alone that no base image sets a variable.

    The variables of images are in upper case; what an image sets that nobody has described is anybody's guess.
    """
    if not name.isidentifier() or name in _OF_SHELLS:
        return True
    return name != name.upper() and (environment.base.is_complete or bool(environment.base.variables))


def _is_set_or_excused(use: Use, instruction: Instruction, environment: Environment) -> bool:
    if not use.name or is_set(use.name, environment) or isinstance(instruction, Expose):
        return True
    if use.modifier.startswith((":+", "+")):
        return True
    if isinstance(instruction, Arg):
        # `ARG X=${X:-1}` is `ARG X=1`.
        return any(pair.key == use.name and pair.value is use.word for pair in instruction.pairs)
    # Another pair of the same instruction sets it: `env-uses-itself` speaks.
    pairs = instruction.pairs if isinstance(instruction, KeyValues) else ()
    return any(pair.name == use.name and pair.value is not use.word for pair in pairs)


def _near(name: str, environment: Environment) -> str | None:
    """The one variable that is set here and whose name a slip would turn into this.

    Where the base image may set others, only the plainest slips count.
    """
    if len(name) < _SHORTEST_SLIP:
        return None
    if name in names_of_images():
        return None
    is_complete = environment.base.is_complete
    known = {one for one in (*environment.variables(), *environment.base.variables) if one.isidentifier()}
    near = nearest(name, sorted(known - {"PATH"}))
    if len(near) != 1 or re.sub(r"\d", "", name) == re.sub(r"\d", "", near[0]):
        return None
    is_swap = sorted(name) == sorted(near[0])
    return near[0] if is_complete or is_swap or (distance(name, near[0]) == 1 and len(name) > _SHORTEST_SLIP) else None


def _line_that_sets(name: str, stage: Stage, step: Step) -> int | None:
    """The line further down in the stage that sets a variable."""
    line = step.instruction.start_line
    later = (one for one in stage.instructions if isinstance(one, Env | Arg) and one.start_line > line)
    return next((one.start_line for one in later if any(pair.name == name for pair in one.pairs)), None)


def _sets(instruction: Instruction, name: str) -> bool:
    return isinstance(instruction, KeyValues) and any(pair.name == name for pair in instruction.pairs)


def _why_empty(use: Use, near: str | None, later: int | None) -> str:
    what = f"`${use.name}` is empty here"
    if not use.name.isidentifier():
        return f"{what}, where no shell expands it; write `{use.escape}${use.name}` for the text itself"
    if near is not None:
        return f"{what}; did you mean `${near}`?"
    if later is not None:
        return f"{what}: line {later} sets it only afterwards"
    default = use.modifier.removeprefix(":").removeprefix("-")
    if default != use.modifier.removeprefix(":"):
        return f"`{_short(use.text)}` is always `{_short(default)}`: no ARG or ENV sets `{use.name}`"
    return f"{what}: no ARG or ENV before this line sets it"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def names_in(run: Run) -> set[str]:
    """The names that may be variables in the text of a RUN."""
    texts = [run.rest, *(heredoc.body for heredoc in run.heredocs)]
    return {name for text in texts if "$" in text for name in re.findall(r"\$\{?([A-Za-z_]\w*)", text)}


def unset_in(run: Run, names: Container[str]) -> Iterator[tuple[str, Text]]:
    """Of some names those that the script of a RUN uses and does not set, each at its first place."""
    if run.script.is_broken:
        return
    own = assigned(run.script)
    seen: set[str] = set()
    for part in used(run.script) if own is not None else ():
        if part.name in names and own is not None and part.name not in own and part.name not in seen:
            seen.add(part.name)
            yield part.name, part.text


def _mounted(run: Run) -> set[str]:
    """The variables that secrets are put into."""
    return {str(mount.options["env"]) for mount in run.mounts if "env" in mount.options}


def _is_set_in_earlier_run(name: str, stage: Stage, run: Run) -> bool:
    """Whether a RUN before this one sets the variable of a shell that ended with it, which is another fault."""
    runs = (one for link in stage.chain for one in link.instructions if isinstance(one, Run))
    return any(one.start_line < run.start_line and re.search(rf"\b{name}=", one.rest) for one in runs)


class ArgOutOfScope(Rule[Build]):
    """A build argument is used in a stage that does not declare it.

    It is empty there, whatever its default and `--build-arg` say: an ARG before the first FROM is for FROM alone, and one
    inside a stage for that stage and those built on it. Docker's own arguments, such as `TARGETARCH`, need their ARG too.

    Repeat the ARG in the stage, without a default: it takes the value from above the first FROM.

    https://docs.docker.com/build/building/variables/#scoping
    """

    severity = Severity.ERROR
    bad = {
        'ARG VERSION=1\nFROM alpine:3.22\nLABEL version="«$VERSION»"': (
            'ARG VERSION=1\nFROM alpine:3.22\nARG VERSION\nLABEL version="$VERSION"'
        ),
        "ARG VERSION=1\nfrom alpine:3.22 as a\nrun echo «${VERSION}» $VERSION": (
            "ARG VERSION=1\nfrom alpine:3.22 as a\narg VERSION\nrun echo ${VERSION} $VERSION"
        ),
        "FROM golang:1.26 AS build\nARG MODE=prod\nRUN make $MODE\nFROM alpine:3.22\nRUN echo «$MODE» > /mode": None,
        "FROM alpine:3.22\nRUN wget https://example.com/app-«$TARGETARCH»": (
            "FROM alpine:3.22\nARG TARGETARCH\nRUN wget https://example.com/app-$TARGETARCH"
        ),
        "ARG PORT=80\nFROM acme/base:1\nEXPOSE «$PORT»": "ARG PORT=80\nFROM acme/base:1\nARG PORT\nEXPOSE $PORT",
    }
    good = (
        "ARG VERSION=1\nFROM alpine:$VERSION\nARG VERSION\nRUN echo $VERSION",
        "FROM alpine:3.22 AS base\nARG MODE=prod\nFROM base\nRUN echo $MODE",
        "ARG VERSION=1\nFROM alpine:3.22\nRUN VERSION=2; echo $VERSION",
        "ARG VERSION=1\nFROM alpine:3.22\nRUN . /etc/os-release; echo $VERSION",
        "ARG VERSION=1\nFROM alpine:3.22\nRUN echo ${VERSION:-2} '$VERSION'",
        "ARG PYTHON_VERSION=3.13\nFROM python:$PYTHON_VERSION\nRUN echo $PYTHON_VERSION",
        "ARG TOOL_VERSION=1\nFROM acme/base:1\nRUN echo $TOOL_VERSION",
        "ARG VERSION=1\nFROM alpine:3.22\nENV VERSION=2\nRUN echo $VERSION",
        "ARG HOME=/app\nFROM alpine:3.22\nRUN echo $HOME",
    )

    def check(self, build: Build) -> Findings:
        dockerfile = build.dockerfile
        if "$" not in dockerfile.source.text or dockerfile.is_template:
            return
        arguments = arguments_of(dockerfile)
        for stage in dockerfile.stages:
            own = {pair.name for one in stage.instructions if isinstance(one, Arg | Env) for pair in one.pairs}
            wanted = arguments.keys() - own
            told: set[str] = set()
            for name, place in self._uses(stage, wanted):
                if name not in told:
                    told.add(name)
                    declared = arguments[name]
                    fix = _declared_in(stage, name) if declared is None or declared.stage is None else None
                    yield self.finding(place, _why_out_of_scope(name, declared), fix=fix)

    @staticmethod
    def _uses(stage: Stage, wanted: Iterable[str]) -> Iterator[tuple[str, Text]]:
        for step in stage.steps:
            instruction, environment = step.instruction, step.before.environment
            if step.is_trigger or ("$" not in instruction.line.text and not instruction.heredocs):
                continue
            names = {name for name in wanted if not _may_be_set(name, environment)}
            for use in uses(instruction, environment.lookup):
                if use.name in names and not re.match(r":?[-+?]", use.modifier):
                    yield use.name, use.text
            if isinstance(instruction, Run):
                found = (names & names_in(instruction)) - SHELL_VARIABLES - _mounted(instruction)
                yield from unset_in(instruction, found) if found else ()


def _may_be_set(name: str, environment: Environment) -> bool:
    """Whether the stage or its base image sets a variable, or may do so by its name."""
    if is_set(name, environment):
        return True
    usual = name.endswith(("_VERSION", "_HOME")) or name in _USUAL or name in names_of_images()
    return usual and not environment.base.is_complete


def _why_out_of_scope(name: str, declared: Declared | None) -> str:
    what = f"`${name}` is empty here"
    if declared is None:
        return f"{what}: Docker sets it only in a stage that has `ARG {name}`"
    line = declared.arg.start_line
    if declared.stage is None:
        return f"{what}: the ARG in line {line} stands before FROM; repeat `ARG {name}` in this stage"
    return f"{what}: the ARG in line {line} belongs to stage {_titled(declared.stage)}; this stage needs its own"


def _titled(stage: Stage) -> str:
    return f"`{stage.title}`" if stage.name is not None else stage.title


def _declared_in(stage: Stage, name: str) -> Fix | None:
    """An ARG on a line of its own behind FROM."""
    source, from_ = stage.from_.keyword.source, stage.from_
    if from_.end_line >= len(source.line_starts):
        return None
    start = source.line_starts[from_.end_line]
    line_end = "\r\n" if source.text[:start].endswith("\r\n") else "\n"
    keyword = "arg" if from_.keyword.islower() else "ARG"
    edit = Edit.replacing(Span(source, start, start), f"{keyword} {name}{line_end}")
    message = f"declare `{name}` in this stage; what was empty so far then gets a value"
    return Fix(message, (edit,), is_safe=False)
