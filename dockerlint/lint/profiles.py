"""Profiles: which rules speak when nobody selects any.

`default` is what a careful review would say; `strict` adds taste and policy; `security` is what a security review
wants, and `hadolint` what hadolint says by default, as gravely as it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from dockerlint.lint.finding import Severity
from dockerlint.lint.rule import AnyRule

PROFILES = ("default", "strict", "security", "hadolint")

_SECURITY_CHAPTERS = frozenset({"user", "secrets", "compose_security", "compose_secrets"})
# Of the other chapters, what lets somebody in, or lets through what nobody has checked.
_SECURITY = """
    add-remote-unverified apt-key build-tools-shipped checksum-line-one-space debug-in-source debug-mode
    deprecated-base-image development-mode docker-socket-volume dockerignore-misses-essentials download-without-checksum
    end-of-life-base-image floating-tag git-in-context ineffective-dockerignore insecure-run latest-base-image
    missing-dockerignore needless-tool piped-remote-script plain-http-download remote-login retired-keyserver
    sdk-shipped secret-in-context secret-in-source tls-verification-disabled tls-verification-disabled-in-env
    unlocked-install unpinned-digest unpinned-tools untagged-base-image untrusted-registry unverified-packages
    workdir-in-system-directory
"""
SECURITY = frozenset(_SECURITY.split())

# How grave hadolint 2.15 takes the codes that it reports without configuration; its `style` is our `info`.
_ERRORS = """
    DL1000 DL3000 DL3004 DL3011 DL3012 DL3020 DL3021 DL3023 DL3024 DL3026 DL3043 DL3044 DL3061 DL4000 DL4004
    SC1072 SC1073 SC2045 SC2068 SC2070
"""
_WARNINGS = """
    DL3002 DL3003 DL3006 DL3007 DL3008 DL3013 DL3014 DL3016 DL3018 DL3022 DL3025 DL3027 DL3028 DL3029 DL3030 DL3032
    DL3033 DL3034 DL3035 DL3036 DL3037 DL3038 DL3040 DL3041 DL3042 DL3045 DL3046 DL3051 DL3052 DL3053 DL3054 DL3055
    DL3056 DL3058 DL3062 DL3063 DL3064 DL3065 DL3067 DL4001 DL4003 DL4005 DL4006
    SC2010 SC2034 SC2038 SC2044 SC2046 SC2061 SC2062 SC2063 SC2112 SC2113 SC2114 SC2115 SC2140 SC2154 SC2155 SC2164
    SC3001 SC3002 SC3003 SC3004 SC3005 SC3006 SC3008 SC3009 SC3010 SC3011 SC3014 SC3016 SC3018 SC3020 SC3021 SC3022
    SC3024 SC3028 SC3029 SC3030 SC3033 SC3037 SC3038 SC3039 SC3040 SC3043 SC3044 SC3045 SC3046 SC3047 SC3048 SC3050
    SC3051 SC3053 SC3054 SC3057 SC3059 SC3060 SC3061
"""
_INFOS = """
    DL3001 DL3009 DL3010 DL3015 DL3019 DL3047 DL3048 DL3049 DL3050 DL3059 DL3060 DL3066
    SC2006 SC2007 SC2012 SC2013 SC2015 SC2016 SC2022 SC2028 SC2035 SC2086 SC2102 SC2153
"""
HADOLINT: Mapping[str, Severity] = {
    code: severity
    for severity, codes in ((Severity.ERROR, _ERRORS), (Severity.WARNING, _WARNINGS), (Severity.INFO, _INFOS))
    for code in codes.split()
}


def belongs(rule: AnyRule, profile: str) -> bool:
    """Whether a rule speaks in a profile."""
    return _BELONGS[profile](rule)


def hadolints_severity(aliases: Iterable[str]) -> Severity | None:
    """How grave hadolint takes what has one of these codes; None if it does not report it by default."""
    return max((HADOLINT[code] for code in aliases if code in HADOLINT), default=None)


_BELONGS: Mapping[str, Callable[[AnyRule], bool]] = {
    "default": lambda rule: rule.profile == "default",
    "strict": lambda rule: rule.profile in ("default", "strict"),
    "security": lambda rule: rule.chapter in _SECURITY_CHAPTERS or rule.name in SECURITY,
    "hadolint": lambda rule: hadolints_severity(rule.aliases) is not None,
}
