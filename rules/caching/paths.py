"""Where the commands of a step are, what files weigh, and whether what a step writes is gone at its end."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockerlint.dockerfile.copies import absolute_path
from dockerlint.dockerfile.instructions import Transfer
from dockerlint.project.build import Build
from dockerlint.project.layers import Layer
from dockerlint.shell.packages import PackageAction
from dockerlint.shell.script import Command

# What is below this many bytes is not worth a word.
_SMALL = 1_000_000
# Files that people write by hand.
_HANDWRITTEN = (
    ".sh", ".bash", ".py", ".pl", ".rb", ".js", ".ts", ".php", ".go", ".java", ".c", ".lua", ".r", ".txt", ".md", ".conf", ".cnf", ".cfg", ".ini",
    ".json", ".yml", ".yaml", ".toml", ".xml", ".properties", ".env", ".service", ".list", ".repo", ".patch", ".diff",
    ".am", ".ac", ".in", ".mk", ".cmake", ".erb", ".j2", ".tmpl", ".template",
)  # fmt: skip
# What is downloaded under such a name is as small. Installers of whole programs come as `.sh`, though.
_SMALL_DOWNLOADS = (
    ".asc", ".sig", ".gpg", ".key", ".pub", ".crt", ".r", ".py", ".list", ".repo", ".conf", ".txt", ".json", ".md5",
    ".sha256",
)  # fmt: skip

# Commands after which a file may lie elsewhere, or be gone.
_TAKERS = frozenset({"rm", "mv", "unlink", "shred", "trap"})


class Located(NamedTuple):
    """A command and the folder where it runs; None where nobody can tell."""

    command: Command
    folder: str | None


def located(layer: Layer) -> Iterator[Located]:
    """The commands of a layer in the order of the text, as far as `cd` tells where they run."""
    folder: str | None = absolute_path("", layer.before.workdir)
    outside, was_inner = folder, False
    for command in layer.commands:
        if was_inner and not command.in_subshell:
            folder = outside
        elif command.in_subshell and not was_inner:
            outside = folder
        was_inner = command.in_subshell
        yield Located(command, folder)
        if command.name in ("cd", "pushd", "popd"):
            folder = _after_cd(command, folder)


def _after_cd(command: Command, folder: str | None) -> str | None:
    words = [word for word in command.arguments if not word.value.startswith("-")]
    if command.name == "popd" or len(words) != 1:
        return None
    target = str(words[0].value)
    if target.startswith(("~", "$", "`", "-")) or (folder is None and not target.startswith("/")):
        return None
    return absolute_path(target, folder)


def path_in(folder: str | None, written: str) -> str:
    """A path as a command in a folder means it; as written, where that is not known."""
    if folder is None or written.startswith(("$", "~")):
        return written
    return absolute_path(written, folder)


def downloaded_by(action: PackageAction, folder: str | None) -> tuple[str, ...]:
    """The paths of the files that curl or wget writes in a folder."""
    download = action.download
    if download is None:
        return ()
    target = str(download.folder or "")
    return tuple(path_in(folder, posixpath.join(target, file)) for file in download.files)


def may_be_gone(path: str, later: Iterable[Located]) -> bool:
    """Whether one of the later commands deletes or moves a file, or may do so."""
    return any(_takes(command, folder, path) for command, folder in later if command.name in _TAKERS | {"find"})


def _takes(command: Command, folder: str | None, path: str) -> bool:
    if command.name == "find":
        return any("delete" in word.value or word.value == "rm" for word in command.arguments)
    return command.name == "trap" or any(_means(str(word.value), folder, path) for word in command.operands)


def _means(written: str, folder: str | None, path: str) -> bool:
    """Whether a word may stand for a path, for one above it, or for anything."""
    if written.startswith(("$", "`")) or "{" in written.replace("${", ""):
        return True
    place = path_in(folder, written)
    if "$" in place and path.startswith(place.partition("$")[0]):
        return True
    if f"{path}/".startswith(f"{place.rstrip('/*')}/"):
        return True
    if posixpath.isabs(path) and posixpath.isabs(place):
        return fnmatch.fnmatchcase(path, place)
    return fnmatch.fnmatchcase(posixpath.basename(path), posixpath.basename(place))


def is_small_file(build: Build, transfer: Transfer, source: str) -> bool:
    """Whether a source of COPY or ADD is a file that is known to be small, or that a name calls written by hand."""
    if build.context is not None and not transfer.origin and build.context.is_file(source):
        return sum(entry.size for entry in build.context.taken_by(source)) < _SMALL
    name = posixpath.basename(source).lower()
    return "*" not in name and (name.endswith(_HANDWRITTEN) or name.endswith(("entrypoint", "dockerfile")))


def is_small_download(path: str) -> bool:
    return path.lower().endswith(_SMALL_DOWNLOADS)


def is_mounted(layer: Layer, path: str) -> bool:
    """Whether a path lies on a mount or a device, or may do so, and not in the layer."""
    if path.startswith("/dev/"):
        return True
    targets = [str(mount.target) for mount in layer.run.mounts if mount.target]
    return any("$" in target or f"{path}/".startswith(f"{target.rstrip('/')}/") for target in targets)
