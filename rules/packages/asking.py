"""Questions that package managers ask, and that nobody is there to answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from dockerlint.dockerfile.expansion import Missing
from dockerlint.dockerfile.instructions import Env, Transfer
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import Step
from dockerlint.knowledge.images import ImageFacts
from dockerlint.lint.edits import inserted_after
from dockerlint.lint.finding import Finding
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell.dialects import SHELLS
from dockerlint.shell.packages import Package, PackageAction
from dockerlint.shell.script import Command
from dockerlint.source import Span

_APT = frozenset({"apt-get", "apt", "aptitude"})
# The managers that give up when they cannot ask, and what answers for good: in a setting or a variable.
_ASKING = {
    **dict.fromkeys(_APT, "assume-yes"),
    **dict.fromkeys(("yum", "dnf", "dnf5", "microdnf", "tdnf"), "assumeyes"),
    "zypper": "zypp_non_interactive",
    "pacman": "noconfirm",
}
_ASKED = frozenset({"install", "upgrade", "remove", "build-dep", "enable"})
# They find out themselves what there is to do.
_NAME_NOTHING = frozenset({"autoremove", "auto-remove", "autopurge", "autoerase"})
# Images whose apt.conf says yes to everything.
_ANSWERING = ("circleci/", "cimg/")
_CONFIGURATION = ("apt.conf", "yum.conf", "dnf.conf", "zypp", "pacman.conf")

# Packages that ask by debconf, in the releases of these families.
_ASKING_PACKAGES = {
    "console-setup": ("debian", "ubuntu"),
    "iptables-persistent": ("debian", "ubuntu"),
    "keyboard-configuration": ("debian", "ubuntu"),
    "krb5-config": ("debian", "ubuntu"),
    "postfix": ("debian", "ubuntu"),
    "slapd": ("debian", "ubuntu"),
    # Debian's images have it already.
    "tzdata": ("ubuntu",),
    "wireshark-common": ("debian", "ubuntu"),
}


# hadolint has a code for each tool that asks.
_CODES = {"DL3014": "apt-get", "DL3030": "yum", "DL3034": "zypper", "DL3038": "dnf"}


class PromptsInBuild(Rule[Layer]):
    """A command asks a question, and nobody is there to answer it.

    The build stops where the question stands: `apt-get` aborts, as `dnf`, `zypper` and `pacman` do. A package that asks
    while it is installed leaves settings that nobody chose.

    Add the option that says yes: `-y`, for pacman `--noconfirm`. Packages that ask get their default answers when
    `DEBIAN_FRONTEND=noninteractive` stands before the command.

    https://docs.docker.com/build/building/best-practices/#apt-get
    """

    severity = Severity.WARNING
    aliases = (
        "DL3014", "DL3030", "DL3034", "DL3038", "DS-0021", "missing-assume-yes-switch",
        "missing-dnf-assume-yes-switch", "missing-yum-assume-yes-switch", "missing-zypper-no-confirm-switch",
        "apt_get_missing_flags_to_avoid_manual_input", "missing_flag_from_dnf_install",
        "yum_install_allows_manual_input", "missing_zypper_non_interactive_switch", "DF015", "DF027", "DF043",
        "DD023", "DD035", "aptGetInstallUseY", "yumInstallForceYes", "apt-get_missing_param",
    )  # fmt: skip
    bad = {
        "FROM debian:trixie\nRUN apt-get update && apt-get «install» nginx": (
            "FROM debian:trixie\nRUN apt-get update && apt-get install -y nginx"
        ),
        'FROM debian:trixie\nRUN ["apt-get", «"purge"», "curl"]': (
            'FROM debian:trixie\nRUN ["apt-get", "purge", "-y", "curl"]'
        ),
        "FROM debian:trixie\nENV DEBIAN_FRONTEND=noninteractive\nRUN apt-get -q «install» \\\n  # why\n  curl git": (
            "FROM debian:trixie\nENV DEBIAN_FRONTEND=noninteractive\nRUN apt-get -q install -y \\\n  # why\n  curl git"
        ),
        "FROM debian:trixie\nRUN dpkg -i a.deb; apt-get «install» -f": (
            "FROM debian:trixie\nRUN dpkg -i a.deb; apt-get install -y -f"
        ),
        "FROM debian:trixie\nRUN apt-get purge -y curl && apt-get «autoremove»": (
            "FROM debian:trixie\nRUN apt-get purge -y curl && apt-get autoremove -y"
        ),
        "FROM fedora:42\nRUN dnf group «install» x && dnf «upgrade»": (
            "FROM fedora:42\nRUN dnf group install -y x && dnf upgrade -y"
        ),
        "FROM registry.access.redhat.com/ubi9/ubi-minimal:9.6\nRUN microdnf «install» curl": (
            "FROM registry.access.redhat.com/ubi9/ubi-minimal:9.6\nRUN microdnf install -y curl"
        ),
        "FROM opensuse/leap:15.6\nRUN zypper «in» -n curl": "FROM opensuse/leap:15.6\nRUN zypper in -y -n curl",
        "FROM archlinux\nRUN pacman «-Syu» git": "FROM archlinux\nRUN pacman -Syu --noconfirm git",
        "FROM debian:trixie\nRUN cat list | xargs apt-get «install»": None,
        "FROM debian:trixie\nRUN bash -c 'apt-get «install» curl'": None,
        "FROM debian:trixie\nRUN curl -sSf https://sh.rustup.rs | «sh»": (
            "FROM debian:trixie\nRUN curl -sSf https://sh.rustup.rs | sh -s -- -y"
        ),
        "FROM debian:trixie\nRUN curl -sSf https://sh.rustup.rs | «sh» -s -- --profile minimal": None,
        "FROM debian:trixie\nRUN «./rustup-init» --profile minimal": (
            "FROM debian:trixie\nRUN ./rustup-init -y --profile minimal"
        ),
        "FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y curl «tzdata»": None,
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y «postfix»": None,
    }
    good = (
        "FROM debian:trixie\nRUN apt-get -yq install a && apt-get install -qq b && apt-get -q -q install c",
        "FROM debian:trixie\nRUN apt-get install --assume-yes a && apt-get -q=2 install b",
        "FROM debian:trixie\nRUN yes | apt-get install a && echo y | apt-get install b && apt-get install c <<< y",
        "FROM debian:trixie\nRUN yes | (apt-get update && apt-get install a)",
        "FROM debian:trixie\nRUN echo 'APT::Get::Assume-Yes \"true\";' > /etc/apt/apt.conf.d/90\n"
        "RUN apt-get install curl",
        "FROM debian:trixie\nCOPY apt.conf /etc/apt/\nRUN apt-get install curl",
        "FROM debian:trixie\nRUN apt-get install -d a && apt-get -s install b && apt-get install --print-uris c",
        "FROM debian:trixie\nRUN apt-get install -y a && apt-get autoremove",
        "FROM debian:trixie\nRUN dpkg -i a.deb && apt-get -f install && rm a.deb\nRUN apt-get install -f",
        "FROM cimg/base:2025.01\nRUN sudo apt-get install curl && sudo apt-get upgrade",
        "FROM debian:trixie\nRUN apt-get install -y git curl\nRUN apt-get install curl && apt-get install --reinstall git",
        "FROM debian:trixie\nRUN apt-get install && apt-get update && apt-get clean",
        "FROM debian:trixie\nARG APT_OPTS\nRUN apt-get install $APT_OPTS curl",
        'FROM debian:trixie\nRUN get() { apt-get install "$@"; }; get -y curl',
        "FROM debian:trixie\nRUN add-apt-repository ppa:a/b",
        "FROM alpine:3.22\nRUN apk add curl && npm install x && gem install y",
        "FROM fedora:42\nRUN echo assumeyes=1 >> /etc/dnf/dnf.conf && dnf install curl",
        "FROM fedora:42\nRUN dnf search curl && dnf -y install curl",
        "FROM registry.access.redhat.com/ubi8/ubi-minimal:8.10\nRUN microdnf install curl",
        "FROM opensuse/leap:15.6\nRUN zypper -n in curl && zypper install -y git && zypper ref",
        "FROM archlinux\nRUN pacman -Syu --noconfirm git && pacman -Sy && pacman -Q",
        "FROM debian:trixie\nRUN curl -sSf https://sh.rustup.rs | sh -s -- -y",
        "FROM ubuntu:24.04\nRUN DEBIAN_FRONTEND=noninteractive apt-get install -y tzdata",
        "FROM ubuntu:24.04\nARG DEBIAN_FRONTEND=noninteractive\nRUN apt-get install -y tzdata",
        "FROM ubuntu:24.04\nRUN ln -s /usr/share/zoneinfo/UTC /etc/localtime && apt-get install -y tzdata",
        "FROM debian:trixie\nRUN apt-get install -y tzdata",
        "FROM acme/base:1\nRUN apt-get install -y postfix",
        "FROM debian:trixie\nRUN echo postfix a | debconf-set-selections && apt-get install -y postfix",
    )

    def check(self, layer: Layer) -> Findings:
        for action in layer.actions:
            if action.manager in _ASKING and action.verb.name in _ASKED and not action.is_dry_run:
                if not action.assumes_yes and _asks(layer, action):
                    yield self._finding(layer, action)
                elif action.manager in _APT and action.verb.name == "install":
                    yield from self._asking_packages(layer, action)
        yield from self._rustup(layer)

    def _finding(self, layer: Layer, action: PackageAction) -> Finding:
        answer = "--noconfirm" if action.manager == "pacman" else "-y"
        verb = action.verb.words[-1]
        what = " ".join((action.manager, action.verb.written, *(package.text for package in action.packages[:1])))
        # apt only asks when more is to be done than it was told, and no tool does where there is nothing to renew.
        is_told = action.manager in _APT and action.packages and action.verb.name == "install"
        asks = "may ask" if is_told or action.verb.name == "upgrade" else "asks"
        message = f"`{what}` {asks} for confirmation and the build cannot answer; add `{answer}`"
        fix = inserted_after(layer, action.command, verb, answer, f"add `{answer}`", is_safe=True)
        return self.finding(verb.value, message, fix=fix, aliases=self.aliases_of(_CODES, _tool(action.manager)))

    def _asking_packages(self, layer: Layer, action: PackageAction) -> Findings:
        named = [package for package in action.packages if package.name in _ASKING_PACKAGES]
        if not named or _is_answered(action.command) or not _lets_debconf_ask(layer):
            return
        facts = layer.build.facts(layer.stage)
        for package in named:
            if _asks_on(facts, package) and not (package.name == "tzdata" and _sets_time_zone(layer)):
                message = f"`{package.name}` asks questions while it is installed, and the build cannot answer"
                advice = f"write `DEBIAN_FRONTEND=noninteractive {action.manager} {action.verb.written} ...`"
                yield self.finding(package.text, message, help=advice, aliases=self.aliases_of(_CODES, "debconf"))

    def _rustup(self, layer: Layer) -> Findings:
        for command in _rustup_starts(layer):
            if command.program is None or not _lacks_yes(command):
                continue
            is_script = command.name in SHELLS
            answer = "-s -- -y" if is_script else "-y"
            fix = None
            if not (is_script and command.arguments):
                fix = inserted_after(layer, command, command.program, answer, f"add `{answer}`", is_safe=True)
            name = "the script of sh.rustup.rs" if is_script else "`rustup-init`"
            message = f"{name} asks what to do and the build cannot answer; hand it `-y`"
            aliases = self.aliases_of(_CODES, "rustup")
            yield self.finding(command.program.value, message, help=f"add `{answer}`", fix=fix, aliases=aliases)


def _tool(manager: str) -> str:
    return "apt-get" if manager in _APT else "dnf" if manager in ("dnf5", "microdnf", "tdnf") else manager


def _asks(layer: Layer, action: PackageAction) -> bool:
    """Whether a command that has no option to say yes will ask, and get no answer."""
    if not _has_work(layer, action) or _is_answered(action.command) or _may_hold_options(action.command):
        return False
    if action.manager == "microdnf":
        facts = layer.build.facts(layer.stage)
        if action.verb.name == "enable" or (facts is not None and facts.distro in _QUIET_MICRODNF):
            return False
    return not (_is_configured(layer, _ASKING[action.manager]) or _is_there_already(layer, action))


# microdnf asks since UBI 9.
_QUIET_MICRODNF = frozenset({"rhel:7", "rhel:8", "centos:7", "centos:8", "oraclelinux:7", "oraclelinux:8"})


def _has_work(layer: Layer, action: PackageAction) -> bool:
    verb = action.verb
    if action.packages or action.local or action.urls or "xargs" in action.command.wrappers:
        return True
    if verb.written in _NAME_NOTHING:
        return layer.is_or_stands_on(_has_left_others)
    if verb.name in ("upgrade", "enable"):
        return True
    is_mending = action.manager in _APT and action.options.has("-f", "--fix-broken")
    return is_mending and layer.is_or_stands_on(_lets_dpkg_fail)


def _is_there_already(layer: Layer, action: PackageAction) -> bool:
    """Whether all that apt is to install was installed before, which leaves nothing to ask."""
    if action.manager not in _APT or action.verb.name != "install" or action.local or action.urls:
        return False
    before = set(_installed_by(layer.actions[: layer.actions.index(action)]))
    names = [str(package.name) for package in action.packages]
    return bool(names) and all(name in before or layer.stands_on_one_naming(_installed_by_apt, name) for name in names)


def _installed_by_apt(layer: Layer) -> Iterator[str]:
    return _installed_by(layer.actions)


def _installed_by(actions: Sequence[PackageAction]) -> Iterator[str]:
    installs = (one for one in actions if one.manager in _APT and one.verb.name == "install")
    return (str(package.name) for one in installs for package in one.packages)


def _lets_dpkg_fail(layer: Layer) -> bool:
    """Whether the build goes on where dpkg leaves packages without what they need."""
    return any(command.after not in ("&&", "") for command in layer.named("dpkg"))


def _has_left_others(layer: Layer) -> bool:
    return any(map(_leaves_others, layer.actions))


def _leaves_others(action: PackageAction) -> bool:
    """Whether a command may leave packages behind that were only installed for others."""
    return action.family == "system" and action.verb.name == "remove" and bool(action.packages)


def _is_answered(command: Command) -> bool:
    """Whether something is written to the standard input of a command: by a pipe, from a file or a text."""
    inputs = [one for one in command.redirections if one.operator.startswith("<") and one.descriptor in ("", "0")]
    if any(one.target is None or one.target.value != "/dev/null" for one in inputs):
        return True
    if "xargs" in command.wrappers:
        return False
    around = "pipeline" in command.nesting and command.pipe_length == 1
    return command.pipe_index > 0 or around


def _may_hold_options(command: Command) -> bool:
    """Whether a variable stands among the words whose value is not known, and that may well be an option."""
    unknown = (word.value for word in command.arguments if not word.is_literal and word.value.startswith("$"))
    return any(re.search(r"opt|arg|flag|yes|param|quiet|conf|^\$\{?[@*1-9]", word, re.IGNORECASE) for word in unknown)


def _is_configured(layer: Layer, answer: str) -> bool:
    """Whether the file may set that all questions are answered."""
    if layer.is_or_stands_on(_writes_in_any_case, answer):
        return True
    if (layer.stage.root.base_name or "").startswith(_ANSWERING) and answer == "assume-yes":
        return True
    if answer.upper() in layer.before.environment:
        return True
    return layer.follows(_copies_configuration)


def _copies_configuration(step: Step) -> bool:
    copy = step.instruction
    return isinstance(copy, Transfer) and any(name in word for word in copy.words for name in _CONFIGURATION)


def _writes_of(layer: Layer, text: str) -> bool:
    return text in layer.script.text


def _writes_in_any_case(layer: Layer, text: str) -> bool:
    return text in layer.script.text.lower()


def _lets_debconf_ask(layer: Layer) -> bool:
    """Whether nothing tells debconf to ask nobody, nor gives it the answers beforehand."""
    if layer.before.environment.lookup("DEBIAN_FRONTEND") is not Missing.ABSENT:
        return False
    if "DEBIAN_FRONTEND" in layer.script.text:
        return False
    return not layer.is_or_stands_on(_writes_of, "debconf")


def _asks_on(facts: ImageFacts | None, package: Package) -> bool:
    return facts is not None and facts.family in _ASKING_PACKAGES[package.name] and facts.distro not in _OLD_UBUNTU


# Their tzdata takes UTC without a question.
_OLD_UBUNTU = frozenset({"ubuntu:12.04", "ubuntu:14.04", "ubuntu:16.04"})


def _sets_time_zone(layer: Layer) -> bool:
    return layer.is_or_stands_on(_writes_of, "/etc/localtime") or layer.is_or_stands_on(_writes_of, "/etc/timezone")


def _rustup_starts(layer: Layer) -> Iterator[Command]:
    """The commands that run rustup's installer with nothing on standard input that could answer."""
    yield from (command for command in layer.named("rustup-init", "rustup-init.sh") if not _is_answered(command))
    if "sh.rustup.rs" not in layer.run.rest:
        return
    for before, command in pairwise(layer.commands):
        is_fed = command.pipe_index == before.pipe_index + 1 and before.name in ("curl", "wget")
        if is_fed and command.name in SHELLS and "sh.rustup.rs" in before.text:
            yield command


def _lacks_yes(command: Command) -> bool:
    if not all(word.is_literal for word in command.arguments):
        return False
    return not any(re.fullmatch(r"-[a-z]*y[a-z]*|--yes|--help|--version", word.value) for word in command.arguments)


class DebianFrontendInEnv(Rule[Build]):
    """`DEBIAN_FRONTEND` is set by ENV, so it outlives the build.

    Every shell in the running container, and every image built on this one, is told that nobody is there to answer, and
    installs without the questions that somebody may want to see.

    Write `ARG DEBIAN_FRONTEND=noninteractive`, which holds for the build alone, or put it in front of the command.

    https://docs.docker.com/reference/dockerfile/#env
    """

    severity = Severity.INFO
    bad = {
        "FROM debian:trixie\nENV «DEBIAN_FRONTEND»=noninteractive\nRUN apt-get update": (
            "FROM debian:trixie\nARG DEBIAN_FRONTEND=noninteractive\nRUN apt-get update"
        ),
        "FROM debian:trixie\nENV «DEBIAN_FRONTEND»  noninteractive": (
            "FROM debian:trixie\nARG DEBIAN_FRONTEND=noninteractive"
        ),
        "FROM debian:trixie\nENV A=b «DEBIAN_FRONTEND»=noninteractive": None,
        "FROM debian:trixie AS base\nENV «DEBIAN_FRONTEND»=noninteractive\n"
        "FROM base\nRUN apt-get update && apt-get install -y tzdata": None,
        "FROM debian:trixie AS base\nenv «DEBIAN_FRONTEND»=noninteractive\nFROM base\nRUN make": (
            "FROM debian:trixie AS base\narg DEBIAN_FRONTEND=noninteractive\nFROM base\nRUN make"
        ),
    }
    good = (
        "FROM debian:trixie\nARG DEBIAN_FRONTEND=noninteractive",
        "FROM debian:trixie\nENV DEBIAN_FRONTEND=noninteractive\nRUN apt-get update\nENV DEBIAN_FRONTEND=",
        "FROM debian:trixie\nENV DEBIAN_FRONTEND noninteractive\nENV DEBIAN_FRONTEND=dialog",
        "FROM debian:trixie AS build\nENV DEBIAN_FRONTEND=noninteractive\nFROM scratch\nCOPY --from=build /a /a",
        "FROM debian:trixie\nRUN DEBIAN_FRONTEND=noninteractive apt-get install -y tzdata",
        "FROM debian:trixie\nONBUILD ENV DEBIAN_FRONTEND=noninteractive",
    )

    def check(self, build: Build) -> Findings:
        for env in dict.fromkeys(env for stage in build.targets for env in _left_set(stage)):
            pair = next(pair for pair in reversed(env.pairs) if pair.key == _FRONTEND)
            message = f"`ENV {_FRONTEND}={pair.value}` outlives the build; `ARG` is enough"
            yield self.finding(pair.key, message, help="write `ARG`", fix=_as_argument(build, env))


_FRONTEND = "DEBIAN_FRONTEND"


def _left_set(stage: Stage) -> list[Env]:
    """The ENVs of a stage's chain that silence debconf, from the last that lets it speak on."""
    left: list[Env] = []
    for link in stage.chain:
        for env in link.instructions:
            if isinstance(env, Env) and _FRONTEND in env.rest:
                values = [pair.value for pair in env.pairs if pair.key == _FRONTEND]
                if values and values[-1] is not None and values[-1].strip("\"'").lower() == "noninteractive":
                    left.append(env)
                elif values:
                    left = []
    return left


def _as_argument(build: Build, env: Env) -> Fix | None:
    """ARG in place of ENV, unless a stage built on this one installs with what it inherits."""
    value = env.pairs[0].value
    is_plain = value is not None and value.is_verbatim and env.keyword.is_verbatim and env.start_line == env.end_line
    if value is None or len(env.pairs) > 1 or not is_plain or _is_relied_on(build, env):
        return None
    key = env.pairs[0].key
    edits = [Edit.replacing(env.keyword, "arg" if env.keyword.islower() else "ARG")]
    if env.is_legacy:
        edits.append(Edit.replacing(Span(key.source, key.end, value.start), "="))
    return Fix("write `ARG`: what runs in the container is not told then", tuple(edits), is_safe=False)


def _is_relied_on(build: Build, env: Env) -> bool:
    stages = build.dockerfile.stages
    own = next(stage for stage in stages if any(one is env for one in stage.instructions))
    inheriting = {stage.index for stage in stages if own in stage.chain[:-1]}
    return any(
        action.manager in _APT for layer in build.layers if layer.stage.index in inheriting for action in layer.actions
    )
