"""Package managers of distributions: which one is called, and what it is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.lint.edits import rewritten
from dockerlint.lint.rule import Findings, Fix, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import Package, PackageAction, action_of
from dockerlint.shell.script import Command

_APT = frozenset({"apt-get", "apt", "aptitude"})

# What apt does: with apt-get's name it does the same.
_SAME = frozenset(
    {
        "install", "update", "remove", "purge", "autoremove", "auto-remove", "autopurge", "clean", "autoclean",
        "dist-upgrade", "build-dep", "source", "download",
    }
)  # fmt: skip
# apt-get has these only in newer releases.
_NEWER = frozenset({"full-upgrade", "reinstall", "satisfy"})


class AptInsteadOfAptGet(Rule[Layer]):
    """`apt` is called in a build, where `apt-get` belongs.

    The commands and the output of `apt` are made for people and may change with any release; it warns about that
    whenever no terminal is there. Its manual sends scripts to `apt-get`.

    Write `apt-get`, which takes the same words.

    https://manpages.debian.org/stable/apt/apt.8.en.html#SCRIPT_USAGE_AND_DIFFERENCES_FROM_OTHER_APT_TOOLS
    """

    severity = Severity.INFO
    aliases = ("DL3027", "CKV_DOCKER_9", "prefer-apt-get", "run_using_apt", "DF059", "DD024")
    bad = {
        "FROM debian:trixie\nRUN «apt» update && «apt» install -y curl": (
            "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl"
        ),
        'FROM debian:trixie\nRUN [«"apt"», "install", "-y", "curl"]': (
            'FROM debian:trixie\nRUN ["apt-get", "install", "-y", "curl"]'
        ),
        "FROM debian:trixie\nRUN sudo -E «/usr/bin/apt» -y autoremove": (
            "FROM debian:trixie\nRUN sudo -E /usr/bin/apt-get -y autoremove"
        ),
        "FROM debian:trixie\nONBUILD RUN «apt» purge -y curl": "FROM debian:trixie\nONBUILD RUN apt-get purge -y curl",
        "FROM debian:trixie\nRUN bash -c '«apt» install -y curl'": None,
        "FROM debian:trixie\nRUN «apt» full-upgrade -y": None,
        "FROM debian:trixie\nRUN «apt» upgrade -y": "FROM debian:trixie\nRUN apt-get upgrade -y",
    }
    good = (
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl",
        "FROM debian:trixie\nRUN apt list --installed && apt show curl && apt --version && apt moo",
        "FROM debian:trixie\nRUN apt-cache policy curl && apt-key list",
        'FROM debian:trixie\nRUN apt() { apt-get -y "$@"; } && apt install curl',
        "FROM debian:trixie\nRUN echo apt install curl",
        "FROM debian:trixie\nRUN /usr/local/bin/apt install curl",
    )

    def check(self, layer: Layer) -> Findings:
        for command in layer.named("apt"):
            program, action = command.program, action_of(command)
            if program is None or action is None or action.verb.written not in _SAME | _NEWER | {"upgrade"}:
                continue
            if program.value not in ("apt", "/usr/bin/apt") or _defines_apt(layer):
                continue
            verb = action.verb.written
            same = "; `apt-get` takes the same words" if verb in _SAME else ""
            message = f"the interface of `apt {verb}` is not for scripts{same}"
            yield self.finding(program.value, message, help="write `apt-get`", fix=_renamed(layer, command, verb))


def _renamed(layer: Layer, command: Command, verb: str) -> Fix | None:
    """Apt upgrades what needs new packages, too; apt-get keeps that back."""
    program = command.program
    if program is None or verb in _NEWER:
        return None
    is_safe = verb in _SAME
    message = "write `apt-get`" if is_safe else "write `apt-get`, which keeps back what needs new packages"
    return rewritten(layer, command, program, f"{program.value}-get", message, is_safe=is_safe)


def _defines_apt(layer: Layer) -> bool:
    text = layer.script.text
    return "apt()" in text or "function apt" in text or "alias apt=" in text


class SystemUpgrade(Rule[Layer]):
    """All packages of the base image are upgraded.

    What is in the image depends on the day of the build then, and what the upgrade replaces stays in the layers below.
    A base image that is maintained gets its upgrades from those who build it.

    Rebuild on a newer tag of the base image, with `docker build --pull`. Name the packages where a single fix cannot wait.

    https://docs.docker.com/build/building/best-practices/#rebuild-your-images-often
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = (
        "DL3035", "DS-0024", "avoid-apt-get-upgrade", "avoid-apk-upgrade", "avoid-dnf-update", "avoid-yum-update",
        "avoid-zypper-update", "run_using_upgrade_commands", "use_of_apk_upgrade", "run_using_dnf_update",
        "yum_update_disabled", "run_using_zypper_update", "DF044", "DD013", "DD026", "apt-get-upgrade",
        "apt-get-dist-upgrade",
    )  # fmt: skip
    bad = {
        "FROM debian:trixie\nRUN apt-get update && apt-get «upgrade» -y": None,
        "FROM debian:trixie\nRUN apt-get update && apt -y «full-upgrade»": None,
        "FROM alpine:3.22\nRUN apk -U «upgrade»": None,
        "FROM fedora:42\nRUN dnf -y «update» && dnf clean all": None,
        "FROM opensuse/leap:15.6\nRUN zypper -n «dup»": None,
        "FROM archlinux\nRUN pacman «-Syu» --noconfirm": None,
        'FROM debian:trixie AS base\nRUN apt-get update && apt-get «dist-upgrade» -y\nFROM base\nCMD ["a"]': None,
    }
    good = (
        "FROM fedora:42\nRUN dnf -y upgrade openssl",
        "FROM fedora:42\nRUN dnf -y update --security",
        "FROM alpine:3.22\nRUN apk upgrade --no-cache openssl",
        "FROM archlinux\nRUN pacman -Syu --noconfirm git",
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y --only-upgrade openssl",
        "FROM debian:trixie\nRUN apt-get -s upgrade",
        "FROM debian:trixie AS build\nRUN apt-get update && apt-get upgrade -y\nFROM scratch\nCOPY --from=build /a /a",
        "FROM alpine:3.22\nRUN apk fix",
    )

    def check(self, layer: Layer) -> Findings:
        if not layer.ships:
            return
        for action in layer.actions:
            verb = action.verb.text
            if verb is None or not _upgrades_all(action):
                continue
            base = layer.stage.base
            tag = f"a newer `{base.familiar}` tag" if base is not None else "a newer tag of the base image"
            message = f"`{action.manager} {verb}` makes the result depend on the day of the build; rebuild on {tag}"
            yield self.finding(verb, message, aliases=self.aliases_of({"DL3035": "zypper"}, action.manager))


# They upgrade what the option names.
_CHOOSING = (
    "--security",
    "--advisory",
    "--advisories",
    "--cve",
    "--cves",
    "--bz",
    "--bzs",
    "--bugfix",
    "--enhancement",
)
# Verbs that the model counts as upgrades, and that go back to older packages, or mend what is there.
_OTHERS = frozenset({"downgrade", "fix", "localupdate", "groupupdate"})


def _upgrades_all(action: PackageAction) -> bool:
    if action.family != "system" or action.verb.name != "upgrade" or action.is_dry_run:
        return False
    if action.packages or action.local or action.urls or action.verb.written in _OTHERS:
        return False
    return not action.options.has(*_CHOOSING)


class PackageWildcard(Rule[Layer]):
    """A package is named by a pattern.

    Every package of that day's index that matches is installed: more than anybody chose, and something else next month.
    Without quotes the shell puts in the names of files that match, before apt sees the pattern.

    Name the packages that are needed.

    https://manpages.debian.org/stable/apt/apt-get.8.en.html
    """

    severity = Severity.INFO
    aliases = ("DD069",)
    bad = {
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y «python3-*» curl": None,
        "FROM debian:trixie\nRUN apt install -y «'libboost-*-dev'»": None,
        "FROM ubuntu:24.04\nRUN apt-get install -y «lamp-server^»": None,
        "FROM debian:trixie\nARG V=8.3\nRUN apt-get install -y «php${V}-*»": None,
        "FROM debian:trixie\nRUN apt-get install -y «g??»": None,
    }
    good = (
        "FROM debian:trixie\nRUN apt-get install -y nginx=1.26.* g++",
        "FROM debian:trixie\nRUN apt-get install -y ./*.deb /tmp/a/*.deb",
        "FROM debian:trixie\nRUN apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
        "FROM debian:trixie\nRUN apt-get purge -y 'python3-*'",
        "FROM debian:trixie\nRUN apt-get install -y curl 'python3-*-'",
        "FROM debian:trixie\nRUN apt-get install -y linux-headers-${VERSION:?} $(ls *.txt)",
        "FROM fedora:42\nRUN dnf install -y httpd-2.4.*",
        "FROM debian:trixie\nRUN apt-get install -y -o Dpkg::Options::=--force-* curl",
    )

    def check(self, layer: Layer) -> Findings:
        for package in _apt_packages(layer):
            if package.is_group or _is_pattern(package.name):
                what = "is a task of many packages" if package.is_group else "installs every package whose name matches"
                yield self.finding(package.text, f"`{package.text}` {what}")


def _apt_packages(layer: Layer) -> Iterator[Package]:
    for action in layer.actions:
        if action.manager in _APT and action.verb.name == "install" and not action.is_dry_run:
            yield from (package for package in action.packages if not package.is_removal)


def _is_pattern(name: str) -> bool:
    if "*" not in name and "?" not in name:
        return False
    literal = re.sub(r"\$\{[^}]*\}|\$\(.*\)|`.*`|\$[?*]", "", name)
    return "*" in literal or "?" in literal
