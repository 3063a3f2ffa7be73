"""Shell text: what a script does otherwise than it seems to."""

from .dialect import BashSyntaxInSh, EchoMisprints
from .expansion import UnquotedExpansion
from .quoting import Backticks, BrokenQuotes, LiteralDollar

__all__ = ["Backticks", "BashSyntaxInSh", "BrokenQuotes", "EchoMisprints", "LiteralDollar", "UnquotedExpansion"]
