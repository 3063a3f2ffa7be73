"""The build context: what lies beside the Dockerfile, what the ignore file keeps back, and what a COPY takes of it."""

from .broad import CopyEverything, CopyGlobFlattens
from .ignoring import DockerignoreMissesEssentials, MissingDockerignore
from .ineffective import IneffectiveDockerignore
from .missing import CopyOutsideContext, CopySourceIgnored, CopySourceMissing
from .orders import MissingBuildFile, UnknownBuildTarget
from .taking import ClutterInContext, DependenciesInContext, GitInContext, LargeContext, SecretInContext

__all__ = [
    "ClutterInContext",
    "CopyEverything",
    "CopyGlobFlattens",
    "CopyOutsideContext",
    "CopySourceIgnored",
    "CopySourceMissing",
    "DependenciesInContext",
    "DockerignoreMissesEssentials",
    "GitInContext",
    "IneffectiveDockerignore",
    "LargeContext",
    "MissingBuildFile",
    "MissingDockerignore",
    "SecretInContext",
    "UnknownBuildTarget",
]
