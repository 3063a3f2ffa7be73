"""Values that nothing reads, or that something else replaces."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from dockerlint.dockerfile.environment import PLATFORM_ARGUMENTS, PROXY_ARGUMENTS, Environment
from dockerlint.dockerfile.expansion import expand
from dockerlint.dockerfile.instructions import Arg, Env, Instruction, KeyValues, Label, Onbuild, Pair, Run
from dockerlint.dockerfile.stages import Dockerfile, Stage
from dockerlint.dockerfile.state import Step
from dockerlint.dockerfile.variables import modifier_of, place_of
from dockerlint.knowledge.images import facts
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.source import Text

_PREDEFINED = PLATFORM_ARGUMENTS | PROXY_ARGUMENTS | {"SOURCE_DATE_EPOCH"}


class UnusedArg(Rule[Dockerfile]):
    """A build argument is declared that nothing can read.

    `--build-arg` has no effect on the image then, though it looks as if it had.

    Delete the ARG, or move it above what needs it: commands see only the ARGs before them. One before the first FROM is
    for FROM, and for the stages that repeat it.

    https://docs.docker.com/build/building/variables/#scoping
    """

    severity = Severity.INFO
    bad = {
        "ARG «VERSION=1»\nFROM alpine:3.22": None,
        'FROM alpine:3.22\nRUN make\nARG «BUILD_ID»\nCMD ["app"]': None,
        "FROM golang:1.26 AS build\nARG «MODE»\nFROM alpine:3.22\nRUN make": None,
        "FROM alpine:3.22\nARG A=1 «B=2»\nLABEL a=$A": None,
    }
    good = (
        "ARG VERSION=3.22\nFROM alpine:$VERSION",
        "ARG VERSION=3.22\nARG IMAGE=alpine:$VERSION\nFROM $IMAGE",
        "ARG VERSION=1\nFROM alpine:3.22\nARG VERSION\nLABEL version=$VERSION",
        "FROM alpine:3.22\nARG MODE\nRUN make",
        "FROM alpine:3.22 AS base\nARG MODE\nFROM base\nRUN make",
        "FROM alpine:3.22\nARG CACHEBUST=1\nCOPY . /src",
        "FROM alpine:3.22\nARG HTTP_PROXY\nARG TARGETARCH",
        "ARG BUILDKIT_SBOM_SCAN_CONTEXT=true\nFROM alpine:3.22",
        "FROM alpine:3.22\nARG NAME\nONBUILD LABEL name=$NAME",
        "ARG VERSION=1\nFROM alpine:3.22\nLABEL version=$VERSION",
        "ARG SOURCES=src\nFROM acme/onbuild:1",
    )

    def check(self, dockerfile: Dockerfile) -> Findings:
        args = [one for one in dockerfile.instructions if isinstance(one, Arg)]
        if not args or not dockerfile.stages or dockerfile.is_template or dockerfile.has_foreign_frontend:
            return
        owners = {id(one): stage for stage in dockerfile.stages for one in stage.instructions}
        readers = _Readers(dockerfile)
        for arg in args:
            stage = owners.get(id(arg))
            if stage is None and _may_have_triggers(dockerfile):
                continue
            for pair in arg.pairs:
                if _is_for_itself(pair.key) or _is_read_beside(pair, arg) or readers.read(pair.key, arg, stage):
                    continue
                where = f"nothing after line {arg.start_line}" if stage is not None else "no FROM and no stage"
                message = (
                    f"{where} can read `ARG {pair.key}`" if stage is not None else f"{where} uses `ARG {pair.key}`"
                )
                yield self.finding(arg.rest.part(*_extent(arg, pair)), message)


class _Readers:
    """What reads the arguments of a Dockerfile: each stage is looked through once, and only if it has to be."""

    def __init__(self, dockerfile: Dockerfile) -> None:
        self._dockerfile = dockerfile
        self._stages = [_Reading(stage) for stage in dockerfile.stages]

    def read(self, name: str, arg: Arg, stage: Stage | None) -> bool:
        """Whether an instruction names an argument, or is a RUN that gets it; before the first FROM, any other one."""
        if stage is None:
            return self._naming[name] > (name in _words(arg))
        own, line = self._stages[stage.index], arg.start_line
        return (
            own.last_run > line
            or own.lines.get(name, 0) > line
            or any(above.last_run or name in above.lines for above in self._above[stage.index])
        )

    @cached_property
    def _above(self) -> list[list[_Reading]]:
        """By stage, those that are built on it."""
        found: list[list[_Reading]] = [[] for _ in self._stages]
        for reading in self._stages:
            for link in reading.stage.chain[:-1]:
                found[link.index].append(reading)
        return found

    @cached_property
    def _naming(self) -> Counter[str]:
        """How many instructions have a word."""
        return Counter(word for one in self._dockerfile.instructions for word in _words(one))


class _Reading:
    """What the instructions of a stage read."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @cached_property
    def last_run(self) -> int:
        return max((one.start_line for one in self.stage.instructions if isinstance(one, Run)), default=0)

    @cached_property
    def lines(self) -> dict[str, int]:
        """The last line that has a word."""
        return {word: one.start_line for one in self.stage.instructions for word in _words(one)}


def _may_have_triggers(dockerfile: Dockerfile) -> bool:
    """Whether a base image may bring an `ONBUILD ARG`, which takes its value from above the first FROM."""
    known = [facts(stage.base) if stage.base is not None else None for stage in dockerfile.stages]
    return any(one is None or one.onbuild for one in known)


def _is_for_itself(name: str) -> bool:
    """Whether an argument is read by Docker, is there to be changed, or has no name that could be read."""
    lower = name.lower()
    return (
        not name.isidentifier()
        or name in _PREDEFINED
        or lower.startswith("buildkit_")
        or "cache" in lower
        or "bust" in lower
    )


def _is_read_beside(pair: Pair, arg: Arg) -> bool:
    """Whether another value of the same instruction names the argument."""
    return any(_names(other.value, pair.key) for other in arg.pairs if other is not pair and other.value is not None)


def _names(text: str, name: str) -> bool:
    return name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _words(instruction: Instruction) -> set[str]:
    return {word for text in _texts(instruction) for word in re.findall(r"\w+", text)}


def _texts(instruction: Instruction) -> Iterator[str]:
    yield instruction.line.text
    yield from (heredoc.body for heredoc in instruction.heredocs)


class OverriddenVariable(Rule[Stage]):
    """A variable is set, and set again before anything reads it.

    The first value has no effect; where it is a build argument, `--build-arg` has none, for ENV wins over ARG.

    Delete the one that is not meant. To let a build argument decide, write `ENV NAME=$NAME` or `ENV NAME=${NAME:-value}`.

    https://docs.docker.com/reference/dockerfile/#using-arg-variables
    """

    severity = Severity.INFO
    aliases = ("DD044",)
    bad = {
        "FROM alpine:3.22\nARG «PORT=80»\nENV PORT=8000": None,
        "FROM alpine:3.22\nENV «MODE»=dev\nWORKDIR /app\nENV MODE=prod": None,
        "FROM alpine:3.22\nENV «A»=1 B=2 A=3": None,
        'FROM alpine:3.22\nLABEL «a»=1 b=2 "a"=3': None,
        "FROM alpine:3.22\nARG «TZ»\nENV TZ Europe/Berlin": None,
    }
    good = (
        "FROM alpine:3.22\nARG PORT=80\nENV PORT=$PORT",
        "FROM alpine:3.22\nARG PORT\nENV PORT=${PORT:-80}",
        "FROM alpine:3.22\nARG MODE\nRUN make\nENV MODE=prod",
        "FROM alpine:3.22\nENV PATH=/a:$PATH\nENV PATH=/b:$PATH",
        "FROM alpine:3.22\nENV A=1\nENV B=$A\nENV A=2",
        "FROM alpine:3.22\nENV A=1\nENV A=1",
        "FROM alpine:3.22 AS a\nENV A=1\nFROM a\nENV A=2",
        "FROM alpine:3.22\nENV A=1\nCOPY <<EOF /x\n$A\nEOF\nENV A=2",
    )

    def check(self, stage: Stage) -> Findings:
        unread: dict[str, tuple[Pair, KeyValues | Arg]] = {}
        for step in stage.steps:
            one = step.instruction
            if step.is_trigger or isinstance(one, Run | Onbuild):
                unread.clear()
            elif isinstance(one, Label):
                yield from self._repeated(one)
            elif isinstance(one, Env):
                yield from self._repeated(one)
                yield from self._replaced(one, unread)
                unread.update((pair.name, (pair, one)) for pair in one.pairs)
            elif isinstance(one, Arg):
                _forget(unread, [pair.value or "" for pair in one.pairs])
                declared = (pair for pair in one.pairs if pair.key not in step.before.environment)
                unread.update((pair.name, (pair, one)) for pair in declared)
            else:
                _forget(unread, _texts(one))

    def _repeated(self, one: Env | Label) -> Findings:
        """All but the last of the pairs of one instruction that have the same name."""
        last = {pair.name: pair for pair in one.pairs}
        for pair in one.pairs if len(last) < len(one.pairs) else ():
            if last[pair.name] is not pair:
                yield self.finding(pair.key, f"`{pair.name}` is set again in the same {one.name}, which wins")

    def _replaced(self, env: Env, unread: dict[str, tuple[Pair, KeyValues | Arg]]) -> Findings:
        _forget(unread, [pair.value or "" for pair in env.pairs])
        for pair in env.pairs:
            before, setter = unread.get(pair.name, (None, None))
            if before is None or setter is None:
                continue
            again = f"line {env.start_line} sets it again before anything reads it"
            if isinstance(setter, Arg) and "$" not in (pair.value or "$"):
                message = (
                    f"`--build-arg {pair.name}=...` has no effect: `ENV {pair.name}` in line {env.start_line} wins"
                )
                yield self.finding(setter.rest.part(*_extent(setter, before)), message)
            elif isinstance(setter, Env) and str(before.value) != str(pair.value):
                yield self.finding(before.key, f"this value of `{pair.name}` has no effect: {again}")


def _forget(unread: dict[str, tuple[Pair, KeyValues | Arg]], texts: Iterable[str]) -> None:
    """Take out the variables that some texts name."""
    if unread:
        named = {word for text in texts for word in re.findall(r"\w+", text)}
        for name in named & unread.keys():
            del unread[name]


def _extent(arg: Arg, pair: Pair) -> tuple[int, int]:
    """Where `NAME=value` stands in an ARG."""
    last = pair.value or pair.key
    start, end = (_index(arg.rest, offset) for offset in (pair.key.start, last.end))
    return start, end


def _index(text: Text, offset: int) -> int:
    return next((index for index in range(len(text)) if text.offset(index) >= offset), len(text))


class EnvUsesItself(Rule[Stage]):
    """A value uses a variable that the same instruction sets.

    All pairs of an ENV see the variables from before it, so the value gets the old one, or none. A label is no variable
    at all.

    Set the variable in an ENV of its own, before.

    https://docs.docker.com/reference/dockerfile/#environment-replacement
    """

    severity = Severity.WARNING
    aliases = ("DL3044",)
    bad = {
        "FROM alpine:3.22\nENV APP_HOME=/app PATH=«$APP_HOME»/bin:$PATH": None,
        "FROM acme/base:1\nENV B=«${A}»/b A=/a": None,
        'FROM alpine:3.22\nLABEL version=1 title="App «$version»"': None,
    }
    good = (
        "FROM alpine:3.22\nENV APP_HOME=/app\nENV PATH=$APP_HOME/bin:$PATH",
        "FROM alpine:3.22\nENV A=/a\nENV A=/b B=$A",
        "FROM alpine:3.22\nARG A\nENV A=/b B=$A",
        "FROM alpine:3.22\nENV PATH=/x:$PATH OLD=$PATH",
        "FROM alpine:3.22\nENV A=/a B='$A' C=\\$A D=${A:-/a} E=$AB",
        "FROM alpine:3.22\nENV A /a B=$A",
        "FROM python:3.13\nENV PYTHON_VERSION=x V=$PYTHON_VERSION",
        "FROM acme/cuda:1\nENV LIBS=/x:$LIBS OTHER=$LIBS",
    )

    def check(self, stage: Stage) -> Findings:
        for step in stage.steps:
            one = step.instruction
            if not isinstance(one, KeyValues) or step.is_trigger or len(one.pairs) < 2 or "$" not in one.rest:
                continue
            for pair, name in _borrowed(step, one):
                value = pair.value
                if value is not None:
                    place = place_of(name, value, one.escape)
                    yield self.finding(place, _why_old(one, pair, name, place, step.before.environment))


def _borrowed(step: Step, one: KeyValues) -> Iterator[tuple[Pair, str]]:
    """The pairs whose values use a variable that another pair sets, and that has no value of its own before."""
    environment = step.before.environment
    names = {pair.name for pair in one.pairs}
    found = [(pair, set(expand(pair.value or "", environment.lookup, one.escape).names) & names) for pair in one.pairs]
    # What builds on itself has a value from before.
    known = {pair.name for pair, used in found if pair.name in used} | {"PATH"}
    for pair, used in found:
        for name in sorted(used - known):
            is_set = name in environment or name in environment.base.variables
            if not is_set and pair.value is not None and not _has_default(name, pair.value, one.escape):
                yield pair, name


def _has_default(name: str, value: Text, escape: str) -> bool:
    return re.match(r":?[-+?]", modifier_of(place_of(name, value, escape), name)) is not None


def _why_old(one: KeyValues, pair: Pair, name: str, place: Text, environment: Environment) -> str:
    if isinstance(one, Label):
        return f"`{place}` is not the label `{name}`: labels are no variables"
    value = "is still empty here" if environment.base.is_complete else "still has its old value here, or none"
    return f"`{place}` {value}: set `{name}` in an ENV before the one that sets `{pair.name}`"
