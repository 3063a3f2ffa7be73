"""Instructions: what Docker refuses, what it takes for something else, and stages."""

from .files import (
    AddForLocalFile,
    CopyRootToRoot,
    CopySeveralToFile,
    RelativeCopyDestination,
    RelativeWorkdir,
    WorkdirInSystemDirectory,
)
from .labels import InvalidLabelKey, LabelSchema
from .pragmas import IgnoreComment, IneffectiveIgnore
from .remote import AddRemoteUnverified
from .settings import ExposeHostPort, InvalidPort, InvalidStopSignal, OverriddenInstruction, UntidyExpose
from .stages import DuplicateStageName, ReservedStageName, StageByNumber, StageNameCasing, UnknownStage, UnusedStage
from .style import EmptyContinuation, FromAsCasing, InstructionCasing, LegacyKeyValue, Maintainer
from .syntax import (
    BrokenStageReference,
    InstructionBeforeFrom,
    SyntaxError,  # noqa: A004 (the name of the rule)
    UnknownInstruction,
)
from .values import EnvUsesItself, OverriddenVariable, UnusedArg
from .variables import ArgOutOfScope, UndefinedVariable
from .words import BrokenJsonForm, MisleadingDescription, UnexpectedWords

__all__ = [
    "AddForLocalFile",
    "AddRemoteUnverified",
    "ArgOutOfScope",
    "BrokenJsonForm",
    "BrokenStageReference",
    "CopyRootToRoot",
    "CopySeveralToFile",
    "DuplicateStageName",
    "EmptyContinuation",
    "EnvUsesItself",
    "ExposeHostPort",
    "FromAsCasing",
    "IgnoreComment",
    "IneffectiveIgnore",
    "InstructionBeforeFrom",
    "InstructionCasing",
    "InvalidLabelKey",
    "InvalidPort",
    "InvalidStopSignal",
    "LabelSchema",
    "LegacyKeyValue",
    "Maintainer",
    "MisleadingDescription",
    "OverriddenInstruction",
    "OverriddenVariable",
    "RelativeCopyDestination",
    "RelativeWorkdir",
    "ReservedStageName",
    "StageByNumber",
    "StageNameCasing",
    "SyntaxError",
    "UndefinedVariable",
    "UnexpectedWords",
    "UnknownInstruction",
    "UnknownStage",
    "UntidyExpose",
    "UnusedArg",
    "UnusedStage",
    "WorkdirInSystemDirectory",
]
