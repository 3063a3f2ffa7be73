"""Addresses of files on the net: which host one names, and whether that is a near one."""

from __future__ import annotations

import re

# Names below these never leave the machine or the network it stands in.
_NEAR = (".localhost", ".local", ".internal", ".lan", ".localdomain", ".home.arpa")
_SCHEMES = frozenset({"http", "https", "ftp", "ftps", "git", "ssh", "git+http", "git+https", "git+ssh"})


def scheme(url: str) -> str:
    """What stands before `://`, in lower case; empty where nothing does."""
    name, mark, _ = url.partition("://")
    return name.lower() if mark and name.lower() in _SCHEMES | {"file", "data"} else ""


def host(url: str) -> str | None:
    """The host of an address, in lower case; None where a variable hides it or there is none.

    Where no scheme is written, the address begins with the host, as curl and wget take it.
    """
    found = scheme(url)
    rest = url[len(found) + len("://") :] if found else url
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    if found in ("file", "data") or not authority or "$" in authority or "`" in authority:
        return None
    if authority.startswith("["):
        return authority[1:].partition("]")[0].lower()
    return authority.partition(":")[0].lower() or None


def is_near(name: str) -> bool:
    """Whether a host is this machine, or stands in a private network: nobody else's data comes from there."""
    if name.replace(".", "").isdecimal():
        return re.match(r"(?:127|10|0|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\.", name) is not None
    if ":" in name:
        return name == "::1" or name.startswith(("fc", "fd", "fe8", "fe9", "fea", "feb"))
    return "." not in name or name.endswith(_NEAR)


def is_pinned(url: str) -> bool:
    """Whether an address names a commit, whose content cannot change."""
    return re.search(r"(?<![0-9A-Za-z])[0-9a-f]{40}(?![0-9A-Za-z])", url) is not None
