"""Package managers: how packages are asked for."""

from .language_pinning import UnpinnedGemPackages, UnpinnedNpmPackages, UnpinnedPipPackages
from .locking import NpmCacheCleanWithoutForce, UnlockedInstall
from .pinning import UnpinnedApkPackages, UnpinnedAptPackages, UnpinnedRpmPackages
from .tool_pinning import UnpinnedTools

__all__ = [
    "NpmCacheCleanWithoutForce",
    "UnlockedInstall",
    "UnpinnedApkPackages",
    "UnpinnedAptPackages",
    "UnpinnedGemPackages",
    "UnpinnedNpmPackages",
    "UnpinnedPipPackages",
    "UnpinnedRpmPackages",
    "UnpinnedTools",
]
