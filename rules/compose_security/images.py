"""Images of services whose version nobody named or nobody mends any more."""

from __future__ import annotations

from dockerlint.compose.services import Compose, Service
from dockerlint.compose.values import Value
from dockerlint.dockerfile.image import Reference
from dockerlint.knowledge.endoflife import end_of_life
from dockerlint.knowledge.images import facts
from dockerlint.knowledge.retired import deprecated
from dockerlint.knowledge.variants import versioned_example
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.service_kinds import is_development, reference_of
from dockerlint.source import Text

_MOVING = frozenset(
    {
        "latest", "stable", "edge", "nightly", "dev", "test", "beta", "canary", "lts", "main", "master", "develop",
        "rolling",
    }
)  # fmt: skip


class UntaggedServiceImage(Rule[Compose]):
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
    }
    good = (
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app\n    build: .\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:${TAG}\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app\n    build: .\n  worker:\n    image: acme/app\n",
        "=== compose.override.yaml\nservices:\n  db:\n    image: postgres\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:stable-alpine3.22\n",
    )

    def check(self, compose: Compose) -> Findings:
        built = {str(service.image.text) for service in compose.services if service.build and service.image}
        seen: set[int] = set()
        for service in compose.services:
            reference = reference_of(service)
            image = service.image
            if reference is None or image is None or image.text in built or image.text.start in seen:
                continue
            tag = (reference.tag or "").lower()
            if (
                reference.digest
                or reference.name == "scratch"
                or (tag and tag not in _MOVING)
                or is_development(service, self.settings.development_images)
            ):
                continue
            seen.add(image.text.start)
            example = versioned_example(reference)
            help_ = (
                f"name a version, such as `{reference.name}:{example}`" if example else "name the version you test with"
            )
            yield self.finding(_tag_of(image, tag), self._message(service, image, reference, tag), help=help_)

    @staticmethod
    def _message(service: Service, image: Value, reference: Reference, tag: str) -> str:
        by_default = " by default" if image.from_default else ""
        if not tag:
            return f"`{service.name}` takes whatever `{reference.name}:latest` is on that day{by_default}"
        return f"`{service.name}` takes whatever `{reference.name}:{reference.tag}` is on that day{by_default}"


def _tag_of(image: Value, tag: str) -> Text:
    text = image.text
    return text.part(len(text) - len(tag), len(text)) if tag else text


class EndOfLifeServiceImage(Rule[Service]):
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

    def check(self, service: Service) -> Findings:
        reference = reference_of(service)
        image = service.image
        if reference is None or image is None:
            return
        retired = deprecated(reference)
        if retired is not None and self.settings.allows(reference.familiar, reference.tag):
            return
        if retired is not None:
            named = " or ".join(f"`{successor}`" for successor in retired.successors[:2])
            help_ = f"move to {named}" if named else "choose an image that is kept up"
            yield self.finding(image.text, f"`{reference}` of `{service.name}` is no longer updated", help=help_)
            return
        ended = end_of_life(reference, self.settings.as_of)
        ended = ended and ended.without(self.settings.extended_support)
        if ended is None:
            return
        known = facts(reference)
        carry = "; its data must be migrated, not only the tag changed" if known and known.stateful else ""
        product = ended.line.rpartition(" ")[0]
        help_ = (
            f"move to {product} {ended.supported}{carry}" if ended.supported else f"move to a supported version{carry}"
        )
        yield self.finding(image.text, f"`{reference}` of `{service.name}`: {ended.obituary}", help=help_)
