"""Codes of other linters that no rule stands for, and why.

They are accepted wherever a rule's name is, without effect.
"""

from __future__ import annotations

from collections.abc import Mapping

_STYLE = "style, or a fault that hardly any Dockerfile has"
_WITHDRAWN = "withdrawn by its authors; `system-upgrade` covers what it meant"
_REASONS = {
    "InvalidBaseImagePlatform": "only a registry knows, and dockerlint never asks one",
    "remove-package-cache": "Debian's and Ubuntu's images delete the archives after every install by themselves",
    "chown_flag_exists": "`COPY --chown` is the right way to give files to a user",
    "vulnerable_openssl_version": "one flaw, recognised by one address: image scanners know them all",
    "curlUseFlagL": "one that is not followed shows at once, and following may hand a token to another host",
    "configureShouldUseBuildFlag": "of use only where autoconf projects are cross-built, and wrong on Alpine and RHEL",
    "DF017": "ENTRYPOINT together with CMD is a choice, and nothing goes wrong without it",
    "DF022": "EXPOSE publishes nothing",
    "DF026": "copying to `/` is how single binaries and root overlays are installed",
    "DF062": "`ENV PATH=$PATH:/x` is right; the real fault is `env-uses-itself`",
    "DD042": "ONBUILD is documented, and what stands in it is checked like any instruction",
    "DD046": "labels that nobody asked for; `label-schema` checks those that a team wants",
    "DD078": "labels that nobody asked for; `label-schema` checks those that a team wants",
    "DD068": "Java reads a container's limits since 8u191, and no JVM reads JAVA_OPTS by itself",
    "SC2024": "`sudo` is reported anyway",
}
_GROUPS = {
    "DD072 DD073 DD074 DD075": "the editor's business",
    "DL3005 DL3017 DL3031 DL3039 DL4002": _WITHDRAWN,
    "SC1001 SC1010 SC1083 SC2004 SC2005 SC2027 SC2043 SC2050 SC2091 SC2103 SC2129 SC2161": _STYLE,
    "SC2174 SC2181 SC2185 SC2211 SC2216 SC2226 SC2261 SC2268 SC2291": _STYLE,
    "SC1008 SC2239": "about shebangs that no Dockerfile has",
    "SC1090 SC1091 SC2187": "limits of another tool",
}

NOT_TAKEN: Mapping[str, str] = {
    **_REASONS,
    **{code: reason for codes, reason in _GROUPS.items() for code in codes.split()},
}
