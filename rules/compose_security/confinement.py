"""Services that run without what should hold an intruder."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dockerlint.compose.nodes import Node, Sequence
from dockerlint.compose.services import Service
from dockerlint.compose.values import Value
from dockerlint.knowledge.host_needs import needs_setuid
from dockerlint.lint.finding import Edit
from dockerlint.lint.rule import Findings, Fix, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import appended_item, deleted_item, deleted_key, inner_span, inserted_key, is_shared
from dockerlint.project.containers import Container, Stack
from dockerlint.project.host_paths import host_paths
from dockerlint.source import Span

from .faults import Fault, image_of, is_whole, once
from .privileges import runtime_of

_BROWSERS = re.compile(r"chrom|browser|puppeteer|playwright|selenium")
_OFF = {
    ("seccomp", "unconfined"): "runs without seccomp: every system call is open to it",
    ("apparmor", "unconfined"): "runs without AppArmor",
    ("label", "disable"): "runs without SELinux",
    ("systempaths", "unconfined"): "can write all of `/proc` and `/sys`",
    ("no-new-privileges", "false"): "may gain root by a setuid program",
}


def _options(service: Service) -> dict[str, tuple[str, Value]]:
    """What holds of `security_opt`: of several for one name the last."""
    found: dict[str, tuple[str, Value]] = {}
    for value in service.settings.texts("security_opt"):
        if not value.unknown:
            name, _, setting = value.text.replace("=", ":", 1).partition(":")
            found[name] = (setting, value)
    return found


class DisabledConfinement(Rule[Stack]):
    """A service switches off what confines containers.

    Seccomp, AppArmor and SELinux stop an intruder where a bug of the kernel would let him out. Without them one such
    bug is enough.

    Leave the option out. A program that needs one more system call gets a profile of its own that allows it:
    `seccomp=./profile.json`.

    https://docs.docker.com/engine/security/seccomp/
    """

    severity = Severity.WARNING
    aliases = ("CL-0009", "default_seccomp_profile_disabled", "CIS-5.2", "CIS-5.3", "CIS-5.22", "OWASP-6")
    bad = {
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    security_opt:\n      - «seccomp:unconfined»\n"
        "    restart: always\n": "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    restart: always\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    security_opt:\n      - no-new-privileges:true\n"
        "      - «apparmor=unconfined»\n": (
            "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    security_opt:\n      - no-new-privileges:true\n"
        ),
        '=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    security_opt: [«"no-new-privileges:false"», label=type:x_t]\n': None,
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    security_opt:\n      # for the profiler\n"
        "      - «seccomp=unconfined»\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    security_opt: ['seccomp:./seccomp.json']\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    privileged: true\n    security_opt: ['seccomp=unconfined']\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    security_opt:\n      - no-new-privileges:false\n"
        "      - no-new-privileges:true\n",
        "=== compose.yaml\nservices:\n  app:\n    image: acme/app:1\n    security_opt: ['seccomp=${PROFILE}']\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _unconfined(container)))


def _unconfined(container: Container) -> Iterator[Fault]:
    service = container.service
    if service.privileged:
        return
    for name, (setting, value) in _options(service).items():
        what = _OFF.get((name, setting.lower()))
        if what is not None:
            help_ = _instead(container, name)
            yield Fault(
                service, value.text, f"`{service.name}` {what} (`{value.text}`)", help_, _deleted(service, value)
            )


def _instead(container: Container, name: str) -> str:
    service = container.service
    capabilities = {str(value.text).upper().removeprefix("CAP_") for value in service.settings.texts("cap_add")}
    if name == "seccomp" and "SYS_PTRACE" in capabilities:
        return "`SYS_PTRACE` is enough for a debugger on kernels since 4.8"
    image = str(service.image.text) if service.image is not None else str(service.name)
    if name == "seccomp" and _BROWSERS.search(image):
        return "a profile that allows `clone` is enough for Chromium"
    if name == "seccomp":
        return "leave it out, or name a profile that allows what is missing"
    if name == "label" and any(runtime_of(given.path) for given in host_paths(container.compose, service)):
        return "`z` behind the mount gives it the label it needs"
    return "leave it out"


def _deleted(service: Service, value: Value) -> Fix | None:
    entry = service.node.entry("security_opt")
    node: Node | None = entry.value if entry is not None else None
    if not isinstance(node, Sequence) or not value.is_literal:
        return None
    item = next((one for one in node.items if one.span == value.text.span), None)
    if item is None:
        return None
    edit = deleted_item(node, item) if len(node.items) > 1 else deleted_key(service.node, "security_opt")
    return fix_of("leave it out", edit)


class MissingNoNewPrivileges(Rule[Stack]):
    """Programs of a service may gain rights that it was not started with.

    An intruder who is not root looks for a setuid program, `su`, `mount` or one forgotten by a package, and may become
    root by it.

    `security_opt: [no-new-privileges:true]` makes the kernel ignore setuid and setgid bits.

    https://docs.docker.com/reference/cli/docker/container/run/#security-opt
    """

    severity = Severity.INFO
    profile = "security"
    aliases = ("CL-0003", "no_new_privileges_not_set", "security_opt_not_set", "CIS-5.26", "OWASP-4")
    bad = {
        "=== compose.yaml\nservices:\n  «web»:\n    image: acme/web:1\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    security_opt:\n      - no-new-privileges:true\n"
        ),
        "=== compose.yaml\nservices:\n  «web»:\n    image: acme/web:1\n    security_opt:\n      - 'apparmor=web'\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    security_opt:\n      - 'apparmor=web'\n"
            "      - 'no-new-privileges:true'\n"
        ),
        "=== compose.yaml\nservices:\n  «web»: {image: acme/web:1}\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    security_opt: [no-new-privileges]\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    security_opt:\n      - no-new-privileges=true\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    security_opt:\n      - no-new-privileges:false\n",
        "=== compose.override.yaml\nservices:\n  web:\n    ports: ['80:80']\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for one in stack.containers if is_whole(one) for fault in _gaining(one)))


def _gaining(container: Container) -> Iterator[Fault]:
    service = container.service
    reference = image_of(container)
    is_unknown = any(value.unknown for value in service.settings.texts("security_opt"))
    if "no-new-privileges" in _options(service) or is_unknown or (reference is not None and needs_setuid(reference)):
        return
    option = "no-new-privileges:true"
    entry = service.node.entry("security_opt")
    if entry is None:
        edit = inserted_key(service.node, f"security_opt:\n  - {option}")
    else:
        edit = appended_item(entry.value, option) if isinstance(entry.value, Sequence) else None
    message = f"a setuid program in `{service.name}` may still gain root"
    yield Fault(service, service.name, message, f"`security_opt: [{option}]`", fix_of(f"add `{option}`", edit))


class WritableRootFilesystem(Rule[Stack]):
    """A service can change its own files.

    An intruder puts his tools there and changes the program, until the container is made anew.

    `read_only: true`, with `tmpfs:` for the folders that the program writes to, such as `/tmp` and `/run`.

    https://docs.docker.com/reference/compose-file/services/#read_only
    """

    severity = Severity.INFO
    profile = "security"
    aliases = ("CL-0007", "CIS-5.13", "OWASP-8")
    bad = {
        "=== compose.yaml\nservices:\n  «web»:\n    image: nginx:1.31\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.31\n    read_only: «false»\n": None,
        "=== compose.yaml\nservices:\n  «db»:\n    image: postgres:18\n    tmpfs: /tmp\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.31\n    read_only: true\n",
        "=== compose.yaml\nservices:\n  web:\n    image: nginx:1.31\n    read_only: ${READ_ONLY}\n",
        "=== compose.yaml\nservices:\n  migrate:\n    image: acme/web:1\n    profiles: [tools]\n",
        "=== compose.override.yaml\nservices:\n  web:\n    ports: ['80:80']\n",
    )

    def check(self, stack: Stack) -> Findings:
        whole = (one for one in stack.containers if is_whole(one) and not one.is_one_shot)
        yield from once(self, (fault for container in whole for fault in _writable(container)))


def _writable(container: Container) -> Iterator[Fault]:
    service = container.service
    if service.settings.flag("read_only") is not False:
        return
    entry = service.node.entry("read_only")
    mounted = {str(volume.target.text) for volume in service.volumes}
    volumes = container.facts.volumes if container.facts is not None else ()
    folders = dict.fromkeys(("/tmp", *(folder for folder in volumes if folder not in mounted)))  # noqa: S108
    message = f"an intruder in `{service.name}` can change its files"
    help_ = f"`read_only: true` with `tmpfs: [{', '.join(folders)}]`"
    yield Fault(service, entry.value.span if entry is not None else service.name, message, help_)


class LooseTmpfs(Rule[Stack]):
    """A tmpfs allows what Docker forbids there by default.

    `/tmp` is where an intruder first puts a program of his own: without `noexec` he can run it, without `nosuid` and
    `nodev` it may give him more rights.

    Leave `exec`, `suid` and `dev` out: `noexec,nosuid,nodev` is the default.

    https://docs.docker.com/engine/storage/tmpfs/
    """

    severity = Severity.INFO
    profile = "security"
    aliases = ("CL-0022",)
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    tmpfs: /tmp:size=64m,«exec»\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    tmpfs: /tmp:size=64m\n"
        ),
        '=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    tmpfs:\n      - "/tmp:«suid»,size=64m"\n': (
            '=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    tmpfs:\n      - "/tmp:size=64m"\n'
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    tmpfs:\n      - /dev/shm:«dev»\n": (
            "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    tmpfs:\n      - /dev/shm\n"
        ),
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    tmpfs: ['${DIR:-/tmp}:«exec»']\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    tmpfs: /tmp:noexec,nosuid\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    tmpfs: /tmp:exec,size=1m,noexec\n",
        "=== compose.yaml\nservices:\n  web:\n    image: acme/web:1\n    tmpfs: [/exec, /run]\n",
    )

    def check(self, stack: Stack) -> Findings:
        yield from once(self, (fault for container in stack.containers for fault in _loose(container.service)))


def _loose(service: Service) -> Iterator[Fault]:
    for value in service.settings.texts("tmpfs"):
        path, colon, options = value.text.partition(":")
        words = options.split(",") if colon else []
        start = len(path) + 1
        for index, word in enumerate(words):
            end = start + len(word)
            if word in ("exec", "suid", "dev") and f"no{word}" not in words[index + 1 :]:
                fix = _without(value, start, end)
                message = f"`{path}` of `{service.name}` allows `{word}`"
                yield Fault(service, value.text.part(start, end), message, f"leave `{word}` out", fix)
            start = end + 1


def _without(value: Value, start: int, end: int) -> Fix | None:
    """Leaves out an option with the comma behind it, or else with what stands before it."""
    text = value.text
    first, last = (start, end + 1) if text[end : end + 1] == "," else (start - 1, end)
    place = inner_span(text)
    is_as_written = place.source.text[place.start : place.end] == text
    if not value.is_literal or not is_as_written or is_shared(place):
        return None
    span = Span(text.source, text.offset(first), text.offset(last))
    return Fix("leave it out", (Edit.replacing(span, ""),), is_safe=False)
