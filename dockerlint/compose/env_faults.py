"""What Docker Compose refuses in an env file.

https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.compose.env_files import statement
from dockerlint.compose.errors import shown
from dockerlint.compose.interpolation import interpolate
from dockerlint.source import Source, Text


class EnvFault(NamedTuple):
    message: str
    line: Text


def faults(source: Source) -> Iterator[EnvFault]:
    """The lines that Compose cannot read."""
    position = 0
    while position < len(source.text) and (match := statement().match(source.text, position)):
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        position = max(match.end(), position + 1)
        message = _of_value(match, source) if match["name"] else _of_line(match[0].strip())
        if message:
            yield EnvFault(message, source.slice(start, match.end()))


def faults_of_raw(source: Source) -> Iterator[EnvFault]:
    """The lines of a file of `format: raw` that Compose cannot read."""
    for number, start in enumerate(source.line_starts, 1):
        name, equals, _ = source.line(number).partition("=")
        if equals and not name.startswith("#") and any(map(str.isspace, name)):
            yield EnvFault(_blank(name), source.slice(start, start + len(source.line(number))))


def _of_value(match: re.Match[str], source: Source) -> str:
    group = "double" if match["double"] is not None else "bare"
    if match[group] is None or "$" not in match[group]:
        return ""
    is_broken = interpolate(source.slice(*match.span(group)), {}).errors
    return f"the value of `{match['name']}` has a `$` that begins no variable" if is_broken else ""


def _of_line(line: str) -> str:
    name = re.split("[=:]", line.removeprefix("export "), maxsplit=1)[0].strip()
    if not name or line.startswith("#"):
        return ""
    if any(map(str.isspace, name)):
        return _blank(name)
    is_name = re.fullmatch(r"[\w.\-\[\]]+", name)
    return f"the quote that begins the value of `{name}` is never closed" if is_name else f"{shown(name)} is no name"


def _blank(name: str) -> str:
    return f"{shown(name)} is no name of a variable: there is a blank in it"
