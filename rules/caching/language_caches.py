"""What the package managers of Python and Node leave in a layer."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile
from math import inf

from dockerlint.dockerfile.instructions import Copy
from dockerlint.dockerfile.state import Step
from dockerlint.lint.edits import appended, inserted_after
from dockerlint.lint.rule import Findings, Fix, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.script import Command

from .left import at_home, by_same_user, is_certain_to_run, is_judged, left, place_of, written


class PipCacheLeft(Rule[Layer]):
    """pip keeps a copy of all that it downloads in the image.

    Every wheel lies in the layer twice: installed, and in pip's cache, which nothing reads again.

    Write `pip install --no-cache-dir`, or set `ENV PIP_NO_CACHE_DIR=1` for the stage. With
    `RUN --mount=type=cache,target=/root/.cache/pip pip install flask` later builds take the wheels from the cache
    instead, and the image stays as small.

    https://docs.docker.com/build/cache/optimize/#use-cache-mounts
    """

    severity = Severity.INFO
    aliases = (
        "DL3042", "missing-pip-no-cache-dir", "pip_install_keeping_cached_packages", "DF030", "DD009",
        "pipUseNoCacheDir",
    )  # fmt: skip
    bad = {
        "FROM python:3.13-slim\nRUN «pip install» flask": (
            "FROM python:3.13-slim\nRUN pip install --no-cache-dir flask"
        ),
        "FROM python:3.13-slim\nRUN «pip3.13 install» -U pip && \\\n    «python -mpip install» -r a.txt": (
            "FROM python:3.13-slim\nRUN pip3.13 install --no-cache-dir -U pip && \\\n"
            "    python -mpip install --no-cache-dir -r a.txt"
        ),
        'FROM python:3.13-slim\nRUN [«"pip", "install"», "flask"]': (
            'FROM python:3.13-slim\nRUN ["pip", "install", "--no-cache-dir", "flask"]'
        ),
        "FROM python:3.13-slim\nENV PIP_NO_CACHE_DIR=\nRUN «pip install» flask": (
            "FROM python:3.13-slim\nENV PIP_NO_CACHE_DIR=\nRUN pip install --no-cache-dir flask"
        ),
        "FROM python:3.13-slim\nRUN «pip wheel» -w /wheels flask": None,
        "FROM python:3.13-slim\nRUN «pip install» --cache-dir /cache flask": None,
        "FROM python:3.13-slim\nRUN sh -c '«pip install» flask'": None,
        "FROM ubuntu:14.04\nRUN apt-get install -y python-pip && pip install -U pip\nRUN «pip install» flask": (
            "FROM ubuntu:14.04\nRUN apt-get install -y python-pip && pip install -U pip\n"
            "RUN pip install --no-cache-dir flask"
        ),
    }
    good = (
        "FROM python:3.13-slim\nRUN pip install --no-cache-dir flask",
        "FROM python:3.13-slim\nRUN pip --no-cache-dir install flask",
        "FROM python:3.13-slim\nENV PIP_NO_CACHE_DIR=1\nRUN pip install flask",
        "FROM python:3.13-slim\nENV PIP_NO_CACHE_DIR=off\nRUN pip install flask",
        "FROM python:3.13-slim\nARG PIP_NO_CACHE_DIR\nRUN pip install flask",
        "FROM python:3.13-slim\nRUN export PIP_NO_CACHE_DIR=true && pip install flask",
        "FROM debian:jessie\nRUN apt-get update && apt-get install -y python-pip\nRUN pip install flask",
        "FROM python:3.13-slim\nRUN pip config set global.no-cache-dir true\nRUN pip install flask",
        "FROM python:3.13-slim\nCOPY pip.conf /etc/pip.conf\nRUN pip install flask",
        "FROM python:3.13-slim\nRUN pip install flask && rm -rf /root/.cache",
        "FROM python:3.13-slim\nRUN pip install flask && pip cache purge",
        "FROM python:3.13-slim\nRUN --mount=type=cache,target=/root/.cache/pip pip install flask",
        "FROM python:3.13-slim\nRUN pip install --no-index --find-links=/wheels flask",
        "FROM python:3.13-slim\nRUN pipx install flask && pipenv install flask && uv pip install flask",
        "FROM python:3.13 AS build\nRUN pip install flask\nFROM python:3.13-slim\nCOPY --from=build /venv /venv",
    )

    def check(self, layer: Layer) -> Findings:
        if not is_judged(layer):
            return
        for action in layer.actions:
            if action.manager != "pip" or action.verb.name not in ("install", "download"):
                continue
            folders = () if action.options.has("--no-index") or _is_old(layer, action) else left(layer, action)
            if folders and not _is_configured(layer, action, "pip.conf"):
                folder = at_home(layer, folders[0])
                message = f"`{written(action)}` keeps a copy of every download in {folder}; add `--no-cache-dir`"
                yield self.finding(place_of(action), message, fix=_uncached(layer, action))


# Their own pip is older than 6, which was the first to keep what it downloads and to know the option.
_OLD_PIP = frozenset(
    {"debian:squeeze", "debian:wheezy", "debian:jessie", "ubuntu:12.04", "ubuntu:13.10", "ubuntu:14.04"}
)
_PIP_PACKAGES = frozenset({"python-pip", "python3-pip"})


def _is_old(layer: Layer, action: PackageAction) -> bool:
    """Whether pip may be the one of an old release, as nothing puts a newer one in its place."""
    known = layer.build.facts(layer.stage)
    if known is None or known.distro not in _OLD_PIP:
        return False
    before = list(takewhile(lambda command: command is not action.command, layer.commands))
    is_packaged = layer.stands_on(_has_packaged_pip) or any(map(_is_packaging_pip, before))
    return is_packaged and not layer.stands_on(_has_renewed_pip) and not any(map(_renews_pip, before))


def _has_packaged_pip(layer: Layer) -> bool:
    return any(map(_is_packaging_pip, layer.commands))


def _is_packaging_pip(command: Command) -> bool:
    return any(word.value in _PIP_PACKAGES for word in command.arguments)


def _has_renewed_pip(layer: Layer) -> bool:
    return any(map(_renews_pip, layer.commands))


def _renews_pip(command: Command) -> bool:
    words = [str(word.value) for word in command.words]
    return any("get-pip" in word or word == "pip" or word.startswith("pip=") for word in words[1:])


def _uncached(layer: Layer, action: PackageAction) -> Fix | None:
    if action.verb.written != "install" or action.options.has("--cache-dir"):
        return None
    message = "add `--no-cache-dir`"
    return inserted_after(layer, action.command, action.verb.words[-1], "--no-cache-dir", message, is_safe=True)


# Layers further below than these are not looked at, however many there are.
_NEAR = 100


def _is_configured(layer: Layer, action: PackageAction, file: str) -> bool:
    """Whether a command or a file may have told the tool what to do with its cache, for all steps to come."""
    near = layer.build.chain_of(layer.stage).just_before(layer.run.start_line, _NEAR)
    if any(action.command.name in _configured(each) for each in (*near, layer)):
        return True
    return layer.build.history_of(layer.stage).first_step(_names, file) < inf


def _names(step: Step, name: str) -> bool:
    return name in step.instruction.rest


@lru_cache(maxsize=2 * _NEAR)
def _configured(layer: Layer) -> frozenset[str]:
    """The tools that a layer may tell what to do with their caches."""
    return frozenset(command.name for command in layer.commands if _configures_cache(command))


def _configures_cache(command: Command) -> bool:
    words = [str(word.value) for word in command.operands]
    return "config" in words and any("cache" in word for word in words)


# With these verbs npm and yarn download packages.
_NPM_VERBS = frozenset({"install", "upgrade"})
_YARN_VERBS = frozenset({"", "install", "add", "global add"})


_CODES = {"DL3060": "yarn", "yarnCacheCleanAfterInstall": "yarn", "npmCacheCleanAfterInstall": "npm"}


class NodeCacheLeft(Rule[Layer]):
    """npm or yarn keeps what it downloads in the image.

    Every package lies in the layer twice: unpacked in node_modules, and as an archive in the cache, which nothing
    reads again.

    End the RUN with `npm cache clean --force` or `yarn cache clean`. With
    `RUN --mount=type=cache,target=/root/.npm npm ci` later builds take the packages from the cache instead, and the
    image stays as small.

    https://docs.docker.com/build/cache/optimize/#use-cache-mounts
    """

    severity = Severity.INFO
    aliases = ("DL3060", "DF055", "npmCacheCleanAfterInstall", "yarnCacheCleanAfterInstall")
    bad = {
        "FROM node:24\nRUN «npm ci»": "FROM node:24\nRUN npm ci && npm cache clean --force",
        "FROM node:24\nRUN «npm install» -g serve; \\\n    serve --version": (
            "FROM node:24\nRUN npm install -g serve; \\\n    serve --version && \\\n    npm cache clean --force"
        ),
        "FROM node:24\nRUN «yarn install» --frozen-lockfile && yarn build": (
            "FROM node:24\nRUN yarn install --frozen-lockfile && yarn build && yarn cache clean"
        ),
        "FROM node:24\nRUN «yarn»": "FROM node:24\nRUN yarn && yarn cache clean",
        "FROM node:24\nONBUILD RUN «npm ci»": None,
        "FROM alpine:3.22\nRUN apk add --no-cache npm && «npm ci» && apk del npm": None,
        "FROM node:24\nRUN (cd web && «npm ci»)": None,
        "FROM node:24\nRUN npm cache clean --force && «npm ci»": (
            "FROM node:24\nRUN npm cache clean --force && npm ci && npm cache clean --force"
        ),
    }
    good = (
        "FROM node:24\nRUN npm ci && npm cache clean --force",
        "FROM node:24\nRUN npm ci && rm -rf ~/.npm",
        "FROM node:24\nRUN yarn install && yarn cache clean",
        "FROM node:24\nRUN yarn install && rm -rf /usr/local/share/.cache",
        "FROM node:24\nRUN --mount=type=cache,target=/root/.npm npm ci",
        "FROM node:24\nENV npm_config_cache=/tmp/npm\nRUN npm ci",
        "FROM node:24\nRUN npm config set cache /tmp/npm --global\nRUN npm ci",
        "FROM node:24\nRUN npm run build && yarn build && yarn run lint && yarn --version",
        "FROM node:24\nRUN yarn install --immutable",
        "FROM node:24\nRUN corepack enable\nRUN yarn install",
        "FROM node:24\nCOPY package.json yarn.lock .yarnrc.yml ./\nRUN yarn install",
        '=== Dockerfile\nFROM node:24\nRUN yarn\n=== package.json\n{"packageManager": "yarn@4.1.0"}',
        "FROM node:24\nRUN pnpm install",
        'FROM node:24 AS build\nRUN npm ci\nFROM node:24-slim\nCOPY --from=build /app /app\nCMD ["node", "/app"]',
    )

    def check(self, layer: Layer) -> Findings:
        if not is_judged(layer):
            return
        for manager in ("npm", "yarn"):
            if not layer.named(manager):
                continue
            actions = [action for action in layer.actions if action.manager == manager and _downloads(action)]
            for action in reversed(actions):
                folders = left(layer, action)
                if not folders or _is_elsewhere(layer, action, folders):
                    continue
                clean = "npm cache clean --force" if manager == "npm" else "yarn cache clean"
                folder = at_home(layer, folders[0])
                if manager == "yarn" and folder.startswith("/root"):
                    folder = folders[1]
                message = f"`{written(action)}` leaves its download cache in {folder}; end the RUN with `{clean}`"
                aliases = self.aliases_of(_CODES, manager)
                yield self.finding(place_of(action), message, fix=_cleaned(layer, action, clean), aliases=aliases)
                break


def _downloads(action: PackageAction) -> bool:
    if action.manager == "npm":
        return action.verb.name in _NPM_VERBS and not action.options.has("--no-cache")
    is_asked = action.verb.name == "other"  # `yarn --version`
    return action.verb.written in _YARN_VERBS and not is_asked and not action.options.has("--offline")


def _is_elsewhere(layer: Layer, action: PackageAction, folders: tuple[str, ...]) -> bool:
    """Whether the cache lies where it does no harm, or the tool may be one that needs it."""
    if folders[0].startswith("/tmp/") or _is_configured(layer, action, ".npmrc"):  # noqa: S108
        return True
    return action.manager == "yarn" and _may_be_berry(layer, action)


def _may_be_berry(layer: Layer, action: PackageAction) -> bool:
    """Whether yarn may be version 2 or later, which runs programs out of its cache.

    https://yarnpkg.com/features/caching
    """
    if action.options.has("--immutable", "--immutable-cache", "--inline-builds", "--mode"):
        return True
    if layer.build.history_of(layer.stage).first_step(_may_bring_berry) < inf:
        return True
    context = layer.build.context
    if context is None:
        return False
    package = context.read_text("package.json")
    is_declared = (
        package is not None and re.search(r'"packageManager"\s*:\s*"yarn@(?![01]\.)', package.text) is not None
    )
    return is_declared or context.exists(".yarnrc.yml")


def _may_bring_berry(step: Step) -> bool:
    text = step.instruction.rest
    is_named = "corepack" in text or "yarn set version" in text or "berry" in text
    return is_named or (isinstance(step.instruction, Copy) and ".yarn" in text)


def _cleaned(layer: Layer, action: PackageAction, clean: str) -> Fix | None:
    if not is_certain_to_run(action) or any(other.verb.name == "remove" for other in layer.actions):
        return None
    command = by_same_user(action, clean)
    message = f"end the RUN with `{command}`"
    if action.manager == "yarn":
        message += " (an offline mirror in the cache would go too)"
    return appended(layer, command, message, is_safe=action.manager == "npm")
