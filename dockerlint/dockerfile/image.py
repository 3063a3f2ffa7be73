"""References to images: `registry:5000/team/app:1.2@sha256:...`.

https://pkg.go.dev/github.com/distribution/reference
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

DOCKER_HUB = "docker.io"

# Longer than any valid reference: host, path of 255, tag of 128, digest of 135.
_LONGEST = 1024
_LONGEST_PATH = 255

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_DIGEST = r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}"
_REFERENCE = (
    rf"(?P<name>(?:{_HOST}/)?{_PART}(?:/{_PART})*)"
    rf"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}))?(?:@(?P<digest>{_DIGEST}))?"
)
_WINDOWS_NAMES = ("mcr.microsoft.com/windows", "mcr.microsoft.com/dotnet/framework", "winamd64/", "windows-amd64/")
_WINDOWS_TAG = r"(?:^|[-_.])(?:nanoserver|windowsservercore|servercore|windows|ltsc20\d\d)"


class Reference(NamedTuple):
    """An image's name as it is written, registry included, with its tag and digest."""

    name: str
    tag: str | None = None
    digest: str | None = None

    @property
    def registry(self) -> str:
        """The host that the image comes from; `docker.io` where none is named."""
        return _host_and_path(self.name)[0]

    @property
    def path(self) -> str:
        """What follows the registry; official images have their `library/`."""
        return _host_and_path(self.name)[1]

    @property
    def familiar(self) -> str:
        """The name as people say it: without `docker.io/` and `library/`."""
        host, path = _host_and_path(self.name)
        return path.removeprefix("library/") if host == DOCKER_HUB else f"{host}/{path}"

    @property
    def is_windows(self) -> bool:
        """Whether name or tag say that this is an image for Windows."""
        familiar = self.familiar
        if familiar.startswith(_WINDOWS_NAMES) or "nanoserver" in familiar or "windowsservercore" in familiar:
            return True
        return self.tag is not None and _pattern(_WINDOWS_TAG).search(self.tag.lower()) is not None

    def __str__(self) -> str:
        tag = "" if self.tag is None else f":{self.tag}"
        return f"{self.name}{tag}" + ("" if self.digest is None else f"@{self.digest}")


def parse(text: str) -> Reference | None:
    """The reference that a text without variables stands for; None where Docker refuses it.

    `scratch` is read like any other name.
    """
    # A plain text: what is kept must not hold on to the file that it stands in.
    return _parsed(str(text)) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Reference | None:
    match = _pattern(_REFERENCE).fullmatch(text)
    if not match or _pattern(r"[0-9a-f]{64}").fullmatch(text):
        return None
    reference = Reference(match["name"], match["tag"], match["digest"])
    return reference if len(reference.path) <= _LONGEST_PATH else None


def is_digest(text: str) -> bool:
    return _pattern(_DIGEST).fullmatch(text) is not None


def why_invalid(text: str) -> str:  # noqa: PLR0911 (one reason after the other)
    """What is wrong with a text that is no reference."""
    name, tag, digest = split(text)
    if "://" in text:
        return "an image has no `://` in front"
    if len(text) > _LONGEST or len(name) > _LONGEST_PATH:
        return "it is too long"
    if name != name.lower() and parse(name.lower()) is not None:
        return f"it must be in lower case, `{name.lower()}`"
    if not name:
        return "the name before the tag is missing"
    if tag is not None and not _pattern(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}").fullmatch(tag):
        return f"`{tag}` cannot be a tag" if tag else "after the `:` the tag is missing"
    if digest is not None and not is_digest(digest):
        return f"`{digest}` is no digest"
    if _pattern(r"[0-9a-f]{64}").fullmatch(text):
        return "64 hexadecimal digits are an image's id, not its name"
    bad = next((part for part in name.split("/") if not _pattern(_PART).fullmatch(part)), name)
    return f"`{bad}` cannot be part of it" if bad else "it has an empty part"


def split(text: str) -> Reference:
    """Name, tag and digest of a text that may hold variables, by the places of `/`, `:` and `@` alone.

    Nothing is checked and nothing between `${` and `}` is taken apart, so `img:${V:-a:b}` has the
    tag `${V:-a:b}`. An empty tag is "".
    """
    depth, colon, at = 0, -1, len(text)
    for index, character in enumerate(text):
        if character == "{" and text[index - 1 : index] == "$":
            depth += 1
        elif depth:
            depth -= character == "}"
        elif character == "@":
            at = index
            break
        elif character == "/":
            colon = -1
        elif character == ":" and colon < 0:
            colon = index
    name_end = colon if colon >= 0 else at
    return Reference(
        text[:name_end],
        text[colon + 1 : at] if colon >= 0 else None,
        text[at + 1 :] if at < len(text) else None,
    )


@lru_cache(maxsize=4096)
def _host_and_path(name: str) -> tuple[str, str]:
    first, slash, path = name.partition("/")
    # Docker takes a first part in upper case for a host too: there is no such account on Docker Hub.
    is_host = first == "localhost" or "." in first or ":" in first or first != first.lower()
    if not slash or not is_host:
        first, path = DOCKER_HUB, name
    elif first == f"index.{DOCKER_HUB}":
        first = DOCKER_HUB
    if first == DOCKER_HUB and "/" not in path:
        path = f"library/{path}"
    return first, path


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
