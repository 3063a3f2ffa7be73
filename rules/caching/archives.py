"""Archives that stay in a layer although what was in them is unpacked."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from dockerlint.context.files import human_size
from dockerlint.dockerfile.copies import Placed, absolute_path, placed
from dockerlint.dockerfile.instructions import Copy, Instruction, Run
from dockerlint.dockerfile.stages import Dockerfile
from dockerlint.dockerfile.state import Step
from dockerlint.knowledge.images import is_root
from dockerlint.lint.edits import appended, is_editable
from dockerlint.lint.rule import Edit, Findings, Fix, Rule, Severity
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell.archives import SUFFIXES, TAR_SUFFIXES, unpacked_by
from dockerlint.shell.packages import PackageAction, action_of
from dockerlint.shell.script import Command
from dockerlint.source import Span, Text

from .left import by_same_user, is_certain_to_run, is_lasting
from .paths import Located, downloaded_by, is_mounted, located, may_be_gone, path_in


class ArchiveLeftBehind(Rule[Layer]):
    """A step downloads an archive, unpacks it, and leaves it in the image.

    The layer holds everything twice: packed and unpacked. Deleting the archive in a later RUN does not make the image
    smaller.

    Delete it in the same RUN, or unpack what is downloaded on the fly: `curl -fsSL URL | tar -xz -C /opt`.

    https://docs.docker.com/build/building/best-practices/#add-or-copy
    """

    severity = Severity.INFO
    aliases = ("DD016", "tarSomethingRmTheSomething")
    bad = {
        "FROM debian:trixie\nRUN curl -fsSLO https://example.com/dist/«node.tar.xz» && tar -xf node.tar.xz -C /opt": (
            "FROM debian:trixie\nRUN curl -fsSLO https://example.com/dist/node.tar.xz && tar -xf node.tar.xz -C /opt"
            " && rm node.tar.xz"
        ),
        "FROM debian:trixie\nRUN wget -O «/tmp/a.zip» https://example.com/dl \\\n  && unzip /tmp/a.zip -d /opt": (
            "FROM debian:trixie\nRUN wget -O /tmp/a.zip https://example.com/dl \\\n  && unzip /tmp/a.zip -d /opt \\\n"
            "  && rm /tmp/a.zip"
        ),
        "FROM debian:trixie\nRUN wget https://example.com/«a.deb» && dpkg -i a.deb && rm -rf /var/lib/apt/lists/*": (
            "FROM debian:trixie\nRUN wget https://example.com/a.deb && dpkg -i a.deb && rm -rf /var/lib/apt/lists/*"
            " && rm a.deb"
        ),
        "FROM debian:trixie\nRUN wget -P /tmp https://example.com/«a.tgz» && cd /opt && tar xzf /tmp/a.tgz\n"
        "RUN rm /tmp/a.tgz": None,
        "FROM debian:trixie\nRUN wget https://example.com/«a-$V.tgz» && tar xzf a-$V.tgz": None,
        "FROM debian:trixie\nRUN cd /opt && wget https://example.com/«a.tgz» && tar xzf a.tgz && cd /srv": None,
    }
    good = (
        "FROM debian:trixie\nRUN curl -fsSL https://example.com/a.tgz | tar -xz -C /opt",
        "FROM debian:trixie\nRUN curl -fsSLO https://example.com/a.tgz && tar xf a.tgz && rm a.tgz",
        "FROM debian:trixie\nRUN cd /tmp && wget https://example.com/a.tgz && tar xf a.tgz && rm -rf /tmp/*",
        "FROM debian:trixie\nRUN wget https://example.com/a.tgz && tar xf *.tgz && rm -f *.tgz",
        "FROM debian:trixie\nRUN mkdir /b && cd /b && wget https://example.com/a.tgz && tar xf a.tgz && rm -r /b",
        "FROM debian:trixie\nRUN wget https://example.com/a.tgz && tar xf a.tgz && mv a.tgz /srv/download",
        "FROM debian:trixie\nRUN wget -O /srv/data.zip https://example.com/data.zip",
        "FROM debian:trixie\nRUN wget https://example.com/a.gz && gunzip a.gz",
        "FROM debian:trixie\nRUN --mount=type=tmpfs,target=/tmp wget -O /tmp/a.tgz https://x.io/a && tar xf /tmp/a.tgz",
        "=== Dockerfile.test\nFROM debian:trixie\nRUN wget https://x.io/a.tgz && tar xf a.tgz",
        "FROM debian:trixie AS b\nRUN wget https://x.io/a.tgz && tar xf a.tgz\nFROM debian:trixie\nCOPY --from=b /a /a",
    )

    def check(self, layer: Layer) -> Findings:
        if not is_lasting(layer) or not layer.named("curl", "wget"):
            return
        commands = list(located(layer))
        for index, (command, folder) in enumerate(commands):
            action = action_of(command) if command.name in ("curl", "wget") else None
            for file, path in _archives(action, folder):
                later = commands[index + 1 :]
                line = _unpacked_in(file, later)
                if line is None or is_mounted(layer, path) or may_be_gone(path, later):
                    continue
                used = "installed" if file.endswith((".deb", ".rpm", ".whl")) else "unpacked"
                message = f"`{file}` is {used} in line {line} but stays in the layer; delete it in the same RUN"
                yield self.finding(file, message, fix=_deleted(layer, action, path, file, commands[index:]))


def _archives(action: PackageAction | None, folder: str | None) -> list[tuple[Text, str]]:
    """The archives that curl or wget downloads, each with its path."""
    if action is None or action.download is None:
        return []
    files = zip(action.download.files, downloaded_by(action, folder), strict=True)
    return [(file, path) for file, path in files if file.endswith(SUFFIXES)]


def _unpacked_in(file: str, later: Sequence[Located]) -> int | None:
    """The line of the command that unpacks a file, as far as names tell."""
    name = posixpath.basename(file)
    for command, _ in later:
        for archive in unpacked_by(command):
            if fnmatch.fnmatchcase(name, posixpath.basename(archive.value)):
                return command.text.line
    return None


def _deleted(
    layer: Layer, action: PackageAction | None, path: str, file: Text, commands: Sequence[Located]
) -> Fix | None:
    """`rm FILE` at the end, where that is certain to find the file, and nothing later is known to look for it."""
    is_moved = commands[0].folder != commands[-1].folder or commands[-1].command.name == "cd"
    written = path if is_moved or path != path_in(commands[0].folder, file) else str(file)
    is_plain = re.fullmatch(r"[\w./+~:@%=-]+", written) is not None and path.startswith("/")
    if action is None or not is_plain or not is_certain_to_run(action):
        return None
    if is_moved and not str(file).startswith("/"):
        return None
    name = posixpath.basename(file)
    if _is_named_behind(layer.build.dockerfile, layer.run, name):
        return None
    command = by_same_user(action, f"rm {written}")
    message = f"end the RUN with `{command}`, if nothing else reads the file"
    return appended(layer, command, message, is_safe=False)


class _Texts:
    """Texts in which names are looked for, all at once."""

    def __init__(self, texts: Iterable[str]) -> None:
        each = list(texts)
        self._starts = list(accumulate((len(text) + 1 for text in each), initial=0))
        self._joined = "\0".join(each)

    def naming(self, name: str, first: int = 0) -> Iterator[int]:
        """The numbers of the texts that have a name in them, from one of them on."""
        place = self._joined.find(name, self._starts[first])
        while place >= 0:
            number = bisect_right(self._starts, place) - 1
            yield number
            place = self._joined.find(name, self._starts[number + 1])


def _is_named_behind(dockerfile: Dockerfile, run: Run, name: str) -> bool:
    """Whether an instruction behind a RUN has a name in its text."""
    behind = bisect_right(dockerfile.instructions, run.start_line, key=_line_of)
    return next(_texts_of(dockerfile).naming(name, behind), None) is not None


def _line_of(instruction: Instruction) -> int:
    return instruction.start_line


@lru_cache(maxsize=1)
def _texts_of(dockerfile: Dockerfile) -> _Texts:
    return _Texts(one.rest for one in dockerfile.instructions)


class _Unpacked(NamedTuple):
    """A copied archive, and the command that unpacks it, with the folder that it unpacks into."""

    copy: Placed
    source: Text
    layer: Layer
    command: Command
    folder: str


class CopiedArchiveExtracted(Rule[Build]):
    """A local archive is copied into the image and then unpacked.

    The archive stays in the layer of the COPY, whatever deletes it later, so the image holds everything twice.

    Write `ADD rootfs.tar.gz /opt/`, which unpacks a local tar archive without keeping it; or mount the archive for
    the step: `RUN --mount=type=bind,source=rootfs.tar.gz,target=/tmp/a.tgz tar -xf /tmp/a.tgz -C /opt`.

    https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives
    """

    severity = Severity.INFO
    aliases = ("DL3010", "DF067")
    bad = {
        "FROM debian:trixie\nCOPY «rootfs.tar.gz» /tmp/\nRUN tar -xzf /tmp/rootfs.tar.gz -C / && rm /tmp/rootfs.tar.gz\n": (
            "FROM debian:trixie\nADD rootfs.tar.gz /\n"
        ),
        "FROM debian:trixie\nWORKDIR /opt\nCOPY «dist/app.tgz» .\nRUN tar xf app.tgz\nCMD app": (
            "FROM debian:trixie\nWORKDIR /opt\nADD dist/app.tgz /opt/\nCMD app"
        ),
        "FROM debian:trixie\nCOPY «app-1.tar» /tmp/app.tar\nRUN tar xf /tmp/app.tar -C /opt && /opt/install": None,
        "FROM debian:trixie\nCOPY a.txt «b.tar.xz» /tmp/\nRUN cd /srv && tar xf /tmp/b.tar.xz": None,
    }
    good = (
        "FROM debian:trixie\nADD rootfs.tar.gz /",
        "FROM debian:trixie AS b\nFROM debian:trixie\nCOPY --from=b a.tgz /tmp/\nRUN tar xf /tmp/a.tgz",
        "FROM debian:trixie\nCOPY a.zip /tmp/\nRUN unzip /tmp/a.zip",
        "FROM debian:trixie\nCOPY a.tgz /tmp/\nRUN tar xf /tmp/a.tgz --strip-components=1 -C /opt",
        "FROM debian:trixie\nCOPY a.tgz /tmp/\nRUN tar xf /tmp/a.tgz bin/app",
        "FROM debian:trixie\nCOPY a.tgz /tmp/\nRUN sha256sum -c /sums /tmp/a.tgz && tar xf /tmp/a.tgz",
        "FROM debian:trixie\nCOPY a.tgz /srv/",
        "FROM debian:trixie\nCOPY a.tgz /tmp/\nRUN cd /opt && tar xf /tmp/a.tgz && mv a-1 a && rm /tmp/a.tgz",
        "FROM debian:trixie\nCOPY a.tgz /tmp/\nRUN tar xf /tmp/a.tgz -C /src && make -C /src && rm -r /src/*",
        "FROM debian:trixie\nUSER app\nCOPY a.tgz /srv/\nRUN cd /srv && tar xf a.tgz",
        "FROM debian:trixie\nCOPY a.tgz /tmp/\nRUN tar xf /tmp/a.tgz -C $HERE",
        "FROM debian:trixie\nCOPY a.tgz /srv/a.tgz\nRUN wget -O /tmp/a.tgz https://x.io/a && tar xf /tmp/a.tgz",
        "FROM debian:trixie AS b\nCOPY a.tgz /tmp/\nRUN tar xf /tmp/a.tgz\nFROM debian:trixie\nCOPY --from=b /a /a",
    )

    def check(self, build: Build) -> Findings:
        for stage in build.shipping_stages:
            copied = [(placing, source, path) for step in stage.steps for placing, source, path in _tar_archives(step)]
            if not copied or build.is_development(stage):
                continue
            layers = [layer for layer in build.layers if layer.stage is stage and not layer.is_trigger]
            texts = _Texts(layer.script.text for layer in layers)
            for placing, source, path in copied:
                behind = bisect_left(layers, placing.transfer.start_line, key=lambda layer: layer.run.start_line)
                naming = (layers[number] for number in texts.naming(posixpath.basename(path), behind))
                found = _unpacking(placing, source, path, naming)
                if found is not None and not _is_reworked(found) and not _is_for_user(found):
                    size = _size(build, placing, source)
                    target = found.folder.rstrip("/") + "/"
                    message = (
                        f"`ADD {source} {target}` unpacks it without leaving the {size}archive "
                        f"in the layer of line {source.line}"
                    )
                    yield self.finding(source, message, fix=_added(found))


def _is_reworked(found: _Unpacked) -> bool:
    """Whether the step also moves or deletes what it has unpacked: behind ADD that would store it once more."""
    names = {posixpath.basename(found.copy.destination), posixpath.basename(found.source)}
    touched = [word.value for one in found.layer.commands if one.name in ("mv", "rm") for word in one.operands]
    return any(posixpath.basename(word) not in names for word in touched)


def _is_for_user(found: _Unpacked) -> bool:
    """Whether somebody but root unpacks it, and gets the files for himself."""
    before = found.layer.before
    return before.user is not None and is_root(before.user_name) is not True


def _tar_archives(step: Step) -> Iterator[tuple[Placed, Text, str]]:
    """The tar archives that a COPY takes from the context, with the paths that they get."""
    copy = step.instruction
    if step.is_trigger or not isinstance(copy, Copy) or copy.origin or ".t" not in copy.rest:
        return
    placing = placed(copy, step.before)
    if placing is None:
        return
    for word, source in placing.sources:
        if source.endswith(TAR_SUFFIXES) and "*" not in source:
            name = posixpath.basename(source)
            has_own_name = not placing.is_folder and placing.destination.endswith(TAR_SUFFIXES)
            yield placing, word, placing.destination if has_own_name else posixpath.join(placing.destination, name)


def _unpacking(placing: Placed, source: Text, path: str, layers: Iterable[Layer]) -> _Unpacked | None:
    """The command that unpacks a copied archive as ADD would, if none does anything else with it.

    `layers` are those behind the COPY that name the archive.
    """
    found: _Unpacked | None = None
    name = posixpath.basename(path)
    for layer in layers:
        for command, folder in located(layer):
            if not any(name in word.value for word in command.words) or command.name in ("rm", "ls", "echo"):
                continue
            target = _target(command, folder, path) if found is None else None
            if target is None:
                return None
            found = _Unpacked(placing, source, layer, command, target)
    return found


# What ADD can do as well: it unpacks all, with the owners and modes of the archive.
_LIKE_ADD = frozenset("xfvzjJapC") | {"extract", "get", "file", "verbose", "gzip", "bzip2", "xz", "directory"}


def _target(command: Command, folder: str | None, path: str) -> str | None:
    """The folder into which tar unpacks the whole archive; None where ADD would not do the same."""
    archive = next(iter(unpacked_by(command)), None)
    if command.name != "tar" or archive is None or path_in(folder, archive.value) != path:
        return None
    options = command.options
    if options.operands or not all(option.name.lstrip("-") in _LIKE_ADD for option in options.options):
        return None
    target = options.value("-C", "--directory")
    if target is None:
        return folder
    is_known = target.is_literal and (folder is not None or target.value.startswith("/"))
    return absolute_path(target.value, folder) if is_known else None


def _size(build: Build, placing: Placed, source: Text) -> str:
    path = next((path for word, path in placing.sources if word is source), "")
    entries = build.context.taken_by(path) if build.context is not None and path else []
    size = sum(entry.size for entry in entries)
    return f"{human_size(size)} " if size >= 1_000_000 else ""


def _added(found: _Unpacked) -> Fix | None:
    """ADD in place of COPY, and the RUN deleted, if it does nothing but unpack and delete the archive."""
    copy, run = found.copy.transfer, found.layer.run
    if copy.flags or copy.is_json or len(copy.sources) != 1 or not copy.destination.is_verbatim:
        return None
    if run.flags or run.heredocs or not is_editable(found.layer) or not _does_nothing_else(found):
        return None
    source = run.text.source
    end = source.line_starts[run.end_line] if run.end_line < len(source.line_starts) else len(source.text)
    edits = (
        Edit.replacing(copy.keyword, "add" if copy.keyword.islower() else "ADD"),
        Edit.replacing(copy.destination, found.folder.rstrip("/") + "/"),
        Edit.replacing(Span(source, source.line_starts[run.start_line - 1], end), ""),
    )
    return Fix(f"let ADD unpack it into {found.folder}, and drop line {run.start_line}", edits, is_safe=False)


def _does_nothing_else(found: _Unpacked) -> bool:
    others = [command for command in found.layer.commands if command is not found.command]
    names = {posixpath.basename(found.copy.destination), posixpath.basename(found.source)}
    removed = {posixpath.basename(word.value) for one in others if one.name == "rm" for word in one.operands}
    return all(one.name in ("rm", "cd", "set") for one in others) and removed <= names
