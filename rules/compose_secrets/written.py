"""Secrets that stand in Compose files. No message prints a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.compose.nodes import scalars
from dockerlint.compose.services import Compose, Service
from dockerlint.compose.values import Assignment, Value
from dockerlint.knowledge.secrets import (
    find_credentials,
    find_parameters,
    find_tokens,
    is_harmless,
    is_secret_name,
    is_secret_option,
)
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.service_kinds import is_development, name_parts
from dockerlint.source import Text

# Files that only ever run in a test run.
_TEST = frozenset({"test", "tests", "ci", "e2e"})

# How an image takes a password from a file.
_FILE_VARIABLES = {
    "POSTGRES_PASSWORD": "POSTGRES_PASSWORD_FILE",
    "MYSQL_ROOT_PASSWORD": "MYSQL_ROOT_PASSWORD_FILE",
    "MYSQL_PASSWORD": "MYSQL_PASSWORD_FILE",
    "MARIADB_ROOT_PASSWORD": "MARIADB_ROOT_PASSWORD_FILE",
    "MARIADB_PASSWORD": "MARIADB_PASSWORD_FILE",
    "MONGO_INITDB_ROOT_PASSWORD": "MONGO_INITDB_ROOT_PASSWORD_FILE",
    "WORDPRESS_DB_PASSWORD": "WORDPRESS_DB_PASSWORD_FILE",
}


class _Shared(NamedTuple):
    """A value and the services that it reaches, several by an anchor."""

    entry: Assignment
    value: Value
    services: list[Service]

    @property
    def owners(self) -> str:
        names = [f"`{service.name}`" for service in self.services]
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _environment(compose: Compose) -> list[_Shared]:
    """Each variable once, wherever it is written, with the services that get it."""
    found: dict[int, _Shared] = {}
    for service in compose.services:
        for entry in service.environment:
            if entry.value is not None and entry.value.text:
                place = entry.value.text.start
                found.setdefault(place, _Shared(entry, entry.value, [])).services.append(service)
    return list(found.values())


def _holds_other_secret(value: str, name: str) -> bool:
    """Whether a rule that knows better speaks: of a token, or of a URL."""
    return any(find_tokens(value, name)) or any(find_credentials(value)) or any(find_parameters(value))


class TokenInCompose(Rule[Compose]):
    """A provider's access token stands in a Compose file.

    Everybody who can read the repository can use it as you would, and it stays in the history after it is removed.
    Machines search public repositories for such tokens and use them within minutes.

    Revoke it first. Then hand its successor over as a secret, or as `${NAME:?}` from a `.env` that git ignores.

    https://docs.docker.com/compose/how-tos/use-secrets/
    """

    severity = Severity.ERROR
    aliases = ("CL-0020", "OWASP-12")
    bad = {
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    environment:\n      KEY: «AKIA"
        "Z7PQ2MX4RL6WKN3B»\n": None,
        "=== compose.yaml\n# «AKIA" + "Z7PQ2MX4RL6WKN3B»\nservices:\n  ci:\n    image: acme/ci:1\n": None,
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    command: run --key «AKIA"
        "Z7PQ2MX4RL6WKN3B» x\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    environment:\n      KEY: ${KEY:?}\n",
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    environment:\n      KEY: AKIAIOSFODNN7EXAMPLE\n",
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    environment:\n      KEY: AKIAAAAAAAAAAAAAAAAA\n",
    )

    def check(self, compose: Compose) -> Findings:
        whole = compose.source.slice(0, len(compose.source.text))
        for token in find_tokens(whole):
            message = f"{token.title} (`{token.shown}`) stands in the file"
            help_ = "revoke it, then pass its successor as a secret or from a `.env` that git ignores"
            yield self.finding(whole.part(token.start, token.end), message, help=help_)


class SecretInEnvironment(Rule[Compose]):
    """A password or key stands in `environment`.

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
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    environment:\n      «JWT_SECRET»: x8Kq-2bL9\n": None,
        "=== compose.yaml\nx-env: &env\n  «API_KEY»: q2w3e4r5t6\nservices:\n  a:\n    image: x:1\n"
        "    environment: *env\n  b:\n    image: x:1\n    environment:\n      <<: *env\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}\n      API_TOKEN:\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD_FILE: /run/secrets/db\n      TOKEN_TTL: 3600\n      MYSQL_ALLOW_EMPTY_PASSWORD: 'yes'\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n      API_KEY: changeme\n",
        "=== docker-compose.test.yml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: secret\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    environment:\n"
        "      SECRET_DSN: postgresql://a:hunter22@db/x\n",
    )

    def check(self, compose: Compose) -> Findings:
        for shared in _environment(compose):
            name, value = str(shared.entry.name), shared.value
            if not value.is_literal or not is_secret_name(name, compose=True) or is_harmless(value.text, name):
                continue
            if "ALLOW_EMPTY" in name or "RANDOM" in name or value.text.lower() in ("true", "false", "yes", "no"):
                continue
            if value.text.startswith("$") or _holds_other_secret(value.text, name):
                continue
            if all(not name_parts(service).isdisjoint(_TEST) for service in shared.services):
                continue
            help_ = f"`{name}: ${{{name}:?}}` with the value in a `.env` that git ignores"
            if name in _FILE_VARIABLES:
                help_ += f", or {_FILE_VARIABLES[name]} and a secret"
            yield self.finding(
                shared.entry.name, f"the value of `{name}` of {shared.owners} stands in the file", help=help_
            )


class FallbackSecret(Rule[Compose]):
    """A secret has a default that stands in the file.

    Where nobody sets the variable, the system starts with a password that everybody can read, and nothing tells.

    Refuse to start instead: `${DB_PASSWORD:?}`.

    https://docs.docker.com/reference/compose-file/interpolation/
    """

    severity = Severity.INFO
    aliases = ("CL-0020",)
    bad = {
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: «${DB_PASSWORD:-postgres}»\n": None,
        "=== compose.yaml\nservices:\n  api:\n    image: x:1\n    environment:\n      - JWT_SECRET=«${JWT:-s3cr3tkey}»\n": None,
        "=== compose.yaml\nservices:\n  api:\n    image: x:1\n    environment:\n      API_KEY: «${API_KEY-q2w3e4r5t6}»\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: ${DB_PASSWORD:?}\n      OTHER_PASSWORD: ${OTHER:-}\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: ${DB_PASSWORD:-changeme}\n",
        "=== docker-compose.dev.yml\nservices:\n  db:\n    image: postgres:17\n    environment:\n"
        "      POSTGRES_PASSWORD: ${DB_PASSWORD:-postgres}\n",
    )

    def check(self, compose: Compose) -> Findings:
        for shared in _environment(compose):
            name = str(shared.entry.name)
            if not is_secret_name(name, compose=True) or all(
                is_development(service, self.settings.development_images) for service in shared.services
            ):
                continue
            for variable in shared.value.variables:
                default = variable.default
                is_open = variable.text.startswith(("${" + variable.name + ":-", "${" + variable.name + "-"))
                if default and is_open and "$" not in default and not is_harmless(default, name):
                    verb = "starts" if len(shared.services) == 1 else "start"
                    message = f"where {variable.name} is not set, {shared.owners} {verb} with the `{name}` of this file"
                    yield self.finding(
                        variable.text, message, help=f"`${{{variable.name}:?}}` refuses to start instead"
                    )


class CredentialsInServiceUrl(Rule[Compose]):
    """A URL or connection string holds a password.

    Everybody who can read the repository has it, and it stays in the history after it is changed.

    Put a variable in its place: `postgresql://app:${DB_PASSWORD:?}@db/app`, with the value in a `.env` that git ignores.

    https://docs.docker.com/compose/how-tos/use-secrets/
    """

    severity = Severity.WARNING
    aliases = ("CL-0021", "OWASP-12")
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n"
        "      - DATABASE_URL=postgresql://user:«pass»@db:5432/mydb\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      REDIS_URL: redis://:«hunter22»@redis:6379\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: serve --db mysql://app:«hunter22»@db/app\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n"
        "      JDBC: jdbc:postgresql://db/app?user=app&password=«hunter22»\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n"
        "      - DATABASE_URL=postgresql://user:${DB_PASSWORD}@db:5432/mydb\n      - REDIS_URL=redis://redis:6379\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      URL: https://user@example.com/x\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      URL: postgresql://app:changeme@db/x\n",
        "=== compose.yaml\nservices:\n  web:\n    image: registry:5000/app:1\n    ports: ['80:80']\n",
    )

    def check(self, compose: Compose) -> Findings:
        if compose.root is None:
            return
        names = _names_of_values(compose)
        for scalar in sorted(scalars(compose.root), key=lambda scalar: scalar.text.start):
            text = scalar.text
            if "://" not in text and "assword=" not in text and "@tcp(" not in text:
                continue
            found = list(find_credentials(text)) or list(find_parameters(text))
            for credentials in found:
                place = text.part(credentials.start, credentials.end)
                if any(find_tokens(place)):
                    continue
                who = f" of `{credentials.user}`" if credentials.user else ""
                at = f" at `{credentials.host}`" if credentials.host else ""
                where = names.get(text.start, "a value")
                yield self.finding(place, f"{where} holds the password{who}{at}", help="put `${NAME:?}` in its place")


def _names_of_values(compose: Compose) -> dict[int, str]:
    """What to call a value in a message, by where its scalar begins."""
    names: dict[int, str] = {}
    for shared in _environment(compose):
        written = shared.value.written
        in_list = (
            shared.entry.name.start < written.start and shared.entry.name.source.text[shared.entry.name.end] == "="
        )
        start = shared.entry.name.start if in_list else written.start
        names[start] = f"{shared.entry.name} of {shared.owners}"
    return names


class SecretInServiceCommand(Rule[Service]):
    """A password or key stands in a service's command.

    Everybody who can read the repository has it, and so has everybody on the host: `docker ps` and the process list show
    the words of a command.

    Hand it over as a secret or a variable: `--requirepass $$REDIS_PASSWORD` in a shell, or a file below /run/secrets.

    https://docs.docker.com/compose/how-tos/use-secrets/
    """

    severity = Severity.WARNING
    aliases = ("CL-0020", "OWASP-12")
    bad = {
        "=== compose.yaml\nservices:\n  redis:\n    image: redis:8\n    command: redis-server --requirepass «hunter22»\n": None,
        "=== compose.yaml\nservices:\n  api:\n    image: x:1\n    command: ['serve', '--api-key=«q2w3e4r5t6»']\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: mysql:8.4\n    healthcheck:\n"
        "      test: ['CMD', 'mysqladmin', 'ping', '-p«hunter22»']\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  redis:\n    image: redis:8\n    command: redis-server --requirepass ${PASSWORD:?}\n",
        "=== compose.yaml\nservices:\n  redis:\n    image: redis:8\n"
        "    command: sh -c 'redis-server --requirepass $$REDIS_PASSWORD'\n",
        "=== compose.yaml\nservices:\n  api:\n    image: x:1\n    command: serve --token-file /run/secrets/t --password-stdin\n",
        "=== compose.yaml\nservices:\n  api:\n    image: x:1\n    command: serve -p 8080\n",
    )

    def check(self, service: Service) -> Findings:
        for words in _command_words(service):
            for option, place in _given_secrets(words):
                message = f"the value after `{option}` in `{service.name}` shows in every process list"
                yield self.finding(place, message, help="hand it over as a secret or from a variable")


def _command_words(service: Service) -> Iterator[tuple[Value, ...]]:
    for command in (service.entrypoint, service.command):
        if command is not None and command.words:
            yield command.words
    if service.healthcheck is not None and not service.healthcheck.disabled:
        yield service.healthcheck.words


_PASSWORD_OPTIONS = ("--requirepass", "--masterauth", "-rpcpassword")
_MYSQL = re.compile(r"(?:.*/)?(?:mysql|mysqladmin|mysqldump|mariadb|mariadb-admin|mariadb-dump)")


def _given_secrets(words: tuple[Value, ...]) -> Iterator[tuple[str, Text]]:
    is_mysql = any(_MYSQL.fullmatch(word.text) for word in words)
    for index, word in enumerate(words):
        option, equals, _ = word.text.partition("=")
        is_secret = option in _PASSWORD_OPTIONS or (option.startswith("--") and is_secret_option(option))
        if is_secret and equals:
            yield from _literal(option, word, len(option) + 1)
        elif is_secret and index + 1 < len(words):
            yield from _literal(option, words[index + 1], 0)
        elif is_mysql and re.match(r"-p[^\s-]", word.text):
            yield from _literal("-p", word, 2)


def _literal(option: str, word: Value, start: int) -> Iterator[tuple[str, Text]]:
    value = word.text.part(start, len(word.text))
    if word.is_literal and value and not value.startswith(("$", "-", "/")) and not is_harmless(value):
        yield option, value
