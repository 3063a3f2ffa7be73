"""Instructions: what Docker refuses, and what it takes for something else."""

from .syntax import (
    BrokenStageReference,
    InstructionBeforeFrom,
    SyntaxError,  # noqa: A004 (the name of the rule)
    UnknownInstruction,
)

__all__ = ["BrokenStageReference", "InstructionBeforeFrom", "SyntaxError", "UnknownInstruction"]
