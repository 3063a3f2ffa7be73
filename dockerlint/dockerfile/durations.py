"""Durations as Go writes them: `1m30s`. https://pkg.go.dev/time#ParseDuration"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

# Nanoseconds.
UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
# The Greek letter, which looks like the sign for micro.
_GO_UNITS = UNITS | {"μs": UNITS["us"]}


def nanoseconds(text: str) -> int | None:
    """The length of a duration; None if the text is none. Every number needs a unit, but for a lone 0."""
    if len(text) > 100:
        return None
    unsigned = text[1:] if text.startswith(("-", "+")) else text
    length = 0 if unsigned == "0" else total(unsigned, _GO_UNITS)
    return -length if length and text.startswith("-") else length


def total(text: str, units: Mapping[str, int]) -> int | None:
    """The sum of numbers with their units, in nanoseconds; None if the text is something else."""
    whole, part = _patterns(tuple(units))
    if not whole.fullmatch(text):
        return None
    return round(sum(float(number) * units[unit] for number, unit in part.findall(text)))


@cache
def _patterns(units: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    longest_first = "|".join(sorted(units, key=len, reverse=True))
    part = rf"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)({longest_first})"
    return re.compile(rf"(?:{part})+"), re.compile(part)
