"""Shell text: what a script does otherwise than it seems to."""

from .dialect import BashSyntaxInSh, EchoMisprints
from .expansion import UnquotedExpansion
from .globs import DashGlob, FragileFileList, UnquotedPattern
from .lines import ShellSyntaxError, SwallowedLines
from .lists import AssignmentWithoutEffect, ChainedAndOr
from .quoting import Backticks, BrokenQuotes, LiteralDollar
from .steps import ProcessLostAfterRun, ShellStateLost
from .useless import CdInsteadOfWorkdir, UselessInBuild

__all__ = [
    "AssignmentWithoutEffect",
    "Backticks",
    "BashSyntaxInSh",
    "BrokenQuotes",
    "CdInsteadOfWorkdir",
    "ChainedAndOr",
    "DashGlob",
    "EchoMisprints",
    "FragileFileList",
    "LiteralDollar",
    "ProcessLostAfterRun",
    "ShellStateLost",
    "ShellSyntaxError",
    "SwallowedLines",
    "UnquotedExpansion",
    "UnquotedPattern",
    "UselessInBuild",
]
