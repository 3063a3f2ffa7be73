"""What Docker refuses in a Dockerfile."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, IntEnum
from functools import lru_cache

from dockerlint.source import Span, Text


class Kind(Enum):
    """What a refusal is about."""

    SYNTAX = "syntax"
    FLAG = "flag"  # a flag that the instruction does not have
    INSTRUCTION = "instruction"  # a keyword that Docker does not know
    ORDER = "order"  # something else than ARG before the first FROM, or no FROM at all
    PORT = "port"
    SIGNAL = "signal"
    IMAGE = "image"  # no valid image reference
    STAGE = "stage"  # a reference to a stage that cannot be followed


class Level(IntEnum):
    """When Docker notices: what comes first hides what comes later in its output."""

    PARSE = 0
    INSTRUCTION = 1
    BASE = 2  # base images and origins are looked for, of all stages
    BUILD = 3


class DockerfileError(Exception):
    """Docker refuses this; `span` is the word at fault.

    One that does not stop the build is as wrong. What lies in an ONBUILD trigger stops the builds that it is for.
    `unless_given` names build arguments without default, one of which would keep Docker from refusing.
    """

    def __init__(
        self,
        message: str,
        place: Text | Span,
        *,
        kind: Kind = Kind.SYNTAX,
        level: Level = Level.INSTRUCTION,
        stops_build: bool = True,
        unless_given: tuple[str, ...] = (),
        is_in_trigger: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.span = place.span if isinstance(place, Text) else place
        self.kind = kind
        self.level = level
        self.stops_build = stops_build
        self.unless_given = unless_given
        self.is_in_trigger = is_in_trigger

    def of_trigger(self) -> DockerfileError:
        """The same error in an ONBUILD trigger, of which this build only sees what parsing refuses."""
        stops_build = self.level is Level.PARSE
        return DockerfileError(
            self.message, self.span, kind=self.kind, level=self.level, stops_build=stops_build, is_in_trigger=True
        )

    def __repr__(self) -> str:
        return f"DockerfileError({self.message!r}, {self.kind.value}, {self.level.name})"


def did_you_mean(word: str, candidates: Iterable[str], wrap: str = "{}") -> str:
    """A hint for a misspelt word, to be put behind a message; empty where nothing is near."""
    near = nearest(word, candidates)
    return f" (did you mean `{wrap.format(near[0])}`?)" if near else ""


def nearest(word: str, candidates: Iterable[str]) -> tuple[str, ...]:
    """The candidates that differ least from a word: by two letters at most, and by half of a short one."""
    return _nearest(word, tuple(candidates))


@lru_cache(maxsize=256)
def _nearest(word: str, candidates: tuple[str, ...]) -> tuple[str, ...]:
    most = min(2, len(word) // 2)
    # Longer words are nobody's slip, and comparing them would cost.
    if len(word) > _LONGEST_SLIP:
        return ()
    alike = (candidate for candidate in candidates if abs(len(candidate) - len(word)) <= most)
    distances = {candidate: distance(word, candidate) for candidate in alike}
    least = min(distances.values(), default=most + 1)
    return tuple(candidate for candidate, distance in distances.items() if distance == least <= most)


_LONGEST_SLIP = 40


def distance(one: str, other: str) -> int:
    """How many letters must be put in, taken out or replaced to make one word the other."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        above, row = row, [index]
        for column, wanted in enumerate(other, 1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (letter != wanted)))
    return row[-1]
