"""What several rules of this chapter ask, and how they say it."""

from __future__ import annotations

from typing import Any

from dockerlint.compose.errors import Kind, Repair
from dockerlint.compose.services import Compose
from dockerlint.lint.rule import Edit, Findings, Fix, Rule
from dockerlint.lint.yaml_edits import is_shared


def refused(rule: Rule[Any], compose: Compose, kind: Kind) -> Findings:
    """What the reader of the file has noted, as findings. What an alias brings elsewhere too, nobody mends here."""
    ports = [error.span for error in compose.errors if error.kind == "port"] if kind == "wrong-type" else []
    for error in compose.errors:
        is_told_of_port = any(span.holds(error.span) for span in ports)
        if error.kind == kind and error.is_certain and not is_told_of_port:
            is_refusal = not error.by_engine and not error.is_dormant
            yield rule.finding(error.span, error.message, fix=repaired(error.repair), is_refusal=is_refusal)


def repaired(repair: Repair | None) -> Fix | None:
    if repair is None or any(is_shared(place) for place, _ in repair.edits):
        return None
    edits = tuple(Edit.replacing(place, text) for place, text in repair.edits)
    return Fix(repair.message, edits, repair.is_safe)
