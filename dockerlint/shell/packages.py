"""What a command does in package-manager terms: the system packages it installs, the manifest it reads.

An installer is a command that installs the dependencies of a project from its manifest.
"""

from __future__ import annotations

import fnmatch
import re
from typing import NamedTuple

from dockerlint.shell.script import Command
from dockerlint.shell.words import Word

# Options of system package managers that eat the next word, short and long.
_APT = frozenset({"-t", "-o", "-c", "-a", "-P", "--target-release", "--default-release", "--option", "--config-file"})
_APK = frozenset(
    {
        "-t", "-X", "-p", "--virtual", "--repository", "--root", "--arch", "--keys-dir", "--repositories-file",
        "--wait", "--cache-dir", "--cache-max-age", "--timeout", "--progress-fd",
    }
)  # fmt: skip
_DNF = frozenset(
    {
        "--enablerepo", "--disablerepo", "--repo", "--repoid", "--setopt", "-x", "--exclude", "--excludepkgs",
        "--releasever", "--installroot", "-c", "--config", "--forcearch", "--comment", "--color", "-d", "-e", "-R",
        "--advisory", "--rpmverbosity",
    }
)  # fmt: skip
_ZYPPER = frozenset({"-r", "--repo", "-t", "--type", "--from", "-R", "--root", "-p", "--plus-repo", "-c", "--config"})
_PIP = frozenset(
    {
        "-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-t", "--target", "-i", "--index-url",
        "--extra-index-url", "-f", "--find-links", "--no-binary", "--only-binary", "--platform", "--python-version",
        "--implementation", "--abi", "--root", "--prefix", "--src", "--python", "--proxy", "--timeout", "--retries",
        "--log", "--cert", "--client-cert", "--cache-dir", "--exists-action", "--trusted-host", "--upgrade-strategy",
        "--progress-bar", "--global-option", "--install-option", "-C", "--config-settings", "--root-user-action",
        "--report", "--use-feature", "--use-deprecated", "--keyring-provider", "--hash", "--group", "-w", "-d",
    }
)  # fmt: skip
NODE_VALUED = frozenset(
    {
        "-C", "--prefix", "-w", "--workspace", "--registry", "--omit", "--include", "--only", "--tag", "--loglevel",
        "--cache", "--userconfig", "--before", "--install-strategy", "--script-shell", "--scope", "--cwd", "--filter",
        "-F", "--dir", "--store-dir", "--modules-folder", "--network-timeout", "--mutex", "--cache-folder",
    }
)  # fmt: skip


class Manager(NamedTuple):
    """A system package manager: the verbs that install, and the options that take a value."""

    verbs: frozenset[str]
    valued: frozenset[str]


_INSTALL = frozenset({"install"})
SYSTEM_MANAGERS: dict[str, Manager] = {
    "apt-get": Manager(_INSTALL, _APT),
    "apt": Manager(_INSTALL, _APT),
    "aptitude": Manager(_INSTALL, _APT),
    "apk": Manager(frozenset({"add"}), _APK),
    "dnf": Manager(frozenset({"install", "in", "localinstall", "groupinstall"}), _DNF),
    "yum": Manager(frozenset({"install", "localinstall", "groupinstall"}), _DNF),
    "microdnf": Manager(_INSTALL, _DNF),
    "tdnf": Manager(_INSTALL, _DNF),
    "zypper": Manager(frozenset({"install", "in"}), _ZYPPER),
    "pacman": Manager(frozenset(), frozenset()),
}


def split_operands(words: tuple[Word, ...], valued: frozenset[str]) -> tuple[list[Word], list[tuple[str, Word | None]]]:
    """The operands among the arguments, and the options with the values they take."""
    operands: list[Word] = []
    options: list[tuple[str, Word | None]] = []
    index = 0
    while index < len(words):
        word = words[index]
        text = str(word.value)
        index += 1
        if text == "--":
            operands += words[index:]
            break
        if not text.startswith("-") or text == "-":
            operands.append(word)
        elif text in valued and index < len(words):
            options.append((text, words[index]))
            index += 1
        else:
            options.append(_glued(word, valued))
    return operands, options


def _glued(word: Word, valued: frozenset[str]) -> tuple[str, Word | None]:
    """`--name=value`, `-rvalue` or an option without value."""
    text = str(word.value)
    name, equals, _ = text.partition("=")
    if text.startswith("--"):
        value = Word(word.value.part(len(name) + 1, len(text)), word.is_literal) if equals else None
        return name, value
    if text[:2] in valued and len(text) > 2:
        return text[:2], Word(word.value.part(2, len(text)), word.is_literal)
    return text, None


def installed_packages(command: Command) -> tuple[Word, ...] | None:
    """The words of a system package manager's install command that may be packages; None for other commands."""
    manager = SYSTEM_MANAGERS.get(command.name)
    if manager is None:
        return None
    if command.name == "pacman":
        is_sync = any(re.fullmatch(r"-\w*S\w*|--sync", word.value) for word in command.arguments)
        return tuple(word for word in command.arguments if not word.value.startswith("-")) if is_sync else None
    operands, _ = split_operands(command.arguments, manager.valued)
    if not operands or operands[0].value not in manager.verbs:
        return None
    return tuple(operands[1:])


class Installer(NamedTuple):
    """An installation from a manifest.

    `title` is the command as a message shows it; `manifests` are globs of the files that it reads,
    relative to the folder where it runs; `caches` are folders that a cache mount may stand for.
    """

    kind: str
    title: str
    manifests: tuple[str, ...]
    caches: tuple[str, ...]
    command: Command


class _Form(NamedTuple):
    """A tool's verbs that install, with what they read. An empty verb is the bare command."""

    kind: str
    verbs: tuple[str, ...]
    manifests: tuple[str, ...]
    caches: tuple[str, ...]
    valued: frozenset[str] = frozenset()


_NPM = ("package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc")
_YARN = ("package.json", "yarn.lock", ".yarnrc.yml", ".yarnrc", ".yarn", ".npmrc")
_PNPM = ("package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc")
_GRADLE = ("build.gradle*", "settings.gradle*", "gradle.properties", "gradle", "gradlew*", "*.versions.toml")
_GRADLE_VERBS = ("dependencies", "build", "assemble", "bootJar", "shadowJar", "installDist", "jar", "war")
_DOTNET = (
    "*.csproj",
    "*.fsproj",
    "*.vbproj",
    "*.sln",
    "*.slnx",
    "Directory.*.props",
    "Directory.*.targets",
    "*.config",
)

_FORMS: dict[str, _Form] = {
    "poetry": _Form("python", ("install",), ("pyproject.toml", "poetry.lock"), (".cache/pypoetry",), frozenset({"-C"})),
    "pipenv": _Form("python", ("install", "sync"), ("Pipfile", "Pipfile.lock"), (".cache/pip",)),
    "pdm": _Form("python", ("sync", "install"), ("pyproject.toml", "pdm.lock"), (".cache/pdm",)),
    "uv": _Form("python", ("sync",), ("pyproject.toml", "uv.lock", ".python-version"), (".cache/uv", ".cache")),
    "npm": _Form("node", ("ci", "install", "i", "clean-install"), _NPM, (".npm",), NODE_VALUED),
    "yarn": _Form("node", ("", "install"), _YARN, (".yarn", ".cache/yarn", "yarn"), NODE_VALUED),
    "pnpm": _Form("node", ("install", "i", "fetch"), _PNPM, ("pnpm", ".pnpm-store"), NODE_VALUED),
    "bun": _Form("node", ("install", "i"), ("package.json", "bun.lock", "bun.lockb", "bunfig.toml"), (".bun",)),
    "bundle": _Form(
        "ruby", ("", "install"), ("Gemfile", "Gemfile.lock", "*.gemspec", ".ruby-version"), ("bundle", ".gem")
    ),
    "composer": _Form("php", ("install",), ("composer.json", "composer.lock", "auth.json"), (".composer", "composer")),
    "mix": _Form("elixir", ("deps.get",), ("mix.exs", "mix.lock"), ("deps", ".hex")),
    "dotnet": _Form("dotnet", ("restore",), _DOTNET, (".nuget", "nuget")),
    "sbt": _Form("scala", ("update",), ("build.sbt", "project"), (".ivy2", ".cache", ".sbt")),
}

# Fetches, and builds that fetch first.
_GO = _Form("go", ("mod",), ("go.mod", "go.sum", "go.work", "go.work.sum"), ("go/pkg", ".cache/go-build"))
_CARGO = _Form("rust", ("fetch", "build", "install"), ("Cargo.toml", "Cargo.lock", ".cargo"), ("cargo", "target"))
_MAVEN_VERBS = (
    "package",
    "install",
    "verify",
    "compile",
    "deploy",
    "test",
    "dependency:go-offline",
    "dependency:resolve",
)


def installer(command: Command) -> Installer | None:  # noqa: PLR0911
    """The installation from a manifest that a command does; None for anything else."""
    name = command.name
    if re.fullmatch(r"pip[\d.]*", name) or _is_python_module(command, "pip"):
        return _pip(command)
    if name == "uv" and command.arguments and command.arguments[0].value == "pip":
        return _pip(command)
    if name in ("mvn", "mvnw", "gradle", "gradlew"):
        return _jvm(command)
    if name in ("conda", "mamba", "micromamba"):
        return _conda(command)
    if name == "go":
        return _go(command)
    if name == "cargo":
        return _cargo(command)
    form = _FORMS.get(name)
    return _by_form(command, form) if form is not None else None


def _is_python_module(command: Command, module: str) -> bool:
    words = [str(word.value) for word in command.arguments[:3]]
    is_python = re.fullmatch(r"python[\d.]*|pypy[\d.]*", command.name) is not None
    return is_python and (words[:2] == ["-m", module] or f"-m{module}" in words[:1])


def pip_arguments(command: Command) -> tuple[Word, ...] | None:
    """What follows `install` in `pip install`, `python -m pip install` or `uv pip install`; None elsewhere."""
    words = command.arguments
    if _is_python_module(command, "pip"):
        words = words[2:] if words[0].value == "-m" else words[1:]
    elif command.name == "uv":
        words = words[1:] if words and words[0].value == "pip" else ()
    elif not re.fullmatch(r"pip[\d.]*", command.name):
        return None
    operands, _ = split_operands(words, _PIP)
    if not operands or operands[0].value not in ("install", "sync", "wheel", "download"):
        return None
    start = words.index(operands[0])
    return words[:start] + words[start + 1 :]


def _pip(command: Command) -> Installer | None:
    arguments = pip_arguments(command)
    if arguments is None:
        return None
    operands, options = split_operands(arguments, _PIP)
    files = [value for name, value in options if name in ("-r", "--requirement") and value is not None]
    if command.name == "uv" and any(word.value == "sync" for word in command.arguments[:2]):
        files += operands
    if not files or not all(file.is_literal for file in files):
        return None
    constraints = [value for name, value in options if name in ("-c", "--constraint") and value is not None]
    manifests = tuple(str(word.value) for word in (*files, *constraints))
    tool = "uv pip" if command.name == "uv" else "pip"
    return Installer("python", f"{tool} install -r {files[0].value}", manifests, (".cache", "pip"), command)


def _by_form(command: Command, form: _Form) -> Installer | None:
    operands, options = split_operands(command.arguments, form.valued)
    verb = str(operands[0].value) if operands else ""
    if verb not in form.verbs or (len(operands) > 1 and form.kind in ("node", "python")):
        return None
    if verb == "" and options and command.name != "yarn":
        return None
    if command.has_option("-g", "--global", "--offline", "--version"):
        return None
    return Installer(form.kind, f"{command.name} {verb}".strip(), form.manifests, form.caches, command)


def _go(command: Command) -> Installer | None:
    words = [str(word.value) for word in command.arguments]
    if words[:2] == ["mod", "download"]:
        return Installer("go", "go mod download", _GO.manifests, _GO.caches, command)
    is_build = words[:1] and words[0] in ("build", "install", "test") and not any("@" in word for word in words)
    if is_build and not any(word in ("-mod=vendor", "-mod=readonly") for word in words):
        return Installer("go", f"go {words[0]}", _GO.manifests, _GO.caches, command)
    return None


def _cargo(command: Command) -> Installer | None:
    words = [str(word.value) for word in command.arguments if not word.value.startswith("+")]
    if words[:2] == ["chef", "cook"]:
        return Installer("rust", "cargo chef cook", ("recipe.json",), _CARGO.caches, command)
    if not words or words[0] not in _CARGO.verbs or "--offline" in words or "--frozen" in words:
        return None
    if words[0] == "install" and "--path" not in words:
        return None
    return Installer("rust", f"cargo {words[0]}", _CARGO.manifests, _CARGO.caches, command)


def _jvm(command: Command) -> Installer | None:
    words = [str(word.value) for word in command.arguments if not word.value.startswith("-")]
    if command.has_option("-o", "--offline"):
        return None
    if command.name.startswith("mvn"):
        verb = next((word for word in words if word in _MAVEN_VERBS), None)
        return (verb and Installer("maven", f"mvn {verb}", ("pom.xml", ".mvn", "mvnw*"), (".m2",), command)) or None
    verb = next((word for word in words if word.rpartition(":")[2] in _GRADLE_VERBS), None)
    return (verb and Installer("gradle", f"gradle {verb}", _GRADLE, (".gradle",), command)) or None


def _conda(command: Command) -> Installer | None:
    operands, options = split_operands(command.arguments, frozenset({"-f", "--file", "-n", "--name", "-p", "--prefix"}))
    verbs = [str(word.value) for word in operands[:2]]
    files = [value for name, value in options if name in ("-f", "--file") and value is not None and value.is_literal]
    if files and (verbs[:1] == ["env"] or command.name != "conda"):
        title = f"{command.name} {' '.join(verbs)} -f {files[0].value}"
        return Installer("conda", title, tuple(str(file.value) for file in files), ("pkgs", ".cache"), command)
    return None


def matches_manifest(path: str, manifests: tuple[str, ...]) -> bool:
    """Whether a file, by its name below the folder where the installer runs, is one of its manifests."""
    name = path.removeprefix("./").strip("/")
    return any(fnmatch.fnmatchcase(name, pattern.removeprefix("./")) for pattern in manifests)
