"""npm, yarn, pnpm, bun and corepack."""

from __future__ import annotations

from dockerlint.shell.options import Options, read_by
from dockerlint.shell.packages.model import Package, PackageAction
from dockerlint.shell.packages.reading import (
    Manager,
    by_pattern,
    interpret,
    is_local,
    is_url,
    read_package,
    verb_names,
)
from dockerlint.shell.script import Command
from dockerlint.shell.syntax import Syntax
from dockerlint.source import Text

_PACKAGE = r"(?:@?[^@\s]+@npm:)?(?P<name>(?:@[^/@\s]+/)?[^@/\s]+)(?:(?P<operator>@)(?P<version>.*))?"
_HOSTS = ("github:", "gitlab:", "bitbucket:", "gist:", "git:", "ssh:")


def _package(text: Text) -> Package:
    """`pkg@1.2`, `@scope/pkg@^1`, `alias@npm:pkg@1`

    https://docs.npmjs.com/cli/using-npm/package-spec
    """
    return by_pattern(text, _PACKAGE)


def _is_url(word: str) -> bool:
    """Also `github:user/repository`, and `user/repository`, which is GitHub's as well."""
    address = word[word.find("@", 1) + 1 :]
    if is_url(word) or word.startswith(_HOSTS) or address.startswith(_HOSTS):
        return True
    path = word.partition("#")[0]
    return path.count("/") == 1 and path[:1] not in ("@", "$") and "@npm:" not in path


def _is_local(word: str) -> bool:
    _, _, target = word.partition("@")
    is_path = word.endswith("/") or word.count("/") > 1
    if is_path and not is_url(word) and not word.startswith("@") and ":" not in word:
        return True
    return is_local(word) or target.startswith(("file:", "link:", "portal:", "workspace:"))


_NPM_INSTALLS = (
    "install, i, in, ins, inst, insta, instal, isnt, isnta, isntal, isntall, add, ci, clean-install, ic, install-clean,"
    " isntall-clean, install-test, it, install-ci-test, cit"
)
_NODE = Manager("", "node", {}, _package, is_url=_is_url, is_local=_is_local)
_NPM = _NODE._replace(
    name="npm",
    verbs=verb_names(
        install=_NPM_INSTALLS,
        upgrade="update, up, upgrade, udpate",
        remove="uninstall, un, unlink, remove, rm, r",
        run="run, run-script, test, t, tst, start, stop, restart, exec, x",
        clean="cache clean, cache clear, cache rm",
        search="search, view, info, show, v, ls, list, outdated",
        build="rebuild",
    ),
    caches=("~/.npm",),
    cache_options=("--cache",),
    installs=tuple(_NPM_INSTALLS.split(", ")),
    manifests=("package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc"),
    projects=("--prefix", "-C"),
)
_YARN = _NODE._replace(
    name="yarn",
    verbs={
        "": "install",
        **verb_names(
            install="install, add, global add, workspaces focus",
            upgrade="upgrade, up, global upgrade",
            remove="remove, global remove",
            clean="cache clean, cache clear",
            search="info, list, why, outdated, npm info",
            build="rebuild",
            other=(
                "cache, config, set, init, version, versions, audit, link, unlink, import, pack, publish, plugin,"
                " policies, npm, global, dedupe, check, login, logout, autoclean, generate-lock-entry, licenses,"
                " bin, help, create, patch, workspaces"
            ),
        ),
    },
    # Version 1 as another user and as root; version 2 and later.
    caches=("~/.cache/yarn", "/usr/local/share/.cache/yarn", "~/.yarn/berry/cache", ".yarn/cache"),
    otherwise="run",
    cache_options=("--cache-folder",),
    installs=("", "install", "workspaces focus"),
    manifests=("package.json", "yarn.lock", ".yarnrc.yml", ".yarnrc", ".yarn", ".npmrc"),
    projects=("--cwd",),
)
_PNPM = _NODE._replace(
    name="pnpm",
    verbs=verb_names(
        install="install, i, ci, add, fetch, deploy",
        upgrade="update, up, upgrade",
        remove="remove, rm, uninstall, un",
        clean="store prune",
        search="list, ls, outdated, why",
        build="rebuild, rb",
        other=(
            "prune, store, config, setup, env, import, link, unlink, pack, publish, audit, init, licenses, patch,"
            " dedupe, root, bin, server, self-update, approve-builds"
        ),
    ),
    caches=("~/.local/share/pnpm/store", "~/.pnpm-store", "~/.cache/pnpm", "/pnpm/store"),
    otherwise="run",
    cache_options=("--store-dir",),
    installs=("install", "i", "ci", "fetch"),
    manifests=("package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc"),
    projects=("-C", "--dir", "--prefix"),
)
_BUN = _NODE._replace(
    name="bun",
    verbs=verb_names(
        install="install, i, add, a, ci",
        upgrade="update",
        remove="remove, rm",
        clean="pm cache rm",
        search="outdated",
        build="build",
        other="upgrade, pm, link, unlink, init, create",
    ),
    caches=("~/.bun/install/cache",),
    otherwise="run",
    no_cache=("--no-cache",),
    cache_options=("--cache-dir",),
    installs=("install", "i", "ci"),
    manifests=("package.json", "bun.lock", "bun.lockb", "bunfig.toml"),
    projects=("--cwd",),
)
# https://github.com/nodejs/corepack#command-line-interface
_COREPACK = _NODE._replace(
    name="corepack",
    verbs=verb_names(install="prepare, install, use", upgrade="up", clean="cache clean"),
    caches=("~/.cache/node/corepack",),
)
_MANAGERS = {manager.name: manager for manager in (_NPM, _YARN, _PNPM, _BUN, _COREPACK)}


_NPX = Syntax("pcw", frozenset({"--package", "--call", "--workspace"}))


def npx_package(command: Command) -> Package | None:
    """The package that `npx` fetches, if it is not installed, to run this command.

    https://docs.npmjs.com/cli/commands/npx
    """
    if "npx" not in command.wrappers or command.program is None:
        return None
    before = command.words[: len(command.words) - len(command.arguments) - 1]
    start = max(index for index, name in enumerate(command.wrappers) if name == "npx")
    named = read_by(_NPX, before[start + 1 :]).value("-p", "--package")
    word = named or command.program
    return None if _is_local(word.value) or _is_url(word.value) else read_package(_NPM, word)


def node(command: Command) -> PackageAction:
    """npm, yarn, pnpm and bun, of whatever version, and corepack, which fetches them."""
    options = command.options
    if command.name == "yarn" and options.operands[:1] and options.operands[0].value == "workspace":
        # `yarn workspace NAME VERB` is VERB in another folder.
        options = Options(options.operands[2:], options.options)
    action = interpret(command, _MANAGERS[command.name], options)
    if action.verb.written in ("workspaces focus", "deploy"):
        # Their words are workspaces and folders; `pnpm deploy` needs the whole source besides the manifests.
        manifests = action.manifests if action.verb.written == "deploy" else _YARN.manifests
        action = action._replace(packages=(), local=(), urls=(), manifests=manifests)
    is_global = action.verb.written.startswith("global ") or _is_on(options, "-g", "--global")
    return action._replace(is_global=is_global, manifests=() if is_global else action.manifests)


def _is_on(options: Options, *names: str) -> bool:
    option = options.find(*names)
    if option is None:
        location = options.value("--location")
        return location is not None and location.value == "global"
    return option.value is None or option.value.value != "false"
