"""The index of packages: fetched apart from what needs it, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.caches import covers, deletes
from dockerlint.dockerfile.instructions import Run
from dockerlint.dockerfile.stages import Stage
from dockerlint.lint.edits import is_editable
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.script import Command
from dockerlint.source import Span

# Programs that share one index; zypper refreshes its own before each install.
_INDEXES = {"apt-get": "apt", "apt": "apt", "aptitude": "apt", "apk": "apk", "pacman": "pacman"}
_LISTS = {"apt": "/var/lib/apt/lists", "apk": "/var/cache/apk", "pacman": "/var/lib/pacman/sync"}
# What a manager does with its index.
_USES = frozenset({"install", "upgrade", "build-dep", "download", "search"})

# Programs that neither read an index nor fetch one. What any other does nobody knows.
_UNCONCERNED = frozenset(
    {
        "", ":", "[", "apt-key", "apt-mark", "awk", "cat", "cd", "chmod", "chown", "command", "cp", "curl", "cut",
        "date", "dirname", "dpkg", "dpkg-divert", "dpkg-reconfigure", "echo", "export", "false", "find", "gem", "git",
        "go", "gpg", "grep", "groupadd", "groupmod", "adduser", "addgroup", "a2enmod", "a2dismod", "debconf-set-selections",
        "gunzip", "head", "id", "install", "ldconfig", "ln", "locale-gen", "localedef", "ls", "mkdir",
        "mv", "npm", "openssl", "pip", "pip2", "pip3", "printf", "pwd", "rm", "rmdir", "rpm", "sed", "set", "sha256sum",
        "sleep", "sort", "source", "tail", "tar", "tee", "test", "touch", "tr", "true", "uname", "unset", "unzip",
        "update-alternatives", "update-ca-certificates", "update-locale", "update-rc.d", "useradd", "usermod", "wc",
        "wget", "which", "xargs", "yarn",
    }
)  # fmt: skip


def _index_of(action: PackageAction | None) -> str | None:
    return _INDEXES.get(action.manager) if action is not None and not action.is_dry_run else None


def _fetches_index(action: PackageAction) -> bool:
    """Whether a command fetches the index: by itself, or before it installs."""
    if action.verb.name == "update":
        return True
    options = ("-U", "--update", "--update-cache", "--no-cache") if action.manager == "apk" else ("-y", "--refresh")
    return action.manager in ("apk", "pacman") and action.options.has(*options)


class _Need(NamedTuple):
    """A command that installs from an index as it finds it."""

    layer: Layer
    action: PackageAction


class StalePackageIndex(Rule[Layer]):
    """The index of packages is fetched in a RUN of its own.

    Docker keeps that layer for as long as its line does not change, so a later build installs by an index that is
    months old: packages that it names are gone from the servers, and security updates are not seen.

    Fetch the index in the RUN that installs: `RUN apt-get update && apt-get install -y ...`.

    https://docs.docker.com/build/building/best-practices/#apt-get
    """

    severity = Severity.WARNING
    aliases = (
        "CKV_DOCKER_5", "DS-0017", "update_instruction_alone", "DF028", "DD002", "aptGetUpdatePrecedesInstall",
        "apt-get-update_require_install",
    )  # fmt: skip
    bad = {
        "FROM debian:trixie\nRUN apt-get «update»\n# tools\nRUN apt-get install -y curl": (
            "FROM debian:trixie\n# tools\nRUN apt-get update && apt-get install -y curl"
        ),
        "FROM debian:trixie\nRUN sudo apt-get «update» -qq\nRUN sudo apt-get install -y curl \\\n  git": (
            "FROM debian:trixie\nRUN sudo apt-get update -qq && sudo apt-get install -y curl \\\n  git"
        ),
        "FROM debian:trixie\nRUN apt-get «update»\nENV A=b\nRUN apt-get install -y curl": None,
        "FROM debian:trixie\nRUN apt-get «update»\nRUN set -ex; apt-get install -y curl": None,
        "FROM debian:trixie\nRUN echo deb x > /etc/apt/sources.list && apt-get «update»\nRUN apt install -y x": None,
        "FROM debian:trixie AS base\nRUN apt-get «update»\nFROM base\nRUN apt-get install -y curl": None,
        "FROM alpine:3.22\nRUN apk «update»\nRUN apk add curl": ("FROM alpine:3.22\nRUN apk update && apk add curl"),
        "FROM archlinux\nRUN pacman «-Sy»\nRUN pacman -S --noconfirm git": (
            "FROM archlinux\nRUN pacman -Sy && pacman -S --noconfirm git"
        ),
        'FROM debian:trixie\nRUN apt-get «update»\nCMD ["/srv/app"]': None,
    }
    good = (
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl\nRUN apt-get install -y git",
        "FROM debian:trixie\nRUN apt-get update\nRUN apt-get update && apt-get install -y curl",
        "FROM debian:trixie\nRUN apt-get update\nRUN apt-get update && apt-get install -y a\nRUN apt-get install -y b",
        "FROM alpine:3.22\nRUN apk update\nRUN apk add --no-cache curl",
        "FROM fedora:42\nRUN dnf -y update\nRUN dnf -y install curl",
        "FROM opensuse/leap:15.6\nRUN zypper -n ref\nRUN zypper -n in curl",
        "FROM debian:trixie\nRUN --mount=type=cache,target=/var/lib/apt apt-get update\n"
        "RUN --mount=type=cache,target=/var/lib/apt apt-get install -y curl",
        "FROM debian:trixie\nRUN apt-get update && apt-get upgrade -y\nRUN apt-get install -y curl",
        "FROM debian:trixie\nRUN apt-get update && ./install.sh\nRUN apt-get install -y curl",
        "FROM debian:trixie\nRUN apt-get update\nRUN ./install.sh",
        "FROM debian:trixie AS base\nRUN apt-get update\nFROM base\nRUN apt-get update && apt-get install -y curl",
        "FROM debian:trixie\nRUN apt-get update",
        "FROM debian:trixie\nRUN apt-get update\nONBUILD RUN apt-get install -y curl",
    )

    def check(self, layer: Layer) -> Findings:
        fetched = _last_fetch(layer) if not layer.is_trigger else None
        index = _index_of(fetched)
        if fetched is None or index is None or fetched.verb.text is None:
            return
        if _is_mounted(layer, index) or _serves_its_run(layer, fetched.command, index):
            return
        command = f"{fetched.manager} {fetched.verb.written}"
        need = _first_need(layer, index)
        if need is not None:
            line = need.action.command.text.line
            message = f"`{command}` is cached apart from the install in line {line}: join them with `&&`"
            yield self.finding(fetched.verb.text, message, fix=_joined(layer, fetched, need))
        elif not _may_be_built_on(layer) and not any(_is_concerned(later, index) for later in _later(layer)):
            yield self.finding(fetched.verb.text, f"nothing is installed with the index that `{command}` fetches")


def _may_be_built_on(layer: Layer) -> bool:
    """Whether a stage starts nothing itself, so that images of other files may want what it fetched."""
    build = layer.build
    return layer.stage in build.targets and layer.stage not in build.runtime_stages


def _last_fetch(layer: Layer) -> PackageAction | None:
    if layer.script.is_broken:
        return None
    fetches = [action for action in layer.actions if action.verb.name == "update" and _index_of(action) is not None]
    return fetches[-1] if fetches else None


def _is_mounted(layer: Layer, index: str) -> bool:
    targets = [str(mount.target) for mount in layer.run.mounts if mount.target]
    return any(covers(target, _LISTS[index]) for target in targets)


def _serves_its_run(layer: Layer, fetch: Command, index: str) -> bool:
    """Whether something behind the fetch in its RUN uses the index, or may."""
    return any(_may_use(command, index) for command in layer.after(fetch))


def _may_use(command: Command, index: str) -> bool:
    action = action_of(command)
    other = _index_of(action)
    if action is None or other is None:
        return command.name not in _UNCONCERNED and action is None
    return other == index and action.verb.name in _USES


def _later(layer: Layer) -> Iterator[Layer]:
    """The layers that stand on one: of its stage, of those built on that, and what its ONBUILDs will run."""
    for other in layer.build.layers:
        is_behind = other.run.start_line > layer.run.start_line
        if is_behind and layer.stage in other.stage.chain:
            yield other


def _first_need(layer: Layer, index: str) -> _Need | None:
    """The first install on top of a layer that takes the index from it."""
    refreshed: list[Stage] = []
    for later in _later(layer):
        if later.is_trigger or _is_mounted(later, index) or any(stage in later.stage.chain for stage in refreshed):
            continue
        for action in later.actions:
            if _index_of(action) != index:
                continue
            if _fetches_index(action):
                if not action.options.has("--no-cache"):
                    refreshed.append(later.stage)
                break
            if action.verb.name in ("install", "build-dep") and action.packages:
                return _Need(later, action)
    return None


def _is_concerned(layer: Layer, index: str) -> bool:
    """Whether a layer has to do with an index, or may have."""
    if layer.script.is_broken:
        return True
    for command in layer.commands:
        action = action_of(command)
        other = _index_of(action)
        if other == index or (action is None and command.name not in _UNCONCERNED):
            return True
    return False


def _joined(layer: Layer, fetch: PackageAction, need: _Need) -> Fix | None:
    """The fetch put in front of the RUN behind it, if that is all that either of them needs."""
    run, following = layer.run, need.layer.run
    text = fetch.command.text
    is_alone = run.rest == text and text.is_verbatim and not run.flags and run.start_line == run.end_line
    if not is_alone or need.layer.stage is not layer.stage or not _is_next(layer.stage, run, following):
        return None
    if following.flags or following.heredocs or following.exec_form is not None or run.exec_form is not None:
        return None
    if not (is_editable(layer) and is_editable(need.layer)) or not _is_plain_list(need.layer):
        return None
    source = text.source
    start = source.line_starts[run.start_line - 1]
    end = source.line_starts[run.end_line]
    first = following.rest.start
    edits = (
        Edit.replacing(Span(source, start, end), ""),
        Edit.replacing(Span(source, first, first), f"{text} && "),
    )
    return Fix(f"join `{text}` with the install", edits, is_safe=False)


def _is_next(stage: Stage, run: Run, following: Run) -> bool:
    steps = [step.instruction for step in stage.steps]
    index = next(number for number, one in enumerate(steps) if one is run)
    return index + 1 < len(steps) and steps[index + 1] is following


def _is_plain_list(layer: Layer) -> bool:
    *others, last = layer.script.statements
    return all(statement.connector == "&&" for statement in others) and last.connector == ""


class InstallWithoutUpdate(Rule[Layer]):
    """Packages are installed where there is no index of packages.

    Images of Debian and Ubuntu come without one, and `rm -rf /var/lib/apt/lists/*` takes it away again: the command ends
    with "Unable to locate package", and the build with it.

    Fetch the index in the same RUN: `RUN apt-get update && apt-get install -y ...`.

    https://docs.docker.com/build/building/best-practices/#apt-get
    """

    severity = Severity.ERROR
    aliases = ("aptGetUpdatePrecedesInstall",)
    bad = {
        "FROM debian:trixie-slim\nRUN apt-get «install» -y curl": None,
        "FROM python:3.13-slim\nRUN mkdir /a && apt «install» -y gcc": None,
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n"
        "RUN apt-get «install» -y git": None,
        "FROM acme/base:1\nRUN apt-get update && apt-get install -y curl && rm -r /var/lib/apt/lists/* && "
        "apt-get «install» -y git": None,
        "FROM debian:trixie AS base\nRUN echo a\nFROM base\nRUN apt-get «install» -y curl\nRUN make": None,
    }
    good = (
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl\nRUN apt-get install -y git",
        "FROM debian:trixie\nRUN apt-get install -y ./tool.deb",
        "FROM debian:trixie\nRUN dpkg -i tool.deb; apt-get -f install -y",
        "FROM acme/base:1\nRUN apt-get install -y curl",
        "FROM debian:trixie\nRUN --mount=type=cache,target=/var/lib/apt apt-get install -y curl",
        "FROM debian:trixie\nCOPY lists /var/lib/apt/lists/\nRUN apt-get install -y curl",
        "FROM debian:trixie\nCOPY setup.sh /\nRUN /setup.sh\nRUN apt-get install -y curl",
        "FROM debian:trixie\nRUN curl -sL https://example.com/setup | bash - && apt-get install -y nodejs",
        "FROM node:24\nRUN apt-get install -y git",
        "FROM debian:trixie\nRUN apt-get install -y bash tzdata",
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y git && rm -rf /var/lib/apt/lists/*\n"
        "RUN apt-get install -y git",
        "FROM debian:trixie\nRUN if [ -d /a ]; then apt-get update; fi; apt-get install -y git",
        "FROM debian:trixie\nONBUILD RUN apt-get update\nONBUILD RUN apt-get install -y curl",
        "FROM alpine:3.22\nRUN apk add curl",
    )

    def check(self, layer: Layer) -> Findings:
        if layer.is_trigger or not any(_needs_index(action) for action in layer.actions):
            return
        if len(layer.earlier) > _MOST_LAYERS:
            return
        lists = _Lists(layer)
        for before in layer.earlier:
            lists.run(before)
        for action in lists.failing(layer):
            verb = action.verb.text
            if verb is not None:
                name = f"{action.manager} {action.verb.written} {action.packages[0].text}"
                message = f"`{name}` finds no package: {lists.reason} and no `{action.manager} update` comes before it"
                yield self.finding(verb, message)


# Images have at most 127 layers; whoever writes more RUNs than this does not build them.
_MOST_LAYERS = 300


# They are in the smallest images already.
_ALWAYS_THERE = frozenset(
    {
        "adduser", "apt", "base-files", "bash", "bsdutils", "ca-certificates", "coreutils", "dash", "debconf", "dpkg",
        "findutils", "gpgv", "grep", "gzip", "hostname", "libc-bin", "libc6", "login", "mawk", "mount", "netbase",
        "passwd", "perl-base", "procps", "sed", "sysvinit-utils", "tar", "tzdata", "util-linux", "zlib1g",
    }
)  # fmt: skip


# Their images were built for the last time before that became the custom.
_BEFORE_EMPTY_LISTS = frozenset({"ubuntu:10.04", "ubuntu:12.10", "ubuntu:13.04", "ubuntu:13.10"})


class _Lists:
    """What becomes of apt's lists in a stage, command by command: `reason` says why there are none; empty, if there may be."""

    def __init__(self, layer: Layer) -> None:
        self.reason = "" if _are_lists_copied(layer) else _lack_of_lists(layer)
        self.installed = set(_ALWAYS_THERE)

    def run(self, layer: Layer) -> None:
        for _ in self.failing(layer):
            pass

    def failing(self, layer: Layer) -> Iterator[PackageAction]:
        """Goes through the commands of a layer; those that install where there are no lists."""
        is_mounted = _is_mounted(layer, "apt")
        if layer.script.is_broken:
            self.reason = ""
        for command in layer.commands:
            action = action_of(command)
            if self.reason and not is_mounted and action is not None and self._fails(action):
                yield action
            if action is not None and action.verb.name == "install":
                self.installed.update(package.name for package in action.packages)
            if not is_mounted:
                self._follow(command, action)

    def _fails(self, action: PackageAction) -> bool:
        names = [package.name for package in action.packages if package.is_literal]
        return _needs_index(action) and not self.installed.issuperset(names) and not _is_tried(action.command)

    def _follow(self, command: Command, action: PackageAction | None) -> None:
        if deletes(command, _LISTS["apt"]):
            is_certain = not _is_tried(command) and set(command.nesting) <= {"&&", "group"}
            self.reason = f"the lists were removed in line {command.text.line}" if is_certain else ""
        elif action is None:
            self.reason = self.reason if command.name in _UNCONCERNED else ""
        elif _index_of(action) == "apt" and action.verb.name == "update":
            self.reason = ""


def _needs_index(action: PackageAction) -> bool:
    """With `-f` apt first repairs what is there, by packages that are there, too."""
    is_install = action.verb.name == "install" and bool(action.packages)
    return is_install and _index_of(action) == "apt" and not action.options.has("-f", "--fix-broken")


def _is_tried(command: Command) -> bool:
    """Whether somebody looks at the failure of a command, or it may not run at all."""
    return command.in_condition or "||" in command.nesting or "!" in command.nesting


def _are_lists_copied(layer: Layer) -> bool:
    targets = (str(copied.transfer.destination) for copied in layer.before.copies)
    return any(covers(target, _LISTS["apt"]) or "/var/lib/apt" in target for target in targets)


def _lack_of_lists(layer: Layer) -> str:
    """Why a base image has no lists: the official ones leave them out. Larger ones have many packages installed."""
    facts, base = layer.build.facts(layer.stage), layer.stage.base
    if facts is None or base is None or not facts.official or facts.family not in ("debian", "ubuntu"):
        return ""
    if facts.distro in _BEFORE_EMPTY_LISTS:
        return ""
    is_small = facts.name in ("debian", "ubuntu") or "-slim" in (base.tag or "")
    return f"`{layer.stage.root.base_name}` comes without an index" if is_small else ""
