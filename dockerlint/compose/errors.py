"""What Docker Compose or the engine refuses in the files of a project."""

from __future__ import annotations

from typing import Literal, NamedTuple

from dockerlint.source import Span

Kind = Literal[
    "syntax",  # no YAML, an alias of nothing, too deep or too big
    "encoding",  # not UTF-8
    "repeated-key",
    "unknown-key",
    "wrong-type",
    "empty-key",  # a key without a value
    "first-format",  # services at top level, as in the Compose files of 2014
    "interpolation",
    "port",
    "mount",
    "repeated-item",  # of a list whose items must differ
    "value",  # any other value that is refused
    "missing-file",  # of `extends`, `include` or COMPOSE_FILE, or a service that is not in it
    "missing-env-file",
    "undefined",  # a volume, network, service, ... that is used and not declared
    "cycle",
    "missing-image",
    "conflict",  # two keys that exclude each other
    "repeated-name",  # two containers of one name
]

# Without a readable YAML mapping there is no project: these are no findings but problems of the run.
UNREADABLE: frozenset[Kind] = frozenset({"syntax", "encoding"})

_SHOWN = 60  # characters of a faulty text in a message


class Repair(NamedTuple):
    """How a refused place could be written instead. A safe one keeps what the project means."""

    message: str
    edits: tuple[tuple[Span, str], ...]
    is_safe: bool


class ComposeError(NamedTuple):
    """Something that is refused, and the place to look at.

    `by_engine`: Compose lets it pass, and the engine refuses to make or start the container. `is_certain` is False
    for what holds only as long as this file is not used together with others, or nobody sets a variable. `is_dormant`:
    Compose lets it pass until a profile switches the service on.
    """

    kind: Kind
    message: str
    span: Span
    repair: Repair | None = None
    by_engine: bool = False
    is_certain: bool = True
    is_dormant: bool = False


def shown(text: str) -> str:
    """A text from the file for use in a message, cut if it is long."""
    return f"`{text}`" if len(text) <= _SHOWN else f"`{text[:_SHOWN]}...`"
