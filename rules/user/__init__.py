"""Users: who the container runs as, and what that user may touch."""

from .reading import UnreadableByUser
from .running import MissingUser, RootUser

__all__ = ["MissingUser", "RootUser", "UnreadableByUser"]
