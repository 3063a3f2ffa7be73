"""Services that run with a debugger switched on."""

from __future__ import annotations

import re

from dockerlint.compose.services import Compose, Service
from dockerlint.compose.values import Assignment
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, replace
from dockerlint.project.service_kinds import is_development, reaches_network, reference_of
from dockerlint.source import Text

_TRUE = frozenset({"1", "true", "yes", "on", "t", "y"})
_PROXIES = frozenset({"nginx", "traefik", "caddy", "haproxy", "envoy", "httpd", "nginx-proxy", "swag"})
_DEBUG_PORTS = {"5678": "debugpy", "9229": "Node's inspector", "9003": "Xdebug", "5005": "the JVM's debugger"}


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
