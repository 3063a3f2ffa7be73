"""What a Python file says about the program that it is part of: facts by `ast`, never by import.

A module knows only itself. Which of its facts hold when a container starts, and which framework an
imported application belongs to, `reach.Program` says.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dockerlint.application.apps import App, Reading, reading
from dockerlint.application.debug import Selection, Switch, is_django_settings, selections, switches
from dockerlint.application.literals import Assignment, Variable, assignments, variables
from dockerlint.application.logs import LogFile, log_files, may_log_to_console
from dockerlint.application.servers import Server, served, servers
from dockerlint.application.syntax import dotted, parse
from dockerlint.application.values import Where
from dockerlint.source import Source, Text

Constant = str | int | bool | float | None


class Star(NamedTuple):
    """`from name import *`."""

    place: Text
    name: str
    where: Where


class Call(NamedTuple):
    """A function is called, or handed over to be called: by its name here, or by its qualified name."""

    function: str
    where: Where


class Module(NamedTuple):
    """The facts about one file. All places are offsets into the text of `source`."""

    source: Source
    imports: Mapping[str, bool]
    """Dotted names, a leading dot for each level of a relative import; whether surely imported.

    `from a import b` gives `a` and `a.b`, since only the files can tell what `b` is.
    """
    stars: tuple[Star, ...]
    bound: frozenset[str]
    """The names that the file itself binds at top level."""
    names: frozenset[str] | None
    """The same; None if others may be there: star imports, `__getattr__`, `globals()`."""
    constants: Mapping[str, Constant]
    """The names of the top level whose value is known without the environment."""
    aliases: Mapping[str, str]
    """What the imported names stand for."""
    bases: Mapping[str, tuple[str, ...]]
    """What each class derives from."""
    apps: Mapping[str, App]
    """Names bound to applications, and functions and classes that make them."""
    calls: tuple[Call, ...]
    debug: tuple[Switch, ...]
    """All switches, also those that are off; `reach.Program.debug` tells which hold."""
    selections: tuple[Selection, ...]
    servers: tuple[Server, ...]
    assignments: tuple[Assignment, ...]
    environment: tuple[Variable, ...]
    is_django_settings: bool
    log_files: tuple[LogFile, ...]
    may_log_to_console: bool

    @classmethod
    def read(cls, source: Source) -> Module | None:
        """Draw the facts from a file; None where Python here cannot parse it, or where it is too large or deep."""
        try:
            tree = parse(source)
            return _module(reading(tree)) if tree else None
        except RecursionError:
            return None

    def has(self, name: str) -> bool | None:
        """Whether the module has an attribute; a submodule of a package is none of its own."""
        if name in self.bound:
            return True
        return None if self.names is None else False


def _module(facts: Reading) -> Module:
    tree = facts.tree
    bound = frozenset(tree.names)
    return Module(
        source=tree.places.source,
        imports=_imports(facts),
        stars=tuple(_stars(facts)),
        bound=bound,
        names=None if _is_open(facts) else bound,
        constants=_constants(facts),
        aliases=tree.aliases,
        bases=tree.classes,
        apps=facts.apps.named,
        calls=tuple(_calls(facts)),
        debug=tuple(switches(facts)),
        selections=tuple(selections(facts)),
        servers=tuple(servers(facts)),
        assignments=tuple(assignments(facts)),
        environment=tuple(variables(facts)),
        is_django_settings=is_django_settings(facts),
        log_files=tuple(log_files(facts)),
        may_log_to_console=may_log_to_console(facts),
    )


def _imports(facts: Reading) -> dict[str, bool]:
    imports: dict[str, bool] = {}
    found = ((name, facts.values.where(context)) for name, context in facts.tree.imports)
    for name, where in (*found, *served(facts)):
        if where:
            imports[name] = where.is_certain or imports.get(name, False)
    return imports


def _stars(facts: Reading) -> Iterator[Star]:
    for node, name, context in facts.tree.stars:
        if where := facts.values.where(context):
            yield Star(facts.tree.places.text(node), name, where)


def _is_open(facts: Reading) -> bool:
    tree = facts.tree
    return (
        bool(tree.stars)
        or "__getattr__" in tree.names
        or any(dotted(call.func) in {"globals", "locals", "vars", "exec", "setattr"} for call, _ in tree.calls)
        or any(dotted(subscript.value) == "sys.modules" for subscript, _ in tree.subscripts)
    )


def _constants(facts: Reading) -> dict[str, Constant]:
    constants: dict[str, Constant] = {}
    for scope, name in list(facts.tree.bound):
        value = None if scope else facts.values.name(name, ())
        if value and not value.variables and isinstance(value.value, str | int | float | None):
            constants[name] = value.value
    return constants


def _calls(facts: Reading) -> Iterator[Call]:
    """Who calls whom; a function that is handed over, as to a thread, counts as called."""
    methods = {function.node.name for function in facts.tree.functions if function.context.in_class}
    functions = {function.node.name for function in facts.tree.functions if not function.context.in_class}
    for call, context in facts.tree.calls:
        where = facts.values.where(context)
        if where is None or dotted(call.func).endswith(".set_defaults"):
            continue
        handed = (*call.args, *(word.value for word in call.keywords))
        for node in (call.func, *(node for node in handed if isinstance(node, ast.Name | ast.Attribute))):
            yield from (Call(name, where) for name in _called(facts, node, functions, methods))


def _called(facts: Reading, node: ast.expr, functions: set[str], methods: set[str]) -> Iterator[str]:
    if qualified := facts.tree.qualified(node):
        yield qualified
    elif isinstance(node, ast.Name) and node.id in facts.tree.classes:
        yield "__init__"
    elif isinstance(node, ast.Name) and node.id in functions:
        yield node.id
    elif isinstance(node, ast.Attribute) and node.attr in methods and not facts.apps.of(node.value):
        yield node.attr
