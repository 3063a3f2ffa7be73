"""Users: who the container runs as, and what that user may touch."""

from .accounts import LargeUid, Sudo, UserNotNumeric
from .installing import InstallWithoutRoot
from .permissions import ExcessivePermissions
from .reading import UnreadableByUser
from .running import MissingUser, RootUser
from .unknown import UnknownUser
from .writing import UnwritableByUser

__all__ = [
    "ExcessivePermissions",
    "InstallWithoutRoot",
    "LargeUid",
    "MissingUser",
    "RootUser",
    "Sudo",
    "UnknownUser",
    "UnreadableByUser",
    "UnwritableByUser",
    "UserNotNumeric",
]
