"""How tags of images are built: a version, then words for the flavour and the operating system.

`3.9-slim-bookworm` is version 3.9, the words `slim` and `bookworm`, on Debian 12.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from dockerlint.knowledge.records import load

# What may follow a version without a dash: an update (8u212), a pre-release (3.7b1, 1.8rc1).
_VERSION = r"v?(\d+(?:\.\d+)*)(u\d+|(?:a|b|rc|alpha|beta|m|p)\d*)?"
_NUMBERED_WORD = r"([a-z]+)(\d+(?:\.\d+)*)"

# How the words of tags call what the data files know by another name.
FAMILIES = {
    "alpine-linux": "alpine",
    "amazon-linux": "amazonlinux",
    "oracle-linux": "oraclelinux",
    "rocky-linux": "rockylinux",
    "vmware-photon": "photon",
}

# Releases of ROS too.
_AMBIGUOUS = frozenset({"kinetic", "lunar"})
# Code names that are safe to read in the tag of an image of which nothing is known.
_UNMISTAKABLE = frozenset(
    {"wheezy", "jessie", "stretch", "buster", "bullseye", "bookworm", "trixie"}
    | {"trusty", "xenial", "bionic", "focal", "jammy"}
)
# Older code names are plain words, and no image is that old.
_OLDEST = {"debian": (6,), "ubuntu": (10, 4)}

_LONGEST_TAG = 128


class Tag(NamedTuple):
    """A tag taken apart. `version` is "" if it begins with none; `words` are in lower case.

    `is_plain` is False for a version with more than numbers, as in `8u212-jdk`.
    """

    version: str
    words: tuple[str, ...]
    is_plain: bool


class System(NamedTuple):
    """An operating system that a tag names, as far as it does.

    `family` is what people call it, `product` its key in the data, `cycle` its release.
    """

    family: str
    product: str
    cycle: str | None
    codename: str | None = None


@lru_cache(maxsize=4096)
def read(text: str) -> Tag:
    """Takes a tag apart. One that holds a variable, or is no tag, has neither version nor words."""
    if len(text) > _LONGEST_TAG or "$" in text:
        return Tag("", (), False)
    first, *rest = (word for word in re.split(r"[-_]", text.lower()))
    match = _pattern(_VERSION).fullmatch(first)
    if match:
        return Tag(match[1], tuple(rest), not match[2])
    return Tag("", (first, *rest) if first else tuple(rest), True)


def release(product: str, tag: Tag) -> str | None:
    """The release line of a product that a tag names by number or code name."""
    known = load("eol")["products"].get(product, {})
    cycles = known.get("cycles", {})
    if not tag.version and tag.words:
        name = tag.words[0].removeprefix("ltsc")
        return known.get("codenames", {}).get(name) or (name if name in cycles else None)
    return next((version for version in shortened(tag.version) if version in cycles), None)


def system(words: Sequence[str], *, is_known_image: bool) -> System | None:
    """The operating system that words of a tag or name speak of, best with its release.

    For an image of which nothing is known, only words that cannot mean anything else count.
    """
    found = [system for system in _systems(words, is_known_image) if system]
    return next((system for system in found if system.cycle), found[0] if found else None)


def is_system_word(word: str) -> bool:
    """Whether a word of a tag names an operating system: `bookworm`, `alpine3.20`, `ubi9`."""
    return any(_systems([word], True))


def codename(product: str, cycle: str) -> str | None:
    names = load("eol")["products"][product].get("codenames", {})
    return next((name for name, named in names.items() if named == cycle), None)


def shortened(version: str) -> Iterator[str]:
    """A version and what is left of it from the right: 3.9.1, 3.9, 3."""
    while version:
        yield version
        version = version.rpartition(".")[0]


def number(version: str) -> tuple[int, ...]:
    """A version made of numbers, for comparison; anything else comes first."""
    parts = version.split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def covers(runs: Iterable[str], version: str) -> bool:
    """Whether a version is listed in `runs`, where `3.9..3.14` counts up the last number."""
    return any(_in_run(run, version) for run in runs)


def expand(runs: Iterable[str]) -> Iterator[str]:
    """All versions that are listed in `runs`."""
    for run in runs:
        first, dots, last = run.partition("..")
        if not dots:
            yield run
            continue
        prefix, start, end = *_last_number(first), _last_number(last)[1]
        yield from (f"{prefix}{count}" for count in range(start, end + 1))


def _in_run(run: str, version: str) -> bool:
    first, dots, last = run.partition("..")
    if not dots:
        return run == version
    prefix, start = _last_number(first)
    rest = version.removeprefix(prefix)
    return version.startswith(prefix) and rest.isdecimal() and start <= int(rest) <= _last_number(last)[1]


def _last_number(version: str) -> tuple[str, int]:
    head, dot, last = version.rpartition(".")
    return head + dot, int(last)


def _systems(words: Sequence[str], is_known_image: bool) -> Iterator[System | None]:
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        yield _by_codename(word, is_known_image) or _by_number(word, following, is_known_image)


def _by_codename(word: str, is_known_image: bool) -> System | None:
    if word in _AMBIGUOUS or not (is_known_image or word in _UNMISTAKABLE):
        return None
    product, cycle = _codenames().get(word, ("", ""))
    return System(product, product, cycle, word) if product else None


def _by_number(word: str, following: str, is_known_image: bool) -> System | None:
    match = _pattern(_NUMBERED_WORD).fullmatch(word)
    name, version = match.groups() if match else (word, "")
    product = load("eol")["os"].get(name)
    # `al` and `ol` are systems only with a number.
    if not product or (not version and len(name) == 2):
        return None
    # In the tag of an unknown image, `alpine-3.4` may well be version 3.4 of something on Alpine.
    if not version and (is_known_image or product != "alpine-linux"):
        version = following if number(following) else ""
    cycles = load("eol")["products"][product]["cycles"]
    cycle = next((short for short in shortened(version) if short in cycles), None)
    return System(FAMILIES.get(product, product), product, cycle)


@cache
def _codenames() -> dict[str, tuple[str, str]]:
    products = load("eol")["products"]
    return {
        name: (product, cycle)
        for product, oldest in _OLDEST.items()
        for name, cycle in products[product]["codenames"].items()
        if number(cycle) >= oldest
    }


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
