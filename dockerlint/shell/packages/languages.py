"""The package managers of Ruby, Go, Rust, PHP, .NET, Java, Elixir and Scala."""

from __future__ import annotations

from dockerlint.shell.options import Options, read_options
from dockerlint.shell.packages.model import Package, PackageAction, Verb
from dockerlint.shell.packages.reading import Manager, by_pattern, find_verb, given_version, interpret, verb_names
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word, base_name

_GEM = Manager(
    "gem",
    "ruby",
    verb_names(
        install="install, i",
        upgrade="update",
        remove="uninstall, cleanup",
        download="fetch",
        build="build",
        search="list, search, query, specification, which, info",
    ),
    lambda text: by_pattern(text, r"(?P<name>[^:\s]+)(?:(?P<operator>:)(?P<version>.*))?"),
    ("~/.gem", "/usr/local/bundle/cache"),
    dry_runs=("--explain",),
)
_BUNDLE = Manager(
    "bundle",
    "ruby",
    {
        "": "install",
        **verb_names(
            install="install, i, add",
            upgrade="update",
            remove="remove",
            other="clean, package, cache",
            run="exec",
            search="show, info, list, outdated, check",
        ),
    },
    caches=("~/.bundle/cache", "/usr/local/bundle/cache"),
    projects=("--gemfile",),
    installs=("", "install", "i"),
    manifests=("Gemfile", "Gemfile.lock", "*.gemspec", ".ruby-version"),
)


def gem(command: Command) -> PackageAction:
    """`gem install pkg:1.2 pkg -v 1.2`; what follows `--` is for the compiler.

    https://guides.rubygems.org/command-reference/
    """
    options = command.options
    rest = next((word for word in command.arguments if word.value == "--"), None)
    if rest is not None:
        operands = (word for word in options.operands if word.value.start < rest.value.start)
        options = Options(tuple(operands), options.options)
    return given_version(interpret(command, _GEM, options), "-v", "--version")


def bundle(command: Command) -> PackageAction:
    """Words of `bundle install` are the groups of `--without a b`, never gems; `bundle _2.1_` picks a version.

    https://bundler.io/man/bundle-install.1.html
    """
    options = command.options
    if options.operands and options.operands[0].value.startswith("_"):
        options = Options(options.operands[1:], options.options)
    action = interpret(command, _BUNDLE, options)
    if action.verb.name == "install" and action.verb.written in _BUNDLE.installs:
        return action._replace(packages=(), local=(), urls=(), manifests=_BUNDLE.manifests)
    return given_version(action, "-v", "--version")


_GO = Manager(
    "go",
    "go",
    verb_names(
        install="get, install",
        download="mod download, mod tidy, mod vendor",
        search="mod verify, list",
        build="build, test, vet",
        run="generate, run",
        clean="clean",
    ),
    lambda text: by_pattern(text, r"(?P<name>[^@]+)(?:(?P<operator>@)(?P<version>.*))?"),
    ("/go/pkg/mod", "~/go/pkg/mod", "~/.cache/go-build"),
    dry_runs=("-n",),
    projects=("-C",),
    installs=("mod download", "mod vendor", "mod tidy", "build", "test", "install", "get"),
    manifests=("go.mod", "go.sum", "go.work", "go.work.sum"),
)


def go(command: Command) -> PackageAction:
    """`go install example.com/mod@v1`; a path without a dot before its first slash is of this module or the library.

    https://go.dev/ref/mod#go-install
    """
    options = command.options
    verb = find_verb(_GO, options.operands)
    operands = options.operands[len(verb.words) :]
    if verb.written == "run":
        operands = operands[:1]
    is_fetched = verb.written in ("get", "install", "run", "mod download")
    modules = tuple(word for word in operands if is_fetched and _is_module(word.value))
    local = tuple(word for word in operands if not is_fetched or not _is_module(word.value))
    action = interpret(command, _GO, Options((), options.options), verb)
    packages = tuple(_go_package(word) for word in modules)
    manifests = () if any(package.version is not None for package in packages) else action.manifests
    return action._replace(packages=packages, local=local, options=options, manifests=manifests)


def _is_module(word: str) -> bool:
    host, _, _ = word.partition("@")[0].partition("/")
    return ("." in host.strip(".") or host.startswith("$")) and not word.startswith(".") and not host.endswith(".go")


def _go_package(word: Word) -> Package:
    return _GO.package(word.value)._replace(is_literal=word.is_literal)


_CARGO = Manager(
    "cargo",
    "rust",
    verb_names(
        install="install, add, binstall",
        upgrade="update",
        remove="uninstall, remove, rm",
        download="fetch, vendor",
        build="build, b, check, c, test, t, bench, rustc, chef cook",
        run="run, r",
        other="clean",
        search="search",
        clean="cache",
    ),
    lambda text: by_pattern(text, r"(?P<name>[^@]+)(?:(?P<operator>@)(?P<version>.*))?"),
    ("~/.cargo/registry", "~/.cargo/git", "/usr/local/cargo/registry", "/usr/local/cargo/git"),
    projects=("--manifest-path", "-C"),
    installs=("fetch", "vendor", "build", "b", "check", "test", "run", "rustc"),
    manifests=("Cargo.toml", "Cargo.lock", ".cargo"),
)


def cargo(command: Command) -> PackageAction:
    """`cargo install crate@1.2 --version 1.2`, `--git URL`, `--path FOLDER`

    https://doc.rust-lang.org/cargo/commands/cargo-install.html
    """
    options = command.options
    if options.operands and options.operands[0].value.startswith("+"):
        options = Options(options.operands[1:], options.options)
    action = interpret(command, _CARGO, options)
    if action.verb.name == "upgrade":
        action = action._replace(packages=())
    if action.verb.written == "binstall":
        action = action._replace(assumes_yes=options.has("-y", "--no-confirm"))
    if action.verb.name != "install":
        return action._replace(manifests=("recipe.json",)) if action.verb.written == "chef cook" else action
    local, urls = options.values("--path"), options.values("--git")
    action = action._replace(local=local, urls=urls, manifests=_CARGO.manifests if local else ())
    return given_version(action, "--version", "--vers", "--tag", "--rev", "--branch")


_COMPOSER = Manager(
    "composer",
    "php",
    verb_names(
        install="install, i, require, r, req, global require, global req, create-project",
        upgrade="update, u, upgrade, global update",
        remove="remove, global remove",
        clean="clear-cache, clearcache, cc",
        run="run-script, run, exec",
        search="show, search, outdated",
    ),
    lambda text: by_pattern(text, r"(?P<name>[^:=\s]+)(?:(?P<operator>[:=\s])(?P<version>.*))?"),
    ("~/.composer/cache", "~/.cache/composer", "/tmp/cache"),  # noqa: S108 - where composer's own image keeps it
    no_cache=("--no-cache",),
    projects=("-d", "--working-dir"),
    installs=("install", "i"),
    manifests=("composer.json", "composer.lock", "auth.json"),
)


_BEGINNINGS_OF_VERSIONS = (*"0123456789^~*<>@", "dev-")


def composer(command: Command) -> PackageAction:
    """`composer require vendor/pkg:^1`; a version may stand in the next word.

    https://getcomposer.org/doc/03-cli.md#require-r
    """
    return _composer(command, command.options)


def php(command: Command) -> PackageAction | None:
    """`php composer.phar install`; None for any other script."""
    operands = command.operands
    if not operands or base_name(operands[0].value) not in ("composer", "composer.phar"):
        return None
    return _composer(command, read_options("composer", operands[1:]))


def _composer(command: Command, options: Options) -> PackageAction:
    verb = find_verb(_COMPOSER, options.operands)
    action = interpret(command, _COMPOSER, options)
    if verb.written == "create-project":
        return _of_project(action, options.operands[1:])
    packages = tuple(_with_next_words(action.packages))
    return action._replace(packages=packages, is_global=verb.written.startswith("global "))


def _of_project(action: PackageAction, operands: tuple[Word, ...]) -> PackageAction:
    """`create-project vendor/pkg FOLDER VERSION`"""
    packages = action.packages[:1]
    if len(operands) > 2 and packages and packages[0].version is None:
        packages = (packages[0]._replace(operator=" ", version=operands[2].value),)
    return action._replace(packages=packages, local=())


def _with_next_words(packages: tuple[Package, ...]) -> list[Package]:
    """Each package with the version that stands in the next word: `vendor/pkg ^1`."""
    found: list[Package] = []
    for package in packages:
        is_version = package.text.startswith(_BEGINNINGS_OF_VERSIONS) and "/" not in package.text
        if found and found[-1].version is None and is_version:
            found[-1] = found[-1]._replace(operator=" ", version=package.text)
        else:
            found.append(package)
    return found


_DOTNET = Manager(
    "dotnet",
    "dotnet",
    verb_names(
        install="restore, tool install, tool restore, add package, package add, workload install",
        upgrade="tool update",
        remove="tool uninstall, remove package",
        build="build, publish, pack, test",
        run="run",
        clean="nuget locals",
        search="list",
    ),
    lambda text: by_pattern(text, r"(?P<name>[^@]+)(?:(?P<operator>@)(?P<version>.*))?"),
    ("~/.nuget/packages",),
    installs=("restore", "build", "publish", "pack", "test"),
    manifests=(
        "*.csproj",
        "*.fsproj",
        "*.vbproj",
        "*.sln",
        "*.slnx",
        "Directory.*.props",
        "Directory.*.targets",
        "*.config",
    ),
)


def dotnet(command: Command) -> PackageAction:
    """`dotnet restore`, `dotnet add PROJECT package X`, `dotnet tool install X`

    https://learn.microsoft.com/dotnet/core/tools/
    """
    options = command.options
    operands = options.operands
    if len(operands) > 2 and operands[0].value in ("add", "remove") and operands[2].value == "package":
        operands = (operands[0], *operands[2:])
    verb = find_verb(_DOTNET, operands)
    projects = operands[len(verb.words) :]
    if verb.written == "restore":
        action = interpret(command, _DOTNET, Options((), options.options), verb)
        return action._replace(options=options, local=tuple(word for word in projects if not _is_switch(word.value)))
    action = interpret(command, _DOTNET, Options(operands, options.options))
    if verb.written in ("add package", "package add"):
        action = given_version(action, "-v", "--version")
    is_global = options.has("-g", "--global")
    return given_version(action, "--version")._replace(options=options, is_global=is_global)


def _is_switch(word: str) -> bool:
    """Whether a word is an option of MSBuild and not a path: `/p:X=1`, `/m`"""
    return word.startswith("/") and (":" in word or "/" not in word[1:])


_MAVEN = Manager(
    "mvn",
    "maven",
    verb_names(
        download=(
            "dependency:go-offline, dependency:resolve, dependency:get, "
            "dependency:copy-dependencies, dependency:resolve-plugins"
        ),
        build="package, install, verify, compile, deploy, test, test-compile",
    ),
    caches=("~/.m2",),
    projects=("-f", "--file"),
    installs=(
        "dependency:go-offline",
        "dependency:resolve",
        "package",
        "install",
        "verify",
        "compile",
        "deploy",
        "test",
    ),
    manifests=("pom.xml", ".mvn", "mvnw*"),
)
_GRADLE_TASKS = ("dependencies", "build", "assemble", "bootJar", "shadowJar", "installDist", "jar", "war")
_GRADLE = Manager(
    "gradle",
    "gradle",
    {**dict.fromkeys(_GRADLE_TASKS, "build"), "dependencies": "download", "test": "build", "check": "build"},
    caches=("~/.gradle", "/home/gradle/.gradle"),
    dry_runs=("-m", "--dry-run"),
    cache_options=("-g", "--gradle-user-home"),
    projects=("-p", "--project-dir"),
    installs=_GRADLE_TASKS,
    manifests=("build.gradle*", "settings.gradle*", "gradle.properties", "gradle", "gradlew*", "*.versions.toml"),
)
_SBT = Manager(
    "sbt",
    "scala",
    verb_names(download="update", build="compile, assembly, stage, test", run="run"),
    caches=("~/.ivy2", "~/.sbt", "~/.cache/coursier"),
    installs=("update",),
    manifests=("build.sbt", "project"),
)
_MIX = Manager(
    "mix",
    "elixir",
    verb_names(
        download="deps.get",
        upgrade="deps.update",
        build="deps.compile, compile, release, test",
        other="archive.install, escript.install",
    ),
    caches=("~/.hex", "~/.mix", "~/.cache/rebar3"),
    installs=("deps.get",),
    manifests=("mix.exs", "mix.lock"),
)
_TASKS = {"mvn": _MAVEN, "mvnw": _MAVEN, "gradle": _GRADLE, "gradlew": _GRADLE, "sbt": _SBT, "mix": _MIX}


def tasks(command: Command) -> PackageAction:
    """Tools that run tasks in turn, `mvn clean package`: the first that is known and fetches is the verb."""
    manager = _TASKS[command.name]
    operands = tuple(_without_comma(word) for word in command.operands)
    known = [(task, word) for word in operands if (task := _task(word.value)) in manager.verbs]
    fetching = ((task, word) for task, word in known if task in manager.installs)
    task, word = next(fetching, None) or next(iter(known), ("", None))
    if word is None:
        return interpret(command, manager, command.options, Verb("other", operands[:1]))
    action = interpret(command, manager, command.options, Verb(manager.verbs[task], (word,)))
    manifests = manager.manifests if task in manager.installs else ()
    return action._replace(packages=(), local=(), urls=(), manifests=manifests)


def _without_comma(word: Word) -> Word:
    """`mix do deps.get, compile`"""
    return word._replace(value=word.value.part(0, len(word.value) - 1)) if word.value.endswith(",") else word


def _task(word: str) -> str:
    """The task alone: of `:app:build` without the project."""
    before, _, name = word.rpartition(":")
    is_of_plugin = before == "dependency" or "maven-dependency-plugin" in before
    return f"dependency:{name}" if is_of_plugin else name
