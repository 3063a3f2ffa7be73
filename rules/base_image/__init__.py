"""Base images: which tag, how old, how large."""

from .lifetime import DeprecatedBaseImage, EndOfLifeBaseImage
from .linking import IncompatibleStages
from .platforms import HardCodedPlatform, RedundantPlatform, UndeclaredArgInFrom
from .project import BaseImageOlderThanProject
from .references import FromNeedsBuildArg, InvalidImageReference
from .registries import UntrustedRegistry
from .slimmer import SlimmerBaseImage
from .tags import FloatingTag, LatestBaseImage, UnpinnedDigest, UntaggedBaseImage

__all__ = [
    "BaseImageOlderThanProject",
    "DeprecatedBaseImage",
    "EndOfLifeBaseImage",
    "FloatingTag",
    "FromNeedsBuildArg",
    "HardCodedPlatform",
    "IncompatibleStages",
    "InvalidImageReference",
    "LatestBaseImage",
    "RedundantPlatform",
    "SlimmerBaseImage",
    "UndeclaredArgInFrom",
    "UnpinnedDigest",
    "UntaggedBaseImage",
    "UntrustedRegistry",
]
