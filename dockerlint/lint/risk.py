"""How much a finding endangers, and what a project's findings come to.

Risk = Threat x Vulnerability x Impact, each from 1 to 5, so a finding has 1 to 125 points. The threat is how far the
thing is open that the finding speaks of. The vulnerability is how certain the fault is and how easily it is used; the
impact is what is lost then. Both belong to the rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dockerlint.lint.finding import Finding, Risk, Severity

# A rule's vulnerability where nothing else is said.
_BY_SEVERITY = {Severity.ERROR: 4, Severity.WARNING: 3, Severity.INFO: 2}
# What is lost, by chapter: the machine, data, the service, or only time and room.
_BY_CHAPTER = {
    "secrets": 5,
    "compose_secrets": 5,
    "user": 4,
    "compose_security": 4,
    "application": 4,
    "runtime": 3,
    "compose_reliability": 3,
    "compose_build": 3,
    "compose_structure": 3,
    "base_image": 3,
    "packages": 2,
    "shell": 2,
    "build_context": 2,
    "instructions": 2,
    "caching": 1,
}
_TAKEN_AT_ONCE = (
    "known-token token-in-compose passwordless-service docker-api-over-tcp debug-in-source debug-mode debug-service"
    " credentials-in-url credentials-in-service-url secret-file-copied secret-in-context remote-login"
)
_OWNS_THE_MACHINE = (
    "privileged-service runtime-socket docker-api-over-tcp host-takeover-capability dangerous-device"
    " writable-system-path docker-socket-volume insecure-run debug-in-source debug-mode debug-service"
    " passwordless-service piped-remote-script add-remote-unverified unverified-packages secret-in-context"
    " committed-env-file"
)
_LOSES_DATA = "unsaved-data wrong-data-path shared-data-volume data-in-build-context published-data-service"
_ONLY_ROOM = (
    "slimmer-base-image dependencies-in-context clutter-in-context large-context wide-build-context copy-everything"
    " missing-dockerignore dockerignore-misses-essentials ineffective-dockerignore python-unbuffered node-env"
    " obsolete-version-key legacy-compose-key yaml-1-1-boolean maintainer legacy-key-value instruction-casing"
    " from-as-casing stage-name-casing unused-stage unused-arg untidy-expose image-and-build backticks useless-in-build"
    " prompts-in-build apt-instead-of-apt-get debian-frontend-in-env unused-definition"
)
# Hardening that is absent: it helps an intruder who is already in.
_AFTER_ENTRY = (
    "undropped-capabilities missing-no-new-privileges writable-root-filesystem unlimited-resources unbounded-restart"
    " host-user-namespace custom-cgroup-parent loose-tmpfs unpinned-service-digest unpinned-digest privileged-host-port"
    " user-not-numeric large-uid"
)
_VULNERABILITY: Mapping[str, int] = {
    **dict.fromkeys(_AFTER_ENTRY.split(), 1),
    **dict.fromkeys(_TAKEN_AT_ONCE.split(), 5),
}
_HELPS_AN_INTRUDER = "build-tools-shipped sdk-shipped needless-tool dev-dependencies-shipped"
_IMPACT: Mapping[str, int] = {
    **dict.fromkeys(_HELPS_AN_INTRUDER.split(), 2),
    **dict.fromkeys(_AFTER_ENTRY.split(), 2),
    **dict.fromkeys(_ONLY_ROOM.split(), 1),
    **dict.fromkeys(_LOSES_DATA.split(), 4),
    **dict.fromkeys(_OWNS_THE_MACHINE.split(), 5),
}


def weighed(finding: Finding, threat: int) -> Finding:
    """A finding with its risk; `threat` is the exposure of what it speaks of, from 1 to 5."""
    vulnerability = _VULNERABILITY.get(finding.rule, _BY_SEVERITY[finding.severity])
    impact = _IMPACT.get(finding.rule, _BY_CHAPTER.get(finding.chapter, 2))
    return finding._replace(risk=Risk(threat, vulnerability, impact))


class Ledger(NamedTuple):
    """What a project's risk is made of: its findings, the dearest first. Mending one takes its points away."""

    postings: tuple[Finding, ...]

    @property
    def points(self) -> int:
        return sum(finding.risk.points for finding in self.postings if finding.risk is not None)


def ledger(findings: Iterable[Finding]) -> Ledger:
    risky = [(finding.risk.points, finding) for finding in findings if finding.risk is not None]
    ordered = sorted(risky, key=lambda one: (-one[0], one[1].region, one[1].rule))
    return Ledger(tuple(finding for _, finding in ordered))
