"""What Docker refuses in a Dockerfile."""

from __future__ import annotations

from enum import Enum, IntEnum

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
