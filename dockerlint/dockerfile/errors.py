"""What makes a Dockerfile, or one instruction of it, unreadable."""

from __future__ import annotations

from dockerlint.source import Span, Text


class DockerfileError(Exception):
    """Docker refuses this; `span` is the word at fault."""

    def __init__(self, message: str, place: Text | Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = place.span if isinstance(place, Text) else place
