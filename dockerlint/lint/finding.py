"""What a rule says: findings, and the edits that would mend them."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from dockerlint.source import Span, Text

# A finding shows at most this many lines of the file, each cut at this many characters.
MOST_LINES = 6
LONGEST_LINE = 400


class Severity(IntEnum):
    """`error`: broken or dangerous as it stands. `warning`: will hurt. `info`: could be better."""

    INFO = 0
    WARNING = 1
    ERROR = 2

    @property
    def label(self) -> str:
        return self.name.lower()


class Region(NamedTuple):
    """A stretch of a file as people and editors count: from 1, the end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def of(cls, span: Span) -> Region:
        source, first, last = span.source.in_file(span)
        return cls(source.path, *source.position(first), *source.position(max(last, first)))


def span_of(place: Text | Span) -> Span:
    """Where a text stands. Raises TypeError for a string without a place."""
    if isinstance(place, Text):
        return place.span
    if isinstance(place, Span):
        return place
    message = f"`{place!s:.60}` knows no place: point at a text of the model, not at what is made of it"
    raise TypeError(message)


class Edit(NamedTuple):
    """Put `replacement` in place of what stands in `region`. A file that is not there is empty."""

    region: Region
    start: int
    end: int
    replacement: str

    @classmethod
    def replacing(cls, place: Text | Span, replacement: str) -> Edit:
        span = span_of(place)
        return cls(Region.of(span), *span.source.in_file(span)[1:], replacement)

    @classmethod
    def creating(cls, path: str, text: str) -> Edit:
        return cls(Region(path, 1, 1, 1, 1), 0, 0, text)


class Fix(NamedTuple):
    """Edits that mend a finding. A safe fix keeps what is built and run; `message` says what it does."""

    message: str
    edits: tuple[Edit, ...]
    is_safe: bool


class Risk(NamedTuple):
    """Threat x Vulnerability x Impact, each from 1 to 5."""

    threat: int
    vulnerability: int
    impact: int

    @property
    def points(self) -> int:
        """The product: 125 at most."""
        return self.threat * self.vulnerability * self.impact


class Finding(NamedTuple):
    """One fault at one place.

    `message` says what is wrong here, `reason` what happens because of it, `help` what to write
    instead. `lines` are the lines of the region. What Docker refuses is a refusal: the file it stands in could not be
    checked for certain. `justification` is the reason of the comment that asks to leave the finding out.
    """

    rule: str
    chapter: str
    aliases: tuple[str, ...]
    severity: Severity
    message: str
    reason: str
    help: str
    region: Region
    lines: tuple[str, ...]
    fix: Fix | None
    is_refusal: bool = False
    fingerprint: str = ""
    # As `fingerprint`, but the same wherever the file is.
    mark: str = ""
    # The keys of a Compose file that it stands below.
    within: str = ""
    risk: Risk | None = None
    justification: str = ""
    # Where the page of its rule can be read; empty if nowhere, None for our own manual.
    docs: str | None = None

    @property
    def url(self) -> str:
        if self.docs is not None:
            return self.docs
        if self.rule == "shellcheck":
            return f"https://www.shellcheck.net/wiki/{self.aliases[0]}"
        return f"https://dockerlint.dev/rules/{self.rule}"


class Problem(NamedTuple):
    """A file, or a part of one, that could not be checked."""

    path: str
    line: int
    column: int
    message: str


def shown_lines(span: Span, region: Region) -> tuple[str, ...]:
    last = min(region.end_line, region.line + MOST_LINES - 1)
    source = span.source.in_file(span).source
    return tuple(source.line(number)[:LONGEST_LINE] for number in range(region.line, last + 1))
