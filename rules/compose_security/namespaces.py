"""Services that share the namespaces of the host."""

from __future__ import annotations

from collections.abc import Iterator

from dockerlint.compose.nodes import Mapping
from dockerlint.compose.services import Service
from dockerlint.compose.values import Section, Value, is_null
from dockerlint.knowledge.host_needs import is_monitor, works_in_host_network
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container, Stack

from .faults import Fault, image_of, once


class HostNetwork(Rule[Stack]):
    """A service shares the network of the host.

    It reaches whatever listens on the host's loopback, databases and admin pages that trust it for that, and every port
    it opens is open to the network at once, with no `ports:` to tell.

    Publish the ports that others need. A service of the host is reached as `host.docker.internal`, with
    `extra_hosts: ["host.docker.internal:host-gateway"]`.

    https://docs.docker.com/engine/network/drivers/host/
    """

    severity = Severity.WARNING
    aliases = ("CL-0008", "shared_host_network_namespace", "CIS-5.10", "OWASP-5")
    bad = {
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    network_mode: «host»\n": None,
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    networks: [«outside»]\nnetworks:\n  outside:\n"
        "    external: true\n    name: host\n": None,
        "=== compose.yaml\nservices:\n  api:\n    build:\n      context: .\n      network: «host»\n": None,
        "=== compose.yaml\nservices:\n  home:\n    image: homeassistant/home-assistant:2026.11\n    network_mode: «host»\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    network_mode: service:vpn\n  vpn:\n    image: acme/vpn:1\n",
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    networks: [host]\nnetworks:\n  host:\n",
        "=== compose.yaml\nservices:\n  api:\n    image: acme/api:1\n    network_mode: ${MODE}\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _host_network(container)))


def _host_network(container: Container) -> Iterator[Fault]:
    service = container.service
    mode = service.network_mode
    places = [value.text for value in (mode,) if value is not None and value.text == "host" and not value.unknown]
    places += [name.text for name in _networks(service) if _real_name(container, name) == "host"]
    reference = image_of(container)
    for place in places:
        if reference is not None and works_in_host_network(reference):
            message = f"`{service.name}` shares the host's network: every port it opens is open"
            yield Fault(service, place, message, "let a firewall decide who reaches them", severity=Severity.INFO)
        else:
            message = f"`{service.name}` shares the host's network: it reaches whatever listens on the host's loopback"
            yield Fault(service, place, message, "publish the ports that others need")
    if service.build is not None and isinstance(service.build.node, Mapping):
        build = Section(f"the build of `{service.name}`", service.build.node, service.settings.reader)
        network = build.text("network")
        if network is not None and network.text == "host":
            message = f"the build of `{service.name}` shares the host's network: its RUNs reach the host's loopback"
            yield Fault(service, network.text, message, "leave `network` out: a build reaches the Internet without it")


def _networks(service: Service) -> tuple[Value, ...]:
    entry = service.node.entry("networks")
    if entry is None or is_null(entry.value):
        return ()
    if isinstance(entry.value, Mapping):
        return tuple(service.settings.reader.value(inner.key) for inner in entry.value.entries)
    return service.settings.texts("networks", single=False)


def _real_name(container: Container, name: Value) -> str | None:
    """What an external network is called on the host."""
    section = container.compose.declaration("networks", name.text)
    if section is None:
        return None
    external = section.node.get("external")
    if isinstance(external, Mapping):  # as the second format wrote it
        section = Section(section.name, external, container.compose.reader)
    elif section.flag("external") is not True:
        return None
    real = section.text("name")
    return str(name.text) if real is None else str(real.text)


class HostProcessNamespace(Rule[Stack]):
    """A service shares the processes or the shared memory of the host.

    With `pid: host` it sees every process of the host with its arguments and environment, and as root it can end them.
    With `ipc: host` it can read and change what programs of the host hold in shared memory.

    More shared memory alone is `shm_size: 8g`. Two containers share theirs by `ipc: shareable` and
    `ipc: service:NAME`.

    https://docs.docker.com/reference/compose-file/services/#pid
    """

    severity = Severity.WARNING
    aliases = ("CL-0010", "host_namespace_is_shared", "shared_host_ipc_namespace", "CIS-5.16", "CIS-5.17")
    bad = {
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    pid: «host»\n": None,
        "=== compose.yaml\nservices:\n  trainer:\n    image: acme/trainer:1\n    ipc: «host»\n": None,
        "=== compose.yaml\nx-host: &host\n  pid: «host»\nservices:\n  a:\n    <<: *host\n    image: a:1\n  b:\n"
        "    <<: *host\n    image: b:1\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    pid: service:db\n    ipc: shareable\n"
        "  db:\n    image: postgres:18\n",
        "=== compose.yaml\nservices:\n  exporter:\n    image: prom/node-exporter:v1.10.2\n    pid: host\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    pid: ${PID}\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _host_processes(container)))


def _host_processes(container: Container) -> Iterator[Fault]:
    service = container.service
    reference = image_of(container)
    pid, ipc = service.settings.text("pid"), service.settings.text("ipc")
    if pid is not None and pid.text == "host" and not (reference is not None and is_monitor(reference)):
        message = f"`{service.name}` sees all processes of the host, with their environment"
        aliases = ("CL-0010", "host_namespace_is_shared", "CIS-5.16")
        yield Fault(service, pid.text, message, "leave `pid` out, or share it with one service", aliases=aliases)
    if ipc is not None and ipc.text == "host":
        message = f"`{service.name}` shares the host's IPC"
        aliases = ("CL-0010", "shared_host_ipc_namespace", "CIS-5.17")
        yield Fault(service, ipc.text, message, "`shm_size: 8g` gives it the shared memory alone", aliases=aliases)


class HostUserNamespace(Rule[Stack]):
    """A service opts out of the user, host name or cgroup namespace.

    Where the engine maps root of containers to a user without rights (`userns-remap`), root of this one is root of the
    host. With `uts: host` it can rename the host, with `cgroup: host` it sees the limits of all others.

    Leave the key out, unless the service is a tool of the host.

    https://docs.docker.com/engine/security/userns-remap/
    """

    severity = Severity.INFO
    profile = "security"
    aliases = ("shared_host_user_namespace", "CIS-5.31", "CIS-5.21")
    bad = {
        "=== compose.yaml\nservices:\n  agent:\n    image: acme/agent:1\n    userns_mode: «host»\n": None,
        "=== compose.yaml\nservices:\n  agent:\n    image: acme/agent:1\n    uts: «host»\n": None,
        '=== compose.yaml\nservices:\n  agent:\n    image: acme/agent:1\n    cgroup: «"host"»\n': None,
    }
    good = (
        "=== compose.yaml\nservices:\n  agent:\n    image: acme/agent:1\n",
        "=== compose.yaml\nservices:\n  agent:\n    image: acme/agent:1\n    cgroup: private\n",
        "=== compose.yaml\nservices:\n  agent:\n    image: acme/agent:1\n    userns_mode: ${USERNS}\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _opted_out(container.service)))


def _opted_out(service: Service) -> Iterator[Fault]:
    for key, what in (("userns_mode", "user namespaces"), ("uts", "its own host name"), ("cgroup", "its own cgroups")):
        value = service.settings.text(key)
        if value is not None and value.text == "host":
            message = f"`{service.name}` opts out of {what} (`{key}: host`)"
            yield Fault(service, value.text, message, f"leave `{key}` out")


class CustomCgroupParent(Rule[Stack]):
    """A service runs in a cgroup that Docker did not choose.

    Limits that are set for Docker's own cgroup do not hold there, and those of the named one may be set by nobody.

    Leave `cgroup_parent` out, and limit the service by `deploy.resources.limits`.

    https://docs.docker.com/reference/compose-file/services/#cgroup_parent
    """

    severity = Severity.INFO
    profile = "security"
    aliases = ("cgroup_not_default", "CIS-5.25")
    bad = {
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    cgroup_parent: «nat»\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    cgroup_parent: «/system.slice»\n": None,
        '=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    cgroup_parent: «"${PARENT:-big.slice}"»\n': None,
    }
    good = (
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    cgroup_parent: ''\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    cgroup_parent: ${PARENT}\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _moved(container.service)))


def _moved(service: Service) -> Iterator[Fault]:
    parent = service.settings.text("cgroup_parent")
    if parent is not None and parent.text and not parent.unknown:
        message = f"`{service.name}` leaves Docker's own cgroup (`cgroup_parent: {parent.text}`): limits set there do not hold"
        yield Fault(service, parent.text, message, "leave `cgroup_parent` out")
