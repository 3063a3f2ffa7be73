"""Sizes such as `1.5gb`.

https://docs.docker.com/reference/compose-file/extension/#specifying-byte-values
"""

from __future__ import annotations

import re
from functools import cache

_UNITS = {"": 1, **{unit: 1024**power for power, unit in enumerate("kmgtp", 1)}}


def byte_count(text: str) -> int | None:
    """The bytes that a text stands for; None if it is no size."""
    match = _size().fullmatch(text.lower())
    if match is None:
        return None
    amount, unit = match.groups()
    factor = _UNITS[unit or ""]
    return int(float(amount) * factor) if "." in amount else int(amount) * factor


@cache
def _size() -> re.Pattern[str]:
    return re.compile(r"(-?(?:\d+\.?\d*|\.\d+)) ?(?:([kmgtp])(?:i?b)?|b)?")
