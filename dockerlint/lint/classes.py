"""What is wrong with the class of a rule, as it shows before the rule is shown anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dockerlint.dockerfile.instruction import Instruction
from dockerlint.lint.finding import Severity
from dockerlint.lint.rule import AnyRule

# What the engine shows besides instructions, by module and name: models of Compose files are slow to import.
_SHOWN = frozenset(
    {
        "dockerlint.shell.script.Command",
        "dockerlint.dockerfile.stages.Dockerfile",
        "dockerlint.dockerfile.stages.Pull",
        "dockerlint.dockerfile.stages.Stage",
        "dockerlint.lint.suppression.Suppression",
        "dockerlint.project.build.Build",
        "dockerlint.project.build.Launch",
        "dockerlint.project.builders.BuildOrder",
        "dockerlint.project.layers.Layer",
        "dockerlint.project.shell_texts.ShellText",
        "dockerlint.compose.services.Compose",
        "dockerlint.compose.services.Service",
        "dockerlint.project.containers.Container",
        "dockerlint.project.containers.Stack",
    }
)


def faults_of(rule: AnyRule) -> Iterator[str]:
    """The faults, in words that continue the name of the rule."""
    for kind in rule.kinds:
        if not _is_shown(kind):
            name = getattr(kind, "__name__", str(kind))
            shown = f"`{name}`, which rules are never shown" if isinstance(kind, type) else "nothing"
            yield f"looks at {shown}: write at what, as in `class {rule.__name__}(Rule[From])`"
    if not isinstance(getattr(rule, "severity", None), Severity):
        yield "has no severity: write `severity = Severity.WARNING`"
    if not isinstance(rule.bad, Mapping):
        yield "has samples in `bad` that are no mapping: write `bad = {sample: mended, or None}`"
    if isinstance(rule.good, str) or not all(isinstance(sample, str) for sample in rule.good):
        yield "has samples in `good` that are no tuple of texts: write `good = (sample,)`"


def _is_shown(kind: object) -> bool:
    return isinstance(kind, type) and (issubclass(kind, Instruction) or f"{kind.__module__}.{kind.__name__}" in _SHOWN)
