"""Installations that may go beyond their lock file, and npm's way to clean up."""

from __future__ import annotations

from dockerlint.dockerfile.stages import Stage
from dockerlint.knowledge import tags
from dockerlint.knowledge.images import facts
from dockerlint.lint.edits import inserted_after, is_editable, is_plain
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.words import Word

from .lock_files import LOCKS, Lock, has_lock_in_context, is_loose, lock_file

# `npm ci` came with npm 5.7, and that with node 8.12 and 10; node 9 kept an older one.
_FIRST_WITH_CI = (8, 12)
_NEVER_WITH_CI = 9
_DISAGREE = "fails where lock file and manifest disagree"


class UnlockedInstall(Rule[Layer]):
    """Dependencies are installed in a way that may go beyond the lock file.

    Where the lock file and the manifest disagree, versions are chosen anew during the build, and the image gets others
    than those that were tested. An installation that keeps to the lock file fails then, and says so.

    Use `npm ci`, `yarn install --frozen-lockfile` (yarn 2 and later: `--immutable`), `pnpm install --frozen-lockfile`,
    `pipenv install --deploy`, `uv sync --locked`, `cargo build --locked`, `composer install`, `poetry install`; for
    Bundler set `BUNDLE_FROZEN=true`.

    https://docs.npmjs.com/cli/commands/npm-ci
    """

    severity = Severity.INFO
    aliases = ("DD010", "DF031")
    bad = {
        "FROM node:24\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm «install»": None,
        "FROM node:24\nCOPY package.json package-lock.json ./\nRUN npm «i» --omit=dev && npm cache clean --force": None,
        "=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY package*.json ./\nRUN npm «install»\n=== package.json\n{}\n=== package-lock.json\n{}": (
            "=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\n=== package.json\n{}\n=== package-lock.json\n{}"
        ),
        "FROM node:24\nCOPY package.json yarn.lock ./\nRUN «yarn»": (
            "FROM node:24\nCOPY package.json yarn.lock ./\nRUN yarn --frozen-lockfile"
        ),
        "FROM node:24\nCOPY package.json pnpm-lock.yaml ./\nRUN corepack enable && pnpm «install» --prod": (
            "FROM node:24\nCOPY package.json pnpm-lock.yaml ./\n"
            "RUN corepack enable && pnpm install --frozen-lockfile --prod"
        ),
        "FROM python:3.13\nCOPY Pipfile Pipfile.lock ./\nRUN pipenv «install» --system": (
            "FROM python:3.13\nCOPY Pipfile Pipfile.lock ./\nRUN pipenv install --deploy --system"
        ),
        "FROM python:3.13\nCOPY pyproject.toml uv.lock ./\nRUN uv «sync»": (
            "FROM python:3.13\nCOPY pyproject.toml uv.lock ./\nRUN uv sync --locked"
        ),
        "FROM python:3.13\nRUN --mount=type=bind,source=uv.lock,target=uv.lock uv «sync»": (
            "FROM python:3.13\nRUN --mount=type=bind,source=uv.lock,target=uv.lock uv sync --locked"
        ),
        "FROM ruby:3.4\nCOPY Gemfile Gemfile.lock ./\nRUN bundle «install» --jobs 4": None,
        "FROM rust:1\nCOPY Cargo.toml Cargo.lock ./\nRUN cargo «build» --release": (
            "FROM rust:1\nCOPY Cargo.toml Cargo.lock ./\nRUN cargo build --locked --release"
        ),
        "FROM composer:2\nCOPY composer.json composer.lock ./\nRUN composer «update»": None,
        "FROM python:3.13\nCOPY pyproject.toml poetry.lock ./\nRUN poetry «lock» && poetry install": None,
        "=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm «install» --production\n"
        "=== package.json\n{}\n=== package-lock.json\n{}": (
            "=== Dockerfile\nFROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci --omit=dev\n"
            "=== package.json\n{}\n=== package-lock.json\n{}"
        ),
    }
    good = (
        "FROM node:24\nCOPY package.json package-lock.json ./\nRUN npm ci",
        "FROM node:24\nCOPY package.json ./\nRUN npm install",
        "FROM node:24\nCOPY . .\nRUN npm install",
        "FROM node:24\nCOPY package*.json ./\nRUN npm install",
        "FROM node:24\nCOPY package*.json ./\nRUN npm install -g serve && npm install express && npm install .",
        "=== Dockerfile\nFROM node:24\nCOPY package*.json ./\nRUN npm install\n=== package.json\n{}",
        "FROM node:24\nCOPY package.json yarn.lock ./\nRUN yarn --frozen-lockfile && yarn build && yarn add express",
        "FROM node:24\nCOPY package.json yarn.lock ./\nRUN yarn install --immutable",
        "FROM node:24\nENV CI=true\nCOPY package.json pnpm-lock.yaml ./\nRUN pnpm install",
        "FROM node:24\nCOPY package.json pnpm-lock.yaml ./\nRUN CI=true pnpm install",
        "FROM node:24\nCOPY package.json package-lock.json ./\nRUN rm package-lock.json && npm install",
        "FROM node:6\nCOPY package.json package-lock.json ./\nRUN npm install",
        "FROM node:9-alpine\nCOPY package.json package-lock.json ./\nRUN npm install",
        "FROM node:24\nCOPY package.json package-lock.json ./\nCOPY tool tool\nRUN cd tool && npm install",
        "FROM node:24 AS test\nCOPY package.json package-lock.json ./\nRUN npm install\nFROM node:24",
        "FROM node:24\nCOPY client/package.json client/yarn.lock /client/\nWORKDIR /server\nRUN yarn",
        "FROM python:3.13\nCOPY Pipfile Pipfile.lock ./\nRUN pipenv sync && pipenv install --deploy && pipenv install flask",
        "FROM python:3.13\nENV UV_FROZEN=1\nCOPY pyproject.toml uv.lock ./\nRUN uv sync --no-dev",
        "FROM ruby:3.4\nENV BUNDLE_DEPLOYMENT=true\nCOPY Gemfile Gemfile.lock ./\nRUN bundle install",
        "FROM ruby:3.4\nCOPY Gemfile Gemfile.lock ./\nRUN bundle config set --local frozen true && bundle install",
        "FROM rust:1\nCOPY Cargo.toml Cargo.lock ./\nRUN cargo build --locked && cargo install cargo-chef && cargo test",
        "FROM composer:2\nCOPY composer.json composer.lock ./\nRUN composer install && composer update --lock",
        "FROM python:3.13\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install && poetry lock --check",
    )

    def check(self, layer: Layer) -> Findings:
        copies = layer.before.copies or layer.run.mounts
        if not copies or (not layer.ships and layer.build.is_development(layer.stage)):
            return
        for action in layer.actions:
            lock = LOCKS.get(action.manager)
            if lock is None or not is_loose(layer, action, lock):
                continue
            if action.manager == "npm" and _has_no_ci(layer.stage, action):
                continue
            name = lock_file(layer, action, lock)
            if name is None:
                continue
            written = f"{action.manager} {action.verb.written}".strip()
            place = action.verb.text or _program(action).value
            message = f"`{written}` may change what {name} fixes"
            yield self.finding(place, message, help=lock.instead, fix=self._fix(layer, action, lock, name))

    @staticmethod
    def _fix(layer: Layer, action: PackageAction, lock: Lock, name: str) -> Fix | None:
        if action.manager == "npm":
            return _as_ci(layer, action) if has_lock_in_context(layer, name) else None
        if not lock.added or any(option.name in _OPPOSITES for option in action.options.options):
            return None
        word = action.verb.words[-1] if action.verb.words else _program(action)
        message = f"add `{lock.added}` ({_DISAGREE})"
        return inserted_after(layer, action.command, word, lock.added, message, is_safe=False)


# What contradicts the option that a fix would add.
_OPPOSITES = frozenset(
    {"--frozen-lockfile", "--no-frozen-lockfile", "--no-lockfile", "--lockfile", "--skip-lock", "--no-immutable",
     "--immutable", "--fix-lockfile", "--force", "--upgrade", "-U"}
)  # fmt: skip


def _program(action: PackageAction) -> Word:
    command = action.command
    return command.words[len(command.words) - len(command.arguments) - 1]


def _has_no_ci(stage: Stage, action: PackageAction) -> bool:
    """Whether the npm of a node image may be too old for `npm ci`, or is told to leave lock files alone."""
    if action.options.has("--no-package-lock") or any(
        option.name == "--package-lock" and option.value is not None and option.value.value == "false"
        for option in action.options.options
    ):
        return True
    version = _node_version(stage)
    return bool(version) and (version[0] == _NEVER_WITH_CI or (*version, 99)[:2] < _FIRST_WITH_CI)


def _node_version(stage: Stage) -> tuple[int, ...]:
    """The version in the tag of a node image; empty for any other image or tag."""
    base = stage.base
    if base is None or base.tag is None or base.familiar != "node":
        return ()
    tag = tags.read(base.tag)
    return tags.number(tag.version or tags.release("nodejs", tag) or "-")


def _as_ci(layer: Layer, action: PackageAction) -> Fix | None:
    """`npm ci` for `npm install`, with `--omit=dev` for what older npms called production."""
    words = [action.verb.words[-1]]
    words += [option.word for option in action.options.options if option.name == "--production"]
    is_editing = is_editable(layer) and layer.run.exec_form is None
    if not is_editing or not all(is_plain(action.command, word) for word in words):
        return None
    replacements = ["ci"] + ["--omit=dev" if word.value == "--production" else "" for word in words[1:]]
    if not all(replacements):
        return None
    edits = tuple(Edit.replacing(word.value, text) for word, text in zip(words, replacements, strict=True))
    return Fix(f"use `npm ci` ({_DISAGREE}; node_modules is made anew)", edits, is_safe=False)


# The first releases whose own npm refuses to clean its cache unforced.
_FIRST_REFUSING = {"debian": (10,), "ubuntu": (20,), "alpine": (3, 8)}


class NpmCacheCleanWithoutForce(Rule[Layer]):
    """npm is told to clean its cache without `--force`.

    npm 5 and later refuse that and exit with an error, which ends the build, or leaves the cache where it is.

    Write `npm cache clean --force`.

    https://docs.npmjs.com/cli/commands/npm-cache
    """

    severity = Severity.ERROR
    aliases = ("npmCacheCleanUseForce",)
    bad = {
        "FROM node:24\nRUN npm ci && npm cache «clean»": "FROM node:24\nRUN npm ci && npm cache clean --force",
        "FROM node:lts-alpine\nRUN npm cache «clear» && rm -rf /tmp/*": (
            "FROM node:lts-alpine\nRUN npm cache clear --force && rm -rf /tmp/*"
        ),
        'FROM node:24-slim AS base\nFROM base\nRUN ["npm", "cache", «"rm"»]': (
            'FROM node:24-slim AS base\nFROM base\nRUN ["npm", "cache", "rm", "--force"]'
        ),
        "FROM debian:13\nRUN apt-get install -y npm && npm cache «clean»; true": (
            "FROM debian:13\nRUN apt-get install -y npm && npm cache clean --force; true"
        ),
    }
    good = (
        "FROM node:24\nRUN npm cache clean --force && npm cache clean -f && npm --force cache clean",
        "FROM node:24\nRUN npm cache verify && npm cache ls",
        "FROM node:24\nRUN npm cache clean || true",
        "FROM node:6\nRUN npm install && npm cache clean",
        "FROM node:boron-slim\nRUN npm cache clean",
        "FROM debian:13\nRUN apt-get install -y npm && npm install -g npm@4 && npm cache clean",
        "FROM ubuntu:16.04\nRUN apt-get install -y npm && npm cache clean",
        "FROM acme/base\nRUN npm cache clean",
        "FROM node:24\nRUN yarn cache clean",
    )

    def check(self, layer: Layer) -> Findings:
        for action in layer.actions:
            if action.manager != "npm" or action.verb.name != "clean" or action.options.has("--force", "-f"):
                continue
            # A key behind the verb needs no force.
            if len(action.options.operands) > len(action.verb.words) or action.command.after == "||":
                continue
            if action.verb.text is None or not _refuses(layer):
                continue
            word = action.verb.words[-1]
            fix = inserted_after(layer, action.command, word, "--force", "add `--force`", is_safe=True)
            yield self.finding(word.value, f"`npm {action.verb.written}` fails without `--force`", fix=fix)


def _refuses(layer: Layer) -> bool:
    """Whether the image's npm is certainly of version 5 or later."""
    base = layer.stage.base
    if base is None or layer.is_trigger:
        return False
    if base.familiar == "node":
        version = _node_version(layer.stage)
        return version >= (8,) if version else base.tag is None or "$" not in base.tag
    known = facts(base)
    family, _, release = (known.distro or "").partition(":") if known else ("", "", "")
    first = _FIRST_REFUSING.get(family)
    if first is None or tags.number(_number(family, release)) < first:
        return False
    return layer.is_or_stands_on(_names_npm, "system") and not layer.is_or_stands_on(_names_npm, "node")


def _names_npm(layer: Layer, family: str) -> bool:
    packages = (package for action in layer.actions if action.family == family for package in action.packages)
    return any(package.name == "npm" for package in packages)


def _number(family: str, release: str) -> str:
    return _DEBIANS.get(release, release) if family == "debian" else release


_DEBIANS = {"buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13"}
