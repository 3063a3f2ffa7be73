"""Which Python file a start command runs, told from its words alone."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class Start(NamedTuple):
    """What is started. Of several `targets` the first that exists counts."""

    program: str
    """The command that starts it, by its plain name: `python`, `gunicorn`, `flask`."""
    targets: tuple[str, ...]
    """Each a path (it ends in `.py` or holds a slash) or the dotted name of a module."""
    word: str
    """The word that says it, of the words given; empty where a default or the environment does."""
    attribute: str = ""
    """The application or factory in the module; empty if the program looks for it, or needs none."""
    is_main: bool = False
    """Run as `__main__`, not imported."""
    folder: str = ""
    """Where modules are looked for, from the working directory: `--chdir`, `--app-dir`."""
    settings: str = ""
    """Django's settings module, from `--settings` or DJANGO_SETTINGS_MODULE."""


def is_path(target: str) -> bool:
    return target.endswith(".py") or "/" in target


def start_target(words: Sequence[str], environment: Mapping[str, str]) -> Start | None:
    """Tell what a start command of literal words starts; None if that is no Python, or unknown."""
    words = without_runners(words)
    if not words:
        return None
    program = _plain_name(words[0])
    if program.endswith(".py"):
        program, words = "python", ("python", *words)
    find = _PROGRAMS.get(program)
    start = find(words[1:], environment) if find else None
    if start is None:
        return None
    settings = start.settings or environment.get("DJANGO_SETTINGS_MODULE", "")
    return start._replace(program=start.program or program, settings=settings)


def _plain_name(word: str) -> str:
    name = posixpath.basename(word)
    stem = name.rstrip("0123456789.")
    return "python" if stem in {"python", "pypy"} else name


# Words before the program: `poetry run`, `tini --`, `opentelemetry-instrument`

_RUNNERS: Mapping[str, tuple[str, ...]] = {
    "poetry": ("run",), "pipenv": ("run",), "uv": ("run",), "pdm": ("run",), "rye": ("run",), "hatch": ("run",),
    "conda": ("run",), "mamba": ("run",), "micromamba": ("run",), "newrelic-admin": ("run-program",),
    "tini": (), "dumb-init": (), "catatonit": (), "ddtrace-run": (), "opentelemetry-instrument": (), "exec": (),
}  # fmt: skip
_RUNNER_VALUES = frozenset(
    {"-n", "--name", "-p", "--prefix", "--python", "--with", "--project", "--directory", "--env-file", "--extra",
     "--group", "--package", "-e", "-r", "--rewrite"}
)  # fmt: skip


def without_runners(words: Sequence[str]) -> Sequence[str]:
    while words:
        runner = _RUNNERS.get(posixpath.basename(words[0]))
        if runner is None:
            return words
        words = words[1:]
        for subcommand in runner:
            if subcommand not in words:
                return ()
            words = words[words.index(subcommand) + 1 :]
        words = _after_options(words, _RUNNER_VALUES)
    return words


def _after_options(words: Sequence[str], values: frozenset[str]) -> Sequence[str]:
    place = 0
    while place < len(words) and words[place].startswith("-"):
        if words[place] == "--":
            return words[place + 1 :]
        place += 2 if words[place] in values else 1
    return words[place:]


# Options


class _Words(NamedTuple):
    """The words of a command sorted: options with their values (the last wins), and the rest."""

    options: Mapping[str, str]
    rest: tuple[str, ...]


def _sorted(words: Sequence[str], flags: frozenset[str]) -> _Words:
    """Sort words for a program whose options all take a value, but for `flags` and `--no-x`."""
    options: dict[str, str] = {}
    rest: list[str] = []
    place = 0
    while place < len(words):
        word = words[place]
        place += 1
        if not word.startswith("-") or word == "-":
            rest.append(word)
        elif word == "--":
            rest.extend(words[place:])
            break
        elif word.startswith("--") and "=" in word:
            name, _, value = word.partition("=")
            options[name] = value
        elif word in flags or word.startswith("--no-"):
            options[word] = ""
        elif not word.startswith("--") and len(word) > 2:
            options[word[:2]] = word[2:]
        elif place < len(words) and (words[place] == "-" or not words[place].startswith("-")):
            options[word] = words[place]
            place += 1
        else:
            options[word] = ""
    return _Words(options, tuple(rest))


def _option(words: _Words, *names: str) -> str:
    return next((words.options[name] for name in names if name in words.options), "")


def _application(program: str, word: str, folder: str = "", default: str = "") -> Start | None:
    """`module:attribute`, where the attribute may be called with arguments."""
    if not word:
        return None
    module, _, attribute = word.partition(":")
    name = attribute.partition("(")[0].strip()
    return Start(program, (module,), word, name or default, folder=folder)


# Programs: each gets the words after its name


def _python(words: Sequence[str], environment: Mapping[str, str]) -> Start | None:
    """https://docs.python.org/3/using/cmdline.html"""
    place = 0
    while place < len(words) and words[place].startswith("-") and words[place] != "-":
        word = words[place]
        place += 1
        if word.startswith("--"):
            place += word == "--check-hash-based-pycs"
            continue
        letters = word[1:]
        special = next((number for number, letter in enumerate(letters) if letter in "cmWX"), len(letters))
        value = letters[special + 1 :]
        if special == len(letters):
            continue
        if not value and place < len(words):
            value, word = words[place], words[place]
            place += 1
        if letters[special] == "c":
            return None
        if letters[special] == "m":
            return _module(value, word, words[place:], environment)
    if place >= len(words) or words[place] == "-":
        return None
    script = words[place]
    targets = (script,) if script.endswith(".py") else (posixpath.join(".", script), f"{script}/__main__.py")
    settings = _option(_sorted(words[place + 1 :], frozenset()), "--settings")
    return Start("python", targets, script, is_main=True, settings=settings)


def _module(name: str, word: str, words: Sequence[str], environment: Mapping[str, str]) -> Start | None:
    if not name:
        return None
    find = _PROGRAMS.get(name) if name != "python" else None
    if find:
        start = find(words, environment)
        return start and start._replace(program=name)
    settings = _option(_sorted(words, frozenset()), "--settings")
    return Start("python", (f"{name}.__main__", name), word, is_main=True, settings=settings)


def _gunicorn(words: Sequence[str], environment: Mapping[str, str]) -> Start | None:
    """https://docs.gunicorn.org/en/stable/settings.html"""
    try:
        given = shlex.split(environment.get("GUNICORN_CMD_ARGS", ""))
    except ValueError:
        return None
    flags = frozenset(
        {"--reload", "--spew", "--check-config", "--print-config", "--preload", "--sendfile", "--reuse-port", "-D",
         "--daemon", "--initgroups", "--capture-output", "--disable-redirect-access-to-syslog", "--log-syslog", "-R",
         "--enable-stdio-inheritance", "--proxy-protocol", "--suppress-ragged-eofs", "--do-handshake-on-connect",
         "--strip-header-spaces", "--permit-unconventional-http-method", "--permit-unconventional-http-version",
         "--permit-obsolete-folding", "--casefold-http-method"}
    )  # fmt: skip
    found = _sorted((*given, *words), flags)
    word = found.rest[0] if found.rest else ""
    return _application("gunicorn", word, _option(found, "--chdir"), default="application")


def _asgi(
    program: str, flags: frozenset[str], folder: str
) -> Callable[[Sequence[str], Mapping[str, str]], Start | None]:
    """Make the finder for a server whose first word that is no option names the application."""

    def find(words: Sequence[str], environment: Mapping[str, str]) -> Start | None:
        found = _sorted(words, flags)
        word = found.rest[0] if found.rest else ""
        plain = word.removeprefix("asgi:").removeprefix("wsgi:") if word.count(":") > 1 else word
        start = _application(program, plain, _option(found, folder) if folder else "")
        return start and start._replace(word=word)

    return find


def _waitress(words: Sequence[str], environment: Mapping[str, str]) -> Start | None:
    """https://docs.pylonsproject.org/projects/waitress/en/stable/runner.html"""
    flags = frozenset(
        {"--call", "--expose-tracebacks", "--asyncore-use-poll", "--log-socket-errors", "--log-untrusted-proxy-headers"}
    )
    found = _sorted(words, flags)
    return _application("waitress-serve", _option(found, "--app") or (found.rest[0] if found.rest else ""))


def _uwsgi(words: Sequence[str], environment: Mapping[str, str]) -> Start | None:
    """https://uwsgi-docs.readthedocs.io/en/latest/Options.html"""
    flags = frozenset(
        {
            "--master",
            "-M",
            "--enable-threads",
            "--die-on-term",
            "--lazy-apps",
            "--need-app",
            "--vacuum",
            "--single-interpreter",
        }
    )
    found = _sorted(words, flags)
    folder, attribute = _option(found, "--chdir"), _option(found, "--callable") or "application"
    if module := _option(found, "-w", "--module", "--wsgi"):
        return _application("uwsgi", module, folder, attribute)
    path = _option(found, "--wsgi-file", "--file")
    return Start("uwsgi", (path,), path, attribute, folder=folder) if path else None


def _celery(words: Sequence[str], environment: Mapping[str, str]) -> Start | None:
    """https://docs.celeryq.dev/en/stable/reference/cli.html"""
    found = _sorted(words, frozenset({"-q", "--quiet", "-E", "--task-events", "-B", "--beat"}))
    start = _application("celery", _option(found, "-A", "--app"), _option(found, "--workdir"))
    if start is None or start.attribute or "." not in start.targets[0]:
        return start
    module = start.targets[0]
    return start._replace(targets=(module, module.rpartition(".")[0]))  # its last part may be an attribute


def _flask(words: Sequence[str], environment: Mapping[str, str]) -> Start | None:
    """https://flask.palletsprojects.com/en/stable/cli/"""
    return _by_command("flask", words, environment.get("FLASK_APP", ""), ("wsgi.py", "app.py"))


def _quart(words: Sequence[str], environment: Mapping[str, str]) -> Start | None:
    return _by_command("quart", words, environment.get("QUART_APP", ""), ("app.py",))


def _by_command(program: str, words: Sequence[str], named: str, defaults: tuple[str, ...]) -> Start | None:
    found = _sorted(words, frozenset({"--debug", "--reload", "--debugger", "--with-threads", "--without-threads"}))
    if "run" not in found.rest:
        return None
    word = _option(found, "-A", "--app")
    start = _application(program, word or named)
    if start is None:
        return Start(program, defaults, "")
    return start._replace(word=word)


def _fastapi(words: Sequence[str], environment: Mapping[str, str]) -> Start | None:
    """https://fastapi.tiangolo.com/fastapi-cli/"""
    found = _sorted(words, frozenset({"--reload", "--proxy-headers"}))
    if not found.rest or found.rest[0] not in {"run", "dev"}:
        return None
    if word := _option(found, "-e", "--entrypoint"):
        return _application("fastapi", word)
    attribute = _option(found, "--app")
    if len(found.rest) > 1:
        return Start("fastapi", (found.rest[1],), found.rest[1], attribute)
    defaults = ("main.py", "app.py", "api.py", "app/main.py", "app/app.py", "app/api.py")
    return Start("fastapi", defaults, "", attribute)


def _streamlit(words: Sequence[str], environment: Mapping[str, str]) -> Start | None:
    rest = _sorted(words, frozenset()).rest
    return Start("streamlit", (rest[1],), rest[1], is_main=True) if len(rest) > 1 and rest[0] == "run" else None


def _django_admin(words: Sequence[str], environment: Mapping[str, str]) -> Start | None:
    settings = _option(_sorted(words, frozenset()), "--settings")
    return Start("django-admin", (), "", settings=settings)


_UVICORN_FLAGS = frozenset(
    {"--reload", "--access-log", "--use-colors", "--proxy-headers", "--server-header", "--date-header", "--factory"}
)
_PROGRAMS: Mapping[str, Callable[[Sequence[str], Mapping[str, str]], Start | None]] = {
    "python": _python,
    "gunicorn": _gunicorn,
    "uvicorn": _asgi("uvicorn", _UVICORN_FLAGS, "--app-dir"),
    "hypercorn": _asgi("hypercorn", frozenset({"--debug", "--reload"}), ""),
    "daphne": _asgi("daphne", frozenset({"--proxy-headers"}), ""),
    "granian": _asgi("granian", frozenset({"--reload", "--factory", "--access-log", "--ws"}), "--working-dir"),
    "waitress-serve": _waitress,
    "waitress": _waitress,
    "uwsgi": _uwsgi,
    "celery": _celery,
    "flask": _flask,
    "quart": _quart,
    "fastapi": _fastapi,
    "streamlit": _streamlit,
    "django-admin": _django_admin,
    "django": _django_admin,
}
