"""Secrets: what stands in the file, what is handed to commands, what is copied, written and generated."""

from .commands import SecretInCommand
from .files import SecretFileCopied
from .forms import CredentialsInUrl, KnownToken
from .keys import KeyGeneratedInBuild
from .layers import SecretWrittenToLayer
from .passwords import PasswordSetInRun
from .variables import SecretBuildArg, SecretInEnv, SecretNamedVariable

__all__ = [
    "CredentialsInUrl",
    "KeyGeneratedInBuild",
    "KnownToken",
    "PasswordSetInRun",
    "SecretBuildArg",
    "SecretFileCopied",
    "SecretInCommand",
    "SecretInEnv",
    "SecretNamedVariable",
    "SecretWrittenToLayer",
]
