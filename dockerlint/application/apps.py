"""Which names of a Python file stand for a web application, and of which framework."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from typing import NamedTuple

from dockerlint.application.syntax import Tree, dotted
from dockerlint.application.values import Values

CONSTRUCTORS: Mapping[str, str] = {
    "flask.Flask": "flask",
    "flask.app.Flask": "flask",
    "apiflask.APIFlask": "flask",
    "flask_openapi3.OpenAPI": "flask",
    "quart.Quart": "quart",
    "bottle.Bottle": "bottle",
    "bottle.default_app": "bottle",
    "bottle.app": "bottle",
    "dash.Dash": "dash",
    "dash_extensions.enrich.DashProxy": "dash",
    "flask_socketio.SocketIO": "flask-socketio",
    "connexion.App": "connexion",
    "connexion.FlaskApp": "connexion",
    "fastapi.FastAPI": "fastapi",
    "fastapi.applications.FastAPI": "fastapi",
    "starlette.applications.Starlette": "starlette",
    "sanic.Sanic": "sanic",
    "gradio.Interface": "gradio",
    "gradio.Blocks": "gradio",
    "gradio.ChatInterface": "gradio",
    "gradio.TabbedInterface": "gradio",
    "tornado.web.Application": "tornado",
    "tornado.httpserver.HTTPServer": "tornado",
    "grpc.server": "grpc",
    "grpc.aio.server": "grpc",
    "socket.socket": "socket",
}
"""What makes an application, or what else can be told to serve, by its qualified name."""

_GUESSED = ("flask", "quart", "bottle")
_APP_NAMES = frozenset({"app", "application"})
_FACTORIES = frozenset({"create_app", "make_app", "build_app", "get_app", "init_app", "create_application"})


class App(NamedTuple):
    """An application. Where `origin` is set, the local module that it names knows the framework better."""

    framework: str
    origin: str = ""


class Apps:
    """The applications of one tree, by the names they are bound to and the functions that make them."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        roots = {meaning.partition(".")[0] for meaning in tree.aliases.values()}
        self.guess = next((framework for framework in _GUESSED if framework in roots), "")
        self.named: dict[str, App] = {}
        self.other: set[str] = set()
        """Names of what the standard library or a library without applications of its own made."""
        self._constructors: dict[str, str] = {}
        self._bind()
        self._bind_factories()
        self._bind()  # once more, for what the factories made

    def of(self, node: ast.expr) -> App | None:
        """Tell which application an expression stands for; None if it is none, as far as is known."""
        if isinstance(node, ast.Call):
            return self._made(node.func)
        name = dotted(node)
        if name in self.named:
            return self.named[name]
        last = name.rpartition(".")[2]
        if origin := self.tree.qualified(node):
            return None if is_foreign(origin) else App(self.guess if last in _APP_NAMES else "", origin)
        return App(self.guess) if self.guess and last in _APP_NAMES and name not in self.other else None

    def constructor(self, function: ast.expr) -> str:
        """Give the qualified name of what is called; a class of this file is taken for the one it derives from."""
        written = dotted(function)
        if written not in self._constructors:
            name = self.tree.qualified(function) or written
            for _ in range(8):  # as deep as class hierarchies in one file go
                known = [base for base in self.tree.classes.get(name, ()) if base]
                if not known:
                    break
                name = known[0]
            self._constructors[written] = name
        return self._constructors[written]

    def _made(self, function: ast.expr) -> App | None:
        name = self.constructor(function)
        if framework := CONSTRUCTORS.get(name):
            return App(framework)
        if name in self.named:
            return self.named[name]
        last = name.rpartition(".")[2]
        if self.tree.qualified(function) and not is_foreign(name):
            return App(self.guess if last in _FACTORIES else "", name)
        return App(self.guess) if self.guess and last in _FACTORIES else None

    def _bind(self) -> None:
        for binding in self.tree.bindings:
            name = dotted(binding.target)
            if not name or not isinstance(binding.value, ast.Call):
                continue
            if app := self._made(binding.value.func):
                self.named.setdefault(name, app)
            elif is_foreign(self.tree.qualified(binding.value.func)):
                self.other.add(name)

    def _bind_factories(self) -> None:
        """Note functions by the application that they return, or say that they return, and classes by their base."""
        for value, context in self.tree.returns:
            app = self.named.get(dotted(value)) or (self._made(value.func) if isinstance(value, ast.Call) else None)
            if app and context.function:
                self.named.setdefault(context.function, app)
        for function, _ in self.tree.functions:
            annotation = self.tree.qualified(function.returns) if function.returns else ""
            if framework := CONSTRUCTORS.get(annotation):
                self.named[function.name] = App(framework)
        for name in self.tree.classes:
            if framework := CONSTRUCTORS.get(self.constructor(ast.Name(name))):
                self.named[name] = App(framework)


def is_foreign(name: str) -> bool:
    """Whether a qualified name surely belongs to the standard library or a well-known framework."""
    root = name.partition(".")[0]
    return root in sys.stdlib_module_names or root in _FOREIGN


_FOREIGN = frozenset({name.partition(".")[0] for name in CONSTRUCTORS} | {"celery", "typer", "click", "uvicorn"})


class Reading(NamedTuple):
    """What all facts about one file are drawn from."""

    tree: Tree
    values: Values
    apps: Apps


def reading(tree: Tree) -> Reading:
    return Reading(tree, Values(tree), Apps(tree))
