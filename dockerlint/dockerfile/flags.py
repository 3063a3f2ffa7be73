"""The flags of instructions: which there are, what values they take, what Docker refuses.

https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

from dockerlint.dockerfile.arguments import Flag
from dockerlint.dockerfile.errors import DockerfileError, Kind
from dockerlint.wording import did_you_mean


class FlagType(Enum):
    """`BOOL` needs no value, `STRING` stands once, `STRINGS` as often as you like."""

    BOOL = auto()
    STRING = auto()
    STRINGS = auto()


_TRANSFER = {
    "chown": FlagType.STRING,
    "chmod": FlagType.STRING,
    "link": FlagType.BOOL,
    "exclude": FlagType.STRINGS,
}

FLAGS: dict[str, dict[str, FlagType]] = {
    "FROM": {"platform": FlagType.STRING},
    "RUN": {
        "mount": FlagType.STRINGS,
        "network": FlagType.STRING,
        "security": FlagType.STRING,
        "device": FlagType.STRINGS,
    },
    "COPY": {**_TRANSFER, "from": FlagType.STRING, "parents": FlagType.BOOL},
    "ADD": {
        **_TRANSFER,
        "keep-git-dir": FlagType.BOOL,
        "checksum": FlagType.STRING,
        "unpack": FlagType.BOOL,
    },
    "HEALTHCHECK": dict.fromkeys(("interval", "timeout", "start-period", "start-interval", "retries"), FlagType.STRING),
}

# BuildKit splits flags off these instructions, and never looks at them.
UNCHECKED = frozenset({"ARG", "STOPSIGNAL"})


def faults_of_flags(keyword: str, flags: tuple[Flag, ...]) -> Iterator[DockerfileError]:
    """What Docker refuses among the flags of an instruction."""
    known = FLAGS.get(keyword, {})
    seen: set[str] = set()
    for flag in flags:
        kind = known.get(flag.name)
        if kind is None:
            yield _unknown(keyword, flag, known)
            continue
        if flag.name in seen and kind is not FlagType.STRINGS:
            yield DockerfileError(f"`--{flag.name}` stands here for the second time", flag.text)
        seen.add(flag.name)
        if kind is FlagType.BOOL:
            yield from _faults_of_switch(flag)
        elif flag.value is None:
            yield DockerfileError(f"`--{flag.name}` needs a value: `--{flag.name}=...`", flag.text)


def _unknown(keyword: str, flag: Flag, known: dict[str, FlagType]) -> DockerfileError:
    if not known:
        message = f"{keyword} takes no flags, so no `--{flag.name}`"
        return DockerfileError(message, flag.text, kind=Kind.FLAG)
    hint = did_you_mean(flag.name, known, "--{}")
    return DockerfileError(f"{keyword} has no flag `--{flag.name}`{hint}", flag.text, kind=Kind.FLAG)


def _faults_of_switch(flag: Flag) -> Iterator[DockerfileError]:
    if flag.value is None or flag.value.lower() in ("true", "false"):
        return
    if not flag.value:
        yield DockerfileError(f"`--{flag.name}=` has no value: write true, false, or leave the `=` out", flag.text)
    else:
        yield DockerfileError(f"`--{flag.name}` is true or false, not `{flag.value}`", flag.value)


def is_switched_on(flag: Flag) -> bool:
    """What a boolean flag says: without a value, yes."""
    return flag.value is None or flag.value.lower() == "true"
