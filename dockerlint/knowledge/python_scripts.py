"""Which Python packages bring the commands that containers are started with.

A package that is not listed here may need any other, and so bring any command.
"""

from __future__ import annotations

import re

# Commands and the packages that have them.
SCRIPTS = {
    "gunicorn": "gunicorn", "uvicorn": "uvicorn", "hypercorn": "hypercorn", "daphne": "daphne", "celery": "celery",
    "flask": "flask", "waitress-serve": "waitress", "uwsgi": "uwsgi", "streamlit": "streamlit", "granian": "granian",
}  # fmt: skip
# Packages that need none of those above, with what they need themselves.
_PLAIN = frozenset(
    """
    aiofiles aiohttp alembic amqp annotated-types anyio argon2-cffi arrow asgiref asyncpg attrs babel bcrypt
    beautifulsoup4 billiard black blinker boto3 botocore bs4 cachetools celery certifi cffi charset-normalizer
    click colorama coverage cryptography dj-database-url django django-cors-headers django-crispy-forms
    django-debug-toolbar django-environ django-extensions django-filter django-redis django-storages
    djangorestframework djangorestframework-simplejwt email-validator environs eventlet fastapi flake8 flask
    flask-bcrypt flask-caching flask-cors flask-jwt-extended flask-limiter flask-login flask-mail flask-marshmallow
    flask-migrate flask-restful flask-sqlalchemy flask-wtf gevent greenlet gunicorn h11 httpcore httptools httpx
    hypercorn idna iniconfig isort itsdangerous jinja2 jmespath joblib jsonschema kombu loguru lxml mako markdown
    markupsafe marshmallow matplotlib mypy mysql-connector-python mysqlclient numpy openpyxl orjson packaging
    pandas passlib peewee pillow pip pluggy prometheus-client psutil psycopg psycopg-binary psycopg2
    psycopg2-binary pycparser pydantic pydantic-core pydantic-settings pyjwt pymongo pymysql pytest pytest-cov
    python-dateutil python-decouple python-dotenv python-jose python-multipart pytz pyyaml redis requests rsa ruff
    s3transfer scikit-learn scipy sentry-sdk setuptools simplejson six sniffio sqlalchemy sqlmodel sqlparse
    starlette structlog tabulate tenacity threadpoolctl toml tqdm typing-extensions tzdata ujson urllib3 uvicorn
    uvloop vine waitress watchfiles websockets werkzeug wheel whitenoise wtforms zipp
    """.split()  # noqa: SIM905
)


def normal_name(name: str) -> str:
    """A package's name as indexes compare it: https://packaging.python.org/specifications/name-normalization/"""
    return re.sub(r"[-_.]+", "-", name).lower()


def may_bring_script(package: str, has_extras: bool, script: str) -> bool:
    """Whether installing a package may bring a command, with all that it needs."""
    name = normal_name(package)
    if script in name or SCRIPTS[script] in name:
        return True
    # An extra may ask for anything: `fastapi[standard]` for uvicorn.
    return name not in _PLAIN or has_extras
