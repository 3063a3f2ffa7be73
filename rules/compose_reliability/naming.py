"""How messages name several services, one finding for what several share, and a fix of several edits."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

from dockerlint.lint.rule import Edit, Fix

Key = TypeVar("Key", bound=Hashable)
Member = TypeVar("Member")


def grouped(pairs: Iterable[tuple[Key, Member]]) -> list[tuple[Key, list[Member]]]:
    """What belongs to equal keys together, in the order of the keys."""
    found: dict[Key, list[Member]] = {}
    for key, member in pairs:
        found.setdefault(key, []).append(member)
    return list(found.items())


def fix_of(message: str, *edits: Edit | None) -> Fix | None:
    """A fix of all edits; none where one of them cannot be made."""
    made = tuple(edit for edit in edits if edit is not None)
    return Fix(message, made, is_safe=False) if made and len(made) == len(edits) else None
