"""Folders and files of the host that a service gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dockerlint.compose.mounts import Volume
from dockerlint.compose.nodes import Mapping
from dockerlint.compose.values import Section
from dockerlint.lint.finding import Edit
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, fix_of, replace
from dockerlint.lint.yaml_edits import inner_span, inserted_key, is_shared
from dockerlint.project.containers import Container, Stack
from dockerlint.project.host_paths import HostPath, host_paths
from dockerlint.source import Span, Text

from .faults import Fault, once
from .privileges import runtime_of, watches_host

_SYSTEM = frozenset(
    {"/", "/bin", "/boot", "/dev", "/etc", "/etc/cron.d", "/etc/ssh", "/etc/sudoers.d", "/etc/systemd", "/lib"}
    | {"/lib/modules", "/lib32", "/lib64", "/libx32", "/proc", "/root", "/sbin", "/usr", "/usr/bin", "/usr/lib"}
    | {"/usr/local/bin", "/usr/local/sbin", "/usr/sbin", "/var/lib", "/var/lib/containerd", "/var/lib/docker"}
    | {"/var/spool/cron"}
)
# Where a program looks for the time; only written to by mistake.
_CLOCK = frozenset({"/etc/localtime", "/etc/timezone"})
_READ_TOO_MUCH = {
    "/etc/passwd": "the list of its users",
    "/etc/shadow": "the hashes of its passwords",
    "/etc/sudoers": "who may become root",
    "/sys": "the settings of its kernel and devices",
    "/dev/shm": "the shared memory of its processes",  # noqa: S108 (a path to be found)
    "/home": "everybody's files",
    "/run/dbus": "by which it talks to systemd and other services there",
    "/run/libvirt": "by which it starts machines there",
    "/run/udev": "the list of its devices",
    "/run/user": "the sockets of all who are logged in",
    "~": "all your files, keys among them",
}
_OF_HOME = {
    ".ssh": "your private keys",
    ".aws": "your keys for AWS",
    ".azure": "your login for Azure",
    ".config/gcloud": "your login for Google Cloud",
    ".docker": "your logins for registries",
    ".git-credentials": "your passwords for Git",
    ".gnupg": "your private keys",
    ".kube": "your access to clusters",
    ".netrc": "your passwords",
}


class WritableSystemPath(Rule[Stack]):
    """A service can write to a folder of the host that the host itself lives on.

    Whoever gets into the container writes a cron job, a unit, a key or a program there, and the host runs it as root.

    Mount only what the service works with, in a folder of its own, and what it only reads with `:ro`.

    https://docs.docker.com/engine/storage/bind-mounts/
    """

    severity = Severity.ERROR
    aliases = ("CL-0025", "volume_has_sensitive_host_directory", "CIS-5.6", "OWASP-8")
    bad = {
        "=== compose.yaml\nservices:\n  backup:\n    image: acme/backup:1\n    volumes:\n      - «/etc»:/host/etc\n": (
            "=== compose.yaml\nservices:\n  backup:\n    image: acme/backup:1\n    volumes:\n      - /etc:/host/etc:ro\n"
        ),
        '=== compose.yaml\nservices:\n  vpn:\n    image: acme/vpn:1\n    volumes: ["«//lib/modules/»:/lib/modules:rw,z"]\n': (
            '=== compose.yaml\nservices:\n  vpn:\n    image: acme/vpn:1\n    volumes: ["//lib/modules/:/lib/modules:ro,z"]\n'
        ),
        "=== compose.yaml\nservices:\n  agent:\n    image: acme/agent:1\n    volumes:\n      - type: bind\n"
        "        source: «/var/lib/docker»\n        target: /docker\n": (
            "=== compose.yaml\nservices:\n  agent:\n    image: acme/agent:1\n    volumes:\n      - type: bind\n"
            "        source: /var/lib/docker\n        target: /docker\n        read_only: true\n"
        ),
        "=== compose.yaml\nservices:\n  a:\n    image: acme/a:1\n    volumes: &v\n      - «/usr/local/bin»:/tools\n"
        "  b:\n    image: acme/a:1\n    volumes: *v\n": None,
        "=== compose.yaml\nservices:\n  a:\n    image: acme/a:1\n    volumes: ['${ETC:-«/etc»}:/host/etc']\n": None,
        "=== compose.yaml\nservices:\n  a:\n    extends: {file: base.yml, service: base}\n=== base.yml\nservices:\n  base:\n"
        "    image: acme/a:1\n    volumes:\n      - «/boot»:/boot\n": (
            "=== compose.yaml\nservices:\n  a:\n    extends: {file: base.yml, service: base}\n=== base.yml\nservices:\n"
            "  base:\n    image: acme/a:1\n    volumes:\n      - /boot:/boot:ro\n"
        ),
    }
    good = (
        "=== compose.yaml\nservices:\n  backup:\n    image: acme/backup:1\n    volumes:\n      - /etc:/host/etc:ro\n",
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.31\n    volumes:\n"
        "      - /etc/letsencrypt:/etc/letsencrypt\n      - /var/lib/mysql:/data\n      - /var/log:/logs\n"
        "      - /usr/share/zoneinfo:/usr/share/zoneinfo\n      - /etc/localtime:/etc/localtime\n",
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.31\n    volumes: ['./etc:/etc', 'etc:/etc', '/:/host']\n"
        "volumes:\n  etc:\n",
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.31\n    volumes: ['${FOLDER}/etc:/etc', '/srv:/etc']\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _writable(container)))


def _writable(container: Container) -> Iterator[Fault]:
    service = container.service
    for given in host_paths(container.compose, service):
        if given.is_writable and given.path in _SYSTEM and runtime_of(given.path) is None:
            message = f"`{service.name}` can write `{given.shown}` of the host"
            yield Fault(
                service, given.place, message, "mount it read-only, or only the folder it needs", _read_only(given)
            )


def _read_only(given: HostPath) -> Fix | None:
    volume = given.volume
    is_plain = volume is not None and volume.source is not None and volume.source.text is given.place
    if volume is None or not is_plain or not volume.source or not volume.source.is_literal:
        return None
    message = "mount it read-only"
    if volume.node is not None:
        return fix_of(message, inserted_key(volume.node, "read_only: true"))
    place = inner_span(volume.text)
    is_as_written = place.source.text[place.start : place.end] == volume.text
    if not is_as_written or not volume.target.is_literal or is_shared(place):
        return None
    writing = next((option for option in volume.options if option == "rw"), None)
    if writing is not None:
        return replace(writing, "ro", message, is_safe=False)
    added = ",ro" if volume.options else ":ro"
    return Fix(message, (Edit.replacing(Span(place.source, place.end, place.end), added),), is_safe=False)


class SensitiveHostPath(Rule[Stack]):
    """A service gets files of the host that are none of its business.

    What it can read, an intruder can read too: keys, passwords, the list of users, sockets of other programs. With some
    of these files he gets further than the container.

    Mount the one file or folder that the service works with. A key goes in as a secret, an agent is forwarded by its
    socket.

    https://docs.docker.com/engine/storage/bind-mounts/
    """

    severity = Severity.WARNING
    aliases = ("CL-0013", "volume_has_sensitive_host_directory", "CIS-5.6", "OWASP-8")
    bad = {
        "=== compose.yaml\nservices:\n  deploy:\n    image: acme/deploy:1\n    volumes:\n      - «~/.ssh»:/root/.ssh:ro\n": None,
        "=== compose.yaml\nservices:\n  deploy:\n    image: acme/deploy:1\n    volumes:\n      - «$HOME/.aws»:/root/.aws\n": None,
        "=== compose.yaml\nservices:\n  backup:\n    image: acme/backup:1\n    volumes: ['«/etc»:/host/etc:ro']\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes: ['«/run/dbus»:/run/dbus:ro', '«/dev/sda»:/disk']\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes:\n      - «/etc/localtime»:/etc/localtime\n": (
            "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes:\n      - /etc/localtime:/etc/localtime:ro\n"
        ),
    }
    good = (
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes:\n      - /etc/localtime:/etc/localtime:ro\n"
        "      - /etc/ssl/certs:/etc/ssl/certs:ro\n      - /etc/machine-id:/etc/machine-id:ro\n"
        "      - ~other/.ssh:/keys\n      - ${KEYS}/.ssh:/more\n      - ~/.ssh/known_hosts:/known_hosts:ro\n",
        "=== compose.yaml\nservices:\n  exporter:\n    image: prom/node-exporter:v1.10.2\n    pid: host\n"
        "    volumes: ['/proc:/host/proc:ro', '/sys:/host/sys:ro', '/:/rootfs:ro']\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    secrets: [key]\nsecrets:\n  key:\n"
        "    file: ~/.ssh/id_ed25519\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes: ['/dev/dri:/dev/dri', '/srv/home:/home']\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _sensitive(container)))


def _sensitive(container: Container) -> Iterator[Fault]:
    service = container.service
    for given in host_paths(container.compose, service):
        if runtime_of(given.path) is not None or (given.is_writable and given.path in _SYSTEM):
            continue
        if given.path in _CLOCK:
            if given.is_writable:
                message = f"`{service.name}` can change `{given.shown}` of the host"
                yield Fault(service, given.place, message, "mount it read-only", _read_only(given))
            continue
        what = _what_it_holds(given)
        if what is None or watches_host(container, given):
            continue
        verb = "use" if given.path.startswith("/run/") else "read"
        message = f"`{service.name}` can {verb} `{given.shown}` of the host{what and f', {what}'}"
        yield Fault(service, given.place, message, _instead(given))


def _what_it_holds(given: HostPath) -> str | None:
    """What a path of the host holds that a service should not have; nothing to say for some. None if it may have it."""
    path = given.path
    if path in _READ_TOO_MUCH:
        return _READ_TOO_MUCH[path]
    home = _in_home().fullmatch(path)
    if home is not None:
        # A key as a secret, known hosts and public keys are just what a service should get.
        is_harmless = given.volume is None or path.endswith((".pub", "/known_hosts", "/.ssh/config"))
        return None if is_harmless else _OF_HOME[home["what"]]
    if path.startswith("/root/."):
        return "root's own files"
    if _disk().fullmatch(path):
        return "a whole disk"
    return "" if path in _SYSTEM or path.startswith("/run/") else None


def _instead(given: HostPath) -> str:
    if _in_home().fullmatch(given.path) and "/.ssh" in given.path:
        return "pass one key as a secret, or forward the agent"
    if _in_home().fullmatch(given.path):
        return "pass what it needs as a secret"
    return "mount only the file or folder that it works with"


class SharedPropagation(Rule[Stack]):
    """What a service mounts below one of its volumes appears on the host too.

    With the propagation `shared` or `rshared` a program in the container lays mounts over folders of the host, and can
    hide or replace what lies there.

    `slave` or `rslave` lets mounts of the host appear in the container, and none of the container on the host.

    https://docs.docker.com/engine/storage/bind-mounts/#configure-bind-propagation
    """

    severity = Severity.WARNING
    aliases = ("CL-0017", "volume_mounted_in_multiple_containers", "CIS-5.20")
    bad = {
        "=== compose.yaml\nservices:\n  rclone:\n    image: rclone/rclone:1\n    volumes:\n      - /mnt:/data:«rshared»\n": (
            "=== compose.yaml\nservices:\n  rclone:\n    image: rclone/rclone:1\n    volumes:\n      - /mnt:/data:rslave\n"
        ),
        '=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes: ["/mnt:/data:ro,«shared»"]\n': (
            '=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes: ["/mnt:/data:ro,slave"]\n'
        ),
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes:\n      - type: bind\n        source: /mnt\n"
        "        target: /data\n        bind:\n          propagation: «rshared»\n": (
            "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes:\n      - type: bind\n        source: /mnt\n"
            "        target: /data\n        bind:\n          propagation: rslave\n"
        ),
    }
    good = (
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes: ['/mnt:/data:rslave', '/srv:/srv:private']\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes: ['/mnt/shared:/shared', '/mnt:/mnt']\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    volumes:\n      - type: bind\n        source: /mnt\n"
        "        target: /data\n        bind:\n          propagation: ${HOW:?}\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _propagated(container)))


def _propagated(container: Container) -> Iterator[Fault]:
    service = container.service
    for volume in service.volumes:
        for word in _propagation(volume):
            needs = "" if not _mounts_by_fuse(container) else ", which FUSE mounts need"
            source = volume.source.text if volume.source is not None else volume.target.text
            message = f"mounts made by `{service.name}` under `{source}` appear on the host (`{word}`){needs}"
            slave = word.replace("shared", "slave")
            is_as_written = word.is_verbatim or word.source.text[word.start + 1 : word.end - 1] == word
            place = inner_span(word)
            fix = None
            if is_as_written and not is_shared(place):
                fix = Fix(f"write `{slave}`", (Edit.replacing(place, slave),), is_safe=False)
            yield Fault(service, word, message, f"`{slave}` is enough to see mounts of the host", fix)


def _propagation(volume: Volume) -> Iterator[Text]:
    bind = volume.node.get("bind") if volume.node is not None else None
    entry = bind.entry("propagation") if isinstance(bind, Mapping) else None
    words = [*volume.options] if entry is None else []
    value = getattr(entry.value, "text", None) if entry is not None else None
    yield from (word for word in (*words, *([value] if value is not None else [])) if word in ("shared", "rshared"))


def _mounts_by_fuse(container: Container) -> bool:
    settings: Section = container.service.settings
    devices = any(value.text.partition(":")[0] == "/dev/fuse" for value in settings.texts("devices", single=False))
    return devices and any(value.text.upper().endswith("SYS_ADMIN") for value in settings.texts("cap_add"))


@cache
def _in_home() -> re.Pattern[str]:
    kinds = "|".join(re.escape(name) for name in _OF_HOME)
    return re.compile(rf"(?:~|/root|/home/[^/]+|/Users/[^/]+|[A-Za-z]:/Users/[^/]+)/(?P<what>{kinds})(?:/.*)?")


@cache
def _disk() -> re.Pattern[str]:
    return re.compile(r"/dev/(?:(?:s|h|v|xv)d[a-z]+\d*|nvme\d.*|mmcblk\d.*|dm-\d+|md\d+|mapper/.+|disk/by-.+)")
