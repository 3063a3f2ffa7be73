"""The `volumes` of a service in both of their forms.

https://docs.docker.com/reference/compose-file/services/#volumes
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.compose.errors import shown
from dockerlint.compose.nodes import Mapping, Node, Sequence
from dockerlint.compose.values import Section, Value
from dockerlint.source import Text

_PATH_STARTS = (".", "/", "~", "\\\\")


class Volume(NamedTuple):
    """One mount. `source` is a path of the host, the name of a volume, or None for a nameless volume.

    `kind` is `bind`, `volume`, `tmpfs` or another type of the long form, None if a variable decides.
    `options` are the words after the last colon of the short form. `text` is the entry as it is
    written, in the long form its target.
    """

    kind: str | None
    source: Value | None
    target: Value
    read_only: bool | None
    options: tuple[Text, ...]
    text: Text
    node: Mapping | None = None  # of the long form

    @property
    def unknown(self) -> bool:
        """Whether a variable without a value stands in source or target."""
        return self.target.unknown or (self.source is not None and self.source.unknown)


def read_volumes(service: Section) -> tuple[Volume, ...]:
    """The mounts of a service; those that do not parse are noted and left out."""
    entry = service.entry("volumes")
    items = entry.value.items if entry is not None and isinstance(entry.value, Sequence) else ()
    volumes = (_read(item, service) for item in items)
    return tuple(volume for volume in volumes if volume is not None)


def is_path(source: str) -> bool:
    """Whether Compose takes the source of a short mount for a path of the host, not for a volume."""
    return source.startswith(_PATH_STARTS) or (source[1:2] == ":" and source[0].isalpha())


def _read(item: Node, service: Section) -> Volume | None:
    if isinstance(item, Mapping):
        return _long(Section(f"a mount of {service.name}", item, service.reader))
    value = service.text_of(item)
    if value is None:
        return None
    try:
        return read_short(value)
    except ValueError as error:
        if not value.unknown:
            service.reader.note("mount", str(error), item.span)
        return None


def read_short(value: Value) -> Volume:
    """`[SOURCE:]TARGET[:OPTIONS]`. Raises ValueError with the fault."""
    text = value.text
    if not text:
        raise ValueError("an empty mount")
    sections = [value] if len(text) < 3 else [value.part(start, end) for start, end in _sections(text)]
    if any(not section.text and not section.unknown for section in sections):
        raise ValueError(f"{shown(text)}: nothing stands before or after a colon")
    if len(sections) > 3:
        raise ValueError(f"{shown(text)}: too many colons")
    source = sections[0] if len(sections) > 1 else None
    target = sections[1] if len(sections) > 1 else sections[0]
    options = tuple(_words(sections[2].text)) if len(sections) > 2 else ()
    read_only: bool | None = [word for word in options if word in ("ro", "rw")][-1:] == ["ro"]
    if len(sections) > 2 and sections[2].unknown:
        read_only = None
    return Volume(_short_kind(source), source, target, read_only, options, text)


def _short_kind(source: Value | None) -> str | None:
    if source is None:
        return "volume"
    begins_unknown = any(variable.unknown and variable.start == 0 for variable in source.variables)
    if begins_unknown and "/" not in source.text:
        return None
    return "bind" if is_path(source.text) or begins_unknown else "volume"


def _sections(text: str) -> Iterator[tuple[int, int]]:
    """The parts between the colons. The colon of a Windows drive is none of them."""
    start = position = 0
    while (colon := text.find(":", position)) >= 0:
        if colon - start != 1 or not text[start].isalpha():
            yield start, colon
            start = colon + 1
        position = colon + 1
    yield start, len(text)


def _words(options: Text) -> Iterator[Text]:
    start = 0
    for word in options.split(","):
        yield options.part(start, start + len(word))
        start += len(word) + 1


def _long(section: Section) -> Volume | None:
    kind = section.text("type")
    target = section.text("target")
    if "type" not in section.node:
        section.wrong(section.node, f"{section.name} has no `type`: `bind`, `volume` or `tmpfs`", "mount")
    if target is None:
        if "target" not in section.node:
            section.wrong(section.node, f"{section.name} has no `target`, the path in the container", "mount")
        return None
    source = section.text("source")
    if kind and kind.text == "bind" and "source" not in section.node:
        section.wrong(section.node, f"{section.name} binds no `source`", "mount")
    known = kind is not None and not kind.unknown
    read_only = section.flag("read_only")
    return Volume(kind.text if kind and known else None, source, target, read_only, (), target.text, section.node)
