"""Images that nobody should start from any more, whatever the tag, and what took their place."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from dockerlint.dockerfile.image import Reference
from dockerlint.knowledge import tags
from dockerlint.knowledge.records import canonical, find, is_retired, record
from dockerlint.knowledge.variants import current_version, has_tag

# What the data lacks or tells too briefly. Names of Docker Hub are written without registry.
_SUCCESSORS: dict[str, tuple[str, ...]] = {
    "adoptopenjdk/maven-openjdk11": ("maven",),
    "adoptopenjdk/maven-openjdk8": ("maven",),
    "centos": ("almalinux", "rockylinux/rockylinux:10"),
    "containous/traefik": ("traefik",),
    "containous/whoami": ("traefik/whoami",),
    "lambci/lambda": (),
    "microsoft/aspnet": ("mcr.microsoft.com/dotnet/framework/aspnet",),
    "microsoft/azure-cli": ("mcr.microsoft.com/azure-cli",),
    "microsoft/dotnet-framework": ("mcr.microsoft.com/dotnet/framework/runtime",),
    "microsoft/iis": ("mcr.microsoft.com/windows/servercore/iis",),
    "microsoft/nanoserver": ("mcr.microsoft.com/windows/nanoserver:ltsc2025",),
    "microsoft/powershell": ("mcr.microsoft.com/powershell",),
    "microsoft/windowsservercore": ("mcr.microsoft.com/windows/servercore:ltsc2025",),
    "sl": ("almalinux", "rockylinux/rockylinux:10"),
}
# Holds all that its predecessors held, under the same tags.
_KUBERNETES = "registry.k8s.io/"
# Name spaces that moved as a whole; the rest of the name stayed.
_MOVED = {
    "aarch64/": "arm64v8/",
    "armhf/": "arm32v7/",
    "circleci/": "cimg/",
    "docker.bintray.io/": "releases-docker.jfrog.io/",
    "gcr.io/google-containers/": _KUBERNETES,
    "gcr.io/google_containers/": _KUBERNETES,
    "k8s.gcr.io/": _KUBERNETES,
    "mcr.microsoft.com/cbl-mariner/": "mcr.microsoft.com/azurelinux/",
    "mcr.microsoft.com/dotnet/core/": "mcr.microsoft.com/dotnet/",
    "mcr.microsoft.com/vscode/devcontainers/": "mcr.microsoft.com/devcontainers/",
}
# Name spaces that are gone. What they offered often has the same name as an official image.
_GONE = ("adoptopenjdk/", "bitnamilegacy/", "dockerfile/", "microsoft/", "nodesource/", "resin/", "tutum/")
_OFFICIAL_NAMES = {
    "apache": "httpd",
    "java": "eclipse-temurin",
    "mongodb": "mongo",
    "nodejs": "node",
    "php-fpm": "php",
    "postgresql": "postgres",
}
# Builds of Java whose version may stand in the name: adoptopenjdk/openjdk11.
_JAVA = r"(?:java|openjdk|adoptopenjdk|adoptopenjdk/openjdk(\d+)(?:-openj9)?)"
# Left the official images, but is kept under the same name.
_STILL_KEPT = frozenset({"mongo-express"})


class Deprecation(NamedTuple):
    """An image that is retired. `successors` are to choose from; `since` is None if the day is not known."""

    successors: tuple[str, ...]
    since: date | None = None


def deprecated(reference: Reference) -> Deprecation | None:
    """Whether an image is retired or has moved, whatever its tag; None if not, or if unknown.

    A successor that counts alike has the version of the tag if it offers that: `openjdk:17-jre` is
    followed by `eclipse-temurin:17-jre`. An image of the same name on another registry is another image.
    """
    name = canonical(reference.name)
    if name in _STILL_KEPT or "-ea" in (reference.tag or ""):  # early access builds of OpenJDK go on
        return None
    tag = tags.read((reference.tag or "").removeprefix("openjdk-"))
    java = re.fullmatch(_JAVA, name)
    if java and java[1]:
        tag = tag._replace(version=java[1])
    successors = (_java_builder(reference),) if java else _successors(reference, name, tag)
    if successors is None:
        return None
    dropped = (find(name) or {}).get("dropped")
    since = date.fromisoformat(dropped) if dropped else None
    if reference.tag and not reference.digest:
        successors = tuple(f"{each}:{reference.tag}" if each.startswith(_KUBERNETES) else each for each in successors)
    counts_alike = bool(java) or name == "centos"
    return Deprecation(tuple(_followed(successor, name, tag, counts_alike) for successor in successors), since)


def _successors(reference: Reference, name: str, tag: tags.Tag) -> tuple[str, ...] | None:
    """The names that took the place of an image; none if that is unknown, None if it is not retired."""
    if name == "microsoft/dotnet":
        return (_dotnet_image(tag),)
    if name in _SUCCESSORS:
        return _SUCCESSORS[name]
    # An alias hides that these names themselves are out of use: stackbrew/ubuntu.
    for known in (reference.familiar, name):
        found = record("base_images", known)
        if found and is_retired(found):
            successor = found.get("successor")
            return tuple(successor.split(" or ")) if successor else ()
        for old, new in _MOVED.items():
            if known.startswith(old):
                return (known.replace(old, new, 1),)
    return _official(reference, tag)


def _official(reference: Reference, tag: tags.Tag) -> tuple[str, ...] | None:
    """The official image in place of one from a name space that is gone.

    Bitnami took all its tags with a version away in 2025: https://github.com/bitnami/containers/issues/83267
    """
    name = reference.familiar
    space, _, rest = name.partition("/")
    is_bitnami = space == "bitnami" and bool(tag.version) and not rest.startswith("minideb")
    if not is_bitnami and not name.startswith(_GONE):
        return ("quay.io/" + name,) if name.startswith("jupyter/") and name.endswith("-notebook") else None
    rest = "node" if space == "nodesource" else _OFFICIAL_NAMES.get(rest, rest)
    record = find(rest)
    is_usable = record is not None and record.get("official", False) and not is_retired(record)
    return (rest,) if is_usable else ()


def _java_builder(reference: Reference) -> str:
    is_openj9 = "openj9" in reference.name or "openj9" in (reference.tag or "")
    return "ibm-semeru-runtimes" if is_openj9 else "eclipse-temurin"


def _dotnet_image(tag: tags.Tag) -> str:
    """The place of microsoft/dotnet's tags. https://learn.microsoft.com/dotnet/core/docker/container-images"""
    if "runtime" not in tag.words:
        return "mcr.microsoft.com/dotnet/sdk"
    if "aspnetcore" in tag.words:
        return "mcr.microsoft.com/dotnet/aspnet"
    return "mcr.microsoft.com/dotnet/runtime" + ("-deps" if "deps" in tag.words else "")


def _followed(successor: str, name: str, tag: tags.Tag, counts_alike: bool) -> str:
    """A successor with the version of the tag, if its versions are those of the image it follows."""
    last = name.rpartition("/")[2]
    counts_alike = counts_alike or successor.rpartition("/")[2] in (last, _OFFICIAL_NAMES.get(last))
    version = current_version(successor, tag.version) if counts_alike else None
    if not version:
        return successor
    flavours = ("-".join(tag.words), "-".join(word for word in tag.words if word in ("jdk", "jre", "alpine")), "")
    suffix = next((flavour for flavour in flavours if has_tag(successor, version, flavour)), None)
    return successor if suffix is None else f"{successor}:{version}" + (f"-{suffix}" if suffix else "")
