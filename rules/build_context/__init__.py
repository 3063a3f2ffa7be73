"""The build context: what lies beside the Dockerfile, what the ignore file keeps back, and what a COPY takes of it."""

from .ignoring import DockerignoreMissesEssentials, MissingDockerignore
from .ineffective import IneffectiveDockerignore
from .taking import ClutterInContext, DependenciesInContext, GitInContext, LargeContext, SecretInContext

__all__ = [
    "ClutterInContext",
    "DependenciesInContext",
    "DockerignoreMissesEssentials",
    "GitInContext",
    "IneffectiveDockerignore",
    "LargeContext",
    "MissingDockerignore",
    "SecretInContext",
]
