"""The contract between a service and the Dockerfile that it builds."""

from .arguments import MissingBuildArg, UndeclaredBuildArg
from .baked import BuildTimeVariableAtRuntime
from .contexts import DataInBuildContext, WideBuildContext
from .dockerfiles import MissingDockerfile, UnknownTarget
from .files import MissingEnvFile, MissingMountSource
from .handed import MissingBuildSecret
from .images import ClashingImageName, ImageAndBuild
from .mounts import HiddenByMount, UnwritableMount
from .ports import HealthcheckWrongPort, LoopbackListener, PortNotExposed, WrongContainerPort
from .starting import IgnoredServiceCommand, MissingServiceProgram, UnknownServiceUser
from .variables import UnsetRequiredVariable

__all__ = [
    "BuildTimeVariableAtRuntime",
    "ClashingImageName",
    "DataInBuildContext",
    "HealthcheckWrongPort",
    "HiddenByMount",
    "IgnoredServiceCommand",
    "ImageAndBuild",
    "LoopbackListener",
    "MissingBuildArg",
    "MissingBuildSecret",
    "MissingDockerfile",
    "MissingEnvFile",
    "MissingMountSource",
    "MissingServiceProgram",
    "PortNotExposed",
    "UndeclaredBuildArg",
    "UnknownServiceUser",
    "UnknownTarget",
    "UnsetRequiredVariable",
    "UnwritableMount",
    "WideBuildContext",
    "WrongContainerPort",
]
