"""Secrets that stand in Compose files. No message prints a value."""

from .written import (
    CredentialsInServiceUrl,
    FallbackSecret,
    SecretInEnvironment,
    SecretInServiceCommand,
    TokenInCompose,
)

__all__ = [
    "CredentialsInServiceUrl",
    "FallbackSecret",
    "SecretInEnvironment",
    "SecretInServiceCommand",
    "TokenInCompose",
]
