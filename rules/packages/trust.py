"""Packages that are installed without a look at their signatures."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from dockerlint.dockerfile.instructions import Add, Copy, Transfer
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.layers import Layer
from dockerlint.shell.options import Options
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.packages.system import is_apt_true
from dockerlint.shell.script import Command
from dockerlint.source import Text

_APT = ("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories")
_RPM = ("--nogpgcheck", "--no-gpgchecks", "--no-gpg-checks", "--no-gpgcheck")
# The options of each program that turn the checks off.
_SWITCHES = {
    "apk": ("--allow-untrusted",),
    **dict.fromkeys(("apt-get", "apt", "aptitude"), _APT),
    **dict.fromkeys(("yum", "dnf", "dnf5", "tdnf", "microdnf", "yum-config-manager"), _RPM),
    "rpm": ("--nodigest", "--nosignature", "--noverify", "--nofiledigest", "--nogpgcheck"),
    "zypper": (*_RPM, "--allow-unsigned-rpm"),
}
_APT_SETTINGS = frozenset({"apt::get::allowunauthenticated", "acquire::allowinsecurerepositories"})
_ADD_REPOSITORY = frozenset({"ar", "addrepo", "mr", "modifyrepo"})

# Sources and settings as they are written to files, and what must stand in the text beside them.
_TRUSTED_SOURCE = r"\bdeb(?:-src)?\s+\[[^\]\n]*?\b((?:trusted|allow-insecure)=yes)\b[^\]\n]*\]\s*(\S+)"
_UNCHECKED_REPOSITORY = r"(?<![_.=])(gpgcheck\s*=\s*(?:0|false|no)\b)(?!\s*[/|,#]\s*gpgcheck)"
_UNCHECKED_PACMAN = r"\b(SigLevel\s*=\s*Never)\b"
# Packages from there were made in this build, or came with it.
_OWN_SOURCES = ("file:", "copy:", "http://localhost", "http://127.0.0.1", "./")
_BUILDERS = frozenset({"abuild", "rpmbuild", "fpm", "createrepo", "createrepo_c", "dpkg-scanpackages", "cpack"})


class _Written(NamedTuple):
    """What turns a check off in a text that is written to a file, and what it is good for."""

    place: Text
    message: str


class UnverifiedPackages(Rule[Layer | Copy | Add]):
    """The check of signatures is turned off where packages are installed.

    Whoever stands between the build and the server, or breaks into the mirror, can put any program into the image, and
    nothing in the build shows it.

    Import the vendor's key and leave the check on: `rpm --import`, `apk --keys-dir`, `signed-by=` in apt's sources.

    https://manpages.debian.org/stable/apt/apt-secure.8.en.html
    """

    severity = Severity.ERROR
    aliases = (
        "CKV2_DOCKER_7", "CKV2_DOCKER_8", "CKV2_DOCKER_9", "CKV2_DOCKER_10", "CKV2_DOCKER_11", "CKV2_DOCKER_15",
    )  # fmt: skip
    bad = {
        "FROM alpine:3.22\nRUN apk add --no-cache «--allow-untrusted» glibc.apk": None,
        "FROM debian:trixie\nRUN apt-get install -y «--allow-unauthenticated» curl": None,
        "FROM debian:trixie\nRUN apt-get «--force-yes» -y install curl": None,
        "FROM debian:trixie\nRUN apt-get -o «APT::Get::AllowUnauthenticated=true» -y install curl": None,
        "FROM debian:trixie\nRUN echo 'deb [arch=amd64 «trusted=yes»] https://example.com/a b main' > /etc/apt/sources.list.d/a.list": None,
        "FROM fedora:42\nRUN yum install -y «--nogpgcheck» vendor-agent": None,
        'FROM fedora:42\nRUN ["dnf", "-y", «"--setopt=a.gpgcheck=0"», "install", "b"]': None,
        "FROM fedora:42\nRUN printf '[a]\\nbaseurl=https://example.com\\n«gpgcheck=0»\\n' > /etc/yum.repos.d/a.repo": None,
        "FROM fedora:42\nRUN sed -i 's/gpgcheck=1/«gpgcheck=0»/' /etc/yum.repos.d/a.repo": None,
        "FROM fedora:42\nRUN yum-config-manager --save «--setopt=a.sslverify=false»": None,
        "FROM fedora:42\nRUN rpm -i «--nosignature» «--nodigest» https://example.com/a.rpm": None,
        "FROM fedora:42\nCOPY <<EOF /etc/yum.repos.d/a.repo\n[a]\nbaseurl=https://example.com\n«gpgcheck = 0»\nEOF": None,
        "FROM opensuse/leap:15.6\nRUN zypper «--no-gpg-checks» -n in a && zypper ar «-G» https://example.com b": None,
        "FROM archlinux\nRUN sed -i 's/^SigLevel.*/«SigLevel = Never»/' /etc/pacman.conf": None,
        "FROM ruby:3.4\nRUN gem install -P «NoSecurity» rails": None,
    }
    good = (
        "FROM alpine:3.22 AS build\nRUN abuild -r\nFROM alpine:3.22\nCOPY --from=build /pkg/a.apk /tmp/\n"
        "RUN apk add --allow-untrusted /tmp/a.apk",
        "FROM alpine:3.22\nRUN abuild -r && apk add --allow-untrusted ./a.apk",
        "FROM debian:trixie\nRUN echo 'deb [trusted=yes] file:/repo ./' > /etc/apt/sources.list.d/a.list",
        "FROM debian:trixie\nRUN apt-get -o APT::Get::AllowUnauthenticated=false -y install curl",
        "FROM debian:trixie\nRUN apt-get purge -y --force-yes curl",
        "FROM debian:trixie\nRUN echo --allow-unauthenticated --nogpgcheck",
        "FROM fedora:42\nRUN printf '[a]\\ngpgcheck=1\\nrepo_gpgcheck=0\\n' > /etc/yum.repos.d/a.repo",
        "FROM fedora:42\nRUN sed -i 's/gpgcheck=0/gpgcheck=1/' /etc/yum.repos.d/a.repo",
        "FROM fedora:42\nRUN dnf -y --setopt=install_weak_deps=0 --setopt=repo_gpgcheck=0 install a",
        "FROM fedora:42\nRUN printf '[a]\\nbaseurl=file:///repo\\ngpgcheck=0\\n' > /etc/yum.repos.d/a.repo",
        "FROM fedora:42\nRUN rpm -q --nosignature a",
        "FROM opensuse/leap:15.6\nRUN zypper --gpg-auto-import-keys -n ref",
        "FROM ruby:3.4\nRUN gem install -P HighSecurity rails",
    )

    def check(self, node: Layer | Copy | Add) -> Findings:
        if isinstance(node, Layer):
            for command in node.commands:
                yield from self._options(node, command)
            text = node.script.text
            yield from self._writing(text) if any(mark in text for mark in _MARKS) else ()
        else:
            for heredoc in node.heredocs:
                yield from self._writing(heredoc.body, str(node.destination))

    def _writing(self, text: Text, file: str = "") -> Findings:
        for place, message in _written(text, file):
            yield self.finding(place, message)

    def _options(self, layer: Layer, command: Command) -> Findings:
        places = list(_unchecked_options(command))
        if not places:
            return
        action = action_of(command)
        if action is not None and (action.verb.name == "remove" or _are_own(layer, action)):
            return
        what = _installed(action)
        for place in places:
            yield self.finding(place, f"`{place}` {what}")


# One of these stands in every text that is worth a look.
_MARKS = ("gpgcheck", "=yes", "SigLevel")


def _unchecked_options(command: Command) -> Iterator[Text]:
    """The options of a command that turn checks off, each as the word to change."""
    name = command.name
    switches = _SWITCHES.get(name)
    if name == "gem":
        policy = command.options.value("-P", "--trust-policy")
        if policy is not None and policy.value == "NoSecurity":
            yield policy.value
    if switches is None or (name == "rpm" and not command.has_option("-i", "-U", "-F", "--install", "--upgrade")):
        return
    options = command.options
    for option in options.options:
        value = option.value.value.lower() if option.value is not None else ""
        if (option.name in switches or option.word.value in switches) and value not in ("false", "no", "0"):
            yield option.word.value
    if name in ("apt-get", "apt", "aptitude"):
        yield from _apt_settings(options)
    elif name == "zypper":
        is_source = bool(options.operands) and options.operands[0].value in _ADD_REPOSITORY
        yield from (option.name for option in options.options if is_source and option.name == "-G")
    else:
        yield from _rpm_settings(options)


def _apt_settings(options: Options) -> Iterator[Text]:
    for word in options.values("-o", "--option"):
        key, _, value = word.value.partition("=")
        if key.strip().lower() in _APT_SETTINGS and is_apt_true(value.strip(" \"';")):
            yield word.value


def _rpm_settings(options: Options) -> Iterator[Text]:
    for option in options.options:
        if option.name == "--setopt" and option.value is not None:
            pattern = r"(?:.*\.)?(?:gpgcheck|sslverify|pkg_gpgcheck)=(?:0|false|no)"
            if re.fullmatch(pattern, option.value.value, re.IGNORECASE):
                is_glued = option.word.value.startswith("--setopt=")
                yield option.word.value if is_glued else option.value.value


def _installed(action: PackageAction | None) -> str:
    if action is None or action.verb.name != "install":
        return "turns the check of signatures off"
    texts = [package.text for package in action.packages] + [word.value for word in (*action.local, *action.urls)]
    if not texts:
        return "installs packages even without a valid signature"
    more = f" and {len(texts) - 1} more" if len(texts) > 1 else ""
    return f"installs `{texts[0][:60]}`{more} even without a valid signature"


def _are_own(layer: Layer, action: PackageAction) -> bool:
    """Whether all that is installed are files made in this build: in this RUN, or in another stage."""
    if action.packages or action.urls or not action.local:
        return False
    if any(command.name in _BUILDERS for command in layer.commands):
        return True
    if any(mount.origin for mount in layer.run.mounts):
        return True
    made = [copied.transfer for copied in layer.before.copies if copied.transfer.origin]
    files = [str(word.value) for word in action.local]
    return all(any(_may_bring(copy, file) for copy in made) for file in files)


def _may_bring(copy: Transfer, file: str) -> bool:
    """Whether a COPY may have brought a file: into the folder where that is, or under the same name."""
    target = str(copy.destination).rstrip("/")
    name = posixpath.basename(file)
    return (
        file.startswith(f"{target}/")
        or target == file
        or any(posixpath.basename(str(source)) == name for source in copy.sources)
        or not file.startswith("/")
    )


def _written(text: Text, file: str = "") -> Iterator[_Written]:
    """What turns checks off in a text that goes into a file; `file` if the text does not name it itself."""
    for match in re.finditer(_TRUSTED_SOURCE, text):
        if not match[2].strip("\"'").startswith(_OWN_SOURCES):
            name = match[1]
            yield _Written(
                text.part(*match.span(1)), f"`{name}` installs from {match[2][:60]} without checking signatures"
            )
    is_about_rpm = any(name in text or name in file for name in (".repo", "yum.conf", "dnf.conf"))
    if "gpgcheck" in text and is_about_rpm and "baseurl=file:" not in text:
        for match in re.finditer(_UNCHECKED_REPOSITORY, text, re.IGNORECASE):
            yield _Written(
                text.part(*match.span(1)), f"`{match[1]}` lets packages in without checking their signatures"
            )
    for match in re.finditer(_UNCHECKED_PACMAN, text) if "SigLevel" in text else ():
        yield _Written(text.part(*match.span(1)), f"`{match[1]}` lets packages in without checking their signatures")
