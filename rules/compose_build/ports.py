"""Published ports and health checks against the port that the program listens on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.application.listening import ALL
from dockerlint.compose.ports import Port
from dockerlint.compose.values import Value
from dockerlint.lint.finding import Edit
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import replaced_part
from dockerlint.project.containers import Container, Stack
from dockerlint.project.port_facts import PortFact, listeners_of
from dockerlint.source import Text

_LOCAL_URL = re.compile(r"(https?)://(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)(?::(\d{1,5}))?(?=[/?\s\"'|]|$)")


class WrongContainerPort(Rule[Container]):
    """A published port leads to a port of the container on which nothing listens.

    The container runs, its log looks right, and every connection is reset.

    The right side of `HOST:CONTAINER` is the port that the program listens on: change it there, or tell the program.

    https://docs.docker.com/reference/compose-file/services/#ports
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports:\n      - '8000:«8000»'\n"
        '=== Dockerfile\nFROM python:3.13-slim\nCMD ["flask", "run", "--host", "0.0.0.0"]\n': (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports:\n      - '8000:5000'\n"
            '=== Dockerfile\nFROM python:3.13-slim\nCMD ["flask", "run", "--host", "0.0.0.0"]\n'
        ),
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: gunicorn -b 0.0.0.0:9000 app:app\n    ports:\n"
        "      - target: «8000»\n        published: 80\n=== Dockerfile\nFROM python:3.13-slim\n": (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    command: gunicorn -b 0.0.0.0:9000 app:app\n    ports:\n"
            "      - target: 9000\n        published: 80\n=== Dockerfile\nFROM python:3.13-slim\n"
        ),
        "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    ports: ['5433:«5433»']\n": (
            "=== compose.yaml\nservices:\n  db:\n    image: postgres:17\n    ports: ['5433:5432']\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['8000:«8000»']\n"
        '=== Dockerfile\nFROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n=== app.py\n'
        "from flask import Flask\napp = Flask(__name__)\napp.run(host='0.0.0.0', port=5000)\n": (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['8000:5000']"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.29\n    ports: ['80:«8080»']\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.29\n    ports: ['80:80']\n"
        ),
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['8000:5000', '5000/udp']\n"
        '=== Dockerfile\nFROM python:3.13-slim\nCMD ["flask", "run", "--host", "0.0.0.0"]\n',
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    environment:\n      FLASK_RUN_PORT: 8000\n"
        '    ports: [\'8000:8000\']\n=== Dockerfile\nFROM python:3.13-slim\nCMD ["flask", "run", "--host", "0.0.0.0"]\n',
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['8000:8000']\n=== Dockerfile\nFROM python:3.13-slim\n"
        'EXPOSE 5000\nCMD ["./start.sh"]\n',
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.29\n    ports: ['80:8080']\n    volumes:\n"
        "      - ./default.conf:/etc/nginx/conf.d/default.conf\n=== default.conf\nserver {\n  listen 8080;\n}\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    ports: ['80:8080']\n  db:\n    image: postgres:17\n"
        "    command: -p 5433\n    ports: ['5433:5433']\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['8000:8000']\n=== Dockerfile\nFROM python:3.13-slim\n"
        'CMD ["supervisord"]\n',
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['8000:8000', '127.0.0.1:5678:5678']\n"
        "    command: gunicorn -b 0.0.0.0:8000 app:app\n=== Dockerfile\nFROM python:3.13-slim\n",
    )

    def check(self, container: Container) -> Findings:
        facts = container.port_facts
        mode = container.service.network_mode
        if not facts or mode is not None:
            return
        open_ports = {fact.port for fact in facts}
        wrong = [port for port in container.service.ports if _leads_nowhere(port, open_ports)]
        if len(wrong) < len(container.service.ports) and _may_open_more(container):
            return
        for port in wrong:
            fact = facts[0]
            numbers = " and ".join(str(number) for number in sorted(open_ports))
            message = (
                f"`{_shown(port)}` of `{container.service.name}` leads nowhere: "
                f"{fact.title} listens on {numbers} ({fact.where})"
            )
            fix = _target_fix(port, facts) if len(wrong) == len(container.service.ports) == 1 else None
            yield self.finding(port.target.text, message, fix=fix)


def _may_open_more(container: Container) -> bool:
    """Whether it is the project's own program, which may open ports for a debugger or for numbers besides its main one."""
    return container.service.build is not None or container.service.command is not None


def _leads_nowhere(port: Port, open_ports: set[int]) -> bool:
    targets = port.target_ports
    return port.protocol == "tcp" and targets is not None and len(targets) == 1 and targets[0] not in open_ports


def _shown(port: Port) -> str:
    return str(port.text) if port.node is None else f"target: {port.target.text}"


def _target_fix(port: Port, facts: tuple[PortFact, ...]) -> Fix | None:
    edit = replaced_part(port.target, port.target.text, str(facts[0].port)) if len(facts) == 1 else None
    return fix_of(f"publish {facts[0].port}", edit)


class PortNotExposed(Rule[Container]):
    """A published port is none of those that the image's EXPOSE names.

    EXPOSE opens nothing, but whoever reads it, or runs the image with `-P`, takes the wrong port.

    Let both name the port that the program listens on.

    https://docs.docker.com/reference/dockerfile/#expose
    """

    severity = Severity.INFO
    profile = "strict"
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['80:«8080»']\n=== Dockerfile\nFROM python:3.13-slim\n"
        'EXPOSE 80\nCMD ["./start.sh"]\n': None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['80:80', '81:«81»']\n"
        "=== Dockerfile\nFROM python:3.13-slim\nEXPOSE 80 90\n": None,
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports:\n      - target: «8080»\n"
        "=== Dockerfile\nFROM alpine:3.22\nEXPOSE 80-90\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['80:8080']\n=== Dockerfile\nFROM alpine:3.22\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['80:85']\n=== Dockerfile\nFROM alpine:3.22\nEXPOSE 80-90\n",
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['80:8080']\n"
        "=== Dockerfile\nFROM alpine:3.22\nARG P\nEXPOSE $P\n",
    )

    def check(self, container: Container) -> Findings:
        stage, known = container.stage, container.facts
        if stage is None or known is None or known.exposes or container.port_facts or container.service.network_mode:
            return
        exposed = [one for one in stage.state.ports if one.protocol == "tcp"]
        if not exposed or any("$" in str(one.written) for one in exposed):
            return
        for port in container.service.ports:
            targets = port.target_ports
            if targets is None or len(targets) != 1 or port.protocol != "tcp":
                continue
            if not any(one.first <= targets[0] <= one.last for one in exposed):
                named = ", ".join(str(one.written) for one in exposed[:3])
                message = f"`{container.service.name}` publishes {targets[0]}, its Dockerfile exposes {named}"
                yield self.finding(port.target.text, message)


class LoopbackListener(Rule[Stack]):
    """A service's program listens on 127.0.0.1, where nobody outside of its container reaches it.

    A container has a loopback interface of its own: published ports lead to nothing, and other services are refused.

    Listen on all addresses: `--host 0.0.0.0`. Which of them is reachable from outside is decided by `ports`.

    https://docs.docker.com/engine/network/#published-ports
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: uvicorn main:app --host «127.0.0.1»\n"
        "    ports: ['8000:8000']\n=== Dockerfile\nFROM python:3.13-slim\n": (
            "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: uvicorn main:app --host 0.0.0.0\n"
            "    ports: ['8000:8000']\n=== Dockerfile\nFROM python:3.13-slim\n"
        ),
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: «uvicorn main:app»\n    ports: ['8000:8000']\n"
        "=== Dockerfile\nFROM python:3.13-slim\n": (
            "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: uvicorn main:app --host=0.0.0.0\n"
            "    ports: ['8000:8000']\n=== Dockerfile\nFROM python:3.13-slim\n"
        ),
        "=== compose.yaml\nservices:\n  api:\n    image: python:3.13\n    command: ['gunicorn', '-b', «'127.0.0.1:8000'», 'app:app']\n"
        "    ports: ['8000:8000']\n": (
            "=== compose.yaml\nservices:\n  api:\n    image: python:3.13\n"
            "    command: ['gunicorn', '-b', '0.0.0.0:8000', 'app:app']\n    ports: ['8000:8000']\n"
        ),
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: «flask run»\n  proxy:\n    image: acme/proxy:1\n"
        "    environment:\n      BACKEND: http://api:5000\n=== Dockerfile\nFROM python:3.13-slim\n": (
            "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: flask run --host=0.0.0.0\n  proxy:\n"
            "    image: acme/proxy:1\n    environment:\n      BACKEND: http://api:5000\n=== Dockerfile\nFROM python:3.13-slim\n"
        ),
    }
    good = (
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: uvicorn main:app --host 0.0.0.0\n"
        "    ports: ['8000:8000']\n=== Dockerfile\nFROM python:3.13-slim\n",
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: uvicorn main:app\n    network_mode: host\n"
        "=== Dockerfile\nFROM python:3.13-slim\n",
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: uvicorn main:app\n=== Dockerfile\nFROM python:3.13-slim\n",
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    ports: ['8000:8000']\n=== Dockerfile\nFROM python:3.13-slim\n"
        'CMD ["uvicorn", "main:app"]\n',
        "=== compose.yaml\nservices:\n  api:\n    build: .\n    command: uvicorn main:app\n    environment:\n"
        "      UVICORN_HOST: 0.0.0.0\n    ports: ['8000:8000']\n=== Dockerfile\nFROM python:3.13-slim\n",
    )

    def check(self, stack: Stack) -> Findings:
        for container in stack.containers:
            service, start = container.service, container.start
            if start is None or not (service.command or service.entrypoint) or service.network_mode is not None:
                continue
            if not (service.ports or _is_asked(stack, container)):
                continue
            found = [one for one in listeners_of(container, start.commands) if one.at.host != ALL]
            if len(found) != 1 or not found[0].at.is_loopback or _shares_network(stack, container):
                continue
            listener = found[0]
            place = listener.host_word.value if listener.host_word is not None else listener.command.text
            if place.source is not service.name.source and place.source not in stack.compose.sources:
                continue
            message = f"`{listener.at.title}` of `{service.name}` listens on {listener.at.host} only: nobody reaches it"
            help_ = "listen on all addresses" + (f": `{listener.at.option}`" if listener.at.option else "")
            fix = self._fix(container, place, listener.at.option, is_word=listener.host_word is not None)
            yield self.finding(place, message, help=help_, fix=fix)

    @staticmethod
    def _fix(container: Container, place: Text, option: str, *, is_word: bool) -> Fix | None:
        command = container.service.command
        if command is None:
            return None
        word = next((one for one in command.words or () if one.text.span.holds(place.span)), None)
        if is_word and word is not None:
            host = re.search(r"127\.0\.0\.1|localhost", place)
            edit = replaced_part(word, place.part(*host.span()), "0.0.0.0") if host is not None else None  # noqa: S104
        else:
            edit = _appended(command.text, option)
        return fix_of("listen on all addresses", edit)


def _appended(text: Text | None, option: str) -> Edit | None:
    """An option behind a command in text form that stands plainly on one line."""
    if text is None or not option or not text.is_verbatim or any(mark in text for mark in "\n\"'$#"):
        return None
    start = text.rindex(" ") + 1 if " " in text else 0
    last = text.part(start, len(text))
    return replaced_part(Value(text, text), last, f"{last} {option}")


def _is_asked(stack: Stack, container: Container) -> bool:
    """Whether the environment of another service has an address of this one."""
    wanted = re.compile(rf"(?://|@|^){re.escape(container.service.name)}:\d+")
    return any(
        value is not None and wanted.search(value.text)
        for other in stack.compose.services
        if other is not container.service
        for _, value in other.environment
    )


def _shares_network(stack: Stack, container: Container) -> bool:
    """Whether another service has the same network interface, and so reaches the loopback address."""
    wanted = f"service:{container.service.name}"
    return any(other.network_mode is not None and other.network_mode.text == wanted for other in stack.compose.services)


class HealthcheckWrongPort(Rule[Container]):
    """A health check asks a port of the container on which nothing listens.

    The container never becomes healthy: what waits for it never starts, and it may be killed again and again.

    Ask the port that the program listens on inside the container, not that of the host.

    https://docs.docker.com/reference/compose-file/services/#healthcheck
    """

    severity = Severity.ERROR
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['8080:5000']\n    healthcheck:\n"
        "      test: curl -f http://localhost:«8080»/\n=== Dockerfile\nFROM python:3.13-slim\n"
        'CMD ["flask", "run", "--host", "0.0.0.0"]\n': (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    ports: ['8080:5000']\n    healthcheck:\n"
            "      test: curl -f http://localhost:5000/\n=== Dockerfile\nFROM python:3.13-slim\n"
            'CMD ["flask", "run", "--host", "0.0.0.0"]\n'
        ),
        "=== compose.yaml\nservices:\n  web:\n    build: .\n    healthcheck:\n"
        "      test: ['CMD', 'curl', '-f', 'http://127.0.0.1:«8001»']\n=== Dockerfile\nFROM python:3.13-slim\n"
        'CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]\n': (
            "=== compose.yaml\nservices:\n  web:\n    build: .\n    healthcheck:\n"
            "      test: ['CMD', 'curl', '-f', 'http://127.0.0.1:8000']\n=== Dockerfile\nFROM python:3.13-slim\n"
            'CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]\n'
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.29\n    healthcheck:\n      test: curl -f http://localhost:«8080»/\n": "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.29\n    healthcheck:\n      test: curl -f http://localhost:80/\n",
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.29\n    healthcheck:\n      test: curl -f http://localhost/\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/x:1\n    healthcheck:\n      test: curl -f http://localhost:81/\n",
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.29\n    healthcheck:\n      test: curl -f http://api:8000/\n",
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.29\n    healthcheck:\n      disable: true\n"
        "      test: curl -f http://localhost:81/\n",
    )

    def check(self, container: Container) -> Findings:
        healthcheck, facts = container.service.healthcheck, container.port_facts
        if healthcheck is None or healthcheck.disabled or not facts or container.service.network_mode is not None:
            return
        open_ports = {fact.port for fact in facts}
        for word in healthcheck.words:
            for place, port in _asked(word):
                if port in open_ports:
                    continue
                edit = replaced_part(word, place, str(facts[0].port)) if len(facts) == 1 and place.isdecimal() else None
                fix = fix_of(f"ask port {facts[0].port}", edit)
                yield self.finding(place, self._message(container, port, facts[0]), fix=fix)

    @staticmethod
    def _message(container: Container, port: int, fact: PortFact) -> str:
        hosts = {number for one in container.service.ports for number in one.published_ports or ()}
        only = ", which exists on the host only" if port in hosts else ""
        name = container.service.name
        return (
            f"the health check of `{name}` asks port {port}{only}: {fact.title} listens on {fact.port} ({fact.where})"
        )


def _asked(word: Value) -> Iterator[tuple[Text, int]]:
    """The ports of its own container that a check asks."""
    if word.unknown:
        return
    for match in _LOCAL_URL.finditer(word.text):
        if match[2] is not None:
            yield word.text.part(*match.span(2)), int(match[2])
        else:
            yield word.text.part(*match.span()), 443 if match[1] == "https" else 80
