"""The contract between a service and the Dockerfile that it builds."""

from .arguments import MissingBuildArg, UndeclaredBuildArg
from .baked import BuildTimeVariableAtRuntime
from .dockerfiles import MissingDockerfile, UnknownTarget
from .files import MissingEnvFile, MissingMountSource
from .handed import MissingBuildSecret
from .images import ClashingImageName, ImageAndBuild

__all__ = [
    "BuildTimeVariableAtRuntime",
    "ClashingImageName",
    "ImageAndBuild",
    "MissingBuildArg",
    "MissingBuildSecret",
    "MissingDockerfile",
    "MissingEnvFile",
    "MissingMountSource",
    "UndeclaredBuildArg",
    "UnknownTarget",
]
