"""The literal texts that a Python program gives names to, and the environment variables that it reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal, NamedTuple

from dockerlint.application.apps import Reading
from dockerlint.application.syntax import Context, dotted, keyword
from dockerlint.application.values import Where
from dockerlint.source import Text

SHORTEST, LONGEST = 4, 4096
"""Characters of the literals that are kept."""

How = Literal["assignment", "keyword", "key", "default", "parameter"]


class Assignment(NamedTuple):
    """`value` is a literal text, or one of several that a name may get; the name is not judged here."""

    name: str
    """The last part of an attribute, the key of a subscript or dict, the name of an option without dashes."""
    value: Text
    how: How
    """`default` is what an environment variable or an option has when it is not given."""


class Variable(NamedTuple):
    """An environment variable that is read."""

    name: Text
    default: Text | None
    """The literal that it has when it is not set."""
    is_required: bool
    """Without it the program fails, unless it catches that."""
    where: Where | None = None
    """When the program reads it, for one that it fails without."""


def assignments(reading: Reading) -> Iterator[Assignment]:
    """All of a file, in the order of the text."""
    found = (*_bound(reading), *_in_calls(reading), *_in_dicts(reading), *_parameters(reading))
    unique = {
        (text.start, name): Assignment(name, text, how) for name, node, how in found if (text := _text(reading, node))
    }
    return iter(sorted(unique.values(), key=lambda assignment: assignment.value.start))


def variables(reading: Reading) -> Iterator[Variable]:
    """All of a file: calls first, then `os.environ["NAME"]`."""
    places = reading.tree.places
    for call, context in reading.tree.calls:
        if (read := reading.values.environment_read(call)) and (name := places.string(read.name)):
            default = places.string(read.default) if isinstance(read.default, ast.Constant) else None
            yield Variable(name, default, read.required, _needed(reading, context) if read.required else None)
    for subscript, context in reading.tree.subscripts:
        key = subscript.slice
        if reading.tree.qualified(subscript.value) != "os.environ" or not isinstance(key, ast.Constant):
            continue
        if isinstance(key.value, str) and (name := places.string(key)):
            yield Variable(name, None, True, _needed(reading, context))


def _needed(reading: Reading, context: Context) -> Where | None:
    """When a program reads what it fails without; None where it catches that, or never comes by."""
    return None if context.in_try else reading.values.where(context)


_Found = tuple[str, ast.Constant, How]


def _bound(reading: Reading) -> Iterator[_Found]:
    for binding in reading.tree.bindings:
        if name := _target(binding.target):
            for node in _constants(reading, binding.value):
                yield name, node, "assignment" if node is binding.value else "default"


def _in_calls(reading: Reading) -> Iterator[_Found]:
    for call, _ in reading.tree.calls:
        for word in call.keywords:
            if word.arg:
                yield from ((word.arg, node, "keyword") for node in _constants(reading, word.value))
        first = call.args[0] if call.args else None
        if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
            continue
        default = keyword(call, "default")
        if read := reading.values.environment_read(call):
            yield from ((first.value, node, "default") for node in _constants(reading, read.default))
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault" and len(call.args) == 2:
            yield from ((first.value, node, "default") for node in _constants(reading, call.args[1]))
        elif first.value.startswith("-") and default:
            option = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)][
                -1
            ]
            yield from ((option.lstrip("-"), node, "default") for node in _constants(reading, default.value))


def _in_dicts(reading: Reading) -> Iterator[_Found]:
    for mapping in reading.tree.dicts:
        for key, value in zip(mapping.keys, mapping.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield from ((key.value, node, "key") for node in _constants(reading, value))


def _parameters(reading: Reading) -> Iterator[_Found]:
    for function, _ in reading.tree.functions:
        parameters = function.args
        places = [*parameters.posonlyargs, *parameters.args]
        pairs = [*zip(reversed(places), reversed(parameters.defaults), strict=False)]
        for parameter, default in (*pairs, *zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True)):
            yield from ((parameter.arg, node, "parameter") for node in _constants(reading, default))


def _target(target: ast.expr) -> str:
    if isinstance(target, ast.Subscript):
        key = target.slice
        return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else ""


def _constants(reading: Reading, node: ast.expr | None) -> Iterator[ast.Constant]:
    """Give the literals that an expression may come to: through `or`, `if`, encode, wrappers such as SecretStr."""
    if isinstance(node, ast.Constant):
        yield node
    elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        for part in node.values:
            yield from _constants(reading, part)
    elif isinstance(node, ast.IfExp):
        yield from _constants(reading, node.body)
        yield from _constants(reading, node.orelse)
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "encode":
            yield from _constants(reading, node.func.value)
        elif read := reading.values.environment_read(node):
            yield from _constants(reading, read.default)
        elif dotted(node.func).rpartition(".")[2] in _WRAPPERS:
            word = keyword(node, "default")
            yield from _constants(reading, word.value if word else next(iter(node.args), None))


_WRAPPERS = frozenset({"SecretStr", "SecretBytes", "Secret", "Field", "field", "str", "bytes"})


def _text(reading: Reading, node: ast.Constant) -> Text | None:
    if not isinstance(node.value, str | bytes) or not SHORTEST <= len(node.value) <= LONGEST:
        return None
    return reading.tree.places.string(node)
