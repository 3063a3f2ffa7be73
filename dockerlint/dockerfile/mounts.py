"""`RUN --mount=type=cache,target=/root/.cache`: what is mounted for one step.

https://docs.docker.com/reference/dockerfile/#run---mount
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dockerlint.dockerfile.arguments import Flag
from dockerlint.dockerfile.errors import DockerfileError, Level, did_you_mean
from dockerlint.source import Text

TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")

_CANONICAL = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly", "rw": "readwrite"}
_KEYS = (
    "type", "from", "source", "target", "readonly", "readwrite", "required", "size", "id", "sharing", "mode", "uid",
    "gid", "env",
)  # fmt: skip
# Keys that may stand without `=value`, which means true.
_SWITCHES = frozenset({"readonly", "readwrite", "required"})
# Keys that only some types know; the others are taken by all.
_TYPES_OF_KEY = {
    "required": ("secret", "ssh"),
    "size": ("tmpfs",),
    "sharing": ("cache",),
    "env": ("secret",),
    "mode": ("secret", "ssh", "cache"),
    "uid": ("secret", "ssh", "cache"),
    "gid": ("secret", "ssh", "cache"),
}
_SHARING = ("shared", "private", "locked")

Expand = Callable[[Text], str | None]


class Field(NamedTuple):
    """`key=value` of a mount; `key` as written, `value` is None for a key alone."""

    text: Text
    key: Text
    value: Text | None

    @property
    def name(self) -> str:
        """The key in lower case, and by its full name: `dst` is `target`."""
        key = self.key.lower()
        return _CANONICAL.get(key, key)


class Mount(NamedTuple):
    """One `--mount`. `options` are the values by full key, the last one where a key stands twice."""

    flag: Flag
    fields: tuple[Field, ...]

    @property
    def options(self) -> dict[str, Text]:
        return {
            field.name: field.value if field.value is not None else field.key.part(len(field.key), len(field.key))
            for field in self.fields
        }

    @property
    def type(self) -> str:
        return str(self.options.get("type", "bind")).lower()

    @property
    def target(self) -> Text | None:
        return self.options.get("target") or None

    @property
    def source(self) -> Text | None:
        return self.options.get("source") or None

    @property
    def origin(self) -> Text | None:
        """The stage or image that `from` names."""
        return self.options.get("from") or None

    @property
    def id(self) -> Text | None:
        return self.options.get("id") or None

    @property
    def is_readonly(self) -> bool:
        """Whether the step cannot write to it. Caches and tmpfs can be written unless told otherwise."""
        options = self.options
        if "readonly" in options:
            return options["readonly"].lower() in ("", "1", "t", "true")
        if "readwrite" in options:
            return options["readwrite"].lower() in ("0", "f", "false")
        return self.type not in ("cache", "tmpfs")


def read_mount(flag: Flag, value: Text) -> Mount:
    """Take a mount apart. Raises DockerfileError where Docker cannot read its fields."""
    return Mount(flag, tuple(_field(part) for part in _csv(value)))


def _field(text: Text) -> Field:
    key, equals, _ = text.partition("=")
    cut = len(key)
    return Field(text, text.part(0, cut), text.part(cut + 1, len(text)) if equals else None)


def _csv(value: Text) -> Iterator[Text]:
    """The fields between commas; one in double quotes may hold commas, and two of them stand for one."""
    index = 0
    while True:
        if value.startswith('"', index):
            kept, end = _quoted(value, index)
            yield value.picked(kept, index, end)
        else:
            end = value.find(",", index)
            end = len(value) if end < 0 else end
            field = value.part(index, end)
            if '"' in field:
                raise DockerfileError("a quote may only stand around a whole field of a mount", field)
            yield field
        if end >= len(value):
            return
        index = end + 1


def _quoted(value: Text, start: int) -> tuple[list[int], int]:
    kept: list[int] = []
    index = start + 1
    while index < len(value):
        if value[index] != '"':
            kept.append(index)
        elif value.startswith('""', index):
            kept.append(index)
            index += 1
        elif index + 1 == len(value) or value[index + 1] == ",":
            return kept, index + 1
        else:
            break
        index += 1
    raise DockerfileError("the quote in this mount is not closed before a comma", value.part(start, len(value)))


def early_faults(mount: Mount) -> Iterator[DockerfileError]:
    """What Docker refuses in a mount before it knows any variable."""
    for field in mount.fields:
        if field.name == "from" and field.value is not None and re.search(r"\$.", field.value):
            message = "`from` of a mount takes no variables: give the image a name with `FROM ... AS name`"
            yield DockerfileError(message, field.value)


def late_faults(mount: Mount, expand: Expand) -> Iterator[DockerfileError]:
    """What Docker refuses in a mount when it runs the step; `expand` gives None for what is not known."""
    values = {field.name: expand(field.value) for field in mount.fields if field.value is not None}
    kind = (values.get("type", "bind") or "").lower()
    if "type" in values and values["type"] is None:
        return  # a variable that is not known decides
    faults = [message for field in mount.fields if (message := _fault_of_field(field, kind, values))]
    yield from (DockerfileError(message, place, level=Level.BUILD) for message, place in faults)
    if not faults:
        yield from _faults_of_mount(mount, kind, values)


def _fault_of_field(field: Field, kind: str, values: dict[str, str | None]) -> tuple[str, Text] | None:
    name = field.name
    if name not in _KEYS:
        return f"a mount has no `{field.key}`{did_you_mean(name, _KEYS)}", field.key
    if name == "type" and kind not in TYPES:
        return f"there is no mount of type `{kind}`{did_you_mean(kind, TYPES)}", field.value or field.key
    if field.value is None:
        if name not in _SWITCHES:
            return f"`{field.key}` of a mount needs a value: `{field.key}=...`", field.text
    elif (value := values[name]) is not None and (message := _fault_of_value(name, value)):
        return f"{message}, not `{value}`", field.value or field.text
    if kind in TYPES and kind not in _TYPES_OF_KEY.get(name, TYPES):
        return f"a mount of type {kind} has no `{field.key}`", field.key
    return None


def _fault_of_value(name: str, value: str) -> str | None:
    """What a key's value must be, where this one is something else."""
    if name in _SWITCHES and value not in (
        "1",
        "t",
        "T",
        "true",
        "TRUE",
        "True",
        "0",
        "f",
        "F",
        "false",
        "FALSE",
        "False",
    ):
        return f"`{name}` is true or false"
    if name == "sharing" and value not in _SHARING:
        return "`sharing` is shared, private or locked"
    if name == "mode" and not _fits(value, 8):
        return "`mode` is an octal number"
    if name in ("uid", "gid") and not _fits(value, 10):
        return f"`{name}` is a number"
    if name == "size" and not re.fullmatch(r"\d+(?:\.\d+)? ?[kmgtpKMGTP]?(?:[iI]?[bB])?", value):
        return "`size` is a number of bytes, or `64m`"
    return None


def _fits(value: str, base: int) -> bool:
    """Whether a text is a number of 32 bits without sign."""
    digits = "01234567" if base == 8 else "0123456789"
    return 0 < len(value) < 40 and not value.strip(digits) and int(value, base) < 2**32


def _faults_of_mount(mount: Mount, kind: str, values: dict[str, str | None]) -> Iterator[DockerfileError]:
    def fault(message: str) -> DockerfileError:
        return DockerfileError(message, mount.flag.text, level=Level.BUILD)

    target = values.get("target", "")
    if kind == "secret":
        if values.get("from", ""):
            yield fault("a secret comes from the client, so its mount has no `from`")
        if values.get("source", "") and values.get("id", ""):
            yield fault("`source` and `id` of a secret say the same: leave one of them out")
        if all(values.get(key, "") == "" for key in ("source", "id", "target")):
            yield fault("a secret needs an `id`")
    elif kind != "ssh" and target and posixpath.normpath(target) in ("/", "//"):
        yield fault("a mount needs another `target` than `/`")
