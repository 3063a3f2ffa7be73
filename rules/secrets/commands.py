"""Secrets that commands are given, literally."""

from __future__ import annotations

from dockerlint.dockerfile.instructions import Instruction, Run, ShellForm, Transfer
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build

from .exposures import is_exposed, nodes, ships
from .handed import handed
from .written import written


class SecretInCommand(Rule[Build]):
    """A command is given a secret that is written down in the file.

    The command stays in the history of the image, and what it writes in a layer, for everybody who can pull the image to
    read; and the file itself is kept in git.

    Mount the secret for the one command that needs it: `RUN --mount=type=secret,id=token,env=TOKEN curl ...`. What the
    program needs when it runs is given to the container then.

    https://docs.docker.com/build/building/secrets/
    """

    severity = Severity.WARNING
    aliases = ("DS-0031", "DD058")
    bad = {
        "FROM alpine:3.22\nRUN ./install --yes \\\n    --admin-password «Zk3nR8vQ2x»": None,
        "FROM alpine:3.22\nRUN cli login --token='«Zk3nR8vQ2x»' && cli pull": None,
        "FROM docker:28\nRUN docker login -u ci -p «Zk3nR8vQ2x» registry.acme.org": None,
        "FROM docker:28\nRUN echo «Zk3nR8vQ2x» | docker login -u ci --password-stdin": None,
        "FROM alpine:3.22\nRUN curl -u ci:«Zk3nR8vQ2x» https://acme.org/a && wget --http-password=«Zk3nR8vQ2x» https://acme.org/b": None,
        'FROM alpine:3.22\nRUN curl -H "Authorization: Bearer «Zk3nR8vQ2xLp»" https://acme.org/a': None,
        "FROM alpine:3.22\nRUN sshpass -p «Zk3nR8vQ2x» scp ci@acme.org:/a /a": None,
        "FROM node:24\nRUN npm config set //npm.acme.org/:_authToken «Zk3nR8vQ2xLp»": None,
        "FROM composer:2\nRUN composer config -g http-basic.acme.org ci «Zk3nR8vQ2x»": None,
        "FROM alpine:3.22\nRUN export GITHUB_TOKEN=«Zk3nR8vQ2xLp» && ./build": None,
        "FROM alpine:3.22\nRUN ADMIN_PASSWORD=«Zk3nR8vQ2x» ./setup": None,
        'FROM node:24\nRUN echo "//npm.acme.org/:_authToken=«Zk3nR8vQ2xLp»" > ~/.npmrc': None,
        "FROM alpine:3.22\nRUN printf '[db]\\nuser = app\\npassword = «Zk3nR8vQ2x»\\n' | tee /etc/app.ini": None,
        "FROM alpine:3.22\nCOPY <<EOF /app/.env\nPORT=80\nDB_PASSWORD=«Zk3nR8vQ2x»\nEOF": None,
        "FROM alpine:3.22\nRUN cat <<EOF > /app/.env\nDB_PASSWORD=«Zk3nR8vQ2x»\nEOF": None,
        "FROM alpine:3.22\nRUN <<EOF\ncat > ~/.npmrc <<INNER\n//npm.acme.org/:_authToken=«Zk3nR8vQ2xLp»\nINNER\nEOF": None,
        "FROM mysql:8.4\nHEALTHCHECK CMD mysqladmin ping -uroot -p«Zk3nR8vQ2x»": None,
        'FROM redis:8\nCMD ["redis-server", "--requirepass", «"Zk3nR8vQ2x"»]': None,
        'FROM debian:13\nRUN echo "mysql-server mysql-server/root_password password «Zk3nR8vQ2x»" | debconf-set-selections': None,
    }
    good = (
        'FROM alpine:3.22\nRUN ./install --admin-password "$PW" && ./install --token=$(cat /run/secrets/t)',
        "FROM docker:28\nRUN --mount=type=secret,id=t docker login -u ci --password-stdin < /run/secrets/t",
        "FROM alpine:3.22\nRUN ./install --password changeme --password-file /a --token-ttl 3600 --no-password app",
        "FROM python:3.13\nRUN SECRET_KEY=Zk3nR8vQ2x python manage.py collectstatic --noinput",
        "FROM ruby:3.4\nRUN SECRET_KEY_BASE=Zk3nR8vQ2x RAILS_ENV=production bundle exec rails assets:precompile",
        "FROM python:3.13\nRUN export SECRET_KEY=Zk3nR8vQ2x && python manage.py compilemessages",
        "FROM mysql:8.4\nRUN service mysql start && mysql -uroot -pZk3nR8vQ2x -e 'create database a'",
        "FROM alpine:3.22\nRUN --mount=type=secret,id=npm_token NPM_TOKEN=Zk3nR8vQ2x ./build",
        'FROM alpine:3.22\nRUN echo "app ALL=(ALL) NOPASSWD: ALL" >> /etc/sudoers',
        "FROM alpine:3.22\nRUN sed -i 's/PermitRootLogin without-password/PermitRootLogin yes/' /etc/ssh/sshd_config",
        'FROM alpine:3.22\nRUN echo "password=$PW" > /etc/app.ini && echo "usage: app --password x1y2z3"',
        "FROM alpine:3.22\nRUN echo \"c.NotebookApp.token = ''\" >> /etc/jupyter.py",
        "FROM alpine:3.22\nRUN curl -u $USER:$PW https://acme.org/a && curl -u ci https://acme.org/b",
        "FROM docker:28\nRUN docker build --secret id=npm .",
        "FROM python:3.13\nCOPY <<EOF /app/a.py\ntoken = request.token\npassword: str = Field()\nEOF",
        "FROM python:3.13\nRUN python3 <<EOF\npassword = secrets.token\nEOF",
        "FROM alpine:3.22\nRUN mysql -p app && adduser --disabled-password app && mkdir -p /a",
        "FROM node:24\nRUN git config --global credential.helper store && npm config set registry https://npm.acme.org",
    )

    def check(self, build: Build) -> Findings:
        for node in nodes(build.dockerfile):
            if not isinstance(node.instruction, ShellForm | Transfer):
                continue
            seen: set[int] = set()
            in_commands = handed(node.instruction) if isinstance(node.instruction, ShellForm) else ()
            for secret in (*in_commands, *written(node.instruction)):
                if secret.place.start in seen or is_exposed(build.dockerfile, secret.place):
                    continue
                seen.add(secret.place.start)
                where = _where(node.instruction) if ships(build, node) else "the build cache"
                message = f"{secret.title} in line {secret.place.line} is stored in {where}"
                yield self.finding(secret.place, message, help=_advice(node.instruction))


def _where(instruction: Instruction) -> str:
    return "the layer and in the history" if isinstance(instruction, Run) else "the image"


def _advice(instruction: Instruction) -> str:
    if isinstance(instruction, Run):
        return "mount it for this step: `RUN --mount=type=secret,id=...`"
    return "give it to the container when it runs"
