"""Archives: which commands unpack which files."""

from __future__ import annotations

from dockerlint.shell.packages import action_of
from dockerlint.shell.script import Command
from dockerlint.shell.words import Word

# What tar reads; with these ADD unpacks by itself.
TAR_SUFFIXES = (
    ".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar.lzma",
)  # fmt: skip
SUFFIXES = (*TAR_SUFFIXES, ".zip", ".gz", ".bz2", ".xz", ".zst", ".7z", ".deb", ".rpm", ".whl")

# These put the content of a file in its place, if they are not told to keep it; the second need to be told to unpack.
_UNPACKERS = frozenset({"gunzip", "bunzip2", "unxz"})
_PACKERS = frozenset({"gzip", "bzip2", "xz"})


def unpacked_by(command: Command) -> tuple[Word, ...]:
    """The archives that a command unpacks and leaves where they are."""
    options = command.options
    if command.name in ("tar", "bsdtar"):
        archive = options.value("-f", "--file")
        is_extraction = options.has("-x", "--extract", "--get")
        return (archive,) if archive is not None and is_extraction and archive.value != "-" else ()
    if command.name == "unzip":
        return () if options.has("-l", "-t", "-p", "-Z") else options.operands[:1]
    if command.name in _UNPACKERS or (command.name in _PACKERS and options.has("-d", "--decompress")):
        return options.operands if options.has("-k", "--keep") else ()
    if command.name in ("python", "python3"):
        return _by_module(command)
    action = action_of(command)
    if action is None or action.verb.name != "install" or action.is_dry_run:
        return ()
    return tuple(word for word in action.local if word.value.endswith((".deb", ".rpm", ".whl")))


def _by_module(command: Command) -> tuple[Word, ...]:
    """`python -m zipfile -e FILE FOLDER`"""
    words = [str(word.value) for word in command.arguments]
    if words[:2] != ["-m", "zipfile"] or len(words) < 4 or words[2] not in ("-e", "--extract"):
        return ()
    return (command.arguments[3],)
