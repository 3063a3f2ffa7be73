"""Which operating system a tag of an image stands on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from dockerlint.dockerfile.image import Reference
from dockerlint.knowledge import tags
from dockerlint.knowledge.records import Record, canonical, load

# What /bin/sh is: https://wiki.debian.org/Shell for Debian; the others use bash or busybox.
_DASH = frozenset({"debian", "kali", "raspbian", "ubuntu"})
_BUSYBOX = frozenset({"alpine", "busybox"})
_BASH = frozenset(
    {"almalinux", "amazonlinux", "archlinux", "azurelinux", "centos", "centos-stream", "fedora", "mageia", "mariner"}
    | {"opensuse", "oraclelinux", "photon", "rhel", "rockylinux", "sl", "sles"}
)

# Words of a tag that leave the operating system what it is.
_NEUTRAL = frozenset(
    {"apache", "apache2", "buildpack", "cli", "dind", "fpm", "full", "jdk", "jre", "latest", "management", "onbuild"}
    | {"otel", "perl", "slim", "threaded", "zts"}
)
# Builds of Java come on the system of who built them.
_BUILDERS = frozenset(
    {"adoptopenjdk", "amazoncorretto", "corretto", "graal", "graalvm", "ibm", "ibmjava", "liberica", "openjdk"}
    | {"oracle", "sapmachine", "semeru", "zulu"}
)
# Their older versions stand on another system than what the data tells of the newest.
_MOVED = frozenset(
    {"arangodb", "crate", "grafana/grafana", "jetty", "kibana", "kong", "logstash", "minio/minio", "nats"}
    | {"sonarqube", "storm", "traefik", "zookeeper"}
)
_MOVED_FAMILIES = ("docker.elastic.co/", "confluentinc/")
# Theirs stand on one of the two, by the build of Java or Python that they use.
_DEBIAN_OR_UBUNTU = frozenset({"flink", "groovy", "liquibase", "odoo", "solr", "tomee"})

# The data knows only the newest version's: https://learn.microsoft.com/dotnet/core/docker/container-images
_DOTNET = "mcr.microsoft.com/dotnet/"
_DOTNET_SYSTEMS = {
    "ubuntu:24.04": ("10",),
    "debian:bookworm": ("8", "9"),
    "debian:bullseye": ("6", "7"),
    "debian:buster": ("3", "5"),
    "debian:stretch": ("2",),
}


def systems(reference: Reference, record: Record, tag: str | None) -> frozenset[str]:
    """The systems that an image may stand on, "debian:trixie" or only "debian"; none if that is unknown.

    `tag` is None if it is not known.
    """
    if reference.familiar == "scratch":
        return frozenset({"scratch"})
    if tag is None:
        return _families(_recorded(record))
    if reference.is_windows or record.get("distro", {}).get("") == "windows":
        return frozenset({"windows"})
    parts = tags.read(tag)
    named = _named(reference, parts)
    if named:
        return frozenset({named})
    name = canonical(reference.name)
    last = name.rpartition("/")[2]
    return _usual(name, record, parts) or frozenset({last} & (_DASH | _BUSYBOX | _BASH))


def common(candidates: frozenset[str]) -> str | None:
    """What several systems agree on: release, family, or nothing."""
    if len(candidates) != 1:
        candidates = _families(candidates)
    return next(iter(candidates)) if len(candidates) == 1 else None


def shell_dialect(candidates: frozenset[str]) -> str | None:
    """What /bin/sh is on each of these systems: "dash", "busybox" or "bash"; None if they differ."""
    families = _families(candidates)
    for dialect, users in (("dash", _DASH), ("busybox", _BUSYBOX), ("bash", _BASH)):
        if families and families <= users:
            return dialect
    return None


def _named(reference: Reference, tag: tags.Tag) -> str | None:
    """The release that the tag speaks of, or that the image itself is, or that is in its name."""
    named = tags.system(tag.words, is_known_image=True)
    if named and named.cycle:
        return _label(named.product, named.cycle)
    for product in distributions(canonical(reference.name)):
        cycle = tags.release(product, tag)
        if cycle:
            return _label(product, cycle)
    # The language, not Ubuntu's release of that name.
    words = [word for word in re.split(r"[-_/]", reference.familiar) if word != "groovy"]
    named = tags.system(words, is_known_image=True)
    return _label(named.product, named.cycle) if named and named.cycle else None


def distributions(name: str) -> tuple[str, ...]:
    """The products whose releases are the versions of an image, if it is an operating system itself."""
    product = load("eol")["images"].get(name, {}).get("product")
    if product not in load("eol")["os"].values():
        return ()
    return ("debian", "ubuntu") if name == "buildpack-deps" else (product,)


def _usual(name: str, record: Record, tag: tags.Tag) -> frozenset[str]:
    """The systems that tags of this version and flavour are built on."""
    bare = tags.system(tag.words, is_known_image=True)
    if bare and bare.family != "alpine":
        return frozenset({bare.family})
    variant = "alpine" if bare else _variant(record, tag)
    is_usual = tag.is_plain and all(word in _NEUTRAL or word == variant for word in tag.words)
    if not tag.version:
        exact = _floating(record, tag, variant if is_usual else None)
    elif name.startswith(_DOTNET) and variant != "alpine":
        return frozenset(_covering(_DOTNET_SYSTEMS, tag.version.partition(".")[0]) if is_usual else ())
    else:
        exact = _covering(record.get("os_by_version", {}).get(variant, {}), tag.version) if is_usual else []
    if exact:
        return frozenset(map(_clean, exact))
    return frozenset({"alpine"}) if variant == "alpine" else _likely(name, record, tag, variant)


def _floating(record: Record, tag: tags.Tag, variant: str | None) -> list[str]:
    if "tag" in record:  # What is recorded was read from a tag with a version.
        return []
    known = record.get("distro", {})
    exact = known.get("-".join(tag.words)) or known.get(variant)
    return [exact] if exact and exact != "scratch" else []


def _likely(name: str, record: Record, tag: tags.Tag, variant: str) -> frozenset[str]:
    """The families that some tag like this one stands on."""
    versions = record.get("os_by_version", {}).get(variant, {})
    known = record.get("distro", {})
    shared = [system for key, system in known.items() if not set(key.split("-")).isdisjoint(tag.words)]
    if not _BUILDERS.isdisjoint(tag.words) and name not in _BUILDERS:
        return _families(shared)
    if (tag.version or "tag" in record) and (name in _MOVED or name.startswith(_MOVED_FAMILIES)):
        return frozenset()
    if tag.version and name in _DEBIAN_OR_UBUNTU:
        return frozenset({"debian", "ubuntu"})
    if tag.version and versions and not any(_covering(versions, short) for short in tags.shortened(tag.version)):
        return frozenset()
    return _families([*shared, *versions, *([] if variant else [known.get("", "")])])


def _variant(record: Record, tag: tags.Tag) -> str:
    return "slim" if "slim" in tag.words and "slim" in record.get("os_by_version", {}) else ""


def _covering(versions: Mapping[str, Iterable[str]], version: str) -> list[str]:
    return [system for system, runs in versions.items() if tags.covers(runs, version)]


def _recorded(record: Record) -> list[str]:
    by_version = record.get("os_by_version", {}).values()
    return [*record.get("distro", {}).values(), *(system for versions in by_version for system in versions)]


def _families(systems: Iterable[str]) -> frozenset[str]:
    """The systems without their releases. "scratch" in the data tells nothing: a whole system may be added to it."""
    families = {system.partition(":")[0] for system in systems} - {"", "windows"}
    return frozenset() if "scratch" in families else frozenset(families)


def _clean(system: str) -> str:
    """A system as the data writes it, with its release by name for Debian, by number for others."""
    family, _, release = system.partition(":")
    product = _products().get(family, family)
    if product not in load("eol")["products"]:
        return system if release[:1].isdecimal() else family
    cycle = tags.release(product, tags.read(release)) if release else None
    return _label(product, cycle) if cycle else family


def _label(product: str, cycle: str) -> str:
    name = tags.codename(product, cycle) if product == "debian" else None
    return f"{tags.FAMILIES.get(product, product)}:{name or cycle}"


@cache
def _products() -> dict[str, str]:
    return {family: product for product, family in tags.FAMILIES.items()}
