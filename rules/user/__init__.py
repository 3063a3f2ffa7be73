"""Users: who the container runs as, and what that user may touch."""

from .accounts import LargeUid, Sudo, UserNotNumeric
from .permissions import ExcessivePermissions
from .reading import UnreadableByUser
from .running import MissingUser, RootUser

__all__ = [
    "ExcessivePermissions",
    "LargeUid",
    "MissingUser",
    "RootUser",
    "Sudo",
    "UnreadableByUser",
    "UserNotNumeric",
]
