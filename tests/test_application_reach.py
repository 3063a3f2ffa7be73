"""Which modules a program reaches, and what of them holds."""

from __future__ import annotations

import pytest

from dockerlint.application.program import Program
from dockerlint.application.reach import FILE_LIMIT, reached
from dockerlint.application.start import start_target
from dockerlint.source import Source

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
MAIN = 'if __name__ == "__main__":\n    '
DJANGO = "INSTALLED_APPS = []\n"
MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'proj.settings')\n"


def program(
    command: str, files: dict[str, str], environment: dict[str, str] | None = None, roots: tuple[str, ...] = ()
) -> Program:
    start = start_target(command.split(), environment or {})
    assert start is not None
    sources = {path: Source(path, text) for path, text in files.items()}
    return reached(start, sources.get, roots)


def debug(found: Program) -> list[tuple[str, int]]:
    return [(switch.place.source.path, switch.place.line) for switch in found.debug()]


MODULES = [
    # (command, files, path that is started, others that are reached)
    ("python app.py", {"app.py": "import a", "a.py": "import b", "b.py": "import c", "c.py": ""},
     "app.py", "a.py b.py"),
    ("python app.py", {"app.py": "from p import m, x", "p/__init__.py": "", "p/m.py": ""},
     "app.py", "p/__init__.py p/m.py"),
    ("python app.py", {"app.py": "import n.m", "n/m.py": ""}, "app.py", "n/m.py"),
    ("python app.py", {"app.py": "import a", "a.py": "", "a/__init__.py": ""}, "app.py", "a/__init__.py"),
    ("python app.py", {"app.py": "def f():\n    from a import b", "a.py": ""}, "app.py", "a.py"),
    ("python src/app.py", {"src/app.py": "import a", "src/a.py": "", "a.py": ""}, "src/app.py", "src/a.py"),
    ("python /app/app.py", {"/app/app.py": "import a", "/app/a.py": ""}, "/app/app.py", "/app/a.py"),
    ("python -m p", {"p/__init__.py": "", "p/__main__.py": "from . import m", "p/m.py": ""},
     "p/__main__.py", "p/__init__.py p/m.py"),
    ("python -m p.m", {"p/__init__.py": "", "p/m.py": "from ..q import x\nfrom .n import y", "p/n.py": ""},
     "p/m.py", "p/__init__.py p/n.py"),
    ("python src", {"src/__main__.py": "import a", "src/a.py": ""}, "src/__main__.py", "src/a.py"),
    ("gunicorn p.q.m:app",
     {"p/__init__.py": "", "p/q/__init__.py": "", "p/q/m.py": "from ... import x\nfrom .. import n", "p/n.py": ""},
     "p/q/m.py", "p/__init__.py p/n.py p/q/__init__.py"),
    ("uvicorn --app-dir src main:app", {"src/main.py": "import a", "src/a.py": ""}, "src/main.py", "src/a.py"),
    ("gunicorn app:app", {"app/__init__.py": "from .views import x", "app/views.py": ""},
     "app/__init__.py", "app/views.py"),
    ("flask run", {"app.py": "", "wsgi.py": ""}, "wsgi.py", ""),
    ("flask --app p/web.py run", {"p/__init__.py": "", "p/web.py": "from p import a", "p/a.py": ""},
     "p/web.py", "p/__init__.py p/a.py"),
    ("fastapi run", {"app/main.py": "", "app/__init__.py": ""}, "app/main.py", "app/__init__.py"),
    ("celery -A proj.app worker", {"proj.py": "app = 1"}, "proj.py", ""),
    ("python app.py", {"app.py": "import uvicorn\nuvicorn.run('a:app')", "a.py": ""}, "app.py", "a.py"),
    ("python app.py", {"app.py": FLASK + "app.config.from_object('conf.A')", "conf.py": ""}, "app.py", "conf.py"),
    ("python app.py", {"app.py": "import a", "a.py": "("}, "app.py", ""),
    ("python src/app.py", {"src/app.py": "", "src/__init__.py": ""}, "src/app.py", ""),
    ("flask --app /p/web.py run", {"/__init__.py": "", "/p/__init__.py": "", "/p/web.py": ""}, "/p/web.py",
     "/p/__init__.py"),
    ("python app.py", {"app.py": "import os, json.decoder"}, "app.py", ""),
]  # fmt: skip


@pytest.mark.parametrize(("command", "files", "path", "others"), MODULES)
def test_reaches_modules_two_steps_deep(command: str, files: dict[str, str], path: str, others: str) -> None:
    found = program(command, files)
    assert found.path == path
    assert sorted(found.modules) == sorted({path, *others.split()})


@pytest.mark.parametrize("command", ["python app.py", "gunicorn app:app", "flask run", "./app.py"])
@pytest.mark.parametrize("files", [{}, {"other.py": ""}, {"app.py": "print 'x'"}])
def test_reaches_nothing_where_nothing_can_be_read(command: str, files: dict[str, str]) -> None:
    found = program(command, files)
    assert not found.modules
    assert found.debug() == []
    assert list(found.servers()) == []


def test_looks_for_modules_in_further_folders() -> None:
    files = {"app.py": "import a", "lib/a.py": ""}
    assert set(program("python app.py", files, roots=("lib",)).modules) == {"app.py", "lib/a.py"}


def test_never_asks_for_files_outside() -> None:
    asked: list[str] = []

    def read(path: str) -> Source | None:
        asked.append(path)
        return Source(path, "from ... import x\nfrom ....a import b\nimport c") if path == "app.py" else None

    start = start_target(["python", "app.py"], {})
    assert start
    reached(start, read)
    reached(start._replace(targets=("../app.py",), folder="../.."), read)
    assert asked
    assert not [path for path in asked if path.startswith("..")]


def test_stops_at_so_many_files() -> None:
    files = {f"m{number}.py": "" for number in range(FILE_LIMIT + 50)}
    files["app.py"] = "".join(f"import m{number}\n" for number in range(FILE_LIMIT + 50))
    assert len(program("python app.py", files).modules) == FILE_LIMIT


def test_stops_at_so_much_text() -> None:
    files = {f"m{number}.py": "#" * 900_000 for number in range(20)}
    files["app.py"] = "".join(f"import m{number}\n" for number in range(20))
    assert 5 < len(program("python app.py", files).modules) < 12


WEB = "from flask import Flask\ndef create_app():\n    app = Flask('x')\n    app.debug = True\n    return app\n"
ON = [
    # (command, files, places of switches)
    ("python run.py", {"run.py": f"from web import app\n{MAIN}app.run(debug=True)", "web.py": FLASK}, [("run.py", 3)]),
    ("python run.py", {"run.py": f"import web\n{MAIN}web.app.run(debug=True)", "web.py": FLASK}, [("run.py", 3)]),
    ("python run.py", {"run.py": f"from web import app\n{MAIN}app.run(debug=True)",
     "web/__init__.py": "from .main import app", "web/main.py": FLASK}, [("run.py", 3)]),
    ("python run.py", {"run.py": f"from web import app\n{MAIN}app.run(debug=True)",
     "web/__init__.py": FLASK, "web/app.py": ""}, [("run.py", 3)]),
    ("python run.py", {"run.py": "from web import create_app\napp = create_app()\napp.run(debug=True)", "web.py": WEB},
     [("web.py", 4), ("run.py", 3)]),
    ("python run.py", {"run.py": "from web import Web\nWeb().run(debug=True)",
     "web.py": "from flask import Flask\nclass Web(Flask): pass"}, [("run.py", 2)]),
    ("python run.py", {"run.py": "from web import serve\nserve()",
     "web.py": FLASK + "def serve():\n    app.run(debug=True)"}, [("web.py", 4)]),
    ("python run.py", {"run.py": "import web\nweb.serve()",
     "web.py": FLASK + "def serve():\n    app.run(debug=True)"}, [("web.py", 4)]),
    ("python -m p", {"p/__init__.py": FLASK, "p/__main__.py": "from . import app\napp.run(debug=True)"},
     [("p/__main__.py", 2)]),
    ("python -m p.m", {"p/__init__.py": "", "p/a/__init__.py": FLASK, "p/m.py": "from .a import app\napp.debug = True"},
     [("p/m.py", 2)]),
    ("python -m p", {"p/__init__.py": "web = 1", "p/__main__.py": "from . import x\nimport web\nweb.serve()",
     "web.py": FLASK + "def serve():\n    app.run(debug=True)"}, [("web.py", 4)]),
    ("python run.py", {"run.py": "import web, api", "web.py": FLASK + "app.debug = True",
     "api.py": "from fastapi import FastAPI\napp = FastAPI(debug=False)"}, [("web.py", 3)]),
    ("gunicorn web:create_app()", {"web.py": WEB}, [("web.py", 4)]),
    ("gunicorn web:create_app()", {"web/__init__.py": "from .app import create_app", "web/app.py": WEB},
     [("web/app.py", 4)]),
    ("flask --app web run", {"web.py": WEB}, [("web.py", 4)]),
    ("gunicorn wsgi:app", {"wsgi.py": "from web import create_app\napp = create_app()", "web.py": WEB},
     [("web.py", 4)]),
    ("python app.py", {"app.py": FLASK + "app.config.from_object('config.Dev')",
     "config.py": "class Base:\n    DEBUG = True\nclass Dev(Base): pass"}, [("config.py", 2)]),
    ("python app.py", {"app.py": FLASK + "from config import Dev\napp.config.from_object(Dev)",
     "config.py": "class Dev:\n    DEBUG = True"}, [("config.py", 2)]),
    ("python app.py", {"app.py": FLASK + "import config\napp.config.from_object(config.Dev())",
     "config.py": "from base import Base\nclass Dev(Base): pass", "base.py": "class Base:\n    DEBUG = True"},
     [("base.py", 2)]),
    ("python app.py", {"app.py": FLASK + "app.config.from_object('config')", "config.py": "DEBUG = True"},
     [("config.py", 1)]),
    ("python app.py", {"app.py": FLASK + "app.config.from_pyfile('conf.py')", "conf.py": "DEBUG = True"},
     [("conf.py", 1)]),
    ("python app.py", {"app.py": FLASK + "import config", "config.py": "class ProdConfig:\n    DEBUG = True"},
     [("config.py", 2)]),
    ("python manage.py runserver", {"manage.py": MANAGE, "proj/settings.py": DJANGO + "DEBUG = True"},
     [("proj/settings.py", 2)]),
    ("gunicorn proj.wsgi", {"proj/wsgi.py": MANAGE, "proj/settings.py": DJANGO + "DEBUG = True"},
     [("proj/settings.py", 2)]),
    ("python manage.py runserver --settings=conf.dev", {"manage.py": MANAGE, "conf/dev.py": DJANGO + "DEBUG = True"},
     [("conf/dev.py", 2)]),
    ("python manage.py x", {"manage.py": MANAGE, "proj/settings/__init__.py": "from .base import *",
     "proj/settings/base.py": DJANGO + "DEBUG = True"}, [("proj/settings/base.py", 2)]),
    ("python manage.py x", {"manage.py": MANAGE,
     "proj/settings.py": DJANGO + "DEBUG = True\ntry:\n    from .local import *\nexcept ImportError:\n    pass"},
     [("proj/settings.py", 2)]),
    ("python manage.py x", {"manage.py": MANAGE, "proj/settings.py": "from .base import *\nDEBUG = True",
     "proj/base.py": DJANGO + "DEBUG = False"}, [("proj/settings.py", 2)]),
]  # fmt: skip

OFF = [
    ("python run.py", {"run.py": "from web import app\napp.run(debug=True)"}),
    ("python run.py", {"run.py": "from web import app\napp.run(debug=True)", "web.py": "app = Other()"}),
    ("python run.py", {"run.py": "from web import app\napp.run(debug=False)", "web.py": FLASK + "app.debug = True"}),
    ("python run.py", {"run.py": "from web import app\napp.run(debug=args.d)", "web.py": FLASK + "app.debug = True"}),
    ("gunicorn web:app", {"web.py": FLASK + MAIN + "app.run(debug=True)"}),
    ("flask --app web run", {"web.py": FLASK + "app.run(debug=True)"}),
    ("python run.py", {"run.py": "import web", "web.py": FLASK + MAIN + "app.run(debug=True)"}),
    ("python run.py", {"run.py": "import web", "web.py": FLASK + "def serve():\n    app.run(debug=True)"}),
    ("python run.py", {"run.py": "import web\nif x:\n    web.serve()",
     "web.py": FLASK + "def serve():\n    app.run(debug=True)"}),
    ("python run.py", {"run.py": "if x:\n    import web", "web.py": FLASK + "app.debug = True"}),
    ("gunicorn web:app", {"web.py": FLASK + WEB}),
    ("gunicorn web:app", {"web.py": FLASK + "def f():\n    if x:\n        app.run(debug=True)\n    else:\n"
     "        app.run(debug=True)"}),
    ("python app.py", {"app.py": FLASK + "if False:\n    class ProdConfig:\n        DEBUG = True"}),
    ("python app.py", {"app.py": FLASK + "app.config.from_object('config.Prod')",
     "config.py": "class Base:\n    DEBUG = True\nclass Prod(Base):\n    DEBUG = False"}),
    ("python app.py", {"app.py": FLASK + "app.config.from_object('config.Missing')", "config.py": "DEBUG = True"}),
    ("python app.py", {"app.py": FLASK + "import config", "config.py": "DEBUG = True\nclass Dev:\n    DEBUG = True"}),
    ("python app.py", {"app.py": FLASK + "app.config.from_object('a.A')", "a.py": "class A(A):\n    pass"}),
    ("python manage.py x", {"manage.py": MANAGE, "proj/settings.py": "DEBUG = True"}),
    ("python manage.py x", {"manage.py": MANAGE, "proj/settings.py": "from .base import *\nDEBUG = False",
     "proj/base.py": DJANGO + "DEBUG = True"}),
    ("python manage.py x", {"manage.py": MANAGE, "proj/settings.py": "from .base import *\nfrom .prod import *",
     "proj/base.py": DJANGO + "DEBUG = True", "proj/prod.py": "DEBUG = False"}),
    ("python manage.py x", {"manage.py": MANAGE, "proj/settings.py": DJANGO + "DEBUG = True\nfrom .local import *",
     "proj/local.py": "("}),
    ("python manage.py x", {"manage.py": MANAGE,
     "proj/settings.py": "import os\nfrom .base import *\nif os.getenv('DEV'):\n    from .dev import *",
     "proj/base.py": DJANGO + "DEBUG = False", "proj/dev.py": "DEBUG = True"}),
    ("python manage.py x", {"manage.py": MANAGE.replace("settings'", "settings.local'"),
     "proj/settings/local.py": DJANGO + "DEBUG = True"}),
    ("python manage.py x", {"manage.py": MANAGE, "proj/settings.py": DJANGO + "DEBUG = True\nfrom .settings import *\n"
     "DEBUG = False"}),
]  # fmt: skip


@pytest.mark.parametrize(("command", "files", "places"), ON)
def test_finds_debuggers_across_files(command: str, files: dict[str, str], places: list[tuple[str, int]]) -> None:
    assert debug(program(command, files)) == places


@pytest.mark.parametrize(("command", "files"), OFF)
def test_is_silent_where_debugging_is_off_or_unknown(command: str, files: dict[str, str]) -> None:
    assert debug(program(command, files)) == []


def test_takes_settings_that_the_environment_selects() -> None:
    files = {"manage.py": MANAGE, "proj/settings.py": DJANGO, "proj/local.py": DJANGO + "DEBUG = True"}
    assert debug(program("python manage.py x", files, {"DJANGO_SETTINGS_MODULE": "proj.local"})) == [
        ("proj/local.py", 2)
    ]
    assert debug(program("python manage.py x", files)) == []


@pytest.mark.parametrize(
    ("app", "framework", "port", "is_development"),
    [
        ("from quart import Quart\napp = Quart('x')", "quart", 5000, True),
        ("from dash import Dash\napp = Dash()", "dash", 8050, True),
        ("from sanic import Sanic\napp = Sanic('x')", "sanic", 8000, False),
        ("from flask import Flask\ndef make(): return Flask('x')\napp = make()", "flask", 5000, True),
    ],
)
def test_knows_the_server_of_an_imported_application(app: str, framework: str, port: int, is_development: bool) -> None:
    (server,) = program("python run.py", {"run.py": "from web import app\napp.run()", "web.py": app}).servers()
    assert (server.framework, server.host, server.port) == (framework, "127.0.0.1", port)
    assert server.is_development is is_development


@pytest.mark.parametrize("app", ["", "app = Other()", "from fastapi import FastAPI\napp = FastAPI()"])
def test_knows_no_server_of_an_unknown_application(app: str) -> None:
    files = {"run.py": "from web import app\napp.run()", "web.py": app}
    assert list(program("python run.py", files).servers()) == []


def test_leaves_the_host_open_where_another_module_names_the_server() -> None:
    files = {"run.py": FLASK + "import conf\napp.run()", "conf.py": "SERVER_NAME = 'example.org'"}
    (server,) = program("python run.py", files).servers()
    assert (server.host, server.edit) == (None, None)


def test_of_modules_that_import_each_other_ends() -> None:
    files = {
        "app.py": "from a import *\nfrom a import f\nf()\n" + DJANGO,
        "a.py": "from app import *\nfrom app import f\nclass A(B): pass\nclass B(A): DEBUG = x\ndef f(): f()",
    }
    found = program("python app.py", files)
    assert set(found.modules) == {"app.py", "a.py"}
    assert found.debug() == []
    assert found.owner("app.py", "a.f") is None
