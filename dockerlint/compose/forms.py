"""The forms of texts in Compose files: durations, sizes, switches, and numbers in quotes."""

from __future__ import annotations

from dockerlint.compose import durations
from dockerlint.compose.shapes import Form, pattern

# Compose takes these words of YAML 1.1 for booleans, with a warning.
BOOLEANS = dict.fromkeys(("true", "yes", "on", "y"), True) | dict.fromkeys(("false", "no", "off", "n"), False)

_MOST = 2**63 - 1
_FRACTION = r"(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:e[-+]?[0-9]+)?"


def _is_boolean(text: str) -> bool:
    return text.lower() in BOOLEANS


def _is_whole(text: str) -> bool:
    digits = text[1:] if text.startswith(("-", "+")) else text
    return len(digits) < 20 and digits.isascii() and digits.isdigit() and int(digits) <= _MOST


def _is_duration(text: str) -> bool:
    try:
        return durations.nanoseconds(text[1:] if text.startswith(("-", "+")) else text) <= _MOST
    except ValueError:
        return False


def _with_unit_of_docker(text: str) -> str | None:
    """A size such as `512Mi`, as Kubernetes writes it, in Compose's way."""
    mended = text[:-1].lower()
    return mended if text[-2:] in ("Ki", "Mi", "Gi", "Ti") and SIZE.fits(mended) else None


BOOLEAN = Form("neither `true` nor `false`", _is_boolean)
WHOLE = Form("no whole number", _is_whole, is_number=True)
FRACTION = pattern("no number", rf"(?i)[-+]?{_FRACTION}")._replace(is_number=True)
DURATION = Form("no duration such as `30s` or `1m30s`", _is_duration)
SIZE = pattern("no size such as `512m`", rf"(?i)-1|\+?{_FRACTION} ?(?:b|[kmgtp](?:i?b)?)?")._replace(
    mended=_with_unit_of_docker
)
