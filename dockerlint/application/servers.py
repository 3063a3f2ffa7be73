"""Where a Python program starts a server itself, and on which address."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.application.apps import Reading
from dockerlint.application.syntax import Context, argument, dotted, hides_arguments, keyword
from dockerlint.application.values import Replacement, Value, Where
from dockerlint.source import Text


class Server(NamedTuple):
    """A call that starts a server; `host` "" means all addresses, None unknown, as for `port`."""

    place: Text
    framework: str
    """Lower case; empty where the module `origin` must tell."""
    host: str | None
    port: int | None
    is_development: bool | None
    """True for a server that its makers do not want in production, or one that reloads; None unknown."""
    where: Where
    host_place: Text | None = None
    """Where the host is written; None for a default."""
    port_place: Text | None = None
    variables: tuple[str, ...] = ()
    """The environment variables that can change the host."""
    origin: str = ""
    """The qualified name of the local object that serves, if it was imported."""
    edit: Replacement | None = None
    """How to make it listen on all addresses."""


class Signature(NamedTuple):
    """How a call is told where to listen: for each the place among the arguments, and the name."""

    framework: str
    host: tuple[int | None, str] = (None, "host")
    port: tuple[int | None, str] = (None, "port")
    address: tuple[int | None, str] | None = None
    """The argument that may hold host and port, as a tuple or as `host:port`."""
    default_host: str | None = None
    default_port: int | None = None
    is_development: bool | None = False
    variables: tuple[str, ...] = ()


_LOOPBACK = "127.0.0.1"
METHODS: dict[tuple[str, str], Signature] = {
    ("flask", "run"): Signature("flask", (0, "host"), (1, "port"), None, _LOOPBACK, 5000, True),
    ("quart", "run"): Signature("quart", (0, "host"), (1, "port"), None, _LOOPBACK, 5000, True),
    ("bottle", "run"): Signature("bottle", default_host=_LOOPBACK, default_port=8080, is_development=True),
    ("dash", "run"): Signature("dash", (0, "host"), (1, "port"), None, _LOOPBACK, 8050, True, ("HOST",)),
    ("dash", "run_server"): Signature("dash", (0, "host"), (1, "port"), None, _LOOPBACK, 8050, True, ("HOST",)),
    ("flask-socketio", "run"): Signature("flask-socketio", (1, "host"), (2, "port"), None, _LOOPBACK, 5000, None),
    ("connexion", "run"): Signature("connexion", is_development=None),
    ("sanic", "run"): Signature("sanic", (0, "host"), (1, "port"), None, _LOOPBACK, 8000),
    ("gradio", "launch"): Signature(
        "gradio", (None, "server_name"), (None, "server_port"), None, _LOOPBACK, 7860, False, ("GRADIO_SERVER_NAME",)
    ),
    ("tornado", "listen"): Signature("tornado", (1, "address"), (0, "port"), default_host=""),
    ("grpc", "add_insecure_port"): Signature("grpc", address=(0, "address")),
    ("grpc", "add_secure_port"): Signature("grpc", address=(0, "address")),
    ("socket", "bind"): Signature("socket", address=(0, "address")),
}
"""The methods of an application that start a server; one that is only imported counts as Flask's."""

_UVICORN = Signature("uvicorn", default_host=_LOOPBACK, default_port=8000)
_ADDRESS = Signature("http.server", address=(0, "server_address"))
_FUNCTIONS: dict[str, Signature] = {
    "uvicorn.run": _UVICORN,
    "uvicorn.Config": _UVICORN,
    "bottle.run": Signature("bottle", default_host=_LOOPBACK, default_port=8080, is_development=True),
    "waitress.serve": Signature("waitress", address=(None, "listen"), default_host="", default_port=8080),
    "granian.Granian": Signature("granian", (None, "address"), default_host=_LOOPBACK, default_port=8000),
    "wsgiref.simple_server.make_server": Signature("wsgiref", (0, "host"), (1, "port")),
    "werkzeug.serving.run_simple": Signature("werkzeug", (0, "hostname"), (1, "port"), is_development=True),
    "werkzeug.run_simple": Signature("werkzeug", (0, "hostname"), (1, "port"), is_development=True),
    "aiohttp.web.run_app": Signature("aiohttp", default_host="", default_port=8080),
    "aiohttp.web.TCPSite": Signature("aiohttp", (1, "host"), (2, "port"), default_host="", default_port=8080),
    "asyncio.start_server": Signature("asyncio", (1, "host"), (2, "port")),
    "http.server.HTTPServer": _ADDRESS,
    "http.server.ThreadingHTTPServer": _ADDRESS,
    "socketserver.TCPServer": _ADDRESS._replace(framework="socketserver"),
    "socketserver.ThreadingTCPServer": _ADDRESS._replace(framework="socketserver"),
    "socketserver.UDPServer": _ADDRESS._replace(framework="socketserver"),
    "socketserver.ThreadingUDPServer": _ADDRESS._replace(framework="socketserver"),
    "xmlrpc.server.SimpleXMLRPCServer": _ADDRESS._replace(framework="xmlrpc.server"),
    "gevent.pywsgi.WSGIServer": _ADDRESS._replace(framework="gevent"),
    "eventlet.listen": _ADDRESS._replace(framework="eventlet"),
}
_ELSEWHERE = ("uds", "fd", "sock", "path", "unix_socket", "sockets", "share")
"""Parameters by which a server listens on something else than host and port."""


def served(reading: Reading) -> Iterator[tuple[str, Where]]:
    """Give the modules that a server is told to import: `uvicorn.run("main:app")`."""
    for call, context in reading.tree.calls:
        if reading.apps.constructor(call.func) in {"uvicorn.run", "uvicorn.Config", "granian.Granian"}:
            value = reading.values.of(argument(call, 0, "app"), context)
            where = reading.values.where(context)
            if where and value and isinstance(value.value, str):
                yield value.value.partition(":")[0], where


def servers(reading: Reading) -> Iterator[Server]:
    """Every place where a server is started, in the order of the text."""
    calls = (dotted(call.func) for call, _ in reading.tree.calls)
    listening = {name.removesuffix(".listen") for name in calls if name.endswith(".listen")}
    for call, context in reading.tree.calls:
        signature, origin = _signature(reading, call)
        if signature is None or (signature.framework == "socket" and _receiver(call) not in listening):
            continue  # a socket that does not listen looks for a free port, or sends
        if where := reading.values.where(context):
            yield _server(reading, call, context, signature, where)._replace(origin=origin)


def _signature(reading: Reading, call: ast.Call) -> tuple[Signature | None, str]:
    if signature := _FUNCTIONS.get(reading.apps.constructor(call.func)):
        return signature, ""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _METHOD_NAMES:
        return None, ""
    app = reading.apps.of(call.func.value)
    if app is None:
        return None, ""
    if not app.framework and call.func.attr == "run":
        return METHODS["flask", "run"]._replace(framework=""), app.origin
    return METHODS.get((app.framework, call.func.attr)), app.origin


_METHOD_NAMES = frozenset(method for _, method in METHODS)


def _receiver(call: ast.Call) -> str:
    return dotted(call.func).rpartition(".")[0]


def _server(reading: Reading, call: ast.Call, context: Context, signature: Signature, where: Where) -> Server:
    host, port, address = _listens(reading, call, context, signature)
    server = Server(
        place=reading.tree.places.text(call),
        framework=signature.framework,
        host=None,
        port=None,
        is_development=_is_development(reading, call, context, signature),
        where=where,
    )
    if _listens_elsewhere(call):
        return server
    if address is not None:
        return _at_address(reading, server, reading.values.of(address, context), address)
    server = _at_port(reading, server, signature, port, context)
    if host is not None:
        return _at_host(reading, server, signature, host, context)
    if hides_arguments(call):
        return server
    edit = _insertion(reading, call, signature)
    return server._replace(host=signature.default_host, variables=signature.variables, edit=edit)


def _listens(
    reading: Reading, call: ast.Call, context: Context, signature: Signature
) -> tuple[ast.expr | None, ast.expr | None, ast.expr | None]:
    """Find the expressions for host and port, or the one for both."""
    address = argument(call, *signature.address) if signature.address else None
    if address is None:
        return argument(call, *signature.host), argument(call, *signature.port), None
    written = reading.values.written(address, context)
    if isinstance(written, ast.Tuple) and len(written.elts) >= 2:
        return written.elts[0], written.elts[1], None
    return None, None, address


def _at_host(reading: Reading, server: Server, signature: Signature, node: ast.expr, context: Context) -> Server:
    server = server._replace(host_place=reading.tree.places.text(node))
    value = reading.values.of(node, context)
    if value is None or not isinstance(value.value, str | None):
        return server
    host = value.value
    if host is None or (not host and signature.default_host == _LOOPBACK):
        return server._replace(host=signature.default_host, variables=value.variables)
    return server._replace(host=host, variables=value.variables, edit=_change(reading, value, host))


def _at_port(reading: Reading, server: Server, signature: Signature, node: ast.expr | None, context: Context) -> Server:
    if node is None:
        return server._replace(port=signature.default_port)
    value = reading.values.of(node, context)
    number = str(value.value) if value and not value.variables else ""
    port = int(number) if number.isdecimal() and len(number) <= 5 else None
    return server._replace(port=port, port_place=reading.tree.places.text(node))


def _at_address(reading: Reading, server: Server, value: Value | None, node: ast.expr) -> Server:
    """`host:port` in one text; several of them are unknown."""
    place = reading.tree.places.text(node)
    server = server._replace(host_place=place, port_place=place)
    if value is None or not isinstance(value.value, str):
        return server
    host, _, port = value.value.rpartition(":")
    if not port.isdecimal() or len(port) > 5 or " " in host:
        return server
    plain = host.strip("[]")
    host = "" if plain in {"*", "::"} else plain
    edit = _change(reading, value, host) if host and plain == host else None
    return server._replace(host=host, port=int(port), variables=value.variables, edit=edit)


def _change(reading: Reading, value: Value, host: str) -> Replacement | None:
    """`0.0.0.0` for the host inside its literal."""
    text = reading.tree.places.string(value.literal) if value.literal else None
    if text is None or host not in text or "[" in text:
        return None
    start = text.offset(text.index(host))
    place = reading.tree.places.source.slice(start, start + len(host))
    return Replacement(place, "0.0.0.0") if place == host else None  # noqa: S104 -- a text, no socket


def _insertion(reading: Reading, call: ast.Call, signature: Signature) -> Replacement | None:
    """Give the keyword to add for a server whose default is loopback."""
    if signature.default_host != _LOOPBACK:
        return None
    source, end = reading.tree.places.source, reading.tree.places.span(call)[1] - 1
    word = f'{signature.host[1]}="0.0.0.0"'
    if call.args:
        place = reading.tree.places.span(call.args[-1])[1]
        rest = source.text[place:end].lstrip()
        if rest and not rest.startswith(","):
            return None  # a parenthesis or a comment belongs to the argument
        return Replacement(source.slice(place, place), f", {word}")
    if call.keywords:
        place = reading.tree.places.span(call.keywords[0])[0]
        return Replacement(source.slice(place, place), f"{word}, ")
    return Replacement(source.slice(end, end), word)


def _listens_elsewhere(call: ast.Call) -> bool:
    words = (keyword(call, name) for name in _ELSEWHERE)
    return any(word and not (isinstance(word.value, ast.Constant) and not word.value.value) for word in words)


def _is_development(reading: Reading, call: ast.Call, context: Context, signature: Signature) -> bool | None:
    if signature.framework == "uvicorn" and (word := keyword(call, "reload")):
        return reading.values.truth(word.value, context)
    if signature.framework == "bottle" and (word := keyword(call, "server")):
        value = reading.values.of(word.value, context)
        return value.value == "wsgiref" if value else None
    return signature.is_development
