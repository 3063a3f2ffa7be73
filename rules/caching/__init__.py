"""Layers: what makes a build do its work again, and what it leaves behind."""

from .order import SourceBeforeDependencies

__all__ = ["SourceBeforeDependencies"]
