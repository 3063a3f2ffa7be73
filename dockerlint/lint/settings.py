"""What a run was asked for."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Settings(NamedTuple):
    """Frozen settings that rules may read.

    `as_of` is the day for which ends of life are judged.
    """

    as_of: date
