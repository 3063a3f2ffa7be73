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
    """One of the data files: `base_images`, `environment`, `eol` or `slim`."""
    import json  # noqa: PLC0415 (only a run that meets a FROM pays for it)

    content: Record = json.loads(Path(__file__).with_name("data").joinpath(f"{name}.json").read_bytes())
    return content


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """The name under which the data files know an image: without mirrors, `library/` and architecture."""
    if "/" not in name or len(name) > _LONGEST_NAME:
        return name
    # What one alias leaves may be the beginning of another: `docker.io/library/arm64v8/`.
    for pattern, replacement in load("base_images")["_aliases"] * 2:
        name = re.sub(pattern, replacement, name)
    return name


@lru_cache(maxsize=4096)
def find(name: str) -> Record | None:
    """What is known of an image, or of the family of images that its name belongs to."""
    images = load("base_images")
    name = canonical(name)
    if name.startswith("_"):
        return None
    record: Record | None = images.get(name)
    if record is not None or "/" not in name or len(name) > _LONGEST_NAME:
        return record
    return next((family for pattern, family in images["_families"] if re.search(pattern, name)), None)


def is_retired(record: Record | None) -> bool:
    """Whether nobody should start from this image any more, whatever its tag."""
    return record is not None and ("deprecated" in record or "dropped" in record)
