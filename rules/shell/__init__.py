"""Shell text: what a script does otherwise than it seems to."""

from .dialect import BashSyntaxInSh

__all__ = ["BashSyntaxInSh"]
