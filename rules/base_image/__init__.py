"""Base images: which tag, how old, how large."""

from .lifetime import DeprecatedBaseImage, EndOfLifeBaseImage
from .references import FromNeedsBuildArg, InvalidImageReference
from .slimmer import SlimmerBaseImage
from .tags import FloatingTag, LatestBaseImage, UnpinnedDigest, UntaggedBaseImage

__all__ = [
    "DeprecatedBaseImage",
    "EndOfLifeBaseImage",
    "FloatingTag",
    "FromNeedsBuildArg",
    "InvalidImageReference",
    "LatestBaseImage",
    "SlimmerBaseImage",
    "UnpinnedDigest",
    "UntaggedBaseImage",
]
