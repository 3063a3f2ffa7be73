"""Conditions as they are written in a file of rules."""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.compose.nodes import Entry, Mapping, Node, Scalar, Sequence
from dockerlint.compose.shapes import Shape
from dockerlint.lint.policy import kinds
from dockerlint.lint.policy.conditions import Alternatives, Below, Conditions, OneOf, Wanted
from dockerlint.lint.policy.faults import Fault, hint, shown
from dockerlint.lint.policy.globs import BadGlob, check, is_glob
from dockerlint.lint.policy.kinds import Kind
from dockerlint.source import Text

DEEPEST = 20  # levels of tables; Compose files have ten
MOST_VALUES = 1000  # of a set
MOST_ALTERNATIVES = 100  # of `where` and `unless`
_CORE_TAGS = "tag:yaml.org,2002:"


def read_alternatives(node: Node, key: str, kind: Kind) -> Alternatives:
    """What stands below `where` or `unless`: conditions, or a list of such. Raises Fault."""
    if not isinstance(node, Sequence):
        return (read_conditions(node, key, kind),)
    if not node.items:
        message = f"the list of `{key}` is empty, so nothing fits"
        raise Fault(message, node.span)
    if len(node.items) > MOST_ALTERNATIVES:
        message = f"more than {MOST_ALTERNATIVES} tables of `{key}`"
        raise Fault(message, node.span)
    return tuple(read_conditions(item, key, kind) for item in node.items)


def read_conditions(node: Node, key: str, kind: Kind) -> Conditions:
    """One table of conditions. Raises Fault."""
    if isinstance(node, Sequence) and key in ("require", "only"):
        message = f"`{key}` is one table, and all of it must hold: a list of several is for `where` and `unless`"
        raise Fault(message, node.span)
    if not isinstance(node, Mapping) or not node.entries:
        message = f"`{key}` is a table of facts with what they must be, as in `{key}: {{{_example(kind)}: ...}}`"
        raise Fault(message, node.span)
    return tuple(_condition(entry, kind, kind.shape, 1) for entry in node.entries)


def _example(kind: Kind) -> str:
    return next(iter(kind.shape.keys or ()))


def _condition(entry: Entry, kind: Kind, around: Shape | None, depth: int) -> tuple[str, Wanted]:
    """One name of a table of the shape `around`, which is None where nobody says what it holds."""
    name = entry.key.text
    _check_name(name, kind, around, depth)
    shape = kinds.below(around, name) if around is not None else None
    return str(name), _wanted(entry, kind, shape, depth)


def _check_name(name: Text, kind: Kind, around: Shape | None, depth: int) -> None:
    if is_glob(name):
        if depth == 1:
            message = f"`{shown(name)}` is a glob: which fact it is must be said"
            raise Fault(message, name.span)
        _check_glob(name)
        return
    if around is None or around.is_free or kinds.below(around, name) is not None:
        return
    if kind.model and name.startswith("x-"):
        return
    known = tuple(around.keys or ())
    first, dot, rest = name.partition(".")
    if depth == 1:
        said = hint(name, known)
        if dot and first in known:
            said = f"; write `{first}: {{{shown(rest)}: ...}}`"
        message = f"{kind.name} has no fact `{shown(name)}`{said}"
    else:
        message = f"{around.name or 'this table'} has no `{shown(name)}`{hint(name, known)}"
    raise Fault(message, name.span)


def _wanted(entry: Entry, kind: Kind, shape: Shape | None, depth: int) -> Wanted:
    name, node = entry.key.text, entry.value
    if isinstance(node, Mapping):
        inner = kinds.as_mapping(shape)
        if shape is not None and inner is None:
            message = f"`{shown(name)}` is no table: write a text, or a list of texts"
            raise Fault(message, node.span)
        if not node.entries:
            message = f"`{shown(name)}` has an empty table, which says nothing"
            raise Fault(message, node.span)
        if depth >= DEEPEST:
            message = f"tables more than {DEEPEST} levels deep"
            raise Fault(message, node.span)
        return Below(tuple(_condition(one, kind, inner, depth + 1) for one in node.entries))
    found = _one_of(name, node)
    for scalar in _scalars(node):
        _check_value(scalar, name, kind, shape, depth)
    return found


def _one_of(name: Text, node: Node) -> OneOf:
    if isinstance(node, Sequence) and not node.items:
        message = f"the set of `{shown(name)}` is empty, so nothing fits"
        raise Fault(message, node.span)
    if isinstance(node, Sequence) and len(node.items) > MOST_VALUES:
        message = f"more than {MOST_VALUES} values of `{shown(name)}`"
        raise Fault(message, node.span)
    scalars = list(_scalars(node))
    texts = [_text_of(scalar) for scalar in scalars if scalar.value is not None]
    return OneOf(tuple(dict.fromkeys(texts)), or_nothing=len(texts) < len(scalars))


def _scalars(node: Node) -> Iterator[Scalar]:
    for item in node.items if isinstance(node, Sequence) else (node,):
        if not isinstance(item, Scalar):
            message = "a set holds texts, numbers, true, false and null, and neither tables nor lists"
            raise Fault(message, item.span)
        yield item


def _text_of(scalar: Scalar) -> str:
    """A value as it is compared: as it is written, so that `3.10` stays so."""
    value = scalar.value
    return str(value).lower() if isinstance(value, bool) else str(scalar.text)


def _check_value(scalar: Scalar, name: Text, kind: Kind, shape: Shape | None, depth: int) -> None:
    text = scalar.text
    if scalar.tag and not scalar.tag.startswith(_CORE_TAGS) and scalar.tag != "!":
        message = f"`{shown(scalar.tag)}` is a tag of YAML, which means nothing here: put the text in quotes"
        raise Fault(message, text.span)
    if scalar.value is None:
        if not text:
            message = f"`{shown(name)}` has no value: write `null` where it must not be set"
            raise Fault(message, name.span)
        return
    if is_glob(text):
        _check_glob(text)
    if shape is not None and kinds.is_only_mapping(shape) and text != "*":
        message = f'`{shown(name)}` is a table: write `{shown(name)}: {{name: {shown(text)}}}`, `"*"` or `null`'
        raise Fault(message, text.span)
    if shape is not None and kinds.holds_tables(shape) and text != "*":
        known = (kinds.as_mapping(shape) or shape).keys or {}
        inner = next((key for key in ("source", "target", "path") if key in known), next(iter(known)))
        message = f"each of `{shown(name)}` is a table, short forms too: write `{shown(name)}: {{{inner}: ...}}`"
        raise Fault(message, text.span)
    if not is_glob(text):
        _check_choice(text, name, kind, shape, depth)


def _check_choice(text: Text, name: Text, kind: Kind, shape: Shape | None, depth: int) -> None:
    """A text that is compared with a fact of which all values are known."""
    if shape is not None and kinds.is_flag(shape) and text.lower() not in ("true", "false"):
        message = f"`{name}` is true or false, not `{shown(text)}`"
        raise Fault(message, text.span)
    if shape is not None and shape.types == {"whole"} and not text.isdecimal():
        message = f"`{name}` is a number, not `{shown(text)}`"
        raise Fault(message, text.span)
    fact = kind.fact(name) if depth == 1 else None
    if fact is not None and fact.choices and text not in fact.choices:
        close = next((one for one in fact.choices if one.lower() == text.lower()), None)
        said = f"; did you mean `{close}`?" if close else hint(text, fact.choices)
        message = f"`{name}` is never `{shown(text)}`{said}"
        raise Fault(message, text.span)


def _check_glob(text: Text) -> None:
    try:
        check(text)
    except BadGlob as error:
        raise Fault(str(error), text.part(error.index, error.index + 1).span) from error
