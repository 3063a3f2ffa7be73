"""What several rules of this chapter ask, and how they say it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dockerlint.compose.errors import Kind
from dockerlint.compose.services import Compose, Service
from dockerlint.lint.rule import Findings, Rule


def refused(rule: Rule[Any], compose: Compose, kind: Kind) -> Findings:
    """What the reader of the file has noted, as findings."""
    for error in compose.errors:
        if error.kind == kind and error.is_certain:
            yield rule.finding(error.span, error.message, is_refusal=not error.by_engine and not error.is_dormant)


def listed(names: Iterable[str]) -> str:
    """Names for a message: `a`, `b` and `c`."""
    *first, last = [f"`{name}`" for name in dict.fromkeys(names)]
    return f"{', '.join(first)} and {last}" if first else last


def never_together(first: Service, second: Service) -> bool:
    """Whether no profile switches both services on."""
    some, others = ({str(profile.text) for profile in service.profiles} for service in (first, second))
    return bool(some and others) and some.isdisjoint(others)
