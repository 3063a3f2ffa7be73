"""The images that leave a build, and Dockerfiles as a whole."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from dockerlint.dockerfile.environment import DEFAULT_PATH
from dockerlint.dockerfile.expansion import expand, expand_words
from dockerlint.dockerfile.image import parse
from dockerlint.dockerfile.instructions import Env, Expose, Instruction, Label, ShellForm, Stopsignal, Workdir
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import Step
from dockerlint.knowledge.images import ImageFacts
from dockerlint.lint.policy.facts import (
    NOTHING,
    UNKNOWN,
    Fact,
    One,
    Place,
    Several,
    Table,
    Thing,
    flag,
    one,
    table,
    text,
)
from dockerlint.lint.policy.images import forms_of
from dockerlint.lint.policy.stages import name_of
from dockerlint.project.build import Build
from dockerlint.source import Span

# Ports of one image that ranges are taken apart into.
_MOST_PORTS = 1000


def of_build(build: Build) -> Iterator[Thing]:
    """The images that leave a build."""
    for stage in build.targets:
        known = build.facts(stage)
        entries = {
            "user": _user(build, stage),
            "workdir": _workdir(stage, known),
            "entrypoint": _entrypoint(stage, known),
            "cmd": _cmd(stage, known),
            "stopsignal": _stopsignal(stage),
            "healthcheck": _healthcheck(stage, known),
            "labels": _labels(stage),
            "environment": _environment(stage, known),
            "ports": _ports(stage, known),
            "base": _base(stage),
            "stage": name_of(stage),
        }
        yield Thing(stage.from_.image, Table(entries))


def _steps(stage: Stage, kind: type[Instruction]) -> Iterator[Step]:
    """The instructions of a kind that a stage and those below it have, in their order."""
    return (step for link in stage.chain for step in link.steps if isinstance(step.instruction, kind))


def _user(build: Build, stage: Stage) -> Fact:
    run_as = build.runs_as(stage)
    if run_as.name is None:
        return UNKNOWN
    written = str(run_as.name)
    name = written.partition(":")[0]
    forms = (written, name, *(("0", "root") if name == "root" or (name and not name.lstrip("+-0")) else ()))
    return One(tuple(dict.fromkeys(forms)), run_as.user.argument if run_as.user is not None else None)


def _workdir(stage: Stage, known: ImageFacts | None) -> Fact:
    last = stage.last(Workdir)
    if isinstance(last, Workdir):
        return one(stage.state.workdir, last.argument)
    return one(known.workdir if known is not None else None)


def _entrypoint(stage: Stage, known: ImageFacts | None) -> Fact:
    if stage.entrypoint is not None:
        return _words_of(stage.entrypoint)
    return _words(_brought(stage, known.entrypoint if known is not None else None))


def _cmd(stage: Stage, known: ImageFacts | None) -> Fact:
    if stage.cmd is not None:
        return _words_of(stage.cmd)
    # An ENTRYPOINT takes away the CMD of the base image.
    return _words(_brought(stage, known.cmd if known is not None else None)) if stage.entrypoint is None else NOTHING


def _brought(stage: Stage, words: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The command of the base image; the empty one has none."""
    return () if _stands_on_nothing(stage) else words


def _stands_on_nothing(stage: Stage) -> bool:
    return stage.root.base_name == "scratch"


def _is_read(known: ImageFacts | None) -> bool:
    """Whether all that the Dockerfile of a base image says is known."""
    return known is not None and (known.official or known.entrypoint is not None)


def _words_of(instruction: ShellForm) -> Fact:
    return _words(tuple(map(str, instruction.words)), instruction.rest)


def _words(words: tuple[str, ...] | None, place: Place | None = None) -> Fact:
    """A command as one text, and by its words."""
    if words is None:
        return UNKNOWN
    return One(tuple(dict.fromkeys((" ".join(words), *words))), place) if words else NOTHING


def _stopsignal(stage: Stage) -> Fact:
    last = stage.last(Stopsignal)
    if isinstance(last, Stopsignal):
        return one(stage.state.stop_signal, last.argument)
    return NOTHING if _stands_on_nothing(stage) else UNKNOWN


def _healthcheck(stage: Stage, known: ImageFacts | None) -> Fact:
    own = stage.state.healthcheck
    if own is not None:
        return flag(own.kind != "NONE", own.keyword)
    if known is not None and known.healthcheck:
        return flag(value=True)
    return flag(value=False if _stands_on_nothing(stage) or _is_read(known) else None)


def _labels(stage: Stage) -> Fact:
    found: dict[str, Fact] = {}
    is_whole = True
    for step in _steps(stage, Label):
        label = step.instruction
        for pair in label.pairs if isinstance(label, Label) else ():
            key = step.before.expanded(pair.key, label.escape)
            is_whole = is_whole and key is not None
            if key:
                found[str(key)] = one(step.before.expanded(pair.value or "", label.escape), pair.value or pair.key)
    return table(found, is_whole=is_whole)


def _environment(stage: Stage, known: ImageFacts | None) -> Fact:
    """What ENV sets, and before that the base image. Of official images it is known what they do not set."""
    base = stage.state.environment.base
    found = {name: one(value) for name, value in base.variables.items()}
    is_whole = base.is_complete or (known is not None and known.official)
    if base.is_complete:
        found.setdefault("PATH", One((DEFAULT_PATH,)))
    for step in _steps(stage, Env):
        env, lookup = step.instruction, step.before.environment.lookup
        for pair in env.pairs if isinstance(env, Env) else ():
            name = expand(pair.key, lookup, env.escape).value
            is_whole = is_whole and name is not None
            if name:
                found[str(name)] = one(expand(pair.value or "", lookup, env.escape).value, pair.value or pair.key)
    return table(found, is_whole=is_whole)


def _ports(stage: Stage, known: ImageFacts | None) -> Several:
    """The exposed ports; those of a base image that is not known may be others besides."""
    found = [_port(exposed) for exposed in known.exposes] if known is not None else []
    is_whole = _is_read(known) or _stands_on_nothing(stage)
    for port in stage.state.ports:
        numbers = range(port.first, port.last + 1)
        is_whole = is_whole and len(found) + len(numbers) <= _MOST_PORTS
        found += [_port(f"{number}/{port.protocol}", port.written) for number in numbers[: _MOST_PORTS - len(found)]]
    return Several(tuple(found), is_whole and all(map(_is_known, _steps(stage, Expose))))


def _is_known(step: Step) -> bool:
    expose, lookup = step.instruction, step.before.environment.lookup
    words = expose.ports if isinstance(expose, Expose) else ()
    return all(expand_words(word, lookup, expose.escape).value is not None for word in words)


def _port(text: str, place: Place | None = None) -> Fact:
    number, _, protocol = text.partition("/")
    forms = (f"{number}/{protocol or 'tcp'}", *((number,) if protocol in ("", "tcp") else ()))
    return One(forms, place)


def _base(stage: Stage) -> Fact:
    name, place = stage.root.base_name, stage.root.from_.image
    if name == "scratch":
        return One(("scratch",), place)
    reference = parse(name) if name and "$" not in name else None
    return One(forms_of(reference), place) if reference is not None else UNKNOWN


def of_file(build: Build) -> Iterator[Thing]:
    """The Dockerfile as a whole."""
    dockerfile = build.dockerfile
    said = {directive.name: directive.value for directive in reversed(dockerfile.directives)}
    entries = {
        "name": one(posixpath.basename(build.label)),
        "path": one(build.label),
        "syntax": text(said["syntax"]) if "syntax" in said else NOTHING,
        "escape": one(dockerfile.escape, said.get("escape")),
    }
    source = dockerfile.source
    first = Span(source, 0, len(source.line(1)))
    yield Thing(dockerfile.stages[0].from_.keyword if dockerfile.stages else first, Table(entries))
