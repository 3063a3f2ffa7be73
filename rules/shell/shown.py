"""Text of a file as messages show it."""

from __future__ import annotations

_LONGEST = 40


def shown(text: str) -> str:
    """On one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
