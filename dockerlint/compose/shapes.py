"""The words in which the specification of Compose files is written: what may stand in a place, and in which form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

from dockerlint.wording import nearest

# `3.0` and `1e3` are numbers and integers; only `3` is a whole one.
Type = Literal["text", "whole", "integer", "number", "boolean", "date", "null"]


class Form(NamedTuple):
    """What a text must look like. `described` continues the sentence "`x` is ...", said of one that does not.

    `mended` is what was surely meant by a text that does not fit, where anyone can tell.
    """

    described: str
    fits: Callable[[str], bool]
    mended: Callable[[str], str | None] = lambda _text: None
    is_number: bool = False


class Shape(NamedTuple):
    """What may stand in one place: a scalar of some types, a list, a mapping, or any of these.

    A text must have the `form`, a number be within the `limits`. A mapping has the known `keys`, and any others if
    there is a shape for them, the `names` of which have a form; one that is `free` has what it likes. `name` is what
    messages call the mapping.
    """

    types: frozenset[Type] = frozenset()
    form: Form | None = None
    limits: tuple[float, float] | None = None
    items: Shape | None = None
    is_unique: bool = False
    name: str = ""
    keys: Mapping[str, Shape] | None = None
    others: Shape | None = None
    names: Form | None = None
    required: tuple[str, ...] = ()
    is_free: bool = False
    is_closed: bool = False

    def closed(self) -> Shape:
        """The same mapping without keys that begin with `x-`."""
        return self._replace(is_closed=True)


ANYTHING = Shape(is_free=True)


def scalar(*types: Type, form: Form | None = None, limits: tuple[float, float] | None = None) -> Shape:
    return Shape(frozenset(types), form, limits)


def listed(items: Shape, *, unique: bool = False) -> Shape:
    return Shape(items=items, is_unique=unique)


def mapping(name: str, keys: Mapping[str, Shape], required: tuple[str, ...] = ()) -> Shape:
    """A mapping with no keys but the known ones."""
    return Shape(name=name, keys=keys, required=required)


def named(values: Shape, names: Form | None = None) -> Shape:
    """A mapping whose keys are names that the author gives."""
    return Shape(keys={}, others=values, names=names)


def either(*shapes: Shape) -> Shape:
    """A place for any of several shapes, of which at most one is a list, and one a mapping."""
    united: dict[str, Any] = {}
    for shape in shapes:
        united |= {field: value for field, value in shape._asdict().items() if value or value == {}}
    return Shape(**united)._replace(types=frozenset().union(*(shape.types for shape in shapes)))


def words(*allowed: str) -> Form:
    """One of some words."""
    shown = ", ".join(f"`{word}`" for word in allowed[:-1])
    described = f"neither {shown} nor `{allowed[-1]}`" if shown else f"not `{allowed[-1]}`"

    def mended(text: str) -> str | None:
        near = nearest(text.lower(), allowed)
        return near[0] if len(near) == 1 else None

    return Form(described, lambda text: text in allowed, mended)


def pattern(described: str, expression: str) -> Form:
    """A text that an expression matches as a whole; it must be one that cannot run away."""
    return Form(described, lambda text: _compiled(expression).fullmatch(text) is not None)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.DOTALL | re.IGNORECASE if expression.startswith("(?i)") else re.DOTALL)
