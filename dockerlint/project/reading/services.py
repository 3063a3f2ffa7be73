"""Compose services as builders.

https://docs.docker.com/reference/compose-file/build/
"""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.compose.nodes import Mapping, Scalar, Sequence
from dockerlint.compose.services import Build, Compose, Service
from dockerlint.compose.values import Value
from dockerlint.project.build_places import BuildPlace
from dockerlint.project.builders import Argument, BuildLink, Given, Told


def link_of(compose: Compose, service: Service, place: BuildPlace, *, is_development: bool) -> BuildLink:
    """What a service builds at a place."""
    build = service.build
    assert build is not None  # noqa: S101 (it has a place)
    told = Told(
        context=_given(build.context),
        dockerfile=_given(build.dockerfile),
        target=_given(build.target),
        arguments=tuple(given_arguments(compose, build)),
        named_contexts=tuple(str(name) for name in build.named_contexts),
        secrets=tuple(sorted(secrets_of(service))),
        has_ssh=has_agent(service),
        platforms=tuple(_platforms(service)),
    )
    name = f"the service `{service.name}`"
    context, dockerfile = place
    return BuildLink("compose", name, service.name, told, context, dockerfile, True, is_development, service)


def given_arguments(compose: Compose, build: Build) -> Iterator[Argument]:
    """The build arguments that a service gives; a name alone passes a variable on."""
    for name, value in build.args:
        passed = compose.reader.scope_of(name.source).environment.get(name) if value is None else None
        known = str(value.text) if value is not None and not value.unknown else passed
        yield Argument(str(name), known)


def secrets_of(service: Service) -> frozenset[str]:
    """The ids under which the build gets its secrets."""
    build = service.settings.section("build", "the build")
    node = build.node.get("secrets") if build is not None else None
    items = node.items if isinstance(node, Sequence) else ()
    named = ((item.get("target") or item.get("source")) if isinstance(item, Mapping) else item for item in items)
    reader = service.settings.reader
    return frozenset(str(reader.value(one).text) for one in named if isinstance(one, Scalar))


def has_agent(service: Service) -> bool:
    """Whether the build gets a key agent."""
    build = service.settings.section("build", "the build")
    return build is not None and "ssh" in build.node


def _platforms(service: Service) -> Iterator[str]:
    """The platform that it is built for and runs on."""
    platform = service.settings.text("platform")
    if platform is not None:
        yield str(platform.text)


def _given(value: Value | None) -> Given | None:
    return None if value is None else Given(value.written, None if value.unknown else str(value.text))
