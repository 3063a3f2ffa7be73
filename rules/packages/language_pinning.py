"""Packages of Python, Node.js and Ruby that are asked for without a version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.lint.finding import Finding
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.installed import may_be_removed
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import Package, PackageAction
from dockerlint.shell.packages.node import npx_package
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word
from dockerlint.source import Text


def _unpinned(layer: Layer, action: PackageAction) -> Iterator[Package]:
    """The packages of an action that are named without a version and stay."""
    for package in action.packages:
        if package.is_literal and not package.version and not may_be_removed(layer, action, package):
            yield package


# pip's verbs in the model.
_PIP_VERBS = {"pip": ("install", "download", "wheel"), "uv": ("pip install",), "pipx": ("install",)}
# Upgrading the installer itself is no choice of what the program is built from.
_INSTALLERS = frozenset({"pip", "setuptools", "wheel", "uv"})


class UnpinnedPipPackages(Rule[Layer]):
    """A Python package is asked for without a version.

    Each build without cache installs the version that is newest on that day, so two builds of the same commit can
    differ, and a new major version breaks one that nobody has touched.

    Write `flask==3.1.*`, or list the packages in a file for `pip install -r requirements.txt`. `>`, `<` and `*` need
    quotes: unquoted, `flask>=3` asks for any flask and writes pip's output to a file called `=3`.

    https://pip.pypa.io/en/stable/topics/repeatable-installs/
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL3013", "unpinned_package_version_in_pip_install", "DF051", "DD028")
    bad = {
        "FROM python:3.13\nRUN pip install --no-cache-dir «flask» gunicorn==23.* «uvicorn[standard]»": None,
        "FROM python:3.13\nRUN python3 -m pip install --user «Django»": None,
        "FROM python:3.13\nRUN pip install --index-url https://pypi.example.com/simple «tool»": None,
        "FROM python:3.13\nRUN pip install «flask»>=3.0": None,
        "FROM python:3.13\nRUN pip install -U pip «wheels»": None,
        "FROM python:3.13\nRUN pip install «git+https://github.com/pallets/flask.git»": None,
        "FROM python:3.13\nRUN pip install «git+ssh://git@example.com/tool.git#egg=tool»": None,
        "FROM python:3.13\nRUN uv pip install --system «ruff» && pipx install «poetry»": None,
    }
    good = (
        "FROM python:3.13\nRUN pip install flask==3.1.1 'gunicorn>=23' \"uvicorn[standard]~=0.35\" 'tool!=2'",
        "FROM python:3.13\nRUN pip install -r requirements.txt gunicorn",
        "FROM python:3.13\nRUN pip install -c constraints.txt flask",
        "FROM python:3.13\nRUN pip install . .[dev] ./lib /src/dist/*.whl tool-1.0.tar.gz -e .",
        "FROM python:3.13\nRUN pip install --upgrade pip setuptools wheel",
        "FROM python:3.13\nRUN pip install git+https://github.com/pallets/flask.git@3.1.1",
        "FROM python:3.13\nRUN pip install 'flask @ https://example.com/flask.whl' https://example.com/tool.zip",
        "FROM python:3.13\nRUN pip install --no-index --find-links=/wheels tool",
        "FROM python:3.13\nRUN pip install $PACKAGES tool==$VERSION",
        "FROM python:3.13\nRUN pip install cython && make && pip uninstall -y cython",
        "FROM python:3.13\nRUN pip uninstall -y flask && pip list && pip freeze > /versions",
    )

    def check(self, layer: Layer) -> Findings:
        for action in layer.actions:
            verbs = _PIP_VERBS.get(action.manager)
            if verbs is None or action.verb.written not in verbs:
                continue
            if action.requirements or action.constraints or action.options.has("--no-index", "--group"):
                continue
            yield from self._packages(layer, action)
            for word in action.urls:
                if _is_repository_without_revision(word, action):
                    message = f"`{_repository(word.value)}` is installed at its newest commit"
                    yield self.finding(word.value, message, help=_REVISION)

    def _packages(self, layer: Layer, action: PackageAction) -> Findings:
        upgrades = action.options.has("-U", "--upgrade")
        for package in _unpinned(layer, action):
            if package.url is not None or (upgrades and package.name.lower() in _INSTALLERS):
                continue
            lost = _taken_for_redirection(action.command, package.text)
            if lost is None:
                advice = f"write `{package.name}==VERSION`"
                yield self.finding(package.text, f"`{package.name}` has no version", help=advice)
            else:
                message = f"the shell takes `{lost}` for a redirection, so that `{package.name}` has no version"
                yield self.finding(package.text, message, help=f"quote it: `'{package.text}{lost}'`")


_REVISION = "name a tag or commit behind the address: `...@v1.2.3`"


def _repository(address: str) -> str:
    """The name of a repository: the last part of its address."""
    return re.split(r"[/:]", address.partition("#")[0].rstrip("/"))[-1].removesuffix(".git")


def _taken_for_redirection(command: Command, package: Text) -> str | None:
    """The condition in an unquoted `flask>=3`, right behind the package."""
    for redirection in command.redirections:
        target = redirection.target
        if redirection.text.start == package.end and target is not None and re.match(r"=?\d", target.value):
            return str(redirection.text)
    return None


def _is_repository_without_revision(word: Word, action: PackageAction) -> bool:
    """`git+https://host/path` without `@revision`. What `-e` is given is an option's value."""
    address = word.value
    if not word.is_literal or not address.startswith(("git+", "hg+", "svn+", "bzr+")):
        return False
    is_operand = any(word is operand for operand in action.options.operands)
    path = address.partition("#")[0].partition("://")[2].partition("/")[2]
    return is_operand and bool(path) and "@" not in path


_NODE_VERBS = {
    "npm": frozenset({"install", "i", "add"}),
    "yarn": frozenset({"add", "global add"}),
    "pnpm": frozenset({"add"}),
    "bun": frozenset({"add", "a"}),
}
_MOVING_TAGS = frozenset({"latest", "next"})
_REPOSITORIES = ("git+", "git:", "git@", "ssh:", "github:", "gitlab:", "bitbucket:", "gist:")


class UnpinnedNpmPackages(Rule[Layer]):
    """A package of npm, yarn, pnpm or bun is asked for without a version.

    Each build without cache installs the version that is newest on that day, so two builds of the same commit can
    differ, and a new major version breaks one that nobody has touched.

    Write `typescript@5.9`, or put the package into package.json, whose lock file fixes it. `@latest` and `@next` are
    names for whatever is newest.

    https://docs.npmjs.com/cli/commands/npm-install
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL3016", "npm_install_without_pinned_version", "DD029")
    bad = {
        "FROM node:24\nRUN npm install -g «typescript» @angular/cli@20 «@vue/cli»": None,
        "FROM node:24\nRUN npm install --registry https://npm.example.com «express»": None,
        "FROM node:24\nRUN npm i -g «pnpm@latest» && yarn global add «serve» && yarn add «left-pad@next»": None,
        "FROM node:24\nRUN pnpm add --global «turbo»": None,
        "FROM oven/bun:1\nRUN bun add «hono»": None,
        "FROM node:24\nRUN npx --yes «create-vite» app": None,
        "FROM node:24\nRUN npm install «github:expressjs/express» «git+https://example.com/tool.git»": None,
    }
    good = (
        "FROM node:24\nRUN npm install -g typescript@5 @angular/cli@^20.1 tool@npm:other@1.0",
        "FROM node:24\nRUN npm ci && npm install && npm install --omit=dev",
        "FROM node:24\nRUN npm install . ./lib /tmp/tool.tgz https://example.com/tool.tgz",
        "FROM node:24\nRUN npm install expressjs/express#v5.1.0 git+https://example.com/tool.git#3f2c1a9",
        "FROM node:24\nCOPY package*.json ./\nRUN npm ci && npx tsc",
        "FROM node:24\nCOPY . .\nRUN npx tsc",
        "FROM node:24\nRUN npm install -g typescript@$VERSION $TOOLS && yarn build && npx serve@14",
        "FROM node:24\nRUN npm install -g node-gyp && make && npm uninstall -g node-gyp",
    )

    def check(self, layer: Layer) -> Findings:
        for action in layer.actions:
            if action.verb.written not in _NODE_VERBS.get(action.manager, ()):
                continue
            for package in action.packages:
                if package.is_literal and _moves(package) and not may_be_removed(layer, action, package):
                    yield self._of(package)
            for word in action.urls:
                if word.is_literal and _is_node_repository(word.value):
                    message = f"`{_repository(word.value)}` is installed at its newest commit"
                    yield self.finding(word.value, message, help=f"name a tag or commit: `{word.value}#v1.2.3`")
        if "npx" in layer.run.rest and not _may_have_packages(layer):
            for command in layer.commands:
                fetched = npx_package(command)
                if fetched is not None and fetched.is_literal and _moves(fetched):
                    yield self._of(fetched)

    def _of(self, package: Package) -> Finding:
        advice = f"write `{package.name}@VERSION`; `npm view {package.name} version` shows the newest"
        if package.version:
            message = f"`{package.name}@{package.version}` is whatever version is newest"
            return self.finding(package.text, message, help=advice)
        return self.finding(package.text, f"`{package.name}` has no version", help=advice)


def _moves(package: Package) -> bool:
    return not package.version or package.version in _MOVING_TAGS


def _is_node_repository(address: str) -> bool:
    """Whether an address without `#revision` is one that npm clones: `user/repository` is GitHub's."""
    if "#" in address or "?" in address:
        return False
    return address.startswith(_REPOSITORIES) or address.endswith(".git") or "://" not in address


def _may_have_packages(layer: Layer) -> bool:
    """Whether npx may find what it runs: from a project that was copied, or something installed before."""
    if layer.is_trigger or layer.before.copies:
        return True
    return layer.is_or_stands_on(_uses_node_packages)


def _uses_node_packages(layer: Layer) -> bool:
    return any(action.family == "node" for action in layer.actions)


class UnpinnedGemPackages(Rule[Layer]):
    """A gem is asked for without a version.

    Each build without cache installs the version that is newest on that day, so two builds of the same commit can
    differ, and a new release may need a newer Ruby than the image has.

    Write `gem install bundler:2.7.2`, or `-v 2.7.2` for a single gem.

    https://guides.rubygems.org/command-reference/#gem-install
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL3028", "gem_install_without_version", "DF053", "DD030")
    bad = {
        "FROM ruby:3.4\nRUN gem install «bundler» rake:13.3.0": None,
        "FROM ruby:3.4\nRUN gem i --no-document «fpm» && gem cleanup": None,
        "FROM ruby:3.4\nRUN gem install «nokogiri» -- --use-system-libraries": None,
        "FROM ruby:3.4\nRUN gem install --source https://gems.example.com «tool»": None,
    }
    good = (
        "FROM ruby:3.4\nRUN gem install bundler:2.7.2 'rake:~> 13'",
        "FROM ruby:3.4\nRUN gem install bundler -v 2.7.2 && gem install rake --version '~> 13'",
        "FROM ruby:3.4\nRUN gem install ./tool.gem pkg/tool-1.0.gem",
        "FROM ruby:3.4\nRUN gem install bundler:$VERSION $GEMS",
        "FROM ruby:3.4\nRUN gem update --system && bundle install",
    )

    def check(self, layer: Layer) -> Findings:
        if not layer.named("gem"):
            return
        for action in layer.actions:
            if action.manager != "gem" or action.verb.name != "install":
                continue
            for package in _unpinned(layer, action):
                yield self.finding(
                    package.text, f"`{package.name}` has no version", help=f"write `{package.name}:VERSION`"
                )
