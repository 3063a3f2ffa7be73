"""Services that the engine lets do everything, or that may ask the engine for everything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.compose.commands import hooks
from dockerlint.compose.nodes import Mapping
from dockerlint.compose.services import Service
from dockerlint.compose.values import Section
from dockerlint.knowledge.host_needs import (
    api_groups,
    instead_of_privileged,
    is_monitor,
    is_socket_proxy,
)
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container, Stack
from dockerlint.project.host_paths import HostPath, host_paths
from dockerlint.project.service_kinds import open_ports
from dockerlint.wording import in_a_row

from .faults import Fault, image_of, once, place_of

_SOCKETS = {
    "docker.sock": "Docker",
    "docker_engine": "Docker",  # the pipe of Windows
    "containerd.sock": "containerd",
    "crio.sock": "CRI-O",
    "podman.sock": "Podman",
    "buildkitd.sock": "BuildKit",
}
_FOLDERS_WITH_SOCKET = {
    "/": "Docker",
    "/run": "Docker",
    "/var": "Docker",
    "/run/docker": "Docker",
    "/run/containerd": "containerd",
    "/run/crio": "CRI-O",
    "/run/podman": "Podman",
    "/run/buildkit": "BuildKit",
    "/run/systemd/private": "systemd",
}


class PrivilegedService(Rule[Stack]):
    """A service is privileged.

    Whoever gets into such a container owns the host: it sees all devices, has all capabilities, and neither seccomp nor
    AppArmor stops it from mounting the host's disks.

    Name what the program needs instead: `devices:` for a device, `cap_add:` for a capability. Docker in Docker also
    runs rootless.

    https://docs.docker.com/reference/compose-file/services/#privileged
    """

    severity = Severity.ERROR
    aliases = ("CL-0002", "privileged_containers_enabled", "CIS-5.5", "OWASP-3")
    bad = {
        "=== compose.yaml\nservices:\n  runner:\n    image: acme/runner:1\n    privileged: «true»\n": None,
        '=== compose.yaml\nservices:\n  dind:\n    image: docker:29-dind\n    privileged: «"yes"»\n': None,
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    privileged: «${PRIVILEGED:-true}»\n": None,
        "=== compose.yaml\nx-runner: &runner\n  privileged: «true»\nservices:\n  a:\n    <<: *runner\n    image: a:1\n"
        "  b:\n    <<: *runner\n    image: b:1\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    post_start:\n      - command: ./tune.sh\n"
        "        privileged: «true»\n": None,
        "=== compose.yaml\nservices:\n  app:\n    build:\n      context: .\n      entitlements:\n"
        "        - «security.insecure»\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  runner:\n    image: acme/runner:1\n    privileged: false\n",
        "=== compose.yaml\nservices:\n  runner:\n    image: acme/runner:1\n    privileged: ${PRIVILEGED}\n",
        "=== compose.yaml\nservices:\n  runner:\n    image: acme/runner:1\n    privileged: true\n"
        "=== compose.override.yaml\nservices:\n  runner:\n    privileged: false\n",
        "=== compose.yaml\nservices:\n  runner:\n    image: acme/runner:1\n    devices: [/dev/fuse]\n"
        "    cap_add: [SYS_ADMIN]\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _privileged(container)))


def _privileged(container: Container) -> Iterator[Fault]:
    service = container.service
    reference = image_of(container)
    less = instead_of_privileged(reference) if reference is not None else None
    help_ = less or "name what it needs instead: `cap_add:`, `devices:`"
    if service.privileged and (place := place_of(service.settings, "privileged")) is not None:
        yield Fault(service, place, f"`{service.name}` is privileged: whoever gets into it owns the host", help_)
    for key, hook in hooks(service.settings):
        if hook.flag("privileged") and (place := place_of(hook, "privileged")) is not None:
            message = f"a `{key}` command of `{service.name}` is privileged: it can take over the host"
            yield Fault(service, place, message, "do it on the host, or with a capability of the service")
    if service.build is not None and isinstance(service.build.node, Mapping):
        build = Section(f"the build of `{service.name}`", service.build.node, service.settings.reader)
        message = f"the build of `{service.name}` is privileged: any of its RUNs can take over the host"
        if build.flag("privileged") and (place := place_of(build, "privileged")) is not None:
            yield Fault(service, place, message, "build without it")
        for value in build.texts("entitlements", single=False):
            if value.text == "security.insecure":
                yield Fault(service, value.text, message, "build without `security.insecure`")


class RuntimeSocket(Rule[Stack]):
    """A service gets the socket of Docker or of another runtime.

    Whoever can write to it can start a container that is privileged and mounts `/`: the socket is root on the host.
    Mounting it with `:ro` protects the file, not what is said through it.

    Put a socket proxy between them, which lets through only the parts of the API that the service needs, and give the
    socket to the proxy alone.

    https://docs.docker.com/engine/security/protect-access/
    """

    severity = Severity.ERROR
    aliases = ("CL-0001", "docker_socket_mounted_in_container", "CIS-5.32", "OWASP-1")
    bad = {
        "=== compose.yaml\nservices:\n  traefik:\n    image: traefik:v3.6\n    volumes:\n"
        "      - «/var/run/docker.sock»:/var/run/docker.sock:ro\n": None,
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    volumes:\n      - type: bind\n"
        "        source: «${SOCKET:-/run//podman/podman.sock}»\n        target: /podman.sock\n": None,
        "=== compose.yaml\nservices:\n  cadvisor:\n    image: acme/viewer:1\n    volumes: ['«/var/run»:/var/run:ro']\n": None,
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    volumes: [sock:/sock]\nvolumes:\n  sock:\n"
        "    driver_opts:\n      type: none\n      o: bind\n      device: «/run/docker.sock»\n": None,
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    use_api_socket: «true»\n": None,
        "=== compose.yaml\nservices:\n  proxy:\n    image: tecnativa/docker-socket-proxy:0.4\n    ports: ['2375:2375']\n"
        "    volumes: ['«/var/run/docker.sock»:/var/run/docker.sock:ro']\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes:\n      - ./docker.sock:/sock\n"
        "      - /run/udev:/run/udev:ro\n      - data:/var/run/docker.sock\nvolumes:\n  data:\n",
        "=== compose.yaml\nservices:\n  proxy:\n    image: tecnativa/docker-socket-proxy:0.4\n"
        "    volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']\n",
        "=== compose.yaml\nservices:\n  exporter:\n    image: quay.io/prometheus/node-exporter:v1.10\n    pid: host\n"
        "    volumes: ['/:/host:ro,rslave']\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes: ['${SOCKET}:/var/run/docker.sock']\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _sockets(container)))


def runtime_of(path: str) -> str | None:
    """The runtime whose socket a path of the host is, or holds."""
    return _FOLDERS_WITH_SOCKET.get(path) or _SOCKETS.get(path.rpartition("/")[2])


def watches_host(container: Container, given: HostPath) -> bool:
    """Whether a monitor only reads what it must see of the host."""
    reference = image_of(container)
    return reference is not None and is_monitor(reference) and not given.is_writable


def _sockets(container: Container) -> Iterator[Fault]:
    service = container.service
    reference = image_of(container)
    is_proxy = reference is not None and is_socket_proxy(reference) and not open_ports(service)
    help_ = _instead_of_socket(container)
    for given in host_paths(container.compose, service):
        runtime = runtime_of(given.path)
        if runtime is None or (is_proxy and given.read_only) or (given.path == "/" and watches_host(container, given)):
            continue
        yield Fault(service, given.place, _socket_message(service, given, runtime), help_)
    if service.settings.flag("use_api_socket") and (place := place_of(service.settings, "use_api_socket")) is not None:
        yield Fault(service, place, f"`{service.name}` gets the Docker socket: that is root on the host", help_)


def _socket_message(service: Service, given: HostPath, runtime: str) -> str:
    owner = "all rights of that user" if _belongs_to_user(given.path) else "root on the host"
    what = (
        f"the {runtime} socket"
        if given.path not in _FOLDERS_WITH_SOCKET
        else f"`{given.shown}` with the {runtime} socket"
    )
    read_only = "; `:ro` does not change it" if given.read_only else ""
    return f"`{service.name}` gets {what}: that is {owner}{read_only}"


def _belongs_to_user(path: str) -> bool:
    return path.startswith("~") or re.match(r"/run/user/|/home/|/Users/", path) is not None


def _instead_of_socket(container: Container) -> str:
    reference = image_of(container)
    groups = api_groups(reference) if reference is not None else ()
    if not groups:
        return "put a socket proxy between them that lets through what it needs"
    return f"it only needs {in_a_row(groups)} through a socket proxy"


class DockerApiOverTcp(Rule[Stack]):
    """The Docker API is open to the network, or is used there, without a password.

    Port 2375 asks for nothing: whoever reaches it is root on the host. Machines search the Internet for it all day, and
    what is said to it can be read and changed on the way.

    Reach a remote engine over SSH (`DOCKER_HOST=ssh://user@host`) or with TLS on port 2376, and publish neither of
    them further than needed. Services of one project reach each other without `ports:`.

    https://docs.docker.com/engine/security/protect-access/
    """

    severity = Severity.ERROR
    aliases = ("OWASP-1",)
    bad = {
        '=== compose.yaml\nservices:\n  proxy:\n    image: tecnativa/docker-socket-proxy:0.4\n    ports: [«"2375:2375"»]\n': None,
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    environment:\n"
        "      DOCKER_HOST: «tcp://10.0.0.5:2375»\n": None,
        "=== compose.yaml\nservices:\n  dind:\n    image: docker:29-dind\n    network_mode: host\n"
        "    command: dockerd -H «tcp://0.0.0.0:2375»\n": None,
        "=== compose.yaml\nservices:\n  dind:\n    image: docker:29-dind\n    environment:\n      DOCKER_TLS_CERTDIR: ''\n"
        "    ports:\n      - target: «2375»\n        published: 12375\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    environment:\n      DOCKER_HOST: tcp://dind:2375\n"
        "  dind:\n    image: docker:29-dind\n    environment:\n      DOCKER_TLS_CERTDIR: ''\n"
        "    command: dockerd -H tcp://0.0.0.0:2375\n",
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    environment:\n      DOCKER_HOST: tcp://build.example.com:2376\n"
        "      DOCKER_TLS_VERIFY: 1\n",
        "=== compose.yaml\nservices:\n  proxy:\n    image: tecnativa/docker-socket-proxy:0.4\n    ports: ['127.0.0.1:2375:2375']\n",
        "=== compose.yaml\nservices:\n  ci:\n    image: acme/ci:1\n    networks: [sockets]\n    environment:\n"
        "      DOCKER_HOST: tcp://socket-proxy:2375\nnetworks:\n  sockets:\n    external: true\n",
    )

    def check(self, stack: Stack) -> Findings:
        checks = (_published_api, _remote_engine, _listening_engine)
        yield from once(self, (fault for one in stack.containers for check in checks for fault in check(one)))


def _published_api(container: Container) -> Iterator[Fault]:
    service = container.service
    variables = {str(entry.name): entry.value for entry in service.environment}
    reference = image_of(container)
    if reference is not None and reference.familiar == "docker" and not service.command:
        folder = variables.get("DOCKER_TLS_CERTDIR")
        if folder is None or folder.text or folder.unknown:
            return  # it only listens on 2376 then
    for port in open_ports(service):
        if port.target_ports and 2375 in port.target_ports:
            message = f"`{service.name}` publishes the Docker API (2375), which asks for no password, to the network"
            yield Fault(service, port.text, message, "other services reach it without `ports:`")


def _remote_engine(container: Container) -> Iterator[Fault]:
    service = container.service
    variables = {str(entry.name): entry.value for entry in service.environment}
    host = variables.get("DOCKER_HOST")
    if host is None or host.unknown or variables.get("DOCKER_TLS_VERIFY") is not None or service.env_files:
        return
    match = re.fullmatch(r"tcp://(\[[^\]]+\]|[^:/]+)(?::2375)?/?", host.text)
    if match is None or _is_near(match[1]):
        return
    message = (
        f"`{service.name}` talks to the Docker API at `{match[1]}` without TLS: whoever reaches it there owns that host"
    )
    yield Fault(service, host.text, message, f"`ssh://user@{match[1]}`, or TLS on port 2376")


def _is_near(host: str) -> bool:
    """Whether a host may be a service: of this project, or of another one on a network that both share."""
    return host == "localhost" or host.startswith("127.") or ("." not in host and ":" not in host)


def _listening_engine(container: Container) -> Iterator[Fault]:
    service = container.service
    words = service.start_words
    texts = [str(word.text) for word in words]
    reference = image_of(container)
    is_engine = "dockerd" in texts or (reference is not None and reference.familiar == "docker")
    if not is_engine or any(text.startswith("--tlsverify") for text in texts):
        return
    for word, text in zip(words, texts, strict=True):
        match = re.fullmatch(r"(?:--host=|-H=?)?tcp://(?:0\.0\.0\.0|\[?::\]?)?(?::(\d+))?", text)
        if match and _reaches(service, int(match[1] or 2375)):
            message = f"the engine in `{service.name}` listens on all addresses and asks for no certificate"
            yield Fault(service, word.text, message, "`--tlsverify` with `--tlscacert`, `--tlscert` and `--tlskey`")


def _reaches(service: Service, port: int) -> bool:
    """Whether the network reaches a port that the service listens on. That 2375 is published is said there."""
    is_host = service.network_mode is not None and service.network_mode.text == "host"
    return is_host or any(port != 2375 and port in (one.target_ports or ()) for one in open_ports(service))
