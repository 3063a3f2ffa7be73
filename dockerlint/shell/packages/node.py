"""npm, yarn, pnpm, bun and corepack."""

from __future__ import annotations

from dockerlint.shell.options import Options, read_by
from dockerlint.shell.packages.model import Package, PackageAction
from dockerlint.shell.packages.reading import Manager, by_pattern, interpret, is_local, is_url, read_package
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
    "install", "i", "in", "ins", "inst", "insta", "instal", "isnt", "isnta", "isntal", "isntall", "add", "ci",
    "clean-install", "ic", "install-clean", "isntall-clean", "install-test", "it", "install-ci-test", "cit",
)  # fmt: skip
_NPM_VERBS = {
    **dict.fromkeys(_NPM_INSTALLS, "install"),
    **dict.fromkeys(("update", "up", "upgrade", "udpate"), "upgrade"),
    **dict.fromkeys(("uninstall", "un", "unlink", "remove", "rm", "r"), "remove"),
    **dict.fromkeys(("run", "run-script", "test", "t", "tst", "start", "stop", "restart", "exec", "x"), "run"),
    **dict.fromkeys(("cache clean", "cache clear", "cache rm"), "clean"),
    **dict.fromkeys(("search", "view", "info", "show", "v", "ls", "list", "outdated"), "search"),
    "rebuild": "build",
}
_YARN_VERBS = {
    "": "install", "install": "install", "add": "install", "global add": "install", "workspaces focus": "install",
    "upgrade": "upgrade", "up": "upgrade", "global upgrade": "upgrade", "remove": "remove", "global remove": "remove",
    "cache clean": "clean", "cache clear": "clean", "info": "search", "list": "search", "why": "search",
    "outdated": "search", "npm info": "search", "rebuild": "build",
    **dict.fromkeys(
        (
            "cache", "config", "set", "init", "version", "versions", "audit", "link", "unlink", "import", "pack",
            "publish", "plugin", "policies", "npm", "global", "dedupe", "check", "login", "logout", "autoclean",
            "generate-lock-entry", "licenses", "bin", "help", "create", "patch", "workspaces",
        ),
        "other",
    ),
}  # fmt: skip
_PNPM_VERBS = {
    "install": "install", "i": "install", "ci": "install", "add": "install", "fetch": "install", "deploy": "install",
    "update": "upgrade", "up": "upgrade", "upgrade": "upgrade", "remove": "remove", "rm": "remove",
    "uninstall": "remove", "un": "remove", "store prune": "clean", "rebuild": "build", "rb": "build",
    "list": "search", "ls": "search", "outdated": "search", "why": "search",
    **dict.fromkeys(
        (
            "prune", "store", "config", "setup", "env", "import", "link", "unlink", "pack", "publish", "audit", "init",
            "licenses", "patch", "dedupe", "root", "bin", "server", "self-update", "approve-builds",
        ),
        "other",
    ),
}  # fmt: skip
_BUN_VERBS = {
    "install": "install", "i": "install", "add": "install", "a": "install", "ci": "install", "update": "upgrade",
    "upgrade": "other", "remove": "remove", "rm": "remove", "pm cache rm": "clean", "build": "build", "pm": "other",
    "link": "other", "unlink": "other", "init": "other", "create": "other", "outdated": "search",
}  # fmt: skip
_MANAGERS = {
    "npm": Manager(
        "npm",
        "node",
        _NPM_VERBS,
        _package,
        ("~/.npm",),
        cache_options=("--cache",),
        installs=_NPM_INSTALLS,
        manifests=("package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc"),
        projects=("--prefix", "-C"),
        is_url=_is_url,
        is_local=_is_local,
    ),
    "yarn": Manager(
        "yarn",
        "node",
        _YARN_VERBS,
        _package,
        # Version 1 as another user and as root; version 2 and later.
        ("~/.cache/yarn", "/usr/local/share/.cache/yarn", "~/.yarn/berry/cache", ".yarn/cache"),
        otherwise="run",
        cache_options=("--cache-folder",),
        installs=("", "install", "workspaces focus"),
        manifests=("package.json", "yarn.lock", ".yarnrc.yml", ".yarnrc", ".yarn", ".npmrc"),
        projects=("--cwd",),
        is_url=_is_url,
        is_local=_is_local,
    ),
    "pnpm": Manager(
        "pnpm",
        "node",
        _PNPM_VERBS,
        _package,
        ("~/.local/share/pnpm/store", "~/.pnpm-store", "~/.cache/pnpm", "/pnpm/store"),
        otherwise="run",
        cache_options=("--store-dir",),
        installs=("install", "i", "ci", "fetch"),
        manifests=("package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc"),
        projects=("-C", "--dir", "--prefix"),
        is_url=_is_url,
        is_local=_is_local,
    ),
    "bun": Manager(
        "bun",
        "node",
        _BUN_VERBS,
        _package,
        ("~/.bun/install/cache",),
        otherwise="run",
        no_cache=("--no-cache",),
        cache_options=("--cache-dir",),
        installs=("install", "i", "ci"),
        manifests=("package.json", "bun.lock", "bun.lockb", "bunfig.toml"),
        projects=("--cwd",),
        is_url=_is_url,
        is_local=_is_local,
    ),
    # https://github.com/nodejs/corepack#command-line-interface
    "corepack": Manager(
        "corepack",
        "node",
        {"prepare": "install", "install": "install", "use": "install", "up": "upgrade", "cache clean": "clean"},
        _package,
        ("~/.cache/node/corepack",),
        is_local=_is_local,
    ),
}  # fmt: skip


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
    return None if _is_local(word.value) or _is_url(word.value) else read_package(_MANAGERS["npm"], word)


def node(command: Command) -> PackageAction:
    """npm, yarn, pnpm and bun, of whatever version, and corepack, which fetches them."""
    options = command.options
    if command.name == "yarn" and options.operands[:1] and options.operands[0].value == "workspace":
        # `yarn workspace NAME VERB` is VERB in another folder.
        options = Options(options.operands[2:], options.options)
    action = interpret(command, _MANAGERS[command.name], options)
    if action.verb.written in ("workspaces focus", "deploy"):
        # Their words are workspaces and folders; `pnpm deploy` needs the whole source besides the manifests.
        manifests = action.manifests if action.verb.written == "deploy" else _MANAGERS["yarn"].manifests
        action = action._replace(packages=(), local=(), urls=(), manifests=manifests)
    is_global = action.verb.written.startswith("global ") or _is_on(options, "-g", "--global")
    return action._replace(is_global=is_global, manifests=() if is_global else action.manifests)


def _is_on(options: Options, *names: str) -> bool:
    option = options.find(*names)
    if option is None:
        location = options.value("--location")
        return location is not None and location.value == "global"
    return option.value is None or option.value.value != "false"
