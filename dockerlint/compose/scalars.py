"""What the plain scalars of YAML mean to Docker Compose, and how it prints them.

Compose reads YAML 1.2 with a few extras: `017` and `0o17` are octal, `1_000` is a number, a date
is a date, but `yes` and `12:30` are text.
https://docs.docker.com/reference/compose-file/
"""

from __future__ import annotations

import re
from functools import cache
from math import inf, nan
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

Typed: TypeAlias = "str | int | float | bool | datetime | None"

_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), nan),
}
_NOT_FINITE = {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}
_LONGEST_NUMBER = 400  # characters; no number of a Compose file comes near
_BASES = (0, 16, 2, 8, 10)  # by group of the pattern for integers


def resolve(plain: str) -> Typed:
    """The value that a scalar without quotes stands for; text when it is none of the typed forms."""
    if plain in _WORDS:
        return _WORDS[plain]
    if plain[0] not in "+-.0123456789" or len(plain) > _LONGEST_NUMBER:
        return plain
    if (date := _date(plain)) is not None:
        return date
    number = _number(plain.replace("_", ""))
    return plain if number is None else number


def printed(value: Typed) -> str:
    """The text that Compose makes of a value, where text is wanted: `1.50` becomes `1.5`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _printed_float(value)
    if isinstance(value, (int, str)):
        return str(value)
    return _printed_date(value)


def _number(digits: str) -> int | float | None:
    if digits == "-0":
        return -0.0
    if match := _integer_pattern().fullmatch(digits):
        number = int(match[match.lastindex or 0], _BASES[match.lastindex or 0])
        number = -number if digits[0] == "-" else number
        if -(2**63) <= number < 2**64:
            return number
    if _float_pattern().fullmatch(digits):
        value = float(digits)
        return None if abs(value) == inf else value
    return None


def _date(plain: str) -> datetime | None:
    match = _date_pattern().fullmatch(plain) if plain[4:5] == "-" else None
    if match is None:
        return None
    from datetime import datetime, timedelta, timezone  # noqa: PLC0415  (dates are rare in Compose files)

    year, month, day, separator, hour, minute, second, fraction, zone = match.groups()
    if separator and (separator == " ") == bool(zone):
        return None
    offset = timedelta()
    if zone and zone != "Z":
        offset = timedelta(hours=int(zone[:3]), minutes=int(zone[0] + zone[4:]))
    clock = (int(hour or 0), int(minute or 0), int(second or 0), int((fraction or "0").ljust(6, "0")[:6]))
    try:
        return datetime(int(year), int(month), int(day), *clock, timezone(offset))
    except ValueError:
        return None


def _printed_float(value: float) -> str:
    text = repr(value).removesuffix(".0")
    if text in _NOT_FINITE:
        return _NOT_FINITE[text]
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return text
    digits = text.partition("e")[0].replace(".", "").strip("-0")
    return f"{value:.{len(digits) - 1}e}"


def _printed_date(value: datetime) -> str:
    fraction = f"{value:.%f}".rstrip("0").rstrip(".")
    zone = f"{value:%z}"
    return f"{value:%Y-%m-%d %H:%M:%S}{fraction} {zone} {'UTC' if zone == '+0000' else zone}"


@cache
def _integer_pattern() -> re.Pattern[str]:
    return re.compile(r"[-+]?(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([0-9]|[1-9][0-9]+))")


@cache
def _float_pattern() -> re.Pattern[str]:
    return re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


@cache
def _date_pattern() -> re.Pattern[str]:
    clock = r"(\d\d?):(\d\d?):(\d\d?)(?:\.(\d{1,9}))?"
    return re.compile(rf"(\d{{4}})-(\d\d?)-(\d\d?)(?:([Tt ]){clock}(Z|[-+]\d\d:\d\d)?)?", re.ASCII)
