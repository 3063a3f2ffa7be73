"""Which commands may fail for reasons that no script can rule out: networks, archives, compilers."""

from __future__ import annotations

from dockerlint.shell.packages import action_of
from dockerlint.shell.packages.actions import READERS
from dockerlint.shell.script import Command

_FETCHES = frozenset({"aria2c", "curl", "fetch", "svn", "wget"})
_UNPACKS = frozenset(
    {
        "7z",
        "7za",
        "bunzip2",
        "bzcat",
        "cpio",
        "gunzip",
        "lzip",
        "tar",
        "unxz",
        "unzip",
        "xz",
        "xzcat",
        "zcat",
        "zstdcat",
    }
)
_BUILDS = frozenset(
    {
        "ant", "autoreconf", "bazel", "bootstrap", "c++", "cc", "clang", "clang++", "cmake", "configure", "g++", "gcc",
        "gmake", "javac", "make", "meson", "ninja", "ocamlfind", "patch", "qmake", "rustc", "scons", "tsc",
    }
)  # fmt: skip
_WORK = _FETCHES | _UNPACKS | _BUILDS
_OF_GIT = frozenset({"apply", "checkout", "clone", "fetch", "pull", "submodule"})
_VERBS = frozenset({"install", "update", "upgrade", "download", "build", "build-dep"})

# What hands on what it got from elsewhere, or the work of another program.
_SOURCES = frozenset(
    {
        "age", "aws", "az", "bzip2", "gcloud", "gh", "gpg", "gpg2", "gsutil", "gzip", "mariadb", "mysql", "mysqldump",
        "node", "openssl", "perl", "pg_dump", "pg_dumpall", "php", "psql", "python", "ruby", "scp", "ssh", "zstd",
    }
)  # fmt: skip
# They hand on text, and fail only where something is wrong with the script itself.
_FILTERS = frozenset(
    {
        "arch", "awk", "basename", "cat", "column", "cut", "date", "dirname", "echo", "egrep", "env", "expr", "fgrep",
        "find", "fold", "gawk", "getconf", "grep", "head", "hostname", "id", "ls", "mawk", "nl", "nproc", "paste",
        "printf", "pwd", "rev", "sed", "seq", "sort", "tac", "tail", "tee", "tr", "true", "uname", "uniq", "wc",
        "which", "whoami", "xargs", "yes",
    }
)  # fmt: skip
_QUESTIONS = frozenset({"--help", "--print-architecture", "--version", "-V", "-v", "help", "version"})
_DECOMPRESSES = dict.fromkeys(("bzip2", "gzip", "xz", "zstd"), ("-d", "--decompress"))


def does_work(command: Command) -> bool:
    """Whether a command installs, downloads, unpacks or builds something."""
    name = command.name
    if not name or _asks(command):
        return False
    if name in _WORK:
        return True
    if name == "git":
        return any(word.value in _OF_GIT for word in command.operands[:1])
    action = action_of(command)
    return action is not None and action.verb.name in _VERBS and not action.is_dry_run


def hands_on_what_may_fail(command: Command) -> bool:
    """Whether the output of a command rests on a network, an archive, a compiler or another program."""
    name = command.name
    if not name or name in _FILTERS or _asks(command):
        return False
    if name in _DECOMPRESSES:
        return command.has_option(*_DECOMPRESSES[name])
    if name == "git" and any(word.value == "ls-remote" for word in command.operands[:1]):
        return True
    if name in _SOURCES or name.rstrip("0123456789.") in _SOURCES or does_work(command):
        return True
    program = command.program
    return program is not None and "/" in program.value and name not in READERS


def refuses_nothing(command: Command) -> bool:
    """Whether a command that reads its standard input fails if that is empty or breaks off: archives, keys, grep."""
    name = command.name
    if name in _DECOMPRESSES:
        return command.has_option(*_DECOMPRESSES[name])
    if name == "tar":
        return command.has_option("-x", "--extract", "--get", "-t", "--list")
    if name in ("gpg", "gpg2"):
        return command.has_option("--import", "--dearmor")
    if name == "apt-key":
        return any(word.value == "add" for word in command.operands[:1])
    return name in _NEED_INPUT


_NEED_INPUT = frozenset(
    {
        "bunzip2", "bzcat", "cpio", "egrep", "fgrep", "funzip", "grep", "gunzip", "unxz", "unzstd", "xzcat", "zcat",
        "zstdcat",
    }
)  # fmt: skip


def only_hands_on(command: Command) -> bool:
    """Whether a command does no more than to print, or to hand on text: it fails only for reasons of its own."""
    return command.name in _FILTERS


def _asks(command: Command) -> bool:
    """Whether a program is only asked for its version or the like."""
    return len(command.arguments) == 1 and command.arguments[0].value in _QUESTIONS
