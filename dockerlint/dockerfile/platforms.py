"""Platforms such as `linux/arm64/v8`. https://pkg.go.dev/github.com/containerd/platforms#Parse"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

_SYSTEMS = frozenset(
    {
        "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
        "openbsd", "plan9", "solaris", "wasip1", "windows", "zos",
    }
)  # fmt: skip
_ARCHITECTURES = frozenset(
    {
        "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "ppc64", "ppc64le", "loong64", "mips", "mipsle",
        "mips64", "mips64le", "mips64p32", "mips64p32le", "ppc", "riscv", "riscv64", "s390", "s390x", "sparc",
        "sparc64", "wasm",
    }
)  # fmt: skip
_SYSTEM_ALIASES = {"macos": "darwin"}
_ARCHITECTURE_ALIASES = {
    "i386": "386",
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "armhf": "arm",
    "armel": "arm",
}


class Platform(NamedTuple):
    """Operating system, architecture and variant, as Docker normalises them; empty where not said."""

    system: str
    architecture: str
    variant: str


@cache
def parse(text: str) -> Platform | None:
    """The platform that a text names; None where Docker refuses it."""
    parts = text.split("/")
    if len(parts) > 3 or not re.fullmatch(r"[A-Za-z0-9_-]+(?:\([A-Za-z0-9_.-]*\))?", parts[0]):
        return None
    if not all(re.fullmatch(r"[A-Za-z0-9_.-]+", part) for part in parts[1:]):
        return None
    system = parts[0].partition("(")[0].lower()
    system = _SYSTEM_ALIASES.get(system, system)
    if len(parts) == 1:
        if system in _SYSTEMS:
            return Platform(system, "", "")
        architecture = _architecture(parts[0])
        return Platform("linux", architecture, "") if architecture in _ARCHITECTURES else None
    return Platform(system, _architecture(parts[1]), parts[2].lower() if len(parts) == 3 else "")


def _architecture(name: str) -> str:
    return _ARCHITECTURE_ALIASES.get(name.lower(), name.lower())
