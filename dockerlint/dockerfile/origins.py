"""What `COPY --from` and `RUN --mount=from` name: a stage, an image, or nothing that can be followed.

https://docs.docker.com/build/building/multi-stage/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.dockerfile import image
from dockerlint.dockerfile.errors import DockerfileError, Kind, Level
from dockerlint.dockerfile.instructions import Copy, Run
from dockerlint.source import Text
from dockerlint.wording import did_you_mean

if TYPE_CHECKING:
    from dockerlint.dockerfile.stages import Stage


class Origin(NamedTuple):
    """What a stage copies or mounts from: a stage or an image, or why it cannot be followed."""

    written: Text
    instruction: Copy | Run
    user: Stage
    stage: Stage | None = None
    image: str | None = None
    error: DockerfileError | None = None


def origins(stages: Sequence[Stage], named: Mapping[str, Stage]) -> Iterator[Origin]:
    """All origins in the order of the file; `named` are the stages by name, the last where two share one."""
    # Docker puts images that are copied from, and one for each mount without `from`, behind the stages.
    images = 0
    for stage in stages:
        reader = _Reader(stage, stages, named)
        for instruction in stage.instructions:
            if isinstance(instruction, Run):
                images += sum(not mount.origin for mount in instruction.mounts)
            if isinstance(instruction, Copy | Run):
                for written in _written(instruction):
                    yield reader.read(written, instruction, images)
                    is_number = isinstance(instruction, Copy) and _is_number(written)
                    images += not is_number and written.lower() not in named


def named_stage(origin: str, user: Stage, stages: Sequence[Stage], named: Mapping[str, Stage]) -> Stage | None:
    """The stage before the `user` that an origin names: by number, or by name in any case."""
    if _is_number(origin):
        index = int(origin)
        return stages[index] if 0 <= index < user.index else None
    stage = named.get(origin.lower())
    return stage if stage is not None and stage.index < user.index else None


class _Reader:
    """Reads the origins of one stage, the `user`."""

    def __init__(self, user: Stage, stages: Sequence[Stage], named: Mapping[str, Stage]) -> None:
        self._user = user
        self._stages = stages
        self._named = named

    def read(self, written: Text, instruction: Copy | Run, images: int) -> Origin:
        is_copy = isinstance(instruction, Copy)
        is_number = is_copy and _is_number(written)
        if is_number and len(self._stages) <= int(written) < len(self._stages) + images:
            return Origin(written, instruction, self._user)
        # To a mount a number is a name like any other.
        stage = named_stage(written, self._user, self._stages, self._named)
        if stage is not None and (is_copy or not _is_number(written)):
            return Origin(written, instruction, self._user, stage)
        problem = self._problem_of_number(int(written)) if is_number else self._problem_of_name(written)
        if problem is None and "$" in written:
            if not is_copy:  # the mount has said so already
                return Origin(written, instruction, self._user)
            problem = "holds a variable, which Docker does not replace there: give the image a name with `FROM ... AS`"
        if problem is None and written != "scratch" and image.parse(written) is None:
            problem = f"names no stage{self._hint(written)}, and no image: {image.why_invalid(written)}"
        if problem is None:
            return Origin(written, instruction, self._user, image=str(written))
        message = f"`{'--from' if is_copy else 'from'}={written}` {problem}"
        # That a stage comes too late shows only when it is copied from.
        named = self._named.get(written.lower())
        is_late = named is not None and named is not self._user
        error = DockerfileError(message, written, kind=Kind.STAGE, level=Level.BUILD if is_late else Level.BASE)
        return Origin(written, instruction, self._user, error=error)

    def _problem_of_number(self, index: int) -> str:
        if index == self._user.index:
            return "names the stage that it stands in"
        known = f"their numbers are 0 to {self._user.index - 1}" if self._user.index else "there is none"
        return f"names no stage before this one: {known}"

    def _problem_of_name(self, written: Text) -> str | None:
        stage = self._named.get(written.lower())
        if stage is None:
            return None
        if stage is self._user:
            return "names the stage that it stands in"
        return f"names a stage that is defined below this one, in line {stage.from_.start_line}"

    def _hint(self, written: Text) -> str:
        return did_you_mean(written.lower(), [stage.name for stage in self._stages[: self._user.index] if stage.name])


def _is_number(origin: str) -> bool:
    """Whether Docker takes an origin for the number of a stage."""
    return re.fullmatch(r"[+-]?[0-9]{1,9}", origin) is not None


def _written(instruction: Copy | Run) -> Iterator[Text]:
    if isinstance(instruction, Run):
        yield from (mount.origin for mount in instruction.mounts if mount.origin is not None)
    elif instruction.origin:
        yield instruction.origin
