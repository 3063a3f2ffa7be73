"""The data files about images: reading them, and finding what they say of a name."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

Record = dict[str, Any]

# Names come from files that anybody may have written. No valid one is longer.
_LONGEST_NAME = 320


@cache
def load(name: str) -> Record:
    """One of the data files: `environment`, `eol` or `spdx`."""
    import json  # noqa: PLC0415 (only a run that meets a FROM pays for it)

    content: Record = json.loads(_text(name))
    return content


@lru_cache(maxsize=4096)
def record(name: str, key: str) -> Any:
    """What one of the data files that hold a record a line, `base_images` and `slim`, says of a key.

    Only that line is parsed: the whole of a file would take longer than all else that is done with a small Dockerfile.
    """
    import json  # noqa: PLC0415 (only a run that meets a FROM pays for it)

    text, mark = _text(name), f"\n{json.dumps(key)}:"
    start = text.find(mark)
    if start < 0:
        return None
    start += len(mark)
    return json.loads(text[start : text.index("\n", start)].rstrip(","))


@cache
def _text(name: str) -> str:
    return Path(__file__).with_name("data").joinpath(f"{name}.json").read_text("utf-8")


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """The name under which the data files know an image: without mirrors, `library/` and architecture."""
    if "/" not in name or len(name) > _LONGEST_NAME:
        return name
    # What one alias leaves may be the beginning of another: `docker.io/library/arm64v8/`.
    for beginnings, pattern, replacement in record("base_images", "_aliases") * 2:
        if name.startswith(tuple(beginnings)):
            name = re.sub(pattern, replacement, name)
    return name


@lru_cache(maxsize=4096)
def find(name: str) -> Record | None:
    """What is known of an image, or of the family of images that its name belongs to."""
    name = canonical(name)
    if name.startswith("_"):
        return None
    known: Record | None = record("base_images", name)
    if known is not None or "/" not in name or len(name) > _LONGEST_NAME:
        return known
    # Compiling every pattern would take long too.
    matching = (
        family
        for beginnings, pattern, family in record("base_images", "_families")
        if name.startswith(tuple(beginnings)) and re.search(pattern, name)
    )
    return next(matching, None)


def is_retired(known: Record | None) -> bool:
    """Whether nobody should start from this image any more, whatever its tag."""
    return known is not None and ("deprecated" in known or "dropped" in known)
