"""Images that are pulled, and how references to images are compared."""

from __future__ import annotations

import re
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
            **(_of_template(pull.written) if pull.name is None else of_reference(pull.reference, pull.written)),
            "platform": _platform(pull, build.dockerfile),
            "stage": name_of(stage),
        }
        yield Thing(pull.written, Table(entries), {"image": str(pull.written)})


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
    if image is None or service.build is not None or _is_built(image, container.compose):
        return
    platform = service.settings.text("platform")
    entries = {
        "use": One(("service",)),
        **(_of_template(image.written) if image.unknown else of_reference(parse(image.text), image.text)),
        "platform": NOTHING if platform is None else of_value(platform),
        "stage": NOTHING,
    }
    yield Thing(image.text, Table(entries), {"image": str(image.written)})


def of_value(value: Value) -> Fact:
    """A text of a Compose file."""
    return UNKNOWN if value.unknown else One((str(value.text),), value.text)


def _is_built(image: Value, compose: Compose) -> bool:
    """Whether a service of the project builds it; what variables hide is the same where it is written the same."""
    return (image.written if image.unknown else image.text) in _built(compose)


@lru_cache(maxsize=1)
def _built(compose: Compose) -> frozenset[str]:
    """The images that services of a project build: others that name them pull nothing."""
    services = (service for service in compose.services if service.build is not None and service.image is not None)
    images = [service.image for service in services if service.image is not None]
    return frozenset(str(text) for image in images for text in (image.text, image.written) if text)


def of_reference(reference: Reference | None, written: Text) -> dict[str, Fact]:
    """The parts of a reference, each at its place if it is written there; all unknown where the reference is."""
    if reference is None:
        return dict.fromkeys(_OF_REFERENCE, UNKNOWN)
    return {**_of_name(reference, written), **_of_rest(reference, written)}


def _of_template(written: Text) -> dict[str, Fact]:
    """What is known of a reference with variables that nobody knows: what stands in front of them."""
    literal, dollar, rest = written.partition("$")
    found: dict[str, Fact] = dict.fromkeys(_OF_REFERENCE, UNKNOWN)
    if not dollar:
        return found
    # With a `/` behind it, the colon may be that of a port.
    name = re.fullmatch(r"((?:.*/)?[^/:@]+)[:@][^/]*", literal) if "/" not in rest else None
    reference = parse(name[1]) if name is not None else None
    if reference is not None:
        return {**found, **_of_name(reference, written.part(0, len(reference.name)))}
    host, slash, _ = literal.partition("/")
    reference = parse(f"{host}/x") if slash else None
    if reference is not None:
        place = written.part(0, len(host)) if reference.registry == host else written
        found["registry"] = One((reference.registry,), place)
    return found


def _of_name(reference: Reference, written: Text) -> dict[str, Fact]:
    path = reference.path
    familiar = path.removeprefix("library/") if reference.registry == DOCKER_HUB else path
    name = path.rpartition("/")[2]
    return {
        "registry": One((reference.registry,), _part(written, reference, 0, len(reference.registry))),
        "repository": One((path, familiar), _named(written, reference, familiar)),
        "name": One((name,), _named(written, reference, name)),
    }


def _of_rest(reference: Reference, written: Text) -> dict[str, Fact]:
    return {
        "image": One(forms_of(reference), written),
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
