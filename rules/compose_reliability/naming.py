"""How messages name several services, and one finding for what several share."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Member = TypeVar("Member")


def listed(names: Iterable[str]) -> str:
    """`a`, `b` and `c`."""
    shown = [f"`{name}`" for name in dict.fromkeys(map(str, names))]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def grouped(pairs: Iterable[tuple[Key, Member]]) -> list[tuple[Key, list[Member]]]:
    """What belongs to equal keys together, in the order of the keys."""
    found: dict[Key, list[Member]] = {}
    for key, member in pairs:
        found.setdefault(key, []).append(member)
    return list(found.items())
