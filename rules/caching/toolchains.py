"""Compilers and build systems by the names of their packages, and the commands that need them."""

from __future__ import annotations

import re

from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.script import Command

_COMPILERS = (
    "gcc g++ gcc-c++ cc clang llvm make cmake meson ninja ninja-build autoconf automake libtool bison flex nasm yasm"
    " build-essential build-base base-devel alpine-sdk gfortran"
)
# What each package belongs to. "c" builds native code for every language.
_KINDS = {
    **dict.fromkeys(_COMPILERS.split(), "c"),
    **dict.fromkeys(["rustc", "cargo", "rust"], "rust"),
    **dict.fromkeys(["golang", "golang-go", "go"], "go"),
    **dict.fromkeys(["maven", "gradle", "ant", "default-jdk", "default-jdk-headless"], "java"),
}
_JDK = r"(openjdk-?\d+-jdk(-headless)?|java-[\d.]+-\w+-devel)"
_HEADERS = r"(musl|libc6?|glibc|linux-libc|python[\d.]*|ruby[\d.]*|php[\d.]*|nodejs|node|r-base)-(dev|devel)"
_OTHER_HEADERS = ("linux-headers", "kernel-headers", "kernel-devel")
# Groups of packages that are made of compilers.
_GROUPS = frozenset({"development tools", "development-tools", "c-development", "devel_basis"})

# Commands that build with a toolchain of each kind, besides those of package managers.
_BUILDERS = {
    "c": frozenset(
        {
            "make", "gmake", "cmake", "configure", "autogen.sh", "bootstrap.sh", "autoreconf", "gcc", "g++", "cc", "c++",
            "clang", "clang++", "ninja", "meson", "bazel", "scons", "cargo", "rustc", "pecl", "phpize",
            "docker-php-ext-install", "cpan", "cpanm", "R", "Rscript", "node-gyp", "luarocks", "stack", "cabal", "ghc",
        }
    ),
    "rust": frozenset({"cargo", "rustc"}),
    "go": frozenset({"go", "glide", "dep", "govendor", "godep"}),
    "java": frozenset({"mvn", "mvnw", "gradle", "gradlew", "javac", "ant", "sbt"}),
}  # fmt: skip
# Managers that compile what they install where there is no binary of it.
_COMPILING = frozenset(
    {"pip", "uv", "poetry", "pipenv", "pdm", "npm", "yarn", "pnpm", "gem", "bundle", "mix", "easy_install"}
)
_INSTALLERS = frozenset(
    {"pip", "setuptools", "wheel", "virtualenv", "pipenv", "poetry", "npm", "yarn", "bundler", "uv", "supervisor"}
)
# What a version or a variant adds to a name: `gcc-12`, `golang-1.22-go`, `llvm-14-dev`.
_VERSION = r"-\d[\w.]*(-go|-dev)?$"


def kind_of(package: str, *, is_group: bool = False) -> str | None:
    """What a package builds: "c", "rust", "go", "java", or "headers", which nothing but compilers read."""
    if is_group:
        return "c" if package.lower().strip("@") in _GROUPS else None
    found = _KINDS.get(package)
    if found is not None or "-" not in package:
        return found
    if package.startswith(_OTHER_HEADERS) or re.fullmatch(_HEADERS, package):
        return "headers"
    if re.fullmatch(_JDK, package):
        return "java"
    return _KINDS.get(re.sub(_VERSION, "", package))


_LIGHT = frozenset({"make", "ninja", "ninja-build", "meson", "autoconf", "automake", "libtool", "bison", "flex", "ant"})


def is_light(kind: str, package: str) -> bool:
    """Whether a package is small, and compiles nothing by itself."""
    return kind == "headers" or package in _LIGHT


def builder(layer: Layer, command: Command, kinds: set[str]) -> str | None:
    """How to call a command that builds with a toolchain of one of these kinds; None for any other."""
    if "command" in command.wrappers or command.has_option("--version"):
        return None
    if "c" in kinds:
        action = _action(layer, command)
        is_compiling = (
            action is not None and action.manager in _COMPILING and action.verb.name in ("install", "download")
        )
        if action is not None and is_compiling and not _is_ready_made(action):
            return f"{action.manager} {action.verb.written}".strip()
        if command.name.startswith(("python", "pypy")) and any(
            word.value == "setup.py" for word in command.arguments[:1]
        ):
            return f"{command.name} setup.py"
    if not any(command.name in _BUILDERS.get(kind, ()) for kind in kinds):
        return None
    if command.name == "pecl" and not any(word.value in ("install", "upgrade") for word in command.operands[:1]):
        return None
    is_verb = command.operands[:1] and command.name in ("go", "cargo", "mvn", "mvnw", "gradle", "gradlew", "pecl")
    return f"{command.name} {command.operands[0].value}" if is_verb else command.name


def _is_ready_made(action: PackageAction) -> bool:
    """Whether there is nothing to compile: in the installers themselves, and in Node's tools for the command line."""
    if action.family == "node" and action.is_global:
        return True
    return bool(action.packages) and all(package.name in _INSTALLERS for package in action.packages)


def _action(layer: Layer, command: Command) -> PackageAction | None:
    return next((action for action in layer.actions if action.command is command), None)
