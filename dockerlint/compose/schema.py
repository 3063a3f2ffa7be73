"""What the schema of Docker Compose refuses in one file, at the place where it stands.

Compose tells the first fault only, by the path of its keys. Here all are noted, and what could be written instead.
https://docs.docker.com/reference/compose-file/
"""

from __future__ import annotations

from collections.abc import Mapping as AbstractMapping
from typing import NamedTuple

from dockerlint.compose import repairs
from dockerlint.compose.errors import Kind, Repair, shown
from dockerlint.compose.misplaced import advice_for, first_format_service, is_misplaced_service
from dockerlint.compose.nodes import Entry, Mapping, Node, Scalar, Sequence
from dockerlint.compose.shapes import Form, Shape, Type
from dockerlint.compose.specification import FILE, SERVICES
from dockerlint.compose.values import Reader, Value, is_null
from dockerlint.source import Span


def check(root: Mapping, reader: Reader, *, is_later: bool = False) -> None:
    """Notes what the schema refuses in one document.

    In a later file, which is laid onto others, keys may be without a value.
    """
    if not is_later and all(key == "version" for key in root.keys):
        reader.note("syntax", "the file is empty: Compose wants at least `services:`", root.span)
    first = first_format_service(root)
    if first is None:
        _Checker(reader, is_later).visit(root, FILE, _Place())
        return
    message = f"`{first.text}` stands at top level as in the first Compose format: put the services under `services:`"
    reader.note("first-format", message, first.span)


class _Place(NamedTuple):
    """A place as messages call it: "an item of `deploy.placement.constraints` of `web`".

    `key` is the last of its keys, None in a list and for the file itself.
    """

    owner: str = ""
    path: str = ""
    key: Scalar | None = None
    is_item: bool = False

    def __str__(self) -> str:
        path = f"`{self.path}` of `{self.owner}`" if self.path and self.owner else f"`{self.path or self.owner}`"
        return f"an item of {path}" if self.is_item else path

    def with_value(self, scalar: Scalar) -> str:
        """The place with the value that stands there: "`user: 1000` of `web`"."""
        if self.key is None:
            return f"{self} is {shown(scalar.text)}, but"
        owner = f" of `{self.owner}`" if self.owner and self.path else ""
        return f"{shown(f'{self.path or self.owner}: {scalar.text}')}{owner}"

    def below(self, key: Scalar) -> _Place:
        if self.path and not self.owner:  # what stands under `services`, `volumes` and the like has a name
            return _Place(str(key.text), "", key)
        return _Place(self.owner, f"{self.path}.{key.text}" if self.path else str(key.text), key)

    def item(self) -> _Place:
        return self._replace(key=None, is_item=True)


class _Checker:
    def __init__(self, reader: Reader, is_later: bool) -> None:
        self._reader = reader
        self._is_later = is_later
        self._seen: set[tuple[int, int]] = set()  # aliases bring a node again

    def visit(self, node: Node, shape: Shape, place: _Place) -> None:
        if shape.is_free or node.tag == "!reset" or (id(node), id(shape)) in self._seen:
            return
        self._seen.add((id(node), id(shape)))
        if isinstance(node, Mapping) and shape.keys is not None:
            self._mapping(node, shape, shape.keys, place)
        elif isinstance(node, Sequence) and shape.items is not None:
            self._sequence(node, shape, shape.items, place)
        elif isinstance(node, Scalar) and not is_null(node):
            self._scalar(node, shape, place)
        elif not isinstance(node, Scalar):
            self._note("wrong-type", f"{place} must be {_expected(shape)}", node.span)
        elif "null" not in shape.types and not self._is_later:
            self._note("empty-key", f"{place} has no value: Compose refuses it", (place.key or node).span)

    def _mapping(self, node: Mapping, shape: Shape, keys: AbstractMapping[str, Shape], place: _Place) -> None:
        for entry in node.entries:
            key = str(entry.key.text)
            inner = keys.get(key, shape.others)
            if shape.names is not None and not shape.names.fits(key):
                self._note("value", f"{place}: {shown(key)} is {shape.names.described}", entry.key.span)
            if inner is None:
                if shape.is_closed or not key.startswith("x-"):
                    self._unknown(entry, node, shape, place)
            elif shape is SERVICES and is_misplaced_service(entry):
                self._unknown(entry, node, shape, place)
            elif is_null(entry.value) and "null" not in inner.types and not inner.is_free:
                self._empty(entry, node, place)
            else:
                self.visit(entry.value, inner, place.below(entry.key))
        for key in shape.required:
            if key not in node:
                at = place.key or (node.entries[0].key if node.entries else node)
                self._note("value", f"{place} has no `{key}`: Compose refuses it", at.span)

    def _unknown(self, entry: Entry, node: Mapping, shape: Shape, place: _Place) -> None:
        advice = advice_for(entry, node, shape)
        repair = None
        if advice.replacement and self._would_fit(entry, (shape.keys or {})[advice.replacement]):
            repair = repairs.replaced(entry.key, advice.replacement)
        self._note("unknown-key", advice.message, entry.key.span, repair)

    def _would_fit(self, entry: Entry, shape: Shape) -> bool:
        """Whether a value could stand in another place without a fault."""
        trial = Reader(self._reader.scope_of(entry.key.text.source))
        _Checker(trial, is_later=self._is_later).visit(entry.value, shape, _Place())
        return not trial.errors

    def _empty(self, entry: Entry, node: Mapping, place: _Place) -> None:
        if self._is_later:
            return
        hint = " (what stands below it is commented out)" if _is_commented_out(entry) else ""
        message = f"{place.below(entry.key)} has no value{hint}: Compose refuses it"
        is_only = node.flow or len(node.entries) < 2  # what is left would be empty itself
        repair = None if is_only else repairs.deleted(entry, is_safe=True)
        self._note("empty-key", message, entry.key.span, repair)

    def _sequence(self, node: Sequence, shape: Shape, items: Shape, place: _Place) -> None:
        for item in node.items:
            self.visit(item, items, place.item())
        if shape.is_unique:
            self._twice(node, place)

    def _twice(self, node: Sequence, place: _Place) -> None:
        seen: set[str] = set()
        for item in node.items:
            value = self._reader.value(item) if isinstance(item, Scalar) else None
            if value is None or value.unknown:
                continue
            text = str(value.text)
            if text in seen:
                self._note("repeated-item", f"{shown(text)} stands twice in {place}: Compose refuses it", item.span)
            seen.add(text)

    def _scalar(self, scalar: Scalar, shape: Shape, place: _Place) -> None:
        value = scalar.value
        if not shape.types & _types_of(scalar):
            self._wrong(scalar, shape, place)
        elif isinstance(value, str):
            if shape.form is not None:
                self._text(scalar, self._reader.value(scalar), shape, shape.form, place)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            self._within(scalar, float(value), shape, place)

    def _wrong(self, scalar: Scalar, shape: Shape, place: _Place) -> None:
        repair = None
        if "text" in shape.types and (shape.form is None or shape.form.fits(scalar.text)):
            repair = repairs.quoted(scalar)
        elif isinstance(scalar.value, str) and shape.items is not None and self._fits_items(scalar, shape.items):
            repair = repairs.bracketed(scalar)
        hint = f": write {shown(repair.edits[0][1])}" if repair else ""
        message = f"{place.with_value(scalar)} must be {_expected(shape)}{hint}"
        self._note("wrong-type", message, scalar.span, repair)

    def _fits_items(self, scalar: Scalar, items: Shape) -> bool:
        return "text" in items.types and (items.form is None or items.form.fits(scalar.text))

    def _text(self, scalar: Scalar, value: Value, shape: Shape, form: Form, place: _Place) -> None:
        text = str(value.text)
        if not form.fits(text) and value.unknown:
            message = f"{place} is {shown(text)} unless somebody sets its variables, which is {form.described}"
            self._reader.note("value", message, scalar.span, is_certain=False)
        elif not form.fits(text):
            mended = form.mended(text) or ""
            hint = f": did you mean {shown(mended)}?" if mended else ""
            message = f"{place}: {shown(text)} is {form.described}{hint}"
            self._note("value", message, scalar.span, repairs.replaced(scalar, mended) if mended else None)
        elif form.is_number:
            self._within(scalar, float(text), shape, place)

    def _within(self, scalar: Scalar, number: float, shape: Shape, place: _Place) -> None:
        if shape.limits is not None and not shape.limits[0] <= number <= shape.limits[1]:
            lowest, highest = shape.limits
            limits = f"between {lowest} and {highest}" if highest < float("inf") else f"at least {lowest}"
            self._note("value", f"{place} must be {limits}, not {shown(scalar.text)}", scalar.span)

    def _note(self, kind: Kind, message: str, span: Span, repair: Repair | None = None) -> None:
        self._reader.note(kind, message, span, repair)


def _types_of(scalar: Scalar) -> frozenset[Type]:
    value = scalar.value
    if isinstance(value, bool):
        return frozenset({"boolean"})
    if isinstance(value, float):
        return frozenset({"number", "integer"}) if value.is_integer() else frozenset({"number"})
    if isinstance(value, int):
        return frozenset({"number", "integer", "whole"})
    return frozenset({"text"} if isinstance(value, str) else {"date"})


def _expected(shape: Shape) -> str:
    """What should stand there, in words."""
    names = {"boolean": "`true` or `false`", "number": "a number", "integer": "a whole number", "text": "text"}
    types = shape.types | ({"integer"} if "whole" in shape.types else frozenset())
    kinds = [name for kind, name in names.items() if kind in types]
    if shape.form is not None and len(kinds) > 1:
        kinds.remove("text")  # a text there is but another way to write it
    kinds += ["a list"] * (shape.items is not None) + ["a mapping"] * (shape.keys is not None)
    return " or ".join(kinds)


def _is_commented_out(entry: Entry) -> bool:
    """Whether the next line is a comment that reads like a list item or a key."""
    text = entry.key.span.source.text
    line_end = text.find("\n", entry.key.span.end)
    line = text[line_end + 1 :].partition("\n")[0].strip() if line_end >= 0 else ""
    commented = line[1:].lstrip("# ")
    return line.startswith("#") and (commented.startswith("- ") or commented.partition(" ")[0].endswith(":"))
