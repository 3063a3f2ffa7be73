"""Passwords in URLs and connection strings."""

from __future__ import annotations

from collections.abc import Mapping

from dockerlint.compose.services import Compose
from dockerlint.knowledge.secrets import find_credentials, find_parameters, find_tokens
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.source import Text

from .values import Place, all_values, only_tests, place_of, section_of, written_values


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
        "=== compose.yaml\nservices:\n  web:\n    build:\n      context: .\n      args:\n"
        "        INDEX: https://ci:«Zk3nR8vQ2x»@pypi.acme.org/simple\n"
        "    labels:\n      hook: Server=db;User Id=sa;Password=«Zk3nR8vQ2x»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n"
        "      URL: ${URL:-amqp://app:«hunter22»@mq:5672}\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n"
        "      - DATABASE_URL=postgresql://user:${DB_PASSWORD}@db:5432/mydb\n      - REDIS_URL=redis://redis:6379\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      URL: https://user@example.com/x\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      URL: postgresql://app:changeme@db/x\n",
        "=== compose.yaml\nservices:\n  web:\n    image: registry:5000/app:1\n    ports: ['80:80']\n",
        "=== compose.test.yaml\nservices:\n  web:\n    build: .\n    environment:\n      URL: postgresql://app:app@db/x\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n"
        "      JDBC: jdbc:postgresql://db/app?user=app&password=${DB_PASSWORD}\n",
    )

    def check(self, compose: Compose) -> Findings:
        names = _names_of_values(compose)
        for owned in all_values(compose):
            text = owned.value.written
            if not ("://" in text or "assword=" in text or "wd=" in text or "@tcp(" in text):
                continue
            if only_tests(owned.services, text.source):
                continue
            for credentials in list(find_credentials(text)) or list(find_parameters(text)):
                place = text.part(credentials.start, credentials.end)
                if any(find_tokens(place)):
                    continue
                who = f" of `{credentials.user}`" if credentials.user else ""
                at = f" at `{credentials.host}`" if credentials.host else ""
                where = names.get(place_of(text)) or _section(compose, place)
                yield self.finding(place, f"{where} holds the password{who}{at}", help="put `${NAME:?}` in its place")


def _names_of_values(compose: Compose) -> Mapping[Place, str]:
    """What to call a value in a message, by where its scalar begins."""
    return {place_of(one.scalar.text): f"{one.name}{one.owners}" for one in written_values(compose)}


def _section(compose: Compose, place: Text) -> str:
    section = section_of(compose, place.span)
    return "a value" if section == "the file" else section
