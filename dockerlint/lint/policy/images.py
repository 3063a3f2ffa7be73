"""Images that are pulled, and how references to images are compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from dockerlint.compose.services import Compose
from dockerlint.compose.values import Value
from dockerlint.dockerfile.expansion import expand
from dockerlint.dockerfile.image import DOCKER_HUB, Reference, parse
from dockerlint.dockerfile.instructions import Copy, From
from dockerlint.dockerfile.stages import Dockerfile, Pull
from dockerlint.lint.policy.facts import NOTHING, UNKNOWN, Fact, One, Place, Table, Thing, one
from dockerlint.lint.policy.stages import name_of
from dockerlint.project.build import Build
from dockerlint.project.containers import Container
from dockerlint.source import Text

_OF_REFERENCE = ("image", "registry", "repository", "name", "tag", "digest")


def of_build(build: Build, named_contexts: Sequence[str]) -> Iterator[Thing]:
    """The images that a build pulls."""
    replaced = {*named_contexts, *build.named_contexts}
    stages = {id(step.instruction): stage for stage in build.dockerfile.stages for step in stage.steps}
    for pull in build.dockerfile.pulls:
        if pull.name in replaced:
            continue
        stage = pull.stage or stages[id(pull.instruction)]
        use = (
            "from" if isinstance(pull.instruction, From) else "copy" if isinstance(pull.instruction, Copy) else "mount"
        )
        entries = {
            "use": One((use,)),
            **of_reference(pull.reference, pull.written),
            "platform": _platform(pull, build.dockerfile),
            "stage": name_of(stage),
        }
        yield Thing(pull.written, Table(entries))


def _platform(pull: Pull, dockerfile: Dockerfile) -> Fact:
    written = pull.instruction.platform if isinstance(pull.instruction, From) else None
    if not written:
        return NOTHING
    # FROM sees the arguments before the first stage, and nothing else.
    return one(expand(written, dockerfile.argument_before_stages, pull.instruction.escape).value, written)


def of_container(container: Container) -> Iterator[Thing]:
    """The image that a service pulls."""
    service = container.service
    image = service.image
    if image is None or service.build is not None or (not image.unknown and image.text in _built(container.compose)):
        return
    platform = service.settings.text("platform")
    entries = {
        "use": One(("service",)),
        **of_reference(None if image.unknown else parse(image.text), image.text),
        "platform": NOTHING if platform is None else of_value(platform),
        "stage": NOTHING,
    }
    yield Thing(image.text, Table(entries))


def of_value(value: Value) -> Fact:
    """A text of a Compose file."""
    return UNKNOWN if value.unknown else One((str(value.text),), value.text)


@lru_cache(maxsize=1)
def _built(compose: Compose) -> frozenset[str]:
    """The images that services of a project build: others that name them pull nothing."""
    services = (service for service in compose.services if service.build is not None and service.image is not None)
    return frozenset(str(service.image.text) for service in services if service.image is not None)


def of_reference(reference: Reference | None, written: Text) -> dict[str, Fact]:
    """The parts of a reference, each at its place if it is written there; all unknown where the reference is."""
    if reference is None:
        return dict.fromkeys(_OF_REFERENCE, UNKNOWN)
    path = reference.path
    familiar = path.removeprefix("library/") if reference.registry == DOCKER_HUB else path
    name = path.rpartition("/")[2]
    return {
        "image": One(forms_of(reference), written),
        "registry": One((reference.registry,), _part(written, reference, 0, len(reference.registry))),
        "repository": One((path, familiar), _named(written, reference, familiar)),
        "name": One((name,), _named(written, reference, name)),
        "tag": NOTHING if reference.tag is None else One((reference.tag,), _tag(written, reference)),
        "digest": NOTHING if reference.digest is None else One((reference.digest,), _digest(written, reference)),
    }


def forms_of(reference: Reference) -> tuple[str, ...]:
    """All texts that mean an image: as it is written, in full, and as people say it."""
    written = str(reference)
    rest = written[len(reference.name) :]
    names = (reference.name, f"{reference.registry}/{reference.path}", reference.familiar)
    forms = [name + rest for name in names]
    if not rest:
        forms += [f"{name}:latest" for name in names]
    return tuple(dict.fromkeys(forms))


def _part(written: Text, reference: Reference, start: int, end: int) -> Place | None:
    """A part of a reference, if it is written so; no place where it is only meant, the whole where a variable is."""
    if written != str(reference):
        return written
    return written.part(start, end) if written[start:end] == str(reference)[start:end] else None


def _named(written: Text, reference: Reference, name: str) -> Place | None:
    end = len(reference.name)
    return _part(written, reference, end - len(name), end)


def _tag(written: Text, reference: Reference) -> Place | None:
    start = len(reference.name) + 1
    return _part(written, reference, start, start + len(reference.tag or ""))


def _digest(written: Text, reference: Reference) -> Place | None:
    end = len(str(reference))
    return _part(written, reference, end - len(reference.digest or ""), end)
