"""Base images: which tag, how old, how large."""

from .lifetime import DeprecatedBaseImage, EndOfLifeBaseImage
from .slimmer import SlimmerBaseImage
from .tags import FloatingTag, LatestBaseImage, UnpinnedDigest, UntaggedBaseImage

__all__ = [
    "DeprecatedBaseImage",
    "EndOfLifeBaseImage",
    "FloatingTag",
    "LatestBaseImage",
    "SlimmerBaseImage",
    "UnpinnedDigest",
    "UntaggedBaseImage",
]
