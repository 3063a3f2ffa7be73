"""Services: who they run as, what they run, and how far they are open."""

from .capabilities import DangerousDevice, HostTakeoverCapability, StrongCapability, UndroppedCapabilities
from .confinement import DisabledConfinement, LooseTmpfs, MissingNoNewPrivileges, WritableRootFilesystem
from .debug import DebugService
from .images import EndOfLifeServiceImage, UnpinnedServiceDigest, UntaggedServiceImage
from .mounts import SensitiveHostPath, SharedPropagation, WritableSystemPath
from .namespaces import CustomCgroupParent, HostNetwork, HostProcessNamespace, HostUserNamespace
from .ports import PasswordlessService, PortOnAllInterfaces, PrivilegedHostPort, PublishedDataService
from .privileges import DockerApiOverTcp, PrivilegedService, RuntimeSocket
from .resources import OomKillerOff, UnlimitedResources
from .users import RootService

__all__ = [
    "CustomCgroupParent",
    "DangerousDevice",
    "DebugService",
    "DisabledConfinement",
    "DockerApiOverTcp",
    "EndOfLifeServiceImage",
    "HostNetwork",
    "HostProcessNamespace",
    "HostTakeoverCapability",
    "HostUserNamespace",
    "LooseTmpfs",
    "MissingNoNewPrivileges",
    "OomKillerOff",
    "PasswordlessService",
    "PortOnAllInterfaces",
    "PrivilegedHostPort",
    "PrivilegedService",
    "PublishedDataService",
    "RootService",
    "RuntimeSocket",
    "SensitiveHostPath",
    "SharedPropagation",
    "StrongCapability",
    "UndroppedCapabilities",
    "UnlimitedResources",
    "UnpinnedServiceDigest",
    "UntaggedServiceImage",
    "WritableRootFilesystem",
    "WritableSystemPath",
]
