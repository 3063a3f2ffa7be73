"""Where the server of a start command listens."""

import shlex

import pytest

from dockerlint.application.listening import ALL, listens


def where(
    command: str, files: dict[str, str] | None = None, **environment: str
) -> tuple[str | None, int | None] | None:
    found = listens(shlex.split(command), environment, (files or {}).get)
    return None if found is None else (found.host, found.port)


LOOPBACK = "127.0.0.1"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("flask run", (LOOPBACK, 5000)),
        ("flask --app x run -h 0.0.0.0 -p 80", (ALL, 80)),
        ("python -m flask run --port=81", (LOOPBACK, 81)),
        ("gunicorn app:app", (LOOPBACK, 8000)),
        ("gunicorn -b 0.0.0.0:5000 app:app", (ALL, 5000)),
        ("gunicorn -b0.0.0.0:5000 app:app", (ALL, 5000)),
        ("gunicorn --bind :$PORT app:app", (ALL, None)),
        ("gunicorn --bind localhost app:app", ("localhost", 8000)),
        ("gunicorn -b unix:/run/x app:app", (None, None)),
        ("gunicorn -b [::]:80 app:app", (ALL, 80)),
        ("gunicorn -b :80 -b :81 app:app", (None, None)),
        ("gunicorn -c conf.py app:app", (None, None)),
        ("gunicorn -c conf.py -b :80 app:app", (ALL, 80)),
        ("uvicorn main:app", (LOOPBACK, 8000)),
        ("uvicorn main:app --host $HOST", (None, 8000)),
        ("uvicorn main:app --fd 3", (None, None)),
        ("tini -- uvicorn main:app", (LOOPBACK, 8000)),
        ("poetry run hypercorn main:app --bind 0.0.0.0:80", (ALL, 80)),
        ("daphne -b 0.0.0.0 site.asgi", (ALL, 8000)),
        ("python manage.py runserver", (LOOPBACK, None)),
        ("python manage.py runserver 80", (LOOPBACK, 80)),
        ("python manage.py runserver 0:80", (ALL, 80)),
        ("./manage.py runserver 0.0.0.0:$PORT", (ALL, None)),
        ("python manage.py runserver -h 0.0.0.0", (ALL, None)),
        ("python manage.py migrate", None),
        ("fastapi run main.py", (ALL, 8000)),
        ("fastapi dev main.py", (LOOPBACK, 8000)),
        ("python3.12 -m http.server 80", (ALL, 80)),
        ("python -m http.server -b 127.0.0.1", (LOOPBACK, 8000)),
        ("rails s", (LOOPBACK, 3000)),
        ("rails server -b 0.0.0.0", (ALL, 3000)),
        ("rails server -e production", (ALL, 3000)),
        ("jekyll s --host=0.0.0.0", (ALL, 4000)),
        ("hugo server", (LOOPBACK, 1313)),
        ("mkdocs serve -a 0.0.0.0:80", (ALL, 80)),
        ("vite --host", (ALL, 5173)),
        ("vite preview", (LOOPBACK, 4173)),
        ("php -S localhost:80 -t public", ("localhost", 80)),
        ("php artisan serve", (LOOPBACK, 8000)),
        ("php artisan serve --host=0.0.0.0 --port=80", (ALL, 80)),
        ("redis-server --bind 127.0.0.1", (LOOPBACK, 6379)),
        ("redis-server /etc/redis.conf", (None, 6379)),
        ("streamlit run app.py", (ALL, 8501)),
        ("uwsgi --http :80", (ALL, 80)),
        ("uwsgi --ini x.ini", (None, None)),
        ("jupyter lab --ip='*'", (ALL, 8888)),
        ("mysql --host 127.0.0.1", None),
        ("python app.py", None),
        ("", None),
    ],
)
def test_options_and_defaults(command: str, expected: tuple[str | None, int | None] | None) -> None:
    assert where(command) == expected


def test_variables_count_less_than_options() -> None:
    assert where("flask run", FLASK_RUN_HOST="0.0.0.0", FLASK_RUN_PORT="80") == (ALL, 80)
    assert where("flask run -h localhost", FLASK_RUN_HOST="0.0.0.0") == ("localhost", 5000)
    assert where("gunicorn a:b", PORT="80") == (ALL, 80)
    assert where("gunicorn a:b", PORT="$") == (ALL, None)
    assert where("gunicorn a:b", GUNICORN_CMD_ARGS="--bind=0.0.0.0:80") == (ALL, 80)
    assert where("gunicorn -b :81 a:b", GUNICORN_CMD_ARGS="--bind=0.0.0.0:80") == (ALL, 81)
    assert where("rails s", RAILS_ENV="production") == (ALL, 3000)
    assert where("rails s", RAILS_ENV="$") == (None, 3000)
    assert where("uvicorn a:b", UVICORN_HOST="$") == (None, 8000)


def test_a_configuration_makes_the_default_unknown() -> None:
    found = listens(["flask", "run"], {}, None)
    assert found is not None
    assert found.host is None


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ("bind = ':80'", (ALL, 80)),
        ("workers = 4", (LOOPBACK, 8000)),
        ("bind = ['0.0.0.0:80']", (ALL, 80)),
        ("bind = ['0.0.0.0:80', '[::]:80']", (None, None)),
        ("port = 80\nbind = f'127.0.0.1:{port}'", (LOOPBACK, 80)),
        ("import os\nbind = '0.0.0.0:' + os.environ.get('PORT', '80')", (ALL, None)),
        ("import os\nbind = os.getenv('BIND', '127.0.0.1:80')", (None, None)),
        ("bind = 'unix:/run/app.sock'", (None, None)),
        ("bind = ''", (None, None)),
        ("if x:\n    bind = ':80'", (None, None)),
        ("bind = ':80'\nbind += '81'", (None, None)),
        ("from base import *", (None, None)),
        ("from base import bind", (None, None)),
        ("globals().update(x)", (None, None)),
        ("bind = ", (None, None)),
        ("def on_starting(server):\n    print(server)", (LOOPBACK, 8000)),
    ],
)
def test_gunicorns_configuration_is_read(configuration: str, expected: tuple[str | None, int | None]) -> None:
    assert where("gunicorn a:b", {"gunicorn.conf.py": configuration}) == expected
    assert where("gunicorn -c file:conf/g.py a:b", {"conf/g.py": configuration}) == expected


def test_what_counts_more_than_gunicorns_configuration() -> None:
    files = {"g.py": "bind = '127.0.0.1:81'"}
    assert where("gunicorn -c g.py -b :80 a:b", files) == (ALL, 80)
    assert where("gunicorn -c g.py a:b", files, PORT="82") == (LOOPBACK, 81)
    assert where("gunicorn -c g.py a:b", files, GUNICORN_CMD_ARGS="-b :83") == (ALL, 83)
    assert where("gunicorn -c g.py --chdir app a:b", files) == (None, None)
    assert where("gunicorn -c python:g a:b", files) == (None, None)
    assert where("gunicorn -c $CONF a:b", files) == (None, None)


def test_words_that_say_it_are_counted() -> None:
    found = listens(["uvicorn", "a:b", "--host", "localhost", "--port=80"], {}, None)
    assert found is not None
    assert (found.host_word, found.port_word, found.option) == (3, 4, "")
