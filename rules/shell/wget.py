"""wget: what it writes to the build's log, and whether it is needed beside curl."""

from __future__ import annotations

from dockerlint.lint.edits import inserted_after
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.script import Command

from .tools import brings_downloaders, has_package, is_gnu


class WgetProgress(Rule[Layer]):
    """`wget` writes its progress into the build's log.

    Without a terminal it prints a line for every 50 KB, so one large file hides all else that the build says.

    Add `-q`, or `--progress=dot:giga`, which keeps messages about errors and prints a line for every 32 MB. busybox's
    wget, which Alpine has, is not reported.

    https://www.gnu.org/software/wget/manual/wget.html#index-progress-indicator
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL3047", "DF056")
    bad = {
        "FROM debian:13\nRUN apt-get update && «wget» https://example.com/a.tgz": (
            "FROM debian:13\nRUN apt-get update && wget --progress=dot:giga https://example.com/a.tgz"
        ),
        'FROM debian:13\nRUN «wget» -O - "$URL" | tar xz && sudo «wget» -nc -P /tmp https://example.com/b': (
            'FROM debian:13\nRUN wget --progress=dot:giga -O - "$URL" | tar xz'
            " && sudo wget --progress=dot:giga -nc -P /tmp https://example.com/b"
        ),
        "FROM alpine:3.22\nRUN apk add --no-cache wget && «wget» https://example.com/a.tgz": (
            "FROM alpine:3.22\nRUN apk add --no-cache wget && wget --progress=dot:giga https://example.com/a.tgz"
        ),
        "FROM acme/base:1\nRUN apt-get install -y wget\nRUN «wget» https://example.com/a.tgz": (
            "FROM acme/base:1\nRUN apt-get install -y wget\nRUN wget --progress=dot:giga https://example.com/a.tgz"
        ),
        "FROM debian:13\nRUN bash -c '«wget» https://example.com/a.tgz'": None,
        "FROM debian:13\nRUN ./urls.sh | «wget» -i -": (
            "FROM debian:13\nRUN ./urls.sh | wget --progress=dot:giga -i -"
        ),
    }
    good = (
        "FROM debian:13\nRUN wget -q https://example.com/a && wget -nv https://example.com/a && wget -qO- $U",
        "FROM debian:13\nRUN wget --no-verbose https://example.com/a && wget --quiet https://example.com/a",
        "FROM debian:13\nRUN wget --progress=bar:force https://example.com/a && wget -o /tmp/log https://example.com/a",
        'FROM debian:13\nRUN wget https://example.com/a.tgz.asc && wget -O a.key "$KEY_URL"',
        "FROM debian:13\nRUN wget --spider https://example.com/a && wget --version",
        "FROM debian:13\nRUN wget https://example.com/a 2>/dev/null && wget https://example.com/a > /dev/null 2>&1",
        "FROM debian:13\nRUN wget $WGET_OPTIONS https://example.com/a",
        "FROM alpine:3.22\nRUN wget https://example.com/a.tgz",
        "FROM acme/base:1\nRUN wget https://example.com/a.tgz",
        "FROM debian:13\nHEALTHCHECK CMD wget http://localhost/",
    )

    def check(self, layer: Layer) -> Findings:
        for command in layer.named("wget"):
            action = action_of(command)
            program = command.program
            if action is None or program is None or not _prints_progress(action) or not _is_gnu_wget(layer, command):
                continue
            advice = "add `--progress=dot:giga`"
            fix = inserted_after(layer, command, program, "--progress=dot:giga", advice, is_safe=True)
            yield self.finding(program.value, "`wget` fills the build log; add `-q` or `--progress=dot:giga`", fix=fix)


_QUIET = (
    "-q", "--quiet", "--no-verbose", "--progress", "-o", "--output-file", "-a", "--append-output", "-b", "--background",
    "--spider", "--show-progress", "-V", "--version", "-h", "--help", "--config",
)  # fmt: skip


# Files of some KB at most: keys, signatures, checksums.
_SMALL = (
    ".asc", ".sig", ".sign", ".sha1", ".sha256", ".sha512", ".md5", ".key", ".pub", ".gpg", ".crt", ".pem", ".repo", ".list",
)  # fmt: skip


def _prints_progress(action: PackageAction) -> bool:
    has_addresses = bool(action.urls) or action.options.has("-i", "--input-file")
    if not has_addresses or action.options.has(*_QUIET):
        return False
    names = (action.download.files if action.download is not None else ()) or [word.value for word in action.urls]
    if names and all(name.endswith(_SMALL) for name in names):
        return False
    if any("v" in word.value for word in action.options.values("-n")):
        return False
    # Beside an address, a variable alone may stand for options.
    if len(action.urls) > 1 and any(word.value.startswith("$") and "/" not in word.value for word in action.urls):
        return False
    return not any(
        redirection.descriptor == "2" or redirection.operator in ("&>", "&>>")
        for redirection in action.command.redirections
    )


def _is_gnu_wget(layer: Layer, command: Command) -> bool:
    return is_gnu(layer) or has_package(layer, "wget", before=command)


class WgetAndCurl(Rule[Build]):
    """An image installs both curl and wget, and its build uses both.

    They do the same, so one of them is only weight, and one more program to keep free of known faults.

    Write all downloads with one of the two. What the base image brings costs nothing more and is not reported, nor is
    what is removed again.

    https://docs.docker.com/build/building/best-practices/#dont-install-unnecessary-packages
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL4001", "DS-0014", "use-either-wget-or-curl", "run_using_wget_and_curl", "DF058")
    bad = {
        "FROM debian:13\nRUN apt-get install -y curl wget && wget -q $A\nRUN «curl» -fO $B\nRUN curl -fO $C": None,
        "FROM alpine:3.22\nRUN apk add curl\nRUN apk add wget && curl -fO $A && «wget» -q $B": None,
        "FROM debian:13 AS base\nRUN apt-get install -y curl wget && curl -fO $A\nFROM base\nRUN «wget» -q $B": None,
    }
    good = (
        "FROM debian:13\nRUN apt-get install -y curl wget && curl -fO $A",
        "FROM debian:13\nRUN apt-get install -y wget && wget -q $A && curl -fO $B",
        "FROM alpine:3.22\nRUN apk add curl && curl -fO $A && wget -q $B",
        "FROM buildpack-deps:trixie\nRUN curl -fO $A && wget -q $B",
        "FROM python:3.13\nRUN apt-get install -y curl wget && curl -fO $A && wget -q $B",
        "FROM debian:13 AS build\nRUN apt-get install -y curl wget && curl -fO $A && wget $B\nFROM debian:13",
        "FROM debian:13\nRUN apt-get install -y curl wget && curl -fO $A && wget -q $B && apt-get purge -y wget",
    )

    def check(self, build: Build) -> Findings:
        seen: set[int] = set()
        for stage in build.targets:
            layers = build.layers_of(stage)
            used = [layer for layer in layers if layer.named("curl", "wget")]
            if not used or brings_downloaders(stage) or not _keeps_both(layers):
                continue
            firsts = [next((c for layer in used for c in layer.named(name)), None) for name in ("curl", "wget")]
            if None in firsts:
                continue
            first, second = sorted((one for one in firsts if one is not None), key=lambda one: one.text.start)
            if second.program is not None and second.text.start not in seen:
                seen.add(second.text.start)
                yield self.finding(second.program.value, _both_stay(first, second))


def _keeps_both(layers: tuple[Layer, ...]) -> bool:
    """Whether the layers install both, and remove neither."""
    installed: set[str] = set()
    for layer in layers:
        for action in layer.actions:
            if action.family == "system" and action.verb.name in ("install", "remove"):
                names = {str(package.name) for package in action.packages} & {"curl", "wget"}
                installed = installed | names if action.verb.name == "install" else installed - names
                if any(package.text.startswith(".") or not package.is_literal for package in action.packages):
                    # What is removed by a virtual package or a variable is not known.
                    installed = installed if action.verb.name == "install" else set()
    return len(installed) == 2


def _both_stay(first: Command, second: Command) -> str:
    return (
        f"`{first.name}` (line {first.text.line}) and `{second.name}` (line {second.text.line})"
        " both stay in the image; one is enough"
    )
