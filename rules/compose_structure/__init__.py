"""What Compose or the engine refuses in a Compose file, what resolves to something else than was meant, and order."""

from .ports import InvalidPublishedPort, RepeatedHostPort, UnpublishablePort, UnquotedPort

__all__ = [
    "InvalidPublishedPort",
    "RepeatedHostPort",
    "UnpublishablePort",
    "UnquotedPort",
]
