"""Secrets that stand in Compose files, and logins that do not fit. No message prints a value."""

from .builds import SecretInBuildArgs
from .commands import SecretInServiceCommand
from .defaults import FallbackSecret
from .environment import SecretInEnvironment
from .files import CommittedEnvFile
from .logins import MismatchedCredentials
from .mounts import UnmountedSecret
from .tokens import TokenInCompose
from .urls import CredentialsInServiceUrl

__all__ = [
    "CommittedEnvFile",
    "CredentialsInServiceUrl",
    "FallbackSecret",
    "MismatchedCredentials",
    "SecretInBuildArgs",
    "SecretInEnvironment",
    "SecretInServiceCommand",
    "TokenInCompose",
    "UnmountedSecret",
]
