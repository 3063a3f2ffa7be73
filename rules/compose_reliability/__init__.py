"""Services that are waited for, checked, restarted, and that keep their data."""

from .commands import CommandNeedsShell
from .data import SharedDataVolume, UnsavedData, WrongDataPath
from .healthchecks import HealthcheckNeedsShell, MissingServiceHealthcheck, ServiceHealthcheckNeverFails
from .running import LoggingOff, UnboundedLogs, UnboundedRestart
from .waiting import HealthyWithoutHealthcheck, NeverCompletes, StartedNotHealthy

__all__ = [
    "CommandNeedsShell",
    "HealthcheckNeedsShell",
    "HealthyWithoutHealthcheck",
    "LoggingOff",
    "MissingServiceHealthcheck",
    "NeverCompletes",
    "ServiceHealthcheckNeverFails",
    "SharedDataVolume",
    "StartedNotHealthy",
    "UnboundedLogs",
    "UnboundedRestart",
    "UnsavedData",
    "WrongDataPath",
]
