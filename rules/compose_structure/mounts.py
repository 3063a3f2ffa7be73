"""Mounts that cannot be made, and names that Compose reads as something else."""

from __future__ import annotations

import os
import posixpath
import re

from dockerlint.compose.errors import shown
from dockerlint.compose.mounts import Volume
from dockerlint.compose.services import Compose
from dockerlint.compose.values import Value
from dockerlint.lint.rule import Findings, Rule, Severity, fix_of
from dockerlint.lint.yaml_edits import replaced_part
from dockerlint.source import Text

from .words import refused

_OPTIONS = frozenset(
    {
        *("ro", "rw", "z", "Z", "nocopy", "default", "cached", "delegated", "consistent"),
        *("shared", "rshared", "slave", "rslave", "private", "rprivate"),
    }
)
_INTENDED = {"readonly": "ro", "read_only": "ro", "read-only": "ro", "readwrite": "rw", "no_copy": "nocopy"}


class InvalidMount(Rule[Compose]):
    """An entry of `volumes` is no mount that can be made.

    Compose refuses the file, the engine refuses to make the container, or a word of the entry has no effect.

    Write `[SOURCE:]TARGET[:OPTIONS]` with an absolute path in the container, or the long form with `type`, `source` and
    `target`.

    https://docs.docker.com/reference/compose-file/services/#volumes
    """

    severity = Severity.ERROR
    guards = True
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - ./conf:«etc/app»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: [«'/h:'», «':/x'», «/h:/a:ro:z», /h:«/»]\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - ./h:/t:«readonly»\n"
        "      - ./a:/b:z,«foo»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - «type: bind\n        target: /t»\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - data:«/t»\n    tmpfs: /t:size=1m\n"
        "volumes:\n  data:\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - C:\\x:C:\\y:ro\n      - ./a:/b:ro,Z,rslave\n"
        "      - data:/c:nocopy\n      - /d\n      - /e:${TARGET}\nvolumes:\n  data:\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - type: tmpfs\n        target: /t\n"
        "      - type: bind\n        source: ./x\n        target: /y\n    tmpfs: [/z, '/u:size=1m']\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - /h:/t:${OPTIONS}\n"
        "      - type: npipe\n        source: \\\\.\\pipe\\docker_engine\n        target: \\\\.\\pipe\\docker_engine\n",
    )

    def check(self, compose: Compose) -> Findings:
        yield from refused(self, compose, "mount")
        faulty = {error.span for error in compose.errors}
        for service in compose.services:
            for volume in service.volumes:
                if not volume.target.unknown and drive_of(volume) is None and volume.text.span not in faulty:
                    yield from self._of_target(volume)
                    yield from self._of_options(volume)

    def _of_target(self, volume: Volume) -> Findings:
        target = volume.target.text
        if not target.startswith(("/", "\\\\")) and not re.match(r"[A-Za-z]:[\\/]", target):
            what = (
                f"{shown(volume.text)} mounts to the relative path {shown(target)}" if target else "no path to mount to"
            )
            yield self.finding(target, f"{what}: the engine wants an absolute one")
        elif target.startswith("/") and posixpath.normpath(target) in ("/", "//"):
            yield self.finding(target, f"{shown(volume.text)} mounts over all of the container: the engine refuses `/`")

    def _of_options(self, volume: Volume) -> Findings:
        for option in volume.options:
            if option and option not in _OPTIONS and volume.read_only is not None:
                known = _INTENDED.get(option.lower()) or (option.lower() if option.lower() in _OPTIONS else None)
                hint = f": did you mean `{known}`?" if known else ""
                yield self.finding(option, f"{shown(option)} is no option of a mount, Compose ignores it{hint}")


class MisreadVolumeName(Rule[Compose]):
    """The source of a mount is read as something else than what was meant.

    Compose takes one letter before a colon for a Windows drive, and a path that begins with neither `.` nor `/` for the
    name of a volume. The first mounts an empty folder in the wrong place, the second is refused.

    Write `./` before a path of the project; give a volume a name of two letters and more.

    https://docs.docker.com/reference/compose-file/services/#volumes
    """

    severity = Severity.ERROR
    guards = True
    bad = {
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: [«'d:/data'»]\nvolumes:\n  d:\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes: ['«d:/data»:ro']\n": None,
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - «nginx.conf»:/etc/nginx/nginx.conf:ro\n"
        "=== nginx.conf\n": "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n"
        "      - ./nginx.conf:/etc/nginx/nginx.conf:ro\n=== nginx.conf\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - «data/db»:/var/lib/mysql\n": None,
    }
    good = (
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - data:/data\n      - C:\\x:/w\n"
        "      - c:/Users/x:/w\n      - ./a/b:/c\n      - ~/x:/d\n      - ${DIR}/x:/e\nvolumes:\n  data:\n=== data/x\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - type: volume\n        source: d\n"
        "        target: /data\nvolumes:\n  d:\n",
        "=== compose.yaml\nservices:\n  web:\n    image: x:1\n    volumes:\n      - conf:/data\nvolumes:\n  conf:\n",
    )

    def check(self, compose: Compose) -> Findings:
        for service in compose.services:
            for volume in service.volumes:
                drive = drive_of(volume)
                if drive is not None:
                    unused = ", which stays unused" if drive[0] in compose.volumes else ""
                    message = f"{shown(drive)} is read as a Windows path, not as the volume `{drive[0]}`{unused}"
                    yield self.finding(drive, f"{message}: use a longer name or the long form")
                source = misread_path(compose, volume)
                if source is not None:
                    yield from self._of_path(compose, source)

    def _of_path(self, compose: Compose, source: Value) -> Findings:
        is_there = os.path.lexists(compose.path_of(source))
        message = (
            f"{shown(source.text)} is read as the name of a volume: write {shown('./' + source.text)} for the path"
        )
        edit = replaced_part(source, source.text.part(0, 0), "./") if is_there else None
        fix = fix_of("write `./` before it", edit)
        yield self.finding(source.text, message, fix=fix, is_refusal=True)


def drive_of(volume: Volume) -> Text | None:
    """The `v:/data` of a short mount that was meant for a volume `v`."""
    if volume.node is not None or volume.unknown:
        return None
    if volume.source is None:
        return volume.target.text if _DRIVE.match(volume.target.text) else None
    has_only_options = _OPTIONS.issuperset(volume.target.text.split(","))
    return volume.source.text if has_only_options and _DRIVE.match(volume.source.text) else None


_DRIVE = re.compile(r"[A-Za-z]:/")


def misread_path(compose: Compose, volume: Volume) -> Value | None:
    """The source of a short mount that Compose takes for the name of a volume, and that must be meant for a path."""
    source = volume.source
    if volume.node is not None or volume.kind != "volume" or source is None or source.unknown:
        return None
    if source.text in compose.volumes:
        return None
    is_file = not compose.is_fragment and not source.text.startswith("..") and os.path.lexists(compose.path_of(source))
    return source if "/" in source.text or is_file else None
