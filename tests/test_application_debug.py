"""Where a program switches debuggers on, and where not."""

from __future__ import annotations

import pytest

from tests.application import FLASK, MAIN, SETTINGS, mended, program, unmarked

# (program with the place marked, what is written instead of the marked text or of a part of it)
DEBUG_ON = [
    (FLASK + MAIN + "app.run(«debug=True»)", "app.run(debug=False)"),
    (FLASK + MAIN + "app.run(host='0.0.0.0', port=80, «debug = True»)", "port=80, debug = False)"),
    (FLASK + MAIN + "app.run('0.0.0.0', 80, «True»)", "app.run('0.0.0.0', 80, False)"),
    (FLASK + MAIN + "app.run(«debug=1»)", "app.run(debug=0)"),
    (FLASK + "app.run(«debug=True»)", "app.run(debug=False)"),
    (FLASK + "def main():\n    app.run(«debug=True»)\n" + MAIN + "main()", "debug=False"),
    (FLASK + "async def main():\n    app.run(«debug=True»)\nimport asyncio\n" + MAIN + "asyncio.run(main())", "=False"),
    (FLASK + "import threading\ndef f():\n    app.run(«debug=True»)\nthreading.Thread(target=f).start()", "=False"),
    (FLASK + "class Web:\n    def go(self):\n        app.run(«debug=True»)\nWeb().go()", "debug=False"),
    (FLASK + "try:\n    app.run(«debug=True»)\nexcept KeyboardInterrupt:\n    pass", "debug=False"),
    (FLASK + "with app.app_context():\n    app.run(«debug=True»)", "debug=False"),
    (FLASK + "if True:\n    app.run(«debug=True»)", "debug=False"),
    (FLASK + "LOCAL = True\nif not LOCAL:\n    pass\nelse:\n    app.run(«debug=True»)", None),
    (FLASK + "if x:\n    app.run(«debug=True»)\nelse:\n    app.run(«debug=True», port=1)", "debug=False"),
    (FLASK + "«app.debug = True»\n", "app.debug = False\n"),
    (FLASK + '«app.config["DEBUG"] = True»', 'app.config["DEBUG"] = False'),
    (FLASK + "app.config.update(«DEBUG=True»)", "app.config.update(DEBUG=False)"),
    (FLASK + "app.config.update({«'DEBUG': True»})", "app.config.update({'DEBUG': False})"),
    (FLASK + "app.config.from_mapping(SECRET_KEY='x', «DEBUG=True»)", "DEBUG=False"),
    (FLASK + "«DEBUG = True»\napp.config.from_object(__name__)", "DEBUG = False"),
    (FLASK + "class Config:\n    «DEBUG = True»\napp.config.from_object(Config)", "DEBUG = False"),
    (FLASK + "class Config:\n    «DEBUG = True»\nclass C(Config): pass\napp.config.from_object(C())", "DEBUG = False"),
    (FLASK + "class DevConfig:\n    «DEBUG = True»\napp.config.from_object(DevConfig)", "DEBUG = False"),
    ("class Config:\n    DEBUG = False\nclass ProductionConfig(Config):\n    «DEBUG: bool = True»\n", "bool = False"),
    (FLASK + "app.debug = True\napp.run(«debug=True»)", "app.run(debug=False)"),
    (FLASK + "«app.debug = True»\napp.run(debug=app.debug)", "app.debug = False"),
    (FLASK + "«app.config['DEBUG'] = True»\napp.run(debug=app.config['DEBUG'])", "['DEBUG'] = False"),
    (FLASK + "«app.config['DEBUG'] = True»\napp.run(debug=app.config.get('DEBUG', False))", "['DEBUG'] = False"),
    (FLASK + "app.debug = False\n«app.debug = True»", "app.debug = False\napp.debug = False"),
    (FLASK + "other = Flask('x')\n«app.debug = True»\nother.debug = False", "app.debug = False\nother"),
    ("import flask\ndef make():\n    a = flask.Flask()\n    «a.debug = True»\n    return a\nmake()\n", "debug = False"),
    ("from flask import Flask\ndef make():\n    return Flask('x')\nmake().run(«debug=True»)", ".run(debug=False)"),
    ("from flask import Flask\ndef make() -> Flask: ...\nweb = make()\nweb.run(«debug=True»)", "web.run(debug=False)"),
    ("import flask as f\nweb = f.Flask('x')\nweb.run(«debug=True»)", "web.run(debug=False)"),
    ("from flask import Flask\nclass Web(Flask):\n    pass\nweb = Web('x')\nweb.run(«debug=True»)", "debug=False"),
    ("import flask\nfrom web import app\napp.run(«debug=True»)", "app.run(debug=False)"),
    ("from flask import jsonify\nfrom web import create_app\ncreate_app().run(«debug=True»)", "run(debug=False)"),
    (FLASK + "class A:\n  def __init__(self):\n        self.w = Flask()\n        self.w.run(«debug=True»)\nA()", "=False"),
    ("from quart import Quart\napp = Quart('x')\napp.run(«debug=True»)", "app.run(debug=False)"),
    ("from bottle import Bottle\napp = Bottle()\napp.run(«debug=True»)", "app.run(debug=False)"),
    ("from bottle import route, run\nrun(host='0.0.0.0', «debug=True»)", "debug=False"),
    ("import bottle\nbottle.debug(«True»)", "bottle.debug(False)"),
    ("import dash\napp = dash.Dash()\nserver = app.server\napp.run_server(«debug=True»)", "run_server(debug=False)"),
    ("from flask_socketio import SocketIO\nio = SocketIO(app)\nio.run(app, «debug=True»)", "io.run(app, debug=False)"),
    ("from fastapi import FastAPI\napp = FastAPI(title='x', «debug=True»)", "FastAPI(title='x', debug=False)"),
    ("from starlette.applications import Starlette\napp = Starlette(«True»)", "Starlette(False)"),
    ("from fastapi import FastAPI\napp = FastAPI()\n«app.debug = True»", "app.debug = False"),
    ("from werkzeug.serving import run_simple\nrun_simple('0.0.0.0', 80, app, «use_debugger=True»)", "debugger=False"),
    ("from werkzeug.debug import DebuggedApplication\napp = DebuggedApplication(app, «evalex=True»)", "evalex=False"),
    (SETTINGS + "«DEBUG = True»\n", "DEBUG = False\n"),
    (SETTINGS + "«DEBUG: bool = True»", "DEBUG: bool = False"),
    ("«DEBUG = True»\nfrom os.path import *\nROOT_URLCONF = 'x'", "DEBUG = False"),
    # From the environment, with a default that is true
    (FLASK + "app.run(«debug=os.getenv('DEBUG', True)»)", "os.getenv('DEBUG', False)"),
    (FLASK + "app.run(«debug=int(os.getenv('DEBUG', '1'))»)", "int(os.getenv('DEBUG', '0'))"),
    (FLASK + "app.run(«debug=bool(int(os.environ.get('DEBUG', 1)))»)", "os.environ.get('DEBUG', 0)"),
    (FLASK + "app.run(«debug=os.environ.get('DEBUG', 'True') == 'True'»)", "get('DEBUG', 'False') == 'True'"),
    (FLASK + "app.run(«debug=os.environ.get('DEBUG', \"true\").lower() in ('1', 'true')»)", 'get(\'DEBUG\', "false")'),
    (FLASK + "app.run(«debug=os.environ.get('DEBUG') or True»)", "or False"),
    (FLASK + "D = os.getenv('DEBUG', 'yes') in {'yes', 'on'}\napp.run(«debug=D»)", "os.getenv('DEBUG', 'no')"),
    (FLASK + "D = True\ndef main():\n    app.run(«debug=D»)\nmain()", "D = False"),
    (FLASK + "def main():\n    d = True\n    app.run(«debug=d»)\nmain()", "d = False"),
    (FLASK + "class C:\n    D = True\napp.run(«debug=C.D»)", "D = False"),
    (FLASK + "app.run(«debug=os.getenv('DEBUG', 'False')»)", None),  # any text but the empty one is true
    (FLASK + "app.run(«debug=bool(os.getenv('DEBUG', 'False'))»)", None),
    (FLASK + "app.run(«debug=not os.getenv('PRODUCTION', '')»)", None),
    (FLASK + "app.run(«debug=os.getenv('ENV', 'development') == 'development'»)", None),
    (SETTINGS + "import environ\nenv = environ.Env()\n«DEBUG = env.bool('DEBUG', True)»", "env.bool('DEBUG', False)"),
    (SETTINGS + "import environ\nenv = environ.Env()\n«DEBUG = env('DEBUG', cast=bool, default='on')»", "'off')"),
    (SETTINGS + "import environ\nenv = environ.Env(DEBUG=(bool, True))\n«DEBUG = env('DEBUG')»", "DEBUG=(bool, False)"),
    (SETTINGS + "from environs import Env\nenv = Env()\n«DEBUG = env.bool('DEBUG', default=True)»", "default=False"),
    (SETTINGS + "from decouple import config\n«DEBUG = config('DEBUG', default=True, cast=bool)»", "default=False"),
    (SETTINGS + "from decouple import config as c\n«DEBUG = c('DEBUG', 'true', cast=bool)»", "'false'"),
    (SETTINGS + "from distutils.util import strtobool\n«DEBUG = strtobool(os.getenv('DEBUG', 'y'))»", "'n'"),
]  # fmt: skip

DEBUG_OFF = [
    FLASK + "D = False\nif os.getenv('DEV'):\n    D = True\napp.run(debug=D)",
    FLASK + "def serve():\n    app.run(debug=True)\nparser.set_defaults(func=serve)\n",
    FLASK + "def create_app():\n    app.debug = True\n",  # nobody calls it here
    FLASK + MAIN + "app.run()",
    FLASK + MAIN + "app.run(debug=False)",
    FLASK + "app.run(debug=None)",
    FLASK + "app.run(debug=0)",
    FLASK + "app.run(debug='')",
    FLASK + "app.run(debug=args.debug)",
    FLASK + "app.run(debug=settings.DEBUG)",
    FLASK + "app.run(**options)",
    FLASK + "app.run(debug=True if args.dev else False)",
    FLASK + "app.run(debug=os.environ.get('DEBUG'))",
    FLASK + "app.run(debug=os.environ.get('DEBUG') == '1')",
    FLASK + "app.run(debug=os.environ['DEBUG'] == '1')",
    FLASK + "app.run(debug=os.environ.get('ENV') != 'production')",
    FLASK + "app.run(debug=os.getenv('DEBUG', False))",
    FLASK + "app.run(debug=os.getenv('DEBUG', '0') == '1')",
    FLASK + "app.run(debug='DEBUG' in os.environ)",
    FLASK + "app.run(debug='PRODUCTION' not in os.environ)",
    FLASK + "D = os.getenv('DEBUG', 'False').lower() in ('true', '1')\napp.run(debug=D)",
    FLASK + "D = True\nif os.getenv('PROD'):\n    D = False\napp.run(debug=D)",
    FLASK + "D = True\ndef f():\n    global D\n    D = False\nf()\napp.run(debug=D)",
    FLASK + "def main(debug=True):\n    app.run(debug=debug)\nmain()",
    FLASK + "for d in (True, False):\n    app.run(debug=d)",
    FLASK + "def main():\n    app.run(debug=True)\n",  # nobody calls it
    FLASK + "def main():\n    app.run(debug=True)\nif args.dev:\n    main()\n",
    FLASK + "if args.dev:\n    app.run(debug=True)\nelse:\n    serve(app)",
    FLASK + "if os.getenv('ENV', 'dev') == 'dev':\n    app.run(debug=True)",
    FLASK + "if False:\n    app.run(debug=True)",
    FLASK + "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    app.run(debug=True)",
    FLASK + "DEV = False\nif DEV:\n    app.run(debug=True)",
    FLASK + "try:\n    from waitress import serve\nexcept ImportError:\n    app.run(debug=True)",
    FLASK + "match mode:\n    case 'dev':\n        app.run(debug=True)",
    FLASK + "app.debug = True\napp.debug = False",
    FLASK + "app.debug = True\napp.debug = os.getenv('DEBUG') == '1'",
    FLASK + "app.debug = True\nif args.prod:\n    app.debug = False",
    FLASK + "app.debug = True\napp.config['DEBUG'] = False",
    FLASK + "app.config['DEBUG'] = True\napp.run(debug=False)",
    FLASK + "app.config['DEBUG'] = os.environ.get('FLASK_DEBUG')",
    FLASK + "app.config['TESTING'] = True",
    FLASK + "app.config.update(TESTING=True)",
    FLASK + "app.logger.debug = True",
    FLASK + "DEBUG = True",  # nobody reads it
    FLASK + "DEBUG = True\nDEBUG = False\napp.config.from_object(__name__)",
    FLASK + "class DevelopmentConfig:\n    DEBUG = True",
    FLASK + "class Config:\n    DEBUG = True\nclass ProdConfig(Config):\n    DEBUG = False\n"
    "app.config.from_object(ProdConfig)",
    FLASK + "class Config:\n    DEBUG = True\napp.config.from_object(Config)\napp.debug = False",
    FLASK + "class Config:\n    DEBUG = True\napp.config.from_object(config[name])",
    FLASK + "runner.run(debug=True)",
    FLASK + "import subprocess\nsubprocess.run(debug=True)",
    FLASK + "import asyncio\nasyncio.run(main(), debug=True)",
    "import asyncio\nasyncio.run(main(), debug=True)",
    "from app import app\napp.run(debug=True)",  # not known what it is
    "app.run(debug=True)",
    "from flask import Flask\nfrom celery import Celery\napp = Celery('x')\napp.debug = True",
    "from sanic import Sanic\napp = Sanic('x')\napp.run(debug=True)",
    "from fastapi import FastAPI\napp = FastAPI(debug=False)",
    "from fastapi import FastAPI\napp = FastAPI(debug=settings.debug)",
    "from fastapi import FastAPI\napp = FastAPI(debug=True)\napp.debug = False",
    "class FastAPI: pass\napp = FastAPI(debug=True)",
    "from werkzeug.serving import run_simple\nrun_simple('0.0.0.0', 80, app, use_reloader=True)",
    "DEBUG = True\n",
    "DEBUG = True\nprint(DEBUG)\n",
    SETTINGS + "DEBUG = False",
    SETTINGS + "DEBUG = True\nDEBUG = False",
    SETTINGS + "DEBUG = True\nif os.getenv('PRODUCTION'):\n    DEBUG = False",
    SETTINGS + "if os.getenv('DEV'):\n    DEBUG = True\nelse:\n    DEBUG = False",
    SETTINGS + "DEBUG = os.getenv('DEBUG')",
    SETTINGS + "DEBUG = os.environ['DEBUG']",
    SETTINGS + "DEBUG = 'RENDER' not in os.environ",
    SETTINGS + "DEBUG = bool(int(os.getenv('DEBUG', 0)))",
    SETTINGS + "DEBUG = str2bool(os.getenv('DEBUG', 'no'))",
    SETTINGS + "import environ\nenv = environ.Env(DEBUG=(bool, False))\nDEBUG = env('DEBUG')",
    SETTINGS + "import environ\nenv = environ.Env()\nDEBUG = env.bool('DEBUG', False)",
    SETTINGS + "import environ\nenv = environ.Env()\nDEBUG = env.bool('DEBUG')",
    SETTINGS + "from decouple import config\nDEBUG = config('DEBUG', default=False, cast=bool)",
    SETTINGS + "from decouple import config\nDEBUG = config('DEBUG', cast=bool)",
    SETTINGS + "def f():\n    DEBUG = True",
    SETTINGS + "TEMPLATES = [{'OPTIONS': {'debug': True}}]",
]  # fmt: skip


class TestDebug:
    @pytest.mark.parametrize(("text", "instead"), DEBUG_ON)
    def test_is_on(self, text: str, instead: str | None) -> None:
        plain, marks, starts = unmarked(text)
        found = program(plain).debug()
        assert [str(switch.place) for switch in found] == marks
        assert [switch.place.start for switch in found] == starts
        if instead is not None:
            fixed = mended(plain, found[0].edit)
            assert fixed is not None
            assert instead in fixed
            assert len(program(fixed).debug()) < len(found)

    @pytest.mark.parametrize("text", DEBUG_OFF)
    def test_is_off_or_unknown(self, text: str) -> None:
        assert program(text).debug() == []

    @pytest.mark.parametrize(
        "text",
        [
            FLASK + MAIN + "app.run(debug=True)",
            FLASK + "def main():\n    app.run(debug=True)\n" + MAIN + "main()",
            FLASK + MAIN + "app.debug = True",
        ],
    )
    def test_of_the_main_block_needs_to_be_run(self, text: str) -> None:
        assert program(text).debug()
        assert program(text, is_main=False).debug() == []

    def test_off_in_the_main_block_counts_only_there(self) -> None:
        text = FLASK + "app.debug = True\n" + MAIN + "app.run(debug=False)"
        assert program(text).debug() == []
        assert [switch.shown for switch in program(text, is_main=False).debug()] == ["app.debug = True"]

    @pytest.mark.parametrize(
        ("text", "shown", "framework"),
        [
            (FLASK + "app.run(port=1,\n debug=True)", "app.run(debug=True)", "flask"),
            (FLASK + "make().run(debug=True)\ndef make() -> Flask: ...", "...(debug=True)", "flask"),
            (FLASK + "app.config.update(DEBUG=True)", "app.config.update(DEBUG=True)", "flask"),
            (FLASK + "app.config['DEBUG'] = True", "app.config['DEBUG'] = True", "flask"),
            (SETTINGS + "DEBUG = True", "DEBUG = True", "django"),
            ("import werkzeug\nwerkzeug.run_simple('', 1, a, use_debugger=True)",
             "werkzeug.run_simple(use_debugger=True)", "werkzeug"),
        ],
    )  # fmt: skip
    def test_says_what_to_show(self, text: str, shown: str, framework: str) -> None:
        (switch,) = program(text).debug()
        assert (switch.shown, switch.framework) == (shown, framework)

    @pytest.mark.parametrize(
        ("value", "variables"),
        [
            ("True", ()),
            ("os.getenv('A', True)", ("A",)),
            ("os.getenv('A', os.getenv('B', True))", ("A", "B")),
            ("os.getenv('A', '') or os.getenv('B', '1')", ("A", "B")),
        ],
    )
    def test_names_the_variables_that_decide(self, value: str, variables: tuple[str, ...]) -> None:
        (switch,) = program(FLASK + f"app.run(debug={value})").debug()
        assert switch.variables == variables
