"""The names of images that services build."""

from __future__ import annotations

from dockerlint.compose.services import Build, Compose, Service
from dockerlint.dockerfile.image import parse
from dockerlint.knowledge.images import facts
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.build_places import is_local


class ImageAndBuild(Rule[Service]):
    """A service has both `build` and `image`, so that the name of its result may be pulled.

    `up` looks for an image of that name first, on this machine and in the registry, and builds only where it finds none:
    somebody else's image may run in place of the code at hand.

    Say that it is always built: `pull_policy: build`; or leave `image:` out.

    https://docs.docker.com/reference/compose-file/build/#using-build-and-image
    """

    severity = Severity.INFO
    profile = "strict"
    aliases = ("no-build-and-image",)
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: «shop/web»\n    build: .\n=== Dockerfile\nFROM a:1\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: {context: .}\n    image: «registry.example.com/web:1»\n"
        "=== Dockerfile\nFROM a:1\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build:\n      dockerfile_inline: FROM a:1\n    image: «web:${TAG:-1}»\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: shop/web\n    build: .\n    pull_policy: build\n=== Dockerfile\nFROM a:1\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n=== Dockerfile\nFROM a:1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: postgres:17\n    build: .\n=== Dockerfile\nFROM postgres:17\n",
    )

    def check(self, service: Service) -> Findings:
        image = service.image
        if image is None or service.build is None or "pull_policy" in service.node or is_of_others(image.text):
            return
        message = f"`image: {image.text}` names what `{service.name}` builds; `up` may pull it instead"
        yield self.finding(image.written, message, help="add `pull_policy: build`")


class ClashingImageName(Rule[Compose]):
    """What a service builds gets the name of another image.

    The image that is built last has the name: both services run that one, or every other project on this machine runs
    it in place of the public image.

    Give each image its own name, or leave `image:` out: Compose then names it after project and service.

    https://docs.docker.com/reference/compose-file/build/#using-build-and-image
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: shop\n    build:\n      context: .\n      target: web\n"
        "  worker:\n    image: «shop:latest»\n    build:\n      context: .\n      target: worker\n"
        "=== Dockerfile\nFROM a:1 AS web\nFROM a:1 AS worker\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: «postgres:17»\n    build: .\n=== Dockerfile\nFROM postgres:17\n": None,
        "=== compose.yaml\nservices:\n  a:\n    image: app:1\n    build: ./a\n  b:\n    image: «app:1»\n    build: ./b\n"
        "=== a/Dockerfile\nFROM a:1\n=== b/Dockerfile\nFROM a:1\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: shop\n    build: .\n  worker:\n    image: shop\n    build: .\n"
        "    command: work\n=== Dockerfile\nFROM a:1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: shop\n    build: .\n  worker:\n    image: shop\n=== Dockerfile\nFROM a:1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: shop:${A}\n    build: ./a\n  worker:\n    image: shop:${B}\n    build: ./b\n"
        "=== a/Dockerfile\nFROM a:1\n=== b/Dockerfile\nFROM a:1\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/postgres:17\n    build: .\n=== Dockerfile\nFROM postgres:17\n",
        "=== compose.yaml\nservices:\n  a:\n    image: app:1\n    build: ./a\n    profiles: [x]\n"
        "  b:\n    image: app:1\n    build: ./b\n    profiles: [y]\n=== a/Dockerfile\nFROM a:1\n=== b/Dockerfile\nFROM a:1\n",
    )

    def check(self, compose: Compose) -> Findings:
        first: dict[str, list[Service]] = {}
        for service in compose.services:
            image = service.image
            if image is None or image.unknown or service.build is None or not image.text:
                continue
            if is_of_others(image.text):
                message = f"`{service.name}` builds an image called `{image.text}`: every project here then runs it"
                yield self.finding(image.text, message, help="give it a name of your own, or leave `image:` out")
                continue
            others = first.setdefault(_whole(image.text), [])
            other = next((one for one in others if one.may_run_with(service) and _differ(compose, one, service)), None)
            others.append(service)
            if other is not None:
                what = _difference(compose, other, service)
                message = f"`{other.name}` and `{service.name}` both build `{image.text}`, from different {what}"
                yield self.finding(image.text, message)


def is_of_others(image: str) -> bool:
    """Whether a name is that of a well-known public image."""
    reference = parse(image)
    known = facts(reference) if reference is not None else None
    return known is not None and known.official and reference is not None and "/" not in reference.familiar


def _whole(image: str) -> str:
    reference = parse(image)
    return image if reference is None or reference.tag or reference.digest else f"{image}:latest"


def _differ(compose: Compose, one: Service, other: Service) -> bool:
    return bool(_difference(compose, one, other))


def _difference(compose: Compose, one: Service, other: Service) -> str:
    """What sets two builds apart; empty where they are the same or a variable hides it."""
    first, second = one.build, other.build
    if first is None or second is None or _is_hidden(first) or _is_hidden(second):
        return ""
    if _context(compose, one, first) != _context(compose, other, second):
        return "contexts"
    for what, get in (("Dockerfiles", _dockerfile), ("targets", _target), ("arguments", _arguments)):
        if get(first) != get(second):
            return what
    return ""


def _is_hidden(build: Build) -> bool:
    values = (build.context, build.dockerfile, build.target, *(argument.value for argument in build.args))
    return any(value is not None and value.unknown for value in values)


def _context(compose: Compose, service: Service, build: Build) -> str:
    if build.context is None or not is_local(build.context):
        return str(build.context.text) if build.context is not None else compose.folder_of(service)
    return compose.path_of(build.context)


def _dockerfile(build: Build) -> str:
    if build.inline is not None:
        return str(build.inline.text)
    return str(build.dockerfile.text) if build.dockerfile is not None else "Dockerfile"


def _target(build: Build) -> str:
    return str(build.target.text).lower() if build.target is not None else ""


def _arguments(build: Build) -> dict[str, str]:
    return {str(name): str(value.text) if value is not None else "" for name, value in build.args}
