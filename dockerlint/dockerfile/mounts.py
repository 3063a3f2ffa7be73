"""`RUN --mount=type=cache,target=/root/.cache`: what is mounted for one step.

https://docs.docker.com/reference/dockerfile/#run---mount
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dockerlint.dockerfile.arguments import FALSE, TRUE, Flag
from dockerlint.dockerfile.errors import DockerfileError, Level
from dockerlint.source import Text
from dockerlint.wording import did_you_mean

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
    options: dict[str, Text]

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
    fields = tuple(_field(part) for part in _csv(value))
    options = {
        field.name: field.value if field.value is not None else field.key.part(len(field.key), len(field.key))
        for field in fields
    }
    return Mount(flag, fields, options)


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
    """What Docker refuses in a mount when it runs the step; `expand` gives None for what is not known.

    Keys are read in order: one that only some types have must come after the type.
    """
    values = {field.name: expand(field.value) for field in mount.fields if field.value is not None}
    if values.get("type", "bind") is None:
        return  # a variable that is not known decides
    kind = "bind"
    faults: list[DockerfileError] = []
    for field in mount.fields:
        value = values.get(field.name)
        kind = value.lower() if field.name == "type" and value is not None else kind
        fault = _fault_of_field(mount, field, kind, value)
        faults += [fault] if fault is not None else []
    yield from faults
    if not faults:
        yield from _faults_of_mount(mount, kind, values)


def _fault_of_field(mount: Mount, field: Field, kind: str, value: str | None) -> DockerfileError | None:
    name = field.name
    if not field.text:
        return _late("a comma has no `key=value` behind it; a mount holds no blanks", mount.flag.text)
    if name not in _KEYS:
        return _late(f"a mount has no `{field.key}`{did_you_mean(name, _KEYS)}", field.key)
    if name == "type" and kind not in TYPES:
        return _late(f"there is no mount of type `{kind}`{did_you_mean(kind, TYPES)}", field.value or field.key)
    if field.value is None and name not in _SWITCHES:
        return _late(f"`{field.key}` of a mount needs a value: `{field.key}=...`", field.text)
    if field.value is not None and value is not None and not _is_valid(name, value):
        return _late(f"`{field.key}` of a mount is {_FORMS[name]}, not `{value}`", field.value or field.text)
    return _misplaced(mount, field, kind)


def _misplaced(mount: Mount, field: Field, kind: str) -> DockerfileError | None:
    """A key that the type does not have, or that stands before the type that has it."""
    types = _TYPES_OF_KEY.get(field.name, TYPES)
    if kind not in TYPES or kind in types:
        return None
    if mount.type in types and field.name in _READ_AT_ONCE:
        return _late(f"`{field.key}` must stand behind `type={mount.type}`", field.key)
    return None if mount.type in types else _late(f"a mount of type {mount.type} has no `{field.key}`", field.key)


def _late(message: str, place: Text) -> DockerfileError:
    return DockerfileError(message, place, level=Level.BUILD)


# Docker looks at the type when it comes to these, and at the others in the end.
_READ_AT_ONCE = frozenset({"required", "size", "sharing", "env"})
_FORMS = {
    "readonly": "true or false",
    "readwrite": "true or false",
    "required": "true or false",
    "sharing": "shared, private or locked",
    "mode": "an octal number",
    "uid": "a number",
    "gid": "a number",
    "size": "a number of bytes, or like `64m`",
}
_SIZE = r"\+?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]{1,3})? ?(?:b|[kmgtp](?:i?b)?)?"


def _is_valid(name: str, value: str) -> bool:
    """Whether a key may have this value."""
    if name in _SWITCHES:
        return value in TRUE | FALSE
    if name == "sharing":
        return value.lower() in _SHARING
    if name in ("mode", "uid", "gid"):
        return _fits(value, 8 if name == "mode" else 10)
    return name != "size" or re.fullmatch(_SIZE, value, re.IGNORECASE) is not None


def _fits(value: str, base: int) -> bool:
    """Whether a text is a number of 32 bits without sign."""
    digits = "01234567" if base == 8 else "0123456789"
    return 0 < len(value) < 40 and not value.strip(digits) and int(value, base) < 2**32


def _faults_of_mount(mount: Mount, kind: str, values: dict[str, str | None]) -> Iterator[DockerfileError]:
    target, options = values.get("target", ""), mount.options
    if kind == "secret":
        if values.get("from", ""):
            yield _late("a secret comes from the client, so its mount has no `from`", options["from"])
        if values.get("source", "") and values.get("id", ""):
            yield _late("`source` and `id` of a secret say the same: leave one of them out", options["source"])
        if all(values.get(key, "") == "" for key in ("source", "id", "target")):
            yield _late("a secret needs an `id`", mount.flag.text)
    elif kind != "ssh" and target and posixpath.normpath(target) in ("/", "//"):
        yield _late("a mount needs another `target` than `/`", options["target"])
