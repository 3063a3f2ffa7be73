"""Secrets in what a service's commands are given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dockerlint.compose.commands import Command as Given
from dockerlint.compose.commands import hooks, read_command
from dockerlint.compose.services import Compose, Service
from dockerlint.compose.values import Section
from dockerlint.knowledge.secrets import find_credentials, find_tokens
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.service_kinds import is_for_tests
from dockerlint.shell.script import Command, command_of_words, read_script
from dockerlint.source import Text
from dockerlint.wording import listed

from ..secrets.handed import Handed, handed_to
from ..secrets.values import is_secret_word, names_secret
from .values import Place, as_told, mappings, only_tests, place_of


class SecretInServiceCommand(Rule[Compose]):
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
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    healthcheck:\n"
        "      test: PGPASSWORD=«hunter22» psql -U app -c 'select 1' || exit 1\n": None,
        "=== compose.yaml\nservices:\n  redis:\n    image: redis:8\n"
        '    command: sh -c "redis-server --port ${PORT:-6379} --requirepass «hunter22»"\n': None,
        "=== compose.yaml\nservices:\n  api:\n    image: x:1\n    entrypoint: [/serve]\n"
        "    command: username=admin password=«hunter22» -Dmail.password=«Zk3nR8vQ2x»\n"
        "    post_start:\n      - command: ./register --token «Zk3nR8vQ2xLp»\n": None,
        "=== compose.yaml\nx-redis: &redis\n  image: redis:8\n  command: [redis-server, --requirepass, «hunter22»]\n"
        "services:\n  a: *redis\n  b: *redis\n": None,
        "=== compose.yaml\nx-proxy: &proxy\n  command: proxy --admin-password=«hunter22»\nservices:\n  a:\n"
        "    <<: *proxy\n    image: x:1\n    command: proxy\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  redis:\n    image: redis:8\n    command: redis-server --requirepass ${PASSWORD:?}\n",
        "=== compose.yaml\nservices:\n  redis:\n    image: redis:8\n"
        "    command: sh -c 'redis-server --requirepass $$REDIS_PASSWORD'\n",
        "=== compose.yaml\nservices:\n  api:\n    image: x:1\n    command: serve --token-file /run/secrets/t --password-stdin\n",
        "=== compose.yaml\nservices:\n  api:\n    image: x:1\n    command: serve -p 8080\n",
        "=== compose.yaml\nservices:\n  db:\n    image: mysql:8.4\n    healthcheck:\n"
        '      test: mysqladmin ping -p"$$(cat /run/secrets/db)" && mysqladmin ping -p$$MYSQL_ROOT_PASSWORD\n',
        "=== compose.yaml\nservices:\n  db:\n    image: mysql:8.4\n    healthcheck:\n      disable: true\n"
        "      test: ['CMD', 'mysqladmin', 'ping', '-phunter22']\n",
        "=== compose.yaml\nservices:\n  db:\n    image: mysql:8.4\n"
        "    command: --default-authentication-plugin=mysql_native_password --validate-password=ON\n",
        "=== compose.yaml\nservices:\n  redis:\n    image: redis:8\n    command: redis-server --requirepass ${PW:-hunter22}\n",
    )

    def check(self, compose: Compose) -> Findings:
        found: dict[Place, tuple[Handed, list[Service]]] = {}
        for service in compose.services:
            if not is_for_tests(service):
                for handed in _secrets_of(service):
                    owners = found.setdefault(place_of(handed.place), (handed, []))[1]
                    owners += [service] if service not in owners else []
        for handed in _unowned(compose):
            found.setdefault(place_of(handed.place), (handed, []))
        for handed, owners in found.values():
            where = (
                f"in {listed(service.name for service in owners)} shows in every process list"
                if owners
                else "stands in the file"
            )
            yield self.finding(
                handed.place, f"{handed.title} {where}", help="hand it over as a secret or from a variable"
            )


def _unowned(compose: Compose) -> Iterator[Handed]:
    """Secrets in commands outside of all services: in `x-` blocks, overridden ones, files of the first format."""
    for tree in compose.trees if not only_tests((), compose.source) else ():
        for node in mappings(tree):
            section = Section("a command", node, compose.reader)
            for key in ("entrypoint", "command"):
                yield from secrets_in(command_of_words(_words(read_command(section, key))) if key in node else ())


def _secrets_of(service: Service) -> Iterator[Handed]:
    for commands in _commands_of(service):
        yield from secrets_in(commands)


def secrets_in(commands: tuple[Command, ...]) -> Iterator[Handed]:
    """The literal secrets among the words of commands, in options and settings."""
    yield from handed_to(commands)
    for command in commands:
        yield from _in_operands(command)


def _commands_of(service: Service) -> Iterator[tuple[Command, ...]]:
    """The commands that Compose lets a service run, each with those of the scripts in it."""
    yield command_of_words((*_words(service.entrypoint), *_words(service.command)))
    check = service.healthcheck
    if check is not None and not check.disabled and check.words:
        words = tuple(as_told(word) for word in check.words)
        yield tuple(read_script(words[0]).commands) if check.kind == "CMD-SHELL" else command_of_words(words)
    for _, hook in hooks(service.settings):
        yield command_of_words(_words(read_command(hook, "command")))


def _words(command: Given | None) -> tuple[Text, ...]:
    return tuple(as_told(word) for word in command.words or ()) if command is not None else ()


def _in_operands(command: Command) -> Iterator[Handed]:
    """Settings among the words of a command: `password=secret`, `-Dpassword=secret`."""
    for word in command.words:
        match = _setting().fullmatch(word.value)
        if match and names_secret(match["name"]) and is_secret_word(match["value"], match["name"]):
            if any(find_tokens(match["value"])) or any(find_credentials(match["value"])):
                continue
            yield Handed(word.value.part(*match.span("value")), f"the value of `{match['name']}`")


@cache
def _setting() -> re.Pattern[str]:
    return re.compile(r"(?:-D)?(?P<name>[A-Za-z_][\w.-]*)=(?P<value>\S+)")
