"""Which Python file a start command runs."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockerlint.application.start import Start, start_target

MAIN, IMPORTED = True, False
STARTS = [
    # (command, program, targets, attribute, whether run as __main__)
    ("python app.py", "python", ("app.py",), "", MAIN),
    ("python3.12 -u src/app.py --port 80", "python", ("src/app.py",), "", MAIN),
    ("/usr/local/bin/python -uO -W ignore -X dev app.py", "python", ("app.py",), "", MAIN),
    ("python -Wignore app.py", "python", ("app.py",), "", MAIN),
    ("pypy3 app.py", "python", ("app.py",), "", MAIN),
    ("python --check-hash-based-pycs always app.py", "python", ("app.py",), "", MAIN),
    ("python /app/main.py", "python", ("/app/main.py",), "", MAIN),
    ("python src", "python", ("./src", "src/__main__.py"), "", MAIN),
    ("python bin/serve", "python", ("./bin/serve", "bin/serve/__main__.py"), "", MAIN),
    ("./app.py", "python", ("./app.py",), "", MAIN),
    ("/app/manage.py runserver", "python", ("/app/manage.py",), "", MAIN),
    ("python -m pkg.mod --x", "python", ("pkg.mod.__main__", "pkg.mod"), "", MAIN),
    ("python -um pkg", "python", ("pkg.__main__", "pkg"), "", MAIN),
    ("python -mpkg", "python", ("pkg.__main__", "pkg"), "", MAIN),
    ("python manage.py runserver 0.0.0.0:8000", "python", ("manage.py",), "", MAIN),
    ("gunicorn main:app", "gunicorn", ("main",), "app", IMPORTED),
    ("gunicorn --bind 0.0.0.0:8000 -w 4 proj.wsgi", "gunicorn", ("proj.wsgi",), "application", IMPORTED),
    ("gunicorn -b :8000 --preload --reload main:app", "gunicorn", ("main",), "app", IMPORTED),
    ("gunicorn main:app -w4 --access-logfile -", "gunicorn", ("main",), "app", IMPORTED),
    ("gunicorn --access-logfile - -k uvicorn.workers.UvicornWorker main:app", "gunicorn", ("main",), "app", IMPORTED),
    ("gunicorn \"app:create_app('prod')\"", "gunicorn", ("app",), "create_app", IMPORTED),
    ("python -m gunicorn main:app", "gunicorn", ("main",), "app", IMPORTED),
    ("uvicorn src.main:app --host 0.0.0.0", "uvicorn", ("src.main",), "app", IMPORTED),
    ("uvicorn --factory --reload main:make", "uvicorn", ("main",), "make", IMPORTED),
    ("uvicorn --no-access-log main:app", "uvicorn", ("main",), "app", IMPORTED),
    ("hypercorn -b 0.0.0.0:80 main:app", "hypercorn", ("main",), "app", IMPORTED),
    ("hypercorn asgi:main:app", "hypercorn", ("main",), "app", IMPORTED),
    ("daphne -b 0.0.0.0 -p 80 proj.asgi:application", "daphne", ("proj.asgi",), "application", IMPORTED),
    ("granian --interface asgi main:app", "granian", ("main",), "app", IMPORTED),
    ("waitress-serve --port=80 --call app:create_app", "waitress-serve", ("app",), "create_app", IMPORTED),
    ("uwsgi --http :80 --master --wsgi-file app.py --callable app", "uwsgi", ("app.py",), "app", IMPORTED),
    ("uwsgi -w app:app", "uwsgi", ("app",), "app", IMPORTED),
    ("celery -A proj worker -l info", "celery", ("proj",), "", IMPORTED),
    ("celery --app=proj.tasks worker", "celery", ("proj.tasks", "proj"), "", IMPORTED),
    ("celery worker -A proj.celery:app", "celery", ("proj.celery",), "app", IMPORTED),
    ("python -m celery -A proj worker", "celery", ("proj",), "", IMPORTED),
    ("flask --app web run", "flask", ("web",), "", IMPORTED),
    ("flask -A web:make run --host=0.0.0.0", "flask", ("web",), "make", IMPORTED),
    ("flask --app src/web.py --debug run -p 80", "flask", ("src/web.py",), "", IMPORTED),
    ("flask run", "flask", ("wsgi.py", "app.py"), "", IMPORTED),
    ("python -m flask run", "flask", ("wsgi.py", "app.py"), "", IMPORTED),
    ("quart --app web run", "quart", ("web",), "", IMPORTED),
    ("fastapi run src/main.py --port 80", "fastapi", ("src/main.py",), "", IMPORTED),
    (
        "fastapi dev",
        "fastapi",
        ("main.py", "app.py", "api.py", "app/main.py", "app/app.py", "app/api.py"),
        "",
        IMPORTED,
    ),
    ("fastapi run --app api main.py", "fastapi", ("main.py",), "api", IMPORTED),
    ("streamlit run app.py --server.port 80", "streamlit", ("app.py",), "", MAIN),
    ("django-admin runserver --settings proj.settings", "django-admin", (), "", IMPORTED),
    ("poetry run python app.py", "python", ("app.py",), "", MAIN),
    ("uv run --no-sync --with gunicorn gunicorn main:app", "gunicorn", ("main",), "app", IMPORTED),
    ("uv run app.py", "python", ("app.py",), "", MAIN),
    ("conda run --no-capture-output -n env python app.py", "python", ("app.py",), "", MAIN),
    ("tini -g -- python app.py", "python", ("app.py",), "", MAIN),
    ("/usr/bin/dumb-init poetry run gunicorn main:app", "gunicorn", ("main",), "app", IMPORTED),
    ("opentelemetry-instrument uvicorn main:app", "uvicorn", ("main",), "app", IMPORTED),
    ("newrelic-admin run-program gunicorn main:app", "gunicorn", ("main",), "app", IMPORTED),
]

NO_START = [
    "", "python", "python -c 'import app'", "python -", "python -m", "python -V", "gunicorn", "gunicorn -c conf.py",
    "gunicorn --bind main:app", "uvicorn --host 0.0.0.0", "celery worker", "flask db upgrade", "fastapi",
    "streamlit hello", "uwsgi --ini uwsgi.ini", "node app.js", "poetry install", "tini --", "bash -c 'python app.py'",
]  # fmt: skip


@pytest.mark.parametrize(("command", "program", "targets", "attribute", "is_main"), STARTS)
def test_tells_what_is_started(
    command: str, program: str, targets: tuple[str, ...], attribute: str, is_main: bool
) -> None:
    start = start_target(shlex.split(command), {})
    assert start is not None
    assert (start.program, start.targets, start.attribute, start.is_main) == (program, targets, attribute, is_main)
    assert start.word in {*shlex.split(command), "", "pkg", start.targets[0] if targets else ""}


@pytest.mark.parametrize("command", NO_START)
def test_is_silent_about_the_rest(command: str) -> None:
    assert start_target(shlex.split(command), {"FLASK_APP": "web"}) is None


@pytest.mark.parametrize(
    ("command", "folder"),
    [
        ("gunicorn --chdir /srv main:app", "/srv"),
        ("gunicorn --chdir=src main:app", "src"),
        ("uvicorn --app-dir src main:app", "src"),
        ("celery --workdir src -A proj worker", "src"),
        ("uwsgi --chdir src -w app:app", "src"),
        ("uvicorn main:app", ""),
    ],
)
def test_tells_where_modules_are_looked_for(command: str, folder: str) -> None:
    start = start_target(command.split(), {})
    assert start is not None
    assert start.folder == folder


@pytest.mark.parametrize(
    ("command", "environment", "expected"),
    [
        ("flask run", {"FLASK_APP": "web.py"}, Start("flask", ("web.py",), "")),
        ("flask run", {"FLASK_APP": "web:make('x')"}, Start("flask", ("web",), "", "make")),
        ("flask --app web run", {"FLASK_APP": "other"}, Start("flask", ("web",), "web")),
        ("quart run", {"QUART_APP": "web:app"}, Start("quart", ("web",), "", "app")),
        ("gunicorn m:a", {"GUNICORN_CMD_ARGS": "--chdir src"}, Start("gunicorn", ("m",), "m:a", "a", folder="src")),
        ("gunicorn m:a", {"GUNICORN_CMD_ARGS": "'"}, None),
        ("python x.py", {"DJANGO_SETTINGS_MODULE": "a.b"}, Start("python", ("x.py",), "x.py", "", True, "", "a.b")),
        ("python x.py --settings=c", {"DJANGO_SETTINGS_MODULE": "a.b"},
         Start("python", ("x.py",), "x.py", "", True, "", "c")),
    ],
)  # fmt: skip
def test_reads_the_environment(command: str, environment: dict[str, str], expected: Start | None) -> None:
    assert start_target(command.split(), environment) == expected


@given(
    st.lists(st.sampled_from(["python", "-m", "-u", "--", "-", "run", "flask", "poetry", "a:b", "x.py", "-A", "=", ""]))
)
def test_never_fails(words: list[str]) -> None:
    start = start_target(words, {})
    assert start is None or start.targets
