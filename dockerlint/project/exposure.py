"""How far what a finding speaks of is open to others: the threat in Risk = Threat x Vulnerability x Impact."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from dockerlint.project.service_kinds import reaches_network

if TYPE_CHECKING:
    from dockerlint.dockerfile.stages import Stage
    from dockerlint.project.build import Build
    from dockerlint.project.containers import Container, Stack


class Exposure(IntEnum):
    """Who comes near it, the least first."""

    DEVELOPMENT = 1  # only who develops
    BUILD = 2  # only the build
    INSIDE = 3  # other services of the project
    UNKNOWN = 4  # it ships, and nothing says who reaches it
    NETWORK = 5  # whoever reaches a published port

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Exposure.DEVELOPMENT: "only in development",
    Exposure.BUILD: "only in the build",
    Exposure.INSIDE: "inside the project only",
    Exposure.UNKNOWN: "it ships, and nothing says who reaches it",
    Exposure.NETWORK: "a published port leads to it",
}


def of_line(build: Build, line: int) -> Exposure:
    """The exposure of what a line of a Dockerfile makes; `line` is counted from 1."""
    stages = build.dockerfile.stages
    stage = next((one for one in reversed(stages) if one.from_.start_line <= line), None)
    if stage is None:
        return of_build(build)
    if build.is_development(stage):
        return Exposure.DEVELOPMENT
    return of_build(build) if stage in build.shipping_stages else Exposure.BUILD


def of_build(build: Build, stage: Stage | None = None) -> Exposure:
    """The exposure of what a build makes, by the services that run it."""
    services = build.services_of(stage) if stage is not None else build.services
    if not services:
        return Exposure.UNKNOWN
    return Exposure.NETWORK if any(map(reaches_network, services)) else Exposure.INSIDE


def of_container(container: Container) -> Exposure:
    if container.is_development:
        return Exposure.DEVELOPMENT
    mode = container.service.network_mode
    is_open = reaches_network(container.service) or (mode is not None and mode.text == "host")
    return Exposure.NETWORK if is_open else Exposure.INSIDE


def of_place(stack: Stack, path: str, offset: int) -> Exposure:
    """The exposure of what a place in a Compose file speaks of: that of its service, or the project's greatest."""
    service = stack.compose.service_at(path, offset)
    container = stack.container(service.name) if service is not None else None
    if container is not None:
        return of_container(container)
    return max(map(of_container, stack.containers), default=Exposure.UNKNOWN)
