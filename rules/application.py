"""The Python program that the image runs, judged by its source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockerlint.knowledge.secrets import find_credentials, find_tokens, is_harmless, is_secret_name
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.build import Launch
from dockerlint.source import Text

if TYPE_CHECKING:
    from dockerlint.compose.services import Service
    from dockerlint.compose.values import Value

if TYPE_CHECKING:  # these import `ast`, which only a run with a Python program needs
    from dockerlint.application.literals import Assignment
    from dockerlint.application.values import Replacement

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_FLASK_PAGE = "gives a visitor who causes an error a Python console in the container"
_DEBUG_PAGE = "shows the program's insides to every visitor who causes an error"
_CONSOLES = frozenset({"flask", "dash", "werkzeug"})


def _edit(replacement: Replacement | None, message: str) -> Fix | None:
    if replacement is None:
        return None
    return Fix(message, (Edit.replacing(replacement.place, replacement.text),), is_safe=False)


def _services(launch: Launch) -> tuple[Service, ...]:
    return launch.build.services_of(launch.stage)


class DebugInSource(Rule[Launch]):
    """The program's source switches a debugger or debug page on, and the image runs it.

    The debugger of Flask and Werkzeug runs whatever Python a visitor types into it, so anyone who can cause an error
    owns the container. Django's debug page shows settings and source.

    Take the switch from the environment, off by default: `debug=os.environ.get("FLASK_DEBUG") == "1"`; or start the
    program with a production server, which never comes by `app.run()`.

    https://docs.docker.com/guides/python/develop/
    """

    severity = Severity.ERROR
    bad = {
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n'
        "=== app.py\nfrom flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n"
        "    app.run(«debug=True», port=5000)\n": (
            '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n'
            "=== app.py\nfrom flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n"
            "    app.run(debug=False, port=5000)\n"
        ),
        '=== Dockerfile\nFROM python:3.13\nWORKDIR /srv\nCOPY src/ ./\nCMD ["gunicorn", "main:app"]\n'
        "=== src/main.py\nfrom fastapi import FastAPI\napp = FastAPI(«debug=True»)\n": (
            '=== Dockerfile\nFROM python:3.13\nWORKDIR /srv\nCOPY src/ ./\nCMD ["gunicorn", "main:app"]\n'
            "=== src/main.py\nfrom fastapi import FastAPI\napp = FastAPI(debug=False)\n"
        ),
        "=== Dockerfile\nFROM python:3.13\nCOPY . /app\nWORKDIR /app\nENV DJANGO_SETTINGS_MODULE=site1.settings\n"
        'CMD ["gunicorn", "site1.wsgi"]\n=== site1/__init__.py\n\n=== site1/wsgi.py\n'
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
        "=== site1/settings.py\n«DEBUG = True»\nROOT_URLCONF = 'site1.urls'\nINSTALLED_APPS = []\n": None,
    }
    good = (
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["gunicorn", "app:app"]\n'
        "=== app.py\nfrom flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run(debug=True)\n",
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\nimport os\n'
        "from flask import Flask\napp = Flask(__name__)\napp.run(debug=os.environ.get('DEBUG') == '1', host='0.0.0.0')\n",
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nENV DEBUG=False\nCMD ["python", "app.py"]\n=== app.py\n'
        "import os\nfrom flask import Flask\napp = Flask(__name__)\n"
        "app.run(debug=os.environ.get('DEBUG', 'True') == 'True')\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: gunicorn app:app\n"
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\n'
        "from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run(debug=True)\n",
        '=== Dockerfile.dev\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n'
        "=== app.py\nfrom flask import Flask\napp = Flask(__name__)\napp.run(debug=True)\n",
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY requirements.txt .\nCMD ["python", "app.py"]\n=== requirements.txt\n'
        "flask\n=== app.py\nfrom flask import Flask\napp = Flask(__name__)\napp.run(debug=True)\n",
    )

    def check(self, launch: Launch) -> Findings:
        if launch.build.is_development(launch.stage):
            return
        for switch in launch.program.debug():
            if _is_switched_off(launch, switch.variables):
                continue
            # Only a server that Flask or Werkzeug starts themselves offers the console.
            has_console = switch.framework in _CONSOLES and switch.kind == "run"
            harm = _FLASK_PAGE if has_console else _DEBUG_PAGE
            default = f" (unless {switch.variables[0]} says otherwise)" if switch.variables else ""
            # Django without debug answers only to hosts in ALLOWED_HOSTS: an edit could take the site down.
            fix = None if switch.framework == "django" else _edit(switch.edit, "switch it off")
            help_ = "take it from the environment, off by default, or switch it off"
            yield self.finding(switch.place, f"`{switch.shown}` {harm}{default}", help=help_, fix=fix)


_TRUE = frozenset({"1", "true", "yes", "on", "t", "y"})


def _is_switched_off(launch: Launch, variables: tuple[str, ...]) -> bool:
    """Whether the image, or every service that runs it, sets a variable that decides to something not true."""
    image = [launch.stage.state.environment.get(name) for name in variables]
    if any(value is not None and value.lower() not in _TRUE for value in image):
        return True
    services = _services(launch)
    return bool(variables and services) and all(
        any(entry.name in variables and not _is_true(entry.value) for entry in service.environment)
        for service in services
    )


def _is_true(value: Value | None) -> bool:
    return value is not None and not value.unknown and value.text.lower() in _TRUE


class LoopbackInSource(Rule[Launch]):
    """The program's source makes its server listen on 127.0.0.1 inside the container.

    A container has a loopback interface of its own, so a published port leads to nothing: the program runs, its log
    looks right, and every connection is refused.

    Listen on all addresses of the container: `host="0.0.0.0"`. Which of them is reachable from outside is decided by
    `ports:` or `-p`.

    https://docs.docker.com/engine/network/#published-ports
    """

    severity = Severity.ERROR
    bad = {
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\n'
        "from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    «app.run(port=5000)»\n": (
            "=== app.py\nfrom flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n"
            '    app.run(host="0.0.0.0", port=5000)\n'
        ),
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "main.py"]\n=== main.py\n'
        "import uvicorn\nuvicorn.run('main:app', host=«'127.0.0.1'», port=8000)\n": (
            "=== main.py\nimport uvicorn\nuvicorn.run('main:app', host='0.0.0.0', port=8000)\n"
        ),
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY serve.py /\nCMD ["python", "/serve.py"]\n=== serve.py\n'
        "from http.server import HTTPServer, SimpleHTTPRequestHandler\n"
        "HTTPServer((«'localhost'», 8000), SimpleHTTPRequestHandler).serve_forever()\n": (
            "=== serve.py\nfrom http.server import HTTPServer, SimpleHTTPRequestHandler\n"
            "HTTPServer(('0.0.0.0', 8000), SimpleHTTPRequestHandler).serve_forever()\n"
        ),
    }
    good = (
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\n'
        "from flask import Flask\napp = Flask(__name__)\napp.run(host='0.0.0.0', port=5000)\n",
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["gunicorn", "-b", "0.0.0.0:80", "app:app"]\n=== app.py\n'
        "from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run(port=5000)\n",
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\nimport os\n'
        "from flask import Flask\napp = Flask(__name__)\napp.run(host=os.environ['HOST'])\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    network_mode: host\n"
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\n'
        "from flask import Flask\napp = Flask(__name__)\napp.run(port=5000)\n",
    )

    def check(self, launch: Launch) -> Findings:
        if self._needs_no_port(launch):
            return
        servers = list(launch.program.servers())
        if any(server.host not in _LOOPBACK for server in servers):
            return  # another serves the public, so this one may be meant for inside
        is_debugging = bool(launch.program.debug())
        for server in servers:
            if not server.where.is_certain or server.variables:
                continue
            what = f"{server.framework} listens" if server.framework else "the server listens"
            port = f" port {server.port}" if server.port else ""
            message = f"{what} on {server.host}{port and ',' + port}: no published port reaches it in the container"
            # Opened to all while a debugger runs, it would do more harm than good.
            fix = None if is_debugging else _edit(server.edit, 'listen on all addresses: `host="0.0.0.0"`')
            place: Text = server.host_place or server.place
            yield self.finding(place, message, help='listen on all addresses: `host="0.0.0.0"`', fix=fix)

    @staticmethod
    def _needs_no_port(launch: Launch) -> bool:
        """Whether it shares the host's network, or a proxy in the same container reaches it."""
        services = _services(launch)
        shares_host = bool(services) and all(
            service.network_mode is not None and service.network_mode.text == "host" for service in services
        )
        proxies = {"nginx", "caddy", "haproxy", "traefik", "supervisord", "envoy", "httpd", "apache2"}
        names = {command.name for command in launch.build.start_commands(launch.stage)}
        return shares_host or not proxies.isdisjoint(names)


class SecretInSource(Rule[Launch]):
    """A secret stands in the source that the image takes.

    Everybody who can pull the image or read the repository has it, and it stays in the history of both after it is
    removed. Whoever knows a signing key can log in as any user.

    Read it from the environment or from a file below /run/secrets, and change the one that was published.

    https://docs.docker.com/engine/swarm/secrets/
    """

    severity = Severity.ERROR
    bad = {
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["gunicorn", "app:app"]\n=== app.py\n'
        "from flask import Flask\napp = Flask(__name__)\napp.secret_key = «'k9#fjW2!xPq7'»\n": None,
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\n'
        "import config\n=== config.py\nDB_PASSWORD = «'hunter22'»\n": None,
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\n'
        "URI = 'postgresql://app:«h4rdToGuess»@db/app'\n": None,
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\n'
        "import os\nSECRET_KEY = os.environ.get('SECRET_KEY', «'supersecretkey'»)\n": None,
    }
    good = (
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\n'
        "import os\nSECRET_KEY = os.environ['SECRET_KEY']\nPASSWORD = 'password'\n",
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\n'
        "class TestingConfig:\n    SECRET_KEY = 'testing'\n\nLABELS = dict(password='Passwort', token='Einmal-Token')\n"
        "SECRET_KEY = 'change-me'\nERRORS = {'password': 'Password is required'}\nTOKEN = 'access_token'\nTOKEN_URL = 'https://example.com/oauth/token'\nPASSWORD_FIELD = 'user_password_1'\n",
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\n'
        "print('hello')\n=== tests/test_app.py\nPASSWORD = 'k9#fjW2!xPq7'\n",
    )

    def check(self, launch: Launch) -> Findings:
        for path, module in launch.program.modules.items():
            if _is_test(path):
                continue
            source = module.source
            whole = source.slice(0, len(source.text))
            seen: set[int] = set()
            for token in find_tokens(source.text):
                seen.add(token.start)
                message = f"{token.title} ({token.shown}) stands in the source that the image takes"
                yield self.finding(
                    whole.part(token.start, token.end), message, help="revoke it, then read it from the environment"
                )
            for place, message in _literal_secrets(whole, module.assignments):
                if not any(place.start <= start < place.end for start in seen):
                    seen.add(place.start)
                    yield self.finding(place, message, help="read it from the environment or from /run/secrets")


def _is_test(path: str) -> bool:
    parts = path.lower().split("/")
    return "tests" in parts or "test" in parts or parts[-1].startswith(("test_", "conftest"))


def _literal_secrets(whole: Text, assignments: tuple[Assignment, ...]) -> Iterator[tuple[Text, str]]:
    for found in find_credentials(whole):
        if not found.documentation_style:
            place = whole.part(found.start, found.end)
            yield place, f"the password for `{found.host}` stands in the source that the image takes"
    for assignment in assignments:
        name, value = assignment.name, str(assignment.value)
        if _is_secret(name, value, assignment.how) and not _is_in_development_class(assignment.value):
            shipped = "the default of " if assignment.how == "default" else ""
            yield assignment.value, f"{shipped}{name} stands in the source that the image takes"


# Passwords that are somebody's, though they look like words.
_WEAK = frozenset({"admin", "root", "postgres", "mysql", "secret", "password", "guest", "test", "toor", "user"})


def _is_secret(name: str, value: str, how: str) -> bool:
    if not is_secret_name(name) or is_harmless(value, name) or "://" in value:
        return False
    if name.lower().endswith(("secret_key", "jwt_secret")):
        return True
    # A text for people has blanks; a form field or column is called like what it holds; labels are words.
    is_named_alike = value.islower() and any(word in value for word in ("password", "passwd", "token", "secret", "key"))
    is_label = how in ("key", "keyword") and name.islower() and value.replace("-", "").isalpha() and value not in _WEAK
    is_password = "pass" in name.lower() or "pwd" in name.lower()
    return " " not in value and not is_named_alike and not is_label and len(value) >= (4 if is_password else 8)


def _is_in_development_class(value: Text) -> bool:
    """Whether it is written in a class for development or tests: `class TestingConfig`."""
    source = value.source
    number = source.position(value.start).line
    indent = _indent(source.line(number))
    if indent == 0:
        return False
    for line in (source.line(above) for above in range(number - 1, 0, -1)):
        if line.strip() and _indent(line) < indent:
            name = line.split()[1] if line.lstrip().startswith("class ") and len(line.split()) > 1 else ""
            words = {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}
            return not words.isdisjoint({"test", "tests", "testing", "dev", "development", "local", "debug"})
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
