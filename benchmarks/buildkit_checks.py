"""Work out nine of BuildKit's build checks from our model, and compare with a record of BuildKit's own.

    python -m benchmarks.buildkit_checks FOLDER RECORD.jsonl

The record is that of `benchmarks.buildkit_agreement`, with `warnings` (`rule, start`). It was made with base images
that set no variables, so they are read so here. The checks need all of the model: old and new forms, continuations,
what SHELL and WORKDIR a stage inherits, which variables are looked up and which are declared.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dockerlint.dockerfile.environment import NOTHING_SET, Environment
from dockerlint.dockerfile.expansion import expand, expand_words
from dockerlint.dockerfile.instructions import (
    Cmd,
    Entrypoint,
    Expose,
    Healthcheck,
    KeyValues,
    Maintainer,
    Workdir,
)
from dockerlint.dockerfile.stages import BaseImage, Dockerfile, Options, Stage
from dockerlint.dockerfile.state import Step
from dockerlint.dockerfile.variables import expanded_words
from dockerlint.source import Source

Found = tuple[str, int]

_OPTIONS = Options(base_images=lambda _: BaseImage(NOTHING_SET))
_ONLY_ONCE = (Cmd, Entrypoint, Healthcheck)
_CHECKS = frozenset(
    {
        "ExposeInvalidFormat", "ExposeProtoCasing", "JSONArgsRecommended", "LegacyKeyValueFormat",
        "MaintainerDeprecated", "MultipleInstructionsDisallowed", "NoEmptyContinuation", "UndefinedVar",
        "WorkdirRelativePath",
    }
)  # fmt: skip
# BuildKit reports it at the last line of the instruction, which it does not tell of otherwise.
_ANYWHERE = "NoEmptyContinuation"
_MOST_PRINTED = 20


def warnings_of(dockerfile: Dockerfile) -> Iterator[Found]:
    """The checks that fire, with the first line of the instruction."""
    for instruction in dockerfile.instructions:
        if instruction.line.empty_continuations:
            yield _ANYWHERE, 0
        if isinstance(instruction, Maintainer):
            yield "MaintainerDeprecated", instruction.start_line
    for stage in dockerfile.stages:
        yield from _repeated(stage)
        yield from _relative_workdir(stage)
        for step in stage.steps:
            line = step.instruction.start_line
            yield from ((check, line) for check in _of_step(step))


def _of_step(step: Step) -> Iterator[str]:
    instruction, before = step.instruction, step.before
    if isinstance(instruction, KeyValues) and instruction.is_legacy:
        yield "LegacyKeyValueFormat"
    if isinstance(instruction, Cmd | Entrypoint) and instruction.exec_form is None and before.shell is None:
        yield "JSONArgsRecommended"
    for word in expanded_words(instruction):
        names = expand(word, before.environment.lookup, instruction.escape).names
        yield from ("UndefinedVar" for name in names if not _is_defined(name, before.environment))
    if isinstance(instruction, Expose):
        yield from _of_ports(instruction, before.environment)


def _is_defined(name: str, environment: Environment) -> bool:
    return name in environment or name == "PATH"


def _of_ports(expose: Expose, environment: Environment) -> Iterator[str]:
    for word in expose.ports:
        for port in expand_words(word, environment.lookup, expose.escape).as_built or ():
            if port.rpartition(":")[0].strip(":"):
                yield "ExposeInvalidFormat"
            protocol = port.partition("/")[2]
            if protocol != protocol.lower():
                yield "ExposeProtoCasing"


def _repeated(stage: Stage) -> Iterator[Found]:
    lines: dict[type, int] = {}
    for instruction in stage.instructions:
        if isinstance(instruction, _ONLY_ONCE):
            if type(instruction) in lines:
                yield "MultipleInstructionsDisallowed", lines[type(instruction)]
            lines[type(instruction)] = instruction.start_line


def _relative_workdir(stage: Stage) -> Iterator[Found]:
    """The first WORKDIR of a chain of stages."""
    below = [step for link in stage.chain[:-1] for step in link.steps if isinstance(step.instruction, Workdir)]
    steps = [step for step in stage.steps if isinstance(step.instruction, Workdir)]
    for step in steps[:1] if not below else []:
        workdir = step.instruction
        if isinstance(workdir, Workdir):
            path = expand(workdir.argument, step.before.environment.lookup, workdir.escape).as_built
            if path is not None and not path.startswith("/"):
                yield "WorkdirRelativePath", workdir.start_line


def recorded(record: dict[str, Any]) -> Counter[Found]:
    found: Counter[Found] = Counter()
    for warning in record["warnings"]:
        if warning["rule"] in _CHECKS:
            found[warning["rule"], 0 if warning["rule"] == _ANYWHERE else warning["start"]] += 1
    return found


def main(folder: Path, record_path: Path) -> None:
    totals: Counter[str] = Counter()
    differences: Counter[str] = Counter()
    for line in record_path.open(encoding="utf-8"):
        record = json.loads(line)
        if record["error"] is not None:
            continue  # BuildKit stops there, and we do not
        source = Source.from_bytes(record["path"], (folder / record["path"]).read_bytes())
        ours, theirs = Counter(warnings_of(Dockerfile(source, _OPTIONS))), recorded(record)
        for (check, _), count in theirs.items():
            totals[check] += count
        for check, number in (ours - theirs) | (theirs - ours):
            differences[check] += 1
            if differences.total() <= _MOST_PRINTED:
                print(f"{record['path']}:{number}: {check}: {ours[check, number]} and {theirs[check, number]}")
    for check in sorted(_CHECKS):
        print(f"{totals[check]:7,}  {check}, {differences[check]} differences")
    print(f"{totals.total():7,}  in all, {differences.total()} differences")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
