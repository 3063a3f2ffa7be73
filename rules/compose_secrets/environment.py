"""Secrets in variables and other named values of Compose files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dockerlint.compose.commands import split
from dockerlint.compose.services import Compose
from dockerlint.compose.values import Value
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.shell.script import command_of_words
from dockerlint.source import Text

from ..secrets.values import is_secret, names_secret
from .commands import secrets_in
from .values import Written, as_told, speaks_otherwise, written_values

# How an image takes a password from a file.
_WITH_FILE = frozenset(
    {
        "POSTGRES_PASSWORD", "MYSQL_ROOT_PASSWORD", "MYSQL_PASSWORD", "MARIADB_ROOT_PASSWORD", "MARIADB_PASSWORD",
        "MONGO_INITDB_ROOT_PASSWORD", "WORDPRESS_DB_PASSWORD", "KEYCLOAK_PASSWORD", "MINIO_ROOT_PASSWORD",
    }
)  # fmt: skip

_SWITCHES = frozenset({"true", "false", "yes", "no", "on", "off", "enabled", "disabled", "required", "optional"})


class SecretInEnvironment(Rule[Compose]):
    """A password or key stands in `environment`, or in another block of names and values.

    Everybody who can read the repository has it, and it stays in the history after it is changed. `docker inspect` and
    every process of the container show it too.

    Take it from a `.env` that git ignores: `POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}`; or mount a secret and name its
    file, where the image can read one: `POSTGRES_PASSWORD_FILE: /run/secrets/db_password`.

    https://docs.docker.com/compose/how-tos/use-secrets/
    """

    severity = Severity.WARNING
    aliases = ("CL-0020", "OWASP-12")
    bad = {
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      - «POSTGRES_PASSWORD»=secret\n": None,
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    environment:\n      «JWT_SECRET»: x8Kq-2bL9\n"
        "      «PASSWORD_SALT»: Zk3nR8vQ\n      «DB_PWD»: '1234'\n": None,
        "=== compose.yaml\nx-env: &env\n  «API_KEY»: q2w3e4r5t6\nservices:\n  a:\n    image: x:1\n"
        "    environment: *env\n  b:\n    image: x:1\n    environment:\n      <<: *env\n": None,
        "=== compose.yaml\nx-mail:\n  «smtp_password»: Zk3nR8vQ2x\nservices:\n  a:\n    image: x:1\n    labels:\n"
        "      - «widget.password»=Zk3nR8vQ2x\n    post_start:\n      - command: ./seed\n        environment:\n"
        "          - «ADMIN_PASSWORD»=nimda\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      «POSTGRES_PASSWORD»: P@ss$word1\n      «API_TOKEN»: Zk3nR8vQ2x-${STAGE}\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: neo4j:5\n    environment:\n      «NEO4J_AUTH»: neo4j/secret99\n"
        "  redis:\n    image: redis/redis-stack:7.4.0-v1\n    environment:\n      REDIS_ARGS: --requirepass «hunter22»\n"
        "      JAVA_OPTS: -Xmx1g -Djavax.net.ssl.keyStorePassword=«hunter22»\n"
        '      JAAS: PlainLoginModule required username="app" password="«hunter22»";\n'
        '      JWT_SECRET: \'{"type":"HS256","key":"«Zk3nR8vQ2xLp»"}\'\n': None,
        "=== compose.yaml\nservices:\n  a:\n    image: x:1\nconfigs:\n  app:\n    content: |\n      port = 80\n"
        '      db_password = "«Zk3nR8vQ2x»"\n'
        "volumes:\n  share:\n    driver_opts:\n      type: cifs\n      o: username=app,password=«Zk3nR8vQ2x»,vers=3.0\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n      «POSTGRES_PASSWORD»: Zk3nR8vQ2x\n"
        "=== compose.override.yaml\nservices:\n  db:\n    environment:\n      POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}\n      API_TOKEN:\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD_FILE: /run/secrets/db\n      TOKEN_TTL: 3600\n      MYSQL_ALLOW_EMPTY_PASSWORD: 'yes'\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n      API_KEY: changeme\n"
        "      MYSQL_RANDOM_ROOT_PASSWORD: 1\n      USE_TOKEN: 'on'\n      SMTP_AUTH: plain\n",
        "=== docker-compose.test.yml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: secret\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n"
        "      SECRET_DSN: postgresql://a:hunter22@db/x\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      - DB_PASSWORD=$DB_PASSWORD\n"
        "      - TOKEN=Bearer ${TOKEN}\n      - APP_KEY=base64:${APP_KEY}\n      - HASH_SECRET=$$HASH\n"
        "    secrets:\n      - api_token\nsecrets:\n  api_token:\n    file: token.txt\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n      JAVA_OPTS: -Xmx1g\n"
        '      FLAGS: \'{"key": "dark-mode", "value": true}\'\n'
        "configs:\n  app:\n    content: |\n      db_password = ${DB_PASSWORD}\n      token_url = http://a/b\n",
    )

    def check(self, compose: Compose) -> Findings:
        for written in written_values(compose):
            if written.key == "args" or written.is_for_tests:
                continue
            name = str(written.name)
            if _is_secret_of(name, written.value):
                yield self.finding(
                    written.name, f"the value of `{name}`{written.owners} stands in the file", help=_advice(name)
                )
                continue
            for title, place in (*_in_options(written), *_in_content(written), *_in_quotes(written)):
                message = f"{title} in `{name}`{written.owners} stands in the file"
                yield self.finding(place, message, help="take it from a variable or a secret")


def _advice(name: str) -> str:
    if not _variable().fullmatch(name):
        return "take it from a variable: `${NAME:?}` with the value in a `.env` that git ignores"
    advice = f"`{name}: ${{{name}:?}}` with the value in a `.env` that git ignores"
    return f"{advice}, or {name}_FILE and a secret" if name in _WITH_FILE else advice


@cache
def _variable() -> re.Pattern[str]:
    return re.compile("[A-Za-z_][A-Za-z0-9_]*")


def _is_secret_of(name: str, value: Value) -> bool:
    if not names_secret(name, compose=True):
        return _is_login(name, value)
    told = _literal_of(value)
    if told.startswith("$") or told.lower() in _SWITCHES or not is_secret(told, name):
        return False
    return not speaks_otherwise(told, name)


def _is_login(name: str, value: Value) -> bool:
    """Whether a variable takes a user and a password in one: `NEO4J_AUTH: neo4j/secret`."""
    match = _login().fullmatch(value.text) if value.is_literal and name.upper().endswith("_AUTH") else None
    return match is not None and is_secret(match[1], "password")


@cache
def _login() -> re.Pattern[str]:
    return re.compile(r"[\w.@-]+[:/]([^:/\s]+)")


def _literal_of(value: Value) -> str:
    """What of a value is a secret of its own: all of it, or what stands beside variables if that is no mere word."""
    told = as_told(value)
    if value.is_literal or not value.variables or any(map(_is_mistaken, _names_in(value))):
        return str(told)
    beside = _reference().sub("", told)
    is_random = len(beside) >= 8 and any(map(str.isdigit, beside)) and any(map(str.isalpha, beside))
    return beside if is_random else ""


def _names_in(value: Value) -> Iterator[str]:
    """The variables that are put in without braces and have no value: `$word`."""
    for variable in value.variables:
        if variable.state == "unset" and not variable.text.startswith("${"):
            yield str(variable.name)


def _is_mistaken(name: str) -> bool:
    """Whether a variable looks like the rest of a password with a dollar in it: `P@ss$word`."""
    return not name.isupper()


@cache
def _reference() -> re.Pattern[str]:
    return re.compile(r"\$\{\w+\}")


def _in_options(written: Written) -> Iterator[tuple[str, Text]]:
    """Secrets in a variable that holds options for a program: `REDIS_ARGS: --requirepass secret`."""
    if written.value.text.startswith("-") and written.key == "environment":
        words = split(written.value).words or ()
        for handed in secrets_in(command_of_words(tuple(as_told(word) for word in words))):
            yield handed.title, handed.place


def _in_content(written: Written) -> Iterator[tuple[str, Text]]:
    """Secrets in the text of a config, and in the options of a mount."""
    if written.name not in ("content", "o"):
        return
    told = as_told(written.value)
    for match in _setting().finditer(told):
        value = match["quoted"] or match["bare"] or ""
        is_told = "$" not in value and not re.search(r"[()\[\] ]", value)
        if is_told and names_secret(match["name"], compose=True) and is_secret(value, match["name"]):
            group = "quoted" if match["quoted"] else "bare"
            yield f"the value of `{match['name']}`", told.part(*match.span(group))


def _in_quotes(written: Written) -> Iterator[tuple[str, Text]]:
    """Secrets in quotes within a variable: `... required password="secret";`, `{"type": "HS256", "key": "secret"}`."""
    if written.key != "environment" or '"' not in written.value.text:
        return
    told, is_for_secret = as_told(written.value), names_secret(written.name, compose=True)
    for match in _quoted_setting().finditer(told):
        is_named = is_for_secret or match["name"] not in ("key", "token")
        if is_named and "$" not in match["value"] and is_secret(match["value"], match["name"]):
            yield f"the value of `{match['name']}`", told.part(*match.span("value"))


@cache
def _quoted_setting() -> re.Pattern[str]:
    return re.compile(
        r"(?<![\w.-])(?P<name>password|passwd|secret|key|token)\"?[ \t]{0,9}[:=][ \t]{0,9}\"(?P<value>[^\"\n]{4,500})\""
    )


@cache
def _setting() -> re.Pattern[str]:
    """`name = value` or `name: value` on a line of its own, or between commas."""
    return re.compile(
        r"(?:^|,)[ \t]*[\"']?(?P<name>[A-Za-z_][\w.-]{0,80})[\"']?[ \t]*[:=][ \t]*"
        r"(?:[\"'](?P<quoted>[^\"'\n]{1,200})[\"']|(?P<bare>[^\s\"',{}]{1,200}))",
        re.MULTILINE,
    )
