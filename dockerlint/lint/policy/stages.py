"""What the things of a Dockerfile have in common: the stage that they stand in, and the instructions as written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Instruction, Onbuild
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import State
from dockerlint.lint.policy.facts import NOTHING, Fact, One, flag
from dockerlint.project.build import Build


def name_of(stage: Stage | None) -> Fact:
    """The name of a stage; one without is called by its number."""
    if stage is None:
        return NOTHING
    return One((str(stage.index),)) if stage.name is None else One((str(stage.from_.stage_name), stage.name))


class Written(NamedTuple):
    """An instruction of the file, also one that ONBUILD holds, and what holds before it: None before the first FROM."""

    instruction: Instruction
    stage: Stage | None
    before: State | None


def written(build: Build) -> Iterator[Written]:
    """The instructions of a file in their order."""
    stages = {id(stage.from_): stage for stage in build.dockerfile.stages}
    steps = {
        id(step.instruction): (stage, step.before)
        for stage in build.dockerfile.stages
        for step in stage.steps
        if not step.is_trigger
    }
    for instruction in build.dockerfile.instructions:
        stage, before = steps.get(id(instruction), (stages.get(id(instruction)), None))
        yield Written(instruction, stage, before)
        if isinstance(instruction, Onbuild) and instruction.is_readable:
            yield Written(instruction.instruction, stage, before)


def of_stage(stage: Stage | None, build: Build) -> dict[str, Fact]:
    """The facts of all that stands in a stage."""
    return {"stage": name_of(stage), "ships": flag(stage is not None and stage.index in _shipping(build))}


@lru_cache(maxsize=1)
def _shipping(build: Build) -> frozenset[int]:
    return frozenset(stage.index for stage in build.shipping_stages)
