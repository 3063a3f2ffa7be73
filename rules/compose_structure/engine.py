"""Values that Docker Compose hands on as they are and the engine refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.compose.errors import shown
from dockerlint.compose.services import Compose, Service
from dockerlint.compose.sizes import byte_count
from dockerlint.compose.values import Section, Value
from dockerlint.dockerfile.image import parse
from dockerlint.wording import distance, listed

LEAST_MEMORY = 6 * 1024**2
_RESTARTS = ("no", "always", "unless-stopped", "on-failure")
_NETWORK_MODES = ("host", "none", "bridge")
# The words that a key takes besides `service:NAME` and `container:NAME`.
_NAMESPACES = {
    "pid": ("host",),
    "ipc": ("host", "none", "private", "shareable"),
    "uts": ("host",),
    "userns_mode": ("host",),
}
_CAPABILITIES = frozenset(
    [
        "ALL",
        "AUDIT_CONTROL",
        "AUDIT_READ",
        "AUDIT_WRITE",
        "BLOCK_SUSPEND",
        "BPF",
        "CHECKPOINT_RESTORE",
        "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH",
        "FOWNER",
        "FSETID",
        "IPC_LOCK",
        "IPC_OWNER",
        "KILL",
        "LEASE",
        "LINUX_IMMUTABLE",
        "MAC_ADMIN",
        "MAC_OVERRIDE",
        "MKNOD",
        "NET_ADMIN",
        "NET_BIND_SERVICE",
        "NET_BROADCAST",
        "NET_RAW",
        "PERFMON",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYSLOG",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_CHROOT",
        "SYS_MODULE",
        "SYS_NICE",
        "SYS_PACCT",
        "SYS_PTRACE",
        "SYS_RAWIO",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "WAKE_ALARM",
    ]
)


class Fault(NamedTuple):
    """A value that the engine refuses. `why` follows the words for key, value and services."""

    key: str
    value: Value
    why: str
    meant: str | None = None


def faults(service: Service, compose: Compose) -> Iterator[Fault]:
    for judge in (_restart, _namespaces, _capabilities, _container_name, _image, _memory, _processors):
        yield from judge(service)
    yield from _network_mode(service, compose)


def _restart(service: Service) -> Iterator[Fault]:
    value = _known(service.settings, "restart")
    if value is None or re.fullmatch(r"|no|always|unless-stopped|on-failure(?::\d+)?", value.text):
        return
    word, colon, count = value.text.partition(":")
    if colon and word in _RESTARTS:
        why = "only `on-failure` takes a count" if word != "on-failure" else f"{shown(count)} is no count"
        yield Fault("restart", value, why)
    else:
        yield Fault("restart", value, f"the engine knows {listed(_RESTARTS)}", _nearest(value.text, _RESTARTS))


def _namespaces(service: Service) -> Iterator[Fault]:
    for key, words in _NAMESPACES.items():
        value = _known(service.settings, key)
        if (
            value is not None
            and value.text not in ("", *words)
            and not value.text.startswith(("service:", "container:"))
        ):
            yield Fault(key, value, f"the engine knows {_only(words)} there", _nearest(value.text, words))


def _network_mode(service: Service, compose: Compose) -> Iterator[Fault]:
    """Any word may be the name of a network: only what is nearly one of the engine's own is taken for a slip."""
    value = _known(service.settings, "network_mode")
    if value is None or value.text in (*_NETWORK_MODES, *compose.networks):
        return
    near = _nearest(value.text, _NETWORK_MODES)
    if near is not None:
        yield Fault("network_mode", value, "it is taken for the name of a network", near)


def _capabilities(service: Service) -> Iterator[Fault]:
    for key in ("cap_add", "cap_drop"):
        for value in service.settings.texts(key, single=False):
            name = value.text.upper().removeprefix("CAP_")
            if not value.unknown and name not in _CAPABILITIES:
                yield Fault(key, value, "there is no such capability", _nearest(name, tuple(_CAPABILITIES)))


def _container_name(service: Service) -> Iterator[Fault]:
    value = _known(service.settings, "container_name")
    # One that Compose refuses already has its finding.
    is_passed = value is not None and re.search(r"[a-zA-Z0-9][a-zA-Z0-9_.-]", value.text)
    if value is not None and is_passed and not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", value.text):
        yield Fault("container_name", value, "the engine takes letters, digits and `_.-`, a letter or digit first")


def _image(service: Service) -> Iterator[Fault]:
    value = service.image
    if value is None or value.unknown or not value.text or parse(value.text) is not None:
        return
    if re.fullmatch(r"(sha256:)?[0-9a-f]{64}", value.text):
        return
    path = re.split(r"[:@]", value.text.rpartition("/")[2])[0]
    if any(character.isspace() for character in value.text):
        why = "a blank cannot stand in the name of an image"
    elif path != path.lower() and parse(value.text.replace(path, path.lower())) is not None:
        why = "the name of an image has no capitals"
    else:
        why = "it is no name of an image"
    yield Fault("image", value, why)


def _memory(service: Service) -> Iterator[Fault]:
    settings = service.settings
    pairs = (
        (settings, "mem_limit", settings, "mem_reservation"),
        (_resources(settings, "limits"), "memory", _resources(settings, "reservations"), "memory"),
    )
    for limits, key, reservations, reserved_key in pairs:
        limit = _known(limits, key)
        bytes_ = byte_count(limit.text) if limit is not None else None
        if limit is None or bytes_ is None or bytes_ <= 0:
            continue
        if bytes_ < LEAST_MEMORY:
            yield Fault(key, limit, _too_little(limit.text))
            continue
        reservation = _known(reservations, reserved_key)
        reserved = byte_count(reservation.text) if reservation is not None else None
        if reservation is not None and reserved is not None and reserved > bytes_:
            yield Fault(reserved_key, reservation, f"that is more than the limit of {shown(limit.text)}")


def _too_little(limit: str) -> str:
    if not limit.isdecimal():
        return "the engine wants at least 6 MiB"
    hint = f": `{limit}m`?" if int(limit) * 1024**2 >= LEAST_MEMORY else ""
    return f"that is {limit} bytes, and the engine wants at least 6 MiB{hint}"


def _processors(service: Service) -> Iterator[Fault]:
    for section in (service.settings, _resources(service.settings, "limits")):
        value = _known(section, "cpus")
        if value is not None and re.fullmatch(r"-[\d.]*[1-9][\d.]*", value.text):
            yield Fault("cpus", value, "the engine wants a number above 0")


def _resources(settings: Section, key: str) -> Section | None:
    deploy = settings.section("deploy", "")
    resources = deploy.section("resources", "") if deploy else None
    return resources.section(key, "") if resources else None


def _known(section: Section | None, key: str) -> Value | None:
    value = section.text(key) if section is not None else None
    return None if value is None or value.unknown else value


def _nearest(text: str, words: tuple[str, ...]) -> str | None:
    """The word that is meant if one letter is wrong, two are exchanged, or only the case differs."""
    lower = text[:40].lower()
    near = [word for word in words if distance(lower, word.lower()) <= 1 or sorted(lower) == sorted(word.lower())]
    return near[0] if len(near) == 1 else None


def _only(words: tuple[str, ...]) -> str:
    return listed(words) if len(words) > 1 else f"only `{words[0]}`"
