"""Where a service's image is built from.

https://docs.docker.com/reference/compose-file/build/
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dockerlint.project.files import absolute

if TYPE_CHECKING:
    from dockerlint.compose.services import Compose, Service
    from dockerlint.compose.values import Value

_REMOTE = ("git@", "github.com/", "gitlab.com/", "service:", "target:", "docker-image:", "oci-layout:")


class BuildPlace(NamedTuple):
    """The folder that a service takes as build context and its Dockerfile, both absolute; either may be missing."""

    context: Path
    dockerfile: Path


def build_place(compose: Compose, service: Service) -> BuildPlace | None:
    """The place of a build that the files tell; None without a build, for a URL and where a variable hides it."""
    build = service.build
    if build is None or not is_local(build.context) or not is_local(build.dockerfile):
        return None
    context = absolute(Path(compose.path_of(build.context) if build.context else compose.folder_of(service)))
    return BuildPlace(context, absolute(context / (str(build.dockerfile.text) if build.dockerfile else "Dockerfile")))


def is_local(value: Value | None) -> bool:
    """Whether a value is a path that is known; an absent one stands for a default."""
    return value is None or not (value.unknown or is_remote(value.text))


def is_remote(context: str) -> bool:
    """Whether a build context is fetched, or is made by another build."""
    return "://" in context or context.startswith(_REMOTE)
