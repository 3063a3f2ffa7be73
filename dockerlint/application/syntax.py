"""One walk over a Python syntax tree, which keeps what says something about the program.

The walk notes for each thing whether it is reached: in which function or class body it stands,
under which conditions, and whether only when the file is run as a program.
"""

from __future__ import annotations

import ast
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from dockerlint.application.places import Places
from dockerlint.source import Source

SIZE_LIMIT = 1_000_000
"""Characters of a file above which it gives no facts."""


class Branch(NamedTuple):
    """One way at a fork: `test` came out as `arm`, or nobody can say when (None)."""

    test: ast.expr | None
    arm: bool


class Context(NamedTuple):
    """Where in the program a thing stands."""

    scope: tuple[str, ...] = ()
    """The functions and classes around it, outermost first."""
    function: str = ""
    """The innermost function; empty where the module itself runs it."""
    in_class: bool = False
    """Directly in the body of a class."""
    in_main: bool = False
    """Inside `if __name__ == "__main__":`."""
    branches: tuple[Branch, ...] = ()
    in_try: bool = False
    """Where a failure may be caught."""


class Binding(NamedTuple):
    """A name, attribute or subscript gets a value (None: not written there, as in a loop)."""

    target: ast.expr
    value: ast.expr | None
    statement: ast.stmt | ast.expr
    context: Context


class Import(NamedTuple):
    """`name` is dotted, with a leading dot for each level of a relative import."""

    name: str
    context: Context


class Function(NamedTuple):
    node: ast.FunctionDef | ast.AsyncFunctionDef
    context: Context


class Tree:
    """What one walk found, each list in the order of the text."""

    def __init__(self, source: Source, root: ast.Module) -> None:
        self.places = Places(source)
        self.aliases: dict[str, str] = {}
        self.imports: list[Import] = []
        self.stars: list[tuple[ast.ImportFrom, str, Context]] = []
        self.calls: list[tuple[ast.Call, Context]] = []
        self.bindings: list[Binding] = []
        self.bound: defaultdict[tuple[tuple[str, ...], str], list[Binding]] = defaultdict(list)
        self.shared: set[str] = set()
        self.dicts: list[ast.Dict] = []
        self.functions: list[Function] = []
        self.classes: dict[str, tuple[str, ...]] = {}
        self.returns: list[tuple[ast.expr, Context]] = []
        self.subscripts: list[tuple[ast.Subscript, Context]] = []
        self.names: set[str] = set()
        _Walk(self).run(root)

    def qualified(self, node: ast.expr) -> str:
        """Tell what a name or attribute stands for by the imports: `flask.Flask`; empty if nothing."""
        name = dotted(node)
        first, dot, rest = name.partition(".")
        return self.aliases[first] + dot + rest if first in self.aliases else ""


def parse(source: Source) -> Tree | None:
    """Walk over a file; None for what Python here cannot parse, and for what is too large."""
    if len(source.text) > SIZE_LIMIT:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Tree(source, ast.parse(source.text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def dotted(node: ast.expr) -> str:
    """`a.b.c` for a chain of attributes, the empty string for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or not parts:
        return ""
    parts.append(node.id)
    return ".".join(reversed(parts))


def keyword(call: ast.Call, name: str) -> ast.keyword | None:
    return next((word for word in call.keywords if word.arg == name), None)


def argument(call: ast.Call, index: int | None, name: str) -> ast.expr | None:
    """Find what a call gives for a parameter by its name, or by its place if `index` is not None."""
    if word := keyword(call, name):
        return word.value
    if index is None or index >= len(call.args) or any(isinstance(arg, ast.Starred) for arg in call.args[: index + 1]):
        return None
    return call.args[index]


def hides_arguments(call: ast.Call) -> bool:
    """Whether `*args` or `**options` may give what is not written."""
    return any(word.arg is None for word in call.keywords) or any(isinstance(arg, ast.Starred) for arg in call.args)


_FORKS = 12
"""So many conditions are kept for a place; below more of them it is unknown whether the program comes by."""
_LEAVES = frozenset({type(None), str, int, bool, ast.Constant, ast.Pass, ast.Break, ast.Continue, ast.alias})
_NO_NODES = frozenset({"ctx", "op", "ops", "id", "attr", "type_comment", "kind", "names", "simple", "is_async"})


class _Walk:
    """Visits every node once, without recursion, in the order of the text."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.globals: set[tuple[tuple[str, ...], str]] = set()
        self.fields: dict[type, tuple[str, ...]] = {}
        self.visitors: dict[type, Callable[[Any, Context], None]] = {
            ast.Call: self.call,
            ast.Assign: self.assign,
            ast.AnnAssign: self.assign_one,
            ast.AugAssign: self.assign_one,
            ast.NamedExpr: self.assign_one,
            ast.For: self.loop,
            ast.AsyncFor: self.loop,
            ast.withitem: self.with_item,
            ast.Import: self.import_modules,
            ast.ImportFrom: self.import_names,
            ast.Global: self.share,
            ast.Dict: self.dictionary,
            ast.Subscript: self.subscript,
            ast.Return: self.returned,
            ast.ExceptHandler: self.handler,
        }
        self.forks: dict[type, Callable[[Any, Context], Iterator[_Visit]]] = {
            ast.FunctionDef: self.function,
            ast.AsyncFunctionDef: self.function,
            ast.ClassDef: self.klass,
            ast.If: self.fork,
            ast.Try: self.attempt,
            ast.TryStar: self.attempt,
            ast.Match: self.match,
        }

    def run(self, root: ast.Module) -> None:
        stack: list[tuple[ast.AST, Context]] = [(root, Context())]
        while stack:
            node, context = stack.pop()
            kind = type(node)
            if kind in _LEAVES:
                continue
            if isinstance(node, ast.Name):
                self.name(node, context)
                continue
            if fork := self.forks.get(kind):
                stack.extend(reversed(list(fork(node, context))))
                continue
            if visitor := self.visitors.get(kind):
                visitor(node, context)
            fields = self.fields.get(kind) or self._fields(kind)
            for field in fields:
                value = getattr(node, field)
                if value.__class__ is list:
                    stack.extend([(item, context) for item in reversed(value)])
                else:
                    stack.append((value, context))

    def _fields(self, kind: type[ast.AST]) -> tuple[str, ...]:
        self.fields[kind] = tuple(reversed([field for field in kind._fields if field not in _NO_NODES]))
        return self.fields[kind]

    def name(self, node: ast.Name, context: Context) -> None:
        if not context.scope and node.ctx.__class__ is ast.Store:
            self.tree.names.add(node.id)

    def call(self, node: ast.Call, context: Context) -> None:
        self.tree.calls.append((node, context))

    def dictionary(self, node: ast.Dict, context: Context) -> None:
        self.tree.dicts.append(node)

    def subscript(self, node: ast.Subscript, context: Context) -> None:
        if isinstance(node.ctx, ast.Load):
            self.tree.subscripts.append((node, context))

    def returned(self, node: ast.Return, context: Context) -> None:
        if node.value:
            self.tree.returns.append((node.value, context))

    # What binds a name

    def assign(self, node: ast.Assign, context: Context) -> None:
        for target in node.targets:
            self.bind(target, node.value, node, context)

    def assign_one(self, node: ast.AnnAssign | ast.AugAssign | ast.NamedExpr, context: Context) -> None:
        if node.value:
            self.bind(node.target, None if isinstance(node, ast.AugAssign) else node.value, node, context)

    def loop(self, node: ast.For | ast.AsyncFor, context: Context) -> None:
        self.bind(node.target, None, node, context)

    def with_item(self, node: ast.withitem, context: Context) -> None:
        if node.optional_vars:
            self.bind(node.optional_vars, node.context_expr, node.context_expr, context)

    def handler(self, node: ast.ExceptHandler, context: Context) -> None:
        if node.name and not context.scope:
            self.tree.names.add(node.name)

    def share(self, node: ast.Global, context: Context) -> None:
        self.globals.update((context.scope, name) for name in node.names)
        self.tree.shared.update(node.names)
        self.tree.names.update(node.names)

    def bind(self, target: ast.expr, value: ast.expr | None, statement: ast.stmt | ast.expr, context: Context) -> None:
        for part, own in _pairs(target, value):
            binding = Binding(part, own, statement, context)
            self.tree.bindings.append(binding)
            if isinstance(part, ast.Name):
                scope = () if (context.scope, part.id) in self.globals else context.scope
                self.tree.bound[scope, part.id].append(binding)

    def import_modules(self, node: ast.Import, context: Context) -> None:
        for alias in node.names:
            first = alias.name.partition(".")[0]
            self.alias(alias.asname or first, alias.name if alias.asname else first, context)
            self.tree.imports.append(Import(alias.name, context))

    def import_names(self, node: ast.ImportFrom, context: Context) -> None:
        module = "." * node.level + (node.module or "")
        self.tree.imports.append(Import(module, context))
        for alias in node.names:
            if alias.name == "*":
                self.tree.stars.append((node, module, context))
                continue
            name = f"{module}{'.' if node.module else ''}{alias.name}"
            self.alias(alias.asname or alias.name, name, context)
            self.tree.imports.append(Import(name, context))

    def alias(self, name: str, meaning: str, context: Context) -> None:
        self.tree.aliases[name] = meaning
        if not context.scope:
            self.tree.names.add(name)

    # What opens a scope, or may not be reached

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, context: Context) -> Iterator[_Visit]:
        if not context.scope:
            self.tree.names.add(node.name)
        self.tree.functions.append(Function(node, context))
        scope = (*context.scope, node.name)
        for parameter in _parameters(node.args):
            target = ast.Name(parameter.arg, ast.Store())
            self.tree.bound[scope, parameter.arg].append(Binding(target, None, node, context))
        yield from _visits([*node.decorator_list, node.args, node.returns], context)
        yield from _visits(node.body, Context(scope, node.name))

    def klass(self, node: ast.ClassDef, context: Context) -> Iterator[_Visit]:
        if not context.scope:
            self.tree.names.add(node.name)
        self.tree.classes[node.name] = tuple(self.tree.qualified(base) or dotted(base) for base in node.bases)
        yield from _visits([*node.decorator_list, *node.bases, *node.keywords], context)
        yield from _visits(node.body, context._replace(scope=(*context.scope, node.name), in_class=True))

    def fork(self, node: ast.If, context: Context) -> Iterator[_Visit]:
        yield node.test, context
        branches = context.branches
        if len(branches) >= _FORKS:
            branches = (Branch(None, arm=True),)
        if _asks_for_main(node.test):
            body = context._replace(in_main=True)
            if isinstance(node.test, ast.BoolOp):
                body = body._replace(branches=(*branches, Branch(None, arm=True)))
            other = context._replace(branches=(*branches, Branch(None, arm=False)))
        else:
            body = context._replace(branches=(*branches, Branch(node.test, arm=True)))
            other = context._replace(branches=(*branches, Branch(node.test, arm=False)))
        yield from _visits(node.body, body)
        yield from _visits(node.orelse, other)

    def attempt(self, node: ast.Try | ast.TryStar, context: Context) -> Iterator[_Visit]:
        yield from _visits(node.body, context._replace(in_try=context.in_try or bool(node.handlers)))
        yield from _visits(node.handlers, context._replace(branches=(*context.branches, Branch(None, arm=True))))
        yield from _visits([*node.orelse, *node.finalbody], context)

    def match(self, node: ast.Match, context: Context) -> Iterator[_Visit]:
        yield node.subject, context
        yield from _visits(node.cases, context._replace(branches=(*context.branches, Branch(None, arm=True))))


_Visit = tuple[ast.AST, Context]


def _visits(nodes: Iterable[ast.AST | None], context: Context) -> Iterator[_Visit]:
    return ((node, context) for node in nodes if node is not None)


def _pairs(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Take an assignment apart, each target with its own value where that is written apart."""
    if not isinstance(target, ast.Tuple | ast.List):
        yield target, value
        return
    parts: list[ast.expr | None] = [None] * len(target.elts)
    if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(parts):
        parts = [*value.elts]
    for part, own in zip(target.elts, parts, strict=True):
        yield from _pairs(part, own)


def _parameters(parameters: ast.arguments) -> Iterator[ast.arg]:
    yield from (*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs)
    yield from (extra for extra in (parameters.vararg, parameters.kwarg) if extra)


def _asks_for_main(test: ast.expr) -> bool:
    """Whether a condition is `__name__ == "__main__"`, perhaps with `and` something more."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(_asks_for_main(value) for value in test.values)
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq) or len(test.ops) > 1:
        return False
    sides = (test.left, test.comparators[0])
    return any(dotted(side) == "__name__" for side in sides) and any(
        isinstance(side, ast.Constant) and side.value == "__main__" for side in sides
    )
