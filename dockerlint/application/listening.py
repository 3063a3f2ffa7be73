"""Where the server that a start command runs will listen, told from its words and from variables.

Strongest first: its options, the variables that it reads, its configuration, its own default. What stands in a
configuration that nobody can read makes the answer unknown.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from dockerlint.application.start import without_runners

LOOPBACK = "127.0.0.1"
ALL = ""
"""The host of a server that listens on every address."""

_LOOPBACKS = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
_EVERYWHERE = frozenset({"0.0.0.0", "::", "[::]", "*", "0", "", "+", "true", "all"})  # noqa: S104 -- no socket

Read = Callable[[str], str | None]
"""Gives the text of a file by its path from the working directory."""


class Listens(NamedTuple):
    """Where a server listens: `host` is "" for all addresses, None for unknown, as is `port`.

    `host_word` and `port_word` are the words that say it, by their number; None where a variable or a default does.
    `option` is what makes it listen on all addresses, to be put behind its words.
    """

    title: str
    host: str | None
    port: int | None
    host_word: int | None = None
    port_word: int | None = None
    option: str = ""
    variables: tuple[str, ...] = ()
    """The variables that it reads."""
    file: str = ""
    """The configuration that says it, where that is so; `file_word` is the number of the word that names it."""
    file_word: int | None = None

    @property
    def is_loopback(self) -> bool:
        return self.host is not None and self.host in _LOOPBACKS


class _Server(NamedTuple):
    """How a server is told where to listen, and what it does untold; `port` None: unknown.

    `both` are the options that take `host:port`. `files` are the configurations that may say it; with one of them in
    the working directory, or with an option of `config`, the defaults do not count.
    """

    title: str
    host: str | None = LOOPBACK
    port: int | None = None
    hosts: tuple[str, ...] = ("--host",)
    ports: tuple[str, ...] = ("--port",)
    both: tuple[str, ...] = ()
    host_variables: tuple[str, ...] = ()
    port_variables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    option: str = "--host=0.0.0.0"
    elsewhere: tuple[str, ...] = ()
    """Options by which it listens on something else than an address."""


_BIND = "--bind=0.0.0.0"
_GUNICORN_FILE = "gunicorn.conf.py"
_VITE = ("vite.config.js", "vite.config.ts", "vite.config.mjs", "vite.config.mts")
_WEBPACK = ("webpack.config.js", "webpack.config.ts", "webpack.dev.js", "webpack.config.dev.js")
_JUPYTER = _Server(
    "jupyter", LOOPBACK, 8888, ("--ip",), files=("jupyter_notebook_config.py", "jupyter_server_config.py"),
    config=("--config",), option="--ip=0.0.0.0", elsewhere=("--sock",),
)  # fmt: skip
# By the program, or by the program and its verb.
SERVERS: Mapping[str, _Server] = {
    "flask run": _Server(
        "flask run", LOOPBACK, 5000, ("--host", "-h"), ("--port", "-p"), (), ("FLASK_RUN_HOST",), ("FLASK_RUN_PORT",),
        (".flaskenv", ".env"),
    ),
    "quart run": _Server("quart run", LOOPBACK, 5000, ("--host", "-h"), ("--port", "-p")),
    "gunicorn": _Server(
        "gunicorn", LOOPBACK, 8000, (), (), ("--bind", "-b"), ("GUNICORN_CMD_ARGS",), ("PORT",), (_GUNICORN_FILE,),
        ("-c", "--config"), "--bind=0.0.0.0:8000",
    ),
    "uvicorn": _Server(
        "uvicorn", LOOPBACK, 8000, host_variables=("UVICORN_HOST",), port_variables=("UVICORN_PORT",),
        elsewhere=("--uds", "--fd"),
    ),
    "hypercorn": _Server(
        "hypercorn", LOOPBACK, 8000, (), (), ("--bind", "-b"), config=("-c", "--config"), option="--bind=0.0.0.0:8000",
        elsewhere=("--quic-bind", "--insecure-bind"),
    ),
    "daphne": _Server(
        "daphne", LOOPBACK, 8000, ("--bind", "-b"), ("--port", "-p"), option=_BIND,
        elsewhere=("-u", "--unix-socket", "--fd", "-e", "--endpoint"),
    ),
    "granian": _Server(
        "granian", LOOPBACK, 8000, host_variables=("GRANIAN_HOST",), port_variables=("GRANIAN_PORT",),
        elsewhere=("--uds",),
    ),
    "sanic": _Server("sanic", LOOPBACK, 8000, ("--host", "-H"), ("--port", "-p"), elsewhere=("--unix", "-u")),
    "waitress-serve": _Server("waitress-serve", ALL, 8080, both=("--listen",), elsewhere=("--unix-socket",)),
    "fastapi dev": _Server("fastapi dev", LOOPBACK, 8000),
    "fastapi run": _Server("fastapi run", ALL, 8000),
    "streamlit run": _Server(
        "streamlit run", ALL, 8501, ("--server.address",), ("--server.port",), (), ("STREAMLIT_SERVER_ADDRESS",),
        ("STREAMLIT_SERVER_PORT",), (".streamlit/config.toml",), option="--server.address=0.0.0.0",
    ),
    "http.server": _Server("http.server", ALL, 8000, ("--bind", "-b"), ()),
    "uwsgi": _Server("uwsgi", None, None, (), (), ("--http", "--http-socket"), elsewhere=("--socket", "-s", "--ini")),
    "mlflow": _Server(
        "mlflow", LOOPBACK, 5000, ("--host", "-h"), ("--port", "-p"), (), ("MLFLOW_HOST",), ("MLFLOW_PORT",),
    ),
    "jupyter notebook": _JUPYTER, "jupyter lab": _JUPYTER, "jupyter-notebook": _JUPYTER, "jupyter-lab": _JUPYTER,
    "mkdocs serve": _Server(
        "mkdocs serve", LOOPBACK, 8000, (), (), ("--dev-addr", "-a"), files=("mkdocs.yml", "mkdocs.yaml"),
        config=("-f", "--config-file"), option="--dev-addr=0.0.0.0:8000",
    ),
    "rails server": _Server(
        "rails server", LOOPBACK, 3000, ("--binding", "-b"), ("--port", "-p"), (), ("BINDING",), ("PORT",),
        ("config/puma.rb",), ("-c", "--config"), "--binding=0.0.0.0",
    ),
    "rackup": _Server(
        "rackup", LOOPBACK, 9292, ("--host", "-o"), ("--port", "-p"), (), (), ("PORT",),
        ("config.ru", "config/puma.rb", "puma.rb"), option="--host=0.0.0.0",
    ),
    "puma": _Server(
        "puma", ALL, 9292, (), ("--port", "-p"), (), (), ("PORT",), ("config/puma.rb",), ("-C", "--config", "-b"), "",
    ),
    "jekyll serve": _Server(
        "jekyll serve", LOOPBACK, 4000, ("--host", "-H"), ("--port", "-P"), files=("_config.yml",),
        config=("--config",),
    ),
    "hugo server": _Server("hugo server", LOOPBACK, 1313, ("--bind",), ("--port", "-p"), option=_BIND),
    "vite": _Server("vite", LOOPBACK, 5173, files=_VITE, config=("-c", "--config")),
    "vite preview": _Server("vite preview", LOOPBACK, 4173, files=_VITE, config=("-c", "--config")),
    "ng serve": _Server("ng serve", LOOPBACK, 4200, ("--host", "-H"), files=("angular.json",)),
    "webpack-dev-server": _Server("webpack-dev-server", LOOPBACK, 8080, files=_WEBPACK, config=("--config", "-c")),
    "nuxt dev": _Server(
        "nuxt dev", LOOPBACK, 3000, ("--host", "-H"), ("--port", "-p"), (), ("HOST", "NUXT_HOST", "NITRO_HOST"),
        ("PORT", "NUXT_PORT", "NITRO_PORT"), ("nuxt.config.js", "nuxt.config.ts"),
    ),
    "gatsby develop": _Server(
        "gatsby develop", LOOPBACK, 8000, ("--host", "-H"), ("--port", "-p"), (), ("HOST",), ("PORT",),
    ),
    "next": _Server(
        "next", ALL, 3000, ("--hostname", "-H"), ("--port", "-p"), (), ("HOSTNAME",), ("PORT",), (), (), "",
    ),
    "react-scripts start": _Server("react-scripts start", ALL, 3000, (), (), (), ("HOST",), ("PORT",), (".env",)),
    "json-server": _Server(
        "json-server", LOOPBACK, 3000, ("--host", "-H"), ("--port", "-p"), files=("json-server.json",),
        config=("--config", "-c"),
    ),
    "http-server": _Server(
        "http-server", ALL, 8080, ("-a",), ("-p", "--port"), (), (), ("PORT",), option="-a 0.0.0.0",
    ),
    "php artisan serve": _Server(
        "php artisan serve", LOOPBACK, 8000, ("--host",), ("--port",), (), ("SERVER_HOST",), ("SERVER_PORT",),
        (".env",),
    ),
    "redis-server": _Server("redis-server", None, 6379, ("--bind",), option="", files=("redis.conf",)),
    "mongod": _Server("mongod", None, 27017, ("--bind_ip",), config=("-f", "--config"), option=""),
    "memcached": _Server("memcached", ALL, 11211, ("-l", "--listen"), ("-p", "--port"), option="", elsewhere=("-s",)),
    "mysqld": _Server("mysqld", None, 3306, ("--bind-address",), option=""),
}  # fmt: skip
_ALIASES = {
    "jekyll s": "jekyll serve", "jekyll server": "jekyll serve", "hugo serve": "hugo server", "rails s": "rails server",
    "vite dev": "vite", "vite serve": "vite", "webpack serve": "webpack-dev-server", "next start": "next",
    "next dev": "next", "mlflow server": "mlflow", "mlflow ui": "mlflow",
}  # fmt: skip


_OTHER_NAMES = {"SimpleHTTPServer": "http.server", "waitress": "waitress-serve", "django-admin": "manage.py"}


def listens(words: Sequence[str], environment: Mapping[str, str], read: Read | None) -> Listens | None:
    """Where the server that a command starts listens; None if it starts none that is known.

    A word with a `$` in it is unknown. `read` is None where nothing is known of the files of the image.
    """
    words = [*words]
    skipped = len(words) - len(without_runners(words))
    name, skipped = _name(words, skipped)
    if not name:
        return None
    special = _SPECIAL.get(name)
    if special is not None:
        return special(words, skipped)
    server = SERVERS.get(_ALIASES.get(name, name))
    return _listens(server, words, skipped, environment, read) if server is not None else None


def _name(words: Sequence[str], skipped: int) -> tuple[str, int]:
    """The server's name in the tables, and how many words stand before its arguments."""
    if skipped >= len(words):
        return "", skipped
    program, skipped = posixpath.basename(words[skipped]), skipped + 1
    rest = words[skipped:]
    if re.fullmatch(r"python[\d.]*", program):
        if len(rest) > 1 and rest[0] == "-m":
            program, skipped = rest[1].removesuffix(".__main__"), skipped + 2
        elif rest and posixpath.basename(rest[0]) == "manage.py":
            program, skipped = "manage.py", skipped + 1
    elif program == "php" and rest[:2] == ["artisan", "serve"]:
        return "php artisan serve", skipped + 2
    elif program == "php" and "-S" in rest:
        return "php -S", skipped
    program = {"SimpleHTTPServer": "http.server", "waitress": "waitress-serve", "django-admin": "manage.py"}.get(
        program, program
    )
    if program == "manage.py":
        verb = next((word for word in words[skipped:] if not word.startswith("-")), "")
        return ("manage.py", words.index(verb, skipped) + 1) if verb in ("runserver", "runserver_plus") else ("", 0)
    names = (f"{program} {word}" for word in words[skipped:])
    return next((name for name in names if name in SERVERS or name in _ALIASES), program), skipped


def _runserver(words: Sequence[str], skipped: int) -> Listens:
    """Django's `runserver [ADDRESS:]PORT`, or that of Flask-Script, with options and a port of its own."""
    title = "manage.py runserver"
    host, port = _value(words, skipped, ("--host", "-h")), _value(words, skipped, ("--port", "-p"))
    if host is not None or port is not None:
        found = Listens(title, LOOPBACK if host is None else _host(host[1]), None if port is None else _port(port[1]))
        return found._replace(host_word=host and host[0], port_word=port and port[0])
    for index in range(skipped, len(words)):
        word = words[index]
        if re.fullmatch(r"\d+", word):
            return Listens(title, LOOPBACK, _port(word), None, index)
        if re.fullmatch(r"[\w.:\[\]*-]*:(\d+|\$\{?\w+\}?)", word):
            address, _, number = word.rpartition(":")
            return Listens(title, _host(address), _port(number), index, index)
        if not word.startswith("-"):
            return Listens(title, None, None)
    return Listens(title, LOOPBACK, None, option="0.0.0.0:8000")


def _php(words: Sequence[str], skipped: int) -> Listens:
    index = words.index("-S", skipped) + 1
    if index >= len(words):
        return Listens("php -S", None, None)
    host, _, port = words[index].rpartition(":")
    return Listens("php -S", _host(host) if "$" not in host else None, _port(port), index, index)


_SPECIAL: Mapping[str, Callable[[Sequence[str], int], Listens]] = {"manage.py": _runserver, "php -S": _php}


def _listens(
    server: _Server, words: Sequence[str], skipped: int, environment: Mapping[str, str], read: Read | None
) -> Listens:
    """Where a server of the table listens."""
    unknown = Listens(server.title, None, None)
    variables = (*server.host_variables, *server.port_variables)
    if any(_value(words, skipped, (option,)) for option in server.elsewhere):
        return unknown
    if server.title == "gunicorn" and "GUNICORN_CMD_ARGS" in environment:
        return _by_arguments(server, words, environment)
    hosts = _value(words, skipped, server.hosts)
    ports = _value(words, skipped, server.ports)
    both = _values(words, skipped, server.both)
    if len(both) > 1:
        return unknown
    if both:
        return _at_address(server, *both[0], variables)
    configured = _configured(server, words, skipped, read)
    if configured is not None and configured.file:
        return configured
    host, port = _defaults(server, words, environment) if configured is None else (None, None)
    option = server.option if hosts is None else ""
    found = Listens(server.title, host, port, option=option, variables=variables)
    if server.title == "http.server":
        ports = next(((i, word) for i, word in enumerate(words) if i >= skipped and word.isdecimal()), None)
    if hosts is not None:
        found = found._replace(host=_host(hosts[1]), host_word=hosts[0])
    if ports is not None:
        found = found._replace(port=_port(ports[1]), port_word=ports[0])
    return found


def _configured(server: _Server, words: Sequence[str], skipped: int, read: Read | None) -> Listens | None:
    """By a configuration, as far as it can be read; None where the defaults hold."""
    if server.title == "gunicorn" and read is not None:
        return _by_gunicorn_file(server, words, skipped, read)
    is_named = _value(words, skipped, server.config) is not None
    return Listens(server.title, None, None) if is_named or _may_be_configured(server, read) else None


def _by_gunicorn_file(server: _Server, words: Sequence[str], skipped: int, read: Read) -> Listens | None:
    """By gunicorn's configuration; None where that leaves the default as it is."""
    from dockerlint.application.gunicorn import UNSET, bound_address  # noqa: PLC0415 (few images have one)

    named = _value(words, skipped, server.config)
    path = named[1].removeprefix("file:") if named is not None else _GUNICORN_FILE
    text = read(path)
    if text is None and named is None:
        return None
    is_moved = _value(words, skipped, ("--chdir",)) is not None
    address = bound_address(text) if text is not None and not is_moved else None
    if address == UNSET:
        return None
    if address is None:
        return Listens(server.title, None, None)
    found = _at_address(server, 0, address, ("GUNICORN_CMD_ARGS",))
    return found._replace(host_word=None, port_word=None, file=path, file_word=named and named[0])


def _by_arguments(server: _Server, words: Sequence[str], environment: Mapping[str, str]) -> Listens:
    """The same with GUNICORN_CMD_ARGS: what the command line says counts more."""
    try:
        given = shlex.split(environment["GUNICORN_CMD_ARGS"])
    except ValueError:
        return Listens(server.title, None, None)
    rest = {name: value for name, value in environment.items() if name != "GUNICORN_CMD_ARGS"}
    own = _listens(server, words, 0, rest, None)
    if own.host_word is not None:
        return own
    return _listens(server, given, 0, rest, None)._replace(host_word=None, port_word=None, option="")


def _defaults(server: _Server, words: Sequence[str], environment: Mapping[str, str]) -> tuple[str | None, int | None]:
    """By its variables, and what it does without them."""
    port = next((environment[name] for name in server.port_variables if name in environment), None)
    named = next((environment[name] for name in server.host_variables if name in environment), None)
    host = server.host
    if server.title == "gunicorn":
        host = ALL if port is not None else host
    elif named is not None:
        host = _host(named)
    elif server.title in _BY_MODE:
        variables, options = _BY_MODE[server.title]
        given = _value(words, 0, options)
        mode = given[1] if given else next((environment[name] for name in variables if name in environment), "")
        host = LOOPBACK if mode in ("", "development") else None if "$" in mode else ALL
    return host, server.port if port is None else _port(port)


_BY_MODE = {
    "rails server": (("RAILS_ENV", "RACK_ENV"), ("-e", "--environment")),
    "rackup": (("RACK_ENV",), ("-E", "--env")),
}
"""Servers that listen on loopback only in development mode: the variables and options that say which it is."""


def _may_be_configured(server: _Server, read: Read | None) -> bool:
    """Whether a configuration says it, or one that nobody can see may do so."""
    if not server.files:
        return False
    if read is None:
        return True
    words = r"(?i)\b(host|bind|port|address|dev_addr|ip|run_host)\b|FLASK_RUN|server\s*[.:]|#\\"
    texts = (read(name) for name in server.files)
    return any(re.search(words, text) for text in texts if text is not None)


def _at_address(server: _Server, index: int, address: str, variables: tuple[str, ...]) -> Listens:
    """`host:port`, `:port`, `host`, `unix:path`, `fd://3`."""
    found = Listens(server.title, None, None, index, index, variables=variables)
    if address.startswith(("unix:", "fd://", "/", "$")) or "," in address:
        return found._replace(host_word=None, port_word=None)
    host, colon, port = address.removeprefix("tcp://").rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        # An address alone, or one of IPv6.
        return found._replace(host=_host(address), port=server.port, port_word=None)
    return found._replace(host=_host(host), port=_port(port))


def _host(text: str) -> str | None:
    text = text.strip()
    if "$" in text or "," in text:
        return None
    return ALL if text.lower() in _EVERYWHERE else text


def _port(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 5 else None


def _value(words: Sequence[str], skipped: int, names: tuple[str, ...]) -> tuple[int, str] | None:
    """The last value of an option with the number of its word; an option without one has an empty value."""
    found = _values(words, skipped, names)
    return found[-1] if found else None


def _values(words: Sequence[str], skipped: int, names: tuple[str, ...]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    if not names:
        return found
    for index in range(skipped, len(words)):
        word = words[index]
        if word in names:
            following = words[index + 1] if index + 1 < len(words) else "-"
            found.append((index, "") if following.startswith("-") else (index + 1, following))
        elif word.startswith("--") and word.partition("=")[0] in names:
            found.append((index, word.partition("=")[2]))
        elif word[:2] in names and not word.startswith("--"):
            found.append((index, word[2:].removeprefix("=")))
    return found


VARIABLES = frozenset(
    {"GUNICORN_CMD_ARGS"}
    | {name for server in SERVERS.values() for name in (*server.host_variables, *server.port_variables)}
    | {name for variables, _ in _BY_MODE.values() for name in variables}
)
"""All variables that decide where some server listens."""
