"""Layers: what makes a build do its work again, and what it leaves behind."""

from .dev_dependencies import DevDependenciesShipped
from .order import SourceBeforeDependencies
from .sdk import SdkShipped
from .shipped import BuildToolsShipped
from .tools import NeedlessTool

__all__ = ["BuildToolsShipped", "DevDependenciesShipped", "NeedlessTool", "SdkShipped", "SourceBeforeDependencies"]
