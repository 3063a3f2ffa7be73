"""Services that run with a debugger switched on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dockerlint.compose.services import Service
from dockerlint.compose.values import Value
from dockerlint.knowledge.host_needs import is_reverse_proxy
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import replaced_part
from dockerlint.project.containers import Container, Stack
from dockerlint.project.service_kinds import command_words, open_ports, reaches_network
from dockerlint.source import Text

from .faults import Fault, deployed, image_of, once

_TRUE = frozenset({"1", "true", "yes", "on", "t", "y"})
_NODE_INSPECTOR = 9229
_OFF = {"1": "0", "true": "false", "True": "False", "on": "off", "yes": "no"}
# Options that the program takes from its environment.
_OPTION_VARIABLES = frozenset({"NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "JAVA_OPTS", "JDK_JAVA_OPTIONS", "CATALINA_OPTS"})


class DebugService(Rule[Stack]):
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
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    ports: ['5005:5005']\n    environment:\n"
        "      - JAVA_OPTS=-Xmx1g «-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*:5005»\n": None,
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    ports: ['5678:5678']\n"
        "    command: python -m debugpy --listen «0.0.0.0:5678» app.py\n": None,
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
        "=== compose.yaml\nservices:\n  web:\n    image: node:24\n    ports: ['80:80', '127.0.0.1:9229:9229']\n"
        "    command: node --inspect=0.0.0.0 app.js\n",
        "=== compose.yaml\nservices:\n  n8n:\n    image: n8nio/n8n:1.120.0\n    ports: ['5678:5678']\n",
        '=== dockerlint.toml\ndevelopment-images = ["compose.play.*"]\n=== compose.play.yaml\nservices:\n  web:\n'
        '    build: .\n    ports: ["5000:5000"]\n    environment:\n      FLASK_DEBUG: "1"\n',
    )

    def check(self, stack: Stack) -> Findings:
        is_proxied = any(_is_proxy(container) for container in stack.containers)
        reached = [one for one in stack.containers if is_proxied or reaches_network(one.service)]
        yield from once(self, (fault for container in reached for fault in deployed(container, _debugged(container))))


def _is_proxy(container: Container) -> bool:
    reference = image_of(container)
    return reference is not None and is_reverse_proxy(reference) and reaches_network(container.service)


def _debugged(container: Container) -> Iterator[Fault]:
    service = container.service
    help_ = "switch it on in an override file instead"
    for place, message, fix in (*_debug_variables(container), *_debug_words(service)):
        yield Fault(service, place, message, help_, fix)


def _debug_variables(container: Container) -> Iterator[tuple[Text, str, Fix | None]]:
    service = container.service
    for entry in service.environment:
        name, value = str(entry.name), entry.value
        if value is None or value.unknown:
            continue
        is_switch = name in ("FLASK_DEBUG", "DJANGO_DEBUG", "APP_DEBUG") or (name == "DEBUG" and _is_django(service))
        if is_switch and value.text.lower() in _TRUE:
            message = f"`{name}={value.text}` in `{service.name}` shows a debugger to everyone who reaches it"
            yield value.text, message, _off(value)
        elif name == "FLASK_ENV" and value.text == "development":
            message = f"`FLASK_ENV=development` in `{service.name}` switches on Flask's debugger (before Flask 2.3)"
            yield value.text, message, None
        elif name in _OPTION_VARIABLES:
            for match in _listening_debugger().finditer(value.text):
                if _is_kept_local(service, match[0]):
                    continue
                yield value.text.part(*match.span()), _runs_code(service, match[0]), None


def _off(value: Value) -> Fix | None:
    off = _OFF.get(str(value.text))
    edit = replaced_part(value, value.text, off) if off is not None else None
    return fix_of("switch it off", edit)


def _is_django(service: Service) -> bool:
    names = (str(entry.name) for entry in service.environment)
    return any(name.startswith("DJANGO") for name in names) or any(
        "manage.py" in word for word in command_words(service)
    )


def _debug_words(service: Service) -> Iterator[tuple[Text, str, Fix | None]]:
    words = service.start_words
    texts = [str(word.text) for word in words]
    for index, (word, text) in enumerate(zip(words, texts, strict=True)):
        if text == "--debug" and "flask" in texts and "run" in texts:
            message = f"`flask --debug` in `{service.name}` shows a Python console to everyone who reaches it"
            yield word.text, message, None
        elif (match := _listening_debugger().search(text)) and not _is_kept_local(service, match[0]):
            yield word.text, _runs_code(service, match[0]), None
        elif "debugpy" in texts and texts[index - 1] == "--listen" and _is_open_to_all(service, text):
            yield word.text, _runs_code(service, f"debugpy --listen {text}"), None


def _is_open_to_all(service: Service, address: str) -> bool:
    return address.startswith(("0.0.0.0:", "[::]:")) and not _is_kept_local(service, address)


def _is_kept_local(service: Service, option: str) -> bool:
    """Whether the port of a debugger is published, and on this machine's loopback interface only."""
    match = re.search(r":(\d+)", option)
    number = int(match[1]) if match is not None else _NODE_INSPECTOR
    published = [port for port in service.ports if number in (port.target_ports or ())]
    return bool(published) and not any(port in open_ports(service) for port in published)


def _runs_code(service: Service, what: str) -> str:
    return f"`{what}` in `{service.name}` lets everyone who reaches it run code"


@cache
def _listening_debugger() -> re.Pattern[str]:
    """The options of Node and of the JVM that open a debugger to all addresses."""
    return re.compile(
        r"--inspect(?:-brk|-wait)?=(?:0\.0\.0\.0|\[::\])(?::\d+)?"
        r"|-(?:agentlib:jdwp=|Xrunjdwp:)(?=\S*server=y)\S*address=(?:\*|0\.0\.0\.0):\d+\S*"
    )
