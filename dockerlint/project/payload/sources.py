"""What a Dockerfile asks of its context: the source words of COPY and ADD, and bind mounts.

https://docs.docker.com/reference/dockerfile/#copy
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.context.listing import from_root
from dockerlint.dockerfile.expansion import expand
from dockerlint.dockerfile.instructions import Add, Copy, Instruction, Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import State, Step
from dockerlint.project.build import Build
from dockerlint.source import Text


class Asked(NamedTuple):
    """One word that asks for files of the context.

    `source` is the path from the context's root, "" for the root; a `*` stands where a variable hides what it is, and
    `is_known` is False then. `excludes` are the patterns of `--exclude` that are known.
    """

    stage: Stage
    instruction: Instruction
    word: Text
    source: str
    is_known: bool
    excludes: tuple[str, ...] = ()
    has_parents: bool = False


def asked(build: Build) -> Iterator[Asked]:
    """All that a Dockerfile asks of its context, in the order of its lines; triggers of its own stages too."""
    for stage in build.dockerfile.stages:
        for step in stage.steps:
            yield from _asked_by(build, stage, step)


def _asked_by(build: Build, stage: Stage, step: Step) -> Iterator[Asked]:
    instruction, before = step.instruction, step.before
    if isinstance(instruction, Copy | Add) and instruction.origin is None:
        excludes = tuple(
            pattern
            for flag in instruction.flags
            if flag.name == "exclude" and flag.value is not None
            if (pattern := before.expanded(flag.value, instruction.escape)) is not None
        )
        has_parents = instruction.flag("parents") is not None
        for word in instruction.sources:
            source, is_known = _path(word, before, instruction.escape)
            if "://" not in source and not source.startswith("git@"):
                # With `--parents` the place of `/./` counts.
                cleaned = source if has_parents else from_root(source)
                yield Asked(stage, instruction, word, cleaned, is_known, excludes, has_parents)
    elif isinstance(instruction, Run):
        for mount in instruction.mounts:
            if mount.type == "bind" and mount.origin is None:
                word = mount.source or mount.flag.text
                source, is_known = _path(mount.source or "", before, instruction.escape)
                yield Asked(stage, instruction, word, from_root(source), is_known)


def _path(word: str, before: State, escape: str) -> tuple[str, bool]:
    source = expand(word, before.environment.lookup, escape).value
    if source is not None:
        return source, True
    return re.sub(r"\$(?:\{[^}]*\}?|\w+)", "*", word), False
