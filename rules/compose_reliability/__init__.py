"""Services that are waited for, checked, restarted, and that keep their data."""

from .healthchecks import HealthcheckNeedsShell, MissingServiceHealthcheck, ServiceHealthcheckNeverFails
from .waiting import HealthyWithoutHealthcheck, NeverCompletes, StartedNotHealthy

__all__ = [
    "HealthcheckNeedsShell",
    "HealthyWithoutHealthcheck",
    "MissingServiceHealthcheck",
    "NeverCompletes",
    "ServiceHealthcheckNeverFails",
    "StartedNotHealthy",
]
