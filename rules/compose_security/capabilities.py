"""Capabilities and devices that services get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dockerlint.compose.nodes import Mapping, Sequence
from dockerlint.compose.services import Service
from dockerlint.compose.values import Section, Value
from dockerlint.knowledge.host_needs import is_monitor, needs_capability
from dockerlint.lint.rule import Findings, Rule, Severity
from dockerlint.project.containers import Container, Stack
from dockerlint.project.host_paths import normalised

from .faults import Fault, image_of, is_whole, once

_TAKEOVER = {
    "ALL": "gives `{}` every capability: it can take over the host",
    "SYS_ADMIN": "lets `{}` mount the host's disks and leave the container",
    "SYS_MODULE": "lets `{}` load code into the host's kernel",
    "SYS_RAWIO": "lets `{}` write to the host's memory and disks",
}
_STRONG = {
    "AUDIT_CONTROL": ("lets `{}` switch off the host's audit log", ()),
    "BPF": ("lets `{}` load programs into the host's kernel", ("CL-0030",)),
    "DAC_READ_SEARCH": ("lets `{}` read any file, past all permissions, also outside of the container", ("CL-0028",)),
    "IPC_LOCK": ("lets `{}` take memory that cannot be swapped out", ()),
    "LEASE": ("lets `{}` hold up others who open a file", ()),
    "MAC_ADMIN": ("lets `{}` change the rules of SELinux or AppArmor", ()),
    "MAC_OVERRIDE": ("lets `{}` get past the rules of SELinux", ()),
    "NET_ADMIN": ("lets `{}` change addresses, routes and firewall of its network", ("CL-0029",)),
    "PERFMON": ("lets `{}` watch what the host's kernel does", ("CL-0030",)),
    "SYS_BOOT": ("lets `{}` restart the host", ()),
    "SYS_NICE": ("lets `{}` put its processes before all others", ()),
    "SYS_PTRACE": ("lets `{}` read the memory of every process it can see", ("CL-0027",)),
    "SYS_TIME": ("lets `{}` set the host's clock", ()),
    "SYSLOG": ("lets `{}` read the log of the host's kernel", ()),
}
_SHARED_ALIASES = ("container_capabilities_unrestricted", "CIS-5.4", "OWASP-3")
# Numbers of drivers: 3 and so on are disks; with `c 1` comes /dev/mem, with `c 10` the device mapper.
_DISK_MAJORS = frozenset({3, 7, 8, 9, 31, 43, 179, 202, 259})


def capabilities(service: Service, key: str) -> Iterator[tuple[str, Value]]:
    """The capabilities of `cap_add` or `cap_drop`, without `CAP_` and in upper case."""
    for value in service.settings.texts(key):
        if not value.unknown:
            yield value.text.upper().removeprefix("CAP_"), value


class UndroppedCapabilities(Rule[Stack]):
    """A service keeps the capabilities that Docker gives to every container.

    Most programs need none of them. An intruder who is root has all fourteen, to fake packets or change the owner of
    files, say.

    `cap_drop: [ALL]`, and `cap_add:` for those that it turns out to need.

    https://docs.docker.com/engine/security/#linux-kernel-capabilities
    """

    severity = Severity.INFO
    profile = "security"
    aliases = ("CL-0006", *_SHARED_ALIASES[:2], "OWASP-3")
    bad = {
        "=== compose.yaml\nservices:\n  «web»:\n    image: acme/web:1\n": None,
        "=== compose.yaml\nservices:\n  «web»:\n    image: acme/web:1\n    cap_drop: [NET_RAW]\n": None,
        "=== compose.yaml\nservices:\n  «web»:\n    image: acme/web:1\n    cap_add: [NET_RAW]\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    cap_drop: [ALL]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    cap_drop:\n      - cap_all\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    privileged: true\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    cap_add: [ALL]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    cap_drop: ['${DROPPED}']\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for one in stack.containers if is_whole(one) for fault in _undropped(one.service)))


def _undropped(service: Service) -> Iterator[Fault]:
    dropped = service.settings.texts("cap_drop")
    is_dropped = any(name == "ALL" for name, _ in capabilities(service, "cap_drop"))
    has_all = any(name == "ALL" for name, _ in capabilities(service, "cap_add"))  # that is said there
    if service.privileged is False and not (is_dropped or has_all) and not any(value.unknown for value in dropped):
        message = f"`{service.name}` keeps the fourteen default capabilities"
        yield Fault(service, service.name, message, "`cap_drop: [ALL]` and add back what it needs")


class HostTakeoverCapability(Rule[Stack]):
    """A service gets a capability that is as good as the whole host.

    With these, root in the container mounts the host's disks, loads a kernel module or writes to its memory. It is no
    longer held by anything.

    Find the smaller one that the program needs. Mounts that it needs can be made outside and handed in as volumes.

    https://docs.docker.com/engine/security/#linux-kernel-capabilities
    """

    severity = Severity.ERROR
    aliases = ("CL-0024", *_SHARED_ALIASES)
    bad = {
        "=== compose.yaml\nservices:\n  mounter:\n    image: acme/mounter:1\n    cap_add:\n      - «SYS_ADMIN»\n": None,
        '=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    cap_add: [«"cap_sys_module"», NET_RAW, «All»]\n': None,
        "=== compose.yaml\nservices:\n  rclone:\n    image: rclone/rclone:1\n    cap_add: [«SYS_ADMIN»]\n"
        "    devices: [/dev/fuse]\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    cap_add: [CAP_ALL]\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    cap_drop: [SYS_ADMIN, ALL]\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    cap_add: ['${CAPABILITY}']\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _takeovers(container.service)))


def _takeovers(service: Service) -> Iterator[Fault]:
    mounts_by_fuse = any(value.text.partition(":")[0] == "/dev/fuse" for value in _devices(service))
    for name, value in capabilities(service, "cap_add"):
        if name in _TAKEOVER and value.text.upper() != "CAP_ALL":
            is_for_fuse = name == "SYS_ADMIN" and mounts_by_fuse
            help_ = "FUSE needs it here: mount on the host instead, and hand the folder in" if is_for_fuse else ""
            message = f"`{name}` {_TAKEOVER[name].format(service.name)}"
            yield Fault(service, value.text, message, help_ or "name the one capability that it needs")


class StrongCapability(Rule[Stack]):
    """A service gets a capability that reaches beyond its container.

    An intruder has it too, to change the network, to read the memory of other processes, or to stop the host.

    Leave it out, and see what fails. Many programs ask for it and do without.

    https://docs.docker.com/engine/security/#linux-kernel-capabilities
    """

    severity = Severity.WARNING
    aliases = ("CL-0011", "CL-0027", "CL-0028", "CL-0029", "CL-0030", *_SHARED_ALIASES)
    bad = {
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    cap_add:\n      - «SYS_PTRACE»\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    cap_add: [«cap_net_admin», «SYS_TIME»]\n": None,
        "=== compose.yaml\nx-caps: &caps\n  cap_add: [«DAC_READ_SEARCH»]\nservices:\n  a:\n    <<: *caps\n    image: a:1\n"
        "  b:\n    <<: *caps\n    image: b:1\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    cap_add: [NET_BIND_SERVICE, CHOWN, NET_RAW]\n",
        "=== compose.yaml\nservices:\n  vpn:\n    image: lscr.io/linuxserver/wireguard:1.0.20250521\n    cap_add: [NET_ADMIN]\n"
        "  search:\n    image: elasticsearch:9.2.1\n    cap_add: [IPC_LOCK]\n",
        "=== compose.dev.yaml\nservices:\n  app:\n    image: acme/app:1\n    cap_add: [SYS_PTRACE]\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    privileged: true\n    cap_add: [NET_ADMIN]\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _strong(container)))


def _strong(container: Container) -> Iterator[Fault]:
    service = container.service
    reference = image_of(container)
    if service.privileged:
        return  # that says it all
    for name, value in capabilities(service, "cap_add"):
        is_needed = reference is not None and needs_capability(reference, name)
        is_debugging = name == "SYS_PTRACE" and container.is_development_at(value.text)
        if name in _STRONG and not is_needed and not is_debugging:
            what, codes = _STRONG[name]
            message = f"`{name}` {what.format(service.name)}"
            aliases = (*(codes or ("CL-0011",)), *_SHARED_ALIASES)
            yield Fault(service, value.text, message, "leave it out if the program does without", aliases=aliases)


class DangerousDevice(Rule[Stack]):
    """A service gets a disk of the host, or all its devices.

    A disk is read and written past all file permissions: `/etc/shadow` of the host is just bytes on it.

    Name the one device that the program works with, such as `/dev/ttyUSB0` or `/dev/dri`; mount files as a volume.

    https://docs.docker.com/reference/compose-file/services/#devices
    """

    severity = Severity.ERROR
    aliases = ("CL-0016", "CIS-5.18")
    bad = {
        "=== compose.yaml\nservices:\n  smart:\n    image: acme/smart:1\n    devices:\n      - «/dev/sda»:/dev/sda:r\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    devices: [«'/dev/'», '«/dev//mapper/root»:/disk']\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    devices:\n      - source: «/dev/nvme0n1p2»\n"
        "        target: /disk\n        permissions: rw\n": None,
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    device_cgroup_rules: [«'b 8:* rmw'», «'a *:* rwm'»]\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    devices: [/dev/dri, /dev/ttyUSB0, /dev/bus/usb, /dev/fuse,\n"
        "      /dev/net/tun, 'nvidia.com/gpu=all', /dev/mapper, '/srv/sda:/dev/sda', '${DISK}:/dev/sda']\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    devices: ['/dev/sda:/dev/sda:m', '/dev/sda:/dev/sda:MR']\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    device_cgroup_rules: ['c 188:* rmw', 'c 189:* rwm', 'b 8:* m']\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    cap_drop: [ALL]\n    device_cgroup_rules: ['b 8:* rwm']\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    privileged: true\n    devices: [/dev/sda]\n"
        "  cadvisor:\n    image: gcr.io/cadvisor/cadvisor:v0.55.1\n    devices: [/dev/kmsg]\n",
    )

    def check(self, stack: Stack) -> Findings:
        held = [container for container in stack.containers if not container.service.privileged]
        yield from once(self, (fault for one in held for fault in (*_disks(one), *_opened(one.service))))


def _devices(service: Service) -> Iterator[Value]:
    """The devices of the host that a service gets, also only to create them."""
    entry = service.node.entry("devices")
    for item in entry.value.items if entry is not None and isinstance(entry.value, Sequence) else ():
        if isinstance(item, Mapping):
            section = Section(f"a device of `{service.name}`", item, service.settings.reader)
            source, permissions = section.text("source"), section.text("permissions")
            if source is not None and (permissions is None or _allows_use(permissions.text)):
                yield source
        else:
            value = service.settings.text_of(item)
            if value is not None and (source := _short(value)) is not None:
                yield source


def _short(value: Value) -> Value | None:
    """The source of `SOURCE[:TARGET][:PERMISSIONS]`, if it may be read or written."""
    parts = value.text.split(":")
    last = parts[-1]
    is_permissions = len(parts) > 1 and last != "" and set(last.lower()) <= set("rwm")
    if is_permissions and not _allows_use(last):
        return None
    return value.part(0, len(parts[0])) if len(parts) > 1 else value


def _allows_use(permissions: str) -> bool:
    return bool(permissions) and set(permissions) <= set("rwm") and permissions.strip("m") != ""


def _disks(container: Container) -> Iterator[Fault]:
    service = container.service
    reference = image_of(container)
    for source in _devices(service):
        path = normalised(source)
        if path == "/dev":
            message = f"`{service.name}` gets all devices of the host, its disks and memory among them"
            yield Fault(service, source.text, message, "name the devices that it works with")
        elif path is not None and _disk().fullmatch(path):
            message = f"`{path}` gives `{service.name}` the whole disk, past all file permissions"
            yield Fault(service, source.text, message, "mount the files that it works with")
        elif path == "/dev/kmsg" and not (reference is not None and is_monitor(reference)):
            message = f"`{path}` lets `{service.name}` read and write the log of the host's kernel"
            yield Fault(service, source.text, message, "leave it out")


def _opened(service: Service) -> Iterator[Fault]:
    dropped = {name for name, _ in capabilities(service, "cap_drop")}
    added = {name for name, _ in capabilities(service, "cap_add")}
    if not dropped.isdisjoint({"ALL", "MKNOD"}) and added.isdisjoint({"ALL", "MKNOD"}):
        return  # it cannot create the device that the rule allows
    for value in service.settings.texts("device_cgroup_rules"):
        match = re.fullmatch(r"([abc]) +(\*|\d+):(\*|\d+) +([rwm]+)", value.text)
        if match and _allows_use(match[4]) and _is_open(match[1], match[2], match[3]):
            message = f"`{value.text}` opens disks or the memory of the host to `{service.name}`"
            yield Fault(service, value.text, message, "name the numbers of the one device that it works with")


def _is_open(kind: str, major: str, minor: str) -> bool:
    if kind == "a" or major == "*":
        return True
    if kind == "b":
        return int(major) in _DISK_MAJORS
    return (int(major) == 1 and minor in ("*", "11")) or (int(major) == 10 and minor in ("*", "237"))


@cache
def _disk() -> re.Pattern[str]:
    return re.compile(
        r"/dev/(?:(?:s|h|v|xv)d[a-z]+\d*|(?:nvme\d|mmcblk\d|dm-\d|md\d|loop\d|nbd\d|rbd\d|zd\d|mtdblock\d)\w*"
        r"|(?:mapper|md|zvol)/.+|disk/by-[^/]+/.+|loop-control|zfs)"
    )
