"""What Docker Compose refuses in a file."""

from __future__ import annotations

from typing import Literal, NamedTuple

from dockerlint.source import Span

Kind = Literal[
    "syntax",  # no YAML, an alias of nothing, too deep or too big
    "encoding",  # not UTF-8
    "documents",  # more than one: only the first is read
    "repeated-key",
    "wrong-type",
    "empty-key",  # a key without a value
    "first-format",  # services at top level, as in the Compose files of 2014
    "interpolation",
    "port",
    "mount",
    "value",  # any other value that Compose refuses
]


_SHOWN = 60  # characters of a faulty text in a message


class ComposeError(NamedTuple):
    """Something that Docker Compose refuses, and the place to look at."""

    kind: Kind
    message: str
    span: Span


def shown(text: str) -> str:
    """A text from the file for use in a message, cut if it is long."""
    return f"`{text}`" if len(text) <= _SHOWN else f"`{text[:_SHOWN]}...`"
