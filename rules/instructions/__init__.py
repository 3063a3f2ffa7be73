"""Instructions: what Docker refuses, what it takes for something else, and stages."""

from .stages import (
    DuplicateStageName,
    ReservedStageName,
    StageByNumber,
    StageNameCasing,
    UnknownStage,
    UnusedStage,
)
from .style import EmptyContinuation, FromAsCasing, InstructionCasing, LegacyKeyValue, Maintainer
from .syntax import (
    BrokenStageReference,
    InstructionBeforeFrom,
    SyntaxError,  # noqa: A004 (the name of the rule)
    UnknownInstruction,
)

__all__ = [
    "BrokenStageReference",
    "DuplicateStageName",
    "EmptyContinuation",
    "FromAsCasing",
    "InstructionBeforeFrom",
    "InstructionCasing",
    "LegacyKeyValue",
    "Maintainer",
    "ReservedStageName",
    "StageByNumber",
    "StageNameCasing",
    "SyntaxError",
    "UnknownInstruction",
    "UnknownStage",
    "UnusedStage",
]
