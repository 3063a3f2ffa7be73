"""Services: who they run as, what they run, and how far they are open."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dockerlint.compose.services import Compose, Service
from dockerlint.compose.values import Assignment, Value
from dockerlint.dockerfile.image import Reference, parse
from dockerlint.knowledge.endoflife import end_of_life
from dockerlint.knowledge.images import facts, is_root
from dockerlint.knowledge.retired import deprecated
from dockerlint.knowledge.variants import versioned_example
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, replace
from dockerlint.project.build import is_called_one_of
from dockerlint.source import Text

_DEVELOPMENT = frozenset(
    {"override", "dev", "develop", "development", "devcontainer", "debug", "local", "test", "tests", "e2e", "ci"}
)


def name_parts(service: Service) -> set[str]:
    """The words that the names of the file, the service and its profiles are made of."""
    file = service.name.source.path.replace("\\", "/").rpartition("/")[2]
    names = [file, service.name, *(profile.text for profile in service.profiles)]
    return {part for name in names for part in re.split(r"[.\-_]", name.lower())}


def is_development(service: Service, development_images: Sequence[str]) -> bool:
    """Whether the file, the service or its profile says that it is no production service; or globs name the file."""
    is_named = is_called_one_of(service.name.source.path, development_images)
    return is_named or not name_parts(service).isdisjoint(_DEVELOPMENT)


def reference_of(service: Service) -> Reference | None:
    """The image that a service pulls; None for one that it builds, and where a variable decides."""
    if service.image is None or service.image.unknown or service.build is not None:
        return None
    return parse(service.image.text)


_FILE_KEEPERS = frozenset({"chown", "chmod", "mkdir", "install", "setfacl"})


def _only_prepares_files(service: Service) -> bool:
    """Whether it is a job that gives files to somebody, for which it must be root."""
    words = [
        str(word.text) for command in (service.entrypoint, service.command) if command for word in command.words or ()
    ]
    return any(part in _FILE_KEEPERS for word in words for part in re.split(r"[\s;&|]+", word))


class RootService(Rule[Service]):
    """A service is told to run as root.

    `user:` wins over the USER of the image, so whoever takes over the program is root in the container: free to change
    it, to write root's files into mounted folders, and one kernel bug away from the host.

    Leave `user:` out, so that the image's own user counts, or name one without rights: `user: "1000:1000"`.

    https://docs.docker.com/reference/compose-file/services/#user
    """

    severity = Severity.WARNING
    aliases = ("CL-0018", "CIS-4.1", "OWASP-2")
    bad = {
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    user: «root»\n": None,
        '=== compose.yaml\nservices:\n  api:\n    image: node:24\n    user: «"0:0"»\n': None,
        "=== compose.yaml\nservices:\n  api:\n    image: node:24\n    user: «${UID:-0}»\n": None,
    }
    good = (
        '=== compose.yaml\nservices:\n  api:\n    image: node:24\n    user: "1000:0"\n',
        "=== compose.yaml\nservices:\n  api:\n    image: node:24\n",
        "=== compose.yaml\nservices:\n  api:\n    image: node:24\n    user: ${UID:?}\n",
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    user: root\n",
        '=== compose.yaml\nservices:\n  init:\n    image: busybox:1\n    user: root\n    command: ["chown", "-R", "1000", "/d"]\n',
        "=== .devcontainer/compose.yaml\nservices:\n  dev:\n    image: node:24\n    user: root\n",
    )

    def check(self, service: Service) -> Findings:
        user = service.user
        if user is None or user.unknown or not is_root(user.text):
            return
        reference = reference_of(service)
        known = facts(reference) if reference else None
        is_dropped = known is not None and known.drops_privileges
        if is_dropped or _only_prepares_files(service) or is_development(service, self.settings.development_images):
            return
        message = f"`user: {user.text}` runs `{service.name}` as root"
        yield self.finding(user.text, message, help="leave it to the image, or name a user without rights")


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


_TRUE = frozenset({"1", "true", "yes", "on", "t", "y"})
_LOOPBACK = re.compile(r"127\.\d+\.\d+\.\d+|::1|\[::1\]|localhost")
_PROXIES = frozenset({"nginx", "traefik", "caddy", "haproxy", "envoy", "httpd", "nginx-proxy", "swag"})
_DEBUG_PORTS = {"5678": "debugpy", "9229": "Node's inspector", "9003": "Xdebug", "5005": "the JVM's debugger"}


def reaches_network(service: Service) -> bool:
    """Whether a port is published on more than the loopback interface."""
    if service.network_mode is not None and service.network_mode.text == "none":
        return False
    return any(port.host_ip is None or not _LOOPBACK.fullmatch(port.host_ip.text) for port in service.ports)


def _is_proxy(service: Service) -> bool:
    reference = reference_of(service)
    return reference is not None and reference.path.rpartition("/")[2] in _PROXIES and reaches_network(service)


class DebugService(Rule[Compose]):
    """A service that others can reach runs with a debugger switched on.

    The debugger of Flask and Werkzeug runs whatever Python a visitor types, and a debugger's port takes orders from
    everyone who reaches it. Debug pages show settings, source and secrets.

    Switch it on in an override file, which is not deployed: `compose.override.yaml`.

    https://docs.docker.com/compose/how-tos/multiple-compose-files/merge/
    """

    severity = Severity.WARNING
    bad = {
        '=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ["5000:5000"]\n    environment:\n'
        '      FLASK_DEBUG: «"1"»\n': (
            '=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ["5000:5000"]\n    environment:\n'
            '      FLASK_DEBUG: "0"\n'
        ),
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['80:80']\n    environment:\n"
        "      - FLASK_ENV=«development»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['80:80']\n    command: flask «--debug» run\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: python manage.py runserver\n    environment:\n"
        "      DEBUG: «true»\n  proxy:\n    image: nginx:1.31\n    ports: ['80:80']\n": (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: python manage.py runserver\n"
            "    environment:\n      DEBUG: false\n  proxy:\n    image: nginx:1.31\n    ports: ['80:80']\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: node:24\n    ports: ['9229:9229']\n"
        "    command: node «--inspect=0.0.0.0:9229» app.js\n": None,
    }
    good = (
        '=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ["5000:5000"]\n    environment:\n'
        "      FLASK_DEBUG: ${FLASK_DEBUG:-0}\n",
        '=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ["127.0.0.1:5000:5000"]\n    environment:\n'
        '      FLASK_DEBUG: "1"\n',
        '=== compose.override.yaml\nservices:\n  web:\n    build: .\n    ports: ["5000:5000"]\n    environment:\n'
        '      FLASK_DEBUG: "1"\n',
        "=== compose.yaml\nservices:\n  web:\n    image: node:24\n    ports: ['80:80']\n    environment:\n      DEBUG: app:*\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      FLASK_DEBUG: 1\n",
        '=== dockerlint.toml\ndevelopment-images = ["compose.play.*"]\n=== compose.play.yaml\nservices:\n  web:\n'
        '    build: .\n    ports: ["5000:5000"]\n    environment:\n      FLASK_DEBUG: "1"\n',
    )

    def check(self, compose: Compose) -> Findings:
        is_proxied = any(_is_proxy(service) for service in compose.services)
        seen: set[int] = set()
        for service in compose.services:
            if is_development(service, self.settings.development_images) or not (
                reaches_network(service) or is_proxied
            ):
                continue
            for place, message, fix in (*_debug_variables(service), *_debug_words(service)):
                if place.start not in seen:
                    seen.add(place.start)
                    yield self.finding(place, message, help="switch it on in an override file instead", fix=fix)


def _debug_variables(service: Service) -> list[tuple[Text, str, Fix | None]]:
    found: list[tuple[Text, str, Fix | None]] = []
    for entry in service.environment:
        value = entry.value
        if value is None or value.unknown:
            continue
        is_on = value.text.lower() in _TRUE
        name = str(entry.name)
        is_switch = name in ("FLASK_DEBUG", "DJANGO_DEBUG", "APP_DEBUG") or (name == "DEBUG" and _is_django(service))
        if is_switch and is_on:
            message = f"`{name}={value.text}` in `{service.name}` shows a debugger to everyone who reaches it"
            found.append((value.text, message, _off(entry)))
        elif name == "FLASK_ENV" and value.text == "development":
            message = f"`FLASK_ENV=development` in `{service.name}` switches on Flask's debugger (before Flask 2.3)"
            found.append((value.text, message, None))
    return found


def _off(entry: Assignment) -> Fix | None:
    if entry.value is None or not entry.value.is_literal:
        return None
    value = entry.value.text
    written = value.source.text[value.start : value.end]
    off = {"1": "0", "true": "false", "True": "False", "on": "off", "yes": "no"}.get(str(value))
    if off is None or str(value) not in written:
        return None
    return replace(value, written.replace(str(value), off), "switch it off", is_safe=False)


def _is_django(service: Service) -> bool:
    names = {str(entry.name) for entry in service.environment}
    words = [str(word.text) for word in (service.command.words or () if service.command else ())]
    return any(name.startswith("DJANGO") for name in names) or any("manage.py" in word for word in words)


def _debug_words(service: Service) -> list[tuple[Text, str, Fix | None]]:
    words = [word for command in (service.entrypoint, service.command) if command for word in command.words or ()]
    texts = [str(word.text) for word in words]
    found: list[tuple[Text, str, Fix | None]] = []
    for word, text in zip(words, texts, strict=True):
        if text == "--debug" and "flask" in texts and "run" in texts:
            message = f"`flask --debug` in `{service.name}` shows a Python console to everyone who reaches it"
            found.append((word.text, message, None))
        elif re.match(r"--inspect(-brk)?=(0\.0\.0\.0|\[::\])", text):
            message = f"`{text}` in `{service.name}` lets everyone who reaches it run code"
            found.append((word.text, message, None))
    return found
