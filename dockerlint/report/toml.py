"""Values as TOML writes them.

https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any


def value(given: Any) -> str:
    """A value on one line."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, Mapping):
        pairs = ", ".join(f"{key(name)} = {value(one)}" for name, one in given.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(given, list | tuple):
        return f"[{', '.join(map(value, given))}]"
    # The escapes of JSON are all escapes of TOML, but for DEL, which TOML wants escaped too.
    return json.dumps(given, ensure_ascii=False).replace("\x7f", "\\u007f") if isinstance(given, str) else str(given)


def key(name: str) -> str:
    """A key, in quotes if it must be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else value(name)
