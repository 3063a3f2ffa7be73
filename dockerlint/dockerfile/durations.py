"""Durations as Go writes them: `1m30s`. https://pkg.go.dev/time#ParseDuration"""

from __future__ import annotations

import re
from functools import cache

_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    part = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)"
    return re.compile(rf"[-+]?(?:0|(?:{part})+)"), re.compile(part)


def nanoseconds(text: str) -> int | None:
    """The length of a duration; None if the text is none. Every number needs a unit, but for a lone 0."""
    whole, part = _patterns()
    if len(text) > 100 or not whole.fullmatch(text):
        return None
    length = round(sum(float(number) * _UNITS[unit] for number, unit in part.findall(text)))
    return -length if text.startswith("-") else length
