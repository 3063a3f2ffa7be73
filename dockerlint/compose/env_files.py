"""`.env` and env files: names and values, with their places.

https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from dockerlint.compose.interpolation import interpolate
from dockerlint.compose.places import pinned
from dockerlint.source import Source, Text, join

# A longer value is a trap, `A=$A$A` again and again, and counts as unknown.
LONGEST_VALUE = 4096


class EnvEntry(NamedTuple):
    """One variable. Without a value (`NAME` alone) it is taken from whoever runs Compose."""

    name: Text
    value: Text | None
    unknown: bool


def parse_env(
    source: Source, environment: Mapping[str, str] | None = None, earlier: Mapping[str, str] | None = None
) -> Iterator[EnvEntry]:
    """The variables of a file, in order.

    `$NAME` in a value is one of `environment`, or else of an earlier line, or else of the files before, `earlier`.
    Lines that Compose refuses are left out.
    """
    given = environment or {}
    known = {**(earlier or {}), **given}
    position = 0
    while position < len(source.text) and (match := statement().match(source.text, position)):
        position = max(match.end(), position + 1)
        if not match["name"]:
            continue
        name = source.slice(*match.span("name"))
        entry = EnvEntry(name, None, unknown=True)
        if match["assigned"]:
            entry = _assigned(name, match, source, known)
            if entry.value is not None and len(entry.value) > LONGEST_VALUE:
                entry = EnvEntry(name, None, unknown=True)
        if name not in given:
            known.pop(name, None)
            if entry.value is not None and not entry.unknown:
                known[name] = entry.value
        yield entry


def parse_raw(source: Source) -> Iterator[EnvEntry]:
    """The variables of a file of `format: raw`, where all behind the `=` counts as it stands.

    https://docs.docker.com/reference/compose-file/services/#format
    """
    for number, start in enumerate(source.line_starts, 1):
        line = source.line(number)
        name, equals, _ = line.partition("=")
        if not name or name.startswith("#") or any(map(str.isspace, name)):
            continue
        end = start + len(name)
        value = source.slice(end + 1, start + len(line)) if equals else None
        yield EnvEntry(source.slice(start, end), value, unknown=value is None)


def environment_of(source: Source, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The names of an env file that have a known value. What `environment` sets already feeds the values of others."""
    last = {str(entry.name): entry for entry in parse_env(source, environment)}
    return {name: str(entry.value) for name, entry in last.items() if entry.value is not None and not entry.unknown}


def _assigned(name: Text, match: re.Match[str], source: Source, known: Mapping[str, str]) -> EnvEntry:
    if match["single"] is not None:
        return EnvEntry(name, _unescaped(source.slice(*match.span("single")), _SINGLE), unknown=False)
    if match["double"] is not None:
        raw = _unescaped(source.slice(*match.span("double")), _DOUBLE)
    else:
        start = match.start("bare")
        raw = source.slice(start, start + len(match["bare"].partition(" #")[0].rstrip()))
    value = interpolate(raw, known)
    return EnvEntry(name, value.value, value.unknown)


_SINGLE = {"'": "'"}
_DOUBLE = {'"': '"', "\\": "\\", "$": "$$", "n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def _unescaped(written: Text, escapes: Mapping[str, str]) -> Text:
    """The text between quotes, with those of its escapes replaced that these quotes know."""
    if "\\" not in written:
        return written
    pieces = []
    position = 0
    for match in _escape().finditer(written):
        meant = escapes.get(match[1])
        if meant is None:
            continue
        pieces.append(written.part(position, match.start()))
        pieces.append(pinned(meant, written.source, written.offset(match.start()), written.offset(match.start()) + 2))
        position = match.end()
    pieces.append(written.part(position, len(written)))
    return join(pieces, written.source, written.start).within(written.start, written.end)


@cache
def statement() -> re.Pattern[str]:
    """A variable with its value, or else a line that is none."""
    value = r"""(?:'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<bare>(?!['"])[^\n]*))"""
    name = r"(?:export[ \t]+)?(?P<name>[\w.\-\[\]]+)[ \t]*"
    return re.compile(rf"\s*(?:{name}(?:(?P<assigned>[=:])[ \t]*{value}|\r?$)|(?:[^\n]*))", re.DOTALL | re.MULTILINE)


@cache
def _escape() -> re.Pattern[str]:
    return re.compile(r"\\(.)", re.DOTALL)
