"""What Compose or the engine refuses in a Compose file, what resolves to something else than was meant, and order."""

from .entries import MisreadEnvironmentEntry, RepeatedEntry, ValueChangedByYaml
from .mounts import InvalidMount, MisreadVolumeName
from .outdated import LegacyComposeKey, ObsoleteVersionKey, Yaml11Boolean
from .ports import InvalidPublishedPort, RepeatedHostPort, UnpublishablePort, UnquotedPort
from .unset import UnsetVariable
from .variables import BrokenInterpolation, LostDollar

__all__ = [
    "BrokenInterpolation",
    "InvalidMount",
    "InvalidPublishedPort",
    "LegacyComposeKey",
    "LostDollar",
    "MisreadEnvironmentEntry",
    "MisreadVolumeName",
    "ObsoleteVersionKey",
    "RepeatedEntry",
    "RepeatedHostPort",
    "UnpublishablePort",
    "UnquotedPort",
    "UnsetVariable",
    "ValueChangedByYaml",
    "Yaml11Boolean",
]
