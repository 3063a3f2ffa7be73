"""What the values of labels look like: dates, URLs, licenses.

https://github.com/opencontainers/image-spec/blob/main/annotations.md
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache

from dockerlint.knowledge.records import load

# The labels that everybody knows, whose values have a form.
WELL_KNOWN = {
    "org.opencontainers.image.created": "rfc3339",
    "org.opencontainers.image.url": "url",
    "org.opencontainers.image.source": "url",
    "org.opencontainers.image.documentation": "url",
    "org.opencontainers.image.licenses": "spdx",
}

_LONGEST = 2000


def fault_of_value(kind: str, value: str) -> str | None:
    """What a value of some kind should be, if it is something else: `a date like ...`."""
    form = _FORMS.get(kind)
    if form is None or len(value) > _LONGEST:
        return None
    is_valid, wanted = form
    return None if is_valid(value) else wanted


def _is_date(value: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", value):
        return False
    try:
        datetime.fromisoformat(re.sub(r"\.\d+", "", value[:19]))
    except ValueError:
        return False
    return True


def _is_url(value: str) -> bool:
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#]+(?:[/?#]\S*)?", value) is not None


def _is_email(value: str) -> bool:
    return re.fullmatch(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+", value) is not None


def _is_hash(value: str) -> bool:
    return re.fullmatch(r"[0-9a-fA-F]{7,64}", value) is not None


def _is_semver(value: str) -> bool:
    number, word = r"(?:0|[1-9]\d*)", r"[0-9A-Za-z-]+"
    pattern = rf"v?{number}\.{number}\.{number}(?:-{word}(?:\.{word})*)?(?:\+{word}(?:\.{word})*)?"
    return re.fullmatch(pattern, value) is not None


def _is_license(value: str) -> bool:
    """Whether a text is an SPDX expression: https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/"""
    tokens = re.findall(r"[()]|[^\s()]+", value)
    rest = _after_expression(tokens)
    return rest is not None and not rest


def _after_expression(tokens: list[str]) -> list[str] | None:
    """What follows the longest expression at the beginning; None if there is none."""
    rest = _after_term(tokens)
    while rest and rest[0].upper() in ("AND", "OR"):
        rest = _after_term(rest[1:])
    return rest


def _after_term(tokens: list[str]) -> list[str] | None:
    if not tokens:
        return None
    if tokens[0] == "(":
        inner = _after_expression(tokens[1:])
        return inner[1:] if inner and inner[0] == ")" else None
    if not _is_identifier(tokens[0].removesuffix("+"), "licenses"):
        return None
    if len(tokens) > 2 and tokens[1].upper() == "WITH":
        return tokens[3:] if _is_identifier(tokens[2], "exceptions") else None
    return tokens[1:]


def _is_identifier(word: str, kind: str) -> bool:
    is_own = re.fullmatch(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?(?:LicenseRef|AdditionRef)-[A-Za-z0-9.-]+", word)
    return is_own is not None or word.lower() in _identifiers(kind)


@cache
def _identifiers(kind: str) -> frozenset[str]:
    return frozenset(identifier.lower() for identifier in load("spdx")[kind])


_FORMS: dict[str, tuple[Callable[[str], bool], str]] = {
    "email": (_is_email, "an e-mail address"),
    "hash": (_is_hash, "a hash of 7 to 64 hexadecimal digits"),
    "rfc3339": (_is_date, "a date like 2026-11-22T10:00:00Z"),
    "semver": (_is_semver, "a version like 1.2.3"),
    "spdx": (_is_license, "an SPDX license expression like `MIT OR Apache-2.0`"),
    "url": (_is_url, "a URL like https://example.com/app"),
}
