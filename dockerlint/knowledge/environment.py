"""The variables that base images bring along: ENV in the Dockerfiles that they were built from."""

from __future__ import annotations

from functools import cache, lru_cache

from dockerlint.dockerfile.environment import ImageEnvironment
from dockerlint.dockerfile.image import Reference
from dockerlint.knowledge.records import canonical, load


@lru_cache(maxsize=4096)
def environment_of(reference: Reference) -> ImageEnvironment | None:
    """What is known of an image's variables; None for an image that nobody has described."""
    if reference.is_windows:
        return None
    facts = _facts().get(canonical(reference.name))
    if facts is not None and "onbuild" in (reference.tag or ""):
        # Its triggers may set more.
        return facts._replace(is_complete=False)
    return facts


@cache
def _facts() -> dict[str, ImageEnvironment]:
    return {
        name: ImageEnvironment(group["variables"], group.get("complete", False))
        for group in load("environment")["images"]
        for name in group["names"]
    }


@cache
def names_of_images() -> frozenset[str]:
    """The variables that some image is known to set."""
    return frozenset(name for known in _facts().values() for name in known.variables)
