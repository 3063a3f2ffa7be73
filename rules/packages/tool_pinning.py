"""Tools that are built or fetched from source without saying which version."""

from __future__ import annotations

import posixpath

from dockerlint.dockerfile.instructions import Add
from dockerlint.lint.finding import Finding
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import Package, PackageAction
from dockerlint.shell.script import Command
from dockerlint.source import Text

_MOVING = frozenset({"latest", "none", "upgrade", "patch", "master", "main", "HEAD"})
# The verbs that install a tool by its name, and how a version is added to the name.
_VERBS = {
    "cargo": {"install": "--version VERSION", "binstall": "--version VERSION"},
    "dotnet": {"tool install": "--version VERSION"},
    "uv": {"tool install": "{name}==VERSION"},
    "composer": {"global require": "{name}:^VERSION", "global req": "{name}:^VERSION"},
}
# git's commands that put a certain revision in place of the newest.
_CHOOSES = frozenset({"checkout", "reset", "switch"})


_CODES = {"DL3062": "go"}


class UnpinnedTools(Rule[Layer | Add]):
    """A tool is fetched or built from source at whatever version is newest.

    Each build without cache takes what the author has published or pushed by then, so two builds of the same commit can
    differ, and a change that breaks the tool breaks the image at once.

    Name a version, tag or commit: `go install example.com/tool@v1.2.3`, `cargo install tool --version 1.2.3`,
    `git clone --branch v1.2.3`, `ADD https://github.com/x/tool.git#v1.2.3`.

    https://go.dev/ref/mod#go-install
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL3062", "DF054")
    bad = {
        "FROM golang:1.26\nRUN go install «github.com/x/tool@latest» && go run «golang.org/x/tools/cmd/stringer@latest»": None,
        "FROM golang:1.26\nRUN GOBIN=/usr/local/bin go install -ldflags '-s -w' «github.com/x/tool@latest»": None,
        "FROM golang:1.10\nRUN go get -u «github.com/golang/dep/cmd/dep»": None,
        "FROM rust:1\nRUN cargo install --locked «cargo-chef» ripgrep@14.1.1": None,
        "FROM rust:1\nRUN cargo install --git «https://github.com/x/tool» tool": None,
        "FROM mcr.microsoft.com/dotnet/sdk:10.0\nRUN dotnet tool install --global «dotnet-ef»": None,
        "FROM python:3.13\nRUN uv tool install «ruff»": None,
        "FROM composer:2\nRUN composer global require «laravel/installer»": None,
        "FROM debian:13\nRUN git clone --depth 1 «https://github.com/x/tool.git» /src && make -C /src": None,
        "FROM debian:13\nADD «https://github.com/x/tool.git» /src": None,
    }
    good = (
        "FROM golang:1.26\nRUN go install github.com/x/tool@v1.2.3 && go run main.go && go install ./... && go get -d ./...",
        "FROM golang:1.26\nCOPY go.mod go.sum ./\nRUN go install golang.org/x/tools/cmd/stringer && go mod download",
        "FROM golang:1.10\nCOPY . /go/src/github.com/x/tool\nRUN go get -d github.com/x/tool/... && go install github.com/x/tool",
        "FROM golang:1.26\nRUN go install cmd/compile && go install std",
        "FROM rust:1\nRUN cargo install --version 1.2 cargo-chef && cargo install --path . && cargo install --git https://x.org/t --tag v1",
        "FROM mcr.microsoft.com/dotnet/sdk:10.0\nRUN dotnet tool install --global dotnet-ef --version 10.0.0 && dotnet tool restore",
        "FROM python:3.13\nRUN uv tool install ruff==0.14.0 && uv tool install 'black>=25'",
        "FROM composer:2\nRUN composer global require laravel/installer:^5.0",
        "FROM debian:13\nRUN git clone --branch v1.2.3 https://github.com/x/tool.git && git clone -b main git@github.com:x/y.git",
        "FROM debian:13\nRUN git clone https://github.com/x/tool.git && cd tool && git checkout v1.2.3 && make",
        "FROM debian:13\nRUN git clone https://github.com/x/tool.git /src\nRUN git -C /src reset --hard 3f2c1a9",
        "FROM debian:13\nRUN git clone /mnt/repository /src && git clone $URL /other",
        "FROM debian:13\nADD https://github.com/x/tool.git#v1.2.3 /src\nADD https://example.com/tool.tar.gz /",
    )

    def check(self, node: Layer | Add) -> Findings:
        if isinstance(node, Add):
            yield from self._added(node)
            return
        for action in node.actions:
            if action.manager == "go":
                yield from self._go(node, action)
            elif action.manager == "git":
                yield from self._cloned(node, action)
            elif action.verb.written in _VERBS.get(action.manager, ()):
                yield from self._installed(action)

    def _added(self, add: Add) -> Findings:
        for source in add.sources:
            is_repository = source.startswith("git@") or ("://" in source and source.endswith(".git"))
            if is_repository and "$" not in source:
                yield self._newest(source, f"{source}#v1.2.3")

    def _go(self, layer: Layer, action: PackageAction) -> Findings:
        if action.verb.written not in ("install", "get", "run"):
            return
        for package in action.packages:
            if package.version:
                is_newest = package.version in _MOVING
            else:
                is_newest = package.is_literal and not _is_in_module(layer, action, package)
            if is_newest:
                message = f"`{package.name}` is installed at whatever version is newest"
                yield self.finding(package.text, message, help=f"write `{package.name}@v1.2.3`")

    def _installed(self, action: PackageAction) -> Findings:
        advice = _VERBS[action.manager][action.verb.written]
        if action.urls:
            if not action.options.has("--rev", "--tag") and action.urls[0].is_literal:
                yield self._newest(action.urls[0].value, "--rev COMMIT", "add")
            return
        if action.local:
            return
        for package in action.packages:
            if package.is_literal and not package.version:
                message = f"`{package.name}` is installed at whatever version is newest"
                added = advice.format(name=package.name)
                help_ = f"{'add' if added == advice else 'write'} `{added}`"
                yield self.finding(package.text, message, help=help_, aliases=self.aliases_of(_CODES, action.manager))

    def _cloned(self, layer: Layer, action: PackageAction) -> Findings:
        url = action.urls[0] if action.urls else None
        if url is None or not url.is_literal or not _is_remote(url.value) or _has_revision(action):
            return
        if not any(map(_chooses_revision, layer.after(action.command))) and not layer.carries(_has_chosen_revision):
            yield self._newest(url.value, "--branch v1.2.3", "add")

    def _newest(self, address: Text, written: str, verb: str = "write") -> Finding:
        message = f"`{_title(address)}` is taken at whatever commit is newest"
        return self.finding(address, message, help=f"{verb} `{written}`", aliases=self.aliases_of(_CODES, "git"))


def _title(address: str) -> str:
    """The name of a repository: the last part of its address."""
    return posixpath.basename(address.rstrip("/").replace(":", "/")).removesuffix(".git")


def _is_in_module(layer: Layer, action: PackageAction, package: Package) -> bool:
    """Whether go.mod may say the version, or the package is the program's own source below GOPATH."""
    if action.verb.written != "get":
        # Without a version, modules are not asked: go takes what go.mod says, or fails.
        return layer.is_trigger or bool(layer.before.copies) or bool(layer.before.workdir)
    places = [layer.before.workdir or "", *(str(copied.transfer.destination) for copied in layer.before.copies)]
    own = "/".join(package.name.split("/")[:3])
    return any(f"/src/{own}" in posixpath.normpath(place) + "/" for place in places) or layer.is_trigger


def _is_remote(address: str) -> bool:
    return "://" in address or address.startswith("git@")


def _has_revision(action: PackageAction) -> bool:
    return action.download is not None and action.download.revision is not None


def _has_chosen_revision(layer: Layer) -> bool:
    return any(map(_chooses_revision, layer.commands))


def _chooses_revision(command: Command) -> bool:
    if command.name != "git":
        return False
    operands = [str(word.value) for word in command.operands]
    return any(word in _CHOOSES for word in operands[:1])
