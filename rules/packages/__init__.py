"""Package managers: how packages are asked for."""

from .asking import DebianFrontendInEnv, PromptsInBuild
from .choosing import AptInsteadOfAptGet, PackageWildcard, SystemUpgrade
from .index import InstallWithoutUpdate, StalePackageIndex
from .keys import AptKey, GpgWithoutBatch, RetiredKeyserver
from .language_pinning import UnpinnedGemPackages, UnpinnedNpmPackages, UnpinnedPipPackages
from .locking import NpmCacheCleanWithoutForce, UnlockedInstall
from .manifests import InstallWithoutManifest
from .pinning import UnpinnedApkPackages, UnpinnedAptPackages, UnpinnedRpmPackages
from .python import ExternallyManagedPython
from .tool_pinning import UnpinnedTools
from .trust import UnverifiedPackages

__all__ = [
    "AptInsteadOfAptGet",
    "AptKey",
    "DebianFrontendInEnv",
    "ExternallyManagedPython",
    "GpgWithoutBatch",
    "InstallWithoutManifest",
    "InstallWithoutUpdate",
    "NpmCacheCleanWithoutForce",
    "PackageWildcard",
    "PromptsInBuild",
    "RetiredKeyserver",
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
    "UnverifiedPackages",
]
