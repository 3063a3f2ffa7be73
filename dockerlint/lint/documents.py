"""Files of settings, as tables in which every key and item knows its place.

https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dockerlint.lint.kinds import Step
from dockerlint.source import Source, Span

if TYPE_CHECKING:
    from dockerlint.compose.nodes import Node

_LARGEST = 1 << 20

Steps = tuple[Step, ...]


class Unreadable(Exception):
    """A file that is no table, and the offset of what is wrong in it."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


class Document(NamedTuple):
    """A table, and the offsets of its keys and items by the steps that lead to them."""

    source: Source
    table: Mapping[str, Any]
    offsets: Mapping[Steps, int]

    def place(self, steps: Steps) -> str:
        """`path:line:column` of what the steps lead to, or of the nearest thing around it."""
        known = next((steps[:size] for size in range(len(steps), 0, -1) if steps[:size] in self.offsets), None)
        return place(self.source, self.offsets[known] if known is not None else 0)


def place(source: Source, offset: int) -> str:
    line, column = source.position(offset)
    return f"{source.path}:{line}:{column}"


def load(path: Path) -> Source:
    """The text of a file. Raises OSError and ValueError."""
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        message = f"larger than {_LARGEST >> 20} MB"
        raise ValueError(message)
    data.decode("utf-8")
    return Source.from_bytes(str(path), data)


def of_toml(source: Source, prefix: tuple[str, ...] = ()) -> Document:
    """A TOML file, or the table in it that the prefix names. Raises Unreadable."""
    import tomllib  # noqa: PLC0415 (most runs have no file of settings)

    try:
        table: Any = tomllib.loads(source.text)
    except ValueError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        offset = source.line_starts[int(found[1]) - 1] + int(found[2]) - 1 if found else len(source.text)
        raise Unreadable(re.sub(r" \(at .*\)$", "", str(error)), offset) from error
    except RecursionError as error:
        message = "nested too deeply"
        raise Unreadable(message) from error
    for name in prefix:
        table = table.get(name, {})
        if not isinstance(table, dict):
            message = f"`{'.'.join(prefix)}` is no table"
            raise Unreadable(message)
    size = len(prefix)
    offsets = _Scanner(source.text).offsets()
    return Document(source, table, {steps[size:]: at for steps, at in offsets.items() if steps[:size] == prefix})


class _Scanner:
    """Finds the keys of a text that is known to be TOML."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._offsets: dict[Steps, int] = {}
        self._sizes: dict[Steps, int] = {}  # of arrays of tables

    def offsets(self) -> Mapping[Steps, int]:
        table: Steps = ()
        while self._skip() < len(self._text):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._offsets

    def _skip(self) -> int:
        match = _blank().match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._at

    def _take(self, mark: str) -> bool:
        found = self._text.startswith(mark, self._skip())
        self._at += len(mark) * found
        return found

    def _header(self) -> Steps:
        is_array = self._text.startswith("[[", self._at)
        self._at += 1 + is_array
        steps = self._key(())
        self._at = self._skip() + 1 + is_array
        if is_array:
            number = self._sizes[steps] = self._sizes.get(steps, -1) + 1
            steps = (*steps, number)
        return steps

    def _key(self, table: Steps) -> Steps:
        """The steps of a key with dots, each part of which gets a place the first time it is named."""
        steps = table
        while True:
            match = _part().match(self._text, self._skip())
            if match is None:
                return steps
            steps = (*steps, _name(match[0]))
            self._offsets.setdefault(steps, self._at)
            self._at = match.end()
            if not self._take("."):
                return steps

    def _pair(self, table: Steps) -> None:
        before = self._at
        steps = self._key(table)
        self._take("=")
        self._value(steps)
        self._at += self._at == before

    def _value(self, steps: Steps) -> None:
        if self._take("["):
            number = 0
            while not self._take("]"):
                self._offsets[*steps, number] = self._at
                self._value((*steps, number))
                self._take(",")
                number += 1
        elif self._take("{"):
            while not self._take("}"):
                self._pair(steps)
                self._take(",")
        else:
            match = _scalar().match(self._text, self._at)
            self._at = match.end() if match else self._at + 1


@cache
def _blank() -> re.Pattern[str]:
    return re.compile(r"(?:\s+|#[^\n]*)*")


@cache
def _part() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z0-9_-]+|\"(?:\\.|[^\"\\])*\"|'[^']*'")


@cache
def _scalar() -> re.Pattern[str]:
    return re.compile(
        r"\"\"\"(?:\\.|[^\\])*?\"{3,5}|'''.*?'{3,5}|\"(?:\\.|[^\"\\])*\"|'[^']*'|[^\s,\]}#]+(?: \d[^\s,\]}#]*)?",
        re.DOTALL,
    )


def _name(part: str) -> str:
    if part.startswith('"'):
        import tomllib  # noqa: PLC0415

        return str(tomllib.loads(f"key = {part}")["key"])
    return part.strip("'")


def of_yaml(source: Source) -> Document:
    """A YAML file. Raises Unreadable."""
    from dockerlint.compose.nodes import Mapping as Node  # noqa: PLC0415 (most runs have no file of settings)
    from dockerlint.compose.nodes import parse  # noqa: PLC0415

    tree = parse(source)
    if tree.errors:
        raise Unreadable(tree.errors[0].message, tree.errors[0].span.start)
    if len(tree.documents) > 1:
        message = "more than one document"
        raise Unreadable(message, tree.documents[1].span.start)
    offsets: dict[Steps, int] = {}
    root = tree.documents[0] if tree.documents else Node({}, Span(source, 0, 0))
    table = _plain(root, (), offsets)
    if not isinstance(table, dict):
        message = "not a table of settings"
        raise Unreadable(message, root.span.start)
    return Document(source, table, offsets)


def _plain(node: Node, steps: Steps, offsets: dict[Steps, int]) -> Any:
    from dockerlint.compose.nodes import Scalar, Sequence  # noqa: PLC0415

    if isinstance(node, Scalar):
        value = node.value
        return str(value) if isinstance(value, str) else value
    if isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            offsets[*steps, number] = item.span.start
        return [_plain(item, (*steps, number), offsets) for number, item in enumerate(node.items)]
    for entry in node.entries:
        offsets[*steps, str(entry.key.text)] = entry.key.span.start
    return {str(entry.key.text): _plain(entry.value, (*steps, str(entry.key.text)), offsets) for entry in node.entries}
