"""Services: who they run as, what they run, and how far they are open."""

from .debug import DebugService
from .images import EndOfLifeServiceImage, UntaggedServiceImage
from .users import RootService

__all__ = ["DebugService", "EndOfLifeServiceImage", "RootService", "UntaggedServiceImage"]
