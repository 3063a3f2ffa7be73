"""What services may take of the host's memory and processors."""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.compose.nodes import Mapping, Scalar
from dockerlint.compose.services import Service
from dockerlint.compose.values import Section, Value
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container, Stack
from dockerlint.wording import in_a_row

from .faults import Fault, is_whole, once, place_of

_NO_LIMIT = frozenset({"0", "-1", "0.0", "0b", "0k", "0m", "0g"})
# From here on the kernel ends nearly anything else first.
_HARDLY_EVER_KILLED = -900
_Kind = tuple[tuple[str, ...], str, str, str, tuple[str, ...]]
# What a limit is called in the service and below `deploy.resources.limits`, what may be had without it, an example,
# and the codes for it.
_KINDS: tuple[_Kind, ...] = (
    (("mem_limit",), "memory", "all memory", "memory: 512m", ("memory_not_limited", "CIS-5.11")),
    (("cpus", "cpu_quota"), "cpus", "all processors", 'cpus: "1"', ("cpus_not_limited", "CIS-5.12")),
    (("pids_limit",), "pids", "any number of processes", "pids: 200", ("pids_limit_not_set", "CIS-5.29")),
)


def _number(section: Section, key: str) -> Value | None:
    """A number or a text; what has another type is another rule's concern."""
    node = section.node.get(key)
    return section.reader.value(node) if isinstance(node, Scalar) and node.value is not None else None


def _limits(service: Service) -> Section | None:
    """What stands below `deploy.resources.limits`."""
    node = service.node
    for key in ("deploy", "resources", "limits"):
        below = node.get(key)
        if not isinstance(below, Mapping):
            return None
        node = below
    return Section(f"the limits of `{service.name}`", node, service.settings.reader)


def _is_limited(service: Service, keys: tuple[str, ...], deployed: str) -> bool:
    """Whether a limit is set, or may be by a variable."""
    limits = _limits(service)
    values = [_number(service.settings, key) for key in keys]
    values += [_number(limits, deployed)] if limits is not None else []
    return any(value is not None and (value.unknown or value.text not in _NO_LIMIT) for value in values)


class UnlimitedResources(Rule[Stack]):
    """A service may take as much of the host as it likes.

    One leak, one loop or one intruder then brings down everything on the machine: the kernel ends whatever it finds,
    and nobody can log in to look.

    Set what it needs with some room: `deploy.resources.limits` with `memory`, `cpus` and `pids`. Compose heeds it
    without Swarm too.

    https://docs.docker.com/reference/compose-file/deploy/#resources
    """

    severity = Severity.INFO
    profile = "security"
    aliases = (
        "CL-0026", "memory_not_limited", "cpus_not_limited", "pids_limit_not_set", "CIS-5.11", "CIS-5.12", "CIS-5.29",
        "OWASP-7",
    )  # fmt: skip
    bad = {
        "=== compose.yaml\nservices:\n  «worker»:\n    image: acme/worker:1\n": None,
        "=== compose.yaml\nservices:\n  «worker»:\n    image: acme/worker:1\n    mem_limit: 512m\n    cpu_shares: 512\n": None,
        "=== compose.yaml\nservices:\n  «worker»:\n    image: acme/worker:1\n    pids_limit: -1\n    deploy:\n      resources:\n"
        "        reservations: {cpus: '1', pids: 9}\n        limits: {cpus: '1', memory: 1g}\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  worker:\n    image: acme/worker:1\n    mem_limit: 512m\n    cpus: 1.5\n    pids_limit: 100\n",
        "=== compose.yaml\nservices:\n  worker:\n    image: acme/worker:1\n    deploy:\n      resources:\n"
        "        limits: {cpus: '1', memory: '${MEMORY}', pids: 50}\n",
        '=== dockerlint.toml\nlimits = ["memory"]\n=== compose.yaml\nservices:\n  worker:\n    image: acme/worker:1\n'
        "    mem_limit: 1g\n",
        "=== compose.dev.yaml\nservices:\n  worker:\n    image: acme/worker:1\n",
        "=== compose.yaml\nservices:\n  seed:\n    image: acme/worker:1\n    profiles: [tools]\n",
    )

    def check(self, stack: Stack) -> Findings:
        muted = self.settings.muted
        wanted = [one for one in _KINDS if one[1] in self.settings.limits and muted.isdisjoint(map(str.upper, one[-1]))]
        judged = (one.service for one in stack.containers if _is_judged(one))
        yield from once(self, (fault for service in judged for fault in _unlimited(service, wanted)))


def _is_judged(container: Container) -> bool:
    return is_whole(container) and not container.is_one_shot and not container.is_development


def _unlimited(service: Service, wanted: list[_Kind]) -> Iterator[Fault]:
    missing = [kind for kind in wanted if not _is_limited(service, kind[0], kind[1])]
    if not missing:
        return
    listed = in_a_row([taken for _, _, taken, _, _ in missing])
    example = ", ".join(limit for _, _, _, limit, _ in missing)
    codes = [code for _, _, _, _, own in missing for code in own]
    help_ = f"`deploy.resources.limits: {{{example}}}`"
    aliases = ("CL-0026", *codes, "OWASP-7")
    yield Fault(service, service.name, f"`{service.name}` may take {listed}", help_, aliases=aliases)


class OomKillerOff(Rule[Stack]):
    """A service must not be killed when memory runs out, and has no limit of it.

    The kernel then ends the host's own processes first, the login and Docker among them, or the host hangs.

    Give it a limit of memory, or leave the key out.

    https://docs.docker.com/engine/containers/resource_constraints/#understand-the-risks-of-running-out-of-memory
    """

    severity = Severity.WARNING
    bad = {
        "=== compose.yaml\nservices:\n  db:\n    image: acme/db:1\n    oom_kill_disable: «true»\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: acme/db:1\n    oom_score_adj: «-1000»\n": None,
        "=== compose.yaml\nservices:\n  db:\n    image: acme/db:1\n    oom_kill_disable: «true»\n    mem_limit: 0\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  db:\n    image: acme/db:1\n    oom_kill_disable: true\n    mem_limit: 1g\n",
        "=== compose.yaml\nservices:\n  db:\n    image: acme/db:1\n    oom_score_adj: -500\n",
        "=== compose.yaml\nservices:\n  db:\n    image: acme/db:1\n    oom_kill_disable: false\n    oom_score_adj: ${ADJUST}\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for one in stack.containers for fault in _never_killed(one.service)))


def _never_killed(service: Service) -> Iterator[Fault]:
    if _is_limited(service, ("mem_limit",), "memory"):
        return
    message = f"`{service.name}` must not be killed and has no memory limit: the host runs out instead"
    help_ = "give it a limit: `mem_limit: 2g`"
    if service.settings.flag("oom_kill_disable") and (place := place_of(service.settings, "oom_kill_disable")):
        yield Fault(service, place, message, help_)
    adjusted = _number(service.settings, "oom_score_adj")
    is_known = adjusted is not None and not adjusted.unknown and adjusted.text.lstrip("-").isdecimal()
    if adjusted is not None and is_known and int(adjusted.text) <= _HARDLY_EVER_KILLED:
        yield Fault(service, adjusted.text, message, help_)
