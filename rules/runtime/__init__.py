"""What happens when the container runs."""

from .arguments import CmdConflictsWithEntrypoint
from .background import BackgroundProcess
from .debug import DebugMode
from .development import DevelopmentMode
from .exec_forms import ExecFormMisuse
from .exposure import DockerSocketVolume, RemoteLogin
from .habits import NodeEnv, PythonUnbuffered
from .healthchecks import HealthcheckNeverFails, MissingHealthcheck
from .image_has import CommandNotInImage, StartCommandNotInImage
from .logs import LogsToFile
from .reachability import LoopbackBind, PortMismatch
from .shell_forms import NeedlessShellForm, ShellFormCommand
from .start_files import StartFileMissing
from .starting import MissingStartCommand, ScriptWithoutExec
from .tools import BuildToolAsCommand
from .unrunnable import UnrunnableScript

__all__ = [
    "BackgroundProcess",
    "BuildToolAsCommand",
    "CmdConflictsWithEntrypoint",
    "CommandNotInImage",
    "DebugMode",
    "DevelopmentMode",
    "DockerSocketVolume",
    "ExecFormMisuse",
    "HealthcheckNeverFails",
    "LogsToFile",
    "LoopbackBind",
    "MissingHealthcheck",
    "MissingStartCommand",
    "NeedlessShellForm",
    "NodeEnv",
    "PortMismatch",
    "PythonUnbuffered",
    "RemoteLogin",
    "ScriptWithoutExec",
    "ShellFormCommand",
    "StartCommandNotInImage",
    "StartFileMissing",
    "UnrunnableScript",
]
