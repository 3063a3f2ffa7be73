"""Where a Python program switches a debugger, or a page that shows its insides, on or off."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal, NamedTuple

from dockerlint.application.apps import App, Reading
from dockerlint.application.syntax import Binding, Context, argument, dotted, keyword
from dockerlint.application.values import Replacement, Where
from dockerlint.source import Text

Kind = Literal["run", "app", "setting"]


class Switch(NamedTuple):
    """A place that says whether to debug, on (`state` True), off (False) or unknown (None)."""

    place: Text
    """`debug=True` of a call, the whole statement of an assignment."""
    shown: str
    """The place as a message quotes it: `app.run(debug=True)`."""
    state: bool | None
    framework: str
    """Lower case, `werkzeug` for its own servers; empty where the module `origin` must tell."""
    kind: Kind
    """`run`: of a server that starts here; `app`: of an application; `setting`: by DEBUG in a module or class."""
    subject: str
    """What is switched: the name of the application, `DEBUG`, or `Config.DEBUG`."""
    where: Where
    variables: tuple[str, ...] = ()
    """The environment variables that turn it off or on; `state` is what holds without them."""
    origin: str = ""
    """The qualified name of the local object that is switched, if it was imported."""
    edit: Replacement | None = None
    """How to turn it off."""


class Selection(NamedTuple):
    """`app.config.from_object(target)`: the settings of an application come from a module or class.

    `target` is a dotted name, `:Name` for a class of this file, `:` for this file.
    """

    place: Text
    subject: str
    target: str
    where: Where


class _Parameter(NamedTuple):
    place: int | None
    name: str
    framework: str


_RUNNING: dict[str, _Parameter] = {
    "werkzeug.serving.run_simple": _Parameter(4, "use_debugger", "werkzeug"),
    "werkzeug.run_simple": _Parameter(4, "use_debugger", "werkzeug"),
    "bottle.run": _Parameter(None, "debug", "bottle"),
}
_MAKING: dict[str, _Parameter] = {
    "fastapi.FastAPI": _Parameter(None, "debug", "fastapi"),
    "fastapi.applications.FastAPI": _Parameter(None, "debug", "fastapi"),
    "starlette.applications.Starlette": _Parameter(0, "debug", "starlette"),
    "werkzeug.debug.DebuggedApplication": _Parameter(1, "evalex", "werkzeug"),
    "bottle.debug": _Parameter(0, "mode", "bottle"),
}
RUNNERS = frozenset({"flask", "quart", "bottle", "dash", "flask-socketio", "connexion"})
"""The frameworks whose applications take `debug` when they are run."""
CONFIGURED = frozenset({"flask", "quart"})
ATTRIBUTED = frozenset({"flask", "quart", "fastapi", "starlette"})
_DJANGO_SETTINGS = frozenset(
    {"INSTALLED_APPS", "ROOT_URLCONF", "MIDDLEWARE", "MIDDLEWARE_CLASSES", "WSGI_APPLICATION", "DATABASES"}
)


def switches(reading: Reading) -> Iterator[Switch]:
    """All switches of a file, in the order of the text."""
    found = [*_in_calls(reading), *_in_assignments(reading), *_settings(reading)]
    return iter(sorted(found, key=lambda switch: switch.place.start))


def selections(reading: Reading) -> Iterator[Selection]:
    for call, context in reading.tree.calls:
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in {"from_object", "from_pyfile"}:
            continue
        subject, app = _configured(reading, call.func.value)
        where = reading.values.where(context)
        target = _target(reading, call)
        if app and where and target:
            yield Selection(reading.tree.places.text(call), subject, target, where)


def is_django_settings(reading: Reading) -> bool:
    """Whether a module is Django's settings: it binds what only these have, or refines such a module."""
    if not _DJANGO_SETTINGS.isdisjoint(reading.tree.names):
        return True
    refines = any(not context.scope for _, _, context in reading.tree.stars)
    return refines and "settings" in reading.tree.places.source.path.replace(".py", "").split("/")[-2:]


def _target(reading: Reading, call: ast.Call) -> str:
    node = call.args[0] if call.args else None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        name = node.value
        if isinstance(call.func, ast.Attribute) and call.func.attr == "from_pyfile":
            stem = name.removesuffix(".py")
            return f".{stem}" if stem.isidentifier() and stem != name else ""
        return name
    if node is None:
        return ""
    if isinstance(node, ast.Call):
        node = node.func  # an instance of the class
    name = dotted(node)
    if name == "__name__":
        return ":"
    return reading.tree.qualified(node) or (f":{name}" if name in reading.tree.classes else "")


def _in_calls(reading: Reading) -> Iterator[Switch]:
    made = {id(binding.value): dotted(binding.target) for binding in reading.tree.bindings}
    for call, context in reading.tree.calls:
        name = reading.apps.constructor(call.func)
        if name in _RUNNING:
            yield from _given(reading, call, context, _RUNNING[name])
        elif name in _MAKING:
            for switch in _given(reading, call, context, _MAKING[name]):
                yield switch._replace(kind="app", subject=made.get(id(call), ""))
        elif isinstance(call.func, ast.Attribute) and call.func.attr in {"run", "run_server"}:
            yield from _run(reading, call, call.func.value, context)
        elif isinstance(call.func, ast.Attribute) and call.func.attr in {"update", "from_mapping"}:
            yield from _update(reading, call, call.func.value, context)


def _run(reading: Reading, call: ast.Call, receiver: ast.expr, context: Context) -> Iterator[Switch]:
    app = reading.apps.of(receiver)
    if app is None or app.framework not in {"", *RUNNERS}:
        return
    parameter = _Parameter(2 if app.framework in {"flask", "quart"} else None, "debug", app.framework)
    value = argument(call, parameter.place, parameter.name)
    if value is None or _is_its_own(value, dotted(receiver)):
        return
    for switch in _given(reading, call, context, parameter):
        yield switch._replace(subject=dotted(receiver), origin=app.origin)


def _is_its_own(value: ast.expr, app: str) -> bool:
    """Whether an application is given what it has: `app.run(debug=app.config["DEBUG"])`."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        value = value.func.value
    elif isinstance(value, ast.Subscript):
        value = value.value
    return bool(app) and dotted(value) in {f"{app}.debug", f"{app}.config"}


def _given(reading: Reading, call: ast.Call, context: Context, parameter: _Parameter) -> Iterator[Switch]:
    """Give the switch that a call holds for a parameter, if it does."""
    value = argument(call, parameter.place, parameter.name)
    if value is not None:
        place = reading.tree.places.text(keyword(call, parameter.name) or value)
        for switch in _switch(reading, place, value, context):
            shown = f"{dotted(call.func) or '...'}({place})"
            yield switch._replace(shown=shown, framework=parameter.framework, kind="run")


def _update(reading: Reading, call: ast.Call, receiver: ast.expr, context: Context) -> Iterator[Switch]:
    """`app.config.update(DEBUG=True)`, also with a dict."""
    subject, app = _configured(reading, receiver)
    if app is None:
        return
    places = reading.tree.places
    pairs = [(places.text(word), word.value) for word in call.keywords if word.arg == "DEBUG"]
    for mapping in call.args:
        if isinstance(mapping, ast.Dict):
            pairs += [
                (places.source.slice(places.span(key)[0], places.span(value)[1]), value)
                for key, value in zip(mapping.keys, mapping.values, strict=True)
                if isinstance(key, ast.Constant) and key.value == "DEBUG"
            ]
    for place, value in pairs:
        for switch in _switch(reading, place, value, context):
            yield _of_app(switch, subject, app)._replace(shown=f"{dotted(call.func)}({place})")


def _configured(reading: Reading, config: ast.expr) -> tuple[str, App | None]:
    """Tell whose `config` an expression is."""
    if not isinstance(config, ast.Attribute) or config.attr != "config":
        return "", None
    app = reading.apps.of(config.value)
    return dotted(config.value), app if app and app.framework in {"", *CONFIGURED} else None


def _in_assignments(reading: Reading) -> Iterator[Switch]:
    """`app.debug = True`, `app.config["DEBUG"] = True`."""
    for binding in reading.tree.bindings:
        subject, app = _assigned_app(reading, binding.target)
        if app:
            for switch in _assigned(reading, binding):
                yield _of_app(switch, subject, app)


def _assigned_app(reading: Reading, target: ast.expr) -> tuple[str, App | None]:
    if isinstance(target, ast.Attribute) and target.attr == "debug":
        app = reading.apps.of(target.value)
        return dotted(target.value), app if app and app.framework in {"", *ATTRIBUTED} else None
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) and target.slice.value == "DEBUG":
        return _configured(reading, target.value)
    return "", None


def _of_app(switch: Switch, subject: str, app: App) -> Switch:
    return switch._replace(kind="app", subject=subject, framework=app.framework, origin=app.origin)


def _settings(reading: Reading) -> Iterator[Switch]:
    """`DEBUG = True` of a module or in the body of a class: Django's settings, or what Flask may be given."""
    framework = "django" if is_django_settings(reading) else "flask"
    for binding in reading.tree.bindings:
        scope = binding.context.scope
        if dotted(binding.target) == "DEBUG" and (not scope or (binding.context.in_class and len(scope) == 1)):
            for switch in _assigned(reading, binding):
                yield switch._replace(framework=framework, subject=".".join((*scope, "DEBUG")))


def _assigned(reading: Reading, binding: Binding) -> Iterator[Switch]:
    places = reading.tree.places
    end = places.span(binding.value or binding.statement)[1]
    place = places.source.slice(places.span(binding.target)[0], end)
    return _switch(reading, place, binding.value, binding.context)


def _switch(reading: Reading, place: Text, node: ast.expr | None, context: Context) -> Iterator[Switch]:
    """Make a switch with the value of an expression, unless the program never comes by."""
    where = reading.values.where(context)
    if where is None:
        return
    value = reading.values.of(node, context)
    state = None if value is None else bool(value.value)
    yield Switch(
        place=place,
        shown=str(place),
        state=state,
        framework="",
        kind="setting",
        subject="",
        where=where,
        variables=value.variables if value else (),
        edit=reading.values.turned_off(node, context) if node and state else None,
    )
