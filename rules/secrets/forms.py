"""Secrets known by their form: tokens of well-known providers, passwords in URLs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.context.files import Context
from dockerlint.dockerfile.expansion import expand
from dockerlint.dockerfile.instructions import Add, Arg, Copy, Env, Label, Run
from dockerlint.knowledge.secret_files import credential_file
from dockerlint.knowledge.tokens import Token, find_tokens
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.source import Text

from .exposures import Exposure, Node, exposures, nodes


class KnownToken(Rule[Build]):
    """A token of a well-known provider, or a private key, stands in the file or in one that it copies.

    Everybody who can read the file or pull the image can use it, and thieves search for these forms by machine: a token
    in a public repository or image is often used within minutes. Comments are no better.

    Revoke it first, for it must count as stolen. Then give the new one to the build with
    `RUN --mount=type=secret,id=github_token`, or to the container when it runs.

    https://docs.docker.com/build/building/secrets/
    """

    severity = Severity.ERROR
    aliases = (
        "secrets_stored_in_dockerfile", "passwords_and_secrets_in_infrastructure_code_dockerfile",
    )  # fmt: skip
    # Tokens are broken by a continued line here, so that no tool finds one in this file.
    bad = {
        "FROM python:3.13-slim\nENV GITHUB_TOKEN=«ghp_8TvIz1SmXl\\\nGPN3j1rjIUlYKTIyjbIa3J1FJC»": None,
        "FROM python:3.13-slim\nRUN git clone https://«ghp_8TvIz1SmXl\\\nGPN3j1rjIUlYKTIyjbIa3J1FJC»@github.com/acme/app": None,
        "FROM python:3.13-slim AS build\nRUN aws configure set aws_access_key_id «AKIACXL3\\\nGORBIIGAAPHJ»": None,
        "FROM alpine:3.22\nRUN echo '«-----BEGIN PRIVATE KEY-----»\\n\\\n"
        "P1x6w5cr+kF7z5y8HBWTrl3qvTStdTbTXAabVPYiscCRKLE7eHzWG7Qg9Xki6PeH\\n' > /key.pem": None,
        "=== Dockerfile\nFROM alpine:3.22\nCOPY «keys.json» /app/\n=== keys.json\n"
        '{"private_key": "-----BEGIN PRIVATE KEY-----\\n'
        'P1x6w5cr+kF7z5y8HBWTrl3qvTStdTbTXAabVPYiscCRKLE7eHzWG7Qg9Xki6PeH\\n"}': None,
    }
    good = (
        "FROM python:3.13-slim\nENV AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
        "FROM python:3.13-slim\nENV GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "FROM python:3.13-slim\n# the checksum at the end is wrong\nENV GITHUB_TOKEN=ghp_8TvIz1SmXl\\\nGPN3j1rjIUlYKTIyjbIa3J1FJD",
        "FROM python:3.13-slim\nRUN --mount=type=secret,id=github_token cat /run/secrets/github_token",
        "FROM node:24\nRUN npm ci --integrity=sha512-P1x6w5cr+kF7z5y8HBWTrl3qvTStdTbTXAabVPYiscCRKLE7eHzWG7Qg9Xki6PeH",
        "=== Dockerfile\nFROM alpine:3.22\nCOPY app.json /app/\n=== app.json\n{}",
    )

    def check(self, build: Build) -> Findings:
        for exposure in exposures(build.dockerfile):
            if exposure.token is not None:
                message = f"{_shown(exposure.token)} stands in line {exposure.place.line}"
                yield self.finding(exposure.place, message, help=_advice(exposure.token, exposure.node))
        for copied in _copied_tokens(build):
            message = f"`{copied.path}` holds {_shown(copied.token)} in line {copied.line}"
            yield self.finding(copied.word, message, help=_advice(copied.token, None))


def _shown(token: Token) -> str:
    return f"{token.title} (`{token.shown}`)" if token.shown[:1].isalnum() else token.title


def _advice(token: Token, node: Node | None) -> str:
    if node is not None and isinstance(node.instruction, Run | Arg | Add):
        return f"revoke it, then pass a new one with `RUN --mount=type=secret,id={token.secret_id}`"
    if node is not None and isinstance(node.instruction, Env | Label):
        return "revoke it, then give a new one to the container when it runs"
    return "revoke it, and take it out of the file"


_SETTINGS = (".json", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf", ".properties")


class _CopiedToken(NamedTuple):
    word: Text
    path: str
    line: int
    token: Token


def _copied_tokens(build: Build) -> Iterator[_CopiedToken]:
    """The first token of each configuration file that a COPY names. Whole folders are `secret-in-context`'s."""
    if build.context is None:
        return
    for node in nodes(build.dockerfile):
        if isinstance(node.instruction, Copy | Add) and node.instruction.origin is None:
            for word in node.instruction.sources:
                pattern = expand(word, node.before.environment.lookup, node.instruction.escape).value
                for path in _settings(build.context, pattern) if pattern else ():
                    yield from _token_in(build.context, path, word)


def _settings(context: Context, pattern: str) -> list[str]:
    name = posixpath.basename(pattern)
    if not name.endswith(_SETTINGS) or credential_file(pattern) is not None:
        return []
    return [entry.path for entry in context.taken_by(pattern) if not entry.is_symlink]


def _token_in(context: Context, path: str, word: Text) -> Iterator[_CopiedToken]:
    source = context.read_text(path)
    token = next(find_tokens(source.text), None) if source is not None else None
    if source is not None and token is not None:
        yield _CopiedToken(word, path, source.position(token.start).line, token)


class CredentialsInUrl(Rule[Build]):
    """A URL or connection string holds a password.

    The file is kept in git, and `docker history` shows its commands and variables to everybody who can pull the image,
    so all of them can log in with it.

    Leave the password out, and give the whole URL to the container when it runs. A build gets it with
    `RUN --mount=type=secret`, and `git` and `pip` read logins from a `.netrc` that is mounted that way.

    https://docs.docker.com/build/building/secrets/
    """

    severity = Severity.ERROR
    aliases = ("DD057",)
    bad = {
        "FROM python:3.13-slim\nENV DATABASE_URL=postgres://app:«Zk3nR8vQ2x»@db:5432/app": None,
        "FROM python:3.13-slim\nENV DATABASE_URL=postgres://postgres:«password»@db/app": None,
        "FROM python:3.13-slim\nARG http_proxy=http://me:«Zk3nR8vQ2x»@proxy:3128": None,
        "FROM python:3.13-slim\nRUN pip install --no-cache-dir \\\n    --index-url https://ci:«Zk3nR8vQ2x»@pypi.acme.org/simple app": None,
        "FROM alpine:3.22\nRUN git clone https://«943088905e8ab81cff9f1a900b63a2a057086cf3»:x-oauth-basic@github.com/acme/app": None,
        "FROM alpine:3.22\nADD https://ci:«Zk3nR8vQ2x»@acme.org/app.tar.gz /srv/": None,
        'FROM alpine:3.22\nCMD ["worker", "--broker", "amqp://app:«Zk3nR8vQ2x»@mq:5672"]': None,
        'FROM alpine:3.22\nENV DSN="Server=db;User Id=app;Password=«Zk3nR8vQ2x»"': None,
        "FROM alpine:3.22\nENV DATABASE_URL=root:«Zk3nR8vQ2x»@tcp(db:3306)/app": None,
        "FROM alpine:3.22\nHEALTHCHECK CMD curl -f http://admin:«Zk3nR8vQ2x»@localhost/health": None,
    }
    good = (
        "FROM alpine:3.22\nENV DATABASE_URL=postgres://${DB_USER}:${DB_PASSWORD}@db/app",
        "FROM alpine:3.22\nRUN --mount=type=secret,id=t git clone https://x-access-token:$(cat /run/secrets/t)@github.com/a/b",
        "FROM alpine:3.22\nRUN git clone git@github.com:acme/app && git clone https://me@github.com/acme/app",
        "FROM alpine:3.22\nRUN echo 'set DATABASE_URL, as in postgres://user:password@host/db'",
        "FROM alpine:3.22\n# DATABASE_URL=postgres://app:Zk3nR8vQ2x@db/app\nRUN true",
        "FROM python:3.13\nRUN DATABASE_URL=postgres://x:Zk3nR8vQ2x@db/x python manage.py collectstatic --noinput",
        "FROM postgres:17\nRUN pg_ctl start && psql postgres://app:Zk3nR8vQ2x@localhost/app -f /seed.sql",
        "FROM alpine:3.22\nENV DATABASE_URL=postgres://user:changeme@db/app",
        "FROM alpine:3.22\nRUN curl -O ftp://anonymous:me@ftp.acme.org/file",
        "FROM alpine:3.22@sha256:f38fd4373477a3ba68b6b6a9ad2c7e82f38fd4373477a3ba68b6b6a9ad2c7e82\nENV A=http://a.org:80/@b",
    )

    def check(self, build: Build) -> Findings:
        for exposure in exposures(build.dockerfile):
            credentials = exposure.credentials
            if credentials is None or credentials.user in ("anonymous", "ftp"):
                continue
            # Everybody knows these: they protect nothing, though the container may well run with them.
            is_usual = credentials.documentation_style or exposure.place in (credentials.user, "guest")
            yield self.finding(
                exposure.place,
                _about(exposure),
                help=_advice_for_url(exposure),
                severity=Severity.WARNING if is_usual else None,
            )


def _about(exposure: Exposure) -> str:
    assert exposure.credentials is not None  # noqa: S101 (the rule has asked)
    host = exposure.credentials.host
    what = "password" if exposure.credentials.user or not exposure.credentials.scheme else "password or token"
    target = f" for `{host}`" if host else ""
    place = f"in `{exposure.pair.name}`" if exposure.pair else f"in line {exposure.place.line}"
    return f"the {what}{target} stands {place}"


def _advice_for_url(exposure: Exposure) -> str:
    if exposure.pair is not None and exposure.node is not None and isinstance(exposure.node.instruction, Env):
        return f"set `{exposure.pair.name}` when the container starts"
    return "pass it with `RUN --mount=type=secret`, or when the container starts"
