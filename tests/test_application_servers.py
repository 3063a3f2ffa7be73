"""Which servers a program starts, and where they listen."""

from __future__ import annotations

import pytest

from tests.application import FLASK, MAIN, mended, module, program

LOCAL = "127.0.0.1"
ALL = "0.0.0.0"
SERVERS = [
    # (a program, framework, host, port, whether it is for development)
    (FLASK + "app.run()", "flask", LOCAL, 5000, True),
    (FLASK + "app.run(port=80)", "flask", LOCAL, 80, True),
    (FLASK + "app.run(host=None)", "flask", LOCAL, 5000, True),
    (FLASK + "app.run('localhost', 80)", "flask", "localhost", 80, True),
    (FLASK + "app.run(host='0.0.0.0', port='80')", "flask", ALL, 80, True),
    (FLASK + "H = '::1'\nP = 8000\napp.run(H, P)", "flask", "::1", 8000, True),
    (FLASK + "app.run(host=args.host, port=args.port)", "flask", None, None, True),
    (FLASK + "app.run(**options)", "flask", None, 5000, True),
    (FLASK + "app.run(*options)", "flask", None, 5000, True),
    (FLASK + "app.run(port=int(os.getenv('PORT', 5000)))", "flask", LOCAL, None, True),
    (FLASK + "app.config['SERVER_NAME'] = 'example.org:80'\napp.run()", "flask", None, 5000, True),
    ("import quart\nquart.Quart('x').run()", "quart", LOCAL, 5000, True),
    ("from bottle import run\nrun()", "bottle", LOCAL, 8080, True),
    ("from bottle import run\nrun(server='gunicorn')", "bottle", LOCAL, 8080, False),
    ("from bottle import Bottle\nBottle().run(host='0.0.0.0')", "bottle", ALL, 8080, True),
    ("from dash import Dash\napp = Dash()\napp.run()", "dash", LOCAL, 8050, True),
    ("from flask_socketio import SocketIO\ns = SocketIO()\ns.run(app)", "flask-socketio", LOCAL, 5000, None),
    ("from flask_socketio import SocketIO\ns = SocketIO()\ns.run(app, '0.0.0.0', 1)", "flask-socketio", ALL, 1, None),
    ("from sanic import Sanic\napp = Sanic('x')\napp.run()", "sanic", LOCAL, 8000, False),
    ("import gradio as gr\nwith gr.Blocks() as demo:\n    pass\ndemo.launch()", "gradio", LOCAL, 7860, False),
    ("import gradio as gr\ngr.Interface(f).launch(server_name='0.0.0.0')", "gradio", ALL, 7860, False),
    ("import gradio as gr\ngr.Interface(f).launch(share=True)", "gradio", None, None, False),
    ("import connexion\nconnexion.App('x').run()", "connexion", None, None, None),
    ("import uvicorn\nuvicorn.run(app)", "uvicorn", LOCAL, 8000, False),
    ("import uvicorn\nuvicorn.run('main:app', host='0.0.0.0', reload=True)", "uvicorn", ALL, 8000, True),
    ("import uvicorn\nuvicorn.run(app, reload=settings.reload)", "uvicorn", LOCAL, 8000, None),
    ("import uvicorn\nuvicorn.run(app, uds='/run/s')", "uvicorn", None, None, False),
    ("import uvicorn\nuvicorn.run(app, uds=None)", "uvicorn", LOCAL, 8000, False),
    ("from uvicorn import Config, Server\nServer(Config(app)).run()", "uvicorn", LOCAL, 8000, False),
    ("from waitress import serve\nserve(app)", "waitress", "", 8080, False),
    ("from waitress import serve\nserve(app, listen='127.0.0.1:80')", "waitress", LOCAL, 80, False),
    ("from waitress import serve\nserve(app, listen='*:80')", "waitress", "", 80, False),
    ("from waitress import serve\nserve(app, listen='*:80 *:81')", "waitress", None, None, False),
    ("from granian import Granian\nGranian('m:a').serve()", "granian", LOCAL, 8000, False),
    ("from wsgiref.simple_server import make_server\nmake_server('localhost', 1, a)", "wsgiref", "localhost", 1, False),
    ("from werkzeug import run_simple\nrun_simple('localhost', 1, a)", "werkzeug", "localhost", 1, True),
    ("from aiohttp import web\nweb.run_app(app)", "aiohttp", "", 8080, False),
    ("from aiohttp import web\nweb.run_app(app, host='127.0.0.1')", "aiohttp", LOCAL, 8080, False),
    ("from aiohttp import web\nweb.TCPSite(r, 'localhost', 1)", "aiohttp", "localhost", 1, False),
    ("from aiohttp import web\nweb.run_app(app, path='/s')", "aiohttp", None, None, False),
    ("import asyncio\nasyncio.start_server(f, '127.0.0.1', 1)", "asyncio", LOCAL, 1, False),
    ("from http.server import HTTPServer\nHTTPServer(('localhost', 1), H)", "http.server", "localhost", 1, False),
    ("from http.server import HTTPServer\nHTTPServer(('', 1), H)", "http.server", "", 1, False),
    ("from http.server import HTTPServer\na = ('', 1)\nHTTPServer(a, H)", "http.server", "", 1, False),
    ("from http.server import HTTPServer\nHTTPServer(a, H)", "http.server", None, None, False),
    ("import http.server\nclass S(http.server.HTTPServer): pass\nS(('::1', 1), H)", "http.server", "::1", 1, False),
    ("import socketserver\nwith socketserver.TCPServer(('', 1), H) as s: pass", "socketserver", "", 1, False),
    ("from gevent.pywsgi import WSGIServer\nWSGIServer(('127.0.0.1', 1), a)", "gevent", LOCAL, 1, False),
    ("from xmlrpc.server import SimpleXMLRPCServer as S\nS(('localhost', 1))", "xmlrpc.server", "localhost", 1, False),
    ("import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 1))\ns.listen()", "socket", LOCAL, 1, False),
    ("import socket\nwith socket.socket() as s:\n    s.bind(('', 1))\n    s.listen()", "socket", "", 1, False),
    ("import grpc\ns = grpc.server(p)\ns.add_insecure_port('localhost:1')", "grpc", "localhost", 1, False),
    ("import grpc\ns = grpc.aio.server()\ns.add_insecure_port('[::]:1')", "grpc", "", 1, False),
    ("import grpc\ns = grpc.server(p)\ns.add_insecure_port(address)", "grpc", None, None, False),
    ("import tornado.web\na = tornado.web.Application()\na.listen(1)", "tornado", "", 1, False),
    ("import tornado.web\na = tornado.web.Application()\na.listen(1, '127.0.0.1')", "tornado", LOCAL, 1, False),
]  # fmt: skip

NO_SERVER = [
    FLASK,
    FLASK + "runner.run()",
    FLASK + "import subprocess\nsubprocess.run('x')",
    "app.run()",
    "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 0))\nprint(s.getsockname())",
    "x.bind(('127.0.0.1', 80))",
    "def run_app(x): ...\nrun_app(1)",
    "import asyncio\nasyncio.run(main())",
    "import threading\nthreading.Thread().run()",
]

LISTENING = [
    # (a program, the same on all addresses)
    (FLASK + "app.run()", FLASK + 'app.run(host="0.0.0.0")'),
    (FLASK + "app.run( )", FLASK + 'app.run( host="0.0.0.0")'),
    (FLASK + "app.run(port=1)", FLASK + 'app.run(host="0.0.0.0", port=1)'),
    (FLASK + "app.run(\n    port=1,\n)", FLASK + 'app.run(\n    host="0.0.0.0", port=1,\n)'),
    (FLASK + "app.run(host='127.0.0.1')", FLASK + "app.run(host='0.0.0.0')"),
    (FLASK + "app.run('localhost', 1)", FLASK + "app.run('0.0.0.0', 1)"),
    (FLASK + "H = 'localhost'\napp.run(H)", FLASK + "H = '0.0.0.0'\napp.run(H)"),
    ("import uvicorn\nuvicorn.run(a, port=1)", 'import uvicorn\nuvicorn.run(a, host="0.0.0.0", port=1)'),
    ("import uvicorn\nuvicorn.run('é:a')", "import uvicorn\nuvicorn.run('é:a', host=\"0.0.0.0\")"),
    ("import uvicorn\nuvicorn.run(a,)", 'import uvicorn\nuvicorn.run(a, host="0.0.0.0",)'),
    ("import uvicorn\nuvicorn.run((a), port=1)", None),
    ("import uvicorn\nuvicorn.run(a # )\n)", None),
    ("import grpc\ns = grpc.server(p)\ns.add_insecure_port('localhost:1')",
     "import grpc\ns = grpc.server(p)\ns.add_insecure_port('0.0.0.0:1')"),
    ("import grpc\ns = grpc.server(p)\ns.add_insecure_port('[::1]:1')", None),
    ("from http.server import HTTPServer as S\nS(('localhost', 1), H)",
     "from http.server import HTTPServer as S\nS(('0.0.0.0', 1), H)"),
    (FLASK + "app.run(host='local' 'host')", None),
]  # fmt: skip


class TestServers:
    @pytest.mark.parametrize(("text", "framework", "host", "port", "is_development"), SERVERS)
    def test_listen(
        self, text: str, framework: str, host: str | None, port: int | None, is_development: bool | None
    ) -> None:
        (server,) = program(text).servers()
        assert (server.framework, server.host, server.port) == (framework, host, port)
        assert server.is_development is is_development
        assert server.where.is_certain

    @pytest.mark.parametrize("text", NO_SERVER)
    def test_are_not_seen_everywhere(self, text: str) -> None:
        assert list(program(text).servers()) == []

    @pytest.mark.parametrize(("text", "other"), LISTENING)
    def test_can_be_made_to_listen_on_all_addresses(self, text: str, other: str | None) -> None:
        (server,) = program(text).servers()
        assert mended(text, server.edit) == other
        if other:
            (server,) = program(other).servers()
            assert server.host == ALL

    def test_place_is_the_call_and_the_host(self) -> None:
        text = "é = 1; import uvicorn\r\nx = 'ü'; uvicorn.run(a, host='localhost')\r\n"
        (server,) = module(text).servers
        assert str(server.place) == "uvicorn.run(a, host='localhost')"
        assert server.host_place is not None
        assert str(server.host_place) == "'localhost'"

    def test_under_a_condition_are_uncertain(self) -> None:
        text = FLASK + "if args.dev:\n    app.run()\nelse:\n    import waitress\n    waitress.serve(app)"
        found = [(server.framework, server.where.is_certain) for server in program(text).servers()]
        assert found == [("flask", False), ("waitress", False)]

    def test_of_the_main_block_do_not_start_on_import(self) -> None:
        assert list(program(FLASK + MAIN + "app.run()", is_main=False).servers()) == []

    @pytest.mark.parametrize(
        ("host", "expected"), [("os.getenv('H', 'localhost')", ("H",)), ("'localhost'", ()), ("os.environ['H']", ())]
    )
    def test_name_the_variables_that_decide(self, host: str, expected: tuple[str, ...]) -> None:
        (server,) = program(FLASK + f"app.run({host})").servers()
        assert server.variables == expected
