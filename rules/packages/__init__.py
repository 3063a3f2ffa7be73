"""Package managers: how packages are asked for."""

from .asking import DebianFrontendInEnv, PromptsInBuild
from .choosing import AptInsteadOfAptGet, PackageWildcard, SystemUpgrade
from .index import InstallWithoutUpdate, StalePackageIndex
from .language_pinning import UnpinnedGemPackages, UnpinnedNpmPackages, UnpinnedPipPackages
from .locking import NpmCacheCleanWithoutForce, UnlockedInstall
from .pinning import UnpinnedApkPackages, UnpinnedAptPackages, UnpinnedRpmPackages
from .tool_pinning import UnpinnedTools

__all__ = [
    "AptInsteadOfAptGet",
    "DebianFrontendInEnv",
    "InstallWithoutUpdate",
    "NpmCacheCleanWithoutForce",
    "PackageWildcard",
    "PromptsInBuild",
    "StalePackageIndex",
    "SystemUpgrade",
    "UnlockedInstall",
    "UnpinnedApkPackages",
    "UnpinnedAptPackages",
    "UnpinnedGemPackages",
    "UnpinnedNpmPackages",
    "UnpinnedPipPackages",
    "UnpinnedRpmPackages",
    "UnpinnedTools",
]
