"""What Docker Compose checks once a project is put together: whether its parts fit each other.

Services that a profile keeps off are spared by Compose until they are on.
https://docs.docker.com/reference/compose-file/services/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from dockerlint.compose import BASE_NAMES, mounts, ports, repairs
from dockerlint.compose.conflicts import conflicts_of, faults_even_if_off
from dockerlint.compose.errors import ComposeError, Kind, shown
from dockerlint.compose.mounts import Volume
from dockerlint.compose.nodes import Scalar, Sequence
from dockerlint.compose.references import Reference, declared_things, needed_services, used_services
from dockerlint.compose.services import Compose, Service
from dockerlint.compose.values import Value
from dockerlint.source import Span
from dockerlint.wording import nearest

_USES = {
    "networks": "joins the network",
    "volumes": "mounts the volume",
    "secrets": "takes the secret",
    "configs": "takes the config",
    "models": "uses the model",
    "build.secrets": "is built with the secret",
    "depends_on": "depends on",
    "links": "links to",
    "volumes_from": "takes the volumes of",
    "network_mode": "shares the network of",
    "ipc": "shares the memory of",
    "pid": "shares the processes of",
    "uts": "shares the host name of",
    "additional_contexts": "is built on",
}


def check(compose: Compose) -> Iterator[ComposeError]:
    """Everything that does not fit. What is only undefined as long as files are missing is not certain."""
    if compose.is_whole:
        yield from _of_services(compose)
        yield from _cycles(compose)
        yield from _repeated_names(compose)
        yield from faults_even_if_off(compose)
        yield from _project_name(compose)


def _of_services(compose: Compose) -> Iterator[ComposeError]:
    """What is wrong with single services; a place that several share is told once."""
    found: dict[tuple[Kind, Span], list[tuple[ComposeError, Service]]] = {}
    for service in compose.services:
        errors = (
            *_missing_image(service, compose),
            *_undefined(service, compose),
            *_services_that_are_off(service, compose),
            *_mounted_twice(service),
            *_lost_by_variables(service),
            *conflicts_of(service),
        )
        for error in errors:
            found.setdefault((error.kind, error.span), []).append((error, service))
    for shared in found.values():
        error = shared[0][0]
        others = ", ".join(f"`{service.name}`" for _, service in shared[1:])
        is_dormant = not any(compose.is_active(service) for _, service in shared)
        message = f"{error.message} (and so for {others})" if others else error.message
        yield error._replace(message=message, is_dormant=is_dormant)


def _project_name(compose: Compose) -> Iterator[ComposeError]:
    name = compose.name
    if name is not None and name.text and not name.unknown and not re.search("[a-z0-9]", name.text.lower()):
        message = f"nothing of {shown(name.text)} can stand in the name of a project: Compose takes a-z, 0-9, `_`, `-`"
        yield ComposeError("value", message, name.written.span)


# What is missing.


def _missing_image(service: Service, compose: Compose) -> Iterator[ComposeError]:
    image = service.image
    if "build" in service.node or "provider" in service.node or (image is not None and image.text):
        return
    if not service.node.entries or ("image" in service.node and image is None):
        return  # refused for that already
    if image is None:
        is_main = posixpath.basename(compose.source.path) in BASE_NAMES
        message = f"`{service.name}` has neither `image` nor `build`"
        yield ComposeError("missing-image", message, service.name.span, is_certain=is_main)
    elif not any(variable.state == "required" for variable in image.variables):
        names = " and ".join(f"`{variable.name}`" for variable in image.variables)
        message = f"`{service.name}` has no image: " + (f"{names} is not set" if names else "`image` is empty")
        yield ComposeError("missing-image", message, image.written.span, is_certain=not image.unknown)


def _undefined(service: Service, compose: Compose) -> Iterator[ComposeError]:
    """Names that stand for nothing."""
    services = tuple(str(one.name) for one in compose.services)
    for reference in (*needed_services(service), *used_services(service)):
        other = compose.service(reference.name.text)
        if other is None:
            yield _not_there(service, reference, services, compose)
        elif reference.key == "additional_contexts" and other.build is None:
            message = f"`{service.name}` {_USES[reference.key]} `{other.name}`, which is no image that is built"
            yield ComposeError("conflict", message, reference.name.text.span, is_certain=not compose.is_fragment)
    for reference in declared_things(service):
        names = tuple(map(str, compose.declared(reference.kind)))
        if reference.name.text not in names and (reference.kind, reference.name.text) != ("networks", "default"):
            yield _not_there(service, reference, names, compose)


def _not_there(service: Service, reference: Reference, names: tuple[str, ...], compose: Compose) -> ComposeError:
    name = reference.name
    if not name.text and not name.unknown:
        message = f"an entry of `{reference.key}` of `{service.name}` names nothing"
        return ComposeError("undefined", message, name.written.span, is_certain=not compose.is_fragment)
    uses = f"`{service.name}` {_USES[reference.key]} {shown(name.text)}"
    missing = "which is no service of this project" if reference.kind == "service" else "which is not declared"
    called = _called(name.text, compose) if reference.kind == "service" else None
    near = (str(called.name),) if called is not None else nearest(name.text, names)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    if called is not None:
        hint = f" but the container of `{called.name}`: write that name"
    repair = repairs.renamed(name.text, near[0]) if len(near) == 1 and name.is_literal else None
    is_certain = not name.unknown and not compose.is_fragment
    place = name.text.span if name.text else name.written.span
    return ComposeError("undefined", f"{uses}, {missing}{hint}", place, repair, is_certain=is_certain)


def _called(name: str, compose: Compose) -> Service | None:
    """The service whose container has a name."""
    for service in compose.services:
        own = service.settings.text("container_name") if "container_name" in service.node else None
        if own is not None and own.text == name:
            return service
    return None


def _services_that_are_off(service: Service, compose: Compose) -> Iterator[ComposeError]:
    """Services that are needed and that a profile keeps off, when this one is on."""
    optional = {str(one.name) for one in service.depends_on if _is_optional(one.node, compose)}
    on = compose.profiles
    for reference in needed_services(service):
        needed = compose.service(reference.name.text)
        if needed is None or not needed.profiles or needed.is_active(on):
            continue
        if reference.key == "depends_on" and needed.name in optional:
            continue
        own = {str(profile.text) for profile in service.profiles}
        if own and any(needed.is_active({profile}) for profile in own):
            continue
        profiles = " or ".join(f"`{profile.text}`" for profile in needed.profiles)
        what = f"`{service.name}` {_USES[reference.key]} `{needed.name}`"
        message = f"{what}, which only the profile {profiles} switches on"
        is_certain = not any(profile.unknown for profile in (*service.profiles, *needed.profiles))
        yield ComposeError("undefined", message, reference.name.text.span, is_certain=is_certain)


def _is_optional(dependency: object, compose: Compose) -> bool:
    required = getattr(dependency, "get", lambda _key: None)("required")
    return isinstance(required, Scalar) and compose.reader.value(required).text.lower() == "false"


# What there is too much of.


def _mounted_twice(service: Service) -> Iterator[ComposeError]:
    """A path that `tmpfs` and another mount, or `tmpfs` itself, want for themselves."""
    seen: dict[str, Span] = {}
    for value in {str(value.text): value for value in service.settings.texts("tmpfs")}.values():
        path = value.part(0, len(value.text.partition(":")[0]))
        if value.unknown or not path.text:
            continue
        key = posixpath.normpath(path.text)
        if key in seen:
            yield ComposeError("mount", f"{shown(path.text)} stands twice in `tmpfs`", path.text.span)
        seen.setdefault(key, path.text.span)
    last: dict[str, Volume] = {posixpath.normpath(volume.target.text): volume for volume in service.volumes}
    for target, volume in last.items():
        if target in seen and not volume.target.unknown:
            message = f"{shown(volume.target.text)} is mounted here and in `tmpfs`: Compose refuses the file"
            yield ComposeError("mount", message, volume.target.text.span)


def _lost_by_variables(service: Service) -> Iterator[ComposeError]:
    """Mounts and ports that are none unless somebody sets their variables."""
    readers: tuple[tuple[Kind, str, Callable[[Value], object]], ...]
    readers = ("mount", "volumes", mounts.read_short), ("port", "ports", ports.read_short)
    for kind, key, read in readers:
        items = service.node.get(key)
        for item in items.items if isinstance(items, Sequence) else ():
            value = service.settings.reader.value(item) if isinstance(item, Scalar) else None
            if value is None or not value.unknown:
                continue
            try:
                read(Value(value.text, value.text))
            except ValueError as error:
                yield ComposeError(kind, str(error), value.written.span, is_certain=False)


def _repeated_names(compose: Compose) -> Iterator[ComposeError]:
    """Containers of one name, told at the second."""
    first: dict[str, Service] = {}
    for service in sorted(compose.services, key=lambda one: not compose.is_active(one)):
        name = service.settings.text("container_name") if "container_name" in service.node else None
        if name is None or not name.text:
            continue
        other = first.setdefault(str(name.text), service)
        if other is service or not other.may_run_with(service):
            continue
        known = other.settings.text("container_name")
        is_same_place = known is not None and known.written.span == name.written.span
        how = f"inherits `container_name: {name.text}` from" if is_same_place else "has the `container_name` of"
        if is_same_place and "extends" not in service.node:
            how = f"shares `container_name: {name.text}` with"
        message = f"`{service.name}` {how} `{other.name}`: the second container cannot start"
        place = service.name.span if is_same_place else name.written.span
        is_certain = not name.unknown or (known is not None and known.written == name.written)
        is_dormant = not compose.is_active(service) or not compose.is_active(other)
        yield ComposeError("repeated-name", message, place, is_certain=is_certain, is_dormant=is_dormant)


# Circles.


def _cycles(compose: Compose) -> Iterator[ComposeError]:
    """Each circle once, at the name that closes it."""
    edges = {str(service.name): list(needed_services(service)) for service in compose.services}
    done: set[str] = set()
    for start in edges:
        yield from _cycles_from(start, edges, done, compose)


def _cycles_from(
    start: str, edges: dict[str, list[Reference]], done: set[str], compose: Compose
) -> Iterator[ComposeError]:
    path: dict[str, Iterator[Reference]] = {}  # from the start on, each with the edges that are still to follow
    if start not in done:
        done.add(start)
        path[start] = iter(edges[start])
    while path:
        last = next(reversed(path))
        reference = next(path[last], None)
        needed = str(reference.name.text) if reference is not None else ""
        if reference is None:
            del path[last]
        elif needed in path:
            names = list(path)
            yield _cycle(names[names.index(needed) :], reference, compose)
        elif needed in edges and needed not in done:
            done.add(needed)
            path[needed] = iter(edges[needed])


def _cycle(circle: list[str], last: Reference, compose: Compose) -> ComposeError:
    shown_path = " -> ".join(f"`{name}`" for name in (*circle, circle[0]))
    hint = "; a network alias does what the link is for" if last.key == "links" and len(circle) == 1 else ""
    services = (compose.service(name) for name in circle)
    is_dormant = not all(service is not None and compose.is_active(service) for service in services)
    message = f"{shown_path}: Compose refuses this circle{hint}"
    return ComposeError("cycle", message, last.name.text.span, is_certain=not last.name.unknown, is_dormant=is_dormant)
