"""Layers: what makes a build do its work again, and what it leaves behind."""

from .archives import ArchiveLeftBehind, CopiedArchiveExtracted
from .arguments import VolatileArgEarly
from .dev_dependencies import DevDependenciesShipped
from .language_caches import NodeCacheLeft, PipCacheLeft
from .later import DeletedInLaterLayer
from .mounts import MisusedCacheMount
from .order import SourceBeforeDependencies
from .owners import ChownAfterCopy
from .runs import ConsecutiveRuns, RepeatedRun
from .sdk import SdkShipped
from .shipped import BuildToolsShipped
from .superfluous import GemDocumentation, RecommendedPackages
from .system_caches import ApkCacheLeft, AptListsLeft, RpmCacheLeft
from .temporary import TemporaryFilesLeft
from .tools import NeedlessTool

__all__ = [
    "ApkCacheLeft",
    "AptListsLeft",
    "ArchiveLeftBehind",
    "BuildToolsShipped",
    "ChownAfterCopy",
    "ConsecutiveRuns",
    "CopiedArchiveExtracted",
    "DeletedInLaterLayer",
    "DevDependenciesShipped",
    "GemDocumentation",
    "MisusedCacheMount",
    "NeedlessTool",
    "NodeCacheLeft",
    "PipCacheLeft",
    "RecommendedPackages",
    "RepeatedRun",
    "RpmCacheLeft",
    "SdkShipped",
    "SourceBeforeDependencies",
    "TemporaryFilesLeft",
    "VolatileArgEarly",
]
