"""The part of HCL that Bake files are written in, as blocks with their attributes.

What is not understood makes that value unknown: calls, conditions, operators, `for`. A file that is no HCL has no
blocks. The text is read once, from left to right.
https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from functools import cache
from typing import NamedTuple, TypeAlias

from dockerlint.source import Source, Text

Expression: TypeAlias = "Template | Items | Entries | Null | Opaque"

_DEEPEST = 30
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


class Name(NamedTuple):
    """A variable whose value stands there."""

    name: str


class Template(NamedTuple):
    """A string, number or boolean; a part of it that nobody can tell is None."""

    place: Text
    parts: tuple[str | Name | None, ...]


class Items(NamedTuple):
    place: Text
    items: tuple[Expression, ...]


class Entries(NamedTuple):
    """A map. `is_complete` is False where some of its keys are not known."""

    place: Text
    entries: tuple[tuple[str, Expression], ...]
    is_complete: bool = True


class Null(NamedTuple):
    place: Text


class Opaque(NamedTuple):
    """Something that is not understood."""

    place: Text


class Block(NamedTuple):
    """`kind "label" { name = value }`; blocks inside of it are left out. `place` is its label, or its kind."""

    kind: str
    labels: tuple[str, ...]
    place: Text
    attributes: dict[str, Expression]


class Body(NamedTuple):
    """What a file consists of."""

    attributes: dict[str, Expression]
    blocks: tuple[Block, ...]


class _Broken(Exception):
    """The text is no HCL."""


def read(source: Source) -> Body | None:
    """The blocks of a file; None for one that is no HCL."""
    reader = _Reader(source)
    try:
        return reader.body(0)
    except _Broken:
        return None


def template(text: Text) -> Template:
    """A string of a JSON file, in which `${...}` means the same as in HCL."""
    return Template(text, tuple(_parts(str(text), {})))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    patterns = {
        "blank": r"(?:[ \t\r]+|#[^\n]*|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+",
        "space": r"(?:\s+|#[^\n]*|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+",
        "identifier": r"[A-Za-z_][\w-]*",
        "number": r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?",
        "heredoc": r"<<(-?)([A-Za-z_][\w-]*)[ \t\r]*\n",
    }
    return re.compile(patterns[name], re.ASCII)


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.index = 0

    def body(self, depth: int) -> Body:
        """Attributes and blocks up to the closing brace, or to the end of the file."""
        if depth > _DEEPEST:
            raise _Broken
        attributes: dict[str, Expression] = {}
        blocks: list[Block] = []
        while True:
            self._skip("space")
            if self.index == len(self.text) and not depth:
                return Body(attributes, tuple(blocks))
            if depth and self._takes("}"):
                return Body(attributes, tuple(blocks))
            kind = self._identifier()
            self._skip("blank")
            if self._looks_at("=") and not self._looks_at("=="):
                self.index += 1
                attributes[str(kind)] = self._expression("\n}", depth)
            else:
                blocks.append(self._block(kind, depth))

    def _block(self, kind: Text, depth: int) -> Block:
        labels: list[str] = []
        place = kind
        while not self._takes("{"):
            start = self.index
            if self._looks_at('"'):
                label = self._string()
                labels.append("".join(part for part in label.parts if isinstance(part, str)))
            else:
                labels.append(str(self._identifier()))
            place = self.source.slice(start, self.index)
            self._skip("blank")
        return Block(str(kind), tuple(labels), place, self.body(depth + 1).attributes)

    def _expression(self, ends: str, depth: int) -> Expression:
        """A value; what is left of it before one of the characters that end it makes all of it unknown."""
        self._skip("blank")
        start = self.index
        found = self._term(depth)
        self._skip("blank" if "\n" in ends else "space")
        if found is not None and (self.index == len(self.text) or self.text[self.index] in ends):
            return found
        self._skip_to(ends)
        return Opaque(self.source.slice(start, self.index))

    def _term(self, depth: int) -> Expression | None:
        if self._looks_at('"'):
            return self._string()
        if match := _pattern("heredoc").match(self.text, self.index):
            return self._heredoc(match)
        if match := _pattern("number").match(self.text, self.index) or self._word("true", "false"):
            self.index = match.end()
            return Template(self.source.slice(match.start(), match.end()), (match[0],))
        if self._looks_at("[") or self._looks_at("{"):
            return self._collection(depth)
        if match := _pattern("identifier").match(self.text, self.index):
            self.index = match.end()
            place = self.source.slice(match.start(), match.end())
            return Null(place) if match[0] == "null" else Template(place, (Name(match[0]),))
        return None

    def _collection(self, depth: int) -> Expression | None:
        """A list or a map; None for one that is worked out by `for`, or lies too deep."""
        if depth >= _DEEPEST or _start_of_for().match(self.text, self.index):
            return None
        self.index += 1
        return self._list(depth) if self.text[self.index - 1] == "[" else self._map(depth)

    def _list(self, depth: int) -> Expression:
        start = self.index - 1
        items: list[Expression] = []
        while True:
            self._skip("space")
            if self._takes("]"):
                return Items(self.source.slice(start, self.index), tuple(items))
            items.append(self._expression(",]", depth + 1))
            self._skip("space")
            if not self._takes(",") and not self._looks_at("]"):
                raise _Broken

    def _map(self, depth: int) -> Expression:
        start = self.index - 1
        entries: list[tuple[str, Expression]] = []
        is_complete = True
        while True:
            self._skip("space")
            if self._takes("}"):
                return Entries(self.source.slice(start, self.index), tuple(entries), is_complete)
            key = self._key()
            self._skip("blank")
            if not self._takes("=") and not self._takes(":"):
                raise _Broken
            value = self._expression(",\n}", depth + 1)
            is_complete = is_complete and key is not None
            entries += [(key, value)] if key is not None else []
            if not self._takes(",") and not self._looks_at("\n") and not self._looks_at("}"):
                raise _Broken

    def _key(self) -> str | None:
        """The key of a map; None for one that is worked out."""
        if self._looks_at('"'):
            parts = self._string().parts
            return "".join(map(str, parts)) if all(isinstance(part, str) for part in parts) else None
        if self._looks_at("("):
            self._skip_to("=:\n")
            return None
        return str(self._identifier())

    def _string(self) -> Template:
        """A quoted string, which may have other strings inside of `${...}`."""
        start = self.index
        self.index += 1
        while self.index < len(self.text):
            character = self.text[self.index]
            if character == '"':
                self.index += 1
                written = self.text[start + 1 : self.index - 1]
                return Template(self.source.slice(start, self.index), tuple(_parts(written, _ESCAPES)))
            if character == "\n":
                raise _Broken
            if character in "$%" and self.text.startswith("{", self.index + 1):
                is_literal = self.text[self.index - 1] == character
                self.index += 2
                if not is_literal:
                    self.index = _end_of_braces(self.text, self.index)
            else:
                self.index += 2 if character == "\\" else 1
        raise _Broken

    def _heredoc(self, match: re.Match[str]) -> Template:
        end = re.compile(rf"^[ \t]*{re.escape(match[2])}[ \t\r]*$", re.MULTILINE).search(self.text, match.end())
        if end is None:
            raise _Broken
        body = self.text[match.end() : end.start()]
        self.index = end.end()
        body = textwrap.dedent(body) if match[1] else body
        return Template(self.source.slice(match.start(), self.index), tuple(_parts(body, {})))

    def _skip_to(self, ends: str) -> None:
        """To the character that ends a value, outside of all brackets and strings."""
        depth = 0
        while self.index < len(self.text):
            character = self.text[self.index]
            if not depth and character in ends:
                return
            if character == '"':
                self._string()
            elif match := _pattern("heredoc").match(self.text, self.index):
                self._heredoc(match)
            elif match := _comment().match(self.text, self.index):
                self.index = match.end()
            else:
                depth += (character in "([{") - (character in ")]}")
                if depth < 0:
                    raise _Broken
                self.index += 1

    def _word(self, *words: str) -> re.Match[str] | None:
        match = _pattern("identifier").match(self.text, self.index)
        return match if match is not None and match[0] in words else None

    def _identifier(self) -> Text:
        match = _pattern("identifier").match(self.text, self.index)
        if match is None:
            raise _Broken
        self.index = match.end()
        return self.source.slice(match.start(), match.end())

    def _skip(self, what: str) -> None:
        match = _pattern(what).match(self.text, self.index)
        self.index = match.end() if match is not None else self.index

    def _looks_at(self, text: str) -> bool:
        return self.text.startswith(text, self.index)

    def _takes(self, character: str) -> bool:
        found = self._looks_at(character)
        self.index += found
        return found


@cache
def _start_of_for() -> re.Pattern[str]:
    return re.compile(r"[\[{]\s*for\s")


@cache
def _comment() -> re.Pattern[str]:
    return re.compile(r"#[^\n]*|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/")


def _end_of_braces(text: str, index: int) -> int:
    """Where the brace ends that was opened before an index; strings inside may have braces of their own."""
    depth = 1
    in_string: list[int] = []  # the depths at which strings began
    while index < len(text):
        character = text[index]
        if character == '"':
            if in_string and in_string[-1] == depth:
                in_string.pop()
            else:
                in_string.append(depth)
        elif in_string and in_string[-1] == depth:
            is_opening = text.startswith(("${", "%{"), index)
            index += is_opening or character == "\\"
            depth += is_opening
        elif character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if not depth:
                return index + 1
        index += 1
    raise _Broken


def _parts(written: str, escapes: dict[str, str]) -> list[str | Name | None]:
    """The text of a string, and what stands in `${...}`; `$${` is a literal `${`."""
    parts: list[str | Name | None] = []
    literal: list[str] = []
    index = 0
    while index < len(written):
        character = written[index]
        opener = written[index : index + 2]
        if opener in ("$$", "%%") and written.startswith("{", index + 2):
            literal.append(character + "{")
            index += 3
        elif opener in ("${", "%{"):
            end = _closed(written, index + 2)
            parts += ["".join(literal), _inserted(written[index:end])]
            literal = []
            index = end
        elif character == "\\" and escapes:
            value, index = _unescaped(written, index + 1, escapes)
            literal.append(value)
        else:
            literal.append(character)
            index += 1
    return [part for part in (*parts, "".join(literal)) if part != ""]


def _closed(text: str, index: int) -> int:
    try:
        return _end_of_braces(text, index)
    except _Broken:
        return len(text)


def _inserted(written: str) -> Name | None:
    match = re.fullmatch(r"\$\{~?\s*([A-Za-z_][\w-]*)\s*~?\}", written)
    return Name(match[1]) if match is not None else None


def _unescaped(written: str, index: int, escapes: dict[str, str]) -> tuple[str, int]:
    """The character that an escape stands for, and where it ends."""
    letter = written[index : index + 1]
    if letter in ("u", "U"):
        match = re.compile(r"u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}").match(written, index)
        if match is not None and (code := int(match[0][1:], 16)) <= 0x10FFFF:
            return chr(code), match.end()
    return escapes.get(letter, letter), index + len(letter)


Lookup = Callable[[str], str | None]


def value_of(expression: Expression | None, lookup: Lookup) -> str | None:
    """The text that an expression stands for; None where nobody knows, and for a list or a map."""
    if not isinstance(expression, Template):
        return None
    values = [lookup(part.name) if isinstance(part, Name) else part for part in expression.parts]
    return None if None in values else "".join(value for value in values if value is not None)
