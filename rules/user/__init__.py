"""Users: who the container runs as, and what that user may touch."""

from .accounts import LargeUid, Sudo, UserNotNumeric
from .permissions import ExcessivePermissions
from .reading import UnreadableByUser
from .running import MissingUser, RootUser
from .unknown import UnknownUser

__all__ = [
    "ExcessivePermissions",
    "LargeUid",
    "MissingUser",
    "RootUser",
    "Sudo",
    "UnknownUser",
    "UnreadableByUser",
    "UserNotNumeric",
]
