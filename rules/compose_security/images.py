"""Images of services whose version nobody named or nobody mends any more."""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.compose.services import Service
from dockerlint.dockerfile.image import Reference, parse
from dockerlint.knowledge.endoflife import EndOfLife, end_of_life
from dockerlint.knowledge.images import facts
from dockerlint.knowledge.retired import deprecated
from dockerlint.knowledge.variants import versioned_example
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.lint.settings import Settings
from dockerlint.project.containers import Container, Stack
from dockerlint.project.service_kinds import reference_of

from .faults import Fault, deployed, once


class UntaggedServiceImage(Rule[Stack]):
    """A service's image has no tag, or one that moves.

    `docker compose pull` then brings another version on some day, on some machines, and a database of a new major
    version may refuse the data that it finds.

    Name the version that you run and test with: `image: postgres:17`.

    https://docs.docker.com/reference/compose-file/services/#image
    """

    severity = Severity.WARNING
    aliases = ("CL-0004", "service-image-require-explicit-tag", "OWASP-13")
    bad = {
        "=== compose.yaml\nservices:\n  db:\n    image: «postgres»\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: registry:5000/acme/db:«latest»\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:${TAG:-«latest»}\n": None,
        "=== compose.yaml\nx-db: &db\n  image: postgres:«LTS»\nservices:\n  a: *db\n  b: *db\n": None,
        '=== compose.yaml\nservices:\n  db:\n    image: «"postgres:"»\n': None,
    }
    good = (
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app\n    build: .\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:${TAG}\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app\n    build: .\n  worker:\n    image: acme/app\n",
        "=== compose.override.yaml\nservices:\n  db:\n    image: postgres\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:stable-alpine3.22\n",
        '=== dockerlint.toml\nmoving-tags = ["latest"]\n=== compose.yaml\nservices:\n  web:\n    image: acme/web:stable\n',
    )

    def check(self, stack: Stack) -> Findings:
        moving = self.settings.moving_tags
        pulled = _pulled(stack)
        yield from once(self, (fault for one in pulled for fault in deployed(one, _untagged(one, moving))))


def _pulled(stack: Stack) -> Iterator[Container]:
    """The containers whose image no service of the project builds."""
    services = [container.service for container in stack.containers]
    built = {str(service.image.text) for service in services if service.build is not None and service.image is not None}
    for container in stack.containers:
        image = container.service.image
        if image is not None and container.service.build is None and image.text not in built:
            yield container


def _untagged(container: Container, moving: tuple[str, ...]) -> Iterator[Fault]:
    service = container.service
    image = service.image
    if image is None or image.unknown:
        return
    reference = parse(image.text.removesuffix(":"))
    if reference is None or reference.digest or reference.name == "scratch":
        return
    tag = reference.tag or ""
    if tag and tag.lower() not in moving:
        return
    example = versioned_example(reference)
    help_ = f"name a version, such as `{reference.name}:{example}`" if example else "name the version you test with"
    by_default = " by default" if image.from_default else ""
    message = f"`{service.name}` takes whatever `{reference.name}:{tag or 'latest'}` is on that day{by_default}"
    place = image.text.part(len(image.text) - len(tag), len(image.text)) if tag else image.text
    yield Fault(service, place, message, help_)


class UnpinnedServiceDigest(Rule[Stack]):
    """A service's image is named by a tag alone.

    Whoever can push to the registry can put another image under the same tag, and the next `docker compose pull` runs
    it. The same file gives different containers on different days.

    Add the digest: `nginx:1.31@sha256:...`, and let Renovate or Dependabot keep both up.

    https://docs.docker.com/reference/compose-file/services/#image
    """

    severity = Severity.INFO
    profile = "security"
    aliases = ("CL-0019", "CIS-4.5", "OWASP-13")
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: «nginx:1.31»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: «ghcr.io/acme/web:${V:-1.2}»\n": None,
        "=== compose.yaml\nx-web: &web\n  image: «acme/web:1»\nservices:\n  a: *web\n  b: *web\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.31@sha256:"
        "0000000000000000000000000000000000000000000000000000000000000000\n",
        "=== compose.yaml\nservices:\n  web:\n    image: nginx\n  other:\n    image: nginx:latest\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    build: .\n  worker:\n    image: acme/app:1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:${TAG}\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(
            self, (fault for container in _pulled(stack) for fault in _unpinned(container, self.settings.moving_tags))
        )


def _unpinned(container: Container, moving: tuple[str, ...]) -> Iterator[Fault]:
    image = container.service.image
    reference = parse(image.text) if image is not None and not image.unknown else None
    if image is None or reference is None or reference.digest or not reference.tag or reference.tag.lower() in moving:
        return
    message = f"`{reference}` can be replaced under its tag"
    yield Fault(container.service, image.text, message, f"`{reference}@sha256:...`")


class EndOfLifeServiceImage(Rule[Stack]):
    """A service runs an image whose software gets no more security fixes.

    From its end of life on nobody mends the holes that are found in it. For a database the step to a supported version
    grows with every year, since its data must be carried over.

    Move to a version that is still supported; for databases with a dump and restore or the vendor's upgrade tool.

    https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  db:\n    image: «postgres:9.6»\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: «openjdk:17»\n": None,
        '=== compose.yaml\nservices:\n  cache:\n    image: «"redis:${V:-5}"»\n': None,
    }
    good = (
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:18\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres\n",
        "=== compose.yaml\nservices:\n  db:\n    image: acme/postgres:9.6\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:9.6\n    build: .\n",
        '=== dockerlint.toml\nextended-support = ["postgresql 9.6"]\nallowed-images = ["openjdk"]\n'
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:9.6\n  app:\n    image: openjdk:17\n",
    )

    def check(self, stack: Stack) -> Findings:
        services = [container.service for container in stack.containers]
        yield from once(self, (fault for service in services for fault in _ended(service, self.settings)))


def _ended(service: Service, settings: Settings) -> Iterator[Fault]:
    reference = reference_of(service)
    image = service.image
    if reference is None or image is None:
        return
    retired = deprecated(reference)
    if retired is not None and not settings.allows(reference.familiar, reference.tag):
        named = " or ".join(f"`{successor}`" for successor in retired.successors[:2])
        help_ = f"move to {named}" if named else "choose an image that is kept up"
        yield Fault(service, image.text, f"`{reference}` of `{service.name}` is no longer updated", help_)
    ended = end_of_life(reference, settings.as_of) if retired is None else None
    ended = ended and ended.without(settings.extended_support)
    if ended is None:
        return
    help_ = _supported(reference, ended)
    yield Fault(service, image.text, f"`{reference}` of `{service.name}`: {ended.obituary}", help_)


def _supported(reference: Reference, ended: EndOfLife) -> str:
    # Whoever moves to another version of the software gets another system with it.
    if ended.is_system and ended.also is not None:
        ended = ended.also
    newer = f"{ended.line.rpartition(' ')[0]} {ended.supported}" if ended.supported else "a supported version"
    if ended.is_system:
        return f"move to a tag on {newer}"
    known = facts(reference)
    carry = "; its data must be migrated, not only the tag changed" if known and known.stateful else ""
    return f"move to {newer}{carry}"
