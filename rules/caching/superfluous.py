"""What an installation brings along although nobody asked for it."""

from __future__ import annotations

from dockerlint.dockerfile.instructions import Add, Copy, Run
from dockerlint.dockerfile.state import Step
from dockerlint.knowledge.packages import RECOMMEND_NOTHING
from dockerlint.lint.edits import inserted_after
from dockerlint.lint.rule import Findings, Fix, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.packages.system import apt_setting, is_apt_true

from .left import may_hold_options, place_of, written

_APT = frozenset({"apt-get", "apt", "aptitude"})
# Named in the fix where the package is installed: what it needs, though only recommended.
_NEEDED = {
    "curl": "`ca-certificates` for HTTPS",
    "git": "`ca-certificates` for HTTPS, `openssh-client` for SSH",
    "wget": "`ca-certificates` for HTTPS",
    "python3-pip": "`python3-dev` and `build-essential` to compile packages",
    "python-pip": "`python-dev` and `build-essential` to compile packages",
    "gnupg": "`dirmngr` for keyservers",
}


class GemDocumentation(Rule[Layer]):
    """`gem install` also generates and installs the documentation of every gem.

    The documentation makes the image bigger and the build slower, and nobody reads it in a container.

    Write `gem install --no-document`. The official ruby images have that as their default.

    https://guides.rubygems.org/command-reference/#gem-install
    """

    severity = Severity.INFO
    aliases = ("DD061", "gemUpdateNoDocument")
    bad = {
        "FROM debian:trixie\nRUN «gem install» rails": "FROM debian:trixie\nRUN gem install --no-document rails",
        "FROM ubuntu:24.04\nRUN «gem update» --system && \\\n    «gem install» rails -v 8.0.2": (
            "FROM ubuntu:24.04\nRUN gem update --no-document --system && \\\n"
            "    gem install --no-document rails -v 8.0.2"
        ),
        "FROM alpine:3.22\nRUN apk add --no-cache ruby-full\nRUN «gem install» rails": (
            "FROM alpine:3.22\nRUN apk add --no-cache ruby-full\nRUN gem install --no-document rails"
        ),
        "FROM debian:trixie\nRUN «gem install» --document=ri rails": None,
        "FROM centos:6\nRUN «gem install» rails": None,
    }
    good = (
        "FROM debian:trixie\nRUN gem install --no-document rails",
        "FROM debian:trixie\nRUN gem install -N rails",
        "FROM debian:trixie\nRUN gem install rails --no-ri --no-rdoc",
        "FROM ruby:3.4\nRUN gem install rails",
        "FROM acme/base:1\nRUN gem install rails",
        "FROM fluent/fluentd:v1.16-1\nRUN gem install fluent-plugin-s3",
        "FROM alpine:3.22\nRUN apk add --no-cache ruby\nRUN gem install rails",
        "FROM debian:trixie\nRUN echo 'gem: --no-document' > /etc/gemrc\nRUN gem install rails",
        "FROM debian:trixie\nCOPY gemrc /root/.gemrc\nRUN gem install rails",
        "FROM debian:trixie AS build\nRUN gem install rails\nFROM debian:trixie\nCOPY --from=build /app /app",
    )

    def check(self, layer: Layer) -> Findings:
        if not layer.ships or not layer.named("gem"):
            return
        for action in layer.actions:
            is_asked = action.manager == "gem" and action.verb.name in ("install", "upgrade")
            if not is_asked or action.options.has(*_NO_DOCUMENTATION) or may_hold_options(action):
                continue
            if not _generates(layer):
                return
            command = f"{written(action)} {action.packages[0].name}" if action.packages else written(action)
            option = "--no-rdoc --no-ri" if _is_old(layer) else "--no-document"
            message = f"`{command}` also installs documentation; add `{option}`"
            yield self.finding(place_of(action), message, fix=_undocumented(layer, action))


_NO_DOCUMENTATION = ("--no-document", "-N", "--no-doc", "--no-ri", "--no-rdoc")
# These bring a Ruby with a gemrc of its own.
_OWN_RUBY = frozenset({"ruby", "jruby", "redmine", "fluentd"})
# With their rubygems the option is an error.
_BEFORE_OPTION = frozenset(
    {
        "centos:5", "centos:6", "debian:squeeze", "debian:wheezy", "ubuntu:10.04", "ubuntu:12.04", "ubuntu:12.10",
        "ubuntu:13.04", "ubuntu:13.10", "ubuntu:14.04",
    }
)  # fmt: skip


def _is_old(layer: Layer) -> bool:
    known = layer.build.facts(layer.stage)
    return known is None or known.distro in _BEFORE_OPTION


def _generates(layer: Layer) -> bool:
    """Whether gem is certainly as the distribution has it, and has a program that makes documentation."""
    known = layer.build.facts(layer.stage)
    if known is None or known.family is None or not known.official or known.name in _OWN_RUBY:
        return False
    if layer.follows(_names, "gemrc"):
        return False
    return known.family != "alpine" or layer.follows(_names, "ruby-rdoc") or layer.follows(_names, "ruby-full")


def _names(step: Step, name: str) -> bool:
    one = step.instruction
    return name in (one.script.text if isinstance(one, Run) else one.rest)


def _undocumented(layer: Layer, action: PackageAction) -> Fix | None:
    if action.options.has("--document") or _is_old(layer):
        return None
    message = "add `--no-document`"
    return inserted_after(layer, action.command, action.verb.words[-1], "--no-document", message, is_safe=True)


class RecommendedPackages(Rule[Layer]):
    """apt installs more than it is asked for: all that the packages recommend as well.

    The image grows by packages that nobody named, often by more than the named ones take, and each of them may have
    vulnerabilities of its own.

    Write `apt-get install --no-install-recommends`, and name those recommended packages that the program does need.

    https://docs.docker.com/build/building/best-practices/#apt-get
    """

    severity = Severity.INFO
    aliases = (
        "DL3015", "DS-0029", "missing-no-install-recommends", "apt_get_not_avoiding_additional_packages", "DF016",
        "DD003", "aptGetInstallUseNoRec", "apt-get_recommends",
    )  # fmt: skip
    bad = {
        "FROM debian:trixie\nRUN apt-get update && «apt-get install» -y git": (
            "FROM debian:trixie\nRUN apt-get update && apt-get install --no-install-recommends -y git"
        ),
        "FROM debian:trixie\nRUN «apt-get -y install» \\\n      curl \\\n      git && «apt install» -y vim": (
            "FROM debian:trixie\nRUN apt-get -y install --no-install-recommends \\\n      curl \\\n"
            "      git && apt install --no-install-recommends -y vim"
        ),
        'FROM debian:trixie\nRUN [«"apt-get", "install"», "-y", "git"]': (
            'FROM debian:trixie\nRUN ["apt-get", "install", "--no-install-recommends", "-y", "git"]'
        ),
        "FROM debian:trixie\nONBUILD RUN «apt-get install» -y $PACKAGES": (
            "FROM debian:trixie\nONBUILD RUN apt-get install --no-install-recommends -y $PACKAGES"
        ),
        "FROM debian:trixie\nRUN «apt-get install» -y -o APT::Install-Recommends=true git": None,
        "FROM debian:trixie\nRUN bash -c '«apt-get install» -y git'": None,
    }
    good = (
        "FROM debian:trixie\nRUN apt-get install -y --no-install-recommends git",
        "FROM debian:trixie\nRUN apt-get --no-install-recommends install -y git",
        'FROM debian:trixie\nRUN apt-get install -y -o APT::Install-Recommends="false" git',
        "FROM debian:trixie\nRUN apt-get -oapt::install-recommends=0 install -y git",
        "FROM debian:trixie\nRUN echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/99local\n"
        "RUN apt-get install -y git",
        "FROM debian:trixie\nCOPY apt.conf /etc/apt/apt.conf.d/99local\nRUN apt-get install -y git",
        "FROM debian:trixie\nRUN apt-get install -y --install-recommends git",
        "FROM debian:trixie\nRUN apt-get -f install -y && apt-get install -y ./a.deb",
        "FROM debian:trixie\nRUN apt-get build-dep -y git",
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y ca-certificates unzip",
        "FROM debian:trixie\nRUN apt-get install -y $APT_OPTS git",
        "FROM debian:trixie AS build\nRUN apt-get install -y gcc\nFROM debian:trixie\nCOPY --from=build /app /app",
    )

    def check(self, layer: Layer) -> Findings:
        if not layer.ships or not layer.named(*_APT):
            return
        for action in layer.actions:
            if action.manager not in _APT or not action.is_system_install or not _takes_recommended(action):
                continue
            if _is_configured(layer):
                return
            names = [str(package.name) for package in action.packages if package.is_literal]
            named = next((name for name in names if name not in RECOMMEND_NOTHING), "")
            command = f"{written(action)} {named}".strip()
            message = f"`{command}` takes recommended packages too; add `{_option(action)}`"
            yield self.finding(place_of(action), message, fix=_without(layer, action))


def _takes_recommended(action: PackageAction) -> bool:
    if not action.packages or action.is_dry_run or may_hold_options(action):
        return False
    if all(package.name in RECOMMEND_NOTHING for package in action.packages):
        return False
    if action.options.has("--no-install-recommends", "--install-recommends", "--without-recommends", "-R"):
        return False
    setting = apt_setting(action.options, "APT::Install-Recommends")
    return setting is None or (is_apt_true(setting) and not setting.startswith("$"))


def _is_configured(layer: Layer) -> bool:
    """Whether a file of apt's configuration was written before, which may have turned it off."""
    return layer.follows(_configures)


def _configures(step: Step) -> bool:
    instruction = step.instruction
    if isinstance(instruction, Copy | Add):
        return "apt.conf" in instruction.rest
    return isinstance(instruction, Run) and _sets_recommends(instruction.script.text)


def _sets_recommends(script: str) -> bool:
    return "apt.conf" in script and "::install-recommends" in script.lower()


def _option(action: PackageAction) -> str:
    return "--without-recommends" if action.manager == "aptitude" else "--no-install-recommends"


def _without(layer: Layer, action: PackageAction) -> Fix | None:
    if action.options.has("-o", "--option") and apt_setting(action.options, "APT::Install-Recommends") is not None:
        return None
    needed = next((_NEEDED[package.name] for package in action.packages if package.name in _NEEDED), "")
    hint = f", such as {needed}" if needed else ""
    option = _option(action)
    message = f"add `{option}`, and name the recommended packages that are needed{hint}"
    return inserted_after(layer, action.command, action.verb.words[-1], option, message, is_safe=False)
