"""Values that Docker Compose or the engine refuses."""

from __future__ import annotations

from dockerlint.compose.errors import shown
from dockerlint.compose.services import Compose
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import replaced_part
from dockerlint.source import Span
from dockerlint.wording import listed

from .engine import Fault, faults
from .words import refused


class InvalidComposeValue(Rule[Compose]):
    """A value is none of those that Compose or the engine takes.

    Compose refuses the file, or the engine refuses to make the container when the others are started already.

    Write durations and sizes with a unit: `30s`, `512m`. Which words a key takes is in the reference.

    https://docs.docker.com/reference/compose-file/services/
    """

    severity = Severity.ERROR
    guards = True
    aliases = ("invalid-schema", "service-container-name-regex")
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    stop_grace_period: «'10'»\n    healthcheck:\n"
        "      test: [«curl», x]\n      interval: «30 s»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    mem_limit: «512Mi»\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    mem_limit: 512m\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    restart: «Always»\n    pid: «'HOST'»\n"
        "    network_mode: «hots»\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    restart: always\n    pid: 'host'\n"
            "    network_mode: host\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    mem_limit: «512»\n    restart: «unless-stopped:3»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    cap_add:\n      - «SYS_ADMN»\n      - NET_ADMIN\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    cap_add:\n      - SYS_ADMIN\n      - NET_ADMIN\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: «Acme/Web:1»\n    container_name: «web server»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    depends_on:\n      «db»: {}\n    init: «maybe»\n"
        "    command: «run 'x»\n  db: {image: y:1}\n": None,
        "=== compose.yaml\nservices:\n  «my db»:\n    image: x:1\n    volumes: ['a b:/x']\nvolumes:\n  «a b»:\n": None,
        "=== compose.yaml\nx-all: &all {restart: «allways»}\nservices:\n  web: {<<: *all, image: x:1}\n"
        "  job: {<<: *all, image: y:1}\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    deploy:\n      resources:\n"
        "        limits: {cpus: «'-1'», memory: 64m}\n        reservations: {memory: «128m»}\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: ${IMAGE}\n    restart: ${RESTART}\n    mem_limit: ${MEMORY}\n"
        "    stop_grace_period: ${GRACE}\n    container_name: ${NAME}\n",
        "=== compose.yaml\nservices:\n  web:\n    image: localhost:5000/x/y:1\n    restart: on-failure:3\n"
        "    stop_grace_period: 1m30s\n    mem_limit: 1.5g\n    memswap_limit: -1\n    pid: service:db\n"
        "    cap_add: [cap_net_admin, ALL]\n    network_mode: front\n    cpus: 0.5\n  db: {image: y:1, restart: 'no'}\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    network_mode: hosts\nnetworks:\n  hosts:\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    x-restart: sometimes\n    mem_limit: 0\n    ipc: shareable\n",
    )

    def check(self, compose: Compose) -> Findings:
        yield from refused(self, compose, "value")
        found: dict[Span, tuple[Fault, list[str]]] = {}  # several services may share one value
        for service in compose.services:
            for fault in faults(service, compose):
                found.setdefault(fault.value.written.span, (fault, []))[1].append(service.name)
        for place, (fault, services) in found.items():
            hint = f": did you mean `{fault.meant}`?" if fault.meant else ""
            value = shown(f"{fault.key}: {fault.value.text}")
            yield self.finding(place, f"{value} of {listed(services)}: {fault.why}{hint}", fix=_fix(fault))


def _fix(fault: Fault) -> Fix | None:
    edit = replaced_part(fault.value, fault.value.text, fault.meant) if fault.meant else None
    return fix_of(f"write `{fault.meant}`", edit)
