"""What an expression comes to when the program starts, as far as the file alone tells.

Environment variables count as unset, so that a default written in the source is the value; which
variables have a say is kept beside it. Whatever needs more than constants is unknown: None.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import NamedTuple

from dockerlint.application.syntax import Binding, Context, Tree, argument, dotted, keyword
from dockerlint.source import Text

FALSE_FOR_TRUE: dict[object, object] = {
    True: False, "1": "0", "true": "false", "True": "False", "TRUE": "FALSE", "t": "f", "yes": "no", "Yes": "No",
    "on": "off", "y": "n",
}  # fmt: skip
"""How to turn a switch off in the manner in which it was turned on; 1 equals True here."""

_BINDINGS = 100
"""A name that is bound more often is no constant, and would take long to follow."""
_TRUE_WORDS = frozenset({"1", "true", "t", "yes", "y", "on", "ok"})
_FALSE_WORDS = frozenset({"0", "false", "f", "no", "n", "off", ""})
_ENVIRONMENT = frozenset({"environ.Env", "environ.FileAwareEnv", "environs.Env", "starlette.config.Config"})


class Value(NamedTuple):
    """A constant, the literal that it was written as, and the environment variables that can change it."""

    value: object
    literal: ast.Constant | None = None
    variables: tuple[str, ...] = ()


class Where(NamedTuple):
    """When the program comes by a place: with `function`, or with the module if that is empty."""

    function: str
    in_main: bool
    """Only where the file is run as a program, not where it is imported."""
    is_certain: bool
    """Under no condition that is not known to hold."""
    fork: tuple[int, int, bool] | None = None
    """The place of the one `if` that decides, and whether it must hold or must not."""


class Replacement(NamedTuple):
    """What to write for `place`; an empty place is where to insert."""

    place: Text
    text: str


class EnvironmentRead(NamedTuple):
    """A call that reads an environment variable; `default` is what an unset one gives, None if nothing."""

    name: ast.Constant
    default: ast.expr | None
    cast: str
    required: bool


class Values:
    """Evaluates expressions of one tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.instead: tuple[ast.Constant, object] | None = None
        self._reads: dict[int, EnvironmentRead | None] = {}
        self._known: dict[tuple[tuple[str, ...], str], Value | None] = {}

    def of(self, node: ast.expr | None, context: Context) -> Value | None:
        """Evaluate an expression that stands in `context`; None if that is not possible."""
        evaluate = _EVALUATE.get(type(node))
        return evaluate(self, node, context) if evaluate else None

    def truth(self, node: ast.expr | None, context: Context) -> bool | None:
        value = self.of(node, context)
        return None if value is None else bool(value.value)

    def certainty(self, context: Context) -> bool | None:
        """Whether its branches are taken: False if one surely is not, None if nobody can say."""
        certain: bool | None = True
        for test, arm in context.branches:
            value = self.of(test, context._replace(branches=()))
            if value is None or value.variables:
                certain = None
            elif bool(value.value) is not arm:
                return False
        return certain

    def where(self, context: Context) -> Where | None:
        """When the program comes by; None if it never does."""
        certain = self.certainty(context)
        if certain is False:
            return None
        test, arm = context.branches[-1] if len(context.branches) == 1 else (None, True)
        fork = (test.lineno, test.col_offset, arm) if test and not certain else None
        return Where(context.function, context.in_main, certain is True, fork)

    def turned_off(self, node: ast.expr, context: Context) -> Replacement | None:
        """Find the smallest change by which a true expression becomes false, if one literal decides."""
        value = self.of(node, context)
        literal = value.literal if value else None
        if literal is None or not isinstance(literal.value, str | int) or literal.value not in FALSE_FOR_TRUE:
            return None
        off = 0 if literal.value is not True and literal.value == 1 else FALSE_FOR_TRUE[literal.value]
        trial = Values(self.tree)
        trial.instead = (literal, off)
        if trial.truth(node, context) is not False:
            return None
        written = self.tree.places.text(literal)
        text = written.replace(str(literal.value), str(off)) if isinstance(off, str) else str(off)
        return Replacement(written, text) if text != written else None

    def environment_read(self, call: ast.Call) -> EnvironmentRead | None:
        """Tell how a call reads an environment variable: by os, django-environ, environs, decouple or Starlette."""
        if id(call) not in self._reads:
            self._reads[id(call)] = self._environment_read(call)
        return self._reads[id(call)]

    def _environment_read(self, call: ast.Call) -> EnvironmentRead | None:
        if not call.args or not isinstance(call.args[0], ast.Constant) or not isinstance(call.args[0].value, str):
            return None
        name, second = call.args[0], call.args[1] if len(call.args) > 1 else None
        function = self.tree.qualified(call.func)
        if function in {"os.getenv", "os.environ.get"}:
            return EnvironmentRead(name, argument(call, 1, "default"), "", required=False)
        cast = dotted(word.value) if (word := keyword(call, "cast")) else ""
        if function != "decouple.config":
            reader, _, method = dotted(call.func).partition(".")
            made = self._made_by(reader)
            if made not in _ENVIRONMENT:
                return None
            cast = cast or method
            if isinstance(second, ast.Name) and second.id in {"bool", "int", "str", "float"}:
                cast, second = second.id, None
        default = argument(call, None, "default") or second
        if default is None and function != "decouple.config":
            default, cast = self._scheme(reader, str(name.value), cast)
        return EnvironmentRead(name, default, cast, required=default is None)

    def _made_by(self, name: str) -> str:
        """Name the constructor that a name of the module is bound to by its only assignment."""
        bindings = self.tree.bound.get(((), name), [])
        value = bindings[0].value if len(bindings) == 1 else None
        return self.tree.qualified(value.func) if isinstance(value, ast.Call) else ""

    def _scheme(self, reader: str, variable: str, cast: str) -> tuple[ast.expr | None, str]:
        """Find what `environ.Env(DEBUG=(bool, False))` says about a variable."""
        value = self.tree.bound[(), reader][0].value
        word = keyword(value, variable) if isinstance(value, ast.Call) else None
        if word and isinstance(word.value, ast.Tuple) and len(word.value.elts) == 2:
            return word.value.elts[1], cast or dotted(word.value.elts[0])
        return None, cast

    def name(self, name: str, scope: tuple[str, ...]) -> Value | None:
        """Evaluate a name that is looked up from a scope."""
        for depth in range(len(scope), -1, -1):
            key = (scope[:depth], name)
            if bindings := self.tree.bound.get(key):
                if key not in self._known:
                    self._known[key] = None  # of itself, while it is worked out
                    self._known[key] = self._settled(bindings)
                return None if not depth and name in self.tree.shared else self._known[key]
        return None

    def written(self, node: ast.expr, context: Context) -> ast.expr:
        """Give what is written for an expression: for a name, what its only assignment gives it."""
        if isinstance(node, ast.Name):
            for depth in range(len(context.scope), -1, -1):
                if bindings := self.tree.bound.get((context.scope[:depth], node.id)):
                    return bindings[0].value or node if len(bindings) == 1 else node
        return node

    def _settled(self, bindings: list[Binding]) -> Value | None:
        """Evaluate the last binding; None if another one may be the last that counts."""
        settled: Value | None = None
        if len(bindings) > _BINDINGS:
            return None
        for _, node, _, context in bindings:
            certain = self.certainty(context)
            if certain is False:
                continue
            value = self.of(node, context)
            if certain is None and not (value and settled and value.value == settled.value):
                value = None
            settled = value
        return settled


def _constant(values: Values, node: ast.Constant, context: Context) -> Value:
    if values.instead and values.instead[0] is node:
        return Value(values.instead[1], node)
    return Value(node.value, node)


def _name(values: Values, node: ast.Name, context: Context) -> Value | None:
    return Value(False) if node.id == "TYPE_CHECKING" else values.name(node.id, context.scope)


def _attribute(values: Values, node: ast.Attribute, context: Context) -> Value | None:
    """Look up a constant in the body of a class of this file."""
    if values.tree.qualified(node) == "typing.TYPE_CHECKING":
        return Value(False)
    if isinstance(node.value, ast.Name) and node.value.id in values.tree.classes:
        return values.name(node.attr, (node.value.id,)) if ((node.value.id,), node.attr) in values.tree.bound else None
    return None


def _not(values: Values, node: ast.UnaryOp, context: Context) -> Value | None:
    value = values.of(node.operand, context) if isinstance(node.op, ast.Not) else None
    return value and value._replace(value=not value.value)


def _bool_op(values: Values, node: ast.BoolOp, context: Context) -> Value | None:
    """Take the first true part for `or`; a variable without default is none before it."""
    is_or = isinstance(node.op, ast.Or)
    variables: tuple[str, ...] = ()
    value: Value | None = None
    for part in node.values:
        read = values.environment_read(part) if is_or and isinstance(part, ast.Call) else None
        value = Value(None, None, (str(read.name.value),)) if read and not read.default else values.of(part, context)
        if value is None:
            return None
        variables += value.variables
        if bool(value.value) is is_or:
            break
    return value and value._replace(variables=variables)


def _if_exp(values: Values, node: ast.IfExp, context: Context) -> Value | None:
    test = values.of(node.test, context)
    if test is None:
        return None
    value = values.of(node.body if test.value else node.orelse, context)
    return value and value._replace(variables=test.variables + value.variables)


def _sequence(values: Values, node: ast.Tuple | ast.List | ast.Set, context: Context) -> Value | None:
    parts = [values.of(part, context) for part in node.elts]
    if None in parts:
        return None
    return Value(tuple(part.value for part in parts if part))


_COMPARE: dict[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
}


def _compare(values: Values, node: ast.Compare, context: Context) -> Value | None:
    left, right = values.of(node.left, context), values.of(node.comparators[0], context)
    if left is None or right is None or len(node.ops) > 1:
        return None
    if isinstance(node.ops[0], ast.In | ast.NotIn):
        if not isinstance(right.value, tuple):
            return None
        result = (left.value in right.value) is isinstance(node.ops[0], ast.In)
    elif compare := _COMPARE.get(type(node.ops[0])):
        result = compare(left.value, right.value)
    else:
        return None
    literal = right.literal if right.variables else left.literal
    return Value(result, literal, left.variables + right.variables)


def _call(values: Values, node: ast.Call, context: Context) -> Value | None:
    if read := values.environment_read(node):
        default = values.of(read.default, context)
        cast = _flag if read.cast == "bool" else _CASTS.get(read.cast)
        if default is None or (cast and (default := cast(default)) is None):
            return None
        return default._replace(variables=(str(read.name.value), *default.variables))
    if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS and not node.args:
        text = values.of(node.func.value, context)
        if text and isinstance(text.value, str):
            return text._replace(value=getattr(text.value, node.func.attr)())
    name = values.tree.qualified(node.func) or dotted(node.func)
    cast = _CASTS.get(name.rpartition(".")[2])
    value = values.of(node.args[0], context) if cast and len(node.args) == 1 else None
    return cast(value) if cast and value else None


def _boolean(value: Value) -> Value | None:
    return value._replace(value=bool(value.value))


def _flag(value: Value) -> Value | None:
    """Read a text as strtobool does, and as an environment reader does whose variable is a bool."""
    word = str(value.value).lower()
    if word in _TRUE_WORDS or word in _FALSE_WORDS:
        return value._replace(value=word in _TRUE_WORDS)
    return None


def _integer(value: Value) -> Value | None:
    if isinstance(value.value, int):
        return value._replace(value=int(value.value))
    if isinstance(value.value, str) and value.value.isdecimal() and len(value.value) < 20:
        return value._replace(value=int(value.value))
    return None


def _string(value: Value) -> Value | None:
    return value._replace(value=str(value.value))


_METHODS = frozenset({"lower", "upper", "strip", "casefold", "title", "capitalize"})
_CASTS: dict[str, Callable[[Value], Value | None]] = {
    "bool": _boolean,
    "int": _integer,
    "str": _string,
    "strtobool": _flag,
    "str2bool": _flag,
    "str_to_bool": _flag,
    "loads": _flag,
    "literal_eval": _flag,
    "eval": _flag,
}
_EVALUATE: dict[type, Callable[..., Value | None]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.UnaryOp: _not,
    ast.BoolOp: _bool_op,
    ast.IfExp: _if_exp,
    ast.Tuple: _sequence,
    ast.List: _sequence,
    ast.Set: _sequence,
    ast.Compare: _compare,
    ast.Call: _call,
}
