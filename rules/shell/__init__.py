"""Shell text: what a script does otherwise than it seems to."""

from .dialect import BashSyntaxInSh, EchoMisprints

__all__ = ["BashSyntaxInSh", "EchoMisprints"]
