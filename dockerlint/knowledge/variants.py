"""Tags that exist next to a tag: its slim variant, one with a version, the same of another image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dockerlint.dockerfile.image import Reference
from dockerlint.knowledge import systems, tags
from dockerlint.knowledge.records import Record, canonical, load, record

# Words of a tag that say which flavour it is, not which version.
_FLAVOURS = frozenset(
    {"alpine", "apache", "bash", "buildpack", "cli", "community", "core", "dind", "enterprise", "fpm", "full", "git"}
    | {"glibc", "jdk", "jre", "management", "minimal", "musl", "nanoserver", "onbuild", "openjdk", "otel", "perl"}
    | {"rootless", "scratch", "servercore", "slim", "threaded", "windowsservercore", "zts"}
)
_MOVING = frozenset(
    {"canary", "current", "dev", "devel", "edge", "latest", "lts", "main", "mainline", "nightly", "rc", "rolling"}
    | {"stable", "testing", "unstable"}
)

# Their tags are called as the releases of the product are. Tags of others are not known.
_NAMED_BY_RELEASE = frozenset(
    {"alpine", "amazonlinux", "cassandra", "fedora", "mariadb", "mysql", "ubuntu", "zookeeper"}
)
# The channels that Docker had until version 19.03: their tags stay where they are.
_ENDED_CHANNELS = frozenset({"edge", "stable", "test"})
# The community edition counts in another way than the tags of the others.
_NEVER_PROPOSED = frozenset({"sonarqube"})

_NUMBER = r"\d+(?:\.\d+)*"


def slim_tag(reference: Reference) -> str | None:
    """The slim tag of the same version and system: `3.12` -> `3.12-slim`. Never an Alpine one.

    None where there is none, where the tag is one already, and for a digest.
    """
    table = _table(reference.name)
    if table is None or reference.digest or "$" in (reference.tag or ""):
        return None
    version, suffix = _apart(table, reference.tag or "latest")
    for smaller in _smaller(table, version, suffix):
        words = smaller.split("-")
        if "slim" in words and "alpine" not in words:
            return _joined(version, smaller)
    return None


def is_floating(reference: Reference) -> bool:
    """Whether a tag of an image with versions names none: `python:slim`, `node:lts`, `alpine:edge`.

    False for no tag and for `latest`, which have rules of their own, for tags that nobody moves any more, and where it
    is not sure.
    """
    tag = reference.tag
    if tag is None or tag == "latest" or reference.digest or "$" in tag:
        return False
    name = canonical(reference.name)
    parts = tags.read(tag)
    if parts.version or not parts.words or not _has_versions(name) or _is_frozen(name, parts):
        return False
    is_system = bool(systems.distributions(name))
    flavour = (word for word in parts.words if word not in _FLAVOURS)
    left = [word for word in flavour if is_system or not tags.is_system_word(word)]
    return all(word in _MOVING or word.startswith("ltsc20") for word in left)


def _is_frozen(name: str, tag: tags.Tag) -> bool:
    """Whether the tags of this flavour are not built any more."""
    if "onbuild" in tag.words or (name == "docker" and not _ENDED_CHANNELS.isdisjoint(tag.words)):
        return True
    table = _table(name)
    return table is not None and "-".join(tag.words) in table.get("retired", ())


def versioned_example(reference: Reference) -> str | None:
    """A tag with a version, of the same flavour, for somebody who wrote none: `alpine` -> `24-alpine`.

    The newest version that is still built, with long-term support where the product has that.
    """
    if reference.digest or "$" in (reference.tag or ""):
        return None
    name = canonical(reference.name)
    parts = tags.read(reference.tag or "latest")
    # Projects mean different things by `stable`; Debian means its newest release.
    is_unclear = "stable" in parts.words and name != "debian"
    if parts.version or is_unclear or name in _NEVER_PROPOSED:
        return None
    suffix = "-".join(word for word in parts.words if word not in _MOVING)
    return next((_joined(version, suffix) for version in _current(name) if has_tag(name, version, suffix)), None)


def has_tag(name: str, version: str, suffix: str) -> bool:
    """Whether an image is known to have a tag of this version (its first two numbers) and flavour."""
    table = _table(name)
    if table is None:
        return not suffix and version in _releases(canonical(name))
    if not suffix and "default" in table and tags.covers(table["current"], version):
        return True
    larger = table.get("smaller", {}).get(suffix, {}).values()
    equal = (versions[suffix] for versions in table.get("smaller", {}).values() if suffix in versions)
    return any(tags.covers(runs, version) for runs in (*larger, *equal))


def current_version(name: str, version: str) -> str | None:
    """What is left of a version, from the right, that the image still offers: 17.0.1 -> 17."""
    table = _table(name)
    if table is None:
        return None
    return next((short for short in tags.shortened(version) if tags.covers(table["current"], short)), None)


def _table(name: str) -> Record | None:
    name = canonical(name)
    found: Record | None = None if name.startswith("_") else record("slim", name)
    return found


def _has_versions(name: str) -> bool:
    known = load("eol")["images"].get(name)
    by_name = known is not None and known["match"] == "name"
    return (known is not None or _table(name) is not None) and (not by_name or bool(systems.distributions(name)))


def _joined(version: str, suffix: str) -> str:
    return f"{version}-{suffix}" if version and suffix else version or suffix


def _apart(table: Record, tag: str) -> tuple[str, str]:
    """A tag as the table writes it: version and suffix; Debian's versions have names too."""
    if tag == "latest":
        return "", ""
    first, _, rest = tag.partition("-")
    if _pattern(_NUMBER).fullmatch(first) or first in table["current"]:
        return first, rest
    is_frozen_name = any(first in runs for runs in table.get("smaller", {}).get("", {}).values())
    return (first, rest) if is_frozen_name else ("", tag)


def _smaller(table: Record, version: str, suffix: str) -> Iterator[str]:
    """The smaller suffixes of a tag for which it is known that the tag exists, best first."""
    numbers = _pattern(_NUMBER).findall(suffix)
    for key in dict.fromkeys((suffix, _pattern(_NUMBER).sub("#", suffix))):
        for smaller, runs in table.get("smaller", {}).get(key, {}).items():
            pair = f"{key}>{smaller}"
            is_retired = smaller in table.get("retired", ()) and _is_current(table, version)
            if not is_retired and _has_numbers(table, pair, numbers) and _has_version(table, pair, version, runs):
                yield _filled(smaller, numbers)


def _filled(suffix: str, numbers: list[str]) -> str:
    """A suffix with its numbers in place of each `#`."""
    for number in numbers:
        suffix = suffix.replace("#", number, 1)
    return suffix


def _is_current(table: Record, version: str) -> bool:
    return not version or any(tags.covers(table["current"], short) for short in tags.shortened(version))


def _has_numbers(table: Record, pair: str, numbers: list[str]) -> bool:
    if "#" not in pair:
        return True
    known = table.get("numbers", {}).get(pair, ())
    if isinstance(known, str):
        return len(numbers) == 1 and tags.number(numbers[0]) >= tags.number(known.removesuffix(".."))
    return " ".join(numbers) in known


def _has_version(table: Record, pair: str, version: str, runs: list[str]) -> bool:
    """Whether a version has both tags. Of a long one, the first two numbers are looked up."""
    if tags.covers(runs, version):
        return True
    short = ".".join(version.split(".")[:2])
    if short == version or pair in table.get("short_only", ()) or version in table.get("lacking", {}).get(pair, ()):
        return False
    first, _, last = table.get("bounds", {}).get(pair, {}).get(short, "..").partition("..")
    is_late = not first or tags.number(version) >= tags.number(first)
    is_early = not last or tags.number(version) <= tags.number(last)
    return tags.covers(runs, short) and is_late and is_early


def _current(name: str) -> list[str]:
    """The versions that an image still offers, those to propose first."""
    known = load("eol")["images"].get(name, {})
    product = load("eol")["products"].get(known.get("product"), {})
    table = _table(name)
    versions = list(tags.expand(table["current"])) if table else _releases(name)
    numeric = [version for version in versions if tags.number(version)]
    # Development releases, such as Perl's odd ones, are no release lines.
    numeric = [version for version in numeric if _cycle(product, version)] or numeric
    shortest = min((version.count(".") for version in numeric), default=0)
    dots = {"major": 0, "major.minor": 1}.get(known.get("match", ""), shortest)
    fitting = [version for version in numeric if version.count(".") == dots] or numeric
    supported = product.get("lts", ())
    return sorted(fitting, key=lambda version: (_cycle(product, version) in supported, tags.number(version)))[::-1]


def _cycle(product: Record, version: str) -> str | None:
    cycles = product.get("cycles", {})
    return next((short for short in tags.shortened(version) if short in cycles), None)


def _releases(name: str) -> list[str]:
    """The releases that were supported when the data was gathered."""
    if name not in _NAMED_BY_RELEASE:
        return []
    facts = load("eol")
    product = facts["products"][facts["images"][name]["product"]]
    gathered = facts["_meta"]["snapshot"]
    return [cycle for cycle, end in product["cycles"].items() if end and end > gathered]


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
