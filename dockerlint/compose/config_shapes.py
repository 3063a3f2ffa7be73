"""Shapes: what the value of a key becomes in the resolved project.

A shape takes a node and the scene that it stands in, and returns what Compose prints; None for a value that it leaves
out, such as an empty list or a zero.
https://docs.docker.com/reference/cli/docker/compose/config/
"""

from __future__ import annotations

import math
import posixpath
import struct
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from dockerlint.compose.commands import split
from dockerlint.compose.durations import normalised
from dockerlint.compose.forms import BOOLEANS
from dockerlint.compose.loading import Read
from dockerlint.compose.nodes import Mapping, Node, Scalar, Sequence
from dockerlint.compose.services import Compose
from dockerlint.compose.sizes import byte_count
from dockerlint.compose.values import Value, is_null


class Places(NamedTuple):
    """Where a project lies: the working directory, the home that `~` stands for, and the reader of its other files.

    `read` gives the text of a file by its path from the working directory.
    """

    here: str
    home: str
    read: Read = lambda _path: "outside"

    def absolute(self, path: str) -> str:
        if path.startswith("~"):
            return posixpath.normpath(self.home + "/" + path[1:])
        return path if path.startswith("/") else posixpath.normpath(posixpath.join(self.here, path))


class Scene(NamedTuple):
    """What shapes need to know of the project around a node: its absolute folder and its name among it."""

    compose: Compose
    places: Places
    folder: str
    project: str

    def text(self, node: Node | None) -> str:
        """The text of a scalar; nothing for a null or what is no scalar."""
        if not isinstance(node, Scalar) or is_null(node):
            return ""
        return str(self.compose.reader.value(node).text)

    def path(self, node: Node) -> str:
        """A path of the host, absolute. That of Windows is left as it is."""
        value = self.compose.reader.value(node) if isinstance(node, Scalar) else None
        return self.absolute(value) if value else ""

    def absolute(self, value: Value) -> str:
        return str(value.text) if _is_of_windows(value.text) else self.own_absolute(value)

    def own_absolute(self, value: Value) -> str:
        """A path of the host that Compose runs on, absolute."""
        return self.places.absolute(self.compose.path_of(value))

    def is_on(self, node: Node | None) -> bool:
        return BOOLEANS.get(self.text(node).lower(), False)


Shape: TypeAlias = Callable[[Node, Scene], Any]


def _is_of_windows(path: str) -> bool:
    return path.startswith("\\\\") or path[1:3] in (":\\", ":/")


# Single values


def text(node: Node, scene: Scene) -> str | None:
    return scene.text(node) or None


def path(node: Node, scene: Scene) -> str | None:
    return scene.path(node) or None


def own_path(node: Node, scene: Scene) -> str | None:
    return scene.own_absolute(scene.compose.reader.value(node)) if isinstance(node, Scalar) else None


def flag(node: Node, scene: Scene) -> bool | None:
    return scene.is_on(node) or None


def told_flag(node: Node, scene: Scene) -> bool:
    """A boolean that is printed even if it is false."""
    return scene.is_on(node)


def number(node: Node, scene: Scene) -> int | None:
    return told_number(node, scene) or None


def told_number(node: Node, scene: Scene) -> int | None:
    """A whole number that is printed even if it is zero."""
    written = scene.text(node)
    try:
        return int(written) if written.lstrip("+-").isdecimal() else int(float(written))
    except (ValueError, OverflowError):
        return None


def count(node: Node, scene: Scene) -> int | None:
    """A number of devices, where `all` is -1."""
    return -1 if scene.text(node).lower() == "all" else number(node, scene)


def fraction(node: Node, scene: Scene) -> float | None:
    """A number that Compose keeps in single precision."""
    try:
        value = float(scene.text(node))
        packed = struct.pack("f", value)
    except (ValueError, OverflowError):
        return None
    if not value or not math.isfinite(value):
        return None
    single = struct.unpack("f", packed)[0]
    return next(short for digits in range(1, 18) if _is_single(short := float(f"{single:.{digits}g}"), single))


def _is_single(short: float, single: float) -> bool:
    return bool(struct.unpack("f", struct.pack("f", short))[0] == single)


def size(node: Node, scene: Scene) -> str | None:
    """Bytes, as a text."""
    found = byte_count(scene.text(node))
    return str(found) if found else None


def duration(node: Node, scene: Scene) -> str | None:
    written = scene.text(node)
    try:
        return normalised(written)
    except ValueError:
        return written or None


def plain(node: Node, scene: Scene) -> Any:
    """A value of free form, as the file says."""
    if isinstance(node, Mapping):
        return {str(entry.key.text): plain(entry.value, scene) for entry in node.entries}
    if isinstance(node, Sequence):
        return [plain(item, scene) for item in node.items]
    value = node.value
    if isinstance(value, bool | int | float) or value is None:
        return value
    return scene.text(node) if isinstance(value, str) else value.isoformat().replace("+00:00", "Z")


# Lists and mappings of values


def texts(node: Node, scene: Scene) -> list[str] | None:
    """A list of texts, where one text alone will do."""
    items = node.items if isinstance(node, Sequence) else () if is_null(node) else (node,)
    return [scene.text(item) for item in items] or None


def unique_texts(node: Node, scene: Scene) -> list[str] | None:
    return list(dict.fromkeys(texts(node, scene) or ())) or None


def own_paths(node: Node, scene: Scene) -> list[str] | None:
    items = node.items if isinstance(node, Sequence) else (node,)
    return [own_path(item, scene) or "" for item in items] or None


def words(node: Node, scene: Scene) -> list[str] | None:
    """A command as a list."""
    if isinstance(node, Scalar) and not is_null(node):
        command = split(scene.compose.reader.value(node))
        return [str(word.text) for word in command.words or ()]
    return [scene.text(item) for item in node.items] if isinstance(node, Sequence) else None


def assigned(node: Node, scene: Scene) -> dict[str, str | None] | None:
    """Names and values; None for a name that stands alone."""
    if isinstance(node, Mapping):
        entries = ((str(key.text), None if is_null(value) else scene.text(value)) for key, value in node.entries)
        return dict(entries) or None
    pairs = (item.partition("=") for item in texts(node, scene) or ())
    return {name: value if equals else None for name, equals, value in pairs} or None


def options(node: Node, scene: Scene) -> dict[str, str] | None:
    """Names and values; a name alone has the empty value."""
    return {name: value or "" for name, value in (assigned(node, scene) or {}).items()} or None


def hosts(node: Node, scene: Scene) -> list[str] | None:
    """`extra_hosts` as a sorted list of `HOST=ADDRESS`."""
    pairs: list[tuple[str, str]] = []
    if isinstance(node, Mapping):
        pairs = [(str(key.text), one) for key, value in node.entries for one in texts(value, scene) or ()]
    for item in texts(node, scene) or () if isinstance(node, Sequence) else ():
        name, _, address = item.partition("=" if "=" in item else ":")
        pairs += [(name, one) for one in address.split(",")]
    return sorted(f"{name}={address.strip('[]')}" for name, address in dict.fromkeys(pairs)) or None


# Shapes of shapes


def items(shape: Shape) -> Shape:
    """A list, each item of a shape."""

    def shaped(node: Node, scene: Scene) -> list[Any] | None:
        found = node.items if isinstance(node, Sequence) else ()
        return [shape(item, scene) for item in found] or None

    return shaped


def named(shape: Shape) -> Shape:
    """A mapping with free keys, each value of a shape."""

    def shaped(node: Node, scene: Scene) -> dict[str, Any] | None:
        found = node.entries if isinstance(node, Mapping) else ()
        return {str(key.text): shape(value, scene) for key, value in found} or None

    return shaped


def record(shapes: dict[str, Shape], **always: Any) -> Shape:
    """A mapping with known keys. Those of `always` are printed in any case, with that value if with none else."""

    def shaped(node: Node, scene: Scene) -> dict[str, Any]:
        return always | known(node, scene, shapes)

    return shaped


def known(node: Node | None, scene: Scene, shapes: dict[str, Shape]) -> dict[str, Any]:
    """The known keys of a mapping that have something to print."""
    entries = node.entries if isinstance(node, Mapping) else ()
    found = {
        str(key.text): shapes[key.text](value, scene)
        for key, value in entries
        if key.text in shapes and not is_null(value)
    }
    return {key: value for key, value in found.items() if value is not None}
