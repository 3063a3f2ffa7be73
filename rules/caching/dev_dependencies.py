"""Development dependencies in the final image."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from dockerlint.dockerfile.copies import absolute_path
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.words import Word

from .started import started


class _Development(NamedTuple):
    """What a manifest lists for development: how a message calls it, and the names of the packages, if known."""

    title: str
    packages: tuple[str, ...] = ()


class _Tool(NamedTuple):
    """How an installer is kept from installing what is for development.

    `omits` are options that leave it out, with the beginning of the value that they need; `asks` are those that ask for
    it. `variables` leave it out where they are set: to the value that stands with them, or to any that is not off.
    """

    verbs: tuple[str, ...]
    manifest: str
    advice: str
    omits: tuple[tuple[str, str], ...]
    asks: tuple[tuple[str, str], ...]
    variables: tuple[tuple[str, str], ...]
    read: Callable[[str], _Development | None]


def _node_development(text: str) -> _Development | None:
    found = _table(_json(text), "devDependencies")
    if not found:
        return None
    count = "devDependency" if len(found) == 1 else "devDependencies"
    return _Development(f"the {len(found)} {count} of package.json", tuple(found))


def _php_development(text: str) -> _Development | None:
    found = _table(_json(text), "require-dev")
    packages = "package" if len(found) == 1 else "packages"
    return _Development(f"the {len(found)} {packages} in `require-dev` of composer.json") if found else None


def _poetry_development(text: str) -> _Development | None:
    poetry = _table(_toml(text), "tool", "poetry")
    groups = [
        name for name, group in _table(poetry, "group").items() if name in _GROUPS and not _table(group).get("optional")
    ]
    if "dev-dependencies" in poetry:
        groups.append("dev")
    return _Development(f"the group `{groups[0]}` of pyproject.toml") if groups else None


def _uv_development(text: str) -> _Development | None:
    project = _toml(text)
    has_group = bool(
        _table(project, "dependency-groups").get("dev") or _table(project, "tool", "uv").get("dev-dependencies")
    )
    return _Development("the group `dev` of pyproject.toml") if has_group else None


def _ruby_development(text: str) -> _Development | None:
    if re.search(r"^\s*group\b[^#\n]*:(development|test)\b", text, re.MULTILINE) or re.search(
        r"^\s*gem\b[^#\n]*\bgroups?(:|\s*=>)[^#\n]*:(development|test)\b", text, re.MULTILINE
    ):
        return _Development("the groups `development` and `test` of Gemfile")
    return None


def _unread(_: str) -> _Development | None:
    return None


_GROUPS = frozenset({"dev", "test", "tests", "lint", "docs", "development"})
_NODE_ENV = (("NODE_ENV", "production"),)
_NPM_VARIABLES = (
    *_NODE_ENV, ("NPM_CONFIG_OMIT", ""), ("npm_config_omit", ""), ("NPM_CONFIG_PRODUCTION", ""), ("npm_config_production", ""),
    ("NPM_CONFIG_ONLY", ""),
)  # fmt: skip
_TOOLS = {
    "npm": _Tool(
        ("install", "i", "ci", "clean-install"), "package.json", "add `--omit=dev`, or build in a stage of its own",
        (("--omit", "dev"), ("--production", ""), ("--prod", ""), ("--only", "prod")),
        (("--include", "dev"), ("--only", "dev"), ("--dev", "")), _NPM_VARIABLES, _node_development,
    ),
    "yarn": _Tool(
        ("", "install"), "package.json", "add `--production`, or build in a stage of its own",
        (("--production", ""), ("--prod", "")), (), (*_NODE_ENV, ("YARN_PRODUCTION", "")), _node_development,
    ),
    "pnpm": _Tool(
        ("install", "i"), "package.json", "add `--prod`, or build in a stage of its own",
        (("--prod", ""), ("-P", ""), ("--production", "")), (("--dev", ""), ("-D", "")), _NODE_ENV, _node_development,
    ),
    "bun": _Tool(
        ("install", "i"), "package.json", "add `--production`, or build in a stage of its own",
        (("--production", ""), ("-p", ""), ("--omit", "dev")), (), (), _node_development,
    ),
    "poetry": _Tool(
        ("install", "sync"), "pyproject.toml", "add `--only main`",
        (("--without", ""), ("--only", ""), ("--no-dev", ""), ("--only-root", "")), (("--with", "dev"),),
        (("POETRY_WITHOUT", ""), ("POETRY_ONLY", "")), _poetry_development,
    ),
    "uv": _Tool(
        ("sync",), "pyproject.toml", "add `--no-dev`",
        (("--no-dev", ""), ("--no-default-groups", ""), ("--no-group", "dev"), ("--only-group", "")),
        (("--dev", ""), ("--group", "dev"), ("--all-groups", "")), (("UV_NO_DEV", ""), ("UV_NO_DEFAULT_GROUPS", "")),
        _uv_development,
    ),
    "pipenv": _Tool(("install", "sync"), "Pipfile", "leave out `--dev`", (), (("--dev", ""), ("-d", "")), (), _unread),
    "composer": _Tool(
        ("install", "i"), "composer.json", "add `--no-dev`", (("--no-dev", ""),), (), (("COMPOSER_NO_DEV", ""),),
        _php_development,
    ),
    "bundle": _Tool(
        ("", "install"), "Gemfile", "set `BUNDLE_WITHOUT=development:test` before it",
        (("--without", ""),), (), (("BUNDLE_WITHOUT", ""), ("BUNDLE_ONLY", "")), _ruby_development,
    ),
}  # fmt: skip
# The programs of packages that are called by another name.
_BINARIES = {"typescript": "tsc", "@angular/cli": "ng", "@nestjs/cli": "nest", "@babel/node": "babel-node"}
_OFF = ("false", "0", "no")


class DevDependenciesShipped(Rule[Build]):
    """What is needed only for development is installed into the final image.

    Test runners, compilers and linters are often larger than the program, and bring packages with known flaws that a
    scanner reports for the image although nothing of the program uses them.

    Leave them out: `npm ci --omit=dev`, `yarn install --production`, `pnpm install --prod`, `poetry install --only main`,
    `uv sync --no-dev`, `composer install --no-dev`, `BUNDLE_WITHOUT=development:test`. If the build needs them, build in
    a stage of its own and copy the result, or prune them in the same RUN.

    https://docs.npmjs.com/cli/commands/npm-ci#omit
    """

    severity = Severity.INFO
    bad = {
        '=== package.json\n{"devDependencies": {"jest": "30"}}\n=== Dockerfile\nFROM node:24\nWORKDIR /app\n'
        'COPY package*.json ./\nRUN npm «ci»\nCOPY . .\nCMD ["node", "app.js"]': None,
        '=== package.json\n{"scripts": {"start": "node ."}, "devDependencies": {"jest": "30", "eslint": "9"}}\n'
        '=== Dockerfile\nFROM node:24 AS base\nWORKDIR /app\nCOPY . .\nRUN «yarn» && yarn build\nFROM base\nCMD ["yarn", "start"]': None,
        '=== pyproject.toml\n[dependency-groups]\ndev = ["pytest"]\n=== Dockerfile\nFROM python:3.13\nWORKDIR /app\n'
        'COPY . .\nRUN uv «sync» --locked\nCMD ["python", "app.py"]': None,
        '=== pyproject.toml\n[tool.poetry.group.dev.dependencies]\npytest = "^8"\n=== Dockerfile\nFROM python:3.13\n'
        'COPY . /app\nRUN cd /app && poetry «install»\nCMD ["python", "app.py"]': None,
        '=== composer.json\n{"require-dev": {"phpunit/phpunit": "^12"}}\n=== Dockerfile\nFROM php:8.4-apache\n'
        "COPY . .\nRUN composer «install»": None,
        "=== Gemfile\ngem 'rack'\ngroup :development, :test do\n  gem 'rspec'\nend\n=== Dockerfile\nFROM ruby:3.4\n"
        'COPY . .\nRUN bundle «install»\nCMD ["rackup"]': None,
        'FROM python:3.13\nCOPY Pipfile* ./\nRUN pipenv install --system «--dev»\nCMD ["python", "app.py"]': None,
    }
    good = (
        'FROM node:24\nCOPY . .\nRUN npm ci\nCMD ["node", "app.js"]',
        '=== package.json\n{"devDependencies": {"jest": "30"}}\n=== Dockerfile\nFROM node:24\nCOPY . .\n'
        'RUN npm ci --omit=dev\nCMD ["node", "app.js"]',
        '=== package.json\n{"devDependencies": {"jest": "30"}}\n=== Dockerfile\nFROM node:24\nENV NODE_ENV=production\n'
        'COPY . .\nRUN npm ci\nCMD ["node", "app.js"]',
        '=== package.json\n{"devDependencies": {"jest": "30"}}\n=== Dockerfile\nFROM node:24\nCOPY . .\n'
        'RUN npm ci && npm run build && npm prune --omit=dev\nCMD ["node", "app.js"]',
        '=== package.json\n{"devDependencies": {"jest": "30"}}\n=== Dockerfile\nFROM node:24 AS build\nCOPY . .\nRUN npm ci\n'
        "FROM nginx:1.29\nCOPY --from=build /dist /usr/share/nginx/html",
        '=== package.json\n{"dependencies": {"express": "5"}}\n=== Dockerfile\nFROM node:24\nCOPY . .\nRUN npm ci\n'
        'CMD ["node", "app.js"]',
        '=== package.json\n{"scripts": {"start": "ts-node app.ts"}, "devDependencies": {"ts-node": "10"}}\n'
        '=== Dockerfile\nFROM node:24\nCOPY . .\nRUN npm ci\nCMD ["npm", "start"]',
        '=== package.json\n{"devDependencies": {"jest": "30"}}\n=== Dockerfile.dev\nFROM node:24\nCOPY . .\nRUN npm ci\n'
        'CMD ["node", "app.js"]',
        '=== package.json\n{"packageManager": "yarn@4.5.0", "devDependencies": {"jest": "30"}}\n=== Dockerfile\nFROM node:24\n'
        'COPY . .\nRUN yarn install --immutable\nCMD ["node", "app.js"]',
        '=== pyproject.toml\n[dependency-groups]\ndev = ["pytest"]\n=== Dockerfile\nFROM python:3.13\nENV UV_NO_DEV=1\nCOPY . .\n'
        'RUN uv sync\nCMD ["python", "app.py"]',
        '=== pyproject.toml\n[tool.poetry.group.dev.dependencies]\npytest = "^8"\n=== Dockerfile\nFROM python:3.13\nCOPY . .\n'
        'RUN poetry install --only main && poetry install --without dev\nCMD ["python", "app.py"]',
        "=== Gemfile\ngroup :test do\n  gem 'rspec'\nend\n=== Dockerfile\nFROM ruby:3.4\nCOPY . .\n"
        "RUN bundle config set --local without 'development test' && bundle install\nCMD [\"rackup\"]",
        'FROM python:3.13\nCOPY Pipfile* ./\nRUN pipenv install --system\nCMD ["python", "app.py"]',
    )

    def check(self, build: Build) -> Findings:
        reported: set[int] = set()
        for stage in build.runtime_stages:
            if build.is_development(stage):
                continue
            for layer in build.layers_of(stage):
                for action in layer.actions:
                    tool = _TOOLS.get(action.manager)
                    place = action.command.text.start
                    if tool is None or place in reported or not _installs(action, tool):
                        continue
                    reported.add(place)
                    yield from self._judged(stage, layer, action, tool)

    def _judged(self, stage: Stage, layer: Layer, action: PackageAction, tool: _Tool) -> Findings:
        if _omits(layer, action, tool) or _is_pruned(stage, layer, action, tool):
            return
        asked = next(
            (option for option in action.options.options if _matches(option.name, option.value, tool.asks)), None
        )
        written = f"{action.manager} {action.verb.written}".strip()
        if asked is not None:
            message = f"`{written} {asked.word.value}` installs what is needed only for development"
            yield self.finding(asked.word.value, message, help=f"leave out `{asked.word.value}`")
            return
        development = _listed(stage, layer, action, tool)
        if development is not None and not _is_started(layer.build, stage, development):
            word = (
                action.verb.text
                or action.command.words[len(action.command.words) - len(action.command.arguments) - 1].value
            )
            yield self.finding(word, f"`{written}` also installs {development.title}", help=tool.advice)


def _installs(action: PackageAction, tool: _Tool) -> bool:
    is_bare = not (action.packages or action.urls or action.local or action.is_global or action.is_dry_run)
    return is_bare and action.verb.written in tool.verbs and not action.options.has("--version", "--help")


def _omits(layer: Layer, action: PackageAction, tool: _Tool) -> bool:
    if any(_matches(option.name, option.value, tool.omits) for option in action.options.options):
        return True
    for name, wanted in tool.variables:
        value = layer.variable(name, action.command)
        if value is not None and value.lower() not in ("", *_OFF) and (not wanted or value == wanted):
            return True
    # What a variable without a known value holds, nobody knows.
    if any(
        name in layer.before.environment and layer.variable(name, action.command) is None for name, _ in tool.variables
    ):
        return True
    return action.manager == "bundle" and layer.is_or_stands_on(_leaves_groups_out)


def _leaves_groups_out(layer: Layer) -> bool:
    words = (word for command in layer.named("bundle", "bundler") for word in command.arguments)
    return any(word.value in ("without", "only") for word in words)


def _matches(name: str, value: Word | None, options: tuple[tuple[str, str], ...]) -> bool:
    written = value.value if value is not None else ""
    return written not in _OFF and any(name == option and written.startswith(start) for option, start in options)


def _is_pruned(stage: Stage, layer: Layer, action: PackageAction, tool: _Tool) -> bool:
    """Whether a later command of the chain takes the development dependencies away, or installs anew without them."""
    layers = layer.build.layers_of(stage)
    for each in layers[layers.index(layer) :]:
        for command in layer.after(action.command) if each is layer else each.commands:
            words = [str(word.value) for word in command.arguments]
            if command.name == "rm" and any("node_modules" in word or "vendor" in word for word in words):
                return True
            if command.name == action.manager and any(word in ("prune", "focus", "autoclean") for word in words):
                return True
        later = each.actions if each is not layer else layer.actions[layer.actions.index(action) + 1 :]
        if any(one.manager == action.manager and _installs(one, tool) and _omits(each, one, tool) for one in later):
            return True
    return False


def _listed(stage: Stage, layer: Layer, action: PackageAction, tool: _Tool) -> _Development | None:
    """What the manifest lists for development, if it can be read."""
    folder = layer.folder_of(action.command)
    if folder is None or action.project is not None:
        return None
    source = layer.build.read(stage, absolute_path(tool.manifest, folder))
    if source is None or (action.manager == "yarn" and _is_modern_yarn(layer.build, source.text)):
        return None
    return tool.read(source.text)


def _is_modern_yarn(build: Build, package: str) -> bool:
    """Whether yarn is of version 2 or later, which has no `--production`."""
    is_named = re.search(r'"packageManager"\s*:\s*"yarn@[2-9]', package) is not None
    return is_named or (build.context is not None and build.context.exists(".yarnrc.yml"))


def _is_started(build: Build, stage: Stage, development: _Development) -> bool:
    """Whether the container starts one of the packages, so that they cannot be left out."""
    run = started(build, stage)
    names = (_BINARIES.get(name, name.rpartition("/")[2]) for name in development.packages)
    return any(run.names(name) for name in names)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _toml(text: str) -> Any:
    import tomllib  # noqa: PLC0415 (most runs read no such file)

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _table(found: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}
