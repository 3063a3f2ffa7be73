"""What happens when the container runs."""

from .debug import DebugMode
from .development import DevelopmentMode

__all__ = ["DebugMode", "DevelopmentMode"]
