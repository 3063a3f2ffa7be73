"""Services that are waited for, checked, restarted, and that keep their data."""

from .commands import CommandNeedsShell
from .data import SharedDataVolume, UnsavedData, WrongDataPath
from .healthchecks import HealthcheckNeedsShell, MissingServiceHealthcheck, ServiceHealthcheckNeverFails
from .hosts import LocalhostBetweenServices, UnknownServiceHost
from .reach import NoCommonNetwork, WrongServicePort
from .running import LoggingOff, UnboundedLogs, UnboundedRestart
from .waiting import HealthyWithoutHealthcheck, NeverCompletes, StartedNotHealthy

__all__ = [
    "CommandNeedsShell",
    "HealthcheckNeedsShell",
    "HealthyWithoutHealthcheck",
    "LocalhostBetweenServices",
    "LoggingOff",
    "MissingServiceHealthcheck",
    "NeverCompletes",
    "NoCommonNetwork",
    "ServiceHealthcheckNeverFails",
    "SharedDataVolume",
    "StartedNotHealthy",
    "UnboundedLogs",
    "UnboundedRestart",
    "UnknownServiceHost",
    "UnsavedData",
    "WrongDataPath",
    "WrongServicePort",
]
