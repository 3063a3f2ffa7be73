"""What a run was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fnmatch import fnmatchcase
from typing import NamedTuple

MOVING_TAGS = (
    *("latest", "stable", "edge", "nightly", "dev", "test", "beta", "canary", "lts", "main", "master", "develop"),
    "rolling",
)
LIMITS = ("memory", "cpus", "pids")
ORDERS = ("services", "depends_on", "ports")


class LabelSchema(NamedTuple):
    """What labels an image must have, and of what form their values are.

    `types` maps keys to "text", "url", "rfc3339", "spdx", "hash", "semver" or "email". If it `is_strict`, no other
    keys may be used.
    """

    types: Mapping[str, str] = {}
    required: tuple[str, ...] = ()
    is_strict: bool = False


class Settings(NamedTuple):
    """Frozen settings that rules may read.

    `as_of` is the day for which ends of life are judged. `development_images` are globs of the names of stages,
    Dockerfiles and Compose files that never go into production; `trusted_registries` prefixes of image names;
    `allowed_images` globs of images that are used although they are retired; `named_contexts` what `--build-context`
    gives a name; `extended_support` lines such as `python 3.9` whose support is paid for. Sizes are in bytes.
    `squash`: layers are made one afterwards. `moving_tags` are those that name no version; `host_ports` the ports below
    1024 that services may publish; `limits` what each service must have a limit of; `order` which entries of Compose
    files are sorted. `muted` are the codes that are ignored, for a rule whose findings tell of several things.
    """

    as_of: date
    development_images: tuple[str, ...] = ()
    trusted_registries: tuple[str, ...] = ()
    allowed_images: tuple[str, ...] = ()
    named_contexts: tuple[str, ...] = ()
    extended_support: tuple[str, ...] = ()
    labels: LabelSchema | None = None
    context_size: int = 100_000_000
    file_size: int = 50_000_000
    require_reason: bool = False
    squash: bool = False
    moving_tags: tuple[str, ...] = MOVING_TAGS
    host_ports: tuple[int, ...] = (80, 443)
    limits: tuple[str, ...] = LIMITS
    order: tuple[str, ...] = ()
    muted: frozenset[str] = frozenset()

    def allows(self, name: str, tag: str | None) -> bool:
        """Whether an image may be used although it is retired; a glob without a tag stands for all of them."""
        written = (name, f"{name}:{tag}")
        return any(fnmatchcase(form, glob) for form in written for glob in self.allowed_images)
