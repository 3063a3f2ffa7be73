"""Comments that ask to leave findings out."""

from __future__ import annotations

from dockerlint.lint.finding import Edit
from dockerlint.lint.rule import Findings, Fix, Rule, Severity
from dockerlint.lint.suppression import Suppression
from dockerlint.pragmas import Pragma
from dockerlint.source import EmbeddedSource, Span, Text


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
        "=== dockerlint.toml\nextend-select = ['maintainer']": (
            "FROM alpine:3.22\nMAINTAINER me\n=== dockerlint.toml\nextend-select = ['maintainer']"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.29 # dockerlint: ignore[«privileged-service»] why\n"
        "=== dockerlint.toml\nextend-select = ['privileged-service']": (
            "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.29"
        ),
        "=== compose.yaml\nservices:\n  # dockerlint: ignore[host-network, «privileged-service»]\n  web:\n    image: nginx:1.29\n"
        "    network_mode: host\n=== dockerlint.toml\nextend-select = ['privileged-service', 'host-network']": (
            "=== compose.yaml\nservices:\n  # dockerlint: ignore[host-network]\n  web:\n    image: nginx:1.29\n"
            "    network_mode: host"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.29\n«# kics-scan disable=ae5b6871-7f45-42e0-bb4c-ab300c4d2026»\n": None,
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
        elif pragma.is_ours and suppression.is_expired:
            yield self.finding(
                _until(pragma), f"this exception ended on {pragma.until}", fix=_without(pragma, pragma.names)
            )
        elif pragma.is_ours:
            yield from self._of_names(suppression)

    def _of_names(self, suppression: Suppression) -> Findings:
        pragma, idle = suppression.pragma, suppression.idle
        unknown = tuple(name for name, _ in suppression.unknown)
        needless = (*unknown, *idle)
        fix = _without(pragma, needless) if needless else None
        for name, why in suppression.unknown:
            yield self.finding(name, why, fix=fix)
        for name in idle:
            yield self.finding(
                name, f"`ignore[{name}]` silences nothing: {_place(pragma)} has no such finding", fix=fix
            )


def _place(pragma: Pragma) -> str:
    return (
        f"line {pragma.first}"
        if pragma.first == pragma.last
        else f"what stands in lines {pragma.first} to {pragma.last}"
    )


def _until(pragma: Pragma) -> Text:
    start = pragma.comment.index(f"until={pragma.until}")
    return pragma.comment.part(start, start + len(f"until={pragma.until}"))


def _without(pragma: Pragma, needless: tuple[Text, ...]) -> Fix | None:
    """The comment without some of its names, or nothing where no other is left."""
    embedding = pragma.comment.source
    if isinstance(embedding, EmbeddedSource) and not embedding.is_block:
        return None
    names = pragma.names
    kept = [name for name in names if name not in needless]
    if not kept:
        return Fix("remove the comment", (Edit.replacing(_whole(pragma.comment), ""),), is_safe=True)
    source = names[0].source
    between = source.text[names[0].end : names[1].start]
    removed = " and ".join(f"`{name}`" for name in dict.fromkeys(needless))
    span = Span(source, names[0].start, names[-1].end)
    return Fix(f"remove {removed}", (Edit.replacing(span, between.join(kept)),), is_safe=True)


def _whole(comment: Text) -> Span:
    """A comment with the line that it stands on alone, or else with the blanks before it."""
    source, first, last = comment.source.in_file(comment.span)
    line = source.position(first).line
    start = source.line_starts[line - 1]
    end = source.line_starts[line] if line < len(source.line_starts) else len(source.text)
    before, after = source.text[start:first], source.text[last:end]
    if before.strip():
        return Span(source, start + len(before.rstrip()), last + len(after) - len(after.lstrip(" \t")))
    # Another comment may follow on the same line.
    return Span(source, first, end - len(after.lstrip())) if after.strip() else Span(source, start, end)


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
        pragma, is_required = suppression.pragma, self.settings.require_reason
        if pragma.fault or (is_required and pragma.reason):
            return
        suffix = "" if pragma.reason else " without a reason"
        severity = Severity.WARNING if is_required else None
        for name in pragma.names:
            yield self.finding(name, f"`{name}` is ignored here{suffix}", severity=severity)
        if not pragma.names:
            yield self.finding(pragma.comment, f"all findings are ignored here{suffix}", severity=severity)
