"""Shell text: what a script does otherwise than it seems to."""

from .dialect import BashSyntaxInSh, EchoMisprints
from .expansion import UnquotedExpansion
from .globs import DashGlob, FragileFileList, UnquotedPattern
from .lists import AssignmentWithoutEffect, ChainedAndOr
from .quoting import Backticks, BrokenQuotes, LiteralDollar

__all__ = [
    "AssignmentWithoutEffect",
    "Backticks",
    "BashSyntaxInSh",
    "BrokenQuotes",
    "ChainedAndOr",
    "DashGlob",
    "EchoMisprints",
    "FragileFileList",
    "LiteralDollar",
    "UnquotedExpansion",
    "UnquotedPattern",
]
