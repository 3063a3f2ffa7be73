"""Comments that ask to leave findings out."""

from __future__ import annotations

from dockerlint.dockerfile.pragmas import Pragma
from dockerlint.lint.finding import Edit
from dockerlint.lint.rule import Findings, Fix, Rule, Severity
from dockerlint.lint.suppression import Suppression
from dockerlint.source import Span, Text


class IneffectiveIgnore(Rule[Suppression]):
    """A comment that asks to leave something out has no effect.

    What it was written for is reported all the same, or is long mended: whoever reads the comment believes in an exception
    that is none. Of other linters' comments only those are reported that these cannot read either, since they may find
    what dockerlint does not.

    Write `# dockerlint: ignore[rule-name] reason` on a line above the instruction, `ignore-stage` or `ignore-file` for
    more than one, and remove it when it is no longer needed.

    https://docs.docker.com/build/checks/#skip-checks
    """

    severity = Severity.WARNING
    bad = {
        "FROM alpine:3.22\n# dockerlint: ignore[«maintainer»] why\nRUN true\n=== dockerlint.toml\nextend-select = ['maintainer']": (
            "FROM alpine:3.22\nRUN true\n=== dockerlint.toml\nextend-select = ['maintainer']"
        ),
        "FROM alpine:3.22\n# dockerlint: ignore[maintainer, «latest-base-image»]\nMAINTAINER me\n"
        "=== dockerlint.toml\nextend-select = ['maintainer', 'DL3007']": (
            "FROM alpine:3.22\n# dockerlint: ignore[maintainer]\nMAINTAINER me\n"
            "=== dockerlint.toml\nextend-select = ['maintainer', 'DL3007']"
        ),
        "FROM alpine:3.22\n# dockerlint: ignore[«maintainers»]\nMAINTAINER me": "FROM alpine:3.22\nMAINTAINER me",
        "FROM alpine:3.22\n«# dockerlint: ignore maintainer»\nMAINTAINER me": None,
        "FROM alpine:3.22\n«# hadolint ignore DL4000»\nMAINTAINER me": None,
        "FROM alpine:3.22\n«# hadolint ignore=DL4000»\n\nMAINTAINER me": None,
        "FROM alpine:3.22\nRUN a \\\n«# dockerlint: ignore[maintainer]»\n && b": None,
        "FROM alpine:3.22\n# dockerlint: ignore[maintainer] «until=2026-01-31» then the image changes\nMAINTAINER me\n"
        "=== dockerlint.toml\nextend-select = ['maintainer']": None,
    }
    good = (
        "FROM alpine:3.22\n# dockerlint: ignore[maintainer] why\nMAINTAINER me\n=== dockerlint.toml\nextend-select = ['maintainer']",
        "FROM alpine:3.22\n# dockerlint: ignore[maintainer] not asked for here\nRUN true",
        "# dockerlint: ignore-file[DL4000]\nFROM alpine:3.22\nMAINTAINER me\n=== dockerlint.toml\nextend-select = ['maintainer']",
        "FROM alpine:3.22\n# hadolint ignore=DL4000,SC2050\nRUN true\n=== dockerlint.toml\nextend-select = ['maintainer']",
        "FROM alpine:3.22\n# dockerlint: ignore[maintainer] until=2027-01-31\nMAINTAINER me\n"
        "=== dockerlint.toml\nextend-select = ['maintainer']",
        "# check=skip=JSONArgsRecommended\nFROM alpine:3.22",
        "# checkov:skip=CKV_DOCKER_2: no\nFROM alpine:3.22",
        "# We use hadolint, and ignore its advice.\nFROM alpine:3.22",
    )

    def check(self, suppression: Suppression) -> Findings:
        pragma = suppression.pragma
        if pragma.fault:
            yield self.finding(pragma.comment, f"this comment has no effect: {pragma.fault}")
            return
        if not pragma.is_ours:
            return
        if suppression.is_expired:
            yield self.finding(_until(pragma), f"this exception ended on {pragma.until}")
            return
        unknown = {id(name) for name, _ in suppression.unknown}
        for name, why in suppression.unknown:
            yield self.finding(name, why, fix=_without(pragma, name))
        for name in pragma.names:
            if id(name) not in unknown and name not in suppression.used and name not in suppression.untold:
                message = f"`ignore[{name}]` silences nothing: {_place(pragma)} has no such finding"
                yield self.finding(name, message, fix=_without(pragma, name))


def _place(pragma: Pragma) -> str:
    return (
        f"line {pragma.first}"
        if pragma.first == pragma.last
        else f"what stands in lines {pragma.first} to {pragma.last}"
    )


def _until(pragma: Pragma) -> Text:
    start = pragma.comment.index(f"until={pragma.until}")
    return pragma.comment.part(start, start + len(f"until={pragma.until}"))


def _without(pragma: Pragma, name: Text) -> Fix:
    """The comment without a name, or nothing where it was the only one."""
    source, others = name.source, [one for one in pragma.names if one is not name]
    if not others:
        line = source.position(pragma.comment.start).line
        ends = [*source.line_starts[line:], len(source.text)]
        return Fix(
            "remove the comment", (Edit.replacing(Span(source, source.line_starts[line - 1], ends[0]), ""),), True
        )
    before = [one for one in others if one.end <= name.start]
    after = [one for one in others if one.start >= name.end]
    span = Span(source, before[-1].end, name.end) if before else Span(source, name.start, after[0].start)
    return Fix(f"remove `{name}`", (Edit.replacing(span, ""),), True)


class IgnoreComment(Rule[Suppression]):
    """A comment asks to leave something out.

    Who answers for an organisation's rules wants to see every exception from them, and why it was made.

    Mend what the rule found, or give the reason behind the bracket. With the setting `require-reason`, only comments
    without a reason are reported.

    https://docs.docker.com/build/checks/#skip-checks
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("DL1001",)
    bad = {
        "FROM alpine:3.22\n# dockerlint: ignore[«root-user»] base image of ours\nUSER root": None,
        "FROM alpine:3.22\n# hadolint ignore=«DL3002»,«DL3008»\nUSER root": None,
        "# check=skip=«JSONArgsRecommended»\nFROM alpine:3.22": None,
        "FROM alpine:3.22\n#trivy:ignore:«DS-0002»\nUSER root\n=== dockerlint.toml\nrequire-reason = true": None,
    }
    good = (
        "FROM alpine:3.22\n# the user is ignored\nUSER root",
        "FROM alpine:3.22\n# dockerlint: ignore[root-user] base image of ours\nUSER root\n=== dockerlint.toml\nrequire-reason = true",
        "# checkov:skip=CKV_DOCKER_2:the orchestrator probes\nFROM alpine:3.22\n=== dockerlint.toml\nrequire-reason = true",
        "FROM alpine:3.22\n# hadolint ignore=DL3002 # base image of ours\nUSER root\n=== dockerlint.toml\nrequire-reason = true",
    )

    def check(self, suppression: Suppression) -> Findings:
        pragma = suppression.pragma
        if self.settings.require_reason and pragma.reason:
            return
        suffix = "" if pragma.reason else " without a reason"
        for name in pragma.names:
            yield self.finding(name, f"`{name}` is ignored here{suffix}")
