"""What happens when the container runs."""

from .arguments import CmdConflictsWithEntrypoint
from .background import BackgroundProcess
from .debug import DebugMode
from .development import DevelopmentMode
from .exec_forms import ExecFormMisuse
from .healthchecks import HealthcheckNeverFails, MissingHealthcheck
from .reachability import LoopbackBind, PortMismatch
from .shell_forms import NeedlessShellForm, ShellFormCommand

__all__ = [
    "BackgroundProcess",
    "CmdConflictsWithEntrypoint",
    "DebugMode",
    "DevelopmentMode",
    "ExecFormMisuse",
    "HealthcheckNeverFails",
    "LoopbackBind",
    "MissingHealthcheck",
    "NeedlessShellForm",
    "PortMismatch",
    "ShellFormCommand",
]
