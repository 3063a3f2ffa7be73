"""Whether what listens in the container can be reached."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.dockerfile.instructions import Expose, Healthcheck
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.edits import is_plain
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity, replace
from dockerlint.project.build import Build
from dockerlint.project.listeners import Listener, listeners
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Span, Text

from .background import in_background
from .effective import is_replaced

_LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
# They may stand before the server and hand connections on to it.
_PROXIES = frozenset(
    {"nginx", "openresty", "apache2", "apache2ctl", "apachectl", "apache2-foreground", "httpd", "caddy", "haproxy",
     "traefik", "envoy", "supervisord", "service", "socat", "ngrok", "cloudflared", "tailscaled", "varnishd", "stunnel",
     "oauth2-proxy", "pm2", "pm2-runtime", "foreman", "honcho", "ssh", "sshd", "s6-svscan", "litestream", "my_init"}
)  # fmt: skip


class LoopbackBind(Rule[Build]):
    """The server in the start command listens on 127.0.0.1 inside the container.

    A container has a loopback interface of its own, so a published port leads to nothing: the program runs, its log
    looks right, and every connection from outside is refused.

    Let it listen on all addresses of the container: `--host=0.0.0.0`. Which of them can be reached from outside is
    decided by `ports:` or `-p`.

    https://docs.docker.com/engine/network/#published-ports
    """

    severity = Severity.ERROR
    bad = {
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD [«"flask"», "run"]\n=== app.py\n': (
            '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["flask", "run", "--host=0.0.0.0"]'
        ),
        'FROM python:3.13-slim\nCMD ["uvicorn", "main:app", "--host", «"127.0.0.1"», "--port", "80"]': (
            'FROM python:3.13-slim\nCMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "80"]'
        ),
        "FROM python:3.13-slim\nCMD gunicorn «--bind=localhost:8000» app:app": (
            "FROM python:3.13-slim\nCMD gunicorn --bind=0.0.0.0:8000 app:app"
        ),
        "FROM acme/python:1\nCMD gunicorn -b «127.0.0.1:$PORT» app:app": None,
        'FROM python:3.13-slim\nCMD [«"uvicorn"», "main:app"]': (
            'FROM python:3.13-slim\nCMD ["uvicorn", "main:app", "--host=0.0.0.0"]'
        ),
        "FROM python:3.13-slim\nCMD «python» manage.py runserver": None,
        'FROM python:3.13-slim\nENTRYPOINT ["python", "manage.py"]\nCMD ["runserver", «"127.0.0.1:8000"»]': (
            'FROM python:3.13-slim\nENTRYPOINT ["python", "manage.py"]\nCMD ["runserver", "0.0.0.0:8000"]'
        ),
        'FROM php:8\nCMD ["php", "-S", «"localhost:80"»]': 'FROM php:8\nCMD ["php", "-S", "0.0.0.0:80"]',
        "FROM debian:trixie\nCMD redis-server --bind «127.0.0.1»": "FROM debian:trixie\nCMD redis-server --bind 0.0.0.0",
        "=== start.sh\n#!/bin/sh\nexec «uvicorn» main:app\n=== Dockerfile\nFROM python:3.13\nCOPY start.sh /\n"
        'CMD ["/start.sh"]': None,
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["gunicorn", "-c", «"conf/g.py"», "app:app"]\n'
        '=== conf/g.py\nhost = "127.0.0.1"\nbind = f"{host}:8000"\n': None,
        "=== Dockerfile\nFROM python:3.13-slim\nWORKDIR /srv\nCOPY . .\nCMD exec «gunicorn» app:app\n"
        "=== gunicorn.conf.py\nimport os\nbind = ['localhost:' + os.environ['PORT']]\n": None,
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD [«"gunicorn"», "-c", "g.py", "app:app"]\n'
        "=== g.py\nworkers = 4\n": (
            "=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\n"
            'CMD ["gunicorn", "-c", "g.py", "app:app", "--bind=0.0.0.0:8000"]\n=== g.py\nworkers = 4\n'
        ),
    }
    good = (
        'FROM python:3.13-slim\nCMD ["flask", "run", "--host=0.0.0.0"]',
        'FROM python:3.13-slim\nENV FLASK_RUN_HOST=0.0.0.0\nCOPY . .\nCMD ["flask", "run"]',
        'FROM python:3.13-slim\nENV PORT=8000\nCOPY . .\nCMD ["gunicorn", "app:app"]',
        'FROM python:3.13-slim\nCMD ["gunicorn", "-c", "conf.py", "app:app"]',
        'FROM python:3.13-slim\nCMD ["gunicorn", "-b", "unix:/run/app.sock", "app:app"]',
        'FROM acme/python:1\nCMD ["uvicorn", "main:app"]',
        "FROM python:3.13-slim\nCMD nginx && uvicorn main:app",
        'FROM python:3.13-slim\nENTRYPOINT ["/entrypoint.sh"]\nCMD ["uvicorn", "main:app"]',
        'FROM python:3.13-slim\nCMD ["mysql", "--host", "127.0.0.1"]',
        "FROM python:3.13-slim\nCMD uvicorn main:app --uds /run/app.sock",
        "FROM python:3.13-slim\nCMD python -m http.server",
        'FROM jekyll/jekyll:4\nCMD ["jekyll", "serve"]',
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    network_mode: host\n"
        '=== Dockerfile\nFROM python:3.13-slim\nCMD ["uvicorn", "main:app"]',
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: uvicorn main:app --host 0.0.0.0\n"
        '=== Dockerfile\nFROM python:3.13-slim\nCMD ["uvicorn", "main:app"]',
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      UVICORN_HOST: 0.0.0.0\n"
        '=== Dockerfile\nFROM python:3.13-slim\nCMD ["uvicorn", "main:app"]',
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["gunicorn", "app:app"]\n'
        '=== gunicorn.conf.py\nbind = "0.0.0.0:8000"\n',
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["gunicorn", "-c", "g.py", "app:app"]\n'
        '=== g.py\nimport os\nbind = os.environ.get("BIND", "127.0.0.1:8000")\n',
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["gunicorn", "-c", "g.py", "-b", ":80", "app:app"]\n'
        '=== g.py\nbind = "127.0.0.1:8000"\n',
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY app.py .\nCMD ["gunicorn", "-c", "g.py", "app:app"]\n'
        '=== g.py\nbind = "127.0.0.1:8000"\n=== app.py\n',
    )

    def check(self, build: Build) -> Findings:
        for stage in build.runtime_stages:
            for listener in _unreachable(build, stage):
                word, program = listener.host_word, listener.command.program
                if word is not None:
                    message = f"`{listener.at.title}` listens on {listener.at.host} inside the container"
                    help_ = "`0.0.0.0` makes the published port reach it"
                    yield self.finding(word.value, message, help=help_, fix=_changed(listener, word))
                elif listener.at.file and program is not None:
                    place = listener.file_word or program
                    message = f"by {listener.at.file} `{listener.at.title}` listens on {listener.at.host} inside the container"
                    yield self.finding(place.value, message, help="`0.0.0.0` there makes the published port reach it")
                elif program is not None:
                    message = f"`{listener.at.title}` listens on 127.0.0.1 inside the container, unless told otherwise"
                    help_ = f"`{listener.at.option}` makes the published port reach it"
                    yield self.finding(program.value, message, help=help_, fix=_added(stage, listener))


def _unreachable(build: Build, stage: Stage) -> Iterator[Listener]:
    """The servers that listen on loopback, if nothing in the container hands connections on to them."""
    if is_replaced(build, stage) or (stage.root.base_name or "").startswith("jekyll/"):
        return
    commands = build.start_commands(stage)
    found = [listener for listener in listeners(build, stage, commands) if listener.at.is_loopback]
    if not found or any(_may_be_proxy(build, stage, command) for command in commands):
        return
    services = build.services_of(stage)
    if services and all(
        service.network_mode is not None and service.network_mode.text == "host" for service in services
    ):
        return
    set_ = {entry.name for service in services for entry in service.environment}
    yield from (
        listener for listener in found if listener.at.host_word is not None or set_.isdisjoint(listener.at.variables)
    )


def _may_be_proxy(build: Build, stage: Stage, command: Command) -> bool:
    """Whether a command is a reverse proxy, or a script unseen that may start one."""
    if command.name in _PROXIES:
        return True
    if not re.search(r"\.sh$|entrypoint|^(start|run|init|launch)", command.name):
        return False
    return build.script_of(stage, command) is None


def _changed(listener: Listener, word: Word) -> Fix | None:
    """`0.0.0.0` in place of the loopback address in its word."""
    text = word.value
    host = next((host for host in _LOOPBACK if host in text), None)
    if host is None or not (is_plain(listener.command, word) or _is_element(text)):
        return None
    place = text.part(text.index(host), text.index(host) + len(host))
    if str(place) != place.source.text[place.start : place.end]:
        place = _inside(text, host)
    return replace(place, "0.0.0.0", "listen on all addresses of the container", is_safe=False)  # noqa: S104


def _inside(text: Text, host: str) -> Text:
    """The address inside the quotes of its word."""
    start = text.source.text.index(host, text.start)
    return text.source.slice(start, start + len(host))


def _is_element(text: Text) -> bool:
    written = text.source.text[text.start : text.end]
    return written == f'"{text}"'


def _added(stage: Stage, listener: Listener) -> Fix | None:
    """The option at the end of an exec form."""
    last = (stage.cmd and stage.cmd.exec_form) or (stage.entrypoint and stage.entrypoint.exec_form) or ()
    words = listener.command.words
    if not listener.at.option or not last or words[-1].value is not last[-1] or not _is_element(last[-1]):
        return None
    place = Span(last[-1].source, last[-1].end, last[-1].end)
    added = "".join(f', "{word}"' for word in listener.at.option.split())
    return Fix(f"add `{listener.at.option}`", (Edit.replacing(place, added),), is_safe=False)


class PortMismatch(Rule[Build]):
    """EXPOSE or HEALTHCHECK names another port than the one that the server listens on.

    EXPOSE opens nothing: it tells people, `docker run -P`, proxies and platforms which port to use, and they all use the
    wrong one. A HEALTHCHECK at a port where nobody listens keeps the container unhealthy for ever.

    Let them name the same port.

    https://docs.docker.com/reference/dockerfile/#expose
    """

    severity = Severity.WARNING
    bad = {
        'FROM python:3.13\nEXPOSE «5000»\nCMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]': None,
        'FROM python:3.13\nEXPOSE «80» 443\nCMD ["uvicorn", "main:app", "--host", "0.0.0.0"]': None,
        "FROM python:3.13\nENV PORT=8080\nEXPOSE «80/tcp»\nCMD exec gunicorn -b :$PORT app:app": None,
        'FROM python:3.13 AS base\nEXPOSE «8080»\nFROM base\nCMD ["python", "-m", "http.server", "8000"]': None,
        "FROM python:3.13\nHEALTHCHECK CMD curl -f «http://localhost:5000/health»\n"
        'CMD ["uvicorn", "main:app", "--port", "8000"]': None,
        '=== Dockerfile\nFROM python:3.13\nCOPY . .\nEXPOSE «8000»\nCMD ["gunicorn", "-c", "g.py", "app:app"]\n'
        '=== g.py\nbind = "0.0.0.0:9000"\n': None,
        '=== Dockerfile\nFROM python:3.13\nCOPY . .\nEXPOSE «8000»\nCMD ["python", "app.py"]\n=== app.py\n'
        "from flask import Flask\napp = Flask(__name__)\napp.run(host='0.0.0.0', port=5000)\n": None,
    }
    good = (
        'FROM python:3.13\nEXPOSE 8000\nCMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]',
        'FROM python:3.13\nEXPOSE 8000-8010\nCMD ["gunicorn", "-b", "0.0.0.0:8005", "app:app"]',
        'FROM python:3.13\nCMD ["gunicorn", "-b", "0.0.0.0:8005", "app:app"]',
        'FROM python:3.13\nEXPOSE 53/udp\nCMD ["gunicorn", "-b", "0.0.0.0:8005", "app:app"]',
        'FROM python:3.13\nARG PORT\nEXPOSE $PORT\nEXPOSE 80\nCMD ["gunicorn", "-b", "0.0.0.0:8005", "app:app"]',
        "FROM python:3.13\nEXPOSE 5000\nCMD exec gunicorn -b :$PORT app:app",
        "FROM python:3.13\nEXPOSE 80\nCMD nginx && gunicorn -b :8000 app:app",
        "FROM python:3.13\nEXPOSE 80\nCMD gunicorn -b :8000 app:app & uvicorn --port 80 x:y",
        'FROM nginx:1.31\nEXPOSE 8080\nCMD ["python", "-m", "http.server"]',
        'FROM acme/base:1\nEXPOSE 8080\nCMD ["python", "-m", "http.server", "80"]',
        'FROM python:3.13\nEXPOSE 5000\nENTRYPOINT ["/start.sh"]\nCMD ["python", "-m", "http.server", "80"]',
        "FROM python:3.13\nHEALTHCHECK CMD curl -f http://localhost:8000/health\nCMD uvicorn main:app",
        "FROM python:3.13\nHEALTHCHECK CMD curl -f http://db:5432/health\nCMD uvicorn main:app",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      UVICORN_PORT: 80\n"
        "=== Dockerfile\nFROM python:3.13-slim\nEXPOSE 80\nCMD uvicorn main:app",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.runtime_stages:
            server = _only_server(build, stage)
            if server is None:
                continue
            title, port = server
            exposed = [one for one in stage.state.ports if one.protocol == "tcp"]
            if any(one.first <= port <= one.last for one in exposed):
                continue
            if exposed:
                named = " and ".join(str(one.written) for one in exposed[:3])
                message = f"`{title}` listens on {port}, but EXPOSE names {named}"
                yield self.finding(exposed[0].written, message, help=f"expose {port}, or let it listen on another port")
            check = stage.state.healthcheck
            for word, asked in _asked_ports(check) if check is not None else ():
                if asked != port and not any(one.first <= asked <= one.last for one in exposed):
                    message = f"the check asks port {asked}, but `{title}` listens on {port}"
                    yield self.finding(word.value, message, help=f"ask port {port}")


def _only_server(build: Build, stage: Stage) -> tuple[str, int] | None:
    """The one server of a stage and its port, where EXPOSE of the whole chain is known too."""
    known = build.facts(stage)
    if known is None or known.exposes or is_replaced(build, stage) or not _knows_ports(stage):
        return None
    commands = build.start_commands(stage)
    if in_background(commands) or any(_may_be_proxy(build, stage, command) for command in commands):
        return None
    found = list(listeners(build, stage, commands))
    services = build.services_of(stage)
    if len(found) == 1:
        at = found[0].at
        set_ = {entry.name for service in services for entry in service.environment}
        is_certain = at.port_word is not None or set_.isdisjoint(at.variables)
        return (at.title, at.port) if at.port is not None and is_certain else None
    return _by_source(build, stage) if not found and not any(service.environment for service in services) else None


def _by_source(build: Build, stage: Stage) -> tuple[str, int] | None:
    """The one server that the program itself starts, by its source."""
    servers = [server for launch in build.launches if launch.stage is stage for server in launch.program.servers()]
    if len(servers) != 1 or servers[0].port is None or not servers[0].where.is_certain:
        return None
    return servers[0].place.source.path, servers[0].port


def _knows_ports(stage: Stage) -> bool:
    """Whether no variable hides a port of EXPOSE."""
    steps = (step for link in stage.chain for step in link.steps if isinstance(step.instruction, Expose))
    pairs = ((step, word) for step in steps for word in step.instruction.words)
    return all(step.before.expanded(word, step.instruction.escape) is not None for step, word in pairs)


def _asked_ports(check: Healthcheck) -> Iterator[tuple[Word, int]]:
    """What a check asks of the container itself."""
    for command in check.commands:
        for word in command.arguments:
            url = re.match(r"(https?)://(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(?=[/?]|$)", word.value)
            if url is not None and word.is_literal and command.name in ("curl", "wget"):
                yield word, int(url[2] or (443 if url[1] == "https" else 80))
