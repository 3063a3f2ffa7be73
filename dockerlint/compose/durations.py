"""Durations such as `1m30s`.

https://docs.docker.com/reference/compose-file/extension/#specifying-durations
"""

from __future__ import annotations

import re
from functools import cache

from dockerlint.compose.errors import shown

_UNITS = {"ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_UNITS |= {"d": 24 * _UNITS["h"], "w": 7 * 24 * _UNITS["h"]}


def nanoseconds(text: str) -> int:
    """The length of a duration. Raises ValueError if it is none: a unit is a must."""
    if text == "0":
        return 0
    if not _duration().fullmatch(text):
        raise ValueError(f"{shown(text)} is no duration: write `30s` or `1m30s`")
    return round(sum(float(number) * _UNITS[unit] for number, unit in _part().findall(text)))


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


@cache
def _duration() -> re.Pattern[str]:
    return re.compile(r"(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|ms|s|m|h|d|w))+")


@cache
def _part() -> re.Pattern[str]:
    return re.compile(r"([0-9.]+)([a-zµ]+)")
