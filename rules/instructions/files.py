"""COPY, ADD and WORKDIR: what is taken, and where it goes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from dockerlint.dockerfile.image import parse
from dockerlint.dockerfile.instructions import Add, Copy, Transfer, Workdir
from dockerlint.dockerfile.stages import Stage
from dockerlint.dockerfile.state import Step
from dockerlint.knowledge.images import facts
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity, replace
from dockerlint.project.build import Build
from dockerlint.source import Span, Text

# What ADD unpacks, or may: a lone compressed file can hold an archive.
_ARCHIVE = r".*\.(?:tar|tgz|tbz2?|tb2|txz|tlz|tpz|gz|bz2|xz|zst|lzma|lz|Z)"
_REMOTE = r"(?:https?|ftp|git|ssh)://.*|git@[^/]*:.*|.*\.git(?:#.*)?"
_ONLY_ADD = frozenset({"checksum", "keep-git-dir", "unpack"})


def _is_archive(source: str) -> bool:
    """Whether a source is an archive, or a glob that may match one."""
    name = source.rpartition("/")[2]
    if re.fullmatch(_ARCHIVE, name):
        return True
    ending = name.rpartition("*")[2]
    return ("*" in name and "." not in ending) or any(mark in ending for mark in "?[")


class AddForLocalFile(Rule[Stage]):
    """`ADD` is used where `COPY` would do.

    `ADD` also unpacks archives and fetches URLs. `COPY` says that neither is wanted, so renaming a source to
    `data.tar.gz` cannot change the image.

    Write `COPY`.

    https://docs.docker.com/build/building/best-practices/#add-or-copy
    """

    severity = Severity.WARNING
    aliases = ("DL3020", "CKV_DOCKER_4", "DS-0005", "add_instead_of_copy", "DF006", "DD007")
    bad = {
        "FROM alpine:3.22\n«ADD» app.py /srv/": "FROM alpine:3.22\nCOPY app.py /srv/",
        "FROM alpine:3.22\n«add» --chown=app a b/ /srv/": "FROM alpine:3.22\ncopy --chown=app a b/ /srv/",
        'FROM alpine:3.22\n«ADD» ["a b.zip", "/srv/"]': 'FROM alpine:3.22\nCOPY ["a b.zip", "/srv/"]',
        "FROM alpine:3.22\nARG D=src\n«ADD» $D /srv/": "FROM alpine:3.22\nARG D=src\nCOPY $D /srv/",
        "FROM alpine:3.22\n«ADD» *.py /srv/": "FROM alpine:3.22\nCOPY *.py /srv/",
    }
    good = (
        "FROM alpine:3.22\nADD rootfs.tar.xz /",
        "FROM alpine:3.22\nADD https://example.com/a /a",
        "FROM alpine:3.22\nADD git@github.com:a/b.git#v1 /b",
        "FROM alpine:3.22\nARG FILE\nADD $FILE /b",
        "FROM alpine:3.22\nADD dist/* /b",
        "FROM alpine:3.22\nADD --unpack=false a /b",
        "FROM alpine:3.22\nADD <<EOF /b\nx\nEOF",
        "FROM alpine:3.22\nCOPY app.py /srv/",
    )

    def check(self, stage: Stage) -> Findings:
        for step in _own(stage):
            add = step.instruction
            if not isinstance(add, Add) or not add.sources or add.heredocs:
                continue
            if any(flag.name in _ONLY_ADD for flag in add.flags):
                continue
            sources = [step.before.expanded(word, add.escape) for word in add.sources]
            if all(source is not None and _is_plain(source) for source in sources):
                wanted = "copy" if add.keyword.islower() else "COPY"
                fix = (
                    replace(add.keyword, wanted, f"write `{wanted}`", is_safe=True) if add.keyword.is_verbatim else None
                )
                yield self.finding(add.keyword, f"`COPY` is enough for {add.sources[0]}", fix=fix)


def _is_plain(source: str) -> bool:
    return not re.fullmatch(_REMOTE, source, re.IGNORECASE) and not _is_archive(source)


def _own(stage: Stage) -> Iterator[Step]:
    return (step for step in stage.steps if not step.is_trigger)


class CopySeveralToFile(Rule[Stage]):
    """Several sources are copied to something that is no folder.

    The destination must end with a slash then: without it one source is written over the other if no folder of that name
    is there yet, and older builders refuse the file.

    Write a slash behind the destination.

    https://docs.docker.com/reference/dockerfile/#copy
    """

    severity = Severity.ERROR
    aliases = (
        "DL3021",
        "DS-0011",
        "copy_with_more_than_two_arguments_not_ending_with_slash",
        "DF048",
        "add_dest_invalid",
    )
    bad = {
        "FROM alpine:3.22\nCOPY a b «/app»": "FROM alpine:3.22\nCOPY a b /app/",
        'FROM alpine:3.22\nCOPY ["a", "b", «"/app"»]': 'FROM alpine:3.22\nCOPY ["a", "b", "/app/"]',
        "FROM alpine:3.22\nADD a b c «$HOME/app»": "FROM alpine:3.22\nADD a b c $HOME/app/",
        "FROM alpine:3.22\nCOPY a b «app»\nRUN mkdir app": "FROM alpine:3.22\nCOPY a b app/\nRUN mkdir app",
    }
    good = (
        "FROM alpine:3.22\nCOPY a b /app/",
        "FROM alpine:3.22\nCOPY a b .",
        "FROM alpine:3.22\nWORKDIR /app\nCOPY a b /app",
        "FROM alpine:3.22\nRUN mkdir -p /app\nCOPY a b /app",
        "FROM alpine:3.22\nCOPY x/ /app/\nCOPY a b /app",
        "FROM alpine:3.22\nARG D\nCOPY a b $D",
        'FROM alpine:3.22\nCOPY a b "/app/"',
        "FROM alpine:3.22\nCOPY *.py /app",
    )

    def check(self, stage: Stage) -> Findings:
        for step in _own(stage):
            transfer = step.instruction
            if not isinstance(transfer, Transfer) or len(transfer.sources) < 2:
                continue
            word = transfer.destination
            bare = transfer.unquoted(word)
            if bare.endswith(("/", "/.", "/..", "\\")) or bare in (".", "..") or re.search(r"\$\{?\w+\}?$", bare):
                continue
            written = step.before.expanded(word, transfer.escape)
            if written is not None and self._is_folder(stage, step, written):
                continue
            end = word.offset(len(word))
            fix = Fix(f"write `{word}/`", (Edit.replacing(Span(word.source, end, end), "/"),), is_safe=True)
            message = f"with {len(transfer.sources)} sources `{word}` must be a folder: write `{word}/`"
            yield self.finding(word, message, fix=fix)

    @staticmethod
    def _is_folder(stage: Stage, step: Step, written: str) -> bool:
        """Whether an instruction before this one has made the folder, or may have."""
        path = posixpath.normpath(posixpath.join("/", step.before.workdir or "", written))
        name = path.rpartition("/")[2]
        for link in stage.chain:
            for before in link.steps:
                if before is step:
                    return False
                if name and name in before.instruction.rest:
                    return True
        return False


class CopyRootToRoot(Rule[Build]):
    """All files of an image are copied over those of another.

    The two systems are mixed file by file, and what the copied image says of USER, ENV, ENTRYPOINT and CMD is lost.

    Build FROM the image itself; to make it smaller, copy into `FROM scratch`. Images made to be laid over others hold no
    system of their own, so nothing is said of those, nor of images that nobody has described.

    https://docs.docker.com/build/building/multi-stage/
    """

    severity = Severity.WARNING
    aliases = ("DL3067",)
    bad = {
        "FROM python:3.13 AS base\nRUN make\nFROM debian:13\n«COPY --from=base / /»": None,
        "FROM alpine:3.22 AS base\nFROM debian:13\n«COPY --from=base /. /.»": None,
        "FROM debian:13\n«COPY --from=nginx:1.29 /* /»": None,
    }
    good = (
        "FROM debian:13 AS base\nFROM scratch\nCOPY --from=base / /",
        "FROM debian:13 AS base\nFROM scratch AS empty\nFROM empty\nCOPY --from=base / /",
        "FROM debian:13 AS base\nFROM debian:13\nCOPY --from=base /usr /usr",
        "FROM debian:13\nCOPY . /",
        "FROM debian:13\nCOPY --from=tonistiigi/xx / /",
        "FROM scratch AS overlay\nCOPY x /\nFROM debian:13\nCOPY --from=overlay / /",
    )

    def check(self, build: Build) -> Findings:
        for origin in build.dockerfile.origins:
            copy = origin.instruction
            if not isinstance(copy, Copy) or not _is_root_to_root(copy) or origin.user.root.base_name == "scratch":
                continue
            name = origin.stage.root.base_name if origin.stage is not None else origin.image
            reference = parse(name) if name else None
            known = facts(reference) if reference is not None else None
            if known is not None and known.family not in (None, "scratch", "busybox"):
                message = f"`COPY --from={copy.origin} / /` lays one root file system over another; build FROM it"
                yield self.finding(copy.text, message)


def _is_root_to_root(copy: Copy) -> bool:
    return list(copy.sources) in (["/"], ["/."], ["/*"]) and copy.destination in ("/", "/.")


class RelativeWorkdir(Rule[Build]):
    """The first WORKDIR of a stage is relative.

    Where it lies then depends on the base image, and changes when that does.

    Write the path from the root.

    https://docs.docker.com/reference/build-checks/workdir-relative-path/
    """

    severity = Severity.WARNING
    aliases = (
        "DL3000", "WorkdirRelativePath", "CKV_DOCKER_10", "DS-0009", "use-absolute-workdir",
        "workdir_path_not_absolute", "DF009", "DD011",
    )  # fmt: skip
    bad = {
        "FROM python:3.13\nWORKDIR «app»": None,
        "FROM acme/base\nARG D=srv\nWORKDIR «./$D»": None,
        "FROM golang:1.26\nWORKDIR «app»": "FROM golang:1.26\nWORKDIR /go/app",
        "FROM a:1 AS a\nFROM a\nWORKDIR «~/x»\nWORKDIR y": None,
    }
    good = (
        "FROM python:3.13\nWORKDIR /app\nWORKDIR src",
        "FROM a:1 AS a\nWORKDIR /app\nFROM a\nWORKDIR src",
        "FROM python:3.13\nARG D\nWORKDIR $D",
        "FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nWORKDIR C:/app",
        "# escape=`\nFROM acme/windows\nWORKDIR C:\\app",
        "FROM scratch\nWORKDIR ''",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.dockerfile.stages:
            workdirs = [step for link in stage.chain for step in link.steps if isinstance(step.instruction, Workdir)]
            first = workdirs[0] if workdirs and workdirs[0] in stage.steps else None
            if first is None or first.is_trigger or not isinstance(first.instruction, Workdir):
                continue
            written = first.instruction.argument
            path = first.before.expanded(written, first.instruction.escape)
            if not path or path.startswith("/") or self._is_windows(build, stage, path):
                continue
            base = stage.base.familiar if stage.base is not None else "the base image"
            message = f"`WORKDIR {written}` is relative to a folder that `{base}` chooses; write the path from the root"
            if path.startswith("~"):
                message = f"`WORKDIR {written}` makes a folder called `~`: only shells know that as a home"
            yield self.finding(written, message, fix=self._made_absolute(build, stage, written))

    @staticmethod
    def _is_windows(build: Build, stage: Stage, path: str) -> bool:
        may_be_windows = stage.is_windows or build.dockerfile.escape == "`"
        return may_be_windows and re.match(r"[A-Za-z]:|[\\/]", path) is not None

    @staticmethod
    def _made_absolute(build: Build, stage: Stage, written: Text) -> Fix | None:
        known = build.facts(stage)
        is_plain = written.is_verbatim and re.fullmatch(r"[\w.-][\w./-]*", written) is not None
        if known is None or known.workdir in (None, "/") or not is_plain:
            return None
        path = posixpath.normpath(posixpath.join(str(known.workdir), written))
        return replace(written, path, f"write `{path}`, where it is now", is_safe=False)


class WorkdirInSystemDirectory(Rule[Stage]):
    """WORKDIR lies in a folder of the kernel or of the boot loader.

    What is written there is lost or does harm, and `/proc/self/fd/N` is a known way out of the container.

    Work in a folder of the program's own, such as `/app`.

    https://docs.docker.com/reference/dockerfile/#workdir
    """

    severity = Severity.WARNING
    aliases = ("DS-0030",)
    bad = {
        "FROM alpine:3.22\nWORKDIR «/proc/self/fd/8»": None,
        "FROM alpine:3.22\nENV D=/sys\nWORKDIR «$D/x»": None,
        "FROM alpine:3.22\nWORKDIR «/dev»": None,
    }
    good = (
        "FROM alpine:3.22\nWORKDIR /development",
        "FROM alpine:3.22\nWORKDIR /dev/shm/x",
        "FROM alpine:3.22\nARG D\nWORKDIR $D/proc",
        "FROM alpine:3.22\nWORKDIR /app/proc",
    )

    def check(self, stage: Stage) -> Findings:
        for step in _own(stage):
            workdir = step.instruction
            if not isinstance(workdir, Workdir):
                continue
            path = step.before.expanded(workdir.argument, workdir.escape) or ""
            system = re.match(r"/(?:proc|sys|boot|initrd|lost\+found|dev(?!/shm(?:/|$)))(?=/|$)", path)
            if system is None:
                continue
            if path.startswith("/proc/self/fd"):
                message = f"`WORKDIR {workdir.argument}` reaches the host's files on old runtimes (CVE-2024-21626)"
            else:
                message = f"`WORKDIR {workdir.argument}` lies in {system[0]}, which belongs to the system"
            yield self.finding(workdir.argument, message)


class RelativeCopyDestination(Rule[Build]):
    """COPY or ADD writes to a relative path, and no WORKDIR says below which folder.

    The path then begins at the root of the file system, and the files land between the system's own folders.

    Put a WORKDIR before it, or write the path from the root. Nothing is said where the base image may set a WORKDIR.

    https://docs.docker.com/build/building/best-practices/#workdir
    """

    severity = Severity.WARNING
    aliases = ("DL3045", "DF063", "DD041")
    bad = {
        "FROM python:3.13\nCOPY . «.»": None,
        "FROM scratch\nADD rootfs.tar.gz «./»": None,
        'FROM debian:13 AS base\nFROM base\nCOPY ["a", «"app/"»]': None,
        "FROM alpine:3.22\nARG D=srv\nCOPY a «$D/a»": None,
    }
    good = (
        "FROM python:3.13\nWORKDIR /app\nCOPY . .",
        "FROM debian:13 AS base\nWORKDIR /app\nFROM base\nCOPY . .",
        "FROM golang:1.26\nCOPY . .",
        "FROM acme/base:1\nCOPY . .",
        "FROM debian:13\nARG D\nCOPY a $D",
        "FROM debian:13\nCOPY a /srv/\nADD b C:\\srv\\",
        "FROM debian:13\nARG D\nWORKDIR $D\nCOPY . .",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.dockerfile.stages:
            is_moved = any(isinstance(one, Workdir) for link in stage.chain[:-1] for one in link.instructions)
            for step in stage.steps if not is_moved else ():
                transfer = step.instruction
                if isinstance(transfer, Workdir):
                    break
                if not isinstance(transfer, Transfer) or step.is_trigger or transfer.faults:
                    continue
                path = step.before.expanded(transfer.destination, transfer.escape)
                if path and not re.match(r"[\\/]|[A-Za-z]:", path) and self._begins_in_root(build, stage):
                    word = transfer.destination
                    place = posixpath.normpath(posixpath.join("/", path))
                    message = f"`{transfer.name} ... {word}` without WORKDIR writes to `{place}`"
                    yield self.finding(word, message, help="put a WORKDIR before it, or write the path from the root")

    @staticmethod
    def _begins_in_root(build: Build, stage: Stage) -> bool:
        known = build.facts(stage)
        return known is not None and known.workdir == "/" and not stage.is_windows
