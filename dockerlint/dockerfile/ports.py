"""The words of EXPOSE: `8080`, `53/udp`, `8000-8010`. https://docs.docker.com/reference/dockerfile/#expose"""

from __future__ import annotations

import ipaddress
import re

_PROTOCOLS = ("tcp", "udp", "sctp")
_LARGEST = 65_535


def fault_of_port(text: str) -> str | None:  # noqa: PLR0911 (one reason after the other)
    """Why Docker refuses a word of EXPOSE; None where it takes it."""
    address, host, container = _parts(text)
    port, _, protocol = container.partition("/")
    if not port:
        return f"`{text}` names no port"
    inside = _range(port)
    if inside is None:
        return _why_no_port(port, text)
    if protocol and protocol.lower() not in _PROTOCOLS:
        return f"`{protocol}` is no protocol of a port: it is tcp, udp or sctp"
    if address and not _is_address(address):
        return f"`{address}` is no IP address"
    outside = _range(host) if host else None
    if host and outside is None:
        return f"`{host}` is no port"
    if outside is not None and inside[0] != inside[1] and outside[1] - outside[0] != inside[1] - inside[0]:
        return f"`{host}` and `{port}` are ranges of different lengths"
    return None


def _parts(text: str) -> tuple[str, str, str]:
    """IP address, port of the host, and port of the container, as Docker takes them apart: from the right."""
    rest, _, container = text.rpartition(":")
    address, _, host = rest.rpartition(":")
    return address, host, container


def _range(text: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"([0-9]{1,9})(?:-([0-9]{1,9}))?", text)
    if match is None:
        return None
    first, last = int(match.group(1)), int(match.group(2) or match.group(1))
    return (first, last) if first <= last <= _LARGEST else None


def _why_no_port(port: str, text: str) -> str:
    if text.startswith("#"):
        return "a comment stands on a line of its own: EXPOSE takes this for a port"
    if re.fullmatch(r"[0-9]+", port):
        return f"`{port}` is no port: they end at {_LARGEST}"
    if re.fullmatch(r"[0-9]+-[0-9]+", port):
        return f"`{port}` is no range of ports"
    hint = "; ports are separated by blanks" if "," in port else ""
    return f"`{port}` is no port{hint}"


def _is_address(text: str) -> bool:
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return False
    return "%" not in bare
