"""Packages of the distribution that are asked for without a version."""

from __future__ import annotations

from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.installed import installed
from dockerlint.project.layers import Layer


class UnpinnedAptPackages(Rule[Layer]):
    """A package of apt is asked for without a version.

    Each build without cache installs the version that the mirror has on that day, so two builds of the same commit can
    differ, and nobody sees from the Dockerfile what is in the image.

    Write `curl=7.88.*`; `apt-cache madison curl` lists the versions that there are. Mirrors keep only the newest of a
    release, so that a full version makes the build fail as soon as it is replaced: a pattern at its end lets security
    updates in. `pkg/release` and `-t release` count as a choice too.

    https://docs.docker.com/build/building/best-practices/#apt-get
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL3008", "apt_get_install_pin_version_not_defined", "DF005", "DD022")
    bad = {
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y «curl» git=1:2.* «jq»": None,
        "FROM debian:trixie\nRUN apt-get -o Acquire::Retries=3 install «curl»": None,
        "FROM debian:trixie\nRUN apt install -y «libssl3:arm64»": None,
        "FROM debian:trixie\nARG TOOLS=vim\nRUN apt-get install -y «$TOOLS»": None,
        "FROM debian:trixie\nRUN apt-get install -y «curl» && apt-get purge -y wget": None,
        'FROM debian:trixie\nRUN ["apt-get", "install", "-y", «"curl"»]': None,
    }
    good = (
        "FROM debian:trixie\nRUN apt-get update && apt-get install -y curl=8.14.* 'git=1:2.47*'",
        "FROM debian:trixie\nRUN apt-get install -y curl/trixie-backports",
        "FROM debian:trixie\nRUN apt-get install -y -t trixie-backports curl",
        "FROM debian:trixie\nRUN apt-get install -y ./tool.deb /tmp/*.deb",
        "FROM debian:trixie\nRUN apt-get install -y gnupg- 'libicu*' $(cat packages.txt) linux-headers-$(uname -r)",
        "FROM debian:trixie\nARG VERSION\nRUN apt-get install -y nginx=$VERSION",
        "FROM debian:trixie\nRUN apt-get install -y gcc && make && apt-get purge -y --auto-remove gcc",
        'FROM debian:trixie\nRUN savedAptMark="$(apt-mark showmanual)" && apt-get install -y gcc && make'
        " && apt-mark auto '.*' && apt-get purge -y --auto-remove",
        "FROM debian:trixie\nRUN apt-get update && apt-get build-dep -y nginx",
    )

    def check(self, layer: Layer) -> Findings:
        if not layer.named("apt-get", "apt", "aptitude"):
            return
        for action, package in installed(layer, "apt-get", "apt", "aptitude"):
            if package.version or package.origin or action.options.has("-t", "--target-release", "--default-release"):
                continue
            advice = f"write `{package.name}=VERSION`; `apt-cache madison {package.name}` lists those that there are"
            yield self.finding(package.text, f"`{package.name}` has no version", help=advice)


class UnpinnedApkPackages(Rule[Layer]):
    """A package of apk is asked for without a version.

    Each build without cache installs the version that the repository has on that day, so two builds of the same commit
    can differ, and nobody sees from the Dockerfile what is in the image.

    Write `bash~=5.2`, which takes any 5.2: a repository keeps only the newest build of a package, and `bash=5.2.37-r0`
    fails as soon as that is replaced.

    https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL3018", "unpinned_package_version_in_apk_add", "DF005", "DF052", "DD027")
    bad = {
        "FROM alpine:3.22\nRUN apk add --no-cache «bash» curl~=8.14 «jq»": None,
        "FROM alpine:3.22\nRUN apk add --repository https://dl-cdn.alpinelinux.org/alpine/edge/testing «kubectl»": None,
        "FROM alpine:3.22\nRUN apk add «kubectl@testing»": None,
        "FROM alpine:3.22\nRUN apk add --virtual .deps «gcc» && make": None,
        "FROM alpine:3.22\nRUN apk --update-cache add «bash»": None,
    }
    good = (
        "FROM alpine:3.22\nRUN apk add --no-cache bash=5.2.37-r0 'curl>8' 'jq<2' git~2.49 tool@testing=1.2",
        "FROM alpine:3.22\nRUN apk add --no-cache --virtual .deps gcc musl-dev && make && apk del .deps",
        "FROM alpine:3.22\nRUN apk add --no-cache -t build gcc && make && apk del --no-network build",
        "FROM alpine:3.22\nRUN apk add --no-cache gcc && make && apk del gcc",
        "FROM alpine:3.22\nRUN apk add --allow-untrusted /tmp/tool.apk ./other.apk",
        "FROM alpine:3.22\nRUN apk add !bash $PACKAGES py${VERSION}-pip",
        "FROM alpine:3.22\nRUN apk update && apk upgrade",
    )

    def check(self, layer: Layer) -> Findings:
        if not layer.named("apk"):
            return
        for _, package in installed(layer, "apk"):
            if not package.version:
                advice = f"write `{package.name}~=VERSION`; `apk policy {package.name}` lists those that there are"
                yield self.finding(package.text, f"`{package.name}` has no version", help=advice)


_DNF = ("dnf", "dnf5", "microdnf", "tdnf")
# hadolint has a code for each tool.
_RPM_CODES = {"DL3033": "yum", "DL3041": "dnf", "DL3037": "zypper"}
_RPM_MANAGERS = ("yum", "dnf", "dnf5", "microdnf", "tdnf", "zypper")
_RPM_VERBS = frozenset({"install", "in", "module install"})


class UnpinnedRpmPackages(Rule[Layer]):
    """A package of yum, dnf or zypper is asked for without a version.

    Each build without cache installs the version that the repository has on that day, so two builds of the same commit
    can differ, and nobody sees from the Dockerfile what is in the image.

    Write `httpd-2.4.*` for yum and dnf, `'nginx>=1.26'` or `nginx=1.26.2` for zypper, `nodejs:22` for a module.

    https://dnf.readthedocs.io/en/latest/command_ref.html#specifying-packages
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = (
        "DL3033", "DL3037", "DL3041", "yum_install_without_version", "missing_version_specification_in_dnf_install",
        "zypper_install_without_version", "DF005", "DD032",
    )  # fmt: skip
    bad = {
        "FROM fedora:43\nRUN dnf install -y «httpd» git-2.51.* «java-21-openjdk-devel»": None,
        "FROM rockylinux:9\nRUN yum -y install «glibc.i686» --enablerepo epel": None,
        "FROM rockylinux:9\nRUN microdnf install «tar» && microdnf clean all": None,
        "FROM rockylinux:9\nRUN dnf module install -y «nodejs»": None,
        "FROM opensuse/leap:15.6\nRUN zypper --non-interactive install --no-recommends «nginx» 'git>=2.43'": None,
    }
    good = (
        "FROM fedora:43\nRUN dnf install -y httpd-2.4.65 git-2.51.0-2.fc43.x86_64 bind-32:9.18.* 'vim-enhanced = 2:9.1'",
        "FROM fedora:43\nARG VERSION\nRUN dnf install -y nodejs-$VERSION kernel-devel-$(uname -r)",
        "FROM fedora:43\nRUN dnf install -y @development-tools ./tool.rpm https://example.com/tool.rpm",
        "FROM fedora:43\nRUN dnf module install -y nodejs:22",
        "FROM fedora:43\nRUN dnf groupinstall -y 'Development Tools' && dnf update -y",
        "FROM fedora:43\nRUN dnf install -y gcc && make && dnf remove -y gcc",
        "FROM opensuse/leap:15.6\nRUN zypper in -y nginx=1.21.5 'git>=2.43' pattern:devel_basis",
    )

    def check(self, layer: Layer) -> Findings:
        if not layer.named(*_RPM_MANAGERS):
            return
        for action, package in installed(layer, *_RPM_MANAGERS):
            if package.version or action.verb.written not in _RPM_VERBS:
                continue
            if action.manager == "zypper":
                advice = f"write `{package.name}=VERSION`"
            elif action.verb.written == "module install":
                advice = f"write `{package.name}:STREAM`"
            else:
                advice = f"write `{package.name}-VERSION`, in which `*` stands for anything"
            aliases = self.aliases_of(_RPM_CODES, "dnf" if action.manager in _DNF else action.manager)
            yield self.finding(package.text, f"`{package.name}` has no version", help=advice, aliases=aliases)
