"""What is known of base images without pulling them: user, system, shell, what they start."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from dockerlint.dockerfile.image import Reference
from dockerlint.knowledge import systems, tags
from dockerlint.knowledge.records import Record, find, is_retired

# Where records come from that would tell of a WORKDIR; the first also of ENTRYPOINT and CMD.
_WHOLE_SOURCES = ("Dockerfile", "root file system")


class ImageFacts(NamedTuple):
    """What is known of one image. None means unknown, for `user`s also none.

    `exposes` and what follows it hold for the image's default tag; others rarely differ.
    """

    name: str
    # Who process 1 is when nothing else is said: a name or number, without group.
    default_user: str | None
    # Whether the entrypoint gives up root by itself, and for whom.
    drops_privileges: bool | None
    drops_to: str | None
    # A user without rights who exists in the image and waits to be named in USER.
    ready_user: str | None
    # Who does the work while process 1 stays root.
    worker_user: str | None
    # The operating system of this tag: "debian:trixie", "alpine:3.22", or only "debian".
    distro: str | None
    # What /bin/sh is: "dash", "busybox" or "bash".
    shell_dialect: str | None
    # True only if it is known that there is no shell at all.
    no_shell: bool
    # SHELL, as the image sets it.
    shell: tuple[str, ...] | None
    exposes: tuple[str, ...]
    volumes: tuple[str, ...]
    # "/" where the image is known to set none.
    workdir: str | None
    entrypoint: tuple[str, ...] | None
    cmd: tuple[str, ...] | None
    healthcheck: bool
    onbuild: bool
    # A database, broker or store: its data must outlive the container.
    stateful: bool
    official: bool
    # Retired, whatever the tag. `retired.deprecated` knows more.
    deprecated: bool
    successor: str | None

    @property
    def family(self) -> str | None:
        """The operating system without its release: `debian`."""
        return self.distro.partition(":")[0] if self.distro else None


@lru_cache(maxsize=4096)
def facts(reference: Reference) -> ImageFacts | None:
    """What is known of an image; None for one that nobody has described.

    A reference by digest alone, or with a variable in its tag, has only what all tags share.
    """
    record = find(reference.name)
    if record is None:
        return None
    tag = _certain_tag(reference)
    known = {**record, **_overrides(record, tag)}
    no_shell = _has_no_shell(reference, known, tag)
    candidates = systems.systems(reference, record, tag)
    has_workdir = any(source in record["source"] for source in _WHOLE_SOURCES) or reference.familiar == "scratch"
    # The images with triggers for whole projects copied them into a folder of their own.
    workdir = None if "onbuild" in (tag or "") else known.get("workdir", "/" if has_workdir else None)
    return ImageFacts(
        name=reference.familiar,
        default_user=_bare(known.get("default_user")),
        drops_privileges=known.get("drops_privileges", False),
        drops_to=known.get("drops_to"),
        ready_user=known.get("ready_user"),
        worker_user=known.get("worker_user"),
        distro=systems.common(candidates),
        shell_dialect=None if no_shell else _shell_dialect(record, tag, candidates),
        no_shell=no_shell,
        shell=_words(known, "shell"),
        exposes=tuple(known.get("exposes", ())),
        volumes=tuple(known.get("volumes", ())),
        workdir=workdir,
        entrypoint=_words(known, "entrypoint"),
        cmd=_words(known, "cmd"),
        healthcheck=known.get("healthcheck", False),
        onbuild=known.get("onbuild", False),
        stateful=known.get("stateful", False),
        official=known.get("official", False),
        deprecated=is_retired(known),
        successor=known.get("successor"),
    )


def is_root(user: str | None) -> bool | None:
    """Whether a USER is root, by name or number; the group does not count. None if a variable hides it."""
    name = (user or "").partition(":")[0]
    if not name or "$" in name:
        return None
    if name == "root" or name.lower() == "containeradministrator":
        return True
    return re.fullmatch(r"[+-]?0+", name) is not None


def _certain_tag(reference: Reference) -> str | None:
    if reference.tag is None:
        return "latest" if reference.digest is None else None
    return None if "$" in reference.tag or len(reference.tag) > 128 else reference.tag


def _overrides(record: Record, tag: str | None) -> Record:
    """What holds for this tag alone. Of an unknown tag, what some tag changes is unknown."""
    patterns: dict[str, Record] = record.get("tags_pattern", {})
    if tag is not None:
        return next((override for pattern, override in patterns.items() if re.search(pattern, tag)), {})
    return {
        field: None
        for override in patterns.values()
        # A variable in the tag of an image for Linux hardly ever holds the name of a Windows release.
        if not str(override.get("default_user", "")).startswith("Container")
        for field, value in override.items()
        if value != record.get(field, False)
    }


def _has_no_shell(reference: Reference, known: Record, tag: str | None) -> bool:
    if reference.familiar == "scratch":
        return True
    words = tags.read(tag).words if tag else ()
    if known.get("no_shell"):
        return tag is not None and "debug" not in words
    return "chiseled" in words or "distroless" in words


def _bare(user: str | None) -> str | None:
    return user.strip("\"'") if user else None


def _shell_dialect(record: Record, tag: str | None, candidates: frozenset[str]) -> str | None:
    if record.get("no_shell"):
        # Only the tags for debugging have one, and all of them the same.
        return None if tag is None else "busybox"
    return systems.shell_dialect(candidates)


def _words(known: Record, field: str) -> tuple[str, ...] | None:
    """An instruction in exec form. Only whole Dockerfiles tell that there is none."""
    is_read = "Dockerfile" in known["source"] and "(text index)" not in known["source"]
    words = known.get(field, () if is_read else None)
    return None if words is None else tuple(words)
