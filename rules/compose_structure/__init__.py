"""What Compose or the engine refuses in a Compose file, what resolves to something else than was meant, and order."""

from .consistency import (
    ConflictingKeys,
    DependencyCycle,
    MissingImage,
    RepeatedContainerName,
    UndefinedReference,
)
from .definitions import UnusedDefinition
from .entries import MisreadEnvironmentEntry, RepeatedEntry, ValueChangedByYaml
from .files import AmbiguousComposeFiles, MissingComposeFile, MissingProjectName
from .mounts import InvalidMount, MisreadVolumeName
from .order import ComposeOrder
from .outdated import LegacyComposeKey, ObsoleteVersionKey, Yaml11Boolean
from .overrides import OverrideWithoutEffect
from .ports import InvalidPublishedPort, RepeatedHostPort, UnpublishablePort, UnquotedPort
from .refused import EmptyComposeKey, FirstFormatFile, RepeatedKey, UnknownComposeKey, WrongComposeType
from .unset import UnsetVariable
from .values import InvalidComposeValue
from .variables import BrokenInterpolation, LostDollar

__all__ = [
    "AmbiguousComposeFiles",
    "BrokenInterpolation",
    "ComposeOrder",
    "ConflictingKeys",
    "DependencyCycle",
    "EmptyComposeKey",
    "FirstFormatFile",
    "InvalidComposeValue",
    "InvalidMount",
    "InvalidPublishedPort",
    "LegacyComposeKey",
    "LostDollar",
    "MisreadEnvironmentEntry",
    "MisreadVolumeName",
    "MissingComposeFile",
    "MissingImage",
    "MissingProjectName",
    "ObsoleteVersionKey",
    "OverrideWithoutEffect",
    "RepeatedContainerName",
    "RepeatedEntry",
    "RepeatedHostPort",
    "RepeatedKey",
    "UndefinedReference",
    "UnknownComposeKey",
    "UnpublishablePort",
    "UnquotedPort",
    "UnsetVariable",
    "UnusedDefinition",
    "ValueChangedByYaml",
    "WrongComposeType",
    "Yaml11Boolean",
]
