"""Services: who they run as, what they run, and how far they are open."""

from .capabilities import DangerousDevice, HostTakeoverCapability, StrongCapability, UndroppedCapabilities
from .confinement import DisabledConfinement, LooseTmpfs, MissingNoNewPrivileges, WritableRootFilesystem
from .debug import DebugService
from .images import EndOfLifeServiceImage, UntaggedServiceImage
from .mounts import SensitiveHostPath, SharedPropagation, WritableSystemPath
from .namespaces import CustomCgroupParent, HostNetwork, HostProcessNamespace, HostUserNamespace
from .privileges import DockerApiOverTcp, PrivilegedService, RuntimeSocket
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
    "PrivilegedService",
    "RootService",
    "RuntimeSocket",
    "SensitiveHostPath",
    "SharedPropagation",
    "StrongCapability",
    "UndroppedCapabilities",
    "UntaggedServiceImage",
    "WritableRootFilesystem",
    "WritableSystemPath",
]
