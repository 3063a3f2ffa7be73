"""Durations such as `1m30s`.

https://docs.docker.com/reference/compose-file/extension/#specifying-durations
"""

from __future__ import annotations

from dockerlint.compose.errors import shown
from dockerlint.dockerfile.durations import UNITS, total

_UNITS = UNITS | {"d": 24 * UNITS["h"], "w": 7 * 24 * UNITS["h"]}
_LONGEST = 100  # characters


def nanoseconds(text: str) -> int:
    """The length of a duration. Raises ValueError if it is none: a unit is a must."""
    length = 0 if text == "0" else total(text, _UNITS) if len(text) <= _LONGEST else None
    if length is None:
        raise ValueError(f"{shown(text)} is no duration: write `30s` or `1m30s`")
    return length


def normalised(text: str) -> str:
    """A duration as Compose prints it: `90s` becomes `1m30s`. Raises ValueError if it is none."""
    left = nanoseconds(text)
    if left < _UNITS["s"]:
        unit = next(unit for unit in ("ms", "µs", "ns") if left >= _UNITS[unit]) if left else "s"
        return f"{_number(left, unit)}{unit}"
    hours, left = divmod(left, _UNITS["h"])
    minutes, left = divmod(left, _UNITS["m"])
    shown = f"{_number(left, 's')}s"
    if hours or minutes:
        shown = f"{minutes}m{shown}"
    return f"{hours}h{shown}" if hours else shown


def _number(amount: int, unit: str) -> str:
    whole, rest = divmod(amount, _UNITS[unit])
    digits = len(str(_UNITS[unit])) - 1
    return f"{whole}.{rest:0{digits}d}".rstrip("0").rstrip(".") if rest else str(whole)
