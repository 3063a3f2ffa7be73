"""The containers of a Compose project: each service with the image that it runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dockerlint.dockerfile.image import Reference, parse
from dockerlint.knowledge.data_services import DataFamily, data_family
from dockerlint.knowledge.images import ImageFacts, facts
from dockerlint.project.addresses import Address, addresses
from dockerlint.project.build_places import BuildPlace, build_place
from dockerlint.project.environments import ContainerEnvironment, GivenFile, given_files
from dockerlint.project.files import Files, absolute
from dockerlint.project.networks import Networks
from dockerlint.project.port_facts import PortFact, port_facts
from dockerlint.project.possible_ports import possible_ports
from dockerlint.project.service_kinds import is_development, is_development_file, is_one_shot
from dockerlint.project.starts import Start, start_of

if TYPE_CHECKING:
    from dockerlint.compose.services import Compose, Service
    from dockerlint.dockerfile.stages import Stage
    from dockerlint.project.build import Build
    from dockerlint.source import Source, Span, Text


class Container:
    """A service and what is known of its image.

    `build` is the Dockerfile that it builds, with what the service tells that build; None for a pulled image and where
    the Dockerfile cannot be read.
    """

    def __init__(
        self,
        compose: Compose,
        service: Service,
        build: Build | None,
        files: Files,
        development_images: Sequence[str] = (),
    ) -> None:
        self.compose = compose
        self.service = service
        self.build = build
        self.files = files
        self._development_images = development_images

    @property
    def stage(self) -> Stage | None:
        """The stage that the service builds; None without a Dockerfile or where it has no such stage."""
        return self.build.dockerfile.target if self.build is not None else None

    @cached_property
    def place(self) -> BuildPlace | None:
        """Where it is built from, whether or not anything is there."""
        return build_place(self.compose, self.service)

    @cached_property
    def reference(self) -> Reference | None:
        """The image that is pulled: the service's own, or the one that the built stage stands on."""
        if self.service.build is not None:
            name = self.stage.root.base_name if self.stage is not None else None
            return parse(name) if name else None
        image = self.service.image
        return None if image is None or image.unknown else parse(image.text)

    @cached_property
    def facts(self) -> ImageFacts | None:
        """What is known of that image."""
        return facts(self.reference) if self.reference is not None else None

    @cached_property
    def data(self) -> DataFamily | None:
        """The family of databases, caches or brokers that the image belongs to."""
        return data_family(self.reference) if self.reference is not None else None

    @cached_property
    def env_files(self) -> tuple[GivenFile, ...]:
        """The files that its `env_file` names, with what stands in those that can be read."""
        return tuple(given_files(self.compose, self.service, self.files))

    @cached_property
    def environment(self) -> ContainerEnvironment:
        """The variables that its programs start with."""
        return ContainerEnvironment.of(self)

    @cached_property
    def start(self) -> Start | None:
        """What it starts; None where nobody knows."""
        return start_of(self)

    @cached_property
    def port_facts(self) -> tuple[PortFact, ...]:
        """All ports that it surely listens on; none where something is unknown."""
        return port_facts(self)

    @cached_property
    def possible_ports(self) -> frozenset[int]:
        """All ports on which it may listen."""
        return possible_ports(self)

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        """The addresses that its variables and commands tell it of."""
        return addresses(self)

    @cached_property
    def is_development(self) -> bool:
        """Whether a name says that this never runs in production."""
        return is_development(self.service, self._development_images)

    def is_development_at(self, place: Text | Span) -> bool:
        """Whether what stands at a place is never deployed: it may come from an override of a service that is."""
        return self.is_development or is_development_file(place.source.path, self._development_images)

    @cached_property
    def is_one_shot(self) -> bool:
        """Whether it is a job that ends."""
        return is_one_shot(self.service, self.compose)


class Stack:
    """All containers of a Compose project, also those that a profile switches on."""

    def __init__(self, compose: Compose, containers: Sequence[Container], files: Files) -> None:
        self.compose = compose
        self.containers = tuple(containers)
        self.files = files

    @cached_property
    def folder(self) -> Path:
        """The folder of its first file, where Compose looks for `.env`."""
        return absolute(Path(self.compose.source.path)).parent

    @cached_property
    def networks(self) -> Networks:
        """Who finds whom."""
        return Networks(self.compose)

    @cached_property
    def dotenv(self) -> Source | None:
        """The `.env` beside the first file."""
        return self.files.read(self.folder / ".env")

    def container(self, name: str) -> Container | None:
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Container]:
        return {str(one.service.name): one for one in self.containers}
