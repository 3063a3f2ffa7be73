"""What the rules of plug-ins are made of: the shape of a rule, and the nodes of Dockerfiles that it may look at.

These names keep to their meaning from one version to the next; those of Compose files are in
`dockerlint.plugin.compose`, so that a rule about Dockerfiles need not wait for them.
"""

from dockerlint.dockerfile.instruction import Instruction
from dockerlint.dockerfile.instructions import (
    Add,
    Arg,
    Copy,
    Env,
    Expose,
    From,
    Label,
    Maintainer,
    Onbuild,
    Stopsignal,
    User,
    Volume,
    Workdir,
)
from dockerlint.dockerfile.shell_forms import Cmd, Entrypoint, Healthcheck, Run, Shell, ShellForm
from dockerlint.dockerfile.stages import Dockerfile, Pull, Stage
from dockerlint.lint.finding import Edit, Finding, Fix, Severity
from dockerlint.lint.rule import Findings, Rule, fix_of, replace
from dockerlint.lint.settings import Settings
from dockerlint.project.build import Build, Launch
from dockerlint.project.layers import Layer
from dockerlint.shell.script import Command
from dockerlint.source import Span, Text

__all__ = [
    "Add",
    "Arg",
    "Build",
    "Cmd",
    "Command",
    "Copy",
    "Dockerfile",
    "Edit",
    "Entrypoint",
    "Env",
    "Expose",
    "Finding",
    "Findings",
    "Fix",
    "From",
    "Healthcheck",
    "Instruction",
    "Label",
    "Launch",
    "Layer",
    "Maintainer",
    "Onbuild",
    "Pull",
    "Rule",
    "Run",
    "Settings",
    "Severity",
    "Shell",
    "ShellForm",
    "Span",
    "Stage",
    "Stopsignal",
    "Text",
    "User",
    "Volume",
    "Workdir",
    "fix_of",
    "replace",
]
