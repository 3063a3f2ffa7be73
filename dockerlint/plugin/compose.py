"""The nodes of Compose projects that the rules of plug-ins may look at."""

from dockerlint.compose.services import Compose, Service
from dockerlint.project.containers import Container, Stack

__all__ = ["Compose", "Container", "Service", "Stack"]
