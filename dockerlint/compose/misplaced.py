"""Keys that Compose does not know where they stand: what was meant, or where they belong."""

from __future__ import annotations

from typing import NamedTuple

from dockerlint.compose.nodes import Entry, Mapping, Scalar
from dockerlint.compose.shapes import Shape
from dockerlint.compose.specification import FILE, SERVICES
from dockerlint.compose.specification_services import SERVICE
from dockerlint.wording import nearest

_SERVICE_MARKS = ("image", "build", "links", "ports", "command", "volumes", "environment")
_SERVICE_KEYS = SERVICE.keys or {}
_FILE_KEYS = FILE.keys or {}
# What people write for a key, out of older formats, Dockerfiles and the command line.
_OTHER_NAMES = {"cmd": "command", "env": "environment", "envs": "environment", "net": "network_mode"}


class Advice(NamedTuple):
    """What is said of an unknown key. `replacement` is the key that was meant, if it is free."""

    message: str
    replacement: str | None = None


def first_format_service(root: Mapping) -> Scalar | None:
    """The first service at top level, in a file that is written as in 2014."""
    if "services" in root:
        return None
    for key, node in root.entries:
        is_known = key.text in _FILE_KEYS or key.text.startswith("x-")
        if not is_known and isinstance(node, Mapping) and any(mark in node for mark in _SERVICE_MARKS):
            return key
    return None


def is_misplaced_service(entry: Entry) -> bool:
    """Whether what stands under `services` is no service but a key of one, or of the file."""
    key, node = str(entry.key.text), entry.value
    if key not in _SERVICE_KEYS and key not in _FILE_KEYS:
        return False
    if not isinstance(node, Mapping):
        return not isinstance(node, Scalar) or node.value is not None
    return bool(node.entries) and not any(inner in _SERVICE_KEYS or inner == "<<" for inner in node.keys)


def advice_for(entry: Entry, mapping: Mapping, shape: Shape) -> Advice:
    """What to say of a key that the shape of its mapping does not have."""
    key = str(entry.key.text)
    if shape is SERVICES:
        return Advice(f"`{key}` is no service: {_place_of(entry)}")
    unknown = f"`{key}` is not a key of {shape.name}"
    meant = _meant(key, shape)
    if len(meant) == 1 and not _is_at_home_elsewhere(key, mapping, shape):
        return Advice(f"{unknown}: did you mean `{meant[0]}`?", None if meant[0] in mapping else meant[0])
    return Advice(unknown + _where(key, mapping, shape))


def _where(key: str, mapping: Mapping, shape: Shape) -> str:
    """Where the very key is at home, if anywhere."""
    if home := _home(key, mapping, shape):
        return f": it belongs one level deeper, under `{home}`"
    if key in _SERVICE_KEYS:
        return ": it belongs under a service, below `services:`" if shape is FILE else ": it belongs to the service"
    return ": it belongs at top level, beside `services`" if shape is SERVICE and key in _FILE_KEYS else ""


def _place_of(entry: Entry) -> str:
    key = str(entry.key.text)
    is_for_file = key in _FILE_KEYS and (key not in _SERVICE_KEYS or isinstance(entry.value, Mapping))
    return "it belongs one level higher, beside `services`" if is_for_file else "indent it under a service"


def _meant(key: str, shape: Shape) -> tuple[str, ...]:
    keys = shape.keys or {}
    other = _OTHER_NAMES.get(key.lower())
    if other is not None and other in keys:
        return (other,)
    longer = tuple(known for known in keys if len(key) > 3 and known.startswith(key.lower()))
    return longer if len(longer) == 1 else nearest(key.lower(), keys)


def _is_at_home_elsewhere(key: str, mapping: Mapping, shape: Shape) -> bool:
    """Whether the very key exists at a place near by."""
    return key in _SERVICE_KEYS if shape is not SERVICE else bool(_home(key, mapping, shape))


def _home(key: str, mapping: Mapping, shape: Shape) -> str | None:
    """The key beside it whose mapping would have it: one that is there, or else the only one that could be."""
    homes = [name for name, inner in (shape.keys or {}).items() if key in (inner.keys or {})]
    there = [name for name in homes if name in mapping]
    best = there or homes
    return best[0] if len(best) == 1 else None
